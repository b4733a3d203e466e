//! Pairs of rows whose keys are equal: the right side is kept in a hash table.

use arrow_array::UInt32Array;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::Input;
use super::cross::{beside, collect};
use crate::column::{Column, KeyCoder, NO_CODE, Sameness};
use crate::context::Reservation;
use crate::error::Result;
use crate::execute::evaluate::evaluate_column;
use crate::execute::{Batch, Operator, Runtime};
use crate::physical::Expression;

/// Joins on equal keys.
pub(in crate::execute) struct HashJoin<'p> {
    left: Input<'p>,
    right: Input<'p>,
    left_keys: &'p [Expression],
    right_keys: &'p [Expression],
    kept: Option<Kept>,
}

/// The right side.
struct Kept {
    batch: Batch,
    coder: KeyCoder,
    /// The codes of the keys, row by row.
    codes: Vec<u128>,
    /// The last row of each distinct key.
    table: HashTable<u32>,
    /// For each row the row before it with the same key.
    before: Vec<Option<u32>>,
    _held: Reservation,
}

impl<'p> HashJoin<'p> {
    pub(in crate::execute) fn new(
        left: Input<'p>,
        right: Input<'p>,
        left_keys: &'p [Expression],
        right_keys: &'p [Expression],
    ) -> Self {
        HashJoin {
            left,
            right,
            left_keys,
            right_keys,
            kept: None,
        }
    }

    fn keep(&mut self, runtime: &mut Runtime) -> Result<Kept> {
        let (batch, mut held) = collect(&mut self.right, runtime)?;
        held.grow(batch.rows() * 24)?;
        let keys = key_columns(self.right_keys, &batch, runtime)?;
        let mut coder = KeyCoder::new(Sameness::Equal);
        let codes = coder.encode(&keys, batch.rows(), true);
        held.grow(coder.bytes() + codes.len() * size_of::<u128>())?;
        let mut table = HashTable::new();
        let mut before = vec![None; batch.rows()];
        let key_of = |row: u32| key_at(&codes, row as usize, keys.len());
        for row in 0..batch.rows() as u32 {
            let key = key_of(row);
            if key.contains(&NO_CODE) {
                continue;
            }
            let entry = table.entry(
                coder.hash(key),
                |other| key_of(*other) == key,
                |other| coder.hash(key_of(*other)),
            );
            match entry {
                Entry::Occupied(mut entry) => {
                    before[row as usize] = Some(*entry.get());
                    *entry.get_mut() = row;
                }
                Entry::Vacant(entry) => {
                    entry.insert(row);
                }
            }
        }
        Ok(Kept {
            batch,
            coder,
            codes,
            table,
            before,
            _held: held,
        })
    }
}

/// The codes of one row.
fn key_at(codes: &[u128], row: usize, width: usize) -> &[u128] {
    &codes[row * width..][..width]
}

fn key_columns(keys: &[Expression], batch: &Batch, runtime: &mut Runtime) -> Result<Vec<Column>> {
    if batch.width() == 0 {
        return Ok(vec![Column::Null(0); keys.len()]);
    }
    keys.iter()
        .map(|key| evaluate_column(key, batch, runtime))
        .collect()
}

impl Operator for HashJoin<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        // The left side first: an update in it is seen by the right side.
        let Some(left) = self.left.next(runtime)? else {
            return Ok(None);
        };
        if self.kept.is_none() {
            self.kept = Some(self.keep(runtime)?);
        }
        // Without right rows there are no pairs, nor columns to give them.
        let Some(kept) = self.kept.as_mut().filter(|kept| kept.batch.rows() > 0) else {
            return Ok(None);
        };
        runtime.context.check()?;
        let left = left.listed()?;
        let keys: Vec<Column> = key_columns(self.left_keys, &left, runtime)?;
        let codes = kept.coder.encode(&keys, left.rows(), false);
        let (mut left_rows, mut right_rows) = (Vec::new(), Vec::new());
        for row in 0..left.rows() {
            let key = key_at(&codes, row, keys.len());
            if key.contains(&NO_CODE) {
                continue;
            }
            let same = |other: &u32| key_at(&kept.codes, *other as usize, keys.len()) == key;
            let mut found = kept.table.find(kept.coder.hash(key), same).copied();
            let start = right_rows.len();
            while let Some(other) = found {
                left_rows.push(row as u32);
                right_rows.push(other);
                found = kept.before[other as usize];
            }
            right_rows[start..].reverse();
        }
        let left = left.select(UInt32Array::from(left_rows))?;
        let right = kept.batch.select(UInt32Array::from(right_rows))?;
        beside(left, right).map(Some)
    }
}
