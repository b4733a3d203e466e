//! Keys of grouping, `DISTINCT` and joins as numbers: two cells have the same code exactly where they
//! are the same, whatever the types of their columns.

use std::hash::{BuildHasher, Hasher};

use arrow_array::{Array, StringViewArray};
use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};

use super::Column;
use crate::value::{Value, equals, order};

/// What it means that two cells are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sameness {
    /// As `DISTINCT` sees it: null is null, NaN is NaN, 1 is 1.0.
    Equivalent,
    /// As `=` sees it: the code of what equals nothing, not even itself, is [`NO_CODE`].
    Equal,
}

/// The code of nulls, and by [`Sameness::Equal`] of all that equals nothing.
pub const NO_CODE: u128 = 0;

/// Makes codes. What does not fit a number is kept, and its code is its place.
#[derive(Debug)]
pub struct KeyCoder {
    sameness: Sameness,
    hasher: DefaultHashBuilder,
    texts: Kept<Box<str>>,
    values: Kept<Value>,
    /// Bytes that the kept texts and values take.
    bytes: usize,
}

/// Different things and where each stands.
#[derive(Debug)]
struct Kept<T> {
    places: HashTable<u32>,
    things: Vec<T>,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Kept {
            places: HashTable::new(),
            things: Vec::new(),
        }
    }
}

/// Texts up to this length are in the views of a column, and so in their codes.
const SHORT: usize = 12;

// What a code is of, in its lower half; the upper half says which. The lower half of a short text is
// its length, this bit, and its first bytes.
const SHORT_TEXT: u128 = 1 << 31;
const NUMBER: u64 = 1;
const FLOAT: u64 = 2;
const BOOLEAN: u64 = 3;
const DATE: u64 = 4;
const LOCAL_DATE_TIME: u64 = 5;
const NODE: u64 = 6;
const RELATIONSHIP: u64 = 7;
const TEXT: u64 = 8;
const VALUE: u64 = 9;
/// What is not among the things kept.
const UNKNOWN: u128 = 10;

fn code(kind: u64, which: u64) -> u128 {
    u128::from(which) << 64 | u128::from(kind)
}

impl KeyCoder {
    /// A coder that has kept nothing.
    pub fn new(sameness: Sameness) -> Self {
        KeyCoder {
            sameness,
            hasher: DefaultHashBuilder::default(),
            texts: Kept::default(),
            values: Kept::default(),
            bytes: 0,
        }
    }

    /// The hash of the codes of a key.
    pub fn hash(&self, key: &[u128]) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        key.iter().for_each(|code| hasher.write_u128(*code));
        hasher.finish()
    }

    /// Bytes that it keeps.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The codes of all cells, row by row. New texts and values are kept only if `keeps`; else their
    /// code is that of nothing kept.
    pub fn encode(&mut self, keys: &[Column], rows: usize, keeps: bool) -> Vec<u128> {
        let width = keys.len();
        let mut codes = vec![NO_CODE; rows * width];
        if rows == 0 {
            return codes;
        }
        for (place, column) in keys.iter().enumerate() {
            self.encode_column(column, codes[place..].iter_mut().step_by(width), keeps);
        }
        codes
    }

    fn encode_column<'c>(
        &mut self,
        column: &Column,
        codes: impl Iterator<Item = &'c mut u128>,
        keeps: bool,
    ) {
        match column {
            Column::Null(_) => {}
            Column::Boolean(array) => {
                each(codes, array.iter(), |truth| code(BOOLEAN, truth.into()));
            }
            Column::Integer(array) => each(codes, array.iter(), |it| code(NUMBER, it as u64)),
            Column::Date(array) => each(codes, array.iter(), |days| code(DATE, days as u64)),
            Column::LocalDateTime(array) => {
                each(codes, array.iter(), |it| code(LOCAL_DATE_TIME, it as u64));
            }
            Column::Node(array) => each(codes, array.iter(), |id| code(NODE, id.into())),
            Column::Relationship(array) => {
                each(codes, array.iter(), |id| code(RELATIONSHIP, id.into()));
            }
            Column::Float(array) => each(codes, array.iter(), |it| self.float(it)),
            Column::String(array) => {
                for (row, code) in codes.enumerate() {
                    if array.is_valid(row) {
                        *code = self.view(array, row, keeps);
                    }
                }
            }
            Column::Dictionary(dictionary) => {
                let texts = dictionary.texts();
                let of_text = (0..texts.len()).map(|text| self.view(texts, text, keeps));
                let of_text: Vec<u128> = of_text.collect();
                each(codes, dictionary.codes().iter(), |text| {
                    of_text[usize::from(text)]
                });
            }
            Column::Value(values) => {
                for (code, value) in codes.zip(values.iter()) {
                    *code = self.value(value, keeps);
                }
            }
        }
    }

    /// Numbers are the same by value, whether integer or float.
    fn float(&self, float: f64) -> u128 {
        let whole = float as i64;
        if whole as f64 == float && whole != i64::MAX {
            code(NUMBER, whole as u64)
        } else if !float.is_nan() {
            code(FLOAT, float.to_bits())
        } else if self.sameness == Sameness::Equal {
            NO_CODE
        } else {
            code(FLOAT, f64::NAN.to_bits())
        }
    }

    fn view(&mut self, array: &StringViewArray, row: usize, keeps: bool) -> u128 {
        let view = array.views()[row];
        match view as u32 as usize <= SHORT {
            true => view | SHORT_TEXT,
            false => self.long_text(array.value(row), keeps),
        }
    }

    fn text(&mut self, text: &str, keeps: bool) -> u128 {
        if text.len() > SHORT {
            return self.long_text(text, keeps);
        }
        let mut view = [0; 16];
        view[..4].copy_from_slice(&(text.len() as u32).to_le_bytes());
        view[4..4 + text.len()].copy_from_slice(text.as_bytes());
        u128::from_le_bytes(view) | SHORT_TEXT
    }

    fn long_text(&mut self, text: &str, keeps: bool) -> u128 {
        let hash = |text: &str| self.hasher.hash_one(text);
        let texts = &mut self.texts;
        let place = match keeps {
            true => texts.place(
                hash(text),
                |kept| **kept == *text,
                |kept| hash(kept),
                || text.into(),
            ),
            false => {
                let found = texts.find(hash(text), |kept| **kept == *text);
                found.map(|place| (place, false))
            }
        };
        if let Some((_, true)) = place {
            self.bytes += text.len() + 32;
        }
        place.map_or(UNKNOWN, |(place, _)| code(TEXT, place))
    }

    fn value(&mut self, value: &Value, keeps: bool) -> u128 {
        match value {
            Value::Null => NO_CODE,
            Value::Boolean(truth) => code(BOOLEAN, (*truth).into()),
            Value::Integer(integer) => code(NUMBER, *integer as u64),
            Value::Float(float) => self.float(*float),
            Value::String(text) => self.text(text, keeps),
            Value::Date(date) => code(DATE, date.days as u64),
            Value::Node(node) => code(NODE, node.0.into()),
            Value::Relationship(relationship) => code(RELATIONSHIP, relationship.0.into()),
            Value::LocalDateTime(local) => match local.to_nanoseconds() {
                Some(instant) => code(LOCAL_DATE_TIME, instant as u64),
                None => self.other(value, keeps),
            },
            _ if self.sameness == Sameness::Equal && equals(value, value) != Some(true) => NO_CODE,
            _ => self.other(value, keeps),
        }
    }

    fn other(&mut self, value: &Value, keeps: bool) -> u128 {
        let hash = |value: &Value| self.hasher.hash_one(value);
        let same = |kept: &Value| order(kept, value).is_eq();
        let place = match keeps {
            true => self.values.place(hash(value), same, hash, || value.clone()),
            false => self
                .values
                .find(hash(value), same)
                .map(|place| (place, false)),
        };
        if let Some((_, true)) = place {
            self.bytes += value.heap_size() + 32;
        }
        place.map_or(UNKNOWN, |(place, _)| code(VALUE, place))
    }
}

