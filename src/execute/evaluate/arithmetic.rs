//! `+ - * / % ^ ||` and the sign: kernels on numbers, else value by value.

use std::sync::Arc;

use arrow_array::{Array, Float64Array, Int64Array};

use super::{Operand, map_values, zip_values};
use crate::bind::expression::Arithmetic;
use crate::column::Column;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::execute::Runtime;
use crate::value::Value;
use crate::value::temporal;

/// `left operator right`.
pub(super) fn arithmetic(
    operator: Arithmetic,
    left: &Operand,
    right: &Operand,
    runtime: &Runtime,
) -> Result<Operand> {
    if let Some(column) = typed(operator, left, right)? {
        return Ok(Operand::Column(column));
    }
    let mut held = runtime.context.reservation();
    zip_values(left, right, |left, right| {
        let value = arithmetic_values(operator, &left, &right)?;
        if matches!(value, Value::List(_) | Value::String(_)) {
            runtime.context.check()?;
            held.grow(value.heap_size())?;
        }
        Ok(value)
    })
}

/// The kernels for columns of numbers; `None` where the types have none.
fn typed(operator: Arithmetic, left: &Operand, right: &Operand) -> Result<Option<Column>> {
    use Column as C;
    use Operand::{Column as Col, Constant};
    let floats = |operand: &Operand| match operand {
        Col(C::Float(array)) => Some(Numbers::Column(array.clone())),
        Constant(Value::Float(value)) => Some(Numbers::Constant(*value)),
        Constant(Value::Integer(value)) => Some(Numbers::Constant(*value as f64)),
        _ => None,
    };
    let rows = match (left, right) {
        (Col(column), _) | (_, Col(column)) => column.len(),
        _ => return Ok(None),
    };
    match (left, right) {
        (Col(C::Integer(left)), Col(C::Integer(right))) => {
            let at = |row: usize| {
                (left.is_valid(row) && right.is_valid(row))
                    .then(|| (left.value(row), right.value(row)))
            };
            integers(operator, rows, at).transpose()
        }
        (Col(C::Integer(left)), Constant(Value::Integer(right))) => {
            integers(operator, rows, |row| {
                left.is_valid(row).then(|| (left.value(row), *right))
            })
            .transpose()
        }
        (Constant(Value::Integer(left)), Col(C::Integer(right))) => {
            integers(operator, rows, |row| {
                right.is_valid(row).then(|| (*left, right.value(row)))
            })
            .transpose()
        }
        _ => {
            let (Some(left), Some(right)) = (floats(left), floats(right)) else {
                return Ok(None);
            };
            let Some(function) = float_function(operator) else {
                return Ok(None);
            };
            let result: Float64Array = (0..rows)
                .map(|row| Some(function(left.at(row)?, right.at(row)?)))
                .collect();
            Ok(Some(C::Float(result)))
        }
    }
}

/// A column of floats or the same float everywhere.
enum Numbers {
    Constant(f64),
    Column(Float64Array),
}

impl Numbers {
    fn at(&self, row: usize) -> Option<f64> {
        match self {
            Numbers::Constant(value) => Some(*value),
            Numbers::Column(array) => array.is_valid(row).then(|| array.value(row)),
        }
    }
}

/// The kernel of integers; `None` for operators whose result is no integer.
fn integers(
    operator: Arithmetic,
    rows: usize,
    at: impl Fn(usize) -> Option<(i64, i64)>,
) -> Option<Result<Column>> {
    if matches!(operator, Arithmetic::Power | Arithmetic::Concatenate) {
        return None;
    }
    let compute = |row: usize| match at(row) {
        None => Ok(None),
        Some((left, right)) => integer_result(operator, left, right).map(Some),
    };
    let column = (0..rows).map(compute).collect::<Result<Int64Array>>();
    Some(column.map(Column::Integer))
}

fn float_function(operator: Arithmetic) -> Option<fn(f64, f64) -> f64> {
    Some(match operator {
        Arithmetic::Add => |left, right| left + right,
        Arithmetic::Subtract => |left, right| left - right,
        Arithmetic::Multiply => |left, right| left * right,
        Arithmetic::Divide => |left, right| left / right,
        Arithmetic::Modulo => |left, right| left % right,
        Arithmetic::Power => f64::powf,
        Arithmetic::Concatenate => return None,
    })
}

/// `left operator right` for two values.
pub(super) fn arithmetic_values(
    operator: Arithmetic,
    left: &Value,
    right: &Value,
) -> Result<Value> {
    match (left, right) {
        (Value::Null, _) | (_, Value::Null) => Ok(Value::Null),
        (Value::Integer(left), Value::Integer(right)) => integer_values(operator, *left, *right),
        (Value::Integer(_) | Value::Float(_), Value::Integer(_) | Value::Float(_)) => {
            let number = |value: &Value| match value {
                Value::Integer(value) => *value as f64,
                Value::Float(value) => *value,
                _ => f64::NAN,
            };
            match float_function(operator) {
                Some(function) => Ok(Value::Float(function(number(left), number(right)))),
                None => Err(mismatch(operator, left, right)),
            }
        }
        _ => match operator {
            Arithmetic::Add => match concatenate(left, right) {
                Some(value) => Ok(value),
                None => temporal_values(operator, left, right),
            },
            Arithmetic::Concatenate => match (left, right) {
                (Value::String(_), Value::String(_)) | (Value::List(_), Value::List(_)) => {
                    concatenate(left, right).ok_or_else(|| mismatch(operator, left, right))
                }
                _ => Err(mismatch(operator, left, right)),
            },
            _ => temporal_values(operator, left, right),
        },
    }
}

