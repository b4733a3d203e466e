//! Rows that count as often as two of their nodes have neighbours in common, or have none: circles are
//! closed, and ways to where no relationship leads are counted, without a row for each.
//!
//! The neighbours of one node are marked and those of the other looked up, all of one node's with the
//! marks of the other as long as rows stand in its order.
//!
//! Source: "Finding, Counting and Listing All Triangles in Large Graphs" (Schank, Wagner, WEA 2005).

use arrow_array::{Array, UInt32Array};

use super::Input;
use super::common_ways::{Row, Rows, find_special, met};
use super::intersect::changes;
use super::kept_lists::KeptLists;
use super::marks::Marks;
use super::neighbour_lists::NeighbourLists;
use super::node_numbers::NodeNumbers;
use super::steps::{BETWEEN_CHECKS, READ_AHEAD};
use super::ways::Branch;
use crate::error::Result;
use crate::execute::batch::{multiply, product, total};
use crate::execute::{Batch, Operator, Runtime};
use crate::physical::{self, Common};
use crate::value::NodeId;

/// A list this many times as long as there are marks is searched for each of them.
const SEARCHED: usize = 32;

/// So many comparisons without marks cost no more than turning from one row's marks to the next one's.
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
    /// The list that is being marked.
    list: Vec<u32>,
    /// Whether the neighbour must not be the other node itself.
    excludes_other: bool,
    /// Whether every way counts once.
    counts_all: bool,
}

/// What leads from one of the two nodes.
struct Side<'p> {
    branch: Branch<'p>,
    /// The neighbours of nodes, where they count otherwise than they stand in the graph.
    changed: KeptLists,
    /// All ways from each node.
    totals: NodeNumbers,
}

impl<'p> Side<'p> {
    fn new(branch: &'p physical::Branch) -> Self {
        Side {
            branch: Branch::new(branch),
            changed: KeptLists::default(),
            totals: NodeNumbers::default(),
        }
    }

