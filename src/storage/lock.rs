//! Who works on a database: locks on bytes far beyond the end of the data file, and the small file
//! beside it that tells of changes and names the writer.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::disk::{Access, Disk, DiskFile, Lock, Watch};
use super::log::beside;
use crate::error::{Error, ErrorDetail, ErrorKind};

/// The writer's turn.
pub(super) const WRITER: u64 = 1 << 62;
/// Everybody who has the file open.
pub(super) const OPEN: u64 = WRITER + 1;
/// Generation 0; the others follow.
pub(super) const PIN: u64 = WRITER + 2;

/// The longest wait between two tries to get a lock.
const LONGEST_PAUSE: Duration = Duration::from_millis(10);

/// Bytes of the counter, then of the text about the writer.
const COUNTER: usize = 8;
const TEXT: usize = 504;
/// Bytes of the file.
const LENGTH: u64 = (COUNTER + TEXT) as u64;

/// The error of a writer that did not get the turn.
pub(crate) fn busy(message: &str) -> Error {
    let (kind, detail) = (ErrorKind::TransactionError, ErrorDetail::WriterBusy);
    Error::new(kind, detail, message)
        .hint("try again when the other writer has ended, or wait longer")
}

/// Tries to lock a byte until `timeout` is over; gives whether it is held.
pub(super) fn lock_within(
    file: &dyn DiskFile,
    byte: u64,
    kind: Lock,
    timeout: Duration,
) -> io::Result<bool> {
    let deadline = Instant::now() + timeout;
    let mut pause = Duration::from_micros(50);
    while !file.try_lock(byte, kind)? {
        if Instant::now() >= deadline {
            return Ok(false);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    Ok(true)
}

/// The small file beside the database.
#[derive(Debug)]
pub(super) struct LockFile {
    file: Arc<dyn DiskFile>,
    /// Sees the counter, once the file has one.
    watch: OnceLock<Box<dyn Watch>>,
}

impl LockFile {
    /// The file of a database.
    pub(super) fn path(database: &Path) -> PathBuf {
        beside(database, "-lock")
    }

    /// The file, made where it is missing and may be made.
    pub(super) fn open(disk: &dyn Disk, database: &Path, write: bool) -> io::Result<Option<Self>> {
        let path = LockFile::path(database);
        let access = if write { Access::Write } else { Access::Read };
        let opened = match disk.open(&path, access) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && write => {
                match disk.open(&path, Access::Create) {
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                        disk.open(&path, access)
                    }
                    created => created,
                }
            }
            opened => opened,
        };
        let file = match opened {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        if write && file.length()? < LENGTH {
            file.set_length(LENGTH)?;
        }
        Ok(Some(LockFile {
            file,
            watch: OnceLock::new(),
        }))
    }

    /// The number that rises with each change.
    pub(super) fn changes(&self) -> io::Result<u64> {
        if let Some(watch) = self.watch.get() {
            return Ok(watch.number());
        }
        let mut bytes = [0; COUNTER];
        if self.file.read_at(0, &mut bytes)? == COUNTER
            && let Some(watch) = self.file.watch()
        {
            return Ok(self.watch.get_or_init(|| watch).number());
        }
        Ok(u64::from_le_bytes(bytes))
    }

    /// Tells the others that there was a change.
    pub(super) fn set_changes(&self, changes: u64) -> io::Result<()> {
        self.file.write_at(0, &changes.to_le_bytes())
    }

    /// Names this process as the writer.
    pub(super) fn set_writer(&self) -> io::Result<()> {
        let now = crate::value::DateTime::now();
        let host = nix::unistd::gethostname().unwrap_or_default();
        let (process, host) = (std::process::id(), host.to_string_lossy());
        let mut text = format!("process {process} on {host} since {now}").into_bytes();
        text.resize(TEXT, 0);
        self.file.write_at(COUNTER as u64, &text)
    }

    /// Who has the turn, or had it last.
    pub(super) fn writer(&self) -> io::Result<String> {
        let mut text = [0; TEXT];
        let read = self.file.read_at(COUNTER as u64, &mut text)?;
        let text = String::from_utf8_lossy(&text[..read]);
        Ok(text.trim_end_matches('\0').to_owned())
    }
}
