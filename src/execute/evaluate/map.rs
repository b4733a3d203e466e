//! Map literals and map projections.

use std::sync::Arc;

use super::list::reserve_nested;
use super::property::properties_of;
use super::{Operand, evaluate};
use crate::column::Column;
use crate::error::Result;
use crate::execute::{Batch, Runtime};
use crate::physical::Expression as E;
use crate::value::{Map, Value};

/// `{key: value}`
pub(super) fn map(
    entries: &[(Arc<str>, E)],
    batch: &Batch,
    runtime: &mut Runtime,
) -> Result<Operand> {
    let operands = operands(entries, batch, runtime)?;
    let at = |row: usize| {
        let mut map = Map::new();
        for (key, operand) in &operands {
            map.insert((*key).clone(), operand.value(row));
        }
        Value::Map(Arc::new(map))
    };
    if operands
        .iter()
        .all(|(_, operand)| matches!(operand, Operand::Constant(_)))
    {
        let map = at(0);
        reserve_nested(
            operands.iter().map(|(_, operand)| operand),
            std::slice::from_ref(&map),
            runtime,
        )?;
        return Ok(Operand::Constant(map));
    }
    let maps: Vec<Value> = (0..batch.rows()).map(at).collect();
    reserve_nested(operands.iter().map(|(_, operand)| operand), &maps, runtime)?;
    Ok(Operand::Column(Column::Value(maps.into())))
}

/// `base {.*, key: value}`; null of null.
pub(super) fn projection(
    base: &E,
    all: bool,
    entries: &[(Arc<str>, E)],
    batch: &Batch,
    runtime: &mut Runtime,
) -> Result<Operand> {
    let base = evaluate(base, batch, runtime)?;
    let operands = operands(entries, batch, runtime)?;
    let mut maps = Vec::with_capacity(batch.rows());
    for row in 0..batch.rows() {
        let object = base.value(row);
        let mut map = match properties_of(&object, runtime.graph())? {
            Value::Map(properties) if all => properties.as_ref().clone(),
            Value::Map(_) => Map::new(),
            _ => {
                maps.push(Value::Null);
                continue;
            }
        };
        for (key, operand) in &operands {
            map.insert((*key).clone(), operand.value(row));
        }
        maps.push(Value::Map(Arc::new(map)));
    }
    Ok(Operand::Column(Column::Value(maps.into())))
}

fn operands<'e>(
    entries: &'e [(Arc<str>, E)],
    batch: &Batch,
    runtime: &mut Runtime,
) -> Result<Vec<(&'e Arc<str>, Operand)>> {
    entries
        .iter()
        .map(|(key, value)| Ok((key, evaluate(value, batch, runtime)?)))
        .collect()
}
