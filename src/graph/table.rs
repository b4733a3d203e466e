//! Rows of nodes or relationships in chunks: frozen columns, and a small sorted patch over them.
//!
//! A write changes the patch only. When the patch of a chunk has grown by [`FOLD_AT`] rows it is
//! folded into new columns of this one chunk, so that a write costs what it changes, on average, and
//! a scan finds nearly all rows in columns. Patch and list of chunks are persistent structures: a
//! snapshot shares them with the writer.

use std::collections::BTreeMap;
use std::sync::Arc;

use imbl::{OrdMap, Vector};

use crate::column::{Column, ColumnBuilder};
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::value::{KeyId, Value};

/// Positions in a chunk.
pub const CHUNK_SIZE: usize = 2048;

/// Changed rows of a chunk that make it be folded.
const FOLD_AT: u32 = 128;

/// The properties of one row.
pub(super) type Properties = BTreeMap<KeyId, Value>;

/// Rows in chunks. `F` is what every row has beside properties.
#[derive(Debug, Clone)]
pub(super) struct Table<F: Clone> {
    slots: Vector<Slot<F>>,
    patch: OrdMap<u32, Arc<Row<F>>>,
    /// The next position; no position is given twice.
    next: u32,
    alive: u64,
}

/// Where a chunk is: in memory, so far.
#[derive(Debug, Clone)]
struct Slot<F> {
    chunk: Arc<Chunk<F>>,
    /// How many rows of the patch belong to this chunk.
    patched: u32,
}

/// Frozen columns of up to [`CHUNK_SIZE`] rows.
#[derive(Debug)]
pub(super) struct Chunk<F> {
    /// Whether each row exists.
    pub(super) alive: Vec<bool>,
    /// How many do not.
    pub(super) dead: usize,
    /// What each row has.
    pub(super) fixed: Vec<F>,
    /// One column a key, only where something is there.
    pub(super) columns: BTreeMap<KeyId, Column>,
}

/// One row of the patch, whole.
#[derive(Debug, Clone)]
pub(super) struct Row<F> {
    /// Whether it exists.
    pub(super) alive: bool,
    /// What it has beside properties.
    pub(super) fixed: F,
    /// Its properties.
    pub(super) properties: Properties,
}

impl<F: Clone> Default for Table<F> {
    fn default() -> Self {
        Table {
            slots: Vector::new(),
            patch: OrdMap::new(),
            next: 0,
            alive: 0,
        }
    }
}

impl<F: Copy> Table<F> {
    /// The number of rows that exist.
    pub(super) fn alive(&self) -> u64 {
        self.alive
    }

    /// The position that the next row gets.
    pub(super) fn next(&self) -> u32 {
        self.next
    }

    /// The number of chunks.
    pub(super) fn chunks(&self) -> usize {
        self.slots.len()
    }

    /// The door for chunks: every access to frozen rows goes through here, and may fail.
    pub(super) fn chunk(&self, chunk: usize) -> Result<&Arc<Chunk<F>>> {
        self.slots
            .get(chunk)
            .map(|slot| &slot.chunk)
            .ok_or_else(|| Error::internal(format!("there is no chunk {chunk}")))
    }

    /// Whether rows of a chunk stand in the patch.
    pub(super) fn is_patched(&self, chunk: usize) -> bool {
        self.slots.get(chunk).is_some_and(|slot| slot.patched > 0)
    }

    /// Whether any row stands in the patch.
    pub(super) fn has_patch(&self) -> bool {
        !self.patch.is_empty()
    }

    /// The patched form of a row.
    pub(super) fn patched(&self, position: u32) -> Option<&Arc<Row<F>>> {
        self.patch.get(&position)
    }

    /// Patched rows of a chunk, ascending.
    pub(super) fn patched_rows(&self, chunk: usize) -> impl Iterator<Item = (u32, &Arc<Row<F>>)> {
        let start = (chunk * CHUNK_SIZE) as u32;
        let end = start + (CHUNK_SIZE - 1) as u32;
        self.patch
            .range(start..=end)
            .map(|(position, row)| (*position, row))
    }

    /// Whether a row exists, and what it has beside properties; `None` where it never existed.
    pub(super) fn fixed(&self, position: u32) -> Result<Option<(bool, F)>> {
        if position >= self.next {
            return Ok(None);
        }
        if self.has_patch()
            && let Some(row) = self.patch.get(&position)
        {
            return Ok(Some((row.alive, row.fixed)));
        }
        let (chunk, offset) = place(position);
        let chunk = self.chunk(chunk)?;
        match chunk.fixed.get(offset) {
            Some(fixed) => Ok(Some((chunk.alive[offset], *fixed))),
            None => Ok(None),
        }
    }

    /// One property; null where it is missing.
    pub(super) fn property(&self, position: u32, key: KeyId) -> Result<Value> {
        if self.has_patch()
            && let Some(row) = self.patch.get(&position)
        {
            return Ok(row.properties.get(&key).cloned().unwrap_or_default());
        }
        let (chunk, offset) = place(position);
        let column = self.chunk(chunk)?.columns.get(&key);
        Ok(column.map_or(Value::Null, |column| column.value(offset)))
    }

