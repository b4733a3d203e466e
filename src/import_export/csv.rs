//! CSV: tables of nodes and tables of relationships, any number of them as one graph. The header
//! tells which of both a table is and what its columns are (see `csv_header`); comma, semicolon,
//! tab or bar separate cells, whichever the header has most of.
//!
//! * A table with two ends (`source` and `target`, `:START_ID` and `:END_ID`, ...) holds
//!   relationships, any other nodes.
//! * Without a column for them, labels and types come from the name of the file: `people.csv`
//!   gives the label `People`, `lives-in.csv` the type `LIVES_IN`. An id space is a label, too.
//! * A column without a type in its header has the narrowest type that all its cells fit.
//! * An empty cell is no property; so are cells that a row lacks at its end, with a warning.
//! * Where no table holds nodes, the ends of the relationships are the nodes.

use std::io::BufRead;
use std::sync::Arc;

use crate::error::{Error, ErrorDetail, Result};
use crate::import_export::csv_header::{CellKind, Column, Header, TableKind};
use crate::import_export::format::ReadFormat;
use crate::import_export::infer::Inference;
use crate::import_export::options::{DEFAULT_TYPE, ImportOptions};
use crate::import_export::record::{
    ExternalId, NodeRecord, Place, Properties, RecordSink, RelationshipRecord, excerpt,
};
use crate::import_export::source::Source;
use crate::value::Value;

/// The format; see the module.
#[derive(Debug)]
pub struct Csv;

/// What may separate cells, the more usual first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Rows between two looks at the interrupt flag while types are inferred.
const ROWS_BETWEEN_CHECKS: u32 = 1024;

/// Whether the first bytes are a header that speaks of a graph.
pub(super) fn recognises(bytes: &[u8]) -> bool {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or(bytes);
    let mut reader = ::csv::ReaderBuilder::new()
        .delimiter(delimiter(line))
        .from_reader(line);
    let header = reader.headers().map(|cells| Header::parse(cells.iter()));
    matches!(header, Ok(Ok(header)) if header.columns.len() > 1 && header.speaks_of_a_graph())
}

impl ReadFormat for Csv {
    fn read(
        &self,
        source: &Source<'_>,
        options: &ImportOptions,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let table = Table::open(source, options, sink)?;
        for (index, column) in table.header.columns.iter().enumerate() {
            if *column == Column::Ignored {
                let text = format!("the column {} is not kept", index + 1);
                sink.warning(Place::Line(1), text);
            }
        }
        table.each(|line, cells| {
            if cells.len() < table.header.columns.len() {
                let text = "the row is shorter than the header; the missing cells count as empty";
                sink.warning(line, text.to_owned());
            }
            match table.header.kind {
                TableKind::Nodes => sink.node(table.node(line, cells)?, line),
                TableKind::Relationships => {
                    sink.relationship(table.relationship(line, cells)?, line)
                }
            }
        })
    }

    fn may_leave_out_nodes(&self) -> bool {
        true
    }
}

/// A table whose header is read.
struct Table<'a> {
    source: &'a Source<'a>,
    delimiter: u8,
    header: Header,
    /// The type of each column that holds a property.
    kinds: Vec<CellKind>,
    /// The label or the type of rows that have none.
    fallback: Arc<str>,
}

impl<'a> Table<'a> {
    fn open(
        source: &'a Source<'a>,
        options: &ImportOptions,
        sink: &dyn RecordSink,
    ) -> Result<Self> {
        let delimiter = delimiter_of(source)?;
        let mut reader = reader(source, delimiter)?;
        let cells = reader.headers().map_err(|error| csv_error(source, error))?;
        let broken =
            |message: &str| source.error(ErrorDetail::InvalidContent, Place::Line(1), message);
        if cells.iter().all(str::is_empty) {
            return Err(broken(
                "a header is missing: the first line names the columns",
            ));
        }
        let header = Header::parse(cells.iter()).map_err(|message| broken(&message))?;
        let fallback = match header.kind {
            TableKind::Nodes => node_label(source, &header, options),
            TableKind::Relationships => relationship_type(source, &header, options),
        };
        let mut table = Table {
            source,
            delimiter,
            header,
            kinds: Vec::new(),
            fallback,
        };
        table.kinds = table.infer(sink)?;
        Ok(table)
    }

