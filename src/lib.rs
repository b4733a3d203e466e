//! Rihla: an embedded knowledge-graph database.
//!
//! A [`Database`] keeps a property graph; a [`Session`] runs openCypher statements on it; a
//! [`QueryResult`] gives typed rows by name, whole [`Node`]s, and Arrow record batches.
//!
//! ```
//! use rihla::Database;
//!
//! let database = Database::icesco()?;
//! let session = database.session();
//! let result = session.query(
//!     "MATCH (c:Country)-[:OBSERVES]->(:Organization {name: $name})
//!      RETURN c.name AS country ORDER BY country",
//!     [("name", "ICESCO")],
//! )?;
//! let countries: Vec<String> =
//!     result.rows().map(|row| row.get("country")).collect::<Result<_, _>>()?;
//! assert_eq!(countries, ["Brazil", "Russian Federation", "Thailand"]);
//! assert_eq!(result.record_batches()?[0].num_rows(), 3);
//! # Ok::<(), rihla::Error>(())
//! ```
//!
//! The modules stand in the order of the two roads that `ARCHITECTURE.md` draws: of a query from
//! text to result, and of data from a file to the graph.

pub mod parse;
pub mod bind;
pub mod logical;
pub mod optimize;
pub mod physical;
pub mod execute;
pub mod result;
pub mod display;

pub mod import_export;
pub mod graph;
pub mod storage;

pub mod value;
pub mod column;
pub mod functions;
pub mod algorithms;
pub mod context;
pub mod error;
pub mod file_access;
pub mod parallel;

pub mod database;
pub mod session;
mod concerns;
mod explain;
mod icesco;
mod plan_cache;

pub use context::{Interrupt, Limits};
pub use database::Database;
pub use error::{Error, ErrorDetail, ErrorKind, Phase, Result};
pub use file_access::FileAccess;
pub use result::{Node, QueryResult, Relationship, Row, Summary};
pub use session::{Parameters, Session};
pub use value::Value;
