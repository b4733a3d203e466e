//! The entries of an index, each a key and a position, in order: frozen segments, and a small sorted
//! patch over them.
//!
//! A write changes the patch only. When the patch over a segment has grown by [`FOLD_AT`] entries it
//! is folded into this one segment, so that a write costs what it changes, on average. Patch and
//! list of segments are persistent structures: a snapshot shares them with the writer.
//!
//! An entry in the patch is its key with the position behind it, so that entries of equal keys stand
//! in the order of their positions.

use std::collections::HashMap;
use std::ops::{Bound, Range};
use std::sync::Arc;

use imbl::{OrdMap, Vector};
use serde::{Deserialize, Serialize};

use super::blob::{BlobReader, BlobWriter, Place};
use super::index_key::KeyRange;
use super::index_segment::IndexSegment;
use super::slot::{Held, Slot};
use crate::error::{Error, Result};

/// Entries of a segment at which it is cut in two.
const SEGMENT_SIZE: usize = 16_384;

/// Changed entries of a segment that make it be folded.
const FOLD_AT: u32 = 512;

/// Entries in order.
#[derive(Debug, Clone, Default)]
pub(super) struct IndexTree {
    slots: Vector<Fenced>,
    /// Entries that are there and not in the segments (`true`), or in a segment and not there.
    patch: OrdMap<Arc<[u8]>, bool>,
    length: u64,
}

/// A segment and where it begins.
#[derive(Debug, Clone)]
struct Fenced {
    /// What the entries of the segment, and the patch over it, do not come before; the first
    /// segment takes all that comes before the second.
    fence: Arc<[u8]>,
    slot: Slot<IndexSegment>,
    /// How many entries of the patch belong to this segment.
    patched: u32,
}

/// What stored entries are opened from: their number, and fence and place of each segment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct IndexImage {
    length: u64,
    pub(super) segments: Vec<(Vec<u8>, Place)>,
}

/// The bytes of an entry in the patch.
fn entry(key: &[u8], position: u32) -> Arc<[u8]> {
    let mut entry = Vec::with_capacity(key.len() + 4);
    entry.extend(key);
    entry.extend(position.to_be_bytes());
    entry.into()
}

/// Key and position of an entry.
fn parts(entry: &[u8]) -> (&[u8], u32) {
    match entry.split_last_chunk::<4>() {
        Some((key, position)) => (key, u32::from_be_bytes(*position)),
        None => (entry, 0),
    }
}

