//! Reads the neighbours of many nodes: a segment that was met stays at hand, and lists are lent.

use std::ops::Range;
use std::sync::Arc;

use super::adjacency::Adjacency;
use super::segment::Segment;
use crate::error::{Error, Result};
use crate::value::NodeId;

/// Neighbours over relationships of one type in one direction.
#[derive(Debug, Default)]
pub struct AdjacencyReader {
    adjacency: Adjacency,
    /// The segments that were met, by number.
    held: Vec<Option<Arc<Segment>>>,
    /// The segment of the last node.
    last: usize,
    /// The nodes whose lists stand in that segment as they are.
    whole: Range<u32>,
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
    /// Whether the node may be its own neighbour.
    pub has_loops: bool,
}

/// The lists of nodes whose numbers follow one another.
#[derive(Debug, Clone, Copy)]
pub struct NeighbourRows<'r> {
    /// Where the list of each node begins, and where the last one ends.
    pub offsets: &'r [u32],
    /// The neighbours that the offsets are of.
    pub nodes: &'r [u32],
    /// The relationships, parallel to the neighbours.
    pub relationships: &'r [u32],
    /// Whether one of the nodes may be its own neighbour.
    pub has_loops: bool,
}

impl NeighbourRows<'_> {
    /// The list of each node.
    #[inline]
    pub fn lists(&self) -> impl Iterator<Item = Neighbours<'_>> {
        self.offsets.windows(2).map(|ends| {
            let list = ends[0] as usize..ends[1] as usize;
            Neighbours {
                nodes: &self.nodes[list.clone()],
                relationships: &self.relationships[list],
                has_loops: self.has_loops,
            }
        })
    }
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
        if !self.stands_whole(node.0)? {
            return self.merge(node.0);
        }
        let segment = held(&self.held, self.last)?;
        let (start, end) = segment.range(node.0);
        Ok(Neighbours {
            nodes: &segment.neighbours[start..end],
            relationships: &segment.relationships[start..end],
            has_loops: segment.has_loops,
        })
    }

    /// Calls `visit` with the lists of the nodes, several at once where the numbers of nodes follow one
    /// another, and with the place of the first of them; nodes without a list may be left out. Stops
    /// where `visit` gives `false`.
    ///
    /// # Errors
    /// Where they are stored and cannot be fetched; those of `visit`.
    pub fn visit_rows(
        &mut self,
        nodes: &[u32],
        mut visit: impl FnMut(usize, NeighbourRows<'_>) -> Result<bool>,
    ) -> Result<()> {
        let mut place = 0;
        while let Some(node) = nodes.get(place).copied() {
            let goes_on = if self.stands_whole(node)? {
                let most = (self.whole.end - node) as usize;
                let run = run_length(&nodes[place..nodes.len().min(place + most)]);
                let segment = held(&self.held, self.last)?;
                let (first, offsets) = segment.rows(node, node + run as u32);
                let here = place + (first - node) as usize;
                place += run;
                offsets.len() < 2
                    || visit(
                        here,
                        NeighbourRows {
                            offsets,
                            nodes: &segment.neighbours,
                            relationships: &segment.relationships,
                            has_loops: segment.has_loops,
                        },
                    )?
            } else {
                let list = self.merge(node)?;
                place += 1;
                let rows = NeighbourRows {
                    offsets: &[0, list.nodes.len() as u32],
                    nodes: list.nodes,
                    relationships: list.relationships,
                    has_loops: list.has_loops,
                };
                visit(place - 1, rows)?
            };
            if !goes_on {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Whether the list of a node stands in a segment as it is; the segment is then the last one.
    #[inline]
    fn stands_whole(&mut self, node: u32) -> Result<bool> {
        if self.whole.contains(&node) {
            return Ok(true);
        }
        self.turn_to(node)
    }

    fn turn_to(&mut self, node: u32) -> Result<bool> {
        let Some((number, whole)) = self.adjacency.whole_around(node) else {
            return Ok(false);
        };
        if self.held.len() <= number {
            self.held.resize(number + 1, None);
        }
        let held = &mut self.held[number];
        if held.is_none() {
            *held = Some(Arc::clone(&*self.adjacency.segment(number)?));
        }
        (self.last, self.whole) = (number, whole);
        Ok(true)
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
        let Some(first) = nodes.first() else {
            return Ok(0);
        };
        if !self.stands_whole(*first)? {
            return Ok(0);
        }
        let within = self.whole.clone();
        let near = nodes.iter().take_while(|node| within.contains(*node));
        let near = &nodes[..near.count()];
        let segment = held(&self.held, self.last)?;
        Ok(segment.append_single(near, neighbours, relationships))
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
            has_loops: nodes.binary_search(&node).is_ok(),
        })
    }
}

#[inline]
fn held(segments: &[Option<Arc<Segment>>], number: usize) -> Result<&Segment> {
    match segments.get(number) {
        Some(Some(segment)) => Ok(segment),
        _ => Err(Error::internal(format!("the segment {number} is not held"))),
    }
}

/// How many of the first numbers are each one more than the one before.
fn run_length(numbers: &[u32]) -> usize {
    /// Numbers that are looked at together, which becomes vector instructions.
    const TOGETHER: usize = 64;
    let first = numbers.first().copied().unwrap_or_default();
    if numbers
        .get(1)
        .is_none_or(|second| *second != first.wrapping_add(1))
    {
        return numbers.len().min(1);
    }
    let follows = |(place, number): (usize, &u32)| number.wrapping_sub(first) == place as u32;
    let mut length = 0;
    for part in numbers.chunks(TOGETHER) {
        let begin = first.wrapping_add(length as u32);
        let all = part
            .iter()
            .zip(begin..)
            .fold(true, |all, (number, wanted)| all & (*number == wanted));
        if !all {
            break;
        }
        length += part.len();
    }
    let rest = numbers.iter().enumerate().skip(length);
    length + rest.take_while(|pair| follows(*pair)).count()
}
