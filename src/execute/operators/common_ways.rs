//! A row whose ways to common neighbours are counted: what is known of it, and which nodes have to be looked
//! at one by one.

use arrow_array::{Array, UInt32Array};
use smallvec::SmallVec;

use super::intersect::changes;
use super::mirror::arrangements;
use super::sorted_nodes::{contains, distinct, times};
use super::wanted::Taken;
use crate::error::Result;
use crate::execute::Batch;
use crate::execute::evaluate::node_ids;
use crate::physical::{Common, WeighCommon};

/// In how many orders three nodes can stand.
pub(super) const ORDERS_OF_THREE: u64 = 6;

/// The rows of a batch, as far as they matter here.
pub(super) struct Rows<'b> {
    pub(super) one: UInt32Array,
    pub(super) other: UInt32Array,
    /// All ways of each row, where those count that do not meet and not each of them counts once.
    pub(super) totals: Option<Vec<u64>>,
    /// Which node stays the same from row to row, if one does: is it the other?
    pub(super) usual: Option<bool>,
    /// Nodes that the neighbour must not be.
    different: Vec<UInt32Array>,
    /// Relationships that must not be taken again, and both ends of each.
    taken: Taken<'b>,
    ends: Vec<(UInt32Array, UInt32Array)>,
    /// Whether only over loops ways lead to what they must not: all relationships that must not be taken again
    /// are between the two nodes.
    needs_loops: bool,
}

impl<'b> Rows<'b> {
    pub(super) fn new(plan: &WeighCommon, batch: &'b Batch) -> Result<Rows<'b>> {
        let ids = |slot: usize| Ok(node_ids(batch.column(slot)?)?.into_owned());
        let (one, other) = (ids(plan.from)?, ids(plan.other_from)?);
        let (turns, other_turns) = (changes(&one), changes(&other));
        let stays = turns.min(other_turns) * 2 <= batch.rows();
        let taken = plan.distinct_from.iter().map(|one| one.relationship);
        let taken = Taken::new(&taken.collect::<Vec<_>>(), batch)?;
        let ends = plan.distinct_from.iter();
        let ends = ends.map(|one| Ok((ids(one.from)?, ids(one.to)?)));
        let different = plan.different.iter().map(|slot| ids(*slot));
        // The other node is left out wherever it must be.
        let is_free = plan.different.iter().all(|slot| *slot == plan.other_from);
        let nodes = (plan.from, plan.other_from);
        let mut taken_ends = plan.distinct_from.iter().map(|one| (one.from, one.to));
        let are_between = plan.count == Common::Meeting
            && taken_ends.all(|(from, to)| (from, to) == nodes || (to, from) == nodes);
        Ok(Rows {
            one,
            other,
            totals: None,
            usual: stays.then_some(other_turns <= turns),
            different: different.collect::<Result<_>>()?,
            taken,
            ends: ends.collect::<Result<_>>()?,
            needs_loops: is_free && (plan.distinct_from.is_empty() || are_between),
        })
    }

    /// Whether ways of a row may lead to what they must not; `loops` tells whether its one node and its
    /// other node are their own neighbours.
    #[inline]
    pub(super) fn may_differ(&self, loops: (bool, bool)) -> bool {
        !self.needs_loops || loops.0 || loops.1
    }

    /// Whether a node is missing in some row.
    pub(super) fn have_nulls(&self) -> bool {
        self.one.null_count() + self.other.null_count() > 0
    }

    /// Whether both nodes are there.
    #[inline]
    pub(super) fn is_valid(&self, place: usize) -> bool {
        self.one.is_valid(place) && self.other.is_valid(place)
    }

    /// The nodes that tell whether a row has to be looked at more closely.
    #[inline]
    pub(super) fn read_nodes(&self, place: usize, row: &mut Row) {
        row.different.clear();
        for nodes in &self.different {
            row.different.push(nodes.value(place));
        }
        row.ends.clear();
        for (from, to) in &self.ends {
            row.ends.push((from.value(place), to.value(place)));
        }
    }

    /// All that there is of a row.
    pub(super) fn read(&self, place: usize, row: &mut Row) {
        (row.one, row.other) = (self.one.value(place), self.other.value(place));
        self.read_nodes(place, row);
        self.taken.of_row(place, &mut row.taken);
    }
}

/// A row, as far as it matters here.
#[derive(Default)]
pub(super) struct Row {
    pub(super) one: u32,
    pub(super) other: u32,
    /// Nodes that the neighbour must not be.
    pub(super) different: Vec<u32>,
    /// Relationships that must not be taken again.
    pub(super) taken: Vec<u32>,
    /// Both ends of each of these.
    ends: Vec<(u32, u32)>,
}

impl Row {
    /// The one node, or the other.
    #[inline]
    pub(super) fn node(&self, is_other: bool) -> u32 {
        if is_other { self.other } else { self.one }
    }

