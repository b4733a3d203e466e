//! Subqueries as values: existence, count, list of their rows.

use arrow_array::Int64Array;

use super::Operand;
use crate::bind::expression::SubqueryKind;
use crate::column::Column;
use crate::context::Reservation;
use crate::error::{Error, Result};
use crate::execute::batch::{too_many, total};
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
    // Rows that count several times are counted so; to be collected they are listed.
    let listed = |found: Batch| match kind {
        SubqueryKind::Exists | SubqueryKind::Count => Ok(found),
        SubqueryKind::Collect => found.listed(),
    };
    if let Some(slot) = subplan.row {
        let numbers = Int64Array::from_iter_values(0..batch.rows() as i64);
        let argument = imports.with(Column::Integer(numbers));
        let mut operator = open(&subplan.plan, Some(&argument), runtime);
        while let Some(found) = operator.next(runtime)? {
            runtime.context.check()?;
            let found = listed(found)?;
            let Column::Integer(rows) = found.column(slot)? else {
                continue;
            };
            let rows: Vec<usize> = rows.values().iter().map(|row| *row as usize).collect();
            answers.add(&rows, &found, &mut held)?;
        }
    } else {
        for row in 0..batch.rows() {
            runtime.context.check()?;
            let mut operator = open(&subplan.plan, Some(&imports.slice(row, 1)?), runtime);
            while let Some(found) = operator.next(runtime)? {
                runtime.context.check()?;
                let found = listed(found)?;
                answers.add(&vec![row; found.rows()], &found, &mut held)?;
                if kind == SubqueryKind::Exists && found.rows() > 0 {
                    break;
                }
            }
        }
    }
    answers.finish().map(Operand::Column)
}

/// What was found for each row so far.
enum Answers {
    Exists(Vec<bool>),
    Count(Vec<u64>),
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

    /// Rows were found, each for an outer row; a collected subquery has its values in the first column.
    fn add(&mut self, rows: &[usize], found: &Batch, held: &mut Reservation) -> Result<()> {
        let out_of_range = || Error::internal("a subquery gave a row of no outer row");
        match self {
            Answers::Exists(exists) => {
                for row in rows {
                    *exists.get_mut(*row).ok_or_else(out_of_range)? = true;
                }
            }
            Answers::Count(counts) => {
                let times = found.multiplicity();
                for (index, row) in rows.iter().enumerate() {
                    let times = times.map_or(1, |times| times[index]);
                    let count = counts.get_mut(*row).ok_or_else(out_of_range)?;
                    *count = total(*count, times)?;
                }
            }
            Answers::Collect(lists) => {
                let values = found.column(0)?;
                for (index, row) in rows.iter().enumerate() {
                    let value = values.value(index);
                    held.grow(size_of::<Value>() + value.heap_size())?;
                    lists.get_mut(*row).ok_or_else(out_of_range)?.push(value);
                }
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<Column> {
        Ok(match self {
            Answers::Exists(exists) => Column::Boolean(exists.into()),
            Answers::Count(counts) => {
                let counts = counts.into_iter().map(i64::try_from);
                let counts: Vec<i64> = counts.collect::<Result<_, _>>().map_err(|_| too_many())?;
                Column::Integer(counts.into())
            }
            Answers::Collect(lists) => {
                let lists: Vec<Value> = lists.into_iter().map(Value::list).collect();
                Column::Value(lists.into())
            }
        })
    }
}
