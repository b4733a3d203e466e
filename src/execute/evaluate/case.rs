//! `CASE`: each alternative is evaluated only on the rows that reach it.

use arrow_array::UInt32Array;

use super::{Operand, boolean, evaluate};
use crate::column::Column;
use crate::error::Result;
use crate::execute::{Batch, Runtime};
use crate::physical::Expression as E;

/// The value of the first alternative whose condition holds, row by row.
pub(super) fn case(
    alternatives: &[(E, E)],
    otherwise: Option<&E>,
    batch: &Batch,
    runtime: &mut Runtime,
) -> Result<Operand> {
    let mut rows = UInt32Array::from_iter_values(0..batch.rows() as u32);
    let mut parts: Vec<(UInt32Array, Column)> = Vec::new();
    for (condition, value) in alternatives {
        if rows.is_empty() {
            break;
        }
        let open = batch.select(rows.clone())?;
        let chosen = boolean::true_rows(&evaluate(condition, &open, runtime)?, open.rows())?;
        if chosen.is_empty() {
            continue;
        }
        let taken = open.select(chosen.clone())?;
        let column = evaluate(value, &taken, runtime)?.into_column(taken.rows());
        let picked: UInt32Array = chosen
            .values()
            .iter()
            .map(|row| Some(rows.value(*row as usize)))
            .collect();
        rows = without(&rows, &picked);
        parts.push((picked, column));
    }
    if !rows.is_empty() {
        let open = batch.select(rows.clone())?;
        let column = match otherwise {
            Some(value) => evaluate(value, &open, runtime)?.into_column(open.rows()),
            None => Column::Null(open.rows()),
        };
        parts.push((rows, column));
    }
    Ok(Operand::Column(scatter(parts, batch.rows())?))
}

/// The rows that are not in `removed`; both ascend.
fn without(rows: &UInt32Array, removed: &UInt32Array) -> UInt32Array {
    let mut removed = removed.values().iter().peekable();
    UInt32Array::from_iter_values(rows.values().iter().copied().filter(|row| {
        if removed.peek() == Some(&row) {
            removed.next();
            return false;
        }
        true
    }))
}

/// One column of `rows` rows from parts, each with the rows where its values stand.
pub(super) fn scatter(mut parts: Vec<(UInt32Array, Column)>, rows: usize) -> Result<Column> {
    if parts.len() == 1
        && let Some((places, column)) = parts.pop()
    {
        debug_assert_eq!(places.len(), rows);
        return Ok(column);
    }
    let mut order = vec![0_u32; rows];
    let mut offset = 0;
    for (places, _) in &parts {
        for place in places.values() {
            order[*place as usize] = offset;
            offset += 1;
        }
    }
    let columns: Vec<Column> = parts.into_iter().map(|(_, column)| column).collect();
    Column::concat(&columns)?.take(&UInt32Array::from(order))
}
