//! One rule a file; the table of [`super::RULES`] gives their order and why.

pub(super) mod compare_nodes;
pub(super) mod count_branches;
pub(super) mod count_collected;
mod count_common;
mod count_cost;
pub(super) mod count_joined;
pub(super) mod count_optional;
pub(super) mod different_nodes;
pub(super) mod fixed_length;
pub(super) mod group_by_node;
pub(super) mod implied_labels;
pub(super) mod index_order;
pub(super) mod intersect;
pub(super) mod join_clauses;
mod join_order;
pub(super) mod known_labels;
pub(super) mod late_projection;
mod look_up_ends;
pub(super) mod node_bounds;
pub(super) mod order_pattern;
mod order_search;
mod pattern_cost;
pub(super) mod reach;
pub(super) mod shared_reads;
mod symmetry;
pub(super) mod top_k;
pub(super) mod use_index;
