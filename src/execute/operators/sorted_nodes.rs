//! Neighbours of a node as they stand in the graph: sorted, each as often as relationships lead to it.

/// Parts of lists up to this length are gone through from one end to the other when a node is looked for:
/// many comparisons at once, none of which waits for the one before.
const SHORT: usize = 32;

/// How often a node stands in a list.
#[inline]
pub(super) fn times(list: &[u32], node: u32) -> usize {
    let (mut start, mut length) = (0, list.len());
    while length > SHORT {
        let half = length / 2;
        // Where the node is cannot be foreseen: no branch.
        start += half * usize::from(list[start + half - 1] < node);
        length -= half;
    }
    let (near, rest) = list[start..].split_at(length);
    let mut times = near.iter().map(|other| usize::from(*other == node)).sum();
    if near.last() == Some(&node) {
        times += rest.iter().take_while(|other| **other == node).count();
    }
    times
}

/// Whether a node stands in a list.
#[inline]
pub(super) fn contains(list: &[u32], node: u32) -> bool {
    times(list, node) > 0
}

/// What comes after a node.
#[inline]
pub(super) fn after(list: &[u32], node: u32) -> &[u32] {
    &list[list.partition_point(|other| *other <= node)..]
}

/// The nodes of a list, each once.
#[inline]
pub(super) fn distinct(list: &[u32]) -> impl Iterator<Item = u32> {
    let before = std::iter::once(None).chain(list.iter().map(Some));
    let new = list
        .iter()
        .zip(before)
        .filter(|(node, before)| Some(*node) != *before);
    new.map(|(node, _)| *node)
}

/// What two lists cost to be compared, for each of the shorter one's nodes, beside a comparison.
#[inline]
pub(super) fn comparisons(one: &[u32], other: &[u32]) -> usize {
    let (short, long) = (one.len().min(other.len()), one.len().max(other.len()));
    let halved = (long / SHORT)
        .checked_ilog2()
        .map_or(0, |halved| halved as usize + 1);
    short * (halved + long.min(SHORT) / AT_ONCE + 1)
}

/// So many comparisons are made at once.
const AT_ONCE: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_found_as_often_as_they_stand_there() {
        for length in [0, 1, 5, 32, 33, 64, 100, 1000] {
            for step in [1, 3, 40] {
                let list: Vec<u32> = (0..length).map(|place| place / step * 2 + 1).collect();
                for node in 0..list.last().copied().unwrap_or(0) + 3 {
                    let wanted = list.iter().filter(|other| **other == node).count();
                    assert_eq!(
                        times(&list, node),
                        wanted,
                        "{node} of {length}, {step} each"
                    );
                    let rest: Vec<u32> = list.iter().copied().filter(|one| *one > node).collect();
                    assert_eq!(after(&list, node), rest);
                }
                let mut once = list.clone();
                once.dedup();
                assert_eq!(distinct(&list).collect::<Vec<_>>(), once);
            }
        }
    }
}
