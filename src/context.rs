//! What every stage of a running statement is given: the memory budget, the interrupt flag, the
//! time limit, the files it may read and the statement's one instant.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::file_access::FileAccess;
use crate::value::DateTime;

/// A flag that stops running statements; cloning shares it.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Asks the running statement to stop.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Forgets an earlier request.
    pub fn clear(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    /// Whether a stop was asked for.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Limits of one statement.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes that a statement may hold at once.
    pub memory: usize,
    /// How long it may run; no limit where missing.
    pub time: Option<Duration>,
    /// Threads that may work on it at once; as many as there are processors at first.
    pub threads: NonZeroUsize,
    /// How long it runs before the first thread is started to help, and half of how much longer it must be expected
    /// to run then: short statements need none.
    pub alone: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            memory: 2 << 30,
            time: None,
            threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            alone: Duration::from_micros(100),
        }
    }
}

/// The context of one running statement. Cloning shares the budget.
#[derive(Debug, Clone)]
pub struct Context {
    used: Arc<AtomicUsize>,
    memory: usize,
    interrupt: Interrupt,
    deadline: Option<(Instant, Duration)>,
    threads: NonZeroUsize,
    alone: Duration,
    statement_time: DateTime,
    /// All files where missing.
    file_access: Option<Arc<FileAccess>>,
    accounts: Option<Accounts>,
}

/// A part of the memory budget, given back when dropped.
#[derive(Debug)]
pub struct Reservation {
    used: Arc<AtomicUsize>,
    memory: usize,
    bytes: usize,
    account: Option<(Arc<[Account]>, usize)>,
}

/// What one part of a statement holds of the budget.
#[derive(Debug, Default)]
struct Account {
    held: AtomicUsize,
    peak: AtomicUsize,
}

impl Account {
    fn grow(&self, bytes: usize) {
        let before = self.held.fetch_add(bytes, Ordering::Relaxed);
        self.peak.fetch_max(before + bytes, Ordering::Relaxed);
    }
}

/// An account for each part of a statement, and the one that what is reserved next goes to. All clones
/// of a context share the accounts; each is in a part of its own.
#[derive(Debug)]
struct Accounts {
    all: Arc<[Account]>,
    current: AtomicUsize,
}

impl Clone for Accounts {
    fn clone(&self) -> Self {
        Accounts {
            all: self.all.clone(),
            current: AtomicUsize::new(self.current.load(Ordering::Relaxed)),
        }
    }
}

impl Context {
    /// A context whose clock starts now; `statement_time` is the one instant that all temporal
    /// functions of the statement see.
    pub fn new(limits: Limits, interrupt: Interrupt, statement_time: DateTime) -> Self {
        Context {
            used: Arc::default(),
            memory: limits.memory,
            interrupt,
            deadline: limits.time.map(|time| (Instant::now() + time, time)),
            threads: limits.threads,
            alone: limits.alone,
            statement_time,
            file_access: None,
            accounts: None,
        }
    }

    /// The same context, which tells apart what each of so many parts of the statement reserves. What
    /// is reserved outside of all parts goes to the last.
    pub fn with_accounts(mut self, parts: usize) -> Self {
        self.accounts = Some(Accounts {
            all: (0..=parts).map(|_| Account::default()).collect(),
            current: AtomicUsize::new(parts),
        });
        self
    }

    /// From now on what is reserved goes to the account of a part; gives the part of before, to go back
    /// to.
    pub fn enter_part(&self, part: usize) -> usize {
        let accounts = self.accounts.as_ref();
        accounts.map_or(part, |all| all.current.swap(part, Ordering::Relaxed))
    }

    /// The most bytes that each part has held at once, and at the end what was held outside of all; empty
    /// without accounts.
    pub fn peaks(&self) -> Vec<usize> {
        let accounts = self
            .accounts
            .iter()
            .flat_map(|accounts| accounts.all.iter());
        accounts
            .map(|account| account.peak.load(Ordering::Relaxed))
            .collect()
    }

