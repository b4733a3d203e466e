//! The five types of instants: which parts each has, and values made of these parts.

use crate::error::{Error, Result};
use crate::value::Value;
use crate::value::temporal::{DateTime, LocalTime, Parts, Time, Zone};

/// A type of instants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Date,
    LocalTime,
    Time,
    LocalDateTime,
    DateTime,
}

impl Kind {
    /// The name of its function.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Date => "date",
            Kind::LocalTime => "localtime",
            Kind::Time => "time",
            Kind::LocalDateTime => "localdatetime",
            Kind::DateTime => "datetime",
        }
    }

    /// Whether its values have a day.
    pub fn has_date(self) -> bool {
        matches!(self, Kind::Date | Kind::LocalDateTime | Kind::DateTime)
    }

    /// Whether its values have a time of day.
    pub fn has_time(self) -> bool {
        self != Kind::Date
    }

    /// Whether its values have an offset.
    pub fn has_zone(self) -> bool {
        matches!(self, Kind::Time | Kind::DateTime)
    }

    /// The value that a text stands for; the zone of `now` where the text names none.
    pub fn parse(self, text: &str, now: DateTime) -> Result<Value> {
        Ok(match self {
            Kind::Date => Value::Date(text.parse()?),
            Kind::LocalTime => Value::LocalTime(text.parse()?),
            Kind::Time => Value::Time(Time::parse(text, now.offset)?),
            Kind::LocalDateTime => Value::LocalDateTime(text.parse()?),
            Kind::DateTime => Value::DateTime(DateTime::parse(text, now.zone())?),
        })
    }

    /// The value of these parts; the zone of `now` where they have none, midnight where a date
    /// needs a time. Fails where a part is missing.
    pub fn build(self, parts: Parts, now: DateTime) -> Result<Value> {
        let missing = |part| Error::type_error(format!("{} needs a {part}", self.name()));
        let time = || parts.time.ok_or_else(|| missing("time"));
        let local = || parts.local_date_time().ok_or_else(|| missing("date"));
        Ok(match self {
            Kind::Date => Value::Date(parts.date.ok_or_else(|| missing("date"))?),
            Kind::LocalTime => Value::LocalTime(time()?),
            Kind::Time => {
                let zone = parts.zone.unwrap_or(now.zone());
                let offset = parts.offset.unwrap_or_else(|| zone.offset_at(now.seconds));
                Value::Time(Time::new(time()?, offset))
            }
            Kind::LocalDateTime => Value::LocalDateTime(local()?),
            Kind::DateTime => {
                let zone = parts.zone.unwrap_or(now.zone());
                Value::DateTime(DateTime::from_local(local()?, zone, parts.offset))
            }
        })
    }

    /// The parts of the same instant in another zone; the parts as they are where they are in no
    /// zone yet.
    pub fn move_to_zone(self, parts: Parts, zone: Zone, now: DateTime) -> Result<Parts> {
        let in_no_zone = Parts {
            zone: Some(zone),
            offset: None,
            ..parts
        };
        if parts.zone.is_none() {
            return Ok(in_no_zone);
        }
        Ok(match self.build(parts, now)? {
            Value::Time(time) => {
                let moved = time.at_offset(zone.offset_at(now.seconds));
                Parts {
                    time: Some(LocalTime {
                        nanoseconds: moved.nanoseconds,
                    }),
                    zone: Some(Zone::Offset(moved.offset)),
                    offset: Some(moved.offset),
                    ..parts
                }
            }
            Value::DateTime(instant) => instant.in_zone(zone).into(),
            _ => in_no_zone,
        })
    }
}
