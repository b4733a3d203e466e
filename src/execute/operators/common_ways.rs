//! A row whose ways to common neighbours are counted, from the lists of its two nodes as they stand.

use arrow_array::{Array, UInt32Array};

use super::intersect::changes;
use super::neighbour_lists::NeighbourLists;
use super::steps::Taken;
use crate::error::Result;
use crate::execute::Batch;
use crate::execute::evaluate::node_ids;
use crate::physical::{Common, WeighCommon};

/// The rows of a batch, as far as they matter here.
pub(super) struct Rows<'b> {
    pub(super) one: UInt32Array,
    pub(super) other: UInt32Array,
    /// All ways, where those count that do not meet and that is not told by the lists.
    pub(super) totals: Option<Vec<u64>>,
    /// Which node stays the same from row to row, if one does: is it the other?
    pub(super) usual: Option<bool>,
    /// Nodes that the neighbour must not be.
    different: Vec<UInt32Array>,
    /// Relationships that must not be taken again, and both ends of each.
    taken: Taken<'b>,
    ends: Vec<(UInt32Array, UInt32Array)>,
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
        Ok(Rows {
            one,
            other,
            totals: None,
            usual: stays.then_some(other_turns <= turns),
            different: different.collect::<Result<_>>()?,
            taken,
            ends: ends.collect::<Result<_>>()?,
        })
    }

    /// Whether relationships or nodes have to differ from others.
    pub(super) fn may_differ(&self) -> bool {
        !self.ends.is_empty() || !self.different.is_empty()
    }

    /// Whether both nodes are there in all rows.
    pub(super) fn have_no_nulls(&self) -> bool {
        self.one.null_count() + self.other.null_count() == 0
    }

    /// What there is of a row, but for the relationships that are taken.
    #[inline]
    pub(super) fn read(&self, place: usize, row: &mut Row) {
        (row.one, row.other) = (self.one.value(place), self.other.value(place));
        row.all = self.totals.as_ref().map(|totals| totals[place]);
        row.different.clear();
        for nodes in &self.different {
            row.different.push(nodes.value(place));
        }
        row.ends.clear();
        for (from, to) in &self.ends {
            row.ends.push((from.value(place), to.value(place)));
        }
        row.taken.clear();
    }

    /// The relationships that are taken in a row, which has been read.
    pub(super) fn read_taken(&self, place: usize, row: &mut Row) {
        self.taken.of_row(place, &mut row.taken);
    }
}

/// A row, as far as it matters here.
#[derive(Default, Clone)]
pub(super) struct Row {
    pub(super) one: u32,
    pub(super) other: u32,
    /// Nodes that the neighbour must not be.
    pub(super) different: Vec<u32>,
    /// Relationships that must not be taken again.
    pub(super) taken: Vec<u32>,
    /// Both ends of each of these.
    pub(super) ends: Vec<(u32, u32)>,
    /// All ways, where those count that do not meet.
    pub(super) all: Option<u64>,
}

impl Row {
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
    may_lead_to: impl Fn(u32) -> bool,
    loops: (bool, bool),
    special: &mut Vec<u32>,
) {
    special.clear();
    let excludes_other = plan.different.contains(&plan.other_from);
    let is_closing = plan.count == Common::Meeting;
    let touches = |end: u32| end == row.one || (is_closing && end == row.other);
    let turned = row.ends.iter().map(|(from, to)| (*to, *from));
    let taken = row.ends.iter().copied().chain(turned).filter(|(from, to)| {
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
