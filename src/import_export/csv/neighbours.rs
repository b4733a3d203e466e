//! Adjacency lists, as Gephi reads them: a row has the name of a node and those of the nodes that it has
//! a relationship to, so many or few as there are.

use std::sync::Arc;

use hashbrown::HashSet;

use crate::error::Result;
use crate::import_export::csv::header::Header;
use crate::import_export::csv::layout::{Layout, first_cells};
use crate::import_export::csv::matrix::add_node;
use crate::import_export::options::{DEFAULT_TYPE, ImportOptions};
use crate::import_export::record::{RecordSink, RelationshipRecord};
use crate::import_export::source::Source;

/// Rows that are looked at to tell a list.
const ROWS: usize = 20;

/// Whether the first rows are of several lengths, a name of the first one, which would be a header,
/// stands in others, too, and it has no words of a header.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    let lines = bytes.split(|byte| *byte == b'\n').take(ROWS);
    let rows = lines.map(first_cells).filter(|row| !row.is_empty());
    let rows: Vec<Vec<String>> = rows.collect();
    let Some((first, others)) = rows.split_first() else {
        return false;
    };
    let header = Header::parse(first.iter().map(String::as_str));
    let mut of_others = others.iter().flatten();
    let is_common = of_others.any(|name| first.contains(name));
    let mut cells = rows.iter().flatten();
    let is_named = |cell: &String| !cell.trim().is_empty() && !cell.contains(':');
    is_common
        && cells.all(is_named)
        && others.iter().any(|row| row.len() != first.len())
        && header.is_ok_and(|header| !header.speaks_of_a_graph())
}

/// Reads a list.
pub(super) fn read(
    source: &Source<'_>,
    layout: Layout,
    options: &ImportOptions,
    sink: &mut dyn RecordSink,
) -> Result<()> {
    let mut rows = layout.rows(source)?;
    let mut nodes = HashSet::new();
    let relationship_type = options.relationship_type.clone();
    let relationship_type = relationship_type.unwrap_or_else(|| DEFAULT_TYPE.into());
    let mut cells = ::csv::StringRecord::new();
    while let Some(line) = rows.next(&mut cells)? {
        let mut names = cells.iter().map(str::trim).filter(|name| !name.is_empty());
        let Some(start) = names.next() else {
            continue;
        };
        add_node(&Arc::from(start), line, &mut nodes, sink)?;
        for end in names {
            add_node(&Arc::from(end), line, &mut nodes, sink)?;
            let relationship = RelationshipRecord {
                relationship_type: relationship_type.clone(),
                start: start.into(),
                end: end.into(),
                properties: Vec::new(),
                directed: Some(true),
            };
            sink.relationship(relationship, line)?;
        }
    }
    Ok(())
}
