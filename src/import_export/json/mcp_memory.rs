//! Graphs of the memory server of the Model Context Protocol: an entity has `name`, `entityType` and
//! `observations`, a relation `from`, `to` and `relationType`. They are lines, or stand in the lists
//! `entities` and `relations`.
//!
//! The name is the id and a property, the type of the entity its label. What else a dialect adds
//! becomes a property. The server does not ask whether what a relation names is there.

use std::sync::Arc;

use serde::de::MapAccess;
use serde_json::Value as Json;

use crate::error::Result;
use crate::import_export::format::ReadFormat;
use crate::import_export::json::dialect::Dialect;
use crate::import_export::json::lines::read_lines_or_document;
use crate::import_export::json::outline::Outline;
use crate::import_export::json::records::Records;
use crate::import_export::json::stream::{Document, Member, Members};
use crate::import_export::options::ImportOptions;
use crate::import_export::record::{Place, RecordSink};
use crate::import_export::source::Source;

/// The format; see the module.
#[derive(Debug)]
pub struct McpMemory;

/// Whether the first bytes are those of an entity or a relation.
pub(in crate::import_export) fn recognises(bytes: &[u8]) -> bool {
    Dialect::of(bytes) == Some(Dialect::McpMemory)
}

impl ReadFormat for McpMemory {
    fn read(
        &self,
        source: &Source<'_>,
        options: &ImportOptions,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let threads = sink.threads();
        let mut document = MemoryDocument(Records::new(source, options, sink));
        let outline = Outline::of_source(source)?;
        let is_lines = !outline.has("entities") && !outline.has("relations");
        read_lines_or_document(source, is_lines, threads, &mut document)
    }

    fn implies_nodes(&self) -> bool {
        true
    }
}

struct MemoryDocument<'a>(Records<'a>);

impl Document for MemoryDocument<'_> {
    fn member<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        value: Member<'_, A>,
    ) -> Result<(), A::Error> {
        match name {
            "entities" => value.each("entities", |entity, place| self.element(entity, place)),
            "relations" => value.each("relations", |relation, place| self.element(relation, place)),
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
        let kind = members.get("type").and_then(|kind| kind.as_str());
        if matches!(kind, Some("entity" | "relation")) {
            members.take("type");
        }
        if let Some(name) = members.take_text("relationType") {
            let start = records.take_id("from", &mut members, place)?;
            let end = records.take_id("to", &mut members, place)?;
            let properties = records.properties(members, place);
            return records.relationship(Some(name), [start, end], properties, Some(true), place);
        }
        let Some(Json::String(label)) = members.take("entityType") else {
            let message = "the text \"entityType\" or \"relationType\" is missing";
            return Err(records.broken(place, message));
        };
        let Some(name) = members.get("name") else {
            return Err(records.broken(place, "the member \"name\" is missing"));
        };
        let id = records.id("name", name, place)?;
        let properties = records.properties(members, place);
        let label = Some(label).filter(|label| !label.is_empty());
        let labels = label.into_iter().map(Arc::from).collect();
        records.node(Some(id), labels, properties, place)
    }
}
