//! Frozen columns of up to [`CHUNK_SIZE`] rows, in memory or as bytes; `docs/file-format.md` describes
//! the bytes.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use super::blob::{Blob, BlobReader, Packed, Place};
use super::slot::Part;
use super::table::{CHUNK_SIZE, Row};
use crate::column::{Bounds, Bytes, Column, ColumnBuilder, pack, read_bits, unpack, write_bits};
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
    /// Whether what is fetched counts as held by the cache.
    is_cached: bool,
    bytes: AtomicUsize,
}

/// A column that may be stored, and what is known of it.
#[derive(Debug, Clone, Default)]
struct Lazy {
    /// Where it is stored, if it is.
    blob: Option<Blob>,
    column: OnceLock<Column>,
    bounds: OnceLock<Option<Bounds>>,
}

impl From<Column> for Lazy {
    fn from(column: Column) -> Self {
        Lazy {
            column: OnceLock::from(column),
            ..Lazy::default()
        }
    }
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
            is_cached: false,
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
                .map(|(key, column)| (key, Lazy::from(column)))
                .collect(),
            source: None,
            is_cached: false,
            bytes: AtomicUsize::new(0),
        }
    }

    /// Whether a row exists.
    pub(super) fn exists(&self, offset: usize) -> bool {
        self.alive.get(offset).is_some_and(|alive| *alive)
    }

    /// The bytes that the rows hold in memory.
    pub(super) fn heap_size(&self) -> usize {
        let columns = self.columns.values();
        let ready = columns.map(|lazy| lazy.column.get().map_or(0, Column::heap_size));
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
        let Some(lazy) = self.columns.get(&key) else {
            return Ok(None);
        };
        self.fetched(lazy).map(Some)
    }

    /// The least and the greatest value of a key; `None` where that is not known, or not all rows
    /// exist and have one.
    ///
    /// # Errors
    /// Where the column is stored and cannot be fetched.
    pub(super) fn bounds(&self, key: KeyId) -> Result<Option<&Bounds>> {
        let lazy = self.columns.get(&key).filter(|_| self.dead == 0);
        let Some(lazy) = lazy else {
            return Ok(None);
        };
        if let Some(bounds) = lazy.bounds.get() {
            return Ok(bounds.as_ref());
        }
        let found = self.fetched(lazy)?.bounds();
        Ok(lazy.bounds.get_or_init(|| found).as_ref())
    }

    /// The values of a key in rows side by side; `None` where they do not all exist.
    ///
    /// # Errors
    /// Where the column is stored and cannot be fetched.
    pub(super) fn run_column(&self, rows: Range<usize>, key: KeyId) -> Result<Option<Column>> {
        if self.dead > 0 || rows.end > self.fixed.len() {
            return Ok(None);
        }
        Ok(Some(match self.column(key)? {
            Some(column) if rows.len() == column.len() => column.clone(),
            Some(column) => column.slice(rows.start, rows.len()),
            None => Column::Null(rows.len()),
        }))
    }

    fn fetched<'c>(&self, lazy: &'c Lazy) -> Result<&'c Column> {
        if let Some(column) = lazy.column.get() {
            return Ok(column);
        }
        let (Some(source), Some(blob)) = (&self.source, lazy.blob) else {
            return Err(Error::internal("a stored column has no source"));
        };
        let bytes = unpack(&source.read(blob)?)?;
        let loaded = Column::read(&mut Bytes(&bytes), self.fixed.len())?;
        let column = lazy.column.get_or_init(|| {
            if self.is_cached {
                let size = loaded.heap_size();
                self.bytes.fetch_add(size, Ordering::Relaxed);
                source.cache().grow(size);
            }
            loaded
        });
        Ok(column)
    }

    /// The chunk with another column of a key; the others are shared.
    pub(super) fn with_column(&self, key: KeyId, column: Column) -> Chunk<F> {
        let mut columns = self.columns.clone();
        match column.null_count() == column.len() {
            true => columns.remove(&key),
            false => columns.insert(key, Lazy::from(column)),
        };
        Chunk {
            alive: self.alive.clone(),
            dead: self.dead,
            fixed: self.fixed.clone(),
            uniform: self.uniform,
            columns,
            source: self.source.clone(),
            is_cached: false,
            bytes: AtomicUsize::new(0),
        }
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
                columns.insert(key, Lazy::from(column));
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
            is_cached: false,
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
    /// What all rows have, where it is the same and all exist, and how many there are.
    type Digest = Option<(F, u32)>;

    fn digest(&self) -> Self::Digest {
        self.uniform.map(|all| (all, self.fixed.len() as u32))
    }

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
                    let blob = Some(blob);
                    columns.insert(
                        KeyId(key),
                        Lazy {
                            blob,
                            ..Lazy::default()
                        },
                    );
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
            is_cached: true,
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
        if self.is_cached {
            return self.bytes.load(Ordering::Relaxed);
        }
        let columns = self.columns.values().filter_map(|lazy| lazy.column.get());
        self.fixed.len() * (size_of::<F>() + 1) + columns.map(Column::heap_size).sum::<usize>()
    }
}
