//! Three-valued `AND`, `OR`, `XOR`, `NOT`. The parts of a conjunction are evaluated only on rows
//! that the parts before have not decided.

use arrow_array::{Array, BooleanArray, UInt32Array};
use arrow_buffer::{BooleanBuffer, BooleanBufferBuilder, NullBuffer};

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
    let mut open = Open::All(batch.rows());
    // Rows of which a part was null; some may be decided later.
    let mut unknown: Vec<u32> = Vec::new();
    for part in parts {
        let operand = match &open {
            Open::All(_) => evaluate(part, batch, runtime)?,
            Open::Some(rows) if rows.is_empty() => break,
            Open::Some(rows) if rows.len() > batch.rows() / 4 && is_plain(part, batch) => {
                let all = evaluate(part, batch, runtime)?;
                match all {
                    Operand::Column(column) => Operand::Column(column.take(rows)?),
                    constant => constant,
                }
            }
            Open::Some(rows) => evaluate(part, &batch.select(rows.clone())?, runtime)?,
        };
        open = match booleans(&operand, None)? {
            Truth::Constant(Some(value)) if value == deciding => {
                Open::Some(Vec::<u32>::new().into())
            }
            Truth::Constant(Some(_)) => open,
            Truth::Constant(None) => {
                unknown.extend(0..batch.rows() as u32);
                open
            }
            Truth::Column(array) => {
                let undecided = match deciding {
                    true => !array.values(),
                    false => array.values().clone(),
                };
                match array.nulls().filter(|nulls| nulls.null_count() > 0) {
                    None => open.picked(&undecided),
                    Some(nulls) => {
                        let nulls = !nulls.inner();
                        unknown.extend(open.clone().picked(&nulls).rows());
                        open.picked(&(&undecided | &nulls))
                    }
                }
            }
        };
    }
    let mut result = BooleanBufferBuilder::new(batch.rows());
    match open {
        Open::All(rows) => result.append_n(rows, !deciding),
        Open::Some(open) => {
            result.append_n(batch.rows(), deciding);
            for row in open.values() {
                result.set_bit(*row as usize, !deciding);
            }
        }
    }
    let result = result.finish();
    let nulls = (!unknown.is_empty()).then(|| {
        let mut valid = BooleanBufferBuilder::new(batch.rows());
        valid.append_n(batch.rows(), true);
        for row in unknown {
            if result.value(row as usize) != deciding {
                valid.set_bit(row as usize, false);
            }
        }
        NullBuffer::new(valid.finish())
    });
    Ok(Operand::Column(Column::Boolean(BooleanArray::new(
        result, nulls,
    ))))
}

/// Whether a predicate is a comparison that cannot fail and costs less than to pick rows for it:
/// columns that stand in chunks as they are read are compared as a whole.
fn is_plain(predicate: &E, batch: &Batch) -> bool {
    let is_plain = |operand: &E| match operand {
        E::Constant(_) | E::Parameter(_) => true,
        E::Property { object, .. } => match object.as_ref() {
            E::Slot(slot) => matches!(
                batch.column(*slot),
                Ok(Column::Node(_) | Column::Relationship(_))
            ),
            _ => false,
        },
        _ => false,
    };
    matches!(predicate, E::Comparison(_, left, right) if is_plain(left) && is_plain(right))
}

/// The rows that are not decided.
#[derive(Clone)]
enum Open {
    /// All of so many.
    All(usize),
    Some(UInt32Array),
}

impl Open {
    /// Those among them whose bit is set.
    fn picked(self, bits: &BooleanBuffer) -> Open {
        match self {
            Open::All(rows) if bits.count_set_bits() == rows => Open::All(rows),
            Open::All(_) => Open::Some(UInt32Array::from_iter_values(bits.set_indices_u32())),
            Open::Some(rows) => {
                let places = bits.set_indices_u32();
                let rows = places.map(|place| rows.value(place as usize));
                Open::Some(UInt32Array::from_iter_values(rows))
            }
        }
    }

    fn rows(&self) -> Vec<u32> {
        match self {
            Open::All(rows) => (0..*rows as u32).collect(),
            Open::Some(rows) => rows.values().to_vec(),
        }
    }
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
