//! Rows in order, all of them or the first ones. Rows that are equal by all keys keep their order.

use std::cmp::Ordering;

use arrow_array::UInt32Array;

use super::Input;
use crate::column::Column;
use crate::context::Reservation;
use crate::error::Result;
use crate::execute::evaluate::{evaluate_column, row_count};
use crate::execute::{Batch, Operator, Runtime};
use crate::physical::{Expression, SortKey};

/// When more rows than this, and twice as many as asked for, are at hand, they are cut.
const CUT_ABOVE: usize = 16_384;

/// Sorts.
pub(in crate::execute) struct Sort<'p> {
    input: Option<Input<'p>>,
    keys: &'p [SortKey],
    count: Option<&'p Expression>,
}

impl<'p> Sort<'p> {
    pub(in crate::execute) fn new(
        input: Input<'p>,
        keys: &'p [SortKey],
        count: Option<&'p Expression>,
    ) -> Self {
        Sort {
            input: Some(input),
            keys,
            count,
        }
    }

    /// The first `count` of these rows in order. The keys stand in the last columns.
    fn first(&self, batches: &[Batch], count: usize) -> Result<Batch> {
        let all = Batch::concat(batches)?;
        let width = all.width() - self.keys.len();
        let columns: Vec<&Column> = (width..all.width())
            .map(|slot| all.column(slot))
            .collect::<Result<_>>()?;
        let order = |left: &u32, right: &u32| {
            let mut ordering = Ordering::Equal;
            for (key, column) in self.keys.iter().zip(&columns) {
                ordering = column.order(*left as usize, column, *right as usize);
                if key.descending {
                    ordering = ordering.reverse();
                }
                if ordering.is_ne() {
                    break;
                }
            }
            // The number of the row makes the order stable, also where rows are cut.
            ordering.then(left.cmp(right))
        };
        let mut rows: Vec<u32> = (0..all.rows() as u32).collect();
        if count < rows.len() / 2 && count > 0 {
            rows.select_nth_unstable_by(count - 1, order);
            rows.truncate(count);
        }
        rows.sort_unstable_by(order);
        rows.truncate(count);
        all.select(UInt32Array::from(rows))
    }
}

impl Operator for Sort<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let Some(mut input) = self.input.take() else {
            return Ok(None);
        };
        let count = match self.count {
            Some(count) => row_count(count, runtime)?,
            None => usize::MAX,
        };
        let mut held = runtime.context.reservation();
        let mut batches: Vec<Batch> = Vec::new();
        let mut rows = 0;
        while let Some(batch) = input.next(runtime)? {
            runtime.context.check()?;
            if batch.rows() == 0 {
                continue;
            }
            let mut batch = batch.listed()?;
            let keys = self
                .keys
                .iter()
                .map(|key| evaluate_column(&key.expression, &batch, runtime))
                .collect::<Result<Vec<_>>>()?;
            keys.into_iter().for_each(|key| batch.push(key));
            rows += batch.rows();
            held.grow(batch.heap_size())?;
            batches.push(batch);
            if rows > CUT_ABOVE && rows / 2 > count {
                let kept = gathered(self.first(&batches, count)?)?;
                held = reserved(&kept, runtime)?;
                rows = kept.rows();
                batches = vec![kept];
            }
        }
        if rows == 0 {
            return Ok(None);
        }
        let sorted = self.first(&batches, count)?;
        let columns: Vec<usize> = (0..sorted.width() - self.keys.len()).collect();
        sorted.project(&columns).map(Some)
    }
}

/// The batch without the rows that it only refers to.
fn gathered(batch: Batch) -> Result<Batch> {
    let rows = batch.rows();
    Ok(Batch::new(batch.into_columns()?, rows))
}

fn reserved(batch: &Batch, runtime: &Runtime) -> Result<Reservation> {
    runtime.context.reserve(batch.heap_size())
}
