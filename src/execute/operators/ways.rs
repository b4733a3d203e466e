//! Counts the ways along branches from nodes; how often an end counts is computed once for a node.

use super::marks::Marks;
use super::node_numbers::NodeNumbers;
use super::steps::{BETWEEN_CHECKS, KeptSteps, Steps, type_ids};
use crate::bind::bound::PatternDirection;
use crate::column::Column;
use crate::context::Reservation;
use crate::error::{Error, Result};
use crate::execute::batch::{multiply, product, total};
use crate::execute::evaluate::{node_ids, node_labels, true_rows};
use crate::execute::{Batch, Runtime};
use crate::physical::{self, Apart, End, Expression};
use arrow_array::UInt32Array;

/// Counts the ways from nodes.
pub(super) struct Ways<'p> {
    plan: &'p physical::Weigh,
    branches: Vec<Branch<'p>>,
    marks: Marks,
}

impl<'p> Ways<'p> {
    pub(super) fn new(plan: &'p physical::Weigh) -> Self {
        Ways {
            plan,
            branches: plan.branches.iter().map(Branch::new).collect(),
            marks: Marks::default(),
        }
    }

    /// The number of ways from each node.
    pub(super) fn count(&mut self, nodes: &[u32], runtime: &mut Runtime) -> Result<Vec<u64>> {
        let mut branches = self.branches.iter_mut();
        let mut totals = match branches.next() {
            Some(branch) => branch.count(nodes, runtime)?,
            None => vec![1; nodes.len()],
        };
        for branch in branches {
            multiply(&mut totals, &branch.count(nodes, runtime)?)?;
        }
        let Some(apart) = self.plan.apart else {
            return Ok(totals);
        };
        // The product counts the pairs that are not apart, too.
        let [first, second, ..] = self.branches.as_mut_slice() else {
            return Err(Error::internal("two branches are apart where there is one"));
        };
        let together = match apart {
            Apart::Nodes => pairs_at_one_node(first, second, &mut self.marks, nodes, runtime)?,
            Apart::Relationships => common_ways(first, second, nodes, runtime)?,
        };
        for (total, together) in totals.iter_mut().zip(together) {
            *total -= together;
        }
        Ok(totals)
    }
}

/// Counts the ways along one branch.
pub(super) struct Branch<'p> {
    plan: &'p physical::Branch,
    steps: KeptSteps,
    /// How often the nodes at the end count.
    known: NodeNumbers,
    further: Vec<Ways<'p>>,
}

impl<'p> Branch<'p> {
    pub(super) fn new(plan: &'p physical::Branch) -> Self {
        let weighs: &[physical::Weigh] = match &plan.end {
            End::Further { weighs, .. } => weighs,
            End::Any | End::Labels(_) => &[],
        };
        Branch {
            plan,
            steps: KeptSteps::default(),
            known: NodeNumbers::default(),
            further: weighs.iter().map(Ways::new).collect(),
        }
    }

    /// What leads to the ends.
    #[inline]
    pub(super) fn steps(&mut self, runtime: &Runtime) -> &mut Steps {
        let plan = self.plan;
        self.steps.of(plan.direction, &plan.types, runtime)
    }

    /// The number of ways from each node.
    pub(super) fn count(&mut self, nodes: &[u32], runtime: &mut Runtime) -> Result<Vec<u64>> {
        runtime.context.check()?;
        let plan = self.plan;
        let steps = self.steps.of(plan.direction, &plan.types, runtime);
        if let End::Any = plan.end {
            return steps.degrees(nodes);
        }
        if let Some(sums) = self.known.sums(nodes, steps, runtime)? {
            return Ok(sums);
        }
        self.learn(nodes, runtime)?;
        let steps = self.steps.of(plan.direction, &plan.types, runtime);
        let sums = self.known.sums(nodes, steps, runtime)?;
        sums.ok_or_else(|| Error::internal("the end of a branch was not counted"))
    }

    /// Finds out how often the ends of all ways from these nodes count.
    fn learn(&mut self, nodes: &[u32], runtime: &mut Runtime) -> Result<()> {
        let plan = self.plan;
        if let End::Any = plan.end {
            return Ok(());
        }
        let mut unknown = Unknown::new(runtime);
        let steps = self.steps.of(plan.direction, &plan.types, runtime);
        steps.visit_lists(nodes, runtime.context, |_, list| {
            unknown.add(list, &mut self.known, runtime)
        })?;
        self.weigh(unknown.nodes, runtime)
    }

    /// Finds out how often ways count that lead to these nodes.
    #[inline]
    pub(super) fn learn_ends(&mut self, nodes: &[u32], runtime: &mut Runtime) -> Result<()> {
        if let End::Any = self.plan.end {
            return Ok(());
        }
        let mut unknown = Unknown::new(runtime);
        unknown.add(nodes, &mut self.known, runtime)?;
        match unknown.nodes.is_empty() {
            true => Ok(()),
            false => self.weigh(unknown.nodes, runtime),
        }
    }

