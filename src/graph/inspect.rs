//! Walks through all of a graph: whether its parts can be read and agree with each other, and what
//! can be saved of them if not.

use std::collections::HashMap;

use super::adjacency::Direction;
use super::snapshot::Graph;
use super::table::{CHUNK_SIZE, Properties};
use super::writer::GraphWriter;
use crate::context::Context;
use crate::error::{ErrorDetail, Result};
use crate::value::{KeyId, NodeId, RelationshipId, TypeId, Value};

impl Graph {
    /// Calls `told` with a sentence for everything that is damaged or does not agree.
    ///
    /// # Errors
    /// Where it was interrupted; damage is no error.
    pub fn inspect(&self, context: &Context, told: &mut dyn FnMut(String)) -> Result<()> {
        self.inspect_nodes(context, told)?;
        self.inspect_relationships(context, told)?;
        self.inspect_indexes(context, told)
    }

    fn inspect_nodes(&self, context: &Context, told: &mut dyn FnMut(String)) -> Result<()> {
        let mut alive = 0;
        let mut unread = false;
        let mut counts: HashMap<u32, u64> = HashMap::new();
        for number in 0..self.node_chunks() {
            context.check()?;
            let rows = rows_of(number);
            let chunk = match self.nodes.chunk(number) {
                Ok(chunk) => chunk,
                Err(error) => {
                    unread = true;
                    told(format!("{rows} of the nodes: {}", error.message()));
                    continue;
                }
            };
            for key in chunk.keys() {
                let name = self.key_or_number(key);
                if let Err(error) = chunk.column(key) {
                    told(format!(
                        "property {name} of {rows} of the nodes: {}",
                        error.message()
                    ));
                }
            }
            let sets = self.catalog.label_sets().len() as u32;
            for position in (number * CHUNK_SIZE) as u32..((number + 1) * CHUNK_SIZE) as u32 {
                match self.nodes.fixed(position)? {
                    Some((true, set)) if set >= sets => {
                        told(format!(
                            "node {position} has labels that are not in the catalog"
                        ));
                    }
                    Some((true, set)) => {
                        alive += 1;
                        for label in self.catalog.label_set(set) {
                            *counts.entry(label.0).or_default() += 1;
                        }
                    }
                    _ => {}
                }
            }
        }
        if unread {
            return Ok(());
        }
        if alive != self.node_count() {
            told(format!(
                "there are {alive} nodes, but {} are counted",
                self.node_count()
            ));
        }
        for (label, name) in self.catalog.labels() {
            let (found, counted) = (counts.get(&label.0).copied(), self.label_count(label));
            if found.unwrap_or(0) != counted {
                let found = found.unwrap_or(0);
                told(format!(
                    "{found} nodes have the label {name}, but {counted} are counted"
                ));
            }
        }
        Ok(())
    }

    fn inspect_relationships(&self, context: &Context, told: &mut dyn FnMut(String)) -> Result<()> {
        let mut counts: HashMap<u32, u64> = HashMap::new();
        let mut unread = false;
        for number in 0..self.relationship_chunks() {
            context.check()?;
            let rows = rows_of(number);
            let chunk = match self.relationships.chunk(number) {
                Ok(chunk) => chunk,
                Err(error) => {
                    unread = true;
                    told(format!("{rows} of the relationships: {}", error.message()));
                    continue;
                }
            };
            for key in chunk.keys() {
                if let Err(error) = chunk.column(key) {
                    let name = self.key_or_number(key);
                    let message = error.message();
                    told(format!(
                        "property {name} of {rows} of the relationships: {message}"
                    ));
                }
            }
            let found = self.scan_relationships(number, None)?;
            for id in found.values().iter().copied() {
                let ends = self.endpoints(RelationshipId(id))?;
                *counts.entry(ends.relationship_type.0).or_default() += 1;
                for node in [ends.start, ends.end] {
                    // An unreadable chunk was told of already.
                    if let Ok(false) = self.node_exists(node) {
                        let node = node.0;
                        told(format!(
                            "relationship {id} leads to node {node}, which is not there"
                        ));
                    }
                }
            }
        }
        for (relationship_type, name) in self.catalog.relationship_types() {
            let found = counts.get(&relationship_type.0).copied().unwrap_or(0);
            let counted = self.type_count(relationship_type);
            if !unread && found != counted {
                told(format!(
                    "there are {found} relationships {name}, but {counted} are counted"
                ));
            }
            for direction in [Direction::Outgoing, Direction::Incoming] {
                context.check()?;
                let expected = (!unread).then_some(found);
                self.inspect_adjacency(relationship_type, direction, expected, told);
            }
        }
        Ok(())
    }

