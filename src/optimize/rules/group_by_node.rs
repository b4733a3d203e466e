//! Rows are grouped by a node instead of by what is unique to it; what else its group shows of it is read
//! once a group:
//!
//! ```text
//! Aggregate count(*) AS n BY p.id AS id, p.name AS name      Project n, p.id AS id, p.name AS name
//!   Match (p:Person), ...                                =>    Aggregate count(*) AS n BY p
//!                                                                Match (p:Person), ...
//! ```
//!
//! Needs constraints that each node has the property, and no two of them the same.

use super::compare_nodes::unique_labels;
use crate::bind::expression::Expression as E;
use crate::graph::Target;
use crate::logical::{Expression, MatchPattern, Plan, Variable};
use crate::optimize::{Statistics, bottom_up};

/// Groups by nodes.
pub(crate) fn rewrite(plan: Plan, statistics: &Statistics) -> Plan {
    bottom_up(plan, &mut |plan| match plan {
        Plan::Aggregate {
            input,
            keys,
            aggregates,
        } => {
            let nodes = nodes(&input, &keys, statistics);
            let is_taken = |node: &Variable| {
                let mut names = keys.iter().map(|(name, _)| name);
                names.any(|name| name == node) || aggregates.iter().any(|(name, _)| name == node)
            };
            if nodes.is_empty() || nodes.iter().any(is_taken) {
                return Plan::Aggregate {
                    input,
                    keys,
                    aggregates,
                };
            }
            let shown = aggregates.iter().map(|(name, _)| name.clone());
            let mut items: Vec<(Variable, Expression)> = shown
                .map(|name| (name.clone(), E::Variable(name)))
                .collect();
            let of_node = |(_, value): &(Variable, Expression)| match value {
                E::Property { object, .. } => nodes.iter().any(|node| is_variable(object, node)),
                other => nodes.iter().any(|node| is_variable(other, node)),
            };
            let (read, others): (Vec<_>, Vec<_>) = keys.into_iter().partition(of_node);
            let kept = others.iter().map(|(name, _)| name.clone());
            items.extend(kept.map(|name| (name.clone(), E::Variable(name))));
            items.extend(read);
            let by_node = nodes
                .into_iter()
                .map(|node| (node.clone(), E::Variable(node)));
            Plan::Project {
                input: Box::new(Plan::Aggregate {
                    input,
                    keys: by_node.chain(others).collect(),
                    aggregates,
                }),
                items,
            }
        }
        other => other,
    })
}

/// The nodes by which rows can be grouped instead of by one of the keys.
fn nodes(input: &Plan, keys: &[(Variable, Expression)], statistics: &Statistics) -> Vec<Variable> {
    let mut nodes: Vec<Variable> = Vec::new();
    for (_, value) in keys {
        let E::Property { object, key, .. } = value else {
            continue;
        };
        let E::Variable(variable) = object.as_ref() else {
            continue;
        };
        let is_unique = pattern_of(input, variable).is_some_and(|pattern| {
            unique_labels((variable, key), pattern, statistics)
                .any(|label| statistics.is_required(&Target::Nodes(label.clone()), key))
        });
        if is_unique && !nodes.contains(variable) {
            nodes.push(variable.clone());
        }
    }
    nodes
}

/// The pattern that a node was matched by, if nothing can have changed since.
fn pattern_of<'p>(plan: &'p Plan, variable: &Variable) -> Option<&'p MatchPattern> {
    match plan {
        Plan::Match { input, pattern } => {
            let is_here = pattern
                .nodes
                .iter()
                .any(|node| node.variable == *variable && node.labels.is_some());
            match is_here {
                true => Some(pattern),
                false => pattern_of(input, variable),
            }
        }
        Plan::Filter { input, .. } => pattern_of(input, variable),
        _ => None,
    }
}

fn is_variable(expression: &Expression, variable: &Variable) -> bool {
    matches!(expression, E::Variable(name) if name == variable)
}
