//! The generations that this process reads; as long as it does, their blobs are not written over.
//!
//! To lock and unlock a byte of the file takes as long as a small statement. So the last lock stays for a
//! moment when nobody reads its generation any more, and the next statement finds it. Others can use the
//! room of its blobs that much later; who writes in this process gives it back first.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use super::disk::{DiskFile, Lock};
use super::lock::{PIN, lock_within};

/// How long a lock stays at least when nobody reads its generation; at most twice as long.
const LINGER: Duration = Duration::from_millis(200);

/// What is pinned.
#[derive(Debug)]
pub(super) struct Pins {
    file: Arc<dyn DiskFile>,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    /// How many read each generation.
    counts: BTreeMap<u64, usize>,
    /// A generation that nobody reads and that is still locked.
    lingering: Option<u64>,
    /// Whether it began to linger since the watch last looked.
    is_fresh: bool,
    /// Whether a thread watches over what lingers.
    is_watched: bool,
}

/// Keeps the blobs of a generation.
#[derive(Debug)]
pub(super) struct Pin {
    pins: Arc<Pins>,
    generation: u64,
}

impl Pins {
    pub(super) fn new(file: Arc<dyn DiskFile>) -> Arc<Pins> {
        Arc::new(Pins {
            file,
            held: Mutex::default(),
        })
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Pins a generation.
    pub(super) fn pin(self: &Arc<Self>, generation: u64) -> io::Result<Pin> {
        let mut held = self.held();
        let is_locked = held.counts.contains_key(&generation)
            || held.lingering.take_if(|last| *last == generation).is_some();
        if !is_locked {
            let (byte, second) = (PIN + generation, Duration::from_secs(1));
            lock_within(self.file.as_ref(), byte, Lock::Shared, second)?;
        }
        *held.counts.entry(generation).or_insert(0) += 1;
        Ok(Pin {
            pins: self.clone(),
            generation,
        })
    }

    /// Whether anybody reads a generation of `first..=last`.
    pub(super) fn any(&self, first: u64, last: u64) -> io::Result<bool> {
        let mut held = self.held();
        if let Some(generation) = held.lingering.take() {
            self.unlock(generation);
        }
        if held.counts.range(first..=last).next().is_some() {
            return Ok(true);
        }
        self.file.is_locked(PIN + first, PIN + last)
    }

    fn unlock(&self, generation: u64) {
        // A lock that stays keeps room from being used again, no more.
        let _ = self.file.unlock(PIN + generation);
    }

    /// Keeps the lock of a generation that nobody reads any more for a while.
    fn linger(self: &Arc<Self>, held: &mut Held, generation: u64) {
        if let Some(before) = held.lingering.replace(generation) {
            self.unlock(before);
        }
        held.is_fresh = true;
        if !held.is_watched {
            let pins = Arc::downgrade(self);
            let thread = std::thread::Builder::new().name("rihla pins".to_owned());
            held.is_watched = thread.spawn(move || watch(&pins)).is_ok();
        }
        if !held.is_watched {
            held.lingering = None;
            self.unlock(generation);
        }
    }
}

/// Gives back the lock of what has lingered long enough; ends where nothing is read for so long.
fn watch(pins: &Weak<Pins>) {
    loop {
        std::thread::sleep(LINGER);
        let Some(pins) = pins.upgrade() else {
            return;
        };
        let mut held = pins.held();
        if std::mem::take(&mut held.is_fresh) {
            continue;
        }
        if let Some(generation) = held.lingering.take() {
            pins.unlock(generation);
        }
        held.is_watched = false;
        return;
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        let mut held = self.pins.held();
        if let Some(count) = held.counts.get_mut(&self.generation) {
            *count -= 1;
            if *count == 0 {
                held.counts.remove(&self.generation);
                self.pins.linger(&mut held, self.generation);
            }
        }
    }
}
