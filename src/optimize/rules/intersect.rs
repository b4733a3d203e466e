//! A node that is reached from one node and must be connected with another is looked for among the
//! neighbours of both:
//!
//! ```text
//! ExpandInto (c)-[:R]->(a)          Filter c.x > 1
//!   Filter c.x > 1             =>     Intersect (b)-[:R]->(c), (a)<-[:R]-(c)
//!     Expand (b)-[:R]->(c)              ...
//!       ...
//! ```

use crate::logical::{Expand, Expression, Plan};
use crate::optimize::{Statistics, bottom_up, filtered};

/// Makes one operator of an expand and the one that closes a circle.
pub(crate) fn rewrite(plan: Plan, _statistics: &Statistics) -> Plan {
    bottom_up(plan, &mut |plan| match plan {
        Plan::Expand { input, expand } if expand.into && expand.length.is_none() => {
            closed(*input, expand)
        }
        other => other,
    })
}

/// The rows of `input` in which a relationship leads from one node that is there to another.
fn closed(input: Plan, closing: Expand) -> Plan {
    let (rows, filters) = below_filters(&input);
    let Plan::Expand {
        input: rows,
        expand,
    } = rows
    else {
        return expand_into(input, closing);
    };
    if expand.into || expand.length.is_some() {
        return expand_into(input, closing);
    }
    let Some(other) = towards(&closing, expand) else {
        return expand_into(input, closing);
    };
    let intersection = Plan::Intersect {
        input: rows.clone(),
        one: expand.clone(),
        other,
    };
    filtered(intersection, filters)
}

fn expand_into(input: Plan, expand: Expand) -> Plan {
    Plan::Expand {
        input: Box::new(input),
        expand,
    }
}

/// What lies below filters, and their predicates.
fn below_filters(mut plan: &Plan) -> (&Plan, Vec<Expression>) {
    let mut filters = Vec::new();
    while let Plan::Filter { input, predicate } = plan {
        filters.push(predicate.clone());
        plan = input;
    }
    filters.reverse();
    (plan, filters)
}

/// The closing relationship seen from the node that is there already, towards the one that `expand`
/// reaches.
fn towards(closing: &Expand, expand: &Expand) -> Option<Expand> {
    if closing.from == closing.to {
        return None;
    }
    if closing.to == expand.to {
        return Some(Expand {
            into: false,
            ..closing.clone()
        });
    }
    (closing.from == expand.to).then(|| Expand {
        from: closing.to.clone(),
        to: closing.from.clone(),
        into: false,
        direction: closing.direction.turned(),
        reversed: !closing.reversed,
        ..closing.clone()
    })
}
