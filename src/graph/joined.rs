//! All entries of an adjacency in one segment, made where nodes are read in no order: no segment has to
//! be looked up any more, the list of a node is two reads away.
//!
//! It is memory spent on speed. So it is made only when looking up segments has cost about as much as
//! making it does, counts in the cache like any other part that is loaded, and goes with the first write.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, TryLockError, Weak};

use arc_swap::ArcSwapOption;

use super::blob::BlobReader;
use super::cache::Evict;
use super::segment::Segment;
use super::slot::Part;
use crate::error::Result;

/// Entries that can be copied in the time of looking up one segment.
const ENTRIES_PER_LOOKUP: usize = 16;

/// A joined segment is at most this part of the cache.
const PART_OF_CACHE: usize = 4;

/// The joined segment, once there is one; shared by all states of the graph in which it is the same.
#[derive(Debug, Default)]
pub(super) struct Joined {
    segment: ArcSwapOption<Segment>,
    /// Lookups of segments so far.
    lookups: AtomicUsize,
    /// Held by the one who makes it; true where it is not worth the room.
    is_refused: Mutex<bool>,
    used: AtomicBool,
    /// Where the entries are stored, if they are; its cache knows of the segment.
    source: OnceLock<Arc<dyn BlobReader>>,
}

impl Joined {
    /// The segment, if it was made.
    pub(super) fn get(&self) -> Option<Arc<Segment>> {
        let segment = self.segment.load_full()?;
        self.used.store(true, Ordering::Relaxed);
        Some(segment)
    }

    /// Notes lookups of segments; tells whether the time has come to join `entries` entries.
    pub(super) fn note(&self, lookups: usize, entries: usize) -> bool {
        let all = self.lookups.fetch_add(lookups, Ordering::Relaxed) + lookups;
        all.saturating_mul(ENTRIES_PER_LOOKUP) >= entries
    }

    /// The segment that `make` gives, unless another thread makes it, or it takes too much room; `bytes`
    /// is how much that is.
    ///
    /// # Errors
    /// Those of `make`.
    pub(super) fn make(
        self: &Arc<Self>,
        bytes: usize,
        source: Option<&Arc<dyn BlobReader>>,
        make: impl FnOnce() -> Result<Segment>,
    ) -> Result<Option<Arc<Segment>>> {
        let mut is_refused = match self.is_refused.try_lock() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(guard)) => guard.into_inner(),
            Err(TryLockError::WouldBlock) => return Ok(None),
        };
        if let Some(segment) = self.get() {
            return Ok(Some(segment));
        }
        *is_refused |= source.is_some_and(|source| bytes > source.cache().budget() / PART_OF_CACHE);
        if *is_refused {
            return Ok(None);
        }
        let segment = Arc::new(make()?);
        // Let go, it has to be worth it anew.
        self.lookups.store(0, Ordering::Relaxed);
        self.segment.store(Some(segment.clone()));
        if let Some(source) = source {
            let source = self.source.get_or_init(|| source.clone());
            let weak: Weak<Joined> = Arc::downgrade(self);
            source.cache().add(weak, segment.bytes());
        }
        Ok(Some(segment))
    }
}

impl Evict for Joined {
    fn was_used(&self) -> bool {
        self.used.swap(false, Ordering::Relaxed)
    }

    fn evict(&self) -> usize {
        self.segment.swap(None).map_or(0, |segment| segment.bytes())
    }
}

impl Drop for Joined {
    fn drop(&mut self) {
        let bytes = self.evict();
        if let Some(source) = self.source.get() {
            source.cache().release(bytes);
        }
    }
}
