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
