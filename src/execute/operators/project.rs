//! New columns instead of the old ones, or beside them.

use super::Input;
use crate::error::Result;
use crate::execute::evaluate::{evaluate_column, near_column, row_numbers};
use crate::execute::{Batch, Masked, Operator, Runtime};
use crate::physical::Expression;

/// New columns instead of the old ones.
pub(in crate::execute) struct Project<'p> {
    input: Input<'p>,
    items: &'p [Expression],
}

impl<'p> Project<'p> {
    pub(in crate::execute) fn new(input: Input<'p>, items: &'p [Expression]) -> Self {
        Project { input, items }
    }
}

impl Operator for Project<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let Some(batch) = self.input.next(runtime)? else {
            return Ok(None);
        };
        let slots = self.items.iter().map(|item| match item {
            Expression::Slot(slot) => Some(*slot),
            _ => None,
        });
        if slots.clone().eq((0..batch.width()).map(Some)) {
            return Ok(Some(batch));
        }
        if let Some(slots) = slots.collect::<Option<Vec<_>>>() {
            return batch.project(&slots).map(Some);
        }
        // What is computed may differ between rows that are the same so far.
        let batch = batch.listed()?;
        let mut projected = Batch::with_room(batch.rows(), self.items.len());
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

impl Extend<'_> {
    fn extended(&self, mut batch: Batch, runtime: &mut Runtime) -> Result<Batch> {
        for item in self.items {
            let column = evaluate_column(item, &batch, runtime)?;
            batch.push(column);
        }
        Ok(batch)
    }
}

impl Operator for Extend<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let Some(batch) = self.input.next(runtime)? else {
            return Ok(None);
        };
        // What is computed may differ between rows that are the same so far.
        let batch = match self.items.iter().all(Expression::is_read) {
            true => batch,
            false => batch.listed()?,
        };
        self.extended(batch, runtime).map(Some)
    }

    fn next_masked(&mut self, runtime: &mut Runtime) -> Result<Option<Masked>> {
        if !self.items.iter().all(Expression::is_read) {
            return Ok(self.next(runtime)?.map(|batch| (batch, None)));
        }
        let Some((batch, mask)) = self.input.next_masked(runtime)? else {
            return Ok(None);
        };
        let Some(mask) = mask else {
            return Ok(Some((self.extended(batch, runtime)?, None)));
        };
        let mut extended = batch.clone();
        for item in self.items {
            match near_column(item, &extended, runtime)? {
                Some(column) => extended.push(column),
                None => {
                    let picked = batch.select(row_numbers(&mask))?;
                    return Ok(Some((self.extended(picked, runtime)?, None)));
                }
            }
        }
        Ok(Some((extended, Some(mask))))
    }
}
