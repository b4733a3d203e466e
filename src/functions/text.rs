//! Strings: case, blanks, parts. Positions and lengths count Unicode characters (code points).

use unicode_normalization::{UnicodeNormalization, is_nfc, is_nfd, is_nfkc, is_nfkd};

use super::argument::{STEPS_BETWEEN_CHECKS, admit, admit_list, count, text, wrong_type};
use super::kernel::{cut_texts, map_texts, measure_texts, same_count, text_bytes};
use super::{Environment, Implementation};
use crate::column::Column;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::value::Value;

/// Functions from string to string, over values and over columns.
macro_rules! of_texts {
    ($($constant:ident = $name:literal, $code:expr;)+) => {$(
        pub(super) const $constant: Implementation = Implementation::Columnar(
            |environment, arguments| {
                let text = text($name, &arguments[0])?;
                let _room = admit(environment, text.len().saturating_mul(CASE_GROWTH))?;
                Ok(Value::String($code(text).into()))
            },
            |environment, columns, _| {
                let bytes = text_bytes(&columns[0]).saturating_mul(CASE_GROWTH);
                let _room = admit(environment, bytes)?;
                Ok(map_texts(&columns[0], $code))
            },
        );
    )+};
}

/// By how much a string may grow when its case changes: U+0390 becomes three characters.
const CASE_GROWTH: usize = 3;

of_texts! {
    LOWER = "toLower", str::to_lowercase;
    UPPER = "toUpper", str::to_uppercase;
}

/// The number of characters of a string.
pub(super) fn length(text: &str) -> i64 {
    // Most texts are of one byte a character, which is told faster than characters are counted.
    match text.is_ascii() {
        true => text.len() as i64,
        false => text.chars().count() as i64,
    }
}

pub(super) fn char_length(_: &Environment, arguments: &[Value]) -> Result<Value> {
    text("char_length", &arguments[0]).map(|text| Value::Integer(length(text)))
}

pub(super) fn char_length_column(
    _: &Environment,
    columns: &[Column],
    _rows: usize,
) -> Result<Option<Column>> {
    Ok(match &columns[0] {
        Column::String(array) => Some(measure_texts(array, length)),
        _ => None,
    })
}

/// The ends of a string at which characters are taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ends {
    left: bool,
    right: bool,
}

/// `trim(text[, characters])`: without `characters`, white space is taken away.
fn trim_ends(function: &str, arguments: &[Value], ends: Ends) -> Result<Value> {
    let original = text(function, &arguments[0])?;
    let characters = arguments
        .get(1)
        .map(|characters| text(function, characters))
        .transpose()?;
    let unwanted = |character: char| match characters {
        Some(characters) => characters.contains(character),
        None => character.is_whitespace(),
    };
    let mut trimmed = original.as_ref();
    if ends.left {
        trimmed = trimmed.trim_start_matches(unwanted);
    }
    if ends.right {
        trimmed = trimmed.trim_end_matches(unwanted);
    }
    Ok(part_of(original, trimmed))
}

/// A part of `original` as a value; all of it is shared, not copied.
fn part_of(original: &std::sync::Arc<str>, part: &str) -> Value {
    if part.len() == original.len() {
        Value::String(original.clone())
    } else {
        Value::String(part.into())
    }
}

pub(super) fn trim(_: &Environment, arguments: &[Value]) -> Result<Value> {
    let (left, right) = (true, true);
    trim_ends("trim", arguments, Ends { left, right })
}

pub(super) fn left_trim(_: &Environment, arguments: &[Value]) -> Result<Value> {
    let (left, right) = (true, false);
    trim_ends("lTrim", arguments, Ends { left, right })
}

pub(super) fn right_trim(_: &Environment, arguments: &[Value]) -> Result<Value> {
    let (left, right) = (false, true);
    trim_ends("rTrim", arguments, Ends { left, right })
}

/// A normal form of Unicode (Standard Annex 15).
#[derive(Debug, Clone, Copy)]
enum NormalForm {
    Composed,
    Decomposed,
    CompatibilityComposed,
    CompatibilityDecomposed,
}

