//! The constructors `date`, `localtime`, `time`, `localdatetime` and `datetime`: the current time,
//! a text, a map, or what another value has of the type.

use super::fields::out_of_years;
use super::{Environment, Fields, Kind, integer, statement_time};
use crate::column::Column;
use crate::error::{Error, Result};
use crate::value::Value;
use crate::value::temporal::{DateTime, NANOSECONDS_PER_DAY, NANOSECONDS_PER_SECOND, Parts, Zone};

macro_rules! constructors {
    ($($(#[$meta:meta])* $name:ident $kind:ident;)+) => {$(
        $(#[$meta])*
        pub fn $name(environment: &Environment, arguments: &[Value]) -> Result<Value> {
            construct(Kind::$kind, environment, arguments)
        }
    )+};
}

constructors! {
    /// A date, or today.
    date Date;
    /// A time of day without offset, or now.
    localtime LocalTime;
    /// A time of day with offset, or now.
    time Time;
    /// A date with a time of day, or now.
    localdatetime LocalDateTime;
    /// An instant in a zone, or now.
    datetime DateTime;
}

/// The kernel of `date`: the days of local date-times.
pub fn date_column(
    _environment: &Environment,
    columns: &[Column],
    _rows: usize,
) -> Result<Option<Column>> {
    Ok(match columns {
        [Column::LocalDateTime(instants)] => {
            let days = instants.unary(|instant: i64| instant.div_euclid(NANOSECONDS_PER_DAY));
            Some(Column::Date(days))
        }
        [Column::Date(days)] => Some(Column::Date(days.clone())),
        _ => None,
    })
}

fn construct(kind: Kind, environment: &Environment, arguments: &[Value]) -> Result<Value> {
    let now = statement_time(environment);
    match arguments.first() {
        None => kind.build(now.into(), now),
        Some(Value::Null) => Ok(Value::Null),
        Some(Value::String(text)) => kind.parse(text, now),
        Some(Value::Map(map)) => match Fields::read(kind, map)? {
            None => Ok(Value::Null),
            Some(fields) if fields.is_current() => {
                let zone = fields.timezone.unwrap_or(now.zone());
                kind.build(now.in_zone(zone).into(), now)
            }
            Some(fields) => kind.build(fields.parts(kind, now)?, now),
        },
        Some(other) => match Parts::of(other) {
            Some(parts) => kind.build(parts, now),
            None => Err(Error::type_error(format!(
                "{} needs a string, map or temporal value, got {}",
                kind.name(),
                other.value_type()
            ))),
        },
    }
}

/// `datetime.fromepoch(seconds, nanoseconds)`: the instant so long after 1970-01-01T00:00Z.
pub fn datetime_from_epoch(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    from_epoch(
        arguments,
        ["seconds", "nanoseconds"],
        [NANOSECONDS_PER_SECOND, 1],
    )
}

/// `datetime.fromepochmillis(milliseconds)`: the instant so long after 1970-01-01T00:00Z.
pub fn datetime_from_epoch_millis(
    _environment: &Environment,
    arguments: &[Value],
) -> Result<Value> {
    from_epoch(arguments, ["milliseconds"], [1_000_000])
}

/// The instant of a sum of numbers of units, each of so many nanoseconds.
fn from_epoch<const N: usize>(
    arguments: &[Value],
    names: [&str; N],
    sizes: [i64; N],
) -> Result<Value> {
    let mut instant = 0;
    for ((name, size), value) in names.into_iter().zip(sizes).zip(arguments) {
        if value.is_null() {
            return Ok(Value::Null);
        }
        instant += i128::from(integer(name, value)?) * i128::from(size);
    }
    DateTime::from_instant(instant, Zone::UTC)
        .map(Value::DateTime)
        .ok_or_else(out_of_years)
}
