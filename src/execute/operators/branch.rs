//! Counts the ways along one branch from nodes; how often an end counts is computed once for a node.

use arrow_array::UInt32Array;

use super::label_set::LabelSet;
use super::node_numbers::NodeNumbers;
use super::node_set::NodeSet;
use super::steps::{KeptSteps, Steps};
use super::ways::Ways;
use crate::column::Column;
use crate::context::{Context, Reservation};
use crate::error::{Error, Result};
use crate::execute::batch::multiply;
use crate::execute::evaluate::{node_labels, true_rows};
use crate::execute::parts::threads_at_hand;
use crate::execute::{Batch, Runtime};
use crate::parallel::in_order;
use crate::physical::{self, End, Expression};

/// What a node takes while it is found out how often it counts.
const BYTES_PER_NODE: usize = 24;

/// Nodes that a thread counts from at a time, where several do.
pub(super) const PART: usize = 8192;

/// Counts the ways along one branch.
pub(super) struct Branch<'p> {
    pub(super) plan: &'p physical::Branch,
    steps: KeptSteps,
    /// How often the nodes at the end count, and of how many that is known.
    known: NodeNumbers,
    learnt: usize,
    /// Instead of these, where all that is asked of ends is a label.
    pub(super) labelled: LabelSet,
    /// Whether hardly two ways lead to one end, once that is known.
    pub(super) are_fresh: Option<bool>,
    pub(super) further: Vec<Ways<'p>>,
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
            learnt: 0,
            labelled: LabelSet::default(),
            are_fresh: None,
            further: weighs.iter().map(Ways::new).collect(),
        }
    }

    /// What leads to the ends.
    #[inline]
    pub(super) fn steps(&mut self, runtime: &Runtime) -> &mut Steps {
        let plan = self.plan;
        self.steps.of(plan.direction, &plan.types, runtime)
    }

    /// Notes that the neighbours of so many nodes are looked up, before they are.
    pub(super) fn note_lookups(&mut self, lookups: usize, runtime: &Runtime) {
        let plan = self.plan;
        self.steps
            .note(plan.direction, &plan.types, lookups, runtime);
    }

    /// The number of ways from each node; how often each end counts is known then.
    pub(super) fn count(&mut self, nodes: &[u32], runtime: &mut Runtime) -> Result<Vec<u64>> {
        runtime.context.check()?;
        let plan = self.plan;
        if let End::Any = plan.end {
            let steps = self.steps.of(plan.direction, &plan.types, runtime);
            return steps.degrees(nodes);
        }
        if (self.labelled.get().is_some() || !self.known.is_empty())
            && let Some(sums) = self.sums(nodes, runtime)?
        {
            return Ok(sums);
        }
        self.learn(nodes, runtime)?;
        let sums = self.sums(nodes, runtime)?;
        sums.ok_or_else(|| Error::internal("the end of a branch was not counted"))
    }

    /// For each node how often the ends of all ways from it count; `None` where that is not known of all.
    fn sums(&mut self, nodes: &[u32], runtime: &Runtime) -> Result<Option<Vec<u64>>> {
        let plan = self.plan;
        let (known, labelled) = (&self.known, self.labelled.get());
        let sums_over = |steps: &mut Steps, nodes: &[u32], context: &Context| match labelled {
            Some(set) => steps.degrees_into(nodes, set, context).map(Some),
            None => known.sums(nodes, steps, context),
        };
        let Some(threads) = threads_for(nodes, runtime) else {
            let steps = self.steps.of(plan.direction, &plan.types, runtime);
            return sums_over(steps, nodes, runtime.context);
        };
        let mut parts = nodes.chunks(PART);
        let mut sums = Some(Vec::with_capacity(nodes.len()));
        let graph = runtime.graph();
        let work = |nodes: &[u32], context: &Context| {
            let mut steps = Steps::unordered(plan.direction, &plan.types, nodes.len(), graph);
            sums_over(&mut steps, nodes, context)
        };
        let next = || Ok(parts.next().map(|part| (part, runtime.context.clone())));
        let work = |(nodes, context): (&[u32], Context)| work(nodes, &context);
        in_order(threads, next, work, |part| {
            match (&mut sums, part?) {
                (Some(sums), Some(part)) => sums.extend(part),
                _ => sums = None,
            }
            Ok(())
        })?;
        Ok(sums)
    }

    /// Finds out how often the ends of all ways from these nodes count.
    fn learn(&mut self, nodes: &[u32], runtime: &mut Runtime) -> Result<()> {
        let plan = self.plan;
        let mut unknown = Unknown::new(runtime);
        match threads_for(nodes, runtime) {
            Some(threads) => unknown.add_ends(nodes, plan, threads, runtime)?,
            None => {
                let steps = self.steps.of(plan.direction, &plan.types, runtime);
                steps.visit_lists(nodes, runtime.context, |_, list| {
                    unknown.add(list, &mut self.known, runtime)
                })?;
            }
        }
        let (nodes, _held) = unknown.finish(&self.known)?;
        self.learnt += nodes.len();
        self.weigh(nodes, runtime)?;
        self.learn_others(runtime)
    }

    /// Once it is known of most nodes that are ends, finds out of all: then no more have to be looked for.
    fn learn_others(&mut self, runtime: &mut Runtime) -> Result<()> {
        let plan = self.plan;
        // A filter may fail for a node that no way leads to.
        if has_filters(&plan.end) {
            return Ok(());
        }
        let back = Steps::unordered(plan.direction.turned(), &plan.types, 0, runtime.graph());
        let Some(back) = back.all() else {
            return Ok(());
        };
        let ends = back.listed();
        if self.learnt <= ends.len() / 2 || self.learnt >= ends.len() {
            return Ok(());
        }
        let is_new = |node: &u32| !back.range(*node).is_empty() && self.known.get(*node).is_none();
        let others: Vec<u32> = ends.clone().filter(is_new).collect();
        self.learnt = ends.len();
        let _held = runtime.context.reserve(others.len() * BYTES_PER_NODE)?;
        self.weigh(others, runtime)
    }

    /// Finds out how often ways count that lead to these nodes.
    #[inline]
    pub(super) fn learn_ends(&mut self, nodes: &[u32], runtime: &mut Runtime) -> Result<()> {
        if matches!(self.plan.end, End::Any) || self.labelled.get().is_some() {
            return Ok(());
        }
        let mut unknown = Unknown::new(runtime);
        unknown.add(nodes, &mut self.known, runtime)?;
        let (nodes, _held) = unknown.finish(&self.known)?;
        match nodes.is_empty() {
            true => Ok(()),
            false => self.weigh(nodes, runtime),
        }
    }

    /// Notes how often ways count that lead to these nodes, which are in order: then their lists stand
    /// side by side.
    fn weigh(&mut self, nodes: Vec<u32>, runtime: &mut Runtime) -> Result<()> {
        let weights = self.weights(&nodes, runtime)?;
        self.known.set_all(&nodes, &weights, runtime)
    }

    /// How often a way counts that leads to each of these nodes.
    pub(super) fn weights(&mut self, nodes: &[u32], runtime: &mut Runtime) -> Result<Vec<u64>> {
        match &self.plan.end {
            End::Any => Ok(vec![1; nodes.len()]),
            End::Labels(labels) => {
                let nodes = UInt32Array::from(nodes.to_vec());
                let holds = node_labels(&nodes, labels, runtime.graph())?;
                Ok(holds.values().iter().map(u64::from).collect())
            }
            End::Further { filters, .. } if filters.is_empty() => self.ways_on(nodes, runtime),
            End::Further { filters, .. } => {
                let rows = passing_rows(nodes, filters, runtime)?;
                let passing: Vec<u32> = rows.iter().map(|row| nodes[*row as usize]).collect();
                let mut weights = vec![0; nodes.len()];
                for (row, weight) in rows.into_iter().zip(self.ways_on(&passing, runtime)?) {
                    weights[row as usize] = weight;
                }
                Ok(weights)
            }
        }
    }

    /// The number of ways that lead on from each of these nodes.
    fn ways_on(&mut self, nodes: &[u32], runtime: &mut Runtime) -> Result<Vec<u64>> {
        let mut weights = vec![1; nodes.len()];
        for ways in &mut self.further {
            multiply(&mut weights, &ways.count(nodes, runtime)?)?;
        }
        Ok(weights)
    }

    /// How often a way counts that leads to a node, which must have been learnt.
    #[inline]
    pub(super) fn weight(&self, node: u32) -> u64 {
        match (&self.plan.end, self.labelled.get()) {
            (End::Any, _) => 1,
            (_, Some(set)) => set.contains(node).into(),
            (_, None) => self.known.get(node).unwrap_or_default(),
        }
    }

    /// Whether every way counts once.
    pub(super) fn counts_all(&self) -> bool {
        matches!(self.plan.end, End::Any)
    }
}

