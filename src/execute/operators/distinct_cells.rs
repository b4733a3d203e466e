//! The different cells of one key column, numbered in the order in which they come.

use arrow_array::{Array, Int64Array, UInt32Array};
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::group_numbers::{GroupNumbers, NO_GROUP};
use crate::column::{Column, Dictionary, KeyCoder, NO_CODE, Sameness};

/// Numbers the cells of one column; those that are the same have the same number.
pub(super) struct DistinctCells {
    coder: KeyCoder,
    /// Instead of codes where all cells are numbers of one type, which is that of the column.
    numbers: Option<(Column, GroupNumbers)>,
    /// Each code with its number.
    codes: HashTable<(u128, u32)>,
}

impl DistinctCells {
    pub(super) fn new(sameness: Sameness) -> Self {
        DistinctCells {
            coder: KeyCoder::new(sameness),
            numbers: None,
            codes: HashTable::new(),
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        let numbers = self.numbers.as_ref().map(|(_, numbers)| numbers.len());
        numbers.unwrap_or(self.codes.len())
    }

    /// The bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        let numbers = self.numbers.as_ref().map(|(_, numbers)| numbers.bytes());
        let codes = self.codes.capacity() * size_of::<(u128, u32)>();
        numbers.unwrap_or(0) + codes + self.coder.bytes()
    }

    /// The number of each cell.
    pub(super) fn insert(&mut self, key: &Column) -> Vec<u32> {
        if let Some(numbers) = self.insert_numbers(key) {
            return numbers;
        }
        match key {
            Column::Dictionary(texts) if texts.is_worth_it() => self.insert_texts(texts),
            _ => {
                let codes = self
                    .coder
                    .encode(std::slice::from_ref(key), key.len(), true);
                self.insert_codes(&codes)
            }
        }
    }

    /// The number of each cell, [`NO_GROUP`] of those that were not inserted, are null or equal nothing.
    pub(super) fn find(&mut self, key: &Column) -> Vec<u32> {
        if let Some((kind, numbers)) = &self.numbers {
            match Numbers::of_kind(key, kind) {
                Some(Numbers::Wide(key)) => return numbers.find(key),
                Some(Numbers::Narrow(key)) => return numbers.find(key),
                None => self.encode_numbers(),
            }
        }
        let codes = self
            .coder
            .encode(std::slice::from_ref(key), key.len(), false);
        let number = |code: &u128| match *code {
            NO_CODE => NO_GROUP,
            code => self.number_of(code).unwrap_or(NO_GROUP),
        };
        codes.iter().map(number).collect()
    }

    /// The number of nulls, and of all that equals nothing where that is what it is about.
    pub(super) fn number_of_null(&self) -> u32 {
        match &self.numbers {
            Some((_, numbers)) => numbers.group_of_null(),
            None => self.number_of(NO_CODE).unwrap_or(NO_GROUP),
        }
    }

    /// [`DistinctCells::insert`] of numbers, as long as all cells were numbers of one type.
    fn insert_numbers(&mut self, key: &Column) -> Option<Vec<u32>> {
        if self.len() == 0 && self.numbers.is_none() && key.is_of_numbers() {
            self.numbers = Some((key.slice(0, 0), GroupNumbers::new()));
        }
        let (kind, numbers) = self.numbers.as_mut()?;
        let (of_cells, _) = match Numbers::of_kind(key, kind) {
            Some(Numbers::Wide(key)) => numbers.insert(key),
            Some(Numbers::Narrow(key)) => numbers.insert(key),
            None => {
                self.encode_numbers();
                return None;
            }
        };
        Some(of_cells)
    }

    /// Goes on with codes where other cells than numbers of one type come.
    fn encode_numbers(&mut self) {
        let Some((kind, numbers)) = self.numbers.take() else {
            return;
        };
        let code = |number| KeyCoder::code_of_number(&kind, number);
        let codes = numbers.cells().map(|number| number.map_or(NO_CODE, code));
        self.insert_codes(&codes.collect::<Vec<_>>());
    }

    /// [`DistinctCells::insert`] of texts, each of which is looked up once.
    fn insert_texts(&mut self, dictionary: &Dictionary) -> Vec<u32> {
        let texts = [Column::String(dictionary.texts().clone())];
        let codes = self.coder.encode(&texts, texts[0].len(), true);
        let find = |code: &u128| self.number_of(*code).unwrap_or(NO_GROUP);
        let mut of_text: Vec<u32> = codes.iter().map(find).collect();
        let rows = dictionary.codes();
        if rows.null_count() == 0 {
            // Most often all texts are known.
            let numbers = rows.values().iter().map(|code| of_text[usize::from(*code)]);
            let numbers: Vec<u32> = numbers.collect();
            if !numbers.contains(&NO_GROUP) {
                return numbers;
            }
        }
        let number = |row: Option<u16>| {
            let Some(code) = row.map(usize::from) else {
                return self.number(NO_CODE);
            };
            if of_text[code] == NO_GROUP {
                of_text[code] = self.number(codes[code]);
            }
            of_text[code]
        };
        rows.iter().map(number).collect()
    }

    fn insert_codes(&mut self, codes: &[u128]) -> Vec<u32> {
        let (mut numbers, mut last) = (Vec::with_capacity(codes.len()), None);
        for code in codes {
            let number = match last {
                Some((before, number)) if before == *code => number,
                _ => self.number(*code),
            };
            last = Some((*code, number));
            numbers.push(number);
        }
        numbers
    }

    #[inline(always)]
    fn number(&mut self, code: u128) -> u32 {
        let (coder, next) = (&self.coder, self.codes.len() as u32);
        let entry = self.codes.entry(
            coder.hash(&[code]),
            |(known, _)| *known == code,
            |(known, _)| coder.hash(&[*known]),
        );
        match entry {
            Entry::Occupied(entry) => entry.get().1,
            Entry::Vacant(entry) => entry.insert((code, next)).get().1,
        }
    }

    /// The number of a code, if it has one.
    fn number_of(&self, code: u128) -> Option<u32> {
        let hash = self.coder.hash(&[code]);
        let found = self.codes.find(hash, |(known, _)| *known == code);
        found.map(|(_, number)| *number)
    }
}

/// The cells of a column of numbers.
enum Numbers<'c> {
    Wide(&'c Int64Array),
    Narrow(&'c UInt32Array),
}

impl<'c> Numbers<'c> {
    /// Those of a column, if it is of the same type as another.
    fn of_kind(column: &'c Column, kind: &Column) -> Option<Self> {
        match (column, kind) {
            (Column::Integer(numbers), Column::Integer(_))
            | (Column::Date(numbers), Column::Date(_))
            | (Column::LocalDateTime(numbers), Column::LocalDateTime(_)) => {
                Some(Numbers::Wide(numbers))
            }
            (Column::Node(numbers), Column::Node(_))
            | (Column::Relationship(numbers), Column::Relationship(_)) => {
                Some(Numbers::Narrow(numbers))
            }
            _ => None,
        }
    }
}
