//! Nodes that were in the graph before an import and that its files speak of: files of RDF add to them.

use std::collections::BTreeSet;
use std::sync::Arc;

use hashbrown::HashMap;

use crate::column::Column;
use crate::context::{Context, Reservation};
use crate::error::Result;
use crate::graph::{Direction, GraphWriter, Snapshot};
use crate::import_export::dump::Dump;
use crate::import_export::record::{NodeRecord, Properties, RelationshipRecord};
use crate::value::{KeyId, NodeId, RelationshipId, Value};

/// The nodes, and what of them is there.
#[derive(Debug)]
pub(super) struct Known {
    graph: Snapshot,
    nodes: HashMap<NodeId, Arc<str>>,
    relationships: BTreeSet<RelationshipId>,
    /// Whether a property is a note beside another, which goes when the other needs none any more.
    is_note: fn(&str) -> bool,
    /// Relationships of the graph that one of the files is.
    met: BTreeSet<RelationshipId>,
    memory: Reservation,
}

impl Known {
    /// The nodes of `graph` whose property `key` is a text that is `wanted`, the first of each text, and the
    /// relationships between them.
    ///
    /// # Errors
    /// Those of the graph; `ResourceError`.
    pub fn of(
        graph: Snapshot,
        key: &str,
        wanted: impl Fn(&str) -> bool,
        is_note: fn(&str) -> bool,
        context: &Context,
    ) -> Result<Known> {
        let mut first: HashMap<Arc<str>, NodeId> = HashMap::new();
        let mut memory = context.reservation();
        each_node(&graph, key, context, |node, text| {
            if wanted(text) && !first.contains_key(text) {
                memory.grow(4 * size_of::<(Arc<str>, NodeId)>())?;
                first.insert(text.into(), node);
            }
            Ok(())
        })?;
        let mut known = Known {
            graph,
            nodes: first.into_iter().map(|(text, node)| (node, text)).collect(),
            relationships: BTreeSet::new(),
            is_note,
            met: BTreeSet::new(),
            memory,
        };
        known.find_relationships(context)?;
        Ok(known)
    }

    fn find_relationships(&mut self, context: &Context) -> Result<()> {
        for node in self.nodes.keys() {
            context.check()?;
            for (relationship_type, _) in self.graph.catalog().relationship_types() {
                let direction = Direction::Outgoing;
                let list = self.graph.neighbours(*node, direction, relationship_type)?;
                for (end, relationship) in list.nodes().iter().zip(list.relationships()) {
                    if self.nodes.contains_key(&NodeId(*end)) {
                        self.memory.grow(4 * size_of::<RelationshipId>())?;
                        self.relationships.insert(RelationshipId(*relationship));
                    }
                }
            }
        }
        Ok(())
    }

