//! Members of other tools' JSON objects as ids and properties: what a graph can hold as it is,
//! the rest as JSON text with a warning. Shared by the formats that leave attributes free.

use std::sync::Arc;

use hashbrown::HashSet;
use serde_json::Value as Json;

use crate::error::{ErrorDetail, Result};
use crate::import_export::json_stream::Members;
use crate::import_export::json_value::from_json;
use crate::import_export::record::{ExternalId, Place, Properties, RecordSink, excerpt};
use crate::import_export::source::Source;
use crate::value::Value;

/// Makes properties of the members of one file.
#[derive(Debug)]
pub(super) struct PropertyReader<'a> {
    source: &'a Source<'a>,
    /// Keys of which a value was kept as text; one warning each.
    warned: HashSet<Arc<str>>,
}

impl<'a> PropertyReader<'a> {
    pub fn new(source: &'a Source<'a>) -> Self {
        PropertyReader {
            source,
            warned: HashSet::new(),
        }
    }

    /// Adds `json` as the property `key`; null is no property.
    pub fn add(
        &mut self,
        properties: &mut Properties,
        key: Arc<str>,
        json: Json,
        place: Place,
        sink: &mut dyn RecordSink,
    ) {
        if json.is_null() {
            return;
        }
        let value = lenient_value(json).unwrap_or_else(|json| {
            if self.warned.insert(key.clone()) {
                let text = format!("the property {} is kept as JSON text", excerpt(&key));
                sink.warning(place, text);
            }
            json.to_string().into()
        });
        properties.push((key, value));
    }

    /// All of `members` as properties.
    pub fn all(&mut self, members: Members, place: Place, sink: &mut dyn RecordSink) -> Properties {
        let mut properties = Properties::new();
        for (key, json) in members.0 {
            self.add(&mut properties, key, json, place, sink);
        }
        properties
    }

    /// The id in `json`, which is the member `member`.
    ///
    /// # Errors
    /// `FormatError: InvalidContent` where it is null or an object.
    pub fn id(&self, member: &str, json: &Json, place: Place) -> Result<ExternalId> {
        let id = id_value(json).ok_or_else(|| {
            let json = excerpt(&json.to_string());
            let message = format!("the member {member:?} is {json}, which cannot be an id");
            self.source
                .error(ErrorDetail::InvalidContent, place, message)
        })?;
        Ok(ExternalId::in_space(None, id))
    }

    /// Takes the member called `member`, which must be there, out of `members` as an id.
    ///
    /// # Errors
    /// `FormatError: InvalidContent`.
    pub fn take_id(&self, member: &str, members: &mut Members, place: Place) -> Result<ExternalId> {
        match members.take(member) {
            Some(json) => self.id(member, &json, place),
            None => {
                let message = format!("the member {member:?} is missing");
                Err(self
                    .source
                    .error(ErrorDetail::InvalidContent, place, message))
            }
        }
    }
}

/// An id may be any scalar, or a list of ids: NetworkX has tuples as nodes.
fn id_value(json: &Json) -> Option<Value> {
    match json {
        Json::Null | Json::Object(_) => None,
        Json::Array(elements) => {
            let elements: Option<Vec<_>> = elements.iter().map(id_value).collect();
            elements.map(Value::list)
        }
        scalar => from_json(scalar.clone()).ok(),
    }
}

/// The value of `json` where a graph can hold it, with integers among floats as floats; else `json`
/// again.
fn lenient_value(json: Json) -> Result<Value, Json> {
    let value = match from_json(json.clone()) {
        Ok(value) => value,
        Err(_) => return Err(json),
    };
    let Value::List(values) = &value else {
        return Ok(value);
    };
    let mut types = values.iter().map(Value::value_type);
    let first = types.next();
    if types.all(|other| Some(other) == first) {
        return Ok(value);
    }
    let floats: Option<Vec<Value>> = values
        .iter()
        .map(|value| match value {
            Value::Integer(integer) => Some(Value::Float(*integer as f64)),
            Value::Float(float) => Some(Value::Float(*float)),
            _ => None,
        })
        .collect();
    floats.map(Value::list).ok_or(json)
}
