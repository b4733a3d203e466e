//! The duration between two instants of any types.
//!
//! What one of the two lacks is taken from the other: its date, its zone; without a time of day
//! it is midnight. Two times of day are on the same day.

use super::calendar::CalendarDate;
use super::{Date, DateTime, Duration, LocalDateTime, LocalTime, Parts, Zone};
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::value::Value;

/// Two instants in the same zone, the one of `from` where it has one.
struct Pair {
    from: DateTime,
    to: DateTime,
    /// Whether both had a date of their own.
    dated: bool,
}

impl Pair {
    fn of(from: &Value, to: &Value) -> Result<Pair> {
        let (from, to) = (parts(from)?, parts(to)?);
        let day = from.date.or(to.date).unwrap_or(Date { days: 0 });
        let zone = from.zone.or(to.zone).unwrap_or(Zone::UTC);
        let complete = |parts: Parts| {
            let date = parts.date.unwrap_or(day);
            let time = parts.time.unwrap_or(LocalTime::MIDNIGHT);
            let zone = parts.zone.unwrap_or(zone);
            DateTime::from_local(LocalDateTime::new(date, time), zone, parts.offset)
        };
        Ok(Pair {
            from: complete(from),
            to: complete(to).in_zone(zone),
            dated: from.date.is_some() && to.date.is_some(),
        })
    }

    /// Whole months on the calendar, towards zero.
    fn months(&self) -> i64 {
        let (from, to) = self.whole_days();
        let packed = |date: CalendarDate| (date.year * 12 + date.month) * 32 + date.day;
        (packed(to.calendar()) - packed(from.calendar())) / 32
    }

    /// Whole days on the calendar, towards zero.
    fn days(&self) -> i64 {
        let (from, to) = self.whole_days();
        to.days - from.days
    }

    /// The two days, the second one moved towards the first where the last day is not full.
    fn whole_days(&self) -> (Date, Date) {
        let (from, to) = (self.from.local(), self.to.local());
        let (first, last) = (from.date(), to.date());
        let missing = if last > first && to.time() < from.time() {
            -1
        } else if last < first && to.time() > from.time() {
            1
        } else {
            0
        };
        (first, last.plus_days(missing).unwrap_or(last))
    }

    /// Moves the first instant towards the second.
    fn advance(&mut self, part: Duration) {
        // The way ends before the second instant, which is inside of the range of years.
        self.from = self.from.plus_calendar(part).unwrap_or(self.from);
    }

    /// Really passed time.
    fn nanoseconds(&self) -> i128 {
        self.to.instant() - self.from.instant()
    }
}

fn parts(value: &Value) -> Result<Parts> {
    Parts::of(value).ok_or_else(|| {
        Error::type_error(format!(
            "a duration is between dates, times or datetimes, got {}",
            value.value_type()
        ))
    })
}

fn duration(months: i64, days: i64, nanoseconds: i128) -> Result<Duration> {
    Duration::new(months.into(), days.into(), nanoseconds).ok_or_else(|| {
        Error::new(
            ErrorKind::ArithmeticError,
            ErrorDetail::IntegerOverflow,
            "the duration between them does not fit",
        )
    })
}

/// The duration from one instant to another: as many whole months as there are, then days, then
/// seconds; only seconds where one of them has no date.
pub fn between(from: &Value, to: &Value) -> Result<Duration> {
    let mut pair = Pair::of(from, to)?;
    if !pair.dated {
        return duration(0, 0, pair.nanoseconds());
    }
    let months = pair.months();
    pair.advance(duration(months, 0, 0)?);
    let days = pair.days();
    pair.advance(duration(0, days, 0)?);
    duration(months, days, pair.nanoseconds())
}

/// The whole months from one instant to another.
pub fn in_months(from: &Value, to: &Value) -> Result<Duration> {
    duration(Pair::of(from, to)?.months(), 0, 0)
}

/// The whole days from one instant to another.
pub fn in_days(from: &Value, to: &Value) -> Result<Duration> {
    duration(0, Pair::of(from, to)?.days(), 0)
}

/// The seconds and nanoseconds from one instant to another.
pub fn in_seconds(from: &Value, to: &Value) -> Result<Duration> {
    duration(0, 0, Pair::of(from, to)?.nanoseconds())
}
