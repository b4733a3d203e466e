//! Plans that are kept, so that a statement that comes again is neither parsed nor planned again.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hashbrown::HashMap;

use crate::graph::Snapshot;
use crate::session::Parameters;

/// The number of plans at which all are dropped; statements with their values written into the
/// text must not fill the memory.
const CAPACITY: usize = 1024;

/// The bytes of the longest text whose plan is kept: long statements seldom come again, and their
/// plans are large.
const LONGEST: usize = 8 << 10;

/// What a plan depends on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlanKey<'s> {
    text: &'s str,
    parameters: &'s Parameters,
    disabled_rules: &'s BTreeSet<String>,
    versions: Versions,
}

/// What a plan depends on beside its statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Versions {
    catalog: u64,
    schema: u64,
    neighbours: u64,
    procedures: u64,
    /// Magnitudes of the graph: a plan for a small graph may be a bad one for a large graph.
    magnitudes: (u32, u32),
}

impl<'s> PlanKey<'s> {
    pub(crate) fn new(
        text: &'s str,
        parameters: &'s Parameters,
        disabled_rules: &'s BTreeSet<String>,
        snapshot: &Snapshot,
        procedures: u64,
    ) -> Self {
        PlanKey {
            text,
            parameters,
            disabled_rules,
            versions: Versions {
                catalog: snapshot.catalog().version(),
                schema: snapshot.schema().version(),
                neighbours: snapshot.neighbours_fingerprint(),
                procedures,
                magnitudes: (
                    snapshot.node_count().checked_ilog2().unwrap_or(0),
                    snapshot.relationship_count().checked_ilog2().unwrap_or(0),
                ),
            },
        }
    }
}

/// Plans by what they depend on; shared by the sessions of a database.
#[derive(Debug)]
pub(crate) struct PlanCache<P>(Mutex<Plans<P>>);

#[derive(Debug)]
struct Plans<P> {
    by_text: HashMap<String, Vec<Plan<P>>>,
    count: usize,
}

/// A plan, and what it depends on beside the text.
#[derive(Debug)]
struct Plan<P> {
    parameters: Vec<Arc<str>>,
    disabled_rules: BTreeSet<String>,
    versions: Versions,
    plan: Arc<P>,
}

impl<P> Default for PlanCache<P> {
    fn default() -> Self {
        PlanCache(Mutex::new(Plans {
            by_text: HashMap::new(),
            count: 0,
        }))
    }
}

impl<P> Plans<P> {
    fn find(&self, key: PlanKey) -> Option<Arc<P>> {
        let is_it = |known: &&Plan<P>| {
            known.versions == key.versions
                && known.parameters.iter().eq(key.parameters.0.keys())
                && known.disabled_rules == *key.disabled_rules
        };
        let known = self.by_text.get(key.text)?.iter().find(is_it)?;
        Some(known.plan.clone())
    }

    fn add(&mut self, key: PlanKey, plan: Arc<P>) {
        if self.count >= CAPACITY {
            self.by_text.clear();
            self.count = 0;
        }
        self.count += 1;
        self.by_text.entry_ref(key.text).or_default().push(Plan {
            parameters: key.parameters.0.keys().cloned().collect(),
            disabled_rules: key.disabled_rules.clone(),
            versions: key.versions,
            plan,
        });
    }
}

impl<P> PlanCache<P> {
    fn plans(&self) -> MutexGuard<'_, Plans<P>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The plan for `key`, made by `prepare` where it is not known.
    pub(crate) fn get<E>(
        &self,
        key: PlanKey,
        prepare: impl FnOnce() -> Result<P, E>,
    ) -> Result<Arc<P>, E> {
        if key.text.len() > LONGEST {
            return prepare().map(Arc::new);
        }
        let known = self.plans().find(key);
        if let Some(plan) = known {
            return Ok(plan);
        }
        let plan = Arc::new(prepare()?);
        self.plans().add(key, plan.clone());
        Ok(plan)
    }
}
