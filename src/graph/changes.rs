//! Net changes: what is in the graph after and was not before, and the other way round. What was
//! created and deleted again does not count.

use std::collections::{BTreeMap, HashMap};

use arrow_array::UInt32Array;

use super::chunk::Fixed;
use super::gather::KeptColumns;
use super::snapshot::Graph;
use super::table::{Properties, Table, place};
use crate::column::Column;
use crate::error::{Error, Result};
use crate::value::KeyId;

/// Net changes of a statement.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changes {
    /// New nodes.
    pub nodes_created: u64,
    /// Nodes that are gone.
    pub nodes_deleted: u64,
    /// New relationships.
    pub relationships_created: u64,
    /// Relationships that are gone.
    pub relationships_deleted: u64,
    /// Labels that some node has and none had.
    pub labels_added: u64,
    /// Labels that some node had and none has.
    pub labels_removed: u64,
    /// Properties with a value that they did not have.
    pub properties_set: u64,
    /// Properties that have their value no more.
    pub properties_removed: u64,
    /// New indexes, without those of constraints.
    pub indexes_added: u64,
    /// Indexes that are gone, without those of constraints.
    pub indexes_removed: u64,
    /// New constraints.
    pub constraints_added: u64,
    /// Constraints that are gone.
    pub constraints_removed: u64,
    /// 1 where the graph type is another one.
    pub graph_types_set: u64,
}

/// What touched rows were like before.
#[derive(Debug, Default)]
pub(super) struct Originals {
    rows: HashMap<u32, Properties>,
    /// Rows of which a property was set together with that of others.
    columns: BTreeMap<KeyId, Vec<u32>>,
}

impl Originals {
    /// Notes the properties of a row before its first change; rows that are not in `before` are new and
    /// need no note.
    pub(super) fn note<F: Fixed>(&mut self, before: &Table<F>, position: u32) -> Result<()> {
        if position < before.next() && !self.rows.contains_key(&position) {
            self.rows.insert(position, before.properties(position)?);
        }
        Ok(())
    }

    /// Notes that a property of rows is set.
    pub(super) fn note_column(&mut self, key: KeyId, positions: &[u32]) {
        self.columns.entry(key).or_default().extend(positions);
    }

    /// Adds how many values of columns were set and removed. Rows that are noted for themselves are not
    /// counted here.
    fn compare_columns<F: Fixed>(
        &self,
        before: &Table<F>,
        after: &Table<F>,
        counts: &mut [u64; 4],
    ) -> Result<()> {
        let missing = || Error::internal("a row that was set does not exist");
        for (key, positions) in &self.columns {
            let mut positions = positions.clone();
            positions.sort_unstable();
            positions.dedup();
            positions.retain(|row| *row < before.next() && !self.rows.contains_key(row));
            for run in positions.chunk_by(|one, next| place(*one).0 == place(*next).0) {
                let run = UInt32Array::from(run.to_vec());
                let read = |table: &Table<F>| {
                    table.column(&run, *key, &mut KeptColumns::default(), missing)
                };
                let (old, new) = (read(before)?, read(after)?);
                let is_same = |row: usize| match (&old, &new) {
                    (Column::Integer(old), Column::Integer(new)) => {
                        old.value(row) == new.value(row)
                    }
                    _ => old.value(row) == new.value(row),
                };
                for row in 0..run.len() {
                    let (was, is) = (!old.is_null(row), !new.is_null(row));
                    let differs = was != is || was && !is_same(row);
                    counts[2] += u64::from(differs && is);
                    counts[3] += u64::from(differs && was);
                }
            }
        }
        Ok(())
    }

    /// Created, deleted, properties set, properties removed.
    fn compare<F: Fixed>(&self, before: &Table<F>, after: &Table<F>) -> Result<[u64; 4]> {
        let mut counts = [0; 4];
        self.compare_columns(before, after, &mut counts)?;
        for position in before.next()..after.next() {
            if matches!(after.fixed(position)?, Some((true, _))) {
                counts[0] += 1;
                counts[2] += after.properties(position)?.len() as u64;
            }
        }
        for (position, old) in &self.rows {
            let exists = matches!(after.fixed(*position)?, Some((true, _)));
            let new = if exists {
                after.properties(*position)?
            } else {
                Properties::new()
            };
            counts[1] += u64::from(!exists);
            counts[2] += new
                .iter()
                .filter(|(key, value)| old.get(key) != Some(value))
                .count() as u64;
            counts[3] += old
                .iter()
                .filter(|(key, value)| new.get(key) != Some(value))
                .count() as u64;
        }
        Ok(counts)
    }
}

/// The net changes from one state to another.
pub(super) fn changes(
    before: &Graph,
    after: &Graph,
    nodes: &Originals,
    relationships: &Originals,
) -> Result<Changes> {
    let node_counts = nodes.compare(&before.nodes, &after.nodes)?;
    let relationship_counts = relationships.compare(&before.relationships, &after.relationships)?;
    let mut changes = Changes {
        nodes_created: node_counts[0],
        nodes_deleted: node_counts[1],
        relationships_created: relationship_counts[0],
        relationships_deleted: relationship_counts[1],
        properties_set: node_counts[2] + relationship_counts[2],
        properties_removed: node_counts[3] + relationship_counts[3],
        ..Changes::default()
    };
    for (label, _) in after.catalog().labels() {
        match (before.label_count(label), after.label_count(label)) {
            (0, 1..) => changes.labels_added += 1,
            (1.., 0) => changes.labels_removed += 1,
            _ => {}
        }
    }
    let [before, after] = [before, after].map(Graph::schema);
    changes.graph_types_set = u64::from(before.graph_type() != after.graph_type());
    [changes.indexes_added, changes.indexes_removed] =
        difference(&before.index_names(), &after.index_names());
    [changes.constraints_added, changes.constraints_removed] =
        difference(&before.constraint_names(), &after.constraint_names());
    Ok(changes)
}

/// How many names came, and how many went.
fn difference(before: &[&str], after: &[&str]) -> [u64; 2] {
    let missing = |from: &[&str], names: &[&str]| {
        names.iter().filter(|name| !from.contains(name)).count() as u64
    };
    [missing(before, after), missing(after, before)]
}
