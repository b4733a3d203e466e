//! Very many new nodes and relationships, written as whole chunks without a patch: nodes of one set of
//! labels stand side by side, and adjacency is sorted once, at the end.
//!
//! With a [`PartStore`] each chunk is stored when it is full, where nothing refers to it before the
//! commit, so that only the ends of relationships stay in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::adjacency::Direction;
use super::blob::{BlobReader, BlobWriter};
use super::catalog::LabelSetId;
use super::chunk::{Chunk, Fixed};
use super::effect::Effect;
use super::segment::Entry;
use super::slot::{Part, Slot};
use super::snapshot::Endpoints;
use super::table::{CHUNK_SIZE, Table};
use super::writer::{GraphWriter, check_storable, count};
use crate::column::ColumnBuilder;
use crate::context::{Context, Reservation};
use crate::error::Result;
use crate::value::{KeyId, LabelId, NodeId, RelationshipId, TypeId, Value};

/// Where parts of a graph are kept before the commit that refers to them.
pub trait PartStore: std::fmt::Debug + Send + Sync {
    /// Writes parts; their room is free again if no commit follows.
    fn writer(&self) -> Box<dyn BlobWriter + '_>;

    /// Reads them.
    fn reader(&self) -> Arc<dyn BlobReader>;
}

/// What of a bulk load is not in the graph yet.
#[derive(Debug)]
pub(super) struct Bulk {
    nodes: HashMap<LabelSetId, OpenChunk<LabelSetId>>,
    /// The set of labels of all nodes of a new chunk, by its number.
    sets: HashMap<usize, LabelSetId>,
    relationships: Option<OpenChunk<Endpoints>>,
    /// Start, end and number of the new relationships.
    entries: BTreeMap<TypeId, Vec<Entry>>,
    held: Reservation,
}

/// A chunk that is being filled.
#[derive(Debug)]
struct OpenChunk<F> {
    number: usize,
    fixed: Vec<F>,
    /// Values of each key, and how many there are; those that lack at the end are nulls.
    columns: Vec<(KeyId, ColumnBuilder, usize)>,
}

impl<F: Fixed> OpenChunk<F> {
    fn new(table: &mut Table<F>) -> Self {
        OpenChunk {
            number: table.add_chunk(),
            fixed: Vec::with_capacity(CHUNK_SIZE),
            columns: Vec::new(),
        }
    }

    /// Adds a row; gives its position.
    fn push(&mut self, fixed: F, properties: Vec<(KeyId, Value)>) -> u32 {
        let row = self.fixed.len();
        self.fixed.push(fixed);
        for (place, (key, value)) in properties.into_iter().enumerate() {
            // Rows of one origin have the same keys in the same order.
            let is_same = |column: &(KeyId, ColumnBuilder, usize)| column.0 == key;
            let found = match self.columns.get(place) {
                Some(column) if is_same(column) => Some(place),
                _ => self.columns.iter().position(is_same),
            };
            let place = found.unwrap_or_else(|| {
                self.columns.push((key, ColumnBuilder::new(), 0));
                self.columns.len() - 1
            });
            let (_, column, rows) = &mut self.columns[place];
            if *rows > row {
                // A key that is given twice has its last value, as with single writes.
                continue;
            }
            pad(column, rows, row);
            column.push(value);
            *rows += 1;
        }
        (self.number * CHUNK_SIZE + row) as u32
    }

    fn is_full(&self) -> bool {
        self.fixed.len() == CHUNK_SIZE
    }

    fn finish(self, table: &mut Table<F>, store: Option<&dyn PartStore>) -> Result<()> {
        let rows = self.fixed.len();
        let columns = self
            .columns
            .into_iter()
            .map(|(key, mut column, mut count)| {
                pad(&mut column, &mut count, rows);
                (key, column.finish())
            });
        let chunk = Chunk::of_columns(self.fixed, columns);
        table.set_chunk(self.number, rows, slot(chunk, store)?)
    }
}

fn pad(column: &mut ColumnBuilder, rows: &mut usize, wanted: usize) {
    while *rows < wanted {
        column.push(Value::Null);
        *rows += 1;
    }
}

/// A part, stored where there is a store.
fn slot<T: Part>(part: T, store: Option<&dyn PartStore>) -> Result<Slot<T>> {
    match store {
        None => Ok(Slot::resident(part)),
        Some(store) => {
            let place = part.store(store.writer().as_mut())?;
            Ok(Slot::stored(place, &store.reader()))
        }
    }
}

impl GraphWriter {
    /// Adds a node to a bulk load, which begins with the first; until [`GraphWriter::end_bulk`] it
    /// cannot be read, and nothing but bulk loading may be done.
    ///
    /// # Errors
    /// `InvalidPropertyType` for a value that cannot be stored; `ResourceError`; errors of the store.
    pub fn append_node(
        &mut self,
        labels: &[LabelId],
        properties: Vec<(KeyId, Value)>,
        context: &Context,
    ) -> Result<NodeId> {
        self.check_all_storable(&properties)?;
        let set = self.graph.catalog.intern_label_set(labels);
        let bulk = self.bulk.get_or_insert_with(|| Bulk::new(context));
        let table = &mut self.graph.nodes;
        let open = bulk.nodes.entry(set);
        let chunk = open.or_insert_with(|| {
            let chunk = OpenChunk::new(table);
            bulk.sets.insert(chunk.number, set);
            chunk
        });
        let position = chunk.push(set, properties);
        if chunk.is_full()
            && let Some(full) = bulk.nodes.remove(&set)
        {
            self.finish_nodes(set, full)?;
        }
        self.touch_node(NodeId(position));
        Ok(NodeId(position))
    }

