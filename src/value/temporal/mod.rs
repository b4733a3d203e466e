//! Temporal values: the six types of openCypher, on the proleptic Gregorian calendar.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A day, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Date {
    /// Days since 1970-01-01.
    pub days: i64,
}

/// A time of day without a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LocalTime {
    /// Nanoseconds since midnight.
    pub nanoseconds: i64,
}

/// A time of day with an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Time {
    /// Nanoseconds since local midnight.
    pub nanoseconds: i64,
    /// Seconds east of UTC.
    pub offset: i32,
}

/// A day and a time of day without a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LocalDateTime {
    /// Seconds since 1970-01-01T00:00, as if in UTC.
    pub seconds: i64,
    /// Nanoseconds of the second.
    pub nanoseconds: u32,
}

/// An instant with its zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DateTime {
    /// Seconds since 1970-01-01T00:00Z.
    pub seconds: i64,
    /// Nanoseconds of the second.
    pub nanoseconds: u32,
    /// Seconds east of UTC.
    pub offset: i32,
}

/// Months, days, seconds and nanoseconds, each apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Duration {
    /// Whole months.
    pub months: i64,
    /// Whole days.
    pub days: i64,
    /// Whole seconds.
    pub seconds: i64,
    /// Nanoseconds of the second, 0 to 999,999,999.
    pub nanoseconds: i32,
}

macro_rules! display_stub {
    ($($name:ident)+) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{self:?}")
            }
        }
    )+};
}
display_stub! { Date LocalTime Time LocalDateTime DateTime Duration }
use super::Value;
use crate::error::Result;
pub fn add(_l: &Value, _r: &Value) -> Option<Result<Value>> {
    None
}
pub fn subtract(_l: &Value, _r: &Value) -> Option<Result<Value>> {
    None
}
pub fn multiply(_l: &Value, _r: &Value) -> Option<Result<Value>> {
    None
}
pub fn divide(_l: &Value, _r: &Value) -> Option<Result<Value>> {
    None
}
pub fn component(_v: &Value, _n: &str) -> Option<Value> {
    None
}

impl DateTime {
    /// Now, in UTC.
    pub fn now() -> DateTime {
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        DateTime {
            seconds: since.as_secs() as i64,
            nanoseconds: since.subsec_nanos(),
            offset: 0,
        }
    }
}