    /// A context without limits, for what happened before and is done again.
    pub fn unlimited() -> Self {
        let limits = Limits {
            memory: usize::MAX,
            ..Limits::default()
        };
        Context::new(limits, Interrupt::default(), DateTime::now())
    }

    /// The same context for a statement that may read these files only.
    pub fn with_file_access(mut self, file_access: Arc<FileAccess>) -> Self {
        self.file_access = Some(file_access);
        self
    }

    /// The files that the statement may read.
    pub fn file_access(&self) -> &FileAccess {
        const ALL: &FileAccess = &FileAccess::Everything;
        self.file_access.as_deref().unwrap_or(ALL)
    }

    /// Threads that may work on the statement at once.
    pub fn threads(&self) -> usize {
        self.threads.get()
    }

    /// How long the statement runs before threads are started to help.
    pub fn alone(&self) -> Duration {
        self.alone
    }

    /// The instant at which the statement began.
    pub fn statement_time(&self) -> DateTime {
        self.statement_time
    }

    /// Fails where the statement was interrupted or its time is up; called once a batch or more.
    pub fn check(&self) -> Result<()> {
        if self.interrupt.is_set() {
            return Err(Error::new(
                ErrorKind::ResourceError,
                ErrorDetail::Interrupted,
                "the statement was interrupted",
            ));
        }
        match self.deadline {
            Some((deadline, limit)) if Instant::now() >= deadline => Err(Error::new(
                ErrorKind::ResourceError,
                ErrorDetail::TimeLimitReached,
                format!("the statement ran longer than {limit:?}"),
            )),
            _ => Ok(()),
        }
    }

    /// An empty reservation, to grow.
    pub fn reservation(&self) -> Reservation {
        Reservation {
            used: self.used.clone(),
            memory: self.memory,
            bytes: 0,
            account: self.accounts.as_ref().map(|accounts| {
                let current = accounts.current.load(Ordering::Relaxed);
                (accounts.all.clone(), current)
            }),
        }
    }

    /// Reserves `bytes` before they are allocated.
    pub fn reserve(&self, bytes: usize) -> Result<Reservation> {
        let mut reservation = self.reservation();
        reservation.grow(bytes)?;
        Ok(reservation)
    }
}

impl Reservation {
    /// Reserves what is missing until it is `bytes`. Fails where the budget of the statement would be exceeded.
    pub fn grow_to(&mut self, bytes: usize) -> Result<()> {
        self.grow(bytes.saturating_sub(self.bytes))
    }

    /// Reserves `bytes` more. Fails where the budget of the statement would be exceeded.
    pub fn grow(&mut self, bytes: usize) -> Result<()> {
        let before = self.used.fetch_add(bytes, Ordering::Relaxed);
        if before.saturating_add(bytes) > self.memory {
            self.used.fetch_sub(bytes, Ordering::Relaxed);
            return Err(Error::new(
                ErrorKind::ResourceError,
                ErrorDetail::OutOfMemory,
                format!(
                    "the statement needs more than its memory budget of {} MiB",
                    self.memory >> 20
                ),
            )
            .hint("return or collect less at once, or raise the memory limit"));
        }
        self.bytes += bytes;
        if let Some(account) = self.account() {
            account.grow(bytes);
        }
        Ok(())
    }

    fn account(&self) -> Option<&Account> {
        let (accounts, place) = self.account.as_ref()?;
        accounts.get(*place)
    }

    /// Holds what another reservation of the same budget held, too.
    pub fn absorb(&mut self, mut other: Reservation) {
        let bytes = std::mem::take(&mut other.bytes);
        if let Some(account) = other.account() {
            account.held.fetch_sub(bytes, Ordering::Relaxed);
        }
        if let Some(account) = self.account() {
            account.grow(bytes);
        }
        self.bytes += bytes;
    }

    /// The bytes held.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.used.fetch_sub(self.bytes, Ordering::Relaxed);
        if let Some(account) = self.account() {
            account.held.fetch_sub(self.bytes, Ordering::Relaxed);
        }
    }
}
