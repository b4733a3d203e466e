//! Where only the number of rows matters, a branch of a pattern is counted once for a node instead of
//! being listed for each row:
//!
//! ```text
//! Aggregate count(*)                              Aggregate count(*)
//!   Match (a)-[:R]->(b)-[:R]->(c)           =>      Weigh (b)<-[:R]-(a), (b)-[:R]->(c), different relationships
//!                                                     Match (b)
//! ```
//!
//! A branch is a node of which nothing is asked elsewhere, with the one relationship that leads to it
//! and the branches behind it. Its relationship must differ from others of the pattern by its type, or
//! the other leads to a branch from the same node.

use std::collections::{HashMap, HashSet};

use super::count_common::unequal;
use super::count_cost::cost_of_weighs;
use super::join_order::MOST_COMPARED;
use super::order_pattern::{Solver, free_variables, may_overlap};
use super::pattern_cost::estimate;
use super::reach::variables_of;
use super::symmetry::{in_one_order, interchangeable, mirrored};
use crate::bind::bound::PatternDirection;
use crate::bind::expression::{Comparison, Expression as E, SubqueryKind};
use crate::logical::{
    Aggregate, Apart, Branch, Expression, MatchPattern, Plan, RelationshipPattern, Variable, Weigh,
    WeighCommon,
};
use crate::optimize::{Statistics, bottom_up, conjuncts, filtered};

/// What it costs to scan a node of which no more is made than to count from it.
const COST_OF_SCANNED: f64 = 0.2;

/// How much more counting may be expected to cost than listing: what it costs at most is known, but
/// rows may be far more than is expected of nodes with the same few neighbours each.
const WORTH_CERTAINTY: f64 = 2.0;

/// Counts branches below aggregates that ask for no more, and in subqueries of which no more is asked.
pub(crate) fn rewrite(plan: Plan, statistics: &Statistics) -> Plan {
    bottom_up(plan, &mut |mut plan| {
        plan.for_each_subquery_mut(&mut |kind, subquery| {
            let is_counted = match kind {
                SubqueryKind::Count => true,
                SubqueryKind::Exists => is_of_neighbours(subquery),
                SubqueryKind::Collect => false,
            };
            if is_counted {
                count_below(subquery, HashSet::new(), statistics);
            }
        });
        if let Plan::Aggregate {
            input,
            keys,
            aggregates,
        } = &mut plan
        {
            count_rows(aggregates, input);
            let arguments = aggregates.iter().flat_map(|(_, one)| &one.arguments);
            let read = keys.iter().map(|(_, key)| key).chain(arguments);
            if let Some(read) = variables_of(read)
                && aggregates.iter().all(|(_, one)| takes_weights(one))
            {
                count_below(input, read, statistics);
            }
        }
        plan
    })
}

/// Whether a subquery gives a row for each neighbour of a node: to count them all takes no longer than to find one.
fn is_of_neighbours(subquery: &Plan) -> bool {
    matches!(subquery, Plan::Match { pattern, .. }
        if pattern.relationships.len() == 1 && pattern.is_plain() && pattern.predicates.is_empty())
}

/// Counts rows instead of nodes and relationships of a pattern, none of which is null.
fn count_rows(aggregates: &mut [(Variable, Aggregate)], input: &Plan) {
    let Plan::Match { pattern, .. } = input else {
        return;
    };
    let is_there = |argument: &Expression| {
        let E::Variable(name) = argument else {
            return false;
        };
        pattern.nodes.iter().any(|node| node.variable == *name)
            || pattern
                .relationships
                .iter()
                .any(|one| one.variable == *name)
    };
    for (_, aggregate) in aggregates {
        let is_count = aggregate.function.as_ref() == "count" && !aggregate.distinct;
        if is_count && aggregate.arguments.iter().all(is_there) {
            aggregate.function = "count(*)".into();
            aggregate.arguments.clear();
        }
    }
}

/// Whether an aggregate of a row that counts several times is exactly that of the row listed as often:
/// sums of floats depend on how they are added up.
pub(super) fn takes_weights(aggregate: &Aggregate) -> bool {
    aggregate.distinct || ["count(*)", "count", "min", "max"].contains(&aggregate.function.as_ref())
}

