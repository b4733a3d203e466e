//! CSV: tables of nodes and tables of relationships, any number of them as one graph. The header
//! tells which of both a table is and what its columns are (see `header`); comma, semicolon,
//! tab or bar separate cells, whichever the header has most of.
//!
//! * A table with two ends (`source` and `target`, `:START_ID` and `:END_ID`, ...) holds
//!   relationships, any other nodes, unless the ends are times; APOC has both in one table.
//! * Without a column for them, labels and types come from the name of the file: `people.csv`
//!   gives the label `People`, `lives-in.csv` the type `LIVES_IN`. An id space is a label, too.
//! * A column without a type in its header has the narrowest type that all its cells fit.
//! * An empty cell is no property; so are cells that a row lacks at its end, with a warning. Empty
//!   rows are left out.
//! * A typed header may be a file of its own, before the files with its rows.
//! * Where no table holds nodes, the ends of the relationships are the nodes.
//!
//! Dialects have words of their own. Gephi's and KGX's tables may have a node several times; theirs
//! and Neptune's may name nodes in relationships only. Gephi's may be matrices (see `matrix`) or
//! lists of neighbours (`neighbours`), and KGX's have lists between bars and, where tabs separate
//! cells, no quotes.

mod blocks;
mod columns;
mod dialect;
mod ends;
pub(in crate::import_export) mod header;
pub mod kuzu;
mod kuzu_script;
mod layout;
mod matrix;
pub(in crate::import_export) mod names;
mod neighbours;
mod table;
mod write;

use crate::error::{ErrorDetail, Result};
use crate::import_export::csv::dialect::Dialect;
use crate::import_export::csv::header::{Header, TableKind};
use crate::import_export::csv::layout::{Layout, Lists, first_cells};
use crate::import_export::csv::names::{node_labels, relationship_type};
use crate::import_export::csv::table::Table;
use crate::import_export::format::ReadFormat;
use crate::import_export::infer::{CellType, Inference};
use crate::import_export::options::ImportOptions;
use crate::import_export::record::{Place, RecordSink};
use crate::import_export::source::Source;

/// The format; see the module.
#[derive(Debug)]
pub struct Csv(Dialect);

/// Tables of words that everybody understands, and of neo4j-admin and APOC.
pub static CSV: Csv = Csv(Dialect::Plain);
/// Tables of Gephi's data laboratory.
pub static GEPHI: Csv = Csv(Dialect::Gephi);
/// Tables of Amazon Neptune.
pub static NEPTUNE: Csv = Csv(Dialect::Neptune);
/// Tables of KGX, the knowledge graph exchange of the Biolink model.
pub static KGX: Csv = Csv(Dialect::Kgx);

/// Whether the first bytes are a header that speaks of a graph.
pub(super) fn recognises(bytes: &[u8]) -> bool {
    Dialect::of(bytes) == Some(Dialect::Plain)
}

/// Whether the first bytes are those of a table of Gephi.
pub(super) fn recognises_gephi(bytes: &[u8]) -> bool {
    Dialect::of(bytes) == Some(Dialect::Gephi)
}

/// Whether the first bytes are those of a table of Neptune.
pub(super) fn recognises_neptune(bytes: &[u8]) -> bool {
    Dialect::of(bytes) == Some(Dialect::Neptune)
}

/// Whether the first bytes are those of a table of KGX.
pub(super) fn recognises_kgx(bytes: &[u8]) -> bool {
    Dialect::of(bytes) == Some(Dialect::Kgx)
}

impl ReadFormat for Csv {
    fn read(
        &self,
        source: &Source<'_>,
        options: &ImportOptions,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let mut layout = Layout::of_source(source)?;
        if self.0 == Dialect::Gephi {
            let bytes = source.first_bytes()?;
            if matrix::is_one(&bytes) {
                return matrix::read(source, layout, options, sink);
            }
            if neighbours::is_one(&bytes) {
                return neighbours::read(source, layout, options, sink);
            }
        }
        if self.0 == Dialect::Kgx {
            layout.quote = layout.quote.filter(|_| layout.delimiter != b'\t');
            layout.lists = Lists::Separated('|');
        }
        let header = self.header(source, layout)?;
        let fallback = match header.kind {
            TableKind::Nodes | TableKind::Both => node_labels(source, &header, options),
            TableKind::Relationships => vec![relationship_type(source, &header, options)],
        };
        Table::new(source, layout, header, fallback, sink)?.read(sink)
    }

