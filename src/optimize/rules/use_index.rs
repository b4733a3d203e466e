//! Predicates on what a scan gives to a lookup in an index:
//!
//! ```text
//! Filter n.age > 30 AND n.name = $name        Filter n.age > 30
//!   ScanNodes (n:Person)                 =>     SeekNodes (n:Person) n.name = $name
//!                                                 Unit
//!
//! HashJoin x = n.id                           SeekNodes (n:Person) n.id = x
//!   Unwind ids AS x                      =>     Unwind ids AS x
//!   ScanNodes (n:Person)
//!
//! Filter r.id = 5                             Follow (a)-[r:T]->(b)
//!   Expand (a)-[r:T]->(b)                =>     SeekRelationships [r:T] r.id = 5
//!     ScanNodes (a)                               Unit
//! ```

use std::collections::HashSet;

use crate::bind::expression::{Comparison, Expression as E, Labels};
use crate::logical::{Expand, Expression, Plan, Seek, Variable};
use crate::optimize::rules::order_pattern::free_variables;
use crate::optimize::seek_conditions::{Kind, Use, best_use};
use crate::optimize::{Statistics, conjuncts, filtered};

/// Looks up in indexes what is asked of properties.
pub(crate) fn rewrite(plan: Plan, statistics: &Statistics) -> Plan {
    match statistics.has_indexes() {
        true => top_down(plan, statistics),
        false => plan,
    }
}

/// Outer operators first: a join, or a filter above, may narrow more than one below.
fn top_down(plan: Plan, statistics: &Statistics) -> Plan {
    let mut plan = match plan {
        Plan::Filter { .. } => filter(plan, statistics),
        Plan::HashJoin { .. } => join(plan, statistics),
        other => other,
    };
    let mut each = |inner: &mut Plan| {
        let owned = std::mem::replace(inner, Plan::Unit);
        *inner = top_down(owned, statistics);
    };
    plan.children_mut().into_iter().for_each(&mut each);
    plan.for_each_subquery_mut(&mut |_, subquery| each(subquery));
    plan
}

/// A filter over a scan, or over an expand from one.
fn filter(plan: Plan, statistics: &Statistics) -> Plan {
    let lookup = Lookup {
        input: &Plan::Unit,
        known: HashSet::new(),
        equalities: Vec::new(),
        statistics,
    };
    lookup.instead_of(&plan).map_or(plan, |(_, found)| found)
}

/// More rows than this, and than a part of the other side, are joined by a hash table.
const MANY_ROWS: f64 = 1000.0;

/// A join with a scan, perhaps under filters and expands, on a property of what is scanned.
fn join(plan: Plan, statistics: &Statistics) -> Plan {
    let Plan::HashJoin {
        left,
        right,
        left_keys,
        right_keys,
        ..
    } = &plan
    else {
        return plan;
    };
    let equality = |(left, right): (&Expression, &Expression)| {
        let sides = (Box::new(right.clone()), Box::new(left.clone()));
        E::Comparison(Comparison::Equal, sides.0, sides.1)
    };
    let lookup = Lookup {
        input: left,
        known: left.variables().into_iter().collect(),
        equalities: left_keys.iter().zip(right_keys).map(equality).collect(),
        statistics,
    };
    match lookup.instead_of(right) {
        Some((variable, found)) => {
            let rest = lookup.equalities.iter();
            let rest = rest.filter(|one| !is_about(one, &variable));
            filtered(found, rest.cloned().collect())
        }
        None => plan,
    }
}

/// Whether the left side of an equality is a property of the variable.
fn is_about(equality: &Expression, variable: &Variable) -> bool {
    matches!(equality, E::Comparison(_, left, _)
        if matches!(left.as_ref(), E::Property { object, .. }
            if matches!(object.as_ref(), E::Variable(name) if name == variable)))
}

/// Where one element in so many has a property, those that have it are looked up.
const FEW: f64 = 8.0;

/// How scans are replaced.
struct Lookup<'a> {
    /// The rows for each of which is looked up.
    input: &'a Plan,
    /// Their variables.
    known: HashSet<Variable>,
    /// What must hold besides, properties on the left.
    equalities: Vec<Expression>,
    statistics: &'a Statistics<'a>,
}

