//! What a running plan shares: the context, parameters, procedures, and the graph as it stands.

use std::cell::{Ref, RefCell, RefMut};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use arrow_array::UInt32Array;

use super::batch::FEW_ROWS;
use super::parts::Share;
use super::profile::Counts;
use crate::column::Column;
use crate::context::{Context, Reservation};
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::functions::{Environment, Procedures};
use crate::graph::{CHUNK_SIZE, FrozenNodes, GraphWriter, KeptColumns, Snapshot};
use crate::value::{KeyId, Value};

/// What a new node, relationship or property takes without its values, in bytes.
const BYTES_OF_WRITE: usize = 64;

/// Commits what a writer wrote, and lets it go on.
pub type Committer<'c> = dyn FnMut(&mut GraphWriter) -> Result<()> + 'c;

/// The state of one run.
pub struct Runtime<'a> {
    /// Budget, interrupt, time.
    pub context: &'a Context,
    /// Values of the statement's parameters.
    pub parameters: &'a BTreeMap<Arc<str>, Value>,
    /// What can be called.
    pub procedures: &'a Procedures,
    snapshot: Snapshot,
    /// How often the snapshot was taken anew.
    state: u64,
    writer: Option<&'a mut GraphWriter>,
    /// What the writes so far take of the budget.
    written: Reservation,
    /// Commits what was written so far, where the statement is a transaction of its own.
    pub committer: Option<&'a mut Committer<'a>>,
    /// Rows and time by operator, where the plan is profiled.
    pub profile: Option<Vec<Counts>>,
    /// The part of a scan that this thread works on, where it works on a part.
    pub(super) share: Option<Share<'a>>,
    /// What was kept of properties that were read from this state: of nodes, of relationships.
    kept_columns: [RefCell<HashMap<KeyId, KeptColumns>>; 2],
    /// The chunk of nodes of which columns were read last.
    last_chunk: RefCell<Option<FrozenNodes>>,
}

/// What the runs on several threads have in common.
pub(super) struct Seed<'a> {
    pub(super) context: &'a Context,
    parameters: &'a BTreeMap<Arc<str>, Value>,
    procedures: &'a Procedures,
    snapshot: Snapshot,
    /// The number of operators that are profiled.
    profiled: Option<usize>,
}

impl Seed<'_> {
    /// A run that reads, on a part of a scan; `context` is that of the thread.
    pub(super) fn runtime<'r>(&'r self, context: &'r Context, share: Share<'r>) -> Runtime<'r> {
        let (snapshot, parameters) = (self.snapshot.clone(), self.parameters);
        let mut runtime = Runtime::new(context, parameters, self.procedures, snapshot, None);
        let operators = self.profiled;
        runtime.profile = operators.map(|operators| vec![Counts::default(); operators]);
        runtime.share = Some(share);
        runtime
    }
}

impl<'a> Runtime<'a> {
    /// A run on `snapshot`; with a writer, on the writer's state.
    pub fn new(
        context: &'a Context,
        parameters: &'a BTreeMap<Arc<str>, Value>,
        procedures: &'a Procedures,
        snapshot: Snapshot,
        writer: Option<&'a mut GraphWriter>,
    ) -> Self {
        Runtime {
            context,
            parameters,
            procedures,
            snapshot,
            state: 0,
            writer,
            written: context.reservation(),
            committer: None,
            profile: None,
            share: None,
            kept_columns: Default::default(),
            last_chunk: RefCell::default(),
        }
    }

