//! Nodes, relationships, paths and maps: numbers, names, properties, ends, parts.

use std::collections::HashMap;

use arrow_array::types::Int64Type;
use arrow_array::{StringViewArray, UInt16Array, UInt32Array};

use super::Environment;
use super::argument::{admit_list, wrong_type};
use crate::column::{Column, Dictionary};
use crate::error::Result;
use crate::graph::{Endpoints, LabelSetId};
use crate::value::{KeyId, LabelId, Map, Path, TypeId, Value};

const NODE_OR_RELATIONSHIP: &str = "a node or a relationship";
const WITH_PROPERTIES: &str = "a node, a relationship or a map";

pub(super) fn id(_: &Environment, arguments: &[Value]) -> Result<Value> {
    match &arguments[0] {
        Value::Node(node) => Ok(Value::from(node.0)),
        Value::Relationship(relationship) => Ok(Value::from(relationship.0)),
        other => Err(wrong_type("id", NODE_OR_RELATIONSHIP, other)),
    }
}

pub(super) fn id_column(
    _: &Environment,
    columns: &[Column],
    _rows: usize,
) -> Result<Option<Column>> {
    Ok(match &columns[0] {
        Column::Node(array) | Column::Relationship(array) => {
            Some(Column::Integer(array.unary::<_, Int64Type>(i64::from)))
        }
        _ => None,
    })
}

/// The letter keeps nodes and relationships of one number apart.
pub(super) fn element_id(_: &Environment, arguments: &[Value]) -> Result<Value> {
    match &arguments[0] {
        Value::Node(node) => Ok(Value::from(format!("n{}", node.0))),
        Value::Relationship(relationship) => Ok(Value::from(format!("r{}", relationship.0))),
        other => Err(wrong_type("elementId", NODE_OR_RELATIONSHIP, other)),
    }
}

pub(super) fn labels(environment: &Environment, arguments: &[Value]) -> Result<Value> {
    let Value::Node(node) = &arguments[0] else {
        return Err(wrong_type("labels", "a node", &arguments[0]));
    };
    let labels = environment.graph.node_labels(*node)?;
    Ok(names_of(labels, environment))
}

fn names_of(labels: Vec<LabelId>, environment: &Environment) -> Value {
    let catalog = environment.graph.catalog();
    let name = |label| Value::String(catalog.label_name(label).clone());
    Value::list(labels.into_iter().map(name).collect())
}

/// The kernel of `labels`: nodes with the same labels share one list.
pub(super) fn labels_column(
    environment: &Environment,
    columns: &[Column],
    rows: usize,
) -> Result<Option<Column>> {
    let Column::Node(nodes) = &columns[0] else {
        return Ok(None);
    };
    let graph = environment.graph;
    let mut lists: HashMap<LabelSetId, Value> = HashMap::new();
    let mut values = Vec::with_capacity(rows);
    let mut last = (None, Value::Null);
    graph.visit_label_sets(nodes, |set| {
        if set != last.0 {
            let list = |set| names_of(graph.labels_of_set(set), environment);
            let list = set.map(|set| lists.entry(set).or_insert_with(|| list(set)).clone());
            last = (set, list.unwrap_or_default());
        }
        values.push(last.1.clone());
        Ok(())
    })?;
    Ok(Some(Column::Value(values.into())))
}

/// Type and ends of a relationship.
fn endpoints(function: &str, environment: &Environment, value: &Value) -> Result<Endpoints> {
    match value {
        Value::Relationship(relationship) => environment.graph.endpoints(*relationship),
        other => Err(wrong_type(function, "a relationship", other)),
    }
}

/// Works for a deleted relationship too, as the graph still knows its type.
pub(super) fn type_name(environment: &Environment, arguments: &[Value]) -> Result<Value> {
    let endpoints = endpoints("type", environment, &arguments[0])?;
    let name = environment
        .graph
        .catalog()
        .type_name(endpoints.relationship_type);
    Ok(Value::String(name.clone()))
}

pub(super) fn type_name_column(
    environment: &Environment,
    columns: &[Column],
    rows: usize,
) -> Result<Option<Column>> {
    let Column::Relationship(relationships) = &columns[0] else {
        return Ok(None);
    };
    let mut types: Vec<TypeId> = Vec::new();
    let mut codes: Vec<Option<u16>> = Vec::with_capacity(rows);
    let mut last: Option<(TypeId, u16)> = None;
    environment.graph.visit_endpoints(relationships, |ends| {
        let code = ends.map(|ends| match last {
            Some((known, code)) if known == ends.relationship_type => code,
            _ => {
                let place = types
                    .iter()
                    .position(|known| *known == ends.relationship_type);
                let place = place.unwrap_or_else(|| {
                    types.push(ends.relationship_type);
                    types.len() - 1
                });
                last.insert((ends.relationship_type, place as u16)).1
            }
        });
        codes.push(code);
        Ok(())
    })?;
    if types.len() > usize::from(u16::MAX) {
        return Ok(None);
    }
    let catalog = environment.graph.catalog();
    let names = types.iter().map(|one| catalog.type_name(*one).as_ref());
    let names = StringViewArray::from_iter_values(names);
    Dictionary::new(UInt16Array::from(codes), names).map(|types| Some(Column::Dictionary(types)))
}

