//! Frozen neighbours of a run of nodes: compressed sparse rows sorted by (neighbour, relationship), in
//! memory or as bytes; `docs/file-format.md` describes the bytes.

use std::ops::Range;
use std::sync::Arc;

use super::adjacency_reader::{Found, Neighbours};
use super::blob::{BlobReader, Packed, Place};
use super::slot::Part;
use crate::column::{Bytes, pack, read_numbers, unpack, write_numbers};
use crate::error::{Error, Result};

/// So many nodes are looked up together, of which each may have one neighbour.
const TOGETHER: usize = 64;

/// Node, neighbour, relationship.
pub(super) type Entry = (u32, u32, u32);

/// Frozen entries. Node `first + i` has entries `offsets[i]..offsets[i + 1]`.
#[derive(Debug, Default)]
pub(super) struct Segment {
    first: u32,
    offsets: Vec<u32>,
    pub(super) neighbours: Vec<u32>,
    pub(super) relationships: Vec<u32>,
    /// Whether a node is a neighbour of itself.
    pub(super) has_loops: bool,
    /// Whether a node is a neighbour of another over several relationships.
    pub(super) has_parallels: bool,
}

impl Segment {
    /// Appends the entries of nodes, which come from rows from `first` on, until there are `most`; gives
    /// the number of nodes up to there.
    pub(super) fn append_to(
        &self,
        nodes: &[u32],
        first: usize,
        most: usize,
        found: &mut Found,
    ) -> usize {
        let mut done = 0;
        for part in nodes.chunks(TOGETHER) {
            let mut places = [0; TOGETHER];
            let mut have_one = true;
            for (place, node) in places.iter_mut().zip(part) {
                let (start, end) = self.range(*node);
                *place = start;
                have_one &= end == start + 1;
            }
            if have_one && found.rows.len() < most {
                let (neighbours, relationships) = (&self.neighbours, &self.relationships);
                let entries = places[..part.len()].iter();
                let entries = entries.map(|place| (neighbours[*place], relationships[*place]));
                found.extend_each(first + done, entries);
                done += part.len();
                continue;
            }
            // All lists are brought near before the first is copied: no read waits for the one before.
            let begins = places
                .iter()
                .filter_map(|place| self.neighbours.get(*place));
            std::hint::black_box(begins.fold(0, |all, node| all ^ node));
            for node in part {
                if found.rows.len() >= most {
                    return done;
                }
                let (start, end) = self.range(*node);
                found.extend((first + done) as u32, self.list(start..end));
                done += 1;
            }
        }
        done
    }

