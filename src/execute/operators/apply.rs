//! For each row of the input the rows of a subplan; with `optional`, a row without any stays.

use arrow_array::{Int64Array, UInt32Array};

use super::Input;
use crate::column::Column;
use crate::error::Result;
use crate::execute::evaluate::row_count;
use crate::execute::{Batch, Operator, Runtime, open};
use crate::physical::{Expression, Subplan};

/// Runs a subplan for each row.
pub(in crate::execute) struct Apply<'p> {
    input: Input<'p>,
    inner: &'p Subplan,
    outputs: &'p [usize],
    optional: bool,
    /// After how many outer rows what was done is committed, if it is on the way.
    commit_every: Option<&'p Expression>,
    /// What is left to hand out, where the subplan updates and everything is run at once.
    done: Option<std::vec::IntoIter<Batch>>,
}

impl<'p> Apply<'p> {
    pub(in crate::execute) fn new(
        input: Input<'p>,
        inner: &'p Subplan,
        outputs: &'p [usize],
        optional: bool,
        commit_every: Option<&'p Expression>,
    ) -> Self {
        Apply {
            input,
            inner,
            outputs,
            optional,
            commit_every,
            done: None,
        }
    }

    /// The rows that one outer batch becomes.
    fn apply(&self, outer: &Batch, runtime: &mut Runtime) -> Result<Batch> {
        let imports = outer.project(&self.inner.imports)?;
        let mut held = runtime.context.reservation();
        // For each inner row its outer row; inner rows in the same order, end to end.
        let mut outer_rows: Vec<u32> = Vec::new();
        let mut found: Vec<Batch> = Vec::new();
        let mut keep = |batch: Batch, rows: &mut dyn Iterator<Item = u32>| {
            held.grow(batch.heap_size())?;
            outer_rows.extend(rows);
            found.push(batch.project(self.outputs)?);
            Ok::<_, crate::Error>(())
        };
        if let Some(slot) = self.inner.row {
            let numbers = Int64Array::from_iter_values(0..outer.rows() as i64);
            let argument = imports.with(Column::Integer(numbers));
            let mut operator = open(&self.inner.plan, Some(&argument), runtime);
            while let Some(batch) = operator.next(runtime)? {
                runtime.context.check()?;
                let batch = batch.listed()?;
                if let Column::Integer(rows) = batch.column(slot)?.clone() {
                    keep(batch, &mut rows.values().iter().map(|row| *row as u32))?;
                }
            }
        } else {
            for row in 0..outer.rows() {
                runtime.context.check()?;
                let argument = imports.slice(row, 1)?;
                let mut operator = open(&self.inner.plan, Some(&argument), runtime);
                while let Some(batch) = operator.next(runtime)? {
                    let batch = batch.listed()?;
                    let rows = batch.rows();
                    keep(batch, &mut std::iter::repeat_n(row as u32, rows))?;
                }
            }
        }
        let (outer_rows, inner_rows) = self.pair(outer_rows, outer.rows());
        let mut result = outer.select(UInt32Array::from(outer_rows))?;
        let inner = Batch::concat(&found)?;
        for place in 0..self.outputs.len() {
            result.push(match found.is_empty() {
                true => Column::Null(result.rows()),
                false => inner.column(place)?.take(&inner_rows)?,
            });
        }
        Ok(result)
    }

    /// All outer rows, with a commit after each so many of them.
    fn apply_and_commit(
        &self,
        batches: Vec<Batch>,
        every: &Expression,
        runtime: &mut Runtime,
    ) -> Result<Vec<Batch>> {
        let every = row_count(every, runtime)?.max(1);
        let mut done = Vec::with_capacity(batches.len());
        let mut since = 0;
        for batch in batches {
            let mut start = 0;
            while start < batch.rows() {
                let rows = (every - since).min(batch.rows() - start);
                done.push(self.apply(&batch.slice(start, rows)?, runtime)?);
                start += rows;
                since += rows;
                if since == every {
                    runtime.commit()?;
                    since = 0;
                }
            }
        }
        runtime.commit()?;
        Ok(done)
    }

    /// Outer and inner rows in the order of the outer rows, with gaps filled where rows stay.
    fn pair(&self, outer_rows: Vec<u32>, rows: usize) -> (Vec<u32>, UInt32Array) {
        let mut order: Vec<u32> = (0..outer_rows.len() as u32).collect();
        if !outer_rows.is_sorted() {
            order.sort_by_key(|inner| outer_rows[*inner as usize]);
        }
        if !self.optional {
            let outer = order
                .iter()
                .map(|inner| outer_rows[*inner as usize])
                .collect();
            return (outer, UInt32Array::from(order));
        }
        let (mut outer, mut inner) = (Vec::new(), Vec::new());
        let mut next = order.into_iter().peekable();
        for row in 0..rows as u32 {
            let before = outer.len();
            while let Some(found) = next.next_if(|found| outer_rows[*found as usize] == row) {
                outer.push(row);
                inner.push(Some(found));
            }
            if outer.len() == before {
                outer.push(row);
                inner.push(None);
            }
        }
        (outer, UInt32Array::from(inner))
    }
}

impl Operator for Apply<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        if !self.inner.updates {
            return match self.input.next(runtime)? {
                Some(batch) if batch.rows() == 0 => Ok(Some(empty(batch, self.outputs.len()))),
                Some(batch) => self.apply(&batch.listed()?, runtime).map(Some),
                None => Ok(None),
            };
        }
        if self.done.is_none() {
            let (batches, _held) = super::create::drain(&mut self.input, runtime)?;
            let done = match self.commit_every {
                Some(every) => self.apply_and_commit(batches, every, runtime)?,
                None => batches
                    .iter()
                    .map(|batch| self.apply(batch, runtime))
                    .collect::<Result<_>>()?,
            };
            self.done = Some(done.into_iter());
        }
        Ok(self.done.as_mut().and_then(Iterator::next))
    }
}

/// A batch without rows, with the appended columns.
fn empty(batch: Batch, columns: usize) -> Batch {
    (0..columns).fold(batch, |batch, _| batch.with(Column::Null(0)))
}
