//! Commits and checkpoints: what whoever has the writer's turn does.

use std::collections::HashSet;
use std::io;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::disk::{Access, DiskFile, Lock};
use super::lock::{WRITER, busy, lock_within};
use super::log::{self, Log};
use super::options::Survives;
use super::page::{DatabaseId, PAGE, Root};
use super::space::Space;
use super::store::{State, Store};
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::graph::{BlobReader, BlobWriter, Effect, Image, PartStore, Place, Snapshot};

/// A commit of more effects is a checkpoint: its parts are written once, not twice.
const MOST_EFFECTS: usize = 50_000;

/// What the writer knows of the files.
#[derive(Debug, Default)]
pub(super) struct Writer {
    log: Option<Log>,
    /// The room of the data file, as of [`Writer::generation`].
    space: Option<Space>,
    generation: u64,
    /// The first generation since which all checkpoints were ours.
    since: u64,
    /// Readers of generations before that kept us from using gaps between blobs.
    has_unknown_gaps: bool,
    /// Room that readers of a generation may still need.
    freed: Vec<(u64, Vec<Place>)>,
    /// Failed writes of root pages: their generations are not used again.
    skipped: u64,
    /// The catalog of the generation.
    catalog: Option<Place>,
    /// Parts were written that no commit refers to yet.
    has_loose_parts: bool,
    /// A write failed, and what of it has reached the disk is not known.
    is_broken: bool,
}

/// Writes blobs into free room.
pub(super) struct Output<'a> {
    file: &'a dyn DiskFile,
    space: &'a mut Space,
}

impl<'a> Output<'a> {
    pub(super) fn new(file: &'a dyn DiskFile, space: &'a mut Space) -> Self {
        Output { file, space }
    }
}

impl BlobWriter for Output<'_> {
    fn allocate(&mut self, length: u64) -> Result<u64> {
        Ok(self.space.allocate(length))
    }

    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<()> {
        self.file
            .write_at(offset, bytes)
            .map_err(|error| not_written(&error))
    }
}

fn not_written(error: &io::Error) -> Error {
    Error::new(
        ErrorKind::FileError,
        ErrorDetail::CannotWrite,
        format!("the database cannot be written: {error}"),
    )
}

/// Writes parts before the commit that will refer to them.
struct LooseOutput<'a>(&'a Store);

impl BlobWriter for LooseOutput<'_> {
    fn allocate(&mut self, length: u64) -> Result<u64> {
        let mut writer = self.0.writer();
        if !writer.has_loose_parts {
            let (generation, image) = {
                let head = self.0.head();
                (head.generation, head.image.clone())
            };
            self.0.prepare_space(&mut writer, generation, &image)?;
            writer.has_loose_parts = true;
        }
        match writer.space.as_mut() {
            Some(space) => Ok(space.allocate(length)),
            None => Err(Error::internal("the room of the data file is not known")),
        }
    }

    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<()> {
        let file = self.0.data.file.as_ref();
        let written = file.write_at(offset, bytes);
        written.map_err(|error| not_written(&error))
    }
}

impl PartStore for Store {
    fn writer(&self) -> Box<dyn BlobWriter + '_> {
        Box::new(LooseOutput(self))
    }

    fn reader(&self) -> Arc<dyn BlobReader> {
        self.data.clone()
    }

    fn sync(&self) -> Result<()> {
        self.data.file.sync().map_err(|error| not_written(&error))
    }
}

impl Store {
    pub(super) fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the writer's turn among processes, and moves on to the newest state.
    ///
    /// # Errors
    /// `ReadOnly`; `WriterBusy`, which names the process that has the turn; errors of the files.
    pub(crate) fn begin_write(&self, patience: Duration) -> Result<()> {
        if self.options.read_only {
            let (kind, detail) = (ErrorKind::FileError, ErrorDetail::ReadOnly);
            return Err(Error::new(
                kind,
                detail,
                "the database was opened read-only",
            ));
        }
        let start = Instant::now();
        let locked = lock_within(self.data.file.as_ref(), WRITER, Lock::Exclusive, patience);
        if !locked.map_err(|error| not_written(&error))? {
            let head = self.head();
            let holder = head.lock_file.as_ref().map(|file| file.writer());
            return Err(busy(&format!(
                "the writer's turn did not come in {:.1} s; it has {}",
                start.elapsed().as_secs_f64(),
                holder.and_then(io::Result::ok).unwrap_or_default()
            )));
        }
        let begun = self.begin();
        if begun.is_err() {
            self.end_write();
        }
        begun
    }

