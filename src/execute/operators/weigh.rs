//! Rows that count as often as ways lead on from a node of theirs: what hangs off a node is counted
//! once for the node and never listed.
//!
//! Source: factorised aggregation, "Aggregation and Ordering in Factorised Databases" (Bakibayev,
//! Kočiský, Olteanu, Závodný, VLDB 2013).

use arrow_array::{Array, UInt32Array};

use super::Input;
use super::expand::MANY_ROWS;
use super::node_numbers::NodeNumbers;
use super::steps::{Steps, type_ids};
use crate::bind::bound::PatternDirection;
use crate::column::Column;
use crate::context::Reservation;
use crate::error::{Error, Result};
use crate::execute::batch::{product, total};
use crate::execute::evaluate::{node_ids, node_labels, true_rows};
use crate::execute::{Batch, Operator, Runtime};

use crate::physical::{self, Apart, Branch, End, Expression};
use crate::value::NodeId;

/// Counts ways.
pub(in crate::execute) struct Weigh<'p> {
    input: Input<'p>,
    counter: Counter<'p>,
    /// The ways from each node that was met, unless none comes twice.
    totals: NodeNumbers,
}

impl<'p> Weigh<'p> {
    pub(in crate::execute) fn new(input: Input<'p>, plan: &'p physical::Weigh) -> Self {
        Weigh {
            input,
            counter: Counter::new(plan),
            totals: NodeNumbers::default(),
        }
    }

    /// How often each row counts.
    fn weights(&mut self, from: &UInt32Array, runtime: &mut Runtime) -> Result<Vec<u64>> {
        if self.counter.plan.distinct && from.null_count() == 0 {
            return self.counter.count(from.values(), runtime);
        }
        let nodes: Vec<u32> = from.iter().flatten().collect();
        let unknown = self.totals.begin(&nodes, runtime)?;
        let totals = self.counter.count(&unknown, runtime)?;
        for (node, total) in unknown.iter().zip(totals) {
            self.totals.set(*node, total, runtime)?;
        }
        let weights = from.iter().map(|node| {
            let known = node.and_then(|node| self.totals.get(node));
            known.unwrap_or_default()
        });
        Ok(weights.collect())
    }
}

/// Counts the ways from nodes.
struct Counter<'p> {
    plan: &'p physical::Weigh,
    /// For each branch.
    ends: Vec<Ends<'p>>,
}

/// How often the nodes at the end of a branch count.
struct Ends<'p> {
    known: NodeNumbers,
    further: Vec<Counter<'p>>,
}

impl<'p> Counter<'p> {
    fn new(plan: &'p physical::Weigh) -> Self {
        let ends = plan.branches.iter().map(|branch| {
            let weighs: &[physical::Weigh] = match &branch.end {
                End::Further { weighs, .. } => weighs,
                End::Any | End::Labels(_) => &[],
            };
            Ends {
                known: NodeNumbers::default(),
                further: weighs.iter().map(Counter::new).collect(),
            }
        });
        Counter {
            plan,
            ends: ends.collect(),
        }
    }

    /// The number of ways from each node.
    fn count(&mut self, nodes: &[u32], runtime: &mut Runtime) -> Result<Vec<u64>> {
        let mut totals = vec![1; nodes.len()];
        for branch in 0..self.plan.branches.len() {
            let ways = self.along(branch, nodes, runtime)?;
            for (total, ways) in totals.iter_mut().zip(ways) {
                *total = product(*total, ways)?;
            }
        }
        let Some(apart) = self.plan.apart else {
            return Ok(totals);
        };
        // The product counts the pairs that are not apart, too.
        for (total, same) in totals.iter_mut().zip(self.together(apart, nodes, runtime)?) {
            *total -= same;
        }
        Ok(totals)
    }

    /// The number of ways along one branch from each node.
    fn along(&mut self, branch: usize, nodes: &[u32], runtime: &mut Runtime) -> Result<Vec<u64>> {
        let mut steps = steps(&self.plan.branches[branch], runtime);
        if let End::Any = self.plan.branches[branch].end {
            let degrees = nodes.iter().map(|node| steps.degree(NodeId(*node)));
            return degrees.collect();
        }
        let mut totals = Vec::with_capacity(nodes.len());
        while let Some(lists) = Lists::next(&nodes[totals.len()..], &mut steps, runtime)? {
            let weights = self.weigh_ends(branch, &lists.nodes, runtime)?;
            lists.add_up(&weights, &mut totals)?;
        }
        Ok(totals)
    }

    /// The number of pairs of ways along the first two branches that are not apart.
    fn together(&mut self, apart: Apart, nodes: &[u32], runtime: &mut Runtime) -> Result<Vec<u64>> {
        let [first, second, ..] = self.plan.branches.as_slice() else {
            return Err(Error::internal("two branches are apart where there is one"));
        };
        match apart {
            Apart::Nodes => self.pairs_at_one_node(first, second, nodes, runtime),
            Apart::Relationships => self.common_ways(first, second, nodes, runtime),
        }
    }

