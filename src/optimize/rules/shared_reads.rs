//! A property that several aggregates or keys read is read once:
//!
//! ```text
//! Aggregate min(m.x), max(m.x)   =>   Aggregate min(x), max(x)
//!   ...                                 Extend m.x AS x
//!                                         ...
//! ```

use crate::bind::expression::Expression as E;
use crate::logical::{Expression, Plan, Variable};
use crate::optimize::entities::{entities, is_harmless};
use crate::optimize::{Statistics, bottom_up};

/// Reads once what aggregates and keys share.
pub(crate) fn rewrite(plan: Plan, _statistics: &Statistics) -> Plan {
    bottom_up(plan, &mut rewrite_aggregate)
}

fn rewrite_aggregate(mut plan: Plan) -> Plan {
    let Plan::Aggregate { input, .. } = &plan else {
        return plan;
    };
    let known = entities(input);
    let mut reads: Vec<(Expression, usize)> = Vec::new();
    plan.for_each_expression_mut(&mut |expression| {
        count_reads(expression, &mut |read| {
            if !is_harmless(read, &known) {
                return;
            }
            match reads.iter_mut().find(|(known, _)| is_same(known, read)) {
                Some((_, times)) => *times += 1,
                None => reads.push((read.clone(), 1)),
            }
        });
    });
    reads.retain(|(_, times)| *times > 1);
    if reads.is_empty() {
        return plan;
    }
    let items: Vec<(Variable, Expression)> = reads
        .into_iter()
        .map(|(read, _)| (name_of(&read), read))
        .collect();
    plan.for_each_expression_mut(&mut |expression| {
        for (name, read) in &items {
            replace(expression, read, name);
        }
    });
    if let Plan::Aggregate { input, .. } = &mut plan {
        let below = std::mem::replace(input.as_mut(), Plan::Unit);
        **input = Plan::Extend {
            input: Box::new(below),
            items,
        };
    }
    plan
}

fn count_reads(expression: &Expression, count: &mut dyn FnMut(&Expression)) {
    match expression {
        E::Property { .. } => count(expression),
        other => other.for_each_child(&mut |child| count_reads(child, count)),
    }
}

/// A name that no variable of a statement has.
fn name_of(read: &Expression) -> Variable {
    match read {
        E::Property { object, key, .. } => match object.as_ref() {
            E::Variable(name) => format!("#{name}.{key}").into(),
            _ => format!("#.{key}").into(),
        },
        _ => "#read".into(),
    }
}

/// Whether both read the same, wherever they are written.
fn is_same(left: &Expression, right: &Expression) -> bool {
    match (left, right) {
        (
            E::Property { object, key, .. },
            E::Property {
                object: other,
                key: other_key,
                ..
            },
        ) => object == other && key == other_key,
        _ => false,
    }
}

fn replace(expression: &mut Expression, read: &Expression, name: &Variable) {
    if is_same(expression, read) {
        *expression = E::Variable(name.clone());
        return;
    }
    expression.for_each_child_mut(&mut |child| replace(child, read, name));
}