    /// Hands over the rows with their lines.
    fn each(&self, mut take: impl FnMut(Place, &::csv::StringRecord) -> Result<()>) -> Result<()> {
        let mut reader = reader(self.source, self.delimiter)?;
        let mut cells = ::csv::StringRecord::new();
        loop {
            let more = reader.read_record(&mut cells);
            if !more.map_err(|error| csv_error(self.source, error))? {
                return Ok(());
            }
            let line = Place::Line(cells.position().map_or(0, ::csv::Position::line));
            let columns = self.header.columns.len();
            if cells.len() > columns {
                let message = format!(
                    "cells in the row: {}, in the header: {columns}",
                    cells.len()
                );
                let hint = "a cell with the separator or a line break in it needs double quotes";
                return Err(self.content_error(line, message).hint(hint));
            }
            take(line, &cells)?;
        }
    }

    /// The types of the columns; looks at all rows where a header leaves one open.
    fn infer(&self, sink: &dyn RecordSink) -> Result<Vec<CellKind>> {
        let columns = &self.header.columns;
        let is_open = |column: &Column| {
            matches!(
                column,
                Column::Property(_, None)
                    | Column::Id {
                        property: Some(_),
                        ..
                    }
            )
        };
        let mut inferences = vec![Inference::new(); columns.len()];
        if columns.iter().any(is_open) {
            let mut rows = 0_u32;
            self.each(|_, cells| {
                rows = rows.wrapping_add(1);
                if rows.is_multiple_of(ROWS_BETWEEN_CHECKS) {
                    sink.check()?;
                }
                for (inference, cell) in inferences.iter_mut().zip(cells) {
                    inference.add(cell);
                }
                Ok(())
            })?;
        }
        let kinds = columns.iter().zip(inferences);
        Ok(kinds
            .map(|(column, inference)| match column {
                Column::Property(_, Some(kind)) => *kind,
                _ => CellKind {
                    cell_type: inference.cell_type(),
                    list: false,
                },
            })
            .collect())
    }

    fn node(&self, line: Place, cells: &::csv::StringRecord) -> Result<NodeRecord> {
        let mut node = NodeRecord {
            id: None,
            labels: Vec::new(),
            properties: Properties::new(),
        };
        let mut labelled = false;
        for (index, (column, cell)) in self.header.columns.iter().zip(cells).enumerate() {
            match column {
                Column::Id { property, space } if !cell.trim().is_empty() => {
                    node.id = Some(ExternalId::in_space(space.clone(), cell.trim()));
                    if let Some(name) = property {
                        let value = self.value(index, name, line, cell)?;
                        node.properties.push((name.clone(), value));
                    }
                }
                Column::Labels(separator) => {
                    labelled = true;
                    let labels = cell.split(*separator).filter(|label| !label.is_empty());
                    node.labels.extend(labels.map(Arc::from));
                }
                Column::Property(name, _) if !cell.is_empty() => {
                    let value = self.value(index, name, line, cell)?;
                    node.properties.push((name.clone(), value));
                }
                _ => {}
            }
        }
        if !labelled {
            node.labels.push(self.fallback.clone());
        }
        Ok(node)
    }

    fn relationship(&self, line: Place, cells: &::csv::StringRecord) -> Result<RelationshipRecord> {
        let mut ends = [None, None];
        let mut directed = None;
        let mut relationship_type = self.fallback.clone();
        let mut properties = Properties::new();
        for (index, (column, cell)) in self.header.columns.iter().zip(cells).enumerate() {
            match column {
                Column::Start(space) => ends[0] = end(space, cell),
                Column::End(space) => ends[1] = end(space, cell),
                // Gephi's `Type` says whether there is a direction.
                Column::Type if cell.eq_ignore_ascii_case("directed") => directed = Some(true),
                Column::Type if cell.eq_ignore_ascii_case("undirected") => directed = Some(false),
                Column::Type if !cell.is_empty() => relationship_type = cell.into(),
                Column::Property(name, _) if !cell.is_empty() => {
                    let value = self.value(index, name, line, cell)?;
                    properties.push((name.clone(), value));
                }
                _ => {}
            }
        }
        let [Some(start), Some(end)] = ends else {
            let message = "an end of the relationship is empty".to_owned();
            return Err(self.content_error(line, message));
        };
        Ok(RelationshipRecord {
            relationship_type,
            start,
            end,
            properties,
            directed,
        })
    }

