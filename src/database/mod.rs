//! A database: the current snapshot of a graph, and the turn of the one writer.

pub(crate) mod transaction;
mod turn;
mod upkeep;

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::file_access::FileAccess;
use crate::functions::Procedures;
use crate::graph::{Effect, PartStore, Snapshot};
use crate::plan_cache::PlanCache;
use crate::session::{Prepared, Session};
use crate::storage::{Disk, OpenOptions, OsDisk, Store};

pub(crate) use crate::storage::State;

/// An open database. Cloning shares it; sessions may run in many threads.
///
/// ```
/// let database = rihla::Database::in_memory();
/// let session = database.session();
/// session.query("CREATE (:City {name: 'Rabat'})", ())?;
/// let result = session.query("MATCH (c:City) RETURN c.name AS name", ())?;
/// assert_eq!(result.rows().next().unwrap().get::<String>("name")?, "Rabat");
/// # Ok::<(), rihla::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Database(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    place: Keeping,
    /// Held by the one writer.
    turn: turn::Turn,
    /// Milliseconds that a writer waits for its turn.
    patience: AtomicU64,
    procedures: RwLock<Arc<Procedures>>,
    file_access: RwLock<Arc<FileAccess>>,
    plans: PlanCache<Prepared>,
}

/// Where the graph is kept.
#[derive(Debug)]
enum Keeping {
    /// In memory: the state that readers see, replaced as a whole.
    Memory(Box<RwLock<State>>),
    /// In a file.
    File(Arc<Store>),
}

/// How long a writer waits for its turn where nothing else is said.
const PATIENCE: Duration = Duration::from_secs(5);

impl Database {
    /// An empty database that lives as long as the last handle.
    pub fn in_memory() -> Self {
        Database::from_snapshot(Snapshot::default())
    }

    /// A database in memory that starts with this state.
    pub fn from_snapshot(snapshot: Snapshot) -> Self {
        let state = State {
            snapshot,
            version: 0,
        };
        Database::keeping(Keeping::Memory(Box::new(RwLock::new(state))))
    }

