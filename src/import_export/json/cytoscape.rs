//! JSON of Cytoscape (`.cyjs`) and Cytoscape.js: `elements` are the lists `nodes` and `edges`, or one
//! list of both, whose elements have their attributes in `data`. The elements may stand alone, and
//! NetworkX has a dialect of its own, where ends are told by `value`.
//!
//! * The `id` of a node is its property `id` too. Ids are texts: 1 and "1" are one.
//! * Labels are in `labels`; the type of a relationship is its `interaction`.
//! * The position of a node becomes the properties `x` and `y`, its style classes `classes`; what
//!   else is outside of `data` is the state of a screen and not kept.
//!
//! Writing follows NetworkX, which other readers understand: where every node has an own `id`
//! property these are the ids, else they are numbers and the attribute `node_ids` of the graph says
//! so. Properties whose names are taken stand in `properties`.

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
pub struct Cytoscape;

/// Members of a node's data that are not properties.
const NODE_MEMBERS: &[&str] = &["id", "value", "labels"];
/// Members of a relationship's data that are not properties.
const EDGE_MEMBERS: &[&str] = &["id", "source", "target", "interaction", "key"];

/// Whether the first bytes are those of a network or of elements.
pub(in crate::import_export) fn recognises(bytes: &[u8]) -> bool {
    Dialect::of(bytes) == Some(Dialect::Cytoscape)
}

impl ReadFormat for Cytoscape {
    fn read(
        &self,
        source: &Source<'_>,
        options: &ImportOptions,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let mut document = CytoscapeDocument {
            records: Records::new(source, options, sink),
            is_networkx: false,
            directed: None,
            generated_ids: false,
        };
        read_document(source, &mut document)
    }
}

struct CytoscapeDocument<'a> {
    records: Records<'a>,
    /// Whether the ends of relationships are the `value` of nodes.
    is_networkx: bool,
    directed: Option<bool>,
    generated_ids: bool,
}

impl Document for CytoscapeDocument<'_> {
    const MAY_BE_A_LIST: bool = true;

    fn member<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        value: Member<'_, A>,
    ) -> Result<(), A::Error> {
        match name {
            "elements" => value.within(self),
            "nodes" => value.each("nodes", |node, place| self.node(node, place)),
            "edges" => value.each("edges", |edge, place| self.edge(edge, place)),
            "directed" => value.check(|directed| {
                self.directed = Some(directed);
                Ok(())
            }),
            "multigraph" => {
                self.is_networkx = true;
                value.skip()
            }
            "data" => {
                let attributes = value.read()?;
                self.graph_attributes(&attributes);
                Ok(())
            }
            "format_version" | "generated_by" | "target_cytoscapejs_version" => value.skip(),
            _ => {
                self.records.not_kept(name);
                value.skip()
            }
        }
    }

    fn element(&mut self, element: Members, place: Place) -> Result<()> {
        let data = element.get("data");
        let has_source = data.is_some_and(|data| data.get("source").is_some());
        match element.get("group").and_then(Json::as_str) {
            Some("nodes") => self.node(element, place),
            Some("edges") => self.edge(element, place),
            _ if has_source => self.edge(element, place),
            _ => self.node(element, place),
        }
    }
}

