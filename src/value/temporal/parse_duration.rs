//! Texts of ISO 8601 as durations: amounts with units, `P1Y2M-3DT4H5.5S`, or in the shape of a
//! date and a time, `P2012-02-02T14:37:21.545`.

use std::str::FromStr;

use super::Duration;
use super::duration::{Accumulator, DECIMAL, DurationUnit, decimal};
use super::field::{Components, Field};
use super::parse::{self, Scanner};
use crate::error::{Error, ErrorDetail, ErrorKind, Result};

/// Units before the `T`, in their order.
const DATE_UNITS: [(char, DurationUnit); 4] = [
    ('Y', DurationUnit::Months(12)),
    ('M', DurationUnit::Months(1)),
    ('W', DurationUnit::Days(7)),
    ('D', DurationUnit::Days(1)),
];

/// Units behind the `T`, in their order.
const TIME_UNITS: [(char, DurationUnit); 3] = [
    ('H', DurationUnit::Nanoseconds(3_600_000_000_000)),
    ('M', DurationUnit::Nanoseconds(60_000_000_000)),
    ('S', DurationUnit::Nanoseconds(1_000_000_000)),
];

/// The fields of a duration in the shape of a calendar date and a time.
const SHAPE: [(Field, DurationUnit); 7] = [
    (Field::Year, DurationUnit::Months(12)),
    (Field::Month, DurationUnit::Months(1)),
    (Field::Day, DurationUnit::Days(1)),
    (Field::Hour, DurationUnit::Nanoseconds(3_600_000_000_000)),
    (Field::Minute, DurationUnit::Nanoseconds(60_000_000_000)),
    (Field::Second, DurationUnit::Nanoseconds(1_000_000_000)),
    (Field::Nanosecond, DurationUnit::Nanoseconds(1)),
];

impl FromStr for Duration {
    type Err = Error;

    fn from_str(text: &str) -> Result<Duration> {
        let malformed = || {
            Error::argument(format!("{text:?} is no duration"))
                .hint("write P1Y2M3DT4H5M6.789S, or P0001-02-03T04:05:06.789")
        };
        let overflow = || {
            Error::new(
                ErrorKind::ArgumentError,
                ErrorDetail::NumberOutOfRange,
                format!("{text:?} is too long for a duration"),
            )
        };
        let mut scanner = Scanner::new(text);
        let negative = scanner.sign() == Some(-1);
        if !scanner.accept('P') {
            return Err(malformed());
        }
        let amounts = amounts(scanner).or_else(|| date_and_time(scanner));
        let mut total = Accumulator::of_decimals();
        for (unit, amount) in amounts.ok_or_else(malformed)? {
            let amount = amount.ok_or_else(overflow)?;
            let amount = if negative { -amount } else { amount };
            total.add(unit, amount).ok_or_else(overflow)?;
        }
        total.finish().ok_or_else(overflow)
    }
}

/// Units and how many of each, `None` where there are too many for a number.
type Amounts = Vec<(DurationUnit, Option<i128>)>;

/// Reads `1Y2M-3DT4H5.5S` to the end: at least one amount, and one behind a `T`.
fn amounts(mut scanner: Scanner) -> Option<Amounts> {
    let mut amounts = Amounts::new();
    read_amounts(&mut scanner, &DATE_UNITS, &mut amounts)?;
    if scanner.accept('T') {
        let before = amounts.len();
        read_amounts(&mut scanner, &TIME_UNITS, &mut amounts)?;
        if amounts.len() == before {
            return None;
        }
    }
    (scanner.is_done() && !amounts.is_empty()).then_some(amounts)
}

/// Reads amounts as long as there are some; each unit once and in order.
fn read_amounts(
    scanner: &mut Scanner,
    units: &[(char, DurationUnit)],
    amounts: &mut Amounts,
) -> Option<()> {
    let mut units = units.iter();
    loop {
        let sign = scanner.sign();
        if scanner.digits_ahead() == 0 {
            return sign.is_none().then_some(());
        }
        let mut number = scanner.digits().to_owned();
        if scanner.accept('.') || scanner.accept(',') {
            let fraction = scanner.digits();
            if fraction.is_empty() {
                return None;
            }
            number = format!("{number}.{fraction}");
        }
        let (_, unit) = units.find(|(letter, _)| scanner.accept(*letter))?;
        let amount = decimal(&number).map(|amount| amount * i128::from(sign.unwrap_or(1)));
        amounts.push((*unit, amount));
    }
}

/// Reads `2012-02-02T14:37:21.545` to the end.
fn date_and_time(mut scanner: Scanner) -> Option<Amounts> {
    let mut components = Components::default();
    parse::date(&mut scanner, &mut components)?;
    if scanner.accept('T') {
        parse::time(&mut scanner, &mut components)?;
    }
    let complete = scanner.is_done() && components.get(Field::Day).is_some();
    let amounts = SHAPE.into_iter().filter_map(|(field, unit)| {
        let value = components.get(field)?;
        Some((unit, Some(i128::from(value) * DECIMAL)))
    });
    complete.then(|| amounts.collect())
}
