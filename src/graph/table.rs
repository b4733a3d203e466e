//! Rows of nodes or relationships in chunks: frozen columns, and a small sorted patch over them.
//!
//! A write changes the patch only. When the patch of a chunk has grown by [`FOLD_AT`] rows it is
//! folded into new columns of this one chunk, so that a write costs what it changes, on average, and
//! a scan finds nearly all rows in columns. Patch and list of chunks are persistent structures: a
//! snapshot shares them with the writer.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use imbl::{OrdMap, Vector};
use serde::{Deserialize, Serialize};

use super::blob::{BlobReader, BlobWriter, Place};
use super::chunk::{Chunk, Fixed};
use super::gather::replaced;
use super::slot::{Held, Slot};
use crate::column::Column;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::value::{KeyId, Value};

/// Positions in a chunk.
pub const CHUNK_SIZE: usize = 2048;

/// Changed rows of a chunk that make it be folded.
pub(super) const FOLD_AT: u32 = 128;

/// The properties of one row.
pub(super) type Properties = BTreeMap<KeyId, Value>;

/// Rows in chunks. `F` is what every row has beside properties.
#[derive(Debug, Clone)]
pub(super) struct Table<F: Fixed> {
    chunks: Vector<Patched<F>>,
    patch: OrdMap<u32, Arc<Row<F>>>,
    /// The next position; no position is given twice.
    next: u32,
    alive: u64,
}

/// A chunk, and how many rows of the patch belong to it.
#[derive(Debug, Clone)]
struct Patched<F: Fixed> {
    slot: Slot<Chunk<F>>,
    rows: u32,
}

impl<F: Fixed> Patched<F> {
    fn uniform(&self) -> Result<Option<(F, u32)>> {
        match self.rows {
            0 => self.slot.digest(),
            _ => Ok(None),
        }
    }
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

impl<F: Fixed> Default for Table<F> {
    fn default() -> Self {
        Table {
            chunks: Vector::new(),
            patch: OrdMap::new(),
            next: 0,
            alive: 0,
        }
    }
}

impl<F: Fixed> Table<F> {
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
        self.chunks.len()
    }

