//! The hash table behind grouping and `DISTINCT`: numbers distinct keys in the order in which they
//! come.
//!
//! The cells of each column are numbered by themselves, which is an array for most; a key of several
//! columns is a pair of numbers: of the key without its last column, and of the cell in that.

use arrow_array::{Int64Array, UInt32Array};

use super::distinct_cells::DistinctCells;
use super::group_numbers::GroupNumbers;
use crate::column::Column;
use crate::context::{Context, Reservation};
use crate::error::Result;

/// Distinct keys of several columns.
pub(super) struct GroupTable {
    cells: Vec<DistinctCells>,
    /// For each column but the first.
    pairs: Vec<Pairs>,
    /// How many groups there are.
    count: usize,
    /// Keys of the groups that came with each batch.
    parts: Vec<Vec<Column>>,
    bytes_of_parts: usize,
    held: Reservation,
}

impl GroupTable {
    pub(super) fn new(context: &Context) -> Self {
        GroupTable {
            cells: Vec::new(),
            pairs: Vec::new(),
            count: 0,
            parts: Vec::new(),
            bytes_of_parts: 0,
            held: context.reservation(),
        }
    }

    /// The number of groups.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// The group of each row, and the rows that started a new one; every time with as many columns.
    pub(super) fn insert(&mut self, keys: &[Column]) -> Result<(Vec<u32>, Vec<u32>)> {
        self.cells.resize_with(keys.len(), DistinctCells::new);
        let pairs = keys.len().saturating_sub(1);
        self.pairs.resize_with(pairs, Pairs::new);
        let mut columns = self.cells.iter_mut().zip(keys);
        let mut groups = (Vec::new(), Vec::new());
        if let Some((cells, key)) = columns.next() {
            groups = cells.insert(key);
            self.count = cells.len();
        }
        for ((cells, key), pairs) in columns.zip(&mut self.pairs) {
            let (numbers, _) = cells.insert(key);
            groups = pairs.insert(&groups.0, &numbers, cells.len());
            self.count = pairs.numbers.len();
        }
        self.keep(keys, &groups.1)?;
        Ok(groups)
    }

    /// Keeps the keys of new groups.
    fn keep(&mut self, keys: &[Column], new_rows: &[u32]) -> Result<()> {
        if new_rows.is_empty() {
            return Ok(());
        }
        let selection = UInt32Array::from(new_rows.to_vec());
        let kept = keys.iter().map(|key| key.take(&selection));
        let kept: Vec<Column> = kept.collect::<Result<_>>()?;
        self.bytes_of_parts += kept.iter().map(Column::heap_size).sum::<usize>();
        self.parts.push(kept);
        let cells = self.cells.iter().map(DistinctCells::bytes);
        let pairs = self.pairs.iter().map(|pairs| pairs.numbers.bytes());
        self.held
            .grow_to(self.bytes_of_parts + cells.chain(pairs).sum::<usize>())
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

/// Numbers pairs of numbers in the order in which they come.
struct Pairs {
    /// So many bits have room for the second number.
    bits: u32,
    numbers: GroupNumbers,
}

impl Pairs {
    /// More bits than are needed are added at once, for each time the pairs are numbered anew.
    const SPARE_BITS: u32 = 3;

    fn new() -> Pairs {
        Pairs {
            bits: 0,
            numbers: GroupNumbers::new(),
        }
    }

    /// The number of each pair, and the rows whose pairs are new. The second numbers are below `seconds`.
    fn insert(&mut self, first: &[u32], second: &[u32], seconds: usize) -> (Vec<u32>, Vec<u32>) {
        let needed = usize::BITS - seconds.leading_zeros();
        if needed > self.bits {
            self.widen(needed + Pairs::SPARE_BITS);
        }
        let pair =
            |(first, second): (&u32, &u32)| (i64::from(*first) << self.bits) | i64::from(*second);
        let pairs = Int64Array::from_iter_values(first.iter().zip(second).map(pair));
        self.numbers.insert(&pairs)
    }

    fn widen(&mut self, bits: u32) {
        let (before, mask) = (self.bits, (1 << self.bits) - 1);
        let wider = |pair: i64| (pair >> before) << bits | pair & mask;
        let known = std::mem::replace(&mut self.numbers, GroupNumbers::new());
        let pairs = known.cells().flatten().map(wider);
        self.numbers.insert(&Int64Array::from_iter_values(pairs));
        self.bits = bits;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::{Interrupt, Limits};
    use crate::value::{DateTime, Value};

    #[test]
    fn keys_of_several_columns_are_grouped_as_they_come() {
        let context = Context::new(Limits::default(), Interrupt::default(), DateTime::now());
        let mut table = GroupTable::new(&context);
        let mut known: Vec<Vec<Value>> = Vec::new();
        for batch in 0..40_i64 {
            let rows = 0..300_i64;
            let cells = |of: fn(i64) -> Value| {
                Column::from_values(rows.clone().map(|row| of(batch * 100 + row)))
            };
            let keys = [
                cells(|row| Value::Integer(row * row % 1009)),
                cells(|row| match row % 7 {
                    0 => Value::Null,
                    3 => Value::Float((row % 5) as f64),
                    _ => Value::Integer(row % 5),
                }),
                cells(|row| Value::from(format!("text number {}", row % 11).as_str())),
            ];
            let (groups, new) = table.insert(&keys).expect("room");
            let mut expected_new = Vec::new();
            for (row, group) in groups.iter().enumerate() {
                let key: Vec<Value> = keys.iter().map(|key| key.value(row)).collect();
                let place = known.iter().position(|one| *one == key);
                let place = place.unwrap_or_else(|| {
                    expected_new.push(row as u32);
                    known.push(key);
                    known.len() - 1
                });
                assert_eq!(*group, place as u32, "row {row} of batch {batch}");
            }
            assert_eq!(new, expected_new);
        }
        assert_eq!(table.len(), known.len());
        let keys = table.keys(3).expect("keys");
        for (group, key) in known.iter().enumerate() {
            let found: Vec<Value> = keys.iter().map(|column| column.value(group)).collect();
            // Of keys that are the same the first is kept: 3 is 3.0, but not written so.
            assert_eq!(format!("{found:?}"), format!("{key:?}"));
        }
    }
}
