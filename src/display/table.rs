//! A table with lines around it, fitted to the terminal. Numbers stand on the right. Columns that
//! need little keep what they need and the others share the rest; a cell that is too long goes
//! on in the next lines, up to four. Where columns would become too narrow to read, the result
//! is shown one field per line instead.
//!
//! The result is gone through twice, once to measure and once to write, so that no table of any
//! length is held as text; that is also why this is not left to a crate.

use std::io::Write;

use super::cell::{Cell, CellKind, cell};
use super::style::{FAINT, HEADING, NULL, paint};
use super::vertical::Vertical;
use super::width::{pad, width, wrap};
use super::{Failure, Options, WriteForm, rows};
use crate::error::Result;
use crate::result::QueryResult;

/// The form; see the module.
#[derive(Debug)]
pub struct Table;

/// Lines that a cell may take before it is cut.
const MOST_LINES: usize = 4;
/// A column that wants more is never made narrower than this.
const NARROWEST: usize = 8;

/// A column as it will be drawn.
struct Layout {
    width: usize,
    right: bool,
}

impl WriteForm for Table {
    fn write(
        &self,
        result: &QueryResult,
        options: &Options,
        out: &mut dyn Write,
    ) -> Result<(), Failure> {
        if result.columns().is_empty() {
            return Ok(());
        }
        let mut columns = measure(result, options)?;
        if let Some(width) = options.width {
            // A line before each column and one at the end, a blank on both sides of each text.
            let room = width.saturating_sub(3 * columns.len() + 1);
            if !fit(&mut columns, room) {
                return Vertical.write(result, options, out);
            }
        }
        draw(result, options, &columns, out)
    }
}

/// The rows that are shown: whether to show row `index` of `count`.
fn is_shown(index: usize, count: usize, options: &Options) -> bool {
    match options.most_rows {
        Some(most) if count > most => {
            let last = most / 2;
            index < most - last || index >= count - last
        }
        _ => true,
    }
}

/// The number of rows that are shown.
pub(super) fn shown_rows(count: usize, options: &Options) -> usize {
    options.most_rows.map_or(count, |most| most.min(count))
}

fn shown_cells<'r>(
    result: &'r QueryResult,
    options: &'r Options,
) -> impl Iterator<Item = Result<(usize, Vec<Cell>)>> + 'r {
    let count = result.row_count();
    // A character takes at most four bytes for a cell, or a few more with what is combined.
    let most = options
        .width
        .map_or(usize::MAX, |width| width * MOST_LINES * 8);
    let shown = rows(result, options).enumerate();
    let shown = shown.filter(move |(index, _)| is_shown(*index, count, options));
    shown.map(move |(index, row)| {
        let row = row?;
        let cells = (0..result.columns().len())
            .map(|column| cell(&row.value(column), result, most))
            .collect::<Result<_>>()?;
        Ok((index, cells))
    })
}

/// The columns as wide as their widest cell.
fn measure(result: &QueryResult, options: &Options) -> Result<Vec<Layout>> {
    let mut columns: Vec<Layout> = result
        .columns()
        .iter()
        .map(|name| Layout {
            width: width(name),
            right: true,
        })
        .collect();
    let mut has_number = vec![false; columns.len()];
    for row in shown_cells(result, options) {
        for (index, cell) in row?.1.iter().enumerate() {
            columns[index].width = columns[index].width.max(width(&cell.text));
            columns[index].right &= cell.kind != CellKind::Text;
            has_number[index] |= cell.kind == CellKind::Number;
        }
    }
    for (column, has_number) in columns.iter_mut().zip(has_number) {
        column.right &= has_number;
    }
    Ok(columns)
}

/// Narrows the widest columns until all fit into `room`; false where that makes them too narrow.
fn fit(columns: &mut [Layout], room: usize) -> bool {
    if columns.iter().map(|column| column.width).sum::<usize>() <= room {
        return true;
    }
    // Each column, the narrowest first, takes what it needs or its share of what is left.
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(|index| columns[*index].width);
    let mut left = room;
    for (place, index) in order.iter().enumerate() {
        let share = left / (columns.len() - place);
        let column = &mut columns[*index];
        if share < column.width && share < NARROWEST {
            return false;
        }
        column.width = column.width.min(share);
        left -= column.width;
    }
    true
}

fn draw(
    result: &QueryResult,
    options: &Options,
    columns: &[Layout],
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let rule = |left: &str, middle: &str, right: &str| {
        let runs: Vec<String> = columns
            .iter()
            .map(|one| "─".repeat(one.width + 2))
            .collect();
        let line = format!("{left}{}{right}", runs.join(middle));
        paint(&line, FAINT, options.colours)
    };
    writeln!(out, "{}", rule("┌", "┬", "┐"))?;
    let names: Vec<Cell> = result
        .columns()
        .iter()
        .map(|name| Cell {
            text: super::cell::escaped(name),
            kind: CellKind::Text,
        })
        .collect();
    draw_row(&names, columns, options, Some(HEADING), out)?;
    writeln!(out, "{}", rule("├", "┼", "┤"))?;
    let mut next = 0;
    for row in shown_cells(result, options) {
        let (index, cells) = row?;
        if index > next {
            let gap: Vec<Cell> = columns.iter().map(|_| gap()).collect();
            draw_row(&gap, columns, options, Some(FAINT), out)?;
        }
        next = index + 1;
        draw_row(&cells, columns, options, None, out)?;
    }
    writeln!(out, "{}", rule("└", "┴", "┘"))?;
    Ok(())
}

/// Stands in each column for the rows that are left out.
fn gap() -> Cell {
    Cell {
        text: "⋮".to_owned(),
        kind: CellKind::Text,
    }
}

fn draw_row(
    cells: &[Cell],
    columns: &[Layout],
    options: &Options,
    style: Option<anstyle::Style>,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let lines: Vec<_> = cells
        .iter()
        .zip(columns)
        .map(|(cell, column)| wrap(&cell.text, column.width, MOST_LINES))
        .collect();
    let height = lines.iter().map(Vec::len).max().unwrap_or(0);
    let edge = paint("│", FAINT, options.colours);
    for line in 0..height {
        for ((cell, column), lines) in cells.iter().zip(columns).zip(&lines) {
            let text = lines.get(line).map_or("", AsRef::as_ref);
            let padded = pad(text, column.width, column.right);
            let style = style.or((cell.kind == CellKind::Null).then_some(NULL));
            let painted = match style {
                Some(style) => paint(&padded, style, options.colours),
                None => padded,
            };
            write!(out, "{edge} {painted} ")?;
        }
        writeln!(out, "{edge}")?;
    }
    Ok(())
}