    /// What runs on other threads need to read what this one reads.
    pub(super) fn seed(&self) -> Seed<'a> {
        Seed {
            context: self.context,
            parameters: self.parameters,
            procedures: self.procedures,
            snapshot: self.snapshot.clone(),
            profiled: self.profile.as_ref().map(Vec::len),
        }
    }

    /// The graph as the current clause sees it.
    pub fn graph(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The graph as the last clause saw it, at the end of the run.
    pub fn into_graph(self) -> Snapshot {
        self.snapshot
    }

    /// A number that differs where [`Runtime::graph`] is another graph than before.
    #[inline]
    pub fn state(&self) -> u64 {
        self.state
    }

    /// One property of many nodes.
    pub(super) fn node_column(&self, nodes: &UInt32Array, key: KeyId) -> Result<Column> {
        match nodes.len() < FEW_ROWS {
            true => self.snapshot.node_column(nodes, key),
            false => {
                let mut kept = self.kept_columns(true, key);
                self.snapshot.node_column_by(nodes, key, &mut kept)
            }
        }
    }

    /// One property of many relationships.
    pub(super) fn relationship_column(&self, ids: &UInt32Array, key: KeyId) -> Result<Column> {
        match ids.len() < FEW_ROWS {
            true => self.snapshot.relationship_column(ids, key),
            false => {
                let mut kept = self.kept_columns(false, key);
                self.snapshot.relationship_column_by(ids, key, &mut kept)
            }
        }
    }

    /// The chunk of nodes that stand side by side in one; `None` where some have changed since it was made.
    pub(super) fn chunk_of(&self, nodes: &Range<u32>) -> Result<Option<Ref<'_, FrozenNodes>>> {
        let is_it = |chunk: &FrozenNodes| chunk.has(nodes.start);
        if !self.last_chunk.borrow().as_ref().is_some_and(is_it) {
            let chunk = nodes.start as usize / CHUNK_SIZE;
            *self.last_chunk.borrow_mut() = self.snapshot.frozen_nodes(chunk)?;
        }
        Ok(Ref::filter_map(self.last_chunk.borrow(), Option::as_ref).ok())
    }

    /// What was kept of earlier reads of a property of nodes, or of relationships.
    pub(super) fn kept_columns(&self, is_of_nodes: bool, key: KeyId) -> RefMut<'_, KeptColumns> {
        let kept = self.kept_columns[usize::from(!is_of_nodes)].borrow_mut();
        RefMut::map(kept, |kept| kept.entry(key).or_default())
    }

    /// What functions see.
    pub fn environment(&self) -> Environment<'_> {
        Environment {
            context: self.context,
            graph: &self.snapshot,
            procedures: self.procedures,
        }
    }

    /// The door for writes. What is written is seen after [`Runtime::refresh`].
    pub fn writer(&mut self) -> Result<&mut GraphWriter> {
        match &mut self.writer {
            Some(writer) => Ok(writer),
            None => Err(Error::internal("an update runs without a writer")),
        }
    }

    /// Reserves room for one thing more that is written, in the graph and in the list of effects;
    /// `bytes` is what its values hold.
    pub fn reserve_write(&mut self, bytes: usize) -> Result<()> {
        self.written.grow(2 * (BYTES_OF_WRITE + bytes))
    }

    /// Reserves room for a property of so many things that is written at once; `bytes` is what the
    /// values hold.
    pub fn reserve_writes(&mut self, things: usize, bytes: usize) -> Result<()> {
        self.written.grow(2 * (BYTES_OF_WRITE + 8 * things + bytes))
    }

    /// Commits what was written so far.
    ///
    /// # Errors
    /// `TransactionState` in an explicit transaction; errors of the commit.
    pub fn commit(&mut self) -> Result<()> {
        match (&mut self.committer, &mut self.writer) {
            (Some(commit), Some(writer)) => commit(writer)?,
            _ => {
                let (kind, detail) = (ErrorKind::TransactionError, ErrorDetail::TransactionState);
                let message = "CALL IN TRANSACTIONS cannot run inside of a transaction";
                return Err(Error::new(kind, detail, message)
                    .hint("end the transaction first, or leave IN TRANSACTIONS out"));
            }
        }
        self.written = self.context.reservation();
        self.refresh();
        Ok(())
    }

    /// Makes everything written so far visible to reads.
    pub fn refresh(&mut self) {
        if let Some(writer) = &self.writer {
            self.snapshot = writer.snapshot();
            self.state += 1;
            self.kept_columns = Default::default();
            self.last_chunk = RefCell::default();
        }
    }

    /// The value of a parameter.
    pub fn parameter(&self, name: &str) -> Result<&'a Value> {
        self.parameters.get(name).ok_or_else(|| {
            Error::new(
                ErrorKind::ParameterMissing,
                ErrorDetail::MissingParameter,
                format!("the parameter ${name} was not given"),
            )
        })
    }
}
