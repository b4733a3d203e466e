//! One property of many rows as a column: a slice where the rows stand side by side in a chunk, else
//! gathered by type, without a value of its own for each cell.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BooleanArray, Int64Array, StringViewArray, UInt16Array, UInt32Array,
    new_null_array,
};
use arrow_buffer::{BooleanBuffer, ScalarBuffer};
use arrow_select::interleave::interleave;

use super::chunk::{Chunk, Fixed};
use super::table::{CHUNK_SIZE, Table, place};
use crate::column::{Bounds, Column, ColumnBuilder, Dictionary};
use crate::error::{Error, Result};
use crate::value::KeyId;

/// More texts are not put together in one dictionary.
const MOST_TEXTS: usize = 1 << 14;

/// More columns of chunks are not kept than so many.
const MOST_KEPT: usize = 4096;

/// The columns of one property in the chunks that rows were read from: who reads rows all over a table
/// again and again fetches each once. They are of one state of the graph.
#[derive(Debug, Default)]
pub struct KeptColumns {
    chunks: Vec<Option<ScalarBuffer<i64>>>,
    count: usize,
    /// A column of no rows, of the kind that all have.
    kind: Option<Column>,
    /// Whether some column was none of integers without nulls.
    are_other: bool,
    /// The bounds of chunks that were asked for, where they are known.
    bounds: Vec<Option<Option<Bounds>>>,
}

impl KeptColumns {
    fn has(&self, number: usize) -> bool {
        self.chunks.get(number).is_some_and(Option::is_some)
    }

    fn set(&mut self, number: usize, values: ScalarBuffer<i64>) {
        if self.chunks.len() <= number {
            self.chunks.resize(number + 1, None);
        }
        self.count += 1;
        self.chunks[number] = Some(values);
    }

    /// Appends the values at positions up to the first that is not kept.
    fn pick(&self, positions: &[u32], values: &mut Vec<i64>) {
        for position in positions {
            let (number, offset) = place(*position);
            let chunk = self.chunks.get(number).and_then(Option::as_ref);
            let Some(value) = chunk.and_then(|chunk| chunk.get(offset)) else {
                return;
            };
            values.push(*value);
        }
    }

    /// Lets all go where there are too many.
    fn make_room(&mut self) {
        if self.count > MOST_KEPT {
            self.chunks.clear();
            self.count = 0;
        }
    }
}

impl<F: Fixed> Table<F> {
    /// The values of `key` at these positions; null where a position is null or has no value. `kept` is
    /// what was kept of earlier reads of `key` in the same table. `deleted` makes the error for a row that
    /// does not exist any more.
    pub(super) fn column(
        &self,
        positions: &UInt32Array,
        key: KeyId,
        kept: &mut KeptColumns,
        deleted: impl Fn() -> Error,
    ) -> Result<Column> {
        if let Some((chunk, offset)) = contiguous(positions)
            && let Some(chunk) = self.frozen_chunk(chunk)?
        {
            let rows = positions.len();
            let alive = chunk.alive.get(offset..offset + rows);
            let all_exist = |alive: &[bool]| chunk.dead == 0 || alive.iter().all(|one| *one);
            if alive.is_some_and(all_exist) {
                return Ok(match chunk.column(key)? {
                    Some(column) => column.slice(offset, rows),
                    None => Column::Null(rows),
                });
            }
        }
        match self.gathered_integers(positions, key, kept)? {
            Some(column) => Ok(column),
            None => self.gathered(positions, key, deleted),
        }
    }

