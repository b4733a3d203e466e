//! The rows of a scan, or of an operator that makes its rows as a whole, in parts that several threads
//! work on.
//!
//! Operators that only lead on from their input can be run several times at once, each over other
//! chunks of the source below them. A statement begins on one thread. While it runs on, more are started one
//! after the other; each takes the later half of the longest part that is left, until nothing is. What was
//! made of the parts is put together in the order of their chunks, so that it does not depend on how
//! they were shared out.
//!
//! Source: "Morsel-Driven Parallelism" (Leis, Boncz, Kemper, Neumann, SIGMOD 2014), with halves that
//! are stolen instead of a common queue.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::operators::Input;
use super::operators::kept_rows::KeptRows;
use super::operators::scan_nodes::ScanNodes;
use super::{BATCH_SIZE, Batch, Counts, Runtime, open};
use crate::bind::expression::Labels;
use crate::error::Result;
use crate::physical::{Branch, End, Operator as Kind, Plan};

/// The least stack of a thread that helps, and what each operator of the plan may need besides.
const STACK: usize = 4 << 20;
const STACK_PER_OPERATOR: usize = 32 << 10;

/// A rest is left to the thread that is at it when it is so small a part of all chunks.
const CHUNKS_PER_REST: usize = 64;

/// So few nodes are scanned before they are shared out: they may all stand in one chunk.
const FEW_NODES: u64 = 8 * BATCH_SIZE as u64;

/// The rows of an input: in one stream, or in parts.
pub(super) enum Parts<'p> {
    /// In one stream.
    One(Input<'p>),
    /// As many as threads find time for, each over chunks of `source`.
    Many {
        /// The input.
        plan: &'p Plan,
        /// What it begins with.
        source: &'p Plan,
        /// Whether each thread finds out first what holds for all chunks.
        learns: bool,
    },
}

/// Chunks that are not handed out yet.
#[derive(Debug)]
struct Part(Mutex<Range<usize>>);

/// The parts of one source.
struct Crew {
    parts: Mutex<Vec<Arc<Part>>>,
    chunks: Chunks,
    /// Whether the others need not go on.
    has_failed: AtomicBool,
    /// Threads that work on a part.
    busy: AtomicUsize,
    /// So many chunks are not worth a part of their own, whose groups would have to be put together.
    fewest: usize,
}

/// What is shared out, by number from 0 on.
enum Chunks {
    /// Chunks of the graph.
    Scanned(Vec<usize>),
    /// The rows of a source that is held as a whole.
    Kept(KeptRows),
}

impl Chunks {
    /// Of a source.
    fn of(source: &Plan, runtime: &mut Runtime) -> Result<Chunks> {
        match &source.operator {
            Kind::ScanNodes { labels } if is_in_many_chunks(source, runtime) => {
                let chunks = ScanNodes::chunks(labels.as_ref(), runtime.graph());
                chunks.map(Chunks::Scanned)
            }
            _ => KeptRows::gather(source, runtime).map(Chunks::Kept),
        }
    }

    fn len(&self) -> usize {
        match self {
            Chunks::Scanned(chunks) => chunks.len(),
            Chunks::Kept(kept) => kept.len(),
        }
    }
}

/// Where a source takes its chunks from: the part that one thread is at.
pub(super) struct Share<'a> {
    source: &'a Plan,
    part: Arc<Part>,
    crew: &'a Crew,
    help: Option<&'a Help<'a>>,
}

/// How more threads are started, one after the other, while a statement runs on.
struct Help<'a> {
    begun: Instant,
    /// After so long the first is started, and another after each quarter of that.
    alone: Duration,
    most: usize,
    started: AtomicUsize,
    /// Whether each thread finds out first what holds for all chunks.
    learns: bool,
    /// How long the first chunk took then, in nanoseconds.
    first: AtomicU64,
    start: &'a dyn Fn(),
}

