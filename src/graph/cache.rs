//! Keeps the memory of loaded parts within a budget: what was not used for longest, roughly, is let
//! go and fetched again when it is wanted.
//!
//! The clock algorithm (Corbató, "A Paging Experiment with the Multics System", 1968): parts stand in a
//! ring; one that was used since the hand passed it last is passed over once.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicIsize, Ordering};
use std::sync::{Mutex, PoisonError, Weak};

/// A part that can be let go.
pub(super) trait Evict: Send + Sync {
    /// Whether it was used since the last time of asking.
    fn was_used(&self) -> bool;

    /// Lets it go; gives the bytes that it held.
    fn evict(&self) -> usize;
}

/// The ring of loaded parts.
pub struct Cache {
    budget: usize,
    used: AtomicIsize,
    ring: Mutex<VecDeque<Weak<dyn Evict>>>,
}

impl Cache {
    /// A cache that lets parts go when more than `budget` bytes are loaded.
    pub fn new(budget: usize) -> Cache {
        Cache {
            budget,
            used: AtomicIsize::new(0),
            ring: Mutex::default(),
        }
    }

    /// The bytes that may be loaded.
    pub(super) fn budget(&self) -> usize {
        self.budget
    }

    /// The bytes that are loaded.
    pub fn used(&self) -> usize {
        // Negative for a moment, where a part goes whose coming is about to be noted.
        self.used.load(Ordering::Relaxed).max(0) as usize
    }

    /// Takes note of a part that was loaded.
    pub(super) fn add(&self, part: Weak<dyn Evict>, bytes: usize) {
        let ring = self.ring.lock();
        ring.unwrap_or_else(PoisonError::into_inner).push_back(part);
        self.grow(bytes);
    }

    /// Takes note that a part holds this much more.
    pub(super) fn grow(&self, bytes: usize) {
        self.used.fetch_add(bytes as isize, Ordering::Relaxed);
        if self.used() > self.budget {
            self.shrink();
        }
    }

    /// Takes note that a part is gone with its last reader.
    pub(super) fn release(&self, bytes: usize) {
        self.used.fetch_sub(bytes as isize, Ordering::Relaxed);
    }

    fn shrink(&self) {
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        // Twice round: the first time every part may have been used.
        for _ in 0..2 * ring.len() {
            if self.used() <= self.budget {
                return;
            }
            let Some(part) = ring.pop_front() else {
                return;
            };
            match part.upgrade() {
                Some(used) if used.was_used() => ring.push_back(part),
                Some(unused) => self.release(unused.evict()),
                None => {}
            }
        }
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cache({} of {} bytes)", self.used(), self.budget)
    }
}
