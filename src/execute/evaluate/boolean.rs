//! Three-valued `AND`, `OR`, `XOR`, `NOT`. The parts of a conjunction are evaluated only on rows
//! that the parts before have not decided.

use arrow_array::{Array, BooleanArray, UInt32Array};

use super::{Operand, evaluate};
use crate::column::Column;
use crate::error::{Error, Result};
use crate::execute::{Batch, Runtime};
use crate::physical::Expression as E;
use crate::value::Value;

pub(super) fn not(operand: Operand) -> Result<Operand> {
    Ok(match booleans(&operand, None)? {
        Truth::Constant(truth) => Operand::Constant(truth.map(|truth| !truth).into()),
        Truth::Column(array) => Operand::Column(Column::Boolean(
            array
                .iter()
                .map(|truth| truth.map(|truth| !truth))
                .collect(),
        )),
    })
}

pub(super) fn xor(left: &Operand, right: &Operand, rows: usize) -> Result<Operand> {
    let (left, right) = (booleans(left, None)?, booleans(right, None)?);
    let exclusive = |row: usize| Some(left.at(row)? != right.at(row)?);
    Ok(Operand::Column(Column::Boolean(
        (0..rows).map(exclusive).collect(),
    )))
}

pub(super) fn and(parts: &[E], batch: &Batch, runtime: &mut Runtime) -> Result<Operand> {
    connect(parts, false, batch, runtime)
}

pub(super) fn or(parts: &[E], batch: &Batch, runtime: &mut Runtime) -> Result<Operand> {
    connect(parts, true, batch, runtime)
}

/// A conjunction (`deciding` is false) or disjunction (true): a part that equals `deciding` decides
/// the row; else a null makes it null.
fn connect(parts: &[E], deciding: bool, batch: &Batch, runtime: &mut Runtime) -> Result<Operand> {
    let mut result: Vec<Option<bool>> = vec![Some(!deciding); batch.rows()];
    let mut open: Option<UInt32Array> = None;
    for part in parts {
        let operand = match &open {
            None => evaluate(part, batch, runtime)?,
            Some(rows) if rows.is_empty() => break,
            Some(rows) => evaluate(part, &batch.select(rows.clone())?, runtime)?,
        };
        let truth = booleans(&operand, None)?;
        let count = open.as_ref().map_or(batch.rows(), Array::len);
        let mut still_open = Vec::with_capacity(count);
        for index in 0..count {
            let row = open.as_ref().map_or(index as u32, |rows| rows.value(index));
            match truth.at(index) {
                Some(value) if value == deciding => result[row as usize] = Some(deciding),
                Some(_) => still_open.push(row),
                None => {
                    result[row as usize] = None;
                    still_open.push(row);
                }
            }
        }
        if still_open.len() < batch.rows() {
            open = Some(UInt32Array::from(still_open));
        }
    }
    Ok(Operand::Column(Column::Boolean(
        result.into_iter().collect(),
    )))
}

/// The rows on which an operand is true.
pub(super) fn true_rows(operand: &Operand, rows: usize) -> Result<UInt32Array> {
    Ok(match booleans(operand, None)? {
        Truth::Constant(Some(true)) => UInt32Array::from_iter_values(0..rows as u32),
        Truth::Constant(_) => UInt32Array::from(Vec::<u32>::new()),
        Truth::Column(array) => {
            let mut selected = Vec::with_capacity(rows);
            match array.nulls() {
                None => selected.extend(array.values().set_indices_u32()),
                Some(nulls) => {
                    let both = array.values() & nulls.inner();
                    selected.extend(both.set_indices_u32());
                }
            }
            UInt32Array::from(selected)
        }
    })
}

/// Truth values: one for all rows, or one each.
pub(super) enum Truth {
    Constant(Option<bool>),
    Column(BooleanArray),
}

impl Truth {
    pub(super) fn at(&self, row: usize) -> Option<bool> {
        match self {
            Truth::Constant(truth) => *truth,
            Truth::Column(array) => array.is_valid(row).then(|| array.value(row)),
        }
    }
}

/// The truth values of an operand. Anything but booleans and nulls is a type error, told with
/// `operator` where there is one.
pub(super) fn booleans(operand: &Operand, operator: Option<&str>) -> Result<Truth> {
    let of_value = |value: &Value| match value {
        Value::Boolean(truth) => Ok(Some(*truth)),
        Value::Null => Ok(None),
        other => Err(Error::type_error(format!(
            "{} needs a boolean, got {}",
            operator.unwrap_or("a predicate"),
            other.value_type()
        ))),
    };
    match operand {
        Operand::Constant(value) => of_value(value).map(Truth::Constant),
        Operand::Column(Column::Boolean(array)) => Ok(Truth::Column(array.clone())),
        Operand::Column(Column::Null(_)) => Ok(Truth::Constant(None)),
        Operand::Column(Column::Value(values)) => {
            let truths: Vec<Option<bool>> = values.iter().map(of_value).collect::<Result<_>>()?;
            Ok(Truth::Column(BooleanArray::from(truths)))
        }
        Operand::Column(other) => {
            if other.null_count() == other.len() {
                return Ok(Truth::Constant(None));
            }
            Err(Error::type_error(format!(
                "{} needs a boolean, got {}",
                operator.unwrap_or("a predicate"),
                other.value_type()
            )))
        }
    }
}
