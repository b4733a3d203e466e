//! Rows in order, all of them or the first ones. Rows that are equal by all keys keep their order.

use arrow_array::{Array, UInt32Array};

use super::Input;
use super::row_order::{BYTES_OF_ROW, OrderKey, first_rows};
use crate::column::{Bounds, Column};
use crate::context::Reservation;
use crate::error::Result;
use crate::execute::evaluate::{evaluate_column, row_count, rows_within};
use crate::execute::parts::Parts;
use crate::execute::{Batch, Operator, Runtime};
use crate::physical::{Expression, SortKey};
use crate::value::{Value, order};

/// When more rows than this, and twice as many as asked for, are at hand, they are cut.
const CUT_ABOVE: usize = 128;

/// By what rows are ordered, most significant first.
#[derive(Clone, Copy)]
struct Order<'p>(&'p [SortKey]);

/// Sorts.
pub(in crate::execute) struct Sort<'p> {
    input: Option<Parts<'p>>,
    order: Order<'p>,
    count: Option<&'p Expression>,
}

impl<'p> Sort<'p> {
    pub(in crate::execute) fn new(
        input: Parts<'p>,
        keys: &'p [SortKey],
        count: Option<&'p Expression>,
    ) -> Self {
        Sort {
            input: Some(input),
            order: Order(keys),
            count,
        }
    }
}

impl Order<'_> {
    /// The first `count` of these rows in order. The keys stand in the last columns.
    fn first(&self, batches: &[Batch], count: usize, runtime: &Runtime) -> Result<Batch> {
        let all = Batch::concat(batches)?;
        let _held = runtime.context.reserve(all.rows() * BYTES_OF_ROW)?;
        let width = all.width() - self.0.len();
        let columns: Vec<&Column> = (width..all.width())
            .map(|slot| all.column(slot))
            .collect::<Result<_>>()?;
        let keys = self.0.iter().zip(&columns).map(|(key, column)| OrderKey {
            column,
            descending: key.descending,
        });
        let keys: Vec<OrderKey> = keys.collect();
        let rows = first_rows(&keys, all.rows(), count);
        all.select(UInt32Array::from(rows))
    }

    /// The rows of an input that may be among the first `count`, with their keys in the last columns.
    fn gather(
        &self,
        mut input: Input,
        count: usize,
        runtime: &mut Runtime,
    ) -> Result<(Vec<Batch>, Reservation)> {
        let mut held = runtime.context.reservation();
        let mut batches: Vec<Batch> = Vec::new();
        let mut rows = 0;
        let mut bound: Option<Bound> = None;
        while let Some(batch) = input.next(runtime)? {
            runtime.context.check()?;
            if batch.rows() == 0 || count == 0 {
                continue;
            }
            let mut batch = batch.listed()?;
            let mut keys = Vec::with_capacity(self.0.len());
            if let Some(key) = self.0.first().filter(|_| count < usize::MAX) {
                if let Some(bound) = &bound {
                    let may_be_first = |bounds: &Bounds| !bound.is_beyond(bounds, key.descending);
                    let rows = rows_within(&key.expression, &batch, runtime, may_be_first)?;
                    match rows {
                        Some(rows) if rows.is_empty() => continue,
                        Some(rows) => batch = batch.select(rows)?,
                        None => {}
                    }
                }
                let mut first = evaluate_column(&key.expression, &batch, runtime)?;
                let hopeful = match &bound {
                    Some(bound) => Some(bound.hopeful(&first, key.descending)),
                    None => leading(&first, count, key.descending),
                };
                if let Some(hopeful) = hopeful.filter(|hopeful| hopeful.len() < batch.rows()) {
                    if hopeful.is_empty() {
                        continue;
                    }
                    let mut hopeful = UInt32Array::from(hopeful);
                    first = first.take(&hopeful)?;
                    if let Some(leading) = leading(&first, count, key.descending) {
                        let leading = UInt32Array::from(leading);
                        first = first.take(&leading)?;
                        hopeful = leading.unary(|place| hopeful.value(place as usize));
                    }
                    batch = batch.select(hopeful)?;
                }
                keys.push(first);
            }
            for key in &self.0[keys.len()..] {
                keys.push(evaluate_column(&key.expression, &batch, runtime)?);
            }
            keys.into_iter().for_each(|key| batch.push(key));
            rows += batch.rows();
            held.grow(batch.heap_size())?;
            batches.push(batch);
            if rows > CUT_ABOVE && rows / 2 > count {
                let kept = gathered(self.first(&batches, count, runtime)?)?;
                held = reserved(&kept, runtime)?;
                rows = kept.rows();
                if let Some(slot) = kept.width().checked_sub(self.0.len()) {
                    bound = Some(Bound::of(kept.column(slot)?.slice(rows - 1, 1)));
                }
                batches = vec![kept];
            }
        }
        Ok((batches, held))
    }
}

