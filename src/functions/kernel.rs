//! Functions over whole columns: one typed array in, one typed array out, no value per cell.
//! Each gives `None` for a column of another type, which is then computed row by row.

use arrow_array::builder::StringViewBuilder;
use arrow_array::types::Float64Type;
use arrow_array::{Array, Int64Array, StringViewArray};

use crate::column::Column;
use crate::error::Result;

/// A function from float to float; integers are taken as floats.
pub(super) fn map_floats(column: &Column, code: impl Fn(f64) -> f64) -> Option<Column> {
    match column {
        Column::Float(array) => Some(Column::Float(array.unary(code))),
        Column::Integer(array) => Some(Column::Float(
            array.unary::<_, Float64Type>(|value| code(value as f64)),
        )),
        Column::Null(rows) => Some(Column::Null(*rows)),
        _ => None,
    }
}

/// A function from string to string.
pub(super) fn map_texts<T: AsRef<str>>(
    column: &Column,
    code: impl Fn(&str) -> T,
) -> Option<Column> {
    let array = match column {
        Column::String(array) => array,
        Column::Null(rows) => return Some(Column::Null(*rows)),
        _ => return None,
    };
    let mut builder = StringViewBuilder::with_capacity(array.iter().len());
    for text in array {
        builder.append_option(text.map(&code));
    }
    Some(Column::String(builder.finish()))
}

/// A part of each string.
pub(super) fn cut_texts(column: &Column, code: impl Fn(&str) -> &str) -> Option<Column> {
    let array = match column {
        Column::String(array) => array,
        Column::Null(rows) => return Some(Column::Null(*rows)),
        _ => return None,
    };
    let parts = array.iter().map(|text| text.map(&code));
    Some(Column::String(parts.collect()))
}

/// The number that is the same in all rows, if it is one that counts something.
pub(super) fn same_count(column: &Column) -> Option<usize> {
    let Column::Integer(array) = column else {
        return None;
    };
    let first = *array.values().first()?;
    let is_same = array.nulls().is_none() && array.values().iter().all(|count| *count == first);
    usize::try_from(first).ok().filter(|_| is_same)
}

/// The bytes of all strings of a column; 0 for a column of another type.
pub(super) fn text_bytes(column: &Column) -> usize {
    match column {
        Column::String(array) => array.lengths().map(|length| length as usize).sum(),
        _ => 0,
    }
}

/// A function from string to integer.
pub(super) fn measure_texts(array: &StringViewArray, code: impl Fn(&str) -> i64) -> Column {
    Column::Integer(array.iter().map(|text| text.map(&code)).collect())
}

/// A function from string to integer that may fail or give null.
pub(super) fn parse_integers(
    array: &StringViewArray,
    code: impl Fn(&str) -> Result<Option<i64>>,
) -> Result<Column> {
    let integers: Result<Int64Array> = array
        .iter()
        .map(|text| text.map_or(Ok(None), &code))
        .collect();
    integers.map(Column::Integer)
}
