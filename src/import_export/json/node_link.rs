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
//! * The ends of a relationship may be called `from` and `to` (vis.js), be whole nodes (D3 after a
//!   simulation), or places in the list of nodes where no id is a number (NetworkX 1). Lists of
//!   neighbours, `adjacency`, stand for relationships, too.
//! * A node that only a relationship names is there.
//! * Null is no property. An attribute that a graph cannot hold is kept as JSON text, with a
//!   warning. A member `properties` that is an object holds properties.
//!
//! Writing gives `labels` to every node and `type` to every relationship. Where every node has
//! an own `id` property these are the ids, else they are numbers and the graph attribute
//! `node_ids` says so, so that reading makes no property of them. Properties whose names are taken
//! stand in `properties`.

use hashbrown::HashSet;
use serde::de::MapAccess;
use serde_json::{Value as Json, json};

use crate::context::Context;
use crate::error::Result;
use crate::import_export::format::{ReadFormat, WriteFormat};
use crate::import_export::json::dialect::Dialect;
use crate::import_export::json::records::{Records, take_labels};
use crate::import_export::json::stream::{Document, Member, Members, read_document};
use crate::import_export::json::write::{
    GENERATED_IDS, Ids, insert_properties, members, write_lines,
};
use crate::import_export::options::ImportOptions;
use crate::import_export::output::Output;
use crate::import_export::record::{
    ExternalId, Place, Properties, RecordSink, RecordSource, excerpt,
};
use crate::import_export::source::Source;
use crate::value::Value;

/// The format; see the module.
#[derive(Debug)]
pub struct NodeLink {
    /// What the list of relationships is called when it is written.
    links: &'static str,
}

/// As NetworkX writes it.
pub static NODE_LINK: NodeLink = NodeLink { links: "edges" };
/// As D3 wants it.
pub static D3: NodeLink = NodeLink { links: "links" };

/// Members of a node that are not properties.
const NODE_MEMBERS: &[&str] = &["id", "labels"];
/// Members of a relationship that are not properties; NetworkX numbers parallel ones by `key`.
const LINK_MEMBERS: &[&str] = &["source", "target", "type", "key"];

/// Whether the first bytes are those of a node-link document.
pub(in crate::import_export) fn recognises(bytes: &[u8]) -> bool {
    Dialect::of(bytes) == Some(Dialect::NodeLink)
}

impl ReadFormat for NodeLink {
    fn read(
        &self,
        source: &Source<'_>,
        options: &ImportOptions,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let mut document = NodeLinkDocument {
            records: Records::new(source, options, sink),
            directed: None,
            multigraph: false,
            generated_ids: false,
            ids: Vec::new(),
            has_numbers: false,
            listed: HashSet::new(),
        };
        read_document(source, &mut document)
    }

    fn implies_nodes(&self) -> bool {
        true
    }
}

