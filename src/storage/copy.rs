//! Copies of a database in a file of their own: a backup, a compacted database, what was saved of a
//! damaged one.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::data_file::DataFile;
use super::disk::{Access, Disk, DiskFile, Lock};
use super::lock::{OPEN, busy};
use super::log::{self, Log, Tail, beside};
use super::options::OpenOptions;
use super::page::{FIRST_BLOB, PAGE, Root};
use super::space::Space;
use super::store::{State, Store};
use super::write::Output;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::graph::{BlobReader, Image, Snapshot};

/// Writes a graph into a new database at `path`, whole or not at all: under another name first.
///
/// # Errors
/// `CannotOpen` where something is at `path` already; errors of graph and file.
pub(crate) fn write_copy(disk: &Arc<dyn Disk>, graph: &Snapshot, path: &Path) -> Result<()> {
    if disk.open(path, Access::Read).is_ok() {
        let message = format!("{} is there already", path.display());
        return Err(Error::new(
            ErrorKind::FileError,
            ErrorDetail::CannotOpen,
            message,
        ));
    }
    let written = write_unnamed(disk, graph, path);
    let renamed = written.and_then(|unnamed| {
        let name = || {
            disk.rename(&unnamed, path)?;
            disk.sync_folder(path)
        };
        name().map_err(|error| log::failed("write", path, &error))
    });
    if renamed.is_err() {
        let _ = disk.remove(&unfinished(path));
    }
    renamed
}

/// The name of a database that is being written.
fn unfinished(path: &Path) -> PathBuf {
    beside(path, "-unfinished")
}

fn write_unnamed(disk: &Arc<dyn Disk>, graph: &Snapshot, path: &Path) -> Result<PathBuf> {
    let unnamed = unfinished(path);
    let failed = |error: io::Error| log::failed("write", &unnamed, &error);
    // What an earlier try left is in the way.
    let _ = disk.remove(&unnamed);
    let file = disk.open(&unnamed, Access::Create).map_err(failed)?;
    let mut id = [0; 16];
    fastrand::Rng::new().fill(&mut id);
    DataFile::finish(file.as_ref(), id).map_err(failed)?;
    file.set_length(FIRST_BLOB).map_err(failed)?;
    let data = Arc::new(DataFile::open(file.clone(), &unnamed, 0)?);
    let source: Arc<dyn BlobReader> = data.clone();
    let mut space = Space::after(0);
    let mut output = Output::new(file.as_ref(), &mut space);
    let (_, image) = graph.store(&mut output, &source)?;
    let catalog = image.write(&mut output)?;
    file.sync().map_err(failed)?;
    let root = Root {
        generation: 1,
        version: 0,
        catalog: catalog.blob,
    };
    file.write_at(Root::offset(0), &vec![0; PAGE as usize])
        .map_err(failed)?;
    data.write_root(&root).map_err(failed)?;
    Ok(unnamed)
}

/// Writes a database anew without room that nobody uses.
///
/// # Errors
/// `WriterBusy` where anybody has it open; errors of the files. It is then as it was.
pub(crate) fn compact(disk: Arc<dyn Disk>, path: &Path) -> Result<()> {
    let failed = |error: io::Error| log::failed("open", path, &error);
    let options = OpenOptions {
        create: false,
        ..OpenOptions::default()
    };
    let store = Store::open(disk.clone(), path, options)?;
    if !store
        .data
        .file
        .try_lock(OPEN, Lock::Exclusive)
        .map_err(failed)?
    {
        return Err(busy("another process has the database open"));
    }
    let state = store.state()?;
    let unnamed = write_unnamed(&disk, &state.snapshot, path)?;
    // The log belongs to the old file, whose id it bears.
    let rename = || {
        disk.rename(&unnamed, path)?;
        disk.sync_folder(path)
    };
    rename().map_err(|error| log::failed("write", path, &error))
}

/// What is left of a database that may be damaged, with what could not be read in words.
///
/// # Errors
/// `NotADatabase`; `DamagedData` where not even a catalog can be read.
pub(crate) fn open_damaged(
    disk: &Arc<dyn Disk>,
    path: &Path,
    lost: &mut dyn FnMut(String),
) -> Result<Snapshot> {
    let opened = disk.open(path, Access::Read);
    let file: Arc<dyn DiskFile> = opened.map_err(|error| log::failed("open", path, &error))?;
    let data = Arc::new(DataFile::open(file, path, OpenOptions::default().cache)?);
    let source: Arc<dyn BlobReader> = data.clone();
    for root in data.roots()? {
        let image = match Image::read(root.catalog, data.as_ref()) {
            Ok(image) => image,
            Err(error) => {
                let generation = root.generation;
                lost(format!(
                    "the catalog of generation {generation}: {}",
                    error.message()
                ));
                continue;
            }
        };
        let mut state = State {
            snapshot: Snapshot::open(&image, &source, &Snapshot::default()),
            version: root.version,
        };
        let mut position = log::START;
        if let Some(log) = Log::open(disk.as_ref(), path, &data.id, Access::Read)? {
            while let Some(record) = log.read(root.generation, state.version + 1, position)? {
                match state.after(&record) {
                    Ok(after) => state = after,
                    Err(error) => {
                        let number = state.version + 1;
                        lost(format!(
                            "commit {number} and those after it: {}",
                            error.message()
                        ));
                        break;
                    }
                }
                position = record.end;
            }
            let next = state.version + 1;
            if log.tail(root.generation, next, position)? == Tail::Damaged {
                lost(format!(
                    "commit {next} and those after it: the log is damaged at byte {position}"
                ));
            }
        }
        return Ok(state.snapshot);
    }
    Err(Error::damaged("no catalog of the database can be read"))
}
