//! Picking rows: which rows of a batch are alive, gathering rows, joining columns end to end.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, UInt32Type};
use arrow_array::{Array, ArrayRef, UInt32Array};
use arrow_select::concat::concat;
use arrow_select::take::take;

use super::Column;
use crate::error::{Error, Result};
use crate::value::Value;

/// Row numbers, in order; a number may stand several times.
pub type Selection = Vec<u32>;

impl Column {
    /// The rows named by `rows`, in their order; a null row number gives null.
    pub fn take(&self, rows: &UInt32Array) -> Result<Column> {
        let picked = match self {
            Column::Null(_) => return Ok(Column::Null(rows.len())),
            Column::Value(values) => {
                let picked = rows.iter().map(|row| match row {
                    Some(row) => values[row as usize].clone(),
                    None => Value::Null,
                });
                return Ok(Column::Value(Arc::new(picked.collect())));
            }
            Column::Boolean(array) => take(array, rows, None),
            Column::Integer(array) | Column::Date(array) | Column::LocalDateTime(array) => {
                take(array, rows, None)
            }
            Column::Float(array) => take(array, rows, None),
            Column::String(array) => take(array, rows, None),
            Column::Dictionary(dictionary) => {
                return dictionary.take(rows).map(Column::Dictionary);
            }
            Column::Node(array) | Column::Relationship(array) => take(array, rows, None),
        };
        Ok(self.same_kind(&picked.map_err(arrow_error)?))
    }

    /// The rows of all `columns`, one after the other.
    pub fn concat(columns: &[Column]) -> Result<Column> {
        let mut typed = columns
            .iter()
            .filter(|column| !matches!(column, Column::Null(_)));
        let Some(first) = typed.next() else {
            return Ok(Column::Null(columns.iter().map(Column::len).sum()));
        };
        let uniform = columns.iter().all(|column| column.is_like(first));
        match (columns, uniform && !matches!(first, Column::Value(_))) {
            ([only], _) => Ok(only.clone()),
            (_, true) => {
                let arrays: Vec<ArrayRef> = columns.iter().filter_map(Column::array).collect();
                let arrays: Vec<&dyn Array> = arrays.iter().map(AsRef::as_ref).collect();
                Ok(first.same_kind(&concat(&arrays).map_err(arrow_error)?))
            }
            (_, false) => Ok(Column::from_values(columns.iter().flat_map(Column::values))),
        }
    }

    /// Whether the Arrow arrays of both have one type and mean the same.
    pub(crate) fn is_like(&self, other: &Column) -> bool {
        let of_texts =
            |column: &Column| matches!(column, Column::String(_) | Column::Dictionary(_));
        std::mem::discriminant(self) == std::mem::discriminant(other)
            || of_texts(self) && of_texts(other)
    }

    /// The Arrow array, for a column that is one.
    pub fn array(&self) -> Option<ArrayRef> {
        match self {
            Column::Null(_) | Column::Value(_) => None,
            Column::Boolean(array) => Some(Arc::new(array.clone())),
            Column::Integer(array) | Column::Date(array) | Column::LocalDateTime(array) => {
                Some(Arc::new(array.clone()))
            }
            Column::Float(array) => Some(Arc::new(array.clone())),
            Column::String(array) => Some(Arc::new(array.clone())),
            Column::Dictionary(dictionary) => Some(Arc::new(dictionary.unpacked())),
            Column::Node(array) | Column::Relationship(array) => Some(Arc::new(array.clone())),
        }
    }

    /// A column of the same type over an array that a kernel made from this one's.
    pub(crate) fn same_kind(&self, array: &dyn Array) -> Column {
        match self {
            Column::Null(_) | Column::Value(_) => Column::Null(array.len()),
            Column::Boolean(_) => Column::Boolean(array.as_boolean().clone()),
            Column::Integer(_) => Column::Integer(array.as_primitive::<Int64Type>().clone()),
            Column::Date(_) => Column::Date(array.as_primitive::<Int64Type>().clone()),
            Column::LocalDateTime(_) => {
                Column::LocalDateTime(array.as_primitive::<Int64Type>().clone())
            }
            Column::Float(_) => Column::Float(array.as_primitive::<Float64Type>().clone()),
            Column::String(_) | Column::Dictionary(_) => {
                Column::String(array.as_string_view().clone())
            }
            Column::Node(_) => Column::Node(array.as_primitive::<UInt32Type>().clone()),
            Column::Relationship(_) => {
                Column::Relationship(array.as_primitive::<UInt32Type>().clone())
            }
        }
    }
}

/// A kernel of Arrow failed: the arrays were built wrongly.
pub(super) fn arrow_error(error: arrow_schema::ArrowError) -> Error {
    Error::internal(error.to_string())
}
