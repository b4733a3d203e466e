//! In which order the relationships of a pattern are followed at the least expected cost.
//!
//! All orders are compared by dynamic programming over the sets of relationships that are followed; where
//! there are too many, the next one is always that which is expected to give the fewest rows.
//!
//! Source: "Access Path Selection in a Relational Database Management System" (Selinger, Astrahan,
//! Chamberlin, Lorie, Price, SIGMOD 1979).

use std::collections::{HashMap, HashSet};

use super::order_pattern::Solver;
use super::pattern_cost::{Estimate, Factors};
use crate::logical::{RelationshipPattern, Variable};
use crate::optimize::Statistics;

/// Of more relationships than this not all orders are compared.
pub(super) const MOST_EXACT: usize = 9;

/// More relationships than this are followed as they are written: to weigh each against all others would
/// take longer than it saves.
const MOST_WEIGHED: usize = 100;

/// Of a pattern with more parts than this only the first nodes are compared, not the ways on.
pub(super) const MOST_COMPARED: usize = 24;

/// How a connected part of a pattern is solved.
#[derive(Debug)]
pub(super) struct JoinOrder {
    /// The node, by its number in the pattern, that is looked for first; `None` where some are known.
    pub(super) start: Option<usize>,
    /// The relationships in their order.
    pub(super) relationships: Vec<Variable>,
    /// How many rows are touched, expected.
    pub(super) cost: f64,
    /// How many come out.
    pub(super) rows: f64,
    /// The nodes that are there then.
    pub(super) solved: HashSet<Variable>,
}

impl JoinOrder {
    /// The place of each relationship in the order.
    pub(super) fn ranks(self) -> HashMap<Variable, usize> {
        self.relationships.into_iter().zip(0..).collect()
    }
}

impl Solver<'_> {
    /// The best order for what touches `solved`, or else for a part that is not solved; `None` where
    /// all is.
    pub(super) fn best_order(
        &self,
        solved: &HashSet<Variable>,
        statistics: &Statistics,
    ) -> Option<JoinOrder> {
        let touched = self.part_of(solved);
        if !touched.is_empty() {
            let starts = vec![Start {
                node: None,
                cost: 0.0,
                rows: 1.0,
                solved: solved.clone(),
            }];
            return self.order_of(&touched, starts, statistics);
        }
        let is_large = self.nodes.len() + self.relationships.len() > MOST_COMPARED;
        let mut open: Vec<usize> = (0..self.nodes.len())
            .filter(|node| !solved.contains(&self.nodes[*node].0))
            .collect();
        let mut best: Option<JoinOrder> = None;
        while let Some(node) = open.first() {
            let part = self.part_of(&HashSet::from([self.nodes[*node].0.clone()]));
            let ends = part.iter().flat_map(|one| [&one.from, &one.to]);
            let mut ends: HashSet<&Variable> = ends.collect();
            ends.insert(&self.nodes[*node].0);
            let (inside, outside): (Vec<usize>, _) = open
                .into_iter()
                .partition(|node| ends.contains(&self.nodes[*node].0));
            open = outside;
            let starts = inside.into_iter().map(|node| {
                let Estimate { cost, rows } = self.start(node, statistics);
                Start {
                    node: Some(node),
                    cost,
                    rows,
                    solved: HashSet::from([self.nodes[node].0.clone()]),
                }
            });
            let mut starts: Vec<Start> = starts.collect();
            if is_large {
                starts.sort_by(|left, right| left.rows.total_cmp(&right.rows));
                starts.truncate(1);
            }
            let order = self.order_of(&part, starts, statistics);
            best = [best, order]
                .into_iter()
                .flatten()
                .min_by(|left, right| left.cost.total_cmp(&right.cost));
        }
        best
    }

    /// The relationships that lead on from nodes that are solved, and from where they lead.
    fn part_of(&self, solved: &HashSet<Variable>) -> Vec<&RelationshipPattern> {
        let mut reached = solved.clone();
        let mut left: Vec<&RelationshipPattern> = self.relationships.iter().collect();
        let mut part = Vec::new();
        loop {
            let touches = |one: &&RelationshipPattern| {
                let parts = [&one.variable, &one.from, &one.to];
                parts.into_iter().any(|name| reached.contains(name))
            };
            let (touched, rest): (Vec<_>, Vec<_>) = left.into_iter().partition(touches);
            if touched.is_empty() {
                return part;
            }
            for one in &touched {
                reached.extend([one.from.clone(), one.to.clone()]);
            }
            part.extend(touched);
            left = rest;
        }
    }

    /// The best order for all relationships of a part.
    fn order_of(
        &self,
        part: &[&RelationshipPattern],
        starts: Vec<Start>,
        statistics: &Statistics,
    ) -> Option<JoinOrder> {
        if part.len() <= MOST_EXACT {
            return self.exact(part, starts, statistics);
        }
        let orders = starts.into_iter().map(|start| match part.len() {
            0..=MOST_WEIGHED => self.greedy(part, start, statistics),
            _ => as_written(part, start),
        });
        orders.min_by(|left, right| left.cost.total_cmp(&right.cost))
    }

    /// The relationship that gives the fewest rows next, again and again.
    fn greedy(
        &self,
        part: &[&RelationshipPattern],
        start: Start,
        statistics: &Statistics,
    ) -> JoinOrder {
        let mut order = JoinOrder {
            start: start.node,
            relationships: Vec::with_capacity(part.len()),
            cost: start.cost,
            rows: start.rows,
            solved: start.solved,
        };
        let mut left = part.to_vec();
        loop {
            let touched = left.iter().enumerate().filter(|(_, one)| {
                let parts = [&one.variable, &one.from, &one.to];
                parts.into_iter().any(|name| order.solved.contains(name))
            });
            let factors =
                touched.map(|(place, one)| (place, self.factors(one, &order.solved, statistics)));
            let least = factors.min_by(|left, right| left.1.kept.total_cmp(&right.1.kept));
            let Some((place, factors)) = least else {
                return order;
            };
            let followed = left.swap_remove(place);
            (order.cost, order.rows) = factors.applied(order.cost, order.rows);
            order.relationships.push(followed.variable.clone());
            order
                .solved
                .extend([followed.from.clone(), followed.to.clone()]);
        }
    }

    /// The cheapest of all orders.
    fn exact(
        &self,
        part: &[&RelationshipPattern],
        starts: Vec<Start>,
        statistics: &Statistics,
    ) -> Option<JoinOrder> {
        let mut numbers: HashMap<&Variable, u32> = HashMap::new();
        for end in part.iter().flat_map(|one| [&one.from, &one.to]) {
            let number = numbers.len() as u32;
            numbers.entry(end).or_insert(number);
        }
        let known = starts.first().filter(|start| start.node.is_none());
        let steps: Vec<Step> = part
            .iter()
            .map(|one| Step {
                from: 1 << numbers[&one.from],
                to: 1 << numbers[&one.to],
                is_known: known.is_some_and(|start| start.solved.contains(&one.variable)),
                factors: [[&one.from].as_slice(), &[&one.to], &[&one.from, &one.to]].map(|ends| {
                    let mut solved: HashSet<Variable> = ends.iter().copied().cloned().collect();
                    if known.is_some_and(|start| start.solved.contains(&one.variable)) {
                        solved.insert(one.variable.clone());
                    }
                    self.factors(one, &solved, statistics)
                }),
            })
            .collect();
        let nodes_of = |start: &Start| {
            let nodes = numbers
                .iter()
                .filter(|(name, _)| start.solved.contains(**name));
            nodes.fold(0, |nodes, (_, number)| nodes | 1 << number)
        };
        // For each set of relationships the cheapest way to follow them.
        let mut best: Vec<Option<State>> = vec![None; 1 << part.len()];
        let all = best.len() - 1;
        for (number, start) in starts.iter().enumerate() {
            let state = State {
                cost: start.cost,
                rows: start.rows,
                nodes: nodes_of(start),
                start: number,
                last: 0,
            };
            relax(0, &state, &steps, &mut best);
            if all == 0 && best[0].as_ref().is_none_or(|known| state.cost < known.cost) {
                best[0] = Some(state);
            }
        }
        for followed in 1..all {
            if let Some(state) = best[followed].clone() {
                relax(followed, &state, &steps, &mut best);
            }
        }
        let whole = best[all].clone()?;
        let mut relationships = Vec::with_capacity(part.len());
        let mut followed = all;
        while followed > 0 {
            let last = best[followed].as_ref()?.last;
            relationships.push(part[last].variable.clone());
            followed &= !(1 << last);
        }
        relationships.reverse();
        let start = starts.into_iter().nth(whole.start)?;
        let mut solved = start.solved;
        solved.extend(numbers.into_keys().cloned());
        Some(JoinOrder {
            start: start.node,
            relationships,
            cost: whole.cost,
            rows: whole.rows,
            solved,
        })
    }
}

