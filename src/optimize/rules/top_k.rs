//! `Limit(Sort)` to `TopK`, also with a `Skip` between:
//!
//! ```text
//! Limit 10            TopK 10
//!   Sort n.age   =>     ...
//!     ...
//! ```

use crate::bind::expression::{Arithmetic, Expression};
use crate::logical::Plan;
use crate::optimize::{Statistics, bottom_up};
use crate::parse::span::Span;

/// Keeps only the first rows of an order that is cut by `LIMIT`.
pub(crate) fn rewrite(plan: Plan, _statistics: &Statistics) -> Plan {
    bottom_up(plan, &mut rewrite_limit)
}

fn rewrite_limit(plan: Plan) -> Plan {
    let Plan::Limit { input, count } = plan else {
        return plan;
    };
    match *input {
        Plan::Sort { input, keys } => Plan::TopK { input, keys, count },
        Plan::Skip {
            input: below,
            count: skipped,
        } => match *below {
            Plan::Sort { input, keys } => {
                let both = Expression::Arithmetic {
                    operator: Arithmetic::Add,
                    left: Box::new(skipped.clone()),
                    right: Box::new(count.clone()),
                    span: Span::default(),
                };
                Plan::Limit {
                    input: Box::new(Plan::Skip {
                        input: Box::new(Plan::TopK {
                            input,
                            keys,
                            count: both,
                        }),
                        count: skipped,
                    }),
                    count,
                }
            }
            below => Plan::Limit {
                input: Box::new(Plan::Skip {
                    input: Box::new(below),
                    count: skipped,
                }),
                count,
            },
        },
        input => Plan::Limit {
            input: Box::new(input),
            count,
        },
    }
}
