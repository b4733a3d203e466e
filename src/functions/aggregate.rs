//! Aggregates: one value from the values of many rows, for many groups at once. Columns of numbers,
//! strings and dates are read without making values.

use std::cmp::Ordering;
use std::collections::HashMap;

use arrow_array::Int64Array;

use super::Accumulator;
use crate::column::Column;
use crate::context::{Context, Reservation};
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::value::{Value, order, temporal};

fn weight(weights: Option<&[u64]>, row: usize) -> u64 {
    weights.map_or(1, |weights| weights[row])
}

/// `count(value)`: how many values are not null.
#[derive(Default)]
pub struct Count(Vec<i64>);

impl Count {
    /// The state for no group yet.
    pub fn create() -> Box<dyn Accumulator> {
        Box::<Count>::default()
    }
}

impl Accumulator for Count {
    fn grow(&mut self, groups: usize) {
        self.0.resize(groups, 0);
    }

    fn update(
        &mut self,
        arguments: &[Column],
        groups: &[u32],
        weights: Option<&[u64]>,
        _context: &Context,
    ) -> Result<()> {
        for (row, group) in groups.iter().enumerate() {
            if !arguments[0].is_null(row) {
                self.0[*group as usize] += weight(weights, row) as i64;
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<Column> {
        Ok(Column::Integer(Int64Array::from(std::mem::take(
            &mut self.0,
        ))))
    }
}

/// A sum that stays an integer as long as all values are; durations add up too.
#[derive(Clone, Default)]
enum Total {
    #[default]
    Nothing,
    Integer(i128),
    Float(f64),
    Other(Value),
}

impl Total {
    fn add(self, value: Value, weight: u64) -> Result<Total> {
        let times = weight as f64;
        Ok(match (self, value) {
            (total, Value::Null) => total,
            (Total::Nothing, Value::Integer(value)) => {
                Total::Integer(i128::from(value) * i128::from(weight))
            }
            (Total::Nothing, Value::Float(value)) => Total::Float(value * times),
            (Total::Integer(sum), Value::Integer(value)) => {
                Total::Integer(sum + i128::from(value) * i128::from(weight))
            }
            (Total::Integer(sum), Value::Float(value)) => Total::Float(sum as f64 + value * times),
            (Total::Float(sum), Value::Integer(value)) => Total::Float(sum + value as f64 * times),
            (Total::Float(sum), Value::Float(value)) => Total::Float(sum + value * times),
            (total @ (Total::Nothing | Total::Other(_)), value @ Value::Duration(_)) => {
                let part = temporal::multiply(&value, &Value::Integer(weight as i64));
                let part = part.unwrap_or(Ok(Value::Null))?;
                match total {
                    Total::Other(sum) => {
                        Total::Other(temporal::add(&sum, &part).unwrap_or(Ok(Value::Null))?)
                    }
                    _ => Total::Other(part),
                }
            }
            (_, other) => {
                return Err(Error::type_error(format!(
                    "a sum needs numbers or durations, got {}",
                    other.value_type()
                )));
            }
        })
    }
}

/// `sum(value)` and `avg(value)`.
pub struct Sum {
    totals: Vec<Total>,
    counts: Vec<u64>,
    average: bool,
}

impl Sum {
    /// `sum`: 0 of nothing.
    pub fn sum() -> Box<dyn Accumulator> {
        Box::new(Sum {
            totals: Vec::new(),
            counts: Vec::new(),
            average: false,
        })
    }

    /// `avg`: null of nothing.
    pub fn average() -> Box<dyn Accumulator> {
        Box::new(Sum {
            totals: Vec::new(),
            counts: Vec::new(),
            average: true,
        })
    }

    fn add(&mut self, group: u32, value: Value, weight: u64) -> Result<()> {
        let total = &mut self.totals[group as usize];
        *total = std::mem::take(total).add(value, weight)?;
        self.counts[group as usize] += weight;
        Ok(())
    }
}

impl Accumulator for Sum {
    fn grow(&mut self, groups: usize) {
        self.totals.resize(groups, Total::Nothing);
        self.counts.resize(groups, 0);
    }

    fn update(
        &mut self,
        arguments: &[Column],
        groups: &[u32],
        weights: Option<&[u64]>,
        _context: &Context,
    ) -> Result<()> {
        let column = &arguments[0];
        for (row, group) in groups.iter().enumerate() {
            if column.is_null(row) {
                continue;
            }
            let value = match column {
                Column::Integer(array) => Value::Integer(array.value(row)),
                Column::Float(array) => Value::Float(array.value(row)),
                other => other.value(row),
            };
            self.add(*group, value, weight(weights, row))?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<Column> {
        let results = self.totals.iter().zip(&self.counts).map(|(total, count)| {
            Ok(match (total, self.average) {
                (Total::Nothing, true) => Value::Null,
                (Total::Nothing, false) => Value::Integer(0),
                (Total::Integer(sum), true) => Value::Float(*sum as f64 / *count as f64),
                (Total::Integer(sum), false) => {
                    Value::Integer(i64::try_from(*sum).map_err(|_| {
                        Error::new(
                            ErrorKind::ArithmeticError,
                            ErrorDetail::IntegerOverflow,
                            "a sum does not fit an integer of 64 bits",
                        )
                    })?)
                }
                (Total::Float(sum), true) => Value::Float(sum / *count as f64),
                (Total::Float(sum), false) => Value::Float(*sum),
                (Total::Other(sum), true) => temporal::divide(sum, &Value::Integer(*count as i64))
                    .unwrap_or(Ok(Value::Null))?,
                (Total::Other(sum), false) => sum.clone(),
            })
        });
        Ok(Column::from_values(results.collect::<Result<Vec<_>>>()?))
    }
}

/// `min(value)` and `max(value)`, by the order of `ORDER BY`.
pub struct Extreme {
    /// For each group the column and row of its best value so far.
    best: Vec<Option<(u32, u32)>>,
    kept: Vec<Column>,
    wanted: Ordering,
}

impl Extreme {
    /// `min`
    pub fn minimum() -> Box<dyn Accumulator> {
        Box::new(Extreme {
            best: Vec::new(),
            kept: Vec::new(),
            wanted: Ordering::Less,
        })
    }

    /// `max`
    pub fn maximum() -> Box<dyn Accumulator> {
        Box::new(Extreme {
            best: Vec::new(),
            kept: Vec::new(),
            wanted: Ordering::Greater,
        })
    }

    /// Gathers the best values into one column, so that no more than these are held.
    fn compact(&mut self) -> Result<()> {
        let mut parts = Vec::with_capacity(self.kept.len());
        let mut groups_of_rows: Vec<usize> = Vec::new();
        for (number, column) in self.kept.iter().enumerate() {
            let mut rows = Vec::new();
            for (group, best) in self.best.iter().enumerate() {
                if let Some((part, row)) = best
                    && *part as usize == number
                {
                    rows.push(*row);
                    groups_of_rows.push(group);
                }
            }
            parts.push(column.take(&rows.into())?);
        }
        for (row, group) in groups_of_rows.into_iter().enumerate() {
            self.best[group] = Some((0, row as u32));
        }
        self.kept = vec![Column::concat(&parts)?];
        Ok(())
    }
}

impl Accumulator for Extreme {
    fn grow(&mut self, groups: usize) {
        self.best.resize(groups, None);
    }

    fn update(
        &mut self,
        arguments: &[Column],
        groups: &[u32],
        _weights: Option<&[u64]>,
        _context: &Context,
    ) -> Result<()> {
        let column = &arguments[0];
        let part = self.kept.len() as u32;
        for (row, group) in groups.iter().enumerate() {
            if column.is_null(row) {
                continue;
            }
            let better = match self.best[*group as usize] {
                None => true,
                Some((number, best)) if number == part => {
                    column.order(row, column, best as usize) == self.wanted
                }
                Some((number, best)) => {
                    column.order(row, &self.kept[number as usize], best as usize) == self.wanted
                }
            };
            if better {
                self.best[*group as usize] = Some((part, row as u32));
            }
        }
        self.kept.push(column.clone());
        if self.kept.len() >= 64 {
            self.compact()?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<Column> {
        if self.kept.is_empty() {
            return Ok(Column::Null(self.best.len()));
        }
        self.compact()?;
        let rows: arrow_array::UInt32Array = self
            .best
            .iter()
            .map(|best| best.map(|(_, row)| row))
            .collect();
        match &self.kept[0] {
            empty if empty.is_empty() => Ok(Column::Null(rows.len())),
            kept => kept.take(&rows),
        }
    }
}

/// `collect(value)`: the values in the order of the rows.
#[derive(Default)]
pub struct Collect {
    lists: Vec<Vec<Value>>,
    held: Option<Reservation>,
}

impl Collect {
    /// The state for no group yet.
    pub fn create() -> Box<dyn Accumulator> {
        Box::<Collect>::default()
    }
}

impl Accumulator for Collect {
    fn grow(&mut self, groups: usize) {
        self.lists.resize(groups, Vec::new());
    }

    fn update(
        &mut self,
        arguments: &[Column],
        groups: &[u32],
        weights: Option<&[u64]>,
        context: &Context,
    ) -> Result<()> {
        let held = self.held.get_or_insert_with(|| context.reservation());
        for (row, group) in groups.iter().enumerate() {
            if arguments[0].is_null(row) {
                continue;
            }
            let value = arguments[0].value(row);
            let times = weight(weights, row);
            let bytes = size_of::<Value>().saturating_mul(times as usize);
            held.grow(bytes.saturating_add(value.heap_size()))?;
            let list = &mut self.lists[*group as usize];
            list.extend(std::iter::repeat_n(value, times as usize));
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<Column> {
        let lists = std::mem::take(&mut self.lists);
        Ok(Column::Value(
            lists
                .into_iter()
                .map(Value::list)
                .collect::<Vec<_>>()
                .into(),
        ))
    }
}

/// Numbers of each group, for what needs all of them: deviations and percentiles.
pub struct Numbers {
    numbers: Vec<Vec<Value>>,
    fractions: HashMap<u32, f64>,
    finish: fn(&[Value], Option<f64>) -> Value,
    held: Option<Reservation>,
}

impl Numbers {
    fn with(finish: fn(&[Value], Option<f64>) -> Value) -> Box<dyn Accumulator> {
        Box::new(Numbers {
            numbers: Vec::new(),
            fractions: HashMap::new(),
            finish,
            held: None,
        })
    }

    /// `stDev`: of a sample.
    pub fn sample_deviation() -> Box<dyn Accumulator> {
        Numbers::with(|numbers, _| deviation(numbers, 1))
    }

    /// `stDevP`: of all.
    pub fn deviation() -> Box<dyn Accumulator> {
        Numbers::with(|numbers, _| deviation(numbers, 0))
    }

    /// `percentileCont`: between the two nearest values.
    pub fn percentile_continuous() -> Box<dyn Accumulator> {
        Numbers::with(|numbers, fraction| {
            let sorted = sorted(numbers);
            let (Some(fraction), false) = (fraction, sorted.is_empty()) else {
                return Value::Null;
            };
            let place = fraction * (sorted.len() - 1) as f64;
            let (below, above) = (place.floor() as usize, place.ceil() as usize);
            let (low, high) = (as_float(&sorted[below]), as_float(&sorted[above]));
            Value::Float(low + (high - low) * (place - below as f64))
        })
    }

    /// `percentileDisc`: the nearest value.
    pub fn percentile_discrete() -> Box<dyn Accumulator> {
        Numbers::with(|numbers, fraction| {
            let sorted = sorted(numbers);
            let (Some(fraction), false) = (fraction, sorted.is_empty()) else {
                return Value::Null;
            };
            let place = (fraction * sorted.len() as f64).ceil() as usize;
            sorted[place.saturating_sub(1).min(sorted.len() - 1)].clone()
        })
    }
}

fn as_float(value: &Value) -> f64 {
    match value {
        Value::Integer(value) => *value as f64,
        Value::Float(value) => *value,
        _ => f64::NAN,
    }
}

fn sorted(numbers: &[Value]) -> Vec<Value> {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(order);
    sorted
}

/// The standard deviation, the sum of squares divided by the count less `correction`.
fn deviation(numbers: &[Value], correction: usize) -> Value {
    if numbers.len() <= correction {
        return Value::Float(0.0);
    }
    let count = numbers.len() as f64;
    let mean = numbers.iter().map(as_float).sum::<f64>() / count;
    let squares: f64 = numbers
        .iter()
        .map(|number| (as_float(number) - mean).powi(2))
        .sum();
    Value::Float((squares / (count - correction as f64)).sqrt())
}

impl Accumulator for Numbers {
    fn grow(&mut self, groups: usize) {
        self.numbers.resize(groups, Vec::new());
    }

    fn update(
        &mut self,
        arguments: &[Column],
        groups: &[u32],
        weights: Option<&[u64]>,
        context: &Context,
    ) -> Result<()> {
        let held = self.held.get_or_insert_with(|| context.reservation());
        for (row, group) in groups.iter().enumerate() {
            if let Some(fractions) = arguments.get(1) {
                self.fractions
                    .insert(*group, fraction(&fractions.value(row))?);
            }
            match arguments[0].value(row) {
                Value::Null => {}
                number @ (Value::Integer(_) | Value::Float(_)) => {
                    let times = weight(weights, row) as usize;
                    held.grow(times.saturating_mul(size_of::<Value>()))?;
                    self.numbers[*group as usize].extend(std::iter::repeat_n(number, times));
                }
                other => {
                    return Err(Error::type_error(format!(
                        "expected numbers, got {}",
                        other.value_type()
                    )));
                }
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<Column> {
        let results = self.numbers.iter().enumerate().map(|(group, numbers)| {
            (self.finish)(numbers, self.fractions.get(&(group as u32)).copied())
        });
        Ok(Column::from_values(results))
    }
}

/// The second argument of a percentile.
fn fraction(value: &Value) -> Result<f64> {
    let fraction = as_float(value);
    if (0.0..=1.0).contains(&fraction) {
        return Ok(fraction);
    }
    Err(Error::new(
        ErrorKind::ArgumentError,
        ErrorDetail::NumberOutOfRange,
        format!("a percentile must be between 0.0 and 1.0, got {value}"),
    ))
}
