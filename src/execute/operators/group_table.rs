//! The hash table behind grouping and `DISTINCT`: numbers distinct keys in the order in which they
//! come.

use arrow_array::UInt32Array;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::column::{Column, KeyCoder, Sameness};
use crate::context::{Context, Reservation};
use crate::error::Result;

/// Distinct keys of several columns.
pub(super) struct GroupTable {
    coder: KeyCoder,
    groups: HashTable<u32>,
    /// The codes of the keys of all groups.
    codes: Vec<u128>,
    /// How many groups there are.
    count: usize,
    /// Keys of the groups that came with each batch.
    parts: Vec<Vec<Column>>,
    held: Reservation,
    /// Bytes of the coder that are in `held`.
    held_by_coder: usize,
}

/// Bytes that a group takes besides its key.
const BYTES_OF_GROUP: usize = 16;

impl GroupTable {
    pub(super) fn new(context: &Context) -> Self {
        GroupTable {
            coder: KeyCoder::new(Sameness::Equivalent),
            groups: HashTable::new(),
            codes: Vec::new(),
            count: 0,
            parts: Vec::new(),
            held: context.reservation(),
            held_by_coder: 0,
        }
    }

    /// The number of groups.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// The group of each row, and the rows that started a new one.
    pub(super) fn insert(&mut self, keys: &[Column], rows: usize) -> Result<(Vec<u32>, Vec<u32>)> {
        let codes = self.coder.encode(keys, rows, true);
        // A width that the compiler knows is compared without a loop.
        let (groups, new_rows) = match keys.len() {
            1 => self.number(&codes, 1),
            2 => self.number(&codes, 2),
            width => self.number(&codes, width),
        };
        self.keep(keys, &new_rows)?;
        Ok((groups, new_rows))
    }

    /// The group of each key, and the rows that started a new one.
    #[inline(always)]
    fn number(&mut self, keys: &[u128], width: usize) -> (Vec<u32>, Vec<u32>) {
        let rows = keys.len() / width;
        let (mut groups, mut new_rows) = (Vec::with_capacity(rows), Vec::new());
        let mut last: Option<(&[u128], u32)> = None;
        for (row, key) in keys.chunks_exact(width).enumerate() {
            let group = match last {
                Some((before, group)) if before == key => group,
                _ => {
                    let stored = &self.codes;
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
            };
            last = Some((key, group));
            groups.push(group);
        }
        (groups, new_rows)
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
        let coder = self.coder.bytes() - self.held_by_coder;
        self.held.grow(columns + codes + coder)?;
        self.held_by_coder += coder;
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
