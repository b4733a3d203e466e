//! A table whose header is known: its rows as nodes or relationships, with the types that the cells of
//! each column have.

use std::sync::Arc;

use crate::error::{Error, ErrorDetail, Result};
use crate::import_export::csv::header::{CellKind, Column, Header, TableKind};
use crate::import_export::csv::layout::{Layout, Lists};
use crate::import_export::encoded::LEGACY;
use crate::import_export::infer::Inference;
use crate::import_export::record::{
    ExternalId, NodeRecord, Place, Properties, RecordSink, RelationshipRecord, excerpt,
};
use crate::import_export::source::Source;
use crate::value::Value;

/// Rows between two looks at the interrupt flag while types are inferred.
const ROWS_BETWEEN_CHECKS: u32 = 1024;

/// A table whose header is read.
pub(super) struct Table<'a> {
    source: &'a Source<'a>,
    layout: Layout,
    header: Header,
    /// The type of each column that holds a property.
    kinds: Vec<CellKind>,
    /// The label or the type of rows that have none.
    fallback: Arc<str>,
}

impl<'a> Table<'a> {
    /// The table of `source`, which is laid out so and has these columns; looks at all rows where
    /// the header leaves a type open.
    ///
    /// # Errors
    /// `FormatError` with the line; those of the source.
    pub fn new(
        source: &'a Source<'a>,
        layout: Layout,
        header: Header,
        fallback: Arc<str>,
        sink: &dyn RecordSink,
    ) -> Result<Self> {
        let mut table = Table {
            source,
            layout,
            header,
            kinds: Vec::new(),
            fallback,
        };
        table.kinds = table.infer(sink)?;
        Ok(table)
    }

    /// Pushes all rows into `sink`.
    ///
    /// # Errors
    /// `FormatError` with the line; those of the source and of the sink.
    pub fn read(&self, sink: &mut dyn RecordSink) -> Result<()> {
        for (index, column) in self.header.columns.iter().enumerate() {
            if *column == Column::Ignored {
                let text = format!("the column {} is not kept", index + 1);
                sink.warning(Place::Line(1), text);
            }
        }
        let legacy = self.each(|line, cells| {
            if cells.iter().all(str::is_empty) {
                let text = "the row is empty and left out";
                sink.warning(line, text.to_owned());
                return Ok(());
            }
            if cells.len() < self.header.columns.len() {
                let text = "the row is shorter than the header; the missing cells count as empty";
                sink.warning(line, text.to_owned());
            }
            let is_node = match self.header.kind {
                TableKind::Nodes => true,
                TableKind::Relationships => false,
                TableKind::Both => self.is_without_ends(cells),
            };
            match is_node {
                true => sink.node(self.node(line, cells)?, line),
                false => sink.relationship(self.relationship(line, cells)?, line),
            }
        })?;
        if let Some(place) = legacy {
            sink.warning(place, LEGACY.to_owned());
        }
        Ok(())
    }

    fn is_without_ends(&self, cells: &::csv::StringRecord) -> bool {
        let ends = self.header.ends().into_iter().flatten();
        let mut cells = ends.filter_map(|column| cells.get(column));
        cells.all(|cell| cell.trim().is_empty())
    }

    /// Hands over the rows with their lines; gives the first row that was not UTF-8.
    fn each(
        &self,
        mut take: impl FnMut(Place, &::csv::StringRecord) -> Result<()>,
    ) -> Result<Option<Place>> {
        let mut rows = self.layout.rows(self.source, false)?;
        let mut cells = ::csv::StringRecord::new();
        while let Some(line) = rows.next(&mut cells)? {
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
        Ok(rows.legacy())
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
                        kind: None,
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
                Column::Property(_, Some(kind))
                | Column::Id {
                    kind: Some(kind), ..
                } => *kind,
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
                Column::Id {
                    property, space, ..
                } if !cell.trim().is_empty() => {
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
        let (elements, separator) = match self.layout.lists {
            Lists::Separated(separator) => (cell, separator),
            Lists::Bracketed => (cell.trim_matches(['[', ']']), ','),
        };
        if elements.is_empty() {
            return Ok(Value::list(Vec::new()));
        }
        let values: Result<Vec<Value>> = elements.split(separator).map(parse).collect();
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
