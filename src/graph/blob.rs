//! Stored bytes: where they lie, who reads and writes them. What they mean is the business of
//! `chunk.rs`, `segment.rs` and `image.rs`; where they are kept is that of the store.

use std::fmt;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::cache::Cache;
use crate::error::Result;

/// Where bytes lie, and their checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Blob {
    /// The first byte in the file.
    pub offset: u64,
    /// How many there are.
    pub length: u32,
    /// Of these bytes at this place.
    pub checksum: u64,
}

/// A blob and what belongs to it and follows right behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// What is read first.
    pub blob: Blob,
    /// Bytes from its beginning to the end of all.
    pub extent: u64,
}

/// Reads stored bytes.
pub trait BlobReader: fmt::Debug + Send + Sync {
    /// The bytes of a blob, checked.
    ///
    /// # Errors
    /// `DamagedData` where they are not what was written, `FileError` where they cannot be read.
    fn read(&self, blob: Blob) -> Result<Vec<u8>>;

    /// What keeps the memory of loaded parts within bounds.
    fn cache(&self) -> &Cache;
}

/// Writes bytes to places that nothing refers to yet.
pub trait BlobWriter {
    /// Finds room for this many bytes.
    fn allocate(&mut self, length: u64) -> Result<u64>;

    /// Writes bytes into such room.
    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<()>;
}

/// The checksum of bytes that lie at `offset`: bytes at a wrong place are wrong bytes.
pub fn checksum(bytes: &[u8], offset: u64) -> u64 {
    xxh3_64_with_seed(bytes, offset)
}

impl Blob {
    /// The place of `bytes` at `offset`.
    pub(super) fn of(bytes: &[u8], offset: u64) -> Result<Blob> {
        use crate::error::{Error, ErrorDetail, ErrorKind};
        let length = u32::try_from(bytes.len()).map_err(|_| {
            let (kind, detail) = (ErrorKind::ResourceError, ErrorDetail::NumberOutOfRange);
            Error::new(
                kind,
                detail,
                "the values of one property in 2,048 rows are larger than 4 GiB",
            )
        })?;
        Ok(Blob {
            offset,
            length,
            checksum: checksum(bytes, offset),
        })
    }
}

/// The bytes of a part, which have no place yet: those of a blob that stands for itself, or the head of
/// a directory and the parts that it lists.
#[derive(Debug)]
pub(super) struct Packed {
    /// What comes first.
    pub(super) head: Vec<u8>,
    /// What the directory lists, each with its number.
    pub(super) parts: Vec<(u32, Vec<u8>)>,
}

/// Bytes of each entry of a directory: number, length, checksum.
pub(super) const ENTRY: usize = 16;

impl Packed {
    /// A blob that stands for itself.
    pub(super) fn whole(head: Vec<u8>) -> Packed {
        let parts = Vec::new();
        Packed { head, parts }
    }

    /// Finds room for the bytes and writes them.
    ///
    /// # Errors
    /// Those of the writer.
    pub(super) fn write(self, writer: &mut dyn BlobWriter) -> Result<Place> {
        let head = self.head.len() + self.parts.len() * ENTRY;
        let extent = head + self.parts.iter().map(|(_, part)| part.len()).sum::<usize>();
        let start = writer.allocate(extent as u64)?;
        let mut bytes = self.head;
        bytes.reserve_exact(extent - bytes.len());
        let mut offset = start + head as u64;
        for (number, part) in &self.parts {
            let blob = Blob::of(part, offset)?;
            bytes.extend(number.to_le_bytes());
            bytes.extend(blob.length.to_le_bytes());
            bytes.extend(blob.checksum.to_le_bytes());
            offset += part.len() as u64;
        }
        let blob = Blob::of(&bytes, start)?;
        for (_, part) in self.parts {
            bytes.extend(part);
        }
        writer.write(start, &bytes)?;
        Ok(Place {
            blob,
            extent: extent as u64,
        })
    }
}
