//! Texts of ISO 8601 as dates, times and date-times: calendar, week, quarter and ordinal dates,
//! with and without separators, cut off at any place; offsets, and zones in square brackets.
//! A text is only taken apart here; [`Components`] checks the numbers.

use std::str::FromStr;

use super::calendar::month_length;
use super::field::{Components, Field};
use super::zone::Zone;
use super::{Date, DateTime, LocalDateTime, LocalTime, Time};
use crate::error::{Error, Result};

/// A place in a text, moved on by what is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scanner<'a> {
    text: &'a str,
}

impl<'a> Scanner<'a> {
    pub fn new(text: &'a str) -> Scanner<'a> {
        Scanner { text }
    }

    pub fn is_done(&self) -> bool {
        self.text.is_empty()
    }

    /// Moves over `expected`, in either case, if it comes next.
    pub fn accept(&mut self, expected: char) -> bool {
        let mut characters = self.text.chars();
        let found = characters
            .next()
            .is_some_and(|next| next.eq_ignore_ascii_case(&expected));
        if found {
            self.text = characters.as_str();
        }
        found
    }

    /// Moves over `+` (1) or `-` (-1), if one comes next.
    pub fn sign(&mut self) -> Option<i64> {
        if self.accept('+') {
            Some(1)
        } else {
            self.accept('-').then_some(-1)
        }
    }

    /// How many digits come next.
    pub fn digits_ahead(&self) -> usize {
        self.text.bytes().take_while(u8::is_ascii_digit).count()
    }

    /// Moves over all digits that come next.
    pub fn digits(&mut self) -> &'a str {
        let (digits, rest) = self.text.split_at(self.digits_ahead());
        self.text = rest;
        digits
    }

    /// Reads a number of just so many digits; more may follow.
    pub fn number(&mut self, digits: usize) -> Option<i64> {
        if self.digits_ahead() < digits {
            return None;
        }
        let (number, rest) = self.text.split_at(digits);
        self.text = rest;
        number.parse().ok()
    }

    /// Reads `.` or `,` and up to nine digits as nanoseconds; 0 where neither comes next.
    fn fraction(&mut self) -> Option<i64> {
        if !self.accept('.') && !self.accept(',') {
            return Some(0);
        }
        let digits = self.digits();
        if digits.is_empty() || digits.len() > 9 {
            return None;
        }
        format!("{digits:0<9}").parse().ok()
    }

    /// Reads up to `end`.
    fn until(&mut self, end: char) -> Option<&'a str> {
        let (found, rest) = self.text.split_once(end)?;
        self.text = rest;
        Some(found)
    }
}

/// Reads all of `text` by `read`.
pub(super) fn whole<T>(text: &str, read: impl Fn(&mut Scanner) -> Option<T>) -> Option<T> {
    let mut scanner = Scanner::new(text);
    read(&mut scanner).filter(|_| scanner.is_done())
}

/// Reads a date: `2015`, `2015-07-21`, `201507`, `2015-W30-2`, `2015-Q2-60`, `2015-202`, and all
/// without separators. Years of other than four digits have a sign, and separators behind it.
pub(super) fn date(scanner: &mut Scanner, components: &mut Components) -> Option<()> {
    use Field::*;
    let sign = scanner.sign();
    let year = match sign {
        Some(sign) if (1..=9).contains(&scanner.digits_ahead()) => {
            sign * scanner.digits().parse::<i64>().ok()?
        }
        Some(_) => return None,
        None => scanner.number(4)?,
    };
    components.set(Year, year);
    let extended = scanner.accept('-');
    let (greater, smaller, digits) = if scanner.accept('W') {
        (Week, Some(DayOfWeek), [2, 1])
    } else if scanner.accept('Q') {
        (Quarter, Some(DayOfQuarter), [1, 2])
    } else if scanner.digits_ahead() == 3 {
        (OrdinalDay, None, [3, 0])
    } else if extended || scanner.digits_ahead() > 0 {
        (Month, Some(Day), [2, 2])
    } else {
        return Some(());
    };
    components.set(greater, scanner.number(digits[0])?);
    let more = if extended {
        scanner.accept('-')
    } else {
        scanner.digits_ahead() > 0
    };
    if more {
        components.set(smaller?, scanner.number(digits[1])?);
    }
    Some(())
}

