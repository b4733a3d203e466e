//! What many rows of a table have beside properties: the labels of nodes, types and ends of relationships.

use std::sync::Arc;

use arrow_array::UInt32Array;

use super::catalog::LabelSetId;
use super::chunk::{Chunk, Fixed};
use super::deleted;
use super::gather::chunks_of;
use super::snapshot::{Endpoints, Snapshot};
use super::table::{Table, place};
use crate::error::{Error, Result};

impl<F: Fixed> Table<F> {
    /// Calls `visit` for each position with whether the row exists and what it has beside properties; with
    /// nothing where the position is null. `unknown` makes the error for a row that never existed.
    fn visit_fixed(
        &self,
        positions: &UInt32Array,
        unknown: impl Fn() -> Error,
        mut visit: impl FnMut(Option<(bool, F)>) -> Result<()>,
    ) -> Result<()> {
        let (first, chunks) = chunks_of(positions.values());
        let mut met: Vec<Option<Arc<Chunk<F>>>> = vec![None; chunks];
        for position in positions.iter() {
            let Some(position) = position else {
                visit(None)?;
                continue;
            };
            let (number, offset) = place(position);
            if self.has_patch() && self.is_patched(number) {
                visit(Some(self.fixed(position)?.ok_or_else(&unknown)?))?;
                continue;
            }
            let chunk = match met.get_mut(number - first) {
                Some(Some(chunk)) => chunk,
                Some(empty) if number < self.chunks() => {
                    empty.insert(Arc::clone(&*self.chunk(number)?))
                }
                _ => return Err(unknown()),
            };
            let fixed = chunk.fixed.get(offset).ok_or_else(&unknown)?;
            visit(Some((chunk.exists(offset), *fixed)))?;
        }
        Ok(())
    }
}

impl Snapshot {
    /// Calls `visit` with type and ends of each relationship, also of deleted ones; with nothing for null.
    ///
    /// # Errors
    /// `DeletedEntityAccess` where a relationship never existed; those of `visit`.
    pub fn visit_endpoints(
        &self,
        relationships: &UInt32Array,
        mut visit: impl FnMut(Option<Endpoints>) -> Result<()>,
    ) -> Result<()> {
        let unknown = || deleted("relationship");
        self.relationships
            .visit_fixed(relationships, unknown, |fixed| {
                visit(fixed.map(|(_, ends)| ends))
            })
    }

    /// Calls `visit` with the set of labels of each node; with nothing for null.
    ///
    /// # Errors
    /// `DeletedEntityAccess` where a node does not exist; those of `visit`.
    pub fn visit_label_sets(
        &self,
        nodes: &UInt32Array,
        mut visit: impl FnMut(Option<LabelSetId>) -> Result<()>,
    ) -> Result<()> {
        self.nodes.visit_fixed(
            nodes,
            || deleted("node"),
            |fixed| match fixed {
                Some((true, set)) => visit(Some(set)),
                Some((false, _)) => Err(deleted("node")),
                None => visit(None),
            },
        )
    }
}
