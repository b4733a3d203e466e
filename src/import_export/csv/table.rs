//! A table whose header is known: its rows as nodes or relationships, with the types that the cells of
//! each column have.

use std::cell::RefCell;
use std::sync::Arc;

use crate::error::{Error, ErrorDetail, Result};
use crate::import_export::csv::blocks::{Block, Blocks};
use crate::import_export::csv::header::{CellKind, Column, Header, TableKind};
use crate::import_export::csv::layout::{Layout, Lists, Rows};
use crate::import_export::encoded::LEGACY;
use crate::import_export::infer::Inference;
use crate::import_export::options::DEFAULT_TYPE;
use crate::import_export::record::{
    ExternalId, NodeRecord, Place, Properties, RecordSink, RelationshipRecord, excerpt,
};
use crate::import_export::source::Source;
use crate::parallel::in_order;
use crate::value::Value;

/// A table whose header is read.
pub(super) struct Table<'a> {
    source: &'a Source<'a>,
    pub(super) layout: Layout,
    pub(super) header: Header,
    /// The type of each column that holds a property.
    pub(super) kinds: Vec<CellKind>,
    /// The labels of rows that have none; the type, for tables of relationships.
    pub(super) fallback: Vec<Arc<str>>,
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
        fallback: Vec<Arc<str>>,
        sink: &mut dyn RecordSink,
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

    /// Pushes all rows into `sink`: many at once where it takes them so and nothing about them is odd.
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
        let takes_batches = sink.takes_batches();
        let threads = if takes_batches { sink.threads() } else { 1 };
        let mut blocks = Blocks::new(self.source, self.layout)?;
        let sink = RefCell::new(sink);
        let mut legacy = None;
        in_order(
            threads,
            || blocks.next(&mut |bytes| sink.borrow_mut().reserve(bytes)),
            |block| {
                let batches = takes_batches.then(|| self.batches(&block)).flatten();
                (block, batches)
            },
            |(block, batches)| {
                let mut sink = sink.borrow_mut();
                sink.check()?;
                let mut refused = Vec::new();
                let only = match batches {
                    None => None,
                    Some(batches) => {
                        for (name, batch) in batches {
                            if !sink.batch(&batch)? {
                                refused.push(name);
                            }
                        }
                        if refused.is_empty() {
                            return Ok(());
                        }
                        Some(refused.as_slice())
                    }
                };
                let first = self.rows(&block, only, &mut **sink)?;
                legacy = legacy.or(first);
                Ok(())
            },
        )?;
        if let Some(place) = legacy {
            sink.borrow_mut().warning(place, LEGACY.to_owned());
        }
        Ok(())
    }

    /// Pushes the rows of a block into `sink` one by one; only those whose labels or type stand in a cell
    /// that is one of `only`, where that is given. Gives the first row that was not UTF-8.
    fn rows(
        &self,
        block: &Block,
        only: Option<&[String]>,
        sink: &mut dyn RecordSink,
    ) -> Result<Option<Place>> {
        let mut rows = self.rows_of(block);
        let mut cells = ::csv::StringRecord::new();
        let name_column = self.name_columns().next();
        while let Some(line) = rows.next(&mut cells)? {
            let name = name_column.and_then(|place| cells.get(place));
            let name = name.unwrap_or_default();
            if only.is_none_or(|only| only.iter().any(|one| one == name)) {
                self.row(line, &cells, sink)?;
            }
        }
        Ok(rows.legacy())
    }

    fn rows_of<'b>(&'b self, block: &'b Block) -> Rows<'b> {
        let text = Box::new(block.text.as_slice());
        self.layout
            .rows_of(self.source, text, block.line, block.is_last)
    }

    fn row(
        &self,
        line: Place,
        cells: &::csv::StringRecord,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let columns = self.header.columns.len();
        if cells.len() > columns {
            let message = format!(
                "cells in the row: {}, in the header: {columns}",
                cells.len()
            );
            let hint = "a cell with the separator or a line break in it needs double quotes";
            return Err(self.content_error(line, message).hint(hint));
        }
        if cells.iter().all(str::is_empty) {
            let text = "the row is empty and left out";
            sink.warning(line, text.to_owned());
            return Ok(());
        }
        if cells.len() < columns {
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
    }

    fn is_without_ends(&self, cells: &::csv::StringRecord) -> bool {
        let ends = self.header.ends().into_iter().flatten();
        let mut cells = ends.filter_map(|column| cells.get(column));
        cells.all(|cell| cell.trim().is_empty())
    }

    /// The types of the columns; looks at all rows where a header leaves one open.
    fn infer(&self, sink: &mut dyn RecordSink) -> Result<Vec<CellKind>> {
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
        // A column whose type is known is text to the eye that looks at the others.
        let begun = columns.iter().map(|column| match is_open(column) {
            true => Inference::new(),
            false => Inference::text(),
        });
        let begun: Vec<Inference> = begun.collect();
        let known = RefCell::new(begun.clone());
        if columns.iter().any(is_open) {
            let source = self.source.uncounted();
            let mut blocks = Blocks::new(&source, self.layout)?;
            let threads = sink.threads();
            let sink = RefCell::new(sink);
            in_order(
                threads,
                || match known.borrow().iter().all(Inference::is_text) {
                    true => Ok(None),
                    false => blocks.next(&mut |bytes| sink.borrow_mut().reserve(bytes)),
                },
                |block| self.inferred(&block, begun.clone()),
                |inferred| {
                    let mut known = known.borrow_mut();
                    known
                        .iter_mut()
                        .zip(inferred)
                        .for_each(|(known, more)| known.merge(&more));
                    sink.borrow().check()
                },
            )?;
        }
        let kinds = columns.iter().zip(known.into_inner());
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

    /// What the cells of a block have in common. What is wrong with it is told when it is read.
    fn inferred(&self, block: &Block, mut inferences: Vec<Inference>) -> Vec<Inference> {
        let Ok(text) = std::str::from_utf8(&block.text) else {
            let (mut rows, mut cells) = (self.rows_of(block), ::csv::StringRecord::new());
            while let Ok(Some(_)) = rows.next(&mut cells) {
                let cells = inferences.iter_mut().zip(&cells);
                cells.for_each(|(inference, cell)| inference.add(cell));
            }
            return inferences;
        };
        let (mut cells, mut at) = (Vec::new(), 0);
        while at < text.len()
            && let Some(next) = self.layout.row(text, at, &mut cells)
        {
            for (inference, cell) in inferences.iter_mut().zip(&cells) {
                inference.add(cell);
            }
            at = next;
        }
        inferences
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
            node.labels.clone_from(&self.fallback);
        }
        Ok(node)
    }

    fn relationship(&self, line: Place, cells: &::csv::StringRecord) -> Result<RelationshipRecord> {
        let mut ends = [None, None];
        let mut directed = None;
        let mut relationship_type = self.relationship_type();
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

    /// The type of relationships whose rows say none.
    pub(super) fn relationship_type(&self) -> Arc<str> {
        let name = self.fallback.first();
        name.cloned().unwrap_or_else(|| DEFAULT_TYPE.into())
    }

    /// The value of a cell that is not empty.
    pub(super) fn value(&self, index: usize, name: &str, line: Place, cell: &str) -> Result<Value> {
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
