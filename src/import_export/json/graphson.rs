//! GraphSON of Apache TinkerPop, versions 1 to 3: vertices with their edges, one a line or in the list
//! `vertices`; or vertices and edges in two lists, within `graph` (TinkerPop 2) or a typed
//! `tinker:graph`. Values may carry their types (see `graphson_value`).
//!
//! * The ids of vertices and edges are properties `id` too; labels of edges are types.
//! * An edge that stands at both its vertices is one.
//! * A property of several values is a list; properties of properties are not kept, with a warning.

use std::sync::Arc;

use hashbrown::HashSet;
use serde::de::MapAccess;
use serde_json::{Map as JsonMap, Value as Json};

use crate::error::Result;
use crate::import_export::format::ReadFormat;
use crate::import_export::json::dialect::Dialect;
use crate::import_export::json::graphson_value::plain;
use crate::import_export::json::lines::read_lines_or_document;
use crate::import_export::json::outline::Outline;
use crate::import_export::json::records::Records;
use crate::import_export::json::stream::{Document, Member, Members};
use crate::import_export::options::ImportOptions;
use crate::import_export::record::{Place, Properties, RecordSink, excerpt};
use crate::import_export::source::Source;

/// The format; see the module.
#[derive(Debug)]
pub struct GraphSon;

/// Whether the first bytes are those of a vertex or a graph.
pub(in crate::import_export) fn recognises(bytes: &[u8]) -> bool {
    Dialect::of(bytes) == Some(Dialect::GraphSon)
}

impl ReadFormat for GraphSon {
    fn read(
        &self,
        source: &Source<'_>,
        options: &ImportOptions,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let threads = sink.threads();
        let mut document = GraphSonDocument {
            records: Records::new(source, options, sink),
            edges: HashSet::new(),
            warned: HashSet::new(),
        };
        let outline = Outline::of_source(source)?;
        let is_lines = outline.has("id") || outline.has("_id") || outline.has("@value.id");
        read_lines_or_document(source, is_lines, threads, &mut document)
    }
}

struct GraphSonDocument<'a> {
    records: Records<'a>,
    /// The ids of edges that stood at one of their vertices already.
    edges: HashSet<Box<str>>,
    /// Properties whose own properties were told about.
    warned: HashSet<Arc<str>>,
}

impl Document for GraphSonDocument<'_> {
    const MAY_BE_A_LIST: bool = true;

    fn member<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        value: Member<'_, A>,
    ) -> Result<(), A::Error> {
        match name {
            "graph" | "@value" => value.within(self),
            "vertices" => value.each("vertices", |vertex, place| self.element(vertex, place)),
            "edges" => value.each("edges", |edge, place| self.element(edge, place)),
            "mode" | "@type" => value.skip(),
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
        if members.get("@type").is_some() {
            let typed = self.records.take("@value", &mut members, place)?;
            members = typed.unwrap_or_default();
        }
        let is_edge = ["inV", "_inV"]
            .iter()
            .any(|name| members.get(name).is_some());
        if is_edge {
            let ends = [
                take_either(&mut members, ["outV", "_outV"]),
                take_either(&mut members, ["inV", "_inV"]),
            ];
            self.edge(None, ends, members, place)
        } else {
            self.vertex(members, place)
        }
    }
}