    /// Notes how often ways count that lead to these nodes.
    fn weigh(&mut self, mut nodes: Vec<u32>, runtime: &mut Runtime) -> Result<()> {
        // Nodes in order have their lists side by side.
        nodes.sort_unstable();
        match &self.plan.end {
            End::Any => {}
            End::Labels(labels) => {
                let nodes = UInt32Array::from(nodes);
                let holds = node_labels(&nodes, labels, runtime.graph())?;
                for (node, holds) in nodes.values().iter().zip(holds.values()) {
                    self.known.set(*node, u64::from(holds), runtime)?;
                }
            }
            End::Further { filters, .. } => {
                let passing = passing(nodes, filters, runtime)?;
                let mut weights = vec![1; passing.len()];
                for ways in &mut self.further {
                    multiply(&mut weights, &ways.count(&passing, runtime)?)?;
                }
                for (node, weight) in passing.iter().zip(weights) {
                    self.known.set(*node, weight, runtime)?;
                }
            }
        }
        Ok(())
    }

    /// How often a way counts that leads to a node, which must have been learnt.
    #[inline]
    pub(super) fn weight(&self, node: u32) -> u64 {
        match self.plan.end {
            End::Any => 1,
            _ => self.known.get(node).unwrap_or_default(),
        }
    }

    /// Whether every way counts once.
    pub(super) fn counts_all(&self) -> bool {
        matches!(self.plan.end, End::Any)
    }
}

/// Nodes of which is not known how often they count.
struct Unknown {
    nodes: Vec<u32>,
    held: Reservation,
}

impl Unknown {
    fn new(runtime: &Runtime) -> Unknown {
        Unknown {
            nodes: Vec::new(),
            held: runtime.context.reservation(),
        }
    }

    /// Adds those of the nodes that have no number yet.
    fn add(&mut self, nodes: &[u32], known: &mut NodeNumbers, runtime: &Runtime) -> Result<()> {
        for node in nodes {
            if known.begin(*node, runtime)? {
                if self.nodes.len() == self.nodes.capacity() {
                    // The node, its weight, and what that is computed from.
                    self.held.grow(self.nodes.len().max(8) * 24)?;
                }
                self.nodes.push(*node);
            }
        }
        Ok(())
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

/// The number of pairs of ways from each node that lead to one node.
fn pairs_at_one_node(
    first: &mut Branch,
    second: &mut Branch,
    marks: &mut Marks,
    nodes: &[u32],
    runtime: &mut Runtime,
) -> Result<Vec<u64>> {
    first.learn(nodes, runtime)?;
    second.learn(nodes, runtime)?;
    let mut totals = Vec::with_capacity(nodes.len());
    let (mut ends, mut gone_through) = (Vec::new(), 0);
    for node in nodes {
        marks.clear(runtime)?;
        ends.clear();
        first.steps(runtime).append_nodes(*node, &mut ends)?;
        for end in &ends {
            let weight = product(first.weight(*end), second.weight(*end))?;
            marks.add(*end, weight, runtime)?;
        }
        gone_through += ends.len();
        ends.clear();
        second.steps(runtime).append_nodes(*node, &mut ends)?;
        totals.push(marks.sum(&ends)?);
        if gone_through > BETWEEN_CHECKS {
            runtime.context.check()?;
            gone_through = 0;
        }
    }
    Ok(totals)
}

/// The number of ways from each node that both branches have, which one relationship is.
fn common_ways(
    first: &mut Branch,
    second: &mut Branch,
    nodes: &[u32],
    runtime: &mut Runtime,
) -> Result<Vec<u64>> {
    use PatternDirection::Both;
    let others = type_ids(&second.plan.types, runtime.graph());
    let mut types = type_ids(&first.plan.types, runtime.graph());
    types.retain(|id| others.contains(id));
    let (direction, only_loops) = match (first.plan.direction, second.plan.direction) {
        (Both, other) => (other, false),
        (one, other) => (one, other != one && other != Both),
    };
    let mut steps = Steps::of_types(direction, types, runtime.graph());
    let counts_all = first.counts_all() && second.counts_all();
    if counts_all && !only_loops {
        return steps.degrees(nodes);
    }
    let mut totals = steps.loops(nodes)?;
    let is_any = totals.iter().any(|loops| *loops > 0);
    if only_loops && (counts_all || !is_any) {
        return Ok(totals);
    }
    first.learn(nodes, runtime)?;
    second.learn(nodes, runtime)?;
    let weight = |node: u32| product(first.weight(node), second.weight(node));
    if only_loops {
        for (loops, node) in totals
            .iter_mut()
            .zip(nodes)
            .filter(|(loops, _)| **loops > 0)
        {
            *loops = product(*loops, weight(*node)?)?;
        }
        return Ok(totals);
    }
    totals.fill(0);
    steps.visit_lists(nodes, runtime.context, |place, list| {
        for node in list {
            totals[place] = total(totals[place], weight(*node)?)?;
        }
        Ok(())
    })?;
    Ok(totals)
}
