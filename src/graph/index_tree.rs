//! The entries of an index, each a key and a position, in order: frozen segments, and a small sorted
//! patch over them.
//!
//! A write changes the patch only. When the patch over a segment has grown by [`FOLD_AT`] entries it
//! is folded into this one segment, so that a write costs what it changes, on average. Patch and
//! list of segments are persistent structures: a snapshot shares them with the writer.
//!
//! An entry in the patch is its key with the position behind it, so that entries of equal keys stand
//! in the order of their positions.

use std::ops::{Bound, Range};
use std::sync::Arc;

use imbl::{OrdMap, Vector};

use super::index_key::KeyRange;
use crate::error::{Error, Result};

/// Entries of a segment at which it is cut in two.
const SEGMENT_SIZE: usize = 16_384;

/// Changed entries of a segment that make it be folded.
const FOLD_AT: u32 = 512;

/// Entries in order.
#[derive(Debug, Clone, Default)]
pub(super) struct IndexTree {
    slots: Vector<Slot>,
    /// Entries that are there and not in the segments (`true`), or in a segment and not there.
    patch: OrdMap<Arc<[u8]>, bool>,
    length: u64,
}

/// Where a segment is: in memory, so far.
#[derive(Debug, Clone)]
struct Slot {
    /// What the entries of the segment, and the patch over it, do not come before; the first
    /// segment takes all that comes before the second.
    fence: Arc<[u8]>,
    segment: Arc<Segment>,
    /// How many entries of the patch belong to this segment.
    patched: u32,
}

/// Frozen entries: distinct keys, and the positions of each side by side.
#[derive(Debug, Default)]
struct Segment {
    bytes: Vec<u8>,
    /// Where each key ends in `bytes`.
    key_ends: Vec<u32>,
    /// Where the positions of each key end.
    run_ends: Vec<u32>,
    positions: Vec<u32>,
}

impl Segment {
    fn key(&self, place: usize) -> &[u8] {
        let start = before(&self.key_ends, place);
        &self.bytes[start..self.key_ends[place] as usize]
    }

    fn run(&self, place: usize) -> Range<usize> {
        before(&self.run_ends, place)..self.run_ends[place] as usize
    }

    /// The number of entries that come before `bound`: the beginning of a key, or an entry.
    fn place(&self, bound: &[u8]) -> usize {
        let (mut low, mut high) = (0, self.key_ends.len());
        while low < high {
            let middle = (low + high) / 2;
            let key = self.key(middle);
            if key < bound && !bound.starts_with(key) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if low == self.key_ends.len() {
            return self.positions.len();
        }
        let run = self.run(low);
        match bound.strip_prefix(self.key(low)) {
            None => run.start,
            Some(position) => {
                let run_before = self.positions[run.clone()]
                    .partition_point(|at| at.to_be_bytes().as_slice() < position);
                run.start + run_before
            }
        }
    }

    /// Adds an entry that comes after all others.
    fn push(&mut self, key: &[u8], position: u32) {
        let is_known = !self.key_ends.is_empty() && self.key(self.key_ends.len() - 1) == key;
        self.positions.push(position);
        let end = self.positions.len() as u32;
        if is_known && let Some(last) = self.run_ends.last_mut() {
            *last = end;
        } else {
            self.bytes.extend(key);
            self.key_ends.push(self.bytes.len() as u32);
            self.run_ends.push(end);
        }
    }

    fn entries(&self) -> impl Iterator<Item = (&[u8], u32)> {
        (0..self.key_ends.len()).flat_map(move |place| {
            let positions = &self.positions[self.run(place)];
            positions
                .iter()
                .map(move |position| (self.key(place), *position))
        })
    }
}

fn before(ends: &[u32], place: usize) -> usize {
    match place {
        0 => 0,
        _ => ends[place - 1] as usize,
    }
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
        let mut tree = IndexTree::default();
        let mut segment = Segment::default();
        for (key, position) in entries {
            if segment.positions.len() == SEGMENT_SIZE {
                tree.slots
                    .push_back(Slot::new(std::mem::take(&mut segment)));
            }
            segment.push(key, position);
            tree.length += 1;
        }
        if !segment.positions.is_empty() {
            tree.slots.push_back(Slot::new(segment));
        }
        tree
    }

    /// The number of entries.
    pub(super) fn len(&self) -> u64 {
        self.length
    }

    /// The door for segments: every access to frozen entries goes through here, and may fail.
    fn segment(&self, number: usize) -> Result<&Arc<Segment>> {
        self.slots
            .get(number)
            .map(|slot| &slot.segment)
            .ok_or_else(|| Error::internal(format!("there is no segment {number}")))
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
        self.slot_of(&range.low)..self.slot_of(&range.high) + 1
    }

    /// Appends the positions of a range that a segment and the patch over it hold, in order.
    pub(super) fn read(&self, number: usize, range: &KeyRange, found: &mut Vec<u32>) -> Result<()> {
        let segment = self.segment(number)?;
        let mut at = segment.place(&range.low);
        let end = segment.place(&range.high);
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
            self.slots.push_back(Slot::new(Segment::default()));
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

    /// Puts the patch over a segment into new segments.
    fn fold(&mut self, number: usize) -> Result<()> {
        let old = self.segment(number)?.clone();
        let low = match number {
            0 => Bound::Unbounded,
            _ => Bound::Included(self.slots[number].fence.as_ref()),
        };
        let high = match self.slots.get(number + 1) {
            Some(next) => Bound::Excluded(next.fence.as_ref()),
            None => Bound::Unbounded,
        };
        let patched: Vec<(Arc<[u8]>, bool)> = self
            .patch
            .range::<_, [u8]>((low, high))
            .map(|(entry, is_added)| (entry.clone(), *is_added))
            .collect();
        let entries = merged(&old, &patched);
        let pieces = entries.len().div_ceil(SEGMENT_SIZE).max(1);
        let mut folded = vec![Segment::default()];
        for (place, (key, position)) in entries.iter().enumerate() {
            if place * pieces / entries.len() == folded.len() {
                folded.push(Segment::default());
            }
            if let Some(last) = folded.last_mut() {
                last.push(key, *position);
            }
        }
        for (entry, _) in &patched {
            self.patch.remove(entry);
        }
        if entries.is_empty() && number > 0 {
            self.slots.remove(number);
            return Ok(());
        }
        let fence = self.slots[number].fence.clone();
        for (piece, segment) in folded.into_iter().enumerate() {
            let mut slot = Slot::new(segment);
            if piece == 0 {
                slot.fence = fence.clone();
                self.slots.set(number, slot);
            } else {
                self.slots.insert(number + piece, slot);
            }
        }
        Ok(())
    }
}

impl Slot {
    fn new(segment: Segment) -> Slot {
        let first = segment.entries().next();
        Slot {
            fence: first.map_or_else(|| Arc::from([]), |(key, position)| entry(key, position)),
            segment: Arc::new(segment),
            patched: 0,
        }
    }
}

/// The entries of a segment with the patch applied, in order.
fn merged<'s>(segment: &'s Segment, patched: &'s [(Arc<[u8]>, bool)]) -> Vec<(&'s [u8], u32)> {
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
