//! Pairs of rows whose keys are equal: the right side is kept in a hash table.

use arrow_array::UInt32Array;
use hashbrown::DefaultHashBuilder;
use hashbrown::HashTable;

use super::Input;
use super::cross::{beside, collect};
use crate::column::{Column, equal_rows, hash_rows};
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
    keys: Vec<Column>,
    /// The last row of each distinct key.
    table: HashTable<u32>,
    /// For each row the row before it with the same key.
    before: Vec<Option<u32>>,
    hasher: DefaultHashBuilder,
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
        let hasher = DefaultHashBuilder::default();
        let references: Vec<&Column> = keys.iter().collect();
        let hashes = hash_rows(&references, batch.rows(), &hasher);
        let mut table = HashTable::new();
        let mut before = vec![None; batch.rows()];
        for row in 0..batch.rows() {
            if never_equal(&keys, row) {
                continue;
            }
            let same = |other: &u32| equal_rows(&references, row, &references, *other as usize);
            let entry = table.entry(hashes[row], same, |other| hashes[*other as usize]);
            match entry {
                hashbrown::hash_table::Entry::Occupied(mut entry) => {
                    before[row] = Some(*entry.get());
                    *entry.get_mut() = row as u32;
                }
                hashbrown::hash_table::Entry::Vacant(entry) => {
                    entry.insert(row as u32);
                }
            }
        }
        Ok(Kept {
            batch,
            keys,
            table,
            before,
            hasher,
            _held: held,
        })
    }
}

fn key_columns(keys: &[Expression], batch: &Batch, runtime: &mut Runtime) -> Result<Vec<Column>> {
    if batch.width() == 0 {
        return Ok(vec![Column::Null(0); keys.len()]);
    }
    keys.iter()
        .map(|key| evaluate_column(key, batch, runtime))
        .collect()
}

/// Nulls and NaN equal nothing by `=`.
fn never_equal(keys: &[Column], row: usize) -> bool {
    keys.iter().any(|key| {
        key.is_null(row) || matches!(key, Column::Float(array) if array.value(row).is_nan())
    })
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
        let Some(kept) = self.kept.as_ref().filter(|kept| kept.batch.rows() > 0) else {
            return Ok(None);
        };
        runtime.context.check()?;
        let left = left.listed()?;
        let keys: Vec<Column> = key_columns(self.left_keys, &left, runtime)?;
        let references: Vec<&Column> = keys.iter().collect();
        let kept_references: Vec<&Column> = kept.keys.iter().collect();
        let hashes = hash_rows(&references, left.rows(), &kept.hasher);
        let (mut left_rows, mut right_rows) = (Vec::new(), Vec::new());
        for (row, hash) in hashes.iter().enumerate() {
            if never_equal(&keys, row) {
                continue;
            }
            let same =
                |other: &u32| equal_rows(&references, row, &kept_references, *other as usize);
            let mut found = kept.table.find(*hash, same).copied();
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