/// Counts branches of what only the number of rows is asked of, and some variables.
fn count_below(plan: &mut Plan, read: HashSet<Variable>, statistics: &Statistics) {
    let below = std::mem::replace(plan, Plan::Unit);
    *plan = below_aggregate(below, read, statistics);
}

fn below_aggregate(plan: Plan, mut read: HashSet<Variable>, statistics: &Statistics) -> Plan {
    match plan {
        Plan::Match { input, pattern } => {
            let fixed = read.into_iter().chain(input.variables()).collect();
            let Some(whole) = Pruned::new(&pattern, &fixed) else {
                return Plan::Match { input, pattern };
            };
            let class = interchangeable(&pattern, &fixed);
            match best(&input, &pattern, &whole, fixed, statistics) {
                Some(pruned) => pruned.into_plan(*input, &class),
                None if class.is_empty() => Plan::Match { input, pattern },
                None => whole.into_plan(*input, &class),
            }
        }
        Plan::Apply {
            input,
            inner,
            variables,
            optional: true,
            commit_every: None,
        } => match optional_branch(&inner, &variables, &read) {
            Some(weigh) => {
                read.insert(weigh.from.clone());
                Plan::Weigh {
                    input: Box::new(below_aggregate(*input, read, statistics)),
                    weigh,
                }
            }
            None => Plan::Apply {
                input,
                inner,
                variables,
                optional: true,
                commit_every: None,
            },
        },
        other => other,
    }
}

/// The pattern of an `OPTIONAL MATCH` as branches of one node, if it is nothing else.
fn optional_branch(inner: &Plan, new: &[Variable], read: &HashSet<Variable>) -> Option<Weigh> {
    let Plan::Match { input, pattern } = inner else {
        return None;
    };
    let Plan::Argument { variables } = &**input else {
        return None;
    };
    if new.iter().any(|variable| read.contains(variable)) {
        return None;
    }
    let kept = variables.iter().cloned().collect();
    let mut pruned = Pruned::new(pattern, &kept)?;
    pruned.prune(&kept);
    let [node] = pruned.core.nodes.as_slice() else {
        return None;
    };
    let is_all = kept.contains(&node.variable)
        && pruned.core.relationships.is_empty()
        && pruned.core.predicates.is_empty()
        && node.labels.is_none();
    let mut weighs = pruned.weighs.remove(&node.variable)?;
    let only = weighs.pop().filter(|_| is_all && weighs.is_empty())?;
    Some(Weigh {
        optional: true,
        ..only
    })
}

/// The cheapest way to count, if that is not to list all rows.
fn best(
    input: &Plan,
    pattern: &MatchPattern,
    whole: &Pruned,
    mut kept: HashSet<Variable>,
    statistics: &Statistics,
) -> Option<Pruned> {
    kept.extend(looked_up(pattern, statistics));
    let known: HashSet<Variable> = input.variables().into_iter().collect();
    let ways = nodes_to_keep(pattern, kept).into_iter().flat_map(|kept| {
        let mut pruned = whole.clone();
        pruned.prune(&kept);
        let cuts = pruned.cuts(&kept).into_iter();
        let mut ways: Vec<Pruned> = cuts
            .map(|cut| {
                let mut further = pruned.clone();
                further.cut_off(cut, &kept);
                further
            })
            .collect();
        ways.push(pruned);
        ways
    });
    let listed = estimate(pattern, &known, statistics).cost;
    let ways = ways.map(|pruned| {
        let cost = match pruned.is_cut() {
            true => pruned.cost(&known, statistics),
            false => listed,
        };
        (pruned, cost)
    });
    let (mut pruned, cost) = ways.min_by(|left, right| left.1.total_cmp(&right.1))?;
    let is_better = pruned.is_cut() && cost < listed * WORTH_CERTAINTY;
    pruned.sort(statistics);
    is_better.then_some(pruned)
}

/// The nodes that an index finds alone: they are looked up among the neighbours of others, however many those
/// have.
fn looked_up(pattern: &MatchPattern, statistics: &Statistics) -> Vec<Variable> {
    let solver = Solver::new(pattern.clone(), Some(statistics));
    let nodes = pattern.nodes.iter().enumerate().filter(|(place, _)| {
        let merit = solver.lookup(*place, statistics);
        merit.is_some_and(|merit| merit.is_unique)
    });
    nodes.map(|(_, node)| node.variable.clone()).collect()
}

