//! New nodes and relationships for each row. The input is complete before the first effect.

use arrow_array::{Array, UInt32Array};

use super::Input;
use crate::column::Column;
use crate::context::Reservation;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::execute::evaluate::{Operand, evaluate, node_ids};
use crate::execute::{Batch, Operator, Runtime};
use crate::graph::GraphWriter;
use crate::physical::{CreateNode, CreateRelationship, Expression};
use crate::value::{KeyId, NodeId, Value};

/// Creates.
pub(in crate::execute) struct Create<'p> {
    input: Input<'p>,
    nodes: &'p [CreateNode],
    relationships: &'p [CreateRelationship],
    done: Option<std::vec::IntoIter<Batch>>,
}

impl<'p> Create<'p> {
    pub(in crate::execute) fn new(
        input: Input<'p>,
        nodes: &'p [CreateNode],
        relationships: &'p [CreateRelationship],
    ) -> Self {
        Create {
            input,
            nodes,
            relationships,
            done: None,
        }
    }

    fn create(&self, mut batch: Batch, runtime: &mut Runtime) -> Result<Batch> {
        for node in self.nodes {
            let properties = properties(node.properties.as_ref(), &batch, runtime)?;
            let mut created = Vec::with_capacity(batch.rows());
            for row in 0..batch.rows() {
                let properties = properties.as_ref().map(|properties| properties.value(row));
                created.push(create_node(node, properties, runtime)?.0);
            }
            runtime.refresh();
            batch.push(Column::Node(UInt32Array::from(created)));
        }
        for relationship in self.relationships {
            let properties = properties(relationship.properties.as_ref(), &batch, runtime)?;
            let starts = node_ids(batch.column(relationship.start)?)?.into_owned();
            let ends = node_ids(batch.column(relationship.end)?)?.into_owned();
            let mut created = Vec::with_capacity(batch.rows());
            for row in 0..batch.rows() {
                let node = |ids: &UInt32Array| ids.is_valid(row).then(|| NodeId(ids.value(row)));
                created.push(create_relationship(
                    relationship,
                    (node(&starts), node(&ends)),
                    properties.as_ref().map(|properties| properties.value(row)),
                    runtime,
                )?);
            }
            runtime.refresh();
            batch.push(Column::Relationship(UInt32Array::from(created)));
        }
        Ok(batch)
    }
}

impl Operator for Create<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        if self.done.is_none() {
            let (batches, _held) = drain(&mut self.input, runtime)?;
            let mut done = Vec::with_capacity(batches.len());
            for batch in batches {
                runtime.context.check()?;
                done.push(self.create(batch, runtime)?);
            }
            self.done = Some(done.into_iter());
        }
        Ok(self.done.as_mut().and_then(Iterator::next))
    }
}

/// All rows of an input, before the first effect of an update, and what they take of the budget.
pub(super) fn drain(input: &mut Input, runtime: &mut Runtime) -> Result<(Vec<Batch>, Reservation)> {
    let mut held = runtime.context.reservation();
    let mut batches = Vec::new();
    while let Some(batch) = input.next(runtime)? {
        runtime.context.check()?;
        if batch.rows() > 0 {
            held.grow(batch.heap_size())?;
            batches.push(batch.listed()?);
        }
    }
    Ok((batches, held))
}

/// The maps of properties for a batch.
fn properties(
    expression: Option<&Expression>,
    batch: &Batch,
    runtime: &mut Runtime,
) -> Result<Option<Operand>> {
    expression
        .map(|expression| evaluate(expression, batch, runtime))
        .transpose()
}

/// Makes one node.
pub(super) fn create_node(
    plan: &CreateNode,
    properties: Option<Value>,
    runtime: &mut Runtime,
) -> Result<NodeId> {
    runtime.reserve_write(properties.as_ref().map_or(0, Value::heap_size))?;
    let writer = runtime.writer()?;
    let labels = plan
        .labels
        .iter()
        .map(|label| writer.label(label))
        .collect::<Result<Vec<_>>>()?;
    let properties = entries(properties, writer)?;
    writer.create_node(&labels, properties)
}

/// Makes one relationship.
pub(super) fn create_relationship(
    plan: &CreateRelationship,
    ends: (Option<NodeId>, Option<NodeId>),
    properties: Option<Value>,
    runtime: &mut Runtime,
) -> Result<u32> {
    runtime.reserve_write(properties.as_ref().map_or(0, Value::heap_size))?;
    let (Some(start), Some(end)) = ends else {
        return Err(Error::new(
            ErrorKind::EntityNotFound,
            ErrorDetail::InvalidArgumentValue,
            format!(
                "a relationship :{} needs two nodes, but one is null",
                plan.relationship_type
            ),
        ));
    };
    let writer = runtime.writer()?;
    let relationship_type = writer.relationship_type(&plan.relationship_type)?;
    let properties = entries(properties, writer)?;
    Ok(writer
        .create_relationship(relationship_type, start, end, properties)?
        .0)
}

/// The properties of a map that are not null.
fn entries(map: Option<Value>, writer: &mut GraphWriter) -> Result<Vec<(KeyId, Value)>> {
    match map {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Map(entries)) => entries
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| Ok((writer.key(key)?, value.clone())))
            .collect(),
        Some(other) => Err(Error::type_error(format!(
            "properties are given as a map, got {}",
            other.value_type()
        ))),
    }
}