impl Operator for Sort<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let Some(input) = self.input.take() else {
            return Ok(None);
        };
        let count = match self.count {
            Some(count) => row_count(count, runtime)?,
            None => usize::MAX,
        };
        let order = self.order;
        let gather = |input: Input, runtime: &mut Runtime| order.gather(input, count, runtime);
        let parts = input.each(runtime, gather)?;
        let (batches, _held): (Vec<Vec<Batch>>, Vec<Reservation>) = parts.into_iter().unzip();
        let batches = batches.concat();
        if batches.is_empty() {
            return Ok(None);
        }
        let sorted = order.first(&batches, count, runtime)?;
        let columns: Vec<usize> = (0..sorted.width() - order.0.len()).collect();
        sorted.project(&columns).map(Some)
    }
}

/// The numbers of a column that is integers inside and has no nulls.
fn plain_integers(column: &Column) -> Option<&[i64]> {
    let array = column.integers()?;
    (array.null_count() == 0).then(|| array.values().as_ref())
}

/// The rows that can be among the first `count` by this key; `None` where that is not quickly told, or
/// they are not much fewer.
fn leading(keys: &Column, count: usize, descending: bool) -> Option<Vec<u32>> {
    let values = plain_integers(keys).filter(|values| count > 0 && values.len() / 4 > count)?;
    let mut ordered = values.to_vec();
    let rows = 0..values.len() as u32;
    Some(match descending {
        true => {
            let last = ordered.len() - count;
            let (_, bound, _) = ordered.select_nth_unstable(last);
            rows.filter(|row| values[*row as usize] >= *bound).collect()
        }
        false => {
            let (_, bound, _) = ordered.select_nth_unstable(count - 1);
            rows.filter(|row| values[*row as usize] <= *bound).collect()
        }
    })
}

/// The first key of the last row that is among the first ones so far: what comes after it by this
/// key alone is not looked at further.
struct Bound {
    key: Column,
    value: Value,
}

impl Bound {
    /// The bound that is the only row of a column.
    fn of(key: Column) -> Bound {
        let value = key.value(0);
        Bound { key, value }
    }

    /// Whether all values between `bounds` come after it.
    fn is_beyond(&self, bounds: &Bounds, descending: bool) -> bool {
        match descending {
            true => order(&bounds.greatest, &self.value).is_lt(),
            false => order(&bounds.least, &self.value).is_gt(),
        }
    }

    /// The rows that are not behind it.
    fn hopeful(&self, keys: &Column, descending: bool) -> Vec<u32> {
        use Column as C;
        let rows = 0..keys.len() as u32;
        match (keys, &self.key) {
            (C::Integer(keys), C::Integer(bound))
            | (C::Date(keys), C::Date(bound))
            | (C::LocalDateTime(keys), C::LocalDateTime(bound))
                if keys.null_count() == 0 && bound.null_count() == 0 =>
            {
                let (keys, bound) = (keys.values(), bound.value(0));
                match descending {
                    true => rows.filter(|row| keys[*row as usize] >= bound).collect(),
                    false => rows.filter(|row| keys[*row as usize] <= bound).collect(),
                }
            }
            (C::String(keys), C::String(bound))
                if keys.null_count() == 0 && bound.null_count() == 0 =>
            {
                let bound = bound.value(0);
                match descending {
                    true => rows
                        .filter(|row| keys.value(*row as usize) >= bound)
                        .collect(),
                    false => rows
                        .filter(|row| keys.value(*row as usize) <= bound)
                        .collect(),
                }
            }
            _ => rows
                .filter(|row| {
                    let ordering = keys.order(*row as usize, &self.key, 0);
                    match descending {
                        true => ordering.is_ge(),
                        false => ordering.is_le(),
                    }
                })
                .collect(),
        }
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
