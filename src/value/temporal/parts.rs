//! What date, time and zone any temporal value has, for functions that take values of many types.

use super::{Date, DateTime, LocalDateTime, LocalTime, Time, Zone};
use crate::value::Value;

/// The parts of an instant; each may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Parts {
    /// The day.
    pub date: Option<Date>,
    /// The time of day.
    pub time: Option<LocalTime>,
    /// Where the offset comes from.
    pub zone: Option<Zone>,
    /// The offset itself; it tells apart local times that the zone repeats.
    pub offset: Option<i32>,
}

impl Parts {
    /// The parts of a value; `None` where it is no temporal value or a duration.
    pub fn of(value: &Value) -> Option<Parts> {
        Some(match value {
            Value::Date(date) => Parts {
                date: Some(*date),
                ..Parts::default()
            },
            Value::LocalTime(time) => Parts {
                time: Some(*time),
                ..Parts::default()
            },
            Value::Time(time) => Parts {
                time: Some(time.local()),
                zone: Some(Zone::Offset(time.offset)),
                offset: Some(time.offset),
                ..Parts::default()
            },
            Value::LocalDateTime(local) => (*local).into(),
            Value::DateTime(instant) => (*instant).into(),
            _ => return None,
        })
    }

    /// Day and time, midnight where there is none.
    pub fn local_date_time(self) -> Option<LocalDateTime> {
        let time = self.time.unwrap_or(LocalTime::MIDNIGHT);
        Some(LocalDateTime::new(self.date?, time))
    }

    /// Time with offset, UTC where there is none.
    pub fn time_with_offset(self) -> Option<Time> {
        Some(Time::new(self.time?, self.offset.unwrap_or(0)))
    }
}

impl From<LocalDateTime> for Parts {
    fn from(local: LocalDateTime) -> Parts {
        Parts {
            date: Some(local.date()),
            time: Some(local.time()),
            ..Parts::default()
        }
    }
}

impl From<DateTime> for Parts {
    fn from(instant: DateTime) -> Parts {
        Parts {
            zone: Some(instant.zone()),
            offset: Some(instant.offset),
            ..instant.local().into()
        }
    }
}
