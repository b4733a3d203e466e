//! Many values of one type: what flows between operators and what a chunk stores.
//!
//! * In: arrays of the graph's chunks, results of kernels, values where nothing is typed.
//! * Out: [`Column`] and [`ColumnBuilder`], Arrow arrays at the border.
//! * Never: graphs, names, expressions.
//! * Start here: [`Column`].

mod bounds;
mod builder;
mod bytes;
mod codec;
mod dictionary;
mod integers;
mod key;
mod ranks;
mod select;

use std::cell::Cell;
use std::cmp::Ordering;
use std::sync::Arc;

use arrow_array::{Array, BooleanArray, Float64Array, Int64Array, StringViewArray, UInt32Array};
use arrow_buffer::NullBuffer;

use crate::value::{Date, LocalDateTime, MOST_COUNTED, NodeId, RelationshipId, Type, Value, order};

pub use bounds::Bounds;
pub use builder::ColumnBuilder;
pub use bytes::{Bytes, read_bits, write_bits};
pub use codec::{pack, unpack};
pub use dictionary::Dictionary;
pub use integers::{read_numbers, write_numbers};
pub use key::{KeyCoder, NO_CODE, Sameness};
pub use ranks::Ranks;
pub use select::Selection;

/// Values of one type, each of which may be null. Cloning shares the data.
#[derive(Debug, Clone)]
pub enum Column {
    /// Only nulls, this many.
    Null(usize),
    /// Booleans.
    Boolean(BooleanArray),
    /// Integers.
    Integer(Int64Array),
    /// Floats.
    Float(Float64Array),
    /// Strings; the view holds the first four bytes of each.
    String(StringViewArray),
    /// Strings of which few differ.
    Dictionary(Dictionary),
    /// Dates as days since 1970-01-01.
    Date(Int64Array),
    /// Local date-times as nanoseconds since 1970-01-01T00:00; others than those are `Value`s.
    LocalDateTime(Int64Array),
    /// Nodes by number.
    Node(UInt32Array),
    /// Relationships by number.
    Relationship(UInt32Array),
    /// Values of any type, also of different types.
    Value(Arc<Vec<Value>>),
}

thread_local! {
    static BOXED_CELLS: Cell<u64> = const { Cell::new(0) };
}

/// How many cells of columns this thread has turned into single [`Value`]s so far. A test watches
/// it: typed filters, expansions and aggregates must not raise it row by row.
pub fn boxed_cells() -> u64 {
    BOXED_CELLS.get()
}

/// Runs the same expression on whichever Arrow array a column holds.
macro_rules! with_array {
    ($column:expr, $array:ident => $typed:expr, $length:ident => $nulls:expr, $values:ident => $boxed:expr) => {
        match $column {
            Column::Null($length) => $nulls,
            Column::Boolean($array) => $typed,
            Column::Integer($array) | Column::Date($array) | Column::LocalDateTime($array) => {
                $typed
            }
            Column::Float($array) => $typed,
            Column::String($array) => $typed,
            Column::Dictionary(dictionary) => {
                let $array = dictionary.codes();
                $typed
            }
            Column::Node($array) | Column::Relationship($array) => $typed,
            Column::Value($values) => $boxed,
        }
    };
}

impl Column {
    /// The number of rows.
    pub fn len(&self) -> usize {
        with_array!(self, array => array.len(), length => *length, values => values.len())
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The array of a column that is integers inside.
    pub fn integers(&self) -> Option<&Int64Array> {
        match self {
            Column::Integer(array) | Column::Date(array) | Column::LocalDateTime(array) => {
                Some(array)
            }
            _ => None,
        }
    }

    /// Whether the cells are numbers of one type: integers, days, instants, or those of nodes or relationships.
    pub fn is_of_numbers(&self) -> bool {
        self.integers().is_some() || matches!(self, Column::Node(_) | Column::Relationship(_))
    }

    /// Whether the value of a row is null.
    pub fn is_null(&self, row: usize) -> bool {
        with_array!(self, array => array.is_null(row), _length => true, values => values[row].is_null())
    }

    /// Which rows are not null, for a typed column that has nulls.
    pub fn nulls(&self) -> Option<&NullBuffer> {
        with_array!(self, array => array.nulls(), _length => None, _values => None)
    }

    /// How many rows are null.
    pub fn null_count(&self) -> usize {
        with_array!(
            self,
            array => array.null_count(),
            length => *length,
            values => values.iter().filter(|value| value.is_null()).count()
        )
    }

    /// The type of the values.
    pub fn value_type(&self) -> Type {
        match self {
            Column::Null(_) => Type::Null,
            Column::Boolean(_) => Type::Boolean,
            Column::Integer(_) => Type::Integer,
            Column::Float(_) => Type::Float,
            Column::String(_) | Column::Dictionary(_) => Type::String,
            Column::Date(_) => Type::Date,
            Column::LocalDateTime(_) => Type::LocalDateTime,
            Column::Node(_) => Type::Node,
            Column::Relationship(_) => Type::Relationship,
            Column::Value(_) => Type::Any,
        }
    }

    /// One cell as a value of its own. Counted: see [`boxed_cells`].
    pub fn value(&self, row: usize) -> Value {
        BOXED_CELLS.set(BOXED_CELLS.get() + 1);
        if self.is_null(row) {
            return Value::Null;
        }
        match self {
            Column::Null(_) => Value::Null,
            Column::Boolean(array) => Value::Boolean(array.value(row)),
            Column::Integer(array) => Value::Integer(array.value(row)),
            Column::Float(array) => Value::Float(array.value(row)),
            Column::String(array) => Value::String(array.value(row).into()),
            Column::Dictionary(dictionary) => Value::String(dictionary.value(row).into()),
            Column::Date(array) => Value::Date(Date {
                days: array.value(row),
            }),
            Column::LocalDateTime(array) => {
                Value::LocalDateTime(LocalDateTime::from_nanoseconds(array.value(row)))
            }
            Column::Node(array) => Value::Node(NodeId(array.value(row))),
            Column::Relationship(array) => Value::Relationship(RelationshipId(array.value(row))),
            Column::Value(values) => values[row].clone(),
        }
    }

    /// All cells as values.
    pub fn values(&self) -> impl Iterator<Item = Value> + '_ {
        (0..self.len()).map(|row| self.value(row))
    }

