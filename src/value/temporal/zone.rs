//! Time zones: fixed offsets and the zones of the IANA time zone database by name.
//!
//! The rules come with the program, so that a text means the same on every machine. They reach
//! from year -9999 to 9999; other years are moved by whole periods of 400 years, after which
//! calendar and weekdays repeat, into the nearest years that the rules reach.

use std::cmp::Ordering;
use std::fmt;
use std::sync::{LazyLock, OnceLock};

use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::calendar::{DAYS_PER_ERA, check};
use super::{SECONDS_PER_DAY, parse};
use crate::error::{Error, Result, did_you_mean};

/// The greatest distance from UTC in seconds, east and west.
pub const MAXIMUM_OFFSET: i64 = 18 * 3_600;

/// Seconds of 400 years.
const SECONDS_PER_ERA: i64 = DAYS_PER_ERA * SECONDS_PER_DAY;

/// The seconds since 1970 for which rules are asked: the years -9500 to 9499, well inside of what
/// they reach.
const FIRST_RULED: i64 = -361_970_000_000;
const LAST_RULED: i64 = 237_600_000_000;

/// Where local times get their offset from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Zone {
    /// Always so many seconds east of UTC.
    Offset(i32),
    /// By the rules of a place.
    Named(ZoneName),
}

/// A zone of the IANA time zone database. Stored by its name; ordered by it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ZoneName(u16);

/// One row of the database.
struct NamedZone {
    name: String,
    rules: OnceLock<TimeZone>,
}

/// All names without regard to case, in order; [`ZoneName`] is the place in it.
static ZONES: LazyLock<Vec<NamedZone>> = LazyLock::new(|| {
    let names = jiff::tz::db().available();
    let mut zones: Vec<NamedZone> = names
        .map(|name| NamedZone {
            name: name.as_str().to_owned(),
            rules: OnceLock::new(),
        })
        .collect();
    zones.sort_by(|left, right| compare_names(&left.name, &right.name));
    zones
});

/// The order of names without regard to case; a space is an underscore.
fn compare_names(left: &str, right: &str) -> Ordering {
    let plain = |byte: u8| match byte {
        b' ' => b'_',
        other => other.to_ascii_lowercase(),
    };
    left.bytes().map(plain).cmp(right.bytes().map(plain))
}

impl ZoneName {
    /// The zone of this name, in any case, with spaces for underscores where wanted.
    pub fn find(name: &str) -> Option<ZoneName> {
        let place = ZONES.binary_search_by(|zone| compare_names(&zone.name, name));
        place.ok()?.try_into().ok().map(ZoneName)
    }

    /// `Europe/Stockholm`
    pub fn name(self) -> &'static str {
        &ZONES[usize::from(self.0)].name
    }

    fn rules(self) -> &'static TimeZone {
        let zone = &ZONES[usize::from(self.0)];
        zone.rules
            .get_or_init(|| TimeZone::get(&zone.name).unwrap_or(TimeZone::UTC))
    }
}

/// An instant for which there are rules, on the same day of the year and of the week.
fn ruled(seconds: i64) -> Timestamp {
    let eras = if seconds > LAST_RULED {
        (seconds - LAST_RULED) / SECONDS_PER_ERA + 1
    } else if seconds < FIRST_RULED {
        (seconds.saturating_sub(FIRST_RULED)) / SECONDS_PER_ERA - 1
    } else {
        0
    };
    Timestamp::from_second(seconds - eras * SECONDS_PER_ERA)
        .expect("the instant is between FIRST_RULED and LAST_RULED")
}

impl Zone {
    /// Greenwich.
    pub const UTC: Zone = Zone::Offset(0);

    /// A fixed offset in seconds. Fails beyond 18 hours.
    pub fn fixed(seconds: i64) -> Result<Zone> {
        let seconds = check(
            "the offset in seconds",
            seconds,
            -MAXIMUM_OFFSET..=MAXIMUM_OFFSET,
        )?;
        Ok(Zone::Offset(seconds as i32))
    }

    /// Reads `Z`, `+01:00`, `-0130`, `+02:05:59` or `Europe/Stockholm`.
    pub fn parse(text: &str) -> Result<Zone> {
        if let Some(offset) = parse::whole(text, parse::offset) {
            return Zone::fixed(offset);
        }
        ZoneName::find(text).map(Zone::Named).ok_or_else(|| {
            let error = Error::argument(format!("{text:?} is no time zone"));
            match did_you_mean(text, ZONES.iter().map(|zone| zone.name.as_str())) {
                Some(hint) => error.hint(hint),
                None => error.hint("write an offset, +01:00, or a name, Europe/Stockholm"),
            }
        })
    }

    /// The offset in seconds at an instant, given in seconds since 1970-01-01T00:00Z.
    pub fn offset_at(self, seconds: i64) -> i32 {
        match self {
            Zone::Offset(offset) => offset,
            Zone::Named(name) => name.rules().to_offset(ruled(seconds)).seconds(),
        }
    }

    /// The instant of a local time, both in seconds since 1970-01-01T00:00, and its offset.
    ///
    /// A local time that a change of the clock skips is moved by the length of the gap. One that
    /// it repeats has the `preferred` offset where that is one of the two, else the earlier.
    pub fn resolve(self, local: i64, preferred: Option<i32>) -> (i64, i32) {
        let at = |offset: i32| (local.saturating_sub(offset.into()), offset);
        let name = match self {
            Zone::Offset(offset) => return at(offset),
            Zone::Named(name) => name,
        };
        let civil = Offset::UTC.to_datetime(ruled(local));
        match name.rules().to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => at(offset.seconds()),
            AmbiguousOffset::Fold { after, .. } if preferred == Some(after.seconds()) => {
                at(after.seconds())
            }
            AmbiguousOffset::Fold { before, .. } => at(before.seconds()),
            AmbiguousOffset::Gap { before, after } => (at(before.seconds()).0, after.seconds()),
        }
    }
}

impl fmt::Debug for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for ZoneName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for ZoneName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ZoneName, D::Error> {
        let name = String::deserialize(deserializer)?;
        ZoneName::find(&name)
            .ok_or_else(|| de::Error::custom(format!("{name:?} is no known time zone")))
    }
}
