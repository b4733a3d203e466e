//! Keys of indexes: bytes that compare as Cypher orders and equates the values they stand for.
//!
//! Each value is a tag, in the order of the types in `ORDER BY`, and a body that ends itself, so
//! that keys of several properties are written one after the other and no key begins another one:
//!
//! | type | body |
//! |---|---|
//! | number | the greatest float that is not greater, as sortable bits; the rest of an integer that no float holds |
//! | boolean, temporal | its parts as sortable integers |
//! | string | its bytes, 0 as `00 ff`, then `00 00` |
//! | list | its elements, then `00` |
//! | null | nothing; stands only after another property of a key |

use std::cmp::Ordering;

use crate::column::Column;
use crate::value::{DateTime, Value, compare_integer_float};

const LIST: u8 = 3;
const DATE_TIME: u8 = 5;
const LOCAL_DATE_TIME: u8 = 6;
const DATE: u8 = 7;
const TIME: u8 = 8;
const LOCAL_TIME: u8 = 9;
const DURATION: u8 = 10;
const STRING: u8 = 11;
const BOOLEAN: u8 = 12;
const NUMBER: u8 = 13;
/// Greater than the tags of all values.
const NULL: u8 = 14;

/// The body of NaN, greater than that of infinity.
const NAN: [u8; 10] = [0xff; 10];

/// Appends the key of a value that can be stored, or null.
pub(super) fn push_value(key: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Boolean(value) => key.extend([BOOLEAN, u8::from(*value)]),
        Value::Integer(value) => push_integer(key, *value),
        Value::Float(value) => push_float(key, *value),
        Value::String(text) => push_text(key, STRING, text),
        Value::Date(date) => push_parts(key, DATE, &[date.days]),
        Value::LocalTime(time) => push_parts(key, LOCAL_TIME, &[time.nanoseconds]),
        Value::Time(time) => {
            key.push(TIME);
            key.extend(sortable_wide(time.instant()));
            key.extend(sortable(i64::from(time.offset)));
        }
        Value::LocalDateTime(time) => {
            let parts = [time.seconds, i64::from(time.nanoseconds)];
            push_parts(key, LOCAL_DATE_TIME, &parts);
        }
        Value::DateTime(time) => push_date_time(key, time),
        Value::Duration(duration) => {
            key.push(DURATION);
            key.extend(sortable_wide(duration.average()));
            for part in [duration.months, duration.days, duration.seconds] {
                key.extend(sortable(part));
            }
            key.extend(sortable(i64::from(duration.nanoseconds)));
        }
        Value::List(elements) => {
            key.push(LIST);
            elements.iter().for_each(|element| push_value(key, element));
            key.push(0);
        }
        // No property holds any of the others.
        Value::Null | Value::Map(_) | Value::Node(_) | Value::Relationship(_) | Value::Path(_) => {
            key.push(NULL);
        }
    }
}

/// Appends the key of a cell of a column that may be missing, as [`push_value`] does of its value.
pub(super) fn push_cell(key: &mut Vec<u8>, column: Option<&Column>, row: usize) {
    match column {
        Some(column) if !column.is_null(row) => match column {
            Column::Integer(array) => push_integer(key, array.value(row)),
            Column::Float(array) => push_float(key, array.value(row)),
            Column::String(array) => push_text(key, STRING, array.value(row)),
            column => push_value(key, &column.value(row)),
        },
        _ => key.push(NULL),
    }
}

fn push_integer(key: &mut Vec<u8>, value: i64) {
    let nearest = value as f64;
    let below = match compare_integer_float(value, nearest) {
        Some(Ordering::Less) => nearest.next_down(),
        _ => nearest,
    };
    // Floats of this size are whole and lie at most 1,024 apart.
    let rest = (i128::from(value) - below as i128) as u16;
    key.push(NUMBER);
    key.extend(sortable_float(below));
    key.extend(rest.to_be_bytes());
}

