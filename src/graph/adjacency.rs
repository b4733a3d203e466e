//! Neighbours over relationships of one type in one direction: segments of compressed sparse rows
//! sorted by (node, neighbour, relationship), and a small sorted patch over them.
//!
//! Segments are cut by entries, not by nodes: the row of a node with very many neighbours spans several.
//! A write changes the patch only; when the patch of a segment has grown by [`FOLD_AT`] entries, this one
//! segment is made anew.

use std::collections::HashMap;
use std::sync::Arc;

use imbl::{OrdSet, Vector};

use super::blob::{BlobReader, BlobWriter, Place};
use super::directory::Directory;
use super::joined::Joined;
use super::segment::{Entry, Segment};
use super::slot::{Held, Part, Slot};
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

/// So many entries tell enough of all.
const ENOUGH_SAMPLES: usize = 32;

/// Segments of which samples are taken.
const SAMPLED_SEGMENTS: usize = 8;

/// Rows for each entry that are not too many to be joined.
const ROWS_PER_ENTRY: usize = 4;

/// Patched entries of a segment that make it be folded.
const FOLD_AT: u32 = 1024;

/// Adjacency of one type in one direction.
#[derive(Debug, Clone, Default)]
pub(super) struct Adjacency {
    /// The first entry of each segment, and an entry of any segment is not less.
    directory: Arc<Directory>,
    segments: Vector<Patched>,
    added: OrdSet<Entry>,
    removed: OrdSet<Entry>,
    /// All entries in one segment.
    joined: Arc<Joined>,
    /// These and those of the other direction in one segment, where this is the outgoing one.
    both: Arc<Joined>,
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
    /// The segments that hold entries of a node.
    fn segments_of(&self, node: u32) -> std::ops::Range<usize> {
        let first = self.directory.segment_of_node(node);
        let mut end = (first + 1).min(self.segments.len());
        let firsts = self.directory.firsts();
        while firsts.get(end).is_some_and(|entry| entry.0 <= node) {
            end += 1;
        }
        first..end
    }

    /// The segment where the entries of a node begin, and the nodes around it that have all of their
    /// entries there, none of them patched; `None` where the node itself is none of these.
    pub(super) fn whole_around(&self, node: u32) -> Option<(usize, std::ops::Range<u32>)> {
        let number = self.directory.segment_of_node(node);
        let mut whole = self.directory.only_in(number);
        for patch in [&self.added, &self.removed] {
            if patch.is_empty() {
                continue;
            }
            if let Some(before) = patch.range(..(node, 0, 0)).next_back() {
                whole.start = whole.start.max(before.0.saturating_add(1));
            }
            if let Some(next) = patch.range((node, 0, 0)..).next() {
                whole.end = whole.end.min(next.0);
            }
        }
        whole.contains(&node).then_some((number, whole))
    }

