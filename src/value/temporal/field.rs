//! Dates and times of day from named fields: `{year: 1984, week: 10, dayOfWeek: 3, hour: 12}`.
//! Texts are read into the same fields, so that there is one place that checks them.

use std::ops::RangeInclusive;

use super::calendar::{YEARS, check, month_length};
use super::{Date, LocalTime, NANOSECONDS_PER_SECOND};
use crate::error::{Error, Result};

macro_rules! fields {
    ($($variant:ident $name:literal $range:expr,)+) => {
        /// A field of a date or of a time of day.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Field {
            $(#[doc = concat!("`", $name, "`")] $variant,)+
        }

        impl Field {
            /// All of them.
            pub const ALL: &'static [Field] = &[$(Field::$variant),+];

            /// The name in maps.
            pub fn name(self) -> &'static str {
                match self { $(Field::$variant => $name),+ }
            }

            /// The values that it may have in some date or time.
            fn range(self) -> RangeInclusive<i64> {
                match self { $(Field::$variant => $range),+ }
            }
        }
    };
}

fields! {
    Year "year" YEARS,
    Quarter "quarter" 1..=4,
    Month "month" 1..=12,
    Week "week" 1..=53,
    OrdinalDay "ordinalDay" 1..=366,
    DayOfQuarter "dayOfQuarter" 1..=92,
    Day "day" 1..=31,
    DayOfWeek "dayOfWeek" 1..=7,
    Hour "hour" 0..=23,
    Minute "minute" 0..=59,
    Second "second" 0..=59,
    Millisecond "millisecond" 0..=999,
    Microsecond "microsecond" 0..=999_999,
    Nanosecond "nanosecond" 0..=999_999_999,
}

impl Field {
    /// Whether it is a field of dates, else of times of day.
    pub fn is_of_date(self) -> bool {
        (self as usize) < Field::Hour as usize
    }
}

/// The ways to say which day of a year, each from the greater to the smaller field.
const DATE_FORMS: [&[Field]; 4] = [
    &[Field::Month, Field::Day],
    &[Field::Week, Field::DayOfWeek],
    &[Field::Quarter, Field::DayOfQuarter],
    &[Field::OrdinalDay],
];

/// The fields of a time of day down to the second, and their seconds.
const CLOCK: [(Field, i64); 3] = [
    (Field::Hour, 3_600),
    (Field::Minute, 60),
    (Field::Second, 1),
];

/// The fields below the second, and their nanoseconds.
const FRACTIONS: [(Field, i64); 3] = [
    (Field::Millisecond, 1_000_000),
    (Field::Microsecond, 1_000),
    (Field::Nanosecond, 1),
];

/// The fields that are given, each or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Components([Option<i64>; Field::ALL.len()]);

impl Components {
    /// Sets a field.
    pub fn set(&mut self, field: Field, value: i64) {
        self.0[field as usize] = Some(value);
    }

    /// The value of a field, if it is given.
    pub fn get(&self, field: Field) -> Option<i64> {
        self.0[field as usize]
    }

    fn has_any(&self, fields: &[Field]) -> bool {
        fields.iter().any(|field| self.get(*field).is_some())
    }

    /// The value of a field in its widest range, or what stands in for it.
    fn checked(&self, field: Field, otherwise: i64) -> Result<i64> {
        match self.get(field) {
            Some(value) => check(field.name(), value, field.range()),
            None => Ok(otherwise),
        }
    }

    /// The date of these fields. Those that are not given come from `base`; without it they are
    /// the first ones, and a field needs the greater ones beside it.
    ///
    /// Fails where a field is out of its range, where one is missing, where a day is said in more
    /// than one way. A day of the month that comes from `base` is shortened to the month.
    pub fn date(&self, base: Option<Date>) -> Result<Date> {
        let mut forms = DATE_FORMS.iter().filter(|form| self.has_any(form));
        let form = *forms.next().unwrap_or(&DATE_FORMS[0]);
        if let Some(other) = forms.next() {
            return Err(Error::argument(format!(
                "{} and {} say the day in two ways; give one of them",
                form[0].name(),
                other[0].name()
            )));
        }
        if base.is_none() {
            if self.get(Field::Year).is_none() {
                return Err(Error::argument("a date needs a year"));
            }
            self.need_greater(form)?;
        }
        match form[0] {
            Field::Week => {
                let week = base.map(Date::week_date);
                Date::from_week(
                    self.checked(Field::Year, week.map_or(0, |week| week.year))?,
                    self.checked(Field::Week, week.map_or(1, |week| week.week))?,
                    self.checked(Field::DayOfWeek, week.map_or(1, |week| week.day))?,
                )
            }
            Field::Quarter => self.quarter_date(base),
            Field::OrdinalDay => Date::from_ordinal(
                self.checked(Field::Year, base.map_or(0, |base| base.calendar().year))?,
                self.checked(Field::OrdinalDay, 1)?,
            ),
            _ => {
                let base = base.map(Date::calendar);
                let year = self.checked(Field::Year, base.map_or(0, |base| base.year))?;
                let month = self.checked(Field::Month, base.map_or(1, |base| base.month))?;
                let day = base.map_or(1, |base| base.day.min(month_length(year, month)));
                Date::from_calendar(year, month, self.checked(Field::Day, day)?)
            }
        }
    }

