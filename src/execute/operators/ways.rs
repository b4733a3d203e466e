//! Counts the ways along branches from nodes.

use std::ops::Range;

use super::branch::Branch;
use super::marks::Marks;
use super::steps::{BETWEEN_CHECKS, KeptSteps, Steps, type_ids};
use crate::bind::bound::PatternDirection;
use crate::error::{Error, Result};
use crate::execute::Runtime;
use crate::execute::batch::{multiply, product, total};
use crate::physical::{self, Apart};

/// Counts the ways from nodes.
pub(super) struct Ways<'p> {
    plan: &'p physical::Weigh,
    branches: Vec<Branch<'p>>,
    marks: Marks,
    /// What relationships both of two branches take.
    common: KeptSteps,
}

impl<'p> Ways<'p> {
    pub(super) fn new(plan: &'p physical::Weigh) -> Self {
        Ways {
            plan,
            branches: plan.branches.iter().map(Branch::new).collect(),
            marks: Marks::default(),
            common: KeptSteps::default(),
        }
    }

    /// Multiplies each weight by the number of ways from its node, of nodes that follow one another, but by
    /// no less than `least`; does nothing and gives `false` where the number is no product of degrees.
    pub(super) fn weigh(
        &mut self,
        nodes: &Range<u32>,
        least: u32,
        weights: &mut [u64],
        runtime: &mut Runtime,
    ) -> Result<bool> {
        let is_product = (self.branches.len() == 1 || least == 0)
            && self.branches.iter().all(Branch::counts_all)
            && self.are_apart(nodes, runtime)?;
        if is_product {
            for branch in &mut self.branches {
                branch.steps(runtime).weigh(nodes, least, weights)?;
            }
        }
        Ok(is_product)
    }

    /// Whether the number of ways is the number of neighbours over one relationship.
    pub(super) fn is_degree(&self) -> bool {
        matches!(self.branches.as_slice(), [branch] if branch.counts_all())
    }

    /// Whether the ways along the branches differ as they must from all of these nodes.
    fn are_apart(&mut self, nodes: &Range<u32>, runtime: &Runtime) -> Result<bool> {
        match (self.plan.apart, self.branches.as_slice()) {
            (None, _) => Ok(true),
            (Some(Apart::Relationships), [first, second]) => {
                let (steps, only_loops) = common_steps(first, second, &mut self.common, runtime);
                Ok(only_loops && !steps.may_loop(nodes)?)
            }
            _ => Ok(false),
        }
    }

    /// The number of ways from each node.
    pub(super) fn count(&mut self, nodes: &[u32], runtime: &mut Runtime) -> Result<Vec<u64>> {
        if let Some(apart) = self.plan.apart {
            return self.count_apart(apart, nodes, runtime);
        }
        let mut branches = self.branches.iter_mut();
        let mut totals = match branches.next() {
            Some(branch) => branch.total(nodes, runtime)?,
            None => vec![1; nodes.len()],
        };
        for branch in branches {
            multiply(&mut totals, &branch.total(nodes, runtime)?)?;
        }
        Ok(totals)
    }

    /// The number of pairs of ways from each node that are apart.
    fn count_apart(
        &mut self,
        apart: Apart,
        nodes: &[u32],
        runtime: &mut Runtime,
    ) -> Result<Vec<u64>> {
        let [first, second] = self.branches.as_mut_slice() else {
            return Err(Error::internal("other than two branches are apart"));
        };
        let (mut totals, ways) = (first.count(nodes, runtime)?, second.count(nodes, runtime)?);
        // The product counts the pairs that are not apart, too.
        let together = match apart {
            Apart::Nodes => {
                let pairs = match (first.counts_all(), second.counts_all()) {
                    (true, _) => pairs_with_themselves(first, second, &ways, nodes, runtime)?,
                    (_, true) => pairs_with_themselves(second, first, &totals, nodes, runtime)?,
                    (false, false) => None,
                };
                Some(match pairs {
                    Some(pairs) => pairs,
                    None => pairs_at_one_node(first, second, &mut self.marks, nodes, runtime)?,
                })
            }
            Apart::Relationships => common_ways(first, second, &mut self.common, nodes, runtime)?,
        };
        multiply(&mut totals, &ways)?;
        for (total, together) in totals.iter_mut().zip(together.unwrap_or_default()) {
            *total -= together;
        }
        Ok(totals)
    }
}

