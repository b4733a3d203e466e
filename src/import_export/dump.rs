//! The graph, or the part of it that a query result speaks of, as records: nodes by their number,
//! then relationships by theirs, so that the same graph gives the same file.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_array::UInt32Array;

use crate::column::Column;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::graph::{CHUNK_SIZE, Snapshot};
use crate::import_export::part::{NodePart, RelationshipPart};
use crate::import_export::record::{NodeRecord, RecordSource, RelationshipRecord};
use crate::result::QueryResult;
use crate::value::{KeyId, LabelId, NodeId, RelationshipId, Value};

/// Names of labels, shared by all nodes that have them.
type Names = Arc<[Arc<str>]>;

/// What is exported.
#[derive(Debug, Clone, Copy)]
pub enum ExportSource<'a> {
    /// A whole graph.
    Graph(&'a Snapshot),
    /// The nodes and relationships of a result, those in paths, lists and maps too; the ends of a
    /// relationship come along.
    Result(&'a QueryResult),
}

/// Records of a graph, as often as a writer asks for them.
#[derive(Debug)]
pub struct Dump<'a> {
    snapshot: &'a Snapshot,
    context: &'a Context,
    /// What belongs to it; the whole graph where missing.
    part: Option<Part>,
}

/// Nodes and relationships of a result, in order.
#[derive(Debug, Default)]
struct Part {
    nodes: BTreeSet<NodeId>,
    relationships: BTreeSet<RelationshipId>,
}

impl<'a> Dump<'a> {
    /// The records of `source`.
    ///
    /// # Errors
    /// `ArgumentError` where a result has rows but neither nodes nor relationships.
    pub fn new(source: ExportSource<'a>, context: &'a Context) -> Result<Self> {
        match source {
            ExportSource::Graph(snapshot) => Ok(Dump {
                snapshot,
                context,
                part: None,
            }),
            ExportSource::Result(result) => Ok(Dump {
                snapshot: result.snapshot(),
                context,
                part: Some(Part::of(result, context)?),
            }),
        }
    }

    /// The records of these nodes and relationships.
    pub(super) fn of(
        snapshot: &'a Snapshot,
        nodes: BTreeSet<NodeId>,
        relationships: BTreeSet<RelationshipId>,
        context: &'a Context,
    ) -> Self {
        Dump {
            snapshot,
            context,
            part: Some(Part {
                nodes,
                relationships,
            }),
        }
    }

    /// The number of nodes.
    pub fn node_count(&self) -> u64 {
        match &self.part {
            None => self.snapshot.node_count(),
            Some(part) => part.nodes.len() as u64,
        }
    }

    /// The number of relationships.
    pub fn relationship_count(&self) -> u64 {
        match &self.part {
            None => self.snapshot.relationship_count(),
            Some(part) => part.relationships.len() as u64,
        }
    }

    fn node_record(&self, node: NodeId) -> Result<NodeRecord> {
        let catalog = self.snapshot.catalog();
        let labels = self.snapshot.node_labels(node)?.into_iter();
        let properties = self.snapshot.node_properties(node)?.into_iter();
        Ok(NodeRecord {
            id: Some(node.0.into()),
            labels: labels
                .map(|label| catalog.label_name(label).clone())
                .collect(),
            properties: properties
                .map(|(key, value)| (catalog.key_name(key).clone(), value))
                .collect(),
        })
    }

    fn relationship_record(&self, relationship: RelationshipId) -> Result<RelationshipRecord> {
        let catalog = self.snapshot.catalog();
        let endpoints = self.snapshot.endpoints(relationship)?;
        let properties = self.snapshot.relationship_properties(relationship)?;
        Ok(RelationshipRecord {
            relationship_type: catalog.type_name(endpoints.relationship_type).clone(),
            start: endpoints.start.0.into(),
            end: endpoints.end.0.into(),
            properties: properties
                .into_iter()
                .map(|(key, value)| (catalog.key_name(key).clone(), value))
                .collect(),
            directed: Some(true),
        })
    }

    /// The numbers in each of `chunks` chunks as `scan` gives them.
    fn scan<'s>(
        &'s self,
        chunks: usize,
        scan: impl Fn(usize) -> Result<arrow_array::UInt32Array> + 's,
    ) -> impl Iterator<Item = Result<u32>> + 's {
        (0..chunks).flat_map(move |chunk| {
            let (numbers, failed) = match self.context.check().and_then(|()| scan(chunk)) {
                Ok(numbers) => (numbers.values().to_vec(), None),
                Err(error) => (Vec::new(), Some(Err(error))),
            };
            numbers.into_iter().map(Ok).chain(failed)
        })
    }
}

