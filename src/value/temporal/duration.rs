//! Durations: made of amounts of units that may have fractions, added, scaled, ordered.
//!
//! A fraction of a month or of a day is carried into the smaller parts: an average month has
//! 2,629,746 seconds (a 400th of 400 years in 12 parts), a day 86,400. A fraction of an hour and
//! of what is smaller never becomes a day, nor do days become months. Calculations are exact; what
//! is below the nanosecond is cut off at the very end.

use std::cmp::Ordering;

use super::{Duration, NANOSECONDS_PER_DAY, NANOSECONDS_PER_SECOND};

/// Seconds of an average month.
pub(super) const SECONDS_PER_MONTH: i64 = 2_629_746;

const NANOSECONDS_PER_MONTH: i128 = SECONDS_PER_MONTH as i128 * NANOSECONDS_PER_SECOND as i128;

/// Decimal numbers are held in units of 10^-18.
pub(super) const DECIMAL: i128 = 1_000_000_000_000_000_000;

/// A unit of durations: so many months, days or nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DurationUnit {
    /// Of so many months.
    Months(i128),
    /// Of so many days.
    Days(i128),
    /// Of so many nanoseconds.
    Nanoseconds(i128),
}

/// The units by the names that they have in maps and as components, the greatest first.
pub const DURATION_UNITS: [(&str, DurationUnit); 11] = [
    ("years", DurationUnit::Months(12)),
    ("quarters", DurationUnit::Months(3)),
    ("months", DurationUnit::Months(1)),
    ("weeks", DurationUnit::Days(7)),
    ("days", DurationUnit::Days(1)),
    ("hours", DurationUnit::Nanoseconds(3_600_000_000_000)),
    ("minutes", DurationUnit::Nanoseconds(60_000_000_000)),
    ("seconds", DurationUnit::Nanoseconds(1_000_000_000)),
    ("milliseconds", DurationUnit::Nanoseconds(1_000_000)),
    ("microseconds", DurationUnit::Nanoseconds(1_000)),
    ("nanoseconds", DurationUnit::Nanoseconds(1)),
];

/// Reads a decimal number, `-12.5`, as a multiple of 10^-18; digits beyond are cut off. `None`
/// where it is none or too large.
pub fn decimal(text: &str) -> Option<i128> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    if whole.is_empty()
        || !whole
            .bytes()
            .chain(fraction.bytes())
            .all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let fraction = &fraction[..fraction.len().min(18)];
    let value = whole
        .parse::<i128>()
        .ok()?
        .checked_mul(DECIMAL)?
        .checked_add(format!("{fraction:0<18}").parse().ok()?)?;
    Some(if negative { -value } else { value })
}

/// The sum of amounts, each a whole number divided by the same denominator.
#[derive(Debug, Clone)]
pub struct Accumulator {
    denominator: i128,
    months: i128,
    days: i128,
    nanoseconds: i128,
    /// Nanoseconds of fractions of months and days, times the denominator.
    carried: i128,
    /// Fractions of nanoseconds, times the denominator.
    rest: i128,
}

impl Accumulator {
    /// Nothing yet. The denominator is positive and at most 10^19.
    fn new(denominator: i128) -> Accumulator {
        Accumulator {
            denominator,
            months: 0,
            days: 0,
            nanoseconds: 0,
            carried: 0,
            rest: 0,
        }
    }

    /// For amounts that [`decimal`] gives.
    pub fn of_decimals() -> Accumulator {
        Accumulator::new(DECIMAL)
    }

    /// Adds `numerator / denominator` units; `None` on overflow.
    pub fn add(&mut self, unit: DurationUnit, numerator: i128) -> Option<()> {
        let (part, size) = match unit {
            DurationUnit::Months(size) => (&mut self.months, size),
            DurationUnit::Days(size) => (&mut self.days, size),
            DurationUnit::Nanoseconds(size) => (&mut self.nanoseconds, size),
        };
        // Whole units first, so that the product with the size stays small.
        let fraction = (numerator % self.denominator).checked_mul(size)?;
        let whole = (numerator / self.denominator)
            .checked_mul(size)?
            .checked_add(fraction / self.denominator)?;
        *part = part.checked_add(whole)?;
        let fraction = fraction % self.denominator;
        match unit {
            DurationUnit::Months(_) => self.carried += fraction * NANOSECONDS_PER_MONTH,
            DurationUnit::Days(_) => self.carried += fraction * i128::from(NANOSECONDS_PER_DAY),
            DurationUnit::Nanoseconds(_) => self.rest += fraction,
        }
        Some(())
    }

