//! Expressions with local variables: list comprehensions, quantifiers, `reduce`. The elements of all
//! rows are laid end to end and evaluated as one batch.

use arrow_array::UInt32Array;

use super::boolean::{booleans, true_rows};
use super::{Operand, evaluate};
use crate::bind::expression::Quantifier;
use crate::column::{Column, ColumnBuilder};
use crate::context::Reservation;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::execute::{BATCH_SIZE, Batch, Runtime};
use crate::physical::Expression as E;
use crate::value::Value;

/// How deep `reduce` may nest lists and maps: far more than is of use, and few enough to be compared,
/// shown and dropped on any stack.
const MAXIMUM_NESTING: usize = 500;

/// The elements of the lists of a batch, laid end to end.
struct Elements {
    /// For each row where its elements end; `None` for a null list.
    ends: Vec<Option<usize>>,
    /// For each element its row.
    rows: UInt32Array,
    /// The elements.
    column: Column,
    /// What they take of the budget.
    _held: Reservation,
}

impl Elements {
    fn of(list: &E, what: &str, batch: &Batch, runtime: &mut Runtime) -> Result<Elements> {
        let lists = evaluate(list, batch, runtime)?;
        let mut ends = Vec::with_capacity(batch.rows());
        let mut rows = Vec::new();
        let mut builder = ColumnBuilder::new();
        let mut held = runtime.context.reservation();
        for row in 0..batch.rows() {
            runtime.context.check()?;
            match lists.value(row) {
                Value::Null => ends.push(None),
                Value::List(values) => {
                    held.grow(values.len() * 12)?;
                    rows.extend(std::iter::repeat_n(row as u32, values.len()));
                    values.iter().for_each(|value| builder.push(value.clone()));
                    ends.push(Some(rows.len()));
                }
                other => {
                    return Err(Error::type_error(format!(
                        "{what} needs a list, got {}",
                        other.value_type()
                    )));
                }
            }
        }
        Ok(Elements {
            ends,
            rows: UInt32Array::from(rows),
            column: builder.finish(),
            _held: held,
        })
    }

    /// Calls `take` with the batches that the body is evaluated on, one after the other: the row of
    /// each element, and the element. Few at once, so that limits and interrupts are seen.
    fn each_batch(
        &self,
        outer: &Batch,
        runtime: &mut Runtime,
        mut take: impl FnMut(usize, Batch, &mut Runtime) -> Result<()>,
    ) -> Result<()> {
        let all = outer.select(self.rows.clone())?.with(self.column.clone());
        for start in (0..all.rows()).step_by(BATCH_SIZE) {
            runtime.context.check()?;
            let length = BATCH_SIZE.min(all.rows() - start);
            take(start, all.slice(start, length)?, runtime)?;
        }
        Ok(())
    }
}

/// `[element IN list WHERE predicate | projection]`
pub(super) fn comprehension(
    list: &E,
    predicate: Option<&E>,
    projection: Option<&E>,
    batch: &Batch,
    runtime: &mut Runtime,
) -> Result<Operand> {
    let elements = Elements::of(list, "a list comprehension", batch, runtime)?;
    // The elements that are kept, and what is made of them.
    let mut kept: Vec<(usize, Value)> = Vec::new();
    let mut held = runtime.context.reservation();
    elements.each_batch(batch, runtime, |start, inner, runtime| {
        let rows = match predicate {
            Some(predicate) => true_rows(&evaluate(predicate, &inner, runtime)?, inner.rows())?,
            None => UInt32Array::from_iter_values(0..inner.rows() as u32),
        };
        let selected = inner.select(rows.clone())?;
        let values = match projection {
            Some(projection) => evaluate(projection, &selected, runtime)?,
            None => Operand::Column(selected.column(selected.width() - 1)?.clone()),
        };
        for (index, row) in rows.values().iter().enumerate() {
            let value = values.value(index);
            held.grow(size_of::<(usize, Value)>() + value.heap_size())?;
            kept.push((start + *row as usize, value));
        }
        Ok(())
    })?;
    let mut kept = kept.into_iter().peekable();
    let lists: Vec<Value> = elements
        .ends
        .iter()
        .map(|end| match end {
            None => Value::Null,
            Some(end) => {
                let mut list = Vec::new();
                while let Some((_, value)) = kept.next_if(|(element, _)| element < end) {
                    list.push(value);
                }
                Value::list(list)
            }
        })
        .collect();
    Ok(Operand::Column(Column::Value(lists.into())))
}

