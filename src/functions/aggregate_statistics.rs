//! Aggregates of statistics: `stDev`, `stDevP`, `percentileCont`, `percentileDisc`.

use arrow_array::{Array, Float64Array};

use super::aggregate::{Memory, Number, Rows};
use super::argument::{float, out_of_range};
use super::row::{Accumulator, same_kind};
use crate::column::Column;
use crate::context::Context;
use crate::error::Result;
use crate::value::{Value, order};

/// `stDev(value)` where `SAMPLE`, else `stDevP(value)`, by Welford's method; 0.0 of too few
/// values.
#[derive(Debug, Default)]
pub(super) struct Deviation<const SAMPLE: bool> {
    moments: Vec<Moments>,
}

/// `stDev(value)`
pub(super) type SampleDeviation = Deviation<true>;
/// `stDevP(value)`
pub(super) type PopulationDeviation = Deviation<false>;

/// Number, mean and sum of squared distances from the mean.
#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, value: f64, weight: u64) {
        let weight = weight as f64;
        self.count += weight;
        let distance = value - self.mean;
        self.mean += distance * weight / self.count;
        self.squares += weight * distance * (value - self.mean);
    }

    /// Chan, Golub, LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample
    /// Variances" (1979).
    fn merge(&mut self, later: Moments) {
        let count = self.count + later.count;
        if count > 0.0 {
            let distance = later.mean - self.mean;
            self.mean += distance * later.count / count;
            self.squares += later.squares + distance * distance * self.count * later.count / count;
            self.count = count;
        }
    }

    fn deviation(self, degrees_of_freedom: f64) -> f64 {
        if degrees_of_freedom > 0.0 {
            (self.squares / degrees_of_freedom).sqrt()
        } else {
            0.0
        }
    }
}

impl<const SAMPLE: bool> Accumulator for Deviation<SAMPLE> {
    fn grow(&mut self, groups: usize) {
        self.moments.resize(groups, Moments::default());
    }

    fn update(
        &mut self,
        arguments: &[Column],
        groups: &[u32],
        weights: Option<&[u64]>,
        _: &Context,
    ) -> Result<()> {
        let function = if SAMPLE { "stDev" } else { "stDevP" };
        let rows = Rows { groups, weights };
        rows.each_number(function, &arguments[0], |group, number, weight| {
            self.moments[group].add(number.as_float(), weight);
            Ok(())
        })
    }

