//! Reads the neighbours of many nodes: a segment that was met stays at hand, and lists are lent.

use std::ops::Range;
use std::sync::Arc;

use super::adjacency::Adjacency;
use super::segment::Segment;
use crate::error::{Error, Result};
use crate::value::NodeId;

/// The nodes of which one segment has all entries.
const ALL_NODES: Range<u32> = 0..u32::MAX;

/// So many turns to another segment are told to the adjacency at once; fewer do not matter.
const NOTED_TURNS: usize = 64;

/// Neighbours over relationships of one type, in one direction or in both.
#[derive(Debug, Default)]
pub struct AdjacencyReader {
    /// Where segments are looked up; not needed where one has all entries.
    adjacency: Option<Adjacency>,
    /// The segments that were met, by number; or one with all entries.
    held: Vec<Option<Arc<Segment>>>,
    /// The segment of the last node.
    last: usize,
    /// The nodes whose lists stand in that segment as they are.
    whole: Range<u32>,
    /// How often another segment was turned to.
    turns: usize,
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

impl<'r> Neighbours<'r> {
    /// Those at some places.
    #[inline]
    pub fn part(&self, places: Range<usize>) -> Neighbours<'r> {
        Neighbours {
            nodes: &self.nodes[places.clone()],
            relationships: &self.relationships[places],
            has_loops: self.has_loops,
        }
    }
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

/// The lists of all nodes, in one piece.
#[derive(Debug, Clone)]
pub struct AllNeighbours(Arc<Segment>);

impl AllNeighbours {
    /// The neighbours of all nodes; those of each stand side by side, ascending, one as often as
    /// relationships lead to it.
    #[inline]
    pub fn nodes(&self) -> &[u32] {
        &self.0.neighbours
    }

    /// Where the neighbours of a node stand.
    #[inline]
    pub fn range(&self, node: u32) -> Range<usize> {
        let (start, end) = self.0.range(node);
        start..end
    }

    /// The nodes of which there are lists; all others have no neighbours.
    pub fn listed(&self) -> Range<u32> {
        self.0.listed()
    }

    /// Whether a neighbour may stand more than once in the list of a node.
    pub fn has_parallels(&self) -> bool {
        self.0.has_parallels
    }

    /// Whether a node may be its own neighbour.
    pub fn has_loops(&self) -> bool {
        self.0.has_loops
    }
}

/// Neighbours of many nodes, and the rows that each of these came from.
#[derive(Debug)]
pub struct Found {
    /// The row of the node, ascending.
    pub rows: Vec<u32>,
    /// The neighbour.
    pub nodes: Vec<u32>,
    /// The relationship to it, if that is wanted.
    pub relationships: Vec<u32>,
    wants_relationships: bool,
}

impl Found {
    /// With room for so many; relationships are noted if they are wanted.
    pub fn with_capacity(count: usize, wants_relationships: bool) -> Found {
        Found {
            rows: Vec::with_capacity(count),
            nodes: Vec::with_capacity(count),
            relationships: Vec::with_capacity(if wants_relationships { count } else { 0 }),
            wants_relationships,
        }
    }

    /// Adds one for each row from a first one on.
    #[inline]
    pub fn extend_each(
        &mut self,
        first: usize,
        entries: impl ExactSizeIterator<Item = (u32, u32)> + Clone,
    ) {
        let rows = first as u32..(first + entries.len()) as u32;
        self.rows.extend(rows);
        self.nodes.extend(entries.clone().map(|entry| entry.0));
        if self.wants_relationships {
            self.relationships.extend(entries.map(|entry| entry.1));
        }
    }

    /// Keeps of those from a place on the ones that `keep` tells by row, neighbour and relationship; the
    /// relationship is none where these are not noted.
    #[inline]
    pub fn retain_from(
        &mut self,
        first: usize,
        mut keep: impl FnMut(u32, u32, Option<u32>) -> bool,
    ) {
        let mut kept = first;
        for place in first..self.rows.len() {
            let (row, node) = (self.rows[place], self.nodes[place]);
            let relationship = self.relationships.get(place).copied();
            (self.rows[kept], self.nodes[kept]) = (row, node);
            if let Some(relationship) = relationship {
                self.relationships[kept] = relationship;
            }
            // Without a branch: what is kept is hard to foretell.
            kept += usize::from(keep(row, node, relationship));
        }
        self.rows.truncate(kept);
        self.nodes.truncate(kept);
        self.relationships.truncate(kept);
    }

