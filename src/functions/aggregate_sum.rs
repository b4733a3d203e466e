//! Aggregates that add up: `sum` and `avg`, of numbers or of durations.

use arrow_array::{Array, Int64Array};
use arrow_buffer::BooleanBuffer;

use super::aggregate::{Number, Rows, masked};
use super::argument::{overflow, wrong_type};
use super::lanes;
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

    /// Adds the total of so many integers.
    fn add_total(&mut self, function: &str, total: i128, count: usize) -> Result<()> {
        self.count = self.count.saturating_add(count as u64);
        let sum = self.integer.checked_add(total);
        self.integer = sum.ok_or_else(|| too_large(function))?;
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

/// The total of up to 2^31 integers, by halves: these fit the registers that add several at once.
fn total(values: impl Iterator<Item = i64>) -> i128 {
    let halves = |(high, low): (i64, i64), value: i64| {
        (
            high.wrapping_add(value >> 32),
            low.wrapping_add(value & 0xffff_ffff),
        )
    };
    let (high, low) = values.fold((0, 0), halves);
    (i128::from(high) << 32) + i128::from(low)
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
    groups: usize,
    /// What integers add up to as long as that fits.
    small: Vec<SmallSum>,
    /// What does not, and all else; as many as groups, or none.
    sums: Vec<Sum>,
}

/// A sum of integers that fits 64 bits.
#[derive(Debug, Clone, Default)]
struct SmallSum {
    integer: i64,
    count: u64,
}

impl SmallSum {
    fn average(&self) -> Option<f64> {
        (self.count > 0).then(|| self.integer as f64 / self.count as f64)
    }
}

/// Numbers below this, 2^16 of them, and how many they are fit one word.
const PACKED_BITS: u32 = 31;
const COUNT_BITS: u32 = 47;

impl<const AVERAGE: bool> Summed<AVERAGE> {
    const FUNCTION: &str = if AVERAGE { "avg" } else { "sum" };

    fn sums(&mut self) -> &mut [Sum] {
        self.sums.resize(self.groups, Sum::default());
        &mut self.sums
    }

    /// Adds integers, each counted once.
    fn add_integers(&mut self, values: &[i64], groups: &[u32]) -> Result<()> {
        let (count, rows) = (self.small.len(), values.len());
        if count == 1 {
            let total = total(values.iter().copied());
            return self.sums()[0].add_total(Self::FUNCTION, total, rows);
        }
        if count <= lanes::MOST_GROUPS && (lanes::FEWEST_ROWS..1 << 16).contains(&rows) {
            let bits = values.iter().fold(0, |bits, value| bits | *value as u64);
            if bits >> PACKED_BITS == 0 {
                let packed = |value: &i64| 1 << COUNT_BITS | *value as u64;
                let sums = lanes::sums(groups, values, count, packed);
                for (group, sum) in sums.enumerate() {
                    let integer = (sum & ((1 << COUNT_BITS) - 1)) as i64;
                    self.add(group, integer, sum >> COUNT_BITS)?;
                }
                return Ok(());
            }
        }
        for (value, group) in values.iter().zip(groups) {
            self.add(*group as usize, *value, 1)?;
        }
        Ok(())
    }

    /// Adds the sum of `count` integers to that of a group.
    #[inline]
    fn add(&mut self, group: usize, integer: i64, count: u64) -> Result<()> {
        let small = &mut self.small[group];
        small.count += count;
        match small.integer.checked_add(integer) {
            Some(sum) => small.integer = sum,
            None => {
                let before = i128::from(std::mem::replace(&mut small.integer, integer));
                self.sums()[group].add_total(Self::FUNCTION, before, 0)?;
            }
        }
        Ok(())
    }

    /// Puts the small sums to the others.
    fn join(&mut self) -> Result<()> {
        let small = std::mem::take(&mut self.small);
        for (small, sum) in small.iter().zip(self.sums()) {
            let count = usize::try_from(small.count).unwrap_or(usize::MAX);
            sum.add_total(Self::FUNCTION, i128::from(small.integer), count)?;
        }
        Ok(())
    }
}

impl<const AVERAGE: bool> Accumulator for Summed<AVERAGE> {
    fn grow(&mut self, groups: usize) {
        self.groups = groups;
        self.small.resize(groups, SmallSum::default());
    }

    fn update(
        &mut self,
        arguments: &[Column],
        groups: &[u32],
        weights: Option<&[u64]>,
        _: &Context,
    ) -> Result<()> {
        match (&arguments[0], weights) {
            (Column::Integer(array), None) if array.null_count() == 0 => {
                self.add_integers(array.values(), groups)
            }
            (column, weights) => {
                let rows = Rows { groups, weights };
                add_rows(Self::FUNCTION, self.sums(), column, rows)
            }
        }
    }

    fn update_masked(&mut self, arguments: &[Column], mask: &BooleanBuffer) -> Result<bool> {
        let Column::Integer(array) = &arguments[0] else {
            return Ok(false);
        };
        if array.null_count() > 0 {
            return Ok(false);
        }
        let totals = masked(array.values(), mask, 0).map(total).sum();
        self.sums()[0].add_total(Self::FUNCTION, totals, mask.count_set_bits())?;
        Ok(true)
    }

    fn merge(&mut self, later: Box<dyn Accumulator>, groups: &[u32], _: &Context) -> Result<()> {
        let mut later = same_kind::<Self>(later)?;
        if later.sums.is_empty() {
            let mut pairs = groups.iter().zip(&later.small);
            return pairs.try_for_each(|(group, small)| {
                self.add(*group as usize, small.integer, small.count)
            });
        }
        later.join()?;
        let known = self.sums();
        let mut pairs = groups.iter().zip(later.sums);
        pairs.try_for_each(|(group, sum)| known[*group as usize].add(Self::FUNCTION, sum))
    }

    fn finish(&mut self) -> Result<Column> {
        if self.sums.is_empty() {
            let small = std::mem::take(&mut self.small).into_iter();
            return Ok(match AVERAGE {
                true => Column::Float(small.map(|sum| sum.average()).collect()),
                false => {
                    Column::Integer(Int64Array::from_iter_values(small.map(|sum| sum.integer)))
                }
            });
        }
        self.join()?;
        let sums = std::mem::take(&mut self.sums);
        let result = if AVERAGE { Sum::average } else { Sum::total };
        let results: Result<Vec<Value>> = sums.iter().map(result).collect();
        results.map(Column::from_values)
    }
}
