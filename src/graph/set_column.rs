//! One property of many elements set at once: whole columns of chunks, where row by row a patch would be
//! made and folded again and again.

use arrow_array::UInt32Array;

use super::chunk::Fixed;
use super::deleted;
use super::effect::Effect;
use super::index::Element;
use super::table::{FOLD_AT, Table, place};
use super::writer::{GraphWriter, check_storable};
use crate::column::Column;
use crate::error::Result;
use crate::value::{KeyId, NodeId, RelationshipId, Value};

/// What many elements get.
#[derive(Debug, Clone, Copy)]
pub enum NewValues<'v> {
    /// All the same.
    Same(&'v Value),
    /// One each.
    Each(&'v Column),
}

impl NewValues<'_> {
    fn value(&self, row: u32) -> Value {
        match self {
            NewValues::Same(value) => (*value).clone(),
            NewValues::Each(column) => column.value(row as usize),
        }
    }

    fn column(&self, rows: &[u32]) -> Result<Column> {
        match self {
            NewValues::Same(value) => Ok(Column::constant(value, rows.len())),
            NewValues::Each(column) => column.take(&UInt32Array::from(rows.to_vec())),
        }
    }

    /// The values of a column as an effect tells them.
    fn told(&self, column: &Column) -> Vec<Value> {
        match self {
            NewValues::Same(value) => vec![(*value).clone()],
            NewValues::Each(_) => column.values().collect(),
        }
    }
}

/// Elements of one chunk.
struct Run {
    /// Positions, ascending.
    positions: Vec<u32>,
    /// The row of each.
    rows: Vec<u32>,
}

/// The elements by chunks; of one that stands several times only its last row.
fn runs(elements: &[u32]) -> Vec<Run> {
    let mut pairs: Vec<(u32, u32)> = elements.iter().copied().zip(0..).collect();
    if !elements.is_sorted_by(|one, next| one < next) {
        pairs.sort_unstable();
        pairs.reverse();
        pairs.dedup_by_key(|pair| pair.0);
        pairs.reverse();
    }
    let same_chunk = |one: &(u32, u32), next: &(u32, u32)| place(one.0).0 == place(next.0).0;
    let runs = pairs.chunk_by(same_chunk).map(|run| {
        let (positions, rows) = run.iter().copied().unzip();
        Run { positions, rows }
    });
    runs.collect()
}

impl GraphWriter {
    /// Sets a property of many nodes, as [`GraphWriter::set_node_property`] does of one after the other.
    ///
    /// # Errors
    /// `DeletedEntityAccess` where a node does not exist, `InvalidPropertyType` for a value that cannot
    /// be stored.
    pub fn set_node_properties(
        &mut self,
        nodes: &[u32],
        key: KeyId,
        values: NewValues<'_>,
    ) -> Result<()> {
        self.check_new_values(key, values)?;
        let is_indexed = self.is_indexed(key, |element| matches!(element, Element::Nodes(_)));
        let is_ruled = self.is_ruled(key);
        for run in runs(nodes) {
            if is_indexed || run.rows.len() < FOLD_AT as usize {
                for (node, row) in run.positions.iter().zip(&run.rows) {
                    self.set_node_property(NodeId(*node), key, values.value(*row))?;
                }
                continue;
            }
            let column = values.column(&run.rows)?;
            set_run(&mut self.graph.nodes, &run.positions, key, &column, "node")?;
            self.nodes.note_column(key, &run.positions);
            if is_ruled {
                let touched = run.positions.iter();
                touched.for_each(|node| self.touch_node(NodeId(*node)));
            }
            self.effects.push(Effect::SetNodeProperties {
                nodes: run.positions.into_iter().map(NodeId).collect(),
                key: self.graph.catalog.key_name(key).clone(),
                values: values.told(&column),
            });
        }
        Ok(())
    }

    /// Sets a property of many relationships. Errors as for nodes.
    pub fn set_relationship_properties(
        &mut self,
        relationships: &[u32],
        key: KeyId,
        values: NewValues<'_>,
    ) -> Result<()> {
        self.check_new_values(key, values)?;
        let is_relationships = |element| matches!(element, Element::Relationships(_));
        let is_indexed = self.is_indexed(key, is_relationships);
        let is_ruled = self.is_ruled(key);
        for run in runs(relationships) {
            if is_indexed || run.rows.len() < FOLD_AT as usize {
                for (id, row) in run.positions.iter().zip(&run.rows) {
                    let value = values.value(*row);
                    self.set_relationship_property(RelationshipId(*id), key, value)?;
                }
                continue;
            }
            let column = values.column(&run.rows)?;
            let table = &mut self.graph.relationships;
            set_run(table, &run.positions, key, &column, "relationship")?;
            self.relationships.note_column(key, &run.positions);
            if is_ruled {
                let touched = run.positions.iter();
                touched.for_each(|id| self.touch_relationship(RelationshipId(*id)));
            }
            self.effects.push(Effect::SetRelationshipProperties {
                relationships: run.positions.into_iter().map(RelationshipId).collect(),
                key: self.graph.catalog.key_name(key).clone(),
                values: values.told(&column),
            });
        }
        Ok(())
    }

    fn check_new_values(&self, key: KeyId, values: NewValues<'_>) -> Result<()> {
        let check = |value: &Value| check_storable(key, value, &self.graph.catalog);
        match values {
            NewValues::Same(value) => check(value),
            NewValues::Each(Column::Value(values)) => values.iter().try_for_each(check),
            NewValues::Each(column @ (Column::Node(_) | Column::Relationship(_))) => {
                column.values().try_for_each(|value| check(&value))
            }
            NewValues::Each(_) => Ok(()),
        }
    }

    /// Whether an index is over the key.
    fn is_indexed(&self, key: KeyId, of_kind: impl Fn(Element) -> bool) -> bool {
        let mut indexes = self.graph.schema.indexes.iter();
        indexes.any(|index| of_kind(index.element) && index.keys().contains(&key))
    }

    /// Whether a rule may be about the key.
    fn is_ruled(&self, key: KeyId) -> bool {
        let name = self.graph.catalog.key_name(key);
        let mut constraints = self.graph.schema.constraints.iter();
        self.graph.schema.graph_type.is_some()
            || constraints.any(|constraint| constraint.properties.contains(name))
    }
}

/// Sets a property of rows of one chunk that exist.
fn set_run<F: Fixed>(
    table: &mut Table<F>,
    positions: &[u32],
    key: KeyId,
    values: &Column,
    kind: &str,
) -> Result<()> {
    match table.set_column(positions, key, values)? {
        true => Ok(()),
        false => Err(deleted(kind)),
    }
}