/// `all(element IN list WHERE predicate)`, three-valued: a null counts as undecided.
pub(super) fn quantifier(
    quantifier: Quantifier,
    list: &E,
    predicate: &E,
    batch: &Batch,
    runtime: &mut Runtime,
) -> Result<Operand> {
    let elements = Elements::of(list, "a quantifier", batch, runtime)?;
    let mut truth: Vec<Option<bool>> = Vec::with_capacity(elements.rows.len());
    elements.each_batch(batch, runtime, |_, inner, runtime| {
        let operand = evaluate(predicate, &inner, runtime)?;
        let answers = booleans(&operand, Some("a quantifier's predicate"))?;
        truth.extend((0..inner.rows()).map(|element| answers.at(element)));
        Ok(())
    })?;
    let mut start = 0;
    let answers = elements.ends.iter().map(|end| {
        let end = (*end)?;
        let (mut trues, mut falses, mut nulls) = (0_usize, 0_usize, 0_usize);
        for answer in &truth[start..end] {
            match answer {
                Some(true) => trues += 1,
                Some(false) => falses += 1,
                None => nulls += 1,
            }
        }
        start = end;
        match quantifier {
            Quantifier::All if falses > 0 => Some(false),
            Quantifier::Any if trues > 0 => Some(true),
            Quantifier::None if trues > 0 => Some(false),
            Quantifier::Single if trues > 1 => Some(false),
            _ if nulls > 0 => None,
            Quantifier::All | Quantifier::None => Some(true),
            Quantifier::Any => Some(false),
            Quantifier::Single => Some(trues == 1),
        }
    });
    Ok(Operand::Column(Column::Boolean(answers.collect())))
}

/// `reduce(accumulator = initial, element IN list | step)`: step by step for all rows at once.
pub(super) fn reduce(
    initial: &E,
    list: &E,
    step: &E,
    batch: &Batch,
    runtime: &mut Runtime,
) -> Result<Operand> {
    let initial = evaluate(initial, batch, runtime)?;
    let lists = evaluate(list, batch, runtime)?;
    let mut accumulators: Vec<Value> = (0..batch.rows()).map(|row| initial.value(row)).collect();
    let mut values = Vec::with_capacity(batch.rows());
    for (row, accumulator) in accumulators.iter_mut().enumerate() {
        values.push(match lists.value(row) {
            Value::Null => {
                *accumulator = Value::Null;
                Vec::new()
            }
            Value::List(values) => values.to_vec(),
            other => {
                return Err(Error::type_error(format!(
                    "reduce needs a list, got {}",
                    other.value_type()
                )));
            }
        });
    }
    let longest = values.iter().map(Vec::len).max().unwrap_or(0);
    for place in 0..longest {
        runtime.context.check()?;
        let rows: Vec<u32> = (0..batch.rows() as u32)
            .filter(|row| values[*row as usize].len() > place)
            .collect();
        let carried = rows.iter().map(|row| accumulators[*row as usize].clone());
        let elements = rows.iter().map(|row| values[*row as usize][place].clone());
        let inner = batch
            .select(UInt32Array::from(rows.clone()))?
            .with(Column::from_values(carried))
            .with(Column::from_values(elements));
        let next = evaluate(step, &inner, runtime)?;
        for (index, row) in rows.iter().enumerate() {
            let value = next.value(index);
            // Before it is looked into: what is doubled with each step has soon no end.
            runtime.context.reserve(value.heap_size())?;
            if value.is_nested_beyond(MAXIMUM_NESTING) {
                return Err(Error::new(
                    ErrorKind::ResourceError,
                    ErrorDetail::TooComplex,
                    format!("reduce nests values more than {MAXIMUM_NESTING} levels deep"),
                ));
            }
            accumulators[*row as usize] = value;
        }
    }
    Ok(Operand::Column(Column::from_values(accumulators)))
}
