//! Types of values, as far as they are known before a query runs.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What an expression may give. Every type includes null.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Type {
    /// Anything.
    Any,
    /// Nothing but null.
    Null,
    /// `BOOLEAN`
    Boolean,
    /// `INTEGER`
    Integer,
    /// `FLOAT`
    Float,
    /// `INTEGER` or `FLOAT`
    Number,
    /// `STRING`
    String,
    /// `DATE`
    Date,
    /// `LOCAL TIME`
    LocalTime,
    /// `ZONED TIME`
    Time,
    /// `LOCAL DATETIME`
    LocalDateTime,
    /// `ZONED DATETIME`
    DateTime,
    /// `DURATION`
    Duration,
    /// `LIST<...>`
    List(Box<Type>),
    /// `MAP`
    Map,
    /// `NODE`
    Node,
    /// `RELATIONSHIP`
    Relationship,
    /// `PATH`
    Path,
}

impl Type {
    /// Whether a value of this type may be one of `other`: `Any` and `Null` fit everywhere,
    /// numbers fit each other by width.
    pub fn may_be(&self, other: &Type) -> bool {
        match (self, other) {
            (Type::Any | Type::Null, _) | (_, Type::Any | Type::Null) => true,
            (Type::Number, Type::Integer | Type::Float)
            | (Type::Integer | Type::Float, Type::Number) => true,
            (Type::List(inner), Type::List(wanted)) => inner.may_be(wanted),
            _ => self == other,
        }
    }

    /// The narrowest type that holds both.
    pub fn join(&self, other: &Type) -> Type {
        match (self, other) {
            (Type::Null, only) | (only, Type::Null) => only.clone(),
            (Type::List(left), Type::List(right)) => Type::List(Box::new(left.join(right))),
            (
                Type::Integer | Type::Float | Type::Number,
                Type::Integer | Type::Float | Type::Number,
            ) if self != other => Type::Number,
            _ if self == other => self.clone(),
            _ => Type::Any,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Type::Any => "ANY",
            Type::Null => "NULL",
            Type::Boolean => "BOOLEAN",
            Type::Integer => "INTEGER",
            Type::Float => "FLOAT",
            Type::Number => "NUMBER",
            Type::String => "STRING",
            Type::Date => "DATE",
            Type::LocalTime => "LOCAL TIME",
            Type::Time => "ZONED TIME",
            Type::LocalDateTime => "LOCAL DATETIME",
            Type::DateTime => "ZONED DATETIME",
            Type::Duration => "DURATION",
            Type::List(inner) => return write!(f, "LIST<{inner}>"),
            Type::Map => "MAP",
            Type::Node => "NODE",
            Type::Relationship => "RELATIONSHIP",
            Type::Path => "PATH",
        };
        f.write_str(name)
    }
}
