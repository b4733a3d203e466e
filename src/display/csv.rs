//! Rows as comma-separated values, with a header. Null is nothing, the empty text is `""`; lists,
//! maps, nodes, relationships and paths are JSON.
//!
//! Written by hand and not by the crate that reads CSV, which cannot tell null from the empty
//! text.

use std::io::Write;

use super::{Failure, Options, WriteForm, json, rows};
use crate::error::Result;
use crate::result::QueryResult;
use crate::value::Value;

/// The form; see the module.
#[derive(Debug)]
pub struct Csv;

impl WriteForm for Csv {
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
        let names: Vec<String> = columns.iter().map(|name| quoted(name)).collect();
        writeln!(out, "{}", names.join(","))?;
        for row in rows(result, options) {
            let row = row?;
            for column in 0..columns.len() {
                if column > 0 {
                    out.write_all(b",")?;
                }
                out.write_all(field(&row.value(column), result)?.as_bytes())?;
            }
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}

fn field(value: &Value, result: &QueryResult) -> Result<String> {
    Ok(match value {
        Value::Null => String::new(),
        Value::String(text) => quoted(text),
        Value::List(_)
        | Value::Map(_)
        | Value::Node(_)
        | Value::Relationship(_)
        | Value::Path(_) => quoted(&json::text(value, result)?),
        simple => super::cell::text(simple, result, usize::MAX)?,
    })
}

/// The text in quotes, where it needs them.
fn quoted(text: &str) -> String {
    let plain = !text.is_empty()
        && !text.contains([',', '"', '\n', '\r'])
        && !text.starts_with([' ', '\t'])
        && !text.ends_with([' ', '\t']);
    match plain {
        true => text.to_owned(),
        false => format!("\"{}\"", text.replace('"', "\"\"")),
    }
}
