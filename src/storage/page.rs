//! The fixed pages of the data file: the header, and the two roots of which one counts.

use std::io::Read;
use std::path::Path;

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::column::Bytes;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::graph::{Blob, Place};

/// Bytes of a page.
pub(super) const PAGE: u64 = 4096;
/// Where blobs begin.
pub(super) const FIRST_BLOB: u64 = 3 * PAGE;
/// The newest version that is known.
pub(super) const VERSION: u32 = 1;

const MAGIC: &[u8; 8] = b"RIHLA\r\n\x1A";
const LOG_MAGIC: &[u8; 8] = b"RIHLALOG";

/// Whether the file at `path` begins as a database does.
pub(crate) fn is_database(path: &Path) -> bool {
    let mut start = [0; MAGIC.len()];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && start == *MAGIC
}

/// Tells databases apart.
pub(super) type DatabaseId = [u8; 16];

/// A header: of the data file, or of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum File {
    Data,
    Log,
}

/// The first bytes of a file.
pub(super) fn header(file: File, id: DatabaseId) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(PAGE as usize);
    bytes.extend(match file {
        File::Data => MAGIC,
        File::Log => LOG_MAGIC,
    });
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend(0u32.to_le_bytes());
    bytes.extend(id);
    bytes.extend(xxh3_64(&bytes).to_le_bytes());
    bytes.resize(PAGE as usize, 0);
    bytes
}

/// The id of the database that a file belongs to.
///
/// # Errors
/// `NotADatabase`, `NewerFormat`, `DamagedData`.
pub(super) fn read_header(file: File, bytes: &[u8]) -> Result<DatabaseId> {
    let magic = match file {
        File::Data => MAGIC,
        File::Log => LOG_MAGIC,
    };
    if !bytes.starts_with(magic) {
        return Err(Error::new(
            ErrorKind::FileError,
            ErrorDetail::NotADatabase,
            "the file is no Rihla database",
        ));
    }
    let mut rest = Bytes(&bytes[magic.len()..]);
    let (version, _) = (rest.u32()?, rest.u32()?);
    let id = rest.take(16)?;
    let mut array = DatabaseId::default();
    array.copy_from_slice(id);
    // A newer version may keep its checksum elsewhere.
    if version > VERSION {
        let message = format!("the database has format {version}; this program knows {VERSION}");
        let error = Error::new(ErrorKind::FileError, ErrorDetail::NewerFormat, message);
        return Err(error.hint("open it with a newer release"));
    }
    if version == 0 || rest.u64()? != xxh3_64(&bytes[..32]) {
        return Err(Error::damaged("the header of the database is damaged"));
    }
    Ok(array)
}

/// What a generation is opened from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Root {
    /// The number of the checkpoint.
    pub(super) generation: u64,
    /// The commits that led to it.
    pub(super) version: u64,
    /// Where its catalog is.
    pub(super) catalog: Blob,
}

impl Root {
    /// Where the root page of a generation is.
    pub(super) fn offset(generation: u64) -> u64 {
        PAGE + generation % 2 * PAGE
    }

    /// The page: two copies, so that neither a write that is torn between sectors nor damage to one
    /// sector leaves none.
    pub(super) fn page(&self, id: &DatabaseId) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(PAGE as usize);
        bytes.extend(self.generation.to_le_bytes());
        bytes.extend(self.version.to_le_bytes());
        bytes.extend(self.catalog.offset.to_le_bytes());
        bytes.extend(self.catalog.length.to_le_bytes());
        bytes.extend(self.catalog.checksum.to_le_bytes());
        bytes.extend(seeded(&bytes, id).to_le_bytes());
        bytes.resize(PAGE as usize / 2, 0);
        bytes.repeat(2)
    }

    /// The root of a page; `None` where the page was never written, or erased.
    ///
    /// # Errors
    /// `DamagedData` where no copy is whole. A torn write is no reason: it changes whole sectors.
    pub(super) fn read(page: &[u8], id: &DatabaseId) -> Result<Option<Root>> {
        let copies = page.chunks(PAGE as usize / 2);
        let newest = copies
            .filter_map(|copy| Root::read_copy(copy, id))
            .max_by_key(|root| root.generation);
        match newest {
            None if page.iter().any(|byte| *byte != 0) => {
                Err(Error::damaged("a root page of the database is damaged"))
            }
            newest => Ok(newest),
        }
    }

    fn read_copy(page: &[u8], id: &DatabaseId) -> Option<Root> {
        let mut bytes = Bytes(page);
        let root = Root {
            generation: bytes.u64().ok()?,
            version: bytes.u64().ok()?,
            catalog: Blob {
                offset: bytes.u64().ok()?,
                length: bytes.u32().ok()?,
                checksum: bytes.u64().ok()?,
            },
        };
        let body = page.len() - bytes.0.len();
        let sum = bytes.u64().ok()?;
        (root.generation > 0 && sum == seeded(&page[..body], id)).then_some(root)
    }

    /// The place of the catalog.
    pub(super) fn place(&self) -> Place {
        Place {
            blob: self.catalog,
            extent: u64::from(self.catalog.length),
        }
    }
}

/// The checksum of a root page; a page of another database does not fit.
fn seeded(bytes: &[u8], id: &DatabaseId) -> u64 {
    let mut seed = [0; 8];
    seed.copy_from_slice(&id[..8]);
    xxh3_64_with_seed(bytes, u64::from_le_bytes(seed))
}
