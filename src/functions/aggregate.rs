//! Aggregates that count and compare: `count`, `min`, `max`; and the loop
//! over the rows of all groups, which every aggregate shares.
//!
//! Each keeps one state a group, in a vector. Typed columns are folded without making a value of
//! a cell; columns of values are read in place.

use std::cmp::Ordering;

use arrow_array::{Array, ArrayAccessor, Int64Array};
use arrow_buffer::BooleanBuffer;

use super::argument::{LARGE, wrong_type};
use super::row::{Accumulator, same_kind};
use crate::column::Column;
use crate::context::{Context, Reservation};
use crate::error::Result;
use crate::value::{Date, LocalDateTime, Value, order, order_floats};

/// The groups of the rows and how often each row counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'a> {
    pub(super) groups: &'a [u32],
    pub(super) weights: Option<&'a [u64]>,
}

/// A number of either type.
#[derive(Debug, Clone, Copy)]
pub(super) enum Number {
    Integer(i64),
    Float(f64),
}

impl Number {
    pub(super) fn as_float(self) -> f64 {
        match self {
            Number::Integer(value) => value as f64,
            Number::Float(value) => value,
        }
    }

    pub(super) fn as_value(self) -> Value {
        match self {
            Number::Integer(value) => Value::Integer(value),
            Number::Float(value) => Value::Float(value),
        }
    }
}

impl Rows<'_> {
    /// How often a row counts.
    fn weight(&self, row: usize) -> u64 {
        self.weights.map_or(1, |weights| weights[row])
    }

    /// Calls `step` with row, group and weight of each row that `counts` and whose weight is
    /// not 0.
    pub(super) fn each_row(
        &self,
        counts: impl Fn(usize) -> bool,
        mut step: impl FnMut(usize, usize, u64) -> Result<()>,
    ) -> Result<()> {
        for (row, group) in self.groups.iter().enumerate() {
            let weight = self.weight(row);
            if weight > 0 && counts(row) {
                step(row, *group as usize, weight)?;
            }
        }
        Ok(())
    }

    /// Calls `step` with group, value and weight of each row whose value is not null.
    pub(super) fn each<A: ArrayAccessor>(
        &self,
        array: A,
        mut step: impl FnMut(usize, A::Item, u64) -> Result<()>,
    ) -> Result<()> {
        if array.null_count() == 0 && self.weights.is_none() {
            for (row, group) in self.groups.iter().enumerate() {
                step(*group as usize, array.value(row), 1)?;
            }
            return Ok(());
        }
        self.each_row(
            |row| array.is_valid(row),
            |row, group, weight| step(group, array.value(row), weight),
        )
    }

    /// [`Rows::each`] over values.
    pub(super) fn each_value<'v>(
        &self,
        values: &'v [Value],
        mut step: impl FnMut(usize, &'v Value, u64) -> Result<()>,
    ) -> Result<()> {
        self.each_row(
            |row| !values[row].is_null(),
            |row, group, weight| step(group, &values[row], weight),
        )
    }

    /// [`Rows::each`] for an aggregate that takes numbers.
    pub(super) fn each_number(
        &self,
        function: &str,
        column: &Column,
        mut step: impl FnMut(usize, Number, u64) -> Result<()>,
    ) -> Result<()> {
        match column {
            Column::Integer(array) => self.each(array, |group, value, weight| {
                step(group, Number::Integer(value), weight)
            }),
            Column::Float(array) => self.each(array, |group, value, weight| {
                step(group, Number::Float(value), weight)
            }),
            Column::Value(values) => self.each_value(values, |group, value, weight| {
                let number = match value {
                    Value::Integer(value) => Number::Integer(*value),
                    Value::Float(value) => Number::Float(*value),
                    other => return Err(wrong_type(function, "numbers", other)),
                };
                step(group, number, weight)
            }),
            other => match (0..other.len()).find(|row| !other.is_null(*row)) {
                Some(row) => Err(wrong_type(function, "numbers", &other.value(row))),
                None => Ok(()),
            },
        }
    }
}

