//! Lists: literals, elements, slices, membership; elements of maps and entities by computed key.

use super::property::property_of;
use super::{Operand, evaluate, zip_values};
use crate::column::{Column, ColumnBuilder};
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::execute::{Batch, Runtime};
use crate::graph::Snapshot;
use crate::physical::Expression as E;
use crate::value::{Value, equals};

/// `[a, b]`
pub(super) fn list(elements: &[E], batch: &Batch, runtime: &mut Runtime) -> Result<Operand> {
    let operands = elements
        .iter()
        .map(|element| evaluate(element, batch, runtime))
        .collect::<Result<Vec<_>>>()?;
    let at = |row: usize| Value::list(operands.iter().map(|operand| operand.value(row)).collect());
    if operands
        .iter()
        .all(|operand| matches!(operand, Operand::Constant(_)))
    {
        let list = at(0);
        reserve_nested(&operands, std::slice::from_ref(&list), runtime)?;
        return Ok(Operand::Constant(list));
    }
    let mut held = runtime.context.reservation();
    held.grow(batch.rows() * operands.len() * size_of::<Value>())?;
    runtime.context.check()?;
    let values: Vec<Value> = (0..batch.rows()).map(at).collect();
    reserve_nested(&operands, &values, runtime)?;
    Ok(Operand::Column(Column::Value(values.into())))
}

/// Refuses lists and maps in which the same parts stand so often that they could not be written
/// out: they could not even be compared. It takes two parts that hold others to make more of them.
pub(super) fn reserve_nested<'o>(
    operands: impl IntoIterator<Item = &'o Operand>,
    values: &[Value],
    runtime: &Runtime,
) -> Result<()> {
    let holds_others = |operand: &&Operand| match operand {
        Operand::Column(column) => matches!(column, Column::Value(_)),
        Operand::Constant(value) => matches!(value, Value::List(_) | Value::Map(_)),
    };
    if operands.into_iter().filter(holds_others).count() > 1 {
        for value in values {
            runtime.context.check()?;
            runtime.context.reserve(value.heap_size())?;
        }
    }
    Ok(())
}

/// `container[index]`
pub(super) fn index(
    container: &Operand,
    index: &Operand,
    rows: usize,
    runtime: &Runtime,
) -> Result<Operand> {
    let graph = runtime.graph();
    if let (Operand::Column(Column::Value(values)), Operand::Constant(Value::Integer(at))) =
        (container, index)
    {
        // Large lists are not cloned for one element.
        let mut builder = ColumnBuilder::new();
        for value in values.iter() {
            builder.push(element(value, &Value::Integer(*at), graph)?);
        }
        return Ok(Operand::Column(builder.finish()));
    }
    if let (Operand::Constant(list), Operand::Column(column)) = (container, index) {
        let mut builder = ColumnBuilder::new();
        for row in 0..rows {
            builder.push(element(list, &column.value(row), graph)?);
        }
        return Ok(Operand::Column(builder.finish()));
    }
    zip_values(container, index, |container, index| {
        element(&container, &index, graph)
    })
}

fn element(container: &Value, index: &Value, graph: &Snapshot) -> Result<Value> {
    match (container, index) {
        (Value::Null, _) | (_, Value::Null) => Ok(Value::Null),
        (Value::List(list), Value::Integer(index)) => Ok(place(*index, list.len())
            .and_then(|place| list.get(place))
            .cloned()
            .unwrap_or_default()),
        (Value::List(_), other) => Err(Error::new(
            ErrorKind::TypeError,
            ErrorDetail::ListElementAccessByNonInteger,
            format!(
                "an element of a list is named by an integer, not by {}",
                other.value_type()
            ),
        )),
        (Value::Map(entries), Value::String(key)) => {
            Ok(entries.get(key).cloned().unwrap_or_default())
        }
        (Value::Map(_), other) => Err(Error::new(
            ErrorKind::TypeError,
            ErrorDetail::MapElementAccessByNonString,
            format!(
                "an entry of a map is named by a string, not by {}",
                other.value_type()
            ),
        )),
        (Value::Node(_) | Value::Relationship(_), Value::String(key)) => {
            property_of(container, key, graph)
        }
        (Value::Node(_) | Value::Relationship(_), other) => Err(Error::new(
            ErrorKind::TypeError,
            ErrorDetail::PropertyAccessByNonString,
            format!(
                "a property is named by a string, not by {}",
                other.value_type()
            ),
        )),
        (other, Value::String(key)) if property_of(other, key, graph).is_ok() => {
            property_of(other, key, graph)
        }
        (other, _) => Err(Error::new(
            ErrorKind::TypeError,
            ErrorDetail::InvalidArgumentType,
            format!("{} has no elements", other.value_type()),
        )),
    }
}

