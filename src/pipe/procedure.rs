//! Procedures that look their rows up in a table: test doubles for those of other systems.

use std::sync::Arc;

use rihla::functions::{Procedure, ProcedureCode, ProcedureColumn};
use rihla::value::Type;
use rihla::{Error, Result};

use super::request::{Column, TableProcedure};

/// The procedure that gives the outputs of every row whose inputs equal the arguments.
///
/// # Errors
/// `ArgumentError` where a type is unknown or a row has not a value for each column.
pub fn procedure(table: TableProcedure) -> Result<Procedure> {
    let TableProcedure {
        name,
        inputs,
        outputs,
        rows,
    } = table;
    if let Some(row) = rows
        .iter()
        .find(|row| row.len() != inputs.len() + outputs.len())
    {
        let (has, needs) = (row.len(), inputs.len() + outputs.len());
        let message = format!("a row of {name} has {has} values where there are {needs} columns");
        return Err(Error::argument(message));
    }
    let arguments = inputs.len();
    Ok(Procedure {
        sentence: format!("Gives rows of a table of {}.", rows.len()),
        inputs: columns(inputs)?,
        outputs: columns(outputs)?,
        name,
        optional_inputs: 0,
        code: ProcedureCode::Reads(Arc::new(move |_, values| {
            // Equality is that of grouping: 42 equals 42.0 and null equals null.
            let matching = rows.iter().filter(|row| row[..arguments] == *values);
            Ok(matching.map(|row| row[arguments..].to_vec()).collect())
        })),
    })
}

fn columns(columns: Vec<Column>) -> Result<Vec<ProcedureColumn>> {
    let columns = columns.into_iter().map(|column| {
        Ok(ProcedureColumn {
            column_type: column_type(&column.column_type)?,
            name: column.name,
        })
    });
    columns.collect()
}

/// A type in the words of the TCK; the question mark says that null is allowed, as it always is.
fn column_type(name: &str) -> Result<Type> {
    Ok(match name.trim_end_matches('?') {
        "ANY" => Type::Any,
        "BOOLEAN" => Type::Boolean,
        "INTEGER" => Type::Integer,
        "FLOAT" => Type::Float,
        "NUMBER" => Type::Number,
        "STRING" => Type::String,
        "MAP" => Type::Map,
        "NODE" => Type::Node,
        "RELATIONSHIP" => Type::Relationship,
        "PATH" => Type::Path,
        "LIST" => Type::List(Box::new(Type::Any)),
        _ => return Err(Error::argument(format!("there is no type {name}"))),
    })
}