/// The order in which relationships are written, of which nothing is expected.
fn as_written(part: &[&RelationshipPattern], start: Start) -> JoinOrder {
    let ends = part
        .iter()
        .flat_map(|one| [one.from.clone(), one.to.clone()]);
    JoinOrder {
        start: start.node,
        relationships: part.iter().map(|one| one.variable.clone()).collect(),
        cost: start.cost,
        rows: start.rows,
        solved: start.solved.into_iter().chain(ends).collect(),
    }
}

/// Where an order begins.
struct Start {
    node: Option<usize>,
    cost: f64,
    rows: f64,
    solved: HashSet<Variable>,
}

/// A relationship; nodes are bits.
struct Step {
    from: u32,
    to: u32,
    /// Whether it is there before it is followed.
    is_known: bool,
    /// With its start known, with its end known, with both.
    factors: [Factors; 3],
}

/// The cheapest way to have followed a set of relationships.
#[derive(Clone)]
struct State {
    cost: f64,
    rows: f64,
    /// The nodes that are there.
    nodes: u32,
    /// The number of the start, and the relationship that was followed last.
    start: usize,
    last: usize,
}

/// Follows each relationship that may be next, and keeps what is the cheapest way for its set.
fn relax(followed: usize, state: &State, steps: &[Step], best: &mut [Option<State>]) {
    for (number, step) in steps.iter().enumerate() {
        if followed & (1 << number) != 0 {
            continue;
        }
        let has = |end: u32| state.nodes & end != 0;
        let factors = match (has(step.from), has(step.to)) {
            (true, true) => &step.factors[2],
            (true, false) => &step.factors[0],
            (false, true) => &step.factors[1],
            (false, false) if step.is_known => &step.factors[2],
            (false, false) => continue,
        };
        let (cost, rows) = factors.applied(state.cost, state.rows);
        let known = &mut best[followed | 1 << number];
        if known.as_ref().is_none_or(|known| cost < known.cost) {
            *known = Some(State {
                cost,
                rows,
                nodes: state.nodes | step.from | step.to,
                start: state.start,
                last: number,
            });
        }
    }
}
