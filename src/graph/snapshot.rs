//! A state of the graph that never changes: what readers hold.

use std::any::Any;
use std::collections::BTreeMap;
use std::ops::{Deref, Range};
use std::sync::Arc;

use arrow_array::{BooleanArray, UInt32Array};
use imbl::Vector;

use super::adjacency::{Adjacency, Direction, NeighbourList};
use super::adjacency_reader::AdjacencyReader;
use super::catalog::{Catalog, LabelSetId};
use super::chunk::Fixed;
use super::deleted;
use super::frozen_nodes::FrozenNodes;
use super::gather::KeptColumns;
use super::neighbour_sets::NeighbourSets;
use super::schema::Schema;
use super::table::{CHUNK_SIZE, Table};
use crate::column::{Bounds, Column};
use crate::error::Result;
use crate::value::{KeyId, LabelId, NodeId, RelationshipId, TypeId, Value};

/// A relationship's fixed part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoints {
    /// Its type.
    pub relationship_type: TypeId,
    /// Where it starts.
    pub start: NodeId,
    /// Where it ends.
    pub end: NodeId,
}

/// The label sets at the ends of a relationship.
#[derive(Debug, Clone, Copy)]
pub struct SampledEnds {
    /// Of the node where it starts.
    pub start: LabelSetId,
    /// Of the node where it ends.
    pub end: LabelSetId,
}

/// How many relationships of a type lead from nodes with one label to nodes with another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternCount {
    /// A label of the start node; `None` for a node without labels.
    pub start: Option<Arc<str>>,
    /// The type.
    pub relationship_type: Arc<str>,
    /// A label of the end node.
    pub end: Option<Arc<str>>,
    /// How many there are.
    pub count: u64,
}

/// A state of the graph that never changes. Cloning shares it.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    graph: Arc<Graph>,
    /// What must live for the stored parts to stay readable.
    guard: Option<Arc<dyn Any + Send + Sync>>,
}

/// The parts of a graph, which a writer changes. Cloning is cheap and shares them.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    pub(super) catalog: Catalog,
    pub(super) nodes: Table<LabelSetId>,
    pub(super) relationships: Table<Endpoints>,
    /// Two for each type: outgoing, incoming.
    pub(super) adjacency: Vector<Adjacency>,
    pub(super) label_counts: Vector<u64>,
    pub(super) type_counts: Vector<u64>,
    pub(super) neighbour_sets: NeighbourSets,
    pub(super) schema: Schema,
}

impl Deref for Snapshot {
    type Target = Graph;

    fn deref(&self) -> &Graph {
        &self.graph
    }
}

impl From<Graph> for Snapshot {
    fn from(graph: Graph) -> Self {
        Snapshot {
            graph: Arc::new(graph),
            guard: None,
        }
    }
}

impl Snapshot {
    /// The same graph, which keeps `guard` for as long as it or a copy of it lives.
    pub(crate) fn guarded(mut self, guard: Arc<dyn Any + Send + Sync>) -> Snapshot {
        self.guard = Some(guard);
        self
    }

    /// The same graph without a guard.
    pub(crate) fn unguarded(mut self) -> Snapshot {
        self.guard = None;
        self
    }

    /// Another graph that is made of parts of this one, and needs its guard.
    pub(super) fn changed(&self, graph: Graph) -> Snapshot {
        Snapshot {
            graph: Arc::new(graph),
            guard: self.guard.clone(),
        }
    }
}

impl Graph {
    /// The names of the graph.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Its indexes and constraints.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The number of nodes.
    pub fn node_count(&self) -> u64 {
        self.nodes.alive()
    }

    /// One more than the greatest number that a node has.
    pub fn node_positions(&self) -> usize {
        self.nodes.next() as usize
    }

    /// The number of relationships.
    pub fn relationship_count(&self) -> u64 {
        self.relationships.alive()
    }

    /// The number of nodes with a label.
    pub fn label_count(&self, label: LabelId) -> u64 {
        self.label_counts.get(label.index()).copied().unwrap_or(0)
    }

    /// The number of relationships of a type.
    pub fn type_count(&self, relationship_type: TypeId) -> u64 {
        self.type_counts
            .get(relationship_type.index())
            .copied()
            .unwrap_or(0)
    }

