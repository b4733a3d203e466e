//! Elements in words, for errors that name them.

use std::fmt::Write;

use super::schema::Target;
use super::snapshot::Graph;
use crate::error::Result;
use crate::value::{KeyId, NodeId, RelationshipId, Value, write_name};

/// Properties that are shown of an element.
const SHOWN: usize = 3;

/// `node 3 (:City {name: 'Rabat'})`, or as a relationship.
pub(super) fn describe(target: &Target, position: u32, graph: &Graph) -> Result<String> {
    match target {
        Target::Nodes(_) => describe_node(NodeId(position), graph),
        Target::Relationships(_) => describe_relationship(RelationshipId(position), graph),
    }
}

/// `node 3 (:City {name: 'Rabat'})`
pub(super) fn describe_node(node: NodeId, graph: &Graph) -> Result<String> {
    let labels = labels(node, graph)?;
    let properties = properties(&graph.node_properties(node)?, graph);
    let inside = format!("{labels} {properties}");
    Ok(format!("node {} ({})", node.0, inside.trim()))
}

/// `relationship 4 [:HELD_IN {since: 1982}] from node 1 (:Event) to node 2 (:City)`
pub(super) fn describe_relationship(relationship: RelationshipId, graph: &Graph) -> Result<String> {
    let ends = graph.endpoints(relationship)?;
    let mut inside = format!(
        ":{}",
        name(graph.catalog().type_name(ends.relationship_type))
    );
    let properties = properties(&graph.relationship_properties(relationship)?, graph);
    if !properties.is_empty() {
        let _ = write!(inside, " {properties}");
    }
    Ok(format!(
        "relationship {} [{inside}] from node {} ({}) to node {} ({})",
        relationship.0,
        ends.start.0,
        labels(ends.start, graph)?,
        ends.end.0,
        labels(ends.end, graph)?
    ))
}

fn labels(node: NodeId, graph: &Graph) -> Result<String> {
    let labels = graph.node_labels(node)?.into_iter();
    let names = labels.map(|label| format!(":{}", name(graph.catalog().label_name(label))));
    Ok(names.collect())
}

/// `{name: 'Rabat', ...}`; empty where there is none.
fn properties(properties: &[(KeyId, Value)], graph: &Graph) -> String {
    let shown = properties.iter().take(SHOWN);
    let shown = shown.map(|(key, value)| {
        let key = name(graph.catalog().key_name(*key));
        format!("{key}: {}", shortened(value))
    });
    let mut shown: Vec<String> = shown.collect();
    if properties.len() > SHOWN {
        shown.push("...".to_owned());
    }
    match shown.is_empty() {
        true => String::new(),
        false => format!("{{{}}}", shown.join(", ")),
    }
}

/// A name as one would write it.
fn name(name: &str) -> String {
    let mut text = String::new();
    // Writing into a string does not fail.
    let _ = write_name(name, &mut text);
    text
}

/// A value as one would write it, cut where it is long.
pub(super) fn shortened(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

/// A value with its type.
pub(super) fn a_type(value: &Value) -> String {
    format!("{} ({})", shortened(value), value.value_type())
}