/// What may be kept of a pattern besides what must be: nothing, or what predicates narrow. Of a pattern
/// of which no node must stay, any may.
fn nodes_to_keep(pattern: &MatchPattern, kept: HashSet<Variable>) -> Vec<HashSet<Variable>> {
    let narrowed = pattern.predicates.iter().flat_map(free_variables);
    let more: HashSet<Variable> = kept.iter().cloned().chain(narrowed).collect();
    let choices = [kept, more].into_iter().flat_map(|kept| {
        let nodes = pattern.nodes.iter().map(|node| &node.variable);
        if nodes.clone().any(|node| kept.contains(node)) {
            return vec![kept];
        }
        let with = |node: &Variable| kept.iter().chain([node]).cloned().collect();
        nodes.map(with).collect()
    });
    choices.collect()
}

/// A pattern whose branches are cut off, and the branches.
#[derive(Clone)]
pub(super) struct Pruned {
    pub(super) core: MatchPattern,
    /// The relationships of the whole pattern.
    pub(super) relationships: Vec<RelationshipPattern>,
    /// What is counted from each node that is left.
    weighs: HashMap<Variable, Vec<Weigh>>,
    /// What is counted of the neighbours of two nodes that are left.
    pub(super) commons: Vec<WeighCommon>,
    /// Relationships that something else speaks of.
    pub(super) named: HashSet<Variable>,
    /// Nodes of which neighbours are counted together with those of another.
    pub(super) held: HashSet<Variable>,
    /// Nodes that cannot be one.
    unequal: Vec<(Variable, Variable)>,
}

/// A relationship of the core that leads from a node to the last one on its way.
#[derive(Clone)]
pub(super) struct Leaf {
    pub(super) node: Variable,
    pub(super) from: Variable,
    pub(super) relationship: RelationshipPattern,
}

impl Pruned {
    /// The pattern as a whole; `None` where it has parts that are no nodes or single relationships, or
    /// too many parts to compare ways.
    fn new(pattern: &MatchPattern, kept: &HashSet<Variable>) -> Option<Pruned> {
        let is_comparable = pattern.is_plain()
            && pattern.nodes.len() + pattern.relationships.len() <= MOST_COMPARED;
        let mut core = pattern.clone();
        core.predicates = pattern.predicates.iter().flat_map(conjuncts).collect();
        let unequal = unequal(&core.predicates, &core.relationships);
        core.predicates.retain(|predicate| {
            let mut pairs = unequal.iter();
            !pairs.any(|(one, other)| are_compared(predicate, one, other))
        });
        let read: HashSet<Variable> = core.predicates.iter().flat_map(free_variables).collect();
        let names = pattern.relationships.iter().map(|one| &one.variable);
        let named = names.filter(|name| kept.contains(*name) || read.contains(*name));
        is_comparable.then(|| Pruned {
            relationships: pattern.relationships.clone(),
            weighs: HashMap::new(),
            commons: Vec::new(),
            named: named.cloned().collect(),
            held: HashSet::new(),
            unequal,
            core,
        })
    }

    /// Whether anything is cut off.
    fn is_cut(&self) -> bool {
        !self.weighs.is_empty() || !self.commons.is_empty()
    }

    /// Cuts off branches as long as there are any.
    pub(super) fn prune(&mut self, kept: &HashSet<Variable>) {
        loop {
            let leaves: Vec<Leaf> = self.leaves(kept);
            let single = leaves.iter().find(|leaf| self.is_free(leaf, None));
            if let Some(leaf) = single {
                self.cut(&[leaf], None);
                continue;
            }
            let pairs = leaves.iter().enumerate().flat_map(|(place, one)| {
                let others = leaves[place + 1..].iter();
                others.map(move |other| (one, other))
            });
            let mut pairs = pairs.map(|(one, other)| (one, other, self.apart(one, other)));
            let Some((one, other, apart)) = pairs.find(|(.., apart)| apart.is_some()) else {
                return;
            };
            self.cut(&[one, other], apart);
        }
    }

