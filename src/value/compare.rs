//! Comparison of values: the three-valued `=` and `<` of the language, and the total order of
//! `ORDER BY`, `DISTINCT` and grouping (openCypher, CIP2016-06-14 "Comparability, equality,
//! orderability, equivalence").

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use super::Value;

/// `left = right`: `None` is null, the answer where a null decides.
pub fn equals(left: &Value, right: &Value) -> Option<bool> {
    match (left, right) {
        (Value::Null, _) | (_, Value::Null) => None,
        (Value::Integer(a), Value::Integer(b)) => Some(a == b),
        (Value::Float(a), Value::Float(b)) => Some(a == b),
        (Value::Integer(a), Value::Float(b)) | (Value::Float(b), Value::Integer(a)) => {
            Some(compare_integer_float(*a, *b) == Some(Ordering::Equal))
        }
        (Value::List(a), Value::List(b)) => {
            if a.len() != b.len() {
                return Some(false);
            }
            all_equal(a.iter().zip(b.iter()))
        }
        (Value::Map(a), Value::Map(b)) => {
            if a.len() != b.len() || !a.keys().eq(b.keys()) {
                return Some(false);
            }
            all_equal(a.values().zip(b.values()))
        }
        _ => Some(left == right),
    }
}

/// Conjunction of equalities: false decides, else null, else true.
fn all_equal<'a>(pairs: impl Iterator<Item = (&'a Value, &'a Value)>) -> Option<bool> {
    let mut result = Some(true);
    for (left, right) in pairs {
        match equals(left, right) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => result = None,
        }
    }
    result
}

/// The order behind `<`, `<=`, `>`, `>=`: `None` where the two cannot be compared (null, different
/// types, NaN, durations, maps, nodes).
pub fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Boolean(a), Value::Boolean(b)) => Some(a.cmp(b)),
        (Value::Integer(a), Value::Integer(b)) => Some(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Integer(a), Value::Float(b)) => compare_integer_float(*a, *b),
        (Value::Float(a), Value::Integer(b)) => {
            compare_integer_float(*b, *a).map(Ordering::reverse)
        }
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (Value::LocalTime(a), Value::LocalTime(b)) => Some(a.cmp(b)),
        (Value::Time(a), Value::Time(b)) => Some(a.cmp(b)),
        (Value::LocalDateTime(a), Value::LocalDateTime(b)) => Some(a.cmp(b)),
        (Value::DateTime(a), Value::DateTime(b)) => Some(a.cmp(b)),
        (Value::List(a), Value::List(b)) => {
            for (left, right) in a.iter().zip(b.iter()) {
                match compare(left, right) {
                    Some(Ordering::Equal) => {}
                    decided => return decided,
                }
            }
            Some(a.len().cmp(&b.len()))
        }
        _ => None,
    }
}

/// The total order of `ORDER BY`, ascending: maps, nodes, relationships, lists, paths, temporal
/// values, strings, booleans, numbers (NaN last among them), null.
pub fn order(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Integer(a), Value::Integer(b)) => a.cmp(b),
        (Value::Float(a), Value::Float(b)) => order_floats(*a, *b),
        (Value::Integer(a), Value::Float(b)) => order_integer_float(*a, *b),
        (Value::Float(a), Value::Integer(b)) => order_integer_float(*b, *a).reverse(),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Boolean(a), Value::Boolean(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::LocalTime(a), Value::LocalTime(b)) => a.cmp(b),
        (Value::Time(a), Value::Time(b)) => a.cmp(b),
        (Value::LocalDateTime(a), Value::LocalDateTime(b)) => a.cmp(b),
        (Value::DateTime(a), Value::DateTime(b)) => a.cmp(b),
        (Value::Duration(a), Value::Duration(b)) => a.cmp(b),
        (Value::Node(a), Value::Node(b)) => a.cmp(b),
        (Value::Relationship(a), Value::Relationship(b)) => a.cmp(b),
        (Value::Path(a), Value::Path(b)) => a.cmp(b),
        (Value::List(a), Value::List(b)) => a.iter().cmp(b.iter()),
        (Value::Map(a), Value::Map(b)) => a.iter().cmp(b.iter()),
        _ => rank(left).cmp(&rank(right)),
    }
}

/// Place of a type in the total order; integers and floats share one.
fn rank(value: &Value) -> u8 {
    match value {
        Value::Map(_) => 0,
        Value::Node(_) => 1,
        Value::Relationship(_) => 2,
        Value::List(_) => 3,
        Value::Path(_) => 4,
        Value::DateTime(_) => 5,
        Value::LocalDateTime(_) => 6,
        Value::Date(_) => 7,
        Value::Time(_) => 8,
        Value::LocalTime(_) => 9,
        Value::Duration(_) => 10,
        Value::String(_) => 11,
        Value::Boolean(_) => 12,
        Value::Integer(_) | Value::Float(_) => 13,
        Value::Null => 14,
    }
}

/// Numeric order with NaN above all and equal to itself; -0.0 equals 0.0.
pub(crate) fn order_floats(left: f64, right: f64) -> Ordering {
    left.partial_cmp(&right)
        .unwrap_or_else(|| left.is_nan().cmp(&right.is_nan()))
}

fn order_integer_float(left: i64, right: f64) -> Ordering {
    compare_integer_float(left, right).unwrap_or(Ordering::Less)
}

/// Exact comparison, also where the integer has no float of its own; `None` for NaN.
pub(crate) fn compare_integer_float(left: i64, right: f64) -> Option<Ordering> {
    const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
    if right.is_nan() {
        return None;
    }
    if right >= TWO_TO_63 {
        return Some(Ordering::Less);
    }
    if right < -TWO_TO_63 {
        return Some(Ordering::Greater);
    }
    let whole = right.trunc();
    let by_whole = left.cmp(&(whole as i64));
    Some(by_whole.then_with(|| {
        0.0_f64
            .partial_cmp(&(right - whole))
            .unwrap_or(Ordering::Equal)
    }))
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        order(self, other) == Ordering::Equal
    }
}

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        order(self, other)
    }
}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        rank(self).hash(state);
        match self {
            Value::Null => {}
            Value::Boolean(value) => value.hash(state),
            Value::Integer(value) => value.hash(state),
            Value::Float(value) => hash_float(*value, state),
            Value::String(value) => value.hash(state),
            Value::Date(value) => value.hash(state),
            Value::LocalTime(value) => value.hash(state),
            Value::Time(value) => value.hash(state),
            Value::LocalDateTime(value) => value.hash(state),
            Value::DateTime(value) => value.hash(state),
            Value::Duration(value) => value.hash(state),
            Value::List(value) => value.hash(state),
            Value::Map(value) => value.hash(state),
            Value::Node(value) => value.hash(state),
            Value::Relationship(value) => value.hash(state),
            Value::Path(value) => value.hash(state),
        }
    }
}

/// A float that equals an integer hashes like it.
fn hash_float<H: Hasher>(value: f64, state: &mut H) {
    let whole = value as i64;
    if compare_integer_float(whole, value) == Some(Ordering::Equal) {
        whole.hash(state);
    } else if value.is_nan() {
        f64::NAN.to_bits().hash(state);
    } else {
        value.to_bits().hash(state);
    }
}
