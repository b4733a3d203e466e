//! Values of GraphSON, which carry their types, `{"@type": "g:Int64", "@value": 1}` or in version 1
//! `{"type": "long", "value": 1}`, as the JSON that this program has for its own values.

use serde_json::{Map as JsonMap, Number, Value as Json, json};

use crate::import_export::json_value::to_json;
use crate::value::temporal::Zone;
use crate::value::{DateTime, Value};

/// The value without its type; what JSON has no type for is tagged as our own values are.
pub(super) fn plain(json: Json) -> Json {
    match json {
        Json::Array(elements) => elements.into_iter().map(plain).collect(),
        Json::Object(mut members) if members.len() <= 2 => {
            let typed =
                ["@type", "type"]
                    .into_iter()
                    .zip(["@value", "value"])
                    .find(|(name, value)| {
                        members.get(*name).is_some_and(Json::is_string)
                            && members.keys().all(|key| key == name || key == value)
                    });
            match typed {
                None => untyped(members),
                Some((name, value)) => {
                    let name = members.remove(name).unwrap_or_default();
                    let value = members.remove(value).unwrap_or_default();
                    of_type(name.as_str().unwrap_or_default(), value)
                }
            }
        }
        Json::Object(members) => untyped(members),
        scalar => scalar,
    }
}

fn untyped(members: JsonMap<String, Json>) -> Json {
    let members = members.into_iter().map(|(key, value)| (key, plain(value)));
    Json::Object(members.collect())
}

fn of_type(name: &str, value: Json) -> Json {
    let name = name.rsplit(':').next().unwrap_or(name);
    let tagged = |tag: &str, value: Json| json!({ tag: value });
    match name {
        "Float" | "Double" | "float" | "double" => float(value),
        "Date" | "Timestamp" => instant(value),
        "LocalDate" => tagged("$date", value),
        "LocalTime" => tagged("$localtime", value),
        "OffsetTime" => tagged("$time", value),
        "LocalDateTime" => tagged("$localdatetime", value),
        "Instant" | "OffsetDateTime" | "ZonedDateTime" => tagged("$datetime", value),
        "Duration" | "Period" => tagged("$duration", value),
        "Map" => map(value),
        _ => plain(value),
    }
}

/// A number that is no integer, also where it is written as one.
fn float(value: Json) -> Json {
    match &value {
        Json::Number(number) => {
            let float = number.as_f64().and_then(Number::from_f64);
            float.map_or(value, Json::Number)
        }
        Json::String(text) => {
            let float = text.parse::<f64>();
            float.map_or(value, |float| to_json(&Value::Float(float)))
        }
        _ => value,
    }
}

/// Milliseconds since 1970.
fn instant(value: Json) -> Json {
    let milliseconds = value.as_i64().map(i128::from);
    let instant = milliseconds.and_then(|it| DateTime::from_instant(it * 1_000_000, Zone::UTC));
    instant.map_or(value, |instant| to_json(&Value::DateTime(instant)))
}

/// A map, which is a list of keys and values in turn.
fn map(value: Json) -> Json {
    let Json::Array(entries) = value else {
        return plain(value);
    };
    let mut members = JsonMap::new();
    let mut entries = entries.into_iter().map(plain);
    while let (Some(key), Some(value)) = (entries.next(), entries.next()) {
        let key = match key {
            Json::String(key) => key,
            key => key.to_string(),
        };
        members.insert(key, value);
    }
    Json::Object(members)
}
