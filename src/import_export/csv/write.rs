//! Writing CSV: one table of nodes, one of relationships, with the headers of neo4j-admin. Every
//! property has a column whose type is that of all its values; a column that no plain type holds
//! is JSON, with the type `json` in its header.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;

use crate::column::Column;
use crate::context::Context;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::import_export::csv::Csv;
use crate::import_export::csv::header::CellKind;
use crate::import_export::format::WriteFormat;
use crate::import_export::infer::CellType;
use crate::import_export::json_value::to_json;
use crate::import_export::output::{Output, OutputFile};
use crate::import_export::part::{NodePart, RelationshipPart};
use crate::import_export::record::{RecordSource, excerpt};
use crate::import_export::temporal_text;
use crate::parallel::in_order;
use crate::result::QueryResult;
use crate::value::{Value, write_float};

/// The columns of a table by the names of the properties.
type Columns = BTreeMap<Arc<str>, CellKind>;

const JSON: CellKind = CellKind {
    cell_type: CellType::Json,
    list: false,
};

impl WriteFormat for Csv {
    fn write(
        &self,
        graph: &dyn RecordSource,
        output: &mut Output<'_>,
        context: &Context,
    ) -> Result<()> {
        let (parts, part) = (graph.node_parts(), |number| graph.node_part(number));
        write_table(parts, part, output.part("nodes")?, context)?;
        let (parts, part) = (graph.relationship_parts(), |number| {
            graph.relationship_part(number)
        });
        write_table(parts, part, output.part("relationships")?, context)
    }

    fn write_rows(&self, result: &QueryResult, output: &mut Output<'_>) -> Result<bool> {
        let mut rows = Rows::default();
        for name in result.columns() {
            rows.push(name)?;
        }
        rows.end_row()?;
        let mut file = output.only_file()?;
        for row in result.rows() {
            for value in row.values() {
                match value {
                    Value::Null => rows.push("")?,
                    value => rows.push_value(&value)?,
                }
            }
            rows.end_row()?;
            if rows.writer.get_ref().len() > 1 << 16 {
                rows = rows.write_to(&mut file)?;
            }
        }
        rows.write_to(&mut file)?;
        file.finish()?;
        Ok(true)
    }
}

/// Some rows of one of the two tables.
trait TablePart: Send {
    /// What the first columns are called, which are no properties.
    const FIXED: &'static [&'static str];

    fn rows(&self) -> usize;

    /// Writes the cells of the first columns.
    fn push_fixed(&self, row: usize, rows: &mut Rows) -> Result<()>;

    fn columns(&self) -> &[(Arc<str>, Column)];
}

impl TablePart for NodePart {
    const FIXED: &'static [&'static str] = &[":ID", ":LABEL"];

    fn rows(&self) -> usize {
        self.ids.len()
    }

    fn push_fixed(&self, row: usize, rows: &mut Rows) -> Result<()> {
        rows.push_value(&self.ids[row])?;
        match &*self.labels[row] {
            [label] => rows.push(checked_label(label)?),
            labels => rows.push(&label_cell(labels)?),
        }
    }

    fn columns(&self) -> &[(Arc<str>, Column)] {
        &self.columns
    }
}

impl TablePart for RelationshipPart {
    const FIXED: &'static [&'static str] = &[":START_ID", ":END_ID", ":TYPE"];

    fn rows(&self) -> usize {
        self.types.len()
    }

    fn push_fixed(&self, row: usize, rows: &mut Rows) -> Result<()> {
        rows.push_value(&self.starts[row])?;
        rows.push_value(&self.ends[row])?;
        rows.push(&self.types[row])
    }

    fn columns(&self) -> &[(Arc<str>, Column)] {
        &self.columns
    }
}

/// Writes a table: looks at all parts to know the columns, then writes one after the other.
fn write_table<P: TablePart>(
    parts: usize,
    part: impl Fn(usize) -> Result<P> + Sync,
    mut file: OutputFile<'_>,
    context: &Context,
) -> Result<()> {
    let (threads, mut columns) = (context.threads(), Columns::new());
    let mut numbers = 0..parts;
    in_order(
        threads,
        || Ok(numbers.next()),
        |number| Ok(columns_of(part(number)?.columns())),
        |found: Result<Columns>| {
            for (name, kind) in found? {
                add_column(&mut columns, &name, kind);
            }
            Ok(())
        },
    )?;
    let mut header = Rows::default();
    for name in P::FIXED {
        header.push(name)?;
    }
    for (name, kind) in &columns {
        let list = if kind.list { "[]" } else { "" };
        header.push(&format!("{name}:{}{list}", kind.cell_type.name()))?;
    }
    header.end_row()?;
    header.write_to(&mut file)?;
    let mut numbers = 0..parts;
    in_order(
        threads,
        || Ok(numbers.next()),
        |number| rows_of(&part(number)?, &columns),
        |rows| {
            context.check()?;
            rows?.write_to(&mut file).map(drop)
        },
    )?;
    file.finish()
}

