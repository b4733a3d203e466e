//! What is collected only to be counted is counted:
//!
//! ```text
//! Filter size(names) > 15                  Filter names > 15
//!   Aggregate collect(t.name) AS names  =>   Aggregate count(t.name) AS names
//! ```

use crate::bind::expression::Expression as E;
use crate::logical::{Expression, Plan, Variable};
use crate::optimize::Statistics;

/// Counts instead of collecting.
pub(crate) fn rewrite(mut plan: Plan, _statistics: &Statistics) -> Plan {
    let shown = plan.variables();
    let mut counted = only_counted(&mut plan);
    counted.retain(|name| !shown.contains(name));
    if !counted.is_empty() {
        count(&mut plan, &counted);
    }
    plan
}

/// The lists that a plan collects and asks for nothing but their sizes. Only operators are gone through that
/// have one input and ask nothing of all variables at once.
fn only_counted(plan: &mut Plan) -> Vec<Variable> {
    let mut counted = match plan {
        Plan::Filter { input, .. }
        | Plan::Project { input, .. }
        | Plan::Extend { input, .. }
        | Plan::Sort { input, .. }
        | Plan::Skip { input, .. }
        | Plan::Limit { input, .. }
        | Plan::Match { input, .. }
        | Plan::Aggregate { input, .. } => only_counted(input),
        _ => return Vec::new(),
    };
    if let Plan::Project { items, .. } | Plan::Extend { items, .. } = plan {
        let others = items.iter().filter(|(name, value)| !is(value, name));
        let others: Vec<&Expression> = others.map(|(_, value)| value).collect();
        counted.retain(|list| others.iter().all(|value| asks_only_size(value, list)));
    } else {
        plan.for_each_expression_mut(&mut |expression| {
            counted.retain(|list| asks_only_size(expression, list));
        });
    }
    if let Plan::Aggregate { aggregates, .. } = plan {
        let collected = aggregates.iter();
        let collected = collected.filter(|(_, one)| one.function.as_ref() == "collect");
        counted.extend(collected.map(|(name, _)| name.clone()));
    }
    counted
}

/// Whether all that an expression asks of a list is its size.
fn asks_only_size(expression: &Expression, list: &Variable) -> bool {
    match expression {
        E::Variable(name) => name != list,
        E::Subquery { imports, .. } => !imports.contains(list),
        _ if size_of(expression).is_some() => true,
        other => {
            let mut all = true;
            other.for_each_child(&mut |child| all &= asks_only_size(child, list));
            all
        }
    }
}

/// The variable whose size this is.
fn size_of(expression: &Expression) -> Option<&Variable> {
    let E::Call {
        function,
        arguments,
        ..
    } = expression
    else {
        return None;
    };
    match arguments.as_slice() {
        [E::Variable(name)] if function.as_ref() == "size" => Some(name),
        _ => None,
    }
}

fn is(expression: &Expression, variable: &Variable) -> bool {
    matches!(expression, E::Variable(name) if name == variable)
}

/// Makes counts of lists, and of their sizes.
fn count(plan: &mut Plan, lists: &[Variable]) {
    if let Plan::Aggregate { aggregates, .. } = plan {
        for (name, aggregate) in aggregates {
            if lists.contains(name) {
                aggregate.function = "count".into();
            }
        }
    }
    plan.for_each_expression_mut(&mut |expression| unsized_lists(expression, lists));
    for child in plan.children_mut() {
        count(child, lists);
    }
}

/// Puts the count of a list in the place of its size.
fn unsized_lists(expression: &mut Expression, lists: &[Variable]) {
    match size_of(expression).filter(|name| lists.contains(name)) {
        Some(name) => *expression = E::Variable(name.clone()),
        None => expression.for_each_child_mut(&mut |child| unsized_lists(child, lists)),
    }
}
