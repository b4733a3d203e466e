//! Shows on a terminal that a long statement is running, and for how long.

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// While it lives, the seconds are counted, once the first is over.
pub struct Progress {
    /// Dropped to end the counting.
    end: Option<Sender<()>>,
    counting: Option<JoinHandle<()>>,
}

impl Progress {
    /// Begins to count, where standard error is a terminal.
    pub fn start() -> Progress {
        if !io::stderr().is_terminal() {
            return Progress {
                end: None,
                counting: None,
            };
        }
        let (end, ended) = channel();
        let start = Instant::now();
        let count = move || {
            let mut shown = false;
            while ended.recv_timeout(Duration::from_secs(1)) == Err(RecvTimeoutError::Timeout) {
                let seconds = start.elapsed().as_secs();
                let _ = write!(io::stderr(), "\rrunning for {seconds} s, Ctrl-C stops it");
                shown = true;
            }
            if shown {
                // Back to the start of the line, and clear it.
                let _ = write!(io::stderr(), "\r\x1b[K");
            }
        };
        Progress {
            end: Some(end),
            counting: std::thread::Builder::new().spawn(count).ok(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end = None;
        if let Some(counting) = self.counting.take() {
            let _ = counting.join();
        }
    }
}