/// The numbers, 64 at a time, with `instead` in the place of those whose bit in the mask is not set.
/// Loops over them have no branches.
pub(super) fn masked<'m>(
    values: &'m [i64],
    mask: &'m BooleanBuffer,
    instead: i64,
) -> impl Iterator<Item = impl Iterator<Item = i64> + 'm> + 'm {
    let words = mask.bit_chunks();
    let words = words.iter().chain(std::iter::once(words.remainder_bits()));
    let words: Vec<u64> = words.collect();
    values.chunks(64).zip(words).map(move |(values, word)| {
        let pick = move |(place, value): (usize, &i64)| match word >> place & 1 {
            1 => *value,
            _ => instead,
        };
        values.iter().enumerate().map(pick)
    })
}

/// The memory of an accumulator, reserved from the first statement context that it sees.
#[derive(Debug, Default)]
pub(super) struct Memory {
    reservation: Option<Reservation>,
    /// Bytes that are not reserved yet: few, so that rows need not reserve one by one.
    pending: usize,
}

impl Memory {
    /// Reserves `bytes` more.
    pub(super) fn grow(&mut self, context: &Context, bytes: usize) -> Result<()> {
        self.pending = self.pending.saturating_add(bytes);
        if self.pending < LARGE {
            return Ok(());
        }
        self.reservation
            .get_or_insert_with(|| context.reservation())
            .grow(std::mem::take(&mut self.pending))
    }

    /// Holds what another accumulator held, too.
    pub(super) fn absorb(&mut self, other: Memory) {
        self.pending = self.pending.saturating_add(other.pending);
        match (&mut self.reservation, other.reservation) {
            (Some(known), Some(other)) => known.absorb(other),
            (known @ None, other) => *known = other,
            (Some(_), None) => {}
        }
    }
}

/// A new accumulator of a type that starts empty.
pub(super) fn start<A: Accumulator + Default + 'static>() -> Box<dyn Accumulator> {
    Box::new(A::default())
}

/// `count(value)`
#[derive(Debug, Default)]
pub(super) struct Count {
    counts: Vec<i64>,
}

impl Accumulator for Count {
    fn grow(&mut self, groups: usize) {
        self.counts.resize(groups, 0);
    }

    fn update(
        &mut self,
        arguments: &[Column],
        groups: &[u32],
        weights: Option<&[u64]>,
        _: &Context,
    ) -> Result<()> {
        let column = &arguments[0];
        if let (None, [only]) = (weights, self.counts.as_mut_slice()) {
            *only = only.saturating_add((groups.len() - column.null_count()) as i64);
            return Ok(());
        }
        let has_nulls = column.null_count() > 0;
        Rows { groups, weights }.each_row(
            |row| !has_nulls || !column.is_null(row),
            |_, group, weight| {
                let weight = i64::try_from(weight).unwrap_or(i64::MAX);
                self.counts[group] = self.counts[group].saturating_add(weight);
                Ok(())
            },
        )
    }

    fn merge(&mut self, later: Box<dyn Accumulator>, groups: &[u32], _: &Context) -> Result<()> {
        let later = same_kind::<Self>(later)?;
        for (group, count) in groups.iter().zip(later.counts) {
            let known = &mut self.counts[*group as usize];
            *known = known.saturating_add(count);
        }
        Ok(())
    }

    fn update_masked(&mut self, arguments: &[Column], mask: &BooleanBuffer) -> Result<bool> {
        let column = &arguments[0];
        let count = match column.nulls() {
            Some(nulls) => (nulls.inner() & mask).count_set_bits(),
            None if column.null_count() == 0 => mask.count_set_bits(),
            None => return Ok(false),
        };
        self.counts[0] = self.counts[0].saturating_add(count as i64);
        Ok(true)
    }

    fn finish(&mut self) -> Result<Column> {
        let counts = std::mem::take(&mut self.counts);
        Ok(Column::Integer(Int64Array::from(counts)))
    }
}

/// `min(value)` where `LEAST`, else `max(value)`: the first or last value in the order of
/// `ORDER BY`, null aside. Of equal values the first row's is kept.
#[derive(Debug, Default)]
pub(super) struct Extreme<const LEAST: bool> {
    state: Extremes,
    groups: usize,
    memory: Memory,
}

