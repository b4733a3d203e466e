//! What the bounds of chunks tell of properties of nodes and relationships that lie anywhere: what is
//! stored in the order of time, or of another key, need not be read row by row.

use arrow_array::{Array, UInt32Array};

use super::column_bounds;
use crate::column::{Bounds, Column};
use crate::error::Result;
use crate::execute::{Batch, Runtime};
use crate::graph::CHUNK_SIZE;
use crate::physical::Expression as E;

/// Fewer rows than this are read sooner than chunks are looked at.
const FEW_ROWS: usize = 1024;

/// What `verdict` tells of each row from values between which its property is, or `undecided` where these
/// are not known; `None` where rows are few, or bounds of such a property not kept.
pub(super) fn verdicts<V: Copy>(
    property: &E,
    batch: &Batch,
    runtime: &Runtime,
    undecided: V,
    verdict: impl Fn(&Bounds) -> V,
) -> Result<Option<Vec<V>>> {
    let E::Property { object, key, .. } = property else {
        return Ok(None);
    };
    let E::Slot(slot) = object.as_ref() else {
        return Ok(None);
    };
    let graph = runtime.graph();
    let Some(id) = graph.catalog().key(key) else {
        return Ok(None);
    };
    // Of nodes side by side the whole column is at hand.
    let is_worth = batch.rows() >= FEW_ROWS
        && batch.holds_entities(*slot)
        && batch.node_run(*slot).is_none()
        && batch.property_read(*slot, key, runtime.state())?.is_none();
    if !is_worth {
        return Ok(None);
    }
    let (ids, is_of_nodes) = match batch.column(*slot)? {
        Column::Node(ids) if ids.null_count() == 0 => (ids, true),
        Column::Relationship(ids) if ids.null_count() == 0 => (ids, false),
        _ => return Ok(None),
    };
    let mut kept = runtime.kept_columns(is_of_nodes, id);
    let mut known: Vec<Option<V>> = Vec::new();
    let mut verdicts = Vec::with_capacity(ids.len());
    for place in ids.values() {
        let chunk = *place as usize / CHUNK_SIZE;
        if known.len() <= chunk {
            known.resize(chunk + 1, None);
        }
        let told = match known[chunk] {
            Some(told) => told,
            None => {
                let bounds = match is_of_nodes {
                    true => graph.node_bounds(chunk, id, &mut kept)?,
                    false => graph.relationship_bounds(chunk, id, &mut kept)?,
                };
                if bounds.is_none() && verdicts.is_empty() {
                    return Ok(None);
                }
                *known[chunk].insert(bounds.map_or(undecided, &verdict))
            }
        };
        verdicts.push(told);
    }
    Ok(Some(verdicts))
}

/// The rows that may be wanted, as the bounds of a property tell; `None` for all.
pub(in crate::execute) fn rows_within(
    property: &E,
    batch: &Batch,
    runtime: &Runtime,
    may_be_wanted: impl Fn(&Bounds) -> bool,
) -> Result<Option<UInt32Array>> {
    if let Some(bounds) = column_bounds(property, batch, runtime)? {
        let is_none = !may_be_wanted(&bounds);
        return Ok(is_none.then(|| Vec::<u32>::new().into()));
    }
    let Some(wanted) = verdicts(property, batch, runtime, true, may_be_wanted)? else {
        return Ok(None);
    };
    let rows = (0..).zip(&wanted).filter(|(_, wanted)| **wanted);
    let rows: Vec<u32> = rows.map(|(row, _)| row).collect();
    Ok((rows.len() < wanted.len()).then(|| rows.into()))
}
