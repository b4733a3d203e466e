//! The rows that a procedure gives for each row; of a procedure without outputs the row itself.

use arrow_array::UInt32Array;

use super::Input;
use super::create::drain;
use crate::column::ColumnBuilder;
use crate::context::Reservation;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::execute::evaluate::{Operand, evaluate};
use crate::execute::{Batch, Operator, Runtime};
use crate::functions::ProcedureCode;
use crate::physical;
use crate::value::Value;

/// Calls a procedure.
pub(in crate::execute) struct CallProcedure<'p> {
    input: Input<'p>,
    plan: &'p physical::Operator,
    /// The input of a procedure that writes: all of it, before the first write.
    drained: Option<(std::vec::IntoIter<Batch>, Reservation)>,
}

impl<'p> CallProcedure<'p> {
    pub(in crate::execute) fn new(input: Input<'p>, plan: &'p physical::Operator) -> Self {
        CallProcedure {
            input,
            plan,
            drained: None,
        }
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
        let procedure = runtime.procedures.find(name).cloned().ok_or_else(|| {
            Error::new(
                ErrorKind::ProcedureError,
                ErrorDetail::ProcedureNotFound,
                format!("there is no procedure `{name}`"),
            )
        })?;
        if let ProcedureCode::Writes(_) = procedure.code
            && self.drained.is_none()
        {
            let (batches, held) = drain(&mut self.input, runtime)?;
            self.drained = Some((batches.into_iter(), held));
        }
        let next = match &mut self.drained {
            Some((batches, _)) => batches.next(),
            None => self.input.next(runtime)?,
        };
        let Some(batch) = next else {
            return Ok(None);
        };
        let batch = batch.listed()?;
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
            let mut values: Vec<Value> = arguments
                .iter()
                .map(|argument| argument.value(row))
                .collect();
            values.resize(procedure.inputs.len(), Value::Null);
            let given = match &procedure.code {
                ProcedureCode::Reads(code) => code(&runtime.environment(), &values)?,
                ProcedureCode::Writes(code) => {
                    let context = runtime.context;
                    let given = code(runtime.writer()?, context, &values)?;
                    runtime.refresh();
                    given
                }
            };
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
