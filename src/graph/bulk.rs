//! Very many new nodes and relationships, one by one or in columns, written as whole chunks without a
//! patch: nodes of one set of labels stand side by side, and adjacency is sorted once, at the end.
//!
//! With a [`PartStore`] each chunk is stored when it is full, where nothing refers to it before the
//! commit, so that only the ends of relationships stay in memory.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::adjacency::Direction;
use super::blob::{BlobReader, BlobWriter};
use super::catalog::LabelSetId;
use super::chunk::{Chunk, Fixed};
use super::effect::Effect;
use super::packing::{BulkRow, Packing, Ready};
use super::radix::sorted_both_ways;
use super::segment::{Entry, Segment};
use super::snapshot::{Endpoints, Graph};
use super::table::{CHUNK_SIZE, Table};
use super::writer::{GraphWriter, check_storable, count};
use crate::column::{Column, ColumnBuilder};
use crate::context::{Context, Reservation};
use crate::error::{Error, Result};
use crate::parallel::in_order;
use crate::value::{KeyId, LabelId, NodeId, RelationshipId, TypeId, Value};

/// Rows that are worth a chunk of their own; fewer share one with others.
const WORTH_A_CHUNK: usize = CHUNK_SIZE / 2;

/// Where parts of a graph are kept before the commit that refers to them.
pub trait PartStore: std::fmt::Debug + Send + Sync {
    /// Writes parts; their room is free again if no commit follows.
    fn writer(&self) -> Box<dyn BlobWriter + '_>;

    /// Reads them.
    fn reader(&self) -> Arc<dyn BlobReader>;

    /// Returns when all that was written would survive a power cut.
    ///
    /// # Errors
    /// `FileError` where the disk fails to keep it.
    fn sync(&self) -> Result<()>;
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
    packing: Packing,
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
    fn push(&mut self, fixed: F, properties: impl IntoIterator<Item = (KeyId, Value)>) -> u32 {
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

    fn finish(self) -> Chunk<F> {
        let rows = self.fixed.len();
        let columns = self
            .columns
            .into_iter()
            .map(|(key, mut column, mut count)| {
                pad(&mut column, &mut count, rows);
                (key, column.finish())
            });
        Chunk::of_columns(self.fixed, columns)
    }
}

fn pad(column: &mut ColumnBuilder, rows: &mut usize, wanted: usize) {
    while *rows < wanted {
        column.push(Value::Null);
        *rows += 1;
    }
}

impl BulkRow for LabelSetId {
    fn table(graph: &mut Graph) -> &mut Table<Self> {
        &mut graph.nodes
    }
}

impl BulkRow for Endpoints {
    fn table(graph: &mut Graph) -> &mut Table<Self> {
        &mut graph.relationships
    }
}

/// The properties of one row of some columns.
fn row_of(columns: &[(KeyId, Column)], row: usize) -> impl Iterator<Item = (KeyId, Value)> {
    columns
        .iter()
        .map(move |(key, column)| (*key, column.value(row)))
}

/// Ranges of rows that fit chunks.
fn chunks_of(rows: usize) -> impl Iterator<Item = (usize, usize)> {
    let starts = (0..rows).step_by(CHUNK_SIZE);
    starts.map(move |start| (start, (rows - start).min(CHUNK_SIZE)))
}

fn sliced(
    columns: &[(KeyId, Column)],
    start: usize,
    length: usize,
) -> impl Iterator<Item = (KeyId, Column)> {
    columns
        .iter()
        .map(move |(key, column)| (*key, column.slice(start, length)))
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
        self.append_row(set, properties, context)
    }

    /// Adds as many nodes as the columns of their properties have rows, all with the same labels, and
    /// gives their numbers. Errors as for one.
    pub fn append_nodes(
        &mut self,
        labels: &[LabelId],
        rows: usize,
        columns: &[(KeyId, Column)],
        context: &Context,
    ) -> Result<Vec<NodeId>> {
        self.check_columns(rows, columns)?;
        let set = self.graph.catalog.intern_label_set(labels);
        let mut nodes = Vec::with_capacity(rows);
        for (start, length) in chunks_of(rows) {
            if length < WORTH_A_CHUNK {
                for row in start..start + length {
                    nodes.push(self.append_row(set, row_of(columns, row), context)?);
                }
                continue;
            }
            let number = self.graph.nodes.add_chunk();
            let first = (number * CHUNK_SIZE) as u32;
            nodes.extend((first..).take(length).map(NodeId));
            let chunk = Chunk::of_columns(vec![set; length], sliced(columns, start, length));
            self.bulk(context).sets.insert(number, set);
            self.put_nodes(set, number, chunk, context)?;
        }
        nodes.iter().for_each(|node| self.touch_node(*node));
        Ok(nodes)
    }

