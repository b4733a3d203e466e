//! A database: the current snapshot of a graph, and the turn of the one writer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use crate::file_access::FileAccess;
use crate::functions::Procedures;
use crate::graph::Snapshot;
use crate::plan_cache::PlanCache;
use crate::session::{Prepared, Session};

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
    /// The state that readers see; replaced as a whole.
    current: RwLock<Snapshot>,
    /// Held by the one writer.
    turn: Mutex<()>,
    procedures: RwLock<Procedures>,
    file_access: RwLock<Arc<FileAccess>>,
    plans: PlanCache<Prepared>,
}

impl Database {
    /// An empty database that lives as long as the last handle.
    pub fn in_memory() -> Self {
        Database::from_snapshot(Snapshot::default())
    }

    /// A database in memory that starts with this state.
    pub fn from_snapshot(snapshot: Snapshot) -> Self {
        Database(Arc::new(Shared {
            current: RwLock::new(snapshot),
            turn: Mutex::new(()),
            procedures: RwLock::new(Procedures::builtin()),
            file_access: RwLock::default(),
            plans: PlanCache::default(),
        }))
    }

    /// A session: runs statements one after the other.
    pub fn session(&self) -> Session {
        Session::new(self.clone())
    }

    /// The state as of now; later commits do not change it.
    pub fn snapshot(&self) -> Snapshot {
        self.0
            .current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The procedures that statements can call.
    pub fn procedures(&self) -> Procedures {
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
        update(
            &mut self
                .0
                .procedures
                .write()
                .unwrap_or_else(PoisonError::into_inner),
        );
    }

    /// The files that statements may read.
    pub fn file_access(&self) -> Arc<FileAccess> {
        self.0
            .file_access
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Says which files statements may read, those of all sessions; all if nothing is said.
    pub fn set_file_access(&self, file_access: FileAccess) {
        *self
            .0
            .file_access
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(file_access);
    }

    /// Waits for the writer's turn. The state at the start of the turn stays the current one until
    /// [`WriteTurn::publish`]; a turn that is dropped changes nothing.
    pub fn begin_write(&self) -> WriteTurn<'_> {
        WriteTurn {
            database: self,
            _turn: self.0.turn.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }
}

/// The turn of the one writer.
#[derive(Debug)]
pub struct WriteTurn<'a> {
    database: &'a Database,
    _turn: MutexGuard<'a, ()>,
}

impl WriteTurn<'_> {
    /// Makes `snapshot` the current state and ends the turn.
    pub fn publish(self, snapshot: Snapshot) {
        let mut current = self
            .database
            .0
            .current
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *current = snapshot;
    }
}