    /// A column of the narrowest type that holds `values`.
    pub fn from_values(values: impl IntoIterator<Item = Value>) -> Column {
        let mut builder = ColumnBuilder::new();
        for value in values {
            builder.push(value);
        }
        builder.finish()
    }

    /// The same value in every row.
    pub fn constant(value: &Value, rows: usize) -> Column {
        match value {
            Value::Null => Column::Null(rows),
            Value::Boolean(value) => Column::Boolean(BooleanArray::from(vec![*value; rows])),
            Value::Integer(value) => Column::Integer(Int64Array::from(vec![*value; rows])),
            Value::Float(value) => Column::Float(Float64Array::from(vec![*value; rows])),
            Value::String(text) => Column::String(StringViewArray::from_iter_values(
                std::iter::repeat_n(text.as_ref(), rows),
            )),
            Value::Date(value) => Column::Date(Int64Array::from(vec![value.days; rows])),
            Value::LocalDateTime(value) if value.to_nanoseconds().is_some() => {
                Column::LocalDateTime(Int64Array::from(vec![value.to_nanoseconds(); rows]))
            }
            Value::Node(node) => Column::Node(UInt32Array::from(vec![node.0; rows])),
            Value::Relationship(relationship) => {
                Column::Relationship(UInt32Array::from(vec![relationship.0; rows]))
            }
            other => Column::Value(Arc::new(vec![other.clone(); rows])),
        }
    }

    /// The text of a row, in a column of strings.
    fn text(&self, row: usize) -> Option<&str> {
        match self {
            Column::String(array) => Some(array.value(row)),
            Column::Dictionary(dictionary) => Some(dictionary.value(row)),
            _ => None,
        }
    }

    /// The same column, each string in its row where each stood once: for what knows one form of
    /// strings only.
    pub fn unpacked(self) -> Column {
        match self {
            Column::Dictionary(dictionary) => Column::String(dictionary.unpacked()),
            other => other,
        }
    }

    /// Rows `offset..offset + length`, sharing the data where it is typed.
    pub fn slice(&self, offset: usize, length: usize) -> Column {
        match self {
            Column::Null(_) => Column::Null(length),
            Column::Boolean(array) => Column::Boolean(array.slice(offset, length)),
            Column::Integer(array) => Column::Integer(array.slice(offset, length)),
            Column::Float(array) => Column::Float(array.slice(offset, length)),
            Column::String(array) => Column::String(array.slice(offset, length)),
            Column::Dictionary(dictionary) => Column::Dictionary(dictionary.slice(offset, length)),
            Column::Date(array) => Column::Date(array.slice(offset, length)),
            Column::LocalDateTime(array) => Column::LocalDateTime(array.slice(offset, length)),
            Column::Node(array) => Column::Node(array.slice(offset, length)),
            Column::Relationship(array) => Column::Relationship(array.slice(offset, length)),
            Column::Value(values) => {
                Column::Value(Arc::new(values[offset..offset + length].to_vec()))
            }
        }
    }

    /// Order of two rows, possibly of two columns, as `ORDER BY` sees it; nulls last.
    pub fn order(&self, row: usize, other: &Column, other_row: usize) -> Ordering {
        match (self.is_null(row), other.is_null(other_row)) {
            (true, true) => return Ordering::Equal,
            (true, false) => return Ordering::Greater,
            (false, true) => return Ordering::Less,
            (false, false) => {}
        }
        match (self, other) {
            (Column::Boolean(a), Column::Boolean(b)) => a.value(row).cmp(&b.value(other_row)),
            (Column::Integer(a), Column::Integer(b))
            | (Column::Date(a), Column::Date(b))
            | (Column::LocalDateTime(a), Column::LocalDateTime(b)) => {
                a.value(row).cmp(&b.value(other_row))
            }
            (Column::Float(a), Column::Float(b)) => {
                crate::value::order_floats(a.value(row), b.value(other_row))
            }
            (Column::String(a), Column::String(b)) => a.value(row).cmp(b.value(other_row)),
            (
                Column::String(_) | Column::Dictionary(_),
                Column::String(_) | Column::Dictionary(_),
            ) => self.text(row).cmp(&other.text(other_row)),
            (Column::Node(a), Column::Node(b))
            | (Column::Relationship(a), Column::Relationship(b)) => {
                a.value(row).cmp(&b.value(other_row))
            }
            (Column::Value(a), Column::Value(b)) => order(&a[row], &b[other_row]),
            _ => order(&self.value(row), &other.value(other_row)),
        }
    }

    /// An estimate of the bytes that the column holds, for the memory budget.
    pub fn heap_size(&self) -> usize {
        if let Column::Dictionary(dictionary) = self {
            return dictionary.heap_size();
        }
        with_array!(
            self,
            array => array.get_array_memory_size(),
            _length => 0,
            values => {
                let mut left = MOST_COUNTED;
                let sizes = values
                    .iter()
                    .map(|value| size_of::<Value>() + value.heap_size_within(&mut left));
                sizes.fold(0, usize::saturating_add)
            }
        )
    }
}
