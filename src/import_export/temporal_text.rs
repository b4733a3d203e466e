//! Temporal values as text, for formats that name the type beside the text. One place for all
//! formats; the texts themselves are those of the language.

use crate::error::Error;
use crate::value::Value;

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

    /// The type of `value` where it is temporal.
    pub fn of(value: &Value) -> Option<Kind> {
        Some(match value {
            Value::Date(_) => Kind::Date,
            Value::LocalTime(_) => Kind::LocalTime,
            Value::Time(_) => Kind::Time,
            Value::LocalDateTime(_) => Kind::LocalDateTime,
            Value::DateTime(_) => Kind::DateTime,
            Value::Duration(_) => Kind::Duration,
            _ => return None,
        })
    }

    /// The value that `text` stands for, or what is wrong with it.
    pub fn parse(self, text: &str) -> Result<Value, String> {
        match self {
            Kind::Date => text.parse().map(Value::Date),
            Kind::LocalTime => text.parse().map(Value::LocalTime),
            Kind::Time => text.parse().map(Value::Time),
            Kind::LocalDateTime => text.parse().map(Value::LocalDateTime),
            Kind::DateTime => text.parse().map(Value::DateTime),
            Kind::Duration => text.parse().map(Value::Duration),
        }
        .map_err(|error: Error| error.message().to_owned())
    }
}

/// The text of a temporal value, without the name of its type; `None` for any other value.
pub(super) fn text(value: &Value) -> Option<String> {
    Some(match value {
        Value::Date(value) => value.to_string(),
        Value::LocalTime(value) => value.to_string(),
        Value::Time(value) => value.to_string(),
        Value::LocalDateTime(value) => value.to_string(),
        Value::DateTime(value) => value.to_string(),
        Value::Duration(value) => value.to_string(),
        _ => return None,
    })
}
