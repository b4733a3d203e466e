//! The least and the greatest value of a column, by which whole columns are passed over.

use arrow_array::Array;

use super::Column;
use crate::value::{Date, LocalDateTime, Value};

/// The least and the greatest value of a column without nulls.
#[derive(Debug, Clone, PartialEq)]
pub struct Bounds {
    /// No value is less.
    pub least: Value,
    /// No value is greater.
    pub greatest: Value,
}

impl Column {
    /// The bounds of integers, dates or date-times; `None` for other columns, for those with nulls,
    /// and for those without rows.
    pub fn bounds(&self) -> Option<Bounds> {
        let array = self.integers()?;
        if array.null_count() > 0 || array.is_empty() {
            return None;
        }
        let values = array.values().iter().copied();
        // Folds, unlike `min` and `max` of the standard library, become vector instructions.
        let least = values.clone().fold(i64::MAX, i64::min);
        let greatest = values.fold(i64::MIN, i64::max);
        let value = |inside: i64| match self {
            Column::Date(_) => Value::Date(Date { days: inside }),
            Column::LocalDateTime(_) => {
                Value::LocalDateTime(LocalDateTime::from_nanoseconds(inside))
            }
            _ => Value::Integer(inside),
        };
        Some(Bounds {
            least: value(least),
            greatest: value(greatest),
        })
    }
}