    /// The row as all rows are counted at first: the neighbour is at most not the other node.
    pub(super) fn before_corrections(&self, excludes_other: bool) -> Row {
        Row {
            one: self.one,
            other: self.other,
            different: Vec::from_iter(excludes_other.then_some(self.other)),
            ..Row::default()
        }
    }

    /// The node after which a neighbour must come that can be exchanged for both, if it can.
    #[inline]
    pub(super) fn last(&self, plan: &WeighCommon) -> Option<u32> {
        plan.mirrored.then_some(self.one.max(self.other))
    }

    /// How often a way to a neighbour counts, where it is listed in one order of the three nodes.
    pub(super) fn orders(&self, neighbour: u32, plan: &WeighCommon) -> u64 {
        match self.last(plan) {
            None => 1,
            Some(last) if neighbour < last => 0,
            Some(last) => arrangements(&[self.one.min(self.other), last, neighbour]),
        }
    }

    /// As [`Row::orders`], where the neighbour is neither of the two nodes.
    pub(super) fn orders_of_three(&self, neighbour: u32, plan: &WeighCommon) -> u64 {
        match self.last(plan) {
            None => 1,
            Some(last) if neighbour <= last => 0,
            Some(_) => ORDERS_OF_THREE,
        }
    }
}

/// How many ways lead to a neighbour that two nodes have in common, whose lists these are; see [`Common`].
/// A neighbour may be excluded; then no way to it is among those that are left of all.
#[inline]
pub(super) fn met(count: Common, excluded: Option<u32>, one: &[u32], other: &[u32]) -> u64 {
    let counts_each = matches!(count, Common::Meeting | Common::Apart);
    let mut met = match (count, excluded) {
        (Common::Absent, Some(node)) => times(one, node),
        _ => 0,
    };
    let is_met = |node: u32| excluded != Some(node);
    met += match (one.len() <= other.len(), counts_each) {
        (true, true) => {
            let nodes = one.iter().filter(|node| is_met(**node));
            nodes.map(|node| times(other, *node)).sum::<usize>()
        }
        (true, false) => {
            let nodes = one.iter().filter(|node| is_met(**node));
            nodes.filter(|node| contains(other, **node)).count()
        }
        (false, true) => {
            let nodes = other.iter().filter(|node| is_met(**node));
            nodes.map(|node| times(one, *node)).sum()
        }
        (false, false) => {
            let nodes = distinct(other).filter(|node| is_met(*node));
            nodes.map(|node| times(one, node)).sum()
        }
    };
    met as u64
}

/// The nodes to which ways of a row may lead that must not be counted: because they must differ from
/// the node, or because a relationship of the row leads there that must not be taken again. `loops` tells
/// whether its one node and its other node are their own neighbours; `more` is special besides.
pub(super) fn find_special(
    plan: &WeighCommon,
    row: &Row,
    may_lead_to: impl Fn(u32) -> bool,
    loops: (bool, bool),
    more: Option<u32>,
) -> SmallVec<[u32; 4]> {
    let excludes_other = plan.different.contains(&plan.other_from);
    let is_closing = plan.count == Common::Meeting;
    let touches = |end: u32| end == row.one || (is_closing && end == row.other);
    let is_special = |node: u32| {
        let is_excluded = excludes_other && node == row.other;
        !is_excluded && may_lead_to(node)
    };
    let mut special = SmallVec::new();
    for (from, to) in &row.ends {
        for (from, to) in [(*from, *to), (*to, *from)] {
            // Without a loop no node is its own neighbour.
            let is_met = match to {
                _ if !is_closing => true,
                to if to == row.one => loops.0,
                to if to == row.other => loops.1,
                _ => true,
            };
            if touches(from) && is_met && is_special(to) {
                special.push(to);
            }
        }
    }
    for node in &row.different {
        if is_special(*node) {
            special.push(*node);
        }
    }
    if let Some(more) = more {
        special.push(more);
    }
    if special.len() > 1 {
        special.sort_unstable();
        special.dedup();
    }
    special
}
