//! Conversion between types: the functions that fail on a value that has no such form, those that
//! give null instead (`...OrNull`), and those that convert each element of a list (`...List`).
//!
//! A string that does not read as the wanted type gives null in all of them.

use arrow_array::Float64Array;
use arrow_array::types::{Float64Type, Int64Type};

use super::Environment;
use super::argument::{admit_list, list, overflow, wrong_type};
use super::kernel::parse_integers;
use crate::column::Column;
use crate::error::{Error, Result};
use crate::value::{Type, Value, write_float};

/// The three public forms of a conversion.
macro_rules! conversions {
    ($($convert:ident $or_null:ident $of_list:ident $list_name:literal;)+) => {$(
        pub(super) fn $or_null(environment: &Environment, arguments: &[Value]) -> Result<Value> {
            Ok($convert(environment, arguments).unwrap_or_default())
        }

        pub(super) fn $of_list(environment: &Environment, arguments: &[Value]) -> Result<Value> {
            let values = list($list_name, &arguments[0])?;
            let _room = admit_list(environment, values.len())?;
            let converted = values.iter().map(|value| {
                $convert(environment, std::slice::from_ref(value)).unwrap_or_default()
            });
            Ok(Value::list(converted.collect()))
        }
    )+};
}

conversions! {
    to_boolean to_boolean_or_null to_boolean_list "toBooleanList";
    to_float   to_float_or_null   to_float_list   "toFloatList";
    to_integer to_integer_or_null to_integer_list "toIntegerList";
    to_string  to_string_or_null  to_string_list  "toStringList";
}

pub(super) fn to_boolean(_: &Environment, arguments: &[Value]) -> Result<Value> {
    match &arguments[0] {
        Value::Null => Ok(Value::Null),
        Value::Boolean(value) => Ok(Value::Boolean(*value)),
        Value::Integer(value) => Ok(Value::Boolean(*value != 0)),
        Value::String(text) => Ok(match text.trim().to_ascii_lowercase().as_str() {
            "true" => Value::Boolean(true),
            "false" => Value::Boolean(false),
            _ => Value::Null,
        }),
        other => Err(wrong_type(
            "toBoolean",
            "a boolean, an integer or a string",
            other,
        )),
    }
}

pub(super) fn to_float(_: &Environment, arguments: &[Value]) -> Result<Value> {
    match &arguments[0] {
        Value::Null => Ok(Value::Null),
        Value::Integer(value) => Ok(Value::Float(*value as f64)),
        Value::Float(value) => Ok(Value::Float(*value)),
        Value::String(text) => Ok(parse_float(text).into()),
        other => Err(wrong_type("toFloat", "a number or a string", other)),
    }
}

pub(super) fn to_float_column(
    _: &Environment,
    columns: &[Column],
    _rows: usize,
) -> Result<Option<Column>> {
    Ok(match &columns[0] {
        Column::Float(array) => Some(Column::Float(array.clone())),
        Column::Integer(array) => Some(Column::Float(
            array.unary::<_, Float64Type>(|value| value as f64),
        )),
        Column::String(array) => {
            let floats: Float64Array = array
                .iter()
                .map(|text| text.and_then(parse_float))
                .collect();
            Some(Column::Float(floats))
        }
        _ => None,
    })
}

/// Reads a decimal number, `NaN`, `Infinity` or `-Infinity`; the other spellings of these three
/// that Rust takes are not the language's.
fn parse_float(text: &str) -> Option<f64> {
    let text = text.trim();
    let unsigned = text.trim_start_matches(['+', '-']);
    let numeric = unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.');
    if numeric || matches!(unsigned, "NaN" | "Infinity") {
        text.parse().ok()
    } else {
        None
    }
}

pub(super) fn to_integer(_: &Environment, arguments: &[Value]) -> Result<Value> {
    match &arguments[0] {
        Value::Null => Ok(Value::Null),
        Value::Boolean(value) => Ok(Value::Integer(i64::from(*value))),
        Value::Integer(value) => Ok(Value::Integer(*value)),
        Value::Float(value) => truncate(*value).map(Value::Integer),
        Value::String(text) => parse_integer(text).map(Value::from),
        other => Err(wrong_type(
            "toInteger",
            "a number, a boolean or a string",
            other,
        )),
    }
}

