//! Temporal values as text, as `toString` gives them: ISO 8601 in its extended form, without what
//! is zero below the minute, durations without weeks.

use std::fmt;

use super::{
    Date, DateTime, Duration, LocalDateTime, LocalTime, NANOSECONDS_PER_SECOND, Time, Zone,
};

/// A fraction of a second, `.142`, without closing zeros; nothing where it is zero.
fn write_fraction(nanoseconds: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if nanoseconds == 0 {
        return Ok(());
    }
    let digits = format!("{nanoseconds:09}");
    write!(f, ".{}", digits.trim_end_matches('0'))
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.calendar();
        let sign = match date.year {
            ..0 => "-",
            10_000.. => "+",
            _ => "",
        };
        let year = date.year.unsigned_abs();
        write!(f, "{sign}{year:04}-{:02}-{:02}", date.month, date.day)
    }
}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.nanoseconds.unsigned_abs();
        let per_second = NANOSECONDS_PER_SECOND.unsigned_abs();
        let (seconds, fraction) = (total / per_second, total % per_second);
        write!(f, "{:02}:{:02}", seconds / 3_600, seconds / 60 % 60)?;
        if seconds % 60 != 0 || fraction != 0 {
            write!(f, ":{:02}", seconds % 60)?;
        }
        write_fraction(fraction, f)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let offset = match self {
            Zone::Named(name) => return write!(f, "{name}"),
            Zone::Offset(0) => return f.write_str("Z"),
            Zone::Offset(offset) => offset,
        };
        let sign = if *offset < 0 { '-' } else { '+' };
        let seconds = offset.unsigned_abs();
        write!(f, "{sign}{:02}:{:02}", seconds / 3_600, seconds / 60 % 60)?;
        match seconds % 60 {
            0 => Ok(()),
            rest => write!(f, ":{rest:02}"),
        }
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.local(), Zone::Offset(self.offset))
    }
}

impl fmt::Display for LocalDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}T{}", self.date(), self.time())
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.local(), Zone::Offset(self.offset))?;
        match self.zone {
            Some(name) => write!(f, "[{name}]"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Duration::default() {
            return f.write_str("PT0S");
        }
        let total = self.time_nanoseconds();
        let second = i128::from(NANOSECONDS_PER_SECOND);
        let seconds = total / second;
        let parts = [
            (i128::from(self.months / 12), "Y"),
            (i128::from(self.months % 12), "M"),
            (i128::from(self.days), "D"),
            (seconds / 3_600, "H"),
            (seconds / 60 % 60, "M"),
        ];
        f.write_str("P")?;
        for (index, (amount, unit)) in parts.into_iter().enumerate() {
            if index == 3 && total != 0 {
                f.write_str("T")?;
            }
            if amount != 0 {
                write!(f, "{amount}{unit}")?;
            }
        }
        let rest = total % (60 * second);
        if rest == 0 {
            return Ok(());
        }
        let sign = if rest < 0 { "-" } else { "" };
        let rest = rest.unsigned_abs() as u64;
        let per_second = NANOSECONDS_PER_SECOND.unsigned_abs();
        write!(f, "{sign}{}", rest / per_second)?;
        write_fraction(rest % per_second, f)?;
        f.write_str("S")
    }
}
