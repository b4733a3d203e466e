//! Node-link JSON, the form of NetworkX and D3: `nodes` with an `id` and attributes, `links` or
//! `edges` with `source`, `target` and attributes.
//!
//! Files of this form have no fixed words for labels and types, so reading decides:
//!
//! * Labels are in `labels` (a list or one string), else in `type` where it is a string; `label`
//!   is nearly always a caption and stays a property.
//! * The type of a relationship is the first string among `type`, `label`, `relation`,
//!   `relationship` and `key`, else `RELATED_TO`.
//! * The `id` of a node is its property `id` too, since other tools have no other name for a
//!   node; nodes without one (older D3) are known by their place.
//! * Null is no property. An attribute that a graph cannot hold is kept as JSON text, with a
//!   warning. A member `properties` that is an object holds properties.
//!
//! Writing gives `labels` to every node and `type` to every relationship. Where every node has
//! an own `id` property these are the ids, else they are numbers and the graph attribute
//! `node_ids` says so, so that reading makes no property of them. Properties whose names are taken
//! stand in `properties`.

use std::sync::Arc;

use hashbrown::{HashMap, HashSet};
use serde::de::MapAccess;
use serde_json::{Map as JsonMap, Value as Json, json};

use crate::context::Context;
use crate::error::{Error, ErrorDetail, Result};
use crate::import_export::format::{ReadFormat, WriteFormat};
use crate::import_export::json_properties::PropertyReader;
use crate::import_export::json_stream::{Document, Member, Members, read_object, write_lines};
use crate::import_export::json_value::to_json;
use crate::import_export::options::{DEFAULT_TYPE, ImportOptions};
use crate::import_export::output::Output;
use crate::import_export::record::{
    ExternalId, NodeRecord, Place, Properties, RecordSink, RecordSource, RelationshipRecord,
    excerpt,
};
use crate::import_export::source::Source;
use crate::import_export::{apoc_json, graphology_json, mcp_memory};
use crate::value::Value;

/// The format; see the module.
#[derive(Debug)]
pub struct NodeLink;

/// The graph attribute, with its value, that says that ids are numbers without a meaning.
const GENERATED_IDS: (&str, &str) = ("node_ids", "generated");
/// Members of a node that are not properties.
const NODE_MEMBERS: &[&str] = &["id", "labels", "properties"];
/// Members of a relationship that are not properties; NetworkX numbers parallel ones by `key`.
const LINK_MEMBERS: &[&str] = &["source", "target", "type", "key", "properties"];

/// Whether the first bytes are those of a node-link document.
pub(super) fn recognises(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let members = ["\"nodes\"", "\"links\"", "\"edges\"", "\"multigraph\""];
    text.trim_start().starts_with('{')
        && members.iter().any(|member| text.contains(member))
        && !text.contains("\"rihla-graph\"")
        && !graphology_json::recognises(bytes)
        && !apoc_json::recognises(bytes)
        && !mcp_memory::recognises(bytes)
}

impl ReadFormat for NodeLink {
    fn read(
        &self,
        source: &Source<'_>,
        options: &ImportOptions,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let mut document = NodeLinkDocument {
            source,
            options,
            sink,
            directed: None,
            multigraph: false,
            generated_ids: false,
            reader: PropertyReader::new(source),
        };
        read_object(source, &mut document)
    }
}

struct NodeLinkDocument<'a> {
    source: &'a Source<'a>,
    options: &'a ImportOptions,
    sink: &'a mut dyn RecordSink,
    directed: Option<bool>,
    multigraph: bool,
    generated_ids: bool,
    reader: PropertyReader<'a>,
}

