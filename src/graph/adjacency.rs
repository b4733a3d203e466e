//! Neighbours over relationships of one type in one direction: segments of compressed sparse rows
//! sorted by (node, neighbour, relationship), and a small sorted patch over them.
//!
//! Segments are cut by entries, not by nodes: the row of a node with very many neighbours spans several.
//! A write changes the patch only; when the patch of a segment has grown by [`FOLD_AT`] entries, this one
//! segment is made anew.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use imbl::{OrdSet, Vector};

use super::blob::{BlobReader, BlobWriter, Place};
use super::segment::{Entry, Segment};
use super::slot::{Held, Slot};
use crate::error::{Error, Result};

/// Which way relationships are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From start to end.
    Outgoing,
    /// From end to start.
    Incoming,
}

/// Entries of a new segment; one that has grown to twice as many is cut.
const SEGMENT_SIZE: usize = 16_384;

/// Segments of which samples are taken.
const SAMPLED_SEGMENTS: usize = 8;

/// Patched entries of a segment that make it be folded.
const FOLD_AT: u32 = 1024;

/// Adjacency of one type in one direction.
#[derive(Debug, Clone, Default)]
pub(super) struct Adjacency {
    /// The first entry of each segment, and an entry of any segment is not less.
    firsts: Arc<Vec<Entry>>,
    segments: Vector<Patched>,
    added: OrdSet<Entry>,
    removed: OrdSet<Entry>,
}

/// A segment, and how many entries of the patch belong to it.
#[derive(Debug, Clone)]
struct Patched {
    slot: Slot<Segment>,
    entries: u32,
}

/// The neighbours of one node, sorted by (neighbour, relationship), and the relationships to them.
#[derive(Debug, Clone)]
pub struct NeighbourList(List);

#[derive(Debug, Clone)]
enum List {
    Frozen {
        segment: Arc<Segment>,
        start: usize,
        end: usize,
    },
    Merged {
        neighbours: Vec<u32>,
        relationships: Vec<u32>,
    },
}

impl NeighbourList {
    /// No neighbours.
    pub(super) fn empty() -> Self {
        NeighbourList(List::Merged {
            neighbours: Vec::new(),
            relationships: Vec::new(),
        })
    }

    /// The neighbours, ascending; one stands as often as relationships lead to it.
    pub fn nodes(&self) -> &[u32] {
        match &self.0 {
            List::Frozen {
                segment,
                start,
                end,
            } => &segment.neighbours[*start..*end],
            List::Merged { neighbours, .. } => neighbours,
        }
    }

    /// The relationships, parallel to [`NeighbourList::nodes`].
    pub fn relationships(&self) -> &[u32] {
        match &self.0 {
            List::Frozen {
                segment,
                start,
                end,
            } => &segment.relationships[*start..*end],
            List::Merged { relationships, .. } => relationships,
        }
    }
}

impl Adjacency {
    /// The segment that an entry belongs to.
    fn segment_of(&self, entry: &Entry) -> usize {
        let after = self.firsts.partition_point(|first| first <= entry);
        after.saturating_sub(1)
    }

    /// The segments that hold entries of a node.
    pub(super) fn segments_of(&self, node: u32) -> Range<usize> {
        let first = self.segment_of(&(node, 0, 0));
        let mut end = (first + 1).min(self.segments.len());
        while self.firsts.get(end).is_some_and(|entry| entry.0 <= node) {
            end += 1;
        }
        first..end
    }

    /// Whether no other segment has frozen entries of a node.
    pub(super) fn is_only_in(&self, segment: usize, node: u32) -> bool {
        let begins_before = |first: &Entry| *first <= (node, 0, 0);
        self.firsts.get(segment).is_some_and(begins_before)
            && self
                .firsts
                .get(segment + 1)
                .is_none_or(|next| next.0 > node)
    }

    /// The nodes of which a segment has all entries, but for the first and the last of them: these may
    /// have some in the segments beside it.
    pub(super) fn nodes_within(&self, segment: usize) -> Range<u32> {
        let node = |segment: usize| self.firsts.get(segment).map(|first| first.0);
        let first = node(segment).map_or(u32::MAX, |first| first.saturating_add(1));
        first..node(segment + 1).unwrap_or(u32::MAX)
    }

    /// Whether nothing stands in the patch.
    pub(super) fn is_frozen(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }

