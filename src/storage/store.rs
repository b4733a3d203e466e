//! A stored database as one process sees it: opened, read at the newest state, tidied up at the end.
//!
//! A state is a generation, that of a checkpoint, and the commits of the log since. Another process may
//! have moved on; whether it has is one read of the counter in the lock file.

use std::any::Any;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::data_file::DataFile;
use super::disk::{Access, Disk, DiskFile, Lock};
use super::lock::{LockFile, OPEN, WRITER, busy, lock_within};
use super::log::{self, Log, Tail};
use super::options::OpenOptions;
use super::page::FIRST_BLOB;
use super::pins::{Pin, Pins};
use super::write::Writer;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::graph::{BlobReader, GraphWriter, Image, Snapshot};

/// A state of the graph and how many commits led to it.
#[derive(Debug, Clone, Default)]
pub(crate) struct State {
    /// The graph.
    pub(crate) snapshot: Snapshot,
    /// Rises with each commit.
    pub(crate) version: u64,
}

impl State {
    /// The state after a commit is done again.
    pub(super) fn after(&self, record: &log::Record) -> Result<State> {
        let mut writer = GraphWriter::new(self.snapshot.clone());
        for effect in &record.effects {
            writer.apply(effect)?;
        }
        let (snapshot, _) = writer.finish();
        Ok(State {
            snapshot,
            version: self.version + 1,
        })
    }
}

/// How often the end of a log that is being written is looked at, and how long between.
const MOST_LOOKS: u32 = 50;
const BETWEEN_LOOKS: Duration = Duration::from_millis(2);

/// An open stored database.
#[derive(Debug)]
pub(crate) struct Store {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) path: PathBuf,
    pub(super) data: Arc<DataFile>,
    pub(super) options: OpenOptions,
    pub(super) pins: Arc<Pins>,
    pub(super) head: Mutex<Head>,
    /// Used by whoever has the writer's turn.
    pub(super) writer: Mutex<Writer>,
}

/// The newest state that this process knows.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) state: State,
    pub(super) generation: u64,
    /// What the generation was opened from.
    pub(super) image: Arc<Image>,
    /// Where the next record of the log begins.
    pub(super) position: u64,
    /// The counter of the lock file when this was the newest state.
    pub(super) changes: u64,
    /// What was found at opening.
    note: Option<String>,
    /// To read records of others.
    log: Option<Log>,
    pub(super) lock_file: Option<LockFile>,
}

impl Store {
    /// Opens a database, or makes it.
    ///
    /// # Errors
    /// `FileError` with what is wrong with the path or the file, `DamagedData`, `WriterBusy` where
    /// the file is being replaced.
    pub(crate) fn open(disk: Arc<dyn Disk>, path: &Path, options: OpenOptions) -> Result<Store> {
        if let Some(reason) = disk.distrust(path) {
            let message = format!("{} is not opened: {reason}", path.display());
            let error = Error::new(ErrorKind::FileError, ErrorDetail::CannotOpen, message);
            return Err(
                error.hint("copy it to a local disk; locks and syncs cannot be relied on there")
            );
        }
        let failed = |error: io::Error| log::failed("open", path, &error);
        let file = loop {
            let file = open_or_create(disk.as_ref(), path, &options)?;
            if !lock_within(file.as_ref(), OPEN, Lock::Shared, options.patience).map_err(failed)? {
                return Err(busy(
                    "another process is tidying up or replacing the database",
                ));
            }
            // While we waited the file may have been replaced.
            if file.is_at(path).map_err(failed)? {
                break file;
            }
        };
        let data = Arc::new(DataFile::open(file.clone(), path, options.cache)?);
        let lock_file = LockFile::open(disk.as_ref(), path, !options.read_only).map_err(failed)?;
        let store = Store {
            disk,
            path: path.to_owned(),
            pins: Pins::new(file),
            data,
            options,
            head: Mutex::new(Head {
                state: State::default(),
                generation: 0,
                image: Arc::default(),
                position: log::START,
                changes: 0,
                note: None,
                log: None,
                lock_file,
            }),
            writer: Mutex::default(),
        };
        store.catch_up(&mut store.head())?;
        store.check_tail(&mut store.head())?;
        Ok(store)
    }

