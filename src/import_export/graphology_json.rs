//! Graphology's serialised graphs: `nodes` with `key` and `attributes`, `edges` with `source`,
//! `target`, `attributes` and `undirected`.
//!
//! The key of a node is its property `key` too, unless an attribute has that name. Relationships
//! have no type there and get the one of the options.

use serde::Deserialize;
use serde::de::MapAccess;
use serde_json::Value as Json;

use crate::error::Result;
use crate::import_export::format::ReadFormat;
use crate::import_export::json_properties::PropertyReader;
use crate::import_export::json_stream::{Document, Member, Members, read_object};
use crate::import_export::options::{DEFAULT_TYPE, ImportOptions};
use crate::import_export::record::{NodeRecord, Place, RecordSink, RelationshipRecord, excerpt};
use crate::import_export::source::Source;

/// The format; see the module.
#[derive(Debug)]
pub struct GraphologyJson;

/// Whether the first bytes are those of a serialised graph.
pub(super) fn recognises(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let members = ["\"nodes\"", "\"key\"", "\"attributes\""];
    text.trim_start().starts_with('{') && members.iter().all(|member| text.contains(member))
}

#[derive(Deserialize)]
struct NodeElement {
    key: Json,
    #[serde(default)]
    attributes: Members,
}

#[derive(Deserialize)]
struct EdgeElement {
    source: Json,
    target: Json,
    #[serde(default)]
    attributes: Members,
    #[serde(default)]
    undirected: bool,
}

impl ReadFormat for GraphologyJson {
    fn read(
        &self,
        source: &Source<'_>,
        options: &ImportOptions,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let mut document = GraphologyDocument {
            options,
            sink,
            reader: PropertyReader::new(source),
        };
        read_object(source, &mut document)
    }
}

struct GraphologyDocument<'a> {
    options: &'a ImportOptions,
    sink: &'a mut dyn RecordSink,
    reader: PropertyReader<'a>,
}

impl Document for GraphologyDocument<'_> {
    fn member<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        value: Member<'_, A>,
    ) -> Result<(), A::Error> {
        match name {
            "nodes" => value.each("nodes", |node, place| self.node(node, place)),
            "edges" => value.each("edges", |edge, place| self.edge(edge, place)),
            // How the library keeps the graph; each edge says itself whether it has a direction.
            "options" => value.skip(),
            _ => {
                let text = format!("the member {} is not kept", excerpt(name));
                self.sink.warning(Place::File, text);
                value.skip()
            }
        }
    }
}

impl GraphologyDocument<'_> {
    fn node(&mut self, node: NodeElement, place: Place) -> Result<()> {
        let id = self.reader.id("key", &node.key, place)?;
        let has_key = node.attributes.get("key").is_some();
        let mut properties = self.reader.all(node.attributes, place, self.sink);
        if !has_key {
            let key = "key".into();
            self.reader
                .add(&mut properties, key, node.key, place, self.sink);
        }
        let node = NodeRecord {
            id: Some(id),
            labels: Vec::new(),
            properties,
        };
        self.sink.node(node, place)
    }

    fn edge(&mut self, edge: EdgeElement, place: Place) -> Result<()> {
        let relationship_type = match &self.options.relationship_type {
            Some(name) => name.clone(),
            None => DEFAULT_TYPE.into(),
        };
        let relationship = RelationshipRecord {
            relationship_type,
            start: self.reader.id("source", &edge.source, place)?,
            end: self.reader.id("target", &edge.target, place)?,
            properties: self.reader.all(edge.attributes, place, self.sink),
            directed: Some(!edge.undirected),
        };
        self.sink.relationship(relationship, place)
    }
}
