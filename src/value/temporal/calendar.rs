//! The proleptic Gregorian calendar: days as calendar dates, ISO 8601 week dates, quarter dates and
//! ordinal dates, and back.
//!
//! Calendar dates become days by the algorithms of Howard Hinnant, "chrono-Compatible
//! Low-Level Date Algorithms", <https://howardhinnant.github.io/date_algorithms.html>
//! (`days_from_civil`, `last_day_of_month`, `weekday_from_days`), and days calendar dates by that of
//! Cassio Neri and Lorenz Schneider, "Euclidean affine functions and their application to calendar
//! algorithms", Software: Practice and Experience 53 (2023), which takes few divisions.

use std::ops::RangeInclusive;

use super::Date;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};

/// The years that dates may have.
pub const YEARS: RangeInclusive<i64> = -999_999_999..=999_999_999;

/// The days that dates may have.
pub const DAYS: RangeInclusive<i64> =
    days_from_civil(*YEARS.start(), 1, 1)..=days_from_civil(*YEARS.end(), 12, 31);

/// Days of the 400 years after which the calendar repeats, weekdays included.
pub const DAYS_PER_ERA: i64 = 146_097;

/// Days from 0000-03-01, where the eras begin, to 1970-01-01.
const DAYS_TO_1970: i64 = 719_468;

/// A year before all, in which an era begins.
const FIRST_YEAR: i64 = YEARS.start().div_euclid(400) * 400 - 400;

/// The first of March of it: years that begin in March have their leap day last.
const FIRST_DAY: i64 = days_from_civil(FIRST_YEAR, 3, 1);

/// Year, month and day of the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalendarDate {
    /// The year; 0 is the one before 1.
    pub year: i64,
    /// 1 to 12
    pub month: i64,
    /// 1 to 31
    pub day: i64,
}

/// Year, week and day by ISO 8601: weeks begin on Monday, week 1 has the first Thursday of the
/// year, so that the year may differ from that of the calendar around New Year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeekDate {
    /// The year that the week belongs to.
    pub year: i64,
    /// 1 to 53
    pub week: i64,
    /// 1 (Monday) to 7
    pub day: i64,
}

/// Days since 1970-01-01 of a date whose year is in [`YEARS`].
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970
}

/// Whether the year has 366 days.
pub fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// 365 or 366.
pub fn year_length(year: i64) -> i64 {
    365 + i64::from(is_leap(year))
}

/// 28 to 31.
pub fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// 90 to 92.
pub fn quarter_length(year: i64, quarter: i64) -> i64 {
    let first = quarter * 3 - 2;
    (first..first + 3)
        .map(|month| month_length(year, month))
        .sum()
}

/// 52 or 53: a year has week 53 where it begins on a Thursday, or on a Wednesday and is leap.
pub fn weeks_of_year(year: i64) -> i64 {
    let first = weekday(days_from_civil(year, 1, 1));
    52 + i64::from(first == 4 || first == 3 && is_leap(year))
}

/// 1 (Monday) to 7; 1970-01-01 was a Thursday.
fn weekday(days: i64) -> i64 {
    (days + 3).rem_euclid(7) + 1
}

/// The Monday of week 1.
fn first_monday(year: i64) -> i64 {
    // 4 January is always in week 1.
    let fourth = days_from_civil(year, 1, 4);
    fourth - (weekday(fourth) - 1)
}

/// `value` where it is in `range`, or else `ArgumentError: NumberOutOfRange`, with its name.
pub fn check(name: &str, value: i64, range: RangeInclusive<i64>) -> Result<i64> {
    if range.contains(&value) {
        return Ok(value);
    }
    Err(Error::new(
        ErrorKind::ArgumentError,
        ErrorDetail::NumberOutOfRange,
        format!(
            "{name} must be between {} and {}, got {value}",
            range.start(),
            range.end()
        ),
    ))
}

impl Date {
    /// The day, if it is in [`DAYS`].
    pub fn new(days: i64) -> Option<Date> {
        DAYS.contains(&days).then_some(Date { days })
    }

    /// Year, month, day. Fails where there is no such day.
    pub fn from_calendar(year: i64, month: i64, day: i64) -> Result<Date> {
        check("year", year, YEARS)?;
        check("month", month, 1..=12)?;
        check("day", day, 1..=month_length(year, month))?;
        Ok(Date {
            days: days_from_civil(year, month, day),
        })
    }

