//! Where neither the paths nor their number matter, nodes are searched instead of paths:
//!
//! ```text
//! Distinct b                       Distinct b
//!   Expand (a)-[r*1..4]-(b)   =>     Reach (a)-[r*1..4]-(b)
//! ```
//!
//! A single relationship, of which nothing is read but the node behind it, is followed to each node once.

use std::collections::HashSet;

use super::order_pattern::free_variables;
use crate::bind::expression::Expression as E;
use crate::logical::{Aggregate, Expression, Plan, Variable};
use crate::optimize::{Statistics, bottom_up};

/// Searches nodes below what makes equal rows one.
pub(crate) fn rewrite(plan: Plan, _statistics: &Statistics) -> Plan {
    bottom_up(plan, &mut |mut plan| {
        match &mut plan {
            Plan::Distinct { input } => {
                let read = input.variables().into_iter().collect();
                rewrite_below(input, read);
            }
            Plan::Aggregate {
                input,
                keys,
                aggregates,
            } if aggregates.iter().all(|(_, one)| ignores_duplicates(one)) => {
                let arguments = aggregates.iter().flat_map(|(_, one)| &one.arguments);
                let read = keys.iter().map(|(_, key)| key).chain(arguments);
                if let Some(read) = variables_of(read) {
                    rewrite_below(input, read);
                }
            }
            _ => {}
        }
        plan
    })
}

/// Whether an aggregate of rows is that of the distinct ones among them.
fn ignores_duplicates(aggregate: &Aggregate) -> bool {
    aggregate.distinct || ["min", "max"].contains(&aggregate.function.as_ref())
}

/// Rewrites expands of which nothing but the end is read, as far down as duplicates do not matter.
fn rewrite_below(plan: &mut Plan, mut read: HashSet<Variable>) {
    if let Plan::Expand { input, expand } = plan
        && expand.length.is_some_and(|length| length.minimum <= 1)
        && !read.contains(&expand.relationship)
        && expand.distinct_from.is_empty()
        && expand.each.is_none()
        && !expand.into
    {
        read.insert(expand.from.clone());
        let input = std::mem::replace(input, Box::new(Plan::Unit));
        let expand = expand.clone();
        *plan = Plan::Reach { input, expand };
    } else if let Plan::Expand { input, expand } = plan
        && expand.length.is_none()
        && !expand.into
        && read.iter().all(|variable| *variable == expand.to)
        // It would run for several outer rows at once, of which each has ends of its own.
        && input.argument().is_none()
    {
        expand.once = true;
    }
    let more = match plan {
        Plan::Filter { predicate, .. } => variables_of([&*predicate]),
        Plan::Project { items, .. } | Plan::Extend { items, .. } => {
            variables_of(items.iter().map(|(_, value)| value))
        }
        Plan::Expand { expand, .. } if expand.each.is_none() => {
            let mut more = HashSet::from([expand.from.clone(), expand.to.clone()]);
            more.extend(expand.distinct_from.iter().cloned());
            more.extend(expand.different.iter().cloned());
            Some(more)
        }
        Plan::Reach { .. } => Some(HashSet::new()),
        _ => None,
    };
    if let Some(more) = more
        && let Some(input) = plan.children_mut().into_iter().next()
    {
        read.extend(more);
        rewrite_below(input, read);
    }
}

/// The variables that expressions read; `None` where one may differ from row to row without a
/// variable that does, or looks at more than a row.
pub(super) fn variables_of<'e>(
    expressions: impl IntoIterator<Item = &'e Expression>,
) -> Option<HashSet<Variable>> {
    let mut variables = HashSet::new();
    for expression in expressions {
        if !is_simple(expression) {
            return None;
        }
        variables.extend(free_variables(expression));
    }
    Some(variables)
}

fn is_simple(expression: &Expression) -> bool {
    let mut simple = !matches!(expression, E::Call { .. } | E::Subquery { .. });
    expression.for_each_child(&mut |child| simple &= is_simple(child));
    simple
}