/// Whether something is asked of nodes at the end of a branch, or further on, that may fail.
fn has_filters(end: &End) -> bool {
    let End::Further { filters, weighs } = end else {
        return false;
    };
    let mut further = weighs.iter().flat_map(|weigh| &weigh.branches);
    !filters.is_empty() || further.any(|branch| has_filters(&branch.end))
}

/// Above this part of the nodes of a graph, those that are met are marked in a set.
const PART_OF_MANY: usize = 256;

/// Nodes of which is not known how often they count.
struct Unknown {
    /// Such nodes, each once, as long as there are few.
    few: Vec<u32>,
    /// Where there are many, the others, and maybe some that are known.
    many: NodeSet,
    are_many: bool,
    held: Reservation,
}

impl Unknown {
    fn new(runtime: &Runtime) -> Unknown {
        Unknown {
            few: Vec::new(),
            many: NodeSet::default(),
            are_many: false,
            held: runtime.context.reservation(),
        }
    }

    /// Adds those of the nodes that have no number yet.
    fn add(&mut self, nodes: &[u32], known: &mut NodeNumbers, runtime: &Runtime) -> Result<()> {
        if self.are_many {
            // A bit is sooner set than a number looked up among all.
            nodes.iter().for_each(|node| {
                self.many.insert(*node);
            });
            return Ok(());
        }
        for node in nodes {
            if known.begin(*node, runtime)? {
                self.few.push(*node);
            }
        }
        if self.few.len() > runtime.graph().node_positions() / PART_OF_MANY {
            self.many.reserve(runtime)?;
            self.are_many = true;
        }
        Ok(())
    }

