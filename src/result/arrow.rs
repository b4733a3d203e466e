//! Results as Arrow record batches: the border to other engines.

use std::sync::Arc;

use arrow_array::builder::StringViewBuilder;
use arrow_array::{
    Array, ArrayRef, Date32Array, NullArray, RecordBatch, TimestampNanosecondArray, UInt32Array,
};
use arrow_schema::{Field, Schema};

use super::QueryResult;
use crate::column::Column;
use crate::error::{Error, Result};

impl QueryResult {
    /// The rows as Arrow record batches, one schema for all.
    ///
    /// Booleans, integers, floats and strings keep their type without a copy; dates become
    /// `Date32` (where the day fits), local date-times nanosecond timestamps without a zone, nodes and relationships their numbers as `UInt32`. A column
    /// of any other or of mixed types becomes text, as the language's literals.
    pub fn record_batches(&self) -> Result<Vec<RecordBatch>> {
        let columns = (0..self.columns().len())
            .map(|index| {
                let parts: Vec<Column> = self
                    .batches()
                    .iter()
                    .map(|batch| batch[index].clone())
                    .collect();
                Column::concat(&parts).map(|column| to_arrow(&column))
            })
            .collect::<Result<Vec<ArrayRef>>>()?;
        let fields: Vec<Field> = self
            .columns()
            .iter()
            .zip(&columns)
            .map(|(name, array)| Field::new(name.as_ref(), array.data_type().clone(), true))
            .collect();
        if columns.is_empty() {
            return Ok(Vec::new());
        }
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
            .map(|batch| vec![batch])
            .map_err(|error| Error::internal(error.to_string()))
    }
}

/// One column as an Arrow array.
fn to_arrow(column: &Column) -> ArrayRef {
    match column {
        Column::Null(rows) => Arc::new(NullArray::new(*rows)),
        Column::Boolean(array) => Arc::new(array.clone()),
        Column::Integer(array) => Arc::new(array.clone()),
        Column::Float(array) => Arc::new(array.clone()),
        Column::String(array) => Arc::new(array.clone()),
        Column::Dictionary(dictionary) => Arc::new(dictionary.unpacked()),
        Column::Node(array) | Column::Relationship(array) => {
            Arc::new(array.iter().collect::<UInt32Array>())
        }
        Column::Date(array) => Arc::new(
            array
                .iter()
                .map(|days| days.and_then(|days| i32::try_from(days).ok()))
                .collect::<Date32Array>(),
        ),
        Column::LocalDateTime(array) => Arc::new(TimestampNanosecondArray::new(
            array.values().clone(),
            array.nulls().cloned(),
        )),
        Column::Value(values) => {
            let mut builder = StringViewBuilder::new();
            for value in values.iter() {
                if value.is_null() {
                    builder.append_null();
                } else {
                    builder.append_value(value.to_string());
                }
            }
            Arc::new(builder.finish())
        }
    }
}
