//! Logical to physical plan: places of variables in batches, functions by pointer, which operator.
//!
//! * In: [`crate::logical`], rows of functions, procedures.
//! * Out: [`Plan`], plain data that any number of runs share.
//! * Never: the graph, running state.
//! * Start here: [`choose`].

mod choose;
mod choose_expression;
mod choose_search;
mod choose_update;
mod choose_weigh;
mod expression;
mod layout;
mod plan;
mod structure;

pub use crate::logical::{Apart, Common, Seek, SeekCondition, SeekOrder};
pub use choose::{Chosen, choose, takes_batches};
pub use expression::Expression;
pub use plan::{
    Aggregate, Branch, CreateNode, CreateRelationship, End, Expand, NodeBound, Operator, PathPart,
    Plan, Repetition, SetItem, SortKey, Subplan, Taken, TypeFilter, Weigh, WeighCommon,
};
