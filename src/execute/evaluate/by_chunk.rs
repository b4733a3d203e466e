//! What the bounds of chunks tell of properties of nodes and relationships that lie anywhere: what is
//! stored in the order of time, or of another key, need not be read row by row.

use arrow_array::{Array, UInt32Array};

use super::told_by_bounds;
use crate::column::{Bounds, Column};
use crate::error::Result;
use crate::execute::{Batch, Runtime};
use crate::graph::CHUNK_SIZE;
use crate::physical::Expression as E;

/// Fewer rows than this are read sooner than chunks are looked at.
const FEW_ROWS: usize = 1024;

/// Stand in the place of a verdict that is not asked for, or not given yet.
const UNASKED: u8 = u8::MAX;
const ASKED: u8 = u8::MAX - 1;

/// What `verdict` tells of each row from values between which its property is, or `undecided` where these
/// are not known; `None` where rows are few, or bounds of such a property not kept. Verdicts are small numbers.
pub(super) fn verdicts(
    property: &E,
    batch: &Batch,
    runtime: &Runtime,
    undecided: u8,
    verdict: impl Fn(&Bounds) -> u8,
) -> Result<Option<Vec<u8>>> {
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
    let chunk_of = |place: &u32| *place as usize / CHUNK_SIZE;
    let last = ids.values().iter().copied().fold(0, u32::max);
    let mut told = vec![UNASKED; chunk_of(&last) + 1];
    for place in ids.values() {
        told[chunk_of(place)] = ASKED;
    }
    let mut kept = runtime.kept_columns(is_of_nodes, id);
    let mut is_first = true;
    for (chunk, told) in told
        .iter_mut()
        .enumerate()
        .filter(|(_, told)| **told == ASKED)
    {
        let bounds = match is_of_nodes {
            true => graph.node_bounds(chunk, id, &mut kept)?,
            false => graph.relationship_bounds(chunk, id, &mut kept)?,
        };
        if bounds.is_none() && is_first {
            return Ok(None);
        }
        is_first = false;
        *told = bounds.map_or(undecided, &verdict);
    }
    let verdicts = ids.values().iter().map(|place| told[chunk_of(place)]);
    Ok(Some(verdicts.collect()))
}

/// The rows of one verdict.
pub(super) fn rows_of(verdicts: &[u8], wanted: u8) -> Vec<u32> {
    let mut rows = vec![0; verdicts.len()];
    let mut count = 0;
    for (row, verdict) in (0..).zip(verdicts) {
        // Each is written, and stays where it is wanted: nobody has to foretell which are.
        rows[count] = row;
        count += usize::from(*verdict == wanted);
    }
    rows.truncate(count);
    rows
}

/// The rows that may be wanted, as the bounds of a property tell; `None` for all.
pub(in crate::execute) fn rows_within(
    property: &E,
    batch: &Batch,
    runtime: &Runtime,
    may_be_wanted: impl Fn(&Bounds) -> bool,
) -> Result<Option<UInt32Array>> {
    if let Some(may_be) = told_by_bounds(property, batch, runtime, &may_be_wanted)? {
        return Ok((!may_be).then(|| Vec::<u32>::new().into()));
    }
    let may_be = |bounds: &Bounds| u8::from(may_be_wanted(bounds));
    let Some(verdicts) = verdicts(property, batch, runtime, 1, may_be)? else {
        return Ok(None);
    };
    let rows = rows_of(&verdicts, 1);
    Ok((rows.len() < verdicts.len()).then(|| rows.into()))
}
