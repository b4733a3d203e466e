//! The hash table behind grouping and `DISTINCT`: numbers distinct keys in the order in which they
//! come.

use arrow_array::{Array, UInt32Array};
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::group_numbers::{GroupNumbers, NO_GROUP};
use crate::column::{Column, Dictionary, KeyCoder, NO_CODE, Sameness};
use crate::context::{Context, Reservation};
use crate::error::Result;

/// Distinct keys of several columns.
pub(super) struct GroupTable {
    coder: KeyCoder,
    /// Instead of codes where all keys are single numbers of one type, which is that of the column.
    numbers: Option<(Column, GroupNumbers)>,
    groups: HashTable<u32>,
    /// The codes of the keys of all groups.
    codes: Vec<u128>,
    /// How many groups there are.
    count: usize,
    /// Keys of the groups that came with each batch.
    parts: Vec<Vec<Column>>,
    held: Reservation,
    /// Bytes of the coder and of the numbers that are in `held`.
    held_by_index: usize,
}

/// Bytes that a group takes besides its key.
const BYTES_OF_GROUP: usize = 16;

impl GroupTable {
    pub(super) fn new(context: &Context) -> Self {
        GroupTable {
            coder: KeyCoder::new(Sameness::Equivalent),
            numbers: None,
            groups: HashTable::new(),
            codes: Vec::new(),
            count: 0,
            parts: Vec::new(),
            held: context.reservation(),
            held_by_index: 0,
        }
    }

    /// The number of groups.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// The group of each row, and the rows that started a new one.
    pub(super) fn insert(&mut self, keys: &[Column], rows: usize) -> Result<(Vec<u32>, Vec<u32>)> {
        let (groups, new_rows) = match (self.insert_numbers(keys), keys) {
            (Some(inserted), _) => inserted,
            (None, [Column::Dictionary(texts)]) if texts.is_worth_it() => self.insert_texts(texts),
            (None, _) => {
                let codes = self.coder.encode(keys, rows, true);
                self.number(&codes, keys.len())
            }
        };
        self.keep(keys, &new_rows)?;
        Ok((groups, new_rows))
    }

    /// [`GroupTable::insert`] of a single number, as long as all keys were numbers of one type.
    fn insert_numbers(&mut self, keys: &[Column]) -> Option<(Vec<u32>, Vec<u32>)> {
        if self.count == 0 && self.numbers.is_none() {
            self.numbers = match keys {
                [Column::Integer(_) | Column::Date(_) | Column::LocalDateTime(_)]
                | [Column::Node(_) | Column::Relationship(_)] => {
                    Some((keys[0].slice(0, 0), GroupNumbers::new()))
                }
                _ => None,
            };
        }
        let (kind, numbers) = self.numbers.as_mut()?;
        let inserted = match (keys, &kind) {
            ([Column::Integer(keys)], Column::Integer(_))
            | ([Column::Date(keys)], Column::Date(_))
            | ([Column::LocalDateTime(keys)], Column::LocalDateTime(_)) => numbers.insert(keys),
            ([Column::Node(keys)], Column::Node(_))
            | ([Column::Relationship(keys)], Column::Relationship(_)) => numbers.insert(keys),
            _ => {
                self.encode_numbers();
                return None;
            }
        };
        self.count = numbers.len();
        Some(inserted)
    }

    /// Goes on with codes where other keys than numbers of one type come.
    fn encode_numbers(&mut self) {
        self.numbers = None;
        self.count = 0;
        for part in std::mem::take(&mut self.parts) {
            let codes = self.coder.encode(&part, part[0].len(), true);
            self.number(&codes, 1);
            self.parts.push(part);
        }
    }

