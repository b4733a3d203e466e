//! Reading arguments of functions: the value of the wanted type, or the error that says what was
//! wanted. The number of arguments is checked before the query runs; their types only as far as
//! they are known then.

use std::sync::Arc;

use super::Environment;
use crate::context::Reservation;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::value::Value;

/// From this many bytes on a single result is reserved on its own; smaller ones are covered by
/// the batch that they go to.
pub(super) const LARGE: usize = 1 << 16;

/// After this many steps of a loop within one call, the interrupt is looked at.
pub(super) const STEPS_BETWEEN_CHECKS: usize = 1 << 16;

/// The error of an argument whose type became known only while rows were computed.
pub(super) fn wrong_type(function: &str, wanted: &str, got: &Value) -> Error {
    Error::new(
        ErrorKind::TypeError,
        ErrorDetail::InvalidArgumentValue,
        format!("{function}() takes {wanted}, got {}", got.value_type()),
    )
}

/// The error of a number of the right type that the function has no answer for.
pub(super) fn out_of_range(message: impl Into<String>) -> Error {
    Error::new(
        ErrorKind::ArgumentError,
        ErrorDetail::NumberOutOfRange,
        message,
    )
}

/// The error of a whole number beyond 64 bits.
pub(super) fn overflow(message: impl Into<String>) -> Error {
    Error::new(
        ErrorKind::ArithmeticError,
        ErrorDetail::IntegerOverflow,
        message,
    )
}

/// An integer.
pub(super) fn integer(function: &str, value: &Value) -> Result<i64> {
    match value {
        Value::Integer(value) => Ok(*value),
        other => Err(wrong_type(function, "an integer", other)),
    }
}

/// A number that counts something: an integer of at least 0.
pub(super) fn count(function: &str, value: &Value) -> Result<usize> {
    let value = integer(function, value)?;
    usize::try_from(value).map_err(|_| {
        out_of_range(format!(
            "{function}() takes no negative number, got {value}"
        ))
    })
}

/// A number, as a float.
pub(super) fn float(function: &str, value: &Value) -> Result<f64> {
    match value {
        Value::Integer(value) => Ok(*value as f64),
        Value::Float(value) => Ok(*value),
        other => Err(wrong_type(function, "a number", other)),
    }
}

/// A string.
pub(super) fn text<'a>(function: &str, value: &'a Value) -> Result<&'a Arc<str>> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(wrong_type(function, "a string", other)),
    }
}

/// A list.
pub(super) fn list<'a>(function: &str, value: &'a Value) -> Result<&'a Arc<Vec<Value>>> {
    match value {
        Value::List(values) => Ok(values),
        other => Err(wrong_type(function, "a list", other)),
    }
}

/// Reserves the `bytes` of a large result before it is built. The caller holds the reservation
/// until the result is handed on.
pub(super) fn admit(environment: &Environment, bytes: usize) -> Result<Option<Reservation>> {
    if bytes < LARGE {
        return Ok(None);
    }
    environment.context.check()?;
    environment.context.reserve(bytes).map(Some)
}

/// [`admit`] for a list of `length` values, without what they hold themselves.
pub(super) fn admit_list(environment: &Environment, length: usize) -> Result<Option<Reservation>> {
    admit(environment, length.saturating_mul(size_of::<Value>()))
}
