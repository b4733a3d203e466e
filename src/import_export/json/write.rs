//! What the writers of JSON share: elements one a line, the ids of nodes, properties among members
//! that mean something else.

use hashbrown::{HashMap, HashSet};
use serde_json::{Map as JsonMap, Value as Json};

use crate::context::Context;
use crate::error::Result;
use crate::import_export::json::records::DISPLACED;
use crate::import_export::json_value::to_json;
use crate::import_export::output::OutputFile;
use crate::import_export::record::{ExternalId, Properties, RecordSource};
use crate::value::Value;

/// The attribute of a graph, with its value, that says that ids are numbers without a meaning.
pub(super) const GENERATED_IDS: (&str, &str) = ("node_ids", "generated");

/// Writes the elements of an array, one a line; the caller writes the brackets.
pub(super) fn write_lines<T>(
    file: &mut OutputFile<'_>,
    elements: impl Iterator<Item = Result<T>>,
    mut to_json: impl FnMut(T) -> Json,
) -> Result<()> {
    for (index, element) in elements.enumerate() {
        let separator = if index == 0 { "\n" } else { ",\n" };
        write!(file, "{separator}{}", to_json(element?))?;
    }
    Ok(())
}

/// The members of an object, in order.
pub(super) fn members<const N: usize>(members: [(&str, Json); N]) -> JsonMap<String, Json> {
    let members = members.into_iter();
    members
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// Adds properties to the members of an element; those whose names are `taken` go into one member.
pub(super) fn insert_properties(
    members: &mut JsonMap<String, Json>,
    properties: &Properties,
    taken: &[&str],
) {
    let mut displaced = JsonMap::new();
    for (key, value) in properties {
        let is_taken = key.as_ref() == DISPLACED || taken.contains(&key.as_ref());
        let place = if is_taken {
            &mut displaced
        } else {
            &mut *members
        };
        place.insert(key.to_string(), to_json(value));
    }
    if !displaced.is_empty() {
        members.insert(DISPLACED.to_owned(), Json::Object(displaced));
    }
}

/// All properties as the members of an object.
pub(super) fn properties_json(properties: &Properties) -> Json {
    let members = properties.iter();
    let members = members.map(|(key, value)| (key.to_string(), to_json(value)));
    Json::Object(members.collect())
}

/// The ids that a written file has for its nodes.
pub(super) struct Ids(Option<HashMap<ExternalId, Value>>);

impl Ids {
    /// The `id` properties of the nodes, if every node has one, all are strings or integers and
    /// differ as texts; else numbers.
    ///
    /// # Errors
    /// Those of the graph; `ResourceError`.
    pub fn of(graph: &dyn RecordSource, context: &Context) -> Result<Ids> {
        let mut memory = context.reservation();
        let mut ids = HashMap::new();
        let mut seen = HashSet::new();
        for node in graph.nodes() {
            let node = node?;
            let own = node.properties.iter().find(|(key, _)| key.as_ref() == "id");
            let (Some(record), Some((_, id @ (Value::String(_) | Value::Integer(_))))) =
                (node.id, own)
            else {
                return Ok(Ids(None));
            };
            memory.grow(size_of::<(ExternalId, Value)>() * 4 + 2 * id.heap_size())?;
            if !seen.insert(text(id)) {
                return Ok(Ids(None));
            }
            ids.insert(record, id.clone());
        }
        Ok(Ids(Some(ids)))
    }

    /// Whether they are numbers without a meaning.
    pub fn are_generated(&self) -> bool {
        self.0.is_none()
    }

    /// The id of a node.
    pub fn of_node(&self, id: &ExternalId) -> Json {
        match &self.0 {
            Some(ids) => ids.get(id).map_or(Json::Null, to_json),
            None => to_json(&id.id),
        }
    }

    /// The id of a node as text, for formats whose ids are.
    pub fn text_of_node(&self, id: &ExternalId) -> String {
        let id = self
            .0
            .as_ref()
            .and_then(|ids| ids.get(id))
            .unwrap_or(&id.id);
        text(id)
    }

    /// Takes the property that the id stands for away from a node that has its id anyway.
    pub fn take_from(&self, properties: &mut Properties) {
        if self.0.is_some() {
            properties.retain(|(key, _)| key.as_ref() != "id");
        }
    }
}

/// An id as text, without the quotes of a literal.
fn text(id: &Value) -> String {
    match id {
        Value::String(text) => text.to_string(),
        id => id.to_string(),
    }
}
