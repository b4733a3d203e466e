//! Numbers in the place of the values of a column, in the order of `ORDER BY`: numbers of several columns
//! make one that is sorted at once.

use arrow_array::{Array, StringViewArray};
use arrow_buffer::NullBuffer;

use super::{Column, Dictionary};

/// A number for each row: a row that has a lesser one than another comes before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranks {
    /// The numbers, row by row.
    pub numbers: Vec<u64>,
    /// No number is greater.
    pub greatest: u64,
    /// Whether rows of the same number are equal. Else their order is for [`Column::order`] to tell.
    pub exact: bool,
}

/// Turns integers into numbers of the same order.
const SIGN: u64 = 1 << 63;

impl Column {
    /// Ranks in the order of [`Column::order`]; `None` for values of any type.
    pub fn ranks(&self) -> Option<Ranks> {
        Some(match self {
            Column::Null(rows) => Ranks {
                numbers: vec![0; *rows],
                greatest: 0,
                exact: true,
            },
            Column::Boolean(array) => {
                Ranks::of(array.values().iter().map(u64::from), array.nulls())
            }
            Column::Integer(array) | Column::Date(array) | Column::LocalDateTime(array) => {
                let values = array.values().iter();
                Ranks::of(values.map(|value| *value as u64 ^ SIGN), array.nulls())
            }
            Column::Float(array) => {
                let values = array.values().iter();
                Ranks::of(values.map(|value| of_float(*value)), array.nulls())
            }
            Column::Node(array) | Column::Relationship(array) => {
                let values = array.values().iter();
                Ranks::of(values.map(|value| u64::from(*value)), array.nulls())
            }
            Column::Dictionary(dictionary) => of_dictionary(dictionary),
            Column::String(array) => match Dictionary::of(array) {
                Some(dictionary) => of_dictionary(&dictionary),
                None => of_texts(array),
            },
            Column::Value(_) => return None,
        })
    }
}

impl Ranks {
    /// Ranks from numbers that are equal only for equal values; whatever nulls have, they come last. The least
    /// number is taken off, so that few bits are needed.
    fn of(numbers: impl Iterator<Item = u64>, nulls: Option<&NullBuffer>) -> Ranks {
        let mut numbers: Vec<u64> = numbers.collect();
        let Some(nulls) = nulls.filter(|nulls| nulls.null_count() > 0) else {
            // Folds, unlike `min` and `max` of the standard library, become vector instructions.
            let least = numbers.iter().copied().fold(u64::MAX, u64::min);
            let greatest = numbers.iter().copied().fold(least, u64::max) - least;
            numbers.iter_mut().for_each(|number| *number -= least);
            return Ranks {
                numbers,
                greatest,
                exact: true,
            };
        };
        let known = || nulls.valid_indices().map(|row| numbers[row]);
        let least = known().fold(u64::MAX, u64::min);
        let greatest = known().fold(least, u64::max) - least;
        let of_null = match nulls.null_count() < numbers.len() {
            true => greatest.saturating_add(1),
            false => greatest,
        };
        for (number, valid) in numbers.iter_mut().zip(nulls) {
            *number = if valid { *number - least } else { of_null };
        }
        Ranks {
            numbers,
            greatest: of_null,
            // Else there is no number beyond those of values.
            exact: greatest < u64::MAX,
        }
    }
}

/// Numbers of floats: -0.0 is 0.0, and NaN comes after all others.
fn of_float(value: f64) -> u64 {
    if value.is_nan() {
        return u64::MAX;
    }
    let bits = (value + 0.0).to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

/// The places of texts among all in order.
fn of_dictionary(dictionary: &Dictionary) -> Ranks {
    let texts = dictionary.texts();
    let mut order: Vec<u32> = (0..texts.len() as u32).collect();
    let text = |code: u32| texts.value(code as usize);
    order.sort_unstable_by(|left, right| text(*left).cmp(text(*right)));
    let mut places = vec![0; texts.len()];
    let mut place = 0;
    let mut before = None;
    for code in order {
        place += u64::from(before.is_some_and(|before| before != text(code)));
        before = Some(text(code));
        places[code as usize] = place;
    }
    let codes = dictionary.codes();
    let place = |code: Option<u16>| code.map_or(0, |code| places[usize::from(code)]);
    Ranks::of(codes.iter().map(place), codes.nulls())
}

/// The first bytes after those that all texts share.
fn of_texts(texts: &StringViewArray) -> Ranks {
    let mut all = texts.iter().flatten().map(str::as_bytes);
    let shared = all.next().unwrap_or_default();
    let shared = all.try_fold(shared, |shared, text| {
        let equal = shared.iter().zip(text).take_while(|(a, b)| a == b).count();
        Some(&shared[..equal]).filter(|shared| !shared.is_empty())
    });
    let from = shared.map_or(0, <[u8]>::len);
    let first = |text: Option<&str>| {
        let mut first = [0; 8];
        let rest = text.map_or(&[][..], |text| &text.as_bytes()[from..]);
        let known = rest.len().min(first.len());
        first[..known].copy_from_slice(&rest[..known]);
        u64::from_be_bytes(first)
    };
    let ranks = Ranks::of(texts.iter().map(first), texts.nulls());
    Ranks {
        exact: false,
        ..ranks
    }
}