impl Document for NodeLinkDocument<'_> {
    fn member<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        value: Member<'_, A>,
    ) -> Result<(), A::Error> {
        match name {
            "directed" => self.directed = Some(value.read()?),
            "multigraph" => self.multigraph = value.read()?,
            "graph" => {
                let attributes = value.read()?;
                self.graph_attributes(&attributes);
            }
            "nodes" => value.each("nodes", |node, place| self.node(node, place))?,
            "links" => value.each("links", |link, place| self.link(link, place))?,
            "edges" => value.each("edges", |link, place| self.link(link, place))?,
            _ => {
                let text = format!("the member {} is not kept", excerpt(name));
                self.sink.warning(Place::File, text);
                value.skip()?;
            }
        }
        Ok(())
    }
}

impl NodeLinkDocument<'_> {
    fn graph_attributes(&mut self, attributes: &Json) {
        let Json::Object(attributes) = attributes else {
            return;
        };
        let (name, generated) = GENERATED_IDS;
        for (key, value) in attributes {
            if key == name && value == generated {
                self.generated_ids = true;
            } else {
                let text = format!("the attribute {} of the graph is not kept", excerpt(key));
                self.sink.warning(Place::File, text);
            }
        }
    }

    fn node(&mut self, mut members: Members, place: Place) -> Result<()> {
        let mut properties = Properties::new();
        let id = match (members.take("id"), place) {
            (Some(json), _) => {
                let id = self.reader.id("id", &json, place)?;
                if !self.generated_ids {
                    let key = "id".into();
                    self.reader
                        .add(&mut properties, key, json, place, self.sink);
                }
                id
            }
            (None, Place::Element(_, index)) => (index as i64).into(),
            (None, _) => return Err(self.content_error(place, "the node has no id".to_owned())),
        };
        let labels = take_labels(&mut members);
        self.add_properties(&mut properties, members, place);
        let node = NodeRecord {
            id: Some(id),
            labels: labels.into_iter().map(Into::into).collect(),
            properties,
        };
        self.sink.node(node, place)
    }

    fn link(&mut self, mut members: Members, place: Place) -> Result<()> {
        let start = self.reader.take_id("source", &mut members, place)?;
        let end = self.reader.take_id("target", &mut members, place)?;
        let names = ["type", "label", "relation", "relationship", "key"];
        let named = names.iter().find(|name| {
            let value = members.get(name).and_then(Json::as_str);
            value.is_some_and(|text| !text.is_empty())
        });
        let relationship_type = match named.and_then(|name| members.take(name)) {
            Some(Json::String(name)) => name.into(),
            _ => match &self.options.relationship_type {
                Some(name) => name.clone(),
                None => DEFAULT_TYPE.into(),
            },
        };
        if self.multigraph && members.get("key").is_some_and(Json::is_u64) {
            members.take("key");
        }
        let mut properties = Properties::new();
        self.add_properties(&mut properties, members, place);
        let relationship = RelationshipRecord {
            relationship_type,
            start,
            end,
            properties,
            directed: self.directed,
        };
        self.sink.relationship(relationship, place)
    }

    /// Adds all members as properties, and those of the member `properties` where they are new.
    fn add_properties(&mut self, properties: &mut Properties, members: Members, place: Place) {
        let mut inner = JsonMap::new();
        for (key, json) in members.0 {
            match json {
                Json::Object(members) if key.as_ref() == "properties" && !is_tagged(&members) => {
                    inner = members;
                }
                json => self.reader.add(properties, key, json, place, self.sink),
            }
        }
        if inner.is_empty() {
            return;
        }
        let known: HashSet<Arc<str>> = properties.iter().map(|(key, _)| key.clone()).collect();
        for (key, json) in inner {
            if known.contains(key.as_str()) {
                let text = format!("a second value of {} is not kept", excerpt(&key));
                self.sink.warning(place, text);
            } else {
                let key = key.into();
                self.reader.add(properties, key, json, place, self.sink);
            }
        }
    }

    fn content_error(&self, place: Place, message: String) -> Error {
        self.source
            .error(ErrorDetail::InvalidContent, place, message)
    }
}

