//! Bound tree to logical plan: what to compute, not how.
//!
//! * In: [`crate::bind::bound`].
//! * Out: [`Plan`], a small closed algebra over names that serde can write.
//! * Never: numbers of labels or keys, function pointers, columns, the graph.
//! * Start here: [`Plan`] in `plan.rs`, [`build`].

mod build;
mod build_expression;
mod build_match;
mod plan;
mod seek;
mod show;
mod structure;
mod walk;

pub use build::build;
pub use plan::{
    Aggregate, Apart, Branch, Common, CreateNode, CreateRelationship, Expand, Expression,
    GroupPattern, MatchPattern, NodeBound, NodePattern, PathPart, Plan, RelationshipPattern,
    Repeat, SearchPaths, SearchPattern, SetItem, ShortestPaths, SortKey, Taken, Variable, Weigh,
    WeighCommon,
};
pub use seek::{Seek, SeekCondition, SeekOrder};
pub use show::{indented, show, show_expression};
