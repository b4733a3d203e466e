//! Nodes and relationships as users see them: with names, not numbers.

use std::sync::Arc;

use crate::error::Result;
use crate::graph::Snapshot;
use crate::value::{Map, NodeId, RelationshipId};

/// A node with all that it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its number.
    pub id: NodeId,
    /// Its labels in alphabetical order.
    pub labels: Vec<Arc<str>>,
    /// Its properties.
    pub properties: Map,
}

/// A relationship with all that it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Relationship {
    /// Its number.
    pub id: RelationshipId,
    /// Its type.
    pub relationship_type: Arc<str>,
    /// Where it starts.
    pub start: NodeId,
    /// Where it ends.
    pub end: NodeId,
    /// Its properties.
    pub properties: Map,
}

impl Node {
    /// Reads a node; a deleted one has no labels and no properties.
    pub fn read(graph: &Snapshot, node: NodeId) -> Result<Node> {
        if !graph.node_exists(node)? {
            return Ok(Node {
                id: node,
                labels: Vec::new(),
                properties: Map::new(),
            });
        }
        let catalog = graph.catalog();
        let labels = graph.node_labels(node)?;
        let properties = graph.node_properties(node)?;
        Ok(Node {
            id: node,
            labels: labels
                .into_iter()
                .map(|label| catalog.label_name(label).clone())
                .collect(),
            properties: properties
                .into_iter()
                .map(|(key, value)| (catalog.key_name(key).clone(), value))
                .collect(),
        })
    }
}

impl Relationship {
    /// Reads a relationship; a deleted one has no properties.
    pub fn read(graph: &Snapshot, relationship: RelationshipId) -> Result<Relationship> {
        let catalog = graph.catalog();
        let endpoints = graph.endpoints(relationship)?;
        let properties = if graph.relationship_exists(relationship)? {
            graph.relationship_properties(relationship)?
        } else {
            Vec::new()
        };
        Ok(Relationship {
            id: relationship,
            relationship_type: catalog.type_name(endpoints.relationship_type).clone(),
            start: endpoints.start,
            end: endpoints.end,
            properties: properties
                .into_iter()
                .map(|(key, value)| (catalog.key_name(key).clone(), value))
                .collect(),
        })
    }
}
