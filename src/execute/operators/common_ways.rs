//! A row whose ways to common neighbours are counted, from the lists of its two nodes as they stand.

use super::neighbour_lists::NeighbourLists;
use crate::physical::{Common, WeighCommon};

/// A row, as far as it matters here.
pub(super) struct Row<'r> {
    pub(super) one: u32,
    pub(super) other: u32,
    /// Nodes that the neighbour must not be.
    pub(super) different: &'r [u32],
    /// Relationships that must not be taken again.
    pub(super) taken: &'r [u32],
    /// All ways, where those count that do not meet.
    pub(super) all: Option<u64>,
}

impl Row<'_> {
    /// The one node, or the other.
    pub(super) fn node(&self, is_other: bool) -> u32 {
        if is_other { self.other } else { self.one }
    }
}

/// How many ways lead to a neighbour that two nodes have in common; see [`Common`]. A neighbour may be
/// excluded; then no way to it is among those that are left of all.
pub(super) fn met(
    count: Common,
    excluded: Option<u32>,
    one: &NeighbourLists,
    other: &NeighbourLists,
) -> u64 {
    let counts_each = matches!(count, Common::Meeting | Common::Apart);
    let mut met = match (count, excluded) {
        (Common::Absent, Some(node)) => one.times(node),
        _ => 0,
    };
    let is_met = |node: u32| excluded != Some(node);
    met += match (one.len() <= other.len(), counts_each) {
        (true, true) => one.sum(|node| usize::from(is_met(node)) * other.times(node)),
        (true, false) => one.sum(|node| usize::from(is_met(node) && other.contains(node))),
        (false, true) => other.sum(|node| usize::from(is_met(node)) * one.times(node)),
        (false, false) => {
            let nodes = other.distinct().filter(|node| is_met(*node));
            nodes.map(|node| one.times(node)).sum()
        }
    };
    met as u64
}

/// The nodes to which ways of a row may lead that must not be counted: because they must differ from
/// the node, or because a relationship of the row leads there that must not be taken again. `loops` tells
/// whether its one node and its other node are their own neighbours.
pub(super) fn find_special(
    plan: &WeighCommon,
    row: &Row,
    ends: &[(u32, u32)],
    may_lead_to: impl Fn(u32) -> bool,
    loops: (bool, bool),
    special: &mut Vec<u32>,
) {
    let excludes_other = plan.different.contains(&plan.other_from);
    let is_closing = plan.count == Common::Meeting;
    let touches = |end: u32| end == row.one || (is_closing && end == row.other);
    let turned = ends.iter().map(|(from, to)| (*to, *from));
    let taken = ends.iter().copied().chain(turned).filter(|(from, to)| {
        // Without a loop no node is its own neighbour.
        let is_met = match *to {
            _ if !is_closing => true,
            to if to == row.one => loops.0,
            to if to == row.other => loops.1,
            _ => true,
        };
        touches(*from) && is_met
    });
    let nodes = taken.map(|(_, to)| to).chain(row.different.iter().copied());
    special.extend(nodes.filter(|node| {
        let is_excluded = excludes_other && *node == row.other;
        !is_excluded && may_lead_to(*node)
    }));
    special.sort_unstable();
    special.dedup();
}
