//! Aggregates that add up: `sum` and `avg`, of numbers or of durations.

use super::aggregate::{Number, Rows};
use super::argument::{overflow, wrong_type};
use super::row::Accumulator;
use crate::column::Column;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::value::{Duration, Value};

/// The running sum of one group.
///
/// Integers are added in 128 bits, so that only the result has to fit 64 and the order of the
/// rows decides nothing.
#[derive(Debug, Clone, Default)]
struct Sum {
    integer: i128,
    float: f64,
    has_floats: bool,
    count: u64,
    duration: Option<Box<DurationSum>>,
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

    fn add_duration(&mut self, function: &str, value: Duration, weight: u64) -> Result<()> {
        self.count = self.count.saturating_add(weight);
        self.duration
            .get_or_insert_default()
            .add(value, weight)
            .ok_or_else(|| too_large(function))
    }

    fn as_float(&self) -> f64 {
        self.integer as f64 + self.float
    }

    fn total(&self) -> Result<Value> {
        match &self.duration {
            Some(duration) => duration.total().map(Value::Duration),
            None if self.has_floats => Ok(Value::Float(self.as_float())),
            None => i64::try_from(self.integer)
                .map(Value::Integer)
                .map_err(|_| too_large("sum")),
        }
    }

    fn average(&self) -> Result<Value> {
        match &self.duration {
            _ if self.count == 0 => Ok(Value::Null),
            Some(duration) => {
                let divided = duration
                    .divided(self.count)
                    .ok_or_else(|| too_large("avg"))?;
                divided.total().map(Value::Duration)
            }
            None => Ok(Value::Float(self.as_float() / self.count as f64)),
        }
    }
}

fn too_large(function: &str) -> Error {
    overflow(format!("the result of {function}() does not fit 64 bits"))
}

/// Adds the rows of a column to the sums of their groups.
fn add_rows(function: &str, sums: &mut [Sum], column: &Column, rows: Rows) -> Result<()> {
    let Column::Value(values) = column else {
        return rows.each_number(function, column, |group, number, weight| {
            sums[group].add_number(function, number, weight)
        });
    };
    rows.each_value(values, |group, value, weight| {
        let sum = &mut sums[group];
        let has_numbers = sum.count > 0 && sum.duration.is_none();
        match value {
            Value::Duration(value) if !has_numbers => sum.add_duration(function, *value, weight),
            Value::Integer(value) if sum.duration.is_none() => {
                sum.add_number(function, Number::Integer(*value), weight)
            }
            Value::Float(value) if sum.duration.is_none() => {
                sum.add_number(function, Number::Float(*value), weight)
            }
            Value::Duration(_) => Err(wrong_type(function, "no duration beside numbers", value)),
            _ if sum.duration.is_some() => Err(wrong_type(
                function,
                "only durations beside a duration",
                value,
            )),
            _ => Err(wrong_type(function, "numbers or durations", value)),
        }
    })
}

/// The parts of a sum of durations.
#[derive(Debug, Clone, Default)]
struct DurationSum {
    months: i128,
    days: i128,
    nanoseconds: i128,
}

const NANOSECONDS_OF_SECOND: i128 = 1_000_000_000;

impl DurationSum {
    /// `None` where a part overflows.
    fn add(&mut self, value: Duration, weight: u64) -> Option<()> {
        let weight = i128::from(weight);
        let nanoseconds =
            i128::from(value.seconds) * NANOSECONDS_OF_SECOND + i128::from(value.nanoseconds);
        let sum = |old: i128, part: i128| old.checked_add(part.checked_mul(weight)?);
        self.months = sum(self.months, i128::from(value.months))?;
        self.days = sum(self.days, i128::from(value.days))?;
        self.nanoseconds = sum(self.nanoseconds, nanoseconds)?;
        Some(())
    }

    fn total(&self) -> Result<Duration> {
        let part = |part: i128| i64::try_from(part).map_err(|_| too_large("sum"));
        Ok(Duration {
            months: part(self.months)?,
            days: part(self.days)?,
            seconds: part(self.nanoseconds.div_euclid(NANOSECONDS_OF_SECOND))?,
            nanoseconds: self.nanoseconds.rem_euclid(NANOSECONDS_OF_SECOND) as i32,
        })
    }

    /// Each part divided by `count`, which is not 0; what is left of the months goes on as days,
    /// of the days as seconds. `None` where a part overflows.
    fn divided(&self, count: u64) -> Option<DurationSum> {
        /// The mean month of the Gregorian calendar.
        const SECONDS_OF_MONTH: i128 = 2_629_746;
        const SECONDS_OF_DAY: i128 = 86_400;
        let count = i128::from(count);
        let left_of_months = self.months % count * SECONDS_OF_MONTH;
        let days = self
            .days
            .checked_mul(SECONDS_OF_DAY)?
            .checked_add(left_of_months)?;
        let left_of_days = days % (count * SECONDS_OF_DAY);
        let nanoseconds = left_of_days
            .checked_mul(NANOSECONDS_OF_SECOND)?
            .checked_add(self.nanoseconds)?;
        Some(DurationSum {
            months: self.months / count,
            days: days / (count * SECONDS_OF_DAY),
            nanoseconds: nanoseconds / count,
        })
    }
}

/// `sum(value)`: of the values' type; the integer 0 of no values.
#[derive(Debug, Default)]
pub(super) struct Total {
    sums: Vec<Sum>,
}

impl Accumulator for Total {
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
        add_rows(
            "sum",
            &mut self.sums,
            &arguments[0],
            Rows { groups, weights },
        )
    }

    fn finish(&mut self) -> Result<Column> {
        let sums = std::mem::take(&mut self.sums);
        let totals: Result<Vec<Value>> = sums.iter().map(Sum::total).collect();
        totals.map(Column::from_values)
    }
}

/// `avg(value)`: a float, or a duration; null of no values.
#[derive(Debug, Default)]
pub(super) struct Average {
    sums: Vec<Sum>,
}

impl Accumulator for Average {
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
        add_rows(
            "avg",
            &mut self.sums,
            &arguments[0],
            Rows { groups, weights },
        )
    }

    fn finish(&mut self) -> Result<Column> {
        let sums = std::mem::take(&mut self.sums);
        let averages: Result<Vec<Value>> = sums.iter().map(Sum::average).collect();
        averages.map(Column::from_values)
    }
}
