//! One operator a file; the contract is that of [`super::Operator`].

/// The input of an operator.
pub(super) type Input<'p> = Box<dyn super::Operator + 'p>;

pub(super) mod aggregate;
pub(super) mod apply;
pub(super) mod argument;
pub(super) mod call_procedure;
pub(super) mod create;
pub(super) mod cross;
pub(super) mod delete;
pub(super) mod distinct;
pub(super) mod expand;
pub(super) mod expand_repeat;
pub(super) mod filter;
mod group_numbers;
mod group_table;
pub(super) mod follow;
pub(super) mod foreach;
pub(super) mod hash_join;
pub(super) mod intersect;
mod kept_lists;
pub(super) mod limit;
pub(super) mod load_csv;
mod marks;
pub(super) mod merge;
mod node_numbers;
mod node_set;
pub(super) mod project;
pub(super) mod reach;
pub(super) mod repeat;
mod repetition;
pub(super) mod scan_nodes;
mod search_graph;
pub(super) mod search_paths;
pub(super) mod seek;
mod seen;
pub(super) mod set;
mod set_columns;
pub(super) mod shortest_paths;
pub(super) mod sort;
mod steps;
mod two_sided_search;
pub(super) mod union;
pub(super) mod unwind;
mod ways;
pub(super) mod weigh;
pub(super) mod weigh_common;