    /// As [`Table::chunk_bounds`], kept for the next time.
    pub(super) fn kept_bounds<'k>(
        &self,
        number: usize,
        key: KeyId,
        kept: &'k mut KeptColumns,
    ) -> Result<Option<&'k Bounds>> {
        if kept.bounds.len() <= number {
            kept.bounds.resize(number + 1, None);
        }
        let known = &mut kept.bounds[number];
        if known.is_none() {
            *known = Some(self.chunk_bounds(number, key)?);
        }
        Ok(known.as_ref().and_then(Option::as_ref))
    }

    /// Values between which those of a property are in all rows of a chunk, where that is known.
    fn chunk_bounds(&self, number: usize, key: KeyId) -> Result<Option<Bounds>> {
        match self.frozen_chunk(number)? {
            Some(chunk) => Ok(chunk.bounds(key)?.cloned()),
            None => Ok(None),
        }
    }

    /// The cells of integer columns in one plain loop; `None` where that is not all there is to it.
    fn gathered_integers(
        &self,
        positions: &UInt32Array,
        key: KeyId,
        kept: &mut KeptColumns,
    ) -> Result<Option<Column>> {
        if self.has_patch() || positions.null_count() > 0 || kept.are_other {
            return Ok(None);
        }
        let positions = positions.values();
        kept.make_room();
        let mut values = Vec::with_capacity(positions.len());
        loop {
            kept.pick(&positions[values.len()..], &mut values);
            let Some(missing) = positions.get(values.len()) else {
                break;
            };
            let number = place(*missing).0;
            if kept.has(number) || !self.keep(number, key, kept)? {
                return Ok(None);
            }
        }
        let kind = kept.kind.as_ref();
        Ok(kind.map(|kind| kind.same_kind(&Int64Array::from(values))))
    }

    /// Keeps the column of a chunk, if it is one of integers without nulls and of the kind of the others.
    fn keep(&self, number: usize, key: KeyId, kept: &mut KeptColumns) -> Result<bool> {
        let chunk = self.chunk(number)?;
        if let Some(column) = chunk.column(key)?.filter(|_| chunk.dead == 0) {
            let kind = kept.kind.get_or_insert_with(|| column.slice(0, 0));
            let is_same = std::mem::discriminant(kind) == std::mem::discriminant(column);
            if let Some(array) = column.integers().filter(|_| is_same)
                && array.null_count() == 0
            {
                kept.set(number, array.values().clone());
                return Ok(true);
            }
        }
        kept.are_other = true;
        Ok(false)
    }

    /// Whether what each row has beside properties passes a test; null where a position is null.
    pub(super) fn test(
        &self,
        positions: &UInt32Array,
        test: impl Fn(&F) -> bool,
        deleted: impl Fn() -> Error,
    ) -> Result<BooleanArray> {
        let mut met: Vec<Option<Met<F>>> = Vec::new();
        let (first, chunks) = chunks_of(positions.values());
        met.resize_with(chunks, || None);
        let mut one = |position: u32| {
            let (number, offset) = place(position);
            if self.has_patch() && self.is_patched(number) {
                return match self.fixed(position)? {
                    Some((true, fixed)) => Ok(test(&fixed)),
                    _ => Err(deleted()),
                };
            }
            let chunk = match met.get_mut(number - first) {
                Some(Some(chunk)) => chunk,
                Some(empty) => empty.insert(Met::new(&*self.chunk(number)?, &test)),
                None => return Err(deleted()),
            };
            match chunk {
                Met::Same(answer, rows) if offset < *rows => Ok(*answer),
                Met::Mixed(chunk) if chunk.exists(offset) => Ok(test(&chunk.fixed[offset])),
                _ => Err(deleted()),
            }
        };
        let mut failure = None;
        let bits = BooleanBuffer::collect_bool(positions.len(), |row| {
            let answer = match positions.is_valid(row) {
                true => one(positions.value(row)),
                false => Ok(false),
            };
            answer.unwrap_or_else(|error| {
                failure.get_or_insert(error);
                false
            })
        });
        match failure {
            Some(error) => Err(error),
            None => Ok(BooleanArray::new(bits, positions.nulls().cloned())),
        }
    }

    fn gathered(
        &self,
        positions: &UInt32Array,
        key: KeyId,
        deleted: impl Fn() -> Error,
    ) -> Result<Column> {
        let (first, chunks) = chunks_of(positions.values());
        let mut sources = Sources::new(first, chunks);
        let mut patched = ColumnBuilder::new();
        let mut patched_rows = 0;
        let mut places: Vec<(usize, usize)> = Vec::with_capacity(positions.len());
        for position in positions.iter() {
            let Some(position) = position else {
                places.push((NOTHING, 0));
                continue;
            };
            if self.has_patch()
                && let Some(row) = self.patched(position)
            {
                if !row.alive {
                    return Err(deleted());
                }
                places.push((PATCHED, patched_rows));
                patched_rows += 1;
                patched.push(row.properties.get(&key).cloned().unwrap_or_default());
                continue;
            }
            let (number, offset) = place(position);
            let source = match sources.of_chunk.get(number - first) {
                Some(Some(source)) => *source,
                _ => sources.add(number, &*self.chunk(number)?, key)?,
            };
            if !source.exists(offset) && !self.chunk(number)?.exists(offset) {
                return Err(deleted());
            }
            places.push((source.number as usize, offset & source.mask));
        }
        let mut sources = sources.columns;
        sources[PATCHED] = patched.finish();
        pick(&sources, &places)
    }
}

