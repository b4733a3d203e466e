//! Neighbours over relationships of one type in one direction: compressed sparse rows sorted by
//! (neighbour, relationship), and a small sorted patch over them.

use std::sync::Arc;

use imbl::OrdSet;

/// Which way relationships are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From start to end.
    Outgoing,
    /// From end to start.
    Incoming,
}

/// Node, neighbour, relationship.
type Entry = (u32, u32, u32);

/// The least number of patched entries that is folded.
const FOLD_AT: usize = 1024;

/// Adjacency of one type in one direction.
#[derive(Debug, Clone, Default)]
pub(super) struct Adjacency {
    rows: Arc<SparseRows>,
    added: OrdSet<Entry>,
    removed: OrdSet<Entry>,
}

/// Frozen entries. Node `first + i` has entries `offsets[i]..offsets[i + 1]`.
#[derive(Debug, Default)]
struct SparseRows {
    first: u32,
    offsets: Vec<u32>,
    neighbours: Vec<u32>,
    relationships: Vec<u32>,
}

/// The neighbours of one node, sorted by (neighbour, relationship), and the relationships to them.
#[derive(Debug, Clone)]
pub struct NeighbourList(List);

#[derive(Debug, Clone)]
enum List {
    Frozen {
        rows: Arc<SparseRows>,
        start: usize,
        end: usize,
    },
    Merged {
        neighbours: Vec<u32>,
        relationships: Vec<u32>,
    },
}

impl NeighbourList {
    /// The neighbours, ascending; one stands as often as relationships lead to it.
    pub fn nodes(&self) -> &[u32] {
        match &self.0 {
            List::Frozen { rows, start, end } => &rows.neighbours[*start..*end],
            List::Merged { neighbours, .. } => neighbours,
        }
    }

    /// The relationships, parallel to [`NeighbourList::nodes`].
    pub fn relationships(&self) -> &[u32] {
        match &self.0 {
            List::Frozen { rows, start, end } => &rows.relationships[*start..*end],
            List::Merged { relationships, .. } => relationships,
        }
    }
}

impl SparseRows {
    fn range(&self, node: u32) -> (usize, usize) {
        let Some(row) = node.checked_sub(self.first).map(|row| row as usize) else {
            return (0, 0);
        };
        match (self.offsets.get(row), self.offsets.get(row + 1)) {
            (Some(start), Some(end)) => (*start as usize, *end as usize),
            _ => (0, 0),
        }
    }

    /// All entries, sorted.
    fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
        (0..self.offsets.len().saturating_sub(1)).flat_map(move |row| {
            let node = self.first + row as u32;
            let range = self.offsets[row] as usize..self.offsets[row + 1] as usize;
            range.map(move |place| (node, self.neighbours[place], self.relationships[place]))
        })
    }

    /// Rows of entries that come sorted.
    fn from_sorted(entries: impl Iterator<Item = Entry>) -> SparseRows {
        let mut rows = SparseRows::default();
        for (node, neighbour, relationship) in entries {
            if rows.offsets.is_empty() {
                rows.first = node;
                rows.offsets.push(0);
            }
            // The offset of a node is known when the first entry of a later node comes.
            let row = (node - rows.first) as usize;
            rows.offsets.resize(row + 1, rows.neighbours.len() as u32);
            rows.neighbours.push(neighbour);
            rows.relationships.push(relationship);
        }
        if !rows.offsets.is_empty() {
            rows.offsets.push(rows.neighbours.len() as u32);
        }
        rows
    }
}

impl Adjacency {
    /// The neighbours of a node.
    pub(super) fn neighbours(&self, node: u32) -> NeighbourList {
        let (start, end) = self.rows.range(node);
        let all = (node, 0, 0)..=(node, u32::MAX, u32::MAX);
        let mut added = self.added.range(all.clone()).peekable();
        let is_patched = added.peek().is_some()
            || (!self.removed.is_empty() && self.removed.range(all).next().is_some());
        if !is_patched {
            return NeighbourList(List::Frozen {
                rows: self.rows.clone(),
                start,
                end,
            });
        }
        let frozen = (start..end)
            .map(|place| {
                (
                    node,
                    self.rows.neighbours[place],
                    self.rows.relationships[place],
                )
            })
            .filter(|entry| !self.removed.contains(entry));
        let (mut neighbours, mut relationships) = (Vec::new(), Vec::new());
        for (_, neighbour, relationship) in merge(frozen, added.copied()) {
            neighbours.push(neighbour);
            relationships.push(relationship);
        }
        NeighbourList(List::Merged {
            neighbours,
            relationships,
        })
    }

    /// The number of entries of a node.
    pub(super) fn degree(&self, node: u32) -> u64 {
        let (start, end) = self.rows.range(node);
        let all = (node, 0, 0)..=(node, u32::MAX, u32::MAX);
        let added = self.added.range(all.clone()).count();
        let removed = self.removed.range(all).count();
        (end - start + added - removed) as u64
    }

    /// Adds an entry.
    pub(super) fn add(&mut self, node: u32, neighbour: u32, relationship: u32) {
        self.added.insert((node, neighbour, relationship));
        self.fold_if_large();
    }

    /// Removes an entry.
    pub(super) fn remove(&mut self, node: u32, neighbour: u32, relationship: u32) {
        let entry = (node, neighbour, relationship);
        if self.added.remove(&entry).is_none() {
            self.removed.insert(entry);
            self.fold_if_large();
        }
    }

    /// Folds the patch when it is an eighth of the rows, so that each entry is copied a bounded
    /// number of times on average.
    fn fold_if_large(&mut self) {
        let patched = self.added.len() + self.removed.len();
        if patched < FOLD_AT.max(self.rows.neighbours.len() / 8) {
            return;
        }
        let frozen = self
            .rows
            .entries()
            .filter(|entry| !self.removed.contains(entry));
        let folded = SparseRows::from_sorted(merge(frozen, self.added.iter().copied()));
        *self = Adjacency {
            rows: Arc::new(folded),
            added: OrdSet::new(),
            removed: OrdSet::new(),
        };
    }
}

/// Two sorted streams as one.
fn merge(
    left: impl Iterator<Item = Entry>,
    right: impl Iterator<Item = Entry>,
) -> impl Iterator<Item = Entry> {
    let (mut left, mut right) = (left.peekable(), right.peekable());
    std::iter::from_fn(move || match (left.peek(), right.peek()) {
        (Some(first), Some(second)) if first <= second => left.next(),
        (Some(_), None) => left.next(),
        _ => right.next(),
    })
}