    /// The nodes with their texts.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &Arc<str>)> {
        self.nodes.iter().map(|(node, text)| (*node, text))
    }

    /// Whether a node is one of them.
    pub fn has(&self, node: NodeId) -> bool {
        self.nodes.contains_key(&node)
    }

    /// What the graph says of them.
    pub fn dump<'k>(&'k self, context: &'k Context) -> Dump<'k> {
        let nodes = self.nodes.keys().copied().collect();
        Dump::of(&self.graph, nodes, self.relationships.clone(), context)
    }

    /// Makes a node what `record` says, which has all that the node had.
    ///
    /// # Errors
    /// Those of the graph.
    pub fn add_to_node(
        &self,
        writer: &mut GraphWriter,
        node: NodeId,
        record: NodeRecord,
    ) -> Result<()> {
        for label in &record.labels {
            let label = writer.label(label)?;
            writer.add_label(node, label)?;
        }
        let before = self.graph.node_properties(node)?;
        for (key, _) in &before {
            let name = self.graph.catalog().key_name(*key);
            let is_said = record.properties.iter().any(|(said, _)| said == name);
            if (self.is_note)(name) && !is_said {
                writer.set_node_property(node, *key, Value::Null)?;
            }
        }
        for (key, value) in changed(writer, record.properties, &before)? {
            writer.set_node_property(node, key, value)?;
        }
        Ok(())
    }

    /// Makes relationships between the nodes; one that is there gets the properties that it lacks instead.
    /// Tells how many are made.
    ///
    /// # Errors
    /// Those of the graph; `ResourceError`.
    pub fn add_relationships(
        &mut self,
        writer: &mut GraphWriter,
        records: Vec<(RelationshipRecord, [NodeId; 2])>,
        context: &Context,
    ) -> Result<u64> {
        let mut others = Vec::new();
        for (record, ends) in records {
            context.check()?;
            if self.meet(&record, ends, true)?.is_none() {
                others.push((record, ends));
            }
        }
        let mut made = 0;
        for (record, [start, end]) in others {
            context.check()?;
            match self.meet(&record, [start, end], false)? {
                Some(there) => {
                    let before = self.graph.relationship_properties(there)?;
                    for (key, value) in changed(writer, record.properties, &before)? {
                        writer.set_relationship_property(there, key, value)?;
                    }
                }
                None => {
                    let name = writer.relationship_type(&record.relationship_type)?;
                    let properties = changed(writer, record.properties, &[])?;
                    writer.create_relationship(name, start, end, properties)?;
                    made += 1;
                }
            }
        }
        Ok(made)
    }

    /// The relationship that `record` is, which no other is from now on: one that has the same properties,
    /// or, if it is not to be so `exactly`, lacks some of them.
    fn meet(
        &mut self,
        record: &RelationshipRecord,
        [start, end]: [NodeId; 2],
        exactly: bool,
    ) -> Result<Option<RelationshipId>> {
        let catalog = self.graph.catalog();
        let Some(name) = catalog.relationship_type(&record.relationship_type) else {
            return Ok(None);
        };
        let list = self.graph.neighbours(start, Direction::Outgoing, name)?;
        let first = list.nodes().partition_point(|node| *node < end.0);
        let those = list.nodes().iter().zip(list.relationships()).skip(first);
        for (_, relationship) in those.take_while(|(node, _)| **node == end.0) {
            let relationship = RelationshipId(*relationship);
            let properties = self.graph.relationship_properties(relationship)?;
            let is_said = |(key, value): &(KeyId, Value)| {
                let mut said = record.properties.iter();
                said.any(|(said, other)| said == catalog.key_name(*key) && other == value)
            };
            let is_one = (!exactly || properties.len() == record.properties.len())
                && properties.iter().all(is_said);
            if is_one && self.met.insert(relationship) {
                return Ok(Some(relationship));
            }
        }
        Ok(None)
    }
}

/// Those of the properties that are not there, by key.
fn changed(
    writer: &mut GraphWriter,
    properties: Properties,
    before: &[(KeyId, Value)],
) -> Result<Vec<(KeyId, Value)>> {
    let mut changed = Vec::with_capacity(properties.len());
    for (name, value) in properties {
        let property = (writer.key(&name)?, value);
        if !before.contains(&property) {
            changed.push(property);
        }
    }
    Ok(changed)
}

/// Hands the texts to `take` that the property `key` of nodes is.
fn each_node(
    graph: &Snapshot,
    key: &str,
    context: &Context,
    mut take: impl FnMut(NodeId, &str) -> Result<()>,
) -> Result<()> {
    let Some(key) = graph.catalog().key(key) else {
        return Ok(());
    };
    for chunk in 0..graph.node_chunks() {
        context.check()?;
        let nodes = graph.scan_nodes(chunk, &[])?;
        let column = graph.node_column(&nodes, key)?;
        for (row, node) in nodes.values().iter().enumerate() {
            if let Value::String(text) = column.value(row) {
                take(NodeId(*node), &text)?;
            }
        }
    }
    Ok(())
}

/// Hands the texts to `take` that the properties of nodes and relationships are whose keys are `wanted`.
///
/// # Errors
/// Those of the graph; `ResourceError`.
pub(super) fn each_text(
    graph: &Snapshot,
    wanted: impl Fn(&str) -> bool,
    context: &Context,
    mut take: impl FnMut(&str),
) -> Result<()> {
    let mut take_text = |value: &Value| {
        if let Value::String(text) = value {
            take(text);
        }
    };
    let mut take_all = |column: Column| {
        column.values().for_each(|value| match &value {
            Value::List(values) => values.iter().for_each(&mut take_text),
            value => take_text(value),
        });
    };
    for (key, _) in graph.catalog().keys().filter(|(_, name)| wanted(name)) {
        for chunk in 0..graph.node_chunks() {
            context.check()?;
            let nodes = graph.scan_nodes(chunk, &[])?;
            take_all(graph.node_column(&nodes, key)?);
        }
        for chunk in 0..graph.relationship_chunks() {
            context.check()?;
            let relationships = graph.scan_relationships(chunk, None)?;
            take_all(graph.relationship_column(&relationships, key)?);
        }
    }
    Ok(())
}
