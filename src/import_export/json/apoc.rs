//! JSON of Neo4j's APOC. A record is a node (`"type": "node"`, `id`, `labels`, `properties`) or a
//! relationship (`"type": "relationship"`, `label`, `start`, `end`, `properties`), the ends being
//! objects with an `id`. Records are lines, elements of an array, or stand in `nodes` and `rels`,
//! lists or objects that name each by its id; lines are what is written. The rows of a query have
//! records in members of their own, the same one perhaps in many.
//!
//! Points and other maps are kept as JSON text, with a warning; APOC has dates as text.

use std::sync::Arc;

use hashbrown::HashSet;
use serde::de::MapAccess;
use serde_json::{Value as Json, json};

use crate::context::Context;
use crate::error::Result;
use crate::import_export::abilities::{Abilities, Held};
use crate::import_export::format::{ReadFormat, WriteFormat};
use crate::import_export::json::dialect::Dialect;
use crate::import_export::json::lines::{read_line_records, read_lines_or_document};
use crate::import_export::json::outline::Outline;
use crate::import_export::json::records::Records;
use crate::import_export::json::stream::{Document, Member, Members};
use crate::import_export::json_value::to_json;
use crate::import_export::options::ImportOptions;
use crate::import_export::output::Output;
use crate::import_export::record::{ExternalId, Place, Properties, RecordSink, RecordSource};
use crate::import_export::source::Source;
use crate::import_export::temporal_text;
use crate::value::Value;

/// The format; see the module.
#[derive(Debug)]
pub struct ApocJson;

/// Whether the first bytes are those of a node or relationship record.
pub(in crate::import_export) fn recognises(bytes: &[u8]) -> bool {
    Dialect::of(bytes) == Some(Dialect::Apoc)
}

impl ReadFormat for ApocJson {
    fn read(
        &self,
        source: &Source<'_>,
        options: &ImportOptions,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let outline = Outline::of_source(source)?;
        let is_document = outline.has("nodes") || outline.has("rels") || outline.has("[]");
        let is_row = outline.has("*.type") || outline.has("*.[].type");
        let is_lines = outline.has("type") || outline.has("id") || is_row && !is_document;
        if is_lines && !is_row {
            return read_line_records(source, options, sink, |objects, sink| {
                let mut document = ApocDocument::new(source, options, sink);
                let mut objects = objects.into_iter();
                objects.try_for_each(|(members, place)| document.element(members, place))
            });
        }
        let threads = sink.threads();
        let mut document = ApocDocument::new(source, options, sink);
        read_lines_or_document(source, is_lines, threads, &mut document)
    }

    fn may_leave_out_nodes(&self) -> bool {
        true
    }
}

struct ApocDocument<'a> {
    records: Records<'a>,
    /// The kinds and ids of records that stood in a row.
    seen: HashSet<(bool, Box<str>)>,
}

impl Document for ApocDocument<'_> {
    const MAY_BE_A_LIST: bool = true;

    fn member<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        value: Member<'_, A>,
    ) -> Result<(), A::Error> {
        match name {
            "nodes" => value.each("nodes", |node, place| self.element(node, place)),
            "rels" => value.each("rels", |rel, place| self.element(rel, place)),
            _ => {
                self.records.not_kept(name);
                value.skip()
            }
        }
    }

    fn reserve(&mut self, bytes: usize) -> Result<()> {
        self.records.reserve(bytes)
    }

    fn element(&mut self, mut members: Members, place: Place) -> Result<()> {
        let is_record = |text: &str| matches!(text, "node" | "relationship");
        if !members
            .get("type")
            .and_then(Json::as_str)
            .is_some_and(is_record)
            && members.0.iter().any(|(_, json)| holds_record(json))
        {
            return self.row(members, place);
        }
        let records = &mut self.records;
        let record_type = members.take_text("type");
        let properties = records.take_object("properties", &mut members, place)?;
        let properties = records.plain_properties(properties.unwrap_or_default(), place);
        match record_type.as_deref() {
            Some("node") => {
                let id = records.take_id("id", &mut members, place)?;
                let labels: Option<Vec<Arc<str>>> = records.take("labels", &mut members, place)?;
                records.node(Some(id), labels.unwrap_or_default(), properties, place)
            }
            Some("relationship") => {
                let label = records.take("label", &mut members, place)?;
                let Some(label) = label else {
                    let message = "the relationship has no member \"label\"";
                    return Err(records.broken(place, message));
                };
                let start = end(records, "start", &mut members, place)?;
                let end = end(records, "end", &mut members, place)?;
                records.relationship(Some(label), [start, end], properties, Some(true), place)
            }
            _ => {
                let message = "the member \"type\" is neither \"node\" nor \"relationship\"";
                Err(records.broken(place, message))
            }
        }
    }
}

