//! Rows that count as often as ways lead on from a node of theirs: what hangs off a node is counted
//! once for the node and never listed.
//!
//! Source: factorised aggregation, "Aggregation and Ordering in Factorised Databases" (Bakibayev,
//! Kočiský, Olteanu, Závodný, VLDB 2013).

use arrow_array::{Array, UInt32Array};

use super::Input;
use super::expand::MANY_ROWS;
use super::node_numbers::NodeNumbers;
use super::steps::Steps;
use crate::column::Column;
use crate::context::Reservation;
use crate::error::{Error, Result};
use crate::execute::batch::{product, total};
use crate::execute::evaluate::{node_ids, node_labels};
use crate::execute::{Batch, Operator, Runtime, open};

use crate::physical::{self, Apart, Branch, End};
use crate::value::NodeId;

/// Counts ways.
pub(in crate::execute) struct Weigh<'p> {
    input: Input<'p>,
    plan: &'p physical::Weigh,
    /// The ways from each node that was met, unless none comes twice.
    totals: NodeNumbers,
    /// For each branch, how often its ends count.
    ends: Vec<NodeNumbers>,
}

impl<'p> Weigh<'p> {
    pub(in crate::execute) fn new(input: Input<'p>, plan: &'p physical::Weigh) -> Self {
        Weigh {
            input,
            plan,
            totals: NodeNumbers::default(),
            ends: plan
                .branches
                .iter()
                .map(|_| NodeNumbers::default())
                .collect(),
        }
    }

    /// How often each row counts.
    fn weights(&mut self, from: &UInt32Array, runtime: &mut Runtime) -> Result<Vec<u64>> {
        if self.plan.distinct && from.null_count() == 0 {
            return self.count(from.values(), runtime);
        }
        let mut unknown: Vec<u32> = from.iter().flatten().collect();
        unknown.retain(|node| self.totals.get(*node).is_none());
        unknown.sort_unstable();
        unknown.dedup();
        let totals = self.count(&unknown, runtime)?;
        for (node, total) in unknown.iter().zip(totals) {
            self.totals.set(*node, total, runtime)?;
        }
        let weights = from.iter().map(|node| {
            let known = node.and_then(|node| self.totals.get(node));
            known.unwrap_or_default()
        });
        Ok(weights.collect())
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
        let mut start = 0;
        while start < nodes.len() {
            let lists = Lists::of(nodes, start, &mut steps, runtime)?;
            start += lists.ends.len();
            let weights = self.weigh_ends(branch, &lists.nodes, runtime)?;
            for list in lists.ranges() {
                let mut weights = weights[list].iter();
                totals.push(weights.try_fold(0, |sum, weight| total(sum, *weight))?);
            }
        }
        Ok(totals)
    }

    /// The number of pairs of ways along the first two branches that are not apart.
    fn together(&mut self, apart: Apart, nodes: &[u32], runtime: &mut Runtime) -> Result<Vec<u64>> {
        let [first, second, ..] = self.plan.branches.as_slice() else {
            return Err(Error::internal("two branches are apart where there is one"));
        };
        let (mut first, mut second) = (steps(first, runtime), steps(second, runtime));
        let (mut left, mut right) = (Vec::new(), Vec::new());
        let mut totals = Vec::with_capacity(nodes.len());
        let mut start = 0;
        while start < nodes.len() {
            let lists = Lists::of(nodes, start, &mut first, runtime)?;
            let group = &nodes[start..start + lists.ends.len()];
            start += group.len();
            let others = Lists::all(group, &mut second, runtime)?;
            let weights = self.weigh_ends(0, &lists.nodes, runtime)?;
            let other_weights = self.weigh_ends(1, &others.nodes, runtime)?;
            for (list, other) in lists.ranges().zip(others.ranges()) {
                lists.weights_by(apart, list, &weights, &mut left);
                others.weights_by(apart, other, &other_weights, &mut right);
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
        let known = &mut self.ends[branch];
        match &self.plan.branches[branch].end {
            End::Any => Ok(vec![1; nodes.len()]),
            End::Labels(labels) => {
                let nodes = UInt32Array::from(nodes.to_vec());
                let holds = node_labels(&nodes, labels, runtime.graph())?;
                Ok(holds.values().iter().map(u64::from).collect())
            }
            End::Plan { plan, node } => {
                let mut unknown = nodes.to_vec();
                unknown.retain(|node| known.get(*node).is_none());
                unknown.sort_unstable();
                unknown.dedup();
                for node in &unknown {
                    known.set(*node, 0, runtime)?;
                }
                let rows = unknown.len();
                let argument = Batch::new(vec![Column::Node(UInt32Array::from(unknown))], rows);
                let mut operator = open(plan, Some(&argument), runtime);
                while let Some(batch) = operator.next(runtime)? {
                    let ends = node_ids(batch.column(*node)?)?;
                    for (row, node) in ends.values().iter().enumerate() {
                        let times = batch.multiplicity().map_or(1, |times| times[row]);
                        let before = known.get(*node).unwrap_or_default();
                        known.set(*node, total(before, times)?, runtime)?;
                    }
                }
                let weights = nodes
                    .iter()
                    .map(|node| known.get(*node).unwrap_or_default());
                Ok(weights.collect())
            }
        }
    }
}

impl Operator for Weigh<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let Some(batch) = self.input.next(runtime)? else {
            return Ok(None);
        };
        runtime.context.check()?;
        let from = node_ids(batch.column(self.plan.from)?)?.into_owned();
        let mut weights = self.weights(&from, runtime)?;
        if self.plan.optional {
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
    relationships: Vec<u32>,
    /// Where the list of each node ends.
    ends: Vec<usize>,
    held: Reservation,
}

impl Lists {
    fn new(runtime: &Runtime) -> Lists {
        Lists {
            nodes: Vec::new(),
            relationships: Vec::new(),
            ends: Vec::new(),
            held: runtime.context.reservation(),
        }
    }

    /// The lists of nodes from a place on, until there are many neighbours.
    fn of(nodes: &[u32], start: usize, steps: &mut Steps, runtime: &Runtime) -> Result<Lists> {
        runtime.context.check()?;
        let mut lists = Lists::new(runtime);
        let mut nodes = nodes[start..].iter();
        while lists.nodes.len() < MANY_ROWS
            && let Some(node) = nodes.next()
        {
            lists.append(*node, steps)?;
        }
        Ok(lists)
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
        let before = self.nodes.len();
        steps.append(NodeId(node), &mut self.nodes, &mut self.relationships)?;
        self.ends.push(self.nodes.len());
        // A neighbour, a relationship, a weight.
        self.held.grow((self.nodes.len() - before) * 16)
    }

    /// Where the list of each node stands.
    fn ranges(&self) -> impl Iterator<Item = std::ops::Range<usize>> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| start..*end)
    }

    /// What may be the same, sorted, with its weight.
    fn weights_by(
        &self,
        apart: Apart,
        list: std::ops::Range<usize>,
        weights: &[u64],
        sorted: &mut Vec<(u32, u64)>,
    ) {
        let keys = match apart {
            Apart::Nodes => &self.nodes,
            Apart::Relationships => &self.relationships,
        };
        sorted.clear();
        sorted.extend(
            keys[list.clone()]
                .iter()
                .copied()
                .zip(weights[list].iter().copied()),
        );
        // Two directions give two sorted runs.
        sorted.sort_by_key(|(key, _)| *key);
    }
}

/// The sum over equal keys of the product of their weights on both sides.
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
