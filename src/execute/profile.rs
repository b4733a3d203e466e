//! Rows, time and memory by operator, for `PROFILE`.

use std::time::{Duration, Instant};

use super::{Batch, Operator, Runtime};
use crate::error::Result;

/// What one operator did.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    /// Rows that it handed out.
    pub rows: u64,
    /// Time spent in it and below it, of all threads together.
    pub time: Duration,
    /// Into how many parts its work was shared out among threads; 0 where it was not.
    pub parts: usize,
}

impl Counts {
    /// Adds what the same operator did with a part of the rows.
    pub(super) fn add(&mut self, other: &Counts) {
        self.parts += usize::from(!other.time.is_zero());
        self.rows += other.rows;
        self.time += other.time;
    }
}

/// Counts what another operator hands out.
pub(super) struct Counted<'p> {
    operator: Box<dyn Operator + 'p>,
    id: usize,
}

impl<'p> Counted<'p> {
    pub(super) fn new(operator: Box<dyn Operator + 'p>, id: usize) -> Self {
        Counted { operator, id }
    }
}

impl Operator for Counted<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let start = Instant::now();
        let before = runtime.context.enter_part(self.id);
        let next = self.operator.next(runtime);
        runtime.context.enter_part(before);
        let batch = next?;
        if let Some(counts) = runtime
            .profile
            .as_mut()
            .and_then(|profile| profile.get_mut(self.id))
        {
            counts.time += start.elapsed();
            counts.rows += batch.as_ref().map_or(0, |batch| batch.rows() as u64);
        }
        Ok(batch)
    }
}
