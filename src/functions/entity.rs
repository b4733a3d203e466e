//! Functions on nodes, relationships, paths and maps.

use std::sync::Arc;

use super::Environment;
use crate::error::{Error, Result};
use crate::value::{KeyId, RelationshipId, Value};

fn mismatch(function: &str, wanted: &str, value: &Value) -> Error {
    Error::type_error(format!(
        "{function} needs {wanted}, got {}",
        value.value_type()
    ))
}

/// The number of a node or relationship.
pub fn id(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    match &arguments[0] {
        Value::Node(node) => Ok(Value::Integer(node.0.into())),
        Value::Relationship(relationship) => Ok(Value::Integer(relationship.0.into())),
        other => Err(mismatch("id", "a node or relationship", other)),
    }
}

/// A text that names a node or relationship in the whole graph.
pub fn element_id(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    match &arguments[0] {
        Value::Node(node) => Ok(format!("n{}", node.0).into()),
        Value::Relationship(relationship) => Ok(format!("r{}", relationship.0).into()),
        other => Err(mismatch("elementId", "a node or relationship", other)),
    }
}

/// The labels of a node in alphabetical order.
pub fn labels(environment: &Environment, arguments: &[Value]) -> Result<Value> {
    let Value::Node(node) = &arguments[0] else {
        return Err(mismatch("labels", "a node", &arguments[0]));
    };
    let names = environment.graph.node_labels(*node)?.into_iter();
    let name = |label| Value::String(environment.graph.catalog().label_name(label).clone());
    Ok(Value::list(names.map(name).collect()))
}

fn relationship(value: &Value, function: &str) -> Result<RelationshipId> {
    match value {
        Value::Relationship(relationship) => Ok(*relationship),
        other => Err(mismatch(function, "a relationship", other)),
    }
}

/// The type of a relationship.
pub fn relationship_type(environment: &Environment, arguments: &[Value]) -> Result<Value> {
    let ends = environment
        .graph
        .endpoints(relationship(&arguments[0], "type")?)?;
    Ok(Value::String(
        environment
            .graph
            .catalog()
            .type_name(ends.relationship_type)
            .clone(),
    ))
}

/// The node where a relationship starts.
pub fn start_node(environment: &Environment, arguments: &[Value]) -> Result<Value> {
    let ends = environment
        .graph
        .endpoints(relationship(&arguments[0], "startNode")?)?;
    Ok(Value::Node(ends.start))
}

/// The node where a relationship ends.
pub fn end_node(environment: &Environment, arguments: &[Value]) -> Result<Value> {
    let ends = environment
        .graph
        .endpoints(relationship(&arguments[0], "endNode")?)?;
    Ok(Value::Node(ends.end))
}

/// The properties of a node or relationship by name.
fn named(environment: &Environment, properties: Vec<(KeyId, Value)>) -> Vec<(Arc<str>, Value)> {
    let name = |key| environment.graph.catalog().key_name(key).clone();
    properties
        .into_iter()
        .map(|(key, value)| (name(key), value))
        .collect()
}

fn entries(
    environment: &Environment,
    value: &Value,
    function: &str,
) -> Result<Vec<(Arc<str>, Value)>> {
    match value {
        Value::Node(node) => Ok(named(
            environment,
            environment.graph.node_properties(*node)?,
        )),
        Value::Relationship(id) => Ok(named(
            environment,
            environment.graph.relationship_properties(*id)?,
        )),
        Value::Map(map) => Ok(map
            .iter()
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()),
        other => Err(mismatch(function, "a node, relationship or map", other)),
    }
}

/// All properties as a map.
pub fn properties(environment: &Environment, arguments: &[Value]) -> Result<Value> {
    Ok(Value::map(entries(
        environment,
        &arguments[0],
        "properties",
    )?))
}

/// The keys of all properties, or of a map.
pub fn keys(environment: &Environment, arguments: &[Value]) -> Result<Value> {
    let entries = entries(environment, &arguments[0], "keys")?;
    Ok(Value::list(
        entries
            .into_iter()
            .map(|(key, _)| Value::String(key))
            .collect(),
    ))
}

/// The number of relationships of a path.
pub fn length(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    match &arguments[0] {
        Value::Path(path) => Ok(Value::Integer(path.relationships.len() as i64)),
        other => Err(mismatch("length", "a path", other)),
    }
}

/// The nodes of a path.
pub fn nodes(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    match &arguments[0] {
        Value::Path(path) => Ok(Value::list(
            path.nodes.iter().copied().map(Value::Node).collect(),
        )),
        other => Err(mismatch("nodes", "a path", other)),
    }
}

/// The relationships of a path.
pub fn relationships(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    match &arguments[0] {
        Value::Path(path) => {
            let relationships = path.relationships.iter().copied().map(Value::Relationship);
            Ok(Value::list(relationships.collect()))
        }
        other => Err(mismatch("relationships", "a path", other)),
    }
}

/// Whether a property or a value is there.
pub fn exists(_environment: &Environment, arguments: &[Value]) -> Result<Value> {
    Ok((!arguments[0].is_null()).into())
}
