//! Questions about expressions of the syntax tree: their parts, whether two are the same, whether
//! they aggregate.

use std::collections::BTreeSet;

use crate::functions;
use crate::parse::ast::{Expression, ExpressionKind as K, MapProjectionElement};

/// Calls `visit` on each direct part. Subqueries and patterns are worlds of their own.
pub(super) fn for_each_child<'a>(
    expression: &'a Expression,
    visit: &mut dyn FnMut(&'a Expression),
) {
    match &expression.kind {
        K::Literal(_) | K::Parameter(_) | K::Variable(_) | K::CountStar => {}
        K::Pattern(_) | K::Exists(_) | K::Count(_) | K::Collect(_) => {}
        K::Property(object, _) => visit(object),
        K::Unary(_, operand)
        | K::NullTest { operand, .. }
        | K::LabelTest { operand, .. }
        | K::TypeTest { operand, .. } => visit(operand),
        K::Index(left, right) | K::Binary(_, left, right) => {
            visit(left);
            visit(right);
        }
        K::Slice(list, from, to) => {
            visit(list);
            from.iter().chain(to).for_each(|bound| visit(bound));
        }
        K::Comparison(first, rest) => {
            visit(first);
            rest.iter().for_each(|(_, operand)| visit(operand));
        }
        K::List(elements) => elements.iter().for_each(visit),
        K::Map(entries) => entries.iter().for_each(|(_, value)| visit(value)),
        K::MapProjection { elements, .. } => {
            for element in elements {
                if let MapProjectionElement::Entry(_, value) = element {
                    visit(value);
                }
            }
        }
        K::Call { arguments, .. } => arguments.iter().for_each(visit),
        K::Case {
            operand,
            alternatives,
            otherwise,
        } => {
            operand.iter().for_each(|operand| visit(operand));
            for (conditions, value) in alternatives {
                conditions.iter().for_each(&mut *visit);
                visit(value);
            }
            otherwise.iter().for_each(|value| visit(value));
        }
        K::ListComprehension {
            list,
            predicate,
            projection,
            ..
        } => {
            visit(list);
            let rest = predicate.iter().chain(projection);
            rest.for_each(|part| visit(part));
        }
        K::PatternComprehension {
            predicate,
            projection,
            ..
        } => {
            predicate.iter().for_each(|predicate| visit(predicate));
            visit(projection);
        }
        K::Quantifier {
            list, predicate, ..
        } => {
            visit(list);
            visit(predicate);
        }
        K::Reduce {
            initial,
            list,
            step,
            ..
        } => {
            visit(initial);
            visit(list);
            visit(step);
        }
    }
}

/// Whether any part, the expression included, satisfies `test`. Walks without recursion: chains
/// of operators may be long.
pub(super) fn any_part<'a>(
    expression: &'a Expression,
    test: impl Fn(&'a Expression) -> bool,
) -> bool {
    let mut waiting = vec![expression];
    while let Some(part) = waiting.pop() {
        if test(part) {
            return true;
        }
        for_each_child(part, &mut |child| waiting.push(child));
    }
    false
}

/// Whether the expression calls an aggregate.
pub(super) fn aggregates(expression: &Expression) -> bool {
    any_part(expression, |part| match &part.kind {
        K::CountStar => true,
        K::Call { name, .. } => {
            functions::find(&name.dotted()).is_some_and(|function| function.is_aggregate())
        }
        _ => false,
    })
}

/// The names of all variables in the expression, also of those that it declares itself.
pub(super) fn variable_names(expression: &Expression) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    let mut waiting = vec![expression];
    while let Some(part) = waiting.pop() {
        match &part.kind {
            K::Variable(name) => names.insert(name.as_str()),
            K::MapProjection { variable, .. } => names.insert(variable.name.as_str()),
            _ => false,
        };
        for_each_child(part, &mut |child| waiting.push(child));
    }
    names
}