    /// Adds all of a list.
    #[inline]
    pub fn extend(&mut self, row: u32, list: Neighbours<'_>) {
        self.rows.resize(self.rows.len() + list.nodes.len(), row);
        self.nodes.extend_from_slice(list.nodes);
        if self.wants_relationships {
            self.relationships.extend_from_slice(list.relationships);
        }
    }
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
    /// A reader of an adjacency; of none, where there are no such relationships.
    pub(super) fn new(adjacency: Option<&Adjacency>) -> Self {
        let mut reader = AdjacencyReader::default();
        match adjacency.and_then(Adjacency::joined) {
            Some(joined) => reader.hold_joined(joined),
            None => reader.adjacency = adjacency.cloned(),
        }
        reader
    }

    /// A reader of both directions at once, where all entries of both stand in one segment; it would have
    /// saved so many lookups of late.
    pub(super) fn of_both(
        outgoing: &Adjacency,
        incoming: &Adjacency,
        lookups: usize,
    ) -> Result<Option<Self>> {
        let both = outgoing.with_incoming(incoming, lookups)?;
        Ok(both.map(|both| {
            let mut reader = AdjacencyReader::default();
            reader.hold_joined(both);
            reader
        }))
    }

    /// Reads all lists from here on in one segment.
    fn hold_joined(&mut self, joined: Arc<Segment>) {
        self.held = vec![Some(joined)];
        (self.last, self.whole) = (0, ALL_NODES);
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
        Ok(segment.list(start..end))
    }

    /// All lists, if they stand in one piece.
    pub fn all(&self) -> Option<AllNeighbours> {
        let segment = self.held.get(self.last)?.as_ref()?;
        (self.whole == ALL_NODES).then(|| AllNeighbours(segment.clone()))
    }

    /// Reads where the lists of nodes begin, so that they are near when they are asked for one by one:
    /// here no read waits for what was made of the one before. Does nothing for lists that stand apart.
    #[inline]
    pub fn read_ahead(&self, nodes: &[u32]) {
        if self.whole == ALL_NODES
            && let Ok(segment) = held(&self.held, self.last)
        {
            let begin = |node: &u32| segment.neighbours.get(segment.range(*node).0);
            let begins = nodes.iter().filter_map(begin);
            std::hint::black_box(begins.fold(0, |all, node| all ^ node));
        }
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
            let run = node..node + run_length(&nodes[place..]) as u32;
            let goes_on = self.visit_run(&run, |here, rows| visit(place + here, rows))?;
            if !goes_on {
                return Ok(());
            }
            place += run.len();
        }
        Ok(())
    }