    /// Adds the ends of all ways from nodes, which threads share out.
    fn add_ends(
        &mut self,
        nodes: &[u32],
        plan: &physical::Branch,
        threads: usize,
        runtime: &Runtime,
    ) -> Result<()> {
        self.many.reserve(runtime)?;
        self.are_many = true;
        let graph = runtime.graph();
        // A set for each thread, not for each part of the nodes.
        let mut parts = nodes.chunks(nodes.len().div_ceil(threads));
        let next = || Ok(parts.next().map(|part| (part, runtime.context.clone())));
        let work = |(nodes, context): (&[u32], Context)| {
            let mut met = NodeSet::default();
            met.reserve_for(graph, &context)?;
            let mut steps = Steps::unordered(plan.direction, &plan.types, nodes.len(), graph);
            steps.visit_lists(nodes, &context, |_, list| {
                list.iter().for_each(|node| {
                    met.insert(*node);
                });
                Ok(())
            })?;
            Ok(met)
        };
        in_order(threads, next, work, |met: Result<NodeSet>| {
            self.many.add(&met?);
            Ok(())
        })
    }

    /// The nodes, ascending, and the room for them.
    fn finish(mut self, known: &NodeNumbers) -> Result<(Vec<u32>, Reservation)> {
        let is_new = |node: &u32| known.get(*node).is_none();
        let mut nodes: Vec<u32> = self.many.iter().filter(is_new).collect();
        nodes.append(&mut self.few);
        // The node, its weight, and what that is computed from.
        self.held.grow(nodes.len() * BYTES_PER_NODE)?;
        // A long run in order and a short one without are quickly sorted by merging.
        nodes.sort();
        Ok((nodes, self.held))
    }
}

/// How many threads count from nodes at once; `None` for this one alone.
fn threads_for(nodes: &[u32], runtime: &Runtime) -> Option<usize> {
    let threads = threads_at_hand(runtime);
    (threads > 1 && nodes.len() > 2 * PART).then_some(threads)
}

/// The places of the nodes for which all predicates are true.
fn passing_rows(nodes: &[u32], filters: &[Expression], runtime: &mut Runtime) -> Result<Vec<u32>> {
    let mut rows: Vec<u32> = (0..nodes.len() as u32).collect();
    let mut batch = Batch::new(
        vec![Column::Node(UInt32Array::from(nodes.to_vec()))],
        rows.len(),
    );
    for filter in filters {
        let kept = true_rows(filter, &batch, runtime)?;
        rows = kept
            .values()
            .iter()
            .map(|row| rows[*row as usize])
            .collect();
        batch = batch.select(kept)?;
    }
    Ok(rows)
}