impl Lookup<'_> {
    /// A plan that begins with a lookup instead of a scan, and the variable that is looked up.
    fn instead_of(&self, plan: &Plan) -> Option<(Variable, Plan)> {
        let (predicates, below) = predicates_over(plan);
        match below {
            Plan::ScanNodes { variable, labels } => {
                let labels = labels.as_ref()?;
                let all = self.with_equalities(&predicates, variable);
                let found = node_use(variable, labels, &all, &self.known, self.statistics)?;
                let is_cheap = rows(self.input, self.statistics)
                    < MANY_ROWS.max(self.statistics.nodes(Some(labels)) / 4.0);
                let found = (is_cheap && self.is_worth(&found)).then_some(found)?;
                Some((
                    variable.clone(),
                    seek_nodes(self.input, labels, found, &all),
                ))
            }
            Plan::Expand { input, expand } => {
                self.relationships(expand, input, &predicates).or_else(|| {
                    let (variable, input) = self.instead_of(input)?;
                    let expanded = Plan::Expand {
                        input: Box::new(input),
                        expand: expand.clone(),
                    };
                    Some((variable, filtered(expanded, predicates)))
                })
            }
            _ => None,
        }
    }

    /// The relationships of an expand from a scan, found by what must hold of them.
    fn relationships(
        &self,
        expand: &Expand,
        input: &Plan,
        predicates: &[Expression],
    ) -> Option<(Variable, Plan)> {
        let variable = &expand.relationship;
        let all = self.with_equalities(predicates, variable);
        let indexes = self
            .statistics
            .indexes_of_relationships(single_type(expand)?);
        let found = best_use(indexes, variable, &all, &self.known)?;
        let (mut tests, below) = predicates_over(input);
        let Plan::ScanNodes {
            variable: node,
            labels,
        } = below
        else {
            return None;
        };
        if let Some(labels) = labels {
            let node_tests = self.with_equalities(&tests, node);
            let by_node = node_use(node, labels, &node_tests, &self.known, self.statistics);
            if by_node.is_some_and(|by_node| by_node.merit.equalities > 0) {
                return None;
            }
            let has_labels = E::HasLabels(Box::new(E::Variable(node.clone())), labels.clone());
            tests.insert(0, has_labels);
        }
        let found = self.is_worth(&found).then_some(found)?;
        tests.extend(found.unanswered(&all));
        let seek = Plan::Seek {
            input: Box::new(self.input.clone()),
            seek: found.seek,
        };
        let follow = Plan::Follow {
            input: Box::new(seek),
            expand: Expand {
                reversed: false,
                ..expand.clone()
            },
        };
        Some((variable.clone(), filtered(follow, tests)))
    }

    /// The number of elements that an index is about, in it or not.
    fn all(&self, found: &Use) -> f64 {
        let labels = Labels::Name(found.seek.label.clone());
        match found.seek.is_relationship {
            true => self.statistics.relationships(Some(&labels)),
            false => self.statistics.nodes(Some(&labels)),
        }
    }

    fn with_equalities(&self, predicates: &[Expression], variable: &Variable) -> Vec<Expression> {
        let equalities = self.equalities.iter();
        let equalities = equalities.filter(|one| is_about(one, variable));
        predicates.iter().chain(equalities).cloned().collect()
    }

    /// Whether a lookup narrows enough; in a join it must be by the other side.
    fn is_worth(&self, found: &Use) -> bool {
        if self.equalities.is_empty() {
            let few = found.entries as f64 * FEW < self.all(found);
            return found.merit.equalities > 0 || found.merit.last > Some(Kind::Exists) || few;
        }
        found.merit.equalities > 0 && reads_any(&found.seek, &self.known)
    }
}

/// The lookup of nodes, and a filter for what it does not answer.
pub(super) fn seek_nodes(
    input: &Plan,
    labels: &Labels,
    found: Use,
    predicates: &[Expression],
) -> Plan {
    let mut tests = other_labels(&found.seek.variable, labels, &found.seek.label);
    tests.extend(found.unanswered(predicates));
    let seek = Plan::Seek {
        input: Box::new(input.clone()),
        seek: found.seek,
    };
    filtered(seek, tests)
}

/// Whether a lookup is by one of these variables.
fn reads_any(seek: &Seek, known: &HashSet<Variable>) -> bool {
    seek.expressions()
        .into_iter()
        .any(|value| !free_variables(value).is_disjoint(known))
}

/// The conjuncts of filters that stand on each other, those tested first in front, and what is
/// below them.
pub(super) fn predicates_over(plan: &Plan) -> (Vec<Expression>, &Plan) {
    match plan {
        Plan::Filter { input, predicate } => {
            let (mut predicates, below) = predicates_over(input);
            predicates.extend(conjuncts(predicate));
            (predicates, below)
        }
        other => (Vec::new(), other),
    }
}

/// The best use of an index for nodes with these labels.
fn node_use(
    variable: &Variable,
    labels: &Labels,
    predicates: &[Expression],
    known: &HashSet<Variable>,
    statistics: &Statistics,
) -> Option<Use> {
    let indexes = statistics.indexes_of_nodes(labels);
    best_use(indexes, variable, predicates, known)
}

/// What is asked of the labels of a node besides the one by which it is found.
fn other_labels(variable: &Variable, labels: &Labels, found_by: &str) -> Vec<Expression> {
    let is_known = |part: &&Labels| matches!(part, Labels::Name(name) if name.as_ref() == found_by);
    let node = Box::new(E::Variable(variable.clone()));
    match labels {
        Labels::And(parts) => {
            let others = parts.iter().filter(|part| !is_known(part));
            others
                .map(|part| E::HasLabels(node.clone(), part.clone()))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// The type of an expand over single relationships that a lookup can replace.
fn single_type(expand: &Expand) -> Option<&str> {
    let is_plain = !expand.into
        && expand.length.is_none()
        && expand.distinct_from.is_empty()
        && expand.from != expand.to;
    match &expand.types {
        Some(Labels::Name(name)) if is_plain => Some(name),
        _ => None,
    }
}

/// How many rows a plan gives, very roughly.
fn rows(plan: &Plan, statistics: &Statistics) -> f64 {
    let (predicates, below) = predicates_over(plan);
    let narrowed = 0.1_f64.powi(predicates.len().min(3) as i32);
    match below {
        Plan::Unit | Plan::Argument { .. } => 1.0,
        Plan::ScanNodes { variable, labels } => {
            let found = labels.as_ref().and_then(|labels| {
                node_use(variable, labels, &predicates, &HashSet::new(), statistics)
            });
            match found {
                Some(found) if found.merit.is_unique => 1.0,
                Some(found) if found.merit.equalities > 0 => 10.0,
                _ => statistics.nodes(labels.as_ref()) * narrowed,
            }
        }
        Plan::Aggregate { keys, .. } if keys.is_empty() => 1.0,
        other => {
            let inputs = other.children();
            let input = inputs.first().map_or(1.0, |input| rows(input, statistics));
            let each = match other {
                Plan::Unwind { .. } | Plan::Expand { .. } => 10.0,
                _ => 1.0,
            };
            input * each * narrowed
        }
    }
}
