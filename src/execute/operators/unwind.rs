//! A row for each element of a list; none for null, one for anything else.

use arrow_array::UInt32Array;

use super::Input;
use crate::column::{Column, ColumnBuilder};
use crate::error::Result;
use crate::execute::evaluate::evaluate;
use crate::execute::{BATCH_SIZE, Batch, Operator, Runtime};
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
    lists: Column,
    row: usize,
    element: usize,
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
                let lists = evaluate(self.list, &batch, runtime)?.into_column(batch.rows());
                Current {
                    batch,
                    lists,
                    row: 0,
                    element: 0,
                }
            }
        };
        runtime.context.check()?;
        let mut rows = Vec::new();
        let mut builder = ColumnBuilder::new();
        while current.row < current.batch.rows() && rows.len() < BATCH_SIZE {
            match current.lists.value(current.row) {
                Value::Null => {}
                Value::List(values) => {
                    let end = values.len().min(current.element + BATCH_SIZE);
                    for value in &values[current.element..end] {
                        rows.push(current.row as u32);
                        builder.push(value.clone());
                    }
                    if end < values.len() {
                        current.element = end;
                        continue;
                    }
                }
                single => {
                    rows.push(current.row as u32);
                    builder.push(single);
                }
            }
            current.row += 1;
            current.element = 0;
        }
        let unwound = current
            .batch
            .select(UInt32Array::from(rows))?
            .with(builder.finish());
        if current.row < current.batch.rows() {
            self.current = Some(current);
        }
        Ok(Some(unwound))
    }
}
