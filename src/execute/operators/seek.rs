//! For each row the nodes or relationships that an index finds.

use std::sync::Arc;

use arrow_array::UInt32Array;
use smallvec::SmallVec;

use super::Input;
use crate::column::Column;
use crate::context::Reservation;
use crate::error::{ErrorKind, Result};
use crate::execute::evaluate::{Operand, evaluate};
use crate::execute::{BATCH_SIZE, Batch, Operator, Runtime};
use crate::graph::{Condition, Index, IndexDefinition, KeyRange, Snapshot, Target};
use crate::physical::{Expression, Seek, SeekCondition, SeekOrder};
use crate::value::{NodeId, RelationshipId, Value};

/// Looks up rows in an index.
pub(in crate::execute) struct SeekIndex<'p> {
    input: Input<'p>,
    seek: &'p Seek<Expression>,
    running: Option<Running>,
}

/// A batch whose rows are being looked up.
struct Running {
    batch: Batch,
    index: Index,
    /// The conditions for all rows; `None` where one of them failed, which is then left to a filter
    /// above.
    conditions: Option<Vec<SeekCondition<Operand>>>,
    /// The next row.
    row: usize,
    /// What is still to be read for the row before.
    ranges: smallvec::IntoIter<[KeyRange; 1]>,
    /// What is still to be read of the range before.
    range: Option<(KeyRange, std::ops::Range<usize>)>,
    /// What must be checked of each element of the ranges.
    check: Option<Condition>,
    /// Positions that were read, and how many of them are handed out.
    found: Vec<u32>,
    taken: usize,
    /// What ranges and positions take of the budget.
    held: Reservation,
}

impl<'p> SeekIndex<'p> {
    pub(in crate::execute) fn new(input: Input<'p>, seek: &'p Seek<Expression>) -> Self {
        SeekIndex {
            input,
            seek,
            running: None,
        }
    }

    fn start(&self, batch: Batch, runtime: &mut Runtime) -> Result<Running> {
        let index = self.index(runtime)?;
        let conditions = self.seek.conditions.iter();
        let conditions: Result<Vec<_>> = conditions
            .map(|condition| condition.try_map(|value| evaluate(value, &batch, runtime)))
            .collect();
        let conditions = match conditions {
            Ok(conditions) => Some(conditions),
            Err(error) if error.kind() == ErrorKind::ResourceError => return Err(error),
            Err(_) => None,
        };
        Ok(Running {
            batch,
            index,
            conditions,
            row: 0,
            ranges: Ranges::new().into_iter(),
            range: None,
            check: None,
            found: Vec::new(),
            taken: 0,
            held: runtime.context.reservation(),
        })
    }

    /// The index, or where it was dropped since the statement was planned, one that is made anew.
    fn index(&self, runtime: &Runtime) -> Result<Index> {
        let seek = self.seek;
        let graph = runtime.graph();
        let is_it = |definition: &IndexDefinition| {
            let label = match (&definition.target, seek.is_relationship) {
                (Target::Nodes(label), false) | (Target::Relationships(label), true) => label,
                _ => return false,
            };
            *label == seek.label && definition.properties == seek.properties
        };
        if let Some(index) = graph.schema().index(&seek.index)
            && is_it(index.definition())
        {
            return Ok(index.clone());
        }
        let definition = IndexDefinition {
            name: seek.index.clone(),
            target: match seek.is_relationship {
                true => Target::Relationships(seek.label.clone()),
                false => Target::Nodes(seek.label.clone()),
            },
            properties: seek.properties.clone(),
        };
        Index::build(Arc::new(definition), false, graph, runtime.context)
    }

    /// Reads on until positions are found; whether there are any.
    fn read(&self, running: &mut Running, runtime: &Runtime) -> Result<bool> {
        running.found.clear();
        running.taken = 0;
        loop {
            runtime.context.check()?;
            if let Some((range, segments)) = &mut running.range {
                let segment = match self.seek.order {
                    SeekOrder::Descending => segments.next_back(),
                    SeekOrder::Ascending | SeekOrder::Any => segments.next(),
                };
                match segment {
                    Some(segment) => running.index.read(segment, range, &mut running.found)?,
                    None => running.range = None,
                }
                match self.seek.order {
                    SeekOrder::Ascending => {}
                    SeekOrder::Descending => running.found.reverse(),
                    // Neighbours in the graph are read together.
                    SeekOrder::Any => running.found.sort_unstable(),
                }
                if let Some(condition) = &running.check {
                    self.retain(&mut running.found, condition, runtime.graph())?;
                }
                if !running.found.is_empty() {
                    return Ok(true);
                }
            } else if let Some(range) = running.ranges.next() {
                let segments = running.index.segments(&range);
                running.range = Some((range, segments));
            } else if running.row < running.batch.rows() {
                let row = running.row;
                running.row += 1;
                let ranges = match &running.conditions {
                    Some(conditions) => ranges(conditions, row, &mut running.held)?,
                    None => None,
                };
                let Some((mut ranges, check)) = ranges else {
                    running
                        .index
                        .scan(runtime.graph(), runtime.context, &mut running.found)?;
                    running.held.grow(running.found.len() * size_of::<u32>())?;
                    if running.found.is_empty() {
                        continue;
                    }
                    return Ok(true);
                };
                if self.seek.order == SeekOrder::Descending {
                    ranges.reverse();
                }
                running.ranges = ranges.into_iter();
                running.check = check;
            } else {
                return Ok(false);
            }
        }
    }

