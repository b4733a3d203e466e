//! Comparisons, null tests and type tests. Columns of one type are compared without making values.

use std::cmp::Ordering;

use arrow_array::{Array, BooleanArray, Int64Array, UInt32Array};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer};

use super::by_chunk::{rows_of, verdicts};
use super::{Operand, evaluate, map_values, told_by_bounds, zip_values};
use crate::bind::expression::Comparison;
use crate::column::{Bounds, Column};
use crate::error::Result;
use crate::execute::{Batch, Runtime};
use crate::physical::Expression as E;
use crate::value::{self, TypeTest, Value};

/// `left operator right`.
pub(super) fn compare(operator: Comparison, left: &Operand, right: &Operand) -> Result<Operand> {
    if let Some(result) = compare_typed(operator, left, right) {
        return Ok(Operand::Column(Column::Boolean(result)));
    }
    zip_values(left, right, |left, right| {
        Ok(compare_values(operator, &left, &right).into())
    })
}

/// The answer that is the same for all rows of a run, as the least and the greatest value tell that a
/// property has in its chunk; `None` where there are none, `Some(None)` where they do not tell.
pub(super) fn decided_of_run(
    operator: Comparison,
    left: &E,
    right: &E,
    batch: &Batch,
    runtime: &Runtime,
) -> Result<Option<Option<bool>>> {
    let Some((operator, property, value)) = with_constant(operator, left, right, runtime)? else {
        return Ok(None);
    };
    told_by_bounds(property, batch, runtime, |bounds| {
        verdict(operator, bounds, value)
    })
}

/// Stands for an answer that bounds do not tell, in the place of false as 0 and true as 1.
const OPEN: u8 = 2;

/// The answers as the bounds of chunks tell; `None` where they tell it of too few rows.
pub(super) fn decided(
    operator: Comparison,
    left: &E,
    right: &E,
    batch: &Batch,
    runtime: &mut Runtime,
) -> Result<Option<Operand>> {
    let Some((operator, property, value)) = with_constant(operator, left, right, runtime)? else {
        return Ok(None);
    };
    let tell = |bounds: &Bounds| verdict(operator, bounds, value);
    if let Some(answer) = told_by_bounds(property, batch, runtime, tell)? {
        return Ok(answer.map(|answer| Operand::Constant(Value::Boolean(answer))));
    }
    let tell = |bounds: &Bounds| tell(bounds).map_or(OPEN, u8::from);
    let Some(mut answers) = verdicts(property, batch, runtime, OPEN, tell)? else {
        return Ok(None);
    };
    let open = rows_of(&answers, OPEN);
    if open.len() > answers.len() / 2 {
        return Ok(None);
    }
    let mut nulls = None;
    if !open.is_empty() {
        let left = batch.select(UInt32Array::from(open.clone()))?;
        let read = evaluate(property, &left, runtime)?;
        let compared = compare(operator, &read, &Operand::Constant(value.clone()))?;
        for (place, row) in open.into_iter().enumerate() {
            answers[row as usize] = match compared.value(place) {
                Value::Boolean(answer) => u8::from(answer),
                _ => OPEN,
            };
        }
        let is_there = BooleanBuffer::collect_bool(answers.len(), |row| answers[row] != OPEN);
        nulls = Some(NullBuffer::new(is_there)).filter(|nulls| nulls.null_count() > 0);
    }
    let bits = BooleanBuffer::collect_bool(answers.len(), |row| answers[row] == 1);
    let answers = BooleanArray::new(bits, nulls);
    Ok(Some(Operand::Column(Column::Boolean(answers))))
}

/// A comparison of a property with a constant, the property on the left.
fn with_constant<'e, 'r: 'e>(
    operator: Comparison,
    left: &'e E,
    right: &'e E,
    runtime: &Runtime<'r>,
) -> Result<Option<(Comparison, &'e E, &'e Value)>> {
    let constant = |expression: &'e E| match expression {
        E::Constant(value) => Ok(Some(value)),
        E::Parameter(name) => runtime.parameter(name).map(Some),
        _ => Ok(None),
    };
    let (operator, property, value) = match (left, right) {
        (E::Property { .. }, other) => (operator, left, constant(other)?),
        (other, E::Property { .. }) => (mirrored(operator), right, constant(other)?),
        _ => return Ok(None),
    };
    Ok(value.map(|value| (operator, property, value)))
}

/// The answer that is the same for all values between bounds, if one is.
fn verdict(operator: Comparison, bounds: &Bounds, value: &Value) -> Option<bool> {
    match operator {
        // What lies outside of the bounds equals none.
        Comparison::Equal | Comparison::NotEqual => {
            let below = compare_values(Comparison::Less, value, &bounds.least);
            let above = compare_values(Comparison::Greater, value, &bounds.greatest);
            let is_outside = below == Some(true) || above == Some(true);
            is_outside.then_some(operator == Comparison::NotEqual)
        }
        // What holds of both holds of all between.
        _ => compare_values(operator, &bounds.least, value)
            .filter(|truth| compare_values(operator, &bounds.greatest, value) == Some(*truth)),
    }
}

/// The three-valued answer for two values.
pub(super) fn compare_values(operator: Comparison, left: &Value, right: &Value) -> Option<bool> {
    match operator {
        Comparison::Equal => value::equals(left, right),
        Comparison::NotEqual => value::equals(left, right).map(|equal| !equal),
        _ => {
            if is_nan_comparison(left, right) {
                return Some(false);
            }
            value::compare(left, right).map(|ordering| holds(operator, ordering))
        }
    }
}

