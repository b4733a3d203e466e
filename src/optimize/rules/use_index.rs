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
use crate::optimize::seek_conditions::{Last, Use, best_use};
use crate::optimize::{Statistics, bottom_up};

/// Looks up in indexes what is asked of properties.
pub(crate) fn rewrite(plan: Plan, statistics: &Statistics) -> Plan {
    if !statistics.has_indexes() {
        return plan;
    }
    // Joins first: what they compare may narrow more than what is asked of one side alone.
    let joined = bottom_up(plan, &mut |plan| join(plan, statistics));
    bottom_up(joined, &mut |plan| filter(plan, statistics))
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
    } = &plan
    else {
        return plan;
    };
    let known: HashSet<Variable> = left.variables().into_iter().collect();
    let equalities: Vec<Expression> = left_keys
        .iter()
        .zip(right_keys)
        .map(|(left, right)| {
            let sides = (Box::new(right.clone()), Box::new(left.clone()));
            E::Comparison(Comparison::Equal, sides.0, sides.1)
        })
        .collect();
    let left_rows = rows(left, statistics);
    let grafted = graft(right, &mut |variable, labels, predicates| {
        if left_rows > MANY_ROWS.max(statistics.nodes(labels) / 4.0) {
            return None;
        }
        let mut all: Vec<&Expression> = predicates.to_vec();
        all.extend(equalities.iter().filter(|one| is_about(one, variable)));
        let found = node_use(variable, labels, &all, &known, statistics)?;
        let joins = found.merit.equalities > 0 && reads_any(&found.seek, &known);
        joins.then(|| seek_nodes(left.as_ref().clone(), labels, &all, found))
    });
    match grafted {
        Some((variable, grafted)) => {
            let rest = equalities.iter().filter(|one| !is_about(one, &variable));
            filtered(grafted, rest.cloned().collect())
        }
        None => plan,
    }
}

/// Whether a lookup is by a variable of the other side.
fn reads_any(seek: &Seek, known: &HashSet<Variable>) -> bool {
    let mut reads = false;
    let _ = seek.try_map(|value| {
        reads |= !free_variables(value).is_disjoint(known);
        Ok::<_, std::convert::Infallible>(())
    });
    reads
}

/// Whether the left side of an equality is a property of the variable.
fn is_about(equality: &Expression, variable: &Variable) -> bool {
    matches!(equality, E::Comparison(_, left, _)
        if matches!(left.as_ref(), E::Property { object, .. }
            if matches!(object.as_ref(), E::Variable(name) if name == variable)))
}

/// Makes a lookup of a scan, given its variable, labels and predicates.
type MakeSeek<'a> = dyn FnMut(&Variable, Option<&Labels>, &[&Expression]) -> Option<Plan> + 'a;