    /// Drops the elements whose last property does not satisfy the condition.
    fn retain(&self, found: &mut Vec<u32>, condition: &Condition, graph: &Snapshot) -> Result<()> {
        let property = self.seek.properties.get(self.seek.conditions.len() - 1);
        let Some(key) = property.and_then(|name| graph.catalog().key(name)) else {
            return Ok(());
        };
        let mut kept = Vec::with_capacity(found.len());
        for position in found.drain(..) {
            let value = match self.seek.is_relationship {
                true => graph.relationship_property(RelationshipId(position), key)?,
                false => graph.node_property(NodeId(position), key)?,
            };
            if condition.holds(&value) {
                kept.push(position);
            }
        }
        *found = kept;
        Ok(())
    }
}

impl Operator for SeekIndex<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let mut running = match self.running.take() {
            Some(running) => running,
            None => match self.input.next(runtime)? {
                Some(batch) => self.start(batch, runtime)?,
                None => return Ok(None),
            },
        };
        let is_alone = running.batch.width() == 0 && running.batch.multiplicity().is_none();
        let (mut rows, mut positions) = (Vec::new(), Vec::<u32>::new());
        let mut held = runtime.context.reservation();
        let mut is_done = false;
        while positions.len() < BATCH_SIZE {
            if running.taken == running.found.len() && !self.read(&mut running, runtime)? {
                is_done = true;
                break;
            }
            let room = BATCH_SIZE - positions.len();
            let end = running.found.len().min(running.taken + room);
            held.grow((end - running.taken) * 2 * size_of::<u32>())?;
            if positions.is_empty() && running.taken == 0 && end == running.found.len() {
                positions = std::mem::take(&mut running.found);
            } else {
                positions.extend(&running.found[running.taken..end]);
                running.taken = end;
            }
            if !is_alone {
                rows.resize(positions.len(), running.row as u32 - 1);
            }
        }
        let positions = UInt32Array::from(positions);
        let mut batch = match is_alone {
            true => Batch::with_room(positions.len(), 1),
            false => running.batch.select(UInt32Array::from(rows))?,
        };
        batch.push(match self.seek.is_relationship {
            true => Column::Relationship(positions),
            false => Column::Node(positions),
        });
        if !is_done {
            self.running = Some(running);
        }
        Ok(Some(batch))
    }
}

/// Ranges, most often one.
type Ranges = SmallVec<[KeyRange; 1]>;

/// The bytes that a key takes, more or less.
const KEY_SIZE: usize = 32;

/// The ranges for a row in order, and what must be checked of their elements. `None` where a
/// condition does not mean anything for this row.
fn ranges(
    conditions: &[SeekCondition<Operand>],
    row: usize,
    held: &mut Reservation,
) -> Result<Option<(Ranges, Option<Condition>)>> {
    let mut equal: SmallVec<[Value; 2]> = SmallVec::new();
    for condition in conditions {
        let value = |operand: &Operand| operand.value(row);
        let bound = |bound: &Option<(Operand, bool)>| {
            let (operand, included) = bound.as_ref()?;
            Some((operand.value(row), *included))
        };
        let last = match condition {
            SeekCondition::Equal(operand) => {
                equal.push(value(operand));
                continue;
            }
            SeekCondition::In(list) => {
                return Ok(match value(list) {
                    Value::Null => Some((Ranges::new(), None)),
                    Value::List(values) => {
                        let each = size_of::<KeyRange>() + 2 * KEY_SIZE;
                        held.grow(values.len() * each)?;
                        Some((any_of(&equal, &values), None))
                    }
                    _ => None,
                });
            }
            SeekCondition::Exists => Condition::Exists,
            SeekCondition::Between { low, high } => Condition::Between {
                low: bound(low),
                high: bound(high),
            },
            SeekCondition::StartsWith(operand) => Condition::StartsWith(value(operand)),
        };
        let range = KeyRange::new(&equal, Some(&last));
        let check = last.is_inexact().then_some(last);
        return Ok(Some((range.into_iter().collect(), check)));
    }
    let range = KeyRange::new(&equal, None);
    Ok(Some((range.into_iter().collect(), None)))
}

/// A range for each value, once, in order.
fn any_of(equal: &[Value], values: &[Value]) -> Ranges {
    let ranges = values
        .iter()
        .filter_map(|value| KeyRange::new(equal.iter().chain([value]), None));
    let mut ranges: Ranges = ranges.collect();
    ranges.sort_unstable();
    ranges.dedup();
    ranges
}
