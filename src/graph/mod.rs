//! The property graph: nodes, relationships, labels, properties in chunks.
//!
//! * In: writes, through one door; bulk loads.
//! * Out: snapshots, whose chunks come through one door that may fail.
//! * Never: query text, plans, files.
//! * Start here: [`Snapshot`].

use std::sync::Arc;

use arrow_array::{BooleanArray, UInt32Array};

use crate::column::Column;
use crate::error::{Error, Result};
use crate::value::{KeyId, LabelId, NodeId, RelationshipId, TypeId, Value};

/// Which way relationships are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From start to end.
    Outgoing,
    /// From end to start.
    Incoming,
}

/// The names of a graph, each with its number.
#[derive(Debug, Clone, Default)]
pub struct Catalog;

impl Catalog {
    /// Number of a label.
    pub fn label(&self, _name: &str) -> Option<LabelId> {
        None
    }
    /// Name of a label.
    pub fn label_name(&self, _label: LabelId) -> &Arc<str> {
        unimplemented!()
    }
    /// All labels in the order of their numbers.
    pub fn labels(&self) -> impl Iterator<Item = (LabelId, &Arc<str>)> {
        std::iter::empty()
    }
    /// Number of a type.
    pub fn relationship_type(&self, _name: &str) -> Option<TypeId> {
        None
    }
    /// Name of a type.
    pub fn type_name(&self, _type: TypeId) -> &Arc<str> {
        unimplemented!()
    }
    /// All types.
    pub fn relationship_types(&self) -> impl Iterator<Item = (TypeId, &Arc<str>)> {
        std::iter::empty()
    }
    /// Number of a key.
    pub fn key(&self, _name: &str) -> Option<KeyId> {
        None
    }
    /// Name of a key.
    pub fn key_name(&self, _key: KeyId) -> &Arc<str> {
        unimplemented!()
    }
    /// All keys.
    pub fn keys(&self) -> impl Iterator<Item = (KeyId, &Arc<str>)> {
        std::iter::empty()
    }
    /// Raised with each new name.
    pub fn version(&self) -> u64 {
        0
    }
}

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

/// Neighbours of one node over relationships of one type in one direction, sorted by
/// (neighbour, relationship).
#[derive(Debug, Clone, Default)]
pub struct NeighbourList;

impl NeighbourList {
    /// The neighbours.
    pub fn nodes(&self) -> &[u32] {
        &[]
    }
    /// The relationships, parallel to `nodes`.
    pub fn relationships(&self) -> &[u32] {
        &[]
    }
}

/// A state of the graph that never changes. Cloning is cheap.
#[derive(Debug, Clone, Default)]
pub struct Snapshot;

fn stub<T>() -> Result<T> {
    Err(Error::internal("stub"))
}