    /// Adds a relationship between two nodes, old or new, to a bulk load. Errors as for nodes.
    pub fn append_relationship(
        &mut self,
        relationship_type: TypeId,
        start: NodeId,
        end: NodeId,
        properties: Vec<(KeyId, Value)>,
        context: &Context,
    ) -> Result<RelationshipId> {
        self.check_all_storable(&properties)?;
        let bulk = self.bulk.get_or_insert_with(|| Bulk::new(context));
        let table = &mut self.graph.relationships;
        let chunk = bulk
            .relationships
            .get_or_insert_with(|| OpenChunk::new(table));
        let ends = Endpoints {
            relationship_type,
            start,
            end,
        };
        let position = chunk.push(ends, properties);
        if chunk.is_full()
            && let Some(full) = bulk.relationships.take()
        {
            full.finish(table, self.parts.as_deref())?;
        }
        let entries = bulk.entries.entry(relationship_type).or_default();
        if entries.len() == entries.capacity() {
            // As much as the list grows by; sorting the other direction takes a copy at the end.
            bulk.held.grow(entries.len().max(4) * size_of::<Entry>())?;
        }
        entries.push((start.0, end.0, position));
        self.touch_relationship(RelationshipId(position));
        Ok(RelationshipId(position))
    }

    /// Puts a chunk of nodes with one set of labels into the graph, and counts the labels.
    fn finish_nodes(&mut self, set: LabelSetId, chunk: OpenChunk<LabelSetId>) -> Result<()> {
        for label in self.graph.catalog.label_set(set) {
            let new = chunk.fixed.len() as i64;
            count(&mut self.graph.label_counts, label.index(), new);
        }
        chunk.finish(&mut self.graph.nodes, self.parts.as_deref())
    }

    /// The sets of labels that nodes have; those of new chunks are `known`.
    fn label_sets_of(
        &self,
        nodes: impl Iterator<Item = u32>,
        known: &HashMap<usize, LabelSetId>,
    ) -> Result<BTreeSet<LabelSetId>> {
        let mut sets = BTreeSet::new();
        let mut met = vec![false; self.graph.nodes.chunks()];
        for node in nodes {
            let chunk = node as usize / CHUNK_SIZE;
            if met.get(chunk) == Some(&true) {
                continue;
            }
            match known.get(&chunk) {
                Some(set) => {
                    met[chunk] = true;
                    sets.insert(*set);
                }
                None => {
                    sets.insert(self.graph.label_set_of(NodeId(node))?);
                }
            }
        }
        Ok(sets)
    }

    fn check_all_storable(&self, properties: &[(KeyId, Value)]) -> Result<()> {
        let mut properties = properties.iter();
        properties.try_for_each(|(key, value)| check_storable(*key, value, &self.graph.catalog))
    }

    /// Ends the bulk load, if there is one: all of it is in the graph then, and in its indexes.
    ///
    /// # Errors
    /// `ConstraintVerificationFailed` where a unique constraint is broken; `ResourceError`; errors of
    /// the store. The writer is of no use after an error.
    pub fn end_bulk(&mut self, context: &Context) -> Result<()> {
        let Some(bulk) = self.bulk.take() else {
            return Ok(());
        };
        let parts = self.parts.clone();
        let store = parts.as_deref();
        // Chunks are closed in their order, so that the last one decides the next number.
        let mut open: Vec<_> = bulk.nodes.into_iter().collect();
        open.sort_by_key(|(_, chunk)| chunk.number);
        for (set, chunk) in open {
            self.finish_nodes(set, chunk)?;
        }
        if let Some(chunk) = bulk.relationships {
            chunk.finish(&mut self.graph.relationships, store)?;
        }
        for (relationship_type, mut outgoing) in bulk.entries {
            context.check()?;
            let new = outgoing.len() as i64;
            count(&mut self.graph.type_counts, relationship_type.index(), new);
            let (starts, ends) = (
                outgoing.iter().map(|entry| entry.0),
                outgoing.iter().map(|entry| entry.1),
            );
            for set in self.label_sets_of(starts, &bulk.sets)? {
                self.note_neighbour(Direction::Incoming, relationship_type, set);
            }
            for set in self.label_sets_of(ends, &bulk.sets)? {
                self.note_neighbour(Direction::Outgoing, relationship_type, set);
            }
            let _held = context.reserve(outgoing.len() * size_of::<Entry>())?;
            let mut incoming: Vec<Entry> = outgoing
                .iter()
                .map(|(start, end, id)| (*end, *start, *id))
                .collect();
            std::thread::scope(|scope| {
                scope.spawn(|| outgoing.sort_unstable());
                incoming.sort_unstable();
            });
            for (direction, entries) in [
                (Direction::Outgoing, outgoing),
                (Direction::Incoming, incoming),
            ] {
                let adjacency = self.adjacency(direction, relationship_type);
                let merged = std::mem::take(adjacency)
                    .with_sorted(entries, |segment| slot(segment, store))?;
                *self.adjacency(direction, relationship_type) = merged;
            }
        }
        self.rebuild_indexes(context)?;
        self.effects.push(Effect::Bulk);
        Ok(())
    }
}

impl Bulk {
    fn new(context: &Context) -> Self {
        Bulk {
            nodes: HashMap::new(),
            sets: HashMap::new(),
            relationships: None,
            entries: BTreeMap::new(),
            held: context.reservation(),
        }
    }
}
