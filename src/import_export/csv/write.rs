//! Writing CSV: one table of nodes, one of relationships, with the headers of neo4j-admin. Every
//! property has a column whose type is that of all its values; a column that no plain type holds
//! is JSON, with the type `json` in its header.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::context::Context;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::import_export::csv::Csv;
use crate::import_export::csv::header::CellKind;
use crate::import_export::format::WriteFormat;
use crate::import_export::infer::CellType;
use crate::import_export::json_value::to_json;
use crate::import_export::output::{Output, OutputFile};
use crate::import_export::record::{Properties, RecordSource, excerpt};
use crate::import_export::temporal_text;
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
        _context: &Context,
    ) -> Result<()> {
        let mut columns = Columns::new();
        for node in graph.nodes() {
            add_columns(&mut columns, &node?.properties);
        }
        let mut nodes = Table::create(output.part("nodes")?, &[":ID", ":LABEL"], columns)?;
        for node in graph.nodes() {
            let node = node?;
            let id = node
                .id
                .as_ref()
                .map(|id| &id.id)
                .map(cell)
                .unwrap_or_default();
            nodes.row(vec![id, label_cell(&node.labels)?], &node.properties)?;
        }
        nodes.finish()?;

        let mut columns = Columns::new();
        for relationship in graph.relationships() {
            add_columns(&mut columns, &relationship?.properties);
        }
        let fixed = [":START_ID", ":END_ID", ":TYPE"];
        let mut relationships = Table::create(output.part("relationships")?, &fixed, columns)?;
        for relationship in graph.relationships() {
            let relationship = relationship?;
            let cells = vec![
                cell(&relationship.start.id),
                cell(&relationship.end.id),
                relationship.relationship_type.to_string(),
            ];
            relationships.row(cells, &relationship.properties)?;
        }
        relationships.finish()
    }

    fn write_rows(&self, result: &QueryResult, output: &mut Output<'_>) -> Result<bool> {
        let names: Vec<&str> = result.columns().iter().map(AsRef::as_ref).collect();
        let mut table = Table::create(output.only_file()?, &names, Columns::new())?;
        for row in result.rows() {
            let text = |value: &Value| match value {
                Value::Null => String::new(),
                value => cell(value),
            };
            let cells = row.values().iter().map(text).collect();
            table.row(cells, &Properties::new())?;
        }
        table.finish()?;
        Ok(true)
    }
}

fn add_columns(columns: &mut Columns, properties: &Properties) {
    for (key, value) in properties {
        let kind = kind_of(value);
        let column = columns.entry(key.clone()).or_insert(kind);
        if *column != kind {
            *column = JSON;
        }
    }
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

/// One file with its columns.
struct Table<'o> {
    writer: ::csv::Writer<OutputFile<'o>>,
    columns: Columns,
}

impl<'o> Table<'o> {
    fn create(file: OutputFile<'o>, fixed: &[&str], columns: Columns) -> Result<Self> {
        let mut table = Table {
            writer: ::csv::Writer::from_writer(file),
            columns,
        };
        let mut header: Vec<String> = fixed.iter().map(ToString::to_string).collect();
        header.extend(table.columns.iter().map(|(name, kind)| {
            let list = if kind.list { "[]" } else { "" };
            format!("{name}:{}{list}", kind.cell_type.name())
        }));
        table.write(&header)?;
        Ok(table)
    }

    fn row(&mut self, mut cells: Vec<String>, properties: &Properties) -> Result<()> {
        let fixed = cells.len();
        cells.resize(fixed + self.columns.len(), String::new());
        let values: BTreeMap<_, _> = properties.iter().map(|(key, value)| (key, value)).collect();
        for (index, (name, kind)) in self.columns.iter().enumerate() {
            if let Some(value) = values.get(name) {
                cells[fixed + index] = match (kind.cell_type, value) {
                    (CellType::Json, value) => to_json(value).to_string(),
                    (_, Value::List(values)) => {
                        values.iter().map(cell).collect::<Vec<_>>().join(";")
                    }
                    (_, value) => cell(value),
                };
            }
        }
        self.write(&cells)
    }

    fn write(&mut self, cells: &[String]) -> Result<()> {
        let written = self.writer.write_record(cells);
        written.map_err(|error| self.writer.get_ref().failed(&error.into()))
    }

    fn finish(mut self) -> Result<()> {
        if let Err(error) = self.writer.flush() {
            return Err(self.writer.get_ref().failed(&error));
        }
        match self.writer.into_inner() {
            Ok(file) => file.finish(),
            Err(_) => Err(Error::internal("a table that is flushed had more to write")),
        }
    }
}

/// The text of a single value.
fn cell(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        Value::Float(value) => {
            let mut text = String::new();
            write_float(*value, &mut text).expect("a String takes everything");
            text
        }
        value => temporal_text::text(value).unwrap_or_else(|| value.to_string()),
    }
}

fn label_cell(labels: &[Arc<str>]) -> Result<String> {
    let holds = |label: &Arc<str>| !label.is_empty() && !label.contains(';');
    match labels.iter().find(|label| !holds(label)) {
        None => Ok(labels.join(";")),
        Some(label) => Err(Error::new(
            ErrorKind::FormatError,
            ErrorDetail::InvalidContent,
            format!("CSV cannot hold the label `{}`", excerpt(label)),
        )
        .hint("rename the label, or write another format")),
    }
}
