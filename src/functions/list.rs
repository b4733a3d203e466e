//! Functions on lists, and on what has a size like them.

use super::Environment;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::value::Value;

fn list<'v>(value: &'v Value, function: &str) -> Result<&'v [Value]> {
    match value {
        Value::List(values) => Ok(values),
        other => Err(Error::type_error(format!(
            "{function} needs a list, got {}",
            other.value_type()
        ))),
    }
}

/// The number of elements of a list, of characters of a string.
pub fn size(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    match &arguments[0] {
        Value::List(values) => Ok(Value::Integer(values.len() as i64)),
        Value::String(text) => Ok(Value::Integer(text.chars().count() as i64)),
        other => Err(Error::type_error(format!(
            "size needs a list or string, got {}",
            other.value_type()
        ))),
    }
}

/// Whether a list, map or string has nothing in it.
pub fn is_empty(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    match &arguments[0] {
        Value::List(values) => Ok(values.is_empty().into()),
        Value::String(text) => Ok(text.is_empty().into()),
        Value::Map(entries) => Ok(entries.is_empty().into()),
        other => Err(Error::type_error(format!(
            "isEmpty needs a list, map or string, got {}",
            other.value_type()
        ))),
    }
}

/// The first element, null of an empty list.
pub fn head(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    Ok(list(&arguments[0], "head")?
        .first()
        .cloned()
        .unwrap_or_default())
}

/// The last element, null of an empty list.
pub fn last(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    Ok(list(&arguments[0], "last")?
        .last()
        .cloned()
        .unwrap_or_default())
}

/// All elements but the first.
pub fn tail(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    let values = list(&arguments[0], "tail")?;
    Ok(Value::list(values.get(1..).unwrap_or_default().to_vec()))
}

/// A list or string turned round.
pub fn reverse(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    match &arguments[0] {
        Value::List(values) => Ok(Value::list(values.iter().rev().cloned().collect())),
        Value::String(text) => Ok(text.chars().rev().collect::<String>().into()),
        other => Err(Error::type_error(format!(
            "reverse needs a list or string, got {}",
            other.value_type()
        ))),
    }
}

/// Integers from a first to a last one, both included, by steps.
pub fn range(environment: &Environment, arguments: &[Value]) -> Result<Value> {
    let integer = |value: &Value| match value {
        Value::Integer(value) => Ok(*value),
        other => Err(Error::new(
            ErrorKind::ArgumentError,
            ErrorDetail::InvalidArgumentType,
            format!("range needs integers, got {}", other.value_type()),
        )),
    };
    let (start, end) = (integer(&arguments[0])?, integer(&arguments[1])?);
    let step = arguments.get(2).map(integer).transpose()?.unwrap_or(1);
    if step == 0 {
        return Err(Error::new(
            ErrorKind::ArgumentError,
            ErrorDetail::NumberOutOfRange,
            "the step of range cannot be 0",
        ));
    }
    let distance = i128::from(end) - i128::from(start);
    if distance.signum() * i128::from(step).signum() < 0 {
        return Ok(Value::list(Vec::new()));
    }
    let count = distance / i128::from(step) + 1;
    let bytes = count.saturating_mul(size_of::<Value>() as i128);
    let _held = environment
        .context
        .reserve(usize::try_from(bytes).unwrap_or(usize::MAX))?;
    let values = (0..count)
        .map(|index| Value::Integer((i128::from(start) + index * i128::from(step)) as i64));
    Ok(Value::list(values.collect()))
}