/// Chunk and offset, if the positions ascend without gaps inside one chunk.
fn contiguous(positions: &UInt32Array) -> Option<(usize, usize)> {
    let values = positions.values();
    let (first, last) = (*values.first()?, *values.last()?);
    let (chunk, offset) = place(first);
    let together = positions.null_count() == 0
        && last as usize + 1 == first as usize + values.len()
        && offset + values.len() <= CHUNK_SIZE
        && values.is_sorted_by(|one, next| one < next);
    together.then_some((chunk, offset))
}

/// The first chunk of some positions, and how many there are from it to the last.
pub(super) fn chunks_of(positions: &[u32]) -> (usize, usize) {
    if positions.is_empty() {
        return (0, 0);
    }
    // Folds, unlike `min` and `max` of the standard library, become vector instructions.
    let least = positions.iter().copied().fold(u32::MAX, u32::min);
    let greatest = positions.iter().copied().fold(0, u32::max);
    let (first, last) = (place(least).0, place(greatest).0);
    (first, last - first + 1)
}

/// A chunk of which rows were tested.
enum Met<F> {
    /// All so many rows are the same.
    Same(bool, usize),
    Mixed(Arc<Chunk<F>>),
}

impl<F: Fixed> Met<F> {
    fn new(chunk: &Arc<Chunk<F>>, test: impl Fn(&F) -> bool) -> Self {
        match chunk.uniform {
            Some(all) => Met::Same(test(&all), chunk.fixed.len()),
            None => Met::Mixed(chunk.clone()),
        }
    }
}

/// The source that is a single null.
const NOTHING: usize = 0;
/// The source of patched rows.
const PATCHED: usize = 1;

/// The columns that cells are picked from: a single null, the patched rows, then those of chunks.
struct Sources {
    columns: Vec<Column>,
    /// The first chunk of [`Sources::of_chunk`].
    first: usize,
    of_chunk: Vec<Option<Source>>,
}

/// Where the cells of a chunk are picked from.
#[derive(Debug, Clone, Copy)]
struct Source {
    number: u32,
    /// Rows up to this one exist for certain.
    rows: u32,
    /// Zero where the chunk has no such column, so that every row is the single null.
    mask: usize,
}

impl Source {
    /// Whether a row exists for certain.
    fn exists(&self, offset: usize) -> bool {
        offset < self.rows as usize
    }
}

impl Sources {
    fn new(first: usize, chunks: usize) -> Self {
        Sources {
            columns: vec![Column::Null(1), Column::Null(0)],
            first,
            of_chunk: vec![None; chunks],
        }
    }

    fn add<F: Fixed>(&mut self, number: usize, chunk: &Chunk<F>, key: KeyId) -> Result<Source> {
        let rows = match chunk.dead {
            0 => chunk.fixed.len() as u32,
            _ => 0,
        };
        let column = chunk.column(key)?;
        let source = Source {
            number: match column {
                Some(_) => self.columns.len() as u32,
                None => NOTHING as u32,
            },
            rows,
            mask: if column.is_some() { usize::MAX } else { 0 },
        };
        self.columns.extend(column.cloned());
        if let Some(known) = self.of_chunk.get_mut(number - self.first) {
            *known = Some(source);
        }
        Ok(source)
    }
}

