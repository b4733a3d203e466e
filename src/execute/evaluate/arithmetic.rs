//! `+ - * / % ^ ||` and the sign: kernels on numbers, else value by value.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::builder::StringViewBuilder;
use arrow_array::{Array, Float64Array, Int64Array, StringViewArray};
use arrow_buffer::NullBuffer;

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
    if matches!(operator, Arithmetic::Add | Arithmetic::Concatenate)
        && let Some(column) = texts(left, right, runtime)?
    {
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
    let Some(rows) = rows_of(left, right) else {
        return Ok(None);
    };
    let nulls = NullBuffer::union(nulls(left), nulls(right));
    if let (Some(left), Some(right)) = (whole_numbers(left), whole_numbers(right)) {
        return integers(operator, left, right, rows, nulls);
    }
    let (Some(left), Some(right)) = (numbers(left), numbers(right)) else {
        return Ok(None);
    };
    let Some(function) = float_function(operator) else {
        return Ok(None);
    };
    let results = each(&left, &right, rows, function);
    Ok(Some(Column::Float(Float64Array::new(
        results.into(),
        nulls,
    ))))
}

/// The number of rows of two operands, one of which is a column.
fn rows_of(left: &Operand, right: &Operand) -> Option<usize> {
    match (left, right) {
        (Operand::Column(column), _) | (_, Operand::Column(column)) => Some(column.len()),
        _ => None,
    }
}

/// The numbers of a column, what stands in the place of nulls among them, or the same one everywhere.
enum Numbers<'c, T: Copy> {
    Constant(T),
    Column(Cow<'c, [T]>),
}

fn nulls(operand: &Operand) -> Option<&NullBuffer> {
    match operand {
        Operand::Column(column) => column.nulls(),
        Operand::Constant(_) => None,
    }
}

fn whole_numbers(operand: &Operand) -> Option<Numbers<'_, i64>> {
    match operand {
        Operand::Column(Column::Integer(array)) => {
            Some(Numbers::Column(Cow::Borrowed(array.values())))
        }
        Operand::Constant(Value::Integer(value)) => Some(Numbers::Constant(*value)),
        _ => None,
    }
}

/// Floats, and integers as these.
fn numbers(operand: &Operand) -> Option<Numbers<'_, f64>> {
    match operand {
        Operand::Column(Column::Float(array)) => {
            Some(Numbers::Column(Cow::Borrowed(array.values())))
        }
        Operand::Column(Column::Integer(array)) => {
            let floats = array.values().iter().map(|value| *value as f64);
            Some(Numbers::Column(floats.collect()))
        }
        Operand::Constant(Value::Float(value)) => Some(Numbers::Constant(*value)),
        Operand::Constant(Value::Integer(value)) => Some(Numbers::Constant(*value as f64)),
        _ => None,
    }
}

/// What `function` makes of the numbers of each row. One loop for each kind of operands, so that it becomes
/// vector instructions.
fn each<T: Copy>(
    left: &Numbers<'_, T>,
    right: &Numbers<'_, T>,
    rows: usize,
    mut function: impl FnMut(T, T) -> T,
) -> Vec<T> {
    match (left, right) {
        (Numbers::Column(left), Numbers::Column(right)) => {
            let pairs = left.iter().zip(right.iter());
            pairs.map(|(left, right)| function(*left, *right)).collect()
        }
        (Numbers::Column(left), Numbers::Constant(right)) => {
            left.iter().map(|left| function(*left, *right)).collect()
        }
        (Numbers::Constant(left), Numbers::Column(right)) => {
            right.iter().map(|right| function(*left, *right)).collect()
        }
        (Numbers::Constant(left), Numbers::Constant(right)) => {
            vec![function(*left, *right); rows]
        }
    }
}

/// The kernels of integers; `None` for operators whose result is no integer.
fn integers(
    operator: Arithmetic,
    left: Numbers<'_, i64>,
    right: Numbers<'_, i64>,
    rows: usize,
    nulls: Option<NullBuffer>,
) -> Result<Option<Column>> {
    // Whether a row has no result, which may be one of a null, of which none is asked.
    let mut failed = false;
    let mut noted = |(result, fails): (i64, bool)| {
        failed |= fails;
        result
    };
    let results = match operator {
        Arithmetic::Add => each(&left, &right, rows, |l, r| noted(l.overflowing_add(r))),
        Arithmetic::Subtract => each(&left, &right, rows, |l, r| noted(l.overflowing_sub(r))),
        Arithmetic::Multiply => each(&left, &right, rows, |l, r| noted(l.overflowing_mul(r))),
        Arithmetic::Divide => each(&left, &right, rows, |l, r| {
            let result = l.checked_div(r);
            noted((result.unwrap_or(0), result.is_none()))
        }),
        Arithmetic::Modulo => each(&left, &right, rows, |l, r| match r {
            0 => noted((0, true)),
            _ => l.wrapping_rem(r),
        }),
        Arithmetic::Power | Arithmetic::Concatenate => return Ok(None),
    };
    if failed {
        let at = |numbers: &Numbers<'_, i64>, row: usize| match numbers {
            Numbers::Constant(value) => *value,
            Numbers::Column(values) => values[row],
        };
        for row in 0..rows {
            if nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row)) {
                integer_result(operator, at(&left, row), at(&right, row))?;
            }
        }
    }
    let results = Int64Array::new(results.into(), nulls);
    Ok(Some(Column::Integer(results)))
}

/// Texts put together row by row; `None` where one side is no text.
fn texts(left: &Operand, right: &Operand, runtime: &Runtime) -> Result<Option<Column>> {
    let Some(rows) = rows_of(left, right) else {
        return Ok(None);
    };
    let (Some(left), Some(right)) = (Texts::of(left), Texts::of(right)) else {
        return Ok(None);
    };
    let _held = runtime
        .context
        .reserve(left.bytes(rows).saturating_add(right.bytes(rows)))?;
    let mut both = String::new();
    let mut builder = StringViewBuilder::with_capacity(rows);
    for row in 0..rows {
        let (Some(left), Some(right)) = (left.at(row), right.at(row)) else {
            builder.append_null();
            continue;
        };
        both.clear();
        both.push_str(left);
        both.push_str(right);
        builder.append_value(&both);
    }
    Ok(Some(Column::String(builder.finish())))
}

/// The texts of a column or the same text everywhere.
enum Texts<'c> {
    Constant(&'c str),
    Column(Cow<'c, StringViewArray>),
}

impl<'c> Texts<'c> {
    fn of(operand: &'c Operand) -> Option<Self> {
        Some(match operand {
            Operand::Constant(Value::String(text)) => Texts::Constant(text),
            Operand::Column(Column::String(array)) => Texts::Column(Cow::Borrowed(array)),
            Operand::Column(Column::Dictionary(texts)) => {
                Texts::Column(Cow::Owned(texts.unpacked()))
            }
            _ => return None,
        })
    }

    fn at(&self, row: usize) -> Option<&str> {
        match self {
            Texts::Constant(text) => Some(text),
            Texts::Column(array) => array.is_valid(row).then(|| array.value(row)),
        }
    }

    /// The bytes in so many rows.
    fn bytes(&self, rows: usize) -> usize {
        match self {
            Texts::Constant(text) => text.len().saturating_mul(rows),
            Texts::Column(array) => array.lengths().map(|length| length as usize).sum(),
        }
    }
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
    if let Operand::Column(Column::Integer(_)) = &operand
        && let Some(column) = typed(Arithmetic::Subtract, &Operand::Constant(0.into()), &operand)?
    {
        return Ok(Operand::Column(column));
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