fn push_float(key: &mut Vec<u8>, value: f64) {
    key.push(NUMBER);
    if value.is_nan() {
        key.extend(NAN);
    } else {
        key.extend(sortable_float(value));
        key.extend([0, 0]);
    }
}

fn push_text(key: &mut Vec<u8>, tag: u8, text: &str) {
    push_beginning(key, tag, text);
    key.extend([0, 0]);
}

/// What the keys of all strings that begin so have in common.
fn push_beginning(key: &mut Vec<u8>, tag: u8, text: &str) {
    key.push(tag);
    let mut parts = text.as_bytes().split(|byte| *byte == 0);
    key.extend(parts.next().unwrap_or_default());
    for part in parts {
        key.extend([0, 0xff]);
        key.extend(part);
    }
}

fn push_parts(key: &mut Vec<u8>, tag: u8, parts: &[i64]) {
    key.push(tag);
    parts.iter().for_each(|part| key.extend(sortable(*part)));
}

fn push_date_time(key: &mut Vec<u8>, time: &DateTime) {
    let parts = [
        time.seconds,
        i64::from(time.nanoseconds),
        i64::from(time.offset),
    ];
    push_parts(key, DATE_TIME, &parts);
    match time.zone {
        None => key.push(0),
        // By name and not by number, since the database of zones grows. Names are ordered without
        // regard to case.
        Some(zone) => push_text(key, 1, &zone.name().to_ascii_lowercase()),
    }
}

fn sortable(value: i64) -> [u8; 8] {
    (value as u64 ^ (1 << 63)).to_be_bytes()
}

fn sortable_wide(value: i128) -> [u8; 16] {
    (value as u128 ^ (1 << 127)).to_be_bytes()
}

fn sortable_float(value: f64) -> [u8; 8] {
    // Adding zero makes a negative zero positive.
    let bits = (value + 0.0).to_bits();
    let sorted = match bits >> 63 {
        0 => bits | (1 << 63),
        _ => !bits,
    };
    sorted.to_be_bytes()
}

/// Whether a stored value can equal this one by `=`, which null and NaN do to nothing.
pub(super) fn can_equal(value: &Value) -> bool {
    match value {
        Value::Float(value) => !value.is_nan(),
        Value::List(elements) => elements
            .iter()
            .all(|element| !matches!(element, Value::List(_)) && can_equal(element)),
        Value::Null | Value::Map(_) | Value::Node(_) | Value::Relationship(_) | Value::Path(_) => {
            false
        }
        _ => true,
    }
}

/// Entries of an index that stand side by side: from `low` on, up to before `high`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyRange {
    pub(super) low: Vec<u8>,
    pub(super) high: Vec<u8>,
}

/// The values of one property that a range takes.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Any value, but not null.
    Exists,
    /// Values between bounds, each with whether it belongs to the range.
    Between {
        /// The lower bound.
        low: Option<(Value, bool)>,
        /// The upper bound.
        high: Option<(Value, bool)>,
    },
    /// Strings that begin with the value, if it is a string.
    StartsWith(Value),
}

impl KeyRange {
    /// All entries.
    pub fn all() -> KeyRange {
        KeyRange {
            low: Vec::new(),
            high: vec![0xff],
        }
    }

    /// The entries of one key.
    pub(super) fn of_key(key: &[u8]) -> KeyRange {
        let (low, mut high) = (key.to_vec(), key.to_vec());
        increment(&mut high);
        KeyRange { low, high }
    }

