//! One property of many rows as a column: a slice where the rows stand side by side in a chunk, else
//! gathered by type, without a value of its own for each cell.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, UInt32Type};
use arrow_array::{Array, ArrayRef, UInt32Array, new_null_array};
use arrow_select::interleave::interleave;

use super::chunk::Fixed;
use super::table::{CHUNK_SIZE, Table, place};
use crate::column::{Column, ColumnBuilder};
use crate::error::{Error, Result};
use crate::value::{KeyId, Value};

impl<F: Fixed> Table<F> {
    /// The values of `key` at these positions; null where a position is null or has no value.
    /// `deleted` makes the error for a row that does not exist any more.
    pub(super) fn column(
        &self,
        positions: &UInt32Array,
        key: KeyId,
        deleted: impl Fn() -> Error,
    ) -> Result<Column> {
        if let Some((chunk, offset)) = self.contiguous(positions) {
            let chunk = self.chunk(chunk)?;
            let rows = positions.len();
            let alive = chunk.alive.get(offset..offset + rows);
            if alive.is_some_and(|alive| alive.iter().all(|alive| *alive)) {
                return Ok(match chunk.column(key)? {
                    Some(column) => column.slice(offset, rows),
                    None => Column::Null(rows),
                });
            }
        }
        self.gathered(positions, key, deleted)
    }

    /// Chunk and offset, if the positions ascend without gaps inside one chunk without patch.
    fn contiguous(&self, positions: &UInt32Array) -> Option<(usize, usize)> {
        let values = positions.values();
        let (first, last) = (*values.first()?, *values.last()?);
        let (chunk, offset) = place(first);
        let together = positions.null_count() == 0
            && last as usize + 1 == first as usize + values.len()
            && offset + values.len() <= CHUNK_SIZE
            && !self.is_patched(chunk)
            && values.is_sorted();
        together.then_some((chunk, offset))
    }

    fn gathered(
        &self,
        positions: &UInt32Array,
        key: KeyId,
        deleted: impl Fn() -> Error,
    ) -> Result<Column> {
        // Source 0 is a single null; each chunk that is met and the patched rows are further ones.
        let mut sources: Vec<Column> = vec![Column::Null(1)];
        let mut source_of_chunk: Vec<(usize, usize)> = Vec::new();
        let mut patched: Vec<Value> = Vec::new();
        let mut places: Vec<(usize, usize)> = Vec::with_capacity(positions.len());
        const PATCHED: usize = usize::MAX;
        for position in positions.iter() {
            let Some(position) = position else {
                places.push((0, 0));
                continue;
            };
            if self.has_patch()
                && let Some(row) = self.patched(position)
            {
                if !row.alive {
                    return Err(deleted());
                }
                places.push((PATCHED, patched.len()));
                patched.push(row.properties.get(&key).cloned().unwrap_or_default());
                continue;
            }
            let (number, offset) = place(position);
            let chunk = self.chunk(number)?;
            if chunk.dead > 0 && !chunk.exists(offset) {
                return Err(deleted());
            }
            let known = source_of_chunk
                .iter()
                .rev()
                .find(|(chunk, _)| *chunk == number);
            let source = match (known, chunk.column(key)?) {
                (Some((_, source)), _) => *source,
                (None, None) => {
                    source_of_chunk.push((number, 0));
                    0
                }
                (None, Some(column)) => {
                    source_of_chunk.push((number, sources.len()));
                    sources.push(column.clone());
                    sources.len() - 1
                }
            };
            places.push((source, if source == 0 { 0 } else { offset }));
        }
        if !patched.is_empty() {
            let mut builder = ColumnBuilder::new();
            patched.into_iter().for_each(|value| builder.push(value));
            let last = sources.len();
            sources.push(builder.finish());
            for place in &mut places {
                if place.0 == PATCHED {
                    place.0 = last;
                }
            }
        }
        pick(&sources, &places)
    }
}

/// The cells named by source and row, as one column.
fn pick(sources: &[Column], places: &[(usize, usize)]) -> Result<Column> {
    let Some(kind) = sources
        .iter()
        .find(|source| !matches!(source, Column::Null(_)))
    else {
        return Ok(Column::Null(places.len()));
    };
    let uniform = sources.iter().all(|source| {
        matches!(source, Column::Null(_))
            || std::mem::discriminant(source) == std::mem::discriminant(kind)
    });
    let Some(example) = kind.array().filter(|_| uniform) else {
        let cell = |(source, row): &(usize, usize)| match &sources[*source] {
            Column::Value(values) => values[*row].clone(),
            other => other.value(*row),
        };
        return Ok(Column::from_values(places.iter().map(cell)));
    };
    let arrays: Vec<ArrayRef> = sources
        .iter()
        .map(|source| {
            source
                .array()
                .unwrap_or_else(|| new_null_array(example.data_type(), source.len()))
        })
        .collect();
    let arrays: Vec<&dyn Array> = arrays.iter().map(Arc::as_ref).collect();
    let picked = interleave(&arrays, places).map_err(|error| Error::internal(error.to_string()))?;
    Ok(match kind {
        Column::Boolean(_) => Column::Boolean(picked.as_boolean().clone()),
        Column::Integer(_) => Column::Integer(picked.as_primitive::<Int64Type>().clone()),
        Column::Float(_) => Column::Float(picked.as_primitive::<Float64Type>().clone()),
        Column::String(_) => Column::String(picked.as_string_view().clone()),
        Column::Date(_) => Column::Date(picked.as_primitive::<Int64Type>().clone()),
        Column::Node(_) => Column::Node(picked.as_primitive::<UInt32Type>().clone()),
        Column::Relationship(_) => {
            Column::Relationship(picked.as_primitive::<UInt32Type>().clone())
        }
        Column::Null(_) | Column::Value(_) => Column::Null(places.len()),
    })
}
