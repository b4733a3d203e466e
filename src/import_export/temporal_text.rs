//! Temporal values as text, for formats that name the type beside the text. One place for all
//! formats; the texts themselves are those of the language.

use crate::value::{Date, Value};

/// The temporal types by the names that formats use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Date,
    LocalTime,
    Time,
    LocalDateTime,
    DateTime,
    Duration,
}

const KINDS: [(Kind, &str); 6] = [
    (Kind::Date, "date"),
    (Kind::LocalTime, "localtime"),
    (Kind::Time, "time"),
    (Kind::LocalDateTime, "localdatetime"),
    (Kind::DateTime, "datetime"),
    (Kind::Duration, "duration"),
];

impl Kind {
    /// The type of this name, in any case.
    pub fn named(name: &str) -> Option<Kind> {
        let found = KINDS.iter().find(|(_, own)| own.eq_ignore_ascii_case(name));
        found.map(|(kind, _)| *kind)
    }

    /// `date`, `localtime`, ...
    pub fn name(self) -> &'static str {
        KINDS[self as usize].1
    }

    /// The value that `text` stands for, or what is wrong with it.
    pub fn parse(self, text: &str) -> Result<Value, String> {
        match self {
            Kind::Date => parse_date(text)
                .map(Value::Date)
                .ok_or_else(|| format!("{text:?} is no date; write 2007-02-15")),
            _ => Err(format!("{} cannot be read yet", self.name())),
        }
    }
}

/// Type and text of a temporal value; `None` for any other.
pub(super) fn write(value: &Value) -> Option<(Kind, String)> {
    Some(match value {
        Value::Date(value) => (Kind::Date, value.to_string()),
        Value::LocalTime(value) => (Kind::LocalTime, value.to_string()),
        Value::Time(value) => (Kind::Time, value.to_string()),
        Value::LocalDateTime(value) => (Kind::LocalDateTime, value.to_string()),
        Value::DateTime(value) => (Kind::DateTime, value.to_string()),
        Value::Duration(value) => (Kind::Duration, value.to_string()),
        _ => return None,
    })
}

fn parse_date(text: &str) -> Option<Date> {
    let date: jiff::civil::Date = text.parse().ok()?;
    let days = jiff::civil::date(1970, 1, 1).until(date).ok()?.get_days();
    Some(Date { days: days.into() })
}
