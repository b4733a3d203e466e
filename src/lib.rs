//! Rihla: an embedded knowledge-graph database.

pub mod bind;
pub mod column;
pub mod context;
pub mod database;
pub mod error;
pub mod execute;
pub mod functions;
pub mod graph;
mod icesco;
pub mod import_export;
pub mod logical;
pub mod optimize;
pub mod parse;
pub mod physical;
mod plan_cache;
pub mod result;
pub mod display;
pub mod session;
pub mod value;

pub use context::{Interrupt, Limits};
pub use database::Database;
pub use error::{Error, ErrorDetail, ErrorKind, Phase, Result};
pub use result::{Node, QueryResult, Relationship, Row, Summary};
pub use session::{Parameters, Session};
pub use value::Value;
