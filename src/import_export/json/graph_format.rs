//! JSON Graph Format: a `graph`, or several in `graphs`, with `nodes` and `edges`. Version 2 names
//! nodes by the members of an object, version 1 has a list; attributes are in `metadata`.
//!
//! * The id of a node is its property `id` too; `label` and the metadata are properties. The type of
//!   a relationship is its `relation`.
//! * Ids count for their graph only where there are several.
//! * A hyperedge is no relationship: it is left out with a warning.
//!
//! Writing puts labels into the metadata, and says there that ids are numbers without a meaning
//! where not every node has an own `id` property. Properties whose names are taken stand in
//! `properties`.

use std::sync::Arc;

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
pub struct JsonGraphFormat;

/// Members of the metadata of a node that are not properties.
const NODE_MEMBERS: &[&str] = &["id", "labels"];

/// Whether the first bytes are those of a graph or several.
pub(in crate::import_export) fn recognises(bytes: &[u8]) -> bool {
    Dialect::of(bytes) == Some(Dialect::JsonGraphFormat)
}

impl ReadFormat for JsonGraphFormat {
    fn read(
        &self,
        source: &Source<'_>,
        options: &ImportOptions,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let mut document = GraphDocument {
            records: Records::new(source, options, sink),
            graph: None,
            undirected: false,
            generated_ids: false,
        };
        read_document(source, &mut document)
    }

    fn implies_nodes(&self) -> bool {
        true
    }
}

struct GraphDocument<'a> {
    records: Records<'a>,
    /// The number of the graph among several.
    graph: Option<u64>,
    /// Whether edges that do not say it have no direction.
    undirected: bool,
    generated_ids: bool,
}

impl Document for GraphDocument<'_> {
    const MAY_BE_A_LIST: bool = true;

    fn member<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        value: Member<'_, A>,
    ) -> Result<(), A::Error> {
        match name {
            "graph" => value.within(&mut OneGraph(self)),
            "graphs" => value.within(self),
            _ => {
                self.records.not_kept(name);
                value.skip()
            }
        }
    }

    /// One of several graphs: these are read whole.
    fn element(&mut self, graph: Members, place: Place) -> Result<()> {
        self.graph = Some(self.graph.map_or(0, |number| number + 1));
        self.undirected = graph.get("directed").and_then(Json::as_bool) == Some(false);
        let mut lists = Vec::new();
        for (name, json) in graph.0 {
            match (name.as_ref(), json) {
                ("nodes", json) => lists.insert(0, (name, json)),
                ("edges" | "hyperedges", json) => lists.push((name, json)),
                ("id" | "directed", _) => {}
                (name, _) => self.not_kept(name, place),
            }
        }
        for (name, json) in lists {
            let elements: Vec<(Option<Arc<str>>, Json)> = match json {
                Json::Array(elements) => elements.into_iter().map(|json| (None, json)).collect(),
                Json::Object(elements) => {
                    let elements = elements.into_iter();
                    elements.map(|(id, json)| (Some(id.into()), json)).collect()
                }
                _ => {
                    let message = format!("{name} is neither a list nor an object");
                    return Err(self.records.broken(place, message));
                }
            };
            for (id, json) in elements {
                let mut wrapper = Members(vec![(name.clone(), json)]);
                let members = self.records.take(&name, &mut wrapper, place)?;
                let members = members.unwrap_or_default();
                match name.as_ref() {
                    "nodes" => self.node(id, members, place)?,
                    "edges" => self.edge(members, place)?,
                    _ => self.hyperedge(place),
                }
            }
        }
        Ok(())
    }
}

/// The members of a graph that is alone, as a stream.
struct OneGraph<'d, 'a>(&'d mut GraphDocument<'a>);

impl Document for OneGraph<'_, '_> {
    fn member<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        value: Member<'_, A>,
    ) -> Result<(), A::Error> {
        let graph = &mut *self.0;
        match name {
            "nodes" => value.each_entry("nodes", |id, node: Option<Members>, place| {
                graph.node(id, node.unwrap_or_default(), place)
            }),
            "edges" => value.each("edges", |edge, place| graph.edge(edge, place)),
            "hyperedges" => value.each("hyperedges", |_: Members, place| {
                graph.hyperedge(place);
                Ok(())
            }),
            "directed" => value.check(|directed: Option<bool>| {
                graph.undirected = directed == Some(false);
                Ok(())
            }),
            "metadata" => value.check(|metadata: Option<Members>| {
                for (name, json) in metadata.unwrap_or_default().0 {
                    if (name.as_ref(), json.as_str()) == (GENERATED_IDS.0, Some(GENERATED_IDS.1)) {
                        graph.generated_ids = true;
                    } else {
                        graph.not_kept(&name, Place::File);
                    }
                }
                Ok(())
            }),
            _ => {
                graph.not_kept(name, Place::File);
                value.skip()
            }
        }
    }
}