    fn told(&self, source: &Source<'_>) -> Result<Vec<String>> {
        let layout = Layout::of_source(source)?;
        let separator = match layout.delimiter {
            b',' => "commas",
            b';' => "semicolons",
            b'\t' => "tabs",
            _ => "bars",
        };
        let between = format!("{separator} between the cells");
        let bytes = source.first_bytes()?;
        if self.0 == Dialect::Gephi && matrix::is_one(&bytes) {
            return Ok(vec![between, "a matrix".to_owned()]);
        }
        if self.0 == Dialect::Gephi && neighbours::is_one(&bytes) {
            return Ok(vec![between, "lists of neighbours".to_owned()]);
        }
        // A header that is wrong is told when it is read.
        let kind = self.header(source, layout).map(|header| match header.kind {
            TableKind::Nodes => "nodes",
            TableKind::Relationships => "relationships",
            TableKind::Both => "nodes and relationships",
        });
        let kind = kind.ok().map(str::to_owned);
        Ok([between].into_iter().chain(kind).collect())
    }

    fn may_leave_out_nodes(&self) -> bool {
        true
    }

    fn makes_batches(&self) -> bool {
        true
    }

    fn needs_nodes_of_others(&self, source: &Source<'_>) -> Result<bool> {
        let bytes = source.first_bytes()?;
        if self.0 == Dialect::Gephi && (matrix::is_one(&bytes) || neighbours::is_one(&bytes)) {
            return Ok(false);
        }
        // A header that is wrong is told when it is read.
        let header = self.header(source, Layout::of_source(source)?);
        Ok(header.is_ok_and(|header| header.kind == TableKind::Relationships))
    }

    fn is_header_of(&self, header: &Source<'_>, rows: &Source<'_>) -> Result<bool> {
        let is_typed = |cell: &String| cell.contains(":ID") || cell.contains(":START_ID");
        Ok(header
            .one_line()?
            .is_some_and(|line| first_cells(&line).iter().any(is_typed))
            && !first_cells(&rows.first_bytes()?).iter().any(is_typed))
    }

    fn implies_nodes(&self) -> bool {
        self.0 != Dialect::Plain
    }

    fn repeats_nodes(&self) -> bool {
        matches!(self.0, Dialect::Gephi | Dialect::Kgx)
    }
}

impl Csv {
    fn header(&self, source: &Source<'_>, layout: Layout) -> Result<Header> {
        if let Some(given) = source.header() {
            let cells = first_cells(given.as_bytes());
            let header = Header::of_dialect(cells.iter().map(String::as_str), self.0);
            return header.map_err(|message| {
                source.error(ErrorDetail::InvalidContent, Place::File, message)
            });
        }
        let mut rows = layout.rows(source)?;
        let mut cells = ::csv::StringRecord::new();
        let place = rows.next(&mut cells)?.unwrap_or(Place::Line(1));
        let broken = |message: &str| source.error(ErrorDetail::InvalidContent, place, message);
        if cells.iter().all(str::is_empty) {
            return Err(broken(
                "a header is missing: the first line names the columns",
            ));
        }
        let header = Header::of_dialect(cells.iter(), self.0);
        let header = header.map_err(|message| broken(&message))?;
        let mut row = ::csv::StringRecord::new();
        let first = rows.next(&mut row)?;
        let are_times = header.ends().is_some_and(|ends| {
            let is_time = |column: usize| row.get(column).is_some_and(is_time);
            first.is_some() && ends.into_iter().all(is_time)
        });
        match are_times {
            // When something began and ended.
            true => Header::of_nodes(cells.iter(), self.0).map_err(|message| broken(&message)),
            false => Ok(header),
        }
    }
}

/// Whether a cell tells a day or a time of one.
fn is_time(cell: &str) -> bool {
    let mut inference = Inference::new();
    inference.add(cell);
    matches!(inference.cell_type(), CellType::Temporal(_))
}
