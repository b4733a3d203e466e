//! What solving a pattern is expected to cost, from counts and samples of the graph.

use std::collections::HashSet;

use super::order_pattern::{Solver, free_variables};
use crate::bind::expression::Labels;
use crate::logical::{MatchPattern, RelationshipPattern, Variable};
use crate::optimize::Statistics;
use crate::optimize::seek_conditions::{Merit, best_use};
use crate::optimize::selectivity::selectivity;

/// What it costs to look at a node in a scan, beside a row that is made.
const COST_OF_SCAN: f64 = 0.1;

/// How many rows a row becomes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Factors {
    /// Relationships that are looked at.
    pub(super) met: f64,
    /// Those that fit.
    pub(super) kept: f64,
}

impl Factors {
    /// The cost so far and the rows that there are, after the relationship is followed from these rows.
    pub(super) fn applied(&self, cost: f64, rows: f64) -> (f64, f64) {
        let kept = rows * self.kept;
        (cost + rows * self.met + kept, kept)
    }
}

/// What is expected of a pattern.
pub(super) struct Estimate {
    /// How many rows are touched.
    pub(super) cost: f64,
    /// How many come out.
    pub(super) rows: f64,
}

/// What is expected of a pattern whose rows start from nothing, or from nodes that are `known`.
pub(super) fn estimate(
    pattern: &MatchPattern,
    known: &HashSet<Variable>,
    statistics: &Statistics,
) -> Estimate {
    let mut solver = Solver::new(pattern.clone(), Some(statistics));
    solver.solved.clone_from(known);
    let mut all = Estimate {
        cost: 0.0,
        rows: 1.0,
    };
    let mut solved = known.clone();
    while let Some(part) = solver.best_order(&solved, statistics) {
        all.cost += part.cost;
        all.rows *= part.rows.max(1.0);
        solved.extend(part.solved);
        let is_left = |one: &RelationshipPattern| !part.relationships.contains(&one.variable);
        solver.relationships.retain(is_left);
    }
    all
}

impl Solver<'_> {
    /// How many rows a row becomes when a relationship is followed, expected.
    pub(super) fn factors(
        &self,
        relationship: &RelationshipPattern,
        solved: &HashSet<Variable>,
        statistics: &Statistics,
    ) -> Factors {
        if solved.contains(&relationship.variable) {
            return Factors {
                met: 0.0,
                kept: 0.0,
            };
        }
        let forwards = solved.contains(&relationship.from);
        let (near, far, direction) = match forwards {
            true => (&relationship.from, &relationship.to, relationship.direction),
            false => (
                &relationship.to,
                &relationship.from,
                relationship.direction.turned(),
            ),
        };
        let (near_labels, far_labels) = (self.labels_of(near), self.labels_of(far));
        let types = relationship.types.as_ref();
        let mut met = statistics.degree(types, direction, near_labels, None);
        let mut kept = statistics.degree(types, direction, near_labels, far_labels);
        if let Some(length) = relationship.length {
            let steps = length.maximum.unwrap_or(length.minimum + 8).min(12);
            let further = statistics.degree(types, direction, None, None).max(1.5);
            let paths = further.powi(steps.saturating_sub(1) as i32);
            (met, kept) = (met * paths, kept * paths);
        }
        // Also a row without neighbours is looked at.
        met = met.max(1.0);
        if solved.contains(far) {
            // The far node is looked up among the neighbours.
            return Factors {
                met: 1.0,
                kept: kept / statistics.nodes(far_labels).max(1.0),
            };
        }
        let narrowed = self.narrowed_by(far) * self.narrowed_by(&relationship.variable);
        Factors {
            met,
            kept: kept * narrowed,
        }
    }

    /// The labels that the pattern asks of a node.
    fn labels_of(&self, node: &Variable) -> Option<&Labels> {
        self.labels.get(node).and_then(Option::as_ref)
    }

    /// The part that predicates on a variable alone are expected to keep.
    fn narrowed_by(&self, variable: &Variable) -> f64 {
        let only = HashSet::from([variable.clone()]);
        let about = self
            .predicates
            .iter()
            .filter(|predicate| free_variables(predicate) == only);
        about.map(selectivity).product()
    }

    /// How many nodes a variable stands for, expected from its labels and predicates.
    fn node_count(&self, node: &Variable, statistics: &Statistics) -> f64 {
        statistics.nodes(self.labels_of(node)) * self.narrowed_by(node)
    }

    /// What finding the nodes that a variable stands for is expected to cost, and how many there are.
    pub(super) fn start(&self, node: usize, statistics: &Statistics) -> Estimate {
        let (variable, labels) = &self.nodes[node];
        let rows = self.node_count(variable, statistics);
        match self.lookup(node, statistics) {
            Some(merit) if merit.is_unique => Estimate {
                cost: rows.min(1.0),
                rows: rows.min(1.0),
            },
            Some(_) => Estimate { cost: rows, rows },
            None => Estimate {
                cost: statistics.nodes(labels.as_ref()) * COST_OF_SCAN + rows,
                rows,
            },
        }
    }

    /// How an index finds a node by what it must be equal to.
    pub(super) fn lookup(&self, node: usize, statistics: &Statistics) -> Option<Merit> {
        let (variable, labels) = &self.nodes[node];
        let indexes = statistics.indexes_of_nodes(labels.as_ref()?);
        best_use(indexes, variable, &self.predicates, &self.solved)
            .map(|found| found.merit)
            .filter(|merit| merit.equalities > 0)
    }
}
