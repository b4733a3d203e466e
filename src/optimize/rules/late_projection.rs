//! What the first rows of an order show is read when they are known:
//!
//! ```text
//! TopK 10 BY at                           Project m.content, m.at AS at
//!   Project m.content, m.at AS at   =>      TopK 10 BY m.at
//!     ...                                     ...
//! ```
//!
//! Only properties of nodes and relationships are moved: reading fewer of them has no effect.

use crate::bind::expression::Expression as E;
use crate::logical::{Expression, Plan, SortKey, Variable};
use crate::optimize::entities::{entities, is_harmless};
use crate::optimize::{Statistics, bottom_up, substitute};

/// Moves projections above the choice of first rows.
pub(crate) fn rewrite(plan: Plan, _statistics: &Statistics) -> Plan {
    match plan.updates() {
        // What is read may have been deleted; that is told of all rows.
        true => plan,
        false => bottom_up(plan, &mut rewrite_top_k),
    }
}

fn rewrite_top_k(plan: Plan) -> Plan {
    let Plan::TopK { input, keys, count } = plan else {
        return plan;
    };
    match *input {
        Plan::Project { input, items } if may_move(&input, &items) => Plan::Project {
            input: Box::new(rewrite_top_k(Plan::TopK {
                input,
                keys: over_input(keys, &items),
                count,
            })),
            items,
        },
        Plan::Extend { input, items } if may_move(&input, &items) => Plan::Extend {
            input: Box::new(rewrite_top_k(Plan::TopK {
                input,
                keys: over_input(keys, &items),
                count,
            })),
            items,
        },
        other => Plan::TopK {
            input: Box::new(other),
            keys,
            count,
        },
    }
}

fn may_move(input: &Plan, items: &[(Variable, Expression)]) -> bool {
    let entities = entities(input);
    let is_new = |(name, value): &(Variable, Expression)| !matches!(value, E::Variable(same) if same == name);
    items.iter().all(|(_, value)| is_harmless(value, &entities)) && items.iter().any(is_new)
}

/// The same order by expressions over what the items are made of.
fn over_input(mut keys: Vec<SortKey>, items: &[(Variable, Expression)]) -> Vec<SortKey> {
    // Items of an `Extend` may be over those before them.
    for (name, value) in items.iter().rev() {
        for key in &mut keys {
            substitute(&mut key.expression, name, value);
        }
    }
    keys
}
