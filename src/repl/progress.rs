//! Shows on a terminal that a long statement is running, and for how long.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use terminal_size::{Width, terminal_size_of};

/// While it lives, the seconds are counted, once the first is over.
pub struct Progress {
    /// Dropped to end the counting.
    end: Option<Sender<()>>,
    counting: Option<JoinHandle<()>>,
}

impl Progress {
    /// Begins to count, where standard error is a terminal.
    pub fn start() -> Progress {
        Progress::of_bytes(&Arc::default(), 0)
    }

    /// Begins to count seconds, and the bytes of `counter` beside them, of `all` if that is known.
    pub fn of_bytes(counter: &Arc<AtomicU64>, all: u64) -> Progress {
        let counter = counter.clone();
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
                let bytes = shown_bytes(counter.load(Ordering::Relaxed), all, seconds);
                let mut line = format!("{bytes}running for {seconds} s, Ctrl-C stops it");
                // A line that is broken cannot be written over.
                if let Some((Width(width), _)) = terminal_size_of(io::stderr()) {
                    line.truncate(usize::from(width).saturating_sub(1));
                }
                let _ = write!(io::stderr(), "\r{line}\x1b[K");
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

/// How much was read, of how much, and how fast.
fn shown_bytes(read: u64, all: u64, seconds: u64) -> String {
    let mebibytes = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    match (read, all) {
        (0, _) => String::new(),
        (read, all) if all > 0 && read >= all => format!("{:.0} MiB are read, ", mebibytes(all)),
        (read, all) if all > 0 => {
            let bar = "#".repeat((read * 20 / all) as usize);
            format!(
                "[{bar:20}] {:.0} of {:.0} MiB, {:.0} MiB/s, ",
                mebibytes(read),
                mebibytes(all),
                mebibytes(read) / seconds.max(1) as f64
            )
        }
        _ => format!("{:.0} MiB, ", mebibytes(read)),
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
