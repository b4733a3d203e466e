//! Single values: what a property holds, what a parameter gives, what a cell of a result shows.
//!
//! * In: literals, parameters, properties.
//! * Out: [`Value`], its comparison, its order, its text.
//! * Never: columns, graphs; a node is its number here.
//! * Start here: [`Value`].

mod id;
mod types;
mod type_test;
mod compare;
mod text;
mod convert;
pub mod temporal;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use compare::{compare, equals, order};
pub(crate) use compare::{compare_integer_float, order_floats};
pub use id::{KeyId, LabelId, NodeId, RelationshipId, TypeId};
pub use temporal::{Date, DateTime, Duration, LocalDateTime, LocalTime, Time};
pub use text::{write_float, write_literal, write_name, write_string};
pub use type_test::TypeTest;
pub use types::Type;

/// The entries of a map value, sorted by key.
pub type Map = BTreeMap<Arc<str>, Value>;

/// One value of the language.
///
/// `==`, `Hash` and `Ord` are Cypher's *equivalence* and *orderability*, those of `DISTINCT`,
/// grouping and `ORDER BY`: null equals null, NaN equals NaN, 1 equals 1.0. The operators `=`
/// and `<` of the language, with their third answer, are [`equals`] and [`compare`].
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub enum Value {
    /// No value.
    #[default]
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// 64 bits, signed.
    Integer(i64),
    /// IEEE 754, 64 bits.
    Float(f64),
    /// Unicode text.
    String(Arc<str>),
    /// A day.
    Date(Date),
    /// A time of day without a zone.
    LocalTime(LocalTime),
    /// A time of day with an offset.
    Time(Time),
    /// A day and a time of day without a zone.
    LocalDateTime(LocalDateTime),
    /// An instant with its zone.
    DateTime(DateTime),
    /// Months, days, seconds and nanoseconds, each apart.
    Duration(Duration),
    /// Values in order.
    List(Arc<Vec<Value>>),
    /// Values by name.
    Map(Arc<Map>),
    /// A node of the graph.
    Node(NodeId),
    /// A relationship of the graph.
    Relationship(RelationshipId),
    /// A walk through the graph.
    Path(Arc<Path>),
}

/// A walk: one more node than relationships.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Path {
    /// The nodes in the order of the walk.
    pub nodes: Vec<NodeId>,
    /// The relationships between them, walked in either direction.
    pub relationships: Vec<RelationshipId>,
}

impl Value {
    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// A list of values.
    pub fn list(values: Vec<Value>) -> Value {
        Value::List(Arc::new(values))
    }

    /// A map of values.
    pub fn map<K: Into<Arc<str>>>(entries: impl IntoIterator<Item = (K, Value)>) -> Value {
        let entries = entries
            .into_iter()
            .map(|(key, value)| (key.into(), value))
            .collect();
        Value::Map(Arc::new(entries))
    }

    /// The type of this very value; lists are `List(Any)`.
    pub fn value_type(&self) -> Type {
        match self {
            Value::Null => Type::Null,
            Value::Boolean(_) => Type::Boolean,
            Value::Integer(_) => Type::Integer,
            Value::Float(_) => Type::Float,
            Value::String(_) => Type::String,
            Value::Date(_) => Type::Date,
            Value::LocalTime(_) => Type::LocalTime,
            Value::Time(_) => Type::Time,
            Value::LocalDateTime(_) => Type::LocalDateTime,
            Value::DateTime(_) => Type::DateTime,
            Value::Duration(_) => Type::Duration,
            Value::List(_) => Type::List(Box::new(Type::Any)),
            Value::Map(_) => Type::Map,
            Value::Node(_) => Type::Node,
            Value::Relationship(_) => Type::Relationship,
            Value::Path(_) => Type::Path,
        }
    }

    /// Whether lists and maps stand in each other more than `levels` deep. What is nested without
    /// bound cannot even be dropped.
    pub fn is_nested_beyond(&self, levels: usize) -> bool {
        let Some(below) = levels.checked_sub(1) else {
            return matches!(self, Value::List(_) | Value::Map(_));
        };
        match self {
            Value::List(values) => values.iter().any(|value| value.is_nested_beyond(below)),
            Value::Map(entries) => entries.values().any(|value| value.is_nested_beyond(below)),
            _ => false,
        }
    }

    /// An estimate of the bytes that the value holds outside of itself, for the memory budget.
    /// What is shared counts wherever it stands, as it would be written out.
    pub fn heap_size(&self) -> usize {
        let mut left = MOST_COUNTED;
        self.heap_size_within(&mut left)
    }

    /// The same, where only so many more values are counted. A list of lists that are shared can
    /// stand for more values than could ever be visited: it counts as immense.
    pub(crate) fn heap_size_within(&self, left: &mut usize) -> usize {
        let mut sum = |values: &mut dyn Iterator<Item = &Value>, each: usize| {
            let mut bytes = 0_usize;
            for value in values {
                let Some(fewer) = left.checked_sub(1) else {
                    return IMMENSE;
                };
                *left = fewer;
                bytes = bytes.saturating_add(each + value.heap_size_within(left));
            }
            bytes
        };
        match self {
            Value::String(text) => text.len() + 16,
            Value::List(values) => 40 + sum(&mut values.iter(), size_of::<Value>()),
            Value::Map(entries) => {
                let keys = entries.keys().map(|key| key.len()).sum::<usize>();
                keys + sum(&mut entries.values(), size_of::<Value>() + 48)
            }
            Value::Path(path) => (path.nodes.len() + path.relationships.len()) * 4 + 64,
            _ => 0,
        }
    }
}

/// How many values are counted to tell the size of one, a fraction of a second's work.
pub(crate) const MOST_COUNTED: usize = 1 << 27;

/// More bytes than any budget has, and few enough to be added up.
const IMMENSE: usize = 1 << 50;
