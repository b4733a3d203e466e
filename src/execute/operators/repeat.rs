//! Repetitions of a part of a pattern: `((a)-[:R]->(b) WHERE ...){1,3}`. Level by level: all partial
//! walks of one length go through one run of the subplan together.

use arrow_array::{Array, UInt32Array};

use super::Input;
use super::repetition::each_repetition;
use super::wanted::Taken;
use crate::column::Column;
use crate::context::Reservation;
use crate::error::{Error, Result};
use crate::execute::evaluate::node_ids;
use crate::execute::{BATCH_SIZE, Batch, Operator, Runtime};
use crate::physical;
use crate::value::Value;

/// Repeats a subplan.
pub(in crate::execute) struct Repeat<'p> {
    input: Input<'p>,
    plan: &'p physical::Operator,
}

/// A walk of some repetitions.
struct Walk {
    row: u32,
    node: u32,
    /// For each listed variable its values so far.
    lists: Vec<Vec<Value>>,
}

impl<'p> Repeat<'p> {
    pub(in crate::execute) fn new(input: Input<'p>, plan: &'p physical::Operator) -> Self {
        Repeat { input, plan }
    }
}

impl Operator for Repeat<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let physical::Operator::Repeat {
            from,
            into,
            repetition,
            reversed,
            ..
        } = self.plan
        else {
            return Err(Error::internal("not a repetition"));
        };
        let physical::Repetition { lists, length, .. } = repetition;
        let Some(batch) = self.input.next(runtime)? else {
            return Ok(None);
        };
        let batch = batch.listed()?;
        let from = node_ids(batch.column(*from)?)?.into_owned();
        let into = match into {
            Some(slot) => Some(node_ids(batch.column(*slot)?)?.into_owned()),
            None => None,
        };
        let ends_well = |walk: &Walk| {
            let row = walk.row as usize;
            into.as_ref()
                .is_none_or(|into| into.is_valid(row) && into.value(row) == walk.node)
        };
        let mut held = runtime.context.reservation();
        let mut walks: Vec<Walk> = (0..batch.rows())
            .filter(|row| from.is_valid(*row))
            .map(|row| Walk {
                row: row as u32,
                node: from.value(row),
                lists: vec![Vec::new(); lists.len()],
            })
            .collect();
        let mut rows = Vec::new();
        let mut nodes = Vec::new();
        let mut columns: Vec<Vec<Value>> = vec![Vec::new(); lists.len()];
        let mut repetitions = 0;
        while !walks.is_empty() {
            if repetitions >= length.minimum {
                for walk in walks.iter().filter(|walk| ends_well(walk)) {
                    rows.push(walk.row);
                    nodes.push(walk.node);
                    for (column, list) in columns.iter_mut().zip(&walk.lists) {
                        let mut list = list.clone();
                        if *reversed {
                            list.reverse();
                        }
                        held.grow((list.len() + 1) * size_of::<Value>())?;
                        column.push(Value::list(list));
                    }
                }
            }
            if length.maximum.is_some_and(|most| repetitions >= most) {
                break;
            }
            repetitions += 1;
            let mut longer = Vec::new();
            for walks in walks.chunks(BATCH_SIZE) {
                self.step(&batch, walks, &mut longer, &mut held, runtime)?;
            }
            walks = longer;
        }
        let mut result = batch.select(UInt32Array::from(rows))?;
        for column in columns {
            result.push(Column::Value(column.into()));
        }
        if into.is_none() {
            result.push(Column::Node(UInt32Array::from(nodes)));
        }
        Ok(Some(result))
    }
}

impl Repeat<'_> {
    /// All walks that are one repetition longer.
    fn step(
        &self,
        batch: &Batch,
        walks: &[Walk],
        longer: &mut Vec<Walk>,
        held: &mut Reservation,
        runtime: &mut Runtime,
    ) -> Result<()> {
        let physical::Operator::Repeat {
            repetition,
            distinct_from,
            ..
        } = self.plan
        else {
            return Err(Error::internal("not a repetition"));
        };
        let taken = Taken::new(distinct_from, batch)?;
        let rows = UInt32Array::from_iter_values(walks.iter().map(|walk| walk.row));
        let starts = UInt32Array::from_iter_values(walks.iter().map(|walk| walk.node));
        each_repetition(repetition, batch, rows, starts, runtime, &mut |found| {
            let walk = &walks[found.start];
            for place in &repetition.relationships {
                let new = &found.values[*place];
                let again = |place: &usize| walk.lists[*place].contains(new);
                let Value::Relationship(relationship) = new else {
                    continue;
                };
                if taken.contains(walk.row as usize, relationship.0)
                    || repetition.relationships.iter().any(again)
                {
                    return Ok(());
                }
            }
            held.grow(
                walk.lists
                    .iter()
                    .map(|list| (list.len() + 1) * size_of::<Value>())
                    .sum(),
            )?;
            let mut lists = walk.lists.clone();
            for (list, value) in lists.iter_mut().zip(found.values) {
                list.push(value);
            }
            longer.push(Walk {
                row: walk.row,
                node: found.end,
                lists,
            });
            Ok(())
        })
    }
}