impl IndexTree {
    /// Entries that come in order.
    pub(super) fn from_sorted<'e>(entries: impl Iterator<Item = (&'e [u8], u32)>) -> Self {
        let segments = cut(entries, SEGMENT_SIZE);
        let lengths = segments
            .iter()
            .map(|segment| segment.positions.len() as u64);
        IndexTree {
            length: lengths.sum(),
            slots: segments.into_iter().map(Fenced::new).collect(),
            patch: OrdMap::new(),
        }
    }

    /// The number of entries.
    pub(super) fn len(&self) -> u64 {
        self.length
    }

    /// The door for segments: every access to frozen entries goes through here, and may fail.
    fn segment(&self, number: usize) -> Result<Held<'_, IndexSegment>> {
        match self.slots.get(number) {
            Some(fenced) => fenced.slot.get(),
            None => Err(Error::internal(format!("there is no segment {number}"))),
        }
    }

    /// The segment that an entry belongs to, the last one whose fence it does not come before.
    fn slot_of(&self, entry: &[u8]) -> usize {
        let (mut low, mut high) = (0, self.slots.len());
        while low < high {
            let middle = (low + high) / 2;
            if self.slots[middle].fence.as_ref() <= entry {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low.saturating_sub(1)
    }

    /// The segments that may hold entries of a range, by number.
    pub(super) fn segments(&self, range: &KeyRange) -> Range<usize> {
        if self.slots.is_empty() {
            return 0..0;
        }
        let first = self.slot_of(&range.low);
        let is_last = |next: &Fenced| next.fence.as_ref() >= range.high.as_slice();
        match self.slots.get(first + 1).is_none_or(is_last) {
            true => first..first + 1,
            false => first..self.slot_of(&range.high) + 1,
        }
    }

    /// Appends the positions of a range that a segment and the patch over it hold, in order.
    pub(super) fn read(&self, number: usize, range: &KeyRange, found: &mut Vec<u32>) -> Result<()> {
        let segment = self.segment(number)?;
        let places = segment.places(&range.low, &range.high);
        let (mut at, end) = (places.start, places.end);
        if self.slots[number].patched > 0 {
            let fence = match number {
                0 => &[],
                _ => self.slots[number].fence.as_ref(),
            };
            let low = range.low.as_slice().max(fence);
            let high = match self.slots.get(number + 1) {
                Some(next) => range.high.as_slice().min(next.fence.as_ref()),
                None => range.high.as_slice(),
            };
            if low < high {
                let bounds = (Bound::Included(low), Bound::Excluded(high));
                for (entry, is_added) in self.patch.range::<_, [u8]>(bounds) {
                    let here = segment.place(entry);
                    found.extend(&segment.positions[at..here]);
                    if *is_added {
                        found.push(parts(entry).1);
                        at = here;
                    } else {
                        at = here + 1;
                    }
                }
            }
        }
        found.extend(&segment.positions[at..end]);
        Ok(())
    }

    /// Appends all positions in order.
    pub(super) fn read_all(&self, found: &mut Vec<u32>) -> Result<()> {
        for number in 0..self.slots.len() {
            let segment = self.segment(number)?;
            let patched = self.patched_entries(number);
            found.extend(
                merged(&segment, &patched)
                    .iter()
                    .map(|(_, position)| position),
            );
        }
        Ok(())
    }

    /// The patch over a segment.
    fn patched_entries(&self, number: usize) -> Vec<(Arc<[u8]>, bool)> {
        let low = match number {
            0 => Bound::Unbounded,
            _ => Bound::Included(self.slots[number].fence.as_ref()),
        };
        let high = match self.slots.get(number + 1) {
            Some(next) => Bound::Excluded(next.fence.as_ref()),
            None => Bound::Unbounded,
        };
        self.patch
            .range::<_, [u8]>((low, high))
            .map(|(entry, is_added)| (entry.clone(), *is_added))
            .collect()
    }

    /// Adds an entry that is not there.
    pub(super) fn insert(&mut self, key: &[u8], position: u32) -> Result<()> {
        self.length += 1;
        self.change(entry(key, position), true)
    }

    /// Removes an entry that is there.
    pub(super) fn remove(&mut self, key: &[u8], position: u32) -> Result<()> {
        self.length -= 1;
        self.change(entry(key, position), false)
    }

    fn change(&mut self, entry: Arc<[u8]>, is_added: bool) -> Result<()> {
        if self.slots.is_empty() {
            self.slots.push_back(Fenced::new(IndexSegment::default()));
        }
        let number = self.slot_of(&entry);
        let Some(slot) = self.slots.get_mut(number) else {
            return Err(Error::internal(format!("there is no segment {number}")));
        };
        match self.patch.get(&entry) {
            // It was changed the other way round before.
            Some(_) => {
                self.patch.remove(&entry);
                slot.patched -= 1;
            }
            None => {
                self.patch.insert(entry, is_added);
                slot.patched += 1;
                if slot.patched >= FOLD_AT {
                    return self.fold(number);
                }
            }
        }
        Ok(())
    }

    /// The same entries with everything stored.
    pub(super) fn store(
        &self,
        writer: &mut dyn BlobWriter,
        source: &Arc<dyn BlobReader>,
    ) -> Result<IndexTree> {
        let mut stored = self.clone();
        // From the back: a fold may change how many segments there are.
        for number in (0..self.slots.len()).rev() {
            if self
                .slots
                .get(number)
                .is_some_and(|fenced| fenced.patched > 0)
            {
                stored.fold(number)?;
            }
        }
        for number in 0..stored.slots.len() {
            if let Some(fenced) = stored.slots.get_mut(number)
                && !fenced.slot.is_stored(source)
            {
                fenced.slot = fenced.slot.store(writer, source)?;
            }
        }
        Ok(stored)
    }

    /// Where the segments of stored entries are.
    pub(super) fn image(&self) -> IndexImage {
        let segment = |fenced: &Fenced| Some((fenced.fence.to_vec(), fenced.slot.place()?));
        IndexImage {
            length: self.length,
            segments: self.slots.iter().filter_map(segment).collect(),
        }
    }

    /// Entries that are stored; segments that `known` has too are shared with it.
    pub(super) fn open(
        image: &IndexImage,
        source: &Arc<dyn BlobReader>,
        known: Option<&IndexTree>,
    ) -> IndexTree {
        let known: HashMap<Place, &Slot<IndexSegment>> = known
            .into_iter()
            .flat_map(|known| known.slots.iter())
            .filter_map(|fenced| Some((fenced.slot.place()?, &fenced.slot)))
            .collect();
        let fenced = |(fence, place): &(Vec<u8>, Place)| Fenced {
            fence: fence.as_slice().into(),
            slot: match known.get(place) {
                Some(slot) => (*slot).clone(),
                None => Slot::stored(*place, source),
            },
            patched: 0,
        };
        IndexTree {
            slots: image.segments.iter().map(fenced).collect(),
            patch: OrdMap::new(),
            length: image.length,
        }
    }

    /// Puts the patch over a segment into new segments.
    fn fold(&mut self, number: usize) -> Result<()> {
        let old = Arc::clone(&*self.segment(number)?);
        let patched = self.patched_entries(number);
        let entries = merged(&old, &patched);
        let pieces = entries.len().div_ceil(SEGMENT_SIZE).max(1);
        let folded = cut(entries.iter().copied(), entries.len().div_ceil(pieces));
        for (entry, _) in &patched {
            self.patch.remove(entry);
        }
        self.slots.remove(number);
        for (piece, segment) in folded.into_iter().enumerate() {
            self.slots.insert(number + piece, Fenced::new(segment));
        }
        Ok(())
    }
}

impl Fenced {
    fn new(segment: IndexSegment) -> Fenced {
        let first = segment.entries().next();
        Fenced {
            fence: first.map_or_else(|| Arc::from([]), |(key, position)| entry(key, position)),
            slot: Slot::resident(segment),
            patched: 0,
        }
    }
}

/// Segments of entries that come in order, each of `size` entries or fewer.
fn cut<'e>(entries: impl Iterator<Item = (&'e [u8], u32)>, size: usize) -> Vec<IndexSegment> {
    let mut segments: Vec<IndexSegment> = Vec::new();
    for (key, position) in entries {
        if segments.last().is_none_or(|last| last.is_full(size)) {
            segments.push(IndexSegment::default());
        }
        if let Some(last) = segments.last_mut() {
            last.push(key, position);
        }
    }
    segments.iter_mut().for_each(IndexSegment::finish);
    segments
}

