//! The neighbours of one node as they stand in the graph: a sorted list for each type and direction.

use smallvec::SmallVec;

use crate::graph::Neighbours;

/// Lists up to this length are gone through from one end to the other when a node is looked for.
const SHORT: usize = 16;

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
        NeighbourLists {
            first: list.nodes,
            more: SmallVec::new(),
            may_loop: list.has_loops,
        }
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
fn times(list: &[u32], node: u32) -> usize {
    if list.len() <= SHORT {
        return list.iter().map(|other| usize::from(*other == node)).sum();
    }
    let start = list.partition_point(|other| *other < node);
    let rest = list[start..].iter();
    rest.take_while(|other| **other == node).count()
}
