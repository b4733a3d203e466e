//! What the caller holds after a query: columns by name, rows, Arrow batches, a summary.
//!
//! * In: batches of columns, the snapshot that they speak of.
//! * Out: [`QueryResult`], [`Row`], whole nodes and relationships.
//! * Never: plans, text of queries.
//! * Start here: [`QueryResult`].

mod arrow;
mod entity;
mod row;
mod summary;

use std::sync::Arc;

use crate::column::Column;
use crate::error::Result;
use crate::graph::Snapshot;
use crate::value::{NodeId, RelationshipId, Value};

pub use entity::{Node, Relationship};
pub use row::{FromValue, Row};
pub use summary::{Summary, Warning};

/// The answer of a statement.
///
/// ```
/// let database = rihla::Database::in_memory();
/// let result = database.session().query("UNWIND [1, 2] AS x RETURN x, x * 10 AS ten", ())?;
/// let tens: Vec<i64> = result.rows().map(|row| row.get("ten")).collect::<Result<_, _>>()?;
/// assert_eq!(tens, [10, 20]);
/// # Ok::<(), rihla::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct QueryResult {
    columns: Arc<[Arc<str>]>,
    batches: Vec<Vec<Column>>,
    rows: usize,
    snapshot: Snapshot,
    summary: Summary,
}

impl QueryResult {
    /// A result of `batches`, each with one column for each name and at least one row; without
    /// columns there are no rows. `snapshot` is the graph after the statement.
    pub(crate) fn new(
        columns: Arc<[Arc<str>]>,
        batches: Vec<Vec<Column>>,
        snapshot: Snapshot,
        summary: Summary,
    ) -> Self {
        let rows = batches
            .iter()
            .map(|batch| batch.first().map_or(0, Column::len))
            .sum();
        QueryResult {
            columns,
            batches,
            rows,
            snapshot,
            summary,
        }
    }

    /// A result without rows.
    pub(crate) fn without_rows(snapshot: Snapshot, summary: Summary) -> Self {
        QueryResult::new(Arc::default(), Vec::new(), snapshot, summary)
    }

    /// The names of the columns, in order.
    pub fn columns(&self) -> &[Arc<str>] {
        &self.columns
    }

    /// The number of rows.
    pub fn row_count(&self) -> usize {
        self.rows
    }

    /// The rows in order.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.batches.iter().flat_map(move |batch| {
            let rows = batch.first().map_or(0, Column::len);
            (0..rows).map(move |row| Row::new(self, batch, row))
        })
    }

    /// All values, row by row.
    pub fn to_values(&self) -> Vec<Vec<Value>> {
        self.rows().map(|row| row.values()).collect()
    }

    /// The batches of columns, as they left the executor.
    pub fn batches(&self) -> &[Vec<Column>] {
        &self.batches
    }

    /// The graph after the statement: what nodes and relationships of the result are looked up in.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Changes, times, warnings, and the plan where one was asked for.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// A node of the result with its labels and properties; without both where it is deleted.
    pub fn node(&self, node: NodeId) -> Result<Node> {
        Node::read(&self.snapshot, node)
    }

    /// A relationship of the result with its type, ends and properties.
    pub fn relationship(&self, relationship: RelationshipId) -> Result<Relationship> {
        Relationship::read(&self.snapshot, relationship)
    }
}
