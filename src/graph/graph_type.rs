//! A graph type: which labels and properties nodes have, and which relationships connect them. In
//! the spirit of ISO GQL, in the form of Neo4j's `ALTER CURRENT GRAPH TYPE`.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::value::{TypeTest, write_name};

/// What the elements of a graph are like.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GraphType {
    /// Whether nothing else may be in the graph: no other labels, types and properties.
    pub is_closed: bool,
    /// Types of nodes, each of another label.
    pub nodes: Vec<NodeType>,
    /// Types of relationships. A relationship fits one of those of its type.
    pub relationships: Vec<RelationshipType>,
}

/// What every node with a label is like.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NodeType {
    /// The label.
    pub label: Arc<str>,
    /// Labels that come with it.
    pub implied: Vec<Arc<str>>,
    /// Its properties.
    pub properties: Vec<PropertyType>,
}

/// What a relationship of a type is like.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RelationshipType {
    /// The type.
    pub name: Arc<str>,
    /// Labels of the node where it starts.
    pub start: Vec<Arc<str>>,
    /// Labels of the node where it ends.
    pub end: Vec<Arc<str>>,
    /// Its properties.
    pub properties: Vec<PropertyType>,
}

/// What a property is like.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PropertyType {
    /// Its key.
    pub name: Arc<str>,
    /// What its values are; whether it may be missing.
    pub test: TypeTest,
}

impl GraphType {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        !self.is_closed && self.nodes.is_empty() && self.relationships.is_empty()
    }
}

impl fmt::Display for GraphType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nodes = self.nodes.iter().map(NodeType::to_string);
        let relationships = self.relationships.iter().map(RelationshipType::to_string);
        let elements: Vec<String> = nodes
            .chain(relationships)
            .map(|element| format!("  {element}"))
            .collect();
        let closed = if self.is_closed { "CLOSED " } else { "" };
        match elements.is_empty() {
            true => write!(f, "{closed}{{}}"),
            false => write!(f, "{closed}{{\n{}\n}}", elements.join(",\n")),
        }
    }
}

impl fmt::Display for NodeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(:")?;
        write_name(&self.label, f)?;
        f.write_str(" =>")?;
        write_labels(f, " :", &self.implied)?;
        write_properties(f, &self.properties)?;
        f.write_str(")")
    }
}

impl fmt::Display for RelationshipType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_pattern(f, true)
    }
}

impl RelationshipType {
    /// `(:Event)-[:HELD_IN]->(:City)`
    pub(super) fn pattern(&self) -> String {
        struct Pattern<'r>(&'r RelationshipType);
        impl fmt::Display for Pattern<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.write_pattern(f, false)
            }
        }
        Pattern(self).to_string()
    }

    fn write_pattern(&self, f: &mut fmt::Formatter<'_>, with_properties: bool) -> fmt::Result {
        f.write_str("(")?;
        write_labels(f, ":", &self.start)?;
        f.write_str(")-[:")?;
        write_name(&self.name, f)?;
        if with_properties {
            f.write_str(" =>")?;
            write_properties(f, &self.properties)?;
        }
        f.write_str("]->(")?;
        write_labels(f, ":", &self.end)?;
        f.write_str(")")
    }
}

fn write_labels(f: &mut fmt::Formatter<'_>, before: &str, labels: &[Arc<str>]) -> fmt::Result {
    for (place, label) in labels.iter().enumerate() {
        f.write_str(if place == 0 { before } else { "&" })?;
        write_name(label, f)?;
    }
    Ok(())
}

fn write_properties(f: &mut fmt::Formatter<'_>, properties: &[PropertyType]) -> fmt::Result {
    if properties.is_empty() {
        return Ok(());
    }
    f.write_str(" {")?;
    for (place, property) in properties.iter().enumerate() {
        f.write_str(if place == 0 { "" } else { ", " })?;
        write_name(&property.name, f)?;
        write!(f, " :: {}", property.test)?;
    }
    f.write_str("}")
}
