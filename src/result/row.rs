//! One row of a result, typed access by name.

use super::{Node, QueryResult, Relationship};
use crate::column::Column;
use crate::error::{Error, Result, did_you_mean};
use crate::value::Value;

/// One row of a result.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    result: &'a QueryResult,
    batch: &'a [Column],
    row: usize,
}

/// A Rust type that a value of a result can become.
pub trait FromValue: Sized {
    /// Converts `value`; `result` knows the nodes and relationships.
    ///
    /// # Errors
    /// `TypeError` where the value has another type.
    fn from_value(value: Value, result: &QueryResult) -> Result<Self>;
}

impl<'a> Row<'a> {
    pub(super) fn new(result: &'a QueryResult, batch: &'a [Column], row: usize) -> Self {
        Row { result, batch, row }
    }

    /// The value of the column called `name`, as a Rust type: numbers, `String`, `Value`, `Node`,
    /// `Option` of them where null is allowed, `Vec` for lists.
    ///
    /// # Errors
    /// `ArgumentError` where there is no such column, `TypeError` where the value has another type.
    pub fn get<T: FromValue>(&self, name: &str) -> Result<T> {
        let columns = self.result.columns();
        let index = columns
            .iter()
            .position(|column| column.as_ref() == name)
            .ok_or_else(|| {
                let error = Error::argument(format!("the result has no column `{name}`"));
                match did_you_mean(name, columns.iter().map(AsRef::as_ref)) {
                    Some(hint) => error.hint(hint),
                    None => error,
                }
            })?;
        T::from_value(self.value(index), self.result)
    }

    /// The value at a column's place, counted from 0.
    pub fn value(&self, index: usize) -> Value {
        self.batch[index].value(self.row)
    }

    /// All values in order.
    pub fn values(&self) -> Vec<Value> {
        (0..self.batch.len())
            .map(|index| self.value(index))
            .collect()
    }
}

impl FromValue for Value {
    fn from_value(value: Value, _result: &QueryResult) -> Result<Self> {
        Ok(value)
    }
}

impl FromValue for Node {
    fn from_value(value: Value, result: &QueryResult) -> Result<Self> {
        match value {
            Value::Node(node) => result.node(node),
            other => Err(mismatch("a node", &other)),
        }
    }
}

impl FromValue for Relationship {
    fn from_value(value: Value, result: &QueryResult) -> Result<Self> {
        match value {
            Value::Relationship(relationship) => result.relationship(relationship),
            other => Err(mismatch("a relationship", &other)),
        }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value, result: &QueryResult) -> Result<Self> {
        match value {
            Value::Null => Ok(None),
            other => T::from_value(other, result).map(Some),
        }
    }
}

impl<T: FromValue> FromValue for Vec<T> {
    fn from_value(value: Value, result: &QueryResult) -> Result<Self> {
        match value {
            Value::List(values) => values
                .iter()
                .map(|value| T::from_value(value.clone(), result))
                .collect(),
            other => Err(mismatch("a list", &other)),
        }
    }
}

macro_rules! from_value {
    ($($target:ty)+) => {$(
        impl FromValue for $target {
            fn from_value(value: Value, _result: &QueryResult) -> Result<Self> {
                value.try_into()
            }
        }
    )+};
}

from_value! {
    bool i64 f64 String std::sync::Arc<str>
    crate::value::Date crate::value::LocalTime crate::value::Time
    crate::value::LocalDateTime crate::value::DateTime crate::value::Duration
}

fn mismatch(wanted: &str, value: &Value) -> Error {
    Error::type_error(format!("expected {wanted}, got {}", value.value_type()))
}