    /// [`GroupTable::insert`] of texts, each of which is looked up once.
    fn insert_texts(&mut self, dictionary: &Dictionary) -> (Vec<u32>, Vec<u32>) {
        let texts = [Column::String(dictionary.texts().clone())];
        let codes = self.coder.encode(&texts, texts[0].len(), true);
        let mut of_text: Vec<u32> = codes
            .iter()
            .map(|code| self.find(&[*code]).unwrap_or(NO_GROUP))
            .collect();
        let rows = dictionary.codes();
        if rows.null_count() == 0 {
            // Most often all texts are known.
            let groups = rows.values().iter().map(|code| of_text[usize::from(*code)]);
            let groups: Vec<u32> = groups.collect();
            if !groups.contains(&NO_GROUP) {
                return (groups, Vec::new());
            }
        }
        let mut new_rows = Vec::new();
        let group = |row: usize| {
            if rows.is_null(row) {
                return self.number_one(&[NO_CODE], row, &mut new_rows);
            }
            let code = usize::from(rows.value(row));
            if of_text[code] == NO_GROUP {
                of_text[code] = self.number_one(&[codes[code]], row, &mut new_rows);
            }
            of_text[code]
        };
        ((0..rows.len()).map(group).collect(), new_rows)
    }

    /// The group of each key, and the rows that started a new one.
    fn number(&mut self, keys: &[u128], width: usize) -> (Vec<u32>, Vec<u32>) {
        // A width that the compiler knows is compared without a loop.
        match width {
            1 => self.number_by(keys, 1),
            2 => self.number_by(keys, 2),
            _ => self.number_by(keys, width),
        }
    }

    #[inline(always)]
    fn number_by(&mut self, keys: &[u128], width: usize) -> (Vec<u32>, Vec<u32>) {
        let rows = keys.len() / width;
        let (mut groups, mut new_rows) = (Vec::with_capacity(rows), Vec::new());
        let mut last: Option<(&[u128], u32)> = None;
        for (row, key) in keys.chunks_exact(width).enumerate() {
            let group = match last {
                Some((before, group)) if before == key => group,
                _ => self.number_one(key, row, &mut new_rows),
            };
            last = Some((key, group));
            groups.push(group);
        }
        (groups, new_rows)
    }

    #[inline(always)]
    fn number_one(&mut self, key: &[u128], row: usize, new_rows: &mut Vec<u32>) -> u32 {
        let (stored, width) = (&self.codes, key.len());
        let known = |group: u32| &stored[group as usize * width..][..width];
        let entry = self.groups.entry(
            self.coder.hash(key),
            |group| known(*group) == key,
            |group| self.coder.hash(known(*group)),
        );
        match entry {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                let group = self.count as u32;
                entry.insert(group);
                self.count += 1;
                self.codes.extend_from_slice(key);
                new_rows.push(row as u32);
                group
            }
        }
    }

    /// The group of a key, if it has one.
    fn find(&self, key: &[u128]) -> Option<u32> {
        let width = key.len();
        let known = |group: &u32| &self.codes[*group as usize * width..][..width] == key;
        self.groups.find(self.coder.hash(key), known).copied()
    }

    /// Keeps the keys of new groups.
    fn keep(&mut self, keys: &[Column], new_rows: &[u32]) -> Result<()> {
        if new_rows.is_empty() {
            return Ok(());
        }
        let selection = UInt32Array::from(new_rows.to_vec());
        let kept: Vec<Column> = keys
            .iter()
            .map(|key| key.take(&selection))
            .collect::<Result<_>>()?;
        let columns: usize = kept.iter().map(Column::heap_size).sum();
        let codes = new_rows.len() * (BYTES_OF_GROUP + keys.len() * size_of::<u128>());
        let numbers = self
            .numbers
            .as_ref()
            .map_or(0, |(_, numbers)| numbers.bytes());
        let index = self.coder.bytes() + numbers;
        self.held
            .grow(columns + codes + index.saturating_sub(self.held_by_index))?;
        self.held_by_index = self.held_by_index.max(index);
        self.parts.push(kept);
        Ok(())
    }

    /// The key columns of all groups in the order of their numbers.
    pub(super) fn keys(&self, width: usize) -> Result<Vec<Column>> {
        (0..width)
            .map(|slot| {
                let parts: Vec<Column> = self.parts.iter().map(|part| part[slot].clone()).collect();
                Column::concat(&parts)
            })
            .collect()
    }
}
