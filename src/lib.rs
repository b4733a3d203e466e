//! Rihla: an embedded knowledge-graph database.

pub mod context;
pub mod error;
pub mod functions;
pub mod graph;
pub mod parse;
pub mod bind;
pub mod column;
pub mod value;