impl CytoscapeDocument<'_> {
    fn graph_attributes(&mut self, attributes: &Json) {
        let members = attributes.as_object().into_iter().flatten();
        // NetworkX has a list of pairs.
        let pairs = attributes.as_array().into_iter().flatten();
        let pairs = pairs.filter_map(|pair| match pair.as_array()?.as_slice() {
            [Json::String(key), value] => Some((key, value)),
            _ => None,
        });
        for (key, value) in members.chain(pairs) {
            if (key.as_str(), value.as_str()) == (GENERATED_IDS.0, Some(GENERATED_IDS.1)) {
                self.generated_ids = true;
            } else {
                let text = format!("the attribute {} of the graph is not kept", excerpt(key));
                self.records.warn(Place::File, text);
            }
        }
    }

    fn node(&mut self, mut element: Members, place: Place) -> Result<()> {
        let mut data = self.data(&mut element, place)?;
        let mut id = data.take("id");
        if self.is_networkx
            && let Some(value) = data.take("value")
        {
            id = Some(value);
        }
        let mut properties = Properties::new();
        let external = id.as_ref().map(|id| self.id("id", id, place)).transpose()?;
        if let (Some(id), false) = (id, self.generated_ids) {
            self.records.add(&mut properties, "id".into(), id, place);
        }
        let labels = take_labels("labels", &mut data).unwrap_or_default();
        self.add_appearance(&mut data, element);
        self.records.add_all(&mut properties, data, place);
        self.records.node(external, labels, properties, place)
    }

    fn edge(&mut self, mut element: Members, place: Place) -> Result<()> {
        let mut data = self.data(&mut element, place)?;
        let mut end = |member: &str| match data.take(member) {
            Some(json) => self.id(member, &json, place),
            None => {
                let message = format!("the member {member:?} is missing");
                Err(self.records.broken(place, message))
            }
        };
        let ends = [end("source")?, end("target")?];
        let interaction = data.take_text("interaction");
        if self.is_networkx && data.get("key").is_some_and(Json::is_u64) {
            data.take("key");
        }
        self.add_appearance(&mut data, element);
        let properties = self.records.properties(data, place);
        self.records
            .relationship(interaction, ends, properties, self.directed, place)
    }

    fn data(&self, element: &mut Members, place: Place) -> Result<Members> {
        let data = self.records.take("data", element, place)?;
        data.ok_or_else(|| self.records.broken(place, "the member \"data\" is missing"))
    }

    /// Puts what an element is seen by among its attributes, where they have no such name.
    fn add_appearance(&self, data: &mut Members, mut element: Members) {
        let mut appearance: Vec<(&str, Json)> = Vec::new();
        if let Some(Json::Object(mut position)) = element.take("position") {
            let axes = ["x", "y"].into_iter();
            appearance.extend(axes.filter_map(|axis| Some((axis, position.remove(axis)?))));
        }
        if let Some(classes) = element.take("classes")
            && classes.as_str() != Some("")
        {
            appearance.push(("classes", classes));
        }
        for (name, json) in appearance {
            if data.get(name).is_none() {
                data.0.push((name.into(), json));
            }
        }
    }

    fn id(&self, member: &str, json: &Json, place: Place) -> Result<ExternalId> {
        let id = self.records.id(member, json, place)?;
        Ok(match id.id {
            Value::String(_) => id,
            number => number.to_string().into(),
        })
    }
}

impl WriteFormat for Cytoscape {
    fn write(
        &self,
        graph: &dyn RecordSource,
        output: &mut Output<'_>,
        context: &Context,
    ) -> Result<()> {
        let ids = Ids::of(graph, context)?;
        let attributes = if ids.are_generated() {
            json!([[GENERATED_IDS.0, GENERATED_IDS.1]])
        } else {
            json!([])
        };
        let mut file = output.only_file()?;
        writeln!(
            file,
            "{{\"data\":{attributes},\"directed\":true,\"multigraph\":true,\"elements\":{{"
        )?;
        write!(file, "\"nodes\":[")?;
        write_lines(&mut file, graph.nodes(), |mut node| {
            ids.take_from(&mut node.properties);
            let id = node.id.unwrap_or_else(|| Value::Null.into());
            let mut data = members([
                ("id", json!(ids.text_of_node(&id))),
                ("value", ids.of_node(&id)),
                ("labels", json!(node.labels)),
            ]);
            insert_properties(&mut data, &node.properties, NODE_MEMBERS);
            json!({ "data": data })
        })?;
        write!(file, "],\n\"edges\":[")?;
        // NetworkX tells parallel relationships apart by their keys.
        let mut key = 0_u64;
        write_lines(&mut file, graph.relationships(), |relationship| {
            let mut data = members([
                ("source", ids.of_node(&relationship.start)),
                ("target", ids.of_node(&relationship.end)),
                ("interaction", json!(relationship.relationship_type)),
                ("key", json!(key)),
            ]);
            key += 1;
            insert_properties(&mut data, &relationship.properties, EDGE_MEMBERS);
            json!({ "data": data })
        })?;
        writeln!(file, "]}}}}")?;
        file.finish()
    }
}