fn columns_of(columns: &[(Arc<str>, Column)]) -> Columns {
    let mut found = Columns::new();
    for (name, column) in columns {
        match column {
            Column::String(texts) if texts.iter().flatten().all(|text| !text.is_empty()) => {
                add_column(&mut found, name, kind_of(&"text".into()));
            }
            Column::Null(_) => {}
            Column::Value(_) | Column::String(_) => {
                for value in column.values().filter(|value| !value.is_null()) {
                    add_column(&mut found, name, kind_of(&value));
                }
            }
            column => {
                let mut rows = 0..column.len();
                if let Some(row) = rows.find(|row| !column.is_null(*row)) {
                    add_column(&mut found, name, kind_of(&column.value(row)));
                }
            }
        }
    }
    found
}

fn add_column(columns: &mut Columns, name: &Arc<str>, kind: CellKind) {
    let column = columns.entry(name.clone()).or_insert(kind);
    if *column != kind {
        *column = JSON;
    }
}

/// The rows of a part, in the columns of the whole table.
fn rows_of<P: TablePart>(part: &P, columns: &Columns) -> Result<Rows> {
    let found: BTreeMap<&Arc<str>, &Column> = part
        .columns()
        .iter()
        .map(|(name, column)| (name, column))
        .collect();
    let columns = columns.iter();
    let columns: Vec<_> = columns
        .map(|(name, kind)| (found.get(name), *kind))
        .collect();
    let mut rows = Rows::default();
    for row in 0..part.rows() {
        part.push_fixed(row, &mut rows)?;
        for (column, kind) in &columns {
            match column {
                Some(column) if !column.is_null(row) => rows.push_cell(column, row, *kind)?,
                _ => rows.push("")?,
            }
        }
        rows.end_row()?;
    }
    Ok(rows)
}

/// The column that can hold `value`: a plain one where the cell reads back as the value.
fn kind_of(value: &Value) -> CellKind {
    let plain = match value {
        Value::String(text) if text.is_empty() => None,
        Value::List(values) => {
            let mut types = values.iter().map(|value| match value {
                Value::String(text) if text.is_empty() || text.contains(';') => None,
                value => CellType::of(value),
            });
            let first = types.next().flatten();
            first.filter(|_| types.all(|cell_type| cell_type == first))
        }
        value => CellType::of(value),
    };
    plain.map_or(JSON, |cell_type| CellKind {
        cell_type,
        list: matches!(value, Value::List(_)),
    })
}

/// Rows as text.
struct Rows {
    writer: ::csv::Writer<Vec<u8>>,
    /// A cell that is being made.
    cell: String,
}

impl Default for Rows {
    fn default() -> Self {
        Rows {
            writer: ::csv::Writer::from_writer(Vec::new()),
            cell: String::new(),
        }
    }
}

impl Rows {
    fn push(&mut self, cell: &str) -> Result<()> {
        self.writer.write_field(cell).map_err(unwritten)
    }

    /// A cell that is one single value.
    fn push_value(&mut self, value: &Value) -> Result<()> {
        match value {
            Value::String(text) => self.push(text),
            value => {
                self.cell.clear();
                write_cell(value, &mut self.cell);
                self.writer.write_field(&self.cell).map_err(unwritten)
            }
        }
    }

    /// The cell that holds the value of a row.
    fn push_cell(&mut self, column: &Column, row: usize, kind: CellKind) -> Result<()> {
        match (kind, column) {
            (JSON, column) => self.push(&to_json(&column.value(row)).to_string()),
            (_, Column::String(texts)) => self.push(texts.value(row)),
            (_, column) => match column.value(row) {
                Value::List(values) => {
                    let cells: Vec<_> = values.iter().map(cell).collect();
                    self.push(&cells.join(";"))
                }
                value => self.push_value(&value),
            },
        }
    }

    fn end_row(&mut self) -> Result<()> {
        self.writer.write_record(None::<&[u8]>).map_err(unwritten)
    }

    /// Writes the rows to a file; gives room for more.
    fn write_to(self, file: &mut OutputFile<'_>) -> Result<Rows> {
        let text = self.writer.into_inner();
        let text = text.map_err(|error| unwritten(error.into_error().into()))?;
        file.write_all(&text).map_err(|error| file.failed(&error))?;
        Ok(Rows::default())
    }
}

/// Text in memory takes everything.
fn unwritten(error: ::csv::Error) -> Error {
    Error::internal(format!("a row cannot be written: {error}"))
}

/// The text of a single value.
fn cell(value: &Value) -> String {
    let mut text = String::new();
    write_cell(value, &mut text);
    text
}

fn write_cell(value: &Value, text: &mut String) {
    let written = match value {
        Value::String(own) => text.write_str(own),
        Value::Float(value) => write_float(*value, text),
        value => match temporal_text::text(value) {
            Some(own) => text.write_str(&own),
            None => write!(text, "{value}"),
        },
    };
    written.expect("a String takes everything");
}

fn label_cell(labels: &[Arc<str>]) -> Result<String> {
    labels
        .iter()
        .try_for_each(|label| checked_label(label).map(drop))?;
    Ok(labels.join(";"))
}

fn checked_label(label: &Arc<str>) -> Result<&str> {
    if !label.is_empty() && !label.contains(';') {
        return Ok(label);
    }
    let message = format!("CSV cannot hold the label `{}`", excerpt(label));
    let error = Error::new(ErrorKind::FormatError, ErrorDetail::InvalidContent, message);
    Err(error.hint("rename the label, or write another format"))
}
