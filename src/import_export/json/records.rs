//! Records out of the members of other tools' JSON objects: ids, and properties, of which a graph
//! holds what it can as it is, the rest as JSON text with a warning. Shared by the formats that
//! leave attributes free.

use std::sync::Arc;

use hashbrown::HashSet;
use serde::de::DeserializeOwned;
use serde_json::{Map as JsonMap, Value as Json};

use crate::error::{Error, ErrorDetail, Result};
use crate::import_export::json::stream::Members;
use crate::import_export::json_value::from_json;
use crate::import_export::options::{DEFAULT_TYPE, ImportOptions};
use crate::import_export::record::{
    ExternalId, NodeRecord, Place, Properties, RecordSink, RelationshipRecord, excerpt,
};
use crate::import_export::source::Source;
use crate::value::Value;

/// The member that holds the properties whose names mean something else beside it.
pub(super) const DISPLACED: &str = "properties";

/// Makes the records of one file and hands them on.
pub(super) struct Records<'a> {
    source: &'a Source<'a>,
    options: &'a ImportOptions,
    sink: &'a mut dyn RecordSink,
    /// Keys of which a value was kept as text; one warning each.
    warned: HashSet<Arc<str>>,
    /// The names in the last object: the next one's may be the same.
    last_names: Vec<Arc<str>>,
}

impl<'a> Records<'a> {
    pub fn new(
        source: &'a Source<'a>,
        options: &'a ImportOptions,
        sink: &'a mut dyn RecordSink,
    ) -> Self {
        Records {
            source,
            options,
            sink,
            warned: HashSet::new(),
            last_names: Vec::new(),
        }
    }

