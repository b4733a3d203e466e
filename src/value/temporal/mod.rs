//! Temporal values: the six types of openCypher, on the proleptic Gregorian calendar, with years
//! from -999,999,999 to 999,999,999 and seconds of nanoseconds.
//!
//! * In: texts, components, instants, values of the language.
//! * Out: the six types; their components, sums, differences, truncations and texts.
//! * Never: the arguments of functions, expressions, the graph.
//! * Start here: the six types below, then [`calendar`] and [`zone`].
//!
//! The fields of the types are open so that columns and files can store them. Values that break
//! their ranges come only from damaged files; every operation bears them without a panic.

mod arithmetic;
mod between;
pub mod calendar;
mod component;
mod datetime;
mod duration;
mod field;
mod parse;
mod parse_duration;
mod parts;
mod text;
mod truncate;
pub mod zone;

use serde::{Deserialize, Serialize};

pub use arithmetic::{add, divide, multiply, subtract};
pub use between::{between, in_days, in_months, in_seconds};
pub use component::{component, date_component, time_component};
pub use duration::{Accumulator, DURATION_UNITS, DurationUnit, decimal};
pub use field::{Components, Field};
pub use parts::Parts;
pub use truncate::{Span, Unit};
pub use zone::{Zone, ZoneName};

/// Seconds of a day; the calendar has no leap seconds.
pub const SECONDS_PER_DAY: i64 = 86_400;

/// Nanoseconds of a second.
pub const NANOSECONDS_PER_SECOND: i64 = 1_000_000_000;

/// Nanoseconds of a day.
pub const NANOSECONDS_PER_DAY: i64 = SECONDS_PER_DAY * NANOSECONDS_PER_SECOND;

/// A day.
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

/// A time of day with an offset. Ordered by the instant within a day, then by the offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

/// An instant with its zone. Ordered by the instant, then by offset and zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DateTime {
    /// Seconds since 1970-01-01T00:00Z.
    pub seconds: i64,
    /// Nanoseconds of the second.
    pub nanoseconds: u32,
    /// Seconds east of UTC at this instant.
    pub offset: i32,
    /// The zone that the offset comes from, if it has a name.
    pub zone: Option<ZoneName>,
}

/// Months, days, seconds and nanoseconds, each apart, since a month has no fixed number of days
/// nor a day of hours. Ordered by the average length, then part by part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Duration {
    /// Whole months.
    pub months: i64,
    /// Whole days.
    pub days: i64,
    /// Whole seconds, rounded down.
    pub seconds: i64,
    /// Nanoseconds of the second, 0 to 999,999,999, also where the seconds are negative.
    pub nanoseconds: i32,
}
