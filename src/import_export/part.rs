//! Some of the nodes or relationships of a graph, a column a property: what writers of tables take. Any
//! thread can make one.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::column::{Column, ColumnBuilder};
use crate::error::Result;
use crate::import_export::record::{NodeRecord, Properties, RelationshipRecord};
use crate::value::Value;

/// Some of the nodes of a graph.
#[derive(Debug, Default)]
pub struct NodePart {
    /// Their ids.
    pub ids: Vec<Value>,
    /// The labels of each.
    pub labels: Vec<Arc<[Arc<str>]>>,
    /// Their properties by name; null where a node lacks one.
    pub columns: Vec<(Arc<str>, Column)>,
}

/// Some of the relationships of a graph.
#[derive(Debug, Default)]
pub struct RelationshipPart {
    /// The types of each.
    pub types: Vec<Arc<str>>,
    /// The ids of the nodes where they start.
    pub starts: Vec<Value>,
    /// The ids of the nodes where they end.
    pub ends: Vec<Value>,
    /// Their properties by name; null where a relationship lacks one.
    pub columns: Vec<(Arc<str>, Column)>,
}

/// Columns that grow by the properties of one row after the other.
#[derive(Default)]
struct Columns {
    rows: usize,
    builders: BTreeMap<Arc<str>, (ColumnBuilder, usize)>,
}

impl Columns {
    fn push(&mut self, properties: Properties) {
        for (name, value) in properties {
            let (builder, rows) = self.builders.entry(name).or_default();
            pad(builder, rows, self.rows);
            builder.push(value);
            *rows += 1;
        }
        self.rows += 1;
    }

    fn finish(self) -> Vec<(Arc<str>, Column)> {
        let builders = self.builders.into_iter();
        builders
            .map(|(name, (mut builder, mut rows))| {
                pad(&mut builder, &mut rows, self.rows);
                (name, builder.finish())
            })
            .collect()
    }
}

fn pad(builder: &mut ColumnBuilder, rows: &mut usize, wanted: usize) {
    while *rows < wanted {
        builder.push(Value::Null);
        *rows += 1;
    }
}

impl NodePart {
    /// The part that holds these nodes.
    ///
    /// # Errors
    /// The first of the records.
    pub fn of(nodes: impl Iterator<Item = Result<NodeRecord>>) -> Result<NodePart> {
        let (mut part, mut columns) = (NodePart::default(), Columns::default());
        for node in nodes {
            let node = node?;
            part.ids.push(node.id.map(|id| id.id).unwrap_or_default());
            part.labels.push(node.labels.into());
            columns.push(node.properties);
        }
        part.columns = columns.finish();
        Ok(part)
    }
}

impl RelationshipPart {
    /// The part that holds these relationships.
    ///
    /// # Errors
    /// The first of the records.
    pub fn of(
        relationships: impl Iterator<Item = Result<RelationshipRecord>>,
    ) -> Result<RelationshipPart> {
        let (mut part, mut columns) = (RelationshipPart::default(), Columns::default());
        for relationship in relationships {
            let relationship = relationship?;
            part.types.push(relationship.relationship_type);
            part.starts.push(relationship.start.id);
            part.ends.push(relationship.end.id);
            columns.push(relationship.properties);
        }
        part.columns = columns.finish();
        Ok(part)
    }
}
