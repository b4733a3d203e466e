//! Three-valued `AND`, `OR`, `XOR`, `NOT`. The parts of a conjunction are evaluated only on rows
//! that the parts before have not decided.

use arrow_array::{Array, BooleanArray, UInt32Array};
use arrow_buffer::{BooleanBuffer, BooleanBufferBuilder, NullBuffer};
use smallvec::SmallVec;

use super::compare::decided_of_run;
use super::{Operand, compared, evaluate};
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
    let rows = batch.rows();
    // What decides all rows without being read does so before anything is.
    let mut told: SmallVec<[Option<Option<bool>>; 8]> = SmallVec::new();
    for part in parts.iter().take_while(|part| is_plain(part, batch)) {
        let answer = match part {
            E::Comparison(operator, left, right) => {
                decided_of_run(*operator, left, right, batch, runtime)?
            }
            _ => None,
        };
        if answer == Some(Some(deciding)) {
            return Ok(Operand::Constant(Value::Boolean(deciding)));
        }
        told.push(answer);
    }
    // The rows that no part has decided, and those of which a part was null.
    let mut open = BooleanBuffer::new_set(rows);
    let mut unknown = BooleanBuffer::new_unset(rows);
    for (place, part) in parts.iter().enumerate() {
        let told = told.get(place).copied().flatten();
        if let Some(Some(_)) = told {
            continue;
        }
        let count = open.count_set_bits();
        if count == 0 {
            break;
        }
        let takes_all = count == rows || count > rows / 4 && is_plain(part, batch);
        let selected = (!takes_all).then(|| UInt32Array::from_iter_values(open.set_indices_u32()));
        let operand = match &selected {
            // What bounds have not told they will not tell now.
            None if told.is_some() => match part {
                E::Comparison(operator, left, right) => {
                    compared(*operator, left, right, batch, runtime)?
                }
                other => evaluate(other, batch, runtime)?,
            },
            None => evaluate(part, batch, runtime)?,
            Some(selected) => evaluate(part, &batch.select(selected.clone())?, runtime)?,
        };
        let whole = |bits: BooleanBuffer| match &selected {
            None => bits,
            Some(selected) => scattered(&bits, selected, rows),
        };
        match booleans(&operand, None)? {
            Truth::Constant(Some(value)) if value == deciding => {
                open = BooleanBuffer::new_unset(rows);
            }
            Truth::Constant(Some(_)) => {}
            Truth::Constant(None) => unknown = BooleanBuffer::new_set(rows),
            Truth::Column(array) => {
                let mut undecided = match deciding {
                    true => !array.values(),
                    false => array.values().clone(),
                };
                if let Some(nulls) = array.nulls().filter(|nulls| nulls.null_count() > 0) {
                    let nulls = !nulls.inner();
                    undecided = &undecided | &nulls;
                    unknown = &unknown | &whole(nulls);
                }
                open = &open & &whole(undecided);
            }
        }
    }
    let nulls = &unknown & &open;
    let nulls = (nulls.count_set_bits() > 0).then(|| NullBuffer::new(!&nulls));
    let values = if deciding { !&open } else { open };
    let result = BooleanArray::new(values, nulls);
    Ok(Operand::Column(Column::Boolean(result)))
}

/// Bits of some rows among the bits of all.
fn scattered(bits: &BooleanBuffer, selected: &UInt32Array, rows: usize) -> BooleanBuffer {
    let mut all = BooleanBufferBuilder::new(rows);
    all.append_n(rows, false);
    for place in bits.set_indices() {
        all.set_bit(selected.value(place) as usize, true);
    }
    all.finish()
}

/// Whether a predicate is a comparison that cannot fail and costs less than to pick rows for it:
/// columns that stand in chunks as they are read are compared as a whole.
fn is_plain(predicate: &E, batch: &Batch) -> bool {
    let is_plain = |operand: &E| match operand {
        E::Constant(_) | E::Parameter(_) => true,
        E::Property { object, .. } => match object.as_ref() {
            E::Slot(slot) => batch.holds_entities(*slot),
            _ => false,
        },
        _ => false,
    };
    matches!(predicate, E::Comparison(_, left, right) if is_plain(left) && is_plain(right))
}

/// Which rows of a batch are kept.
#[derive(Debug, Clone)]
pub(in crate::execute) enum Kept {
    All,
    None,
    /// Those whose bit is set: some, but not all.
    Some(BooleanBuffer),
}

impl Kept {
    fn of(bits: BooleanBuffer) -> Kept {
        match bits.count_set_bits() {
            0 => Kept::None,
            count if count == bits.len() => Kept::All,
            _ => Kept::Some(bits),
        }
    }

    /// The numbers of the rows that are kept of so many.
    fn numbers(&self, rows: usize) -> UInt32Array {
        match self {
            Kept::All => UInt32Array::from_iter_values(0..rows as u32),
            Kept::None => UInt32Array::from(Vec::<u32>::new()),
            Kept::Some(bits) => row_numbers(bits),
        }
    }
}

/// The numbers of the rows whose bit is set.
pub(in crate::execute) fn row_numbers(bits: &BooleanBuffer) -> UInt32Array {
    let mut rows = Vec::with_capacity(bits.count_set_bits());
    rows.extend(bits.set_indices_u32());
    UInt32Array::from(rows)
}

/// The numbers of the rows on which an operand is true.
pub(super) fn true_rows(operand: &Operand, rows: usize) -> Result<UInt32Array> {
    Ok(kept_rows(operand, rows)?.numbers(rows))
}

/// The rows on which an operand is true.
pub(super) fn kept_rows(operand: &Operand, rows: usize) -> Result<Kept> {
    Ok(match booleans(operand, None)? {
        Truth::Constant(Some(true)) => Kept::All,
        Truth::Constant(_) => Kept::None,
        Truth::Column(array) => {
            debug_assert_eq!(array.len(), rows);
            Kept::of(match array.nulls() {
                None => array.values().clone(),
                Some(nulls) => array.values() & nulls.inner(),
            })
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
