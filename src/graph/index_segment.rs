//! Frozen entries of an index in order, in memory or as bytes; `docs/file-format.md` describes the
//! bytes.

use std::ops::Range;
use std::sync::Arc;

use super::blob::{BlobReader, Packed, Place};
use super::slot::Part;
use crate::column::{Bytes, pack, read_numbers, unpack, write_numbers};
use crate::error::{Error, Result};

/// Bytes of keys at which a segment ends, however few they are: they are numbered with 32 bits.
const FULL_BYTES: usize = 1 << 20;

/// So few keys are compared byte by byte without asking their heads.
const FEW_KEYS: usize = 8;

/// Frozen entries: distinct keys, and the positions of each side by side.
///
/// Source of the heads: "Modern B-Tree Techniques" (Graefe, 2011), poor man's normalised keys behind a
/// truncated prefix.
#[derive(Debug, Default)]
pub(super) struct IndexSegment {
    bytes: Vec<u8>,
    /// How many bytes all keys begin with in common.
    common: usize,
    /// The eight bytes of each key behind those as a number, with zeros behind its end: a key with a smaller
    /// head comes earlier. None until the segment is finished.
    heads: Vec<u64>,
    /// Where each key ends in `bytes`.
    key_ends: Vec<u32>,
    /// Where the positions of each key end.
    run_ends: Vec<u32>,
    pub(super) positions: Vec<u32>,
}

impl IndexSegment {
    fn key(&self, place: usize) -> &[u8] {
        let start = before(&self.key_ends, place);
        &self.bytes[start..self.key_ends[place] as usize]
    }

    fn run(&self, place: usize) -> Range<usize> {
        before(&self.run_ends, place)..self.run_ends[place] as usize
    }

    /// The number of entries that come before `bound`: the beginning of a key, or an entry.
    pub(super) fn place(&self, bound: &[u8]) -> usize {
        self.position(self.key_place(bound, 0..self.key_ends.len()), bound)
    }

    /// The places of the entries from `low` up to before `high`.
    pub(super) fn places(&self, low: &[u8], high: &[u8]) -> Range<usize> {
        let first = self.key_place(low, 0..self.key_ends.len());
        // Most ranges are short: the end is looked for near the start, in growing steps.
        let (mut from, mut step) = (first, 1);
        let mut to = self.key_ends.len();
        while from + step < to {
            if self.is_before(from + step, high) {
                from += step;
                step *= 2;
            } else {
                to = from + step;
            }
        }
        let last = self.key_place(high, from..to);
        self.position(first, low)..self.position(last, high)
    }

    /// Makes the heads, once all entries are there.
    pub(super) fn finish(&mut self) {
        let keys = self.key_ends.len();
        self.common = match keys.checked_sub(1) {
            Some(last) => {
                let bytes = self.key(0).iter().zip(self.key(last));
                bytes.take_while(|(one, other)| one == other).count()
            }
            None => 0,
        };
        let heads = (0..keys).map(|place| {
            let rest = self.key(place).get(self.common..);
            head(rest.unwrap_or_default())
        });
        self.heads = heads.collect();
    }

    /// The places of a range where the first key that is not before `bound` can be, as far as heads tell.
    fn narrowed(&self, bound: &[u8], places: Range<usize>) -> Range<usize> {
        let heads = self.heads.get(places.clone()).unwrap_or_default();
        if heads.len() < FEW_KEYS {
            return places;
        }
        let rest = match bound.split_at_checked(self.common) {
            Some((common, rest)) if self.key(0).starts_with(common) => rest,
            _ => return places,
        };
        let bound = head(rest);
        let first = heads.partition_point(|head| *head < bound);
        let equal = match heads.get(first) {
            Some(head) if *head == bound => heads[first..].partition_point(|head| *head == bound),
            _ => 0,
        };
        // `bound` may begin with a key, whose head may then be smaller: with one, as no key begins another.
        let start = places.start + first;
        start.saturating_sub(1).max(places.start)..start + equal
    }

