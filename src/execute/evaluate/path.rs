//! Paths from the elements of a pattern: nodes, and relationships, lists of them, or lists of what
//! each relationship of a repeated part was, in turn.

use std::sync::Arc;

use super::{Operand, evaluate};
use crate::column::Column;
use crate::error::{Error, Result};
use crate::execute::{Batch, Runtime};
use crate::graph::Snapshot;
use crate::physical::Expression as E;
use crate::value::{Path, RelationshipId, Value};

/// The path along the elements, for each row; null where an element is null.
pub(super) fn path(elements: &[E], batch: &Batch, runtime: &mut Runtime) -> Result<Operand> {
    let operands = elements
        .iter()
        .map(|element| evaluate(element, batch, runtime))
        .collect::<Result<Vec<_>>>()?;
    let mut paths = Vec::with_capacity(batch.rows());
    for row in 0..batch.rows() {
        let values: Vec<Value> = operands.iter().map(|operand| operand.value(row)).collect();
        paths.push(walk(&values, runtime.graph())?);
    }
    Ok(Operand::Column(Column::Value(paths.into())))
}

fn walk(elements: &[Value], graph: &Snapshot) -> Result<Value> {
    let mut path = Path {
        nodes: Vec::new(),
        relationships: Vec::new(),
    };
    for element in elements {
        match element {
            Value::Null => return Ok(Value::Null),
            Value::Node(node) if path.nodes.last() == Some(node) => {}
            Value::Node(node) if path.nodes.is_empty() => path.nodes.push(*node),
            Value::Relationship(id) => step(&mut path, *id, graph)?,
            Value::List(list) => {
                for value in in_turn(list) {
                    match value {
                        Value::Relationship(id) => step(&mut path, *id, graph)?,
                        _ => {
                            return Err(Error::internal(
                                "a path has a step that is no relationship",
                            ));
                        }
                    }
                }
            }
            _ => return Err(Error::internal("the elements of a path do not connect")),
        }
    }
    Ok(Value::Path(Arc::new(path)))
}

/// The values of a list, or of lists in it: first of each, second of each, and so on.
fn in_turn(list: &[Value]) -> Vec<&Value> {
    let lists: Vec<&[Value]> = list
        .iter()
        .filter_map(|value| match value {
            Value::List(list) => Some(&list[..]),
            _ => None,
        })
        .collect();
    if lists.len() < list.len() {
        return list.iter().collect();
    }
    let rounds = lists.first().map_or(0, |list| list.len());
    (0..rounds)
        .flat_map(|round| lists.iter().filter_map(move |list| list.get(round)))
        .collect()
}

/// Goes on over a relationship, to its end that is not the last node.
fn step(path: &mut Path, relationship: RelationshipId, graph: &Snapshot) -> Result<()> {
    let ends = graph.endpoints(relationship)?;
    let next = match path.nodes.last() {
        Some(last) if *last == ends.start => ends.end,
        Some(last) if *last == ends.end => ends.start,
        _ => {
            return Err(Error::internal(
                "a relationship does not touch the end of its path",
            ));
        }
    };
    path.relationships.push(relationship);
    path.nodes.push(next);
    Ok(())
}
