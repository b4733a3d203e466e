//! Nodes that were met, a bit for each node of the graph.

use crate::context::Reservation;
use crate::error::Result;
use crate::execute::Runtime;

const BITS: usize = u64::BITS as usize;

/// A set of nodes.
#[derive(Default)]
pub(super) struct NodeSet {
    words: Vec<u64>,
    held: Option<Reservation>,
}

impl NodeSet {
    /// Makes room for all nodes of the graph.
    pub(super) fn reserve(&mut self, runtime: &Runtime) -> Result<()> {
        let words = runtime.graph().node_positions().div_ceil(BITS);
        if self.words.len() < words {
            let bytes = (words - self.words.len()) * size_of::<u64>();
            match &mut self.held {
                Some(held) => held.grow(bytes)?,
                None => self.held = Some(runtime.context.reserve(bytes)?),
            }
            self.words.resize(words, 0);
        }
        Ok(())
    }

    /// Adds a node for which there is room; tells whether it is new.
    #[inline]
    pub(super) fn insert(&mut self, node: u32) -> bool {
        let Some(word) = self.words.get_mut(node as usize / BITS) else {
            return false;
        };
        let bit = 1 << (node as usize % BITS);
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    /// Removes nodes.
    pub(super) fn remove(&mut self, nodes: &[u32]) {
        for node in nodes {
            if let Some(word) = self.words.get_mut(*node as usize / BITS) {
                *word &= !(1 << (*node as usize % BITS));
            }
        }
    }
}