    /// The first key in a range of places that is not before `bound`.
    fn key_place(&self, bound: &[u8], places: Range<usize>) -> usize {
        let places = self.narrowed(bound, places);
        let (mut low, mut high) = (places.start, places.end);
        while low < high {
            let middle = (low + high) / 2;
            if self.is_before(middle, bound) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Whether all entries of a key come before `bound`.
    fn is_before(&self, place: usize, bound: &[u8]) -> bool {
        let key = self.key(place);
        key < bound && !bound.starts_with(key)
    }

    /// The number of entries before `bound`, if this is the first key that is not before it.
    fn position(&self, place: usize, bound: &[u8]) -> usize {
        if place == self.key_ends.len() {
            return self.positions.len();
        }
        let run = self.run(place);
        match bound.strip_prefix(self.key(place)) {
            None => run.start,
            Some(position) => {
                let run_before = self.positions[run.clone()]
                    .partition_point(|at| at.to_be_bytes().as_slice() < position);
                run.start + run_before
            }
        }
    }

    /// Adds an entry that comes after all others.
    pub(super) fn push(&mut self, key: &[u8], position: u32) {
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

    /// Whether the segment holds enough: as many entries as this, or many bytes of keys.
    pub(super) fn is_full(&self, entries: usize) -> bool {
        self.positions.len() >= entries || self.bytes.len() >= FULL_BYTES
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (&[u8], u32)> {
        (0..self.key_ends.len()).flat_map(move |place| {
            let positions = &self.positions[self.run(place)];
            positions
                .iter()
                .map(move |position| (self.key(place), *position))
        })
    }
}

/// The first eight bytes as a number that is ordered as they are; zeros where they end earlier.
fn head(bytes: &[u8]) -> u64 {
    let head = match bytes.first_chunk() {
        Some(head) => *head,
        None => {
            let mut head = [0; size_of::<u64>()];
            head[..bytes.len()].copy_from_slice(bytes);
            head
        }
    };
    u64::from_be_bytes(head)
}

fn before(ends: &[u32], place: usize) -> usize {
    match place {
        0 => 0,
        _ => ends[place - 1] as usize,
    }
}

impl Part for IndexSegment {
    type Digest = ();

    fn digest(&self) {}

    fn load(place: Place, source: &Arc<dyn BlobReader>) -> Result<Self> {
        let bytes = unpack(&source.read(place.blob)?)?;
        let mut bytes = Bytes(&bytes);
        let (keys, positions) = (bytes.u32()? as usize, bytes.u32()? as usize);
        let mut segment = IndexSegment {
            key_ends: read_numbers(&mut bytes, keys)?,
            run_ends: read_numbers(&mut bytes, keys)?,
            positions: read_numbers(&mut bytes, positions)?,
            bytes: bytes.0.to_vec(),
            ..IndexSegment::default()
        };
        let ends_at = |ends: &[u32], end: usize| {
            ends.is_sorted() && ends.last().is_none_or(|last| *last as usize == end)
        };
        match ends_at(&segment.key_ends, segment.bytes.len())
            && ends_at(&segment.run_ends, segment.positions.len())
        {
            true => segment.finish(),
            false => return Err(Error::damaged("the entries of an index do not add up")),
        }
        Ok(segment)
    }

    fn pack(&self) -> Result<Packed> {
        let mut bytes = Vec::new();
        bytes.extend((self.key_ends.len() as u32).to_le_bytes());
        bytes.extend((self.positions.len() as u32).to_le_bytes());
        write_numbers(self.key_ends.iter().copied(), &mut bytes);
        write_numbers(self.run_ends.iter().copied(), &mut bytes);
        write_numbers(self.positions.iter().copied(), &mut bytes);
        bytes.extend_from_slice(&self.bytes);
        Ok(Packed::whole(pack(&bytes)))
    }

    fn bytes(&self) -> usize {
        let numbers = self.key_ends.len() + self.run_ends.len() + self.positions.len();
        let heads = self.heads.len() * size_of::<u64>();
        self.bytes.len() + numbers * size_of::<u32>() + heads
    }
}