    /// As [`AdjacencyReader::visit_rows`], for nodes that follow one another; tells whether `visit` never
    /// gave `false`.
    ///
    /// # Errors
    /// Where they are stored and cannot be fetched; those of `visit`.
    pub fn visit_run(
        &mut self,
        nodes: &Range<u32>,
        mut visit: impl FnMut(usize, NeighbourRows<'_>) -> Result<bool>,
    ) -> Result<bool> {
        let mut next = nodes.start;
        while next < nodes.end {
            let goes_on = if self.stands_whole(next)? {
                let end = nodes.end.min(self.whole.end);
                let segment = held(&self.held, self.last)?;
                let (first, offsets) = segment.rows(next, end);
                next = end;
                let rows = NeighbourRows {
                    offsets,
                    nodes: &segment.neighbours,
                    relationships: &segment.relationships,
                    has_loops: segment.has_loops,
                };
                offsets.len() < 2 || visit((first - nodes.start) as usize, rows)?
            } else {
                let place = (next - nodes.start) as usize;
                let list = self.merge(next)?;
                next += 1;
                let rows = NeighbourRows {
                    offsets: &[0, list.nodes.len() as u32],
                    nodes: list.nodes,
                    relationships: list.relationships,
                    has_loops: list.has_loops,
                };
                visit(place, rows)?
            };
            if !goes_on {
                return Ok(false);
            }
        }
        Ok(true)
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
        let Some(adjacency) = &self.adjacency else {
            return Ok(false);
        };
        self.turns += 1;
        if self.turns.is_multiple_of(NOTED_TURNS)
            && let Some(joined) = adjacency.note_lookups(NOTED_TURNS)?
        {
            self.hold_joined(joined);
            return Ok(true);
        }
        let Some((number, whole)) = adjacency.whole_around(node) else {
            return Ok(false);
        };
        if self.held.len() <= number {
            self.held.resize(number + 1, None);
        }
        let held = &mut self.held[number];
        if held.is_none() {
            *held = Some(Arc::clone(&*adjacency.segment(number)?));
        }
        (self.last, self.whole) = (number, whole);
        Ok(true)
    }

    /// Appends all neighbours of nodes, which come from rows from `first` on, until there are `most`;
    /// gives the number of nodes up to there.
    ///
    /// # Errors
    /// Where they are stored and cannot be fetched.
    pub fn append(
        &mut self,
        nodes: &[u32],
        first: usize,
        most: usize,
        found: &mut Found,
    ) -> Result<usize> {
        let mut place = 0;
        while let Some(node) = nodes.get(place)
            && found.rows.len() < most
        {
            if !self.stands_whole(*node)? {
                let row = (first + place) as u32;
                found.extend(row, self.merge(*node)?);
                place += 1;
                continue;
            }
            let within = self.whole.clone();
            let near = nodes[place..].iter();
            let near = near.take_while(|node| within.contains(*node)).count();
            let near = &nodes[place..place + near];
            let segment = held(&self.held, self.last)?;
            place += segment.append_to(near, first + place, most, found);
        }
        Ok(place)
    }

    /// The neighbours of a node whose list has to be put together.
    #[cold]
    fn merge(&mut self, node: u32) -> Result<Neighbours<'_>> {
        let (nodes, relationships) = &mut self.merged;
        nodes.clear();
        relationships.clear();
        if let Some(adjacency) = &self.adjacency {
            adjacency.merge_into(node, nodes, relationships)?;
        }
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

#[cfg(test)]
mod tests {
    use super::super::slot::Slot;
    use super::*;

    /// An adjacency of several segments: a node with many neighbours, gaps, loops.
    fn adjacency() -> Adjacency {
        let of_node = |node: u32| match node {
            500 => 40_000,
            node if node % 7 == 3 => 0,
            node => node % 13,
        };
        let entries = (100..9000).flat_map(|node| {
            let neighbours = (0..of_node(node)).map(move |place| node + place * (place % 3));
            let mut neighbours: Vec<u32> = neighbours.collect();
            neighbours.sort_unstable();
            let entries = neighbours.into_iter().enumerate();
            entries.map(move |(place, neighbour)| (node, neighbour, place as u32))
        });
        let segments = Adjacency::default().cut_with(entries.collect());
        let segments = segments.expect("entries in memory").into_iter();
        segments
            .map(|(first, segment)| (first, Slot::resident(segment)))
            .collect()
    }

    fn check(adjacency: &Adjacency) {
        let mut reader = AdjacencyReader::new(Some(adjacency));
        for turn in 0..30_000_u32 {
            let node = turn.wrapping_mul(2_654_435_761) % 9100;
            let wanted = adjacency.neighbours(node).expect("a list in memory");
            let found = reader.neighbours(NodeId(node)).expect("the same list");
            assert_eq!(found.nodes, wanted.nodes(), "node {node}");
            assert_eq!(found.relationships, wanted.relationships());
        }
    }

    #[test]
    fn lists_are_the_same_before_and_after_all_are_joined_and_after_writes() {
        let mut adjacency = adjacency();
        assert!(adjacency.joined().is_none());
        check(&adjacency);
        assert!(adjacency.joined().is_some());
        check(&adjacency);
        for node in [0, 100, 500, 501, 8999, 9050] {
            adjacency.add((node, 77, 100_000)).expect("an entry");
        }
        adjacency.remove((500, 500, 0)).expect("an entry");
        assert!(adjacency.joined().is_none());
        check(&adjacency);
        assert!(adjacency.joined().is_some());
    }
}
