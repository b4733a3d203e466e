//! Only those neighbours are looked at that come after a node, or before it:
//!
//! ```text
//! Filter id(a) < id(b)                    Expand (a)-[:R]-(b), id(b) > id(a)
//!   Expand (a)-[:R]-(b)             =>      ...
//!     ...
//! ```
//!
//! Neighbours are sorted by their numbers.

use crate::bind::expression::{Comparison, Expression as E};
use crate::logical::{Expand, Expression, NodeBound, Plan, Variable};
use crate::optimize::{Statistics, bottom_up, without_taken};

/// Moves comparisons of nodes by their numbers to where one of them is reached.
pub(crate) fn rewrite(plan: Plan, _statistics: &Statistics) -> Plan {
    bottom_up(plan, &mut |plan| {
        without_taken(plan, |input, part| {
            bounds(part).is_some_and(|bounds| give(input, &bounds))
        })
    })
}

/// The nodes that a predicate compares, each as a bound of the other.
fn bounds(predicate: &Expression) -> Option<[(Variable, NodeBound); 2]> {
    let E::Comparison(comparison, left, right) = predicate else {
        return None;
    };
    let (is_upper, is_inclusive) = match comparison {
        Comparison::Less => (true, false),
        Comparison::LessOrEqual => (true, true),
        Comparison::Greater => (false, false),
        Comparison::GreaterOrEqual => (false, true),
        Comparison::Equal | Comparison::NotEqual => return None,
    };
    let (left, right) = (identified(left)?, identified(right)?);
    let bound = |node: &Variable, is_upper| NodeBound {
        node: node.clone(),
        is_upper,
        is_inclusive,
    };
    Some([
        (left.clone(), bound(right, is_upper)),
        (right.clone(), bound(left, !is_upper)),
    ])
}

/// The variable of which an expression is the number.
fn identified(expression: &Expression) -> Option<&Variable> {
    match expression {
        E::Call {
            function,
            arguments,
            ..
        } if function.as_ref() == "id" => match arguments.as_slice() {
            [E::Variable(name)] => Some(name),
            _ => None,
        },
        _ => None,
    }
}

/// Gives a bound to the operator below filters that reaches one of the nodes from the other's rows; tells
/// whether there is one.
fn give(mut plan: &mut Plan, bounds: &[(Variable, NodeBound); 2]) -> bool {
    while let Plan::Filter { input, .. } = plan {
        plan = input;
    }
    let (input, expand) = match plan {
        Plan::Expand { input, expand } if is_single(expand) => (input, expand),
        Plan::Intersect { input, one, .. } if is_single(one) => (input, one),
        _ => return false,
    };
    let fits = |(node, bound): &&(Variable, NodeBound)| {
        *node == expand.to && (bound.node == expand.from || is_node(input, &bound.node))
    };
    match bounds.iter().find(fits) {
        Some((_, bound)) => {
            expand.bounds.push(bound.clone());
            true
        }
        None => false,
    }
}

/// Whether an expand goes to any neighbour.
pub(super) fn is_single(expand: &Expand) -> bool {
    expand.length.is_none() && !expand.into
}

/// Whether a variable is bound by a pattern as a node.
pub(super) fn is_node(plan: &Plan, name: &Variable) -> bool {
    match plan {
        Plan::ScanNodes { variable, .. } => variable == name,
        Plan::Expand { input, expand }
        | Plan::Intersect {
            input, one: expand, ..
        } => expand.from == *name || expand.to == *name || is_node(input, name),
        Plan::Filter { input, .. } | Plan::Weigh { input, .. } => is_node(input, name),
        _ => false,
    }
}
