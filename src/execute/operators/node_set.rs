//! Nodes that were met, a bit for each node of the graph.

use std::ops::Range;

use crate::context::{Context, Reservation};
use crate::error::Result;
use crate::execute::Runtime;
use crate::graph::Snapshot;

const BITS: usize = u64::BITS as usize;

/// Fewer nodes than this part of the words of a set are sorted sooner than all words are looked at.
const FEW_OF_WORDS: usize = 16;

/// A set of nodes.
#[derive(Default)]
pub(super) struct NodeSet {
    words: Vec<u64>,
    held: Option<Reservation>,
}

impl NodeSet {
    /// Makes room for all nodes of the graph.
    pub(super) fn reserve(&mut self, runtime: &Runtime) -> Result<()> {
        self.reserve_for(runtime.graph(), runtime.context)
    }

    /// Makes room for all nodes of a graph.
    pub(super) fn reserve_for(&mut self, graph: &Snapshot, context: &Context) -> Result<()> {
        let words = graph.node_positions().div_ceil(BITS);
        if self.words.len() < words {
            let bytes = (words - self.words.len()) * size_of::<u64>();
            match &mut self.held {
                Some(held) => held.grow(bytes)?,
                None => self.held = Some(context.reserve(bytes)?),
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

    /// Adds nodes that follow one another, for which there is room.
    pub(super) fn insert_run(&mut self, nodes: Range<u32>) {
        let (mut node, end) = (nodes.start as usize, nodes.end as usize);
        while node < end {
            let (word, bit) = (node / BITS, node % BITS);
            let count = (BITS - bit).min(end - node);
            if let Some(word) = self.words.get_mut(word) {
                *word |= (u64::MAX >> (BITS - count)) << bit;
            }
            node += count;
        }
    }

    /// Adds nodes for which there is room; appends those that are new to `new`.
    #[inline]
    pub(super) fn insert_all(&mut self, nodes: &[u32], new: &mut Vec<u32>) {
        let mut fresh = [0; 32];
        for part in nodes.chunks(fresh.len()) {
            // Each is written, and stays where it is new: nobody has to foretell which are.
            let mut count = 0;
            for node in part {
                fresh[count] = *node;
                count += usize::from(self.insert(*node));
            }
            new.extend_from_slice(&fresh[..count]);
        }
    }

    /// Adds the nodes of another set with room for the same nodes.
    pub(super) fn add(&mut self, other: &NodeSet) {
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            *word |= more;
        }
    }

    /// Whether a node is in the set.
    #[inline]
    pub(super) fn contains(&self, node: u32) -> bool {
        let word = self.words.get(node as usize / BITS);
        word.is_some_and(|word| word >> (node as usize % BITS) & 1 == 1)
    }

    /// The nodes, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().enumerate().flat_map(|(place, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = rest.trailing_zeros();
                (rest != 0).then(|| {
                    rest &= rest - 1;
                    (place * BITS) as u32 + bit
                })
            })
        })
    }

    /// Removes all nodes, which are those of `list` from `first` on, and sorts these.
    pub(super) fn drain_sorted(&mut self, list: &mut Vec<u32>, first: usize) {
        if list.len() - first > self.words.len() / FEW_OF_WORDS {
            list.truncate(first);
            list.extend(self.iter());
            self.words.fill(0);
        } else {
            list[first..].sort_unstable();
            self.remove(list[first..].iter().copied());
        }
    }

    /// Removes nodes.
    pub(super) fn remove(&mut self, nodes: impl IntoIterator<Item = u32>) {
        for node in nodes {
            if let Some(word) = self.words.get_mut(node as usize / BITS) {
                *word &= !(1 << (node as usize % BITS));
            }
        }
    }
}