    /// ISO 8601 year, week and day of the week. Fails where there is no such day.
    pub fn from_week(year: i64, week: i64, day_of_week: i64) -> Result<Date> {
        check("year", year, YEARS)?;
        check("week", week, 1..=weeks_of_year(year))?;
        check("dayOfWeek", day_of_week, 1..=7)?;
        // The first and last weeks reach over the ends of the range of years.
        let days = first_monday(year) + (week - 1) * 7 + day_of_week - 1;
        check("the day since 1970", days, DAYS).map(|days| Date { days })
    }

    /// Year, quarter and day of the quarter. Fails where there is no such day.
    pub fn from_quarter(year: i64, quarter: i64, day_of_quarter: i64) -> Result<Date> {
        check("year", year, YEARS)?;
        check("quarter", quarter, 1..=4)?;
        let length = quarter_length(year, quarter);
        check("dayOfQuarter", day_of_quarter, 1..=length)?;
        Ok(Date {
            days: days_from_civil(year, quarter * 3 - 2, 1) + day_of_quarter - 1,
        })
    }

    /// Year and day of the year. Fails where there is no such day.
    pub fn from_ordinal(year: i64, ordinal_day: i64) -> Result<Date> {
        check("year", year, YEARS)?;
        check("ordinalDay", ordinal_day, 1..=year_length(year))?;
        Ok(Date {
            days: days_from_civil(year, 1, 1) + ordinal_day - 1,
        })
    }

    /// Year, month and day.
    pub fn calendar(self) -> CalendarDate {
        // Clamped so that damaged data cannot overflow.
        let days = self.days.clamp(*DAYS.start(), *DAYS.end());
        let quarters = 4 * (days - FIRST_DAY) as u64 + 3;
        let century = (quarters / DAYS_PER_ERA as u64) as i64;
        let of_century = (quarters % DAYS_PER_ERA as u64) | 3;
        // The quotient by the 1,461 days of 4 years is in the upper half, the rest in the lower one.
        let years = of_century * 2_939_745;
        let year_of_century = (years >> 32) as i64;
        let day_of_year = years as u32 / 2_939_745 / 4;
        let months = 2_141 * day_of_year + 197_913;
        let is_next_year = day_of_year >= 306;
        let month_from_january = i64::from(months >> 16);
        CalendarDate {
            year: FIRST_YEAR + 100 * century + year_of_century + i64::from(is_next_year),
            month: month_from_january - if is_next_year { 12 } else { 0 },
            day: i64::from(months as u16 / 2_141) + 1,
        }
    }

    /// ISO 8601 year, week and day of the week.
    pub fn week_date(self) -> WeekDate {
        let days = self.days.clamp(*DAYS.start(), *DAYS.end());
        let day = weekday(days);
        // The week belongs to the year of its Thursday.
        let thursday = Date {
            days: days - day + 4,
        };
        let year = match thursday.days {
            days if days < *DAYS.start() => *YEARS.start() - 1,
            days if days > *DAYS.end() => *YEARS.end() + 1,
            _ => thursday.calendar().year,
        };
        WeekDate {
            year,
            week: (days - first_monday(year)) / 7 + 1,
            day,
        }
    }

    /// 1 to 4.
    pub fn quarter(self) -> i64 {
        (self.calendar().month + 2) / 3
    }

    /// 1 to 92.
    pub fn day_of_quarter(self) -> i64 {
        let date = self.calendar();
        let first_month = (date.month - 1) / 3 * 3 + 1;
        let days = self.days.clamp(*DAYS.start(), *DAYS.end());
        days - days_from_civil(date.year, first_month, 1) + 1
    }

    /// 1 to 366.
    pub fn ordinal_day(self) -> i64 {
        let days = self.days.clamp(*DAYS.start(), *DAYS.end());
        days - days_from_civil(self.calendar().year, 1, 1) + 1
    }

    /// The date so many days later; `None` beyond [`DAYS`].
    pub fn plus_days(self, days: i64) -> Option<Date> {
        Date::new(self.days.checked_add(days)?)
    }

    /// The date so many months later, on the same day of the month or the last one that the month
    /// has; `None` beyond [`DAYS`].
    pub fn plus_months(self, months: i64) -> Option<Date> {
        let date = self.calendar();
        let total = (date.year * 12 + date.month - 1).checked_add(months)?;
        let (year, month) = (total.div_euclid(12), total.rem_euclid(12) + 1);
        if !YEARS.contains(&year) {
            return None;
        }
        let day = date.day.min(month_length(year, month));
        Some(Date {
            days: days_from_civil(year, month, day),
        })
    }
}
