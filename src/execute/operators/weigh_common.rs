//! Rows that count as often as two of their nodes have neighbours in common, or have none: circles are
//! closed, and ways to where no relationship leads are counted, without a row for each.
//!
//! Two lists of neighbours are compared where they are short. Else those of one node are marked and those
//! of the other looked up, all of one node's with the marks of the other as long as rows stand in its order.
//!
//! Source: "Finding, Counting and Listing All Triangles in Large Graphs" (Schank, Wagner, WEA 2005).

use std::ops::Range;

use arrow_array::{Array, UInt32Array};

use super::Input;
use super::branch::Branch;
use super::common_ways::{ORDERS_OF_THREE, Row, Rows, find_special, met};
use super::intersect::changes;
use super::marks::Marks;
use super::node_numbers::NodeNumbers;
use super::sorted_nodes::{after, comparisons, contains, distinct, times};
use super::steps::{BETWEEN_CHECKS, READ_AHEAD};
use super::wanted::{ALL, only};
use crate::error::Result;
use crate::execute::batch::{multiply, product, total};
use crate::execute::{Batch, Operator, Runtime};
use crate::graph::AllNeighbours;
use crate::physical::{self, Common};
use crate::value::NodeId;

/// A list this many times as long as there are marks is searched for each of them.
const SEARCHED: usize = 32;

/// So many comparisons cost no more than turning from one row's marks to the next one's.
const COMPARED: usize = 48;

/// So many neighbours to be looked up are worth marking a list that is this times as long.
const MARKED_PER_LOOKUP: usize = 8;

/// Counts common neighbours.
pub(in crate::execute) struct WeighCommon<'p> {
    input: Input<'p>,
    plan: &'p physical::WeighCommon,
    only_number: bool,
    one: Side<'p>,
    other: Side<'p>,
    marks: Marks,
    /// Whose neighbours are marked: a node, and whether it is one of the other side.
    marked: Option<(u32, bool)>,
    /// The node of which marks were last wanted, and how many neighbours were looked up without.
    wanted: Option<(u32, bool)>,
    lookups: usize,
    /// Whether the neighbour must not be the other node itself.
    excludes_other: bool,
    /// Whether every way counts once.
    counts_all: bool,
}

/// What leads from one of the two nodes.
struct Side<'p> {
    branch: Branch<'p>,
    /// All ways from each node.
    totals: NodeNumbers,
}

impl<'p> Side<'p> {
    fn new(branch: &'p physical::Branch) -> Self {
        Side {
            branch: Branch::new(branch),
            totals: NodeNumbers::default(),
        }
    }

    /// The number of all ways from each of the nodes; none from nulls.
    fn totals(&mut self, nodes: &UInt32Array, runtime: &mut Runtime) -> Result<Vec<u64>> {
        // What is quickly counted is not worth keeping, unless the node stays the same.
        let is_quick = self.branch.counts_all() && changes(nodes) * 2 > nodes.len();
        if nodes.null_count() == 0 && is_quick {
            return self.branch.count(nodes.values(), runtime);
        }
        let count = |nodes: &[u32], runtime: &mut Runtime| self.branch.count(nodes, runtime);
        self.totals.of_each(nodes, count, runtime)
    }
}

/// The neighbours of nodes of one side, one node after the other.
struct Lists {
    /// Where all are in one piece, and which of them are near.
    all: Option<AllNeighbours>,
    near: Vec<Range<usize>>,
    /// Else those of the last node.
    last: Option<u32>,
    list: Vec<u32>,
    /// Whether a node may be its own neighbour.
    may_loop: bool,
}

impl Lists {
    /// Of so many rows.
    fn new(side: &mut Side, rows: usize, runtime: &Runtime) -> Self {
        side.branch.note_lookups(rows, runtime);
        let all = side.branch.steps(runtime).all();
        Lists {
            may_loop: all.as_ref().is_none_or(AllNeighbours::has_loops),
            all,
            near: Vec::new(),
            last: None,
            list: Vec::new(),
        }
    }

    /// Looks up the lists of nodes and reads what is looked at first of them, where no read waits for
    /// another.
    fn bring_near(&mut self, nodes: &[u32]) {
        let Some(all) = &self.all else { return };
        self.near.clear();
        self.near.extend(nodes.iter().map(|node| all.range(*node)));
        let read = |list: &Range<usize>| {
            let list = &all.nodes()[list.clone()];
            list.get(list.len() / 2).copied().unwrap_or_default()
        };
        std::hint::black_box(self.near.iter().fold(0, |all, list| all ^ read(list)));
    }

