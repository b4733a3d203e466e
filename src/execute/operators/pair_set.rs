//! A set of pairs of small numbers, a bit for each pair that may be.

/// Bytes that it may have anyway, and for each row that was seen.
const FEW_BYTES: usize = 1 << 20;
const BYTES_PER_ROW: usize = 8;

/// The room for second numbers at the beginning, in bits: whole words.
const FIRST_WIDTH: u32 = 10;

/// Pairs that were met.
#[derive(Debug)]
pub(super) struct PairSet {
    /// Those of each first number side by side.
    words: Vec<u64>,
    /// So many bits have room for the second number.
    width: u32,
}

impl PairSet {
    pub(super) fn new() -> Self {
        PairSet {
            words: Vec::new(),
            width: FIRST_WIDTH,
        }
    }

    /// The bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        self.words.len() * size_of::<u64>()
    }

    /// Makes room for pairs of numbers below `firsts` and `seconds`; gives `false` where that would be too
    /// much for so many rows.
    pub(super) fn make_room(&mut self, firsts: usize, seconds: usize, rows: usize) -> bool {
        let needed = usize::BITS - seconds.saturating_sub(1).leading_zeros();
        let width = self.width.max(needed);
        let most = FEW_BYTES.max(rows.saturating_mul(BYTES_PER_ROW));
        let words = firsts.saturating_mul(words_of(width));
        if words > most / size_of::<u64>() {
            return false;
        }
        if width > self.width && !self.words.is_empty() {
            self.widen(width);
        }
        self.width = width;
        if words > self.words.len() {
            self.words.resize(words, 0);
        }
        true
    }

    /// Moves the pairs of each first number apart.
    fn widen(&mut self, width: u32) {
        let (before, after) = (words_of(self.width), words_of(width));
        let mut words = vec![0; self.words.len() / before * after];
        for (wide, narrow) in words.chunks_mut(after).zip(self.words.chunks(before)) {
            wide[..before].copy_from_slice(narrow);
        }
        self.words = words;
    }

    /// Adds a pair for which there is room; tells whether it is new.
    #[inline]
    pub(super) fn insert(&mut self, first: u32, second: u32) -> bool {
        let bit = (first as usize) << self.width | second as usize;
        let word = &mut self.words[bit / u64::BITS as usize];
        let mask = 1 << (bit % u64::BITS as usize);
        let is_new = *word & mask == 0;
        *word |= mask;
        is_new
    }
}

/// The words of one first number.
fn words_of(width: u32) -> usize {
    1 << (width - u64::BITS.ilog2())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn pairs_are_new_once_while_both_numbers_grow() {
        let mut set = PairSet::new();
        let mut known = HashSet::new();
        let mut seed = 7_u64;
        for step in 1..60_000_u32 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let first = (seed >> 33) as u32 % (1 + step / 1000);
            let second = (seed >> 13) as u32 % (1 + step / 10);
            assert!(set.make_room(1 + step as usize / 1000, 1 + step as usize / 10, 60_000));
            assert_eq!(set.insert(first, second), known.insert((first, second)));
        }
        assert!(!set.make_room(1 << 20, 1 << 20, 60_000));
    }
}
