//! `FOREACH`: updates for each element of a list; the rows stay as they are.

use arrow_array::UInt32Array;

use super::Input;
use super::create::drain;
use crate::column::Column;
use crate::error::{Error, Result};
use crate::execute::evaluate::evaluate;
use crate::execute::{Batch, Operator, Runtime, open};
use crate::physical::{Expression, Plan};
use crate::value::Value;

/// Updates for each element.
pub(in crate::execute) struct Foreach<'p> {
    input: Input<'p>,
    list: &'p Expression,
    inner: &'p Plan,
    done: Option<std::vec::IntoIter<Batch>>,
}

impl<'p> Foreach<'p> {
    pub(in crate::execute) fn new(input: Input<'p>, list: &'p Expression, inner: &'p Plan) -> Self {
        Foreach {
            input,
            list,
            inner,
            done: None,
        }
    }

    fn update(&self, row: &Batch, runtime: &mut Runtime) -> Result<()> {
        let elements = match evaluate(self.list, row, runtime)?.value(0) {
            Value::Null => return Ok(()),
            Value::List(elements) => elements,
            other => {
                return Err(Error::type_error(format!(
                    "FOREACH needs a list, got {}",
                    other.value_type()
                )));
            }
        };
        let argument = row
            .select(UInt32Array::from(vec![0; elements.len()]))?
            .with(Column::from_values(elements.iter().cloned()));
        let mut operator = open(self.inner, Some(&argument), runtime);
        while operator.next(runtime)?.is_some() {
            runtime.context.check()?;
        }
        Ok(())
    }
}

impl Operator for Foreach<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        if self.done.is_none() {
            let (batches, _held) = drain(&mut self.input, runtime)?;
            for batch in &batches {
                for row in 0..batch.rows() {
                    runtime.context.check()?;
                    self.update(&batch.slice(row, 1)?, runtime)?;
                }
            }
            self.done = Some(batches.into_iter());
        }
        Ok(self.done.as_mut().and_then(Iterator::next))
    }
}
