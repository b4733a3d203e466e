//! Rihla: an embedded knowledge-graph database.

pub mod error;
pub mod graph;
pub mod parse;
pub mod column;
pub mod value;
