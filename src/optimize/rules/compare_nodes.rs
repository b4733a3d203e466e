//! Nodes are compared instead of properties that no two of them share:
//!
//! ```text
//! Match (a:A), (b:A) WHERE a.id <> b.id      Match (a:A), (b:A) WHERE a <> b
//!                                        =>    AND NOT a.id IS NULL AND NOT b.id IS NULL
//! Aggregate count(DISTINCT a.id)             Aggregate count(DISTINCT a)
//! ```
//!
//! The latter where every node must have the property. A constant stands for the property of a node that must
//! equal it.

use std::sync::Arc;

use crate::bind::expression::{Comparison, Expression as E, Labels};
use crate::graph::Target;
use crate::logical::{Aggregate, Expression, MatchPattern, Plan, Variable};
use crate::optimize::{Statistics, bottom_up};

/// Compares nodes by themselves.
pub(crate) fn rewrite(plan: Plan, statistics: &Statistics) -> Plan {
    bottom_up(plan, &mut |mut plan| {
        if let Plan::Aggregate {
            input, aggregates, ..
        } = &mut plan
            && let Plan::Match { pattern, .. } = input.as_ref()
        {
            for (_, aggregate) in aggregates {
                count_nodes(aggregate, pattern, statistics);
            }
        }
        if let Plan::Match { pattern, .. } = &mut plan {
            let predicates = pattern.predicates.iter();
            let compared = predicates.flat_map(|one| compared(one, pattern, statistics));
            pattern.predicates = compared.collect();
        }
        plan
    })
}

/// Counts nodes instead of values that tell them apart.
fn count_nodes(aggregate: &mut Aggregate, pattern: &MatchPattern, statistics: &Statistics) {
    let [argument] = aggregate.arguments.as_mut_slice() else {
        return;
    };
    let is_count = aggregate.distinct && aggregate.function.as_ref() == "count";
    if let Some((variable, key)) = property_of(argument).filter(|_| is_count)
        && unique_labels((variable, key), pattern, statistics)
            .any(|label| statistics.is_required(&Target::Nodes(label.clone()), key))
    {
        *argument = E::Variable(variable.clone());
    }
}

fn compared(
    predicate: &Expression,
    pattern: &MatchPattern,
    statistics: &Statistics,
) -> Vec<Expression> {
    let E::Comparison(Comparison::NotEqual, left, right) = predicate else {
        return vec![predicate.clone()];
    };
    let (left, right) = (
        equal_property(left, pattern),
        equal_property(right, pattern),
    );
    let (Some(one), Some(other)) = (property_of(left), property_of(right)) else {
        return vec![predicate.clone()];
    };
    let common = unique_labels(one, pattern, statistics)
        .find(|label| unique_labels(other, pattern, statistics).any(|known| known == *label));
    let Some(label) = common.filter(|_| one.1 == other.1) else {
        return vec![predicate.clone()];
    };
    let node = |variable: &Variable| Box::new(E::Variable(variable.clone()));
    let apart = E::Comparison(Comparison::NotEqual, node(one.0), node(other.0));
    let is_required = statistics.is_required(&Target::Nodes(label.clone()), one.1);
    let known = [left, right].into_iter().filter(|_| !is_required);
    let known = known.map(|property| E::Not(Box::new(E::IsNull(Box::new(property.clone())))));
    std::iter::once(apart).chain(known).collect()
}

/// A property of a node of the pattern that must equal a constant, instead of the constant.
fn equal_property<'p>(value: &'p Expression, pattern: &'p MatchPattern) -> &'p Expression {
    if !matches!(value, E::Literal(_) | E::Parameter(_)) {
        return value;
    }
    let property = pattern.predicates.iter().find_map(|predicate| {
        let E::Comparison(Comparison::Equal, left, right) = predicate else {
            return None;
        };
        let (left, right) = (left.as_ref(), right.as_ref());
        let sides = [(left, right), (right, left)];
        let equal = sides
            .into_iter()
            .find(|(side, other)| *other == value && property_of(side).is_some());
        equal.map(|(property, _)| property)
    });
    property.unwrap_or(value)
}

/// The variable and the key of a property.
fn property_of(expression: &Expression) -> Option<(&Variable, &Arc<str>)> {
    match expression {
        E::Property { object, key, .. } => match object.as_ref() {
            E::Variable(variable) => Some((variable, key)),
            _ => None,
        },
        _ => None,
    }
}

/// The labels of a node of the pattern under which no two nodes have one value of the property.
pub(super) fn unique_labels<'p>(
    (variable, key): (&'p Variable, &'p Arc<str>),
    pattern: &'p MatchPattern,
    statistics: &'p Statistics,
) -> impl Iterator<Item = &'p Arc<str>> {
    let node = pattern.nodes.iter().find(|node| node.variable == *variable);
    let labels = node.and_then(|node| node.labels.as_ref());
    let names: Vec<&Arc<str>> = match labels {
        Some(Labels::Name(name)) => vec![name],
        Some(Labels::And(parts)) => parts
            .iter()
            .filter_map(|part| match part {
                Labels::Name(name) => Some(name),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    names
        .into_iter()
        .filter(move |name| statistics.tells_apart(&Target::Nodes((*name).clone()), key))
}