impl NormalForm {
    /// The form that a function was given as its second argument.
    fn argument(function: &str, arguments: &[Value]) -> Result<NormalForm> {
        let Some(form) = arguments.get(1) else {
            return Ok(NormalForm::Composed);
        };
        match text(function, form)?.to_ascii_uppercase().as_str() {
            "NFC" => Ok(NormalForm::Composed),
            "NFD" => Ok(NormalForm::Decomposed),
            "NFKC" => Ok(NormalForm::CompatibilityComposed),
            "NFKD" => Ok(NormalForm::CompatibilityDecomposed),
            _ => Err(
                Error::argument(format!("{form} is no normal form of Unicode"))
                    .hint("the forms are NFC, NFD, NFKC and NFKD"),
            ),
        }
    }
}

/// By how many times a string may grow when it is normalized, in UTF-8: U+FDFA does in NFKC.
const NORMALIZATION_GROWTH: usize = 11;

pub(super) fn normalize(environment: &Environment, arguments: &[Value]) -> Result<Value> {
    let original = text("normalize", &arguments[0])?;
    let form = NormalForm::argument("normalize", arguments)?;
    let _room = admit(
        environment,
        original.len().saturating_mul(NORMALIZATION_GROWTH),
    )?;
    let context = environment.context;
    match form {
        NormalForm::Composed => collect(original.nfc(), context),
        NormalForm::Decomposed => collect(original.nfd(), context),
        NormalForm::CompatibilityComposed => collect(original.nfkc(), context),
        NormalForm::CompatibilityDecomposed => collect(original.nfkd(), context),
    }
}

/// Characters as a string.
fn collect(characters: impl Iterator<Item = char>, context: &Context) -> Result<Value> {
    let mut text = String::new();
    for (step, character) in characters.enumerate() {
        if step.is_multiple_of(STEPS_BETWEEN_CHECKS) {
            context.check()?;
        }
        text.push(character);
    }
    Ok(Value::from(text))
}

/// `IS NORMALIZED`: unknown of what is no string.
pub(super) fn is_normalized(_: &Environment, arguments: &[Value]) -> Result<Value> {
    let form = NormalForm::argument("isNormalized", arguments)?;
    let Value::String(text) = &arguments[0] else {
        return Ok(Value::Null);
    };
    Ok(Value::Boolean(match form {
        NormalForm::Composed => is_nfc(text),
        NormalForm::Decomposed => is_nfd(text),
        NormalForm::CompatibilityComposed => is_nfkc(text),
        NormalForm::CompatibilityDecomposed => is_nfkd(text),
    }))
}

/// The byte at which the character number `index` begins; the end of a shorter string.
fn byte_of(text: &str, index: usize) -> usize {
    // Of characters of one byte it is the byte of that number.
    let before = text.as_bytes().get(..index);
    if before.is_some_and(<[u8]>::is_ascii) {
        return index;
    }
    text.char_indices()
        .nth(index)
        .map_or(text.len(), |(byte, _)| byte)
}

pub(super) fn left(_: &Environment, arguments: &[Value]) -> Result<Value> {
    let original = text("left", &arguments[0])?;
    let length = count("left", &arguments[1])?;
    Ok(part_of(original, part(original, 0, length)))
}

pub(super) fn right(_: &Environment, arguments: &[Value]) -> Result<Value> {
    let original = text("right", &arguments[0])?;
    let length = count("right", &arguments[1])?;
    let start = match length.checked_sub(1) {
        Some(before) => original
            .char_indices()
            .nth_back(before)
            .map_or(0, |(byte, _)| byte),
        None => original.len(),
    };
    Ok(part_of(original, &original[start..]))
}

pub(super) fn substring(_: &Environment, arguments: &[Value]) -> Result<Value> {
    let original = text("substring", &arguments[0])?;
    let start = count("substring", &arguments[1])?;
    let length = match arguments.get(2) {
        Some(length) => count("substring", length)?,
        None => usize::MAX,
    };
    Ok(part_of(original, part(original, start, length)))
}

/// At most `length` characters from `start` on.
fn part(text: &str, start: usize, length: usize) -> &str {
    let rest = &text[byte_of(text, start)..];
    &rest[..byte_of(rest, length)]
}

