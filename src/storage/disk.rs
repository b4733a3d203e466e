//! What the store asks of the system below it: files that are read, written, synced and locked at
//! any place. Tests put a disk beneath it that fails.

use std::fmt::Debug;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Files by path.
pub trait Disk: Debug + Send + Sync {
    /// Opens a file.
    ///
    /// # Errors
    /// `NotFound`, `AlreadyExists`, `PermissionDenied`, ..., as the system says.
    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn DiskFile>>;

    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Gives a file another name; one that has it already is replaced.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Makes what was created, removed or renamed in the folder of `path` survive a power cut.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;

    /// Why locks and syncs cannot be trusted at this path, if they cannot.
    fn distrust(&self, path: &Path) -> Option<String>;
}

/// How a file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// To read.
    Read,
    /// To read and write.
    Write,
    /// To read and write; there must be no such file yet.
    Create,
}

/// An open file. Its locks end when it is closed, at the latest with the process.
pub trait DiskFile: Debug + Send + Sync {
    /// Reads at a place until the buffer is full or the file ends; gives the bytes read.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;

    /// Writes all bytes at a place; a file that is shorter grows.
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Returns when all that was written would survive a power cut.
    fn sync(&self) -> io::Result<()>;

    /// The length in bytes.
    fn length(&self) -> io::Result<u64>;

    /// Cuts the file off or makes it longer.
    fn set_length(&self, length: u64) -> io::Result<()>;

    /// Whether the file still stands at this path.
    fn is_at(&self, path: &Path) -> io::Result<bool>;

    /// Tries to lock one byte, which need not exist, without waiting; a lock that is held already
    /// changes its kind. Gives whether it is held now.
    fn try_lock(&self, byte: u64, kind: Lock) -> io::Result<bool>;

    /// Gives the lock of a byte back.
    fn unlock(&self, byte: u64) -> io::Result<()>;

    /// Whether anybody else holds a lock on a byte of `first..=last`.
    fn is_locked(&self, first: u64, last: u64) -> io::Result<bool>;

    /// What sees the first eight bytes of the file change without asking the system each time; `None`
    /// where the disk has nothing of the kind. The file must have these bytes, and keep them.
    fn watch(&self) -> Option<Box<dyn Watch>> {
        None
    }
}

/// Eight bytes of a file that others write.
pub trait Watch: Debug + Send + Sync {
    /// The number that they are now, the least byte first.
    fn number(&self) -> u64;
}

/// Kinds of locks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// Held by any number at once.
    Shared,
    /// Held by one, while nobody has a shared one.
    Exclusive,
}
