//! Which room of the data file is free. Nothing of it is stored: it follows from the catalog.

use std::collections::BTreeMap;

use super::page::FIRST_BLOB;
use crate::graph::Place;

/// Blobs begin at multiples of this.
const ALIGNMENT: u64 = 64;

/// The room of a data file.
#[derive(Debug, Clone, Default)]
pub(super) struct Space {
    /// Free runs by their beginning; none touches another.
    free: BTreeMap<u64, u64>,
    /// Where the file ends, as far as it is used.
    end: u64,
}

impl Space {
    /// The room that these blobs leave.
    pub(super) fn around(places: impl Iterator<Item = Place>) -> Space {
        let mut used: Vec<(u64, u64)> = places.map(|place| extent(&place)).collect();
        used.sort_unstable();
        let mut space = Space {
            free: BTreeMap::new(),
            end: FIRST_BLOB,
        };
        for (start, end) in used {
            if start > space.end {
                space.free.insert(space.end, start - space.end);
            }
            space.end = space.end.max(end);
        }
        space
    }

    /// No free room but at the end.
    pub(super) fn after(end: u64) -> Space {
        Space {
            free: BTreeMap::new(),
            end: align(end.max(FIRST_BLOB)),
        }
    }

    /// Where the used part ends.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// Room for `length` bytes: the first run that is large enough, or the end.
    pub(super) fn allocate(&mut self, length: u64) -> u64 {
        let length = align(length);
        let found = self.free.iter().find(|(_, room)| **room >= length);
        if let Some((start, room)) = found.map(|(start, room)| (*start, *room)) {
            self.free.remove(&start);
            if room > length {
                self.free.insert(start + length, room - length);
            }
            return start;
        }
        let start = self.end;
        self.end += length;
        start
    }

    /// Makes the room of a blob free.
    pub(super) fn release(&mut self, place: &Place) {
        let (mut start, mut end) = extent(place);
        if let Some((before, room)) = self.free.range(..start).next_back()
            && before + room == start
        {
            start = *before;
        }
        if let Some(room) = self.free.remove(&end) {
            end += room;
        }
        if end == self.end {
            self.free.remove(&start);
            self.end = start;
        } else {
            self.free.insert(start, end - start);
        }
    }
}

/// Beginning and end of the room of a blob.
fn extent(place: &Place) -> (u64, u64) {
    let start = place.blob.offset;
    (start, align(start.saturating_add(place.extent)))
}

fn align(offset: u64) -> u64 {
    offset.next_multiple_of(ALIGNMENT)
}
