//! Clauses that follow one another are solved as one pattern, so that their order does not matter:
//!
//! ```text
//! Match (b)-[:S]->(c {x: 1})           Match (a)-[:R]->(b), (b)-[:S]->(c {x: 1})
//!   Match (a)-[:R]->(b)          =>      ...
//!     ...
//! ```
//!
//! Relationships must differ only from those of their own clause. A clause stays by itself whose predicates
//! might fail on rows that the one before it drops.

use std::collections::HashSet;

use super::join_order::MOST_EXACT;
use crate::bind::expression::{Expression as E, Labels};
use crate::logical::{Expression, MatchPattern, NodePattern, Plan, Variable};
use crate::optimize::entities::{entities, is_harmless};
use crate::optimize::{Statistics, bottom_up};

/// Makes one pattern of those that follow one another.
pub(crate) fn rewrite(plan: Plan, _statistics: &Statistics) -> Plan {
    bottom_up(plan, &mut |plan| match plan {
        Plan::Match { input, pattern } => match *input {
            Plan::Match {
                input: below,
                pattern: first,
            } if can_join(&below, &first, &pattern) => Plan::Match {
                input: below,
                pattern: joined(first, pattern),
            },
            input => Plan::Match {
                input: Box::new(input),
                pattern,
            },
        },
        other => other,
    })
}

/// Whether two patterns are nodes and relationships, not too many to compare all orders, and it does not
/// matter when what the second asks is found out.
fn can_join(below: &Plan, first: &MatchPattern, second: &MatchPattern) -> bool {
    let mut known = entities(below);
    for pattern in [first, second] {
        known.extend(pattern.nodes.iter().map(|node| node.variable.clone()));
        let relationships = pattern.relationships.iter();
        known.extend(relationships.map(|one| one.variable.clone()));
    }
    let mut again = second.relationships.iter().filter(|one| {
        let mut before = first.relationships.iter();
        before.any(|known| known.variable == one.variable)
    });
    first.is_plain()
        && second.is_plain()
        && first.relationships.len() + second.relationships.len() <= MOST_EXACT
        && again.next().is_none()
        && second.predicates.iter().all(|one| cannot_fail(one, &known))
}

fn joined(mut first: MatchPattern, second: MatchPattern) -> MatchPattern {
    let clauses = first.relationships.iter().map(|one| one.clause + 1).max();
    for mut relationship in second.relationships {
        relationship.clause += clauses.unwrap_or(0);
        first.relationships.push(relationship);
    }
    for NodePattern { variable, labels } in second.nodes {
        let mut known = first.nodes.iter_mut();
        match known.find(|known| known.variable == variable) {
            Some(known) => known.labels = both(known.labels.take(), labels),
            None => first.nodes.push(NodePattern { variable, labels }),
        }
    }
    first.predicates.extend(second.predicates);
    first
}

/// What asks for the labels that one asks for and for those of another.
fn both(one: Option<Labels>, other: Option<Labels>) -> Option<Labels> {
    match (one, other) {
        (Some(one), Some(other)) if one != other => Some(Labels::And(vec![one, other])),
        (one, other) => one.or(other),
    }
}

/// Whether a predicate has a value, or null, whatever the entities are like.
fn cannot_fail(predicate: &Expression, entities: &HashSet<Variable>) -> bool {
    match predicate {
        E::Comparison(_, left, right) | E::Text(_, left, right) => {
            cannot_fail(left, entities) && cannot_fail(right, entities)
        }
        E::Not(inner) | E::IsNull(inner) => cannot_fail(inner, entities),
        E::And(parts) | E::Or(parts) => parts.iter().all(|part| cannot_fail(part, entities)),
        E::HasLabels(node, _) => {
            matches!(node.as_ref(), E::Variable(name) if entities.contains(name))
        }
        E::Parameter(_) => true,
        other => is_harmless(other, entities),
    }
}
