//! The neighbours of one node as they stand in the graph: a sorted list for each type and direction.

use std::cmp::Ordering;

use smallvec::SmallVec;

use crate::graph::Neighbours;

/// Lists up to this length are gone through from one end to the other when a node is looked for: many
/// comparisons at once, none of which waits for the one before.
const SHORT: usize = 128;

/// Lists of one node. A node stands as often as relationships lead to it.
#[derive(Default)]
pub(super) struct NeighbourLists<'s> {
    first: &'s [u32],
    more: SmallVec<[&'s [u32]; 1]>,
    may_loop: bool,
}

impl<'s> NeighbourLists<'s> {
    /// A sorted list.
    #[inline]
    pub(super) fn of(list: Neighbours<'s>) -> Self {
        NeighbourLists::of_nodes(list.nodes, list.has_loops)
    }

    /// Nodes that are sorted.
    #[inline]
    pub(super) fn of_nodes(nodes: &'s [u32], may_loop: bool) -> Self {
        NeighbourLists {
            first: nodes,
            more: SmallVec::new(),
            may_loop,
        }
    }

    /// Only what comes after a node.
    #[inline]
    pub(super) fn after(mut self, node: u32) -> Self {
        let after = |list: &'s [u32]| {
            let begin = list.partition_point(|other| *other <= node);
            &list[begin..]
        };
        self.first = after(self.first);
        self.more.iter_mut().for_each(|list| *list = after(*list));
        self
    }

    /// Adds a sorted list.
    #[inline]
    pub(super) fn push(&mut self, list: Neighbours<'s>) {
        self.may_loop |= list.has_loops;
        if self.first.is_empty() {
            self.first = list.nodes;
        } else if !list.nodes.is_empty() {
            self.more.push(list.nodes);
        }
    }

    /// Whether the node that the lists are of is its own neighbour.
    #[inline]
    pub(super) fn has_loop(&self, node: u32) -> bool {
        self.may_loop && self.contains(node)
    }

    /// How many there are in all lists.
    #[inline]
    pub(super) fn len(&self) -> usize {
        let more = self.more.iter().map(|list| list.len());
        self.first.len() + more.sum::<usize>()
    }

    /// How often a node stands in the lists.
    #[inline]
    pub(super) fn times(&self, node: u32) -> usize {
        let more = self.more.iter().map(|list| times(list, node));
        times(self.first, node) + more.sum::<usize>()
    }

    /// Whether a node stands in the lists.
    #[inline]
    pub(super) fn contains(&self, node: u32) -> bool {
        self.times(node) > 0
    }

    /// The lists.
    #[inline]
    pub(super) fn lists(&self) -> impl Iterator<Item = &'s [u32]> + '_ {
        std::iter::once(self.first).chain(self.more.iter().copied())
    }

    /// The sum of what `number` gives for all nodes, as often as they stand there.
    #[inline]
    pub(super) fn sum(&self, number: impl Fn(u32) -> usize) -> usize {
        let sum = |list: &[u32]| list.iter().map(|node| number(*node)).sum::<usize>();
        let more = self.more.iter().map(|list| sum(list));
        sum(self.first) + more.sum::<usize>()
    }

    /// All nodes, each once.
    pub(super) fn distinct(&self) -> impl Iterator<Item = u32> + '_ {
        self.lists().enumerate().flat_map(move |(number, list)| {
            let is_first = move |place: usize, node: u32| {
                (place == 0 || list[place - 1] != node)
                    && self
                        .lists()
                        .take(number)
                        .all(|before| times(before, node) == 0)
            };
            let nodes = list.iter().copied().enumerate();
            nodes.filter_map(move |(place, node)| is_first(place, node).then_some(node))
        })
    }
}

/// How often a node stands in a sorted list.
#[inline]
fn times(mut list: &[u32], node: u32) -> usize {
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
