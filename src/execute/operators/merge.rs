//! `MERGE`: for each row in turn what is found, or else what is created. Each row sees what the rows
//! before it created.

use super::Input;
use super::create::{create_node, create_relationship, drain};
use super::set;
use crate::column::Column;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::execute::evaluate::evaluate;
use crate::execute::{Batch, Operator, Runtime, open};
use crate::physical::{self, Expression};
use crate::value::{NodeId, RelationshipId, Value};

/// Merges.
pub(in crate::execute) struct Merge<'p> {
    input: Input<'p>,
    plan: &'p physical::Operator,
    done: Option<std::vec::IntoIter<Batch>>,
}

impl<'p> Merge<'p> {
    pub(in crate::execute) fn new(input: Input<'p>, plan: &'p physical::Operator) -> Self {
        Merge {
            input,
            plan,
            done: None,
        }
    }

    /// The rows that one row becomes.
    fn merge(&self, row: &Batch, runtime: &mut Runtime) -> Result<Vec<Batch>> {
        let physical::Operator::Merge {
            matching,
            outputs,
            on_create,
            on_match,
            ..
        } = self.plan
        else {
            return Err(Error::internal("not a merge"));
        };
        let argument = row.project(&matching.imports)?;
        let mut operator = open(&matching.plan, Some(&argument), runtime);
        let mut merged = Vec::new();
        while let Some(found) = operator.next(runtime)? {
            let found = found.listed()?;
            if found.rows() == 0 {
                continue;
            }
            let width = row.width();
            let repeated = arrow_array::UInt32Array::from(vec![0; found.rows()]);
            let found = found.project(outputs)?.into_columns()?;
            let found = found.into_iter().fold(row.select(repeated)?, Batch::with);
            debug_assert_eq!(found.width(), width + outputs.len());
            merged.push(found);
        }
        drop(operator);
        if merged.is_empty() {
            let created = self.create(row, runtime)?;
            set::apply(on_create, &created, runtime)?;
            merged.push(created);
        } else {
            for found in &merged {
                set::apply(on_match, found, runtime)?;
            }
        }
        Ok(merged)
    }

    fn create(&self, row: &Batch, runtime: &mut Runtime) -> Result<Batch> {
        let physical::Operator::Merge {
            outputs,
            created,
            nodes,
            relationships,
            ..
        } = self.plan
        else {
            return Err(Error::internal("not a merge"));
        };
        let mut values = vec![Value::Null; outputs.len()];
        let mut places = created.iter();
        let mut put = |values: &mut Vec<Value>, value: Value| match places.next() {
            Some(place) => values[*place] = value,
            None => debug_assert!(false, "every created element has a place"),
        };
        for node in nodes {
            let properties = known_properties(node.properties.as_ref(), row, runtime)?;
            let id = create_node(node, properties, runtime)?;
            put(&mut values, Value::Node(id));
        }
        for relationship in relationships {
            let properties = known_properties(relationship.properties.as_ref(), row, runtime)?;
            let end = |slot: usize| -> Result<Option<NodeId>> {
                let value = match slot.checked_sub(row.width()) {
                    Some(place) => values[place].clone(),
                    None => row.column(slot)?.value(0),
                };
                match value {
                    Value::Node(node) => Ok(Some(node)),
                    Value::Null => Ok(None),
                    other => Err(Error::type_error(format!(
                        "expected a node, got {}",
                        other.value_type()
                    ))),
                }
            };
            let ends = (end(relationship.start)?, end(relationship.end)?);
            let id = create_relationship(relationship, ends, properties, runtime)?;
            put(&mut values, Value::Relationship(RelationshipId(id)));
        }
        runtime.refresh();
        Ok(values.into_iter().fold(row.clone(), |batch, value| {
            batch.with(Column::constant(&value, 1))
        }))
    }
}

/// The properties of something to be created; a null would never be found again.
fn known_properties(
    expression: Option<&Expression>,
    row: &Batch,
    runtime: &mut Runtime,
) -> Result<Option<Value>> {
    let Some(expression) = expression else {
        return Ok(None);
    };
    let map = evaluate(expression, row, runtime)?.value(0);
    if let Value::Map(entries) = &map
        && let Some((key, _)) = entries.iter().find(|(_, value)| value.is_null())
    {
        return Err(Error::new(
            ErrorKind::SemanticError,
            ErrorDetail::MergeReadOwnWrites,
            format!("MERGE cannot look for `{key}` being null"),
        ));
    }
    Ok(Some(map))
}

impl Operator for Merge<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        if self.done.is_none() {
            let (batches, _held) = drain(&mut self.input, runtime)?;
            let mut done = Vec::new();
            for batch in batches {
                let mut merged = Vec::with_capacity(batch.rows());
                for row in 0..batch.rows() {
                    runtime.context.check()?;
                    merged.extend(self.merge(&batch.slice(row, 1)?, runtime)?);
                }
                done.push(Batch::concat(&merged)?);
            }
            self.done = Some(done.into_iter());
        }
        Ok(self.done.as_mut().and_then(Iterator::next))
    }
}