pub(super) fn to_integer_column(
    _: &Environment,
    columns: &[Column],
    _rows: usize,
) -> Result<Option<Column>> {
    match &columns[0] {
        Column::Integer(array) => Ok(Some(Column::Integer(array.clone()))),
        Column::Float(array) => {
            let integers = array.try_unary::<_, Int64Type, Error>(truncate)?;
            Ok(Some(Column::Integer(integers)))
        }
        Column::String(array) => parse_integers(array, parse_integer).map(Some),
        _ => Ok(None),
    }
}

/// The whole part of a float, if 64 bits hold it.
fn truncate(value: f64) -> Result<i64> {
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    if (-BEYOND..BEYOND).contains(&value) {
        Ok(value as i64)
    } else {
        Err(overflow(format!("{value} does not fit an integer")))
    }
}

/// Reads an integer, or the whole part of a decimal number; null for any other text.
fn parse_integer(text: &str) -> Result<Option<i64>> {
    let text = text.trim();
    if let Ok(integer) = text.parse() {
        return Ok(Some(integer));
    }
    match parse_float(text) {
        Some(float) if float.is_finite() => truncate(float).map(Some),
        _ => Ok(None),
    }
}

pub(super) fn to_string(_: &Environment, arguments: &[Value]) -> Result<Value> {
    let text = match &arguments[0] {
        Value::Null => return Ok(Value::Null),
        Value::String(text) => return Ok(Value::String(text.clone())),
        Value::Boolean(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Float(value) => {
            let mut text = String::new();
            write_float(*value, &mut text)
                .map_err(|error| Error::internal(format!("a string takes any text: {error}")))?;
            text
        }
        Value::Date(value) => value.to_string(),
        Value::LocalTime(value) => value.to_string(),
        Value::Time(value) => value.to_string(),
        Value::LocalDateTime(value) => value.to_string(),
        Value::DateTime(value) => value.to_string(),
        Value::Duration(value) => value.to_string(),
        other => {
            return Err(wrong_type(
                "toString",
                "a boolean, a number, a string or a temporal value",
                other,
            ));
        }
    };
    Ok(Value::String(text.into()))
}

/// The type as ISO GQL writes it: `LIST<INTEGER NOT NULL> NOT NULL`.
pub(super) fn value_type(_: &Environment, arguments: &[Value]) -> Result<Value> {
    let mut name = type_name(&arguments[0]);
    if !arguments[0].is_null() {
        name.push_str(" NOT NULL");
    }
    Ok(Value::String(name.into()))
}

/// The name of a value's type, without saying that it is not null.
fn type_name(value: &Value) -> String {
    let Value::List(values) = value else {
        return value.value_type().to_string();
    };
    let nullable = values.iter().any(Value::is_null);
    let mut inner: Vec<(usize, String)> = Vec::new();
    for value in values.iter().filter(|value| !value.is_null()) {
        let entry = (type_place(&value.value_type()), type_name(value));
        if !inner.contains(&entry) {
            inner.push(entry);
        }
    }
    inner.sort();
    let not_null = if nullable { "" } else { " NOT NULL" };
    let alternatives: Vec<String> = inner.into_iter().map(|(_, name)| name + not_null).collect();
    match (alternatives.as_slice(), nullable) {
        ([], true) => "LIST<NULL>".to_owned(),
        ([], false) => "LIST<NOTHING>".to_owned(),
        _ => format!("LIST<{}>", alternatives.join(" | ")),
    }
}

/// Where a type stands among the alternatives of a union.
fn type_place(value_type: &Type) -> usize {
    match value_type {
        Type::Boolean => 0,
        Type::String => 1,
        Type::Integer => 2,
        Type::Float => 3,
        Type::Date => 4,
        Type::LocalTime => 5,
        Type::Time => 6,
        Type::LocalDateTime => 7,
        Type::DateTime => 8,
        Type::Duration => 9,
        Type::Node => 10,
        Type::Relationship => 11,
        Type::Map => 12,
        Type::List(_) => 13,
        Type::Path => 14,
        Type::Any | Type::Null | Type::Number => 15,
    }
}