    /// The entries whose first properties equal these values, and whose next one satisfies the
    /// condition. `None` where there can be none.
    ///
    /// Of ranges between lists all lists are given, since not every two lists can be compared: see
    /// [`Condition::holds`].
    pub fn new<'v>(
        equal: impl IntoIterator<Item = &'v Value>,
        condition: Option<&Condition>,
    ) -> Option<KeyRange> {
        let mut low = Vec::with_capacity(32);
        for value in equal {
            if !can_equal(value) {
                return None;
            }
            push_value(&mut low, value);
        }
        let mut high = low.clone();
        match condition {
            None => increment(&mut high),
            Some(Condition::Exists) => high.push(NULL),
            Some(Condition::StartsWith(Value::String(text))) => {
                push_beginning(&mut low, STRING, text);
                high.clone_from(&low);
                increment(&mut high);
            }
            Some(Condition::StartsWith(_)) => return None,
            Some(Condition::Between {
                low: from,
                high: to,
            }) => {
                let (first, end) = class(from.as_ref().or(to.as_ref()).map(|(value, _)| value)?)?;
                if let (Some((from, _)), Some((to, _))) = (from, to)
                    && class(from) != class(to)
                {
                    return None;
                }
                let bounded =
                    |bound: &Option<(Value, bool)>| bound.clone().filter(|_| first != [LIST]);
                match bounded(from) {
                    None => low.extend(&first),
                    Some((value, included)) => {
                        push_value(&mut low, &value);
                        if !included {
                            increment(&mut low);
                        }
                    }
                }
                match bounded(to) {
                    None => high.extend(&end),
                    Some((value, included)) => {
                        push_value(&mut high, &value);
                        if included {
                            increment(&mut high);
                        }
                    }
                }
            }
        }
        (low < high).then_some(KeyRange { low, high })
    }
}

impl Condition {
    /// Whether entries of its range must be looked at one by one, by [`Condition::holds`].
    pub fn is_inexact(&self) -> bool {
        let is_list = |bound: &Option<(Value, bool)>| matches!(bound, Some((Value::List(_), _)));
        matches!(self, Condition::Between { low, high } if is_list(low) || is_list(high))
    }

    /// Whether a value satisfies it.
    pub fn holds(&self, value: &Value) -> bool {
        let compares = |bound: &Option<(Value, bool)>, outside: Ordering| match bound {
            None => true,
            Some((bound, included)) => match crate::value::compare(value, bound) {
                None => false,
                Some(Ordering::Equal) => *included,
                Some(ordering) => ordering != outside,
            },
        };
        match (self, value) {
            (Condition::Exists, value) => !value.is_null(),
            (Condition::Between { low, high }, _) => {
                compares(low, Ordering::Less) && compares(high, Ordering::Greater)
            }
            (Condition::StartsWith(Value::String(beginning)), Value::String(text)) => {
                text.starts_with(beginning.as_ref())
            }
            (Condition::StartsWith(_), _) => false,
        }
    }
}

/// Where the keys begin and end that can be compared with a value by `<`; `None` where none can.
fn class(value: &Value) -> Option<(Vec<u8>, Vec<u8>)> {
    let tag = match value {
        Value::Float(value) if value.is_nan() => return None,
        Value::Integer(_) | Value::Float(_) => {
            let mut end = vec![NUMBER];
            end.extend(NAN);
            return Some((vec![NUMBER], end));
        }
        Value::Boolean(_) => BOOLEAN,
        Value::String(_) => STRING,
        Value::Date(_) => DATE,
        Value::LocalTime(_) => LOCAL_TIME,
        Value::Time(_) => TIME,
        Value::LocalDateTime(_) => LOCAL_DATE_TIME,
        Value::DateTime(_) => DATE_TIME,
        Value::List(_) => LIST,
        Value::Null
        | Value::Duration(_)
        | Value::Map(_)
        | Value::Node(_)
        | Value::Relationship(_)
        | Value::Path(_) => return None,
    };
    Some((vec![tag], vec![tag + 1]))
}

