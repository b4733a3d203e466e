//! Reading properties and labels: by column for nodes and relationships, by value for maps and
//! temporal values.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::{Array, BooleanArray, Int64Array, UInt32Array};

use super::{Operand, map_column};
use crate::bind::expression::Labels;
use crate::column::{Bounds, Column};
use crate::error::{Error, Result};
use crate::execute::batch::NodeRun;
use crate::execute::{Batch, Runtime};
use crate::graph::Snapshot;
use crate::physical::Expression as E;
use crate::value::temporal::NANOSECONDS_PER_DAY;
use crate::value::{Date, KeyId, LocalTime, NodeId, RelationshipId, Value, temporal};

/// `object.key`
pub(super) fn property(object: &Operand, key: &str, runtime: &Runtime) -> Result<Operand> {
    match object {
        Operand::Column(column) => property_of_column(column, key, runtime).map(Operand::Column),
        Operand::Constant(value) => property_of(value, key, runtime.graph()).map(Operand::Constant),
    }
}

/// `object.key` of a column of objects.
pub(super) fn property_of_column(objects: &Column, key: &str, runtime: &Runtime) -> Result<Column> {
    let graph = runtime.graph();
    match objects {
        Column::Node(nodes) => match graph.catalog().key(key) {
            Some(key) => runtime.node_column(nodes, key),
            None => missing_key(nodes, |node| graph.node_exists(NodeId(node))),
        },
        Column::Relationship(ids) => match graph.catalog().key(key) {
            Some(key) => runtime.relationship_column(ids, key),
            None => missing_key(ids, |id| graph.relationship_exists(RelationshipId(id))),
        },
        Column::Null(rows) => Ok(Column::Null(*rows)),
        others => match temporal_component(others, key) {
            Some(components) => Ok(Column::Integer(components)),
            None => map_column(others, |value| property_of(&value, key, graph)),
        },
    }
}

/// The component of this name of dates or local date-times; `None` for other columns, and where there is no such
/// component.
fn temporal_component(column: &Column, name: &str) -> Option<Int64Array> {
    match column {
        Column::Date(dates) => {
            let compute = temporal::date_component(name)?;
            Some(dates.unary(|days| compute(Date { days })))
        }
        Column::LocalDateTime(instants) => {
            if let Some(compute) = temporal::date_component(name) {
                let date = |instant: i64| Date {
                    days: instant.div_euclid(NANOSECONDS_PER_DAY),
                };
                return Some(instants.unary(|instant| compute(date(instant))));
            }
            let compute = temporal::time_component(name)?;
            let time = |instant: i64| LocalTime {
                nanoseconds: instant.rem_euclid(NANOSECONDS_PER_DAY),
            };
            Some(instants.unary(|instant| compute(time(instant))))
        }
        _ => None,
    }
}

/// `object.key` of a column of nodes that stand side by side; `None` where that is no such column.
pub(super) fn property_of_run(
    object: &E,
    key: &str,
    batch: &Batch,
    runtime: &Runtime,
) -> Result<Option<Column>> {
    let Some((run, key)) = run_of(object, key, batch, runtime) else {
        return Ok(None);
    };
    let column = match runtime.chunk_of(&run.nodes)? {
        Some(chunk) => chunk.column(&run.nodes, key)?,
        None => None,
    };
    let Some(column) = column else {
        return Ok(None);
    };
    match &run.selection {
        None => Ok(Some(column)),
        Some(selection) => column.take(selection).map(Some),
    }
}

/// What bounds of `object.key` tell, where they are known and no row is null.
pub(super) fn bounds_of_run<T>(
    object: &E,
    key: &str,
    batch: &Batch,
    runtime: &Runtime,
    tell: impl FnOnce(&Bounds) -> T,
) -> Result<Option<T>> {
    let Some((run, key)) = run_of(object, key, batch, runtime) else {
        return Ok(None);
    };
    let has_null = |rows: &Arc<UInt32Array>| rows.null_count() > 0;
    if run.selection.as_ref().is_some_and(has_null) {
        return Ok(None);
    }
    match runtime.chunk_of(&run.nodes)? {
        Some(chunk) => Ok(chunk.bounds(key)?.map(tell)),
        None => Ok(None),
    }
}

fn run_of(object: &E, key: &str, batch: &Batch, runtime: &Runtime) -> Option<(NodeRun, KeyId)> {
    let E::Slot(slot) = object else {
        return None;
    };
    let run = batch.node_run(*slot)?;
    Some((run, runtime.graph().catalog().key(key)?))
}

/// A property that no entity has is null, but of a deleted entity it is an error all the same.
fn missing_key(ids: &UInt32Array, exists: impl Fn(u32) -> Result<bool>) -> Result<Column> {
    for id in ids.iter().flatten() {
        if !exists(id)? {
            return Err(deleted());
        }
    }
    Ok(Column::Null(ids.len()))
}

fn deleted() -> Error {
    use crate::error::{ErrorDetail, ErrorKind};
    Error::new(
        ErrorKind::EntityNotFound,
        ErrorDetail::DeletedEntityAccess,
        "a deleted node or relationship is accessed",
    )
}