    /// The number of chunks of nodes; they are numbered from 0.
    pub fn node_chunks(&self) -> usize {
        self.nodes.chunks()
    }

    /// The nodes of a chunk that have all `labels`, ascending.
    pub fn scan_nodes(&self, chunk: usize, labels: &[LabelId]) -> Result<UInt32Array> {
        let wanted = self.catalog.sets_with(labels);
        self.scan(&self.nodes, chunk, |set| {
            wanted.get(*set as usize) == Some(&true)
        })
    }

    /// The nodes of a chunk that have all `labels`, if they stand side by side there.
    ///
    /// # Errors
    /// Where the chunk is stored and cannot be fetched.
    pub fn scan_node_run(&self, chunk: usize, labels: &[LabelId]) -> Result<Option<Range<u32>>> {
        let Some((set, rows)) = self.nodes.uniform(chunk)? else {
            return Ok(None);
        };
        let has = self.catalog.label_set(set);
        let start = (chunk * CHUNK_SIZE) as u32;
        let rows = match labels.iter().all(|label| has.contains(label)) {
            true => rows,
            false => 0,
        };
        Ok(Some(start..start + rows))
    }

    /// The chunks where nodes that have all `labels` may stand.
    ///
    /// # Errors
    /// Where a chunk is stored and cannot be fetched.
    pub fn chunks_with(&self, labels: &[LabelId]) -> Result<Vec<usize>> {
        let wanted = self.catalog.sets_with(labels);
        let may_have = |uniform: Option<(LabelSetId, u32)>| match uniform {
            Some((set, _)) => wanted.get(set as usize) == Some(&true),
            None => true,
        };
        let mut chunks = Vec::new();
        for (chunk, uniform) in self.nodes.uniforms().enumerate() {
            if may_have(uniform?) {
                chunks.push(chunk);
            }
        }
        Ok(chunks)
    }

    /// The columns of a chunk of nodes; `None` where some have changed since it was made.
    ///
    /// # Errors
    /// Where it is stored and cannot be fetched.
    pub fn frozen_nodes(&self, chunk: usize) -> Result<Option<FrozenNodes>> {
        let held = self.nodes.frozen_chunk(chunk)?;
        Ok(held.map(|held| FrozenNodes::new(chunk, Arc::clone(&held))))
    }