/// Whether the expression is a variable or a property of one: what may stand beside aggregates.
pub(super) fn is_simple(expression: &Expression) -> bool {
    match &expression.kind {
        K::Variable(_) => true,
        K::Property(object, _) => is_simple(object),
        _ => false,
    }
}

/// Whether two expressions are the same, wherever they stand and however they are spaced.
/// Subqueries and patterns are never the same: they declare variables of their own.
pub(super) fn same(left: &Expression, right: &Expression) -> bool {
    let mut waiting = vec![(left, right)];
    while let Some((left, right)) = waiting.pop() {
        if !same_form(left, right) {
            return false;
        }
        let (mut left_parts, mut right_parts) = (Vec::new(), Vec::new());
        for_each_child(left, &mut |child| left_parts.push(child));
        for_each_child(right, &mut |child| right_parts.push(child));
        if left_parts.len() != right_parts.len() {
            return false;
        }
        waiting.extend(left_parts.into_iter().zip(right_parts));
    }
    true
}

/// Whether two expressions are the same but for their direct parts, of which [`same`] counts and
/// compares those that [`for_each_child`] visits.
fn same_form(left: &Expression, right: &Expression) -> bool {
    match (&left.kind, &right.kind) {
        (K::Literal(left), K::Literal(right)) => left == right,
        (K::Parameter(left), K::Parameter(right)) => left == right,
        (K::Variable(left), K::Variable(right)) => left == right,
        (K::Property(_, left), K::Property(_, right)) => left.name == right.name,
        (K::Unary(left, _), K::Unary(right, _)) => left == right,
        (K::Binary(left, ..), K::Binary(right, ..)) => left == right,
        (K::Index(..), K::Index(..)) | (K::List(_), K::List(_)) => true,
        (K::CountStar, K::CountStar) => true,
        (K::Slice(_, left_from, left_to), K::Slice(_, right_from, right_to)) => {
            left_from.is_some() == right_from.is_some() && left_to.is_some() == right_to.is_some()
        }
        (K::Comparison(_, left), K::Comparison(_, right)) => {
            let left = left.iter().map(|(operator, _)| operator);
            left.eq(right.iter().map(|(operator, _)| operator))
        }
        (K::NullTest { negated: left, .. }, K::NullTest { negated: right, .. }) => left == right,
        (
            K::Call {
                name: left,
                distinct: left_distinct,
                ..
            },
            K::Call {
                name: right,
                distinct: right_distinct,
                ..
            },
        ) => left_distinct == right_distinct && left.dotted().eq_ignore_ascii_case(&right.dotted()),
        (K::Map(left), K::Map(right)) => {
            let left = left.iter().map(|(key, _)| &key.name);
            left.eq(right.iter().map(|(key, _)| &key.name))
        }
        (
            K::Case {
                operand: left,
                alternatives: left_alternatives,
                ..
            },
            K::Case {
                operand: right,
                alternatives: right_alternatives,
                ..
            },
        ) => {
            let widths = left_alternatives.iter().map(|(operands, _)| operands.len());
            left.is_some() == right.is_some()
                && widths.eq(right_alternatives
                    .iter()
                    .map(|(operands, _)| operands.len()))
        }
        (
            K::ListComprehension {
                variable: left,
                predicate: left_predicate,
                ..
            },
            K::ListComprehension {
                variable: right,
                predicate: right_predicate,
                ..
            },
        ) => left.name == right.name && left_predicate.is_some() == right_predicate.is_some(),
        (
            K::Quantifier {
                quantifier: left,
                variable: left_variable,
                ..
            },
            K::Quantifier {
                quantifier: right,
                variable: right_variable,
                ..
            },
        ) => left == right && left_variable.name == right_variable.name,
        (
            K::Reduce {
                accumulator: left_accumulator,
                variable: left_variable,
                ..
            },
            K::Reduce {
                accumulator: right_accumulator,
                variable: right_variable,
                ..
            },
        ) => {
            left_accumulator.name == right_accumulator.name
                && left_variable.name == right_variable.name
        }
        _ => false,
    }
}
