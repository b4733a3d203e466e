//! Explicit transactions: what `BEGIN` starts and `COMMIT` or `ROLLBACK` ends.

use crate::database::{Database, State, WriteTurn};
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::graph::{Effect, Snapshot};
use crate::parse::ast::TransactionControl;

/// A transaction that is open. Dropping it leaves nothing behind.
#[derive(Debug)]
pub(crate) struct Transaction {
    /// The state that its next statement sees.
    snapshot: Snapshot,
    /// The number of the commit that it started from.
    version: u64,
    access: Access,
    /// What its statements did.
    effects: Vec<Effect>,
    /// A statement of it failed: it can only be rolled back.
    failed: bool,
}

/// What a transaction may do.
#[derive(Debug)]
enum Access {
    /// Only read.
    Read,
    /// Read, and write once it has taken the turn.
    Undecided,
    /// Write: it has the turn.
    Write(WriteTurn),
}

impl Transaction {
    /// Opens a transaction; `BEGIN WRITE` waits for the writer's turn.
    pub(crate) fn begin(database: &Database, control: TransactionControl) -> Result<Transaction> {
        let access = match control {
            TransactionControl::BeginRead => Access::Read,
            TransactionControl::BeginWrite => Access::Write(database.begin_write()?),
            _ => Access::Undecided,
        };
        let State { snapshot, version } = match &access {
            Access::Write(turn) => turn.state()?,
            _ => database.state()?,
        };
        Ok(Transaction {
            snapshot,
            version,
            access,
            effects: Vec::new(),
            failed: false,
        })
    }

    /// The state that the next statement sees.
    ///
    /// # Errors
    /// `TransactionState` where an earlier statement failed.
    pub(crate) fn snapshot(&self) -> Result<&Snapshot> {
        match self.failed {
            true => Err(has_failed()),
            false => Ok(&self.snapshot),
        }
    }

    /// Takes the writer's turn, if it is not taken yet, before the first write.
    ///
    /// # Errors
    /// `TransactionState` in `BEGIN READ`; `WriterBusy`; `TransactionConflict` where another
    /// commit came between.
    pub(crate) fn begin_write(&mut self, database: &Database) -> Result<()> {
        match self.access {
            Access::Write(_) => Ok(()),
            Access::Read => Err(Error::new(
                ErrorKind::TransactionError,
                ErrorDetail::TransactionState,
                "the transaction was begun with BEGIN READ and cannot write",
            )
            .hint("begin with BEGIN or BEGIN WRITE")),
            Access::Undecided => {
                let turn = database.begin_write()?;
                if turn.state()?.version != self.version {
                    return Err(Error::new(
                        ErrorKind::TransactionError,
                        ErrorDetail::TransactionConflict,
                        "another commit came between BEGIN and the first write",
                    )
                    .hint("roll back and try again; BEGIN WRITE takes the writer's turn at once"));
                }
                self.access = Access::Write(turn);
                Ok(())
            }
        }
    }

    /// Keeps what a statement did.
    pub(crate) fn advance(&mut self, snapshot: Snapshot, effects: Vec<Effect>) {
        self.snapshot = snapshot;
        self.effects.extend(effects);
    }

    /// Notes that a statement failed.
    pub(crate) fn fail(&mut self) {
        self.failed = true;
    }

    /// Makes all that was done seen and lasting.
    ///
    /// # Errors
    /// `TransactionState` where a statement failed, then it is rolled back; errors of the store.
    pub(crate) fn commit(self) -> Result<()> {
        if self.failed {
            return Err(has_failed());
        }
        match self.access {
            Access::Write(mut turn) => turn.commit(self.snapshot, &self.effects),
            Access::Read | Access::Undecided => Ok(()),
        }
    }
}

fn has_failed() -> Error {
    Error::new(
        ErrorKind::TransactionError,
        ErrorDetail::TransactionState,
        "a statement of the transaction failed, so all of it is given up",
    )
    .hint("ROLLBACK ends it")
}
