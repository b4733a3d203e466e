//! The hash table behind grouping, `DISTINCT` and joins: numbers distinct keys in the order in which they
//! come.
//!
//! The cells of each column are numbered by themselves, which is an array for most; a key of several
//! columns is a pair of numbers: of the key without its last column, and of the cell in that.

use arrow_array::{Int64Array, UInt32Array};

use super::distinct_cells::DistinctCells;
use super::group_numbers::{GroupNumbers, NO_GROUP};
use crate::column::{Column, Sameness};
use crate::context::{Context, Reservation};
use crate::error::Result;

/// Distinct keys of several columns.
pub(super) struct GroupTable {
    sameness: Sameness,
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
    /// An empty one; `sameness` says which cells are the same.
    pub(super) fn new(context: &Context, sameness: Sameness) -> Self {
        GroupTable {
            sameness,
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
        let numbers = keys.iter().enumerate();
        let numbers = numbers
            .map(|(place, key)| self.number(place, key))
            .collect();
        let (groups, new_rows) = self.group(numbers);
        if !new_rows.is_empty() {
            let selection = UInt32Array::from(new_rows.clone());
            let kept = keys.iter().map(|key| key.take(&selection));
            self.keep(kept.collect::<Result<_>>()?)?;
        }
        Ok((groups, new_rows))
    }

    /// The number of each cell of a column of keys.
    pub(super) fn number(&mut self, column: usize, key: &Column) -> Vec<u32> {
        if self.cells.len() <= column {
            let new = || DistinctCells::new(self.sameness);
            self.cells.resize_with(column + 1, new);
        }
        self.cells[column].insert(key)
    }

    /// The group of each row, by the numbers of its cells column by column, and the rows that started a new
    /// one, whose keys are to be kept.
    pub(super) fn group(&mut self, numbers: Vec<Vec<u32>>) -> (Vec<u32>, Vec<u32>) {
        let mut columns = numbers.into_iter();
        let first = columns.next().unwrap_or_default();
        if columns.len() == 0 {
            let new_rows = self.started(&first);
            return (first, new_rows);
        }
        self.pairs.resize_with(columns.len(), Pairs::new);
        let cells = self.cells.iter().skip(1);
        let mut groups = (first, Vec::new());
        for ((numbers, cells), pairs) in columns.zip(cells).zip(&mut self.pairs) {
            groups = pairs.insert(&groups.0, &numbers, cells.len());
            self.count = pairs.numbers.len();
        }
        groups
    }

    /// The rows with which groups begin, whose numbers ascend.
    fn started(&mut self, groups: &[u32]) -> Vec<u32> {
        let mut rows = Vec::new();
        // A fold, unlike `max` of the standard library, becomes vector instructions.
        let greatest = groups.iter().copied().fold(0, u32::max);
        if (greatest as usize) < self.count {
            return rows;
        }
        for (row, group) in (0..).zip(groups) {
            if *group as usize == self.count {
                self.count += 1;
                rows.push(row);
            }
        }
        rows
    }

    /// The group of each row, whose keys are not kept; [`NO_GROUP`] where a cell is null or equals nothing.
    pub(super) fn insert_full(&mut self, keys: &[Column]) -> Result<Vec<u32>> {
        let mut numbers = Vec::with_capacity(keys.len());
        let mut without = Vec::new();
        for (place, key) in keys.iter().enumerate() {
            let of_cells = self.number(place, key);
            let null = self.cells[place].number_of_null();
            if null != NO_GROUP {
                let rows = of_cells.iter().enumerate();
                without.extend(rows.filter(|(_, cell)| **cell == null).map(|(row, _)| row));
            }
            numbers.push(of_cells);
        }
        let (mut groups, _) = self.group(numbers);
        without.into_iter().for_each(|row| groups[row] = NO_GROUP);
        self.reserve()?;
        Ok(groups)
    }

    /// The group of each row, [`NO_GROUP`] where there is none or a cell is null or equals nothing.
    pub(super) fn find_full(&mut self, keys: &[Column]) -> Vec<u32> {
        let cells = keys.iter().zip(&mut self.cells);
        let mut numbers = cells.map(|(key, cells)| cells.find(key));
        let first = numbers.next().unwrap_or_default();
        let pairs = numbers.zip(&self.pairs);
        pairs.fold(first, |groups, (numbers, pairs)| {
            pairs.find(&groups, &numbers)
        })
    }

    /// Keeps the keys of new groups.
    pub(super) fn keep(&mut self, keys: Vec<Column>) -> Result<()> {
        self.bytes_of_parts += keys.iter().map(Column::heap_size).sum::<usize>();
        self.parts.push(keys);
        self.reserve()
    }

    fn reserve(&mut self) -> Result<()> {
        let cells = self.cells.iter().map(DistinctCells::bytes);
        let pairs = self.pairs.iter().map(|pairs| pairs.numbers.bytes());
        let bytes = self.bytes_of_parts + cells.chain(pairs).sum::<usize>();
        self.held.grow_to(bytes)
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
        let pairs = first.iter().zip(second);
        let pairs = pairs.map(|(first, second)| self.pair(*first, *second));
        self.numbers.insert(&Int64Array::from_iter_values(pairs))
    }

    /// The number of each pair; [`NO_GROUP`] where there is none.
    fn find(&self, first: &[u32], second: &[u32]) -> Vec<u32> {
        let number = |(first, second): (&u32, &u32)| match *first == NO_GROUP || *second == NO_GROUP
        {
            true => NO_GROUP,
            false => self.numbers.group_of(self.pair(*first, *second)),
        };
        first.iter().zip(second).map(number).collect()
    }

    #[inline]
    fn pair(&self, first: u32, second: u32) -> i64 {
        (i64::from(first) << self.bits) | i64::from(second)
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
        let mut table = GroupTable::new(&context, Sameness::Equivalent);
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