/// Makes bytes the least ones that are greater than all that begin with them.
fn increment(key: &mut Vec<u8>) {
    while let Some(last) = key.pop() {
        if last < 0xff {
            key.push(last + 1);
            return;
        }
    }
    // Every key begins with the empty one.
    key.push(0xff);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Date, Duration, LocalTime, Time, equals};
    use proptest::prelude::*;

    fn key(value: &Value) -> Vec<u8> {
        let mut key = Vec::new();
        push_value(&mut key, value);
        key
    }

    fn scalar() -> impl Strategy<Value = Value> {
        let integer = prop_oneof![
            any::<i64>(),
            -3..4_i64,
            (0..64_u32, -3..4_i64).prop_map(|(shift, by)| (1_i64 << shift).wrapping_add(by)),
        ];
        let float = prop_oneof![
            any::<f64>(),
            integer.clone().prop_map(|whole| whole as f64),
            Just(f64::NAN),
            Just(-0.0),
            Just(9_223_372_036_854_775_808.0),
        ];
        prop_oneof![
            integer.prop_map(Value::Integer),
            float.prop_map(Value::Float),
            any::<bool>().prop_map(Value::Boolean),
            "[a\u{0}\u{1}\u{ff}é]{0,4}".prop_map(|text| Value::from(text.as_str())),
            (-5..5_i64).prop_map(|days| Value::Date(Date { days })),
            (0..5_i64).prop_map(|nanoseconds| Value::LocalTime(LocalTime { nanoseconds })),
            (0..3_i64, -2..3_i32).prop_map(|(seconds, offset)| {
                let nanoseconds = seconds * 1_000_000_000;
                Value::Time(Time {
                    nanoseconds,
                    offset,
                })
            }),
            (-2..3_i64, 0..3_u32, -1..2_i32, 0..5_usize).prop_map(
                |(seconds, nanos, offset, zone)| {
                    let names = ["Europe/Paris", "Africa/Casablanca", "UTC", "Etc/GMT+1"];
                    Value::DateTime(DateTime {
                        seconds,
                        nanoseconds: nanos,
                        offset,
                        zone: names
                            .get(zone)
                            .and_then(|name| crate::value::temporal::ZoneName::find(name)),
                    })
                }
            ),
            (-1..2_i64, -31..32_i64, -90_000..90_000_i64).prop_map(|(months, days, seconds)| {
                Value::Duration(Duration {
                    months,
                    days,
                    seconds,
                    nanoseconds: 0,
                })
            }),
        ]
    }

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            3 => scalar(),
            1 => proptest::collection::vec(scalar(), 0..3).prop_map(Value::list),
        ]
    }

    proptest! {
        #[test]
        fn keys_are_ordered_as_values(left in value(), right in value()) {
            prop_assert_eq!(key(&left).cmp(&key(&right)), left.cmp(&right));
        }

        #[test]
        fn keys_of_several_values_are_ordered_as_tuples(
            left in (value(), value()),
            right in (value(), value()),
        ) {
            let both = |pair: &(Value, Value)| [key(&pair.0), key(&pair.1)].concat();
            prop_assert_eq!(both(&left).cmp(&both(&right)), left.cmp(&right));
        }

        #[test]
        fn what_is_equal_is_in_the_range_of_it(left in value(), right in value()) {
            let found = KeyRange::new([&right], None).is_some_and(|range| {
                (range.low.as_slice()..range.high.as_slice()).contains(&key(&left).as_slice())
            });
            prop_assert_eq!(found, equals(&left, &right) == Some(true));
        }

        #[test]
        fn ranges_take_what_compares(
            stored in value(),
            low in proptest::option::of((value(), any::<bool>())),
            high in proptest::option::of((value(), any::<bool>())),
        ) {
            prop_assume!(low.is_some() || high.is_some());
            let condition = Condition::Between { low, high };
            let found = KeyRange::new([], Some(&condition)).is_some_and(|range| {
                let inside = range.low.as_slice()..range.high.as_slice();
                inside.contains(&key(&stored).as_slice())
                    && (!condition.is_inexact() || condition.holds(&stored))
            });
            prop_assert_eq!(found, condition.holds(&stored));
        }

        #[test]
        fn beginnings_take_what_begins_so(stored in value(), beginning in scalar()) {
            let condition = Condition::StartsWith(beginning);
            let found = KeyRange::new([], Some(&condition)).is_some_and(|range| {
                (range.low.as_slice()..range.high.as_slice()).contains(&key(&stored).as_slice())
            });
            prop_assert_eq!(found, condition.holds(&stored));
        }
    }
}