    /// The neighbours of a node, which is the one at a place of those that were brought near.
    #[inline]
    fn of(
        &mut self,
        node: u32,
        place: usize,
        side: &mut Side,
        runtime: &Runtime,
    ) -> Result<&[u32]> {
        if let Some(all) = &self.all {
            return Ok(&all.nodes()[self.near[place].clone()]);
        }
        if self.last != Some(node) {
            self.last = None;
            self.list.clear();
            let steps = side.branch.steps(runtime);
            steps.append_nodes(node, &mut self.list)?;
            // A few sorted runs are quickly merged.
            self.list.sort();
            self.last = Some(node);
        }
        Ok(&self.list)
    }
}

impl<'p> WeighCommon<'p> {
    pub(in crate::execute) fn new(
        input: Input<'p>,
        plan: &'p physical::WeighCommon,
        only_number: bool,
    ) -> Self {
        let (one, other) = (Side::new(&plan.one), Side::new(&plan.other));
        let is_other_weighed = plan.count == Common::Apart;
        WeighCommon {
            input,
            plan,
            only_number,
            excludes_other: plan.different.contains(&plan.other_from),
            counts_all: one.branch.counts_all() && (!is_other_weighed || other.branch.counts_all()),
            one,
            other,
            marks: Marks::default(),
            marked: None,
            wanted: None,
            lookups: 0,
        }
    }

    /// Whether neighbours on one side count otherwise than they stand in the graph.
    fn is_changed(&self, is_other: bool) -> bool {
        is_other && (self.excludes_other || !self.counts_each())
    }

    /// Whether each relationship from the other node counts, not only that there is one.
    fn counts_each(&self) -> bool {
        matches!(self.plan.count, Common::Meeting | Common::Apart)
    }

    /// The neighbours of the other node as often as they count there.
    fn changed(&self, list: &[u32], node: u32) -> Vec<u32> {
        let mut changed: Vec<u32> = match self.counts_each() {
            true => list.to_vec(),
            false => distinct(list).collect(),
        };
        if self.excludes_other {
            changed.retain(|neighbour| *neighbour != node);
            if self.plan.count == Common::Absent {
                changed.push(node);
            }
        }
        changed
    }

    /// Marks the neighbours of a node with how often ways count that lead to them.
    fn mark(
        &mut self,
        node: u32,
        is_other: bool,
        list: &[u32],
        runtime: &mut Runtime,
    ) -> Result<()> {
        self.marks.clear(runtime)?;
        self.marked = None;
        let changed = self.is_changed(is_other).then(|| self.changed(list, node));
        let list = changed.as_deref().unwrap_or(list);
        self.one.branch.learn_ends(list, runtime)?;
        if self.plan.count == Common::Apart {
            self.other.branch.learn_ends(list, runtime)?;
        }
        for neighbour in list {
            let weight = self.weight(*neighbour)?;
            self.marks.add(*neighbour, weight, runtime)?;
        }
        self.marked = Some((node, is_other));
        Ok(())
    }

    /// How often a way counts that leads to a neighbour, which must have been learnt.
    fn weight(&self, neighbour: u32) -> Result<u64> {
        let weight = self.one.branch.weight(neighbour);
        match self.plan.count {
            Common::Apart => product(weight, self.other.branch.weight(neighbour)),
            _ => Ok(weight),
        }
    }

    /// The ways to the common neighbours of the marked node and a node of one side with these neighbours.
    #[inline]
    fn met_at_marks(&self, list: &[u32], node: u32, is_other: bool, may_loop: bool) -> Result<u64> {
        let marks = self.marks.marked();
        let is_short = list.len() <= SEARCHED * (marks.len() + 1);
        let is_each = !is_other || self.counts_each();
        let mut ways = match is_each {
            true if is_short => self.marks.sum(list)?,
            false if is_short => self.marks.sum_distinct(list)?,
            _ => marks.iter().try_fold(0, |ways, neighbour| {
                let times = times(list, *neighbour) as u64;
                let times = if is_each { times } else { times.min(1) };
                total(ways, product(times, self.marks.get(*neighbour))?)
            })?,
        };
        if is_other && self.excludes_other {
            let mark = self.marks.get(node);
            let times = if may_loop {
                times(list, node) as u64
            } else {
                0
            };
            ways -= mark * if is_each { times } else { times.min(1) };
            if self.plan.count == Common::Absent {
                ways = total(ways, mark)?;
            }
        }
        Ok(ways)
    }