    fn append_row(
        &mut self,
        set: LabelSetId,
        properties: impl IntoIterator<Item = (KeyId, Value)>,
        context: &Context,
    ) -> Result<NodeId> {
        let parts = &self.parts;
        let bulk = self.bulk.get_or_insert_with(|| Bulk::new(parts, context));
        let table = &mut self.graph.nodes;
        let open = bulk.nodes.entry(set).or_insert_with(|| {
            let chunk = OpenChunk::new(table);
            bulk.sets.insert(chunk.number, set);
            chunk
        });
        let position = open.push(set, properties);
        if open.is_full()
            && let Some(full) = bulk.nodes.remove(&set)
        {
            self.put_nodes(set, full.number, full.finish(), context)?;
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
        let ends = Endpoints {
            relationship_type,
            start,
            end,
        };
        self.append_ends(ends, properties, context)
    }

    /// Adds a relationship of one type between each two nodes, with the properties that the rows of
    /// the columns have. Errors as for one.
    pub fn append_relationships(
        &mut self,
        relationship_type: TypeId,
        ends: &[(NodeId, NodeId)],
        columns: &[(KeyId, Column)],
        context: &Context,
    ) -> Result<()> {
        self.check_columns(ends.len(), columns)?;
        let endpoints = |(start, end): &(NodeId, NodeId)| Endpoints {
            relationship_type,
            start: *start,
            end: *end,
        };
        for (start, length) in chunks_of(ends.len()) {
            let part = &ends[start..start + length];
            if length < WORTH_A_CHUNK {
                for (row, pair) in part.iter().enumerate() {
                    self.append_ends(endpoints(pair), row_of(columns, start + row), context)?;
                }
                continue;
            }
            let number = self.graph.relationships.add_chunk();
            let positions = (number * CHUNK_SIZE) as u32..;
            let fixed = part.iter().map(endpoints).collect();
            let chunk = Chunk::of_columns(fixed, sliced(columns, start, length));
            let entries = part.iter().zip(positions.clone());
            let entries = entries.map(|((start, end), position)| (start.0, end.0, position));
            let parts = &self.parts;
            let bulk = self.bulk.get_or_insert_with(|| Bulk::new(parts, context));
            bulk.add_entries(relationship_type, length, entries)?;
            bulk.packing.put(number, chunk, &mut self.graph, context)?;
            for position in positions.take(length) {
                self.touch_relationship(RelationshipId(position));
            }
        }
        Ok(())
    }

    fn append_ends(
        &mut self,
        ends: Endpoints,
        properties: impl IntoIterator<Item = (KeyId, Value)>,
        context: &Context,
    ) -> Result<RelationshipId> {
        let parts = &self.parts;
        let bulk = self.bulk.get_or_insert_with(|| Bulk::new(parts, context));
        let table = &mut self.graph.relationships;
        let open = bulk
            .relationships
            .get_or_insert_with(|| OpenChunk::new(table));
        let position = open.push(ends, properties);
        let entry = (ends.start.0, ends.end.0, position);
        let is_full = open.is_full();
        bulk.add_entries(ends.relationship_type, 1, [entry].into_iter())?;
        if is_full && let Some(full) = bulk.relationships.take() {
            let (number, chunk) = (full.number, full.finish());
            bulk.packing.put(number, chunk, &mut self.graph, context)?;
        }
        self.touch_relationship(RelationshipId(position));
        Ok(RelationshipId(position))
    }

    fn bulk(&mut self, context: &Context) -> &mut Bulk {
        let parts = &self.parts;
        self.bulk.get_or_insert_with(|| Bulk::new(parts, context))
    }

    /// Puts a chunk of nodes with one set of labels into the graph, and counts the labels.
    fn put_nodes(
        &mut self,
        set: LabelSetId,
        number: usize,
        chunk: Chunk<LabelSetId>,
        context: &Context,
    ) -> Result<()> {
        for label in self.graph.catalog.label_set(set) {
            let new = chunk.fixed.len() as i64;
            count(&mut self.graph.label_counts, label.index(), new);
        }
        let parts = &self.parts;
        let bulk = self.bulk.get_or_insert_with(|| Bulk::new(parts, context));
        bulk.packing.put(number, chunk, &mut self.graph, context)
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

    fn check_columns(&self, rows: usize, columns: &[(KeyId, Column)]) -> Result<()> {
        for (key, column) in columns {
            if column.len() != rows {
                return Err(Error::internal(
                    "a column has not as many values as there are rows",
                ));
            }
            if let Column::Value(_) | Column::Node(_) | Column::Relationship(_) = column {
                let mut values = column.values();
                values.try_for_each(|value| check_storable(*key, &value, &self.graph.catalog))?;
            }
        }
        Ok(())
    }

    /// Ends the bulk load, if there is one: all of it is in the graph then, and in its indexes.
    ///
    /// # Errors
    /// `ConstraintVerificationFailed` where a unique constraint is broken; `ResourceError`; errors of
    /// the store. The writer is of no use after an error.
    pub fn end_bulk(&mut self, context: &Context) -> Result<()> {
        let Some(mut bulk) = self.bulk.take() else {
            return Ok(());
        };
        // Chunks are closed in their order, so that the last one decides the next number.
        let mut open: Vec<_> = bulk.nodes.drain().collect();
        open.sort_by_key(|(_, chunk)| chunk.number);
        let relationships = bulk.relationships.take();
        let (sets, entries) = (bulk.sets, bulk.entries);
        let mut packing = bulk.packing;
        for (set, chunk) in open {
            for label in self.graph.catalog.label_set(set) {
                let new = chunk.fixed.len() as i64;
                count(&mut self.graph.label_counts, label.index(), new);
            }
            packing.put(chunk.number, chunk.finish(), &mut self.graph, context)?;
        }
        if let Some(chunk) = relationships {
            packing.put(chunk.number, chunk.finish(), &mut self.graph, context)?;
        }
        packing.settle_all(&mut self.graph)?;
        for (relationship_type, entries) in &entries {
            let new = entries.len() as i64;
            count(&mut self.graph.type_counts, relationship_type.index(), new);
            let starts = entries.iter().map(|entry| entry.0);
            for set in self.label_sets_of(starts, &sets)? {
                self.note_neighbour(Direction::Incoming, *relationship_type, set);
            }
            let ends = entries.iter().map(|entry| entry.1);
            for set in self.label_sets_of(ends, &sets)? {
                self.note_neighbour(Direction::Outgoing, *relationship_type, set);
            }
        }
        self.join_neighbours(entries, &mut packing, context)?;
        self.rebuild_indexes(context)?;
        packing.finish()?;
        self.effects.push(Effect::Bulk);
        Ok(())
    }

    /// Makes the adjacency of the types anew that have new relationships.
    fn join_neighbours(
        &mut self,
        entries: BTreeMap<TypeId, Vec<Entry>>,
        packing: &mut Packing,
        context: &Context,
    ) -> Result<()> {
        let is_stored = self.parts.is_some();
        let mut types: Vec<(TypeId, Vec<Entry>)> = entries.into_iter().collect();
        // The largest first, lest one thread is at it when the others have nothing left to do.
        types.sort_by_key(|(_, entries)| Reverse(entries.len()));
        let mut types = types
            .into_iter()
            .map(|(name, entries)| {
                let ways = [Direction::Outgoing, Direction::Incoming];
                (
                    name,
                    entries,
                    ways.map(|way| self.adjacency(way, name).clone()),
                )
            })
            .collect::<Vec<_>>()
            .into_iter();
        in_order(
            context.threads(),
            || Ok(types.next()),
            |(name, entries, [outgoing, incoming])| {
                let (starts, ends) = sorted_both_ways(entries, context)?;
                let packed = |segments: Vec<(Entry, Segment)>| -> Result<Vec<_>> {
                    let segments = segments.into_iter();
                    segments
                        .map(|(first, segment)| Ok((first, Ready::new(segment, is_stored)?)))
                        .collect()
                };
                let outgoing = packed(outgoing.cut_with(starts)?)?;
                Ok((name, outgoing, packed(incoming.cut_with(ends)?)?))
            },
            |made: Result<_>| {
                context.check()?;
                let (name, outgoing, incoming) = made?;
                for (way, segments) in [
                    (Direction::Outgoing, outgoing),
                    (Direction::Incoming, incoming),
                ] {
                    let slots = segments
                        .into_iter()
                        .map(|(first, segment)| Ok((first, packing.slot(segment)?)))
                        .collect::<Result<Vec<_>>>()?;
                    *self.adjacency(way, name) = slots.into_iter().collect();
                }
                Ok(())
            },
        )
    }
}

impl Bulk {
    fn new(parts: &Option<Arc<dyn PartStore>>, context: &Context) -> Self {
        Bulk {
            nodes: HashMap::new(),
            sets: HashMap::new(),
            relationships: None,
            entries: BTreeMap::new(),
            held: context.reservation(),
            packing: Packing::new(parts.clone(), context),
        }
    }

    /// Takes note of so many relationships of a type.
    fn add_entries(
        &mut self,
        relationship_type: TypeId,
        count: usize,
        new: impl Iterator<Item = Entry>,
    ) -> Result<()> {
        let entries = self.entries.entry(relationship_type).or_default();
        if entries.len() + count > entries.capacity() {
            // As much as the list grows by.
            let grown = entries.len().max(count).max(4);
            self.held.grow(grown * size_of::<Entry>())?;
            entries.reserve_exact(grown);
        }
        entries.extend(new);
        Ok(())
    }
}
