//! Rows on which a predicate is true.

use super::Input;
use crate::error::Result;
use crate::execute::evaluate::true_rows;
use crate::execute::{Batch, Operator, Runtime};
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
        let Some(batch) = self.input.next(runtime)? else {
            return Ok(None);
        };
        if batch.rows() == 0 {
            return Ok(Some(batch));
        }
        runtime.context.check()?;
        let rows = true_rows(self.predicate, &batch, runtime)?;
        if rows.len() == batch.rows() {
            return Ok(Some(batch));
        }
        batch.select(rows).map(Some)
    }
}