    fn begin(&self) -> Result<()> {
        let mut writer = self.writer();
        {
            let mut head = self.head();
            if let Some(file) = &head.lock_file {
                file.set_writer().map_err(|error| not_written(&error))?;
            }
            self.catch_up(&mut head)?;
        }
        if writer.is_broken {
            // What the failed write left may be seen but not last: the root is written again, and
            // the newest state put beside it, past the log.
            let root = self.data.root()?;
            self.data
                .write_root(&root)
                .map_err(|error| not_written(&error))?;
            self.checkpoint(&mut writer)?;
            writer.is_broken = false;
        }
        Ok(())
    }

    /// Ends the turn.
    pub(crate) fn end_write(&self) {
        let mut writer = self.writer();
        if std::mem::take(&mut writer.has_loose_parts) {
            // Nothing refers to them: their room is found free again.
            writer.space = None;
        }
        drop(writer);
        // The lock that cannot be given back ends with the process.
        let _ = self.data.file.unlock(WRITER);
    }

    /// Makes a commit last, then seen.
    ///
    /// # Errors
    /// Where it cannot be written. Then it is not seen in this process; whether it is there when
    /// the database is opened anew is not known if the system failed to sync.
    pub(crate) fn commit(&self, snapshot: Snapshot, effects: &[Effect]) -> Result<()> {
        let mut writer = self.writer();
        let (generation, version, position) = {
            let head = self.head();
            (head.generation, head.state.version + 1, head.position)
        };
        let state = State {
            snapshot: snapshot.unguarded(),
            version,
        };
        if effects.len() > MOST_EFFECTS || effects.contains(&Effect::Bulk) {
            return self.write_generation(&mut writer, state);
        }
        let sync = self.options.survives == Survives::PowerCut;
        let record = Log::record(generation, version, effects, sync)?;
        let written = self.log(&mut writer).and_then(|log| {
            log.append(position, &record, sync)
                .map_err(|error| not_written(&error))
        });
        if let Err(error) = written {
            // Nobody shall find the record, whole as it may be; if this fails as well, whether the
            // commit happened is not known before the database is opened anew.
            if let Some(log) = &writer.log {
                let _ = log.erase(position);
            }
            writer.is_broken = true;
            return Err(error);
        }
        let end = position + record.len() as u64;
        {
            let mut head = self.head();
            head.state = state;
            head.position = end;
            self.count_change(&mut head);
        }
        if end >= self.options.checkpoint_at {
            // The commit is safe in the log; a checkpoint that fails is tried again at the next.
            let _ = self.checkpoint(&mut writer);
        }
        Ok(())
    }

