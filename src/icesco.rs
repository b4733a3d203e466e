//! The knowledge graph of ICESCO, which the program brings along: its worked example.

use crate::context::{Context, Interrupt, Limits};
use crate::database::Database;
use crate::error::Result;
use crate::graph::Snapshot;
use crate::import_export::read_json_graph;
use crate::value::DateTime;

const GRAPH: &str = include_str!("../graph-data/icesco.json");

const GRAPH_TYPE: &str = include_str!("../graph-data/icesco.graph-type.cypher");

impl Database {
    /// A database in memory with the knowledge graph of ICESCO, the Islamic World Educational,
    /// Scientific and Cultural Organization, and with its graph type. Changes are not kept.
    ///
    /// ```
    /// let database = rihla::Database::icesco()?;
    /// assert!(database.snapshot()?.node_count() > 0);
    /// # Ok::<(), rihla::Error>(())
    /// ```
    ///
    /// # Errors
    /// None, but for a defect: the graph is part of the library.
    pub fn icesco() -> Result<Database> {
        let context = Context::new(Limits::default(), Interrupt::default(), DateTime::now());
        let empty = Snapshot::default();
        let (graph, _) = read_json_graph("icesco.json", GRAPH.as_bytes(), empty, &context)?;
        let database = Database::from_snapshot(graph);
        database.session().query(GRAPH_TYPE, ())?;
        Ok(database)
    }
}
