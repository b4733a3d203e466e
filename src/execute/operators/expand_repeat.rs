//! From nodes over a number of relationships, none of them twice, to the nodes at the end: every
//! trail of the wanted length.

use arrow_array::{Array, UInt32Array};

use super::Input;
use super::steps::Steps;
use super::wanted::{ALL, Taken};
use crate::bind::bound::Length;
use crate::column::Column;
use crate::error::Result;
use crate::execute::evaluate::{node_ids, true_rows};
use crate::execute::{BATCH_SIZE, Batch, Operator, Runtime};
use crate::physical::{Expand, Expression};
use crate::value::{NodeId, RelationshipId, Value};

/// Expands any number of hops.
pub(in crate::execute) struct ExpandRepeat<'p> {
    input: Input<'p>,
    expand: &'p Expand,
    length: Length,
    each: Option<&'p Expression>,
    current: Option<(Batch, usize)>,
    trail: Vec<Step>,
    /// Neighbours and relationships that are still to be tried, those of each step of the trail after
    /// those of the step before it; last first.
    untried: Vec<(u32, u32)>,
}

/// One node of the trail that is walked.
struct Step {
    node: u32,
    /// The relationship that led here; none for the first node.
    relationship: Option<u32>,
    /// Where its part of what is untried begins; `None` where that has not been looked up.
    untried: Option<usize>,
}

impl<'p> ExpandRepeat<'p> {
    pub(in crate::execute) fn new(
        input: Input<'p>,
        expand: &'p Expand,
        length: Length,
        each: Option<&'p Expression>,
    ) -> Self {
        ExpandRepeat {
            input,
            expand,
            length,
            each,
            current: None,
            trail: Vec::new(),
            untried: Vec::new(),
        }
    }

    /// The relationships of the trail as a list in the order of the pattern.
    fn relationships(&self) -> Value {
        let mut list: Vec<Value> = self
            .trail
            .iter()
            .filter_map(|step| step.relationship)
            .map(|relationship| Value::Relationship(RelationshipId(relationship)))
            .collect();
        if self.expand.reversed {
            list.reverse();
        }
        Value::list(list)
    }
}

/// Appends the ways on from a node: neighbours and relationships that `each` admits, last first.
pub(super) fn ways(
    node: u32,
    steps: &mut Steps,
    each: Option<&Expression>,
    batch: &Batch,
    row: usize,
    found: &mut Vec<(u32, u32)>,
    runtime: &mut Runtime,
) -> Result<()> {
    let start = found.len();
    steps.visit(NodeId(node), &ALL, |neighbour, relationship| {
        found.push((neighbour, relationship));
    })?;
    if let Some(each) = each
        && found.len() > start
    {
        let new = found.split_off(start);
        let rows = UInt32Array::from(vec![row as u32; new.len()]);
        let relationships = UInt32Array::from_iter_values(new.iter().map(|way| way.1));
        let tested = batch
            .select(rows)?
            .with(Column::Relationship(relationships));
        let kept = true_rows(each, &tested, runtime)?;
        found.extend(kept.values().iter().map(|way| new[*way as usize]));
    }
    found[start..].reverse();
    Ok(())
}

impl Operator for ExpandRepeat<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        if self.current.is_none() {
            match self.input.next(runtime)? {
                Some(batch) => self.current = Some((batch, 0)),
                None => return Ok(None),
            }
        }
        let Some((batch, mut row)) = self.current.take() else {
            return Ok(None);
        };
        let mut steps = Steps::new(self.expand.direction, &self.expand.types, runtime.graph());
        let from = node_ids(batch.column(self.expand.from)?)?.into_owned();
        let into = match self.expand.into {
            Some(slot) => Some(node_ids(batch.column(slot)?)?.into_owned()),
            None => None,
        };
        let taken = Taken::new(&self.expand.distinct_from, &batch)?;
        let maximum = self.length.maximum.unwrap_or(u64::MAX);
        let mut held = runtime.context.reservation();
        let (mut rows, mut ends, mut lists) = (Vec::new(), Vec::new(), Vec::new());
        let wants_lists = self.expand.is_relationship_read.get();
        let mut turns = 0_u32;
        while row < batch.rows() && rows.len() < BATCH_SIZE {
            turns = turns.wrapping_add(1);
            if turns.is_multiple_of(1024) {
                runtime.context.check()?;
            }
            let length = self.trail.len().saturating_sub(1) as u64;
            let Some(step) = self.trail.last_mut() else {
                // A new row: the trail starts at its node.
                let lacks_end = into.as_ref().is_some_and(|into| into.is_null(row));
                if from.is_null(row) || lacks_end || self.length.minimum > maximum {
                    row += 1;
                    continue;
                }
                self.trail.push(Step {
                    node: from.value(row),
                    relationship: None,
                    untried: None,
                });
                continue;
            };
            if step.untried.is_none() {
                let node = step.node;
                let reaches = into.as_ref().is_none_or(|into| into.value(row) == node);
                if length >= self.length.minimum && reaches {
                    held.grow(8)?;
                    rows.push(row as u32);
                    ends.push(node);
                    if wants_lists {
                        let list = self.relationships();
                        held.grow(list.heap_size() + size_of::<Value>())?;
                        lists.push(list);
                    }
                }
                let start = self.untried.len();
                if length < maximum {
                    ways(
                        node,
                        &mut steps,
                        self.each,
                        &batch,
                        row,
                        &mut self.untried,
                        runtime,
                    )?;
                }
                if let Some(step) = self.trail.last_mut() {
                    step.untried = Some(start);
                }
                continue;
            }
            let has_more = step.untried.is_some_and(|start| start < self.untried.len());
            match self.untried.pop_if(|_| has_more) {
                Some((neighbour, relationship)) => {
                    let used = self
                        .trail
                        .iter()
                        .any(|step| step.relationship == Some(relationship));
                    if !used && !taken.contains(row, relationship) {
                        self.trail.push(Step {
                            node: neighbour,
                            relationship: Some(relationship),
                            untried: None,
                        });
                    }
                }
                None => {
                    self.trail.pop();
                    if self.trail.is_empty() {
                        row += 1;
                    }
                }
            }
        }
        let mut expanded = batch.select(UInt32Array::from(rows))?;
        expanded.push(match wants_lists {
            true => Column::Value(lists.into()),
            false => Column::Null(ends.len()),
        });
        if into.is_none() {
            expanded.push(Column::Node(UInt32Array::from(ends)));
        }
        if row < batch.rows() {
            self.current = Some((batch, row));
        }
        Ok(Some(expanded))
    }
}
