//! A frozen part of the graph: in memory, or stored and fetched when it is first touched.

use std::fmt;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use arc_swap::ArcSwapOption;

use super::blob::{BlobReader, BlobWriter, Packed, Place};
use super::cache::Evict;
use crate::error::Result;

/// What can be stored and fetched again.
pub(super) trait Part: fmt::Debug + Send + Sync + Sized + 'static {
    /// What stays known of it where it is not in memory.
    type Digest: Copy + fmt::Debug + Send + Sync;

    /// What stays known.
    fn digest(&self) -> Self::Digest;

    /// Fetches it.
    fn load(place: Place, source: &Arc<dyn BlobReader>) -> Result<Self>;

    /// Makes its bytes; that takes a while and any thread can do it.
    fn pack(&self) -> Result<Packed>;

    /// Stores it.
    fn store(&self, writer: &mut dyn BlobWriter) -> Result<Place> {
        self.pack()?.write(writer)
    }

    /// The bytes that it holds in memory.
    fn bytes(&self) -> usize;
}

/// Where a part is. Cloning shares it.
#[derive(Debug)]
pub(super) enum Slot<T: Part> {
    /// In memory only.
    Resident(Arc<T>),
    /// Stored, and in memory while it is used.
    Stored(Arc<Stored<T>>),
}

/// A part that is stored.
#[derive(Debug)]
pub(super) struct Stored<T: Part> {
    pub(super) place: Place,
    source: Arc<dyn BlobReader>,
    loaded: ArcSwapOption<T>,
    digest: OnceLock<T::Digest>,
    used: AtomicBool,
}

/// A part for as long as somebody reads it.
#[derive(Debug)]
pub(super) enum Held<'s, T> {
    Borrowed(&'s Arc<T>),
    Shared(Arc<T>),
}

impl<T: Part> Clone for Slot<T> {
    fn clone(&self) -> Self {
        match self {
            Slot::Resident(part) => Slot::Resident(part.clone()),
            Slot::Stored(stored) => Slot::Stored(stored.clone()),
        }
    }
}

impl<T> Deref for Held<'_, T> {
    type Target = Arc<T>;

    fn deref(&self) -> &Arc<T> {
        match self {
            Held::Borrowed(part) => part,
            Held::Shared(part) => part,
        }
    }
}

impl<T: Part> Slot<T> {
    /// A slot in memory.
    pub(super) fn resident(part: T) -> Self {
        Slot::Resident(Arc::new(part))
    }

    /// A slot of a stored part.
    pub(super) fn stored(place: Place, source: &Arc<dyn BlobReader>) -> Self {
        Slot::Stored(Arc::new(Stored {
            place,
            source: source.clone(),
            loaded: ArcSwapOption::empty(),
            digest: OnceLock::new(),
            used: AtomicBool::new(false),
        }))
    }

    /// The part; fetched where it is not in memory.
    pub(super) fn get(&self) -> Result<Held<'_, T>> {
        let stored = match self {
            Slot::Resident(part) => return Ok(Held::Borrowed(part)),
            Slot::Stored(stored) => stored,
        };
        if !stored.used.load(Ordering::Relaxed) {
            stored.used.store(true, Ordering::Relaxed);
        }
        if let Some(part) = stored.loaded.load_full() {
            return Ok(Held::Shared(part));
        }
        let part = Arc::new(T::load(stored.place, &stored.source)?);
        // Two threads may have fetched it at once; then one of the two is kept.
        let before = stored.loaded.swap(Some(part.clone()));
        if before.is_none() {
            let weak: Weak<Stored<T>> = Arc::downgrade(stored);
            stored.source.cache().add(weak, part.bytes());
        }
        Ok(Held::Shared(part))
    }

    /// What is known of the part; it is fetched at most once for that.
    pub(super) fn digest(&self) -> Result<T::Digest> {
        let stored = match self {
            Slot::Resident(part) => return Ok(part.digest()),
            Slot::Stored(stored) => stored,
        };
        if let Some(digest) = stored.digest.get() {
            return Ok(*digest);
        }
        let digest = self.get()?.digest();
        Ok(*stored.digest.get_or_init(|| digest))
    }

    /// Whether it is stored where `source` reads.
    pub(super) fn is_stored(&self, source: &Arc<dyn BlobReader>) -> bool {
        matches!(self, Slot::Stored(stored) if Arc::ptr_eq(&stored.source, source))
    }

    /// Where it is read from, if it is stored.
    pub(super) fn source(&self) -> Option<&Arc<dyn BlobReader>> {
        match self {
            Slot::Resident(_) => None,
            Slot::Stored(stored) => Some(&stored.source),
        }
    }

    /// Where it is stored.
    pub(super) fn place(&self) -> Option<Place> {
        match self {
            Slot::Resident(_) => None,
            Slot::Stored(stored) => Some(stored.place),
        }
    }

    /// The slot of the part once it is stored where `source` reads.
    pub(super) fn store(
        &self,
        writer: &mut dyn BlobWriter,
        source: &Arc<dyn BlobReader>,
    ) -> Result<Self> {
        match self {
            Slot::Stored(stored) if Arc::ptr_eq(&stored.source, source) => Ok(self.clone()),
            // It is stored elsewhere: a copy is made.
            Slot::Stored(_) => Ok(Slot::stored(self.get()?.store(writer)?, source)),
            Slot::Resident(part) => {
                let stored = Slot::stored(part.store(writer)?, source);
                if let Slot::Stored(slot) = &stored {
                    slot.loaded.store(Some(part.clone()));
                    let weak: Weak<Stored<T>> = Arc::downgrade(slot);
                    source.cache().add(weak, part.bytes());
                }
                Ok(stored)
            }
        }
    }
}

impl<T: Part> Evict for Stored<T> {
    fn was_used(&self) -> bool {
        self.used.swap(false, Ordering::Relaxed)
    }

    fn evict(&self) -> usize {
        self.loaded.swap(None).map_or(0, |part| part.bytes())
    }
}

impl<T: Part> Drop for Stored<T> {
    fn drop(&mut self) {
        let bytes = self.evict();
        self.source.cache().release(bytes);
    }
}
