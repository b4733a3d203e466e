//! A database: the current snapshot of a graph, and the turn of the one writer.

pub(crate) mod transaction;
mod turn;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use crate::error::Result;
use crate::functions::Procedures;
use crate::graph::{Effect, Snapshot};
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
    current: RwLock<State>,
    /// Held by the one writer.
    turn: turn::Turn,
    /// Milliseconds that a writer waits for its turn.
    patience: AtomicU64,
    procedures: RwLock<Procedures>,
    plans: PlanCache<Prepared>,
}

/// A state of the graph and how many commits led to it.
#[derive(Debug, Clone)]
pub(crate) struct State {
    /// The graph.
    pub(crate) snapshot: Snapshot,
    /// Rises with each commit.
    pub(crate) version: u64,
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
        Database(Arc::new(Shared {
            current: RwLock::new(State {
                snapshot,
                version: 0,
            }),
            turn: turn::Turn::default(),
            patience: AtomicU64::new(PATIENCE.as_millis() as u64),
            procedures: RwLock::new(Procedures::builtin()),
            plans: PlanCache::default(),
        }))
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
        Ok(self.current())
    }

    fn current(&self) -> State {
        let current = self.0.current.read();
        current.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How long a statement that writes waits for its turn before it fails; five seconds at first.
    pub fn set_patience(&self, patience: Duration) {
        let milliseconds = u64::try_from(patience.as_millis()).unwrap_or(u64::MAX);
        self.0.patience.store(milliseconds, Ordering::Relaxed);
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

    /// Waits for the writer's turn.
    ///
    /// # Errors
    /// `TransactionError: WriterBusy` where another writer does not end in time.
    pub(crate) fn begin_write(&self) -> Result<WriteTurn> {
        let patience = Duration::from_millis(self.0.patience.load(Ordering::Relaxed));
        self.0.turn.take(patience)?;
        Ok(WriteTurn {
            database: self.clone(),
        })
    }
}

/// The turn of the one writer; dropping it ends it.
#[derive(Debug)]
pub(crate) struct WriteTurn {
    database: Database,
}

impl WriteTurn {
    /// The state that nobody else changes while the turn lasts.
    pub(crate) fn state(&self) -> State {
        self.database.current()
    }

    /// Makes `snapshot`, which `effects` lead to, the current state.
    ///
    /// # Errors
    /// Where it cannot be stored; the state is then what it was.
    pub(crate) fn commit(&mut self, snapshot: Snapshot, effects: &[Effect]) -> Result<()> {
        if effects.is_empty() {
            return Ok(());
        }
        let current = self.database.0.current.write();
        let mut current = current.unwrap_or_else(PoisonError::into_inner);
        current.snapshot = snapshot;
        current.version += 1;
        Ok(())
    }
}

impl Drop for WriteTurn {
    fn drop(&mut self) {
        self.database.0.turn.give_back();
    }
}
