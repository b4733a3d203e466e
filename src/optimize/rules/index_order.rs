//! An order that an index has anyway is not made again:
//!
//! ```text
//! Limit 10                                     Limit 10
//!   Sort p.age DESC                              Project p.name AS name, p
//!     Project p.name AS name, p           =>       SeekNodes (p:Person) p.age > 30 DESC
//!       SeekNodes (p:Person) p.age > 30              Unit
//!         Unit
//! ```
//!
//! Where the order is cut by `LIMIT`, it is also worth reading all of an index in order, if every
//! node that is asked for is in it.

use std::collections::HashSet;

use super::use_index::{predicates_over, seek_nodes};
use crate::bind::expression::Expression as E;
use crate::logical::{Expression, Plan, Seek, SeekCondition, SeekOrder, SortKey, Variable};
use crate::optimize::seek_conditions::best_use;
use crate::optimize::{Statistics, bottom_up};
use crate::parse::span::Span;

/// Takes orders from indexes.
pub(crate) fn rewrite(plan: Plan, statistics: &Statistics) -> Plan {
    if !statistics.has_indexes() {
        return plan;
    }
    let updates = plan.updates();
    bottom_up(plan, &mut |plan| match plan {
        Plan::Limit { input, count } => Plan::Limit {
            input: Box::new(cut(*input, updates, statistics)),
            count,
        },
        Plan::Sort { input, keys } => unsorted(*input, keys, false, updates, statistics),
        other => other,
    })
}

/// What a limit cuts: an order, or an order without its first rows.
fn cut(plan: Plan, updates: bool, statistics: &Statistics) -> Plan {
    match plan {
        Plan::Sort { input, keys } => unsorted(*input, keys, true, updates, statistics),
        Plan::Skip { input, count } => Plan::Skip {
            input: Box::new(cut(*input, updates, statistics)),
            count,
        },
        other => other,
    }
}

/// The rows in order, without a sort if an index gives it.
fn unsorted(
    input: Plan,
    keys: Vec<SortKey>,
    is_cut: bool,
    updates: bool,
    statistics: &Statistics,
) -> Plan {
    let descending = keys.first().is_some_and(|key| key.descending);
    if keys.iter().all(|key| key.descending == descending) {
        let order = Order {
            order: match descending {
                true => SeekOrder::Descending,
                false => SeekOrder::Ascending,
            },
            is_cut,
            updates,
            statistics,
        };
        let wanted: Vec<Expression> = keys.iter().map(|key| key.expression.clone()).collect();
        if let Some(ordered) = order.of(&input, wanted) {
            return ordered;
        }
    }
    Plan::Sort {
        input: Box::new(input),
        keys,
    }
}

/// The order that is wanted.
struct Order<'a> {
    order: SeekOrder,
    /// Whether only the first rows are asked for.
    is_cut: bool,
    /// Whether the statement changes the graph, so that constraints need not hold meanwhile.
    updates: bool,
    statistics: &'a Statistics<'a>,
}

impl Order<'_> {
    /// The plan with its rows ordered by `keys`, if an index gives that.
    fn of(&self, plan: &Plan, keys: Vec<Expression>) -> Option<Plan> {
        Some(match plan {
            Plan::Project { input, items } => {
                let keys = keys.iter().map(|key| before(key, items, false));
                Plan::Project {
                    input: Box::new(self.of(input, keys.collect::<Option<_>>()?)?),
                    items: items.clone(),
                }
            }
            Plan::Extend { input, items } => {
                let keys = keys.iter().map(|key| before(key, items, true));
                Plan::Extend {
                    input: Box::new(self.of(input, keys.collect::<Option<_>>()?)?),
                    items: items.clone(),
                }
            }
            Plan::Filter { input, predicate } => match self.scanned(plan, &keys) {
                Some(found) => found,
                None => Plan::Filter {
                    input: Box::new(self.of(input, keys)?),
                    predicate: predicate.clone(),
                },
            },
            Plan::Expand { input, expand } => Plan::Expand {
                input: Box::new(self.of(input, keys)?),
                expand: expand.clone(),
            },
            Plan::ScanNodes { .. } => self.scanned(plan, &keys)?,
            Plan::Seek { input, seek } if **input == Plan::Unit => {
                if !is_ordered_by(seek, &keys) {
                    return None;
                }
                Plan::Seek {
                    input: input.clone(),
                    seek: Seek {
                        order: self.order,
                        ..seek.clone()
                    },
                }
            }
            _ => return None,
        })
    }

    /// All of an index in order instead of a scan under filters.
    fn scanned(&self, plan: &Plan, keys: &[Expression]) -> Option<Plan> {
        let (predicates, below) = predicates_over(plan);
        let Plan::ScanNodes {
            variable,
            labels: Some(labels),
        } = below
        else {
            return None;
        };
        if !self.is_cut {
            return None;
        }
        self.statistics.indexes_of_nodes(labels).find_map(|index| {
            let definition = index.definition();
            let first = definition.properties.first()?;
            let mut known = predicates.clone();
            if !self.updates && self.statistics.is_required(&definition.target, first) {
                known.push(exists(variable, first));
            }
            let indexes = std::iter::once(index);
            let mut found = best_use(indexes, variable, &known, &HashSet::new())?;
            // What must be tested besides may let few rows through, so that much is read in vain.
            if !is_ordered_by(&found.seek, keys) || !found.unanswered(&known).is_empty() {
                return None;
            }
            found.seek.order = self.order;
            Some(seek_nodes(&Plan::Unit, labels, found, &known))
        })
    }
}

/// `variable.key IS NOT NULL`
fn exists(variable: &Variable, key: &std::sync::Arc<str>) -> Expression {
    let property = E::Property {
        object: Box::new(E::Variable(variable.clone())),
        key: key.clone(),
        span: Span::default(),
    };
    E::Not(Box::new(E::IsNull(Box::new(property))))
}

/// A key of an order as it is before `items` are computed: a variable or a property of one. What
/// is no item is the same before where `keeps` holds.
fn before(key: &Expression, items: &[(Variable, Expression)], keeps: bool) -> Option<Expression> {
    let item = |name: &Variable| match items.iter().rev().find(|(item, _)| item == name) {
        Some((_, value)) => Some(value.clone()),
        None => keeps.then(|| E::Variable(name.clone())),
    };
    match key {
        E::Variable(name) => item(name),
        E::Property { object, key, span } => match object.as_ref() {
            E::Variable(name) => Some(E::Property {
                object: Box::new(item(name)?),
                key: key.clone(),
                span: *span,
            }),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a lookup gives its rows in the order of these keys.
fn is_ordered_by(seek: &Seek, keys: &[Expression]) -> bool {
    let is_fixed =
        |place: usize| matches!(seek.conditions.get(place), Some(SeekCondition::Equal(_)));
    let fixed = (0..seek.properties.len())
        .take_while(|place| is_fixed(*place))
        .count();
    let mut next = fixed;
    keys.iter().all(|key| {
        let E::Property { object, key, .. } = key else {
            return false;
        };
        if !matches!(object.as_ref(), E::Variable(name) if *name == seek.variable) {
            return false;
        }
        if seek.properties[..fixed].contains(key) {
            return true;
        }
        let is_next = seek.properties.get(next) == Some(key);
        next += 1;
        is_next
    })
}