    /// The door for segments: every access to frozen entries goes through here, and may fail.
    pub(super) fn segment(&self, number: usize) -> Result<Held<'_, Segment>> {
        match self.segments.get(number) {
            Some(segment) => segment.slot.get(),
            None => Err(Error::internal(format!("there is no segment {number}"))),
        }
    }

    /// All entries in one segment, if it was made.
    pub(super) fn joined(&self) -> Option<Arc<Segment>> {
        self.joined.get()
    }

    /// Notes lookups of segments; gives all entries in one segment where that is worth it by now.
    pub(super) fn note_lookups(&self, lookups: usize) -> Result<Option<Arc<Segment>>> {
        let firsts = self.directory.firsts();
        let entries = self.segments.len() * SEGMENT_SIZE;
        if firsts.len() < 2 || !self.joined.note(lookups, entries) {
            return Ok(None);
        }
        let (first, last) = (firsts[0].0, firsts[firsts.len() - 1].0);
        let rows = last.saturating_sub(first) as usize;
        // Nodes without entries have a row, too.
        if rows > ROWS_PER_ENTRY * entries || u32::try_from(2 * entries).is_err() {
            return Ok(None);
        }
        let bytes = (rows + 2 * entries) * size_of::<u32>();
        self.joined.make(bytes, self.source(), || self.join())
    }

    /// Where the segments are stored, if they are.
    fn source(&self) -> Option<&Arc<dyn BlobReader>> {
        self.segments.iter().find_map(|one| one.slot.source())
    }

    /// All entries, if they stand in one segment, or shall from now on, as it would save so many lookups.
    fn whole(&self, lookups: usize) -> Result<Option<Arc<Segment>>> {
        let is_one = self.segments.len() == 1 && self.added.is_empty() && self.removed.is_empty();
        if is_one {
            return Ok(Some(Arc::clone(&*self.segment(0)?)));
        }
        match self.joined() {
            Some(joined) => Ok(Some(joined)),
            None => self.note_lookups(lookups),
        }
    }

    /// The entries of this direction, the outgoing one, and of the other in one segment, once that is
    /// worth it; notes `lookups` that it would save.
    pub(super) fn with_incoming(
        &self,
        incoming: &Adjacency,
        lookups: usize,
    ) -> Result<Option<Arc<Segment>>> {
        if let Some(both) = self.both.get() {
            return Ok(Some(both));
        }
        let (outgoing, incoming) = (self.whole(lookups)?, incoming.whole(lookups)?);
        let (Some(outgoing), Some(incoming)) = (outgoing, incoming) else {
            return Ok(None);
        };
        let entries = outgoing.len() + incoming.len();
        if !self.both.note(lookups, entries) || u32::try_from(entries).is_err() {
            return Ok(None);
        }
        let bytes = outgoing.bytes() + incoming.bytes();
        let make = || Ok(Segment::of_both(&outgoing, &incoming));
        self.both.make(bytes, self.source(), make)
    }

    /// All entries in one segment.
    fn join(&self) -> Result<Segment> {
        let mut joined = Segment::default();
        for (number, segment) in self.segments.iter().enumerate() {
            match segment.entries {
                0 => joined.append(&*segment.slot.get()?),
                _ => joined.append(&Segment::from_sorted(&self.with_patch(number)?)),
            }
        }
        Ok(joined)
    }

    /// The neighbours of a node.
    pub(super) fn neighbours(&self, node: u32) -> Result<NeighbourList> {
        if let Some((number, _)) = self.whole_around(node) {
            let segment = self.segment(number)?;
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
        if self.added.is_empty() && self.removed.is_empty() {
            for number in self.segments_of(node) {
                let segment = self.segment(number)?;
                let (start, end) = segment.range(node);
                neighbours.extend_from_slice(&segment.neighbours[start..end]);
                relationships.extend_from_slice(&segment.relationships[start..end]);
            }
            return Ok(());
        }
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

    /// Nodes and neighbours of up to about `count` entries, evenly spread: those with which segments begin,
    /// which are at hand, or where these are few, of some of the segments.
    pub(super) fn sample(&self, count: usize) -> Result<Vec<(u32, u32)>> {
        let firsts = self.directory.firsts();
        if firsts.len() >= ENOUGH_SAMPLES {
            let count = count.min(firsts.len());
            let entries =
                (0..count).map(|turn| firsts[(2 * turn + 1) * firsts.len() / (2 * count)]);
            return Ok(entries.map(|entry| (entry.0, entry.1)).collect());
        }
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
        (self.joined, self.both) = (Arc::default(), Arc::default());
        if self.segments.is_empty() {
            self.directory = Arc::new(Directory::from(vec![*entry]));
            self.segments.push_back(Patched {
                slot: Slot::resident(Segment::default()),
                entries: 0,
            });
        }
        let number = self.directory.segment_of(entry);
        match self.segments.get_mut(number) {
            Some(segment) => segment.entries += 1,
            None => return Err(Error::internal(format!("there is no segment {number}"))),
        }
        match self.segments.get(number) {
            Some(segment) if segment.entries >= FOLD_AT => self.fold(number),
            _ => Ok(()),
        }
    }

    /// The segments of an adjacency with very many more entries, all of them made anew, each with the
    /// entry that it begins with; one is made of them by collecting their slots.
    pub(super) fn cut_with(self, added: Vec<Entry>) -> Result<Vec<(Entry, Segment)>> {
        let entries = match self.segments.is_empty() {
            true => added,
            false => merge(self.entries()?.into_iter(), added.into_iter()).collect(),
        };
        let parts = entries.chunks(SEGMENT_SIZE);
        Ok(parts
            .map(|part| (part[0], Segment::from_sorted(part)))
            .collect())
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

    /// The patch of a segment: what of `set` belongs there.
    fn patch_of(&self, number: usize, set: &OrdSet<Entry>) -> Vec<Entry> {
        let firsts = self.directory.firsts();
        let first = match number {
            0 => (0, 0, 0),
            _ => firsts[number],
        };
        let end = firsts.get(number + 1);
        let from = set.range(first..).copied();
        from.take_while(|entry| end.is_none_or(|end| entry < end))
            .collect()
    }

    /// The entries of a segment and its patch, sorted.
    fn with_patch(&self, number: usize) -> Result<Vec<Entry>> {
        let added = self.patch_of(number, &self.added);
        let mut removed = self.patch_of(number, &self.removed).into_iter().peekable();
        let segment = self.segment(number)?;
        let kept = segment
            .entries()
            .filter(|entry| removed.next_if_eq(entry).is_none());
        Ok(merge(kept, added.into_iter()).collect())
    }

    /// Puts the patch of a segment into a new one, or several.
    fn fold(&mut self, number: usize) -> Result<()> {
        let entries = self.with_patch(number)?;
        for entry in self.patch_of(number, &self.added) {
            self.added.remove(&entry);
        }
        for entry in self.patch_of(number, &self.removed) {
            self.removed.remove(&entry);
        }
        let mut firsts = self.directory.firsts().to_vec();
        let parts = (entries.len() / SEGMENT_SIZE).max(1);
        let mut slots = entries
            .chunks(entries.len().div_ceil(parts).max(1))
            .map(|part| (part[0], Slot::resident(Segment::from_sorted(part))))
            .collect::<Vec<_>>();
        if slots.is_empty() {
            let empty = Slot::resident(Segment::default());
            slots.push((firsts[number], empty));
        }
        // The first entry of a segment does not rise: entries between would then belong to the one
        // before, whose rows end before them.
        let lowest = firsts[number].min(slots[0].0);
        slots[0].0 = lowest;
        let one = slots.len() == 1;
        let patched = |slot| Patched { slot, entries: 0 };
        if one {
            if firsts[number] != lowest {
                firsts[number] = lowest;
                self.directory = Arc::new(Directory::from(firsts));
            }
            for (_, slot) in slots {
                self.segments.set(number, patched(slot));
            }
            return Ok(());
        }
        firsts.splice(number..=number, slots.iter().map(|(first, _)| *first));
        self.directory = Arc::new(Directory::from(firsts));
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
        let segments = self.segments.iter().zip(self.directory.firsts());
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
        let firsts: Vec<Entry> = image.iter().map(|(first, _)| *first).collect();
        Adjacency {
            directory: Arc::new(Directory::from(firsts)),
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

impl FromIterator<(Entry, Slot<Segment>)> for Adjacency {
    fn from_iter<I: IntoIterator<Item = (Entry, Slot<Segment>)>>(segments: I) -> Self {
        let mut adjacency = Adjacency::default();
        let firsts = segments.into_iter().map(|(first, slot)| {
            adjacency.segments.push_back(Patched { slot, entries: 0 });
            first
        });
        let firsts: Vec<Entry> = firsts.collect();
        adjacency.directory = Arc::new(Directory::from(firsts));
        adjacency
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