fn each<'c, T>(
    codes: impl Iterator<Item = &'c mut u128>,
    cells: impl Iterator<Item = Option<T>>,
    encode: impl Fn(T) -> u128,
) {
    for (code, cell) in codes.zip(cells) {
        *code = cell.map_or(NO_CODE, &encode);
    }
}

impl<T> Kept<T> {
    fn find(&self, hash: u64, same: impl Fn(&T) -> bool) -> Option<u64> {
        let found = self
            .places
            .find(hash, |place| same(&self.things[*place as usize]));
        found.copied().map(u64::from)
    }

    /// Where a thing stands, and whether it is new.
    fn place(
        &mut self,
        hash: u64,
        same: impl Fn(&T) -> bool,
        rehash: impl Fn(&T) -> u64,
        make: impl FnOnce() -> T,
    ) -> Option<(u64, bool)> {
        let things = &mut self.things;
        let entry = self.places.entry(
            hash,
            |place| same(&things[*place as usize]),
            |place| rehash(&things[*place as usize]),
        );
        match entry {
            Entry::Occupied(entry) => Some((u64::from(*entry.get()), false)),
            Entry::Vacant(entry) => {
                let place = u32::try_from(things.len()).ok()?;
                entry.insert(place);
                things.push(make());
                Some((u64::from(place), true))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(values: Vec<Value>, sameness: Sameness) -> Vec<u128> {
        let mut coder = KeyCoder::new(sameness);
        let rows = values.len();
        let untyped = Column::Value(values.into());
        coder.encode(&[untyped], rows, true)
    }

    #[test]
    fn typed_and_untyped_cells_have_the_same_codes() {
        let long = "a text that is longer than a view holds";
        for value in [
            Value::Integer(7),
            Value::Float(7.5),
            Value::Boolean(true),
            Value::from("short"),
            Value::from("twelve bytes"),
            Value::from(long),
            Value::Null,
        ] {
            let mut coder = KeyCoder::new(Sameness::Equivalent);
            let typed = coder.encode(&[Column::from_values([value.clone()])], 1, true);
            let untyped = coder.encode(&[Column::Value(vec![value.clone()].into())], 1, true);
            assert_eq!(typed, untyped, "{value}");
        }
    }

    #[test]
    fn same_cells_have_same_codes_and_others_have_others() {
        let list = |value| Value::list(vec![value]);
        let found = codes(
            vec![
                Value::Integer(1),
                Value::Float(1.0),
                list(Value::Float(f64::NAN)),
                list(Value::Float(f64::NAN)),
                Value::from(""),
                Value::Null,
                Value::Float(i64::MAX as f64),
                Value::Integer(i64::MAX),
            ],
            Sameness::Equivalent,
        );
        assert_eq!(found[0], found[1]);
        assert_eq!(found[2], found[3]);
        assert_ne!(found[4], found[5]);
        assert_ne!(found[6], found[7]);
    }

    #[test]
    fn what_equals_nothing_has_no_code() {
        let nan = Value::Float(f64::NAN);
        let values = vec![
            nan.clone(),
            Value::list(vec![nan]),
            Value::list(vec![Value::Null]),
        ];
        assert_eq!(codes(values, Sameness::Equal), [NO_CODE; 3]);
    }
}