/// A plan with the scan that it starts from replaced, and the variable of the scan.
fn graft(plan: &Plan, make: &mut MakeSeek) -> Option<(Variable, Plan)> {
    let (predicates, below) = predicates_over(plan);
    match below {
        Plan::ScanNodes { variable, labels } => {
            let seek = make(variable, labels.as_ref(), &predicates)?;
            Some((variable.clone(), seek))
        }
        Plan::Expand { input, expand } => {
            let (variable, input) = graft(input, make)?;
            let expanded = Plan::Expand {
                input: Box::new(input),
                expand: expand.clone(),
            };
            let predicates = predicates.into_iter().cloned().collect();
            Some((variable, filtered(expanded, predicates)))
        }
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
            let labels = labels.as_ref();
            let found = node_use(variable, labels, &predicates, &HashSet::new(), statistics);
            match found {
                Some(found) if found.merit.is_unique => 1.0,
                Some(found) if found.merit.equalities > 0 => 10.0,
                _ => statistics.nodes(labels) * narrowed,
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

/// A filter, perhaps over others, over a scan or an expand from one.
fn filter(plan: Plan, statistics: &Statistics) -> Plan {
    let (predicates, below) = predicates_over(&plan);
    match below {
        Plan::ScanNodes { variable, labels } => {
            let found = node_use(
                variable,
                labels.as_ref(),
                &predicates,
                &HashSet::new(),
                statistics,
            );
            match found
                .filter(|found| found.merit.equalities > 0 || found.merit.last > Last::Exists)
            {
                Some(found) => seek_nodes(Plan::Unit, labels.as_ref(), &predicates, found),
                None => plan,
            }
        }
        Plan::Expand { input, expand } => {
            let Some(name) = single_type(expand) else {
                return plan;
            };
            let Some(nodes) = scanned(input) else {
                return plan;
            };
            let indexes = statistics.indexes_of_relationships(name);
            let known = HashSet::new();
            match best_use(indexes, &expand.relationship, &predicates, &known) {
                Some(found) if found.merit.equalities > 0 || found.merit.last == Last::In => {
                    seek_relationships(expand, nodes, &predicates, found)
                }
                _ => plan,
            }
        }
        _ => plan,
    }
}

/// The conjuncts of filters that stand on each other, those tested first in front, and what is
/// below them.
fn predicates_over(plan: &Plan) -> (Vec<&Expression>, &Plan) {
    match plan {
        Plan::Filter { input, predicate } => {
            let (mut predicates, below) = predicates_over(input);
            match predicate {
                E::And(parts) => predicates.extend(parts),
                other => predicates.push(other),
            }
            (predicates, below)
        }
        other => (Vec::new(), other),
    }
}

/// The best use of an index for nodes with these labels.
fn node_use(
    variable: &Variable,
    labels: Option<&Labels>,
    predicates: &[&Expression],
    known: &HashSet<Variable>,
    statistics: &Statistics,
) -> Option<Use> {
    let indexes = statistics.indexes_of_nodes(labels?);
    best_use(indexes, variable, predicates, known)
}

/// The lookup of nodes, and a filter for what it does not answer.
fn seek_nodes(
    input: Plan,
    labels: Option<&Labels>,
    predicates: &[&Expression],
    found: Use,
) -> Plan {
    let node = Box::new(E::Variable(found.seek.variable.clone()));
    let mut rest: Vec<Expression> = match labels {
        Some(Labels::And(parts)) => {
            let others = parts
                .iter()
                .filter(|part| !is_name(part, &found.seek.label));
            others
                .map(|part| E::HasLabels(node.clone(), part.clone()))
                .collect()
        }
        _ => Vec::new(),
    };
    rest.extend(unanswered(predicates, &found));
    let seek = Plan::Seek {
        input: Box::new(input),
        seek: found.seek,
    };
    filtered(seek, rest)
}

fn is_name(labels: &Labels, wanted: &str) -> bool {
    matches!(labels, Labels::Name(name) if name.as_ref() == wanted)
}

fn unanswered(predicates: &[&Expression], found: &Use) -> Vec<Expression> {
    let rest = predicates.iter().enumerate();
    rest.filter(|(place, _)| !found.answered.contains(place))
        .map(|(_, predicate)| (*predicate).clone())
        .collect()
}

fn filtered(input: Plan, mut predicates: Vec<Expression>) -> Plan {
    let predicate = match predicates.len() {
        0 => return input,
        1 => predicates.remove(0),
        _ => E::And(predicates),
    };
    Plan::Filter {
        input: Box::new(input),
        predicate,
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

/// What a scan of nodes, under filters, says of its nodes; `None` for other plans.
fn scanned(plan: &Plan) -> Option<Vec<Expression>> {
    let (predicates, below) = predicates_over(plan);
    let Plan::ScanNodes { variable, labels } = below else {
        return None;
    };
    let node = Box::new(E::Variable(variable.clone()));
    let labels = labels.iter().cloned();
    let labels = labels.map(|labels| E::HasLabels(node.clone(), labels));
    Some(labels.chain(predicates.into_iter().cloned()).collect())
}

/// The lookup of relationships, the way to their nodes, and a filter for what it does not answer.
fn seek_relationships(
    expand: &Expand,
    mut tests: Vec<Expression>,
    predicates: &[&Expression],
    found: Use,
) -> Plan {
    tests.extend(unanswered(predicates, &found));
    let seek = Plan::Seek {
        input: Box::new(Plan::Unit),
        seek: found.seek,
    };
    let follow = Plan::Follow {
        input: Box::new(seek),
        expand: Expand {
            reversed: false,
            ..expand.clone()
        },
    };
    filtered(follow, tests)
}