    /// Hands a node on.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn node(
        &mut self,
        id: Option<ExternalId>,
        labels: Vec<Arc<str>>,
        properties: Properties,
        place: Place,
    ) -> Result<()> {
        let node = NodeRecord {
            id,
            labels,
            properties,
        };
        self.sink.node(node, place)
    }

    /// Hands a relationship on; without a type it has that of the options.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn relationship(
        &mut self,
        relationship_type: Option<Arc<str>>,
        [start, end]: [ExternalId; 2],
        properties: Properties,
        directed: Option<bool>,
        place: Place,
    ) -> Result<()> {
        let of_options = || self.options.relationship_type.clone();
        let relationship = RelationshipRecord {
            relationship_type: relationship_type
                .or_else(of_options)
                .unwrap_or_else(|| DEFAULT_TYPE.into()),
            start,
            end,
            properties,
            directed,
        };
        self.sink.relationship(relationship, place)
    }

    /// Adds `json` as the property `key`; null is no property.
    pub fn add(&mut self, properties: &mut Properties, key: Arc<str>, json: Json, place: Place) {
        if json.is_null() {
            return;
        }
        let value = lenient_value(json).unwrap_or_else(|json| {
            if self.warned.insert(key.clone()) {
                let text = format!("the property {} is kept as JSON text", excerpt(&key));
                self.sink.warning(place, text);
            }
            json.to_string().into()
        });
        properties.push((key, value));
    }

    /// Adds all of `members` as properties. What a writer of ours had to displace into a member
    /// `properties` comes back from there.
    pub fn add_all(&mut self, properties: &mut Properties, members: Members, place: Place) {
        let mut displaced = JsonMap::new();
        for (key, json) in members.0 {
            match json {
                Json::Object(members) if key.as_ref() == DISPLACED && !is_tagged(&members) => {
                    displaced = members;
                }
                json => self.add(properties, key, json, place),
            }
        }
        if displaced.is_empty() {
            return;
        }
        let known: HashSet<Arc<str>> = properties.iter().map(|(key, _)| key.clone()).collect();
        for (key, json) in displaced {
            if known.contains(key.as_str()) {
                self.warn(
                    place,
                    format!("a second value of {} is not kept", excerpt(&key)),
                );
            } else {
                self.add(properties, key.into(), json, place);
            }
        }
    }

    /// All of `members` as properties, as [`Records::add_all`] has them.
    pub fn properties(&mut self, members: Members, place: Place) -> Properties {
        let mut properties = Properties::new();
        self.add_all(&mut properties, members, place);
        properties
    }

    /// All of `members` as properties, under their own names.
    pub fn plain_properties(&mut self, members: Members, place: Place) -> Properties {
        let mut properties = Properties::new();
        for (key, json) in members.0 {
            self.add(&mut properties, key, json, place);
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
            self.broken(
                place,
                format!("the member {member:?} is {json}, which cannot be an id"),
            )
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
            None => Err(self.broken(place, format!("the member {member:?} is missing"))),
        }
    }

    /// Takes the member called `member` out of `members`, where it is an object.
    ///
    /// # Errors
    /// `FormatError: InvalidContent` where it is something else and not null.
    pub fn take_object(
        &mut self,
        member: &str,
        members: &mut Members,
        place: Place,
    ) -> Result<Option<Members>> {
        let object = match members.get_mut(member) {
            Some(Json::Object(object)) => std::mem::take(object),
            _ => return self.take(member, members, place),
        };
        members.take(member);
        let shared = |(at, (name, json)): (usize, (String, Json))| {
            if self.last_names.get(at).is_none_or(|last| **last != *name) {
                self.last_names.truncate(at);
                self.last_names.push(name.into());
            }
            (self.last_names[at].clone(), json)
        };
        Ok(Some(Members(
            object.into_iter().enumerate().map(shared).collect(),
        )))
    }

    /// Takes the member called `member` out of `members`, where it is there and not null.
    ///
    /// # Errors
    /// `FormatError: InvalidContent` where it is of another form.
    pub fn take<T: DeserializeOwned>(
        &self,
        member: &str,
        members: &mut Members,
        place: Place,
    ) -> Result<Option<T>> {
        let json = members.take(member).unwrap_or_default();
        serde_json::from_value(json).map_err(|error| {
            let message = format!("the member {member:?} is not as expected: {error}");
            self.broken(place, message)
        })
    }

    /// A `FormatError` at `place`.
    pub fn broken(&self, place: Place, message: impl AsRef<str>) -> Error {
        self.source
            .error(ErrorDetail::InvalidContent, place, message)
    }

    /// Takes note of something that the graph will not hold.
    pub fn warn(&mut self, place: Place, text: String) {
        self.sink.warning(place, text);
    }

    /// Takes note of a member of the document that is not kept.
    pub fn not_kept(&mut self, member: &str) {
        let text = format!("the member {} is not kept", excerpt(member));
        self.sink.warning(Place::File, text);
    }

    /// As [`RecordSink::reserve`].
    ///
    /// # Errors
    /// `ResourceError`.
    pub fn reserve(&mut self, bytes: usize) -> Result<()> {
        self.sink.reserve(bytes)
    }
}

/// Whether an object is one of our tagged values: `{"$date": "2007-02-15"}`.
fn is_tagged(members: &JsonMap<String, Json>) -> bool {
    members.len() == 1 && members.keys().all(|key| key.starts_with('$'))
}

/// Takes the labels out of `members`: one text, or a list of texts; anything else stays there.
pub(super) fn take_labels(member: &str, members: &mut Members) -> Option<Vec<Arc<str>>> {
    let labels = match members.get(member)? {
        Json::String(label) => vec![label.as_str().into()],
        Json::Array(labels) => {
            let labels = labels.iter().map(|label| label.as_str().map(Arc::from));
            labels.collect::<Option<_>>()?
        }
        _ => return None,
    };
    members.take(member);
    Some(labels)
}

/// An id may be any scalar, or a list of ids: NetworkX has tuples as nodes.
fn id_value(json: &Json) -> Option<Value> {
    match json {
        Json::Null | Json::Object(_) => None,
        Json::Array(elements) => {
            let elements: Option<Vec<_>> = elements.iter().map(id_value).collect();
            elements.map(Value::list)
        }
        Json::String(text) => Some(text.as_str().into()),
        scalar => from_json(scalar.clone()).ok(),
    }
}

/// The value of `json` where a graph can hold it, with integers among floats as floats; else `json`
/// again.
fn lenient_value(json: Json) -> Result<Value, Json> {
    let value = match json {
        Json::String(text) => return Ok(text.into()),
        ref json => from_json(json.clone()),
    };
    let Ok(value) = value else {
        return Err(json);
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
