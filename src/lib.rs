//! Rihla: an embedded knowledge-graph database.

pub mod error;
pub mod parse;