    fn log<'w>(&self, writer: &'w mut Writer) -> Result<&'w mut Log> {
        if writer.log.is_none() {
            let (disk, path, id) = (self.disk.as_ref(), &self.path, &self.data.id);
            writer.log = match Log::open(disk, path, id, Access::Write)? {
                Some(log) => Some(log),
                None => Some(Log::create(disk, path, *id)?),
            };
        }
        writer
            .log
            .as_mut()
            .ok_or_else(|| Error::internal("there is no log"))
    }

    /// Tells other processes; one that is not told sees the change with the next one.
    fn count_change(&self, head: &mut super::store::Head) {
        head.changes += 1;
        if let Some(file) = &head.lock_file {
            let _ = file.set_changes(head.changes);
        }
    }

    /// Puts the newest state into the data file and begins the log anew.
    ///
    /// # Errors
    /// Where it cannot be written; nothing is lost then.
    pub(super) fn checkpoint(&self, writer: &mut Writer) -> Result<()> {
        let state = self.head().state.clone();
        self.write_generation(writer, state)
    }

    /// Makes a state the newest generation.
    fn write_generation(&self, writer: &mut Writer, state: State) -> Result<()> {
        let (generation, image) = {
            let head = self.head();
            (head.generation, head.image.clone())
        };
        self.prepare_space(writer, generation, &image)?;
        let Some(space) = writer.space.as_mut() else {
            return Err(Error::internal("the room of the data file is not known"));
        };
        let mut output = Output::new(self.data.file.as_ref(), space);
        let source: Arc<dyn BlobReader> = self.data.clone();
        let written = state
            .snapshot
            .store(&mut output, &source)
            .and_then(|(snapshot, image)| {
                let catalog = image.write(&mut output)?;
                self.data.file.sync().map_err(|error| not_written(&error))?;
                Ok((snapshot, image, catalog))
            });
        let (snapshot, new_image, catalog) = match written {
            Ok(written) => written,
            Err(error) => {
                // Nothing refers to what was written: its room is found free again.
                writer.space = None;
                return Err(error);
            }
        };
        // Root pages alternate, so a generation that may have reached the disk is skipped by two.
        let root = Root {
            generation: generation + 1 + 2 * writer.skipped,
            version: state.version,
            catalog: catalog.blob,
        };
        if let Err(error) = self.data.write_root(&root) {
            // As with a record that failed.
            let _ = self.data.erase_root(&root);
            writer.skipped += 1;
            writer.is_broken = true;
            return Err(not_written(&error));
        }
        let kept: HashSet<Place> = new_image.places().collect();
        let mut freed: Vec<Place> = image
            .places()
            .filter(|place| !kept.contains(place))
            .collect();
        freed.extend(writer.catalog.replace(catalog));
        writer.freed.push((generation, freed));
        writer.generation = root.generation;
        writer.has_loose_parts = false;
        writer.skipped = 0;
        let mut head = self.head();
        head.state = State {
            snapshot,
            version: state.version,
        };
        head.generation = root.generation;
        head.image = Arc::new(new_image);
        head.position = log::START;
        self.count_change(&mut head);
        Ok(())
    }

    /// Finds out which room is free: that of blobs which nobody reads any more.
    fn prepare_space(&self, writer: &mut Writer, generation: u64, image: &Image) -> Result<()> {
        let failed = |error: io::Error| not_written(&error);
        if writer.generation != generation {
            // Another process made checkpoints since; what it freed, and for whom, we do not know.
            let catalog = self.data.root()?.place();
            *writer = Writer {
                log: writer.log.take(),
                generation,
                since: generation,
                catalog: Some(catalog),
                skipped: writer.skipped,
                is_broken: writer.is_broken,
                ..Writer::default()
            };
        }
        let mut still_read = Vec::new();
        for (last, places) in std::mem::take(&mut writer.freed) {
            match (self.pins.any(0, last).map_err(failed)?, &mut writer.space) {
                (false, Some(space)) => places.iter().for_each(|place| space.release(place)),
                (false, None) => {}
                (true, _) => still_read.push((last, places)),
            }
        }
        writer.freed = still_read;
        let first = writer.since.saturating_sub(1);
        let older_are_read = self.pins.any(0, first).map_err(failed)?;
        let may_use_gaps = writer.has_unknown_gaps && !older_are_read && !writer.has_loose_parts;
        if writer.space.is_none() || may_use_gaps {
            writer.has_unknown_gaps = older_are_read;
            writer.space = Some(match older_are_read {
                true => Space::after(self.data.file.length().map_err(failed)?),
                false => {
                    let freed = writer.freed.iter().flat_map(|(_, places)| places);
                    let catalog = writer.catalog.iter();
                    Space::around(image.places().chain(freed.chain(catalog).copied()))
                }
            });
        }
        Ok(())
    }

    /// Cuts off what lies unused behind the last blob, where nobody else has the file open.
    pub(super) fn cut_off(&self, writer: &mut Writer) -> Result<()> {
        let (generation, image) = {
            let head = self.head();
            (head.generation, head.image.clone())
        };
        writer.space = None;
        self.prepare_space(writer, generation, &image)?;
        let end = writer.space.as_ref().map(Space::end).unwrap_or_default();
        let length = self
            .data
            .file
            .length()
            .map_err(|error| not_written(&error))?;
        if writer.freed.is_empty() && end < length {
            let cut = self.data.file.set_length(end);
            cut.map_err(|error| not_written(&error))?;
        }
        Ok(())
    }
}

/// Writes the empty graph as generation 1 of a new file.
pub(super) fn write_first_generation(file: &dyn DiskFile, id: &DatabaseId) -> io::Result<()> {
    let mut space = Space::after(0);
    let mut output = Output::new(file, &mut space);
    let catalog = Image::empty()
        .write(&mut output)
        .map_err(io::Error::other)?;
    file.sync()?;
    let root = Root {
        generation: 1,
        version: 0,
        catalog: catalog.blob,
    };
    // The other root page stays zero, which no root is.
    file.write_at(Root::offset(0), &vec![0; PAGE as usize])?;
    file.write_at(Root::offset(root.generation), &root.page(id))?;
    file.sync()
}
