//! What a write did, in names and values: the redo record, and what others replay.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::graph_type::GraphType;
use super::schema::{ConstraintDefinition, IndexDefinition};
use crate::value::{NodeId, RelationshipId, Value};

/// One change of the graph.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Effect {
    /// A node was made.
    CreateNode {
        /// Its number.
        node: NodeId,
        /// Its labels.
        labels: Vec<Arc<str>>,
        /// Its properties.
        properties: Vec<(Arc<str>, Value)>,
    },
    /// A relationship was made.
    CreateRelationship {
        /// Its number.
        relationship: RelationshipId,
        /// Its type.
        relationship_type: Arc<str>,
        /// Where it starts.
        start: NodeId,
        /// Where it ends.
        end: NodeId,
        /// Its properties.
        properties: Vec<(Arc<str>, Value)>,
    },
    /// A property of a node was set, or removed where the value is null.
    SetNodeProperty {
        /// The node.
        node: NodeId,
        /// The key.
        key: Arc<str>,
        /// The value.
        value: Value,
    },
    /// A property of a relationship was set, or removed where the value is null.
    SetRelationshipProperty {
        /// The relationship.
        relationship: RelationshipId,
        /// The key.
        key: Arc<str>,
        /// The value.
        value: Value,
    },
    /// A node got a label.
    AddLabel {
        /// The node.
        node: NodeId,
        /// The label.
        label: Arc<str>,
    },
    /// A node lost a label.
    RemoveLabel {
        /// The node.
        node: NodeId,
        /// The label.
        label: Arc<str>,
    },
    /// A relationship was deleted.
    DeleteRelationship {
        /// The relationship.
        relationship: RelationshipId,
    },
    /// A node was deleted.
    DeleteNode {
        /// The node.
        node: NodeId,
    },
    /// An index was made.
    CreateIndex(IndexDefinition),
    /// An index was dropped.
    DropIndex {
        /// Its name.
        name: Arc<str>,
    },
    /// A constraint was made.
    CreateConstraint(ConstraintDefinition),
    /// The graph type was set.
    SetGraphType(GraphType),
    /// A constraint was dropped.
    DropConstraint {
        /// Its name.
        name: Arc<str>,
    },
    /// More was written than is told one by one. The commit is a checkpoint; no log holds this.
    Bulk,
    /// A property of many nodes was set, or removed where the value is null.
    SetNodeProperties {
        /// The nodes, ascending.
        nodes: Vec<NodeId>,
        /// The key.
        key: Arc<str>,
        /// One value for all of them, or one each.
        values: Vec<Value>,
    },
    /// A property of many relationships was set, or removed where the value is null.
    SetRelationshipProperties {
        /// The relationships, ascending.
        relationships: Vec<RelationshipId>,
        /// The key.
        key: Arc<str>,
        /// One value for all of them, or one each.
        values: Vec<Value>,
    },
}