/// `min(value)`
pub(super) type Minimum = Extreme<true>;
/// `max(value)`
pub(super) type Maximum = Extreme<false>;

/// The best value of each group so far, typed as long as all columns have one type.
#[derive(Debug, Default)]
enum Extremes {
    #[default]
    None,
    Integer(Vec<Option<i64>>),
    Float(Vec<Option<f64>>),
    Date(Vec<Option<i64>>),
    LocalDateTime(Vec<Option<i64>>),
    String(Vec<Option<Box<str>>>),
    Value(Vec<Option<Value>>),
}

impl Extremes {
    /// No value yet, for the type of `column`.
    fn like(column: &Column, groups: usize) -> Extremes {
        match column {
            Column::Null(_) => Extremes::None,
            Column::Integer(_) => Extremes::Integer(vec![None; groups]),
            Column::Float(_) => Extremes::Float(vec![None; groups]),
            Column::Date(_) => Extremes::Date(vec![None; groups]),
            Column::LocalDateTime(_) => Extremes::LocalDateTime(vec![None; groups]),
            Column::String(_) | Column::Dictionary(_) => Extremes::String(vec![None; groups]),
            _ => Extremes::Value(vec![None; groups]),
        }
    }

    fn grow(&mut self, groups: usize) {
        match self {
            Extremes::None => {}
            Extremes::Integer(best) | Extremes::Date(best) | Extremes::LocalDateTime(best) => {
                best.resize(groups, None);
            }
            Extremes::Float(best) => best.resize(groups, None),
            Extremes::String(best) => best.resize(groups, None),
            Extremes::Value(best) => best.resize(groups, None),
        }
    }

    /// The same values, no longer typed.
    fn into_values(self, groups: usize) -> Vec<Option<Value>> {
        match self {
            Extremes::None => vec![None; groups],
            Extremes::Integer(best) => boxed(best, Value::Integer),
            Extremes::Float(best) => boxed(best, Value::Float),
            Extremes::Date(best) => boxed(best, |days| Value::Date(Date { days })),
            Extremes::LocalDateTime(best) => boxed(best, |instant| {
                Value::LocalDateTime(LocalDateTime::from_nanoseconds(instant))
            }),
            Extremes::String(best) => boxed(best, |text| Value::String(text.into())),
            Extremes::Value(best) => best,
        }
    }
}

fn boxed<T>(best: Vec<Option<T>>, value: impl Fn(T) -> Value) -> Vec<Option<Value>> {
    best.into_iter().map(|best| best.map(&value)).collect()
}

impl<const LEAST: bool> Extreme<LEAST> {
    /// Whether a value takes the place of the best so far, from how the two compare.
    fn better(found: Ordering) -> bool {
        if LEAST { found.is_lt() } else { found.is_gt() }
    }

    /// The best of some integers; of none the worst there is.
    fn extreme(values: impl Iterator<Item = i64>) -> i64 {
        match LEAST {
            true => values.fold(i64::MAX, i64::min),
            false => values.fold(i64::MIN, i64::max),
        }
    }

    /// Puts a small value in its place.
    fn keep<T>(best: &mut Option<T>, value: T, compare: impl Fn(&T, &T) -> Ordering) {
        match best {
            Some(old) if !Self::better(compare(&value, old)) => {}
            _ => *best = Some(value),
        }
    }

    /// Puts a value in its place, or a copy where it is shared.
    fn keep_value(
        best: &mut Option<Value>,
        value: &Value,
        context: &Context,
        memory: &mut Memory,
    ) -> Result<()> {
        match best {
            Some(old) if !Self::better(order(value, old)) => {}
            _ => {
                memory.grow(context, value.heap_size())?;
                *best = Some(value.clone());
            }
        }
        Ok(())
    }
}

impl<const LEAST: bool> Accumulator for Extreme<LEAST> {
    fn grow(&mut self, groups: usize) {
        self.groups = groups;
        self.state.grow(groups);
    }