    pub(super) fn leaves(&self, kept: &HashSet<Variable>) -> Vec<Leaf> {
        let leaf = |node: &Variable| {
            let ends = |one: &&RelationshipPattern| one.from == *node || one.to == *node;
            let mut touching = self.core.relationships.iter().filter(ends);
            let (relationship, None) = (touching.next()?, touching.next()) else {
                return None;
            };
            let from = match relationship.from == *node {
                true => &relationship.to,
                false => &relationship.from,
            };
            let is_leaf = from != node
                && !kept.contains(node)
                && !self.held.contains(node)
                && !self.named.contains(&relationship.variable);
            is_leaf.then(|| Leaf {
                node: node.clone(),
                from: from.clone(),
                relationship: relationship.clone(),
            })
        };
        let nodes = self.core.nodes.iter().map(|node| &node.variable);
        nodes.filter_map(leaf).collect()
    }

    /// Whether nothing but the relationship ties a leaf to the rest, or to more than `other`.
    pub(super) fn is_free(&self, leaf: &Leaf, other: Option<&Leaf>) -> bool {
        let types = leaf.relationship.types.as_ref();
        let differs = self.relationships.iter().all(|known| {
            known.variable == leaf.relationship.variable
                || other.is_some_and(|other| other.relationship.variable == known.variable)
                || known.clause != leaf.relationship.clause
                || !may_overlap(known.types.as_ref(), types)
                || self.have_unequal_ends(known, &leaf.relationship)
        });
        let stands_alone = |predicate: &Expression| {
            let free = free_variables(predicate);
            !free.contains(&leaf.node)
                || other.is_some_and(|other| are_compared(predicate, &leaf.node, &other.node))
                || (free.len() == 1 && variables_of([predicate]).is_some())
        };
        differs && self.core.predicates.iter().all(stands_alone)
    }

    /// Whether two relationships are two because both begin or both end at nodes that cannot be one.
    pub(super) fn have_unequal_ends(
        &self,
        one: &RelationshipPattern,
        other: &RelationshipPattern,
    ) -> bool {
        let ends = |one: &RelationshipPattern| match one.direction {
            PatternDirection::Outgoing => Some((one.from.clone(), one.to.clone())),
            PatternDirection::Incoming => Some((one.to.clone(), one.from.clone())),
            PatternDirection::Both => None,
        };
        let (Some(one), Some(other)) = (ends(one), ends(other)) else {
            return false;
        };
        let are_unequal = |one: &Variable, other: &Variable| {
            let mut pairs = self.unequal.iter();
            pairs.any(|pair| {
                (&pair.0, &pair.1) == (one, other) || (&pair.1, &pair.0) == (one, other)
            })
        };
        are_unequal(&one.0, &other.0) || are_unequal(&one.1, &other.1)
    }

    /// What is counted from a node.
    pub(super) fn weighs_of(&self, node: &Variable) -> impl Iterator<Item = &Weigh> {
        self.weighs.get(node).into_iter().flatten()
    }

    /// Which way a leaf is reached.
    pub(super) fn direction(&self, leaf: &Leaf) -> PatternDirection {
        match leaf.relationship.to == leaf.node {
            true => leaf.relationship.direction,
            false => leaf.relationship.direction.turned(),
        }
    }

    /// In what two leaves must differ, if they can be cut off together.
    fn apart(&self, one: &Leaf, other: &Leaf) -> Option<Apart> {
        let is_pair = one.from == other.from
            && self.is_free(one, Some(other))
            && self.is_free(other, Some(one));
        let mut predicates = self.core.predicates.iter();
        let differ = predicates.any(|predicate| are_compared(predicate, &one.node, &other.node));
        match is_pair {
            // Two relationships from one node to two nodes are two.
            true if differ => Some(Apart::Nodes),
            true if one.relationship.clause == other.relationship.clause => {
                Some(Apart::Relationships)
            }
            _ => None,
        }
    }

    /// Cuts off leaves of one node.
    fn cut(&mut self, leaves: &[&Leaf], apart: Option<Apart>) {
        let Some(from) = leaves.first().map(|leaf| leaf.from.clone()) else {
            return;
        };
        if let [one, other] = leaves {
            let predicates = &mut self.core.predicates;
            predicates.retain(|predicate| !are_compared(predicate, &one.node, &other.node));
        }
        let branches = leaves.iter().map(|leaf| self.branch(leaf)).collect();
        let weighs = self.weighs.entry(from.clone()).or_default();
        weighs.push(Weigh {
            from,
            branches,
            apart,
            optional: false,
        });
    }

