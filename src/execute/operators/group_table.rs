//! The hash table behind grouping and `DISTINCT`: numbers distinct keys in the order in which they
//! come.

use arrow_array::UInt32Array;
use hashbrown::{DefaultHashBuilder, HashTable};

use crate::column::{Column, equal_rows, hash_rows};
use crate::context::{Context, Reservation};
use crate::error::Result;

/// Distinct keys of several columns.
pub(super) struct GroupTable {
    hasher: DefaultHashBuilder,
    table: HashTable<u32>,
    hashes: Vec<u64>,
    /// Where the key of each group stands: part and row.
    places: Vec<(u32, u32)>,
    /// Keys of the groups that came with each batch.
    parts: Vec<Vec<Column>>,
    held: Reservation,
}

/// A key with its number: found, or new in this batch.
enum Place {
    Stored(u32, u32),
    New(u32),
}

impl GroupTable {
    pub(super) fn new(context: &Context) -> Self {
        GroupTable {
            hasher: DefaultHashBuilder::default(),
            table: HashTable::new(),
            hashes: Vec::new(),
            places: Vec::new(),
            parts: Vec::new(),
            held: context.reservation(),
        }
    }

    /// The number of groups.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// The group of each row, and the rows that started a new one.
    pub(super) fn insert(&mut self, keys: &[Column], rows: usize) -> Result<(Vec<u32>, Vec<u32>)> {
        let references: Vec<&Column> = keys.iter().collect();
        let hashes = hash_rows(&references, rows, &self.hasher);
        let mut groups = Vec::with_capacity(rows);
        let mut new_rows: Vec<u32> = Vec::new();
        let known = self.places.len();
        for (row, hash) in hashes.iter().enumerate() {
            let same = |group: &u32| {
                let place = match self.places.get(*group as usize) {
                    Some((part, row)) => Place::Stored(*part, *row),
                    None => Place::New(new_rows[*group as usize - known]),
                };
                match place {
                    Place::Stored(part, stored) => {
                        let stored_keys: Vec<&Column> = self.parts[part as usize].iter().collect();
                        equal_rows(&references, row, &stored_keys, stored as usize)
                    }
                    Place::New(other) => equal_rows(&references, row, &references, other as usize),
                }
            };
            let found = self.table.find(*hash, same).copied();
            let group = match found {
                Some(group) => group,
                None => {
                    let group = (known + new_rows.len()) as u32;
                    new_rows.push(row as u32);
                    self.hashes.push(*hash);
                    let hashes = &self.hashes;
                    self.table
                        .insert_unique(*hash, group, |group| hashes[*group as usize]);
                    group
                }
            };
            groups.push(group);
        }
        self.keep(keys, &new_rows)?;
        Ok((groups, new_rows))
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
        let bytes: usize = kept.iter().map(Column::heap_size).sum();
        self.held.grow(bytes + new_rows.len() * 32)?;
        let part = self.parts.len() as u32;
        self.places
            .extend((0..new_rows.len() as u32).map(|row| (part, row)));
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