    /// The data file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether nothing can be written.
    pub(crate) fn is_read_only(&self) -> bool {
        self.options.read_only
    }

    pub(super) fn head(&self) -> MutexGuard<'_, Head> {
        self.head.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The newest state, kept readable for as long as its snapshot or a copy of it lives.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub(crate) fn state(&self) -> Result<State> {
        let mut head = self.head();
        loop {
            let pin = self.pin(head.generation)?;
            // After the pin: whoever writes over blobs looks for pins after having counted.
            if self.changes(&mut head)? == head.changes {
                return Ok(guarded(&head.state, pin));
            }
            drop(pin);
            self.catch_up(&mut head)?;
        }
    }

    /// The state as this process knows it.
    pub(crate) fn known_state(&self) -> Result<State> {
        let head = self.head();
        Ok(guarded(&head.state, self.pin(head.generation)?))
    }

    fn pin(&self, generation: u64) -> Result<Pin> {
        let pin = self.pins.pin(generation);
        pin.map_err(|error| log::failed("lock", &self.path, &error))
    }

    /// The counter; a writer may have made its file only now.
    fn changes(&self, head: &mut Head) -> Result<u64> {
        if head.lock_file.is_none() {
            let opened = LockFile::open(self.disk.as_ref(), &self.path, false);
            head.lock_file = opened.map_err(|error| log::failed("read", &self.path, &error))?;
        }
        match &head.lock_file {
            Some(file) => file
                .changes()
                .map_err(|error| log::failed("read", &self.path, &error)),
            None => Ok(0),
        }
    }

    /// Moves on to the newest state that is stored.
    ///
    /// # Errors
    /// Where it cannot be read; what was known stays known.
    pub(super) fn catch_up(&self, head: &mut Head) -> Result<()> {
        loop {
            let changes = self.changes(head)?;
            self.read_generation(head)?;
            self.read_log(head)?;
            head.changes = changes;
            if self.changes(head)? == changes {
                return Ok(());
            }
        }
    }

    /// Takes the newest generation.
    fn read_generation(&self, head: &mut Head) -> Result<()> {
        loop {
            let root = self.data.root()?;
            if root.generation == head.generation {
                return Ok(());
            }
            let pin = self.pin(root.generation)?;
            if self.data.root()?.generation != root.generation {
                continue;
            }
            let image = Image::read(root.catalog, self.data.as_ref())?;
            let source: Arc<dyn BlobReader> = self.data.clone();
            head.state = State {
                snapshot: Snapshot::open(&image, &source, &head.state.snapshot),
                version: root.version,
            };
            head.image = Arc::new(image);
            head.generation = root.generation;
            head.position = log::START;
            drop(pin);
        }
    }

    /// Does again what the commits since did.
    fn read_log(&self, head: &mut Head) -> Result<()> {
        if head.log.is_none() {
            head.log = Log::open(self.disk.as_ref(), &self.path, &self.data.id, Access::Read)?;
        }
        let Some(log) = &head.log else {
            return Ok(());
        };
        let (mut state, mut position) = (head.state.clone(), head.position);
        // Replay reads blobs of the generation.
        let pin = self.pin(head.generation)?;
        while let Some(record) = log.read(head.generation, state.version + 1, position)? {
            state = state.after(&record)?;
            position = record.end;
        }
        drop(pin);
        (head.state, head.position) = (state, position);
        Ok(())
    }

