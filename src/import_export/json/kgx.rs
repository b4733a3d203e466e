//! JSON of KGX, the knowledge graph exchange of the Biolink model: a node has `id` and `category`, an
//! edge `subject`, `predicate` and `object`. They stand in the lists `nodes` and `edges`, or are
//! lines. Categories become labels and predicates types, with their prefix (`biolink:Gene`).
//!
//! A node may stand several times, and one that only an edge names is there, too.

use serde::de::MapAccess;

use crate::error::Result;
use crate::import_export::format::ReadFormat;
use crate::import_export::json::dialect::Dialect;
use crate::import_export::json::lines::read_lines_or_document;
use crate::import_export::json::outline::Outline;
use crate::import_export::json::records::{Records, take_labels};
use crate::import_export::json::stream::{Document, Member, Members};
use crate::import_export::options::ImportOptions;
use crate::import_export::record::{Place, RecordSink};
use crate::import_export::source::Source;

/// The format; see the module.
#[derive(Debug)]
pub struct KgxJson;

/// Whether the first bytes are those of a node or an edge of the Biolink model.
pub(in crate::import_export) fn recognises(bytes: &[u8]) -> bool {
    Dialect::of(bytes) == Some(Dialect::Kgx)
}

impl ReadFormat for KgxJson {
    fn read(
        &self,
        source: &Source<'_>,
        options: &ImportOptions,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let threads = sink.threads();
        let mut document = KgxDocument(Records::new(source, options, sink));
        let outline = Outline::of_source(source)?;
        let is_lines = outline.has("id") || outline.has("subject");
        read_lines_or_document(source, is_lines, threads, &mut document)
    }

    fn implies_nodes(&self) -> bool {
        true
    }

    fn repeats_nodes(&self) -> bool {
        true
    }
}

struct KgxDocument<'a>(Records<'a>);

impl Document for KgxDocument<'_> {
    fn member<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        value: Member<'_, A>,
    ) -> Result<(), A::Error> {
        match name {
            "nodes" => value.each("nodes", |node, place| self.element(node, place)),
            "edges" => value.each("edges", |edge, place| self.element(edge, place)),
            _ => {
                self.0.not_kept(name);
                value.skip()
            }
        }
    }

    fn reserve(&mut self, bytes: usize) -> Result<()> {
        self.0.reserve(bytes)
    }

    fn element(&mut self, mut members: Members, place: Place) -> Result<()> {
        let records = &mut self.0;
        if members.get("subject").is_some() {
            let start = records.take_id("subject", &mut members, place)?;
            let end = records.take_id("object", &mut members, place)?;
            let predicate = members.take_text("predicate");
            let properties = records.properties(members, place);
            return records.relationship(predicate, [start, end], properties, Some(true), place);
        }
        let Some(id) = members.get("id") else {
            return Err(records.broken(place, "the member \"id\" is missing"));
        };
        let id = records.id("id", id, place)?;
        let labels = take_labels("category", &mut members).unwrap_or_default();
        let properties = records.properties(members, place);
        records.node(Some(id), labels, properties, place)
    }
}