    /// A quarter keeps the day of its month of `base`, unless the day of the quarter is given.
    fn quarter_date(&self, base: Option<Date>) -> Result<Date> {
        let date = base.map(Date::calendar);
        let year = self.checked(Field::Year, date.map_or(0, |date| date.year))?;
        let quarter = self.checked(Field::Quarter, base.map_or(1, Date::quarter))?;
        match (self.get(Field::DayOfQuarter), date) {
            (None, Some(date)) => {
                let month = quarter * 3 - 2 + (date.month - 1) % 3;
                Date::from_calendar(year, month, date.day.min(month_length(year, month)))
            }
            (day, _) => Date::from_quarter(year, quarter, day.unwrap_or(1)),
        }
    }

    /// The time of day of these fields. Those that are not given come from `base`, but any given
    /// one below the second replaces all of those. Without `base` they are 0, and a field needs
    /// the greater ones beside it.
    ///
    /// Fails where a field is out of its range or where one is missing. Beside a greater field
    /// below the second a smaller one counts within it: `{millisecond: 123, microsecond: 456}`.
    pub fn time(&self, base: Option<LocalTime>) -> Result<LocalTime> {
        if base.is_none() {
            self.need_greater(&CLOCK.map(|(field, _)| field))?;
            let fraction = FRACTIONS
                .iter()
                .find(|(field, _)| self.get(*field).is_some());
            if let (Some((field, _)), None) = (fraction, self.get(Field::Second)) {
                return Err(missing(Field::Second, *field));
            }
        }
        let base = base.map_or(0, |base| base.nanoseconds);
        let base_seconds = base / NANOSECONDS_PER_SECOND;
        let mut seconds = 0;
        for (field, size) in CLOCK {
            let greatest = *field.range().end();
            let inherited = base_seconds / size % (greatest + 1);
            seconds += self.checked(field, inherited)? * size;
        }
        let fraction = match self.fraction()? {
            Some(given) => given,
            None => base % NANOSECONDS_PER_SECOND,
        };
        Ok(LocalTime {
            nanoseconds: seconds * NANOSECONDS_PER_SECOND + fraction,
        })
    }

    /// Keeps the digits of `base` above `span` nanoseconds, beside a smaller field that is given
    /// and would replace them: `{nanosecond: 2}` behind a truncation to the millisecond.
    pub fn keep_fraction(&mut self, base: LocalTime, span: i64) {
        let Some(place) = FRACTIONS.iter().position(|(_, size)| *size == span) else {
            return;
        };
        let given =
            |rows: &[(Field, i64)]| rows.iter().any(|(field, _)| self.get(*field).is_some());
        let (kept, smaller) = FRACTIONS.split_at(place + 1);
        if given(smaller) && !given(kept) {
            self.set(
                FRACTIONS[place].0,
                base.nanoseconds % NANOSECONDS_PER_SECOND / span,
            );
        }
    }

    /// Nanoseconds of the second, if a field below the second is given.
    fn fraction(&self) -> Result<Option<i64>> {
        let mut total = None;
        // A field counts within the next greater one that is given.
        let mut within = NANOSECONDS_PER_SECOND;
        for (field, size) in FRACTIONS {
            if let Some(value) = self.get(field) {
                check(field.name(), value, 0..=within / size - 1)?;
                total = Some(total.unwrap_or(0) + value * size);
                within = size;
            }
        }
        Ok(total)
    }

    /// Fails where a field is given and the one before it is not.
    fn need_greater(&self, fields: &[Field]) -> Result<()> {
        for pair in fields.windows(2) {
            if let (None, Some(_)) = (self.get(pair[0]), self.get(pair[1])) {
                return Err(missing(pair[0], pair[1]));
            }
        }
        Ok(())
    }
}

/// The error of a field without the greater one that it counts in.
fn missing(greater: Field, field: Field) -> Error {
    Error::argument(format!(
        "{} needs {} beside it",
        field.name(),
        greater.name()
    ))
}