    /// Entries of one node.
    #[inline]
    pub(super) fn list(&self, entries: Range<usize>) -> Neighbours<'_> {
        Neighbours {
            nodes: &self.neighbours[entries.clone()],
            relationships: &self.relationships[entries],
            has_loops: self.has_loops,
        }
    }

    /// Where the entries of a node stand.
    #[inline]
    pub(super) fn range(&self, node: u32) -> (usize, usize) {
        let Some(row) = node.checked_sub(self.first).map(|row| row as usize) else {
            return (0, 0);
        };
        match (self.offsets.get(row), self.offsets.get(row + 1)) {
            (Some(start), Some(end)) => (*start as usize, *end as usize),
            _ => (0, 0),
        }
    }

    /// The first of the nodes `from..to` that has a row, and the offsets of the rows from it on; one
    /// more than there are rows, or none.
    pub(super) fn rows(&self, from: u32, to: u32) -> (u32, &[u32]) {
        let first = from.max(self.first);
        let row = (first - self.first) as usize;
        let end = (to.saturating_sub(self.first) as usize).saturating_add(1);
        let offsets = self.offsets.get(row..end.min(self.offsets.len()));
        (first, offsets.unwrap_or_default())
    }

    /// The nodes that have rows.
    pub(super) fn listed(&self) -> Range<u32> {
        let rows = self.offsets.len().saturating_sub(1) as u32;
        self.first..self.first + rows
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.neighbours.len()
    }

    /// Adds nodes and neighbours of up to `count` entries, evenly spread.
    pub(super) fn sample(&self, count: usize, sample: &mut Vec<(u32, u32)>) {
        let count = count.min(self.len());
        for turn in 0..count {
            let place = (2 * turn + 1) * self.len() / (2 * count);
            let after = self.offsets.partition_point(|end| *end as usize <= place);
            let row = after.saturating_sub(1) as u32;
            sample.push((self.first + row, self.neighbours[place]));
        }
    }

    /// Neighbour and relationship of the entries of a node, sorted.
    fn entries_of(&self, node: u32) -> impl Iterator<Item = (u32, u32)> + '_ {
        let (start, end) = self.range(node);
        (start..end).map(|place| (self.neighbours[place], self.relationships[place]))
    }

    /// All entries, sorted.
    pub(super) fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
        (0..self.offsets.len().saturating_sub(1)).flat_map(move |row| {
            let node = self.first + row as u32;
            let range = self.offsets[row] as usize..self.offsets[row + 1] as usize;
            range.map(move |place| (node, self.neighbours[place], self.relationships[place]))
        })
    }

    /// Adds the entries of a segment, which come after those of this one; a row may go on.
    pub(super) fn append(&mut self, more: &Segment) {
        if more.offsets.is_empty() {
            return;
        }
        if self.offsets.is_empty() {
            self.first = more.first;
        }
        let (row, begin) = ((more.first - self.first) as usize, self.len() as u32);
        let goes_on = row + 2 == self.offsets.len();
        let is_parallel = goes_on && self.neighbours.last() == more.neighbours.first();
        self.offsets.resize(row + 1, begin);
        let ends = more.offsets[1..].iter();
        self.offsets.extend(ends.map(|end| begin + end));
        self.neighbours.extend_from_slice(&more.neighbours);
        self.relationships.extend_from_slice(&more.relationships);
        self.has_loops |= more.has_loops;
        self.has_parallels |= more.has_parallels || is_parallel;
    }

    /// The entries of both directions, sorted; a loop, which both have, once.
    pub(super) fn of_both(outgoing: &Segment, incoming: &Segment) -> Segment {
        let (one, other) = (outgoing.listed(), incoming.listed());
        let first = match (one.is_empty(), other.is_empty()) {
            (false, false) => one.start.min(other.start),
            (true, _) => other.start,
            (_, true) => one.start,
        };
        let mut both = Segment {
            first,
            offsets: vec![0],
            ..Segment::default()
        };
        let mut row: Vec<(u32, u32)> = Vec::new();
        for node in first..one.end.max(other.end) {
            row.clear();
            row.extend(outgoing.entries_of(node));
            row.extend(incoming.entries_of(node).filter(|entry| entry.0 != node));
            // Two sorted runs are quickly merged.
            row.sort();
            both.neighbours.extend(row.iter().map(|entry| entry.0));
            both.relationships.extend(row.iter().map(|entry| entry.1));
            both.offsets.push(both.neighbours.len() as u32);
        }
        both.note_shape();
        both
    }

    /// Notes whether there are loops and parallels.
    fn note_shape(&mut self) {
        for (node, ends) in (self.first..).zip(self.offsets.windows(2)) {
            let list = &self.neighbours[ends[0] as usize..ends[1] as usize];
            self.has_loops |= list.contains(&node);
            self.has_parallels |= list.windows(2).any(|two| two[0] == two[1]);
        }
    }

    /// The segment of entries that are sorted.
    pub(super) fn from_sorted(entries: &[Entry]) -> Segment {
        let mut segment = Segment::default();
        for (node, neighbour, relationship) in entries {
            if segment.offsets.is_empty() {
                segment.first = *node;
                segment.offsets.push(0);
            }
            // The offset of a node is known when the first entry of a later node comes.
            let row = (node - segment.first) as usize;
            segment
                .offsets
                .resize(row + 1, segment.neighbours.len() as u32);
            segment.neighbours.push(*neighbour);
            segment.relationships.push(*relationship);
        }
        if !segment.offsets.is_empty() {
            segment.offsets.push(segment.neighbours.len() as u32);
        }
        segment.note_shape();
        segment
    }
}

impl Part for Segment {
    type Digest = ();

    fn digest(&self) {}

    fn load(place: Place, source: &Arc<dyn BlobReader>) -> Result<Self> {
        let bytes = unpack(&source.read(place.blob)?)?;
        let mut bytes = Bytes(&bytes);
        let (first, nodes, entries) = (bytes.u32()?, bytes.u32()?, bytes.u32()?);
        let counts = read_numbers(&mut bytes, nodes as usize)?;
        let mut offsets = Vec::with_capacity(counts.len() + 1);
        let mut sum = 0u32;
        offsets.push(0);
        for count in counts {
            sum = sum
                .checked_add(count)
                .ok_or_else(|| Error::damaged("a segment has too many entries"))?;
            offsets.push(sum);
        }
        if sum != entries || first.checked_add(nodes).is_none() {
            return Err(Error::damaged("the entries of a segment do not add up"));
        }
        let mut segment = Segment {
            first,
            offsets,
            neighbours: read_numbers(&mut bytes, entries as usize)?,
            relationships: read_numbers(&mut bytes, entries as usize)?,
            has_loops: false,
            has_parallels: false,
        };
        segment.note_shape();
        Ok(segment)
    }

    fn pack(&self) -> Result<Packed> {
        let mut bytes = Vec::new();
        let nodes = self.offsets.len().saturating_sub(1);
        for number in [self.first, nodes as u32, self.len() as u32] {
            bytes.extend(number.to_le_bytes());
        }
        let counts = self.offsets.windows(2).map(|pair| pair[1] - pair[0]);
        write_numbers(counts, &mut bytes);
        write_numbers(self.neighbours.iter().copied(), &mut bytes);
        write_numbers(self.relationships.iter().copied(), &mut bytes);
        Ok(Packed::whole(pack(&bytes)))
    }

    fn bytes(&self) -> usize {
        (self.offsets.len() + 2 * self.neighbours.len()) * size_of::<u32>()
    }
}
