//! `STARTS WITH`, `ENDS WITH`, `CONTAINS`, `=~`: null where a side is no string.

use arrow_array::BooleanArray;
use regex::Regex;

use super::{Operand, zip_values};
use crate::bind::expression::TextPredicate;
use crate::column::Column;
use crate::error::{Error, Result};
use crate::value::Value;

/// `left predicate right`.
pub(super) fn text(predicate: TextPredicate, left: &Operand, right: &Operand) -> Result<Operand> {
    if let (Operand::Column(Column::String(array)), Operand::Constant(Value::String(pattern))) =
        (left, right)
    {
        let pattern = pattern.as_ref();
        return Ok(Operand::Column(Column::Boolean(match predicate {
            TextPredicate::StartsWith => {
                BooleanArray::from_unary(array, |text| text.starts_with(pattern))
            }
            TextPredicate::EndsWith => {
                BooleanArray::from_unary(array, |text| text.ends_with(pattern))
            }
            TextPredicate::Contains => {
                let finder = memchr::memmem::Finder::new(pattern);
                BooleanArray::from_unary(array, |text| finder.find(text.as_bytes()).is_some())
            }
            TextPredicate::Matches => {
                let regex = whole(pattern)?;
                BooleanArray::from_unary(array, |text| regex.is_match(text))
            }
        })));
    }
    zip_values(left, right, |left, right| match (&left, &right) {
        (Value::String(left), Value::String(right)) => Ok(Value::Boolean(match predicate {
            TextPredicate::StartsWith => left.starts_with(right.as_ref()),
            TextPredicate::EndsWith => left.ends_with(right.as_ref()),
            TextPredicate::Contains => left.contains(right.as_ref()),
            TextPredicate::Matches => whole(right)?.is_match(left),
        })),
        _ => Ok(Value::Null),
    })
}

/// The regular expression that must match all of a text.
fn whole(pattern: &str) -> Result<Regex> {
    Regex::new(&format!("^(?:{pattern})$"))
        .map_err(|error| Error::argument(format!("`{pattern}` is no regular expression: {error}")))
}
