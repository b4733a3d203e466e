//! A range index: the nodes of a label, or the relationships of a type, by the values of some of
//! their properties.

use std::ops::Range;
use std::sync::Arc;

use super::Catalog;
use super::blob::{BlobReader, BlobWriter};
use super::chunk::Fixed;
use super::index_key::{KeyRange, can_equal, push_cell, push_value};
use super::index_tree::{IndexImage, IndexTree};
use super::schema::{IndexDefinition, Schema, Target};
use super::snapshot::Graph;
use super::table::{Table, place};
use super::verify::doubled;
use crate::context::Context;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::value::{KeyId, LabelId, TypeId, Value};

/// An index and its entries. Cloning shares them.
#[derive(Debug, Clone)]
pub struct Index {
    definition: Arc<IndexDefinition>,
    /// Whether a constraint asks that no two elements have equal values.
    is_unique: bool,
    pub(super) element: Element,
    keys: Arc<[KeyId]>,
    tree: Arc<IndexTree>,
}

/// What is indexed, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    /// Nodes with a label.
    Nodes(LabelId),
    /// Relationships of a type.
    Relationships(TypeId),
}

impl Element {
    /// The numbers of a target's names, new ones where they are not known.
    pub(super) fn of(target: &Target, catalog: &mut Catalog) -> Element {
        match target {
            Target::Nodes(label) => Element::Nodes(catalog.intern_label(label)),
            Target::Relationships(name) => Element::Relationships(catalog.intern_type(name)),
        }
    }
}

/// The most bytes of a key. Segments number bytes with 32 bits.
const MAXIMUM_KEY: usize = 16 << 20;

/// The key of an element, and whether it counts as equal to itself: not so with a null or NaN in it.
pub(super) struct Key {
    pub(super) bytes: Vec<u8>,
    pub(super) can_equal: bool,
}

impl Index {
    /// An index over what `graph` holds.
    ///
    /// # Errors
    /// `ConstraintVerificationFailed` where it is unique and elements have equal values;
    /// `ResourceError` where the memory or the time does not suffice.
    pub fn build(
        definition: Arc<IndexDefinition>,
        is_unique: bool,
        graph: &Graph,
        context: &Context,
    ) -> Result<Index> {
        let mut catalog = graph.catalog().clone();
        let mut index = Index::new(definition, is_unique, &mut catalog, IndexTree::default());
        index.tree = Arc::new(index.entries_of(graph, is_unique, context)?);
        Ok(index)
    }

    /// The same index made anew from what `graph` holds. Errors as of [`Index::build`].
    pub(super) fn rebuilt(&self, graph: &Graph, context: &Context) -> Result<Index> {
        Index::build(self.definition.clone(), self.is_unique, graph, context)
    }

    /// The same index as it should be, whether or not values that must differ do.
    pub(super) fn expected(&self, graph: &Graph, context: &Context) -> Result<Index> {
        Ok(Index {
            tree: Arc::new(self.entries_of(graph, false, context)?),
            ..self.clone()
        })
    }

    /// All positions in the order of their keys.
    pub(super) fn positions(&self) -> Result<Vec<u32>> {
        let mut found = Vec::new();
        self.tree.read_all(&mut found)?;
        Ok(found)
    }

    /// The same index with all entries stored.
    pub(super) fn store(
        &self,
        writer: &mut dyn BlobWriter,
        source: &Arc<dyn BlobReader>,
    ) -> Result<Index> {
        Ok(Index {
            tree: Arc::new(self.tree.store(writer, source)?),
            ..self.clone()
        })
    }

    /// Where its entries are stored.
    pub(super) fn image(&self) -> IndexImage {
        self.tree.image()
    }

    /// An index whose entries are stored.
    pub(super) fn open(
        definition: &IndexDefinition,
        is_unique: bool,
        image: &IndexImage,
        catalog: &mut Catalog,
        source: &Arc<dyn BlobReader>,
        known: &Schema,
    ) -> Index {
        let known = known
            .index(&definition.name)
            .map(|index| index.tree.as_ref());
        let tree = IndexTree::open(image, source, known);
        Index::new(definition.clone().into(), is_unique, catalog, tree)
    }

