//! Types of operators, and when a type is certainly not the one that is wanted.

use super::expression::Arithmetic;
use crate::value::Type;

/// Whether a value of the type `given` may stand where `wanted` is; integers pass for floats.
pub(super) fn accepts(wanted: &Type, given: &Type) -> bool {
    match (wanted, given) {
        (Type::Float, Type::Integer) => true,
        (Type::List(wanted), Type::List(given)) => accepts(wanted, given),
        _ => given.may_be(wanted),
    }
}

fn is_number(value_type: &Type) -> bool {
    matches!(value_type, Type::Integer | Type::Float | Type::Number)
}

fn is_instant(value_type: &Type) -> bool {
    matches!(
        value_type,
        Type::Date | Type::LocalTime | Type::Time | Type::LocalDateTime | Type::DateTime
    )
}

/// Whether values of the type have properties.
pub(super) fn has_properties(value_type: &Type) -> bool {
    is_instant(value_type)
        || matches!(
            value_type,
            Type::Any | Type::Null | Type::Map | Type::Node | Type::Relationship | Type::Duration
        )
}

/// The type of an element, where a value of this type is taken as a list.
pub(super) fn element_type(list: &Type) -> Type {
    match list {
        Type::List(element) => (**element).clone(),
        Type::Null => Type::Null,
        _ => Type::Any,
    }
}

/// What an arithmetic operator gives; `None` where its operands are certainly wrong.
pub(super) fn arithmetic_type(operator: Arithmetic, left: &Type, right: &Type) -> Option<Type> {
    match operator {
        Arithmetic::Add | Arithmetic::Concatenate => sum_type(operator, left, right),
        _ => match (left, right) {
            (Type::Any | Type::Null, other) | (other, Type::Any | Type::Null) => {
                let calculable = is_number(other)
                    || is_instant(other)
                    || matches!(other, Type::Any | Type::Null | Type::Duration);
                calculable.then_some(Type::Any)
            }
            _ if is_number(left) && is_number(right) => Some(number_type(operator, left, right)),
            (Type::Duration, other) if is_number(other) => {
                matches!(operator, Arithmetic::Multiply | Arithmetic::Divide)
                    .then_some(Type::Duration)
            }
            (other, Type::Duration) if is_number(other) => {
                (operator == Arithmetic::Multiply).then_some(Type::Duration)
            }
            (instant, Type::Duration) if is_instant(instant) || *instant == Type::Duration => {
                (operator == Arithmetic::Subtract).then(|| instant.clone())
            }
            _ => None,
        },
    }
}

fn number_type(operator: Arithmetic, left: &Type, right: &Type) -> Type {
    match (left, right) {
        _ if operator == Arithmetic::Power => Type::Float,
        (Type::Integer, Type::Integer) => Type::Integer,
        (Type::Float, _) | (_, Type::Float) => Type::Float,
        _ => Type::Number,
    }
}

/// `+` and `||`: lists take anything, strings take what has a text.
fn sum_type(operator: Arithmetic, left: &Type, right: &Type) -> Option<Type> {
    let list = |element: Type| Some(Type::List(Box::new(element)));
    let is_value = |value_type: &Type| {
        is_number(value_type)
            || is_instant(value_type)
            || matches!(value_type, Type::Boolean | Type::Duration)
    };
    match (left, right) {
        (Type::List(left), Type::List(right)) => list(left.join(right)),
        (Type::List(_), Type::Any) | (Type::Any, Type::List(_)) => list(Type::Any),
        (Type::List(element), other) | (other, Type::List(element))
            if operator == Arithmetic::Add =>
        {
            list(element.join(other))
        }
        (Type::Any | Type::Null, _) | (_, Type::Any | Type::Null) => Some(Type::Any),
        (Type::String, Type::String) => Some(Type::String),
        _ if operator == Arithmetic::Concatenate => None,
        (Type::String, other) | (other, Type::String) => is_value(other).then_some(Type::String),
        _ if is_number(left) && is_number(right) => Some(number_type(operator, left, right)),
        (instant, Type::Duration) | (Type::Duration, instant)
            if is_instant(instant) || *instant == Type::Duration =>
        {
            Some(instant.clone())
        }
        _ => None,
    }
}
