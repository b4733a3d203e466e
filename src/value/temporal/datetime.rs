//! The types with a time of day: made of their parts and taken apart again, moved between zones,
//! and ordered by instants.

use std::cmp::Ordering;
use std::time::SystemTime;

use super::zone::Zone;
use super::{
    Date, DateTime, LocalDateTime, LocalTime, NANOSECONDS_PER_DAY, NANOSECONDS_PER_SECOND,
    SECONDS_PER_DAY, Time,
};

impl LocalTime {
    /// 00:00
    pub const MIDNIGHT: LocalTime = LocalTime { nanoseconds: 0 };

    /// The time so many nanoseconds later, around midnight where need be.
    pub fn plus(self, nanoseconds: i128) -> LocalTime {
        let total = i128::from(self.nanoseconds) + nanoseconds;
        LocalTime {
            nanoseconds: total.rem_euclid(NANOSECONDS_PER_DAY.into()) as i64,
        }
    }
}

impl Time {
    /// The time of day at this offset, in seconds east of UTC.
    pub fn new(time: LocalTime, offset: i32) -> Time {
        Time {
            nanoseconds: time.nanoseconds,
            offset,
        }
    }

    /// The time of day as clocks show it.
    pub fn local(self) -> LocalTime {
        LocalTime {
            nanoseconds: self.nanoseconds,
        }
    }

    /// The same instant of the day at another offset.
    pub fn at_offset(self, offset: i32) -> Time {
        let moved = i128::from(offset) - i128::from(self.offset);
        Time::new(
            self.local()
                .plus(moved * i128::from(NANOSECONDS_PER_SECOND)),
            offset,
        )
    }

    /// Nanoseconds since midnight in UTC; negative where it is still the day before there.
    pub fn instant(self) -> i128 {
        i128::from(self.nanoseconds) - i128::from(self.offset) * i128::from(NANOSECONDS_PER_SECOND)
    }
}

impl Ord for Time {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |time: &Time| (time.instant(), time.offset);
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Time {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl LocalDateTime {
    /// A day and a time of day.
    pub fn new(date: Date, time: LocalTime) -> LocalDateTime {
        LocalDateTime {
            seconds: date
                .days
                .saturating_mul(SECONDS_PER_DAY)
                .saturating_add(time.nanoseconds / NANOSECONDS_PER_SECOND),
            nanoseconds: time.nanoseconds.rem_euclid(NANOSECONDS_PER_SECOND) as u32,
        }
    }

    /// The day.
    pub fn date(self) -> Date {
        Date {
            days: self.seconds.div_euclid(SECONDS_PER_DAY),
        }
    }

    /// The time of day.
    pub fn time(self) -> LocalTime {
        let seconds = self.seconds.rem_euclid(SECONDS_PER_DAY);
        LocalTime {
            nanoseconds: seconds * NANOSECONDS_PER_SECOND + i64::from(self.nanoseconds),
        }
    }

    /// Nanoseconds since 1970-01-01T00:00.
    pub fn instant(self) -> i128 {
        i128::from(self.seconds) * i128::from(NANOSECONDS_PER_SECOND) + i128::from(self.nanoseconds)
    }

    /// Nanoseconds since 1970-01-01T00:00 where 64 bits hold them: in the years 1678 to 2261.
    pub fn to_nanoseconds(self) -> Option<i64> {
        i64::try_from(self.instant()).ok()
    }

    /// The date-time so many nanoseconds since 1970-01-01T00:00.
    pub fn from_nanoseconds(nanoseconds: i64) -> LocalDateTime {
        let second = NANOSECONDS_PER_SECOND;
        LocalDateTime {
            seconds: nanoseconds.div_euclid(second),
            nanoseconds: nanoseconds.rem_euclid(second) as u32,
        }
    }

    /// The date-time so many nanoseconds since 1970-01-01T00:00; `None` beyond the years that dates
    /// may have.
    pub fn from_instant(nanoseconds: i128) -> Option<LocalDateTime> {
        let second = i128::from(NANOSECONDS_PER_SECOND);
        let local = LocalDateTime {
            seconds: nanoseconds.div_euclid(second).try_into().ok()?,
            nanoseconds: nanoseconds.rem_euclid(second) as u32,
        };
        Date::new(local.date().days).map(|_| local)
    }
}

impl DateTime {
    /// The instant, in seconds since 1970-01-01T00:00Z and nanoseconds of the second, in a zone.
    pub fn new(seconds: i64, nanoseconds: u32, zone: Zone) -> DateTime {
        DateTime {
            seconds,
            nanoseconds,
            offset: zone.offset_at(seconds),
            zone: match zone {
                Zone::Offset(_) => None,
                Zone::Named(name) => Some(name),
            },
        }
    }

    /// A local time in a zone; see [`Zone::resolve`] for local times that clocks skip or repeat.
    pub fn from_local(local: LocalDateTime, zone: Zone, preferred: Option<i32>) -> DateTime {
        let (seconds, offset) = zone.resolve(local.seconds, preferred);
        DateTime {
            offset,
            seconds,
            ..DateTime::new(seconds, local.nanoseconds, zone)
        }
    }

    /// The instant so many nanoseconds since 1970-01-01T00:00Z; `None` where it is beyond the years
    /// that dates may have.
    pub fn from_instant(nanoseconds: i128, zone: Zone) -> Option<DateTime> {
        let utc = LocalDateTime::from_instant(nanoseconds)?;
        let result = DateTime::new(utc.seconds, utc.nanoseconds, zone);
        Date::new(result.local().date().days).map(|_| result)
    }

    /// What the clock of this machine shows, in UTC.
    pub fn now() -> DateTime {
        match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
            Ok(since) => DateTime::new(since.as_secs() as i64, since.subsec_nanos(), Zone::UTC),
            Err(before) => {
                let nanoseconds = -(before.duration().as_nanos() as i128);
                DateTime::from_instant(nanoseconds, Zone::UTC)
                    .unwrap_or_else(|| DateTime::new(0, 0, Zone::UTC))
            }
        }
    }

    /// Where the offset comes from.
    pub fn zone(self) -> Zone {
        match self.zone {
            Some(name) => Zone::Named(name),
            None => Zone::Offset(self.offset),
        }
    }

    /// The same instant in another zone.
    pub fn in_zone(self, zone: Zone) -> DateTime {
        DateTime::new(self.seconds, self.nanoseconds, zone)
    }

    /// Day and time of day as calendars and clocks of the zone show them.
    pub fn local(self) -> LocalDateTime {
        LocalDateTime {
            seconds: self.seconds.saturating_add(self.offset.into()),
            nanoseconds: self.nanoseconds,
        }
    }

    /// Nanoseconds since 1970-01-01T00:00Z.
    pub fn instant(self) -> i128 {
        i128::from(self.seconds) * i128::from(NANOSECONDS_PER_SECOND) + i128::from(self.nanoseconds)
    }
}