    /// The neighbours of a node, as they stand.
    #[inline]
    fn lists(&mut self, node: u32, runtime: &Runtime) -> Result<NeighbourLists<'_>> {
        self.branch.steps(runtime).lists(node)
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
            list: Vec::new(),
        }
    }

    fn side(&mut self, is_other: bool) -> &mut Side<'p> {
        match is_other {
            true => &mut self.other,
            false => &mut self.one,
        }
    }

    /// Whether neighbours on one side count otherwise than they stand in the graph.
    fn is_changed(&self, is_other: bool) -> bool {
        let counts_each = matches!(self.plan.count, Common::Meeting | Common::Apart);
        is_other && (self.excludes_other || !counts_each)
    }

    /// The neighbours of a node of the other side, as often as they count there.
    fn changed_list(&mut self, node: u32, runtime: &Runtime) -> Result<&[u32]> {
        let (count, excludes_other) = (self.plan.count, self.excludes_other);
        let change = |list: &mut Vec<u32>| {
            if matches!(count, Common::Present | Common::Absent) {
                list.sort_unstable();
                list.dedup();
            }
            if excludes_other {
                list.retain(|neighbour| *neighbour != node);
                if count == Common::Absent {
                    list.push(node);
                }
            }
        };
        let side = &mut self.other;
        let steps = side.branch.steps(runtime);
        side.changed.of(node, steps, change, runtime)
    }

    /// Marks the neighbours of a node with how often ways count that lead to them.
    fn mark(&mut self, node: u32, is_other: bool, runtime: &mut Runtime) -> Result<()> {
        self.marks.clear(runtime)?;
        self.marked = None;
        let mut list = std::mem::take(&mut self.list);
        list.clear();
        match self.is_changed(is_other) {
            true => list.extend_from_slice(self.changed_list(node, runtime)?),
            false => {
                let lists = self.side(is_other).lists(node, runtime)?;
                lists
                    .lists()
                    .for_each(|nodes| list.extend_from_slice(nodes));
            }
        }
        self.one.branch.learn_ends(&list, runtime)?;
        if self.plan.count == Common::Apart {
            self.other.branch.learn_ends(&list, runtime)?;
        }
        for neighbour in &list {
            let weight = self.weight(*neighbour)?;
            self.marks.add(*neighbour, weight, runtime)?;
        }
        self.list = list;
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

    /// The ways to the common neighbours of the marked node and this one of the other side.
    fn meeting(&mut self, node: u32, is_other: bool, runtime: &Runtime) -> Result<u64> {
        let is_changed = self.is_changed(is_other);
        let (count, excludes) = (self.plan.count, is_other && self.excludes_other);
        let side = match is_other {
            true => &mut self.other,
            false => &mut self.one,
        };
        let lists = side.lists(node, runtime)?;
        if lists.len() <= SEARCHED * (self.marks.marked().len() + 1) {
            if is_changed {
                drop(lists);
                let marks = std::mem::take(&mut self.marks);
                let sum = self
                    .changed_list(node, runtime)
                    .and_then(|list| marks.sum(list));
                self.marks = marks;
                return sum;
            }
            let mut sums = lists.lists().map(|list| self.marks.sum(list));
            return sums.try_fold(0, |sum, more| total(sum, more?));
        }
        let mut ways = 0;
        for neighbour in self.marks.marked() {
            let times = match lists.times(*neighbour) {
                _ if excludes && *neighbour == node => usize::from(count == Common::Absent),
                times if is_changed => match count {
                    Common::Present | Common::Absent => times.min(1),
                    Common::Meeting | Common::Apart => times,
                },
                times => times,
            };
            ways = total(ways, product(times as u64, self.marks.get(*neighbour))?)?;
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
        if self.marked == wanted {
            return is_other;
        }
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

    /// How often a row counts whose relationships are known to differ, and in `special` the nodes that
    /// have to be looked at for those that may not.
    fn ways(
        &mut self,
        row: &mut Row,
        rows: &Rows,
        special: &mut Vec<u32>,
        runtime: &mut Runtime,
    ) -> Result<u64> {
        special.clear();
        let one = self.one.lists(row.one, runtime)?;
        let other = self.other.lists(row.other, runtime)?;
        let lengths = (one.len(), other.len());
        if self.counts_all {
            row.all = all_ways(self.plan.count, lengths);
        }
        // Where there are no ways at all, none is left.
        if one.len() == 0 || row.all == Some(0) {
            return Ok(0);
        }
        let loops = match rows.may_differ() {
            true => (one.has_loop(row.one), other.has_loop(row.other)),
            false => (false, false),
        };
        if self.counts_all && is_quickly_compared(lengths, rows.usual.is_some()) {
            let excluded = self.excludes_other.then_some(row.other);
            let met = met(self.plan.count, excluded, &one, &other);
            if rows.may_differ() {
                let may_lead_to = |node| one.contains(node);
                find_special(self.plan, row, may_lead_to, loops, special);
            }
            return Ok(row.all.map_or(met, |all| all - met));
        }
        drop((one, other));
        let is_other = self.is_other_marked(row, rows.usual, lengths);
        let marked = row.node(is_other);
        if self.marked != Some((marked, is_other)) {
            self.mark(marked, is_other, runtime)?;
        }
        let met = self.meeting(row.node(!is_other), !is_other, runtime)?;
        if rows.may_differ() {
            // What has no mark is counted only where marks are of what must not be met.
            let are_needed = self.plan.count != Common::Absent || !is_other;
            let may_lead_to = |node| !are_needed || self.marks.get(node) > 0;
            find_special(self.plan, row, may_lead_to, loops, special);
        }
        Ok(row.all.map_or(met, |all| all - met))
    }

    /// Counts the rows whose lists stand in one piece and are quickly compared, all in one pass, in which
    /// no read waits for the row before; the others are `left`.
    fn compare(
        &mut self,
        rows: &Rows,
        weights: &mut [u64],
        left: &mut Vec<usize>,
        runtime: &Runtime,
    ) {
        let ones = self.one.branch.steps(runtime).all();
        let others = self.other.branch.steps(runtime).all();
        let (Some(ones), Some(others)) = (ones, others) else {
            left.extend(0..weights.len());
            return;
        };
        if !self.counts_all || !rows.have_no_nulls() {
            left.extend(0..weights.len());
            return;
        }
        let (count, stays) = (self.plan.count, rows.usual.is_some());
        let (mut lists, mut special) = (Vec::with_capacity(READ_AHEAD), Vec::new());
        let mut row = Row::default();
        let nodes = rows.one.values().chunks(READ_AHEAD);
        let nodes = nodes.zip(rows.other.values().chunks(READ_AHEAD));
        for (part, (from, other_from)) in nodes.enumerate() {
            let nodes = from.iter().zip(other_from);
            lists.clear();
            lists.extend(nodes.map(|(one, other)| (ones.of(*one), others.of(*other))));
            bring_near(&lists);
            for (place, (one, other)) in (part * READ_AHEAD..).zip(&lists) {
                let lengths = (one.len(), other.len());
                let all = all_ways(count, lengths);
                if one.is_empty() || all == Some(0) {
                    continue;
                }
                let is_one_node = rows.one.value(place) == rows.other.value(place);
                if (is_one_node && count == Common::Meeting)
                    || !is_quickly_compared(lengths, stays)
                {
                    left.push(place);
                    continue;
                }
                let one = NeighbourLists::of_nodes(one, ones.has_loops());
                let other = NeighbourLists::of_nodes(other, others.has_loops());
                if rows.may_differ() {
                    rows.read(place, &mut row);
                    let loops = (one.has_loop(row.one), other.has_loop(row.other));
                    let may_lead_to = |node| one.contains(node);
                    find_special(self.plan, &row, may_lead_to, loops, &mut special);
                    if !special.is_empty() {
                        left.push(place);
                        continue;
                    }
                }
                let excluded = self.excludes_other.then(|| rows.other.value(place));
                let met = met(count, excluded, &one, &other);
                weights[place] = all.map_or(met, |all| all - met);
            }
        }
    }

    /// Brings the lists of rows near.
    fn read_ahead(&mut self, rows: &Rows, places: &[usize], runtime: &Runtime) {
        for (side, nodes) in [(&mut self.one, &rows.one), (&mut self.other, &rows.other)] {
            let nodes: Vec<u32> = places.iter().map(|place| nodes.value(*place)).collect();
            side.branch.steps(runtime).read_ahead(&nodes);
        }
    }

    /// How often a row counts, if it is `ways` but for the ways to some nodes.
    fn corrected(
        &mut self,
        mut ways: u64,
        row: &Row,
        special: &[u32],
        runtime: &mut Runtime,
    ) -> Result<u64> {
        let counted = Row {
            different: Vec::from_iter(self.excludes_other.then_some(row.other)),
            taken: Vec::new(),
            ..row.clone()
        };
        for node in special {
            ways -= self.exact(&counted, Some(*node), runtime)?;
            ways = total(ways, self.exact(row, Some(*node), runtime)?)?;
        }
        Ok(ways)
    }

    /// How often a row counts, way by way; with a target, only the ways to there.
    fn exact(&mut self, row: &Row, target: Option<u32>, runtime: &mut Runtime) -> Result<u64> {
        let mut ways: Vec<(u32, u32)> = Vec::new();
        let steps = self.one.branch.steps(runtime);
        steps.visit(NodeId(row.one), target, |neighbour, relationship| {
            if !row.taken.contains(&relationship) && !row.different.contains(&neighbour) {
                ways.push((neighbour, relationship));
            }
        })?;
        let mut all = 0;
        for (neighbour, relationship) in ways {
            let mut met = 0;
            let is_closing = self.plan.count == Common::Meeting;
            let steps = self.other.branch.steps(runtime);
            steps.visit(NodeId(row.other), Some(neighbour), |_, other| {
                let is_free = !row.taken.contains(&other) && other != relationship;
                met += u64::from(!is_closing || is_free);
            })?;
            let times = match self.plan.count {
                Common::Meeting | Common::Apart => met,
                Common::Present => u64::from(met > 0),
                Common::Absent => u64::from(met == 0),
            };
            self.one.branch.learn_ends(&[neighbour], runtime)?;
            all = total(all, product(times, self.one.branch.weight(neighbour))?)?;
        }
        Ok(all)
    }
}

/// All ways from two nodes with so many neighbours, where those count that do not meet.
fn all_ways(count: Common, (here, there): (usize, usize)) -> Option<u64> {
    match count {
        Common::Meeting | Common::Present => None,
        Common::Absent => Some(here as u64),
        Common::Apart => Some(here as u64 * there as u64),
    }
}

/// Reads what is looked at first of lists, none of which waits for another.
fn bring_near(lists: &[(&[u32], &[u32])]) {
    let read = |list: &[u32]| match list.first() {
        Some(first) => first ^ list[list.len() / 2],
        None => 0,
    };
    let reads = lists.iter().map(|(one, other)| read(one) ^ read(other));
    std::hint::black_box(reads.fold(0, |all, node| all ^ node));
}

/// Whether two lists are compared as they stand sooner than by marks; one of them may be marked for many
/// rows.
fn is_quickly_compared(lengths: (usize, usize), stays: bool) -> bool {
    let (short, long) = (lengths.0.min(lengths.1), lengths.0.max(lengths.1));
    let compared = match long {
        0 => 0,
        _ => short * (long.ilog2() as usize + 1),
    };
    compared <= COMPARED || (!stays && compared <= short + long)
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
        let (mut weights, mut left) = (vec![0; batch.rows()], Vec::new());
        self.compare(&rows, &mut weights, &mut left, runtime);
        let (mut row, mut special) = (Row::default(), Vec::new());
        let mut gone_through = 0;
        for places in left.chunks(READ_AHEAD) {
            self.read_ahead(&rows, places, runtime);
            for place in places {
                if rows.one.is_null(*place) || rows.other.is_null(*place) {
                    continue;
                }
                rows.read(*place, &mut row);
                if self.plan.count == Common::Meeting && row.one == row.other {
                    // One relationship may lead to the neighbour from both, which are one.
                    rows.read_taken(*place, &mut row);
                    weights[*place] = self.exact(&row, None, runtime)?;
                    gone_through += BETWEEN_CHECKS / 64;
                } else {
                    let mut ways = self.ways(&mut row, &rows, &mut special, runtime)?;
                    if !special.is_empty() {
                        rows.read_taken(*place, &mut row);
                        ways = self.corrected(ways, &row, &special, runtime)?;
                    }
                    weights[*place] = ways;
                    gone_through += 64;
                }
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
