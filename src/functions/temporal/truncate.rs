//! `date.truncate(unit, value, fields)` and the same of the other types: a value set back to the
//! beginning of a unit, with some smaller fields given.

use super::{Environment, Fields, Kind, statement_time, text};
use crate::error::{Error, Result};
use crate::value::Value;
use crate::value::temporal::{Parts, Span, Unit};

macro_rules! truncations {
    ($($name:ident $kind:ident;)+) => {$(
        #[doc = concat!("A ", stringify!($kind), " at the beginning of a unit.")]
        pub fn $name(environment: &Environment, arguments: &[Value]) -> Result<Value> {
            truncate(Kind::$kind, environment, arguments)
        }
    )+};
}

truncations! {
    date_truncate Date;
    localtime_truncate LocalTime;
    time_truncate Time;
    localdatetime_truncate LocalDateTime;
    datetime_truncate DateTime;
}

fn truncate(kind: Kind, environment: &Environment, arguments: &[Value]) -> Result<Value> {
    let now = statement_time(environment);
    let (unit, parts) = match arguments {
        [unit] => (unit, Parts::from(now)),
        [unit, value, ..] if !unit.is_null() && !value.is_null() => {
            let parts = Parts::of(value).ok_or_else(|| {
                Error::type_error(format!(
                    "{}.truncate needs a temporal value, got {}",
                    kind.name(),
                    value.value_type()
                ))
            })?;
            (unit, parts)
        }
        _ => return Ok(Value::Null),
    };
    let unit = Unit::find(text("unit", unit)?)?;
    let mut parts = truncate_parts(kind, unit, parts)?;
    match arguments.get(2) {
        None | Some(Value::Null) => {}
        Some(Value::Map(map)) => {
            let Some(mut fields) = Fields::read_numbers(kind, map)? else {
                return Ok(Value::Null);
            };
            apply(&mut fields, kind, unit, &mut parts)?;
        }
        Some(other) => {
            return Err(Error::type_error(format!(
                "the fields must be a map, got {}",
                other.value_type()
            )));
        }
    }
    kind.build(parts, now)
}

/// The parts that the type has, set back to the beginning of the unit.
fn truncate_parts(kind: Kind, unit: Unit, parts: Parts) -> Result<Parts> {
    let missing = |part| {
        Error::type_error(format!(
            "{}.truncate needs a value that has a {part}",
            kind.name()
        ))
    };
    let mut result = parts;
    if kind.has_date() && kind.has_time() {
        let local = parts.local_date_time().ok_or_else(|| missing("date"))?;
        let (date, time) = unit.truncate_both(local.date(), local.time())?;
        result.date = Some(date);
        result.time = Some(time);
    } else if kind.has_date() {
        let date = parts.date.ok_or_else(|| missing("date"))?;
        result.date = Some(unit.truncate_date(date)?);
    } else {
        let time = parts.time.ok_or_else(|| missing("time"))?;
        result.time = Some(unit.truncate_time(time)?);
    }
    Ok(result)
}

/// Puts the given fields into the truncated parts. A zone is put in place of the old one without
/// a change of the time that clocks show.
fn apply(fields: &mut Fields, kind: Kind, unit: Unit, parts: &mut Parts) -> Result<()> {
    if let (true, Some(date)) = (kind.has_date(), parts.date) {
        parts.date = Some(fields.components.date(Some(date))?);
    }
    if let (true, Some(time)) = (kind.has_time(), parts.time) {
        if let Span::Nanoseconds(span) = unit.span {
            fields.components.keep_fraction(time, span);
        }
        parts.time = Some(fields.components.time(Some(time))?);
    }
    match fields.timezone {
        Some(zone) if kind.has_zone() => {
            parts.zone = Some(zone);
            parts.offset = None;
        }
        Some(_) => {
            return Err(Error::argument(format!(
                "{}.truncate has no field timezone",
                kind.name()
            )));
        }
        None => {}
    }
    Ok(())
}