    /// All properties of a row.
    pub(super) fn properties(&self, position: u32) -> Result<Properties> {
        if let Some(row) = self.patch.get(&position) {
            return Ok(row.properties.clone());
        }
        let (chunk, offset) = place(position);
        let columns = self.chunk(chunk)?.columns.iter();
        let present = columns.filter(|(_, column)| !column.is_null(offset));
        Ok(present
            .map(|(key, column)| (*key, column.value(offset)))
            .collect())
    }

    /// A new row at the next position.
    pub(super) fn push(&mut self, fixed: F, properties: Properties) -> Result<u32> {
        let position = self.next;
        if position == u32::MAX {
            return Err(Error::new(
                ErrorKind::ResourceError,
                ErrorDetail::IdsExhausted,
                "no more nodes or relationships can be numbered",
            )
            .hint("dump and restore numbers them anew"));
        }
        self.next += 1;
        self.alive += 1;
        let row = Row {
            alive: true,
            fixed,
            properties,
        };
        self.put(position, row)?;
        Ok(position)
    }

    /// Changes a row that exists or existed.
    pub(super) fn update(&mut self, position: u32, change: impl FnOnce(&mut Row<F>)) -> Result<()> {
        let mut row = match self.patch.get(&position) {
            Some(row) => row.as_ref().clone(),
            None => {
                let (alive, fixed) = self
                    .fixed(position)?
                    .ok_or_else(|| Error::internal(format!("there is no row {position}")))?;
                Row {
                    alive,
                    fixed,
                    properties: self.properties(position)?,
                }
            }
        };
        let was_alive = row.alive;
        change(&mut row);
        match (was_alive, row.alive) {
            (true, false) => self.alive -= 1,
            (false, true) => self.alive += 1,
            _ => {}
        }
        self.put(position, row)
    }

    fn put(&mut self, position: u32, row: Row<F>) -> Result<()> {
        let (chunk, _) = place(position);
        if chunk == self.slots.len() {
            self.slots.push_back(Slot {
                chunk: Arc::new(Chunk::empty()),
                patched: 0,
            });
        }
        let is_new = self.patch.insert(position, Arc::new(row)).is_none();
        if is_new && let Some(slot) = self.slots.get_mut(chunk) {
            slot.patched += 1;
            if slot.patched >= FOLD_AT {
                self.fold(chunk)?;
            }
        }
        Ok(())
    }

    /// Puts the patched rows of a chunk into new columns.
    fn fold(&mut self, chunk: usize) -> Result<()> {
        let old = self.chunk(chunk)?.clone();
        let patched: Vec<(usize, Arc<Row<F>>)> = self
            .patched_rows(chunk)
            .map(|(position, row)| (place(position).1, row.clone()))
            .collect();
        let folded = old.with(&patched);
        for (offset, _) in &patched {
            self.patch.remove(&((chunk * CHUNK_SIZE + offset) as u32));
        }
        self.slots.set(
            chunk,
            Slot {
                chunk: Arc::new(folded),
                patched: 0,
            },
        );
        Ok(())
    }
}

impl<F: Copy> Chunk<F> {
    fn empty() -> Self {
        Chunk {
            alive: Vec::new(),
            dead: 0,
            fixed: Vec::new(),
            columns: BTreeMap::new(),
        }
    }

    /// The chunk with these rows changed or added; added ones follow without gaps.
    fn with(&self, patched: &[(usize, Arc<Row<F>>)]) -> Chunk<F> {
        let mut alive = self.alive.clone();
        let mut fixed = self.fixed.clone();
        for (offset, row) in patched {
            if *offset < fixed.len() {
                alive[*offset] = row.alive;
                fixed[*offset] = row.fixed;
            } else {
                alive.push(row.alive);
                fixed.push(row.fixed);
            }
        }
        let mut keys: Vec<KeyId> = self.columns.keys().copied().collect();
        keys.extend(patched.iter().flat_map(|(_, row)| row.properties.keys()));
        keys.sort_unstable();
        keys.dedup();
        let mut columns = BTreeMap::new();
        for key in keys {
            let old = self.columns.get(&key);
            let mut changed = patched.iter().peekable();
            let mut builder = ColumnBuilder::new();
            for offset in 0..fixed.len() {
                let patch = changed.next_if(|(changed, _)| *changed == offset);
                builder.push(match (patch, old) {
                    (Some((_, row)), _) => row.properties.get(&key).cloned().unwrap_or_default(),
                    (None, Some(column)) if offset < column.len() => column.value(offset),
                    (None, _) => Value::Null,
                });
            }
            let column = builder.finish();
            if !matches!(column, Column::Null(_)) {
                columns.insert(key, column);
            }
        }
        Chunk {
            dead: alive.iter().filter(|alive| !**alive).count(),
            alive,
            fixed,
            columns,
        }
    }
}

/// The chunk of a position and the place in it.
pub(super) fn place(position: u32) -> (usize, usize) {
    (
        position as usize / CHUNK_SIZE,
        position as usize % CHUNK_SIZE,
    )
}
