//! `CASE`: each alternative is evaluated only on the rows that reach it.

use arrow_array::UInt32Array;

use super::{Operand, boolean, evaluate};
use crate::column::{Column, Dictionary};
use crate::error::Result;
use crate::execute::{Batch, Runtime};
use crate::physical::Expression as E;
use crate::value::Value;

/// The value of the first alternative whose condition holds, row by row.
pub(super) fn case(
    alternatives: &[(E, E)],
    otherwise: Option<&E>,
    batch: &Batch,
    runtime: &mut Runtime,
) -> Result<Operand> {
    let mut rows = UInt32Array::from_iter_values(0..batch.rows() as u32);
    let mut parts: Vec<(UInt32Array, Operand)> = Vec::new();
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
        let value = evaluate(value, &taken, runtime)?;
        let picked: UInt32Array = chosen
            .values()
            .iter()
            .map(|row| Some(rows.value(*row as usize)))
            .collect();
        rows = without(&rows, &picked);
        parts.push((picked, value));
    }
    if !rows.is_empty() {
        let open = batch.select(rows.clone())?;
        let value = match otherwise {
            Some(value) => evaluate(value, &open, runtime)?,
            None => Operand::Constant(Value::Null),
        };
        parts.push((rows, value));
    }
    scatter(parts, batch.rows()).map(Operand::Column)
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
pub(super) fn scatter(mut parts: Vec<(UInt32Array, Operand)>, rows: usize) -> Result<Column> {
    if parts.len() == 1
        && let Some((places, value)) = parts.pop()
    {
        debug_assert_eq!(places.len(), rows);
        return Ok(value.into_column(rows));
    }
    // A constant stands once for all of its rows.
    let mut order = vec![0_u32; rows];
    let mut offset = 0;
    for (places, value) in &parts {
        let step = match value {
            Operand::Constant(_) => 0,
            Operand::Column(_) => 1,
        };
        for (number, place) in (0..).zip(places.values()) {
            order[*place as usize] = offset + number * step;
        }
        offset += match value {
            Operand::Constant(_) => 1,
            Operand::Column(column) => column.len() as u32,
        };
    }
    let are_constants = parts
        .iter()
        .all(|(_, value)| matches!(value, Operand::Constant(_)));
    let values = parts.into_iter().map(|(_, value)| value.into_column(1));
    let values = Column::concat(&values.collect::<Vec<_>>())?;
    let order = UInt32Array::from(order);
    let texts = match &values {
        Column::String(texts) if are_constants => Dictionary::picked(texts, &order)?,
        _ => None,
    };
    match texts {
        Some(texts) => Ok(Column::Dictionary(texts)),
        None => values.take(&order),
    }
}
