//! Rows on which a predicate is true.

use super::Input;
use crate::error::Result;
use crate::execute::evaluate::{Kept, kept_rows, row_numbers};
use crate::execute::{Batch, Masked, Operator, Runtime};
use crate::physical::Expression;

/// Filters.
pub(in crate::execute) struct Filter<'p> {
    input: Input<'p>,
    predicate: &'p Expression,
}

impl<'p> Filter<'p> {
    pub(in crate::execute) fn new(input: Input<'p>, predicate: &'p Expression) -> Self {
        Filter { input, predicate }
    }
}

impl Operator for Filter<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        match self.next_masked(runtime)? {
            Some((batch, Some(kept))) => batch.select(row_numbers(&kept)).map(Some),
            Some((batch, None)) => Ok(Some(batch)),
            None => Ok(None),
        }
    }

    fn next_masked(&mut self, runtime: &mut Runtime) -> Result<Option<Masked>> {
        while let Some(batch) = self.input.next(runtime)? {
            if batch.rows() == 0 {
                continue;
            }
            runtime.context.check()?;
            match kept_rows(self.predicate, &batch, runtime)? {
                Kept::None => {}
                Kept::All => return Ok(Some((batch, None))),
                Kept::Some(kept) => return Ok(Some((batch, Some(kept)))),
            }
        }
        Ok(None)
    }
}
