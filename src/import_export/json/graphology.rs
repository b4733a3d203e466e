//! Graphology's serialised graphs: `nodes` with `key` and `attributes`, `edges` with `source`,
//! `target`, `attributes` and `undirected`.
//!
//! The key of a node or an edge is its property `key` too, unless an attribute has that name.
//! Relationships have no type there and get the one of the options.

use serde::Deserialize;
use serde::de::MapAccess;
use serde_json::Value as Json;

use crate::error::Result;
use crate::import_export::format::ReadFormat;
use crate::import_export::json::dialect::Dialect;
use crate::import_export::json::records::Records;
use crate::import_export::json::stream::{Document, Member, Members, read_document};
use crate::import_export::options::ImportOptions;
use crate::import_export::record::{Place, Properties, RecordSink};
use crate::import_export::source::Source;

/// The format; see the module.
#[derive(Debug)]
pub struct GraphologyJson;

/// Whether the first bytes are those of a serialised graph.
pub(in crate::import_export) fn recognises(bytes: &[u8]) -> bool {
    Dialect::of(bytes) == Some(Dialect::Graphology)
}

#[derive(Deserialize)]
struct NodeElement {
    key: Json,
    #[serde(default)]
    attributes: Option<Members>,
}

#[derive(Deserialize)]
struct EdgeElement {
    #[serde(default)]
    key: Json,
    source: Json,
    target: Json,
    #[serde(default)]
    attributes: Option<Members>,
    undirected: Option<bool>,
}

/// How the library keeps the graph.
#[derive(Deserialize)]
struct Options {
    #[serde(rename = "type", default)]
    graph_type: String,
}

impl ReadFormat for GraphologyJson {
    fn read(
        &self,
        source: &Source<'_>,
        options: &ImportOptions,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let mut document = GraphologyDocument {
            records: Records::new(source, options, sink),
            undirected: false,
        };
        read_document(source, &mut document)
    }
}

struct GraphologyDocument<'a> {
    records: Records<'a>,
    /// Whether edges that do not say it have no direction.
    undirected: bool,
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
            "options" => value.check(|options: Options| {
                self.undirected = options.graph_type == "undirected";
                Ok(())
            }),
            _ => {
                self.records.not_kept(name);
                value.skip()
            }
        }
    }
}

impl GraphologyDocument<'_> {
    fn node(&mut self, node: NodeElement, place: Place) -> Result<()> {
        let id = self.records.id("key", &node.key, place)?;
        let properties = self.properties(node.key, node.attributes, place);
        self.records.node(Some(id), Vec::new(), properties, place)
    }

    fn edge(&mut self, edge: EdgeElement, place: Place) -> Result<()> {
        let start = self.records.id("source", &edge.source, place)?;
        let end = self.records.id("target", &edge.target, place)?;
        let properties = self.properties(edge.key, edge.attributes, place);
        let directed = !edge.undirected.unwrap_or(self.undirected);
        self.records
            .relationship(None, [start, end], properties, Some(directed), place)
    }

    fn properties(&mut self, key: Json, attributes: Option<Members>, place: Place) -> Properties {
        let mut properties = Properties::new();
        let attributes = attributes.unwrap_or_default();
        if attributes.get("key").is_none() {
            self.records.add(&mut properties, "key".into(), key, place);
        }
        self.records.add_all(&mut properties, attributes, place);
        properties
    }
}