    /// The value of a cell that is not empty.
    fn value(&self, index: usize, name: &str, line: Place, cell: &str) -> Result<Value> {
        let CellKind { cell_type, list } = self.kinds[index];
        let parse = |text: &str| {
            cell_type.parse(text).map_err(|wrong| {
                let message = format!(
                    "the cell {} of {name} {wrong}",
                    excerpt(&format!("{text:?}"))
                );
                self.content_error(line, message)
            })
        };
        if !list {
            return parse(cell);
        }
        let separator = if self.delimiter == b';' { '|' } else { ';' };
        let values: Result<Vec<Value>> = cell.split(separator).map(parse).collect();
        values.map(Value::list)
    }

    fn content_error(&self, line: Place, message: String) -> Error {
        self.source
            .error(ErrorDetail::InvalidContent, line, message)
    }
}

/// The id in a cell; none where it is empty.
fn end(space: &Option<Arc<str>>, cell: &str) -> Option<ExternalId> {
    let cell = cell.trim();
    (!cell.is_empty()).then(|| ExternalId::in_space(space.clone(), cell))
}

fn reader<'s>(
    source: &'s Source<'_>,
    delimiter: u8,
) -> Result<::csv::Reader<Box<dyn BufRead + 's>>> {
    Ok(::csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(source.open()?))
}

fn csv_error(source: &Source<'_>, error: ::csv::Error) -> Error {
    let line = error
        .position()
        .map_or(Place::File, |position| Place::Line(position.line()));
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => source.read_error(&error),
        ::csv::ErrorKind::Utf8 { pos, err } => {
            let line = pos.map_or(line, |position| Place::Line(position.line()));
            let message = format!("the text is not valid UTF-8 ({err})");
            source.error(ErrorDetail::InvalidEncoding, line, message)
        }
        kind => source.error(ErrorDetail::InvalidContent, line, format!("{kind:?}")),
    }
}

/// The delimiter that the first line of the file has most of.
fn delimiter_of(source: &Source<'_>) -> Result<u8> {
    let bytes = source.first_bytes()?;
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or(&bytes);
    Ok(delimiter(line))
}

fn delimiter(line: &[u8]) -> u8 {
    let count = |delimiter: u8| {
        let mut quoted = false;
        let mut count = 0_u32;
        for byte in line {
            quoted ^= *byte == b'"';
            count += u32::from(!quoted && *byte == delimiter);
        }
        count
    };
    let counted = DELIMITERS
        .iter()
        .rev()
        .map(|delimiter| (count(*delimiter), *delimiter));
    // The last of equals wins, which the reversal makes the most usual one.
    counted
        .max_by_key(|(count, _)| *count)
        .map_or(b',', |(_, delimiter)| delimiter)
}

pub(super) fn node_label(
    source: &Source<'_>,
    header: &Header,
    options: &ImportOptions,
) -> Arc<str> {
    if let Some(label) = options.label.as_ref().or(header.id_space()) {
        return label.clone();
    }
    let words = words(source.stem());
    let capitalised = words.iter().map(|word| {
        let mut characters = word.chars();
        let first = characters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(characters).collect::<String>()
    });
    let label: String = capitalised.collect();
    if label.is_empty() {
        "Node".into()
    } else {
        label.into()
    }
}

pub(super) fn relationship_type(
    source: &Source<'_>,
    header: &Header,
    options: &ImportOptions,
) -> Arc<str> {
    if let Some(name) = &options.relationship_type {
        return name.clone();
    }
    let words = words(source.stem());
    let mut words = words.as_slice();
    // `person_knows_person` between the id spaces Person and Person: KNOWS.
    if let ([first, middle @ .., last], Some((start, end))) = (words, header.end_spaces())
        && !middle.is_empty()
        && first.eq_ignore_ascii_case(start)
        && last.eq_ignore_ascii_case(end)
    {
        words = middle;
    }
    let name = words.join("_").to_uppercase();
    if name.is_empty() {
        DEFAULT_TYPE.into()
    } else {
        name.into()
    }
}

/// The words of a file's name: cut at everything that is no letter or digit and before capitals,
/// without the numbers at the end that parts of a table have (`person_0_0`).
fn words(stem: &str) -> Vec<String> {
    let mut words = Vec::new();
    for piece in stem.split(|character: char| !character.is_alphanumeric()) {
        let mut word = String::new();
        for character in piece.chars() {
            let after_small = word.chars().last().is_some_and(char::is_lowercase);
            if character.is_uppercase() && after_small {
                words.push(std::mem::take(&mut word));
            }
            word.push(character);
        }
        words.push(word);
    }
    words.retain(|word| !word.is_empty());
    let is_number = |word: &String| word.chars().all(|character| character.is_ascii_digit());
    while words.len() > 1 && words.last().is_some_and(is_number) {
        words.pop();
    }
    words
}
