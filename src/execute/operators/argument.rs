//! Gives one batch that is there already: the argument of a subplan, or the single empty row.

use crate::error::Result;
use crate::execute::{Batch, Operator, Runtime};

/// One batch, once.
pub(in crate::execute) struct Once(Option<Batch>);

impl Once {
    pub(in crate::execute) fn new(batch: Batch) -> Self {
        Once(Some(batch))
    }
}

impl Operator for Once {
    fn next(&mut self, _runtime: &mut Runtime) -> Result<Option<Batch>> {
        Ok(self.0.take())
    }
}
