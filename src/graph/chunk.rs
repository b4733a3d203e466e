//! Frozen columns of up to [`CHUNK_SIZE`] rows, in memory or as bytes; `docs/file-format.md` describes
//! the bytes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use super::blob::{Blob, BlobReader, Packed, Place};
use super::slot::Part;
use super::table::{CHUNK_SIZE, Row};
use crate::column::{Bytes, Column, ColumnBuilder, pack, read_bits, unpack, write_bits};
use crate::error::{Error, Result};
use crate::value::KeyId;

/// What every row has beside properties.
pub(super) trait Fixed: Copy + PartialEq + std::fmt::Debug + Send + Sync + 'static {
    /// Appends the fixed parts of rows as bytes.
    fn write(rows: &[Self], out: &mut Vec<u8>);

    /// Reads as many.
    ///
    /// # Errors
    /// `DamagedData` where the bytes are none.
    fn read(bytes: &mut Bytes<'_>, rows: usize) -> Result<Vec<Self>>;
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
    /// What all rows have, where it is the same and all exist.
    pub(super) uniform: Option<F>,
    /// One column a key, only where something is there.
    columns: BTreeMap<KeyId, Lazy>,
    /// Where stored columns are fetched from.
    source: Option<Arc<dyn BlobReader>>,
    bytes: AtomicUsize,
}

/// A column that may be stored.
#[derive(Debug)]
enum Lazy {
    Ready(Column),
    Stored {
        blob: Blob,
        column: OnceLock<Column>,
    },
}

/// Stands for the rows that exist in the place of a key.
const ALIVE: u32 = u32::MAX;
/// Stands for the fixed part in the place of a key.
const FIXED: u32 = u32::MAX - 1;
impl<F: Fixed> Chunk<F> {
    /// A chunk without rows.
    pub(super) fn empty() -> Self {
        Chunk {
            alive: Vec::new(),
            dead: 0,
            fixed: Vec::new(),
            uniform: None,
            columns: BTreeMap::new(),
            source: None,
            bytes: AtomicUsize::new(0),
        }
    }

    /// A chunk of rows that all exist.
    pub(super) fn of_columns(
        fixed: Vec<F>,
        columns: impl Iterator<Item = (KeyId, Column)>,
    ) -> Self {
        let filled = columns.filter(|(_, column)| !matches!(column, Column::Null(_)));
        Chunk {
            alive: vec![true; fixed.len()],
            dead: 0,
            uniform: uniform(0, &fixed),
            fixed,
            columns: filled
                .map(|(key, column)| (key, Lazy::Ready(column)))
                .collect(),
            source: None,
            bytes: AtomicUsize::new(0),
        }
    }

    /// Whether a row exists.
    pub(super) fn exists(&self, offset: usize) -> bool {
        self.alive.get(offset).is_some_and(|alive| *alive)
    }

    /// The bytes that the rows hold in memory.
    pub(super) fn heap_size(&self) -> usize {
        let ready = self.columns.values().map(|column| match column {
            Lazy::Ready(column) => column.heap_size(),
            Lazy::Stored { column, .. } => column.get().map_or(0, Column::heap_size),
        });
        self.fixed.len() * (size_of::<F>() + 1) + ready.sum::<usize>()
    }

    /// The keys that have columns, ascending.
    pub(super) fn keys(&self) -> impl Iterator<Item = KeyId> {
        self.columns.keys().copied()
    }

    /// The column of a key; `None` where no row has it.
    ///
    /// # Errors
    /// Where it is stored and cannot be fetched.
    pub(super) fn column(&self, key: KeyId) -> Result<Option<&Column>> {
        let (blob, cell) = match self.columns.get(&key) {
            None => return Ok(None),
            Some(Lazy::Ready(column)) => return Ok(Some(column)),
            Some(Lazy::Stored { blob, column }) => (blob, column),
        };
        if let Some(column) = cell.get() {
            return Ok(Some(column));
        }
        let Some(source) = &self.source else {
            return Err(Error::internal("a stored column has no source"));
        };
        let bytes = unpack(&source.read(*blob)?)?;
        let loaded = Column::read(&mut Bytes(&bytes), self.fixed.len())?;
        let column = cell.get_or_init(|| {
            let size = loaded.heap_size();
            self.bytes.fetch_add(size, Ordering::Relaxed);
            source.cache().grow(size);
            loaded
        });
        Ok(Some(column))
    }

