//! The data file: its fixed pages, and the blobs that are read from it.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::disk::DiskFile;
use super::page::{DatabaseId, File, PAGE, Root, header, read_header};
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::graph::{Blob, BlobReader, Cache, checksum};

/// Blobs longer than this are believed only if the file is long enough.
const LARGE: u32 = 1 << 20;

/// The data file of a database.
#[derive(Debug)]
pub(super) struct DataFile {
    pub(super) file: Arc<dyn DiskFile>,
    pub(super) id: DatabaseId,
    cache: Cache,
}

impl DataFile {
    /// The file of a database, whose header is read.
    ///
    /// # Errors
    /// `NotADatabase`, `NewerFormat`, `DamagedData`; `CannotOpen`.
    pub(super) fn open(file: Arc<dyn DiskFile>, path: &Path, cache: usize) -> Result<DataFile> {
        let mut page = vec![0; PAGE as usize];
        let read = file.read_at(0, &mut page);
        read.map_err(|error| super::log::failed("read", path, &error))?;
        let id = read_header(File::Data, &page)?;
        Ok(DataFile {
            file,
            id,
            cache: Cache::new(cache),
        })
    }

    /// Whether a file that is to be made a database was never finished: nothing was told to be
    /// kept in it.
    pub(super) fn is_unfinished(file: &dyn DiskFile) -> io::Result<bool> {
        let mut page = vec![0; PAGE as usize];
        let read = file.read_at(0, &mut page)?;
        Ok(page[..read].iter().all(|byte| *byte == 0))
    }

    /// Writes the header: from now on the file is a database.
    pub(super) fn finish(file: &dyn DiskFile, id: DatabaseId) -> io::Result<()> {
        file.write_at(0, &header(File::Data, id))?;
        file.sync()
    }

    /// The root that counts.
    ///
    /// # Errors
    /// `DamagedData` where neither root page is whole.
    pub(super) fn root(&self) -> Result<Root> {
        // A damaged page may have been the one that counts.
        let [even, odd] = self.root_pages()?;
        let roots = [even?, odd?].into_iter().flatten();
        let newest = roots.max_by_key(|root| root.generation);
        newest.ok_or_else(|| Error::damaged("the database has no root page"))
    }

    /// The roots whose pages are whole, the newest first.
    pub(super) fn roots(&self) -> Result<Vec<Root>> {
        let pages = self.root_pages()?.into_iter();
        let mut roots: Vec<Root> = pages.filter_map(|root| root.ok().flatten()).collect();
        roots.sort_by_key(|root| std::cmp::Reverse(root.generation));
        Ok(roots)
    }

    fn root_pages(&self) -> Result<[Result<Option<Root>>; 2]> {
        let mut pages = vec![0; 2 * PAGE as usize];
        let read = self.file.read_at(PAGE, &mut pages);
        if read.map_err(|error| unreadable(&error))? < pages.len() {
            return Err(Error::damaged("the database is cut off in its root pages"));
        }
        let (even, odd) = pages.split_at(PAGE as usize);
        Ok([even, odd].map(|page| Root::read(page, &self.id)))
    }

    /// Writes a root page and returns when it would survive a power cut.
    pub(super) fn write_root(&self, root: &Root) -> io::Result<()> {
        self.file
            .write_at(Root::offset(root.generation), &root.page(&self.id))?;
        self.file.sync()
    }

    /// Makes a root page that was not synced unreadable.
    pub(super) fn erase_root(&self, root: &Root) -> io::Result<()> {
        let zeros = vec![0; PAGE as usize];
        self.file.write_at(Root::offset(root.generation), &zeros)
    }
}

impl BlobReader for DataFile {
    fn read(&self, blob: Blob) -> Result<Vec<u8>> {
        let damaged = || Error::damaged(format!("the blob at byte {} is damaged", blob.offset));
        if blob.length > LARGE {
            let length = self.file.length().map_err(|error| unreadable(&error))?;
            if blob.offset.saturating_add(u64::from(blob.length)) > length {
                return Err(damaged());
            }
        }
        let mut bytes = vec![0; blob.length as usize];
        let read = self.file.read_at(blob.offset, &mut bytes);
        if read.map_err(|error| unreadable(&error))? < bytes.len()
            || checksum(&bytes, blob.offset) != blob.checksum
        {
            return Err(damaged());
        }
        Ok(bytes)
    }

    fn cache(&self) -> &Cache {
        &self.cache
    }
}

fn unreadable(error: &io::Error) -> Error {
    Error::new(
        ErrorKind::FileError,
        ErrorDetail::CannotOpen,
        format!("the database cannot be read: {error}"),
    )
}
