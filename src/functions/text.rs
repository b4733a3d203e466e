//! Functions on strings. Lengths and places are counted in characters (Unicode scalar values).

use super::Environment;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::value::Value;

/// A string argument.
fn text<'v>(value: &'v Value, function: &str) -> Result<&'v str> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(Error::type_error(format!(
            "{function} needs a string, got {}",
            other.value_type()
        ))),
    }
}

/// A number of characters.
fn count(value: &Value, function: &str) -> Result<usize> {
    match value {
        Value::Integer(count) => usize::try_from(*count).map_err(|_| {
            Error::new(
                ErrorKind::ArgumentError,
                ErrorDetail::NegativeIntegerArgument,
                format!("{function} cannot take {count} characters"),
            )
        }),
        other => Err(Error::type_error(format!(
            "{function} needs an integer, got {}",
            other.value_type()
        ))),
    }
}

/// In upper case.
pub fn to_upper(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    Ok(text(&arguments[0], "toUpper")?.to_uppercase().into())
}

/// In lower case.
pub fn to_lower(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    Ok(text(&arguments[0], "toLower")?.to_lowercase().into())
}

/// What is cut off at the ends: white space, or the characters of the second argument.
fn is_cut(arguments: &[Value], function: &str) -> Result<impl Fn(char) -> bool> {
    let characters = match arguments.get(1) {
        Some(characters) => Some(text(characters, function)?.to_owned()),
        None => None,
    };
    Ok(move |character: char| match &characters {
        Some(characters) => characters.contains(character),
        None => character.is_whitespace(),
    })
}

/// Without white space at both ends.
pub fn trim(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    Ok(text(&arguments[0], "trim")?
        .trim_matches(is_cut(arguments, "trim")?)
        .into())
}

/// Without white space at the start.
pub fn ltrim(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    Ok(text(&arguments[0], "lTrim")?
        .trim_start_matches(is_cut(arguments, "lTrim")?)
        .into())
}

/// Without white space at the end.
pub fn rtrim(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    Ok(text(&arguments[0], "rTrim")?
        .trim_end_matches(is_cut(arguments, "rTrim")?)
        .into())
}

/// The first characters.
pub fn left(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    let length = count(&arguments[1], "left")?;
    Ok(text(&arguments[0], "left")?
        .chars()
        .take(length)
        .collect::<String>()
        .into())
}

/// The last characters.
pub fn right(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    let text = text(&arguments[0], "right")?;
    let length = count(&arguments[1], "right")?;
    let skipped = text.chars().count().saturating_sub(length);
    Ok(text.chars().skip(skipped).collect::<String>().into())
}

/// Characters from a place on.
pub fn substring(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    let text = text(&arguments[0], "substring")?;
    let rest = text.chars().skip(count(&arguments[1], "substring")?);
    let length = match arguments.get(2) {
        Some(length) => count(length, "substring")?,
        None => usize::MAX,
    };
    Ok(rest.take(length).collect::<String>().into())
}

/// Every occurrence of one text replaced by another.
pub fn replace(environment: &Environment, arguments: &[Value]) -> Result<Value> {
    let source = text(&arguments[0], "replace")?;
    let (search, with) = (
        text(&arguments[1], "replace")?,
        text(&arguments[2], "replace")?,
    );
    if search.is_empty() {
        return Ok(arguments[0].clone());
    }
    let places = source.matches(search).count();
    let _held = environment.context.reserve(
        source
            .len()
            .saturating_add(places.saturating_mul(with.len())),
    )?;
    Ok(source.replace(search, with).into())
}

/// The parts between delimiters; several delimiters are given as a list.
pub fn split(environment: &Environment, arguments: &[Value]) -> Result<Value> {
    let source = text(&arguments[0], "split")?;
    let delimiters = match &arguments[1] {
        Value::List(list) => list
            .iter()
            .map(|delimiter| text(delimiter, "split"))
            .collect::<Result<Vec<_>>>()?,
        one => vec![text(one, "split")?],
    };
    let _held = environment.context.reserve(source.len() * 4)?;
    if delimiters.iter().any(|delimiter| delimiter.is_empty()) {
        let characters = source
            .chars()
            .map(|character| Value::from(character.to_string()));
        return Ok(Value::list(characters.collect()));
    }
    let mut parts = Vec::new();
    let mut rest = source;
    loop {
        let next = delimiters
            .iter()
            .filter_map(|delimiter| rest.find(delimiter).map(|place| (place, delimiter.len())))
            .min_by_key(|(place, length)| (*place, usize::MAX - length));
        match next {
            Some((place, length)) => {
                parts.push(Value::from(&rest[..place]));
                rest = &rest[place + length..];
            }
            None => {
                parts.push(Value::from(rest));
                return Ok(Value::list(parts));
            }
        }
    }
}
