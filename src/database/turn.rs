//! The turn of the one writer among the threads of this process.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::storage::busy;

/// Who waits longest for the turn does not come first: whoever is woken takes it.
#[derive(Debug, Default)]
pub(super) struct Turn {
    /// Since when somebody has it.
    taken: Mutex<Option<Instant>>,
    free: Condvar,
}

impl Turn {
    /// Waits for the turn, at most this long.
    ///
    /// # Errors
    /// `TransactionError: WriterBusy` where the time is over.
    pub(super) fn take(&self, timeout: Duration) -> Result<()> {
        let (mut taken, waited) = self
            .free
            .wait_timeout_while(self.lock(), timeout, |taken| taken.is_some())
            .unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out()
            && let Some(since) = *taken
        {
            return Err(busy(&format!(
                "another session of this process has been writing for {:.1} s",
                since.elapsed().as_secs_f64()
            )));
        }
        *taken = Some(Instant::now());
        Ok(())
    }

    /// Gives the turn back.
    pub(super) fn give_back(&self) {
        *self.lock() = None;
        self.free.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Option<Instant>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