impl<'a> ApocDocument<'a> {
    fn new(
        source: &'a Source<'a>,
        options: &'a ImportOptions,
        sink: &'a mut dyn RecordSink,
    ) -> Self {
        ApocDocument {
            records: Records::new(source, options, sink),
            seen: HashSet::new(),
        }
    }

    /// The records in a row of a query, each once in all rows.
    fn row(&mut self, row: Members, place: Place) -> Result<()> {
        for (name, json) in row.0 {
            let cells = match json {
                Json::Array(cells) => cells,
                cell => vec![cell],
            };
            for cell in cells {
                if !holds_record(&cell) {
                    self.records.not_kept(&name);
                    continue;
                }
                let is_node = cell.get("type").is_some_and(|kind| kind == "node");
                let id = cell.get("id").map(Json::to_string).unwrap_or_default();
                self.records
                    .reserve(2 * size_of::<(bool, Box<str>)>() + id.len())?;
                if self.seen.insert((is_node, id.into())) {
                    let mut wrapper = Members(vec![(name.clone(), cell)]);
                    let record = self.records.take(&name, &mut wrapper, place)?;
                    self.element(record.unwrap_or_default(), place)?;
                }
            }
        }
        Ok(())
    }
}

/// Whether a value is a record, or a list of them.
fn holds_record(json: &Json) -> bool {
    match json {
        Json::Array(elements) => !elements.is_empty() && elements.iter().all(holds_record),
        Json::Object(members) => {
            let kind = members.get("type").and_then(Json::as_str);
            matches!(kind, Some("node" | "relationship")) && members.contains_key("id")
        }
        _ => false,
    }
}

/// An end of a relationship.
fn end(
    records: &mut Records<'_>,
    name: &str,
    members: &mut Members,
    place: Place,
) -> Result<ExternalId> {
    let end = records.take_object(name, members, place)?;
    let mut end = end
        .ok_or_else(|| records.broken(place, format!("the relationship has no member {name:?}")))?;
    records.take_id("id", &mut end, place)
}

impl WriteFormat for ApocJson {
    fn write(
        &self,
        graph: &dyn RecordSource,
        output: &mut Output<'_>,
        _context: &Context,
    ) -> Result<()> {
        let mut file = output.only_file()?;
        for node in graph.nodes() {
            let node = node?;
            let record = json!({
                "type": "node",
                "id": node.id.map(|id| id.id.to_string()),
                "labels": node.labels,
                "properties": properties_json(&node.properties),
            });
            writeln!(file, "{record}")?;
        }
        for (number, relationship) in graph.relationships().enumerate() {
            let relationship = relationship?;
            let record = json!({
                "id": number.to_string(),
                "type": "relationship",
                "label": relationship.relationship_type,
                "properties": properties_json(&relationship.properties),
                "start": { "id": relationship.start.id.to_string() },
                "end": { "id": relationship.end.id.to_string() },
            });
            writeln!(file, "{record}")?;
        }
        file.finish()
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            node_properties: Held::Where(|_, value| is_json(value)),
            relationship_properties: Held::Where(|_, value| is_json(value)),
            ..Abilities::ALL
        }
    }
}

/// Whether JSON has the value itself.
fn is_json(value: &Value) -> bool {
    match value {
        Value::Boolean(_) | Value::Integer(_) | Value::String(_) => true,
        Value::Float(float) => float.is_finite(),
        Value::List(values) => values.iter().all(is_json),
        _ => false,
    }
}

fn properties_json(properties: &Properties) -> Json {
    let members = properties.iter();
    let members = members.map(|(key, value)| (key.to_string(), plain(value)));
    Json::Object(members.collect())
}

/// What APOC writes: what JSON has no type for is text.
fn plain(value: &Value) -> Json {
    match value {
        Value::List(values) => values.iter().map(plain).collect(),
        value if is_json(value) => to_json(value),
        value => temporal_text::text(value)
            .unwrap_or_else(|| value.to_string())
            .into(),
    }
}