    pub(super) fn branch(&mut self, leaf: &Leaf) -> Branch {
        let direction = self.direction(leaf);
        let Leaf {
            node, relationship, ..
        } = leaf;
        let core = &mut self.core;
        core.relationships
            .retain(|known| known.variable != relationship.variable);
        let place = core.nodes.iter().position(|known| known.variable == *node);
        let labels = place.and_then(|place| core.nodes.remove(place).labels);
        let (own, rest) = std::mem::take(&mut core.predicates)
            .into_iter()
            .partition(|predicate| free_variables(predicate).contains(node));
        core.predicates = rest;
        let argument = Plan::Argument {
            variables: vec![node.clone()],
        };
        let labels = labels.map(|labels| E::HasLabels(Box::new(E::Variable(node.clone())), labels));
        let ends = filtered(argument, labels.into_iter().collect());
        let weighs = self.weighs.remove(node).unwrap_or_default();
        Branch {
            direction,
            types: relationship.types.clone(),
            to: node.clone(),
            inner: weighed(filtered(ends, own), weighs),
        }
    }

    /// What is expected to be touched when the rest is listed and the branches are counted.
    fn cost(&self, known: &HashSet<Variable>, statistics: &Statistics) -> f64 {
        let core = estimate(&self.core, known, statistics);
        let is_scan = self.core.relationships.is_empty() && known.is_empty();
        let is_in_order = is_scan && self.core.nodes.len() == 1;
        let cost = match is_in_order {
            true => core.cost.min(core.rows * COST_OF_SCANNED),
            false => core.cost,
        };
        let weighs = self.core.nodes.iter().filter_map(|node| {
            let weighs = self.weighs.get(&node.variable)?;
            let labels = node.labels.as_ref();
            let cost = cost_of_weighs(weighs, core.rows, labels, is_in_order, statistics);
            Some(cost)
        });
        cost + weighs.sum::<f64>() + self.cost_of_commons(core.rows, statistics)
    }

    /// Puts first what drops the most rows.
    fn sort(&mut self, statistics: &Statistics) {
        for node in &self.core.nodes {
            let degree = |weigh: &Weigh| {
                let degrees = weigh.branches.iter().map(|branch| {
                    let types = branch.types.as_ref();
                    statistics.degree(types, branch.direction, node.labels.as_ref(), None)
                });
                degrees.product::<f64>()
            };
            if let Some(weighs) = self.weighs.get_mut(&node.variable) {
                weighs.sort_by(|left, right| degree(left).total_cmp(&degree(right)));
            }
        }
    }

    /// The plan, with what of a class of nodes that can be exchanged is listed in one order.
    fn into_plan(mut self, input: Plan, class: &[Variable]) -> Plan {
        let nodes = self.core.nodes.iter().map(|node| &node.variable);
        let weighs = nodes.filter_map(|node| self.weighs.remove(node));
        let weighs = weighs.flatten().collect();
        let exchanged = in_one_order(&mut self.core, &mut self.commons, class);
        let core = Plan::Match {
            input: Box::new(input),
            pattern: self.core,
        };
        let weighed = weighed(mirrored(core, exchanged), weighs);
        self.commons.into_iter().fold(weighed, |plan, common| {
            let (input, common) = (Box::new(plan), Box::new(common));
            Plan::WeighCommon { input, common }
        })
    }
}

fn weighed(plan: Plan, weighs: Vec<Weigh>) -> Plan {
    weighs.into_iter().fold(plan, |plan, weigh| Plan::Weigh {
        input: Box::new(plan),
        weigh,
    })
}

/// Whether a predicate is that two variables differ.
pub(super) fn are_compared(predicate: &Expression, one: &Variable, other: &Variable) -> bool {
    let E::Comparison(Comparison::NotEqual, left, right) = predicate else {
        return false;
    };
    match (left.as_ref(), right.as_ref()) {
        (E::Variable(left), E::Variable(right)) => {
            (left, right) == (one, other) || (left, right) == (other, one)
        }
        _ => false,
    }
}