/// A column with other values at some offsets, ascending.
pub(super) fn replaced(old: Column, offsets: &[usize], values: &Column) -> Result<Column> {
    let mut places: Vec<(usize, usize)> = (0..old.len()).map(|row| (PATCHED, row)).collect();
    for (row, offset) in offsets.iter().enumerate() {
        places[*offset] = (PATCHED + 1, row);
    }
    pick(&[Column::Null(1), old, values.clone()], &places)
}

/// The cells named by source and row, as one column.
fn pick(sources: &[Column], places: &[(usize, usize)]) -> Result<Column> {
    let is_empty = |source: &Column| matches!(source, Column::Null(_));
    let Some(kind) = sources.iter().find(|source| !is_empty(source)) else {
        return Ok(Column::Null(places.len()));
    };
    let uniform = sources
        .iter()
        .all(|source| is_empty(source) || source.is_like(kind));
    if let Some(texts) = picked_texts(sources, places)? {
        return Ok(texts);
    }
    // A text stands in its dictionary, wherever it is named.
    let moved: Option<Vec<(usize, usize)>> = sources
        .iter()
        .any(|source| matches!(source, Column::Dictionary(_)))
        .then(|| {
            let moved = places.iter().map(|(source, row)| match &sources[*source] {
                Column::Dictionary(dictionary) if dictionary.codes().is_null(*row) => (NOTHING, 0),
                Column::Dictionary(dictionary) => {
                    (*source, usize::from(dictionary.codes().value(*row)))
                }
                _ => (*source, *row),
            });
            moved.collect()
        });
    let array_of = |source: &Column| -> Option<ArrayRef> {
        match source {
            Column::Dictionary(dictionary) => Some(Arc::new(dictionary.texts().clone())),
            other => other.array(),
        }
    };
    let Some(example) = array_of(kind).filter(|_| uniform) else {
        let cell = |(source, row): &(usize, usize)| match &sources[*source] {
            Column::Value(values) => values[*row].clone(),
            other => other.value(*row),
        };
        return Ok(Column::from_values(places.iter().map(cell)));
    };
    let places = moved.as_deref().unwrap_or(places);
    let arrays: Vec<ArrayRef> = sources
        .iter()
        .map(|source| {
            array_of(source).unwrap_or_else(|| new_null_array(example.data_type(), source.len()))
        })
        .collect();
    let arrays: Vec<&dyn Array> = arrays.iter().map(Arc::as_ref).collect();
    let picked = interleave(&arrays, places).map_err(|error| Error::internal(error.to_string()))?;
    Ok(kind.same_kind(&picked))
}

/// So many cells are picked for each text of the dictionaries, at least, where these are made one.
const CELLS_PER_TEXT: usize = 4;

/// The cells named by source and row as texts of one dictionary; `None` where the sources are no dictionaries of
/// few texts.
fn picked_texts(sources: &[Column], places: &[(usize, usize)]) -> Result<Option<Column>> {
    let mut most = places.len() / CELLS_PER_TEXT;
    let mut of_text: HashMap<&str, u16> = HashMap::new();
    let mut texts = Vec::new();
    // The codes of each source, and what they are in the one dictionary.
    let mut moved = Vec::with_capacity(sources.len());
    for source in sources {
        let dictionary = match source {
            Column::Dictionary(dictionary) => dictionary,
            Column::Null(_) => {
                moved.push(None);
                continue;
            }
            _ => return Ok(None),
        };
        let own = dictionary.texts();
        let Some(rest) = most
            .checked_sub(own.len())
            .filter(|_| of_text.len() < MOST_TEXTS)
        else {
            return Ok(None);
        };
        most = rest;
        let code = |text| {
            *of_text.entry(text).or_insert_with(|| {
                texts.push(text);
                (texts.len() - 1) as u16
            })
        };
        let codes: Vec<u16> = own.iter().flatten().map(code).collect();
        moved.push(Some((dictionary.codes(), codes)));
    }
    let code = |(source, row): &(usize, usize)| {
        let (codes, moved) = moved[*source].as_ref()?;
        let is_there = codes.is_valid(*row);
        is_there.then(|| moved[usize::from(codes.value(*row))])
    };
    let codes: UInt16Array = places.iter().map(code).collect();
    let texts = StringViewArray::from_iter_values(texts);
    Dictionary::new(codes, texts).map(|texts| Some(Column::Dictionary(texts)))
}