    /// Which neighbours of a row to mark: those of the other node? `usual` is the side that stays the
    /// same from row to row, `lengths` are how many neighbours the one and the other node have.
    fn is_other_marked(&mut self, row: &Row, usual: Option<bool>, lengths: (usize, usize)) -> bool {
        let (one, other) = lengths;
        let Some(is_other) = usual else {
            return other <= one;
        };
        let wanted = Some((row.node(is_other), is_other));
        if self.wanted != wanted {
            (self.wanted, self.lookups) = (wanted, 0);
        }
        let (marked, looked_up) = match is_other {
            true => (other, one),
            false => (one, other),
        };
        self.lookups += looked_up;
        let is_worth = marked <= MARKED_PER_LOOKUP * (self.lookups + 1);
        is_other == is_worth
    }

    /// How often a row counts whose nodes have these neighbours.
    #[inline(always)]
    fn count(
        &mut self,
        rows: &Rows,
        place: usize,
        (one, other): (&[u32], &[u32]),
        may_loop: bool,
        row: &mut Row,
        runtime: &mut Runtime,
    ) -> Result<u64> {
        let all = match &rows.totals {
            Some(totals) => Some(totals[place]),
            None => all_ways(self.plan.count, (one.len(), other.len())),
        };
        // Where there are no ways at all, none is left.
        if one.is_empty() || all == Some(0) {
            return Ok(0);
        }
        (row.one, row.other) = (rows.one.value(place), rows.other.value(place));
        if self.plan.count == Common::Meeting && row.one == row.other {
            // One relationship may lead to the neighbour from both, which are one.
            rows.read(place, row);
            return self.exact(row, None, Row::orders, runtime);
        }
        let last = row.last(self.plan);
        let after_last = |list| last.map_or(list, |last| after(list, last));
        // The side whose neighbours are marked, if it is the same as of the row before: is it the other?
        let mut marked = self.marked.filter(|(node, is_other)| {
            rows.usual == Some(*is_other) && row.node(*is_other) == *node
        });
        let met = match marked {
            Some((_, true)) => self.met_at_marks(after_last(one), row.one, false, may_loop)?,
            Some((_, false)) => self.met_at_marks(after_last(other), row.other, true, may_loop)?,
            None => {
                let lists = (after_last(one), after_last(other));
                if self.counts_all && is_quickly_compared(lists.0, lists.1, rows.usual) {
                    let excluded = self.excludes_other.then_some(row.other);
                    met(self.plan.count, excluded, lists.0, lists.1)
                } else {
                    let is_other = self.is_other_marked(row, rows.usual, (one.len(), other.len()));
                    let list = if is_other { other } else { one };
                    self.mark(row.node(is_other), is_other, list, runtime)?;
                    marked = self.marked;
                    match is_other {
                        true => self.met_at_marks(lists.0, row.one, false, may_loop)?,
                        false => self.met_at_marks(lists.1, row.other, true, may_loop)?,
                    }
                }
            }
        };
        let ways = match last {
            Some(_) => product(met, ORDERS_OF_THREE)?,
            None => all.map_or(met, |all| all - met),
        };
        let loops = match may_loop {
            true => (contains(one, row.one), contains(other, row.other)),
            false => (false, false),
        };
        if !rows.may_differ(loops) {
            return Ok(ways);
        }
        rows.read_nodes(place, row);
        // What has no mark is counted only where marks are of what must not be met.
        let may_lead_to = |node| match marked {
            None => contains(one, node),
            Some((_, true)) if self.plan.count == Common::Absent => true,
            Some(_) => self.marks.get(node) > 0,
        };
        // Only over a loop a neighbour that comes in order is one of the two.
        let more = last.filter(|_| loops.0 || loops.1);
        let special = find_special(self.plan, row, may_lead_to, loops, more);
        if special.is_empty() {
            return Ok(ways);
        }
        rows.read(place, row);
        self.corrected(ways, row, &special, runtime)
    }

    /// How often a row counts, if it is `ways` but for the ways to some nodes.
    fn corrected(
        &mut self,
        mut ways: u64,
        row: &Row,
        special: &[u32],
        runtime: &mut Runtime,
    ) -> Result<u64> {
        let counted = row.before_corrections(self.excludes_other);
        for node in special {
            let target = Some(*node);
            ways -= self.exact(&counted, target, Row::orders_of_three, runtime)?;
            ways = total(ways, self.exact(row, target, Row::orders, runtime)?)?;
        }
        Ok(ways)
    }

