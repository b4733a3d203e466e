//! The generations that this process reads; as long as it does, their blobs are not written over.
//!
//! To lock and unlock a byte of the file takes as long as a small statement. So the last lock stays for a
//! moment when nobody reads its generation any more, and the next statement finds it. Others can use the
//! room of its blobs that much later; who writes in this process gives it back first.

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
    /// Generations, each with how many read it: seldom more than one.
    counts: Vec<(u64, usize)>,
    /// A generation that nobody reads and that is still locked.
    lingering: Option<u64>,
    /// Whether it began to linger since the watch last looked.
    is_fresh: bool,
    /// Whether a thread watches over what lingers.
    is_watched: bool,
}

impl Held {
    /// The place of a generation that is read.
    fn place(&self, generation: u64) -> Option<usize> {
        let mut counts = self.counts.iter();
        counts.position(|(read, _)| *read == generation)
    }
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
        match held.place(generation) {
            Some(place) => held.counts[place].1 += 1,
            None => {
                if held.lingering.take_if(|last| *last == generation).is_none() {
                    let (byte, second) = (PIN + generation, Duration::from_secs(1));
                    lock_within(self.file.as_ref(), byte, Lock::Shared, second)?;
                }
                held.counts.push((generation, 1));
            }
        }
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
        let mut read = held.counts.iter().map(|(generation, _)| generation);
        if read.any(|generation| (first..=last).contains(generation)) {
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
        if let Some(place) = held.place(self.generation) {
            held.counts[place].1 -= 1;
            if held.counts[place].1 == 0 {
                held.counts.swap_remove(place);
                self.pins.linger(&mut held, self.generation);
            }
        }
    }
}
