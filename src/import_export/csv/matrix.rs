//! Adjacency matrices, as Gephi reads them: the first line and the first column name nodes, a cell
//! that is not zero is a relationship from the node of its row to that of its column, its value the
//! property `weight`. Rows and columns without a name are left out.

use std::sync::Arc;

use hashbrown::HashSet;

use crate::error::{ErrorDetail, Result};
use crate::import_export::csv::layout::{Layout, first_cells};
use crate::import_export::options::{DEFAULT_TYPE, ImportOptions};
use crate::import_export::record::{NodeRecord, Place, RecordSink, RelationshipRecord, excerpt};
use crate::import_export::source::Source;
use crate::value::Value;

/// Whether the first cell is empty, and the second line begins with a name of the first and has
/// numbers.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    let names = first_cells(bytes);
    let second = bytes
        .split(|byte| *byte == b'\n')
        .nth(1)
        .unwrap_or_default();
    let row = first_cells(second);
    let ([corner, names @ ..], [name, cells @ ..]) = (names.as_slice(), row.as_slice()) else {
        return false;
    };
    // The second line may be cut off by the end of the bytes.
    let whole = &cells[..cells.len().saturating_sub(1)];
    corner.trim().is_empty()
        && !names.is_empty()
        && names.contains(name)
        && whole.iter().all(|cell| weight(cell).is_some())
}

/// Reads a matrix.
pub(super) fn read(
    source: &Source<'_>,
    layout: Layout,
    options: &ImportOptions,
    sink: &mut dyn RecordSink,
) -> Result<()> {
    let mut rows = layout.rows(source)?;
    let mut names: Vec<Arc<str>> = Vec::new();
    let mut nodes = HashSet::new();
    let relationship_type = options.relationship_type.clone();
    let relationship_type = relationship_type.unwrap_or_else(|| DEFAULT_TYPE.into());
    let mut cells = ::csv::StringRecord::new();
    while let Some(line) = rows.next(&mut cells)? {
        if names.is_empty() {
            sink.reserve(cells.as_slice().len() + cells.len() * size_of::<Arc<str>>())?;
            names.extend(cells.iter().map(Arc::from));
            for name in names.iter().skip(1) {
                add_node(name, line, &mut nodes, sink)?;
            }
            continue;
        }
        if cells.len() > names.len() {
            let message = format!("cells in the row: {}, names: {}", cells.len(), names.len());
            return Err(source.error(ErrorDetail::InvalidContent, line, message));
        }
        let Some(start) = cells.get(0).filter(|name| !name.is_empty()) else {
            sink.warning(line, "the row has no name and is left out".to_owned());
            continue;
        };
        let start: Arc<str> = start.into();
        add_node(&start, line, &mut nodes, sink)?;
        for (name, cell) in names.iter().zip(cells.iter()).skip(1) {
            let weight = weight(cell).ok_or_else(|| {
                let message = format!("the cell {} is no number", excerpt(cell));
                source.error(ErrorDetail::InvalidContent, line, message)
            })?;
            if name.is_empty() || weight == 0.0 {
                continue;
            }
            let relationship = RelationshipRecord {
                relationship_type: relationship_type.clone(),
                start: start.as_ref().into(),
                end: name.as_ref().into(),
                properties: vec![("weight".into(), Value::Float(weight))],
                directed: Some(true),
            };
            sink.relationship(relationship, line)?;
        }
    }
    Ok(())
}

/// Makes the node of this name, unless it is there.
pub(super) fn add_node(
    name: &Arc<str>,
    line: Place,
    nodes: &mut HashSet<Arc<str>>,
    sink: &mut dyn RecordSink,
) -> Result<()> {
    if name.is_empty() || nodes.contains(name) {
        return Ok(());
    }
    sink.reserve(2 * size_of::<Arc<str>>() + name.len())?;
    nodes.insert(name.clone());
    let node = NodeRecord {
        id: Some(name.as_ref().into()),
        labels: Vec::new(),
        properties: vec![("id".into(), name.as_ref().into())],
    };
    sink.node(node, line)
}

/// The number in a cell; an empty one is zero.
fn weight(cell: &str) -> Option<f64> {
    match cell.trim() {
        "" => Some(0.0),
        number => number.parse().ok(),
    }
}