    fn update(
        &mut self,
        arguments: &[Column],
        groups: &[u32],
        weights: Option<&[u64]>,
        context: &Context,
    ) -> Result<()> {
        let column = &arguments[0];
        let rows = Rows { groups, weights };
        if matches!(self.state, Extremes::None) {
            self.state = Extremes::like(column, self.groups);
        }
        let memory = &mut self.memory;
        match (&mut self.state, column) {
            (_, Column::Null(_)) => Ok(()),
            (Extremes::Integer(best), Column::Integer(array))
            | (Extremes::Date(best), Column::Date(array))
            | (Extremes::LocalDateTime(best), Column::LocalDateTime(array)) => {
                if let ([best], None, 0) = (best.as_mut_slice(), weights, array.null_count())
                    && !array.is_empty()
                {
                    let value = Self::extreme(array.values().iter().copied());
                    Self::keep(best, value, i64::cmp);
                    return Ok(());
                }
                rows.each(array, |group, value, _| {
                    Self::keep(&mut best[group], value, i64::cmp);
                    Ok(())
                })
            }
            (Extremes::Float(best), Column::Float(array)) => rows.each(array, |group, value, _| {
                Self::keep(&mut best[group], value, |a, b| order_floats(*a, *b));
                Ok(())
            }),
            (Extremes::String(best), Column::String(array)) => {
                rows.each(array, |group, text, _| {
                    let old = best[group].as_deref();
                    if old.is_none_or(|old| Self::better(text.cmp(old))) {
                        memory.grow(context, text.len())?;
                        best[group] = Some(text.into());
                    }
                    Ok(())
                })
            }
            (Extremes::String(_), Column::Dictionary(dictionary)) => {
                let texts = Column::String(dictionary.unpacked());
                self.update(&[texts], groups, weights, context)
            }
            (state, column) => {
                let mut best = std::mem::take(state).into_values(self.groups);
                let folded = match column {
                    Column::Value(values) => rows.each_value(values, |group, value, _| {
                        Self::keep_value(&mut best[group], value, context, memory)
                    }),
                    _ => rows.each_row(
                        |row| !column.is_null(row),
                        |row, group, _| {
                            let value = column.value(row);
                            Self::keep_value(&mut best[group], &value, context, memory)
                        },
                    ),
                };
                *state = Extremes::Value(best);
                folded
            }
        }
    }

    fn merge(
        &mut self,
        later: Box<dyn Accumulator>,
        groups: &[u32],
        context: &Context,
    ) -> Result<()> {
        // The best of each later group is a row more.
        let best = same_kind::<Self>(later)?.finish()?;
        self.update(&[best], groups, None, context)
    }

    fn update_masked(&mut self, arguments: &[Column], mask: &BooleanBuffer) -> Result<bool> {
        let column = &arguments[0];
        if matches!(self.state, Extremes::None) {
            self.state = Extremes::like(column, self.groups);
        }
        let (best, array) = match (&mut self.state, column) {
            (Extremes::Integer(best), Column::Integer(array))
            | (Extremes::Date(best), Column::Date(array))
            | (Extremes::LocalDateTime(best), Column::LocalDateTime(array)) => (best, array),
            _ => return Ok(false),
        };
        if array.null_count() > 0 || mask.count_set_bits() == 0 {
            return Ok(false);
        }
        let worst = Self::extreme(std::iter::empty());
        let value = Self::extreme(masked(array.values(), mask, worst).map(Self::extreme));
        Self::keep(&mut best[0], value, i64::cmp);
        Ok(true)
    }

    fn finish(&mut self) -> Result<Column> {
        Ok(match std::mem::take(&mut self.state) {
            Extremes::None => Column::Null(self.groups),
            Extremes::Integer(best) => Column::Integer(best.into()),
            Extremes::Float(best) => Column::Float(best.into()),
            Extremes::Date(best) => Column::Date(best.into()),
            Extremes::LocalDateTime(best) => Column::LocalDateTime(best.into()),
            Extremes::String(best) => Column::String(best.into_iter().collect()),
            Extremes::Value(best) => {
                Column::from_values(best.into_iter().map(Option::unwrap_or_default))
            }
        })
    }
}
