//! The log: one record a commit, synced before the commit is acknowledged.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use xxhash_rust::xxh3::Xxh3;

use super::disk::{Access, Disk, DiskFile};
use super::page::{DatabaseId, File, PAGE, header, read_header};
use crate::column::Bytes;
use crate::error::{Error, Result};
use crate::graph::Effect;

/// Length, number, checksum.
const HEAD: usize = 20;
/// The file is filled with zeros this far ahead, so that a commit does not change its length.
const AHEAD: u64 = 1 << 20;
/// Records longer than this are believed only if the file is long enough.
const LARGE: u32 = 1 << 20;

/// Where records begin.
pub(super) const START: u64 = PAGE;

/// The log of a database.
#[derive(Debug)]
pub(super) struct Log {
    file: Arc<dyn DiskFile>,
    length: u64,
}

/// Stands in the length of a record whose commit did not wait for the disk.
const NOT_SYNCED: u32 = 1 << 31;

/// What follows the last record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tail {
    /// Nothing of this generation.
    Clean,
    /// A record that was not finished: its commit was never acknowledged.
    Torn,
    /// A damaged record, with whole ones behind it.
    Damaged,
}

/// A record that was read.
#[derive(Debug)]
pub(super) struct Record {
    /// What the commit did.
    pub(super) effects: Vec<Effect>,
    /// Where the next record begins.
    pub(super) end: u64,
}

impl Log {
    /// The file of the log of a database.
    pub(super) fn path(database: &Path) -> PathBuf {
        beside(database, "-log")
    }

