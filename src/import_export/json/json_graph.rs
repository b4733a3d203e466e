//! Our own JSON: a graph as it is, with all types of values, one node or relationship a line, so
//! that a version control system shows what changed.
//!
//! ```json
//! {"format":"rihla-graph","version":1,
//! "nodes":[
//! {"id":0,"labels":["City"],"properties":{"name":"Rabat"}}],
//! "relationships":[
//! {"type":"HOSTS","start":0,"end":1,"properties":{"since":{"$date":"1982-05-06"}}}]}
//! ```

use std::sync::Arc;

use serde::Deserialize;
use serde::de::MapAccess;
use serde_json::{Value as Json, json};

use crate::context::Context;
use crate::error::{Error, ErrorDetail, Result};
use crate::import_export::format::{ReadFormat, WriteFormat};
use crate::import_export::json::dialect::Dialect;
use crate::import_export::json::stream::{Document, Member, Members, read_document};
use crate::import_export::json::write::{properties_json, write_lines};
use crate::import_export::json_value::{from_json, to_json};
use crate::import_export::options::ImportOptions;
use crate::import_export::output::Output;
use crate::import_export::record::{
    ExternalId, NodeRecord, Place, Properties, RecordSink, RecordSource, RelationshipRecord,
    excerpt,
};
use crate::import_export::source::Source;

/// The format; see the module.
#[derive(Debug)]
pub struct JsonGraph;

/// The value of the member `format`.
const MARK: &str = "rihla-graph";
/// The newest version that is read, and the one that is written.
const VERSION: u64 = 1;

/// Whether the first bytes are those of a JSON graph.
pub(in crate::import_export) fn recognises(bytes: &[u8]) -> bool {
    Dialect::of(bytes) == Some(Dialect::Rihla)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NodeElement {
    id: Json,
    #[serde(default)]
    labels: Vec<Arc<str>>,
    #[serde(default)]
    properties: Members,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RelationshipElement {
    #[serde(rename = "type")]
    relationship_type: Arc<str>,
    start: Json,
    end: Json,
    #[serde(default)]
    properties: Members,
}

impl ReadFormat for JsonGraph {
    fn read(
        &self,
        source: &Source<'_>,
        _options: &ImportOptions,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let mut document = GraphDocument {
            source,
            sink,
            marked: false,
        };
        read_document(source, &mut document)?;
        if document.marked {
            Ok(())
        } else {
            let message = format!("the member \"format\": \"{MARK}\" is missing");
            let error = source.error(ErrorDetail::InvalidContent, Place::File, message);
            Err(error
                .hint("a graph of another tool has lists of nodes and links; or name its format"))
        }
    }
}

struct GraphDocument<'a> {
    source: &'a Source<'a>,
    sink: &'a mut dyn RecordSink,
    marked: bool,
}

impl Document for GraphDocument<'_> {
    fn member<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        value: Member<'_, A>,
    ) -> Result<(), A::Error> {
        match name {
            "format" => value.check(|format: String| self.check_format(&format)),
            "version" => value.check(|version: u64| self.check_version(version)),
            "nodes" => value.each("nodes", |node, place| self.node(node, place)),
            "relationships" => value.each("relationships", |relationship, place| {
                self.relationship(relationship, place)
            }),
            _ => {
                let text = format!("the member {} is not kept", excerpt(name));
                self.sink.warning(Place::File, text);
                value.skip()
            }
        }
    }
}

impl GraphDocument<'_> {
    fn check_format(&mut self, format: &str) -> Result<()> {
        self.marked = format == MARK;
        if self.marked {
            return Ok(());
        }
        let message = format!("the member \"format\" is {format:?}, not \"{MARK}\"");
        Err(self.content_error(Place::File, message))
    }

    fn check_version(&self, version: u64) -> Result<()> {
        if version == VERSION {
            return Ok(());
        }
        let message = format!("version {version} is not known; this program reads {VERSION}");
        Err(self.content_error(Place::File, message))
    }

    fn node(&mut self, node: NodeElement, place: Place) -> Result<()> {
        let id = self.id("id", node.id, place)?;
        let properties = self.properties(node.properties, place, &|| format!("node {id}"))?;
        let node = NodeRecord {
            id: Some(id),
            labels: node.labels,
            properties,
        };
        self.sink.node(node, place)
    }

    fn relationship(&mut self, element: RelationshipElement, place: Place) -> Result<()> {
        let start = self.id("start", element.start, place)?;
        let end = self.id("end", element.end, place)?;
        let relationship_type = element.relationship_type;
        let properties = self.properties(element.properties, place, &|| {
            format!(
                "relationship {} from {start} to {end}",
                excerpt(&relationship_type)
            )
        })?;
        let relationship = RelationshipRecord {
            relationship_type,
            start,
            end,
            properties,
            directed: None,
        };
        self.sink.relationship(relationship, place)
    }

    fn id(&self, member: &str, json: Json, place: Place) -> Result<ExternalId> {
        match from_json(json) {
            Ok(id @ (crate::Value::String(_) | crate::Value::Integer(_))) => {
                Ok(ExternalId::in_space(None, id))
            }
            _ => {
                let message = format!("the member {member:?} is neither a string nor an integer");
                Err(self.content_error(place, message))
            }
        }
    }

    fn properties(
        &self,
        members: Members,
        place: Place,
        owner: &dyn Fn() -> String,
    ) -> Result<Properties> {
        let members = members.0.into_iter();
        let properties = members.map(|(key, json)| match from_json(json) {
            Ok(value) => Ok((key, value)),
            Err(wrong) => {
                let message = format!("the property {} of {} {wrong}", excerpt(&key), owner());
                Err(self.content_error(place, message))
            }
        });
        properties.collect()
    }

    fn content_error(&self, place: Place, message: String) -> Error {
        self.source
            .error(ErrorDetail::InvalidContent, place, message)
    }
}

impl WriteFormat for JsonGraph {
    fn write(
        &self,
        graph: &dyn RecordSource,
        output: &mut Output<'_>,
        _context: &Context,
    ) -> Result<()> {
        let mut file = output.only_file()?;
        write!(
            file,
            "{{\"format\":\"{MARK}\",\"version\":{VERSION},\n\"nodes\":["
        )?;
        write_lines(&mut file, graph.nodes(), |node| node_json(&node))?;
        write!(file, "],\n\"relationships\":[")?;
        write_lines(&mut file, graph.relationships(), |relationship| {
            relationship_json(&relationship)
        })?;
        writeln!(file, "]}}")?;
        file.finish()
    }
}

fn node_json(node: &NodeRecord) -> Json {
    json!({
        "id": node.id.as_ref().map(|id| to_json(&id.id)),
        "labels": node.labels,
        "properties": properties_json(&node.properties),
    })
}

fn relationship_json(relationship: &RelationshipRecord) -> Json {
    json!({
        "type": relationship.relationship_type,
        "start": to_json(&relationship.start.id),
        "end": to_json(&relationship.end.id),
        "properties": properties_json(&relationship.properties),
    })
}
