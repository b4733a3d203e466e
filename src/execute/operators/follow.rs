//! From relationships that are known, single or in lists, to the nodes that they connect.

use arrow_array::{Array, UInt32Array};

use super::Input;
use super::steps::type_ids;
use super::wanted::Taken;
use crate::bind::bound::{Length, PatternDirection};
use crate::column::Column;
use crate::error::{Error, Result};
use crate::execute::evaluate::node_ids;
use crate::execute::{Batch, Operator, Runtime};
use crate::graph::Snapshot;
use crate::physical::{self, TypeFilter};
use crate::value::{NodeId, RelationshipId, TypeId, Value};

/// Follows known relationships.
pub(in crate::execute) struct Follow<'p> {
    input: Input<'p>,
    plan: &'p physical::Operator,
}

impl<'p> Follow<'p> {
    pub(in crate::execute) fn new(input: Input<'p>, plan: &'p physical::Operator) -> Self {
        Follow { input, plan }
    }
}

impl Operator for Follow<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let physical::Operator::Follow {
            relationship,
            from,
            to,
            direction,
            types,
            length,
            distinct_from,
            ..
        } = self.plan
        else {
            return Err(Error::internal("not a follow"));
        };
        let Some(batch) = self.input.next(runtime)? else {
            return Ok(None);
        };
        let graph = runtime.graph();
        let allowed = (*types != TypeFilter::All).then(|| type_ids(types, graph));
        // An end that is appended by this very operator is compared with the other end.
        let same_end = to.is_some_and(|to| to >= batch.width());
        let known = |slot: &Option<usize>| match slot {
            Some(slot) if *slot < batch.width() => {
                node_ids(batch.column(*slot)?).map(|ids| Some(ids.into_owned()))
            }
            _ => Ok(None),
        };
        let (known_from, known_to) = (known(from)?, known(to)?);
        let taken = Taken::new(distinct_from, &batch)?;
        let followed = batch.column(*relationship)?;
        let (mut rows, mut starts, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        for row in 0..batch.rows() {
            let Some(list) = relationships(&followed.value(row), *length)? else {
                continue;
            };
            let repeated = list
                .iter()
                .any(|relationship| taken.contains(row, relationship.0));
            if repeated || !of_types(&list, allowed.as_deref(), graph)? {
                continue;
            }
            let end_of = |known: &Option<UInt32Array>| {
                known
                    .as_ref()
                    .map(|ids| ids.is_valid(row).then(|| NodeId(ids.value(row))))
            };
            let (wanted_from, wanted_to) = (end_of(&known_from), end_of(&known_to));
            for start in candidates(
                &list,
                *direction,
                wanted_from.flatten(),
                wanted_to.flatten(),
                graph,
            )? {
                let Some(end) = walk(start, &list, *direction, graph)? else {
                    continue;
                };
                let fits = |wanted: Option<Option<NodeId>>, node| {
                    wanted.is_none_or(|wanted| wanted == Some(node))
                };
                if fits(wanted_from, start) && fits(wanted_to, end) && (!same_end || start == end) {
                    rows.push(row as u32);
                    starts.push(start.0);
                    ends.push(end.0);
                }
            }
        }
        let mut result = batch.select(UInt32Array::from(rows))?;
        if known_from.is_none() {
            result.push(Column::Node(UInt32Array::from(starts)));
        }
        if known_to.is_none() && !same_end {
            result.push(Column::Node(UInt32Array::from(ends)));
        }
        Ok(Some(result))
    }
}

/// The relationships of a value: one, or a list of a wanted length; `None` for null.
fn relationships(value: &Value, length: Option<Length>) -> Result<Option<Vec<RelationshipId>>> {
    match (value, length) {
        (Value::Null, _) => Ok(None),
        (Value::Relationship(id), None) => Ok(Some(vec![*id])),
        (Value::List(values), Some(length)) => {
            let count = values.len() as u64;
            if count < length.minimum || length.maximum.is_some_and(|most| count > most) {
                return Ok(None);
            }
            let ids = values.iter().map(|value| match value {
                Value::Relationship(id) => Ok(*id),
                other => Err(mismatch(other)),
            });
            ids.collect::<Result<_>>().map(Some)
        }
        (other, _) => Err(mismatch(other)),
    }
}

fn mismatch(value: &Value) -> Error {
    Error::type_error(format!(
        "expected a relationship, got {}",
        value.value_type()
    ))
}

fn of_types(list: &[RelationshipId], allowed: Option<&[TypeId]>, graph: &Snapshot) -> Result<bool> {
    let Some(allowed) = allowed else {
        return Ok(true);
    };
    for id in list {
        if !allowed.contains(&graph.endpoints(*id)?.relationship_type) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The nodes where the walk may start.
fn candidates(
    list: &[RelationshipId],
    direction: PatternDirection,
    from: Option<NodeId>,
    to: Option<NodeId>,
    graph: &Snapshot,
) -> Result<Vec<NodeId>> {
    if let Some(from) = from {
        return Ok(vec![from]);
    }
    let Some(first) = list.first() else {
        return Ok(to.into_iter().collect());
    };
    let ends = graph.endpoints(*first)?;
    Ok(match direction {
        PatternDirection::Outgoing => vec![ends.start],
        PatternDirection::Incoming => vec![ends.end],
        PatternDirection::Both if ends.start == ends.end => vec![ends.start],
        PatternDirection::Both => vec![ends.start, ends.end],
    })
}

/// The node at the end of the walk, if the relationships connect in this direction.
fn walk(
    start: NodeId,
    list: &[RelationshipId],
    direction: PatternDirection,
    graph: &Snapshot,
) -> Result<Option<NodeId>> {
    let mut node = start;
    for id in list {
        let ends = graph.endpoints(*id)?;
        let forwards = ends.start == node && direction != PatternDirection::Incoming;
        let backwards = ends.end == node && direction != PatternDirection::Outgoing;
        node = match (forwards, backwards) {
            (true, _) => ends.end,
            (_, true) => ends.start,
            _ => return Ok(None),
        };
    }
    Ok(Some(node))
}
