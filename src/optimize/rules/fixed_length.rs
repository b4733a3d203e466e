//! A relationship of a fixed length is as many relationships, where nobody asks for their list:
//!
//! ```text
//! Match (a)-[:R*2]->(b)      =>      Match (a)-[:R]->()-[:R]->(b)
//! ```
//!
//! What is known of single relationships, in what order to follow them and how to count them, holds for them then.

use std::collections::HashSet;
use std::sync::Arc;

use super::order_pattern::free_variables;
use crate::logical::{MatchPattern, NodePattern, Plan, RelationshipPattern, Variable};
use crate::optimize::{Statistics, bottom_up};

/// Longer ones stay as they are.
const MOST: u64 = 4;

/// Writes fixed lengths out.
pub(crate) fn rewrite(mut plan: Plan, _statistics: &Statistics) -> Plan {
    let mut asked: HashSet<Variable> = plan.variables().into_iter().collect();
    add_asked(&mut plan, &mut asked);
    bottom_up(plan, &mut |mut plan| {
        if let Plan::Match { pattern, .. } = &mut plan {
            write_out(pattern, &asked);
        }
        plan
    })
}

/// Adds the variables that expressions ask for, or that are handed on as they are.
fn add_asked(plan: &mut Plan, asked: &mut HashSet<Variable>) {
    match plan {
        Plan::Argument { variables } | Plan::Apply { variables, .. } => {
            asked.extend(variables.iter().cloned());
        }
        Plan::Union { parts, .. } => {
            asked.extend(parts.iter().flat_map(|(_, variables)| variables).cloned());
        }
        Plan::Distinct { input } => asked.extend(input.variables()),
        Plan::Match { pattern, .. } => {
            let paths = pattern.paths.iter();
            asked.extend(paths.flat_map(|(_, value)| free_variables(value)));
        }
        _ => {}
    }
    plan.for_each_expression_mut(&mut |expression| asked.extend(free_variables(expression)));
    plan.for_each_subquery_mut(&mut |_, subquery| add_asked(subquery, asked));
    for child in plan.children_mut() {
        add_asked(child, asked);
    }
}

fn write_out(pattern: &mut MatchPattern, asked: &HashSet<Variable>) {
    for relationship in std::mem::take(&mut pattern.relationships) {
        match length_of(&relationship).filter(|_| !asked.contains(&relationship.variable)) {
            Some(length) => {
                let (nodes, relationships) = hops(&relationship, length);
                pattern.nodes.extend(nodes);
                pattern.relationships.extend(relationships);
            }
            None => pattern.relationships.push(relationship),
        }
    }
}

/// The length of a relationship that has but one, all relationships of which may be any.
fn length_of(relationship: &RelationshipPattern) -> Option<u64> {
    let length = relationship.length?;
    let is_fixed = length.maximum == Some(length.minimum) && (1..=MOST).contains(&length.minimum);
    (is_fixed && relationship.each.is_none()).then_some(length.minimum)
}

/// So many relationships, and the nodes between them.
fn hops(
    relationship: &RelationshipPattern,
    length: u64,
) -> (Vec<NodePattern>, Vec<RelationshipPattern>) {
    let name = |kind: &str, place: u64| -> Variable {
        Arc::from(format!("{}.{kind}{place}", relationship.variable))
    };
    let between = (1..length).map(|place| NodePattern {
        variable: name("node", place),
        labels: None,
    });
    let between: Vec<NodePattern> = between.collect();
    let inner = || between.iter().map(|node| node.variable.clone());
    let froms = std::iter::once(relationship.from.clone()).chain(inner());
    let tos = inner().chain([relationship.to.clone()]);
    let hops = froms
        .zip(tos)
        .zip(1..)
        .map(|((from, to), place)| RelationshipPattern {
            variable: name("", place),
            from,
            to,
            length: None,
            ..relationship.clone()
        });
    let hops = hops.collect();
    (between, hops)
}
