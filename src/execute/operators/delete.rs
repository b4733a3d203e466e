//! `DELETE` and `DETACH DELETE`. All rows are read before anything is deleted; relationships go
//! before nodes.

use std::collections::BTreeSet;

use super::Input;
use super::create::drain;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::execute::evaluate::evaluate;
use crate::execute::{Batch, Operator, Runtime};
use crate::physical::Expression;
use crate::value::{NodeId, RelationshipId, Value};

/// Deletes.
pub(in crate::execute) struct Delete<'p> {
    input: Input<'p>,
    targets: &'p [Expression],
    detach: bool,
    done: Option<std::vec::IntoIter<Batch>>,
}

/// What is to be deleted.
#[derive(Default)]
struct Doomed {
    nodes: BTreeSet<NodeId>,
    relationships: BTreeSet<RelationshipId>,
}

impl<'p> Delete<'p> {
    pub(in crate::execute) fn new(
        input: Input<'p>,
        targets: &'p [Expression],
        detach: bool,
    ) -> Self {
        Delete {
            input,
            targets,
            detach,
            done: None,
        }
    }

    fn delete(&self, mut doomed: Doomed, runtime: &mut Runtime) -> Result<()> {
        let writer = runtime.writer()?;
        if self.detach {
            for node in &doomed.nodes {
                doomed.relationships.extend(writer.relationships_of(*node)?);
            }
        }
        for relationship in doomed.relationships {
            writer.delete_relationship(relationship)?;
        }
        for node in doomed.nodes {
            writer.delete_node(node)?;
        }
        runtime.refresh();
        Ok(())
    }
}

impl Doomed {
    fn add(&mut self, value: &Value) -> Result<()> {
        match value {
            Value::Null => {}
            Value::Node(node) => {
                self.nodes.insert(*node);
            }
            Value::Relationship(relationship) => {
                self.relationships.insert(*relationship);
            }
            Value::Path(path) => {
                self.nodes.extend(&path.nodes);
                self.relationships.extend(&path.relationships);
            }
            other => {
                return Err(Error::new(
                    ErrorKind::TypeError,
                    ErrorDetail::InvalidArgumentType,
                    format!(
                        "nodes, relationships and paths can be deleted, not {}",
                        other.value_type()
                    ),
                ));
            }
        }
        Ok(())
    }
}

impl Operator for Delete<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        if self.done.is_none() {
            let (batches, _held) = drain(&mut self.input, runtime)?;
            let mut doomed = Doomed::default();
            for batch in &batches {
                for target in self.targets {
                    let target = evaluate(target, batch, runtime)?;
                    for row in 0..batch.rows() {
                        doomed.add(&target.value(row))?;
                    }
                }
            }
            self.delete(doomed, runtime)?;
            self.done = Some(batches.into_iter());
        }
        Ok(self.done.as_mut().and_then(Iterator::next))
    }
}