pub(super) fn start_node(environment: &Environment, arguments: &[Value]) -> Result<Value> {
    let endpoints = endpoints("startNode", environment, &arguments[0])?;
    Ok(Value::Node(endpoints.start))
}

pub(super) fn end_node(environment: &Environment, arguments: &[Value]) -> Result<Value> {
    let endpoints = endpoints("endNode", environment, &arguments[0])?;
    Ok(Value::Node(endpoints.end))
}

/// The kernel of `startNode`.
pub(super) fn start_node_column(
    environment: &Environment,
    columns: &[Column],
    _rows: usize,
) -> Result<Option<Column>> {
    end_column(environment, &columns[0], |endpoints| endpoints.start.0)
}

/// The kernel of `endNode`.
pub(super) fn end_node_column(
    environment: &Environment,
    columns: &[Column],
    _rows: usize,
) -> Result<Option<Column>> {
    end_column(environment, &columns[0], |endpoints| endpoints.end.0)
}

fn end_column(
    environment: &Environment,
    column: &Column,
    end: fn(Endpoints) -> u32,
) -> Result<Option<Column>> {
    let Column::Relationship(relationships) = column else {
        return Ok(None);
    };
    let mut ends: Vec<Option<u32>> = Vec::with_capacity(relationships.len());
    environment.graph.visit_endpoints(relationships, |both| {
        ends.push(both.map(end));
        Ok(())
    })?;
    Ok(Some(Column::Node(UInt32Array::from(ends))))
}

/// The properties of a node or relationship; `None` for any other value.
fn stored_properties(
    environment: &Environment,
    value: &Value,
) -> Result<Option<Vec<(KeyId, Value)>>> {
    match value {
        Value::Node(node) => environment.graph.node_properties(*node).map(Some),
        Value::Relationship(relationship) => environment
            .graph
            .relationship_properties(*relationship)
            .map(Some),
        _ => Ok(None),
    }
}

pub(super) fn properties(environment: &Environment, arguments: &[Value]) -> Result<Value> {
    if let Value::Map(_) = &arguments[0] {
        return Ok(arguments[0].clone());
    }
    let Some(properties) = stored_properties(environment, &arguments[0])? else {
        return Err(wrong_type("properties", WITH_PROPERTIES, &arguments[0]));
    };
    let catalog = environment.graph.catalog();
    let entries: Map = properties
        .into_iter()
        .map(|(key, value)| (catalog.key_name(key).clone(), value))
        .collect();
    Ok(Value::Map(entries.into()))
}

pub(super) fn keys(environment: &Environment, arguments: &[Value]) -> Result<Value> {
    if let Value::Map(entries) = &arguments[0] {
        let _room = admit_list(environment, entries.len())?;
        let names = entries.keys().map(|key| Value::String(key.clone()));
        return Ok(Value::list(names.collect()));
    }
    let Some(properties) = stored_properties(environment, &arguments[0])? else {
        return Err(wrong_type("keys", WITH_PROPERTIES, &arguments[0]));
    };
    let catalog = environment.graph.catalog();
    let names = properties
        .iter()
        .map(|(key, _)| Value::String(catalog.key_name(*key).clone()));
    Ok(Value::list(names.collect()))
}

fn path<'a>(function: &str, value: &'a Value) -> Result<&'a Path> {
    match value {
        Value::Path(path) => Ok(path),
        other => Err(wrong_type(function, "a path", other)),
    }
}

pub(super) fn length(_: &Environment, arguments: &[Value]) -> Result<Value> {
    path("length", &arguments[0]).map(|path| Value::Integer(path.relationships.len() as i64))
}

pub(super) fn nodes(environment: &Environment, arguments: &[Value]) -> Result<Value> {
    let path = path("nodes", &arguments[0])?;
    let _room = admit_list(environment, path.nodes.len())?;
    let nodes = path.nodes.iter().map(|node| Value::Node(*node));
    Ok(Value::list(nodes.collect()))
}

pub(super) fn relationships(environment: &Environment, arguments: &[Value]) -> Result<Value> {
    let path = path("relationships", &arguments[0])?;
    let _room = admit_list(environment, path.relationships.len())?;
    let relationships = path
        .relationships
        .iter()
        .map(|relationship| Value::Relationship(*relationship));
    Ok(Value::list(relationships.collect()))
}
