//! Ctrl-C: stops the statement that runs. Where none runs, a script ends; the prompt of the shell
//! sees Ctrl-C as a key and does not come here.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rihla::Interrupt;

/// Who is to be interrupted; cloning shares it.
#[derive(Debug, Clone, Default)]
pub struct Watch(Arc<State>);

#[derive(Debug, Default)]
struct State {
    running: Mutex<Option<Interrupt>>,
    at_prompt: AtomicBool,
}

/// While it lives, Ctrl-C sets its interrupt.
pub struct Running<'w> {
    watch: &'w Watch,
    before: Option<Interrupt>,
}

impl Watch {
    /// Begins to watch. Without signals (in an odd sandbox) Ctrl-C ends the program as usual.
    pub fn start() -> Watch {
        let watch = Watch::default();
        let watched = watch.clone();
        let _ = ctrlc::set_handler(move || watched.interrupt());
        watch
    }

    /// Sends Ctrl-C to `interrupt` for as long as the guard lives.
    pub fn running(&self, interrupt: Interrupt) -> Running<'_> {
        interrupt.clear();
        Running {
            watch: self,
            before: self.replace(Some(interrupt)),
        }
    }

    /// Whether the shell has a prompt to go back to; without, Ctrl-C ends the program.
    pub fn set_at_prompt(&self, at_prompt: bool) {
        self.0.at_prompt.store(at_prompt, Ordering::Relaxed);
    }

    fn interrupt(&self) {
        let running = self.0.running.lock();
        match running.unwrap_or_else(PoisonError::into_inner).as_ref() {
            Some(interrupt) => interrupt.set(),
            None if self.0.at_prompt.load(Ordering::Relaxed) => {}
            None => std::process::exit(super::INTERRUPTED.into()),
        }
    }

    fn replace(&self, interrupt: Option<Interrupt>) -> Option<Interrupt> {
        let running = self.0.running.lock();
        std::mem::replace(
            &mut running.unwrap_or_else(PoisonError::into_inner),
            interrupt,
        )
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.watch.replace(self.before.take());
    }
}
