//! Truncation: a date or time of day set back to the beginning of a unit.

use super::{Date, LocalTime, NANOSECONDS_PER_DAY, NANOSECONDS_PER_SECOND};
use crate::error::{Error, Result, did_you_mean};

/// A unit of truncation.
#[derive(Debug, Clone, Copy)]
pub struct Unit {
    /// The name: `week`
    pub name: &'static str,
    /// What it spans.
    pub span: Span,
}

/// What a unit spans.
#[derive(Debug, Clone, Copy)]
pub enum Span {
    /// Many days; the function gives the first of them. Fails where that is beyond the years.
    Days(fn(Date) -> Result<Date>),
    /// A day or a part of it, in nanoseconds.
    Nanoseconds(i64),
}

/// The first day of `years` years, counted from year 0.
fn years(date: Date, years: i64) -> Result<Date> {
    Date::from_calendar(date.calendar().year.div_euclid(years) * years, 1, 1)
}

/// All units, the greatest first.
const UNITS: [(&str, Span); 14] = [
    ("millennium", Span::Days(|date| years(date, 1_000))),
    ("century", Span::Days(|date| years(date, 100))),
    ("decade", Span::Days(|date| years(date, 10))),
    ("year", Span::Days(|date| years(date, 1))),
    (
        "weekYear",
        Span::Days(|date| Date::from_week(date.week_date().year, 1, 1)),
    ),
    (
        "quarter",
        Span::Days(|date| Date::from_quarter(date.calendar().year, date.quarter(), 1)),
    ),
    (
        "month",
        Span::Days(|date| Date::from_calendar(date.calendar().year, date.calendar().month, 1)),
    ),
    (
        "week",
        Span::Days(|date| {
            let week = date.week_date();
            Date::from_week(week.year, week.week, 1)
        }),
    ),
    ("day", Span::Nanoseconds(NANOSECONDS_PER_DAY)),
    ("hour", Span::Nanoseconds(3_600 * NANOSECONDS_PER_SECOND)),
    ("minute", Span::Nanoseconds(60 * NANOSECONDS_PER_SECOND)),
    ("second", Span::Nanoseconds(NANOSECONDS_PER_SECOND)),
    ("millisecond", Span::Nanoseconds(1_000_000)),
    ("microsecond", Span::Nanoseconds(1_000)),
];

impl Unit {
    /// The unit of this name, in any case.
    pub fn find(name: &str) -> Result<Unit> {
        let row = UNITS.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        if let Some((name, span)) = row {
            return Ok(Unit { name, span: *span });
        }
        let error = Error::argument(format!("{name:?} is no unit of time"));
        Err(
            match did_you_mean(name, UNITS.iter().map(|(own, _)| *own)) {
                Some(hint) => error.hint(hint),
                None => error,
            },
        )
    }

    /// The first day of the unit that `date` is in. Fails for units below a day.
    pub fn truncate_date(self, date: Date) -> Result<Date> {
        match self.span {
            Span::Days(first) => first(date),
            Span::Nanoseconds(NANOSECONDS_PER_DAY) => Ok(date),
            Span::Nanoseconds(_) => Err(Error::argument(format!(
                "a date cannot be truncated to the {}",
                self.name
            ))),
        }
    }

    /// The first moment of the unit that `time` is in. Fails for units above a day.
    pub fn truncate_time(self, time: LocalTime) -> Result<LocalTime> {
        match self.span {
            Span::Nanoseconds(span) => Ok(LocalTime {
                nanoseconds: time.nanoseconds - time.nanoseconds % span,
            }),
            Span::Days(_) => Err(Error::argument(format!(
                "a time cannot be truncated to the {}",
                self.name
            ))),
        }
    }

    /// The first moment of the unit that the moment of the day is in.
    pub fn truncate_both(self, date: Date, time: LocalTime) -> Result<(Date, LocalTime)> {
        match self.span {
            Span::Days(first) => Ok((first(date)?, LocalTime::MIDNIGHT)),
            Span::Nanoseconds(_) => Ok((date, self.truncate_time(time)?)),
        }
    }
}
