//! The maps that temporal functions take: `{date: other, day: 28, hour: 12, timezone: '+01:00'}`.

use super::{Kind, integer, zone};
use crate::error::{Error, ErrorDetail, ErrorKind, Result, did_you_mean};
use crate::value::temporal::{Components, DateTime, Field, LocalTime, Parts, Zone};
use crate::value::{Map, Value};

/// Fields that hold another value, from which missing fields are taken.
const SOURCES: [&str; 3] = ["date", "time", "datetime"];

/// Fields that hold an instant as a number, and their nanoseconds.
const EPOCHS: [(&str, i64); 2] = [("epochSeconds", 1_000_000_000), ("epochMillis", 1_000_000)];

/// A map, read for one type of instants.
pub(super) struct Fields {
    /// Fields that are numbers.
    pub components: Components,
    /// The field `timezone`.
    pub timezone: Option<Zone>,
    /// What the date is taken from where it is not given.
    date: Option<Parts>,
    /// What time and zone are taken from where they are not given.
    time: Option<Parts>,
}

impl Fields {
    /// Reads a map; `None` where a field is null. Fails on unknown fields, on fields that the
    /// type does not have, and on values of other types.
    pub fn read(kind: Kind, map: &Map) -> Result<Option<Fields>> {
        let mut fields = Fields {
            components: Components::default(),
            timezone: None,
            date: None,
            time: None,
        };
        if map.values().any(Value::is_null) {
            return Ok(None);
        }
        for (name, value) in map {
            fields.read_field(kind, name, value)?;
        }
        for (name, size) in EPOCHS {
            if let (true, Some(time)) = (map.contains_key(name), fields.time) {
                // Smaller fields count beside the number, not instead of its fraction.
                let time = time.time.unwrap_or(LocalTime::MIDNIGHT);
                fields.components.keep_fraction(time, size);
            }
        }
        Ok(Some(fields))
    }

    /// Reads the map of a truncation, which takes nothing from other values.
    pub fn read_numbers(kind: Kind, map: &Map) -> Result<Option<Fields>> {
        let others = SOURCES.iter().chain(EPOCHS.iter().map(|(name, _)| name));
        for name in others {
            if map.contains_key(*name) {
                return Err(Error::argument(format!(
                    "{}.truncate has no field {name}",
                    kind.name()
                )));
            }
        }
        Fields::read(kind, map)
    }

    fn read_field(&mut self, kind: Kind, name: &str, value: &Value) -> Result<()> {
        if let Some(field) = Field::ALL.iter().find(|field| field.name() == name) {
            let known = if field.is_of_date() {
                kind.has_date()
            } else {
                kind.has_time()
            };
            if !known {
                return Err(unknown(kind, name));
            }
            self.components.set(*field, integer(name, value)?);
            return Ok(());
        }
        if let Some((_, size)) = EPOCHS.iter().find(|(own, _)| *own == name) {
            return self.read_epoch(kind, name, integer(name, value)?, *size);
        }
        let source = || Parts::of(value).ok_or_else(|| not_temporal(name, value));
        match name {
            "timezone" => self.timezone = Some(zone(value)?),
            "date" if kind.has_date() => set(&mut self.date, name, source()?)?,
            "time" if kind.has_time() => set(&mut self.time, name, source()?)?,
            "datetime" if kind.has_date() && kind.has_time() => {
                set(&mut self.date, name, source()?)?;
                set(&mut self.time, name, source()?)?;
            }
            _ => return Err(unknown(kind, name)),
        }
        Ok(())
    }

    fn read_epoch(&mut self, kind: Kind, name: &str, number: i64, size: i64) -> Result<()> {
        if !kind.has_date() || !kind.has_time() {
            return Err(unknown(kind, name));
        }
        let instant = i128::from(number) * i128::from(size);
        let instant = DateTime::from_instant(instant, Zone::UTC).ok_or_else(out_of_years)?;
        let parts = Parts::from(instant);
        set(&mut self.date, name, parts)?;
        set(&mut self.time, name, parts)
    }

    /// Whether nothing is given but perhaps a zone: the current time is meant.
    pub fn is_current(&self) -> bool {
        let given =
            self.date.is_some() || self.time.is_some() || self.components != Components::default();
        !given && self.timezone.is_some()
    }

    /// The parts that the fields say, and what they leave out from other values.
    pub fn parts(&self, kind: Kind, now: DateTime) -> Result<Parts> {
        let source = |parts: Option<Parts>, name: &str| -> Result<Option<Parts>> {
            let found = parts.is_none_or(|parts| match name {
                "date" => parts.date.is_some(),
                _ => parts.time.is_some(),
            });
            match found {
                true => Ok(parts),
                false => Err(Error::type_error(format!(
                    "the field {name} needs a value that has a {name}"
                ))),
            }
        };
        let mut parts = Parts::default();
        if kind.has_date() {
            let base = source(self.date, "date")?.and_then(|parts| parts.date);
            parts.date = Some(self.components.date(base)?);
        }
        if kind.has_time() {
            let base = source(self.time, "time")?;
            let time = base.and_then(|parts| parts.time);
            if time.is_none() && !kind.has_date() && self.components.get(Field::Hour).is_none() {
                return Err(Error::argument(format!("{} needs an hour", kind.name())));
            }
            parts.time = Some(self.components.time(time)?);
            parts.zone = base.and_then(|parts| parts.zone);
            parts.offset = base.and_then(|parts| parts.offset);
        }
        match self.timezone {
            Some(zone) if kind.has_zone() => kind.move_to_zone(parts, zone, now),
            Some(_) => Err(unknown(kind, "timezone")),
            None => Ok(parts),
        }
    }
}

/// Sets a source once.
fn set(source: &mut Option<Parts>, name: &str, parts: Parts) -> Result<()> {
    match source.replace(parts) {
        None => Ok(()),
        Some(_) => Err(Error::argument(format!(
            "the field {name} says what another field says already"
        ))),
    }
}

fn unknown(kind: Kind, name: &str) -> Error {
    let error = Error::argument(format!("{} has no field {name}", kind.name()));
    let names = Field::ALL.iter().map(|field| field.name());
    let others = SOURCES.into_iter().chain(["timezone"]);
    match did_you_mean(name, names.chain(others).filter(|own| *own != name)) {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

fn not_temporal(name: &str, value: &Value) -> Error {
    Error::type_error(format!(
        "the field {name} must be a date, time or datetime, got {}",
        value.value_type()
    ))
}

/// The error of an instant beyond the years of dates.
pub(super) fn out_of_years() -> Error {
    Error::new(
        ErrorKind::ArgumentError,
        ErrorDetail::NumberOutOfRange,
        "the instant is not between the years -999999999 and 999999999",
    )
}