/// The number of pairs of ways from each node that lead to one node, where both branches begin with the
/// same relationships, one of which leads on in `ways` ways from each node, the other in none; `None` where
/// a node has more than one list of neighbours.
fn pairs_with_themselves(
    ending: &mut Branch,
    leading_on: &Branch,
    ways: &[u64],
    nodes: &[u32],
    runtime: &mut Runtime,
) -> Result<Option<Vec<u64>>> {
    let are_same = ending.plan.direction == leading_on.plan.direction
        && ending.plan.types == leading_on.plan.types;
    let steps = ending.steps(runtime);
    if !are_same || !steps.have_one_list() {
        return Ok(None);
    }
    // Where each neighbour stands once, every way makes a pair with itself alone.
    let mut pairs = ways.to_vec();
    if steps.all().is_some_and(|all| !all.has_parallels()) {
        return Ok(Some(pairs));
    }
    steps.visit_lists(nodes, runtime.context, |place, list| {
        let twice = list.windows(2).map(|two| u32::from(two[0] == two[1]));
        if twice.sum::<u32>() > 0 {
            pairs[place] = 0;
            for same in list.chunk_by(|one, other| one == other) {
                let times = (same.len() * same.len()) as u64;
                let more = product(times, leading_on.weight(same[0]))?;
                pairs[place] = total(pairs[place], more)?;
            }
        }
        Ok(())
    })?;
    Ok(Some(pairs))
}

/// The number of pairs of ways from each node that lead to one node. What the ends count must be known.
fn pairs_at_one_node(
    first: &mut Branch,
    second: &mut Branch,
    marks: &mut Marks,
    nodes: &[u32],
    runtime: &mut Runtime,
) -> Result<Vec<u64>> {
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

/// What relationships that both branches take lead to, and whether only loops are taken by both.
fn common_steps<'c>(
    first: &Branch,
    second: &Branch,
    common: &'c mut KeptSteps,
    runtime: &Runtime,
) -> (&'c mut Steps, bool) {
    use PatternDirection::Both;
    let (direction, only_loops) = match (first.plan.direction, second.plan.direction) {
        (Both, other) => (other, false),
        (one, other) => (one, other != one && other != Both),
    };
    let steps = common.of_graph(runtime, |graph| {
        let others = type_ids(&second.plan.types, graph);
        let mut types = type_ids(&first.plan.types, graph);
        types.retain(|id| others.contains(id));
        Steps::of_types(direction, types, graph)
    });
    (steps, only_loops)
}

/// The number of ways from each node that both branches have, which one relationship is; `None` where there
/// are none. What the ends count must be known.
fn common_ways(
    first: &mut Branch,
    second: &mut Branch,
    common: &mut KeptSteps,
    nodes: &[u32],
    runtime: &mut Runtime,
) -> Result<Option<Vec<u64>>> {
    let (steps, only_loops) = common_steps(first, second, common, runtime);
    let counts_all = first.counts_all() && second.counts_all();
    let weight = |node: u32| product(first.weight(node), second.weight(node));
    if only_loops {
        let mut totals = steps.loops(nodes)?;
        let loops = totals.iter_mut().flatten().zip(nodes);
        for (loops, node) in loops.filter(|(loops, _)| !counts_all && **loops > 0) {
            *loops = product(*loops, weight(*node)?)?;
        }
        return Ok(totals);
    }
    if counts_all {
        return steps.degrees(nodes).map(Some);
    }
    let mut totals = vec![0; nodes.len()];
    steps.visit_lists(nodes, runtime.context, |place, list| {
        for node in list {
            totals[place] = total(totals[place], weight(*node)?)?;
        }
        Ok(())
    })?;
    Ok(Some(totals))
}
