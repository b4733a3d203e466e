//! `SKIP` and `LIMIT`.

use super::Input;
use crate::error::Result;
use crate::execute::evaluate::row_count;
use crate::execute::{Batch, Operator, Runtime};
use crate::physical::Expression;

/// Leaves out the first rows.
pub(in crate::execute) struct Skip<'p> {
    input: Input<'p>,
    count: &'p Expression,
    left: Option<usize>,
}

impl<'p> Skip<'p> {
    pub(in crate::execute) fn new(input: Input<'p>, count: &'p Expression) -> Self {
        Skip {
            input,
            count,
            left: None,
        }
    }
}

impl Operator for Skip<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let mut left = match self.left {
            Some(left) => left,
            None => row_count(self.count, runtime)?,
        };
        let Some(batch) = self.input.next(runtime)? else {
            return Ok(None);
        };
        let batch = batch.listed()?;
        let skipped = left.min(batch.rows());
        left -= skipped;
        self.left = Some(left);
        batch.slice(skipped, batch.rows() - skipped).map(Some)
    }
}

/// Keeps the first rows. The input is asked for at least one batch, so that the effects of an
/// update below happen also under `LIMIT 0`.
pub(in crate::execute) struct Limit<'p> {
    input: Input<'p>,
    count: &'p Expression,
    left: Option<usize>,
}

impl<'p> Limit<'p> {
    pub(in crate::execute) fn new(input: Input<'p>, count: &'p Expression) -> Self {
        Limit {
            input,
            count,
            left: None,
        }
    }
}

impl Operator for Limit<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let left = match self.left {
            Some(0) => return Ok(None),
            Some(left) => left,
            None => row_count(self.count, runtime)?,
        };
        let Some(batch) = self.input.next(runtime)? else {
            return Ok(None);
        };
        let batch = batch.listed()?;
        let kept = left.min(batch.rows());
        self.left = Some(left - kept);
        batch.slice(0, kept).map(Some)
    }
}