/// Reads a time of day: `21`, `21:40`, `2140`, `21:40:32.142`, `214032.142`.
pub(super) fn time(scanner: &mut Scanner, components: &mut Components) -> Option<()> {
    components.set(Field::Hour, scanner.number(2)?);
    let extended = scanner.accept(':');
    if !extended && scanner.digits_ahead() == 0 {
        return Some(());
    }
    components.set(Field::Minute, scanner.number(2)?);
    let more = if extended {
        scanner.accept(':')
    } else {
        scanner.digits_ahead() > 0
    };
    if more {
        components.set(Field::Second, scanner.number(2)?);
        components.set(Field::Nanosecond, scanner.fraction()?);
    }
    Some(())
}

/// Reads an offset in seconds east of UTC: `Z`, `+01`, `-0130`, `+01:30`, `+02:05:59`.
pub(super) fn offset(scanner: &mut Scanner) -> Option<i64> {
    if scanner.accept('Z') {
        return Some(0);
    }
    let sign = scanner.sign()?;
    let mut seconds = scanner.number(2)? * 3_600;
    for size in [60, 1] {
        if scanner.accept(':') || scanner.digits_ahead() > 0 {
            let value = scanner.number(2).filter(|value| *value < 60)?;
            seconds += value * size;
        } else {
            break;
        }
    }
    Some(sign * seconds)
}

/// What a text of a date-time says about the zone.
#[derive(Debug, Clone, Copy, Default)]
struct ZoneText<'a> {
    offset: Option<i64>,
    name: Option<&'a str>,
}

impl<'a> ZoneText<'a> {
    /// Reads nothing, an offset, a name in square brackets, or both.
    fn read(scanner: &mut Scanner<'a>) -> Option<ZoneText<'a>> {
        let mut zone = ZoneText::default();
        if !scanner.is_done() && !scanner.text.starts_with('[') {
            zone.offset = Some(offset(scanner)?);
        }
        if scanner.accept('[') {
            zone.name = Some(scanner.until(']')?);
        }
        Some(zone)
    }

    /// The local time in this zone, or in `default`. An offset beside a name must be one that the
    /// zone has at that time.
    fn apply(self, local: LocalDateTime, default: Zone) -> Result<DateTime> {
        let offset = self.offset.map(Zone::fixed).transpose()?;
        let Some(name) = self.name else {
            return Ok(DateTime::from_local(local, offset.unwrap_or(default), None));
        };
        let zone = Zone::parse(name)?;
        let Some(offset) = offset else {
            return Ok(DateTime::from_local(local, zone, None));
        };
        let result = DateTime::from_local(local, zone, Some(offset.offset_at(0)));
        if result.offset != offset.offset_at(0) {
            return Err(Error::argument(format!(
                "{local} has not the offset {offset} in {zone} but {}",
                Zone::Offset(result.offset)
            )));
        }
        Ok(result)
    }
}

/// The error of a text that is none of the type, with texts that are.
fn malformed(text: &str, what: &str, example: &str) -> Error {
    Error::argument(format!("{text:?} is no {what}")).hint(format!("write {example}"))
}

/// The number that these ASCII digits are.
fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |number, digit| {
        let is_digit = digit.is_ascii_digit();
        is_digit.then(|| number * 10 + i64::from(digit - b'0'))
    })
}

impl Date {
    /// The date that is written as `2015-07-21`, as most are; `None` for any other text, which may
    /// still be one.
    pub fn from_usual_text(text: &str) -> Option<Date> {
        let [year @ .., b'-', m, n, b'-', d, e] = text.as_bytes() else {
            return None;
        };
        let year = Some(year).filter(|year| year.len() == 4).and_then(number)?;
        let (month, day) = (number(&[*m, *n])?, number(&[*d, *e])?);
        let is_there = (1..=12).contains(&month) && (1..=month_length(year, month)).contains(&day);
        is_there.then(|| Date::from_calendar(year, month, day).ok())?
    }
}

