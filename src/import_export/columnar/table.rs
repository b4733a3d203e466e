//! What the columns of a table are, and its rows as records.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{Field, Schema};

use crate::error::{ErrorDetail, Result};
use crate::import_export::columnar::cell::{is_known, value};
use crate::import_export::columnar::{KEY, TABLE, TYPE};
use crate::import_export::csv::header::{Column, Header, TableKind};
use crate::import_export::csv::names::{node_labels, relationship_type};
use crate::import_export::infer::CellType;
use crate::import_export::options::{DEFAULT_TYPE, ImportOptions};
use crate::import_export::record::{
    ExternalId, NodeRecord, Place, Properties, RecordSink, RelationshipRecord, excerpt,
};
use crate::import_export::source::Source;
use crate::value::Value;

/// A table whose columns are understood.
pub(super) struct Table<'a> {
    source: &'a Source<'a>,
    header: Header,
    /// What the text of a column stands for, where its metadata says so.
    meant: Vec<Option<CellType>>,
    /// The labels of rows that have none; the type, for tables of relationships.
    fallback: Vec<Arc<str>>,
}

impl<'a> Table<'a> {
    /// Understands `schema`; warns of columns that are not kept.
    pub fn of(
        source: &'a Source<'a>,
        schema: &Schema,
        options: &ImportOptions,
        sink: &mut dyn RecordSink,
    ) -> Result<Self> {
        let names: Vec<&str> = schema
            .fields()
            .iter()
            .map(|field| field.name().as_str())
            .collect();
        let header = match schema.metadata().get(TABLE).map(String::as_str) {
            Some("nodes") => Ok(own_header(schema, TableKind::Nodes)),
            Some("relationships") => Ok(own_header(schema, TableKind::Relationships)),
            _ if are_numbered(&names) => Ok(numbered_header(schema)),
            _ => Header::parse(names.iter().copied()),
        };
        let mut header = header
            .map_err(|message| source.error(ErrorDetail::InvalidContent, Place::File, message))?;
        for (column, field) in header.columns.iter_mut().zip(schema.fields()) {
            if !is_known(field.data_type()) {
                *column = Column::Ignored;
            }
            if *column == Column::Ignored {
                let name = excerpt(field.name());
                let text = format!(
                    "the column {name} of the type {} is not kept",
                    field.data_type()
                );
                sink.warning(Place::File, text);
            }
        }
        let fallback = match header.kind {
            TableKind::Nodes | TableKind::Both => node_labels(source, &header, options),
            TableKind::Relationships => vec![relationship_type(source, &header, options)],
        };
        Ok(Table {
            source,
            meant: schema.fields().iter().map(|field| meant(field)).collect(),
            header,
            fallback,
        })
    }

    /// Hands the rows of a batch to `sink`, the first of which has the number `first`.
    pub fn push(&self, batch: &RecordBatch, first: u64, sink: &mut dyn RecordSink) -> Result<()> {
        let ends = self.header.ends().unwrap_or_default();
        for row in 0..batch.num_rows() {
            let place = Place::Element("rows", first + row as u64);
            let is_node = match self.header.kind {
                TableKind::Nodes => true,
                TableKind::Relationships => false,
                TableKind::Both => ends.iter().all(|end| batch.column(*end).is_null(row)),
            };
            match is_node {
                true => sink.node(self.node(batch, row, place)?, place)?,
                false => sink.relationship(self.relationship(batch, row, place)?, place)?,
            }
        }
        Ok(())
    }

    fn node(&self, batch: &RecordBatch, row: usize, place: Place) -> Result<NodeRecord> {
        let mut node = NodeRecord {
            id: None,
            labels: Vec::new(),
            properties: Properties::new(),
        };
        let mut labelled = false;
        for (index, (column, array)) in self.columns(batch) {
            let value = match column {
                Column::Ignored => continue,
                Column::Labels(_) => {
                    labelled = true;
                    self.value(index, array, row, place)?
                }
                _ => self.value(index, array, row, place)?,
            };
            match (column, value) {
                (_, Value::Null) => {}
                (
                    Column::Id {
                        property, space, ..
                    },
                    value,
                ) => {
                    if let Some(name) = property {
                        node.properties.push((name.clone(), value.clone()));
                    }
                    node.id = Some(ExternalId::in_space(space.clone(), value));
                }
                (Column::Labels(separator), value) => {
                    node.labels.extend(labels(&value, *separator));
                }
                (Column::Property(name, _), value) => node.properties.push((name.clone(), value)),
                _ => {}
            }
        }
        if !labelled {
            node.labels.clone_from(&self.fallback);
        }
        Ok(node)
    }