    /// The chunk with these rows changed or added; added ones follow without gaps.
    pub(super) fn with(&self, patched: &[(usize, Arc<Row<F>>)]) -> Result<Chunk<F>> {
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
        let mut keys: Vec<KeyId> = self.keys().collect();
        keys.extend(patched.iter().flat_map(|(_, row)| row.properties.keys()));
        keys.sort_unstable();
        keys.dedup();
        let mut columns = BTreeMap::new();
        for key in keys {
            let old = self.column(key)?;
            let mut changed = patched.iter().peekable();
            let mut builder = ColumnBuilder::new();
            for offset in 0..fixed.len() {
                let patch = changed.next_if(|(changed, _)| *changed == offset);
                builder.push(match (patch, old) {
                    (Some((_, row)), _) => row.properties.get(&key).cloned().unwrap_or_default(),
                    (None, Some(column)) if offset < column.len() => column.value(offset),
                    (None, _) => crate::value::Value::Null,
                });
            }
            let column = builder.finish();
            if !matches!(column, Column::Null(_)) {
                columns.insert(key, Lazy::Ready(column));
            }
        }
        let dead = alive.iter().filter(|alive| !**alive).count();
        Ok(Chunk {
            uniform: uniform(dead, &fixed),
            dead,
            alive,
            fixed,
            columns,
            source: None,
            bytes: AtomicUsize::new(0),
        })
    }
}

/// What all rows have, where it is the same and none is dead.
fn uniform<F: Fixed>(dead: usize, fixed: &[F]) -> Option<F> {
    let first = *fixed.first()?;
    let is_same = dead == 0 && fixed.iter().all(|one| *one == first);
    is_same.then_some(first)
}

impl<F: Fixed> Part for Chunk<F> {
    fn load(place: Place, source: &Arc<dyn BlobReader>) -> Result<Self> {
        let directory = source.read(place.blob)?;
        let mut bytes = Bytes(&directory);
        let (rows, dead, parts) = (bytes.u32()? as usize, bytes.u32()? as usize, bytes.u32()?);
        if rows > CHUNK_SIZE || dead > rows {
            return Err(Error::damaged(
                "a chunk has more rows than a chunk can have",
            ));
        }
        let (mut alive, mut fixed) = (vec![true; rows], None);
        let mut columns = BTreeMap::new();
        let mut offset = place.blob.offset + u64::from(place.blob.length);
        for _ in 0..parts {
            let (key, length, checksum) = (bytes.u32()?, bytes.u32()?, bytes.u64()?);
            let blob = Blob {
                offset,
                length,
                checksum,
            };
            offset += u64::from(length);
            match key {
                ALIVE => {
                    let bits = unpack(&source.read(blob)?)?;
                    alive = read_bits(&mut Bytes(&bits), rows)?;
                }
                FIXED => {
                    let bytes = unpack(&source.read(blob)?)?;
                    fixed = Some(F::read(&mut Bytes(&bytes), rows)?);
                }
                key => {
                    let column = OnceLock::new();
                    columns.insert(KeyId(key), Lazy::Stored { blob, column });
                }
            }
        }
        let fixed = fixed.ok_or_else(|| Error::damaged("a chunk lacks its fixed part"))?;
        let bytes = rows * (size_of::<F>() + 1) + columns.len() * size_of::<(KeyId, Lazy)>();
        Ok(Chunk {
            uniform: uniform(dead, &fixed),
            alive,
            dead,
            fixed,
            columns,
            source: Some(source.clone()),
            bytes: AtomicUsize::new(bytes),
        })
    }

    fn pack(&self) -> Result<Packed> {
        let mut parts: Vec<(u32, Vec<u8>)> = Vec::new();
        if self.dead > 0 {
            let mut bits = Vec::new();
            write_bits(self.alive.iter().copied(), &mut bits);
            parts.push((ALIVE, pack(&bits)));
        }
        let mut fixed = Vec::new();
        F::write(&self.fixed, &mut fixed);
        parts.push((FIXED, pack(&fixed)));
        for key in self.keys() {
            if let Some(column) = self.column(key)? {
                let mut bytes = Vec::new();
                column.write(&mut bytes)?;
                parts.push((key.0, pack(&bytes)));
            }
        }
        let head = [self.fixed.len(), self.dead, parts.len()];
        let head = head
            .into_iter()
            .flat_map(|number| (number as u32).to_le_bytes());
        Ok(Packed {
            head: head.collect(),
            parts,
        })
    }

    fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }
}
