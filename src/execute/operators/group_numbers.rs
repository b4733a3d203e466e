//! Groups by one number each: looked up in an array where the numbers lie close together, as those of
//! nodes and small integers do, else in a hash table.

use std::hash::BuildHasher;

use arrow_array::types::ArrowPrimitiveType;
use arrow_array::{Array, PrimitiveArray};
use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};

/// Places that the array may have for each row that was seen, and how many it may have anyway.
const PLACES_PER_ROW: usize = 8;
const FEW_PLACES: usize = 1 << 14;

/// Stands where there is no group.
pub(super) const NO_GROUP: u32 = u32::MAX;

/// Numbers groups in the order in which they come.
pub(super) struct GroupNumbers {
    index: Index,
    /// The number of each group; what stands for the group of null is not looked at.
    numbers: Vec<i64>,
    null: Option<u32>,
    rows: usize,
    /// The least and the greatest number so far.
    least: i64,
    greatest: i64,
}

enum Index {
    /// The group of each number from the first on.
    Places { first: i64, groups: Vec<u32> },
    /// Each number with its group.
    Hashed(HashTable<(i64, u32)>, DefaultHashBuilder),
}

impl GroupNumbers {
    pub(super) fn new() -> Self {
        GroupNumbers {
            index: Index::Places {
                first: 0,
                groups: Vec::new(),
            },
            numbers: Vec::new(),
            null: None,
            rows: 0,
            least: i64::MAX,
            greatest: i64::MIN,
        }
    }

