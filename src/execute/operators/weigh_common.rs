//! Rows that count as often as two of their nodes have neighbours in common, or have none: circles are
//! closed, and ways to where no relationship leads are counted, without a row for each.
//!
//! The neighbours of one node are marked and those of the other looked up, all of one node's with the
//! marks of the other as long as rows stand in its order.
//!
//! Source: "Finding, Counting and Listing All Triangles in Large Graphs" (Schank, Wagner, WEA 2005).

use arrow_array::{Array, UInt32Array};

use super::Input;
use super::intersect::changes;
use super::kept_lists::KeptLists;
use super::marks::Marks;
use super::node_numbers::NodeNumbers;
use super::steps::{BETWEEN_CHECKS, Taken};
use super::ways::Branch;
use crate::error::Result;
use crate::execute::batch::{multiply, product, total};
use crate::execute::evaluate::node_ids;
use crate::execute::{Batch, Operator, Runtime};
use crate::physical::{self, Common};
use crate::value::NodeId;

/// A list this many times as long as there are marks is searched for each of them.
const SEARCHED: usize = 32;

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
}

/// What leads from one of the two nodes.
struct Side<'p> {
    branch: Branch<'p>,
    lists: KeptLists,
    /// All ways from each node.
    totals: NodeNumbers,
}

impl<'p> Side<'p> {
    fn new(branch: &'p physical::Branch) -> Self {
        Side {
            branch: Branch::new(branch),
            lists: KeptLists::default(),
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
        let mut unknown = Vec::new();
        for node in nodes.iter().flatten() {
            if self.totals.begin(node, runtime)? {
                unknown.push(node);
            }
        }
        let totals = self.branch.count(&unknown, runtime)?;
        for (node, total) in unknown.iter().zip(totals) {
            self.totals.set(*node, total, runtime)?;
        }
        let totals = nodes
            .iter()
            .map(|node| node.and_then(|node| self.totals.get(node)));
        Ok(totals.map(Option::unwrap_or_default).collect())
    }
}

/// A row, as far as it matters here.
struct Row<'r> {
    one: u32,
    other: u32,
    /// Nodes that the neighbour must not be.
    different: &'r [u32],
    /// Relationships that must not be taken again.
    taken: &'r [u32],
    /// All ways, where those count that do not meet.
    all: Option<u64>,
}

impl Row<'_> {
    fn node(&self, is_other: bool) -> u32 {
        if is_other { self.other } else { self.one }
    }
}

impl<'p> WeighCommon<'p> {
    pub(in crate::execute) fn new(
        input: Input<'p>,
        plan: &'p physical::WeighCommon,
        only_number: bool,
    ) -> Self {
        WeighCommon {
            input,
            plan,
            only_number,
            one: Side::new(&plan.one),
            other: Side::new(&plan.other),
            marks: Marks::default(),
            marked: None,
            wanted: None,
            lookups: 0,
            list: Vec::new(),
        }
    }

    /// Whether the neighbour must not be the other node itself.
    fn excludes_other(&self) -> bool {
        self.plan.different.contains(&self.plan.other_from)
    }