/// The place that an index means; negative ones count from the end.
fn place(index: i64, length: usize) -> Option<usize> {
    if index < 0 {
        let back = usize::try_from(index.unsigned_abs()).ok()?;
        length.checked_sub(back)
    } else {
        usize::try_from(index).ok()
    }
}

/// `list[from..to]`
pub(super) fn slice(
    list: &E,
    from: &Option<Box<E>>,
    to: &Option<Box<E>>,
    batch: &Batch,
    runtime: &mut Runtime,
) -> Result<Operand> {
    let list = evaluate(list, batch, runtime)?;
    let mut bound = |bound: &Option<Box<E>>| {
        bound
            .as_ref()
            .map(|bound| evaluate(bound, batch, runtime))
            .transpose()
    };
    let (from, to) = (bound(from)?, bound(to)?);
    let mut builder = ColumnBuilder::new();
    for row in 0..batch.rows() {
        builder.push(slice_value(
            &list.value(row),
            from.as_ref().map(|bound| bound.value(row)),
            to.as_ref().map(|bound| bound.value(row)),
        )?);
    }
    Ok(Operand::Column(builder.finish()))
}

fn slice_value(list: &Value, from: Option<Value>, to: Option<Value>) -> Result<Value> {
    let values = match list {
        Value::Null => return Ok(Value::Null),
        Value::List(values) => values,
        other => {
            return Err(Error::type_error(format!(
                "`[..]` needs a list, got {}",
                other.value_type()
            )));
        }
    };
    let bound = |bound: Option<Value>, missing: usize| match bound {
        None => Ok(Some(missing)),
        Some(Value::Null) => Ok(None),
        Some(Value::Integer(index)) => Ok(Some(
            place(index, values.len()).unwrap_or(0).min(values.len()),
        )),
        Some(other) => Err(Error::type_error(format!(
            "a bound of `[..]` must be an integer, got {}",
            other.value_type()
        ))),
    };
    let (from, to) = (bound(from, 0)?, bound(to, values.len())?);
    Ok(match (from, to) {
        (Some(from), Some(to)) if from < to => Value::list(values[from..to].to_vec()),
        (Some(_), Some(_)) => Value::list(Vec::new()),
        _ => Value::Null,
    })
}

/// `element IN list`
pub(super) fn contains(element: &Operand, list: &Operand) -> Result<Operand> {
    if let (Operand::Column(column), Operand::Constant(Value::List(values))) = (element, list)
        && let Some(result) = contains_typed(column, values)
    {
        return Ok(Operand::Column(result));
    }
    zip_values(element, list, |element, list| {
        let values = match &list {
            Value::Null => return Ok(Value::Null),
            Value::List(values) => values,
            other => {
                return Err(Error::type_error(format!(
                    "`IN` needs a list, got {}",
                    other.value_type()
                )));
            }
        };
        let mut answer = Some(false);
        for value in values.iter() {
            match equals(&element, value) {
                Some(true) => return Ok(Value::Boolean(true)),
                Some(false) => {}
                None => answer = None,
            }
        }
        Ok(answer.into())
    })
}

/// Membership of typed cells in a constant list of the same type without nulls.
fn contains_typed(column: &Column, values: &[Value]) -> Option<Column> {
    use std::collections::HashSet;
    match column {
        Column::Integer(array) => {
            let set: Option<HashSet<i64>> = values
                .iter()
                .map(|value| match value {
                    Value::Integer(value) => Some(*value),
                    _ => None,
                })
                .collect();
            let set = set?;
            Some(Column::Boolean(arrow_array::BooleanArray::from_unary(
                array,
                |value| set.contains(&value),
            )))
        }
        Column::String(array) => {
            let set: Option<HashSet<&str>> = values
                .iter()
                .map(|value| match value {
                    Value::String(value) => Some(value.as_ref()),
                    _ => None,
                })
                .collect();
            let set = set?;
            Some(Column::Boolean(arrow_array::BooleanArray::from_unary(
                array,
                |value| set.contains(value),
            )))
        }
        _ => None,
    }
}