    /// The number of ways that both branches have, which one relationship is.
    fn common_ways(
        &mut self,
        first: &Branch,
        second: &Branch,
        nodes: &[u32],
        runtime: &mut Runtime,
    ) -> Result<Vec<u64>> {
        let others = type_ids(&second.types, runtime.graph());
        let mut types = type_ids(&first.types, runtime.graph());
        types.retain(|id| others.contains(id));
        use PatternDirection::Both;
        let (direction, only_loops) = match (first.direction, second.direction) {
            (Both, other) => (other, false),
            (one, other) => (one, other != one && other != Both),
        };
        let mut steps = Steps::of_types(direction, types, runtime.graph());
        if only_loops {
            let mut totals = Vec::with_capacity(nodes.len());
            for node in nodes {
                let mut loops = 0;
                steps.visit(NodeId(*node), Some(*node), |_, _| loops += 1)?;
                totals.push(loops);
            }
            let with_loops = nodes.iter().zip(&totals).filter(|(_, loops)| **loops > 0);
            let with_loops: Vec<u32> = with_loops.map(|(node, _)| *node).collect();
            let mut weights = self.weigh_both_ends(&with_loops, runtime)?.into_iter();
            for loops in totals.iter_mut().filter(|loops| **loops > 0) {
                *loops = product(*loops, weights.next().unwrap_or_default())?;
            }
            return Ok(totals);
        }
        if let (End::Any, End::Any) = (&first.end, &second.end) {
            return nodes
                .iter()
                .map(|node| steps.degree(NodeId(*node)))
                .collect();
        }
        let mut totals = Vec::with_capacity(nodes.len());
        while let Some(lists) = Lists::next(&nodes[totals.len()..], &mut steps, runtime)? {
            let weights = self.weigh_both_ends(&lists.nodes, runtime)?;
            lists.add_up(&weights, &mut totals)?;
        }
        Ok(totals)
    }

    /// How often both branches count together that lead to each of these nodes.
    fn weigh_both_ends(&mut self, nodes: &[u32], runtime: &mut Runtime) -> Result<Vec<u64>> {
        let weights = self.weigh_ends(0, nodes, runtime)?.into_iter();
        let others = self.weigh_ends(1, nodes, runtime)?;
        weights
            .zip(others)
            .map(|(one, other)| product(one, other))
            .collect()
    }

    /// The number of pairs of ways that lead to one node.
    fn pairs_at_one_node(
        &mut self,
        first: &Branch,
        second: &Branch,
        nodes: &[u32],
        runtime: &mut Runtime,
    ) -> Result<Vec<u64>> {
        let is_same = (first.direction, &first.types) == (second.direction, &second.types);
        let (mut first, mut second) = (steps(first, runtime), steps(second, runtime));
        let (mut left, mut right) = (Vec::new(), Vec::new());
        let mut totals = Vec::with_capacity(nodes.len());
        while let Some(lists) = Lists::next(&nodes[totals.len()..], &mut first, runtime)? {
            let group = &nodes[totals.len()..][..lists.ends.len()];
            let read = match is_same {
                true => None,
                false => Some(Lists::all(group, &mut second, runtime)?),
            };
            let others = read.as_ref().unwrap_or(&lists);
            let weights = self.weigh_ends(0, &lists.nodes, runtime)?;
            let other_weights = self.weigh_ends(1, &others.nodes, runtime)?;
            for (list, other) in lists.ranges().zip(others.ranges()) {
                lists.sorted(list, &weights, &mut left);
                others.sorted(other, &other_weights, &mut right);
                totals.push(pairs_of_same(&left, &right)?);
            }
        }
        Ok(totals)
    }

    /// How often a way along a branch counts that leads to each of these nodes.
    fn weigh_ends(
        &mut self,
        branch: usize,
        nodes: &[u32],
        runtime: &mut Runtime,
    ) -> Result<Vec<u64>> {
        let ends = &mut self.ends[branch];
        match &self.plan.branches[branch].end {
            End::Any => Ok(vec![1; nodes.len()]),
            End::Labels(labels) => {
                let nodes = UInt32Array::from(nodes.to_vec());
                let holds = node_labels(&nodes, labels, runtime.graph())?;
                Ok(holds.values().iter().map(u64::from).collect())
            }
            End::Further { filters, .. } => {
                let unknown = ends.known.begin(nodes, runtime)?;
                let unknown = passing(unknown, filters, runtime)?;
                let mut weights = vec![1; unknown.len()];
                for counter in &mut ends.further {
                    let ways = counter.count(&unknown, runtime)?;
                    for (weight, ways) in weights.iter_mut().zip(ways) {
                        *weight = product(*weight, ways)?;
                    }
                }
                for (node, weight) in unknown.iter().zip(weights) {
                    ends.known.set(*node, weight, runtime)?;
                }
                let weights = nodes.iter().map(|node| ends.known.get(*node));
                Ok(weights.map(Option::unwrap_or_default).collect())
            }
        }
    }
}