impl Dump<'_> {
    /// The nodes of a part.
    fn nodes_of(&self, number: usize) -> Result<UInt32Array> {
        match &self.part {
            None => self.snapshot.scan_nodes(number, &[]),
            Some(part) => Ok(piece(part.nodes.iter().map(|node| node.0), number)),
        }
    }

    /// The relationships of a part.
    fn relationships_of(&self, number: usize) -> Result<UInt32Array> {
        match &self.part {
            None => self.snapshot.scan_relationships(number, None),
            Some(part) => Ok(piece(part.relationships.iter().map(|one| one.0), number)),
        }
    }

    /// The properties that any of some rows have, by name.
    fn columns(&self, column: impl Fn(KeyId) -> Result<Column>) -> Result<Vec<(Arc<str>, Column)>> {
        let mut columns = Vec::new();
        for (key, name) in self.snapshot.catalog().keys() {
            let column = column(key)?;
            if column.null_count() < column.len() {
                columns.push((name.clone(), column));
            }
        }
        columns.sort_by(|left, right| left.0.cmp(&right.0));
        Ok(columns)
    }
}

/// One of the pieces that some numbers are cut into.
fn piece(numbers: impl Iterator<Item = u32>, piece: usize) -> UInt32Array {
    let of_piece = numbers.skip(piece * CHUNK_SIZE).take(CHUNK_SIZE);
    UInt32Array::from_iter_values(of_piece)
}

impl RecordSource for Dump<'_> {
    fn node_parts(&self) -> usize {
        match &self.part {
            None => self.snapshot.node_chunks(),
            Some(part) => part.nodes.len().div_ceil(CHUNK_SIZE),
        }
    }

    fn node_part(&self, number: usize) -> Result<NodePart> {
        self.context.check()?;
        let nodes = self.nodes_of(number)?;
        let catalog = self.snapshot.catalog();
        let mut last: Option<(Vec<LabelId>, Names)> = None;
        let labels_of = |node: &u32| {
            let labels = self.snapshot.node_labels(NodeId(*node))?;
            if let Some((before, names)) = &last
                && *before == labels
            {
                return Ok(names.clone());
            }
            let names: Names = labels
                .iter()
                .map(|label| catalog.label_name(*label).clone())
                .collect();
            last = Some((labels, names.clone()));
            Ok(names)
        };
        Ok(NodePart {
            ids: nodes.values().iter().map(|node| (*node).into()).collect(),
            labels: nodes
                .values()
                .iter()
                .map(labels_of)
                .collect::<Result<_>>()?,
            columns: self.columns(|key| self.snapshot.node_column(&nodes, key))?,
        })
    }

    fn relationship_parts(&self) -> usize {
        match &self.part {
            None => self.snapshot.relationship_chunks(),
            Some(part) => part.relationships.len().div_ceil(CHUNK_SIZE),
        }
    }

    fn relationship_part(&self, number: usize) -> Result<RelationshipPart> {
        self.context.check()?;
        let relationships = self.relationships_of(number)?;
        let catalog = self.snapshot.catalog();
        let mut part = RelationshipPart::default();
        for relationship in relationships.values() {
            let ends = self.snapshot.endpoints(RelationshipId(*relationship))?;
            part.types
                .push(catalog.type_name(ends.relationship_type).clone());
            part.starts.push(ends.start.0.into());
            part.ends.push(ends.end.0.into());
        }
        let column = |key| self.snapshot.relationship_column(&relationships, key);
        part.columns = self.columns(column)?;
        Ok(part)
    }

    fn nodes(&self) -> Box<dyn Iterator<Item = Result<NodeRecord>> + '_> {
        match &self.part {
            Some(part) => Box::new(part.nodes.iter().map(|node| self.node_record(*node))),
            None => {
                let scan = |chunk| self.snapshot.scan_nodes(chunk, &[]);
                let nodes = self.scan(self.snapshot.node_chunks(), scan);
                Box::new(nodes.map(|node| self.node_record(NodeId(node?))))
            }
        }
    }

    fn relationships(&self) -> Box<dyn Iterator<Item = Result<RelationshipRecord>> + '_> {
        match &self.part {
            Some(part) => {
                let relationships = part.relationships.iter();
                Box::new(relationships.map(|number| self.relationship_record(*number)))
            }
            None => {
                let scan = |chunk| self.snapshot.scan_relationships(chunk, None);
                let numbers = self.scan(self.snapshot.relationship_chunks(), scan);
                Box::new(numbers.map(|number| self.relationship_record(RelationshipId(number?))))
            }
        }
    }
}

/// Whether there are nodes, relationships or paths in a result, in lists and maps too.
pub(super) fn has_entities(result: &QueryResult) -> bool {
    fn is_one(value: &Value) -> bool {
        match value {
            Value::Node(_) | Value::Relationship(_) | Value::Path(_) => true,
            Value::List(values) => values.iter().any(is_one),
            Value::Map(entries) => entries.values().any(is_one),
            _ => false,
        }
    }
    let mut columns = result.batches().iter().flatten();
    columns.any(|column| match column {
        Column::Node(_) | Column::Relationship(_) => true,
        Column::Value(values) => values.iter().any(is_one),
        _ => false,
    })
}

