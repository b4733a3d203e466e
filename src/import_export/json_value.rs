//! Property values in JSON, both ways. Booleans, strings and numbers are themselves (a number
//! without point and exponent is an integer); what JSON lacks is an object of one member:
//! `{"$date": "2007-02-15"}`, `{"$float": "NaN"}`.

use serde_json::Value as Json;

use crate::import_export::temporal_text;
use crate::value::Value;

/// The value that `json` stands for, or what is wrong with it as a sentence without a subject:
/// `is an object without a known tag`.
pub(super) fn from_json(json: Json) -> Result<Value, String> {
    match json {
        Json::Array(elements) => {
            let values = elements.into_iter().map(|element| match element {
                Json::Array(_) => Err("holds a list within a list".to_owned()),
                element => scalar(element),
            });
            let values = values.collect::<Result<Vec<_>, _>>()?;
            Ok(Value::list(values))
        }
        json => scalar(json),
    }
}

fn scalar(json: Json) -> Result<Value, String> {
    match json {
        Json::Null => Err("is null".to_owned()),
        Json::Bool(value) => Ok(Value::Boolean(value)),
        Json::String(text) => Ok(text.into()),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => Ok(Value::Integer(integer)),
            (None, Some(float)) if !number.is_u64() => Ok(Value::Float(float)),
            _ => Err(format!("is the integer {number}, beyond 64 bits")),
        },
        Json::Array(_) => Err("is a list where a single value must stand".to_owned()),
        Json::Object(members) => {
            let mut members = members.into_iter();
            match (members.next(), members.next()) {
                (Some((tag, Json::String(text))), None) if tag.starts_with('$') => {
                    tagged(&tag, &text)
                }
                _ => {
                    Err("is an object; a property holds single values and lists of them".to_owned())
                }
            }
        }
    }
}

/// The value of `{"tag": "text"}`.
fn tagged(tag: &str, text: &str) -> Result<Value, String> {
    if tag == "$float" {
        return match text {
            "NaN" => Ok(Value::Float(f64::NAN)),
            "Inf" => Ok(Value::Float(f64::INFINITY)),
            "-Inf" => Ok(Value::Float(f64::NEG_INFINITY)),
            _ => Err(format!("has the $float {text:?}, not NaN, Inf or -Inf")),
        };
    }
    let kind = temporal_text::Kind::named(tag.trim_start_matches('$')).ok_or_else(|| {
        let known = "$float, $date, $localtime, $time, $localdatetime, $datetime, $duration";
        format!("has the tag {tag:?}; known are {known}")
    })?;
    kind.parse(text)
        .map_err(|message| format!("has a {tag} that cannot be read: {message}"))
}

/// The JSON that reads back as `value`; null where the value cannot be a property.
pub(super) fn to_json(value: &Value) -> Json {
    let tagged = |tag: &str, text: String| {
        Json::Object([(tag.to_owned(), text.into())].into_iter().collect())
    };
    match value {
        Value::Boolean(value) => (*value).into(),
        Value::Integer(value) => (*value).into(),
        Value::Float(value) if value.is_nan() => tagged("$float", "NaN".to_owned()),
        Value::Float(value) if value.is_infinite() => {
            let text = if *value > 0.0 { "Inf" } else { "-Inf" };
            tagged("$float", text.to_owned())
        }
        Value::Float(value) => (*value).into(),
        Value::String(text) => text.as_ref().into(),
        Value::List(values) => values.iter().map(to_json).collect(),
        value => match (temporal_text::Kind::of(value), temporal_text::text(value)) {
            (Some(kind), Some(text)) => tagged(&format!("${}", kind.name()), text),
            _ => Json::Null,
        },
    }
}