    fn merge(&mut self, later: Box<dyn Accumulator>, groups: &[u32], _: &Context) -> Result<()> {
        let later = same_kind::<Self>(later)?;
        for (group, moments) in groups.iter().zip(later.moments) {
            self.moments[*group as usize].merge(moments);
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<Column> {
        let lost = if SAMPLE { 1.0 } else { 0.0 };
        let deviations = self
            .moments
            .drain(..)
            .map(|moments| moments.deviation(moments.count - lost));
        Ok(Column::Float(Float64Array::from_iter_values(deviations)))
    }
}

/// `percentileCont(value, percentile)` where `BETWEEN`: the point between two values; else
/// `percentileDisc(value, percentile)`: one of the values. Null of no values.
#[derive(Debug, Default)]
pub(super) struct Percentile<const BETWEEN: bool> {
    groups: Vec<Ranked>,
    memory: Memory,
}

/// `percentileCont(value, percentile)`
pub(super) type ContinuousPercentile = Percentile<true>;
/// `percentileDisc(value, percentile)`
pub(super) type DiscretePercentile = Percentile<false>;

/// The values of a group, each with its weight, and the percentile of its first row.
#[derive(Debug, Clone, Default)]
struct Ranked {
    percentile: f64,
    values: Vec<(Number, u64)>,
}

impl Ranked {
    /// Sorts the values and gives their number, weights counted.
    fn sort(&mut self) -> u64 {
        self.values
            .sort_by(|(left, _), (right, _)| order(&left.as_value(), &right.as_value()));
        self.values
            .iter()
            .fold(0, |count: u64, (_, weight)| count.saturating_add(*weight))
    }

    /// The value at a place in the order.
    fn at(&self, place: u64) -> Option<Number> {
        let mut before = 0_u64;
        self.values.iter().find_map(|(number, weight)| {
            before = before.saturating_add(*weight);
            (place < before).then_some(*number)
        })
    }

    /// The least value that at least this part of the values does not exceed.
    fn discrete(mut self) -> Value {
        let count = self.sort();
        let place = (self.percentile * count as f64).ceil() as u64;
        self.at(place.saturating_sub(1).min(count.saturating_sub(1)))
            .map_or(Value::Null, Number::as_value)
    }

    /// The point that has this part of the way from the least to the greatest place behind it.
    fn continuous(mut self) -> Value {
        let count = self.sort();
        let place = self.percentile * count.saturating_sub(1) as f64;
        let below = self.at(place.floor() as u64).map(Number::as_float);
        let above = self.at(place.ceil() as u64).map(Number::as_float);
        match (below, above) {
            (Some(below), Some(above)) if below == above => Value::Float(below),
            (Some(below), Some(above)) => {
                Value::Float(below * (place.ceil() - place) + above * (place - place.floor()))
            }
            _ => Value::Null,
        }
    }
}

impl<const BETWEEN: bool> Percentile<BETWEEN> {
    const NAME: &str = if BETWEEN {
        "percentileCont"
    } else {
        "percentileDisc"
    };

    /// The percentile of a row, checked.
    fn percentile(column: &Column, row: usize) -> Result<f64> {
        let percentile = match column {
            Column::Float(array) if array.is_valid(row) => array.value(row),
            Column::Integer(array) if array.is_valid(row) => array.value(row) as f64,
            other => float(Self::NAME, &other.value(row))?,
        };
        if (0.0..=1.0).contains(&percentile) {
            Ok(percentile)
        } else {
            Err(out_of_range(format!(
                "{}() takes a percentile between 0.0 and 1.0, got {percentile}",
                Self::NAME
            )))
        }
    }
}

impl<const BETWEEN: bool> Accumulator for Percentile<BETWEEN> {
    fn grow(&mut self, groups: usize) {
        self.groups.resize(groups, Ranked::default());
    }

    fn update(
        &mut self,
        arguments: &[Column],
        groups: &[u32],
        weights: Option<&[u64]>,
        context: &Context,
    ) -> Result<()> {
        let column = &arguments[0];
        // Twice, as a vector doubles when it is full.
        let entries = column.len().saturating_mul(2);
        self.memory
            .grow(context, entries * size_of::<(Number, u64)>())?;
        for (row, group) in groups.iter().enumerate() {
            if !column.is_null(row) {
                let percentile = Self::percentile(&arguments[1], row)?;
                let ranked = &mut self.groups[*group as usize];
                if ranked.values.is_empty() {
                    ranked.percentile = percentile;
                }
            }
        }
        let rows = Rows { groups, weights };
        rows.each_number(Self::NAME, column, |group, number, weight| {
            self.groups[group].values.push((number, weight));
            Ok(())
        })
    }

    fn merge(
        &mut self,
        later: Box<dyn Accumulator>,
        groups: &[u32],
        context: &Context,
    ) -> Result<()> {
        let later = same_kind::<Self>(later)?;
        self.memory.absorb(later.memory);
        for (group, ranked) in groups.iter().zip(later.groups) {
            let known = &mut self.groups[*group as usize];
            if known.values.is_empty() {
                *known = ranked;
                continue;
            }
            let bytes = ranked.values.len() * 2 * size_of::<(Number, u64)>();
            self.memory.grow(context, bytes)?;
            known.values.extend(ranked.values);
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<Column> {
        let groups = std::mem::take(&mut self.groups);
        let percentile = if BETWEEN {
            Ranked::continuous
        } else {
            Ranked::discrete
        };
        Ok(Column::from_values(groups.into_iter().map(percentile)))
    }
}