    fn new(
        definition: Arc<IndexDefinition>,
        is_unique: bool,
        catalog: &mut Catalog,
        tree: IndexTree,
    ) -> Index {
        let keys = definition.properties.iter();
        Index {
            element: Element::of(&definition.target, catalog),
            keys: keys.map(|key| catalog.intern_key(key)).collect(),
            definition,
            is_unique,
            tree: Arc::new(tree),
        }
    }

    /// What it is about.
    pub fn definition(&self) -> &Arc<IndexDefinition> {
        &self.definition
    }

    /// Whether a constraint asks that no two elements have equal values.
    pub fn is_unique(&self) -> bool {
        self.is_unique
    }

    /// The number of entries.
    pub fn len(&self) -> u64 {
        self.tree.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The properties by number.
    pub(super) fn keys(&self) -> &[KeyId] {
        &self.keys
    }

    /// The segments that may hold entries of a range, by number, in order.
    pub fn segments(&self, range: &KeyRange) -> Range<usize> {
        self.tree.segments(range)
    }

    /// Appends the positions of the elements of a range that a segment holds, ordered by value.
    pub fn read(&self, segment: usize, range: &KeyRange, found: &mut Vec<u32>) -> Result<()> {
        self.tree.read(segment, range, found)
    }

    /// Appends the positions of all elements of a range, ordered by value.
    pub fn find(&self, range: &KeyRange, found: &mut Vec<u32>) -> Result<()> {
        self.segments(range)
            .try_for_each(|segment| self.read(segment, range, found))
    }

    /// Appends the positions of all elements that could be indexed, in the index or not.
    pub fn scan(&self, graph: &Graph, context: &Context, found: &mut Vec<u32>) -> Result<()> {
        self.element.for_each(graph, context, &mut |position| {
            found.push(position);
            Ok(())
        })
    }

    /// The elements that have a key.
    pub(super) fn with_key(&self, key: &[u8]) -> Result<Vec<u32>> {
        let mut found = Vec::new();
        self.find(&KeyRange::of_key(key), &mut found)?;
        Ok(found)
    }

    /// The key of an element as `graph` has it; `None` where it is not indexed.
    pub(super) fn key_in(&self, graph: &Graph, position: u32) -> Result<Option<Key>> {
        if !self.covers(graph, position)? {
            return Ok(None);
        }
        let property = |key: KeyId| match self.element {
            Element::Nodes(_) => graph.nodes.property(position, key),
            Element::Relationships(_) => graph.relationships.property(position, key),
        };
        let mut key = Key {
            bytes: Vec::new(),
            can_equal: true,
        };
        for (place, id) in self.keys.iter().enumerate() {
            let value = property(*id)?;
            if place == 0 && value.is_null() {
                return Ok(None);
            }
            key.push(&value);
        }
        self.check_length(key.bytes.len())?;
        Ok(Some(key))
    }

    /// Whether an element exists and is one of those that are indexed by their properties.
    fn covers(&self, graph: &Graph, position: u32) -> Result<bool> {
        Ok(match self.element {
            Element::Nodes(label) => match graph.nodes.fixed(position)? {
                Some((true, set)) => graph.catalog.label_set(set).contains(&label),
                _ => false,
            },
            Element::Relationships(wanted) => match graph.relationships.fixed(position)? {
                Some((true, ends)) => ends.relationship_type == wanted,
                _ => false,
            },
        })
    }

    pub(super) fn insert(&mut self, key: &[u8], position: u32) -> Result<()> {
        Arc::make_mut(&mut self.tree).insert(key, position)
    }

    pub(super) fn remove(&mut self, key: &[u8], position: u32) -> Result<()> {
        Arc::make_mut(&mut self.tree).remove(key, position)
    }

    fn entries_of(&self, graph: &Graph, must_differ: bool, context: &Context) -> Result<IndexTree> {
        let mut held = context.reservation();
        let mut keys = Keys::default();
        let chunks = match self.element {
            Element::Nodes(_) => graph.node_chunks(),
            Element::Relationships(_) => graph.relationship_chunks(),
        };
        for chunk in 0..chunks {
            context.check()?;
            let before = keys.size();
            match self.element {
                Element::Nodes(label) => {
                    let positions = graph.scan_nodes(chunk, &[label])?;
                    self.push_keys(&graph.nodes, chunk, positions.values(), graph, &mut keys)?;
                }
                Element::Relationships(wanted) => {
                    let positions = graph.scan_relationships(chunk, Some(&[wanted]))?;
                    let table = &graph.relationships;
                    self.push_keys(table, chunk, positions.values(), graph, &mut keys)?;
                }
            }
            held.grow(2 * (keys.size() - before))?;
        }
        // Each entry by where its key begins and ends.
        let mut order: Vec<(&[u8], u32)> = Vec::with_capacity(keys.ends.len());
        let mut start = 0;
        for (end, position) in keys.ends {
            order.push((&keys.bytes[start..end], position));
            start = end;
        }
        order.sort_unstable();
        context.check()?;
        if must_differ {
            self.check_different(&order, graph)?;
        }
        Ok(IndexTree::from_sorted(order.into_iter()))
    }

    /// Appends the keys of elements that a chunk of `table` has and the index covers.
    fn push_keys<F: Fixed>(
        &self,
        table: &Table<F>,
        chunk: usize,
        positions: &[u32],
        graph: &Graph,
        keys: &mut Keys,
    ) -> Result<()> {
        if positions.is_empty() {
            return Ok(());
        }
        if table.is_patched(chunk) {
            for position in positions {
                if let Some(key) = self.key_in(graph, *position)? {
                    keys.bytes.extend(key.bytes);
                    keys.ends.push((keys.bytes.len(), *position));
                }
            }
            return Ok(());
        }
        let chunk = table.chunk(chunk)?;
        let columns = self.keys.iter().map(|key| chunk.column(*key));
        let columns = columns.collect::<Result<Vec<_>>>()?;
        let Some(Some(first)) = columns.first() else {
            return Ok(());
        };
        for position in positions {
            let (row, start) = (place(*position).1, keys.bytes.len());
            if first.is_null(row) {
                continue;
            }
            for column in &columns {
                push_cell(&mut keys.bytes, *column, row);
            }
            self.check_length(keys.bytes.len() - start)?;
            keys.ends.push((keys.bytes.len(), *position));
        }
        Ok(())
    }

    /// Checks of sorted keys that none is there twice that can equal itself.
    fn check_different(&self, sorted: &[(&[u8], u32)], graph: &Graph) -> Result<()> {
        for pair in sorted.windows(2) {
            if let [(key, first), (next, second)] = pair
                && key == next
                && self.key_in(graph, *first)?.is_some_and(|key| key.can_equal)
            {
                return Err(doubled(self, *first, *second, graph)?);
            }
        }
        Ok(())
    }

    fn check_length(&self, length: usize) -> Result<()> {
        if length <= MAXIMUM_KEY {
            return Ok(());
        }
        let message = format!(
            "{length} bytes are too many for a key of the index `{}`",
            self.definition.name
        );
        let (kind, detail) = (ErrorKind::ResourceError, ErrorDetail::OutOfMemory);
        Err(Error::new(kind, detail, message))
    }
}

/// Keys end to end, and where each ends, with the position of its element.
#[derive(Default)]
struct Keys {
    bytes: Vec<u8>,
    ends: Vec<(usize, u32)>,
}

impl Keys {
    /// The bytes that they take.
    fn size(&self) -> usize {
        self.bytes.len() + self.ends.len() * size_of::<(usize, u32)>()
    }
}

impl Element {
    /// Calls `visit` with the position of each element.
    pub(super) fn for_each(
        self,
        graph: &Graph,
        context: &Context,
        visit: &mut dyn FnMut(u32) -> Result<()>,
    ) -> Result<()> {
        let chunks = match self {
            Element::Nodes(_) => graph.node_chunks(),
            Element::Relationships(_) => graph.relationship_chunks(),
        };
        for chunk in 0..chunks {
            context.check()?;
            let positions = match self {
                Element::Nodes(label) => graph.scan_nodes(chunk, &[label])?,
                Element::Relationships(wanted) => {
                    graph.scan_relationships(chunk, Some(&[wanted]))?
                }
            };
            positions.values().iter().try_for_each(|at| visit(*at))?;
        }
        Ok(())
    }
}

impl Key {
    fn push(&mut self, value: &Value) {
        self.can_equal &= can_equal(value);
        push_value(&mut self.bytes, value);
    }
}