impl LocalDateTime {
    /// The date-time that is written as `2015-07-21T21:40:32`, with or without a fraction; `None` for
    /// any other text, which may still be one.
    pub fn from_usual_text(text: &str) -> Option<LocalDateTime> {
        let (date, time) = text.split_at_checked(10)?;
        let date = Date::from_usual_text(date)?;
        let [b'T', h, i, b':', m, n, b':', s, t, fraction @ ..] = time.as_bytes() else {
            return None;
        };
        let (hour, minute, second) = (number(&[*h, *i])?, number(&[*m, *n])?, number(&[*s, *t])?);
        let fraction = match fraction {
            [] => 0,
            [b'.', digits @ ..] if (1..=9).contains(&digits.len()) => {
                number(digits)? * 10_i64.pow(9 - digits.len() as u32)
            }
            _ => return None,
        };
        let seconds = hour * 3_600 + minute * 60 + second;
        let is_there = hour < 24 && minute < 60 && second < 60;
        is_there.then(|| {
            let nanoseconds = seconds * 1_000_000_000 + fraction;
            LocalDateTime::new(date, LocalTime { nanoseconds })
        })
    }
}

impl FromStr for Date {
    type Err = Error;

    fn from_str(text: &str) -> Result<Date> {
        if let Some(date) = Date::from_usual_text(text) {
            return Ok(date);
        }
        let mut components = Components::default();
        let mut scanner = Scanner::new(text);
        date(&mut scanner, &mut components)
            .filter(|()| scanner.is_done())
            .ok_or_else(|| malformed(text, "date", "2015-07-21"))?;
        components.date(None)
    }
}

impl FromStr for LocalTime {
    type Err = Error;

    fn from_str(text: &str) -> Result<LocalTime> {
        let mut components = Components::default();
        let mut scanner = Scanner::new(text);
        time(&mut scanner, &mut components)
            .filter(|()| scanner.is_done())
            .ok_or_else(|| malformed(text, "local time", "21:40:32.142"))?;
        components.time(None)
    }
}

impl FromStr for Time {
    type Err = Error;

    fn from_str(text: &str) -> Result<Time> {
        Time::parse(text, 0)
    }
}

impl Time {
    /// Reads a time; one without an offset has the `default` one.
    pub fn parse(text: &str, default: i32) -> Result<Time> {
        let mut components = Components::default();
        let mut scanner = Scanner::new(text);
        let offset = time(&mut scanner, &mut components)
            .and_then(|()| match scanner.is_done() {
                true => Some(default.into()),
                false => offset(&mut scanner),
            })
            .filter(|_| scanner.is_done())
            .ok_or_else(|| malformed(text, "time", "21:40:32.142+01:00"))?;
        let offset = Zone::fixed(offset)?.offset_at(0);
        Ok(Time::new(components.time(None)?, offset))
    }
}

/// Reads a date and, behind a `T`, a time of day; midnight where there is none.
fn date_and_time(scanner: &mut Scanner, components: &mut Components) -> Option<()> {
    date(scanner, components)?;
    match scanner.accept('T') {
        true => time(scanner, components),
        false => Some(()),
    }
}

fn local_date_time(components: &Components) -> Result<LocalDateTime> {
    Ok(LocalDateTime::new(
        components.date(None)?,
        components.time(None)?,
    ))
}

impl FromStr for LocalDateTime {
    type Err = Error;

    fn from_str(text: &str) -> Result<LocalDateTime> {
        if let Some(date_time) = LocalDateTime::from_usual_text(text) {
            return Ok(date_time);
        }
        let mut components = Components::default();
        let mut scanner = Scanner::new(text);
        date_and_time(&mut scanner, &mut components)
            .filter(|()| scanner.is_done())
            .ok_or_else(|| malformed(text, "local datetime", "2015-07-21T21:40:32.142"))?;
        local_date_time(&components)
    }
}

impl FromStr for DateTime {
    type Err = Error;

    fn from_str(text: &str) -> Result<DateTime> {
        DateTime::parse(text, Zone::UTC)
    }
}

impl DateTime {
    /// Reads a date-time; one without a zone is in the `default` one.
    pub fn parse(text: &str, default: Zone) -> Result<DateTime> {
        let mut components = Components::default();
        let mut scanner = Scanner::new(text);
        let zone = date_and_time(&mut scanner, &mut components)
            .and_then(|()| ZoneText::read(&mut scanner))
            .filter(|_| scanner.is_done())
            .ok_or_else(|| {
                let example = "2015-07-21T21:40:32.142+02:00[Europe/Stockholm]";
                malformed(text, "datetime", example)
            })?;
        zone.apply(local_date_time(&components)?, default)
    }
}
