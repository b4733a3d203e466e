//! One field per line, for rows that are wider than the terminal. Nothing is cut: long texts go
//! on below their beginning, and line breaks are kept.

use std::io::Write;

use super::cell::{CellKind, cell, escaped, text};
use super::style::{FAINT, HEADING, NULL, paint};
use super::width::{pad, width, wrap};
use super::{Failure, Options, WriteForm, rows};
use crate::error::Result;
use crate::result::QueryResult;
use crate::value::Value;

/// The form; see the module.
#[derive(Debug)]
pub struct Vertical;

/// Lines are broken after this many cells where the terminal's width is not known, and values
/// never get fewer than this many.
const USUAL_WIDTH: usize = 100;
const NARROWEST: usize = 20;

impl WriteForm for Vertical {
    fn write(
        &self,
        result: &QueryResult,
        options: &Options,
        out: &mut dyn Write,
    ) -> Result<(), Failure> {
        let names: Vec<String> = result.columns().iter().map(|name| escaped(name)).collect();
        let widest = names.iter().map(|name| width(name)).max().unwrap_or(0);
        let line = options.width.unwrap_or(USUAL_WIDTH);
        let room = line.saturating_sub(widest + 2).max(NARROWEST);
        for (number, row) in rows(result, options).enumerate() {
            let row = row?;
            let title = format!("── row {} ", number + 1);
            let rule = "─".repeat((widest + NARROWEST).saturating_sub(width(&title)));
            let title = paint(&(title + &rule), FAINT, options.colours);
            writeln!(out, "{title}")?;
            for (column, name) in names.iter().enumerate() {
                let name = paint(&pad(name, widest, true), HEADING, options.colours);
                for (place, text) in lines(&row.value(column), result, room, options)?
                    .iter()
                    .enumerate()
                {
                    match place {
                        0 => writeln!(out, "{name}: {text}")?,
                        _ => writeln!(out, "{:widest$}  {text}", "")?,
                    }
                }
            }
        }
        Ok(())
    }
}

/// The lines of one value.
fn lines(
    value: &Value,
    result: &QueryResult,
    room: usize,
    options: &Options,
) -> Result<Vec<String>> {
    if let Value::String(_) = value {
        let text = text(value, result, usize::MAX)?;
        let lines = text.split('\n').map(escaped);
        return Ok(lines.flat_map(|line| wrapped(&line, room)).collect());
    }
    let cell = cell(value, result, usize::MAX)?;
    Ok(match cell.kind {
        CellKind::Null => vec![paint(&cell.text, NULL, options.colours)],
        _ => wrapped(&cell.text, room),
    })
}

fn wrapped(text: &str, room: usize) -> Vec<String> {
    let lines = wrap(text, room, usize::MAX).into_iter();
    lines.map(|line| line.into_owned()).collect()
}