    /// The duration; `None` where a part does not fit 64 bits.
    pub fn finish(self) -> Option<Duration> {
        let day = i128::from(NANOSECONDS_PER_DAY) * self.denominator;
        let mut days = self.days.checked_add(self.carried / day)?;
        let mut carried = self.carried % day;
        // Days and the rest of a day point in the same direction.
        if days > 0 && carried < 0 {
            days -= 1;
            carried += day;
        } else if days < 0 && carried > 0 {
            days += 1;
            carried -= day;
        }
        let rest = (carried + self.rest) / self.denominator;
        Duration::new(self.months, days, self.nanoseconds.checked_add(rest)?)
    }
}

impl Duration {
    /// Months, days and nanoseconds; `None` where a part does not fit 64 bits.
    pub fn new(months: i128, days: i128, nanoseconds: i128) -> Option<Duration> {
        let second = i128::from(NANOSECONDS_PER_SECOND);
        Some(Duration {
            months: months.try_into().ok()?,
            days: days.try_into().ok()?,
            seconds: nanoseconds.div_euclid(second).try_into().ok()?,
            nanoseconds: nanoseconds.rem_euclid(second) as i32,
        })
    }

    /// Seconds and nanoseconds together, in nanoseconds.
    pub fn time_nanoseconds(self) -> i128 {
        i128::from(self.seconds) * i128::from(NANOSECONDS_PER_SECOND) + i128::from(self.nanoseconds)
    }

    /// The sum, part by part; `None` on overflow.
    pub fn plus(self, other: Duration) -> Option<Duration> {
        Duration::new(
            i128::from(self.months) + i128::from(other.months),
            i128::from(self.days) + i128::from(other.days),
            self.time_nanoseconds() + other.time_nanoseconds(),
        )
    }

    /// The opposite; `None` on overflow.
    pub fn negated(self) -> Option<Duration> {
        Duration::new(
            -i128::from(self.months),
            -i128::from(self.days),
            -self.time_nanoseconds(),
        )
    }

    /// Every part times a fraction, whose parts are at most 10^19; `None` on overflow.
    pub fn scaled(self, numerator: i128, denominator: i128) -> Option<Duration> {
        let (numerator, denominator) = match denominator {
            0 => return None,
            ..0 => (-numerator, -denominator),
            _ => (numerator, denominator),
        };
        let mut result = Accumulator::new(denominator);
        let second = DurationUnit::Nanoseconds(NANOSECONDS_PER_SECOND.into());
        for (unit, amount) in [
            (DurationUnit::Months(1), self.months),
            (DurationUnit::Days(1), self.days),
            (second, self.seconds),
            (DurationUnit::Nanoseconds(1), self.nanoseconds.into()),
        ] {
            result.add(unit, i128::from(amount).checked_mul(numerator)?)?;
        }
        result.finish()
    }

    /// Nanoseconds on average, for the order.
    pub(crate) fn average(self) -> i128 {
        i128::from(self.months) * NANOSECONDS_PER_MONTH
            + i128::from(self.days) * i128::from(NANOSECONDS_PER_DAY)
            + self.time_nanoseconds()
    }
}

impl Ord for Duration {
    fn cmp(&self, other: &Self) -> Ordering {
        let parts = |duration: &Duration| (duration.months, duration.days, duration.seconds);
        let by_average = self.average().cmp(&other.average());
        by_average
            .then_with(|| parts(self).cmp(&parts(other)))
            .then_with(|| self.nanoseconds.cmp(&other.nanoseconds))
    }
}

impl PartialOrd for Duration {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
