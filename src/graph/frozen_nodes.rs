//! The columns of a chunk of nodes, held from read to read.

use std::ops::Range;
use std::sync::Arc;

use super::catalog::LabelSetId;
use super::chunk::Chunk;
use super::table::CHUNK_SIZE;
use crate::column::{Bounds, Column};
use crate::error::Result;
use crate::value::KeyId;

/// A chunk of nodes of which none has changed since it was made.
#[derive(Debug)]
pub struct FrozenNodes {
    chunk: Arc<Chunk<LabelSetId>>,
    /// The first node of the chunk.
    first: u32,
}

impl FrozenNodes {
    pub(super) fn new(number: usize, chunk: Arc<Chunk<LabelSetId>>) -> Self {
        let first = (number * CHUNK_SIZE) as u32;
        FrozenNodes { chunk, first }
    }

    /// Whether a node is of this chunk.
    #[inline]
    pub fn has(&self, node: u32) -> bool {
        (node.wrapping_sub(self.first) as usize) < CHUNK_SIZE
    }

    /// One property of nodes of the chunk that stand side by side; `None` where they do not all exist.
    ///
    /// # Errors
    /// Where it is stored and cannot be fetched.
    pub fn column(&self, nodes: &Range<u32>, key: KeyId) -> Result<Option<Column>> {
        let offset = |node: u32| node.wrapping_sub(self.first) as usize;
        let rows = offset(nodes.start)..offset(nodes.end);
        self.chunk.run_column(rows, key)
    }

    /// Values between which a property of all nodes of the chunk is, where that is known; then all have
    /// it.
    ///
    /// # Errors
    /// Where it is stored and cannot be fetched.
    pub fn bounds(&self, key: KeyId) -> Result<Option<&Bounds>> {
        self.chunk.bounds(key)
    }
}