    /// The number of groups.
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// The bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        let index = match &self.index {
            Index::Places { groups, .. } => groups.capacity() * 4,
            Index::Hashed(table, _) => table.capacity() * (size_of::<(i64, u32)>() + 1),
        };
        index + self.numbers.capacity() * 8
    }

    /// The group of each row, and the rows that started a new one.
    pub(super) fn insert<T>(&mut self, keys: &PrimitiveArray<T>) -> (Vec<u32>, Vec<u32>)
    where
        T: ArrowPrimitiveType<Native: Into<i64>>,
    {
        self.rows += keys.len();
        self.make_room(keys);
        let mut new_rows = Vec::new();
        let numbers = &mut self.numbers;
        let groups = match (&mut self.index, keys.null_count()) {
            (Index::Places { first, groups }, 0) => {
                let number = |(row, key): (usize, &T::Native)| {
                    let key: i64 = (*key).into();
                    let group = &mut groups[key.wrapping_sub(*first) as usize];
                    if *group == NO_GROUP {
                        *group = numbers.len() as u32;
                        numbers.push(key);
                        new_rows.push(row as u32);
                    }
                    *group
                };
                keys.values().iter().enumerate().map(number).collect()
            }
            _ => {
                let number = |row: usize| {
                    let before = self.numbers.len();
                    let group = match keys.is_valid(row) {
                        true => self.group(keys.value(row).into()),
                        false => self.null_group(),
                    };
                    if self.numbers.len() > before {
                        new_rows.push(row as u32);
                    }
                    group
                };
                (0..keys.len()).map(number).collect()
            }
        };
        (groups, new_rows)
    }

    /// The group of each number; [`NO_GROUP`] where there is none, or no number.
    pub(super) fn find<T>(&self, keys: &PrimitiveArray<T>) -> Vec<u32>
    where
        T: ArrowPrimitiveType<Native: Into<i64>>,
    {
        let group = |key: T::Native| self.group_of(key.into());
        let groups = keys.iter().map(|key| key.map_or(NO_GROUP, group));
        groups.collect()
    }

    /// The group of a number; [`NO_GROUP`] where there is none.
    pub(super) fn group_of(&self, key: i64) -> u32 {
        let group = match &self.index {
            Index::Places { first, groups } => {
                groups.get(key.wrapping_sub(*first) as usize).copied()
            }
            Index::Hashed(table, hasher) => {
                let found = table.find(hasher.hash_one(key), |(known, _)| *known == key);
                found.map(|(_, group)| *group)
            }
        };
        group.unwrap_or(NO_GROUP)
    }

    /// The group of null; [`NO_GROUP`] where there is none.
    pub(super) fn group_of_null(&self) -> u32 {
        self.null.unwrap_or(NO_GROUP)
    }

    fn null_group(&mut self) -> u32 {
        let numbers = &mut self.numbers;
        *self.null.get_or_insert_with(|| {
            numbers.push(0);
            numbers.len() as u32 - 1
        })
    }

    /// The group of a number for which there is room.
    fn group(&mut self, key: i64) -> u32 {
        let numbers = &mut self.numbers;
        let new = numbers.len() as u32;
        match &mut self.index {
            Index::Places { first, groups } => {
                let group = &mut groups[key.wrapping_sub(*first) as usize];
                if *group == NO_GROUP {
                    *group = new;
                    numbers.push(key);
                }
                *group
            }
            Index::Hashed(table, hasher) => {
                let entry = table.entry(
                    hasher.hash_one(key),
                    |(known, _)| *known == key,
                    |(known, _)| hasher.hash_one(known),
                );
                match entry {
                    Entry::Occupied(entry) => entry.get().1,
                    Entry::Vacant(entry) => {
                        entry.insert((key, new));
                        numbers.push(key);
                        new
                    }
                }
            }
        }
    }

    /// Makes places for these numbers, or a hash table where they lie too far apart.
    fn make_room<T>(&mut self, keys: &PrimitiveArray<T>)
    where
        T: ArrowPrimitiveType<Native: Into<i64>>,
    {
        // What stands in the place of a null may be far away, but that only costs room.
        let numbers = keys.values().iter().map(|key| (*key).into());
        let both = |(least, greatest): (i64, i64), key: i64| (least.min(key), greatest.max(key));
        (self.least, self.greatest) = numbers.fold((self.least, self.greatest), both);
        if self.least > self.greatest {
            return;
        }
        let most = FEW_PLACES.max(self.rows * PLACES_PER_ROW);
        let distance = usize::try_from(i128::from(self.greatest) - i128::from(self.least));
        let distance = distance.ok().filter(|distance| *distance < most);
        match (&mut self.index, distance) {
            (Index::Places { first, groups }, Some(distance)) => {
                if groups.is_empty() {
                    *first = self.least;
                }
                let before = (*first - self.least) as usize;
                groups.splice(0..0, std::iter::repeat_n(NO_GROUP, before));
                groups.resize(distance + 1, NO_GROUP);
                *first = self.least;
            }
            (Index::Hashed(..), Some(distance)) => {
                let (first, mut groups) = (self.least, vec![NO_GROUP; distance + 1]);
                for (group, number) in self.known() {
                    groups[(number - first) as usize] = group;
                }
                self.index = Index::Places { first, groups };
            }
            (Index::Places { .. }, None) => {
                let hasher = DefaultHashBuilder::default();
                let mut table = HashTable::with_capacity(self.numbers.len());
                for (group, number) in self.known() {
                    let hash = |(number, _): &(i64, u32)| hasher.hash_one(number);
                    table.insert_unique(hasher.hash_one(number), (number, group), hash);
                }
                self.index = Index::Hashed(table, hasher);
            }
            (Index::Hashed(..), None) => {}
        }
    }

    /// The number of each group; none for that of null.
    pub(super) fn cells(&self) -> impl Iterator<Item = Option<i64>> {
        let numbers = (0..).zip(self.numbers.iter().copied());
        numbers.map(|(group, number)| (self.null != Some(group)).then_some(number))
    }

    /// The groups of numbers, and these.
    fn known(&self) -> impl Iterator<Item = (u32, i64)> {
        let cells = (0..).zip(self.cells());
        cells.filter_map(|(group, number)| Some((group, number?)))
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::Int64Array;

    use super::*;

    /// Groups numbers batch by batch and one by one.
    fn check(batches: &[Vec<Option<i64>>]) {
        let mut groups = GroupNumbers::new();
        let mut known: Vec<Option<i64>> = Vec::new();
        for batch in batches {
            let (found, new_rows) = groups.insert(&Int64Array::from(batch.clone()));
            let mut new = Vec::new();
            let expected: Vec<u32> = (0..)
                .zip(batch)
                .map(|(row, key)| {
                    let place = known.iter().position(|one| one == key);
                    let place = place.unwrap_or_else(|| {
                        new.push(row);
                        known.push(*key);
                        known.len() - 1
                    });
                    place as u32
                })
                .collect();
            assert_eq!((found, new_rows), (expected, new), "{batches:?}");
            assert_eq!(groups.len(), known.len());
        }
    }

    #[test]
    fn numbers_near_and_far_are_grouped_as_they_come() {
        let near = vec![Some(5), Some(3), None, Some(5), Some(-7)];
        let far = vec![Some(i64::MIN), Some(5), Some(i64::MAX), None, Some(0)];
        check(&[
            near.clone(),
            vec![],
            vec![Some(900), Some(-7)],
            near.clone(),
        ]);
        check(&[near.clone(), far.clone(), near]);
        check(&[vec![None, None], far]);
        // Far apart at first, near for as many as they become.
        let many = (0..20_000)
            .map(|number| Some(number * 7 % 40_000))
            .collect();
        check(&[vec![Some(0), Some(39_000)], many, vec![Some(39_000), None]]);
    }
}