    /// The log, if there is one.
    pub(super) fn open(
        disk: &dyn Disk,
        database: &Path,
        id: &DatabaseId,
        access: Access,
    ) -> Result<Option<Log>> {
        let path = Log::path(database);
        let file = match disk.open(&path, access) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed("read", &path, &error)),
        };
        let length = file
            .length()
            .map_err(|error| failed("read", &path, &error))?;
        let mut head = vec![0; PAGE as usize];
        let read = file.read_at(0, &mut head);
        read.map_err(|error| failed("read", &path, &error))?;
        // It came to its place whole, so anything less is damage.
        let of = read_header(File::Log, &head);
        let of = of.map_err(|_| Error::damaged("the header of the log is damaged"))?;
        if of != *id {
            // Left by a database that was replaced.
            return Ok(None);
        }
        Ok(Some(Log { file, length }))
    }

    /// A new log in the place of any that is there, whole or not at all.
    pub(super) fn create(disk: &dyn Disk, database: &Path, id: DatabaseId) -> Result<Log> {
        let path = Log::path(database);
        let unfinished = beside(database, "-log-unfinished");
        let create = || {
            // What an earlier try left is in the way.
            let _ = disk.remove(&unfinished);
            let file = disk.open(&unfinished, Access::Create)?;
            let mut bytes = header(File::Log, id);
            bytes.resize((START + AHEAD) as usize, 0);
            file.write_at(0, &bytes)?;
            file.sync()?;
            disk.rename(&unfinished, &path)?;
            disk.sync_folder(&path)?;
            Ok(Log {
                file,
                length: bytes.len() as u64,
            })
        };
        create().map_err(|error| failed("create", &path, &error))
    }

    /// The bytes of a record.
    pub(super) fn record(
        generation: u64,
        version: u64,
        effects: &[Effect],
        sync: bool,
    ) -> Result<Vec<u8>> {
        let payload = postcard::to_allocvec(effects)
            .map_err(|error| Error::internal(format!("effects cannot be written: {error}")))?;
        let mut bytes = Vec::with_capacity(HEAD + payload.len());
        let length = payload.len() as u32 | if sync { 0 } else { NOT_SYNCED };
        bytes.extend(length.to_le_bytes());
        bytes.extend(version.to_le_bytes());
        bytes.extend(sum(generation, &bytes, &payload).to_le_bytes());
        bytes.extend(payload);
        Ok(bytes)
    }

    /// Writes a record and, if asked, returns only when it would survive a power cut.
    pub(super) fn append(&mut self, position: u64, record: &[u8], sync: bool) -> io::Result<()> {
        // Room for the next head stays behind every record, and is there before it: a file that ends
        // sooner was cut off.
        let end = position + (record.len() + HEAD) as u64;
        if end > self.length {
            // Another process may have made it longer.
            self.length = self.file.length()?;
        }
        if end > self.length {
            let zeros = vec![0; (end - self.length) as usize + AHEAD as usize];
            self.file.write_at(self.length, &zeros)?;
            self.file.sync()?;
            self.length += zeros.len() as u64;
        }
        self.file.write_at(position, record)?;
        match sync {
            true => self.file.sync(),
            false => Ok(()),
        }
    }

    /// Makes a record that was not acknowledged unreadable.
    pub(super) fn erase(&self, position: u64) -> io::Result<()> {
        self.file.write_at(position, &[0; HEAD])
    }

    /// The record at `position`, if a whole one of this generation with this number is there.
    pub(super) fn read(
        &self,
        generation: u64,
        version: u64,
        position: u64,
    ) -> Result<Option<Record>> {
        let unreadable =
            |error: io::Error| Error::damaged(format!("the log cannot be read: {error}"));
        let mut head = [0; HEAD];
        let read = self.file.read_at(position, &mut head).map_err(unreadable)?;
        let mut bytes = Bytes(&head);
        let (length, number, checksum) = (bytes.u32()? & !NOT_SYNCED, bytes.u64()?, bytes.u64()?);
        if read < HEAD || number != version {
            return Ok(None);
        }
        let end = position + (HEAD as u64) + u64::from(length);
        if length > LARGE && end > self.file.length().map_err(unreadable)? {
            return Ok(None);
        }
        let mut payload = vec![0; length as usize];
        let read = self.file.read_at(position + HEAD as u64, &mut payload);
        if read.map_err(unreadable)? < payload.len()
            || checksum != sum(generation, &head[..12], &payload)
        {
            return Ok(None);
        }
        let effects = postcard::from_bytes(&payload)
            .map_err(|_| Error::damaged("a record of the log has no effects"))?;
        Ok(Some(Record { effects, end }))
    }

    /// What follows the last record that could be read, which ends at `position`; the next would be
    /// that of commit `version`. Reads the rest of the file.
    pub(super) fn tail(&self, generation: u64, version: u64, position: u64) -> Result<Tail> {
        let unreadable =
            |error: io::Error| Error::damaged(format!("the log cannot be read: {error}"));
        let length = self.file.length().map_err(unreadable)?;
        let mut rest = vec![0; length.saturating_sub(position) as usize];
        let read = self.file.read_at(position, &mut rest).map_err(unreadable)?;
        rest.truncate(read);
        // A commit is written when the one before it is synced: whatever lies between is damaged.
        let number = (version + 1).to_le_bytes();
        for place in memchr::memmem::find_iter(&rest, &number) {
            let Some(start) = place.checked_sub(4) else {
                continue;
            };
            let is_synced = rest[start + 3] < 0x80;
            if is_synced
                && self
                    .read(generation, version + 1, position + start as u64)?
                    .is_some()
            {
                return Ok(Tail::Damaged);
            }
        }
        let Some(mut head) = rest.get(..HEAD).map(Bytes) else {
            return Ok(Tail::Damaged);
        };
        let (length, number) = (head.u32()? & !NOT_SYNCED, head.u64()?);
        // Numbers of older generations are smaller.
        Ok(match number == version {
            false => Tail::Clean,
            true if HEAD + length as usize > rest.len() => Tail::Damaged,
            true => Tail::Torn,
        })
    }
}

fn sum(generation: u64, head: &[u8], payload: &[u8]) -> u64 {
    let mut hash = Xxh3::with_seed(generation);
    hash.update(head);
    hash.update(payload);
    hash.digest()
}

/// A file beside the database.
pub(super) fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// The error of a file that the system refuses.
pub(super) fn failed(what: &str, path: &Path, error: &io::Error) -> Error {
    use crate::error::{ErrorDetail, ErrorKind};
    let detail = match what {
        "write" => ErrorDetail::CannotWrite,
        _ => ErrorDetail::CannotOpen,
    };
    let message = format!("cannot {what} {}: {error}", path.display());
    Error::new(ErrorKind::FileError, detail, message)
}
