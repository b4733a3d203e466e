//! New columns instead of the old ones, or beside them.

use super::Input;
use crate::error::Result;
use crate::execute::evaluate::evaluate_column;
use crate::execute::{Batch, Operator, Runtime};
use crate::physical::Expression;

/// New columns instead of the old ones.
pub(in crate::execute) struct Project<'p> {
    input: Input<'p>,
    items: &'p [Expression],
    /// The places of the columns kept, where nothing is computed.
    slots: Option<Vec<usize>>,
}

impl<'p> Project<'p> {
    pub(in crate::execute) fn new(input: Input<'p>, items: &'p [Expression]) -> Self {
        let slots = items
            .iter()
            .map(|item| match item {
                Expression::Slot(slot) => Some(*slot),
                _ => None,
            })
            .collect();
        Project {
            input,
            items,
            slots,
        }
    }
}

impl Operator for Project<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let Some(batch) = self.input.next(runtime)? else {
            return Ok(None);
        };
        if let Some(slots) = &self.slots {
            return batch.project(slots).map(Some);
        }
        // What is computed may differ between rows that are the same so far.
        let batch = batch.listed()?;
        let mut projected = Batch::without_columns(batch.rows());
        for item in self.items {
            projected.push(evaluate_column(item, &batch, runtime)?);
        }
        Ok(Some(projected))
    }
}

/// New columns beside the old ones, each over the columns before it.
pub(in crate::execute) struct Extend<'p> {
    input: Input<'p>,
    items: &'p [Expression],
}

impl<'p> Extend<'p> {
    pub(in crate::execute) fn new(input: Input<'p>, items: &'p [Expression]) -> Self {
        Extend { input, items }
    }
}

impl Operator for Extend<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let Some(batch) = self.input.next(runtime)? else {
            return Ok(None);
        };
        // What is computed may differ between rows that are the same so far.
        let mut batch = match self.items.iter().all(Expression::is_read) {
            true => batch,
            false => batch.listed()?,
        };
        for item in self.items {
            let column = evaluate_column(item, &batch, runtime)?;
            batch.push(column);
        }
        Ok(Some(batch))
    }
}
