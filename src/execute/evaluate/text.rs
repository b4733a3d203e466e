//! `STARTS WITH`, `ENDS WITH`, `CONTAINS`, `=~`: null where a side is no string.

use arrow_array::{Array, BooleanArray, StringViewArray};
use arrow_buffer::{BooleanBuffer, Buffer};
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
            TextPredicate::StartsWith => starting_with(array, pattern),
            TextPredicate::EndsWith => {
                BooleanArray::from_unary(array, |text| text.ends_with(pattern))
            }
            TextPredicate::Contains => containing(array, pattern),
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

/// The texts that start with another: most are told by the first four bytes, which stand in the views.
fn starting_with(array: &StringViewArray, pattern: &str) -> BooleanArray {
    let mut first = [0; 4];
    let length = pattern.len().min(4);
    first[..length].copy_from_slice(&pattern.as_bytes()[..length]);
    let first = u32::from_le_bytes(first);
    let mask = match length {
        4 => u32::MAX,
        length => (1 << (8 * length)) - 1,
    };
    let may_start = |view: &u128| (*view >> 32) as u32 & mask == first;
    let mut words = Vec::with_capacity(array.len().div_ceil(64));
    for (number, views) in array.views().chunks(64).enumerate() {
        // Most runs have none that may, which is found out without branches.
        let mut word = 0;
        if views.iter().fold(false, |any, view| any | may_start(view)) {
            for (place, view) in views.iter().enumerate().filter(|(_, view)| may_start(view)) {
                let is_long_enough = *view as u32 as usize >= pattern.len();
                let starts = is_long_enough
                    && (pattern.len() <= 4
                        || array.value(number * 64 + place).starts_with(pattern));
                word |= u64::from(starts) << place;
            }
        }
        words.push(word);
    }
    of_words(words, array)
}

/// Texts up to this length stand in their views.
const SHORT: u32 = 12;

/// The texts that contain another. The bytes of all of them are searched as one, where that is not much
/// more than theirs.
fn containing(array: &StringViewArray, pattern: &str) -> BooleanArray {
    let finder = memchr::memmem::Finder::new(pattern);
    let is_in = |text: &str| finder.find(text.as_bytes()).is_some();
    let is_long = |view: &u128| *view as u32 > SHORT;
    let length = |view: &u128| *view as u32 as usize;
    let buffer = match array.data_buffers().as_ref() {
        [buffer] => buffer.as_slice(),
        _ => return BooleanArray::from_unary(array, is_in),
    };
    let lengths = array.views().iter();
    let bytes: usize = lengths
        .map(|view| if is_long(view) { length(view) } else { 0 })
        .sum();
    if bytes < buffer.len() / 2 || pattern.is_empty() {
        return BooleanArray::from_unary(array, is_in);
    }
    let find = |from: usize| {
        finder
            .find(&buffer[from..])
            .map_or(buffer.len(), |place| from + place)
    };
    // All before this place was searched, and where the next occurrence begins.
    let (mut searched, mut next) = (0, find(0));
    let mut words = vec![0_u64; array.len().div_ceil(64)];
    for (row, view) in array.views().iter().enumerate() {
        let contains = if !is_long(view) {
            length(view) >= pattern.len() && is_in(array.value(row))
        } else {
            let start = (*view >> 96) as usize;
            if start < searched {
                // This text stands before the one before it.
                is_in(array.value(row))
            } else {
                searched = start;
                if next < start {
                    next = find(start);
                }
                next + pattern.len() <= start + length(view)
            }
        };
        words[row / 64] |= u64::from(contains) << (row % 64);
    }
    of_words(words, array)
}

/// The answers in words of 64 bits; null where the text is.
fn of_words(words: Vec<u64>, array: &StringViewArray) -> BooleanArray {
    let bits = BooleanBuffer::new(Buffer::from_vec(words), 0, array.len());
    BooleanArray::new(bits, array.nulls().cloned())
}

/// The regular expression that must match all of a text.
fn whole(pattern: &str) -> Result<Regex> {
    Regex::new(&format!("^(?:{pattern})$"))
        .map_err(|error| Error::argument(format!("`{pattern}` is no regular expression: {error}")))
}
