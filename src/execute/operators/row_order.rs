//! Which rows come first by several columns. Rows that are equal by all of them keep their order.
//!
//! Rows are sorted as numbers: the ranks of their keys, most significant first, as many bits as there is room for, and
//! the number of the row. What these do not tell is compared in the columns.

use std::cmp::Ordering;

use crate::column::{Column, Ranks};

/// Bits of the number of a row, the least significant ones.
const ROW_BITS: u32 = u32::BITS;

/// Bytes that sorting takes for each row: its number, and its rank by one key at a time.
pub(super) const BYTES_OF_ROW: usize = size_of::<u128>() + size_of::<u64>();

/// What rows are ordered by.
pub(super) struct OrderKey<'c> {
    pub(super) column: &'c Column,
    pub(super) descending: bool,
}

impl OrderKey<'_> {
    fn order(&self, left: usize, right: usize) -> Ordering {
        let ordering = self.column.order(left, self.column, right);
        match self.descending {
            true => ordering.reverse(),
            false => ordering,
        }
    }
}

/// The first `count` of so many rows, by keys of which the first is most significant.
pub(super) fn first_rows(keys: &[OrderKey], rows: usize, count: usize) -> Vec<u32> {
    let (mut numbers, told) = numbers(keys, rows);
    let rank = |number: &u128| number >> ROW_BITS;
    if count > 0 && count < numbers.len() / 2 {
        let (_, last, _) = numbers.select_nth_unstable(count - 1);
        let last = rank(last);
        numbers.retain(|number| rank(number) <= last);
    }
    numbers.sort_unstable();
    let untold = &keys[told..];
    if !untold.is_empty() {
        let order = |left: &u128, right: &u128| {
            let orders = untold.iter().map(|key| key.order(row(left), row(right)));
            let decided = orders.into_iter().find(|ordering| ordering.is_ne());
            decided.unwrap_or_else(|| left.cmp(right))
        };
        let mut sorted = 0;
        for tied in numbers.chunk_by_mut(|left, right| rank(left) == rank(right)) {
            let missing = count.saturating_sub(sorted);
            sorted += tied.len();
            sort_first(tied, missing, order);
        }
    }
    numbers.truncate(count);
    numbers.iter().map(|number| *number as u32).collect()
}

fn row(number: &u128) -> usize {
    *number as u32 as usize
}

/// Puts the first `count` in order; what comes after them stays in any order.
fn sort_first<T>(mut all: &mut [T], count: usize, order: impl Fn(&T, &T) -> Ordering) {
    if count == 0 {
        return;
    }
    if count < all.len() / 2 {
        all.select_nth_unstable_by(count - 1, &order);
        all = &mut all[..count];
    }
    all.sort_unstable_by(order);
}

/// The number of each row, and how many of the keys it tells all about.
fn numbers(keys: &[OrderKey], rows: usize) -> (Vec<u128>, usize) {
    let mut numbers = vec![0; rows];
    let mut room = u128::BITS - ROW_BITS;
    let mut told = 0;
    for key in keys {
        let ranks = match key.column.ranks() {
            Some(ranks) if room > 0 => ranks,
            _ => break,
        };
        let bits = u64::BITS - ranks.greatest.leading_zeros();
        let used = bits.min(room);
        add(&mut numbers, &ranks, key.descending, used, bits - used);
        room -= used;
        if !ranks.exact || used < bits {
            break;
        }
        told += 1;
    }
    let with_row = |(row, number): (usize, &mut u128)| *number = *number << ROW_BITS | row as u128;
    numbers.iter_mut().enumerate().for_each(with_row);
    (numbers, told)
}

/// Adds the first `bits` of ranks that have `left_out` bits more.
fn add(numbers: &mut [u128], ranks: &Ranks, descending: bool, bits: u32, left_out: u32) {
    for (number, rank) in numbers.iter_mut().zip(&ranks.numbers) {
        let rank = match descending {
            true => ranks.greatest - rank,
            false => *rank,
        };
        *number = *number << bits | u128::from(rank >> left_out);
    }
}
