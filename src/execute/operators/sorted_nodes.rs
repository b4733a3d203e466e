//! Neighbours of a node as they stand in the graph: sorted, each as often as relationships lead to it.

use std::cmp::Ordering;

/// Lists up to this length are gone through from one end to the other when a node is looked for: many
/// comparisons at once, none of which waits for the one before.
const SHORT: usize = 128;

/// How often a node stands in a list.
#[inline]
pub(super) fn times(mut list: &[u32], node: u32) -> usize {
    while list.len() > SHORT {
        let middle = list.len() / 2;
        match list[middle].cmp(&node) {
            Ordering::Less => list = &list[middle + 1..],
            Ordering::Greater => list = &list[..middle],
            Ordering::Equal => {
                let (before, after) = list.split_at(middle);
                let is_node = |other: &&u32| **other == node;
                return before.iter().rev().take_while(is_node).count()
                    + after.iter().take_while(is_node).count();
            }
        }
    }
    list.iter().map(|other| usize::from(*other == node)).sum()
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
    let new = list.iter().zip(before).filter(|(node, before)| Some(*node) != *before);
    new.map(|(node, _)| *node)
}

/// What two lists cost to be compared, for each of the shorter one's nodes, beside a comparison.
#[inline]
pub(super) fn comparisons(one: &[u32], other: &[u32]) -> usize {
    let (short, long) = (one.len().min(other.len()), one.len().max(other.len()));
    short * ((long / SHORT).checked_ilog2().unwrap_or(0) as usize + long.min(SHORT) / AT_ONCE + 1)
}

/// So many comparisons are made at once.
const AT_ONCE: usize = 8;
