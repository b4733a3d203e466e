//! `SET` of properties of many rows at once, where no row can see what is set for another.

use std::collections::HashSet;

use arrow_array::UInt32Array;

use crate::column::Column;
use crate::error::{Error, Result};
use crate::execute::evaluate::{Operand, evaluate};
use crate::execute::{Batch, Runtime};
use crate::functions::Purity;
use crate::graph::NewValues;
use crate::physical::{Expression as E, SetItem};
use crate::value::Value;

/// Fewer rows are set one after the other.
const FEWEST_ROWS: usize = 256;

/// Sets all items for all rows, item by item. `false`, and nothing is set, where rows must run in order.
pub(super) fn set_columns(
    items: &[SetItem],
    batches: &[Batch],
    runtime: &mut Runtime,
) -> Result<bool> {
    if batches.iter().map(Batch::rows).sum::<usize>() < FEWEST_ROWS {
        return Ok(false);
    }
    let Some(changes) = items.iter().map(Change::of).collect::<Option<Vec<_>>>() else {
        return Ok(false);
    };
    if !are_apart(&changes, batches)? {
        return Ok(false);
    }
    for change in &changes {
        change.apply(batches, runtime)?;
        runtime.refresh();
    }
    Ok(true)
}

/// `slot.key = value`
struct Change<'p> {
    slot: usize,
    key: &'p str,
    value: &'p E,
    /// The properties that the value is made of.
    reads: Vec<(usize, &'p str)>,
}

impl<'p> Change<'p> {
    fn of(item: &'p SetItem) -> Option<Change<'p>> {
        match item {
            SetItem::Property {
                target: E::Slot(slot),
                key: E::Constant(Value::String(key)),
                value,
            } => {
                let mut reads = Vec::new();
                let is_plain = find_reads(value, &mut reads);
                is_plain.then_some(Change {
                    slot: *slot,
                    key,
                    value,
                    reads,
                })
            }
            _ => None,
        }
    }

    fn apply(&self, batches: &[Batch], runtime: &mut Runtime) -> Result<()> {
        let (mut targets, mut values) = (Vec::new(), Vec::new());
        let mut held = runtime.context.reservation();
        for batch in batches {
            runtime.context.check()?;
            let target = batch.column(self.slot)?.clone();
            let value = evaluate(self.value, batch, runtime)?;
            let (target, value) = match target.null_count() {
                0 => (target, value),
                _ => {
                    let there =
                        (0..target.len() as u32).filter(|row| !target.is_null(*row as usize));
                    let there: UInt32Array = there.collect::<Vec<_>>().into();
                    let value = match value {
                        Operand::Column(column) => Operand::Column(column.take(&there)?),
                        constant => constant,
                    };
                    (target.take(&there)?, value)
                }
            };
            let bytes = match &value {
                Operand::Column(column) => column.heap_size(),
                Operand::Constant(_) => 0,
            };
            held.grow(bytes + target.heap_size())?;
            targets.push(target);
            values.push(value);
        }
        let same = match values.first() {
            Some(Operand::Constant(first)) => {
                let is_first =
                    |value: &Operand| matches!(value, Operand::Constant(value) if value == first);
                values.iter().all(is_first).then(|| first.clone())
            }
            _ => None,
        };
        let rows = targets.iter().map(Column::len);
        let columns: Vec<Column> = match same {
            Some(_) => Vec::new(),
            None => {
                let columns = values.into_iter().zip(rows);
                columns
                    .map(|(value, rows)| value.into_column(rows))
                    .collect()
            }
        };
        let column = Column::concat(&columns)?;
        let values = match &same {
            Some(value) => NewValues::Same(value),
            None => NewValues::Each(&column),
        };
        let targets = Column::concat(&targets)?;
        runtime.reserve_writes(targets.len(), column.heap_size())?;
        let writer = runtime.writer()?;
        let key = writer.key(self.key)?;
        match &targets {
            Column::Node(nodes) => writer.set_node_properties(nodes.values(), key, values),
            Column::Relationship(ids) => {
                writer.set_relationship_properties(ids.values(), key, values)
            }
            // All targets are null.
            Column::Null(_) => Ok(()),
            _ => Err(Error::internal(
                "properties are set on nodes or relationships",
            )),
        }
    }
}

/// Whether no row can see what is set for another, and the last value of each property is the same
/// whether all items are set row by row or all rows item by item.
fn are_apart(changes: &[Change], batches: &[Batch]) -> Result<bool> {
    let slots: HashSet<usize> = changes.iter().map(|change| change.slot).collect();
    for slot in &slots {
        let mut is_node = None;
        for batch in batches {
            let of_nodes = match batch.column(*slot)? {
                Column::Node(_) => true,
                Column::Relationship(_) => false,
                Column::Null(_) => continue,
                _ => return Ok(false),
            };
            if *is_node.get_or_insert(of_nodes) != of_nodes {
                return Ok(false);
            }
        }
    }
    let mut own: HashSet<usize> = HashSet::new();
    for change in changes {
        let mut others = changes.iter().filter(|other| other.key == change.key);
        if others.any(|other| other.slot != change.slot) {
            return Ok(false);
        }
        let mut reads = changes.iter().flat_map(|other| &other.reads);
        if reads
            .clone()
            .any(|(slot, key)| *key == change.key && *slot != change.slot)
        {
            return Ok(false);
        }
        if reads.any(|(_, key)| *key == change.key) {
            own.insert(change.slot);
        }
    }
    // What is read and set of an element must be those of its only row.
    for slot in own {
        let mut seen: Vec<u64> = Vec::new();
        for batch in batches {
            let (Column::Node(ids) | Column::Relationship(ids)) = batch.column(slot)? else {
                continue;
            };
            for id in ids.iter().flatten() {
                let (word, bit) = (id as usize / 64, 1_u64 << (id % 64));
                if word >= seen.len() {
                    seen.resize((word + 1).next_power_of_two(), 0);
                }
                if seen[word] & bit != 0 {
                    return Ok(false);
                }
                seen[word] |= bit;
            }
        }
    }
    Ok(true)
}

/// Finds the properties that an expression reads; `false` where it may see more of the graph than these,
/// or is another each time.
fn find_reads<'p>(expression: &'p E, reads: &mut Vec<(usize, &'p str)>) -> bool {
    let mut all = |parts: Vec<&'p E>| parts.into_iter().all(|part| find_reads(part, reads));
    match expression {
        E::Constant(_) | E::Parameter(_) | E::Slot(_) => true,
        E::Property { object, key, .. } => match object.as_ref() {
            E::Slot(slot) => {
                reads.push((*slot, key));
                true
            }
            E::Parameter(_) | E::Constant(_) => true,
            _ => false,
        },
        E::Not(part) | E::Negate(part) | E::IsNull(part) => find_reads(part, reads),
        E::And(parts) | E::Or(parts) | E::Coalesce(parts) => all(parts.iter().collect()),
        E::Xor(left, right)
        | E::Comparison(_, left, right)
        | E::Text(_, left, right)
        | E::In(left, right)
        | E::Arithmetic { left, right, .. } => all(vec![left, right]),
        E::Case {
            alternatives,
            otherwise,
        } => {
            let alternatives = alternatives.iter().flat_map(|(when, then)| [when, then]);
            all(alternatives.chain(otherwise.as_deref()).collect())
        }
        E::Call {
            function,
            arguments,
            ..
        } => function.purity == Purity::Pure && all(arguments.iter().collect()),
        _ => false,
    }
}
