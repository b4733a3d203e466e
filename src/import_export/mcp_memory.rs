//! JSON Lines of the memory server of the Model Context Protocol: a line is an entity (`name`,
//! `entityType`, `observations`) or a relation (`from`, `to`, `relationType`).
//!
//! The name is the id and a property, the type of the entity its label. What else a dialect adds
//! becomes a property.

use serde_json::Value as Json;

use crate::error::{ErrorDetail, Result};
use crate::import_export::format::ReadFormat;
use crate::import_export::json_lines::each_line;
use crate::import_export::json_properties::PropertyReader;
use crate::import_export::options::ImportOptions;
use crate::import_export::record::{NodeRecord, RecordSink, RelationshipRecord};
use crate::import_export::source::Source;

/// The format; see the module.
#[derive(Debug)]
pub struct McpMemory;

/// Whether the first bytes are those of an entity or a relation.
pub(super) fn recognises(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let line = text.trim_start().lines().next().unwrap_or_default();
    line.starts_with('{') && (line.contains("\"entityType\"") || line.contains("\"relationType\""))
}

impl ReadFormat for McpMemory {
    fn read(
        &self,
        source: &Source<'_>,
        _options: &ImportOptions,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let mut reader = PropertyReader::new(source);
        each_line(source, |mut members, place| {
            let kind = members.get("type").and_then(Json::as_str);
            if matches!(kind, Some("entity" | "relation")) {
                members.take("type");
            }
            match (members.take("entityType"), members.take("relationType")) {
                (Some(Json::String(label)), None) => {
                    let name = members.get("name").unwrap_or(&Json::Null);
                    let node = NodeRecord {
                        id: Some(reader.id("name", name, place)?),
                        labels: vec![label.into()],
                        properties: reader.all(members, place, sink),
                    };
                    sink.node(node, place)
                }
                (None, Some(Json::String(name))) => {
                    let relationship = RelationshipRecord {
                        relationship_type: name.into(),
                        start: reader.take_id("from", &mut members, place)?,
                        end: reader.take_id("to", &mut members, place)?,
                        properties: reader.all(members, place, sink),
                        directed: Some(true),
                    };
                    sink.relationship(relationship, place)
                }
                _ => {
                    let message = "a line needs the text \"entityType\" or \"relationType\"";
                    Err(source.error(ErrorDetail::InvalidContent, place, message))
                }
            }
        })
    }
}
