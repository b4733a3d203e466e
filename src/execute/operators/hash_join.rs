//! Pairs of rows whose keys are equal: the right side is kept in a hash table.

use arrow_array::UInt32Array;

use super::Input;
use super::cross::collect;
use super::group_numbers::NO_GROUP;
use super::group_table::GroupTable;
use crate::column::{Column, Sameness};
use crate::context::Reservation;
use crate::error::Result;
use crate::execute::evaluate::evaluate_column;
use crate::execute::{BATCH_SIZE, Batch, Operator, Runtime};
use crate::physical::Expression;

/// Joins on equal keys.
pub(in crate::execute) struct HashJoin<'p> {
    left: Input<'p>,
    right: Input<'p>,
    left_keys: &'p [Expression],
    right_keys: &'p [Expression],
    /// Whether right rows are only counted.
    counted: bool,
    kept: Option<Kept>,
    current: Option<Current>,
}

/// The right side.
struct Kept {
    batch: Batch,
    /// Its keys.
    table: GroupTable,
    /// Where the rows of each key begin in `rows`, and at the end where the last ones end.
    starts: Vec<u32>,
    /// Its rows by key.
    rows: Vec<u32>,
    _held: Reservation,
}

/// A batch of the left side that is being joined.
struct Current {
    batch: Batch,
    /// The key of each row on the right side.
    keys: Vec<u32>,
    /// The next row.
    row: usize,
    /// How many rows of the right side it was joined with.
    joined: usize,
}

impl<'p> HashJoin<'p> {
    pub(in crate::execute) fn new(
        [left, right]: [Input<'p>; 2],
        [left_keys, right_keys]: [&'p [Expression]; 2],
        counted: bool,
    ) -> Self {
        HashJoin {
            left,
            right,
            left_keys,
            right_keys,
            counted,
            kept: None,
            current: None,
        }
    }

    fn keep(&mut self, runtime: &mut Runtime) -> Result<Kept> {
        let (batch, mut held) = collect(&mut self.right, runtime)?;
        let keys = key_columns(self.right_keys, &batch, runtime)?;
        let mut table = GroupTable::new(runtime.context, Sameness::Equal);
        // The key of each row, then the rows by key and where they begin.
        held.grow(batch.rows() * 3 * size_of::<u32>())?;
        let key_of_row = table.insert_full(&keys)?;
        let mut starts = vec![0_u32; table.len() + 1];
        for key in key_of_row.iter().filter(|key| **key != NO_GROUP) {
            starts[*key as usize] += 1;
        }
        let mut end = 0;
        for start in &mut starts {
            end += *start;
            *start = end;
        }
        let mut rows = vec![0; end as usize];
        for (row, key) in key_of_row.iter().enumerate().rev() {
            if *key != NO_GROUP {
                let start = &mut starts[*key as usize];
                *start -= 1;
                rows[*start as usize] = row as u32;
            }
        }
        Ok(Kept {
            batch,
            table,
            starts,
            rows,
            _held: held,
        })
    }

    /// Goes on to the next batch of the left side; whether there is one and anything to join it with.
    fn advance(&mut self, runtime: &mut Runtime) -> Result<bool> {
        // The left side first: an update in it is seen by the right side.
        let Some(left) = self.left.next(runtime)? else {
            return Ok(false);
        };
        if self.kept.is_none() {
            self.kept = Some(self.keep(runtime)?);
        }
        // Without right rows there are no pairs, nor columns to give them.
        let Some(kept) = self.kept.as_mut().filter(|kept| kept.batch.rows() > 0) else {
            return Ok(false);
        };
        let keys = key_columns(self.left_keys, &left, runtime)?;
        self.current = Some(Current {
            keys: kept.table.find_full(&keys),
            batch: left,
            row: 0,
            joined: 0,
        });
        Ok(true)
    }
}

impl Kept {
    /// The rows of a key in order; none of [`NO_GROUP`].
    fn rows_of(&self, key: u32) -> &[u32] {
        match self.starts.get(key as usize..) {
            Some([start, end, ..]) => &self.rows[*start as usize..*end as usize],
            _ => &[],
        }
    }
}

impl Current {
    /// The next pairs of rows, as many as a batch has: rows of the left side, and of the right side.
    fn pairs(&mut self, kept: &Kept) -> (Vec<u32>, Vec<u32>) {
        let (mut left, mut right) = (Vec::new(), Vec::new());
        while let Some(key) = self.keys.get(self.row)
            && right.len() < BATCH_SIZE
        {
            let rest = &kept.rows_of(*key)[self.joined..];
            let taken = rest.len().min(BATCH_SIZE - right.len());
            left.extend(std::iter::repeat_n(self.row as u32, taken));
            right.extend(&rest[..taken]);
            match taken == rest.len() {
                true => (self.row, self.joined) = (self.row + 1, 0),
                false => self.joined += taken,
            }
        }
        (left, right)
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

impl Operator for HashJoin<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        runtime.context.check()?;
        if self.current.is_none() && !self.advance(runtime)? {
            return Ok(None);
        }
        let (Some(kept), Some(mut current)) = (&self.kept, self.current.take()) else {
            return Ok(None);
        };
        if self.counted {
            let weight = |key: &u32| kept.rows_of(*key).len() as u64;
            let weights = current.keys.iter().map(weight).collect();
            let columns = kept.batch.width();
            return current.batch.joined_unread(weights, columns).map(Some);
        }
        let (left_rows, right_rows) = current.pairs(kept);
        let left = current.batch.select(UInt32Array::from(left_rows))?;
        let right = kept.batch.select(UInt32Array::from(right_rows))?;
        if current.row < current.keys.len() {
            self.current = Some(current);
        }
        Ok(Some(left.beside(right)))
    }
}
