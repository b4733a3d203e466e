//! The rows that a procedure gives for each row; of a procedure without outputs the row itself.

use arrow_array::UInt32Array;

use super::Input;
use crate::column::ColumnBuilder;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::execute::evaluate::{Operand, evaluate};
use crate::execute::{Batch, Operator, Runtime};
use crate::physical;
use crate::value::Value;

/// Calls a procedure.
pub(in crate::execute) struct CallProcedure<'p> {
    input: Input<'p>,
    plan: &'p physical::Operator,
}

impl<'p> CallProcedure<'p> {
    pub(in crate::execute) fn new(input: Input<'p>, plan: &'p physical::Operator) -> Self {
        CallProcedure { input, plan }
    }
}

impl Operator for CallProcedure<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let physical::Operator::CallProcedure {
            name,
            arguments,
            outputs,
            ..
        } = self.plan
        else {
            return Err(Error::internal("not a procedure call"));
        };
        let Some(batch) = self.input.next(runtime)? else {
            return Ok(None);
        };
        let batch = batch.listed()?;
        let procedure = runtime.procedures.find(name).cloned().ok_or_else(|| {
            Error::new(
                ErrorKind::ProcedureError,
                ErrorDetail::ProcedureNotFound,
                format!("there is no procedure `{name}`"),
            )
        })?;
        let arguments: Vec<Operand> = arguments
            .iter()
            .map(|argument| evaluate(argument, &batch, runtime))
            .collect::<Result<_>>()?;
        let mut held = runtime.context.reservation();
        let mut rows = Vec::new();
        let mut columns: Vec<ColumnBuilder> =
            outputs.iter().map(|_| ColumnBuilder::new()).collect();
        for row in 0..batch.rows() {
            runtime.context.check()?;
            let values: Vec<Value> = arguments
                .iter()
                .map(|argument| argument.value(row))
                .collect();
            let given = (procedure.code)(&runtime.environment(), &values)?;
            if procedure.outputs.is_empty() {
                rows.push(row as u32);
            }
            for given_row in given {
                rows.push(row as u32);
                for (column, output) in columns.iter_mut().zip(outputs) {
                    let value = given_row.get(*output).cloned().unwrap_or_default();
                    held.grow(size_of::<Value>() + value.heap_size())?;
                    column.push(value);
                }
            }
        }
        let called = batch.select(UInt32Array::from(rows))?;
        Ok(Some(
            columns
                .into_iter()
                .fold(called, |batch, column| batch.with(column.finish())),
        ))
    }
}
