//! `duration`, and the durations between two values.

use super::{Environment, integer};
use crate::error::{Error, ErrorDetail, ErrorKind, Result, did_you_mean};
use crate::value::temporal::{self, Accumulator, DURATION_UNITS, Duration, decimal};
use crate::value::{Map, Value};

/// A duration from a text, or from a map of units and their numbers.
pub fn duration(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    match arguments.first() {
        None | Some(Value::Null) => Ok(Value::Null),
        Some(Value::String(text)) => Ok(Value::Duration(text.parse()?)),
        Some(Value::Duration(duration)) => Ok(Value::Duration(*duration)),
        Some(Value::Map(map)) if map.values().any(Value::is_null) => Ok(Value::Null),
        Some(Value::Map(map)) => of_map(map).map(Value::Duration),
        Some(other) => Err(Error::type_error(format!(
            "duration needs a string or map, got {}",
            other.value_type()
        ))),
    }
}

fn of_map(map: &Map) -> Result<Duration> {
    let too_long = || {
        Error::new(
            ErrorKind::ArgumentError,
            ErrorDetail::NumberOutOfRange,
            "a part of the duration does not fit 64 bits",
        )
    };
    let mut total = Accumulator::of_decimals();
    for (name, value) in map {
        let row = DURATION_UNITS.iter().find(|(own, _)| **own == **name);
        let Some((_, unit)) = row else {
            let error = Error::argument(format!("duration has no field {name}"));
            return Err(
                match did_you_mean(name, DURATION_UNITS.iter().map(|(own, _)| *own)) {
                    Some(hint) => error.hint(hint),
                    None => error,
                },
            );
        };
        // A float counts as the decimal number that it is written as.
        let amount = match value {
            Value::Float(float) => float.to_string(),
            other => integer(name, other)?.to_string(),
        };
        decimal(&amount)
            .and_then(|amount| total.add(*unit, amount))
            .ok_or_else(too_long)?;
    }
    total.finish().ok_or_else(too_long)
}

macro_rules! differences {
    ($($(#[$meta:meta])* $name:ident = $difference:path;)+) => {$(
        $(#[$meta])*
        pub fn $name(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
            match arguments {
                [from, to] if !from.is_null() && !to.is_null() => {
                    $difference(from, to).map(Value::Duration)
                }
                _ => Ok(Value::Null),
            }
        }
    )+};
}

differences! {
    /// `duration.between(from, to)`: months, days and seconds.
    duration_between = temporal::between;
    /// `duration.inMonths(from, to)`: whole months.
    duration_in_months = temporal::in_months;
    /// `duration.inDays(from, to)`: whole days.
    duration_in_days = temporal::in_days;
    /// `duration.inSeconds(from, to)`: seconds and nanoseconds.
    duration_in_seconds = temporal::in_seconds;
}
