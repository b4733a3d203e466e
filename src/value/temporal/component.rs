//! The components of temporal values, as `value.name` gives them: tables of names and functions.

use super::duration::{DURATION_UNITS, DurationUnit};
use super::{Date, DateTime, Duration, LocalTime, NANOSECONDS_PER_SECOND, Parts, Zone};
use crate::value::Value;

/// A name and how the component is computed.
type Row<T> = (&'static str, fn(T) -> i64);

const OF_DATE: [Row<Date>; 10] = [
    ("year", |date| date.calendar().year),
    ("quarter", Date::quarter),
    ("month", |date| date.calendar().month),
    ("week", |date| date.week_date().week),
    ("weekYear", |date| date.week_date().year),
    ("dayOfQuarter", Date::day_of_quarter),
    ("day", |date| date.calendar().day),
    ("ordinalDay", Date::ordinal_day),
    ("dayOfWeek", |date| date.week_date().day),
    ("weekDay", |date| date.week_date().day),
];

const OF_TIME: [Row<LocalTime>; 6] = [
    ("hour", |time| {
        time.nanoseconds / (3_600 * NANOSECONDS_PER_SECOND)
    }),
    ("minute", |time| {
        time.nanoseconds / (60 * NANOSECONDS_PER_SECOND) % 60
    }),
    ("second", |time| {
        time.nanoseconds / NANOSECONDS_PER_SECOND % 60
    }),
    ("millisecond", |time| {
        time.nanoseconds % NANOSECONDS_PER_SECOND / 1_000_000
    }),
    ("microsecond", |time| {
        time.nanoseconds % NANOSECONDS_PER_SECOND / 1_000
    }),
    ("nanosecond", |time| {
        time.nanoseconds % NANOSECONDS_PER_SECOND
    }),
];

const OF_OFFSET: [Row<i32>; 2] = [
    ("offsetMinutes", |offset| i64::from(offset) / 60),
    ("offsetSeconds", i64::from),
];

const OF_DURATION: [Row<Duration>; 9] = [
    ("quartersOfYear", |duration| duration.months / 3 % 4),
    ("monthsOfQuarter", |duration| duration.months % 3),
    ("monthsOfYear", |duration| duration.months % 12),
    ("daysOfWeek", |duration| duration.days % 7),
    ("minutesOfHour", |duration| duration.seconds / 60 % 60),
    ("secondsOfMinute", |duration| duration.seconds % 60),
    ("millisecondsOfSecond", |duration| {
        i64::from(duration.nanoseconds) / 1_000_000
    }),
    ("microsecondsOfSecond", |duration| {
        i64::from(duration.nanoseconds) / 1_000
    }),
    ("nanosecondsOfSecond", |duration| {
        duration.nanoseconds.into()
    }),
];

/// The component of a temporal value that has this name.
///
/// `None` where the value is not temporal or has no such component, and where the component does
/// not fit 64 bits, as the nanoseconds of more than 292 years.
pub fn component(value: &Value, name: &str) -> Option<Value> {
    if let Value::Duration(duration) = value {
        return of_duration(*duration, name).map(Value::Integer);
    }
    let parts = Parts::of(value)?;
    let number = parts
        .date
        .and_then(|date| find(&OF_DATE, name, date))
        .or_else(|| find(&OF_TIME, name, parts.time?))
        .or_else(|| find(&OF_OFFSET, name, parts.offset?))
        .or_else(|| match value {
            Value::DateTime(instant) => of_instant(*instant, name),
            _ => None,
        });
    match name {
        "timezone" => Some(parts.zone?.to_string().into()),
        "offset" => Some(Zone::Offset(parts.offset?).to_string().into()),
        _ => number.map(Value::Integer),
    }
}

/// How the component of dates that has this name is computed.
pub fn date_component(name: &str) -> Option<fn(Date) -> i64> {
    computation(&OF_DATE, name)
}

/// How the component of times of day that has this name is computed.
pub fn time_component(name: &str) -> Option<fn(LocalTime) -> i64> {
    computation(&OF_TIME, name)
}

fn computation<T>(rows: &[Row<T>], name: &str) -> Option<fn(T) -> i64> {
    let (_, compute) = rows.iter().find(|(own, _)| *own == name)?;
    Some(*compute)
}

fn find<T>(rows: &[Row<T>], name: &str, value: T) -> Option<i64> {
    computation(rows, name).map(|compute| compute(value))
}

/// Time since 1970-01-01T00:00Z, rounded down.
fn of_instant(instant: DateTime, name: &str) -> Option<i64> {
    match name {
        "epochSeconds" => Some(instant.seconds),
        "epochMillis" => instant.instant().div_euclid(1_000_000).try_into().ok(),
        _ => None,
    }
}

/// Months, days and seconds each whole in a unit, or the rest within the next greater unit. They
/// are taken from the parts as they are stored: seconds are rounded down, and nanoseconds of the
/// second never negative.
fn of_duration(duration: Duration, name: &str) -> Option<i64> {
    let Some((_, unit)) = DURATION_UNITS.iter().find(|(own, _)| *own == name) else {
        return find(&OF_DURATION, name, duration);
    };
    let second = i128::from(NANOSECONDS_PER_SECOND);
    let whole = match *unit {
        DurationUnit::Months(size) => i128::from(duration.months) / size,
        DurationUnit::Days(size) => i128::from(duration.days) / size,
        DurationUnit::Nanoseconds(size) if size >= second => {
            i128::from(duration.seconds) / (size / second)
        }
        DurationUnit::Nanoseconds(size) => duration.time_nanoseconds().div_euclid(size),
    };
    whole.try_into().ok()
}
