//! Writing: a table of all nodes and one of all relationships, each key a column.

use crate::context::Context;
use crate::error::Result;
use crate::import_export::columnar::Columnar;
use crate::import_export::columnar::column::{ColumnKind, Plain};
use crate::import_export::columnar::table_writer::{
    Columns, TableWriter, add_columns, write_batches,
};
use crate::import_export::format::WriteFormat;
use crate::import_export::output::Output;
use crate::import_export::record::RecordSource;
use crate::result::QueryResult;

impl WriteFormat for Columnar {
    fn write(
        &self,
        graph: &dyn RecordSource,
        output: &mut Output<'_>,
        context: &Context,
    ) -> Result<()> {
        let mut columns = Columns::new();
        for node in graph.nodes() {
            add_columns(&mut columns, &node?.properties);
        }
        let fixed = [
            ("_id", ColumnKind::Plain(Plain::Integer)),
            ("_labels", ColumnKind::List(Plain::String)),
        ];
        let file = output.part("nodes")?;
        let mut nodes = TableWriter::create(*self, "nodes", file, &fixed, columns, context)?;
        for node in graph.nodes() {
            let node = node?;
            let id = node.id.map(|id| id.id).unwrap_or_default();
            nodes.row(vec![id, node.labels.into()], node.properties)?;
        }
        nodes.finish()?;

        let mut columns = Columns::new();
        for relationship in graph.relationships() {
            add_columns(&mut columns, &relationship?.properties);
        }
        let fixed = [
            ("_start", ColumnKind::Plain(Plain::Integer)),
            ("_end", ColumnKind::Plain(Plain::Integer)),
            ("_type", ColumnKind::Plain(Plain::String)),
        ];
        let file = output.part("relationships")?;
        let mut relationships =
            TableWriter::create(*self, "relationships", file, &fixed, columns, context)?;
        for relationship in graph.relationships() {
            let relationship = relationship?;
            let cells = vec![
                relationship.start.id,
                relationship.end.id,
                relationship.relationship_type.into(),
            ];
            relationships.row(cells, relationship.properties)?;
        }
        relationships.finish()
    }
    fn write_rows(&self, result: &QueryResult, output: &mut Output<'_>) -> Result<bool> {
        write_batches(*self, &result.record_batches()?, output.only_file()?)?;
        Ok(true)
    }
}