    fn relationship(
        &self,
        batch: &RecordBatch,
        row: usize,
        place: Place,
    ) -> Result<RelationshipRecord> {
        let mut ends = [None, None];
        let mut directed = None;
        let fallback = self.fallback.first();
        let mut relationship_type = fallback.cloned().unwrap_or_else(|| DEFAULT_TYPE.into());
        let mut properties = Properties::new();
        for (index, (column, array)) in self.columns(batch) {
            if *column == Column::Ignored {
                continue;
            }
            match (column, self.value(index, array, row, place)?) {
                (_, Value::Null) => {}
                (Column::Start(space), id) => {
                    ends[0] = Some(ExternalId::in_space(space.clone(), id));
                }
                (Column::End(space), id) => ends[1] = Some(ExternalId::in_space(space.clone(), id)),
                (Column::Type, Value::String(name)) => match name.as_ref() {
                    // Gephi's `Type` says whether there is a direction.
                    "Directed" | "directed" => directed = Some(true),
                    "Undirected" | "undirected" => directed = Some(false),
                    _ => relationship_type = name,
                },
                (Column::Property(name, _), value) => properties.push((name.clone(), value)),
                _ => {}
            }
        }
        let [Some(start), Some(end)] = ends else {
            let message = "an end of the relationship is empty";
            return Err(self
                .source
                .error(ErrorDetail::InvalidContent, place, message));
        };
        Ok(RelationshipRecord {
            relationship_type,
            start,
            end,
            properties,
            directed,
        })
    }

    fn columns<'b>(
        &'b self,
        batch: &'b RecordBatch,
    ) -> impl Iterator<Item = (usize, (&'b Column, &'b ArrayRef))> {
        self.header.columns.iter().zip(batch.columns()).enumerate()
    }

    /// The value of a cell; what its text stands for where the column says so.
    fn value(&self, index: usize, array: &ArrayRef, row: usize, place: Place) -> Result<Value> {
        let found = cell(array, row, self.meant.get(index).copied().flatten());
        found.map_err(|wrong| {
            let column = match self.header.columns.get(index) {
                Some(Column::Property(name, _)) => excerpt(name),
                _ => (index + 1).to_string(),
            };
            let message = format!("the column {column} {wrong}");
            self.source
                .error(ErrorDetail::InvalidContent, place, message)
        })
    }
}

/// The value of a cell: what its text stands for where that is `meant`.
pub(super) fn cell(array: &ArrayRef, row: usize, meant: Option<CellType>) -> Result<Value, String> {
    match (meant, value(array, row)?) {
        (Some(meant), Value::String(text)) => meant.parse(&text),
        (_, value) => Ok(value),
    }
}

/// What the text of a column stands for, where its metadata says so.
pub(super) fn meant(field: &Field) -> Option<CellType> {
    CellType::named(field.metadata().get(TYPE)?)
}

/// The header of a table that we wrote: the first columns are fixed, the others properties.
fn own_header(schema: &Schema, kind: TableKind) -> Header {
    let fixed = match kind {
        TableKind::Nodes => vec![
            Column::Id {
                kind: None,
                property: None,
                space: None,
            },
            Column::Labels(';'),
        ],
        TableKind::Relationships | TableKind::Both => {
            vec![Column::Start(None), Column::End(None), Column::Type]
        }
    };
    let others = schema.fields().iter().skip(fixed.len());
    let others = others.map(|field| Column::Property(key(field).into(), None));
    Header {
        kind,
        columns: fixed.into_iter().chain(others).collect(),
    }
}

/// The header of a table whose columns have only numbers.
fn numbered_header(schema: &Schema) -> Header {
    let fields = schema.fields();
    let types: Vec<_> = fields.iter().map(|field| field.data_type()).collect();
    let property = |field: &Arc<Field>| Column::Property(field.name().as_str().into(), None);
    let mut columns: Vec<Column> = fields.iter().map(property).collect();
    let kind = match (types.as_slice(), columns.as_mut_slice()) {
        ([start, end, ..], [first, second, ..]) if start == end => {
            (*first, *second) = (Column::Start(None), Column::End(None));
            TableKind::Relationships
        }
        (_, [Column::Property(name, _), ..]) => {
            let property = Some(name.clone());
            columns[0] = Column::Id {
                kind: None,
                property,
                space: None,
            };
            TableKind::Nodes
        }
        _ => TableKind::Nodes,
    };
    Header { kind, columns }
}

/// Whether the names are only numbers of the columns: `f0, f1`, `column0, column1`.
fn are_numbered(names: &[&str]) -> bool {
    let stem = |name: &str| {
        name.trim_end_matches(|c: char| c.is_ascii_digit())
            .to_ascii_lowercase()
    };
    let stems = ["f", "_c", "column", "column_", ""];
    !names.is_empty()
        && names.iter().all(|name| {
            let stem = stem(name);
            stem.len() < name.len() && stems.contains(&stem.as_str())
        })
}

/// The key of a column that we wrote.
pub(super) fn key(field: &Field) -> &str {
    field.metadata().get(KEY).unwrap_or(field.name())
}

/// Labels: a list of them, or a text with separators.
fn labels(value: &Value, separator: char) -> Vec<Arc<str>> {
    match value {
        Value::String(text) => {
            let labels = text.split(separator).filter(|label| !label.is_empty());
            labels.map(Arc::from).collect()
        }
        Value::List(values) => {
            let labels = values.iter().filter_map(|label| match label {
                Value::String(label) => Some(label.clone()),
                _ => None,
            });
            labels.collect()
        }
        _ => Vec::new(),
    }
}