/// [`left`] with the same length in all rows.
pub(super) fn left_column(
    environment: &Environment,
    columns: &[Column],
    _rows: usize,
) -> Result<Option<Column>> {
    let Some(length) = same_count(&columns[1]) else {
        return Ok(None);
    };
    let _room = admit(environment, text_bytes(&columns[0]))?;
    Ok(cut_texts(&columns[0], |text| part(text, 0, length)))
}

/// [`substring`] with the same places in all rows.
pub(super) fn substring_column(
    environment: &Environment,
    columns: &[Column],
    _rows: usize,
) -> Result<Option<Column>> {
    let length = columns.get(2).map_or(Some(usize::MAX), same_count);
    let (Some(start), Some(length)) = (same_count(&columns[1]), length) else {
        return Ok(None);
    };
    let _room = admit(environment, text_bytes(&columns[0]))?;
    Ok(cut_texts(&columns[0], |text| part(text, start, length)))
}

/// Every occurrence is replaced, from left to right; an empty `search` occurs between all
/// characters and at both ends.
pub(super) fn replace(environment: &Environment, arguments: &[Value]) -> Result<Value> {
    let original = text("replace", &arguments[0])?;
    let search = text("replace", &arguments[1])?;
    let replacement = text("replace", &arguments[2])?;
    let limit = match arguments.get(3) {
        Some(limit) => count("replace", limit)?,
        None => usize::MAX,
    };
    let occurrences = original.matches(search.as_ref()).take(limit).count();
    let bytes = original
        .len()
        .saturating_add(occurrences.saturating_mul(replacement.len()));
    let _room = admit(environment, bytes)?;
    let replaced = original.replacen(search.as_ref(), replacement, limit);
    Ok(Value::String(replaced.into()))
}

/// `split(text, delimiter)`: the delimiter is a string or a list of strings, any of which divides.
/// An empty one divides between all characters.
pub(super) fn split(environment: &Environment, arguments: &[Value]) -> Result<Value> {
    let original = text("split", &arguments[0])?;
    let delimiters: Vec<&str> = match &arguments[1] {
        Value::String(delimiter) => vec![delimiter.as_ref()],
        Value::List(delimiters) => delimiters
            .iter()
            .map(|delimiter| text("split", delimiter).map(AsRef::as_ref))
            .collect::<Result<_>>()?,
        other => return Err(wrong_type("split", "a string or a list of strings", other)),
    };
    let most_parts = if delimiters.iter().any(|delimiter| delimiter.is_empty()) {
        original.len()
    } else {
        let matches = delimiters
            .iter()
            .map(|delimiter| original.matches(*delimiter).count());
        1 + matches.sum::<usize>()
    };
    // A part has its own allocation, with two counters before the text.
    let _parts = admit_list(environment, most_parts.saturating_mul(2))?;
    let _texts = admit(environment, original.len())?;
    split_at_any(original, &delimiters, environment.context).map(Value::list)
}

/// The parts between delimiters: the one that comes first divides, of several at one place the
/// longest.
fn split_at_any(text: &str, delimiters: &[&str], context: &Context) -> Result<Vec<Value>> {
    if let [delimiter] = delimiters
        && !delimiter.is_empty()
    {
        return Ok(text.split(delimiter).map(Value::from).collect());
    }
    let mut longest_first = delimiters.to_vec();
    longest_first.sort_by_key(|delimiter| std::cmp::Reverse(delimiter.len()));
    let mut parts = Vec::new();
    let mut part_start = 0;
    let mut position = 0;
    while let Some(character) = text[position..].chars().next() {
        if position.is_multiple_of(STEPS_BETWEEN_CHECKS) {
            context.check()?;
        }
        let rest = &text[position..];
        let found = longest_first.iter().find(|delimiter| {
            rest.starts_with(**delimiter) && (!delimiter.is_empty() || position > part_start)
        });
        match found {
            Some(delimiter) => {
                parts.push(Value::from(&text[part_start..position]));
                part_start = position + delimiter.len();
                // Behind an empty delimiter, one character belongs to the next part.
                position = if delimiter.is_empty() {
                    position + character.len_utf8()
                } else {
                    part_start
                };
            }
            None => position += character.len_utf8(),
        }
    }
    parts.push(Value::from(&text[part_start..]));
    Ok(parts)
}