/// The nodes for which all predicates are true.
fn passing(nodes: Vec<u32>, filters: &[Expression], runtime: &mut Runtime) -> Result<Vec<u32>> {
    if filters.is_empty() {
        return Ok(nodes);
    }
    let rows = nodes.len();
    let mut batch = Batch::new(vec![Column::Node(UInt32Array::from(nodes))], rows);
    for filter in filters {
        let kept = true_rows(filter, &batch, runtime)?;
        batch = batch.select(kept)?;
    }
    Ok(node_ids(batch.column(0)?)?.values().to_vec())
}

impl Operator for Weigh<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let Some(batch) = self.input.next(runtime)? else {
            return Ok(None);
        };
        runtime.context.check()?;
        let from = node_ids(batch.column(self.counter.plan.from)?)?.into_owned();
        let mut weights = self.weights(&from, runtime)?;
        if self.counter.plan.optional {
            weights
                .iter_mut()
                .for_each(|weight| *weight = (*weight).max(1));
        }
        batch.weighted(weights).map(Some)
    }
}

fn steps(branch: &Branch, runtime: &Runtime) -> Steps {
    Steps::new(branch.direction, &branch.types, runtime.graph())
}

/// The neighbours of several nodes, end to end.
struct Lists {
    nodes: Vec<u32>,
    /// Where the list of each node ends.
    ends: Vec<usize>,
    held: Reservation,
}

impl Lists {
    fn new(runtime: &Runtime) -> Lists {
        Lists {
            nodes: Vec::new(),
            ends: Vec::new(),
            held: runtime.context.reservation(),
        }
    }

    /// The lists of the first nodes, until there are many neighbours; `None` where there is no node.
    fn next(nodes: &[u32], steps: &mut Steps, runtime: &Runtime) -> Result<Option<Lists>> {
        runtime.context.check()?;
        let mut lists = Lists::new(runtime);
        for node in nodes {
            if lists.nodes.len() >= MANY_ROWS {
                break;
            }
            lists.append(*node, steps)?;
        }
        Ok((!nodes.is_empty()).then_some(lists))
    }

    /// The lists of all these nodes.
    fn all(nodes: &[u32], steps: &mut Steps, runtime: &Runtime) -> Result<Lists> {
        runtime.context.check()?;
        let mut lists = Lists::new(runtime);
        for node in nodes {
            lists.append(*node, steps)?;
        }
        Ok(lists)
    }

    fn append(&mut self, node: u32, steps: &mut Steps) -> Result<()> {
        let before = self.nodes.capacity();
        steps.append_nodes(NodeId(node), &mut self.nodes)?;
        self.ends.push(self.nodes.len());
        let grown = self.nodes.capacity() - before;
        match grown {
            0 => Ok(()),
            // A neighbour, and its weight.
            _ => self.held.grow(grown * 12),
        }
    }

    /// Where the list of each node stands.
    fn ranges(&self) -> impl Iterator<Item = std::ops::Range<usize>> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| start..*end)
    }

    /// Appends the sum of the weights of each list.
    fn add_up(&self, weights: &[u64], sums: &mut Vec<u64>) -> Result<()> {
        for list in self.ranges() {
            let mut weights = weights[list].iter();
            sums.push(weights.try_fold(0, |sum, weight| total(sum, *weight))?);
        }
        Ok(())
    }

    /// A list with its weights, sorted: several types or directions give several sorted runs.
    fn sorted(&self, list: std::ops::Range<usize>, weights: &[u64], into: &mut Vec<(u32, u64)>) {
        let weights = weights[list.clone()].iter().copied();
        into.clear();
        into.extend(self.nodes[list].iter().copied().zip(weights));
        into.sort_by_key(|(node, _)| *node);
    }
}

/// The sum over equal nodes of the product of their weights on both sides.
fn pairs_of_same(left: &[(u32, u64)], right: &[(u32, u64)]) -> Result<u64> {
    let mut right = right.chunk_by(|one, other| one.0 == other.0).peekable();
    let mut all = 0;
    let weight = |run: &[(u32, u64)]| {
        run.iter()
            .try_fold(0, |sum, (_, weight)| total(sum, *weight))
    };
    for run in left.chunk_by(|one, other| one.0 == other.0) {
        while right.next_if(|other| other[0].0 < run[0].0).is_some() {}
        if let Some(other) = right.next_if(|other| other[0].0 == run[0].0) {
            let pairs = product(weight(run)?, weight(other)?)?;
            all = total(all, pairs)?;
        }
    }
    Ok(all)
}
