//! Numbers in the place of the values of a column, in the order of `ORDER BY`: numbers of several columns
//! make one that is sorted at once.

use arrow_array::{Array, ArrayAccessor, StringViewArray};

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
            Column::Boolean(array) => Ranks::of(array, u64::from),
            Column::Integer(array) | Column::Date(array) | Column::LocalDateTime(array) => {
                Ranks::of(array, |value| value as u64 ^ SIGN)
            }
            Column::Float(array) => Ranks::of(array, of_float),
            Column::Node(array) | Column::Relationship(array) => Ranks::of(array, u64::from),
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
    /// Ranks from numbers that are equal only for equal values. The least is taken off, so that few bits are
    /// needed; nulls come last.
    fn of<A: ArrayAccessor>(array: A, number: impl Fn(A::Item) -> u64) -> Ranks {
        let rows = 0..array.len();
        let Some(nulls) = array.nulls().filter(|nulls| nulls.null_count() > 0) else {
            let mut numbers: Vec<u64> = rows.map(|row| number(array.value(row))).collect();
            let least = numbers.iter().copied().fold(u64::MAX, u64::min);
            let greatest = numbers.iter().copied().fold(least, u64::max) - least;
            numbers.iter_mut().for_each(|number| *number -= least);
            return Ranks {
                numbers,
                greatest,
                exact: true,
            };
        };
        let known = |row: usize| nulls.is_valid(row).then(|| number(array.value(row)));
        let (least, greatest) = rows
            .clone()
            .filter_map(known)
            .fold((u64::MAX, 0), |(least, greatest), number| {
                (least.min(number), greatest.max(number))
            });
        let of_null = greatest.saturating_sub(least).saturating_add(1);
        let rank = |row: usize| known(row).map_or(of_null, |number| number - least);
        Ranks {
            numbers: rows.map(rank).collect(),
            greatest: of_null,
            // Else the greatest value has no number less than that of null.
            exact: greatest.saturating_sub(least) < of_null,
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
    Ranks::of(dictionary.codes(), |code| places[usize::from(code)])
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
    let ranks = Ranks::of(texts, |text| {
        let mut first = [0; 8];
        let rest = &text.as_bytes()[from..];
        let known = rest.len().min(first.len());
        first[..known].copy_from_slice(&rest[..known]);
        u64::from_be_bytes(first)
    });
    Ranks {
        exact: false,
        ..ranks
    }
}