    /// The door for segments: every access to frozen entries goes through here, and may fail.
    pub(super) fn segment(&self, number: usize) -> Result<Held<'_, Segment>> {
        match self.segments.get(number) {
            Some(segment) => segment.slot.get(),
            None => Err(Error::internal(format!("there is no segment {number}"))),
        }
    }

    pub(super) fn is_patched(&self, node: u32) -> bool {
        let all = entries_of(node);
        (!self.added.is_empty() && self.added.range(all.clone()).next().is_some())
            || (!self.removed.is_empty() && self.removed.range(all).next().is_some())
    }

    /// The neighbours of a node.
    pub(super) fn neighbours(&self, node: u32) -> Result<NeighbourList> {
        let segments = self.segments_of(node);
        if segments.len() == 1 && !self.is_patched(node) {
            let segment = self.segment(segments.start)?;
            let (start, end) = segment.range(node);
            let segment = Arc::clone(&segment);
            return Ok(NeighbourList(List::Frozen {
                segment,
                start,
                end,
            }));
        }
        let (mut neighbours, mut relationships) = (Vec::new(), Vec::new());
        self.merge_into(node, &mut neighbours, &mut relationships)?;
        Ok(NeighbourList(List::Merged {
            neighbours,
            relationships,
        }))
    }

    /// Appends the neighbours of a node, from all its segments and the patch.
    pub(super) fn merge_into(
        &self,
        node: u32,
        neighbours: &mut Vec<u32>,
        relationships: &mut Vec<u32>,
    ) -> Result<()> {
        let mut added = self.added.range(entries_of(node)).copied().peekable();
        let mut take = |entry: Entry| {
            neighbours.push(entry.1);
            relationships.push(entry.2);
        };
        for number in self.segments_of(node) {
            let segment = self.segment(number)?;
            let (start, end) = segment.range(node);
            for place in start..end {
                let entry = (
                    node,
                    segment.neighbours[place],
                    segment.relationships[place],
                );
                while let Some(before) = added.next_if(|added| *added < entry) {
                    take(before);
                }
                if self.removed.is_empty() || !self.removed.contains(&entry) {
                    take(entry);
                }
            }
        }
        added.for_each(take);
        Ok(())
    }

    /// Nodes and neighbours of about `count` entries, evenly spread over some of the segments.
    pub(super) fn sample(&self, count: usize) -> Result<Vec<(u32, u32)>> {
        let segments = self.segments.len().min(SAMPLED_SEGMENTS);
        let each = count.div_ceil(segments.max(1));
        let mut sample = Vec::with_capacity(count);
        for turn in 0..segments {
            let number = (2 * turn + 1) * self.segments.len() / (2 * segments);
            self.segment(number)?.sample(each, &mut sample);
        }
        let patch = self.added.iter().take(count.saturating_sub(sample.len()));
        sample.extend(patch.map(|entry| (entry.0, entry.1)));
        Ok(sample)
    }

    /// The number of entries of a node.
    pub(super) fn degree(&self, node: u32) -> Result<u64> {
        let mut frozen = 0;
        for number in self.segments_of(node) {
            let (start, end) = self.segment(number)?.range(node);
            frozen += end - start;
        }
        let added = self.added.range(entries_of(node)).count();
        let removed = self.removed.range(entries_of(node)).count();
        Ok((frozen + added - removed) as u64)
    }

    /// Adds an entry.
    pub(super) fn add(&mut self, entry: Entry) -> Result<()> {
        self.added.insert(entry);
        self.patched(&entry)
    }

    /// Removes an entry.
    pub(super) fn remove(&mut self, entry: Entry) -> Result<()> {
        if self.added.remove(&entry).is_none() {
            self.removed.insert(entry);
        }
        self.patched(&entry)
    }

    /// Counts a change of the patch, and folds its segment where there were enough.
    fn patched(&mut self, entry: &Entry) -> Result<()> {
        if self.segments.is_empty() {
            self.firsts = Arc::new(vec![*entry]);
            self.segments.push_back(Patched {
                slot: Slot::resident(Segment::default()),
                entries: 0,
            });
        }
        let number = self.segment_of(entry);
        match self.segments.get_mut(number) {
            Some(segment) => segment.entries += 1,
            None => return Err(Error::internal(format!("there is no segment {number}"))),
        }
        match self.segments.get(number) {
            Some(segment) if segment.entries >= FOLD_AT => self.fold(number),
            _ => Ok(()),
        }
    }

    /// The same adjacency with very many more entries, all of it made anew; `slot` keeps a segment.
    pub(super) fn with_sorted(
        self,
        added: Vec<Entry>,
        slot: impl Fn(Segment) -> Result<Slot<Segment>>,
    ) -> Result<Adjacency> {
        let entries = match self.segments.is_empty() {
            true => added,
            false => merge(self.entries()?.into_iter(), added.into_iter()).collect(),
        };
        let mut whole = Adjacency::default();
        let mut firsts = Vec::new();
        for part in entries.chunks(SEGMENT_SIZE) {
            firsts.push(part[0]);
            whole.segments.push_back(Patched {
                slot: slot(Segment::from_sorted(part))?,
                entries: 0,
            });
        }
        whole.firsts = Arc::new(firsts);
        Ok(whole)
    }

    /// All entries, sorted.
    fn entries(&self) -> Result<Vec<Entry>> {
        let mut frozen = Vec::new();
        for number in 0..self.segments.len() {
            let segment = self.segment(number)?;
            frozen.extend(segment.entries().filter(|one| !self.removed.contains(one)));
        }
        Ok(merge(frozen.into_iter(), self.added.iter().copied()).collect())
    }

    /// Puts the patch of a segment into a new one, or several.
    fn fold(&mut self, number: usize) -> Result<()> {
        let least = (0, 0, 0);
        let first = if number == 0 {
            least
        } else {
            self.firsts[number]
        };
        let end = self.firsts.get(number + 1).copied();
        let in_segment = |set: &OrdSet<Entry>| -> Vec<Entry> {
            let from = set.range(first..).copied();
            from.take_while(|entry| end.is_none_or(|end| *entry < end))
                .collect()
        };
        let (added, removed) = (in_segment(&self.added), in_segment(&self.removed));
        let entries: Vec<Entry> = {
            let segment = self.segment(number)?;
            let mut removed = removed.iter().peekable();
            let kept = segment
                .entries()
                .filter(|entry| removed.next_if(|removed| *removed == entry).is_none());
            merge(kept, added.iter().copied()).collect()
        };
        for entry in &added {
            self.added.remove(entry);
        }
        for entry in &removed {
            self.removed.remove(entry);
        }
        let parts = (entries.len() / SEGMENT_SIZE).max(1);
        let mut slots = entries
            .chunks(entries.len().div_ceil(parts).max(1))
            .map(|part| (part[0], Slot::resident(Segment::from_sorted(part))))
            .collect::<Vec<_>>();
        if slots.is_empty() {
            let empty = Slot::resident(Segment::default());
            slots.push((self.firsts[number], empty));
        }
        // The first entry of a segment does not rise: entries between would then belong to the one
        // before, whose rows end before them.
        let lowest = self.firsts[number].min(slots[0].0);
        slots[0].0 = lowest;
        let one = slots.len() == 1;
        let firsts = Arc::make_mut(&mut self.firsts);
        let patched = |slot| Patched { slot, entries: 0 };
        if one {
            firsts[number] = lowest;
            for (_, slot) in slots {
                self.segments.set(number, patched(slot));
            }
            return Ok(());
        }
        firsts.splice(number..=number, slots.iter().map(|(first, _)| *first));
        let mut after = self.segments.split_off(number);
        after.pop_front();
        self.segments
            .extend(slots.into_iter().map(|(_, slot)| patched(slot)));
        self.segments.append(after);
        Ok(())
    }

    /// The same adjacency with everything stored.
    pub(super) fn store(
        &self,
        writer: &mut dyn BlobWriter,
        source: &Arc<dyn BlobReader>,
    ) -> Result<Adjacency> {
        let mut stored = self.clone();
        // From the back: a fold may cut a segment into several.
        for number in (0..self.segments.len()).rev() {
            if self
                .segments
                .get(number)
                .is_some_and(|segment| segment.entries > 0)
            {
                stored.fold(number)?;
            }
        }
        for segment in stored.segments.iter_mut() {
            if !segment.slot.is_stored(source) {
                segment.slot = segment.slot.store(writer, source)?;
            }
        }
        Ok(stored)
    }

    /// Where the segments of a stored adjacency are.
    pub(super) fn image(&self) -> AdjacencyImage {
        let segments = self.segments.iter().zip(self.firsts.iter());
        segments
            .filter_map(|(segment, first)| Some((*first, segment.slot.place()?)))
            .collect()
    }

    /// An adjacency whose segments are stored; those that `known` has too are shared with it.
    pub(super) fn open(
        image: &AdjacencyImage,
        source: &Arc<dyn BlobReader>,
        known: Option<&Adjacency>,
    ) -> Adjacency {
        let known: HashMap<Place, &Slot<Segment>> = known
            .into_iter()
            .flat_map(|known| known.segments.iter())
            .filter_map(|segment| Some((segment.slot.place()?, &segment.slot)))
            .collect();
        let slot = |place: &Place| match known.get(place) {
            Some(slot) => (*slot).clone(),
            None => Slot::stored(*place, source),
        };
        Adjacency {
            firsts: Arc::new(image.iter().map(|(first, _)| *first).collect()),
            segments: image
                .iter()
                .map(|(_, place)| Patched {
                    slot: slot(place),
                    entries: 0,
                })
                .collect(),
            ..Adjacency::default()
        }
    }
}

/// What a stored adjacency is opened from: first entries of the segments and their places.
pub(super) type AdjacencyImage = Vec<(Entry, Place)>;

/// All entries that a node can have.
fn entries_of(node: u32) -> std::ops::RangeInclusive<Entry> {
    (node, 0, 0)..=(node, u32::MAX, u32::MAX)
}

/// Two sorted streams as one.
fn merge(
    left: impl Iterator<Item = Entry>,
    right: impl Iterator<Item = Entry>,
) -> impl Iterator<Item = Entry> {
    let (mut left, mut right) = (left.peekable(), right.peekable());
    std::iter::from_fn(move || match (left.peek(), right.peek()) {
        (Some(first), Some(second)) if first <= second => left.next(),
        (Some(_), None) => left.next(),
        _ => right.next(),
    })
}