#[allow(missing_docs, unused_variables)]
impl Snapshot {
    pub fn catalog(&self) -> &Catalog {
        &Catalog
    }
    pub fn node_count(&self) -> u64 {
        0
    }
    pub fn relationship_count(&self) -> u64 {
        0
    }
    pub fn label_count(&self, label: LabelId) -> u64 {
        0
    }
    pub fn type_count(&self, relationship_type: TypeId) -> u64 {
        0
    }
    /// Number of chunks of nodes; chunk numbers are dense.
    pub fn node_chunks(&self) -> usize {
        0
    }
    /// Living nodes of a chunk that have all `labels`, ascending.
    pub fn scan_nodes(&self, chunk: usize, labels: &[LabelId]) -> Result<UInt32Array> {
        stub()
    }
    pub fn relationship_chunks(&self) -> usize {
        0
    }
    /// Living relationships of a chunk, of one of `types` (any where `None`), ascending.
    pub fn scan_relationships(
        &self,
        chunk: usize,
        types: Option<&[TypeId]>,
    ) -> Result<UInt32Array> {
        stub()
    }
    pub fn node_exists(&self, node: NodeId) -> Result<bool> {
        stub()
    }
    pub fn relationship_exists(&self, relationship: RelationshipId) -> Result<bool> {
        stub()
    }
    /// Labels in the order of their names. A deleted node is an error (DeletedEntityAccess).
    pub fn node_labels(&self, node: NodeId) -> Result<Vec<LabelId>> {
        stub()
    }
    /// Null where the node is null.
    pub fn have_label(&self, nodes: &UInt32Array, label: LabelId) -> Result<BooleanArray> {
        stub()
    }
    /// Values of one property; null where the node is null or lacks it.
    pub fn node_column(&self, nodes: &UInt32Array, key: KeyId) -> Result<Column> {
        stub()
    }
    pub fn node_property(&self, node: NodeId, key: KeyId) -> Result<Value> {
        stub()
    }
    /// All properties of a node in the order of the key's names.
    pub fn node_properties(&self, node: NodeId) -> Result<Vec<(KeyId, Value)>> {
        stub()
    }
    /// Also of a deleted relationship, as long as the statement that deleted it runs.
    pub fn endpoints(&self, relationship: RelationshipId) -> Result<Endpoints> {
        stub()
    }
    pub fn relationship_column(&self, relationships: &UInt32Array, key: KeyId) -> Result<Column> {
        stub()
    }
    pub fn relationship_property(&self, relationship: RelationshipId, key: KeyId) -> Result<Value> {
        stub()
    }
    pub fn relationship_properties(
        &self,
        relationship: RelationshipId,
    ) -> Result<Vec<(KeyId, Value)>> {
        stub()
    }
    pub fn neighbours(
        &self,
        node: NodeId,
        direction: Direction,
        relationship_type: TypeId,
    ) -> Result<NeighbourList> {
        stub()
    }
    pub fn degree(
        &self,
        node: NodeId,
        direction: Direction,
        relationship_type: TypeId,
    ) -> Result<u64> {
        stub()
    }
}

/// What a statement changed, net.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Changes {
    pub nodes_created: u64,
    pub nodes_deleted: u64,
    pub relationships_created: u64,
    pub relationships_deleted: u64,
    pub labels_added: u64,
    pub labels_removed: u64,
    pub properties_set: u64,
    pub properties_removed: u64,
}

/// The one door for writes.
#[derive(Debug)]
pub struct GraphWriter;

#[allow(missing_docs, unused_variables)]
impl GraphWriter {
    pub fn new(snapshot: Snapshot) -> GraphWriter {
        GraphWriter
    }
    /// The state with all writes so far; cheap.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot
    }
    pub fn label(&mut self, name: &str) -> Result<LabelId> {
        stub()
    }
    pub fn relationship_type(&mut self, name: &str) -> Result<TypeId> {
        stub()
    }
    pub fn key(&mut self, name: &str) -> Result<KeyId> {
        stub()
    }
    pub fn create_node(
        &mut self,
        labels: &[LabelId],
        properties: Vec<(KeyId, Value)>,
    ) -> Result<NodeId> {
        stub()
    }
    pub fn create_relationship(
        &mut self,
        relationship_type: TypeId,
        start: NodeId,
        end: NodeId,
        properties: Vec<(KeyId, Value)>,
    ) -> Result<RelationshipId> {
        stub()
    }
    /// Null removes.
    pub fn set_node_property(&mut self, node: NodeId, key: KeyId, value: Value) -> Result<()> {
        stub()
    }
    pub fn set_relationship_property(
        &mut self,
        relationship: RelationshipId,
        key: KeyId,
        value: Value,
    ) -> Result<()> {
        stub()
    }
    pub fn add_label(&mut self, node: NodeId, label: LabelId) -> Result<()> {
        stub()
    }
    pub fn remove_label(&mut self, node: NodeId, label: LabelId) -> Result<()> {
        stub()
    }
    /// Nothing where it is deleted already.
    pub fn delete_relationship(&mut self, relationship: RelationshipId) -> Result<()> {
        stub()
    }
    /// The node's relationships must be gone (DeleteConnectedNode).
    pub fn delete_node(&mut self, node: NodeId) -> Result<()> {
        stub()
    }
    /// All relationships that start or end at a node.
    pub fn relationships_of(&self, node: NodeId) -> Result<Vec<RelationshipId>> {
        stub()
    }
    pub fn changes(&self) -> Changes {
        Changes::default()
    }
}