    /// The door for chunks: every access to frozen rows goes through here, and may fail.
    pub(super) fn chunk(&self, chunk: usize) -> Result<Held<'_, Chunk<F>>> {
        match self.chunks.get(chunk) {
            Some(chunk) => chunk.slot.get(),
            None => Err(Error::internal(format!("there is no chunk {chunk}"))),
        }
    }

    /// As [`Table::chunk`]; `None` where rows of the chunk stand in the patch.
    pub(super) fn frozen_chunk(&self, chunk: usize) -> Result<Option<Held<'_, Chunk<F>>>> {
        match self.chunks.get(chunk) {
            Some(chunk) if chunk.rows > 0 => Ok(None),
            Some(chunk) => chunk.slot.get().map(Some),
            None => Err(Error::internal(format!("there is no chunk {chunk}"))),
        }
    }

    /// What all rows of a chunk have and how many there are, where that is the same and none is patched.
    pub(super) fn uniform(&self, chunk: usize) -> Result<Option<(F, u32)>> {
        match self.chunks.get(chunk) {
            Some(chunk) => chunk.uniform(),
            None => Err(Error::internal(format!("there is no chunk {chunk}"))),
        }
    }

    /// As [`Table::uniform`], of each chunk.
    pub(super) fn uniforms(&self) -> impl Iterator<Item = Result<Option<(F, u32)>>> + '_ {
        self.chunks.iter().map(Patched::uniform)
    }

    /// Whether rows of a chunk stand in the patch.
    pub(super) fn is_patched(&self, chunk: usize) -> bool {
        self.chunks.get(chunk).is_some_and(|chunk| chunk.rows > 0)
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
            Some(fixed) => Ok(Some((chunk.exists(offset), *fixed))),
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
        let chunk = self.chunk(chunk)?;
        let column = chunk.column(key)?;
        Ok(column.map_or(Value::Null, |column| column.value(offset)))
    }

    /// All properties of a row.
    pub(super) fn properties(&self, position: u32) -> Result<Properties> {
        if let Some(row) = self.patch.get(&position) {
            return Ok(row.properties.clone());
        }
        let (chunk, offset) = place(position);
        let chunk = self.chunk(chunk)?;
        let mut properties = Properties::new();
        for key in chunk.keys() {
            if let Some(column) = chunk.column(key)?
                && !column.is_null(offset)
            {
                properties.insert(key, column.value(offset));
            }
        }
        Ok(properties)
    }

    /// A new row at the next position.
    pub(super) fn push(&mut self, fixed: F, properties: Properties) -> Result<u32> {
        let position = self.next;
        if position == u32::MAX {
            return Err(exhausted());
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

    /// Adds a chunk without rows, to be set later; gives its number. Positions that the chunk before
    /// has not given are never given.
    pub(super) fn add_chunk(&mut self) -> usize {
        self.chunks.push_back(Patched {
            slot: Slot::resident(Chunk::empty()),
            rows: 0,
        });
        self.chunks.len() - 1
    }

    /// Fills a chunk that was added without rows.
    ///
    /// # Errors
    /// `IdsExhausted` where its positions cannot be numbered.
    pub(super) fn set_chunk(
        &mut self,
        number: usize,
        rows: usize,
        slot: Slot<Chunk<F>>,
    ) -> Result<()> {
        let end = u32::try_from(number * CHUNK_SIZE + rows).map_err(|_| exhausted())?;
        self.chunks.set(number, Patched { slot, rows: 0 });
        self.alive += rows as u64;
        self.next = self.next.max(end);
        Ok(())
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
        if chunk == self.chunks.len() {
            self.chunks.push_back(Patched {
                slot: Slot::resident(Chunk::empty()),
                rows: 0,
            });
        }
        let is_new = self.patch.insert(position, Arc::new(row)).is_none();
        if is_new && let Some(patched) = self.chunks.get_mut(chunk) {
            patched.rows += 1;
            if patched.rows >= FOLD_AT {
                self.fold(chunk)?;
            }
        }
        Ok(())
    }

    /// Puts the patched rows of a chunk into new columns.
    fn fold(&mut self, chunk: usize) -> Result<()> {
        let patched: Vec<(usize, Arc<Row<F>>)> = self
            .patched_rows(chunk)
            .map(|(position, row)| (place(position).1, row.clone()))
            .collect();
        let folded = self.chunk(chunk)?.with(&patched)?;
        for (offset, _) in &patched {
            self.patch.remove(&((chunk * CHUNK_SIZE + offset) as u32));
        }
        let slot = Slot::resident(folded);
        self.chunks.set(chunk, Patched { slot, rows: 0 });
        Ok(())
    }

    /// Sets a property of rows of one chunk, ascending, to values parallel to them. `false`, and nothing
    /// is set, where one does not exist.
    pub(super) fn set_column(
        &mut self,
        positions: &[u32],
        key: KeyId,
        values: &Column,
    ) -> Result<bool> {
        let Some(first) = positions.first() else {
            return Ok(true);
        };
        let (number, _) = place(*first);
        if self.is_patched(number) {
            self.fold(number)?;
        }
        let changed = {
            let chunk = self.chunk(number)?;
            let offsets: Vec<usize> = positions.iter().map(|one| place(*one).1).collect();
            if !offsets.iter().all(|offset| chunk.exists(*offset)) {
                return Ok(false);
            }
            let column = match offsets.len() == chunk.fixed.len() {
                true => values.clone(),
                false => {
                    let old = chunk.column(key)?.cloned();
                    let old = old.unwrap_or(Column::Null(chunk.fixed.len()));
                    replaced(old, &offsets, values)?
                }
            };
            chunk.with_column(key, column)
        };
        let slot = Slot::resident(changed);
        self.chunks.set(number, Patched { slot, rows: 0 });
        Ok(true)
    }

    /// The table with everything stored: what is patched is folded, what is in memory only is
    /// written.
    pub(super) fn store(
        &self,
        writer: &mut dyn BlobWriter,
        source: &Arc<dyn BlobReader>,
    ) -> Result<Table<F>> {
        let mut stored = self.clone();
        for number in 0..self.chunks.len() {
            if self.is_patched(number) {
                stored.fold(number)?;
            }
            if let Some(patched) = stored.chunks.get_mut(number)
                && !patched.slot.is_stored(source)
            {
                patched.slot = patched.slot.store(writer, source)?;
            }
        }
        Ok(stored)
    }

    /// Where the chunks of a stored table are.
    pub(super) fn image(&self) -> TableImage {
        TableImage {
            next: self.next,
            alive: self.alive,
            chunks: self
                .chunks
                .iter()
                .filter_map(|chunk| chunk.slot.place())
                .collect(),
        }
    }

    /// A table whose chunks are stored; those that `known` has too are shared with it.
    pub(super) fn open(
        image: &TableImage,
        source: &Arc<dyn BlobReader>,
        known: &Table<F>,
    ) -> Table<F> {
        let known: HashMap<Place, &Slot<Chunk<F>>> = known
            .chunks
            .iter()
            .filter_map(|chunk| Some((chunk.slot.place()?, &chunk.slot)))
            .collect();
        let slot = |place: &Place| match known.get(place) {
            Some(slot) => (*slot).clone(),
            None => Slot::stored(*place, source),
        };
        let chunks = image.chunks.iter();
        Table {
            chunks: chunks
                .map(|place| Patched {
                    slot: slot(place),
                    rows: 0,
                })
                .collect(),
            patch: OrdMap::new(),
            next: image.next,
            alive: image.alive,
        }
    }
}

fn exhausted() -> Error {
    Error::new(
        ErrorKind::ResourceError,
        ErrorDetail::IdsExhausted,
        "no more nodes or relationships can be numbered",
    )
    .hint("dump and restore numbers them anew")
}

/// What a stored table is opened from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct TableImage {
    /// The next position.
    pub(super) next: u32,
    /// Rows that exist.
    pub(super) alive: u64,
    /// All chunks.
    pub(super) chunks: Vec<Place>,
}

/// The chunk of a position and the place in it.
#[inline]
pub(super) fn place(position: u32) -> (usize, usize) {
    (
        position as usize / CHUNK_SIZE,
        position as usize % CHUNK_SIZE,
    )
}
