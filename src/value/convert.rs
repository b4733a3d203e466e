//! Rust values as values of the language, and back.

use std::sync::Arc;

use super::{Date, DateTime, Duration, LocalDateTime, LocalTime, Time, Value};
use crate::error::{Error, Result};

macro_rules! from {
    ($($source:ty => |$value:ident| $result:expr;)+) => {$(
        impl From<$source> for Value {
            fn from($value: $source) -> Value {
                $result
            }
        }
    )+};
}

from! {
    bool => |value| Value::Boolean(value);
    i64 => |value| Value::Integer(value);
    i32 => |value| Value::Integer(value.into());
    u32 => |value| Value::Integer(value.into());
    f64 => |value| Value::Float(value);
    &str => |value| Value::String(value.into());
    String => |value| Value::String(value.into());
    Arc<str> => |value| Value::String(value);
    Date => |value| Value::Date(value);
    LocalTime => |value| Value::LocalTime(value);
    Time => |value| Value::Time(value);
    LocalDateTime => |value| Value::LocalDateTime(value);
    DateTime => |value| Value::DateTime(value);
    Duration => |value| Value::Duration(value);
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(values: Vec<T>) -> Value {
        Value::list(values.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

/// The error of a conversion that does not fit.
fn mismatch(wanted: &str, value: &Value) -> Error {
    Error::type_error(format!("expected {wanted}, got {}", value.value_type()))
}

macro_rules! try_from {
    ($($target:ty, $wanted:literal, $pattern:pat => $result:expr;)+) => {$(
        impl TryFrom<Value> for $target {
            type Error = Error;

            fn try_from(value: Value) -> Result<$target> {
                match value {
                    $pattern => Ok($result),
                    other => Err(mismatch($wanted, &other)),
                }
            }
        }
    )+};
}

try_from! {
    bool, "a boolean", Value::Boolean(value) => value;
    i64, "an integer", Value::Integer(value) => value;
    f64, "a float", Value::Float(value) => value;
    String, "a string", Value::String(value) => value.to_string();
    Arc<str>, "a string", Value::String(value) => value;
    Date, "a date", Value::Date(value) => value;
    LocalTime, "a local time", Value::LocalTime(value) => value;
    Time, "a time", Value::Time(value) => value;
    LocalDateTime, "a local datetime", Value::LocalDateTime(value) => value;
    DateTime, "a datetime", Value::DateTime(value) => value;
    Duration, "a duration", Value::Duration(value) => value;
}
