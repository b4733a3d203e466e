//! Subqueries as values: existence, count, list of their rows.

use arrow_array::Int64Array;

use super::Operand;
use crate::bind::expression::SubqueryKind;
use crate::column::Column;
use crate::context::Reservation;
use crate::error::{Error, Result};
use crate::execute::{Batch, Runtime, open};
use crate::physical::Subplan;
use crate::value::Value;

/// The value of a subquery for each row of the batch.
pub(super) fn subquery(
    kind: SubqueryKind,
    subplan: &Subplan,
    batch: &Batch,
    runtime: &mut Runtime,
) -> Result<Operand> {
    let mut answers = Answers::new(kind, batch.rows());
    let mut held = runtime.context.reservation();
    let imports = batch.project(&subplan.imports)?;
    if let Some(slot) = subplan.row {
        let numbers = Int64Array::from_iter_values(0..batch.rows() as i64);
        let argument = imports.with(Column::Integer(numbers));
        let mut operator = open(&subplan.plan, Some(&argument), runtime);
        while let Some(found) = operator.next(runtime)? {
            runtime.context.check()?;
            let found = found.listed()?;
            let Column::Integer(rows) = found.column(slot)? else {
                continue;
            };
            for (index, row) in rows.values().iter().enumerate() {
                answers.add(*row as usize, &found, index, &mut held)?;
            }
        }
    } else {
        for row in 0..batch.rows() {
            runtime.context.check()?;
            let mut operator = open(&subplan.plan, Some(&imports.slice(row, 1)?), runtime);
            while let Some(found) = operator.next(runtime)? {
                runtime.context.check()?;
                let found = found.listed()?;
                for index in 0..found.rows() {
                    answers.add(row, &found, index, &mut held)?;
                }
                if kind == SubqueryKind::Exists && found.rows() > 0 {
                    break;
                }
            }
        }
    }
    Ok(Operand::Column(answers.finish()))
}

/// What was found for each row so far.
enum Answers {
    Exists(Vec<bool>),
    Count(Vec<i64>),
    Collect(Vec<Vec<Value>>),
}

impl Answers {
    fn new(kind: SubqueryKind, rows: usize) -> Answers {
        match kind {
            SubqueryKind::Exists => Answers::Exists(vec![false; rows]),
            SubqueryKind::Count => Answers::Count(vec![0; rows]),
            SubqueryKind::Collect => Answers::Collect(vec![Vec::new(); rows]),
        }
    }

    /// A row was found; a collected subquery has its value in the first column.
    fn add(
        &mut self,
        row: usize,
        found: &Batch,
        index: usize,
        held: &mut Reservation,
    ) -> Result<()> {
        let out_of_range = || Error::internal("a subquery gave a row of no outer row");
        match self {
            Answers::Exists(exists) => *exists.get_mut(row).ok_or_else(out_of_range)? = true,
            Answers::Count(counts) => *counts.get_mut(row).ok_or_else(out_of_range)? += 1,
            Answers::Collect(lists) => {
                let value = found.column(0)?.value(index);
                held.grow(size_of::<Value>() + value.heap_size())?;
                lists.get_mut(row).ok_or_else(out_of_range)?.push(value);
            }
        }
        Ok(())
    }

    fn finish(self) -> Column {
        match self {
            Answers::Exists(exists) => Column::Boolean(exists.into()),
            Answers::Count(counts) => Column::Integer(counts.into()),
            Answers::Collect(lists) => {
                let lists: Vec<Value> = lists.into_iter().map(Value::list).collect();
                Column::Value(lists.into())
            }
        }
    }
}
