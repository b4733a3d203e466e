//! Rows on which a predicate is true. Where few rows of each batch are left, those of several batches are
//! handed on together: what is done with a batch costs more than what is done with a few rows.

use super::Input;
use crate::error::Result;
use crate::execute::evaluate::{Kept, kept_rows, row_numbers};
use crate::execute::{Batch, Masked, Operator, Runtime};
use crate::physical::Expression;

/// Batches of fewer rows are put together.
const FEW_ROWS: usize = 64;

/// At most so many are.
const MOST_TOGETHER: usize = 16;

/// Filters.
pub(in crate::execute) struct Filter<'p> {
    input: Input<'p>,
    predicate: &'p Expression,
    /// Batches of few rows that are not handed on yet, and the one of many after them.
    waiting: Vec<Batch>,
    after: Option<Batch>,
    /// How many batches are put together: one at first, for the first row may be all that is wanted.
    together: usize,
}

impl<'p> Filter<'p> {
    pub(in crate::execute) fn new(input: Input<'p>, predicate: &'p Expression) -> Self {
        Filter {
            input,
            predicate,
            waiting: Vec::new(),
            after: None,
            together: 1,
        }
    }

    /// The rows of the batches that wait.
    fn gathered(&mut self) -> Result<Batch> {
        self.together = MOST_TOGETHER.min(2 * self.together);
        let gathered = Batch::concat(&self.waiting);
        self.waiting.clear();
        gathered
    }
}

impl Operator for Filter<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        if let Some(batch) = self.after.take() {
            return Ok(Some(batch));
        }
        while let Some((batch, kept)) = self.next_masked(runtime)? {
            let batch = match kept {
                Some(kept) => batch.select(row_numbers(&kept))?,
                None => batch,
            };
            let are_few = batch.rows() < FEW_ROWS;
            match (are_few, self.waiting.is_empty()) {
                (false, true) => return Ok(Some(batch)),
                (false, false) => self.after = Some(batch),
                (true, _) => self.waiting.push(batch),
            }
            if !are_few || self.waiting.len() >= self.together {
                return self.gathered().map(Some);
            }
        }
        match self.waiting.is_empty() {
            true => Ok(None),
            false => self.gathered().map(Some),
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