    /// Each entry must be that of a relationship; then as many entries as relationships are all of them.
    fn inspect_adjacency(
        &self,
        relationship_type: TypeId,
        direction: Direction,
        expected: Option<u64>,
        told: &mut dyn FnMut(String),
    ) {
        let name = self.catalog.type_name(relationship_type);
        let way = match direction {
            Direction::Outgoing => "outgoing",
            Direction::Incoming => "incoming",
        };
        let mut entries = 0;
        for node in 0..self.nodes.next() {
            let list = match self.neighbours(NodeId(node), direction, relationship_type) {
                Ok(list) => list,
                Err(error) => {
                    let message = error.message();
                    told(format!(
                        "{way} relationships {name} from node {node} on: {message}"
                    ));
                    return;
                }
            };
            entries += list.nodes().len() as u64;
            for (neighbour, id) in list.nodes().iter().zip(list.relationships()) {
                let (start, end) = match direction {
                    Direction::Outgoing => (node, *neighbour),
                    Direction::Incoming => (*neighbour, node),
                };
                match self.relationships.fixed(*id) {
                    Ok(Some((true, ends)))
                        if (ends.start.0, ends.end.0, ends.relationship_type)
                            == (start, end, relationship_type) => {}
                    // An unreadable chunk was told of already.
                    Err(_) => {}
                    Ok(_) => told(format!(
                        "node {node} lists the {way} relationship {id} of type {name}, which is \
                         another or not there"
                    )),
                }
            }
        }
        if let Some(expected) = expected
            && expected != entries
        {
            told(format!(
                "nodes list {entries} {way} relationships {name}, but there are {expected}"
            ));
        }
    }

    fn inspect_indexes(&self, context: &Context, told: &mut dyn FnMut(String)) -> Result<()> {
        for index in self.schema.indexes() {
            context.check()?;
            let name = &index.definition().name;
            let rebuilt = index.expected(self, context);
            match rebuilt.and_then(|rebuilt| Ok((index.positions()?, rebuilt.positions()?))) {
                Ok((stored, found)) if stored == found => {}
                Ok(_) => told(format!("the index {name} does not agree with the graph")),
                Err(error) if error.detail() == ErrorDetail::Interrupted => return Err(error),
                Err(error) => told(format!("the index {name}: {}", error.message())),
            }
        }
        Ok(())
    }

    fn key_or_number(&self, key: KeyId) -> String {
        let known = self.catalog.keys().find(|(known, _)| *known == key);
        known.map_or_else(|| format!("number {}", key.0), |(_, name)| name.to_string())
    }