    /// The database in the file at `path`, which is made where there is none. Other processes may
    /// have it open too: readers never wait, writers take turns. With the last handle it is closed.
    ///
    /// ```
    /// let folder = tempfile::tempdir().unwrap();
    /// let path = folder.path().join("cities.rihla");
    /// let database = rihla::Database::open(&path)?;
    /// database.session().query("CREATE (:City {name: 'Rabat'})", ())?;
    /// drop(database);
    /// assert_eq!(rihla::Database::open(&path)?.snapshot()?.node_count(), 1);
    /// # Ok::<(), rihla::Error>(())
    /// ```
    ///
    /// # Errors
    /// `FileError` where the path or the file is not fit, `DamagedData`.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Database::open_with(path, OpenOptions::default())
    }

    /// As [`Database::open`], with options.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub fn open_with(path: impl AsRef<Path>, options: OpenOptions) -> Result<Self> {
        Database::open_on(Arc::new(OsDisk), path, options)
    }

    /// As [`Database::open_with`], on another disk than that of the operating system.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub fn open_on(
        disk: Arc<dyn Disk>,
        path: impl AsRef<Path>,
        options: OpenOptions,
    ) -> Result<Self> {
        let store = Store::open(disk, path.as_ref(), options)?;
        Ok(Database::keeping(Keeping::File(Arc::new(store))))
    }

    fn keeping(place: Keeping) -> Self {
        Database(Arc::new(Shared {
            place,
            turn: turn::Turn::default(),
            patience: AtomicU64::new(PATIENCE.as_millis() as u64),
            procedures: RwLock::new(Arc::new(procedures())),
            file_access: RwLock::default(),
            plans: PlanCache::default(),
        }))
    }

    /// The file of the database; `None` where it is in memory.
    pub fn path(&self) -> Option<&Path> {
        match &self.0.place {
            Keeping::Memory(_) => None,
            Keeping::File(store) => Some(store.path()),
        }
    }

    /// What was found when the database was opened, for its user to know: a commit that a crash had
    /// cut short, say.
    pub fn note(&self) -> Option<String> {
        match &self.0.place {
            Keeping::Memory(_) => None,
            Keeping::File(store) => store.note(),
        }
    }

    /// Whether it was opened read-only.
    pub fn is_read_only(&self) -> bool {
        matches!(&self.0.place, Keeping::File(store) if store.is_read_only())
    }

    /// Whether the file at `path` is a database, of whatever version.
    pub fn is_at(path: impl AsRef<Path>) -> bool {
        crate::storage::is_database(path.as_ref())
    }

    /// A session: runs statements one after the other.
    pub fn session(&self) -> Session {
        Session::new(self.clone())
    }

    /// The state as of now; later commits do not change it.
    ///
    /// # Errors
    /// Where a stored database cannot be read.
    pub fn snapshot(&self) -> Result<Snapshot> {
        Ok(self.state()?.snapshot)
    }

    pub(crate) fn state(&self) -> Result<State> {
        match &self.0.place {
            Keeping::Memory(state) => {
                Ok(state.read().unwrap_or_else(PoisonError::into_inner).clone())
            }
            Keeping::File(store) => store.state(),
        }
    }

    /// How long a statement that writes waits for its turn before it fails; five seconds at first.
    pub fn set_patience(&self, patience: Duration) {
        let milliseconds = u64::try_from(patience.as_millis()).unwrap_or(u64::MAX);
        self.0.patience.store(milliseconds, Ordering::Relaxed);
    }

    /// The procedures that statements can call.
    pub fn procedures(&self) -> Arc<Procedures> {
        self.0
            .procedures
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn plans(&self) -> &PlanCache<Prepared> {
        &self.0.plans
    }

    /// Changes the procedures that statements can call.
    pub fn update_procedures(&self, update: impl FnOnce(&mut Procedures)) {
        let procedures = self.0.procedures.write();
        let mut procedures = procedures.unwrap_or_else(PoisonError::into_inner);
        update(Arc::make_mut(&mut procedures));
    }

    /// The files that statements may read.
    pub fn file_access(&self) -> Arc<FileAccess> {
        let access = self.0.file_access.read();
        access.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Says which files statements may read, those of all sessions; all if nothing is said.
    pub fn set_file_access(&self, file_access: FileAccess) {
        let access = self.0.file_access.write();
        *access.unwrap_or_else(PoisonError::into_inner) = Arc::new(file_access);
    }

    /// Where a bulk load keeps what is ready, if not in memory.
    pub(crate) fn parts(&self) -> Option<Arc<dyn PartStore>> {
        match &self.0.place {
            Keeping::Memory(_) => None,
            Keeping::File(store) => Some(store.clone()),
        }
    }

    /// Waits for the writer's turn.
    ///
    /// # Errors
    /// `TransactionError: WriterBusy` where another writer does not end in time.
    pub(crate) fn begin_write(&self) -> Result<WriteTurn> {
        let patience = Duration::from_millis(self.0.patience.load(Ordering::Relaxed));
        let start = Instant::now();
        self.0.turn.take(patience)?;
        let mut turn = WriteTurn {
            database: self.clone(),
            is_locked: false,
        };
        if let Keeping::File(store) = &self.0.place {
            store.begin_write(patience.saturating_sub(start.elapsed()))?;
            turn.is_locked = true;
        }
        Ok(turn)
    }
}

/// The turn of the one writer; dropping it ends it.
#[derive(Debug)]
pub(crate) struct WriteTurn {
    database: Database,
    /// Whether it is the turn among processes, too.
    is_locked: bool,
}

impl WriteTurn {
    /// The state that nobody else changes while the turn lasts.
    pub(crate) fn state(&self) -> Result<State> {
        match &self.database.0.place {
            Keeping::Memory(_) => self.database.state(),
            Keeping::File(store) => store.known_state(),
        }
    }

    /// Makes `snapshot`, which `effects` lead to, the current state.
    ///
    /// # Errors
    /// Where it cannot be stored; the state is then what it was.
    pub(crate) fn commit(&mut self, snapshot: Snapshot, effects: &[Effect]) -> Result<()> {
        if effects.is_empty() {
            return Ok(());
        }
        match &self.database.0.place {
            Keeping::Memory(state) => {
                let mut state = state.write().unwrap_or_else(PoisonError::into_inner);
                state.snapshot = snapshot;
                state.version += 1;
                Ok(())
            }
            Keeping::File(store) => store.commit(snapshot, effects),
        }
    }
}

impl Drop for WriteTurn {
    fn drop(&mut self) {
        if let (true, Keeping::File(store)) = (self.is_locked, &self.database.0.place) {
            store.end_write();
        }
        self.database.0.turn.give_back();
    }
}

/// The procedures that every session has.
pub(crate) fn procedures() -> Procedures {
    let mut procedures = Procedures::builtin();
    procedures.register(crate::import_export::import_file());
    procedures
}