    /// Values between which a property of all nodes of a chunk is, where that is known; then all have it.
    /// `kept` is what was kept of earlier reads of the property.
    ///
    /// # Errors
    /// Where it is stored and cannot be fetched.
    pub fn node_bounds<'k>(
        &self,
        chunk: usize,
        key: KeyId,
        kept: &'k mut KeptColumns,
    ) -> Result<Option<&'k Bounds>> {
        self.nodes.kept_bounds(chunk, key, kept)
    }

    /// As [`Snapshot::node_bounds`], of relationships.
    ///
    /// # Errors
    /// Where it is stored and cannot be fetched.
    pub fn relationship_bounds<'k>(
        &self,
        chunk: usize,
        key: KeyId,
        kept: &'k mut KeptColumns,
    ) -> Result<Option<&'k Bounds>> {
        self.relationships.kept_bounds(chunk, key, kept)
    }

    /// The number of chunks of relationships; they are numbered from 0.
    pub fn relationship_chunks(&self) -> usize {
        self.relationships.chunks()
    }

    /// The relationships of a chunk of one of `types` (of any where missing), ascending.
    pub fn scan_relationships(
        &self,
        chunk: usize,
        types: Option<&[TypeId]>,
    ) -> Result<UInt32Array> {
        self.scan(&self.relationships, chunk, |ends| {
            types.is_none_or(|types| types.contains(&ends.relationship_type))
        })
    }

    fn scan<F: Fixed>(
        &self,
        table: &Table<F>,
        number: usize,
        wanted: impl Fn(&F) -> bool,
    ) -> Result<UInt32Array> {
        let chunk = table.chunk(number)?;
        let start = (number * CHUNK_SIZE) as u32;
        if let Some(all) = chunk.uniform.filter(|_| !table.is_patched(number)) {
            let rows = if wanted(&all) {
                chunk.fixed.len() as u32
            } else {
                0
            };
            return Ok(UInt32Array::from_iter_values(start..start + rows));
        }
        let mut found = Vec::with_capacity(chunk.fixed.len());
        let mut patched = table.patched_rows(number).peekable();
        for (offset, fixed) in chunk.fixed.iter().enumerate() {
            let position = start + offset as u32;
            let (alive, fixed) = match patched.next_if(|(patched, _)| *patched == position) {
                Some((_, row)) => (row.alive, &row.fixed),
                None => (chunk.exists(offset), fixed),
            };
            if alive && wanted(fixed) {
                found.push(position);
            }
        }
        let added = patched.filter(|(_, row)| row.alive && wanted(&row.fixed));
        found.extend(added.map(|(position, _)| position));
        Ok(UInt32Array::from(found))
    }

    /// Whether a node exists.
    pub fn node_exists(&self, node: NodeId) -> Result<bool> {
        Ok(matches!(self.nodes.fixed(node.0)?, Some((true, _))))
    }

    /// Whether a relationship exists.
    pub fn relationship_exists(&self, relationship: RelationshipId) -> Result<bool> {
        Ok(matches!(
            self.relationships.fixed(relationship.0)?,
            Some((true, _))
        ))
    }

    /// The set of labels of a node.
    ///
    /// # Errors
    /// `DeletedEntityAccess` where the node does not exist.
    pub(super) fn label_set_of(&self, node: NodeId) -> Result<LabelSetId> {
        match self.nodes.fixed(node.0)? {
            Some((true, set)) => Ok(set),
            _ => Err(deleted("node")),
        }
    }

    /// The labels of a node in alphabetical order.
    ///
    /// # Errors
    /// `DeletedEntityAccess` where the node does not exist.
    pub fn node_labels(&self, node: NodeId) -> Result<Vec<LabelId>> {
        Ok(self.labels_of_set(self.label_set_of(node)?))
    }

    /// The labels of a set in alphabetical order.
    pub fn labels_of_set(&self, set: LabelSetId) -> Vec<LabelId> {
        let mut labels = self.catalog.label_set(set).to_vec();
        labels.sort_by(|left, right| {
            self.catalog
                .label_name(*left)
                .cmp(self.catalog.label_name(*right))
        });
        labels
    }

    /// Whether each node has a label; null where the node is null.
    ///
    /// # Errors
    /// `DeletedEntityAccess` where a node does not exist.
    pub fn have_label(&self, nodes: &UInt32Array, label: LabelId) -> Result<BooleanArray> {
        let with_label = self.catalog.sets_with(&[label]);
        let has_label = |set: &LabelSetId| with_label.get(*set as usize) == Some(&true);
        self.nodes.test(nodes, has_label, || deleted("node"))
    }

    /// One property of many nodes; null where the node is null or lacks it.
    ///
    /// # Errors
    /// `DeletedEntityAccess` where a node does not exist.
    pub fn node_column(&self, nodes: &UInt32Array, key: KeyId) -> Result<Column> {
        self.node_column_by(nodes, key, &mut KeptColumns::default())
    }

    /// As [`Graph::node_column`], by what was kept of earlier reads of the property from this state.
    pub fn node_column_by(
        &self,
        nodes: &UInt32Array,
        key: KeyId,
        kept: &mut KeptColumns,
    ) -> Result<Column> {
        self.nodes.column(nodes, key, kept, || deleted("node"))
    }

    /// One property of a node; null where it lacks it.
    ///
    /// # Errors
    /// `DeletedEntityAccess` where the node does not exist.
    pub fn node_property(&self, node: NodeId, key: KeyId) -> Result<Value> {
        self.label_set_of(node)?;
        self.nodes.property(node.0, key)
    }

    /// All properties of a node in the alphabetical order of their keys.
    ///
    /// # Errors
    /// `DeletedEntityAccess` where the node does not exist.
    pub fn node_properties(&self, node: NodeId) -> Result<Vec<(KeyId, Value)>> {
        self.label_set_of(node)?;
        Ok(self.by_name(self.nodes.properties(node.0)?))
    }

    fn by_name(&self, properties: BTreeMap<KeyId, Value>) -> Vec<(KeyId, Value)> {
        let mut properties: Vec<_> = properties.into_iter().collect();
        properties.sort_by(|left, right| {
            self.catalog
                .key_name(left.0)
                .cmp(self.catalog.key_name(right.0))
        });
        properties
    }

    /// Type and ends of a relationship, also of one that is deleted.
    pub fn endpoints(&self, relationship: RelationshipId) -> Result<Endpoints> {
        match self.relationships.fixed(relationship.0)? {
            Some((_, ends)) => Ok(ends),
            None => Err(deleted("relationship")),
        }
    }

    /// One property of many relationships; null where the relationship is null or lacks it.
    ///
    /// # Errors
    /// `DeletedEntityAccess` where a relationship does not exist.
    pub fn relationship_column(&self, relationships: &UInt32Array, key: KeyId) -> Result<Column> {
        self.relationship_column_by(relationships, key, &mut KeptColumns::default())
    }

    /// As [`Graph::relationship_column`], by what was kept of earlier reads of the property from this
    /// state.
    pub fn relationship_column_by(
        &self,
        relationships: &UInt32Array,
        key: KeyId,
        kept: &mut KeptColumns,
    ) -> Result<Column> {
        let deleted = || deleted("relationship");
        self.relationships.column(relationships, key, kept, deleted)
    }

    /// One property of a relationship; null where it lacks it.
    ///
    /// # Errors
    /// `DeletedEntityAccess` where the relationship does not exist.
    pub fn relationship_property(&self, relationship: RelationshipId, key: KeyId) -> Result<Value> {
        if !self.relationship_exists(relationship)? {
            return Err(deleted("relationship"));
        }
        self.relationships.property(relationship.0, key)
    }

    /// All properties of a relationship in the alphabetical order of their keys.
    ///
    /// # Errors
    /// `DeletedEntityAccess` where the relationship does not exist.
    pub fn relationship_properties(
        &self,
        relationship: RelationshipId,
    ) -> Result<Vec<(KeyId, Value)>> {
        if !self.relationship_exists(relationship)? {
            return Err(deleted("relationship"));
        }
        Ok(self.by_name(self.relationships.properties(relationship.0)?))
    }

    /// The neighbours of a node over relationships of one type in one direction, sorted by
    /// (neighbour, relationship).
    pub fn neighbours(
        &self,
        node: NodeId,
        direction: Direction,
        relationship_type: TypeId,
    ) -> Result<NeighbourList> {
        let adjacency = self
            .adjacency
            .get(adjacency_place(direction, relationship_type));
        match adjacency {
            Some(adjacency) => adjacency.neighbours(node.0),
            None => Ok(NeighbourList::empty()),
        }
    }

    /// The label sets at both ends of about `count` relationships of a type, for estimates.
    ///
    /// # Errors
    /// Where they are stored and cannot be fetched.
    pub fn sample_ends(&self, relationship_type: TypeId, count: usize) -> Result<Vec<SampledEnds>> {
        let sample = |direction| {
            let place = adjacency_place(direction, relationship_type);
            let adjacency = self.adjacency.get(place);
            adjacency.map_or(Ok(Vec::new()), |adjacency| adjacency.sample(count / 2))
        };
        let incoming = sample(Direction::Incoming)?.into_iter();
        let ends = sample(Direction::Outgoing)?.into_iter();
        let ends = ends.chain(incoming.map(|(end, start)| (start, end)));
        let ends = ends.map(|(start, end)| {
            Ok(SampledEnds {
                start: self.label_set(start)?,
                end: self.label_set(end)?,
            })
        });
        ends.collect()
    }

    fn label_set(&self, node: u32) -> Result<LabelSetId> {
        // Of a chunk whose nodes have the same labels that is known without it.
        let (chunk, offset) = (node as usize / CHUNK_SIZE, node as usize % CHUNK_SIZE);
        if chunk < self.nodes.chunks()
            && let Some((set, rows)) = self.nodes.uniform(chunk)?
            && offset < rows as usize
        {
            return Ok(set);
        }
        Ok(self.nodes.fixed(node)?.map_or(0, |row| row.1))
    }

    /// Whether all neighbours over relationships of a type are known to have sets of labels that pass.
    pub fn all_neighbours_pass(
        &self,
        direction: Direction,
        relationship_type: TypeId,
        passes: impl Fn(LabelSetId) -> bool,
    ) -> bool {
        let place = adjacency_place(direction, relationship_type);
        let sets = self.neighbour_sets.at(place);
        sets.is_some_and(|sets| sets.iter().all(|set| passes(*set)))
    }

    /// The labels that every node has that relationships of a type lead to. There may be more: what was
    /// deleted is not forgotten.
    pub fn labels_of_neighbours(
        &self,
        direction: Direction,
        relationship_type: TypeId,
    ) -> Vec<LabelId> {
        let place = adjacency_place(direction, relationship_type);
        let mut sets = self.neighbour_sets.at(place).into_iter().flatten();
        let first = sets.next().map(|set| self.catalog.label_set(*set));
        let mut labels = first.unwrap_or_default().to_vec();
        for set in sets {
            labels.retain(|label| self.catalog.set_has(*set, *label));
        }
        labels
    }

    /// A number that differs, but for chance, where [`Graph::all_neighbours_pass`] may.
    pub fn neighbours_fingerprint(&self) -> u64 {
        self.neighbour_sets.fingerprint()
    }

    /// A reader of the neighbours of many nodes.
    pub fn adjacency_reader(
        &self,
        direction: Direction,
        relationship_type: TypeId,
    ) -> AdjacencyReader {
        let place = adjacency_place(direction, relationship_type);
        AdjacencyReader::new(self.adjacency.get(place))
    }

    /// A reader of the neighbours in both directions at once, each loop once, where that is at hand:
    /// undirected neighbours must have been looked up often enough. `lookups` is how often of late.
    ///
    /// # Errors
    /// Where they are stored and cannot be fetched.
    pub fn undirected_reader(
        &self,
        relationship_type: TypeId,
        lookups: usize,
    ) -> Result<Option<AdjacencyReader>> {
        let adjacency = |direction| {
            let place = adjacency_place(direction, relationship_type);
            self.adjacency.get(place)
        };
        match (
            adjacency(Direction::Outgoing),
            adjacency(Direction::Incoming),
        ) {
            (Some(outgoing), Some(incoming)) => {
                AdjacencyReader::of_both(outgoing, incoming, lookups)
            }
            _ => Ok(None),
        }
    }

    /// The number of relationships of one type at a node in one direction.
    pub fn degree(
        &self,
        node: NodeId,
        direction: Direction,
        relationship_type: TypeId,
    ) -> Result<u64> {
        let adjacency = self
            .adjacency
            .get(adjacency_place(direction, relationship_type));
        adjacency.map_or(Ok(0), |adjacency| adjacency.degree(node.0))
    }

    /// How many relationships connect which labels by which type, counted now; a node with several
    /// labels counts under each.
    pub fn pattern_counts(&self) -> Result<Vec<PatternCount>> {
        let mut counts: BTreeMap<(Option<LabelId>, TypeId, Option<LabelId>), u64> = BTreeMap::new();
        for chunk in 0..self.relationship_chunks() {
            for id in self.scan_relationships(chunk, None)?.iter().flatten() {
                let ends = self.endpoints(RelationshipId(id))?;
                for start in self.labels_or_none(ends.start)? {
                    for end in self.labels_or_none(ends.end)? {
                        *counts
                            .entry((start, ends.relationship_type, end))
                            .or_default() += 1;
                    }
                }
            }
        }
        let name =
            |label: Option<LabelId>| label.map(|label| self.catalog.label_name(label).clone());
        let mut named: Vec<PatternCount> = counts
            .into_iter()
            .map(|((start, relationship_type, end), count)| PatternCount {
                start: name(start),
                relationship_type: self.catalog.type_name(relationship_type).clone(),
                end: name(end),
                count,
            })
            .collect();
        named.sort_by(|left, right| {
            let key = |count: &PatternCount| {
                (
                    count.relationship_type.clone(),
                    count.start.clone(),
                    count.end.clone(),
                )
            };
            key(left).cmp(&key(right))
        });
        Ok(named)
    }

    fn labels_or_none(&self, node: NodeId) -> Result<Vec<Option<LabelId>>> {
        let labels = self.node_labels(node)?;
        if labels.is_empty() {
            return Ok(vec![None]);
        }
        Ok(labels.into_iter().map(Some).collect())
    }
}

/// Where the adjacency of a type and direction stands.
pub(super) fn adjacency_place(direction: Direction, relationship_type: TypeId) -> usize {
    relationship_type.index() * 2 + usize::from(direction == Direction::Incoming)
}
