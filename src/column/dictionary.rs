//! Texts of which few differ: each once, and which one each row has.

use std::hash::BuildHasher;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{UInt16Type, UInt32Type};
use arrow_array::{Array, StringViewArray, UInt16Array, UInt32Array};
use arrow_buffer::NullBuffer;
use arrow_select::take::take;
use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};

use super::Column;
use super::select::arrow_error;
use crate::error::{Error, Result};

/// Among so few texts each may be looked for.
const FEW_PICKED: usize = 64;

/// Texts are few where each stands in so many rows on average.
const ROWS_PER_TEXT: usize = 4;

/// Texts by code. Cloning shares the data.
#[derive(Debug, Clone)]
pub struct Dictionary {
    /// Which text each row has; null where it has none.
    codes: UInt16Array,
    /// The texts; none is null.
    texts: Arc<StringViewArray>,
}

impl Dictionary {
    /// The texts that `codes` name.
    ///
    /// # Errors
    /// `DamagedData` where there is no such text.
    pub fn new(codes: UInt16Array, texts: StringViewArray) -> Result<Dictionary> {
        let known = |code: Option<u16>| code.is_none_or(|code| usize::from(code) < texts.len());
        if texts.null_count() > 0 || !codes.iter().all(known) {
            return Err(Error::damaged("a text is not in its dictionary"));
        }
        let texts = Arc::new(texts);
        Ok(Dictionary { codes, texts })
    }

    /// Of a text or null for each row, by its place in `texts`; `None` where a text stands there twice, or there
    /// are too many.
    pub fn picked(texts: &StringViewArray, places: &UInt32Array) -> Result<Option<Dictionary>> {
        let mut distinct: Vec<&str> = Vec::new();
        let mut codes: Vec<Option<u16>> = Vec::with_capacity(texts.len());
        for text in texts {
            let Some(text) = text else {
                codes.push(None);
                continue;
            };
            if distinct.len() == FEW_PICKED || distinct.contains(&text) {
                return Ok(None);
            }
            codes.push(Some(distinct.len() as u16));
            distinct.push(text);
        }
        let distinct = StringViewArray::from_iter_values(distinct);
        let codes = take(&UInt16Array::from(codes), places, None).map_err(arrow_error)?;
        let codes = codes.as_primitive::<UInt16Type>().clone();
        Dictionary::new(codes, distinct).map(Some)
    }

    /// The dictionary of these texts, where few of them differ.
    pub fn of(texts: &StringViewArray) -> Option<Dictionary> {
        let most = (texts.len() / ROWS_PER_TEXT).min(usize::from(u16::MAX));
        let hasher = DefaultHashBuilder::default();
        let hash = |row: u32| hasher.hash_one(texts.value(row as usize));
        // Where each different text stands first.
        let mut places: Vec<u32> = Vec::new();
        let mut known: HashTable<u16> = HashTable::new();
        let mut code = |row: u32| {
            let text = texts.value(row as usize);
            let entry = known.entry(
                hash(row),
                |code| texts.value(places[usize::from(*code)] as usize) == text,
                |code| hash(places[usize::from(*code)]),
            );
            match entry {
                Entry::Occupied(entry) => Some(*entry.get()),
                Entry::Vacant(_) if places.len() == most => None,
                Entry::Vacant(entry) => {
                    let code = places.len() as u16;
                    entry.insert(code);
                    places.push(row);
                    Some(code)
                }
            }
        };
        let mut codes = Vec::with_capacity(texts.len());
        for row in 0..texts.len() as u32 {
            codes.push(match texts.is_valid(row as usize) {
                true => code(row)?,
                false => 0,
            });
        }
        let texts_once = take(texts, &UInt32Array::from(places), None).ok()?;
        Some(Dictionary {
            codes: UInt16Array::new(codes.into(), texts.nulls().cloned()),
            texts: Arc::new(texts_once.as_string_view().clone()),
        })
    }

    /// Which text each row has; null where it has none.
    pub fn codes(&self) -> &UInt16Array {
        &self.codes
    }

    /// Each text once.
    pub fn texts(&self) -> &StringViewArray {
        &self.texts
    }

    /// The text of a row that has one.
    pub fn value(&self, row: usize) -> &str {
        self.texts.value(usize::from(self.codes.value(row)))
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// Whether there are fewer texts than rows, so that something is better computed by text.
    pub fn is_worth_it(&self) -> bool {
        self.texts.len() < self.len()
    }

    /// The rows named by `rows`.
    pub(super) fn take(&self, rows: &UInt32Array) -> Result<Dictionary> {
        let codes = take(&self.codes, rows, None).map_err(arrow_error)?;
        Ok(self.with_codes(codes.as_primitive::<UInt16Type>().clone()))
    }

    /// Rows `offset..offset + length`.
    pub(super) fn slice(&self, offset: usize, length: usize) -> Dictionary {
        self.with_codes(self.codes.slice(offset, length))
    }

    /// Rows of the same texts.
    fn with_codes(&self, codes: UInt16Array) -> Dictionary {
        Dictionary {
            codes,
            texts: self.texts.clone(),
        }
    }

    /// The text of each row.
    pub fn unpacked(&self) -> StringViewArray {
        match take(self.texts.as_ref(), &self.codes, None) {
            Ok(texts) => texts.as_string_view().clone(),
            // Each code has a text.
            Err(_) => StringViewArray::new_null(self.len()),
        }
    }

    /// What was computed of each text, for each row.
    pub fn spread(&self, computed: &Column) -> Result<Column> {
        let codes = self.codes.unary::<_, UInt32Type>(u32::from);
        computed.take(&codes)
    }

    /// Whether there are fewer pairs of texts of this and another dictionary than rows.
    pub fn has_few_pairs(&self, other: &Dictionary) -> bool {
        self.texts.len() * other.texts.len() < self.len()
    }

    /// Each text beside each of another dictionary of as many rows, and the pair that each row has; null where
    /// it lacks one.
    pub fn pairs(&self, other: &Dictionary) -> Result<([StringViewArray; 2], UInt32Array)> {
        let width = other.texts.len() as u32;
        let pair = |left: u16, right: u16| u32::from(left) * width + u32::from(right);
        let codes = self.codes.values().iter().zip(other.codes.values());
        let rows: Vec<u32> = codes.map(|(left, right)| pair(*left, *right)).collect();
        let nulls = NullBuffer::union(self.codes.nulls(), other.codes.nulls());
        let rows = UInt32Array::new(rows.into(), nulls);
        let all = 0..self.texts.len() as u32 * width;
        let texts = [
            (
                &self.texts,
                UInt32Array::from_iter_values(all.clone().map(|pair| pair / width)),
            ),
            (
                &other.texts,
                UInt32Array::from_iter_values(all.map(|pair| pair % width)),
            ),
        ];
        let [left, right] = texts.map(|(texts, places)| {
            let taken = take(texts.as_ref(), &places, None).map_err(arrow_error)?;
            Ok(taken.as_string_view().clone())
        });
        Ok(([left?, right?], rows))
    }

    /// The bytes that it holds.
    pub(super) fn heap_size(&self) -> usize {
        self.codes.get_array_memory_size() + self.texts.get_array_memory_size()
    }
}