/// Numbers are comparable with NaN, but in no order to it.
fn is_nan_comparison(left: &Value, right: &Value) -> bool {
    let is_nan = |value: &Value| matches!(value, Value::Float(float) if float.is_nan());
    let is_number = |value: &Value| matches!(value, Value::Float(_) | Value::Integer(_));
    is_number(left) && is_number(right) && (is_nan(left) || is_nan(right))
}

fn holds(operator: Comparison, ordering: Ordering) -> bool {
    match operator {
        Comparison::Equal => ordering.is_eq(),
        Comparison::NotEqual => ordering.is_ne(),
        Comparison::Less => ordering.is_lt(),
        Comparison::LessOrEqual => ordering.is_le(),
        Comparison::Greater => ordering.is_gt(),
        Comparison::GreaterOrEqual => ordering.is_ge(),
    }
}

/// The kernels; `None` where the types have none.
fn compare_typed(operator: Comparison, left: &Operand, right: &Operand) -> Option<BooleanArray> {
    use Column as C;
    use Operand::{Column as Col, Constant};
    match (left, right) {
        (Col(C::Integer(left)), Col(C::Integer(right)))
        | (Col(C::Date(left)), Col(C::Date(right)))
        | (Col(C::LocalDateTime(left)), Col(C::LocalDateTime(right))) => {
            Some(both(left, right, |l, r| holds(operator, l.cmp(&r))))
        }
        (Col(C::Integer(left)), Constant(Value::Integer(right))) => {
            Some(integers(operator, left, *right))
        }
        (Col(C::Date(left)), Constant(Value::Date(right))) => {
            Some(integers(operator, left, right.days))
        }
        (Col(C::LocalDateTime(left)), Constant(Value::LocalDateTime(right))) => right
            .to_nanoseconds()
            .map(|right| integers(operator, left, right)),
        (Constant(constant), Col(_)) if !matches!(constant, Value::Null) => {
            compare_typed(mirrored(operator), right, left)
        }
        (Col(C::Float(left)), Col(C::Float(right))) => {
            Some(both(left, right, |l, r| floats(operator, l, r)))
        }
        (Col(C::Float(left)), Constant(Value::Float(right))) => {
            Some(BooleanArray::from_unary(left, |l| {
                floats(operator, l, *right)
            }))
        }
        (Col(C::String(left)), Col(C::String(right))) => {
            Some(BooleanArray::from_binary(left, right, |l, r| {
                holds(operator, l.cmp(r))
            }))
        }
        (Col(C::String(left)), Constant(Value::String(right))) => {
            let right = right.as_ref();
            Some(match operator {
                Comparison::Equal => BooleanArray::from_unary(left, |l| l == right),
                _ => BooleanArray::from_unary(left, |l| holds(operator, l.cmp(right))),
            })
        }
        (Col(C::Node(left)), Col(C::Node(right)))
        | (Col(C::Relationship(left)), Col(C::Relationship(right))) => match operator {
            Comparison::Equal => Some(both(left, right, |l, r| l == r)),
            Comparison::NotEqual => Some(both(left, right, |l, r| l != r)),
            _ => None,
        },
        _ => None,
    }
}

fn both<T: arrow_array::types::ArrowPrimitiveType>(
    left: &arrow_array::PrimitiveArray<T>,
    right: &arrow_array::PrimitiveArray<T>,
    holds: impl FnMut(T::Native, T::Native) -> bool,
) -> BooleanArray {
    BooleanArray::from_binary(left, right, holds)
}

/// One loop an operator, so that each is free of branches.
fn integers(operator: Comparison, left: &Int64Array, right: i64) -> BooleanArray {
    match operator {
        Comparison::Equal => each(left, |value| value == right),
        Comparison::NotEqual => each(left, |value| value != right),
        Comparison::Less => each(left, |value| value < right),
        Comparison::LessOrEqual => each(left, |value| value <= right),
        Comparison::Greater => each(left, |value| value > right),
        Comparison::GreaterOrEqual => each(left, |value| value >= right),
    }
}

/// The test of each number, bits made in words; what stands in the place of a null is tested, too.
fn each(array: &Int64Array, holds: impl Fn(i64) -> bool) -> BooleanArray {
    let words = array.values().chunks(64).map(|values| {
        let bit = |(place, value): (usize, &i64)| u64::from(holds(*value)) << place;
        values
            .iter()
            .enumerate()
            .map(bit)
            .fold(0, |word, bit| word | bit)
    });
    let words: Vec<u64> = words.collect();
    let bits = BooleanBuffer::new(Buffer::from_vec(words), 0, array.len());
    BooleanArray::new(bits, array.nulls().cloned())
}

fn floats(operator: Comparison, left: f64, right: f64) -> bool {
    match operator {
        Comparison::Equal => left == right,
        Comparison::NotEqual => left != right,
        Comparison::Less => left < right,
        Comparison::LessOrEqual => left <= right,
        Comparison::Greater => left > right,
        Comparison::GreaterOrEqual => left >= right,
    }
}

/// The operator with its sides swapped.
fn mirrored(operator: Comparison) -> Comparison {
    match operator {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        same => same,
    }
}

/// `operand IS NULL`
pub(super) fn is_null(operand: &Operand) -> Operand {
    match operand {
        Operand::Constant(value) => Operand::Constant(value.is_null().into()),
        Operand::Column(column) => Operand::Column(Column::Boolean(
            (0..column.len())
                .map(|row| Some(column.is_null(row)))
                .collect(),
        )),
    }
}

/// `operand IS :: type`
pub(super) fn is_typed(operand: &Operand, test: &TypeTest) -> Operand {
    let passes = |value: Value| -> Result<Value> { Ok(test.passes(&value).into()) };
    map_values(operand, passes).unwrap_or(Operand::Constant(Value::Null))
}