/// Takes the labels of a node out of its members.
fn take_labels(members: &mut Members) -> Vec<String> {
    match members.get("labels") {
        Some(Json::String(label)) => {
            let labels = vec![label.clone()];
            members.take("labels");
            labels
        }
        Some(Json::Array(labels)) if labels.iter().all(Json::is_string) => {
            let labels = labels.iter().filter_map(Json::as_str);
            let labels = labels.map(str::to_owned).collect();
            members.take("labels");
            labels
        }
        Some(_) => Vec::new(),
        None => match members.get("type") {
            Some(Json::String(label)) if !label.is_empty() => {
                let labels = vec![label.clone()];
                members.take("type");
                labels
            }
            _ => Vec::new(),
        },
    }
}

fn is_tagged(members: &JsonMap<String, Json>) -> bool {
    members.len() == 1 && members.keys().all(|key| key.starts_with('$'))
}

impl WriteFormat for NodeLink {
    fn write(
        &self,
        graph: &dyn RecordSource,
        output: &mut Output<'_>,
        context: &Context,
    ) -> Result<()> {
        let ids = own_ids(graph, context)?;
        let attributes = match ids {
            Some(_) => json!({}),
            None => json!({ GENERATED_IDS.0: GENERATED_IDS.1 }),
        };
        let id_of = |id: &ExternalId| match &ids {
            Some(ids) => ids.get(id).map_or(Json::Null, to_json),
            None => to_json(&id.id),
        };
        let mut file = output.only_file()?;
        writeln!(
            file,
            "{{\"directed\":true,\"multigraph\":true,\"graph\":{attributes},"
        )?;
        write!(file, "\"nodes\":[")?;
        write_lines(&mut file, graph.nodes(), |mut node| {
            if ids.is_some() {
                node.properties.retain(|(key, _)| key.as_ref() != "id");
            }
            let mut members = JsonMap::new();
            members.insert("id".to_owned(), node.id.as_ref().map_or(Json::Null, id_of));
            members.insert("labels".to_owned(), json!(node.labels));
            insert_properties(&mut members, &node.properties, NODE_MEMBERS);
            Ok(Json::Object(members))
        })?;
        write!(file, "],\n\"edges\":[")?;
        write_lines(&mut file, graph.relationships(), |relationship| {
            let mut members = JsonMap::new();
            members.insert("source".to_owned(), id_of(&relationship.start));
            members.insert("target".to_owned(), id_of(&relationship.end));
            members.insert("type".to_owned(), json!(relationship.relationship_type));
            insert_properties(&mut members, &relationship.properties, LINK_MEMBERS);
            Ok(Json::Object(members))
        })?;
        writeln!(file, "]}}")?;
        file.finish()
    }
}

fn insert_properties(members: &mut JsonMap<String, Json>, properties: &Properties, taken: &[&str]) {
    let mut displaced = JsonMap::new();
    for (key, value) in properties {
        let place = if taken.contains(&key.as_ref()) {
            &mut displaced
        } else {
            &mut *members
        };
        place.insert(key.to_string(), to_json(value));
    }
    if !displaced.is_empty() {
        members.insert("properties".to_owned(), Json::Object(displaced));
    }
}

/// The `id` properties of the nodes by the ids of the records, if every node has one, all differ,
/// and all are strings or integers.
fn own_ids(
    graph: &dyn RecordSource,
    context: &Context,
) -> Result<Option<HashMap<ExternalId, Value>>> {
    let mut memory = context.reservation();
    let mut ids = HashMap::new();
    let mut seen = HashSet::new();
    for node in graph.nodes() {
        let node = node?;
        let own = node.properties.iter().find(|(key, _)| key.as_ref() == "id");
        match (node.id, own) {
            (Some(record), Some((_, id @ (Value::String(_) | Value::Integer(_))))) => {
                memory.grow(size_of::<(ExternalId, Value)>() * 4 + id.heap_size())?;
                if !seen.insert(id.clone()) {
                    return Ok(None);
                }
                ids.insert(record, id.clone());
            }
            _ => return Ok(None),
        }
    }
    Ok(Some(ids))
}
