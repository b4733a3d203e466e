//! Keys of grouping, `DISTINCT` and joins as numbers: two cells have the same code exactly where they
//! are the same, whatever the types of their columns.

use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;

use arrow_array::{Array, StringViewArray};
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
    texts: Texts,
    values: Vec<Value>,
    places_of_values: Places,
    /// Bytes that the kept values take.
    bytes_of_values: usize,
}

/// Where each of different things stands among them, with its hash.
#[derive(Debug, Default)]
struct Places(HashTable<(u64, u32)>);

/// Different texts, one behind the other.
#[derive(Debug, Default)]
struct Texts {
    all: String,
    /// Where each text ends.
    ends: Vec<usize>,
    places: Places,
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
            texts: Texts::default(),
            values: Vec::new(),
            places_of_values: Places::default(),
            bytes_of_values: 0,
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
        let texts = self.texts.all.capacity() + self.texts.ends.capacity() * size_of::<usize>();
        let places = self.texts.places.bytes() + self.places_of_values.bytes();
        texts + places + self.bytes_of_values
    }

    /// The code of a number that is a cell of a column of numbers, as `kind` is one.
    pub fn code_of_number(kind: &Column, number: i64) -> u128 {
        let kind = match kind {
            Column::Date(_) => DATE,
            Column::LocalDateTime(_) => LOCAL_DATE_TIME,
            Column::Node(_) => NODE,
            Column::Relationship(_) => RELATIONSHIP,
            _ => NUMBER,
        };
        code(kind, number as u64)
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
                let mut last: Option<(&Value, u128)> = None;
                for (code, value) in codes.zip(values.iter()) {
                    *code = match last {
                        Some((before, code)) if shares_list(before, value) => code,
                        _ => self.value(value, keeps),
                    };
                    last = Some((value, *code));
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
        let hash = self.hasher.hash_one(text);
        let place = match keeps {
            true => self.texts.place(hash, text),
            false => self.texts.find(hash, text),
        };
        place.map_or(UNKNOWN, |place| code(TEXT, place.into()))
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
        let hash = self.hasher.hash_one(value);
        let values = &mut self.values;
        let same = |place: u32| order(&values[place as usize], value).is_eq();
        let place = match keeps {
            true => self.places_of_values.place(hash, same),
            false => self.places_of_values.find(hash, same),
        };
        if place.is_some_and(|place| place as usize == values.len()) {
            self.bytes_of_values += value.heap_size() + size_of::<Value>();
            values.push(value.clone());
        }
        place.map_or(UNKNOWN, |place| code(VALUE, place.into()))
    }
}

/// Whether two values are one list, not only the same.
fn shares_list(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::List(one), Value::List(other)) => Arc::ptr_eq(one, other),
        _ => false,
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

impl Texts {
    fn find(&self, hash: u64, text: &str) -> Option<u32> {
        let same = |place| text_at(&self.all, &self.ends, place) == text;
        self.places.find(hash, same)
    }

    /// Where a text stands, which is kept if it is new.
    fn place(&mut self, hash: u64, text: &str) -> Option<u32> {
        let Texts { all, ends, places } = self;
        let place = places.place(hash, |place| text_at(all, ends, place) == text);
        if place.is_some_and(|place| place as usize == ends.len()) {
            all.push_str(text);
            ends.push(all.len());
        }
        place
    }
}

fn text_at<'t>(all: &'t str, ends: &[usize], place: u32) -> &'t str {
    let place = place as usize;
    let start = place.checked_sub(1).map_or(0, |before| ends[before]);
    &all[start..ends[place]]
}

impl Places {
    /// The bytes that it takes.
    fn bytes(&self) -> usize {
        self.0.capacity() * size_of::<(u64, u32)>()
    }

    fn find(&self, hash: u64, same: impl Fn(u32) -> bool) -> Option<u32> {
        let is_it = |(known, place): &(u64, u32)| *known == hash && same(*place);
        self.0.find(hash, is_it).map(|(_, place)| *place)
    }

    /// Where a thing stands; the next place if it is new. None where there are no more places.
    fn place(&mut self, hash: u64, same: impl Fn(u32) -> bool) -> Option<u32> {
        let next = u32::try_from(self.0.len()).ok()?;
        let is_it = |(known, place): &(u64, u32)| *known == hash && same(*place);
        let entry = self.0.entry(hash, is_it, |(known, _)| *known);
        Some(entry.or_insert((hash, next)).get().1)
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
