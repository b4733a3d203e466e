//! Rows that one operator made as a whole, handed out in small batches to the threads that go on from
//! them.

use std::sync::{Mutex, PoisonError};

use crate::context::Reservation;
use crate::error::Result;
use crate::execute::{Batch, Operator, Runtime, open};
use crate::physical::Plan;

/// Rows that are handed out at a time: each may become many.
const ROWS: usize = 256;

/// All rows of an operator.
pub(in crate::execute) struct KeptRows {
    batches: Vec<Mutex<Option<Batch>>>,
    _held: Reservation,
}

impl KeptRows {
    /// Runs `source` to its end.
    pub(in crate::execute) fn gather(source: &Plan, runtime: &mut Runtime) -> Result<KeptRows> {
        let mut held = runtime.context.reservation();
        let mut batches = Vec::new();
        let mut operator = open(source, None, runtime);
        while let Some(batch) = operator.next(runtime)? {
            held.grow(batch.heap_size())?;
            for first in (0..batch.rows()).step_by(ROWS) {
                let part = batch.slice(first, ROWS.min(batch.rows() - first))?;
                batches.push(Mutex::new(Some(part)));
            }
        }
        Ok(KeptRows {
            batches,
            _held: held,
        })
    }

    /// How many batches there are.
    pub(in crate::execute) fn len(&self) -> usize {
        self.batches.len()
    }

    /// A batch, which is handed out once.
    pub(in crate::execute) fn take(&self, number: usize) -> Option<Batch> {
        let batch = self.batches.get(number)?.lock();
        batch.unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Hands out the batches of the part that this thread works on.
pub(in crate::execute) struct ReadKept;

impl Operator for ReadKept {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        runtime.context.check()?;
        let share = runtime.share.as_ref();
        Ok(share.and_then(|share| share.kept(share.next()?)))
    }
}