    /// Looks at what the log holds behind the last commit that could be read.
    ///
    /// Another process may write meanwhile. Then what seemed unfinished is whole at the next look, and
    /// what seemed damaged is behind us; damage is what stays where it is.
    fn check_tail(&self, head: &mut Head) -> Result<()> {
        let mut looks = 0;
        loop {
            let Some(log) = &head.log else {
                return Ok(());
            };
            let (generation, position) = (head.generation, head.position);
            let next = head.state.version + 1;
            let tail = log.tail(generation, next, position)?;
            if tail == Tail::Clean {
                return Ok(());
            }
            self.catch_up(head)?;
            let moved_on = (head.generation, head.position) != (generation, position);
            let file = self.data.file.as_ref();
            let is_written = file.is_locked(WRITER, WRITER);
            let is_written = is_written.map_err(|error| log::failed("lock", &self.path, &error))?;
            looks += 1;
            if (moved_on || is_written) && looks < MOST_LOOKS {
                std::thread::sleep(BETWEEN_LOOKS);
                continue;
            }
            match tail {
                _ if moved_on => {}
                Tail::Damaged => {
                    let message =
                        format!("the log is damaged at byte {position}, in commit {next}");
                    return Err(Error::damaged(message));
                }
                Tail::Torn if !is_written => {
                    let note = "the last commit was not finished; it was never acknowledged and is dropped";
                    head.note = Some(note.to_owned());
                }
                Tail::Torn | Tail::Clean => {}
            }
            return Ok(());
        }
    }

    /// What was found when the database was opened, in words for its user.
    pub(crate) fn note(&self) -> Option<String> {
        self.head().note.clone()
    }

    /// Tidies up: where nobody else has the database open, all is put into the one file.
    fn close(&self) -> Result<()> {
        if self.options.read_only {
            return Ok(());
        }
        let failed = |error: io::Error| log::failed("close", &self.path, &error);
        if !self
            .data
            .file
            .try_lock(OPEN, Lock::Exclusive)
            .map_err(failed)?
        {
            return Ok(());
        }
        let mut writer = self.writer();
        let is_logged = {
            let mut head = self.head();
            self.catch_up(&mut head)?;
            head.position > log::START
        };
        if is_logged {
            self.checkpoint(&mut writer)?;
        }
        self.cut_off(&mut writer)?;
        for path in [Log::path(&self.path), LockFile::path(&self.path)] {
            match self.disk.remove(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
                _ => {}
            }
        }
        self.disk.sync_folder(&self.path).map_err(failed)?;
        // Snapshots that are still read keep the file open, and would keep others from opening it.
        self.data.file.unlock(OPEN).map_err(failed)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // What is acknowledged is in the log already; the next one to open it tidies up.
        let _ = self.close();
    }
}

/// The state, with what keeps its parts readable.
fn guarded(state: &State, pin: Pin) -> State {
    let guard: Arc<dyn Any + Send + Sync> = Arc::new(pin);
    State {
        snapshot: state.snapshot.clone().guarded(guard),
        version: state.version,
    }
}

/// The file of a database, made where it is missing and may be made.
fn open_or_create(
    disk: &dyn Disk,
    path: &Path,
    options: &OpenOptions,
) -> Result<Arc<dyn DiskFile>> {
    let access = match options.read_only {
        true => Access::Read,
        false => Access::Write,
    };
    let may_create = options.create && !options.read_only;
    let failed = |error: io::Error| {
        let refused = log::failed("open", path, &error);
        match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
                if access == Access::Write =>
            {
                refused.hint("open it read-only")
            }
            _ => refused,
        }
    };
    let file = match disk.open(path, access) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && may_create => {
            match disk.open(path, Access::Create) {
                // Another process was faster.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    disk.open(path, access).map_err(failed)?
                }
                created => created.map_err(failed)?,
            }
        }
        opened => opened.map_err(failed)?,
    };
    if may_create && DataFile::is_unfinished(file.as_ref()).map_err(failed)? {
        create(disk, file.as_ref(), path, options).map_err(failed)?;
    }
    Ok(file)
}

/// Makes an empty database of an empty or unfinished file.
fn create(
    disk: &dyn Disk,
    file: &dyn DiskFile,
    path: &Path,
    options: &OpenOptions,
) -> io::Result<()> {
    if !lock_within(file, OPEN, Lock::Exclusive, options.patience)? {
        return Ok(());
    }
    if DataFile::is_unfinished(file)? {
        let mut id = [0; 16];
        fastrand::Rng::new().fill(&mut id);
        file.set_length(FIRST_BLOB)?;
        super::write::write_first_generation(file, &id)?;
        DataFile::finish(file, id)?;
        disk.sync_folder(path)?;
    }
    file.unlock(OPEN)
}