impl Help<'_> {
    /// Starts a thread if one is due and worth it, with so many chunks done and so many left.
    fn call(&self, done: usize, left: usize) {
        let started = self.started.load(Ordering::Relaxed);
        if started >= self.most {
            return;
        }
        let due = self.alone + self.alone / 4 * started as u32;
        let elapsed = self.begun.elapsed();
        if elapsed >= due && (self.alone.is_zero() || self.is_worth(elapsed, done, left)) {
            self.started.store(started + 1, Ordering::Relaxed);
            (self.start)();
        }
        if done == 1 && self.learns {
            let first = u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX);
            self.first.store(first, Ordering::Relaxed);
        }
    }

    /// Whether the chunks that are left are expected to take longer than starting a thread does, and what it
    /// has to find out first: for as long as the first chunk took longer than the others.
    fn is_worth(&self, elapsed: Duration, done: usize, left: usize) -> bool {
        let first = Duration::from_nanos(self.first.load(Ordering::Relaxed));
        let done = done.saturating_sub(usize::from(self.learns));
        if done == 0 {
            return false;
        }
        let each = elapsed.saturating_sub(first) / done as u32;
        each * left as u32 >= 2 * (self.alone + first.saturating_sub(each))
    }
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
        let source = is_shared.then(|| source(plan, runtime)).flatten();
        match source.filter(|source| source.is_worth) {
            Some(source) => Parts::Many {
                plan,
                source: source.plan,
                learns: source.learns,
            },
            None => Parts::One(open(plan, argument, runtime)),
        }
    }

    /// What `work` makes of the rows, part by part, in the order of the rows.
    pub(super) fn each<S: Send>(
        self,
        runtime: &mut Runtime,
        work: impl Fn(Input<'p>, &mut Runtime) -> Result<S> + Sync,
    ) -> Result<Vec<S>> {
        let (plan, source, learns) = match self {
            Parts::One(input) => return Ok(vec![work(input, runtime)?]),
            Parts::Many {
                plan,
                source,
                learns,
            } => (plan, source, learns),
        };
        let chunks = Chunks::of(source, runtime)?;
        let whole = Arc::new(Part(Mutex::new(0..chunks.len())));
        let crew = Crew {
            parts: Mutex::new(vec![whole.clone()]),
            has_failed: AtomicBool::new(false),
            busy: AtomicUsize::new(0),
            fewest: chunks.len() / CHUNKS_PER_REST,
            chunks,
        };
        let made = Mutex::new(Vec::new());
        let seed = runtime.seed();
        let serve = |mut part: Arc<Part>, help: Option<&Help>| {
            let context = seed.context.clone();
            crew.busy.fetch_add(1, Ordering::Relaxed);
            loop {
                let first = lock(&part.0).start;
                let share = Share {
                    source,
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
                    None => break,
                }
            }
            crew.busy.fetch_sub(1, Ordering::Relaxed);
        };
        std::thread::scope(|scope| {
            let start = || {
                let stack = STACK + plan.id * STACK_PER_OPERATOR;
                let thread = std::thread::Builder::new().stack_size(stack);
                let help = || {
                    if let Some(part) = crew.steal() {
                        serve(part, None);
                    }
                };
                // Without help it takes longer, that is all.
                let _ = thread.spawn_scoped(scope, help);
            };
            let help = Help {
                begun: Instant::now(),
                alone: seed.context.alone(),
                most: seed.context.threads() - 1,
                started: AtomicUsize::new(0),
                learns,
                first: AtomicU64::new(0),
                start: &start,
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

/// How many threads may work on what this one is at.
pub(super) fn threads_at_hand(runtime: &Runtime) -> usize {
    let threads = runtime.context.threads();
    match &runtime.share {
        Some(share) => 1 + share.idle(threads),
        None => threads,
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
            if left.len() <= self.fewest {
                return None;
            }
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
    /// Whether `plan` is the source that is shared out.
    pub(super) fn is_of(&self, plan: &Plan) -> bool {
        std::ptr::eq(self.source, plan)
    }

    /// How many of so many threads have nothing to do, this one not among them.
    fn idle(&self, threads: usize) -> usize {
        threads.saturating_sub(self.crew.busy.load(Ordering::Relaxed))
    }

    /// Whether the source is held as a whole, and its batches are what is shared out.
    pub(super) fn is_kept(&self) -> bool {
        matches!(self.crew.chunks, Chunks::Kept(_))
    }

    /// The rows of a chunk, where the source is held as a whole.
    pub(super) fn kept(&self, chunk: usize) -> Option<Batch> {
        match &self.crew.chunks {
            Chunks::Kept(kept) => kept.take(chunk),
            Chunks::Scanned(_) => None,
        }
    }

    /// Calls for help when that is due.
    pub(super) fn call_for_help(&self) {
        if let Some(help) = self.help {
            let left = lock(&self.part.0).clone();
            help.call(left.start, left.len());
        }
    }

    /// The next chunk to go on from.
    pub(super) fn next(&self) -> Option<usize> {
        if self.crew.has_failed.load(Ordering::Relaxed) {
            return None;
        }
        let next = lock(&self.part.0).next()?;
        match &self.crew.chunks {
            Chunks::Scanned(chunks) => chunks.get(next).copied(),
            Chunks::Kept(_) => Some(next),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a source is a scan whose nodes may stand in enough chunks to share these out.
fn is_in_many_chunks(source: &Plan, runtime: &Runtime) -> bool {
    let Kind::ScanNodes { labels, .. } = &source.operator else {
        return false;
    };
    let graph = runtime.graph();
    let label = match labels {
        Some(Labels::Name(name)) => graph.catalog().label(name),
        _ => None,
    };
    label.is_none_or(|label| graph.label_count(label) > FEW_NODES)
}

/// What a plan begins with.
struct Source<'p> {
    plan: &'p Plan,
    /// Whether what is made of its rows is worth being shared out.
    is_worth: bool,
    /// Whether what is counted from each of them is found out for many at once.
    learns: bool,
}

/// What a plan begins with, if every operator above it makes of each row what it would make of it alone,
/// and changes nothing: a scan, or an operator that makes all of its rows before the first is read.
fn source<'p>(plan: &'p Plan, runtime: &Runtime) -> Option<Source<'p>> {
    let leads_on = |input| {
        let source = source(input, runtime)?;
        Some(Source {
            is_worth: true,
            ..source
        })
    };
    // What is counted from few nodes is counted by several threads at once.
    let counts = |input, learns| {
        let source = source(input, runtime)?;
        let is_scan = matches!(source.plan.operator, Kind::ScanNodes { .. });
        Some(Source {
            is_worth: source.is_worth || !is_scan,
            learns: source.learns || learns,
            ..source
        })
    };
    match &plan.operator {
        Kind::ScanNodes { .. } => Some(Source {
            plan,
            is_worth: is_in_many_chunks(plan, runtime),
            learns: false,
        }),
        Kind::Aggregate { .. } | Kind::Distinct { .. } | Kind::Sort { .. } => Some(Source {
            plan,
            is_worth: false,
            learns: false,
        }),
        Kind::Seek { input, .. }
        | Kind::Expand { input, .. }
        | Kind::ExpandRepeat { input, .. }
        | Kind::Intersect { input, .. }
        | Kind::Reach { input, .. }
        | Kind::Follow { input, .. }
        | Kind::Repeat { input, .. }
        | Kind::ShortestPaths { input, .. }
        | Kind::SearchPaths { input, .. } => leads_on(input),
        Kind::Weigh { input, weigh, .. } => counts(input, weigh.branches.iter().any(learns)),
        Kind::WeighCommon { input, common, .. } => {
            counts(input, learns(&common.one) || learns(&common.other))
        }
        Kind::Filter { input, .. }
        | Kind::Mirror { input, .. }
        | Kind::Extend { input, .. }
        | Kind::Project { input, .. }
        | Kind::Unwind { input, .. } => source(input, runtime),
        Kind::Apply {
            input,
            inner,
            commit_every: None,
            ..
        } if !inner.updates => leads_on(input),
        _ => None,
    }
}

/// Whether it has to be found out how often the nodes at the end of a branch count.
fn learns(branch: &Branch) -> bool {
    !matches!(branch.end, End::Any)
}
