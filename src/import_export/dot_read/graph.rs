//! A graph of DOT while it is read: a node may be said more of until the last line, so that all
//! stay here until then, within the memory budget; edges do where the graph is strict.

use std::sync::Arc;

use hashbrown::HashMap;

use crate::error::Result;
use crate::import_export::options::DEFAULT_TYPE;
use crate::import_export::record::{
    ExternalId, NodeRecord, Place, Properties, RecordSink, RelationshipRecord,
};
use crate::import_export::words::{has, insert, take_labels, take_type};
use crate::value::Value;

/// The property of a node that lists the subgraphs that it is in.
const SUBGRAPHS: &str = "subgraphs";
/// The attribute `id` of the language, which is an address in a picture; the property `id` is the
/// name of the node.
const PICTURE_ID: &str = "svg.id";

/// What elements have that are made in a graph or subgraph from here on.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    pub node_defaults: Properties,
    pub edge_defaults: Properties,
    /// The subgraph, by its place in the list of all.
    pub subgraph: Option<usize>,
}

/// One end of an edge: a node, and the port of it.
#[derive(Debug, Clone)]
pub(super) struct End {
    pub node: usize,
    pub port: Option<String>,
}

/// A graph.
pub(super) struct Graph {
    pub strict: bool,
    pub directed: bool,
    /// The ids of the second and later graphs of a file are their own.
    space: Option<Arc<str>>,
    relationship_type: Arc<str>,
    nodes: Vec<Node>,
    nodes_by_name: HashMap<Arc<str>, usize>,
    subgraphs: Vec<Subgraph>,
    subgraphs_by_name: HashMap<Arc<str>, usize>,
    /// The edges that may be said more of, by their ends: those of a strict graph, and those with a
    /// key, which is there, too.
    edges: Vec<Edge>,
    edges_by_ends: HashMap<(usize, usize, Option<Arc<str>>), usize>,
}

struct Node {
    name: Arc<str>,
    properties: Properties,
    subgraphs: Vec<usize>,
    place: Place,
}

struct Subgraph {
    name: Option<Arc<str>>,
    members: Vec<usize>,
}

struct Edge {
    start: usize,
    end: usize,
    properties: Properties,
    place: Place,
}

impl Graph {
    pub fn new(
        strict: bool,
        directed: bool,
        number: u64,
        relationship_type: Option<Arc<str>>,
    ) -> Self {
        Graph {
            strict,
            directed,
            space: (number > 1).then(|| format!("graph {number}").into()),
            relationship_type: relationship_type.unwrap_or_else(|| DEFAULT_TYPE.into()),
            nodes: Vec::new(),
            nodes_by_name: HashMap::new(),
            subgraphs: Vec::new(),
            subgraphs_by_name: HashMap::new(),
            edges: Vec::new(),
            edges_by_ends: HashMap::new(),
        }
    }

    /// The node of this name, made with the defaults of the innermost scope where it is new; it is
    /// in all subgraphs around.
    pub fn node(
        &mut self,
        name: String,
        scopes: &[Scope],
        place: Place,
        sink: &mut dyn RecordSink,
    ) -> Result<usize> {
        let node = match self.nodes_by_name.get(name.as_str()) {
            Some(node) => *node,
            None => {
                let name: Arc<str> = name.into();
                let defaults = scopes.last().map(|scope| scope.node_defaults.clone());
                let properties = defaults.unwrap_or_default();
                sink.reserve(4 * size_of::<Node>() + name.len() + size_of_all(&properties))?;
                self.nodes.push(Node {
                    name: name.clone(),
                    properties,
                    subgraphs: Vec::new(),
                    place,
                });
                self.nodes_by_name.insert(name, self.nodes.len() - 1);
                self.nodes.len() - 1
            }
        };
        for scope in scopes {
            if let Some(subgraph) = scope.subgraph {
                self.join(node, subgraph, sink)?;
            }
        }
        Ok(node)
    }

    fn join(&mut self, node: usize, subgraph: usize, sink: &mut dyn RecordSink) -> Result<()> {
        let (Some(node_record), Some(subgraph_record)) =
            (self.nodes.get_mut(node), self.subgraphs.get_mut(subgraph))
        else {
            return Ok(());
        };
        if !node_record.subgraphs.contains(&subgraph) {
            sink.reserve(2 * size_of::<usize>())?;
            node_record.subgraphs.push(subgraph);
            subgraph_record.members.push(node);
        }
        Ok(())
    }

    /// Says more of a node.
    pub fn set(
        &mut self,
        node: usize,
        attributes: Properties,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        sink.reserve(size_of_all(&attributes))?;
        if let Some(node) = self.nodes.get_mut(node) {
            set_all(&mut node.properties, attributes);
        }
        Ok(())
    }

