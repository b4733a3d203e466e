//! The rows of a scan in parts that several threads work on.
//!
//! Operators that only lead on from their input can be run several times at once, each over other
//! chunks of the scan below them. A statement begins on one thread. When it has run for a while, more
//! are started; each takes the later half of the longest part that is left, until nothing is. What was
//! made of the parts is put together in the order of their chunks, so that it does not depend on how
//! they were shared out.
//!
//! Source: "Morsel-Driven Parallelism" (Leis, Boncz, Kemper, Neumann, SIGMOD 2014), with halves that
//! are stolen instead of a common queue.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::operators::Input;
use super::{Batch, Counts, Runtime, open};
use crate::error::Result;
use crate::physical::{Operator as Kind, Plan};

/// The least stack of a thread that helps, and what each operator of the plan may need besides.
const STACK: usize = 4 << 20;
const STACK_PER_OPERATOR: usize = 32 << 10;

/// The rows of an input: in one stream, or in parts.
pub(super) enum Parts<'p> {
    /// In one stream.
    One(Input<'p>),
    /// As many as threads find time for, each over chunks of `scan`.
    Many {
        /// The input.
        plan: &'p Plan,
        /// What it begins with.
        scan: &'p Plan,
    },
}

/// Chunks that are not handed out yet.
#[derive(Debug)]
struct Part(Mutex<Range<usize>>);

/// The parts of one scan.
struct Crew {
    parts: Mutex<Vec<Arc<Part>>>,
    /// Whether the others need not go on.
    has_failed: AtomicBool,
}

/// Where a scan takes its chunks from: the part that one thread is at.
pub(super) struct Share<'a> {
    scan: &'a Plan,
    part: Arc<Part>,
    crew: &'a Crew,
    help: Option<&'a Help<'a>>,
}

/// How more threads are started when a statement has run for a while.
struct Help<'a> {
    due: Instant,
    is_called: AtomicBool,
    call: &'a dyn Fn(),
}

/// What was made of a part.
struct Made<S> {
    first: usize,
    outcome: Result<S>,
    profile: Option<Vec<Counts>>,
}

