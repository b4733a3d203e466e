//! Conversions between types, and functions on values of any type.

use super::Environment;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::value::{Type, Value};

/// What `toString` gives; `None` for what has no text.
pub(super) fn text_of(value: &Value) -> Option<String> {
    Some(match value {
        Value::String(text) => text.to_string(),
        Value::Boolean(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Float(_) => value.to_string(),
        Value::Date(value) => value.to_string(),
        Value::LocalTime(value) => value.to_string(),
        Value::Time(value) => value.to_string(),
        Value::LocalDateTime(value) => value.to_string(),
        Value::DateTime(value) => value.to_string(),
        Value::Duration(value) => value.to_string(),
        _ => return None,
    })
}

fn refused(function: &str, value: &Value) -> Error {
    Error::new(
        ErrorKind::TypeError,
        ErrorDetail::InvalidArgumentValue,
        format!("{function} cannot convert {}", value.value_type()),
    )
}

/// `None` where the type cannot be converted at all.
fn integer_of(value: &Value) -> Option<Value> {
    Some(match value {
        Value::Integer(_) => value.clone(),
        Value::Float(float) if float.is_finite() && float.abs() < 9.3e18 => {
            Value::Integer(*float as i64)
        }
        Value::Float(_) => Value::Null,
        Value::Boolean(truth) => Value::Integer((*truth).into()),
        Value::String(text) => {
            let text = text.trim();
            match (text.parse::<i64>(), text.parse::<f64>()) {
                (Ok(integer), _) => Value::Integer(integer),
                (_, Ok(float)) if float.is_finite() && float.abs() < 9.3e18 => {
                    Value::Integer(float as i64)
                }
                _ => Value::Null,
            }
        }
        _ => return None,
    })
}

fn float_of(value: &Value) -> Option<Value> {
    Some(match value {
        Value::Float(_) => value.clone(),
        Value::Integer(integer) => Value::Float(*integer as f64),
        Value::String(text) => text.trim().parse::<f64>().ok().into(),
        _ => return None,
    })
}

fn boolean_of(value: &Value) -> Option<Value> {
    Some(match value {
        Value::Boolean(_) => value.clone(),
        Value::Integer(integer) => (*integer != 0).into(),
        Value::String(text) => match text.trim().to_lowercase().as_str() {
            "true" => true.into(),
            "false" => false.into(),
            _ => Value::Null,
        },
        _ => return None,
    })
}

fn string_of(value: &Value) -> Option<Value> {
    text_of(value).map(Value::from)
}

/// A conversion in its three forms: refusing, giving null, element by element.
macro_rules! conversions {
    ($($function:literal $convert:ident: $strict:ident $or_null:ident $list:ident;)+) => {$(
        #[doc = concat!("`", $function, "`: an error where the type cannot be converted.")]
        pub fn $strict(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
            $convert(&arguments[0]).ok_or_else(|| refused($function, &arguments[0]))
        }

        #[doc = concat!("`", $function, "OrNull`: null where the type cannot be converted.")]
        pub fn $or_null(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
            Ok($convert(&arguments[0]).unwrap_or_default())
        }

        #[doc = concat!("`", $function, "List`: each element, null where it cannot be converted.")]
        pub fn $list(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
            match &arguments[0] {
                Value::List(values) => {
                    let converted = values.iter().map(|value| $convert(value).unwrap_or_default());
                    Ok(Value::list(converted.collect()))
                }
                other => Err(refused(concat!($function, "List"), other)),
            }
        }
    )+};
}

conversions! {
    "toInteger" integer_of: to_integer to_integer_or_null to_integer_list;
    "toFloat" float_of: to_float to_float_or_null to_float_list;
    "toBoolean" boolean_of: to_boolean to_boolean_or_null to_boolean_list;
    "toString" string_of: to_string to_string_or_null to_string_list;
}

/// The first argument that is not null.
pub fn coalesce(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    Ok(arguments
        .iter()
        .find(|value| !value.is_null())
        .cloned()
        .unwrap_or_default())
}

/// Null where both arguments are equal, else the first.
pub fn null_if(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    Ok(match crate::value::equals(&arguments[0], &arguments[1]) {
        Some(true) => Value::Null,
        _ => arguments[0].clone(),
    })
}

/// The name of a value's type.
pub fn value_type(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    Ok(type_name(&arguments[0]).into())
}

fn type_name(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::List(values) => {
            let inner = values
                .iter()
                .map(Value::value_type)
                .reduce(|left, right| left.join(&right));
            match inner {
                Some(Type::List(_)) | None => "LIST<ANY> NOT NULL".to_owned(),
                Some(inner) => format!("LIST<{inner}> NOT NULL"),
            }
        }
        other => format!("{} NOT NULL", other.value_type()),
    }
}

/// A random identifier (RFC 9562, version 4).
pub fn random_uuid(_environment: &Environment, _arguments: &[Value]) -> Result<Value> {
    let (high, low) = (super::random_bits(), super::random_bits());
    Ok(format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        0x8000 | (low >> 48) & 0x3fff,
        low & 0xffff_ffff_ffff
    )
    .into())
}