impl Part {
    fn of(result: &QueryResult, context: &Context) -> Result<Part> {
        let mut part = Part::default();
        for row in result.rows() {
            context.check()?;
            for value in row.values() {
                part.add(&value);
            }
        }
        if part.nodes.is_empty() && part.relationships.is_empty() && result.row_count() > 0 {
            let error = Error::argument("the result has no nodes and no relationships to export");
            return Err(error.hint("return nodes, relationships or paths, not their properties"));
        }
        let snapshot = result.snapshot();
        part.keep_existing(snapshot)?;
        for relationship in &part.relationships {
            let ends = snapshot.endpoints(*relationship)?;
            part.nodes.extend([ends.start, ends.end]);
        }
        Ok(part)
    }

    fn add(&mut self, value: &Value) {
        match value {
            Value::Node(node) => {
                self.nodes.insert(*node);
            }
            Value::Relationship(relationship) => {
                self.relationships.insert(*relationship);
            }
            Value::Path(path) => {
                self.nodes.extend(&path.nodes);
                self.relationships.extend(&path.relationships);
            }
            Value::List(values) => values.iter().for_each(|value| self.add(value)),
            Value::Map(entries) => entries.values().for_each(|value| self.add(value)),
            _ => {}
        }
    }

    /// Lets go of what the statement deleted.
    fn keep_existing(&mut self, snapshot: &Snapshot) -> Result<()> {
        let nodes = std::mem::take(&mut self.nodes);
        for node in nodes {
            if snapshot.node_exists(node)? {
                self.nodes.insert(node);
            }
        }
        let relationships = std::mem::take(&mut self.relationships);
        for relationship in relationships {
            if snapshot.relationship_exists(relationship)? {
                self.relationships.insert(relationship);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::{Interrupt, Limits};
    use crate::graph::GraphWriter;
    use crate::result::Summary;
    use crate::value::{DateTime, Path};

    fn context() -> Context {
        let start = DateTime::now();
        Context::new(Limits::default(), Interrupt::default(), start)
    }

    fn result(snapshot: Snapshot, values: Vec<Value>) -> QueryResult {
        let batches = vec![vec![Column::from_values(values)]];
        QueryResult::new(
            Arc::new(["x".into()]),
            batches,
            snapshot,
            Summary::default(),
        )
    }

    /// A ring of four nodes, the fifth deleted.
    fn ring() -> Result<Snapshot> {
        let mut writer = GraphWriter::new(Snapshot::default());
        let next = writer.relationship_type("NEXT")?;
        let nodes: Vec<NodeId> = (0..5)
            .map(|_| writer.create_node(&[], Vec::new()))
            .collect::<Result<_>>()?;
        for place in 0..4 {
            writer.create_relationship(next, nodes[place], nodes[(place + 1) % 4], Vec::new())?;
        }
        writer.delete_node(nodes[4])?;
        Ok(writer.finish().0)
    }

    /// The ids of the nodes and the ends of the relationships that a result of `values` dumps.
    fn dumped(values: Vec<Value>) -> Result<(Vec<String>, Vec<String>)> {
        let (result, context) = (result(ring()?, values), context());
        let dump = Dump::new(ExportSource::Result(&result), &context)?;
        let nodes: Vec<String> = dump
            .nodes()
            .map(|node| Ok(node?.id.map_or_else(String::new, |id| id.to_string())))
            .collect::<Result<_>>()?;
        let relationships: Vec<String> = dump
            .relationships()
            .map(|relationship| relationship.map(|it| format!("{}-{}", it.start, it.end)))
            .collect::<Result<_>>()?;
        assert_eq!(dump.node_count(), nodes.len() as u64);
        assert_eq!(dump.relationship_count(), relationships.len() as u64);
        Ok((nodes, relationships))
    }

    #[test]
    fn a_result_is_its_nodes_relationships_and_paths() -> Result<()> {
        let path = Path {
            nodes: vec![NodeId(3), NodeId(0)],
            relationships: vec![RelationshipId(3)],
        };
        let values = vec![
            Value::list(vec![Value::Node(NodeId(2)), Value::Node(NodeId(4))]),
            Value::Path(path.into()),
            Value::Null,
        ];
        let (nodes, relationships) = dumped(values)?;
        assert_eq!(nodes, ["0", "2", "3"], "without the deleted one");
        assert_eq!(relationships, ["3-0"]);

        let of_map = Value::map([("r", Value::Relationship(RelationshipId(1)))]);
        let (nodes, relationships) = dumped(vec![of_map])?;
        assert_eq!(nodes, ["1", "2"], "the ends come along");
        assert_eq!(relationships, ["1-2"]);
        Ok(())
    }

    #[test]
    fn a_result_without_a_graph_is_refused() {
        let error = dumped(vec![Value::Integer(1)]).expect_err("there is no graph in it");
        assert!(error.message().contains("no nodes"), "{error}");
    }
}