impl<'p> Parts<'p> {
    /// The rows of `plan`.
    pub(super) fn new(plan: &'p Plan, argument: Option<&Batch>, runtime: &Runtime) -> Parts<'p> {
        let is_shared = runtime.context.threads() > 1
            && argument.is_none()
            && runtime.share.is_none()
            && runtime.graph().node_chunks() > 1;
        match driving_scan(plan).filter(|_| is_shared) {
            Some(scan) => Parts::Many { plan, scan },
            None => Parts::One(open(plan, argument, runtime)),
        }
    }

    /// What `work` makes of the rows, part by part, in the order of the rows.
    pub(super) fn each<S: Send>(
        self,
        runtime: &mut Runtime,
        work: impl Fn(Input<'p>, &mut Runtime) -> Result<S> + Sync,
    ) -> Result<Vec<S>> {
        let (plan, scan) = match self {
            Parts::One(input) => return Ok(vec![work(input, runtime)?]),
            Parts::Many { plan, scan } => (plan, scan),
        };
        let whole = Arc::new(Part(Mutex::new(0..runtime.graph().node_chunks())));
        let crew = Crew {
            parts: Mutex::new(vec![whole.clone()]),
            has_failed: AtomicBool::new(false),
        };
        let made = Mutex::new(Vec::new());
        let seed = runtime.seed();
        let serve = |mut part: Arc<Part>, help: Option<&Help>| {
            let context = seed.context.clone();
            loop {
                let first = lock(&part.0).start;
                let share = Share {
                    scan,
                    part: part.clone(),
                    crew: &crew,
                    help,
                };
                let mut runtime = seed.runtime(&context, share);
                let outcome = work(open(plan, None, &runtime), &mut runtime);
                // Whatever is left of it, nothing more is made of this part.
                lock(&part.0).start = usize::MAX;
                if outcome.is_err() {
                    crew.has_failed.store(true, Ordering::Relaxed);
                }
                lock(&made).push(Made {
                    first,
                    outcome,
                    profile: runtime.profile,
                });
                match crew.steal() {
                    Some(stolen) => part = stolen,
                    None => return,
                }
            }
        };
        std::thread::scope(|scope| {
            let call = || {
                for _ in 1..seed.context.threads() {
                    let stack = STACK + plan.id * STACK_PER_OPERATOR;
                    let thread = std::thread::Builder::new().stack_size(stack);
                    let help = || {
                        if let Some(part) = crew.steal() {
                            serve(part, None);
                        }
                    };
                    // Without help it takes longer, that is all.
                    let _ = thread.spawn_scoped(scope, help);
                }
            };
            let help = Help {
                due: Instant::now() + seed.context.alone(),
                is_called: AtomicBool::new(false),
                call: &call,
            };
            serve(whole, Some(&help));
        });
        let mut made = made.into_inner().unwrap_or_else(PoisonError::into_inner);
        made.sort_by_key(|made| made.first);
        for counts in made.iter().filter_map(|made| made.profile.as_ref()) {
            let profile = runtime.profile.iter_mut().flatten();
            profile
                .zip(counts)
                .for_each(|(all, counts)| all.add(counts));
        }
        made.into_iter().map(|made| made.outcome).collect()
    }
}

impl Crew {
    /// The later half of the longest part that is left.
    fn steal(&self) -> Option<Arc<Part>> {
        if self.has_failed.load(Ordering::Relaxed) {
            return None;
        }
        let mut parts = lock(&self.parts);
        parts.retain(|part| !lock(&part.0).is_empty());
        let longest = parts.iter().max_by_key(|part| lock(&part.0).len())?;
        let stolen = {
            let mut left = lock(&longest.0);
            let middle = left.start + left.len() / 2;
            let stolen = middle..left.end;
            left.end = middle;
            stolen
        };
        let stolen = (!stolen.is_empty()).then(|| Arc::new(Part(Mutex::new(stolen))))?;
        parts.push(stolen.clone());
        Some(stolen)
    }
}

impl Share<'_> {
    /// Whether `plan` is the scan that is shared out.
    pub(super) fn is_of(&self, plan: &Plan) -> bool {
        std::ptr::eq(self.scan, plan)
    }

    /// The next chunk to be scanned; calls for help when that is due.
    pub(super) fn next(&self) -> Option<usize> {
        if self.crew.has_failed.load(Ordering::Relaxed) {
            return None;
        }
        if let Some(help) = self.help
            && !help.is_called.load(Ordering::Relaxed)
            && Instant::now() >= help.due
        {
            help.is_called.store(true, Ordering::Relaxed);
            (help.call)();
        }
        lock(&self.part.0).next()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The scan that a plan begins with, if every operator above it makes of each row what it would make
/// of it alone, and changes nothing.
fn driving_scan(plan: &Plan) -> Option<&Plan> {
    match &plan.operator {
        Kind::ScanNodes { .. } => Some(plan),
        Kind::Seek { input, .. }
        | Kind::Expand { input, .. }
        | Kind::ExpandRepeat { input, .. }
        | Kind::Intersect { input, .. }
        | Kind::Reach { input, .. }
        | Kind::Weigh { input, .. }
        | Kind::WeighCommon { input, .. }
        | Kind::Follow { input, .. }
        | Kind::Repeat { input, .. }
        | Kind::ShortestPaths { input, .. }
        | Kind::SearchPaths { input, .. }
        | Kind::Filter { input, .. }
        | Kind::Extend { input, .. }
        | Kind::Project { input, .. }
        | Kind::Unwind { input, .. } => driving_scan(input),
        Kind::Apply {
            input,
            inner,
            commit_every: None,
            ..
        } if !inner.updates => driving_scan(input),
        _ => None,
    }
}