    /// How often a row counts, way by way, each as often as `orders` tells; with a target, only the ways to
    /// there.
    fn exact(
        &mut self,
        row: &Row,
        target: Option<u32>,
        orders: impl Fn(&Row, u32, &physical::WeighCommon) -> u64,
        runtime: &mut Runtime,
    ) -> Result<u64> {
        let mut ways: Vec<(u32, u32)> = Vec::new();
        let steps = self.one.branch.steps(runtime);
        let wanted = target.map_or(ALL, only);
        steps.visit(NodeId(row.one), &wanted, |neighbour, relationship| {
            if !row.taken.contains(&relationship) && !row.different.contains(&neighbour) {
                ways.push((neighbour, relationship));
            }
        })?;
        let mut all = 0;
        for (neighbour, relationship) in ways {
            let mut met = 0;
            let is_closing = self.plan.count == Common::Meeting;
            let steps = self.other.branch.steps(runtime);
            steps.visit(NodeId(row.other), &only(neighbour), |_, other| {
                let is_free = !row.taken.contains(&other) && other != relationship;
                met += u64::from(!is_closing || is_free);
            })?;
            let times = match self.plan.count {
                Common::Meeting | Common::Apart => met,
                Common::Present => u64::from(met > 0),
                Common::Absent => u64::from(met == 0),
            };
            self.one.branch.learn_ends(&[neighbour], runtime)?;
            let times = product(times, orders(row, neighbour, self.plan))?;
            all = total(all, product(times, self.one.branch.weight(neighbour))?)?;
        }
        Ok(all)
    }
}

/// Whether two lists are compared as they stand sooner than by marks; those of one side may be marked for
/// many rows.
#[inline]
fn is_quickly_compared(one: &[u32], other: &[u32], usual: Option<bool>) -> bool {
    let compared = comparisons(one, other);
    compared <= COMPARED || (usual.is_none() && compared <= one.len() + other.len())
}

/// All ways from two nodes with so many neighbours, where those count that do not meet.
#[inline]
fn all_ways(count: Common, (here, there): (usize, usize)) -> Option<u64> {
    match count {
        Common::Meeting | Common::Present => None,
        Common::Absent => Some(here as u64),
        Common::Apart => Some(here as u64 * there as u64),
    }
}

impl Operator for WeighCommon<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let Some(batch) = self.input.next(runtime)? else {
            return Ok(None);
        };
        runtime.context.check()?;
        let mut rows = Rows::new(self.plan, &batch)?;
        // What is counted if nothing is met.
        rows.totals = match self.plan.count {
            Common::Meeting | Common::Present => None,
            _ if self.counts_all => None,
            Common::Absent => Some(self.one.totals(&rows.one, runtime)?),
            Common::Apart => {
                let mut totals = self.one.totals(&rows.one, runtime)?;
                multiply(&mut totals, &self.other.totals(&rows.other, runtime)?)?;
                Some(totals)
            }
        };
        let mut ones = Lists::new(&mut self.one, batch.rows(), runtime);
        let mut others = Lists::new(&mut self.other, batch.rows(), runtime);
        let may_loop = ones.may_loop || others.may_loop;
        let has_nulls = rows.have_nulls();
        let mut weights = vec![0; batch.rows()];
        let (mut row, mut gone_through) = (Row::default(), 0);
        let parts = weights.chunks_mut(READ_AHEAD);
        for (first, weights) in (0..).step_by(READ_AHEAD).zip(parts) {
            let part = first..first + weights.len();
            ones.bring_near(&rows.one.values()[part.clone()]);
            others.bring_near(&rows.other.values()[part.clone()]);
            for (near, (place, weight)) in part.zip(weights).enumerate() {
                if has_nulls && !rows.is_valid(place) {
                    continue;
                }
                let (one, other) = (rows.one.value(place), rows.other.value(place));
                let one = ones.of(one, near, &mut self.one, runtime)?;
                let other = others.of(other, near, &mut self.other, runtime)?;
                gone_through += one.len() + other.len() + 1;
                let lists = (one, other);
                *weight = self.count(&rows, place, lists, may_loop, &mut row, runtime)?;
                if gone_through > BETWEEN_CHECKS {
                    runtime.context.check()?;
                    gone_through = 0;
                }
            }
        }
        match self.only_number {
            true => batch.counted(weights).map(Some),
            false => batch.weighted(weights).map(Some),
        }
    }
}
