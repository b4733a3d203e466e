//! Hashing and comparing rows for grouping, `DISTINCT` and joins, by Cypher's equivalence: null
//! equals null, NaN equals NaN, 1 equals 1.0.

use std::hash::BuildHasher;

use hashbrown::DefaultHashBuilder;

use super::Column;
use crate::value::Value;

/// Hash of a null.
const NULL_HASH: u64 = 0x9e37_79b9_7f4a_7c15;

/// One hash a row over all `columns`; rows that are equivalent have equal hashes, whatever the
/// columns' types. All columns have `rows` rows.
pub fn hash_rows(columns: &[&Column], rows: usize, state: &DefaultHashBuilder) -> Vec<u64> {
    let mut hashes = vec![0_u64; rows];
    for column in columns {
        for (row, hash) in hashes.iter_mut().enumerate() {
            *hash = hash.rotate_left(23).wrapping_mul(NULL_HASH) ^ hash_cell(column, row, state);
        }
    }
    hashes
}

/// Hash of one cell: numbers by value, whether integer or float.
fn hash_cell(column: &Column, row: usize, state: &DefaultHashBuilder) -> u64 {
    if column.is_null(row) {
        return NULL_HASH;
    }
    match column {
        Column::Null(_) => NULL_HASH,
        Column::Boolean(array) => state.hash_one((1_u8, array.value(row))),
        Column::Integer(array) => state.hash_one(array.value(row)),
        Column::Float(array) => hash_float(array.value(row), state),
        Column::String(array) => state.hash_one(array.value(row)),
        Column::Date(array) => state.hash_one((2_u8, array.value(row))),
        Column::Node(array) => state.hash_one((3_u8, array.value(row))),
        Column::Relationship(array) => state.hash_one((4_u8, array.value(row))),
        Column::Value(values) => match &values[row] {
            Value::Boolean(value) => state.hash_one((1_u8, *value)),
            Value::Integer(value) => state.hash_one(*value),
            Value::Float(value) => hash_float(*value, state),
            Value::String(value) => state.hash_one(value.as_ref()),
            Value::Date(value) => state.hash_one((2_u8, value.days)),
            Value::Node(value) => state.hash_one((3_u8, value.0)),
            Value::Relationship(value) => state.hash_one((4_u8, value.0)),
            other => state.hash_one(other),
        },
    }
}

fn hash_float(value: f64, state: &DefaultHashBuilder) -> u64 {
    let whole = value as i64;
    if whole as f64 == value {
        state.hash_one(whole)
    } else if value.is_nan() {
        state.hash_one(f64::NAN.to_bits())
    } else {
        state.hash_one(value.to_bits())
    }
}

/// Whether two rows are equivalent in all columns.
pub fn equal_rows(left: &[&Column], row: usize, right: &[&Column], other_row: usize) -> bool {
    left.iter()
        .zip(right)
        .all(|(left, right)| left.order(row, right, other_row).is_eq())
}