/// The entries of a segment with the patch applied, in order.
fn merged<'s>(segment: &'s IndexSegment, patched: &'s [(Arc<[u8]>, bool)]) -> Vec<(&'s [u8], u32)> {
    let mut merged = Vec::with_capacity(segment.positions.len() + patched.len());
    let mut frozen = segment.entries();
    let mut at = 0;
    for (entry, is_added) in patched {
        let here = segment.place(entry);
        merged.extend(frozen.by_ref().take(here - at));
        at = here;
        if *is_added {
            merged.push(parts(entry));
        } else {
            frozen.next();
            at += 1;
        }
    }
    merged.extend(frozen);
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn range(low: &[u8], high: &[u8]) -> KeyRange {
        KeyRange {
            low: low.to_vec(),
            high: high.to_vec(),
        }
    }

    fn read(tree: &IndexTree, range: &KeyRange) -> Vec<u32> {
        let mut found = Vec::new();
        for number in tree.segments(range) {
            tree.read(number, range, &mut found).expect("a segment");
        }
        found
    }

    /// Keys of two bytes, many of them equal, so that runs span segments.
    fn check(tree: &IndexTree, model: &BTreeSet<([u8; 2], u32)>, random: &mut fastrand::Rng) {
        assert_eq!(tree.len(), model.len() as u64);
        for _ in 0..20 {
            let mut bounds = [
                [random.u8(0..6), random.u8(..)],
                [random.u8(0..6), random.u8(..)],
            ];
            bounds.sort_unstable();
            let [low, high] = bounds;
            let expected: Vec<u32> = model
                .range((low, 0)..(high, 0))
                .map(|(_, position)| *position)
                .collect();
            assert_eq!(read(tree, &range(&low, &high)), expected);
        }
    }

    #[test]
    fn entries_are_those_of_a_set() {
        for seed in 0..4 {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut model = BTreeSet::new();
            let mut tree = IndexTree::default();
            let mut kept: Vec<(IndexTree, BTreeSet<_>)> = Vec::new();
            for step in 0..60_000_u32 {
                let spread = if seed % 2 == 0 { 2 } else { 255 };
                let key = [random.u8(0..6), random.u8(0..spread)];
                if random.u8(0..4) > 0 || model.is_empty() {
                    model.insert((key, step));
                    tree.insert(&key, step).expect("inserts");
                } else {
                    let from = model.range((key, 0)..).next().or(model.first());
                    let (key, position) = *from.expect("it is not empty");
                    model.remove(&(key, position));
                    tree.remove(&key, position).expect("removes");
                }
                if step % 20_000 == 0 {
                    kept.push((tree.clone(), model.clone()));
                }
            }
            kept.push((tree.clone(), model.clone()));
            assert!(tree.slots.len() > 1, "segments are cut");
            let entries: Vec<_> = model
                .iter()
                .map(|(key, at)| (key.as_slice(), *at))
                .collect();
            kept.push((IndexTree::from_sorted(entries.into_iter()), model.clone()));
            for (tree, model) in &kept {
                check(tree, model, &mut random);
            }
        }
    }
}
