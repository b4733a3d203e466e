//! Neighbours that must differ from a node are passed over where they are reached:
//!
//! ```text
//! Filter b <> c                            Expand (a)-[r:R]-(b), b <> c
//!   Expand (a)-[r:R]-(b)             =>      ...
//!     ...
//! ```
//!
//! A relationship need not be told from one that leads only to such nodes.

use std::collections::HashMap;

use super::node_bounds::{is_node, is_single};
use crate::bind::expression::{Comparison, Expression as E};
use crate::logical::{Expand, Expression, Plan, Variable};
use crate::optimize::{Statistics, bottom_up, without_taken};

/// Moves comparisons of nodes to where one of them is reached.
pub(crate) fn rewrite(plan: Plan, _statistics: &Statistics) -> Plan {
    bottom_up(plan, &mut |plan| {
        let mut plan = without_taken(plan, |input, part| {
            compared(part).is_some_and(|nodes| give(input, nodes))
        });
        let below = match &mut plan {
            Plan::Filter { input, .. } => input,
            plan => plan,
        };
        if let Plan::Expand { input, expand } = below {
            forget_relationships(expand, input);
        }
        plan
    })
}

/// The two nodes that must not be the same.
fn compared(predicate: &Expression) -> Option<[&Variable; 2]> {
    match predicate {
        E::Comparison(Comparison::NotEqual, left, right) => match (left.as_ref(), right.as_ref()) {
            (E::Variable(left), E::Variable(right)) => Some([left, right]),
            _ => None,
        },
        _ => None,
    }
}

/// Tells the expand that reaches one of the nodes to pass over the other; tells whether there is one.
fn give(plan: &mut Plan, [one, other]: [&Variable; 2]) -> bool {
    let Plan::Expand { input, expand } = plan else {
        return false;
    };
    let avoided = match expand.to == *one {
        true => other,
        false => one,
    };
    let reaches = expand.to == *one || expand.to == *other;
    let fits = is_single(expand) && reaches && *avoided != expand.to;
    if fits && (*avoided == expand.from || is_node(input, avoided)) {
        expand.different.push(avoided.clone());
        return true;
    }
    false
}

/// Leaves out relationships that could be taken again only towards nodes that are passed over.
fn forget_relationships(expand: &mut Expand, input: &Plan) {
    let mut ends = HashMap::new();
    gather_ends(input, &mut ends);
    let avoids = |node: &Variable| expand.different.contains(node);
    let is_needed = |relationship: &Variable| match ends.get(relationship) {
        Some((from, to)) => {
            let leads_elsewhere = |node: &Variable| !avoids(node) && *node != expand.from;
            leads_elsewhere(from) || leads_elsewhere(to) || !(avoids(from) || avoids(to))
        }
        None => true,
    };
    let known = std::mem::take(&mut expand.distinct_from);
    let needed = known.into_iter().filter(is_needed).collect();
    expand.distinct_from = needed;
}

/// The nodes that each single relationship of a pattern connects.
fn gather_ends<'p>(plan: &'p Plan, ends: &mut HashMap<&'p Variable, (&'p Variable, &'p Variable)>) {
    match plan {
        Plan::Expand { input, expand } => {
            if expand.length.is_none() {
                ends.insert(&expand.relationship, (&expand.from, &expand.to));
            }
            gather_ends(input, ends);
        }
        Plan::Filter { input, .. } => gather_ends(input, ends),
        _ => {}
    }
}
