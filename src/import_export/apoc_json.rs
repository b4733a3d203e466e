//! JSON Lines of Neo4j's APOC: a line is a node (`"type": "node"`, `id`, `labels`, `properties`)
//! or a relationship (`"type": "relationship"`, `label`, `start`, `end`, `properties`), the ends
//! being objects with an `id`.
//!
//! Points and other maps are kept as JSON text, with a warning; APOC writes dates as text.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value as Json;

use crate::error::{ErrorDetail, Result};
use crate::import_export::format::ReadFormat;
use crate::import_export::json_lines::each_line;
use crate::import_export::json_properties::PropertyReader;
use crate::import_export::json_stream::Members;
use crate::import_export::options::ImportOptions;
use crate::import_export::record::{ExternalId, NodeRecord, RecordSink, RelationshipRecord};
use crate::import_export::source::Source;

/// The format; see the module.
#[derive(Debug)]
pub struct ApocJson;

/// Whether the first bytes are those of a node or relationship record.
pub(super) fn recognises(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let line = text.trim_start().lines().next().unwrap_or_default();
    let line: String = line.split_whitespace().collect();
    line.starts_with('{')
        && !line.starts_with("{\"nodes\"")
        && ["\"type\":\"node\"", "\"type\":\"relationship\""]
            .iter()
            .any(|mark| line.contains(mark))
}

impl ReadFormat for ApocJson {
    fn read(
        &self,
        source: &Source<'_>,
        _options: &ImportOptions,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let mut reader = PropertyReader::new(source);
        each_line(source, |mut members, place| {
            let broken = |message: &str| source.error(ErrorDetail::InvalidContent, place, message);
            let record_type = members.take("type");
            let properties = take_as::<Members>(&mut members, "properties")
                .map_err(|wrong| broken(&wrong))?
                .unwrap_or_default();
            let properties = reader.all(properties, place, sink);
            match record_type.as_ref().and_then(Json::as_str) {
                Some("node") => {
                    let labels = take_as::<Vec<Arc<str>>>(&mut members, "labels")
                        .map_err(|wrong| broken(&wrong))?;
                    let node = NodeRecord {
                        id: Some(reader.take_id("id", &mut members, place)?),
                        labels: labels.unwrap_or_default(),
                        properties,
                    };
                    sink.node(node, place)
                }
                Some("relationship") => {
                    let label = take_as::<Arc<str>>(&mut members, "label")
                        .map_err(|wrong| broken(&wrong))?;
                    let mut end = |name: &str| -> Result<ExternalId> {
                        let end = take_as::<Members>(&mut members, name)
                            .map_err(|wrong| broken(&wrong))?;
                        let mut end = end.ok_or_else(|| {
                            broken(&format!("the relationship has no member {name:?}"))
                        })?;
                        reader.take_id("id", &mut end, place)
                    };
                    let relationship = RelationshipRecord {
                        start: end("start")?,
                        end: end("end")?,
                        relationship_type: label
                            .ok_or_else(|| broken("the relationship has no member \"label\""))?,
                        properties,
                        directed: Some(true),
                    };
                    sink.relationship(relationship, place)
                }
                _ => Err(broken(
                    "the member \"type\" is neither \"node\" nor \"relationship\"",
                )),
            }
        })
    }
}

/// Takes the member called `name`, where it is there and not null; else what is wrong with it.
fn take_as<T: for<'de> Deserialize<'de>>(
    members: &mut Members,
    name: &str,
) -> Result<Option<T>, String> {
    let json = members.take(name).unwrap_or_default();
    serde_json::from_value(json)
        .map_err(|error| format!("the member {name:?} is not as expected: {error}"))
}
