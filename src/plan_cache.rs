//! Plans that are kept, so that a statement that comes again is neither parsed nor planned again.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

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
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PlanKey {
    text: String,
    parameters: Vec<Arc<str>>,
    disabled_rules: Vec<String>,
    catalog: u64,
    schema: u64,
    neighbours: u64,
    procedures: u64,
    /// Magnitudes of the graph: a plan for a small graph may be a bad one for a large graph.
    magnitudes: (u32, u32),
}

impl PlanKey {
    pub(crate) fn new(
        text: &str,
        parameters: &Parameters,
        disabled_rules: &BTreeSet<String>,
        snapshot: &Snapshot,
        procedures: u64,
    ) -> Self {
        PlanKey {
            text: text.to_owned(),
            parameters: parameters.0.keys().cloned().collect(),
            disabled_rules: disabled_rules.iter().cloned().collect(),
            catalog: snapshot.catalog().version(),
            schema: snapshot.schema().version(),
            neighbours: snapshot.neighbours_fingerprint(),
            procedures,
            magnitudes: (
                snapshot.node_count().checked_ilog2().unwrap_or(0),
                snapshot.relationship_count().checked_ilog2().unwrap_or(0),
            ),
        }
    }
}

/// Plans by what they depend on; shared by the sessions of a database.
#[derive(Debug)]
pub(crate) struct PlanCache<P>(Mutex<HashMap<PlanKey, Arc<P>>>);

impl<P> Default for PlanCache<P> {
    fn default() -> Self {
        PlanCache(Mutex::default())
    }
}

impl<P> PlanCache<P> {
    /// The plan for `key`, made by `prepare` where it is not known.
    pub(crate) fn get<E>(
        &self,
        key: PlanKey,
        prepare: impl FnOnce() -> Result<P, E>,
    ) -> Result<Arc<P>, E> {
        if key.text.len() > LONGEST {
            return prepare().map(Arc::new);
        }
        let known = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
            .cloned();
        if let Some(plan) = known {
            return Ok(plan);
        }
        let plan = Arc::new(prepare()?);
        let mut plans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if plans.len() >= CAPACITY {
            plans.clear();
        }
        plans.insert(key, plan.clone());
        Ok(plan)
    }
}
