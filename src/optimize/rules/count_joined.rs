//! Partners in a join of which no more is asked are counted instead of being put together:
//!
//! ```text
//! Aggregate count(*)                     Aggregate count(*)
//!   HashJoin a.name = b.name        =>     HashJoin a.name = b.name, counted
//!     ScanNodes (a:Person)                   ScanNodes (a:Person)
//!     ScanNodes (b:Person)                   ScanNodes (b:Person)
//! ```

use std::collections::HashSet;

use super::count_branches::takes_weights;
use super::reach::variables_of;
use crate::logical::{Plan, Variable};
use crate::optimize::{Statistics, bottom_up};

/// Counts partners in joins below aggregates that ask for no more.
pub(crate) fn rewrite(plan: Plan, _statistics: &Statistics) -> Plan {
    bottom_up(plan, &mut |mut plan| {
        if let Plan::Aggregate {
            input,
            keys,
            aggregates,
        } = &mut plan
            && aggregates.iter().all(|(_, one)| takes_weights(one))
        {
            let arguments = aggregates.iter().flat_map(|(_, one)| &one.arguments);
            let read = keys.iter().map(|(_, key)| key).chain(arguments);
            if let Some(read) = variables_of(read) {
                count_below(input, read);
            }
        }
        plan
    })
}

/// Counts partners below operators that take rows as often as they count, and read these variables.
fn count_below(plan: &mut Plan, mut read: HashSet<Variable>) {
    let (input, asked) = match plan {
        Plan::Filter { input, predicate } => (input, variables_of([&*predicate])),
        Plan::Extend { input, items } => {
            (input, variables_of(items.iter().map(|(_, value)| value)))
        }
        Plan::Cross {
            left,
            right,
            counted,
        } => {
            count_right(left, right, counted, &read);
            (left, Some(HashSet::new()))
        }
        Plan::HashJoin {
            left,
            right,
            left_keys,
            right_keys,
            counted,
        } => {
            if count_right(left, right, counted, &read) {
                std::mem::swap(left_keys, right_keys);
            }
            (left, variables_of(&*left_keys))
        }
        _ => return,
    };
    if let Some(asked) = asked {
        read.extend(asked);
        count_below(input, read);
    }
}

/// Has the right side counted, if nothing is read of it. The left side becomes the right one where that is
/// so of it, which is told; rows that an operator around hands in stay on the left, in their order.
fn count_right(
    left: &mut Plan,
    right: &mut Plan,
    counted: &mut bool,
    read: &HashSet<Variable>,
) -> bool {
    let is_read = |plan: &Plan| plan.variables().iter().any(|name| read.contains(name));
    let may_swap = is_read(right) && !is_read(left) && !left.updates() && !is_handed_in(left);
    if may_swap {
        std::mem::swap(left, right);
    }
    *counted = !is_read(right);
    may_swap
}

/// Whether a plan begins with rows that the surrounding operator hands in.
fn is_handed_in(plan: &Plan) -> bool {
    matches!(plan, Plan::Argument { .. }) || plan.children().into_iter().any(is_handed_in)
}