    /// A subgraph, which goes on where there is one of this name.
    pub fn subgraph(&mut self, name: Option<String>, sink: &mut dyn RecordSink) -> Result<usize> {
        let name: Option<Arc<str>> = name.map(Arc::from);
        let known = name
            .as_ref()
            .and_then(|name| self.subgraphs_by_name.get(name));
        if let Some(known) = known {
            return Ok(*known);
        }
        let length = name.as_ref().map_or(0, |name| name.len());
        sink.reserve(4 * size_of::<Subgraph>() + length)?;
        let number = self.subgraphs.len();
        if let Some(name) = &name {
            self.subgraphs_by_name.insert(name.clone(), number);
        }
        self.subgraphs.push(Subgraph {
            name,
            members: Vec::new(),
        });
        Ok(number)
    }

    /// All nodes of a subgraph as ends of edges.
    pub fn members(&self, subgraph: usize) -> Vec<End> {
        let members = self.subgraphs.get(subgraph);
        let members = members.map(|subgraph| subgraph.members.as_slice());
        let ends = members.unwrap_or_default().iter();
        ends.map(|node| End {
            node: *node,
            port: None,
        })
        .collect()
    }

    /// An edge; where the graph is strict, or it has the key of one, the one that is there is said more
    /// of.
    pub fn edge(
        &mut self,
        start: &End,
        end: &End,
        mut properties: Properties,
        place: Place,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let ports = [("tailport", &start.port), ("headport", &end.port)];
        for (name, port) in ports {
            if let Some(port) = port {
                insert(&mut properties, &name.into(), port.as_str().into());
            }
        }
        let (start, end) = (start.node, end.node);
        let edge = Edge {
            start,
            end,
            properties,
            place,
        };
        let key = match edge
            .properties
            .iter()
            .find(|(key, _)| key.as_ref() == "key")
        {
            Some((_, Value::String(key))) if !self.strict => Some(key.clone()),
            _ => None,
        };
        if !self.strict && key.is_none() {
            return self.push_edge(edge, sink);
        }
        let ends = match self.directed {
            true => (start, end, key),
            false => (start.min(end), start.max(end), key),
        };
        sink.reserve(size_of_all(&edge.properties))?;
        let known = self.edges_by_ends.get(&ends);
        match known.and_then(|known| self.edges.get_mut(*known)) {
            Some(known) => set_all(&mut known.properties, edge.properties),
            None => {
                sink.reserve(4 * size_of::<Edge>())?;
                self.edges_by_ends.insert(ends, self.edges.len());
                self.edges.push(edge);
            }
        }
        Ok(())
    }

    fn push_edge(&self, mut edge: Edge, sink: &mut dyn RecordSink) -> Result<()> {
        let is_html = edge.properties.iter().any(|(key, value)| {
            let is_html = matches!(value, Value::String(text) if text.starts_with('<'));
            key.as_ref() == "label" && is_html
        });
        let told = match is_html {
            true => None,
            false => take_type(&mut edge.properties),
        };
        let relationship = RelationshipRecord {
            relationship_type: told.unwrap_or_else(|| self.relationship_type.clone()),
            start: self.id(edge.start),
            end: self.id(edge.end),
            properties: edge.properties,
            directed: Some(self.directed),
        };
        sink.relationship(relationship, edge.place)
    }

    fn id(&self, node: usize) -> ExternalId {
        let name = self.nodes.get(node).map(|node| node.name.clone());
        let name = Value::String(name.unwrap_or_default());
        ExternalId::in_space(self.space.clone(), name)
    }

    /// Hands on what is still here.
    pub fn finish(mut self, sink: &mut dyn RecordSink) -> Result<()> {
        for edge in std::mem::take(&mut self.edges) {
            self.push_edge(edge, sink)?;
        }
        for node in std::mem::take(&mut self.nodes) {
            let mut properties = node.properties;
            for (key, _) in &mut properties {
                if key.as_ref() == "id" {
                    *key = PICTURE_ID.into();
                }
            }
            let names = node.subgraphs.iter().filter_map(|place| {
                let name = self.subgraphs.get(*place)?.name.clone()?;
                Some(Value::String(name))
            });
            let names: Vec<Value> = names.collect();
            if !names.is_empty() && !has(&properties, SUBGRAPHS) {
                properties.push((SUBGRAPHS.into(), Value::list(names)));
            }
            let labels = take_labels(&mut properties);
            properties.push(("id".into(), Value::String(node.name.clone())));
            let record = NodeRecord {
                id: Some(ExternalId::in_space(
                    self.space.clone(),
                    Value::String(node.name),
                )),
                labels,
                properties,
            };
            sink.node(record, node.place)?;
        }
        Ok(())
    }
}

/// Gives `properties` all values of `attributes`.
pub(super) fn set_all(properties: &mut Properties, attributes: Properties) {
    for (key, value) in attributes {
        insert(properties, &key, value);
    }
}

fn size_of_all(properties: &Properties) -> usize {
    let sizes = properties
        .iter()
        .map(|(key, value)| size_of::<(Arc<str>, Value)>() + key.len() + value.heap_size());
    sizes.sum()
}