fn integer_values(operator: Arithmetic, left: i64, right: i64) -> Result<Value> {
    match operator {
        Arithmetic::Power => Ok(Value::Float((left as f64).powf(right as f64))),
        Arithmetic::Concatenate => Err(mismatch(operator, &left.into(), &right.into())),
        _ => integer_result(operator, left, right).map(Value::Integer),
    }
}

/// `+ - * / %` of integers.
fn integer_result(operator: Arithmetic, left: i64, right: i64) -> Result<i64> {
    let result = match operator {
        Arithmetic::Add => left.checked_add(right),
        Arithmetic::Subtract => left.checked_sub(right),
        Arithmetic::Multiply => left.checked_mul(right),
        _ if right == 0 => {
            return Err(Error::new(
                ErrorKind::ArithmeticError,
                ErrorDetail::DivisionByZero,
                format!("{left} {} 0 has no result", operator.symbol()),
            ));
        }
        Arithmetic::Modulo => Some(left.wrapping_rem(right)),
        _ => left.checked_div(right),
    };
    result.ok_or_else(|| overflow(operator, left, right))
}

/// `+` on strings and lists; an element is added to a list at its side.
fn concatenate(left: &Value, right: &Value) -> Option<Value> {
    Some(match (left, right) {
        (Value::List(left), Value::List(right)) => {
            Value::list(left.iter().chain(right.iter()).cloned().collect())
        }
        (Value::List(left), right) => {
            Value::list(left.iter().chain(std::iter::once(right)).cloned().collect())
        }
        (left, Value::List(right)) => {
            Value::list(std::iter::once(left).chain(right.iter()).cloned().collect())
        }
        (Value::String(left), right) => {
            Value::String(Arc::from(format!("{left}{}", as_text(right)?)))
        }
        (left, Value::String(right)) => {
            Value::String(Arc::from(format!("{}{right}", as_text(left)?)))
        }
        _ => return None,
    })
}

/// What stands beside a string in `+`.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.to_string()),
        Value::Integer(value) => Some(value.to_string()),
        Value::Float(_) => Some(value.to_string()),
        Value::Boolean(value) => Some(value.to_string()),
        Value::Date(value) => Some(value.to_string()),
        Value::LocalTime(value) => Some(value.to_string()),
        Value::Time(value) => Some(value.to_string()),
        Value::LocalDateTime(value) => Some(value.to_string()),
        Value::DateTime(value) => Some(value.to_string()),
        Value::Duration(value) => Some(value.to_string()),
        _ => None,
    }
}

fn temporal_values(operator: Arithmetic, left: &Value, right: &Value) -> Result<Value> {
    let result = match operator {
        Arithmetic::Add => temporal::add(left, right),
        Arithmetic::Subtract => temporal::subtract(left, right),
        Arithmetic::Multiply => temporal::multiply(left, right),
        Arithmetic::Divide => temporal::divide(left, right),
        _ => None,
    };
    result.unwrap_or_else(|| Err(mismatch(operator, left, right)))
}

/// `-operand`
pub(super) fn negate(operand: Operand) -> Result<Operand> {
    if let Operand::Column(Column::Float(array)) = &operand {
        return Ok(Operand::Column(Column::Float(
            array.unary(|value: f64| -value),
        )));
    }
    map_values(&operand, |value| match value {
        Value::Null => Ok(Value::Null),
        Value::Integer(value) => value
            .checked_neg()
            .map(Value::Integer)
            .ok_or_else(|| overflow(Arithmetic::Subtract, 0, value)),
        Value::Float(value) => Ok(Value::Float(-value)),
        other => temporal::multiply(&other, &Value::Integer(-1)).unwrap_or_else(|| {
            Err(Error::type_error(format!(
                "`-` needs a number, got {}",
                other.value_type()
            )))
        }),
    })
}

fn overflow(operator: Arithmetic, left: i64, right: i64) -> Error {
    Error::new(
        ErrorKind::ArithmeticError,
        ErrorDetail::IntegerOverflow,
        format!(
            "{left} {} {right} does not fit an integer of 64 bits",
            operator.symbol()
        ),
    )
}

fn mismatch(operator: Arithmetic, left: &Value, right: &Value) -> Error {
    Error::type_error(format!(
        "`{}` cannot be applied to {} and {}",
        operator.symbol(),
        left.value_type(),
        right.value_type()
    ))
}
