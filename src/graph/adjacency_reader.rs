//! Reads the neighbours of many nodes: a segment that was met stays at hand, and lists are lent.

use std::sync::Arc;

use super::adjacency::Adjacency;
use super::segment::Segment;
use crate::error::Result;
use crate::value::NodeId;

/// Neighbours over relationships of one type in one direction.
#[derive(Debug, Default)]
pub struct AdjacencyReader {
    adjacency: Adjacency,
    /// The segments that were met, by number.
    held: Vec<Option<Arc<Segment>>>,
    /// The segment of the last node.
    last: usize,
    /// A list that stands in no segment as a whole.
    merged: (Vec<u32>, Vec<u32>),
}

/// The neighbours of one node, sorted by (neighbour, relationship), and the relationships to them.
#[derive(Debug, Clone, Copy)]
pub struct Neighbours<'r> {
    /// The neighbours, ascending; one stands as often as relationships lead to it.
    pub nodes: &'r [u32],
    /// The relationships, parallel to the neighbours.
    pub relationships: &'r [u32],
}

impl AdjacencyReader {
    pub(super) fn new(adjacency: Adjacency) -> Self {
        AdjacencyReader {
            adjacency,
            ..AdjacencyReader::default()
        }
    }

    /// The neighbours of a node.
    ///
    /// # Errors
    /// Where they are stored and cannot be fetched.
    #[inline]
    pub fn neighbours(&mut self, node: NodeId) -> Result<Neighbours<'_>> {
        let node = node.0;
        if !self.adjacency.is_only_in(self.last, node) {
            let segments = self.adjacency.segments_of(node);
            self.last = segments.start;
            if segments.len() != 1 {
                return self.merge(node);
            }
        }
        if self.adjacency.is_patched(node) {
            return self.merge(node);
        }
        if self.held.len() <= self.last {
            self.held.resize(self.last + 1, None);
        }
        let held = &mut self.held[self.last];
        let segment = match held {
            Some(segment) => segment,
            None => held.insert(Arc::clone(&*self.adjacency.segment(self.last)?)),
        };
        let (start, end) = segment.range(node);
        Ok(Neighbours {
            nodes: &segment.neighbours[start..end],
            relationships: &segment.relationships[start..end],
        })
    }

    /// Appends the neighbour and the relationship of each of these nodes up to one that has not exactly
    /// one, or is not near the node before; gives the number of nodes up to it.
    ///
    /// # Errors
    /// Where they are stored and cannot be fetched.
    pub fn append_single(
        &mut self,
        nodes: &[u32],
        neighbours: &mut Vec<u32>,
        relationships: &mut Vec<u32>,
    ) -> Result<usize> {
        let Some(first) = nodes.first().filter(|_| self.adjacency.is_frozen()) else {
            return Ok(0);
        };
        self.neighbours(NodeId(*first))?;
        let within = self.adjacency.nodes_within(self.last);
        let near = nodes
            .iter()
            .take_while(|node| within.contains(*node))
            .count();
        match self.held.get(self.last) {
            Some(Some(segment)) => {
                Ok(segment.append_single(&nodes[..near], neighbours, relationships))
            }
            _ => Ok(0),
        }
    }

    /// The neighbours of a node whose list has to be put together.
    fn merge(&mut self, node: u32) -> Result<Neighbours<'_>> {
        let (nodes, relationships) = &mut self.merged;
        nodes.clear();
        relationships.clear();
        self.adjacency.merge_into(node, nodes, relationships)?;
        Ok(Neighbours {
            nodes,
            relationships,
        })
    }
}
