//! Rows, time and memory by operator, for `PROFILE`.

use std::time::{Duration, Instant};

use super::{Batch, Masked, Operator, Runtime};
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

impl<'p> Counted<'p> {
    /// Takes what `next` gives, and counts the time and the rows of it.
    fn count<T>(
        &mut self,
        runtime: &mut Runtime,
        next: impl FnOnce(&mut (dyn Operator + 'p), &mut Runtime) -> Result<Option<T>>,
        rows: impl FnOnce(&T) -> usize,
    ) -> Result<Option<T>> {
        let start = Instant::now();
        let before = runtime.context.enter_part(self.id);
        let next = next(self.operator.as_mut(), runtime);
        runtime.context.enter_part(before);
        let next = next?;
        let profile = runtime.profile.as_mut();
        if let Some(counts) = profile.and_then(|profile| profile.get_mut(self.id)) {
            counts.time += start.elapsed();
            counts.rows += next.as_ref().map_or(0, rows) as u64;
        }
        Ok(next)
    }
}

impl Operator for Counted<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        self.count(
            runtime,
            |operator, runtime| operator.next(runtime),
            Batch::rows,
        )
    }

    fn next_masked(&mut self, runtime: &mut Runtime) -> Result<Option<Masked>> {
        let rows = |(batch, mask): &Masked| match mask {
            Some(mask) => mask.count_set_bits(),
            None => batch.rows(),
        };
        self.count(
            runtime,
            |operator, runtime| operator.next_masked(runtime),
            rows,
        )
    }
}
