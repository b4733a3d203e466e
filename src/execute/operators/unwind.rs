//! A row for each element of a list; none for null, one for anything else. The integers of a `range()` are
//! not listed before.

use arrow_array::{Int64Array, UInt32Array};

use super::Input;
use crate::column::{Column, ColumnBuilder};
use crate::error::Result;
use crate::execute::evaluate::evaluate;
use crate::execute::{BATCH_SIZE, Batch, Operator, Runtime};
use crate::functions::IntegerRange;
use crate::physical::Expression;
use crate::value::Value;

/// Unwinds lists.
pub(in crate::execute) struct Unwind<'p> {
    input: Input<'p>,
    list: &'p Expression,
    current: Option<Current>,
}

/// A batch with its lists, and how far it is unwound.
struct Current {
    batch: Batch,
    lists: Lists,
    row: usize,
    element: usize,
}

/// What is unwound, for each row of a batch.
enum Lists {
    Values(Column),
    Ranges(Vec<Option<IntegerRange>>),
}

impl<'p> Unwind<'p> {
    pub(in crate::execute) fn new(input: Input<'p>, list: &'p Expression) -> Self {
        Unwind {
            input,
            list,
            current: None,
        }
    }
}

impl Operator for Unwind<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let mut current = match self.current.take() {
            Some(current) => current,
            None => {
                let Some(batch) = self.input.next(runtime)? else {
                    return Ok(None);
                };
                let batch = batch.listed()?;
                let lists = lists(self.list, &batch, runtime)?;
                Current {
                    batch,
                    lists,
                    row: 0,
                    element: 0,
                }
            }
        };
        runtime.context.check()?;
        let (rows, elements) = current.next_elements();
        let unwound = current
            .batch
            .select(UInt32Array::from(rows))?
            .with(elements);
        if current.row < current.batch.rows() {
            self.current = Some(current);
        }
        Ok(Some(unwound))
    }
}

/// The lists of all rows.
fn lists(list: &Expression, batch: &Batch, runtime: &mut Runtime) -> Result<Lists> {
    let (arguments, span) = match list {
        Expression::Call {
            function,
            arguments,
            span,
        } if function.name == IntegerRange::FUNCTION => (arguments, *span),
        _ => {
            let lists = evaluate(list, batch, runtime)?.into_column(batch.rows());
            return Ok(Lists::Values(lists));
        }
    };
    let arguments = arguments
        .iter()
        .map(|argument| evaluate(argument, batch, runtime))
        .collect::<Result<Vec<_>>>()?;
    let range = |row: usize| {
        let values: Vec<Value> = arguments.iter().map(|one| one.value(row)).collect();
        IntegerRange::new(&values).map_err(|error| error.at(span))
    };
    let ranges = (0..batch.rows()).map(range).collect::<Result<_>>()?;
    Ok(Lists::Ranges(ranges))
}

impl Current {
    /// The next elements, about a batch of them, with their rows.
    fn next_elements(&mut self) -> (Vec<u32>, Column) {
        let mut rows = Vec::new();
        let elements = match &self.lists {
            Lists::Values(lists) => {
                let mut builder = ColumnBuilder::new();
                while self.row < lists.len() && rows.len() < BATCH_SIZE {
                    let (start, end, length) = match lists.value(self.row) {
                        Value::Null => (0, 0, 0),
                        Value::List(values) => {
                            let end = values.len().min(self.element + BATCH_SIZE);
                            let found = &values[self.element..end];
                            found.iter().for_each(|value| builder.push(value.clone()));
                            (self.element, end, values.len())
                        }
                        single => {
                            builder.push(single);
                            (0, 1, 1)
                        }
                    };
                    rows.extend((start..end).map(|_| self.row as u32));
                    (self.row, self.element) = after(self.row, end, length);
                }
                builder.finish()
            }
            Lists::Ranges(ranges) => {
                let mut integers = Vec::new();
                while let Some(range) = ranges.get(self.row)
                    && rows.len() < BATCH_SIZE
                {
                    let length = range.map_or(0, |range| range.len());
                    let end = length.min(self.element + BATCH_SIZE);
                    rows.extend((self.element..end).map(|_| self.row as u32));
                    integers.extend(range.iter().flat_map(|range| range.at(self.element..end)));
                    (self.row, self.element) = after(self.row, end, length);
                }
                Column::Integer(Int64Array::from(integers))
            }
        };
        (rows, elements)
    }
}

/// The row and the element to go on with, where the elements of a row are unwound up to `end`.
fn after(row: usize, end: usize, length: usize) -> (usize, usize) {
    match end < length {
        true => (row, end),
        false => (row + 1, 0),
    }
}