    /// The neighbours of a node of one side, as often as they count there.
    fn list<'l>(
        side: &'l mut Side<'p>,
        node: u32,
        is_other: bool,
        plan: &physical::WeighCommon,
        runtime: &Runtime,
    ) -> Result<&'l [u32]> {
        let excludes_other = plan.different.contains(&plan.other_from);
        let change = |list: &mut Vec<u32>| {
            if !is_other {
                return;
            }
            match plan.count {
                Common::Meeting | Common::Apart => {}
                Common::Present | Common::Absent => {
                    list.sort_unstable();
                    list.dedup();
                }
            }
            if excludes_other {
                list.retain(|neighbour| *neighbour != node);
                if plan.count == Common::Absent {
                    list.push(node);
                }
            }
        };
        let steps = side.branch.steps(runtime);
        side.lists.of(node, steps, change, runtime)
    }

    /// Marks the neighbours of a node with how often ways count that lead to them.
    fn mark(&mut self, node: u32, is_other: bool, runtime: &mut Runtime) -> Result<()> {
        self.marks.clear(runtime)?;
        self.marked = None;
        let side = match is_other {
            true => &mut self.other,
            false => &mut self.one,
        };
        let mut list = std::mem::take(&mut self.list);
        list.clear();
        list.extend_from_slice(Self::list(side, node, is_other, self.plan, runtime)?);
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
        let side = match is_other {
            true => &mut self.other,
            false => &mut self.one,
        };
        let steps = side.branch.steps(runtime);
        let length = side.lists.length(node, steps)?;
        if length > SEARCHED * (self.marks.marked().len() + 1) {
            if steps.count_between(node, node)? > 0 {
                side.lists.note_loop(node);
            }
            let mut ways = 0;
            for neighbour in self.marks.marked() {
                let times = steps.count_between(node, *neighbour)?;
                let times = match (is_other, self.plan.count) {
                    (true, Common::Present | Common::Absent) => times.min(1),
                    _ => times,
                };
                let is_self = is_other && *neighbour == node;
                let times = match self.plan.different.contains(&self.plan.other_from) && is_self {
                    true => u64::from(self.plan.count == Common::Absent),
                    false => times,
                };
                ways = total(ways, product(times, self.marks.get(*neighbour))?)?;
            }
            return Ok(ways);
        }
        let list = Self::list(side, node, is_other, self.plan, runtime)?;
        self.marks.sum(list)
    }

    /// Which neighbours of a row to mark: those of the other node? `usual` is the side that stays the
    /// same from row to row.
    fn is_other_marked(
        &mut self,
        row: &Row,
        usual: Option<bool>,
        runtime: &Runtime,
    ) -> Result<bool> {
        if let Some(is_other) = usual
            && self.marked == Some((row.node(is_other), is_other))
        {
            return Ok(is_other);
        }
        let steps = self.one.branch.steps(runtime);
        let one = self.one.lists.length(row.one, steps)?;
        let steps = self.other.branch.steps(runtime);
        let other = self.other.lists.length(row.other, steps)?;
        let Some(is_other) = usual else {
            return Ok(other <= one);
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
        Ok(is_other == is_worth)
    }

    /// How often a row counts whose relationships are known to differ.
    fn plain(&mut self, row: &Row, usual: Option<bool>, runtime: &mut Runtime) -> Result<u64> {
        let is_other = self.is_other_marked(row, usual, runtime)?;
        let marked = row.node(is_other);
        if self.marked != Some((marked, is_other)) {
            self.mark(marked, is_other, runtime)?;
        }
        let met = self.meeting(row.node(!is_other), !is_other, runtime)?;
        Ok(row.all.map_or(met, |all| all - met))
    }

    /// How often a row counts, if it is `ways` but for the ways to some nodes.
    fn corrected(
        &mut self,
        mut ways: u64,
        row: &Row,
        special: &[u32],
        runtime: &mut Runtime,
    ) -> Result<u64> {
        let excluded = [row.other];
        let counted = Row {
            different: if self.excludes_other() {
                &excluded
            } else {
                &[]
            },
            taken: &[],
            ..*row
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

    /// The nodes to which ways of a row may lead that must not be counted: because they must differ from
    /// the node, or because a relationship of the row leads there that must not be taken again.
    fn special(&self, row: &Row, ends: &[(u32, u32)], special: &mut Vec<u32>) {
        special.clear();
        let excludes_other = self.excludes_other();
        let is_closing = self.plan.count == Common::Meeting;
        let touches = |end: u32| end == row.one || (is_closing && end == row.other);
        let turned = ends.iter().map(|(from, to)| (*to, *from));
        let taken = ends.iter().copied().chain(turned).filter(|(from, to)| {
            // Without a loop no node is its own neighbour.
            let is_met = match *to {
                _ if !is_closing => true,
                to if to == row.one => self.one.lists.is_loop(to),
                to if to == row.other => self.other.lists.is_loop(to),
                _ => true,
            };
            touches(*from) && is_met
        });
        // What has no mark is counted only where marks are of what must not be met.
        let are_needed = self.plan.count != Common::Absent || self.marked == Some((row.one, false));
        let nodes = taken.map(|(_, to)| to).chain(row.different.iter().copied());
        special.extend(nodes.filter(|node| {
            let is_excluded = excludes_other && *node == row.other;
            let lacks_mark = are_needed && self.marks.get(*node) == 0;
            !is_excluded && !lacks_mark
        }));
        special.sort_unstable();
        special.dedup();
    }
}

impl Operator for WeighCommon<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let Some(batch) = self.input.next(runtime)? else {
            return Ok(None);
        };
        runtime.context.check()?;
        let plan = self.plan;
        let ids = |slot: usize| Ok(node_ids(batch.column(slot)?)?.into_owned());
        let (one, other) = (ids(plan.from)?, ids(plan.other_from)?);
        // What is counted if nothing is met.
        let totals = match plan.count {
            Common::Meeting | Common::Present => None,
            Common::Absent => Some(self.one.totals(&one, runtime)?),
            Common::Apart => {
                let mut totals = self.one.totals(&one, runtime)?;
                multiply(&mut totals, &self.other.totals(&other, runtime)?)?;
                Some(totals)
            }
        };
        let (turns, other_turns) = (changes(&one), changes(&other));
        let stays = turns.min(other_turns) * 2 <= batch.rows();
        let usual = stays.then_some(other_turns <= turns);
        let taken = plan.distinct_from.iter().map(|one| one.relationship);
        let taken = Taken::new(&taken.collect::<Vec<_>>(), &batch)?;
        let ends: Vec<(UInt32Array, UInt32Array)> = plan
            .distinct_from
            .iter()
            .map(|one| Ok((ids(one.from)?, ids(one.to)?)))
            .collect::<Result<_>>()?;
        let different: Vec<UInt32Array> = plan
            .different
            .iter()
            .map(|slot| ids(*slot))
            .collect::<Result<_>>()?;
        let (mut taken_here, mut ends_here) = (Vec::new(), Vec::new());
        let (mut different_here, mut special) = (Vec::new(), Vec::new());
        let mut weights = Vec::with_capacity(batch.rows());
        let mut gone_through = 0;
        for place in 0..batch.rows() {
            if one.is_null(place) || other.is_null(place) {
                weights.push(0);
                continue;
            }
            ends_here.clear();
            ends_here.extend(
                ends.iter()
                    .map(|(from, to)| (from.value(place), to.value(place))),
            );
            different_here.clear();
            different_here.extend(different.iter().map(|nodes| nodes.value(place)));
            let mut row = Row {
                one: one.value(place),
                other: other.value(place),
                different: &different_here,
                taken: &[],
                all: totals.as_ref().map(|totals| totals[place]),
            };
            // Where there are no ways at all, none is left.
            if row.all == Some(0) {
                weights.push(0);
                continue;
            }
            if plan.count == Common::Meeting && row.one == row.other {
                // One relationship may lead to the neighbour from both, which are one.
                taken.of_row(place, &mut taken_here);
                row.taken = &taken_here;
                weights.push(self.exact(&row, None, runtime)?);
                gone_through += BETWEEN_CHECKS / 64;
            } else {
                let mut ways = self.plain(&row, usual, runtime)?;
                self.special(&row, &ends_here, &mut special);
                if !special.is_empty() {
                    taken.of_row(place, &mut taken_here);
                    row.taken = &taken_here;
                    ways = self.corrected(ways, &row, &special, runtime)?;
                }
                weights.push(ways);
                gone_through += 64;
            }
            if gone_through > BETWEEN_CHECKS {
                runtime.context.check()?;
                gone_through = 0;
            }
        }
        match self.only_number {
            true => batch.counted(weights).map(Some),
            false => batch.weighted(weights).map(Some),
        }
    }
}