impl GraphDocument<'_> {
    fn not_kept(&mut self, name: &str, place: Place) {
        let text = format!("the attribute {} of the graph is not kept", excerpt(name));
        self.records.warn(place, text);
    }

    fn node(&mut self, name: Option<Arc<str>>, mut members: Members, place: Place) -> Result<()> {
        let id = match name {
            Some(name) => Json::from(name.as_ref()),
            None => members.take("id").unwrap_or_default(),
        };
        let external = self.external(self.records.id("id", &id, place)?);
        let mut metadata = self.metadata(&mut members, place)?;
        let labels = take_labels("labels", &mut metadata).unwrap_or_default();
        let mut properties = Properties::new();
        // A number as a name would be a text; the metadata has it as it was.
        let own = metadata.take("id");
        if !self.generated_ids {
            let id = own.unwrap_or(id);
            self.records.add(&mut properties, "id".into(), id, place);
        }
        join(&mut metadata, members);
        self.records.add_all(&mut properties, metadata, place);
        self.records.node(Some(external), labels, properties, place)
    }

    fn edge(&mut self, mut members: Members, place: Place) -> Result<()> {
        let start = self.records.take_id("source", &mut members, place)?;
        let end = self.records.take_id("target", &mut members, place)?;
        let ends = [self.external(start), self.external(end)];
        let relation = members.take_text("relation");
        let directed = members.take("directed").and_then(|json| json.as_bool());
        let mut metadata = self.metadata(&mut members, place)?;
        join(&mut metadata, members);
        let properties = self.records.properties(metadata, place);
        let directed = directed.unwrap_or(!self.undirected);
        self.records
            .relationship(relation, ends, properties, Some(directed), place)
    }

    fn hyperedge(&mut self, place: Place) {
        let text = "a hyperedge is no relationship and is not kept";
        self.records.warn(place, text.to_owned());
    }

    /// The id of a node, which counts for its graph only.
    fn external(&self, id: ExternalId) -> ExternalId {
        let space = self.graph.map(|number| format!("graph {number}").into());
        ExternalId::in_space(space, id.id)
    }

    fn metadata(&self, members: &mut Members, place: Place) -> Result<Members> {
        let metadata = self.records.take("metadata", members, place)?;
        Ok(metadata.unwrap_or_default())
    }
}

/// Puts the members beside the metadata before it; the metadata has its name where both have one.
fn join(metadata: &mut Members, beside: Members) {
    for (name, json) in beside.0 {
        if metadata.get(&name).is_none() {
            metadata.0.push((name, json));
        }
    }
}

impl WriteFormat for JsonGraphFormat {
    fn write(
        &self,
        graph: &dyn RecordSource,
        output: &mut Output<'_>,
        context: &Context,
    ) -> Result<()> {
        let ids = Ids::of(graph, context)?;
        let metadata = if ids.are_generated() {
            json!({ GENERATED_IDS.0: GENERATED_IDS.1 })
        } else {
            json!({})
        };
        let mut file = output.only_file()?;
        writeln!(
            file,
            "{{\"graph\":{{\"directed\":true,\"metadata\":{metadata},"
        )?;
        write!(file, "\"nodes\":{{")?;
        let mut separator = "\n";
        for node in graph.nodes() {
            let mut node = node?;
            let id = node.id.unwrap_or_else(|| Value::Null.into());
            let mut metadata = members([("labels", json!(node.labels))]);
            if !ids.are_generated() && ids.of_node(&id).is_number() {
                metadata.insert("id".to_owned(), ids.of_node(&id));
            }
            ids.take_from(&mut node.properties);
            insert_properties(&mut metadata, &node.properties, NODE_MEMBERS);
            let name = json!(ids.text_of_node(&id));
            write!(
                file,
                "{separator}{name}:{}",
                json!({ "metadata": metadata })
            )?;
            separator = ",\n";
        }
        write!(file, "}},\n\"edges\":[")?;
        write_lines(&mut file, graph.relationships(), |mut relationship| {
            let undirected = relationship.take_undirected();
            let mut metadata = members([]);
            insert_properties(&mut metadata, &relationship.properties, &[]);
            json!({
                "source": ids.text_of_node(&relationship.start),
                "target": ids.text_of_node(&relationship.end),
                "directed": !undirected,
                "relation": relationship.relationship_type,
                "metadata": metadata,
            })
        })?;
        writeln!(file, "]}}}}")?;
        file.finish()
    }
}
