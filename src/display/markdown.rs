//! A table for documents, as GitHub and most Markdown readers take it.

use std::io::Write;

use super::cell::{CellKind, cell, escaped};
use super::{Failure, Options, WriteForm, rows};
use crate::error::Result;
use crate::result::QueryResult;
use crate::value::Value;

/// The form; see the module.
#[derive(Debug)]
pub struct Markdown;

impl WriteForm for Markdown {
    fn write(
        &self,
        result: &QueryResult,
        options: &Options,
        out: &mut dyn Write,
    ) -> Result<(), Failure> {
        let columns = result.columns();
        if columns.is_empty() {
            return Ok(());
        }
        for name in columns {
            write!(out, "| {} ", protected(&escaped(name)))?;
        }
        writeln!(out, "|")?;
        // The first row tells which columns hold numbers: it must do for all of a long table.
        let first = result.rows().next();
        for column in 0..columns.len() {
            let value = first.map_or(Value::Null, |row| row.value(column));
            let right = matches!(value, Value::Integer(_) | Value::Float(_));
            write!(out, "| {} ", if right { "--:" } else { "---" })?;
        }
        writeln!(out, "|")?;
        for row in rows(result, options) {
            let row = row?;
            for column in 0..columns.len() {
                let cell = match row.value(column) {
                    Value::String(text) => text
                        .split('\n')
                        .map(|line| protected(&escaped(line)))
                        .collect::<Vec<_>>()
                        .join("<br>"),
                    value => {
                        let cell = cell(&value, result, usize::MAX)?;
                        match cell.kind {
                            CellKind::Null => "*NULL*".to_owned(),
                            _ => protected(&cell.text),
                        }
                    }
                };
                write!(out, "| {cell} ")?;
            }
            writeln!(out, "|")?;
        }
        Ok(())
    }
}

/// The text without anything that Markdown would take for its own.
fn protected(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '~' => {
                safe.push('\\');
                safe.push(character);
            }
            character => safe.push(character),
        }
    }
    safe
}
