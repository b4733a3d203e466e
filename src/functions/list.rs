//! Lists, and what lists and strings have in common: length, emptiness, order.

use super::Environment;
use super::argument::{
    STEPS_BETWEEN_CHECKS, admit, admit_list, list, out_of_range, overflow, wrong_type,
};
use super::kernel::measure_texts;
use super::text::length;
use crate::column::Column;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::value::Value;

/// What the functions of strings and lists say that they take.
const LIST_OR_STRING: &str = "a list or a string";

pub(super) fn size(_: &Environment, arguments: &[Value]) -> Result<Value> {
    match &arguments[0] {
        Value::List(values) => Ok(Value::Integer(values.len() as i64)),
        Value::String(text) => Ok(Value::Integer(length(text))),
        other => Err(wrong_type("size", LIST_OR_STRING, other)),
    }
}

/// Strings and lists are measured where they are; a value of another type goes row by row, to
/// fail there.
pub(super) fn size_column(
    _: &Environment,
    columns: &[Column],
    _rows: usize,
) -> Result<Option<Column>> {
    Ok(match &columns[0] {
        Column::String(array) => Some(measure_texts(array, length)),
        Column::Value(values) => {
            let sizes: Option<Vec<Option<i64>>> = values
                .iter()
                .map(|value| match value {
                    Value::List(values) => Some(Some(values.len() as i64)),
                    Value::String(text) => Some(Some(length(text))),
                    Value::Null => Some(None),
                    _ => None,
                })
                .collect();
            sizes.map(|sizes| Column::Integer(sizes.into()))
        }
        _ => None,
    })
}

pub(super) fn is_empty(_: &Environment, arguments: &[Value]) -> Result<Value> {
    match &arguments[0] {
        Value::List(values) => Ok(Value::Boolean(values.is_empty())),
        Value::Map(entries) => Ok(Value::Boolean(entries.is_empty())),
        Value::String(text) => Ok(Value::Boolean(text.is_empty())),
        other => Err(wrong_type("isEmpty", "a list, a map or a string", other)),
    }
}

pub(super) fn reverse(environment: &Environment, arguments: &[Value]) -> Result<Value> {
    match &arguments[0] {
        Value::List(values) => {
            let _room = admit_list(environment, values.len())?;
            Ok(Value::list(values.iter().rev().cloned().collect()))
        }
        Value::String(text) => {
            let _room = admit(environment, text.len())?;
            let reversed: String = text.chars().rev().collect();
            Ok(Value::String(reversed.into()))
        }
        other => Err(wrong_type("reverse", LIST_OR_STRING, other)),
    }
}

pub(super) fn head(_: &Environment, arguments: &[Value]) -> Result<Value> {
    let values = list("head", &arguments[0])?;
    Ok(values.first().cloned().unwrap_or_default())
}

pub(super) fn last(_: &Environment, arguments: &[Value]) -> Result<Value> {
    let values = list("last", &arguments[0])?;
    Ok(values.last().cloned().unwrap_or_default())
}

pub(super) fn tail(environment: &Environment, arguments: &[Value]) -> Result<Value> {
    let values = list("tail", &arguments[0])?;
    let _room = admit_list(environment, values.len())?;
    Ok(Value::list(values.iter().skip(1).cloned().collect()))
}

/// The bounds of a range are no type errors: openCypher counts them as wrong arguments.
fn bound(value: &Value) -> Result<i64> {
    match value {
        Value::Integer(value) => Ok(*value),
        other => Err(Error::new(
            ErrorKind::ArgumentError,
            ErrorDetail::InvalidArgumentType,
            format!("range() takes integers, got {}", other.value_type()),
        )),
    }
}

/// The integers of a `range()`, not listed.
#[derive(Debug, Clone, Copy)]
pub struct IntegerRange {
    start: i64,
    step: i64,
    length: usize,
}

impl IntegerRange {
    /// The name of the function.
    pub const FUNCTION: &'static str = "range";

    /// What `range(start, end[, step])` holds, the end included; `None` where an argument is null.
    ///
    /// # Errors
    /// Those of `range()`.
    pub fn new(arguments: &[Value]) -> Result<Option<Self>> {
        if arguments.iter().any(Value::is_null) {
            return Ok(None);
        }
        let start = bound(&arguments[0])?;
        let end = bound(&arguments[1])?;
        let step = arguments.get(2).map_or(Ok(1), bound)?;
        let length = range_length(start, end, step)?;
        Ok(Some(IntegerRange {
            start,
            step,
            length,
        }))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Those at some of the places, which must be below the length.
    pub fn at(&self, places: std::ops::Range<usize>) -> impl Iterator<Item = i64> {
        let (start, step) = (self.start, self.step);
        // What is within the bounds is an integer, and so is the sum modulo 2^64.
        places.map(move |place| start.wrapping_add(step.wrapping_mul(place as i64)))
    }
}

/// `range(start, end[, step])`, the end included.
pub(super) fn range(environment: &Environment, arguments: &[Value]) -> Result<Value> {
    let Some(range) = IntegerRange::new(arguments)? else {
        return Ok(Value::Null);
    };
    let length = range.len();
    let _room = admit_list(environment, length)?;
    let mut values = Vec::with_capacity(length);
    for start in (0..length).step_by(STEPS_BETWEEN_CHECKS) {
        environment.context.check()?;
        let end = length.min(start + STEPS_BETWEEN_CHECKS);
        values.extend(range.at(start..end).map(Value::Integer));
    }
    Ok(Value::list(values))
}

/// How many integers `range(start, end, step)` holds.
fn range_length(start: i64, end: i64, step: i64) -> Result<usize> {
    if step == 0 {
        return Err(out_of_range("the step of range() must not be 0"));
    }
    let distance = i128::from(end) - i128::from(start);
    if distance != 0 && (distance > 0) != (step > 0) {
        return Ok(0);
    }
    usize::try_from(distance / i128::from(step) + 1)
        .map_err(|_| overflow("range() would hold more values than can be counted"))
}
