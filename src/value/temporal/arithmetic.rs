//! `+`, `-`, `*` and `/` on temporal values: instants and durations, durations and numbers.
//!
//! A duration is added from its greatest part down. Months keep the day of the month where the
//! month has it. In a zone, months and days keep the time that clocks show, seconds are really
//! passed time. A date takes whole days of seconds, a time of day leaves months and days out.

use super::duration::{DECIMAL, decimal};
use super::{Date, DateTime, Duration, LocalDateTime, NANOSECONDS_PER_DAY, Time};
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::value::Value;

/// `left + right`, where one of the two is a duration; `None` for other types.
pub fn add(left: &Value, right: &Value) -> Option<Result<Value>> {
    match (left, right) {
        (Value::Duration(a), Value::Duration(b)) => Some(duration(a.plus(*b))),
        (instant, Value::Duration(duration)) | (Value::Duration(duration), instant) => {
            shift(instant, *duration)
        }
        _ => None,
    }
}

/// `left - right`, where `right` is a duration; `None` for other types.
pub fn subtract(left: &Value, right: &Value) -> Option<Result<Value>> {
    let Value::Duration(right) = right else {
        return None;
    };
    match (left, right.negated()) {
        (Value::Duration(left), Some(right)) => Some(duration(left.plus(right))),
        (instant, Some(right)) => shift(instant, right),
        (Value::Duration(_), None) => Some(duration(None)),
        // The opposite of the duration does not fit 64 bits: no instant is so far away.
        (instant, None) => shift(instant, Duration::default()).map(|_| Err(out_of_years())),
    }
}

/// `left * right` of a duration and a number; `None` for other types.
pub fn multiply(left: &Value, right: &Value) -> Option<Result<Value>> {
    match (left, right) {
        (Value::Duration(value), factor) | (factor, Value::Duration(value)) => {
            let fraction = fraction(factor)?;
            Some(duration(
                fraction.and_then(|(over, under)| value.scaled(over, under)),
            ))
        }
        _ => None,
    }
}

/// `left / right` of a duration and a number; `None` for other types.
pub fn divide(left: &Value, right: &Value) -> Option<Result<Value>> {
    let Value::Duration(value) = left else {
        return None;
    };
    let fraction = fraction(right)?;
    if let Some((0, _)) = fraction {
        return Some(Err(Error::new(
            ErrorKind::ArithmeticError,
            ErrorDetail::DivisionByZero,
            "a duration is divided by zero",
        )));
    }
    Some(duration(
        fraction.and_then(|(over, under)| value.scaled(under, over)),
    ))
}

/// A number as a fraction in lowest decimal terms; a float counts as the decimal number that it is
/// written as. The inner `None` is a number that is not finite or too large.
fn fraction(number: &Value) -> Option<Option<(i128, i128)>> {
    let float = match number {
        Value::Integer(integer) => return Some(Some((i128::from(*integer), 1))),
        Value::Float(float) => float,
        _ => return None,
    };
    Some(decimal(&float.to_string()).map(|mut over| {
        let mut under = DECIMAL;
        while under > 1 && over % 10 == 0 {
            over /= 10;
            under /= 10;
        }
        (over, under)
    }))
}

fn duration(result: Option<Duration>) -> Result<Value> {
    result.map(Value::Duration).ok_or_else(|| {
        Error::new(
            ErrorKind::ArithmeticError,
            ErrorDetail::IntegerOverflow,
            "a part of the duration does not fit 64 bits",
        )
    })
}

fn out_of_years() -> Error {
    Error::new(
        ErrorKind::ArithmeticError,
        ErrorDetail::NumberOutOfRange,
        "the result is not between the years -999999999 and 999999999",
    )
}

/// The instant moved by the duration; `None` where it is none.
fn shift(instant: &Value, duration: Duration) -> Option<Result<Value>> {
    let moved = match instant {
        Value::Date(date) => date.plus(duration).map(Value::Date),
        Value::LocalTime(time) => Some(Value::LocalTime(time.plus(duration.time_nanoseconds()))),
        Value::Time(time) => {
            let local = time.local().plus(duration.time_nanoseconds());
            Some(Value::Time(Time::new(local, time.offset)))
        }
        Value::LocalDateTime(local) => local.plus(duration).map(Value::LocalDateTime),
        Value::DateTime(instant) => instant.plus(duration).map(Value::DateTime),
        _ => return None,
    };
    Some(moved.ok_or_else(out_of_years))
}

impl Date {
    /// The date later by the duration, by whole days; `None` beyond the years of dates.
    pub fn plus(self, duration: Duration) -> Option<Date> {
        let days = duration.time_nanoseconds() / i128::from(NANOSECONDS_PER_DAY);
        self.plus_months(duration.months)?
            .plus_days(duration.days)?
            .plus_days(days.try_into().ok()?)
    }
}

impl LocalDateTime {
    /// The date-time later by the duration; `None` beyond the years of dates.
    pub fn plus(self, duration: Duration) -> Option<LocalDateTime> {
        let moved = self.plus_calendar(duration)?;
        LocalDateTime::from_instant(moved.instant() + duration.time_nanoseconds())
    }

    /// Adds only the months and days.
    fn plus_calendar(self, duration: Duration) -> Option<LocalDateTime> {
        let date = self
            .date()
            .plus_months(duration.months)?
            .plus_days(duration.days)?;
        Some(LocalDateTime::new(date, self.time()))
    }
}

impl DateTime {
    /// The date-time later by the duration; `None` beyond the years of dates.
    pub fn plus(self, duration: Duration) -> Option<DateTime> {
        let moved = self.plus_calendar(duration)?;
        let instant = moved.instant() + duration.time_nanoseconds();
        DateTime::from_instant(instant, self.zone())
    }

    /// Adds only the months and days, on the clock of the zone.
    pub(super) fn plus_calendar(self, duration: Duration) -> Option<DateTime> {
        if duration.months == 0 && duration.days == 0 {
            return Some(self);
        }
        let local = self.local().plus_calendar(duration)?;
        Some(DateTime::from_local(local, self.zone(), Some(self.offset)))
    }
}
