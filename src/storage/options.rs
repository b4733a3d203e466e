//! How a database is opened.

use std::time::Duration;

/// How a database is opened.
///
/// ```
/// use rihla::storage::OpenOptions;
/// let options = OpenOptions { read_only: true, ..OpenOptions::default() };
/// ```
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// Whether a database is made where there is none.
    pub create: bool,
    /// Whether it is only read; then nothing beside it is touched, and no permission to write is
    /// needed.
    pub read_only: bool,
    /// What a commit that was acknowledged survives.
    pub survives: Survives,
    /// Bytes of stored parts that are kept in memory.
    pub cache: usize,
    /// Bytes of the log at which a checkpoint is made.
    pub checkpoint_at: u64,
    /// How long opening waits for somebody who replaces the file or tidies up.
    pub patience: Duration,
}

/// What a commit that was acknowledged survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Survives {
    /// A power cut: a commit returns when the disk has it.
    PowerCut,
    /// The end of the process, in whatever way, but not a crash of the system or a power cut: the
    /// last commits may be lost then, whole ones, from the end.
    ProcessEnd,
}

impl Default for OpenOptions {
    fn default() -> Self {
        OpenOptions {
            create: true,
            read_only: false,
            survives: Survives::PowerCut,
            cache: 1 << 30,
            checkpoint_at: 16 << 20,
            patience: Duration::from_secs(5),
        }
    }
}
