//! Calls of scalar functions: whole columns where the function has a kernel, else row by row.

use super::case::scatter;
use super::{Operand, evaluate};
use crate::column::{Column, ColumnBuilder};
use crate::error::{Error, Result};
use crate::execute::{BATCH_SIZE, Batch, Runtime};
use crate::functions::{Function, Implementation, NullRule, Purity, ScalarFunction};
use crate::physical::Expression as E;
use crate::value::Value;
use arrow_array::UInt32Array;

/// The value of a call for each row.
pub(super) fn call(
    function: &Function,
    arguments: &[E],
    batch: &Batch,
    runtime: &mut Runtime,
) -> Result<Operand> {
    let operands = arguments
        .iter()
        .map(|argument| evaluate(argument, batch, runtime))
        .collect::<Result<Vec<_>>>()?;
    match by_text(function, &operands, runtime) {
        Some(operand) => Ok(operand),
        None => apply(function, &operands, batch.rows(), runtime),
    }
}

/// The value for each row where one argument alone differs from row to row, of which few texts do: computed
/// of each text once. `None` where that is not so, or a text has no result; it may be one that no row has.
fn by_text(function: &Function, operands: &[Operand], runtime: &Runtime) -> Option<Operand> {
    let mut varying = operands
        .iter()
        .enumerate()
        .filter_map(|(place, operand)| match operand {
            Operand::Column(column) => Some((place, column)),
            Operand::Constant(_) => None,
        });
    let (Some((place, Column::Dictionary(dictionary))), None) = (varying.next(), varying.next())
    else {
        return None;
    };
    let is_pure = function.purity == Purity::Pure && function.null_rule == NullRule::Propagate;
    if !is_pure || !dictionary.is_worth_it() {
        return None;
    }
    let texts = Column::String(dictionary.texts().clone());
    let count = texts.len();
    let mut operands = operands.to_vec();
    operands[place] = Operand::Column(texts);
    let computed = apply(function, &operands, count, runtime).ok()?;
    let computed = computed.into_column(count);
    dictionary.spread(&computed).ok().map(Operand::Column)
}

/// The value of a function for each of so many rows of its arguments.
fn apply(
    function: &Function,
    operands: &[Operand],
    rows: usize,
    runtime: &Runtime,
) -> Result<Operand> {
    let scalar = match function.implementation {
        Implementation::Scalar(scalar) => scalar,
        Implementation::Columnar(scalar, columnar) => {
            if operands
                .iter()
                .any(|operand| matches!(operand, Operand::Column(_)))
            {
                let columns: Vec<Column> = operands
                    .iter()
                    .map(|operand| operand.clone().into_column(rows).unpacked())
                    .collect();
                if let Some(column) = columnar(&runtime.environment(), &columns, rows)? {
                    return Ok(Operand::Column(column));
                }
            }
            scalar
        }
        Implementation::Aggregate(_) => {
            return Err(Error::internal(
                "an aggregate is called like a scalar function",
            ));
        }
    };
    row_by_row(function, scalar, operands, rows, runtime)
}

fn row_by_row(
    function: &Function,
    scalar: ScalarFunction,
    operands: &[Operand],
    rows: usize,
    runtime: &Runtime,
) -> Result<Operand> {
    let environment = runtime.environment();
    let propagates = function.null_rule == NullRule::Propagate;
    let mut arguments: Vec<Value> = Vec::with_capacity(operands.len());
    let mut at = |row: usize| {
        arguments.clear();
        arguments.extend(operands.iter().map(|operand| operand.value(row)));
        if propagates && arguments.iter().any(Value::is_null) {
            return Ok(Value::Null);
        }
        scalar(&environment, &arguments)
    };
    let constant = operands
        .iter()
        .all(|operand| matches!(operand, Operand::Constant(_)));
    if constant && function.purity != Purity::Volatile && rows > 0 {
        return at(0).map(Operand::Constant);
    }
    let mut held = runtime.context.reservation();
    let mut builder = ColumnBuilder::new();
    for row in 0..rows {
        if row.is_multiple_of(BATCH_SIZE) {
            runtime.context.check()?;
        }
        let value = at(row)?;
        // A function reserves one result at a time; here are many.
        held.grow(value.heap_size())?;
        builder.push(value);
    }
    Ok(Operand::Column(builder.finish()))
}

/// The first argument that is not null; later ones are evaluated only on rows that need them.
pub(super) fn coalesce(arguments: &[E], batch: &Batch, runtime: &mut Runtime) -> Result<Operand> {
    let mut rows = UInt32Array::from_iter_values(0..batch.rows() as u32);
    let mut parts = Vec::new();
    for argument in arguments {
        if rows.is_empty() {
            break;
        }
        let open = batch.select(rows.clone())?;
        let column = evaluate(argument, &open, runtime)?.into_column(open.rows());
        let (null, found): (Vec<u32>, Vec<u32>) =
            (0..open.rows() as u32).partition(|row| column.is_null(*row as usize));
        let place = |row: &u32| rows.value(*row as usize);
        let places = UInt32Array::from_iter_values(found.iter().map(place));
        let rest = UInt32Array::from_iter_values(null.iter().map(place));
        let found = column.take(&UInt32Array::from(found))?;
        parts.push((places, Operand::Column(found)));
        rows = rest;
    }
    if !rows.is_empty() || parts.is_empty() {
        parts.push((rows, Operand::Constant(Value::Null)));
    }
    scatter(parts, batch.rows()).map(Operand::Column)
}
