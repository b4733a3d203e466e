//! Properties of an element of GML: records within records as names with dots, and back.

use std::sync::Arc;

use crate::import_export::gml::tokens::{Entry, Record};
use crate::import_export::gml::{PROPERTY, TYPES};
use crate::import_export::infer::CellType;
use crate::import_export::record::{Properties, excerpt};
use crate::import_export::temporal_text;
use crate::import_export::words::MOST_PROPERTIES;
use crate::value::Value;

/// Ends the name of a type where the value is a list.
const LIST: &str = "[]";

/// Values by the names of the properties, in the order in which they came.
type Values = Vec<(Arc<str>, Vec<Value>)>;

/// The properties that an element has, or what is wrong with them.
pub(super) fn properties(record: Record) -> Result<Properties, String> {
    let mut values = Values::new();
    let mut types: Vec<(Arc<str>, String)> = Vec::new();
    for (key, entry) in record {
        match (key.as_ref(), entry) {
            (TYPES, Entry::Record(record)) => {
                let mut flat = Values::new();
                flatten("", record, &mut flat);
                for (name, told) in flat {
                    types.extend(told.first().map(|told| (name.clone(), text_of(told))));
                }
            }
            (PROPERTY, Entry::Record(record)) => own_property(record, &mut values, &mut types),
            (_, entry) => add(&key, entry, &mut values),
        }
    }
    if values.len() > MOST_PROPERTIES || types.len() > MOST_PROPERTIES {
        return Err(format!("there are more than {MOST_PROPERTIES} properties"));
    }
    for (name, _) in &types {
        // An empty list has no values of its own.
        if !values.iter().any(|(known, _)| known == name) {
            values.push((name.clone(), Vec::new()));
        }
    }
    values
        .into_iter()
        .map(|(name, values)| {
            let told = types.iter().find(|(known, _)| *known == name);
            let value = match told {
                Some((_, told)) => typed(values, told)
                    .map_err(|message| format!("the property {} {message}", excerpt(&name)))?,
                None => untyped(values),
            };
            Ok((name, value))
        })
        .collect()
}

fn flatten(prefix: &str, record: Record, values: &mut Values) {
    for (key, entry) in record {
        let name = if prefix.is_empty() {
            key
        } else {
            format!("{prefix}.{key}").into()
        };
        add(&name, entry, values);
    }
}

fn add(name: &Arc<str>, entry: Entry, values: &mut Values) {
    match entry {
        Entry::Record(record) => flatten(name, record, values),
        // More than are admitted; the caller refuses them.
        Entry::Scalar(_) if values.len() > MOST_PROPERTIES => {}
        Entry::Scalar(value) => match values.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => known.push(value),
            None => values.push((name.clone(), vec![value])),
        },
    }
}

/// A property whose key GML does not have: `name`, `value` as often as there are any, `type`.
fn own_property(record: Record, values: &mut Values, types: &mut Vec<(Arc<str>, String)>) {
    let mut name: Arc<str> = "".into();
    let mut own = Vec::new();
    let mut told = None;
    for (key, entry) in record {
        if let Entry::Scalar(value) = entry {
            match key.as_ref() {
                "name" => name = text_of(&value).into(),
                "type" => told = Some(text_of(&value)),
                "value" => own.push(value),
                _ => {}
            }
        }
    }
    types.extend(told.map(|told| (name.clone(), told)));
    if !own.is_empty() {
        values.push((name, own));
    }
}

/// One value as it is, several as a list; whole numbers among others are made floats, and all
/// become texts where they are of several types.
fn untyped(mut values: Vec<Value>) -> Value {
    if values.len() == 1 {
        return values.remove(0);
    }
    let types = values.iter().map(std::mem::discriminant);
    if types.clone().all(|one| types.clone().next() == Some(one)) {
        return Value::list(values);
    }
    let numbers = values.iter().map(|value| match value {
        Value::Integer(integer) => Some(Value::Float(*integer as f64)),
        Value::Float(_) => Some(value.clone()),
        _ => None,
    });
    let numbers: Option<Vec<Value>> = numbers.collect();
    let texts = || -> Vec<Value> { values.iter().map(|value| text_of(value).into()).collect() };
    Value::list(numbers.unwrap_or_else(texts))
}

/// The values as the type says that was written beside them.
fn typed(values: Vec<Value>, told: &str) -> Result<Value, String> {
    let (name, is_list) = match told.strip_suffix(LIST) {
        Some(name) => (name, true),
        None => (told, false),
    };
    let cell_type = CellType::named(name).unwrap_or(CellType::String);
    let values = values.into_iter().map(|value| match (cell_type, &value) {
        (CellType::Boolean, Value::Integer(0)) => Ok(false.into()),
        (CellType::Boolean, Value::Integer(1)) => Ok(true.into()),
        (CellType::Integer, Value::Integer(_)) | (CellType::Float, Value::Float(_)) => Ok(value),
        _ => cell_type.parse(&text_of(&value)),
    });
    let mut values = values.collect::<Result<Vec<_>, _>>()?;
    match values.len() {
        _ if is_list => Ok(Value::list(values)),
        1 => Ok(values.remove(0)),
        _ => Err("has more than one value".to_owned()),
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        value => temporal_text::text(value).unwrap_or_else(|| value.to_string()),
    }
}

/// The values that are written for `value`, and the type that is written beside them where they do
/// not tell it themselves.
pub(super) fn written(value: &Value) -> (Vec<Value>, Option<String>) {
    let plain = |value: &Value| match value {
        Value::Boolean(value) => Value::Integer(i64::from(*value)),
        Value::Integer(_) | Value::Float(_) => value.clone(),
        value => text_of(value).into(),
    };
    let name = |value: &Value| CellType::of(value).map_or("string", CellType::name);
    let tells_itself = |value: &Value| {
        matches!(
            value,
            Value::Integer(_) | Value::Float(_) | Value::String(_)
        )
    };
    match value {
        Value::List(values) => {
            let told = values.first().map_or("string", name);
            let tells = values.len() > 1 && values.iter().all(tells_itself);
            let values = values.iter().map(plain).collect();
            (values, (!tells).then(|| format!("{told}{LIST}")))
        }
        value => {
            let told = (!tells_itself(value)).then(|| name(value).to_owned());
            (vec![plain(value)], told)
        }
    }
}

/// Puts `values` under `name`, whose parts between dots are keys, into `record`.
pub(super) fn nest(record: &mut Record, name: &str, values: &[Value]) {
    match name.split_once('.') {
        None => {
            let scalars = values.iter().cloned().map(Entry::Scalar);
            record.extend(scalars.map(|value| (name.into(), value)));
        }
        Some((first, rest)) => {
            let inner = record.iter_mut().find_map(|(key, entry)| match entry {
                Entry::Record(inner) if key.as_ref() == first => Some(inner),
                _ => None,
            });
            match inner {
                Some(inner) => nest(inner, rest, values),
                None => {
                    let mut inner = Record::new();
                    nest(&mut inner, rest, values);
                    record.push((first.into(), Entry::Record(inner)));
                }
            }
        }
    }
}

/// Whether all parts of `name` between dots are keys of GML.
pub(super) fn is_key(name: &str) -> bool {
    name.split('.').all(|part| {
        part.starts_with(|first: char| first.is_ascii_alphabetic())
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}
