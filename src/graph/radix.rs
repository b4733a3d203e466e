//! Sorts very many entries of adjacency: digit by digit, the last digit first.
//!
//! Least-significant-digit radix sort as in Knuth, "The Art of Computer Programming" 3, 5.2.5; digits
//! that all entries share are passed over.

use super::segment::Entry;
use crate::context::{Context, Reservation};
use crate::error::Result;

/// Bits of a digit: its counters and the places that are written to at once stay in the fastest cache.
const BITS: u32 = 11;

/// Entries between two looks at the interrupt flag.
const BETWEEN_CHECKS: usize = 1 << 18;

/// What sorting takes: the context, and room for a second copy of the entries.
struct Sorter<'a> {
    context: &'a Context,
    other: Vec<Entry>,
    _held: Reservation,
}

/// The entries sorted, and sorted the other way round: by neighbour, node, relationship.
///
/// # Errors
/// `ResourceError`.
pub(super) fn sorted_both_ways(
    mut entries: Vec<Entry>,
    context: &Context,
) -> Result<(Vec<Entry>, Vec<Entry>)> {
    let bytes = entries.len() * size_of::<Entry>();
    let mut sorter = Sorter {
        context,
        other: Vec::new(),
        _held: context.reserve(2 * bytes)?,
    };
    if !entries.is_sorted() {
        if !entries.is_sorted_by_key(|entry| entry.2) {
            sorter.sort(&mut entries, |entry| entry.2)?;
        }
        sorter.sort(&mut entries, |entry| entry.1)?;
        sorter.sort(&mut entries, |entry| entry.0)?;
    }
    let mut turned: Vec<Entry> = entries
        .iter()
        .map(|(node, neighbour, id)| (*neighbour, *node, *id))
        .collect();
    // Those of one neighbour stand in the order of node and relationship already.
    sorter.sort(&mut turned, |entry| entry.0)?;
    Ok((entries, turned))
}

impl Sorter<'_> {
    /// Sorts by a part of the entries; what is equal in it keeps its order.
    fn sort(&mut self, entries: &mut Vec<Entry>, part: impl Fn(&Entry) -> u32) -> Result<()> {
        let greatest = entries.iter().map(&part).max().unwrap_or(0);
        let digits = (u32::BITS - greatest.leading_zeros()).div_ceil(BITS);
        for digit in 0..digits {
            let digit_of = |entry: &Entry| (part(entry) >> (digit * BITS)) as usize % (1 << BITS);
            self.distribute(entries, digit_of)?;
        }
        Ok(())
    }

    /// Sorts by one digit.
    fn distribute(
        &mut self,
        entries: &mut Vec<Entry>,
        digit_of: impl Fn(&Entry) -> usize,
    ) -> Result<()> {
        self.context.check()?;
        let mut places = vec![0_usize; 1 << BITS];
        entries
            .iter()
            .for_each(|entry| places[digit_of(entry)] += 1);
        if places.contains(&entries.len()) {
            return Ok(());
        }
        let mut before = 0;
        for place in &mut places {
            before += std::mem::replace(place, before);
        }
        self.other.resize(entries.len(), (0, 0, 0));
        for some in entries.chunks(BETWEEN_CHECKS) {
            self.context.check()?;
            for entry in some {
                let place = &mut places[digit_of(entry)];
                self.other[*place] = *entry;
                *place += 1;
            }
        }
        std::mem::swap(entries, &mut self.other);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_sorted_both_ways() -> Result<()> {
        let mut random = fastrand::Rng::with_seed(1);
        for nodes in [1, 2, 300, 5_000_000, u32::MAX] {
            for length in [0, 1, 2, 5_000] {
                let mut entries: Vec<Entry> = (0..length)
                    .map(|id| (random.u32(0..nodes), random.u32(0..nodes), id))
                    .collect();
                if random.bool() {
                    random.shuffle(&mut entries);
                }
                let mut expected = entries.clone();
                expected.sort_unstable();
                let mut turned: Vec<Entry> = entries.iter().map(|e| (e.1, e.0, e.2)).collect();
                turned.sort_unstable();
                let sorted = sorted_both_ways(entries, &Context::unlimited())?;
                assert_eq!(sorted, (expected, turned));
            }
        }
        Ok(())
    }
}