struct NodeLinkDocument<'a> {
    records: Records<'a>,
    directed: Option<bool>,
    multigraph: bool,
    generated_ids: bool,
    /// The ids of the nodes by their places.
    ids: Vec<ExternalId>,
    /// Whether an id is a number.
    has_numbers: bool,
    /// The nodes whose neighbours were listed.
    listed: HashSet<ExternalId>,
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
            "adjacency" => value.each("adjacency", |neighbours, place| {
                self.neighbours(neighbours, place)
            })?,
            _ => {
                self.records.not_kept(name);
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
                self.records.warn(Place::File, text);
            }
        }
    }

    fn node(&mut self, mut members: Members, place: Place) -> Result<()> {
        let mut properties = Properties::new();
        let id = match (members.take("id"), place) {
            (Some(json), _) => {
                let id = self.records.id("id", &json, place)?;
                if !self.generated_ids {
                    self.records.add(&mut properties, "id".into(), json, place);
                }
                id
            }
            (None, Place::Element(_, index)) => (index as i64).into(),
            (None, _) => return Err(self.records.broken(place, "the node has no id")),
        };
        self.has_numbers |= !matches!(id.id, Value::String(_));
        let size = 2 * size_of::<ExternalId>() + id.id.heap_size();
        self.records.reserve(size)?;
        self.ids.push(id.clone());
        let labels = match members.get("labels") {
            Some(_) => take_labels("labels", &mut members).unwrap_or_default(),
            None => members.take_text("type").into_iter().collect(),
        };
        self.records.add_all(&mut properties, members, place);
        self.records.node(Some(id), labels, properties, place)
    }

    fn link(&mut self, mut members: Members, place: Place) -> Result<()> {
        let start = self.end(["source", "from"], &mut members, place)?;
        let end = self.end(["target", "to"], &mut members, place)?;
        let names = ["type", "label", "relation", "relationship", "key"];
        let relationship_type = names.iter().find_map(|name| members.take_text(name));
        if self.multigraph && members.get("key").is_some_and(Json::is_u64) {
            members.take("key");
        }
        let properties = self.records.properties(members, place);
        let ends = [start, end];
        self.records
            .relationship(relationship_type, ends, properties, self.directed, place)
    }

    /// An end of a relationship, which is called by one of two names.
    fn end(&self, names: [&str; 2], members: &mut Members, place: Place) -> Result<ExternalId> {
        let [usual, other] = names;
        let json = members.take(usual).or_else(|| members.take(other));
        let Some(json) = json else {
            return Err(self
                .records
                .broken(place, format!("the member {usual:?} is missing")));
        };
        match &json {
            Json::Object(node) if node.contains_key("id") => {
                self.records.id(usual, &node["id"], place)
            }
            Json::Number(number) if !self.has_numbers => {
                let of_place = number.as_u64().and_then(|number| {
                    let number = usize::try_from(number).ok()?;
                    self.ids.get(number).cloned()
                });
                of_place.map_or_else(|| self.records.id(usual, &json, place), Ok)
            }
            json => self.records.id(usual, json, place),
        }
    }

    /// The neighbours of the node that has the same place among the nodes; without directions they
    /// stand at both.
    fn neighbours(&mut self, neighbours: Vec<Members>, place: Place) -> Result<()> {
        let node = match place {
            Place::Element(_, index) => usize::try_from(index).ok(),
            _ => None,
        };
        let Some(start) = node.and_then(|node| self.ids.get(node).cloned()) else {
            let message = "there is no node of this place before it";
            return Err(self.records.broken(place, message));
        };
        for mut neighbour in neighbours {
            let end = self.records.take_id("id", &mut neighbour, place)?;
            if self.directed == Some(false) && self.listed.contains(&end) {
                continue;
            }
            if self.multigraph && neighbour.get("key").is_some_and(Json::is_u64) {
                neighbour.take("key");
            }
            let properties = self.records.properties(neighbour, place);
            let ends = [start.clone(), end];
            self.records
                .relationship(None, ends, properties, self.directed, place)?;
        }
        self.listed.insert(start);
        Ok(())
    }
}

impl WriteFormat for NodeLink {
    fn write(
        &self,
        graph: &dyn RecordSource,
        output: &mut Output<'_>,
        context: &Context,
    ) -> Result<()> {
        let ids = Ids::of(graph, context)?;
        let attributes = if ids.are_generated() {
            json!({ GENERATED_IDS.0: GENERATED_IDS.1 })
        } else {
            json!({})
        };
        let mut file = output.only_file()?;
        writeln!(
            file,
            "{{\"directed\":true,\"multigraph\":true,\"graph\":{attributes},"
        )?;
        write!(file, "\"nodes\":[")?;
        write_lines(&mut file, graph.nodes(), |mut node| {
            ids.take_from(&mut node.properties);
            let id = node.id.as_ref().map_or(Json::Null, |id| ids.of_node(id));
            let mut members = members([("id", id), ("labels", json!(node.labels))]);
            insert_properties(&mut members, &node.properties, NODE_MEMBERS);
            Json::Object(members)
        })?;
        write!(file, "],\n\"{}\":[", self.links)?;
        write_lines(&mut file, graph.relationships(), |relationship| {
            let mut members = members([
                ("source", ids.of_node(&relationship.start)),
                ("target", ids.of_node(&relationship.end)),
                ("type", json!(relationship.relationship_type)),
            ]);
            insert_properties(&mut members, &relationship.properties, LINK_MEMBERS);
            Json::Object(members)
        })?;
        writeln!(file, "]}}")?;
        file.finish()
    }
}