impl GraphSonDocument<'_> {
    fn vertex(&mut self, mut members: Members, place: Place) -> Result<()> {
        let Some(id) = take_either(&mut members, ["id", "_id"]).map(plain) else {
            return Err(self
                .records
                .broken(place, "the vertex has no member \"id\""));
        };
        let external = self.records.id("id", &id, place)?;
        let label = members.take_text("label");
        let outgoing = self.edges_of("outE", &mut members, place)?;
        let incoming = self.edges_of("inE", &mut members, place)?;
        let properties = self.properties(id.clone(), members, place)?;
        let labels = label.into_iter().collect();
        self.records
            .node(Some(external), labels, properties, place)?;
        for (label, mut edge) in outgoing {
            let end = edge.take("inV");
            self.edge_once(&label, [Some(id.clone()), end], true, edge, place)?;
        }
        for (label, mut edge) in incoming {
            let start = edge.take("outV");
            self.edge_once(&label, [start, Some(id.clone())], false, edge, place)?;
        }
        Ok(())
    }

    /// The edges that stand at a vertex, with their labels.
    fn edges_of(
        &self,
        direction: &str,
        members: &mut Members,
        place: Place,
    ) -> Result<Vec<(Arc<str>, Members)>> {
        let by_label: Option<Members> = self.records.take(direction, members, place)?;
        let mut edges = Vec::new();
        for (label, of_label) in by_label.unwrap_or_default().0 {
            let mut wrapper = Members(vec![(label.clone(), untyped_list(of_label))]);
            let of_label: Option<Vec<Members>> = self.records.take(&label, &mut wrapper, place)?;
            let of_label = of_label.unwrap_or_default().into_iter();
            edges.extend(of_label.map(|edge| (label.clone(), edge)));
        }
        Ok(edges)
    }

    /// An edge at a vertex: the other one has it, too. Without an id only its start tells it.
    fn edge_once(
        &mut self,
        label: &Arc<str>,
        ends: [Option<Json>; 2],
        is_outgoing: bool,
        edge: Members,
        place: Place,
    ) -> Result<()> {
        let is_new = match edge.get("id") {
            None => is_outgoing,
            Some(id) => {
                let id = plain(id.clone()).to_string().into_boxed_str();
                self.records.reserve(2 * size_of::<Box<str>>() + id.len())?;
                self.edges.insert(id)
            }
        };
        if is_new {
            self.edge(Some(label.clone()), ends, edge, place)?;
        }
        Ok(())
    }

    fn edge(
        &mut self,
        label: Option<Arc<str>>,
        [start, end]: [Option<Json>; 2],
        mut members: Members,
        place: Place,
    ) -> Result<()> {
        let start = self
            .records
            .id("outV", &plain(start.unwrap_or_default()), place)?;
        let end = self
            .records
            .id("inV", &plain(end.unwrap_or_default()), place)?;
        let own = ["label", "_label"]
            .iter()
            .find_map(|name| members.take_text(name));
        for name in ["inVLabel", "outVLabel"] {
            members.take(name);
        }
        let id = take_either(&mut members, ["id", "_id"]).unwrap_or_default();
        let properties = self.properties(plain(id), members, place)?;
        let label = label.or(own);
        self.records
            .relationship(label, [start, end], properties, Some(true), place)
    }

    /// The properties of a vertex or an edge: those in `properties`, and members of its own, as
    /// TinkerPop 2 has them.
    fn properties(&mut self, id: Json, mut members: Members, place: Place) -> Result<Properties> {
        members.take("_type");
        if matches!(members.get("type"), Some(Json::String(kind)) if kind == "vertex" || kind == "edge")
        {
            members.take("type");
        }
        let own: Option<Members> = self.records.take("properties", &mut members, place)?;
        let mut all = members.0;
        all.extend(own.unwrap_or_default().0);
        let mut properties = Properties::new();
        if all.iter().all(|(key, _)| key.as_ref() != "id") {
            self.records.add(&mut properties, "id".into(), id, place);
        }
        let mut seen = HashSet::new();
        for (key, json) in all {
            if seen.insert(key.clone()) {
                let json = self.value(&key, json, place);
                self.records.add(&mut properties, key, json, place);
            }
        }
        Ok(properties)
    }

    /// The value of a property: that of its one record, or a list of the values of several.
    fn value(&mut self, key: &Arc<str>, json: Json, place: Place) -> Json {
        let is_record = |json: &Json| {
            let members = json.as_object();
            members.is_some_and(|members| {
                let typed = members.get("@type").and_then(Json::as_str);
                matches!(typed, Some("g:VertexProperty" | "g:Property"))
                    || members.contains_key("value")
                        && (members.contains_key("id") || members.contains_key("key"))
            })
        };
        match json {
            Json::Array(records) if !records.is_empty() && records.iter().all(is_record) => {
                let values = records
                    .into_iter()
                    .map(|record| self.of_record(key, record, place));
                let mut values: Vec<Json> = values.collect();
                match values.len() {
                    1 => values.remove(0),
                    _ => Json::Array(values),
                }
            }
            record if is_record(&record) => self.of_record(key, record, place),
            json => plain(json),
        }
    }

    fn of_record(&mut self, key: &Arc<str>, record: Json, place: Place) -> Json {
        let Json::Object(mut record) = record else {
            return Json::Null;
        };
        if let Some(Json::Object(typed)) = record.remove("@value") {
            record = typed;
        }
        let of_property = record.get("properties").and_then(Json::as_object);
        if of_property.is_some_and(|members: &JsonMap<_, _>| !members.is_empty())
            && self.warned.insert(key.clone())
        {
            let text = format!("properties of the property {} are not kept", excerpt(key));
            self.records.warn(place, text);
        }
        plain(record.remove("value").unwrap_or_default())
    }
}

/// Takes the member that is called by one of two names.
fn take_either(members: &mut Members, names: [&str; 2]) -> Option<Json> {
    names.iter().find_map(|name| members.take(name))
}

/// The list of edges of a label, also where it carries its type.
fn untyped_list(json: Json) -> Json {
    match json {
        Json::Object(mut typed) => typed.remove("@value").unwrap_or_default(),
        json => json,
    }
}
