//! JSON Canvas (Obsidian): `nodes` with a place and a `type` (text, file, link, group), and `edges`
//! with `fromNode` and `toNode`.
//!
//! The type of a node becomes its label, the label of an edge the type of the relationship; ids and
//! everything else are properties.
//!
//! Writing makes a card of each node, in rows unless it has a place. Labels and properties stand
//! beside it in `labels` and `properties`, which canvases pass over; reading takes these two where
//! they are there, and nothing of the card.

use std::sync::Arc;

use serde::de::MapAccess;
use serde_json::{Map as JsonMap, Value as Json, json};

use crate::context::Context;
use crate::error::Result;
use crate::import_export::dot::caption;
use crate::import_export::format::{ReadFormat, WriteFormat};
use crate::import_export::json::dialect::Dialect;
use crate::import_export::json::records::{Records, take_labels};
use crate::import_export::json::stream::{Document, Member, Members, read_document};
use crate::import_export::json::write::{members, properties_json, write_lines};
use crate::import_export::options::ImportOptions;
use crate::import_export::output::Output;
use crate::import_export::record::{NodeRecord, Place, Properties, RecordSink, RecordSource};
use crate::import_export::source::Source;
use crate::value::Value;

/// The format; see the module.
#[derive(Debug)]
pub struct Canvas;

/// The kinds of cards, and the text that each must have.
const KINDS: [(&str, &str); 3] = [("text", "text"), ("file", "file"), ("link", "url")];
/// Where a card stands and how large it is, in pixels.
const GEOMETRY: [&str; 4] = ["x", "y", "width", "height"];
/// Cards in a row.
const ROW: i64 = 10;
/// The width and the height of a card, and of the room that it has.
const CARD: (i64, i64) = (240, 80);
const ROOM: (i64, i64) = (300, 160);

/// Whether the first bytes are those of a canvas.
pub(in crate::import_export) fn recognises(bytes: &[u8]) -> bool {
    Dialect::of(bytes) == Some(Dialect::Canvas)
}

impl ReadFormat for Canvas {
    fn read(
        &self,
        source: &Source<'_>,
        options: &ImportOptions,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        // A new canvas of Obsidian is an empty file.
        if source.first_bytes()?.trim_ascii().is_empty() {
            return Ok(());
        }
        read_document(
            source,
            &mut CanvasDocument(Records::new(source, options, sink)),
        )
    }
}

struct CanvasDocument<'a>(Records<'a>);

impl Document for CanvasDocument<'_> {
    fn member<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        value: Member<'_, A>,
    ) -> Result<(), A::Error> {
        match name {
            "nodes" => value.each("nodes", |node, place| self.node(node, place)),
            "edges" => value.each("edges", |edge, place| self.edge(edge, place)),
            _ => {
                self.0.not_kept(name);
                value.skip()
            }
        }
    }
}

impl CanvasDocument<'_> {
    fn node(&mut self, mut members: Members, place: Place) -> Result<()> {
        let records = &mut self.0;
        let id = match members.get("id") {
            Some(id) => records.id("id", id, place)?,
            None => return Err(records.broken(place, "the member \"id\" is missing")),
        };
        if let Some(labels) = take_labels("labels", &mut members) {
            let properties = records.take("properties", &mut members, place)?;
            let properties = records.plain_properties(properties.unwrap_or_default(), place);
            return records.node(Some(id), labels, properties, place);
        }
        let label = members.take_text("type");
        let properties = records.plain_properties(members, place);
        records.node(Some(id), label.into_iter().collect(), properties, place)
    }

    fn edge(&mut self, mut members: Members, place: Place) -> Result<()> {
        let records = &mut self.0;
        let start = records.take_id("fromNode", &mut members, place)?;
        let end = records.take_id("toNode", &mut members, place)?;
        let label = members.take_text("label");
        let own: Option<Members> = records.take("properties", &mut members, place)?;
        let properties = records.plain_properties(own.unwrap_or(members), place);
        records.relationship(label, [start, end], properties, Some(true), place)
    }
}

impl WriteFormat for Canvas {
    fn write(
        &self,
        graph: &dyn RecordSource,
        output: &mut Output<'_>,
        _context: &Context,
    ) -> Result<()> {
        let mut file = output.only_file()?;
        write!(file, "{{\"nodes\":[")?;
        let mut place = 0;
        write_lines(&mut file, graph.nodes(), |node| {
            let card = card(&node, place);
            place += 1;
            Json::Object(card)
        })?;
        write!(file, "],\n\"edges\":[")?;
        let mut number = 0_u64;
        write_lines(&mut file, graph.relationships(), |relationship| {
            number += 1;
            json!({
                "id": format!("edge {number}"),
                "fromNode": relationship.start.id.to_string(),
                "toNode": relationship.end.id.to_string(),
                "label": relationship.relationship_type,
                "properties": properties_json(&relationship.properties),
            })
        })?;
        writeln!(file, "]}}")?;
        file.finish()
    }
}

/// The card of a node, which is the `place`-th.
fn card(node: &NodeRecord, place: i64) -> JsonMap<String, Json> {
    let (kind, member, text) = content(node);
    let id = node.id.as_ref().map(|id| id.id.to_string());
    let mut card = members([
        ("id", json!(id)),
        ("type", json!(kind)),
        (member, json!(text)),
    ]);
    let usual = [place % ROW * ROOM.0, place / ROW * ROOM.1, CARD.0, CARD.1];
    for (name, usual) in GEOMETRY.into_iter().zip(usual) {
        let own = match property(&node.properties, name) {
            Some(Value::Integer(own)) => Some(*own),
            _ => None,
        };
        card.insert(name.to_owned(), json!(own.unwrap_or(usual)));
    }
    card.insert("labels".to_owned(), json!(node.labels));
    card.insert("properties".to_owned(), properties_json(&node.properties));
    card
}

/// What a card shows: its kind, the member that says it, and the text.
fn content(node: &NodeRecord) -> (&'static str, &'static str, Arc<str>) {
    if let [label] = node.labels.as_slice()
        && let Some((kind, member)) = KINDS.iter().find(|(kind, _)| *kind == label.as_ref())
        && let Some(Value::String(text)) = property(&node.properties, member)
    {
        return (kind, member, text.as_ref().into());
    }
    ("text", "text", caption(node).into())
}

fn property<'p>(properties: &'p Properties, name: &str) -> Option<&'p Value> {
    let found = properties.iter().find(|(key, _)| key.as_ref() == name);
    found.map(|(_, value)| value)
}
