//! One repetition of a part of a pattern, from many nodes at once.

use arrow_array::{Int64Array, UInt32Array};

use crate::column::Column;
use crate::error::Result;
use crate::execute::{Batch, Runtime, open};
use crate::physical;
use crate::value::Value;

/// One repetition that was found.
pub(super) struct Repetition {
    /// Which of the nodes it starts from, by place.
    pub start: usize,
    /// The values of the variables that are listed.
    pub values: Vec<Value>,
    /// The node where it ends.
    pub end: u32,
}

/// Calls `visit` on each repetition from `starts`, nodes that belong to the rows `rows` of `batch`.
pub(super) fn each_repetition(
    plan: &physical::Repetition,
    batch: &Batch,
    rows: UInt32Array,
    starts: UInt32Array,
    runtime: &mut Runtime,
    visit: &mut dyn FnMut(Repetition) -> Result<()>,
) -> Result<()> {
    let count = starts.len() as i64;
    let argument = batch
        .select(rows)?
        .with(Column::Node(starts))
        .project(&plan.inner.imports)?;
    let Some(slot) = plan.inner.row else {
        for start in 0..count as usize {
            let mut operator = open(&plan.inner.plan, Some(&argument.slice(start, 1)?), runtime);
            while let Some(found) = operator.next(runtime)? {
                runtime.context.check()?;
                let found = found.listed()?;
                for row in 0..found.rows() {
                    visit_row(plan, start, &found, row, visit)?;
                }
            }
        }
        return Ok(());
    };
    let numbers = Column::Integer(Int64Array::from_iter_values(0..count));
    let mut operator = open(&plan.inner.plan, Some(&argument.with(numbers)), runtime);
    while let Some(found) = operator.next(runtime)? {
        runtime.context.check()?;
        let found = found.listed()?;
        let Column::Integer(numbers) = found.column(slot)?.clone() else {
            continue;
        };
        for (row, start) in numbers.values().iter().enumerate() {
            visit_row(plan, *start as usize, &found, row, visit)?;
        }
    }
    Ok(())
}

fn visit_row(
    plan: &physical::Repetition,
    start: usize,
    found: &Batch,
    row: usize,
    visit: &mut dyn FnMut(Repetition) -> Result<()>,
) -> Result<()> {
    let Value::Node(end) = found.column(plan.to)?.value(row) else {
        return Ok(());
    };
    let mut values = Vec::with_capacity(plan.lists.len());
    for slot in &plan.lists {
        values.push(found.column(*slot)?.value(row));
    }
    visit(Repetition {
        start,
        values,
        end: end.0,
    })
}