    /// Puts all that can be read into an empty graph; calls `lost` with a sentence for all that cannot.
    /// Nodes and relationships get new numbers.
    ///
    /// # Errors
    /// Those of the writer and the context; what cannot be read is no error.
    pub fn salvage(
        &self,
        writer: &mut GraphWriter,
        context: &Context,
        lost: &mut dyn FnMut(String),
    ) -> Result<()> {
        let mut numbers: HashMap<u32, NodeId> = HashMap::new();
        for number in 0..self.node_chunks() {
            context.check()?;
            let found = match self.scan_nodes(number, &[]) {
                Ok(found) => found,
                Err(error) => {
                    lost(format!(
                        "{} of the nodes: {}",
                        rows_of(number),
                        error.message()
                    ));
                    continue;
                }
            };
            for node in found.values() {
                let labels = self.node_labels(NodeId(*node))?.into_iter();
                let labels = labels
                    .map(|label| writer.label(self.catalog.label_name(label)))
                    .collect::<Result<Vec<_>>>()?;
                let what = format!("node {node}");
                let properties =
                    self.readable(&what, self.nodes.chunk(number)?.keys(), lost, |key| {
                        self.nodes.property(*node, key)
                    });
                let patched = self.nodes.patched(*node);
                let properties = patched.map_or(properties, |row| row.properties.clone());
                let properties = self.renamed(properties, writer)?;
                numbers.insert(*node, writer.create_node(&labels, properties)?);
            }
        }
        for number in 0..self.relationship_chunks() {
            context.check()?;
            let found = match self.scan_relationships(number, None) {
                Ok(found) => found,
                Err(error) => {
                    lost(format!(
                        "{} of the relationships: {}",
                        rows_of(number),
                        error.message()
                    ));
                    continue;
                }
            };
            for id in found.values() {
                let ends = self.endpoints(RelationshipId(*id))?;
                let what = format!("relationship {id}");
                let (Some(start), Some(end)) =
                    (numbers.get(&ends.start.0), numbers.get(&ends.end.0))
                else {
                    lost(format!("{what}: a node that it leads to is lost"));
                    continue;
                };
                let keys = self.relationships.chunk(number)?;
                let properties = self.readable(&what, keys.keys(), lost, |key| {
                    self.relationships.property(*id, key)
                });
                let patched = self.relationships.patched(*id);
                let properties = patched.map_or(properties, |row| row.properties.clone());
                let properties = self.renamed(properties, writer)?;
                let name = self.catalog.type_name(ends.relationship_type);
                let relationship_type = writer.relationship_type(name)?;
                writer.create_relationship(relationship_type, *start, *end, properties)?;
            }
        }
        self.salvage_schema(writer, context, lost)
    }

    fn salvage_schema(
        &self,
        writer: &mut GraphWriter,
        context: &Context,
        lost: &mut dyn FnMut(String),
    ) -> Result<()> {
        for index in self
            .schema
            .indexes()
            .iter()
            .filter(|index| !index.is_unique())
        {
            writer.create_index(index.definition().as_ref().clone(), context)?;
        }
        let mut keep = |what: String, made: Result<()>| match made {
            Err(error) if error.detail() == ErrorDetail::Interrupted => Err(error),
            Err(error) => {
                lost(format!("{what}: {}", error.message()));
                Ok(())
            }
            Ok(()) => Ok(()),
        };
        for constraint in self.schema.constraints() {
            let made = writer.create_constraint(constraint.as_ref().clone(), context);
            keep(format!("the constraint {}", constraint.name), made)?;
        }
        if let Some(graph_type) = self.schema.graph_type() {
            let set = writer.set_graph_type(graph_type.as_ref().clone(), context);
            keep("the graph type".to_owned(), set)?;
        }
        Ok(())
    }

    /// The properties that can be read.
    fn readable(
        &self,
        what: &str,
        keys: impl Iterator<Item = KeyId>,
        lost: &mut dyn FnMut(String),
        read: impl Fn(KeyId) -> Result<Value>,
    ) -> Properties {
        let mut properties = Properties::new();
        for key in keys {
            match read(key) {
                Ok(Value::Null) => {}
                Ok(value) => {
                    properties.insert(key, value);
                }
                Err(error) => {
                    let name = self.key_or_number(key);
                    lost(format!("property {name} of {what}: {}", error.message()));
                }
            }
        }
        properties
    }

    /// The properties with the keys as `writer` numbers them.
    fn renamed(
        &self,
        properties: Properties,
        writer: &mut GraphWriter,
    ) -> Result<Vec<(KeyId, Value)>> {
        let renamed = properties.into_iter().map(|(key, value)| {
            let name = self.catalog.key_name(key).clone();
            Ok((writer.key(&name)?, value))
        });
        renamed.collect()
    }
}

/// The rows of a chunk, in words.
fn rows_of(chunk: usize) -> String {
    format!(
        "numbers {} to {}",
        chunk * CHUNK_SIZE,
        (chunk + 1) * CHUNK_SIZE - 1
    )
}
