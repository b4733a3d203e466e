//! Syntax tree to bound tree: names to variables, types checked, sugar removed.
//!
//! * In: [`crate::parse::ast`], the catalog's names, the rows of functions and procedures.
//! * Out: [`bound::Statement`], or an error with code, place and hint; warnings.
//! * Never: data of the graph, plans.
//! * Start here: `bind`.

pub mod bound;
pub mod expression;
