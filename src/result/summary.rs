//! What is told about a statement beside its rows.

use std::time::Duration;

pub use crate::bind::bound::Warning;
use crate::graph::Changes;

/// What is told about a statement beside its rows.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Net changes of the graph.
    pub changes: Changes,
    /// What was odd: unknown names and the like.
    pub warnings: Vec<Warning>,
    /// From the text to a plan.
    pub compile_time: Duration,
    /// From the plan to the last row.
    pub run_time: Duration,
    /// The plan as a tree of text, for `EXPLAIN` and `PROFILE`.
    pub plan: Option<String>,
}