/// A property of one value.
pub(super) fn property_of(value: &Value, key: &str, graph: &Snapshot) -> Result<Value> {
    match value {
        Value::Null => Ok(Value::Null),
        Value::Map(entries) => Ok(entries.get(key).cloned().unwrap_or_default()),
        Value::Node(node) => match graph.catalog().key(key) {
            Some(key) => graph.node_property(*node, key),
            None if graph.node_exists(*node)? => Ok(Value::Null),
            None => Err(deleted()),
        },
        Value::Relationship(id) => match graph.catalog().key(key) {
            Some(key) => graph.relationship_property(*id, key),
            None if graph.relationship_exists(*id)? => Ok(Value::Null),
            None => Err(deleted()),
        },
        Value::Date(_)
        | Value::LocalTime(_)
        | Value::Time(_)
        | Value::LocalDateTime(_)
        | Value::DateTime(_)
        | Value::Duration(_) => Ok(temporal::component(value, key).unwrap_or_default()),
        other => Err(Error::type_error(format!(
            "`.{key}` needs a node, relationship, map or temporal value, got {}",
            other.value_type()
        ))),
    }
}

/// The properties of a node, relationship or map as a map.
pub(super) fn properties_of(value: &Value, graph: &Snapshot) -> Result<Value> {
    let catalog = graph.catalog();
    let named = |properties: Vec<(crate::value::KeyId, Value)>| {
        Value::map(
            properties
                .into_iter()
                .map(|(key, value)| (catalog.key_name(key).clone(), value)),
        )
    };
    match value {
        Value::Null | Value::Map(_) => Ok(value.clone()),
        Value::Node(node) => graph.node_properties(*node).map(named),
        Value::Relationship(id) => graph.relationship_properties(*id).map(named),
        other => Err(Error::type_error(format!(
            "properties are had by nodes, relationships and maps, not by {}",
            other.value_type()
        ))),
    }
}

/// `operand:labels`, for nodes and relationships.
pub(super) fn has_labels(
    operand: Operand,
    labels: &Labels,
    rows: usize,
    runtime: &Runtime,
) -> Result<Operand> {
    let graph = runtime.graph();
    let column = operand.into_column(rows);
    let result = match &column {
        Column::Node(nodes) => node_labels(nodes, labels, graph)?,
        Column::Null(_) => return Ok(Operand::Column(Column::Null(rows))),
        other => {
            let mut answers = Vec::with_capacity(rows);
            for value in other.values() {
                answers.push(match value {
                    Value::Null => None,
                    Value::Node(node) => {
                        let one = UInt32Array::from(vec![node.0]);
                        Some(node_labels(&one, labels, graph)?.value(0))
                    }
                    Value::Relationship(id) => {
                        let name = graph
                            .catalog()
                            .type_name(graph.endpoints(id)?.relationship_type);
                        Some(type_matches(name, labels))
                    }
                    other => {
                        return Err(Error::type_error(format!(
                            "a label test needs a node or relationship, got {}",
                            other.value_type()
                        )));
                    }
                });
            }
            answers.into_iter().collect()
        }
    };
    Ok(Operand::Column(Column::Boolean(result)))
}

/// Which nodes satisfy a label expression; null for null.
pub(in crate::execute) fn node_labels(
    nodes: &UInt32Array,
    labels: &Labels,
    graph: &Snapshot,
) -> Result<BooleanArray> {
    let constant = |truth: bool| {
        BooleanArray::new(
            arrow_buffer::BooleanBuffer::from(vec![truth; nodes.len()]),
            nodes.nulls().cloned(),
        )
    };
    match labels {
        Labels::Name(name) => match graph.catalog().label(name) {
            Some(label) => graph.have_label(nodes, label),
            None => Ok(constant(false)),
        },
        Labels::Any => nodes
            .iter()
            .map(|node| match node {
                Some(node) => Ok(Some(!graph.node_labels(NodeId(node))?.is_empty())),
                None => Ok(None),
            })
            .collect(),
        Labels::Not(inner) => {
            let inner = node_labels(nodes, inner, graph)?;
            Ok(inner
                .iter()
                .map(|truth| truth.map(|truth| !truth))
                .collect())
        }
        Labels::And(parts) => fold(parts, constant(true), nodes, graph, |left, right| {
            left & right
        }),
        Labels::Or(parts) => fold(parts, constant(false), nodes, graph, |left, right| {
            left | right
        }),
    }
}

fn fold(
    parts: &[Labels],
    start: BooleanArray,
    nodes: &UInt32Array,
    graph: &Snapshot,
    connect: fn(bool, bool) -> bool,
) -> Result<BooleanArray> {
    let mut result = start;
    for part in parts {
        let next = node_labels(nodes, part, graph)?;
        result = BooleanArray::from_binary(&result, &next, connect);
    }
    Ok(result)
}

/// Whether a type satisfies a label expression.
pub(in crate::execute) fn type_matches(name: &Arc<str>, labels: &Labels) -> bool {
    match labels {
        Labels::Name(wanted) => wanted == name,
        Labels::Any => true,
        Labels::Not(inner) => !type_matches(name, inner),
        Labels::And(parts) => parts.iter().all(|part| type_matches(name, part)),
        Labels::Or(parts) => parts.iter().any(|part| type_matches(name, part)),
    }
}

/// The numbers of nodes in a column; anything but nodes and nulls is a type error.
pub(in crate::execute) fn node_ids(column: &Column) -> Result<Cow<'_, UInt32Array>> {
    match column {
        Column::Node(nodes) => Ok(Cow::Borrowed(nodes)),
        other => ids(other, "a node", |value| match value {
            Value::Node(node) => Some(node.0),
            _ => None,
        }),
    }
}

fn ids<'a>(
    column: &'a Column,
    wanted: &str,
    id: impl Fn(&Value) -> Option<u32>,
) -> Result<Cow<'a, UInt32Array>> {
    let one = |value: Value| match value {
        Value::Null => Ok(None),
        value => id(&value).map(Some).ok_or_else(|| {
            Error::type_error(format!("expected {wanted}, got {}", value.value_type()))
        }),
    };
    column
        .values()
        .map(one)
        .collect::<Result<UInt32Array>>()
        .map(Cow::Owned)
}
