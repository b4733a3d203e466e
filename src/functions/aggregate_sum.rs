//! Aggregates that add up: `sum` and `avg`, of numbers or of durations.

use arrow_array::Array;

use super::aggregate::{Number, Rows};
use super::argument::{overflow, wrong_type};
use super::row::{Accumulator, same_kind};
use crate::column::Column;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::value::{Value, temporal};

/// The running sum of one group.
///
/// Integers are added in 128 bits, so that only the result has to fit 64 and the order of the
/// rows decides nothing.
#[derive(Debug, Clone, Default)]
struct Sum {
    integer: i128,
    float: f64,
    has_floats: bool,
    /// How many numbers were added.
    count: u64,
    durations: Option<Box<DurationSum>>,
}

/// The sum of the durations of one group, and their number.
#[derive(Debug, Clone)]
struct DurationSum {
    sum: Value,
    count: u64,
}

impl Sum {
    #[inline]
    fn add_number(&mut self, function: &str, number: Number, weight: u64) -> Result<()> {
        self.count = self.count.saturating_add(weight);
        match number {
            Number::Integer(value) => {
                self.integer = i128::from(value)
                    .checked_mul(i128::from(weight))
                    .and_then(|product| self.integer.checked_add(product))
                    .ok_or_else(|| too_large(function))?;
            }
            Number::Float(value) => {
                self.float += value * weight as f64;
                self.has_floats = true;
            }
        }
        Ok(())
    }

    fn add_duration(&mut self, function: &str, duration: &Value, weight: u64) -> Result<()> {
        let product = match weight {
            1 => duration.clone(),
            _ => defined(temporal::multiply(duration, &integer(function, weight)?))?,
        };
        match &mut self.durations {
            Some(durations) => {
                durations.sum = defined(temporal::add(&durations.sum, &product))?;
                durations.count = durations.count.saturating_add(weight);
            }
            None => {
                self.durations = Some(Box::new(DurationSum {
                    sum: product,
                    count: weight,
                }));
            }
        }
        Ok(())
    }

    fn add(&mut self, function: &str, later: Sum) -> Result<()> {
        self.count = self.count.saturating_add(later.count);
        self.integer = self
            .integer
            .checked_add(later.integer)
            .ok_or_else(|| too_large(function))?;
        self.float += later.float;
        self.has_floats |= later.has_floats;
        match (&mut self.durations, later.durations) {
            (Some(durations), Some(later)) => {
                durations.sum = defined(temporal::add(&durations.sum, &later.sum))?;
                durations.count = durations.count.saturating_add(later.count);
            }
            (durations @ None, later) => *durations = later,
            (Some(_), None) => {}
        }
        Ok(())
    }

    /// The durations, if the group has any; numbers beside them have no sum with them.
    fn durations(&self, function: &str) -> Result<Option<&DurationSum>> {
        match self.durations.as_deref() {
            Some(durations) if self.count > 0 => {
                let wanted = "either numbers or durations, not both";
                Err(wrong_type(function, wanted, &durations.sum))
            }
            durations => Ok(durations),
        }
    }

    fn as_float(&self) -> f64 {
        self.integer as f64 + self.float
    }

    fn total(&self) -> Result<Value> {
        match self.durations("sum")? {
            Some(durations) => Ok(durations.sum.clone()),
            None if self.has_floats => Ok(Value::Float(self.as_float())),
            None => i64::try_from(self.integer)
                .map(Value::Integer)
                .map_err(|_| too_large("sum")),
        }
    }

    fn average(&self) -> Result<Value> {
        match self.durations("avg")? {
            Some(durations) => {
                let count = integer("avg", durations.count)?;
                defined(temporal::divide(&durations.sum, &count))
            }
            None if self.count == 0 => Ok(Value::Null),
            None => Ok(Value::Float(self.as_float() / self.count as f64)),
        }
    }
}

/// A weight as a value.
fn integer(function: &str, weight: u64) -> Result<Value> {
    i64::try_from(weight)
        .map(Value::Integer)
        .map_err(|_| too_large(function))
}

/// The result of an operation that durations have.
fn defined(result: Option<Result<Value>>) -> Result<Value> {
    result.unwrap_or_else(|| Err(Error::internal("durations do not add up")))
}

fn too_large(function: &str) -> Error {
    overflow(format!("the result of {function}() does not fit 64 bits"))
}

/// Adds the rows of a column to the sums of their groups.
fn add_rows(function: &str, sums: &mut [Sum], column: &Column, rows: Rows) -> Result<()> {
    if let ([sum], Column::Integer(array), None) = (&mut *sums, column, rows.weights)
        && array.null_count() == 0
    {
        // One group of plain numbers: 2^63 of them are needed for 128 bits to overflow.
        let total = array.values().iter().map(|value| i128::from(*value)).sum();
        sum.integer = sum
            .integer
            .checked_add(total)
            .ok_or_else(|| too_large(function))?;
        sum.count = sum.count.saturating_add(array.len() as u64);
        return Ok(());
    }
    let Column::Value(values) = column else {
        return rows.each_number(function, column, |group, number, weight| {
            sums[group].add_number(function, number, weight)
        });
    };
    rows.each_value(values, |group, value, weight| {
        let sum = &mut sums[group];
        match value {
            Value::Duration(_) => sum.add_duration(function, value, weight),
            Value::Integer(value) => sum.add_number(function, Number::Integer(*value), weight),
            Value::Float(value) => sum.add_number(function, Number::Float(*value), weight),
            _ => Err(wrong_type(function, "numbers or durations", value)),
        }
    })
}

/// `sum(value)`: of the values' type; the integer 0 of no values.
pub(super) type Total = Summed<false>;
/// `avg(value)`: a float, or a duration; null of no values.
pub(super) type Average = Summed<true>;

/// The sums, and at the end these or the averages.
#[derive(Debug, Default)]
pub(super) struct Summed<const AVERAGE: bool> {
    sums: Vec<Sum>,
}

impl<const AVERAGE: bool> Accumulator for Summed<AVERAGE> {
    fn grow(&mut self, groups: usize) {
        self.sums.resize(groups, Sum::default());
    }

    fn update(
        &mut self,
        arguments: &[Column],
        groups: &[u32],
        weights: Option<&[u64]>,
        _: &Context,
    ) -> Result<()> {
        let function = if AVERAGE { "avg" } else { "sum" };
        let rows = Rows { groups, weights };
        add_rows(function, &mut self.sums, &arguments[0], rows)
    }

    fn merge(&mut self, later: Box<dyn Accumulator>, groups: &[u32], _: &Context) -> Result<()> {
        let function = if AVERAGE { "avg" } else { "sum" };
        let later = same_kind::<Self>(later)?;
        let mut pairs = groups.iter().zip(later.sums);
        pairs.try_for_each(|(group, sum)| self.sums[*group as usize].add(function, sum))
    }

    fn finish(&mut self) -> Result<Column> {
        let sums = std::mem::take(&mut self.sums);
        let result = if AVERAGE { Sum::average } else { Sum::total };
        let results: Result<Vec<Value>> = sums.iter().map(result).collect();
        results.map(Column::from_values)
    }
}
