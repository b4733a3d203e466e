//! Labels are not tested that every neighbour over a relationship of that type has:
//!
//! ```text
//! Filter p:Person                      Expand (m)-[:HAS_CREATOR]->(p)
//!   Expand (m)-[:HAS_CREATOR]->(p)  =>
//! ```
//!
//! What neighbours have is known of the graph as it is when the statement begins: nothing is known
//! for statements that change it.

use crate::bind::expression::{Expression as E, Labels};
use crate::logical::{Branch, Expression, Plan, Variable};
use crate::optimize::{Statistics, bottom_up, conjuncts, filtered};

/// Drops tests of labels.
pub(crate) fn rewrite(plan: Plan, statistics: &Statistics) -> Plan {
    if plan.updates() {
        return plan;
    }
    bottom_up(plan, &mut |plan| match plan {
        Plan::Filter { input, predicate } => {
            let is_known =
                |node: &Variable, labels: &Labels| has_labels(&input, node, labels, statistics);
            match without(&predicate, is_known) {
                Some(kept) => filtered(*input, kept),
                None => Plan::Filter { input, predicate },
            }
        }
        Plan::Weigh { input, mut weigh } => {
            for branch in &mut weigh.branches {
                untested(branch, statistics);
            }
            Plan::Weigh { input, weigh }
        }
        Plan::WeighCommon { input, mut common } => {
            untested(&mut common.one, statistics);
            untested(&mut common.other, statistics);
            Plan::WeighCommon { input, common }
        }
        other => other,
    })
}

/// The parts of a predicate that are no tests of known labels; `None` where that are all.
fn without(
    predicate: &Expression,
    is_known: impl Fn(&Variable, &Labels) -> bool,
) -> Option<Vec<Expression>> {
    let mut parts = conjuncts(predicate);
    let before = parts.len();
    parts.retain(|part| match part {
        E::HasLabels(node, labels) => match node.as_ref() {
            E::Variable(node) => !is_known(node, labels),
            _ => true,
        },
        _ => true,
    });
    (parts.len() < before).then_some(parts)
}

/// Drops tests of the labels that the node at the end of a branch has for its relationship.
fn untested(branch: &mut Branch, statistics: &Statistics) {
    let (types, direction) = (branch.types.as_ref(), branch.direction);
    let mut plan = &mut branch.inner;
    loop {
        if let Plan::Filter { input, predicate } = plan {
            let is_known = |node: &Variable, labels: &Labels| {
                *node == branch.to && statistics.neighbours_have(types, direction, labels)
            };
            if let Some(kept) = without(predicate, is_known) {
                let below = std::mem::replace(input.as_mut(), Plan::Unit);
                *plan = filtered(below, kept);
            }
        }
        plan = match plan {
            Plan::Filter { input, .. } | Plan::Weigh { input, .. } => input,
            _ => return,
        };
    }
}

/// Whether a node has labels in every row of a plan because of a relationship that it is an end of.
fn has_labels(plan: &Plan, node: &Variable, labels: &Labels, statistics: &Statistics) -> bool {
    match plan {
        Plan::Expand { input, expand } | Plan::Follow { input, expand } => {
            let types = expand.types.as_ref();
            let is_taken = expand.length.is_none_or(|length| length.minimum > 0);
            let is_end = |end: &Variable, direction| {
                is_taken && end == node && statistics.neighbours_have(types, direction, labels)
            };
            is_end(&expand.to, expand.direction)
                || is_end(&expand.from, expand.direction.turned())
                || has_labels(input, node, labels, statistics)
        }
        Plan::Filter { input, .. }
        | Plan::Weigh { input, .. }
        | Plan::WeighCommon { input, .. }
        | Plan::Mirror { input, .. }
        | Plan::Extend { input, .. } => has_labels(input, node, labels, statistics),
        Plan::Cross { left, right, .. } | Plan::HashJoin { left, right, .. } => {
            has_labels(left, node, labels, statistics)
                || has_labels(right, node, labels, statistics)
        }
        _ => false,
    }
}
