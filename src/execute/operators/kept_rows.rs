//! Rows that one operator made as a whole, handed out in small batches to the threads that go on from
//! them.

use std::sync::{Mutex, PoisonError};

use crate::context::Reservation;
use crate::error::Result;
use crate::execute::{Batch, Operator, Runtime, open};
use crate::physical::Plan;

/// The most rows that are handed out at a time: each may become many.
const MOST_ROWS: usize = 256;

/// Into so many batches rows are cut, if there are as many and they do not get too large.
const BATCHES: usize = 64;

/// All rows of an operator.
pub(in crate::execute) struct KeptRows {
    batches: Vec<Mutex<Option<Batch>>>,
    _held: Reservation,
}

impl KeptRows {
    /// Runs `source` to its end.
    pub(in crate::execute) fn gather(source: &Plan, runtime: &mut Runtime) -> Result<KeptRows> {
        let mut held = runtime.context.reservation();
        let (mut whole, mut all) = (Vec::new(), 0);
        let mut operator = open(source, None, runtime);
        while let Some(batch) = operator.next(runtime)? {
            held.grow(batch.heap_size())?;
            all += batch.rows();
            whole.push(batch);
        }
        let rows = (all / BATCHES).clamp(1, MOST_ROWS);
        let mut batches = Vec::new();
        for batch in whole {
            for first in (0..batch.rows()).step_by(rows) {
                let part = batch.slice(first, rows.min(batch.rows() - first))?;
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
        Ok(share.and_then(|share| {
            share.call_for_help();
            share.kept(share.next()?)
        }))
    }
}
