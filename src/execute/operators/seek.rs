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
        let conditions = self.conditions(&batch, runtime)?;
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

    /// The conditions for all rows; `None` where one of them fails.
    fn conditions(
        &self,
        batch: &Batch,
        runtime: &mut Runtime,
    ) -> Result<Option<Vec<SeekCondition<Operand>>>> {
        let mut conditions = Vec::with_capacity(self.seek.conditions.len());
        for condition in &self.seek.conditions {
            match condition.try_map(|value| evaluate(value, batch, runtime)) {
                Ok(condition) => conditions.push(condition),
                Err(error) if error.kind() == ErrorKind::ResourceError => return Err(error),
                Err(_) => return Ok(None),
            }
        }
        Ok(Some(conditions))
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
}

impl Running {
    /// Reads on until positions are found; whether there are any.
    fn read(&mut self, seek: &Seek<Expression>, runtime: &Runtime) -> Result<bool> {
        self.found.clear();
        self.taken = 0;
        loop {
            runtime.context.check()?;
            if let Some((range, segments)) = &mut self.range {
                let segment = match seek.order {
                    SeekOrder::Descending => segments.next_back(),
                    SeekOrder::Ascending | SeekOrder::Any => segments.next(),
                };
                match segment {
                    Some(segment) => self.index.read(segment, range, &mut self.found)?,
                    None => self.range = None,
                }
                match seek.order {
                    SeekOrder::Ascending => {}
                    SeekOrder::Descending => self.found.reverse(),
                    // Neighbours in the graph are read together.
                    SeekOrder::Any => self.found.sort_unstable(),
                }
                if let Some(condition) = &self.check {
                    retain(seek, condition, &mut self.found, runtime.graph())?;
                }
                if !self.found.is_empty() {
                    return Ok(true);
                }
            } else if let Some(range) = self.ranges.next() {
                let segments = self.index.segments(&range);
                self.range = Some((range, segments));
            } else if self.row < self.batch.rows() {
                let row = self.row;
                self.row += 1;
                let ranges = match &self.conditions {
                    Some(conditions) => ranges(conditions, row, &mut self.held)?,
                    None => None,
                };
                let Some((mut ranges, check)) = ranges else {
                    self.index
                        .scan(runtime.graph(), runtime.context, &mut self.found)?;
                    self.held.grow(self.found.len() * size_of::<u32>())?;
                    if self.found.is_empty() {
                        continue;
                    }
                    return Ok(true);
                };
                if seek.order == SeekOrder::Descending {
                    ranges.reverse();
                }
                self.ranges = ranges.into_iter();
                self.check = check;
            } else {
                return Ok(false);
            }
        }
    }
}

/// Drops the elements whose last property does not satisfy the condition.
fn retain(
    seek: &Seek<Expression>,
    condition: &Condition,
    found: &mut Vec<u32>,
    graph: &Snapshot,
) -> Result<()> {
    let property = seek.properties.get(seek.conditions.len() - 1);
    let Some(key) = property.and_then(|name| graph.catalog().key(name)) else {
        return Ok(());
    };
    let mut kept = Vec::with_capacity(found.len());
    for position in found.drain(..) {
        let value = match seek.is_relationship {
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

impl Operator for SeekIndex<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let running = match &mut self.running {
            Some(running) => running,
            None => match self.input.next(runtime)? {
                Some(batch) => {
                    let running = self.start(batch, runtime)?;
                    self.running.insert(running)
                }
                None => return Ok(None),
            },
        };
        let is_alone = running.batch.width() == 0 && running.batch.multiplicity().is_none();
        let (mut rows, mut positions) = (Vec::new(), Vec::<u32>::new());
        let mut held = runtime.context.reservation();
        let mut is_done = false;
        while positions.len() < BATCH_SIZE {
            if running.taken == running.found.len() && !running.read(self.seek, runtime)? {
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
        let batch = match (is_alone, self.seek.is_relationship, positions.as_slice()) {
            // A node alone is a run of nodes, whose properties are read where they stand.
            (true, false, [node]) => Batch::of_nodes(*node..*node + 1),
            (true, ..) => Batch::with_room(positions.len(), 1).with(column(self.seek, positions)),
            (false, ..) => {
                let batch = running.batch.select(UInt32Array::from(rows))?;
                batch.with(column(self.seek, positions))
            }
        };
        if is_done {
            self.running = None;
        }
        Ok(Some(batch))
    }
}

/// The elements found as a column.
fn column(seek: &Seek<Expression>, positions: Vec<u32>) -> Column {
    let positions = UInt32Array::from(positions);
    match seek.is_relationship {
        true => Column::Relationship(positions),
        false => Column::Node(positions),
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
