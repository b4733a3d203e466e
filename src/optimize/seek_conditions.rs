//! Which predicates on a variable an index can answer.

use std::collections::HashSet;
use std::sync::Arc;

use crate::bind::expression::{Comparison, Expression as E, TextPredicate};
use crate::functions::{self, Purity};
use crate::graph::{Index, Target};
use crate::logical::{Expression, Seek, SeekCondition, SeekOrder, Variable};
use crate::optimize::rules::order_pattern::free_variables;

/// What a predicate says of a property of a variable.
struct Said {
    property: Arc<str>,
    condition: SeekCondition,
    /// Whether it cannot fail: another one must be tested again above the seek.
    is_certain: bool,
}

/// A way to use an index for some of the predicates.
pub(super) struct Use {
    /// The lookup.
    pub(super) seek: Seek,
    /// The predicates, by place, that need no further test.
    pub(super) answered: Vec<usize>,
    /// How much it is expected to narrow.
    pub(super) merit: Merit,
    /// How many elements the index has.
    pub(super) entries: u64,
}

impl Use {
    /// The predicates that must still be tested.
    pub(super) fn unanswered(&self, predicates: &[Expression]) -> Vec<Expression> {
        let rest = predicates.iter().enumerate();
        rest.filter(|(place, _)| !self.answered.contains(place))
            .map(|(_, predicate)| predicate.clone())
            .collect()
    }
}

/// How much a lookup is expected to narrow, the best greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Merit {
    /// Whether one element is found at most.
    pub(super) is_unique: bool,
    /// How many properties must be equal to something.
    pub(super) equalities: usize,
    /// What must hold of the property after them.
    pub(super) last: Option<Kind>,
}

/// The kinds of conditions, those that narrow most greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Exists,
    Between,
    StartsWith,
    In,
    Equal,
}

impl Kind {
    fn of(condition: &SeekCondition) -> Kind {
        match condition {
            SeekCondition::Exists => Kind::Exists,
            SeekCondition::Between { .. } => Kind::Between,
            SeekCondition::StartsWith(_) => Kind::StartsWith,
            SeekCondition::In(_) => Kind::In,
            SeekCondition::Equal(_) => Kind::Equal,
        }
    }
}

/// The best use of one of these indexes for predicates on `variable`, whose other variables are
/// among `known`.
pub(super) fn best_use<'i>(
    indexes: impl Iterator<Item = &'i Index>,
    variable: &Variable,
    predicates: &[Expression],
    known: &HashSet<Variable>,
) -> Option<Use> {
    let said: Vec<Option<Said>> = predicates
        .iter()
        .map(|predicate| said(predicate, variable, known))
        .collect();
    indexes
        .filter_map(|index| index_use(index, variable, &said))
        // Of equally good ones the first that was made.
        .reduce(|best, one| if one.merit > best.merit { one } else { best })
}

fn index_use(index: &Index, variable: &Variable, said: &[Option<Said>]) -> Option<Use> {
    let definition = index.definition();
    let mut conditions = Vec::new();
    let mut answered = Vec::new();
    let mut last = Some(Kind::Equal);
    for property in &definition.properties {
        // After anything but an equality the entries of later properties do not stand together.
        if last != Some(Kind::Equal) {
            break;
        }
        last = None;
        if let Some((condition, places)) = best_said(property, said) {
            last = Some(Kind::of(&condition));
            conditions.push(condition);
            answered.extend(places);
        }
    }
    let last = last.filter(|kind| *kind != Kind::Equal);
    let equalities = conditions.len() - usize::from(last.is_some());
    let merit = Merit {
        is_unique: index.is_unique() && equalities == definition.properties.len(),
        equalities,
        last,
    };
    (!conditions.is_empty()).then(|| Use {
        seek: Seek {
            variable: variable.clone(),
            index: definition.name.clone(),
            is_relationship: matches!(definition.target, Target::Relationships(_)),
            label: definition.target.name().clone(),
            properties: definition.properties.clone(),
            conditions,
            order: SeekOrder::Any,
        },
        answered,
        merit,
        entries: index.len(),
    })
}

/// The condition on a property that narrows most, and the places of what needs no further test
/// then. Two bounds make one range.
fn best_said(property: &str, said: &[Option<Said>]) -> Option<(SeekCondition, Vec<usize>)> {
    let about = said.iter().enumerate().filter_map(|(place, one)| {
        let one = one.as_ref()?;
        (one.property.as_ref() == property).then_some((place, one))
    });
    let (mut place, mut best) = about.clone().reduce(|best, one| {
        match Kind::of(&one.1.condition) > Kind::of(&best.1.condition) {
            true => one,
            false => best,
        }
    })?;
    let mut condition = best.condition.clone();
    let mut answered: Vec<usize> = Vec::new();
    if let SeekCondition::Between { low, high } = &mut condition {
        let other = about.clone().find(|(_, one)| match &one.condition {
            SeekCondition::Between { low: Some(_), .. } => low.is_none(),
            SeekCondition::Between { high: Some(_), .. } => high.is_none(),
            _ => false,
        });
        if let Some((other_place, other)) = other
            && let SeekCondition::Between {
                low: other_low,
                high: other_high,
            } = &other.condition
        {
            *low = low.take().or(other_low.clone());
            *high = high.take().or(other_high.clone());
            answered.extend(best.is_certain.then_some(place));
            (place, best) = (other_place, other);
        }
    }
    answered.extend(best.is_certain.then_some(place));
    Some((condition, answered))
}

fn said(predicate: &Expression, variable: &Variable, known: &HashSet<Variable>) -> Option<Said> {
    let property = |side: &Expression| match side {
        E::Property { object, key, .. } if matches!(object.as_ref(), E::Variable(name) if name == variable) => {
            Some(key.clone())
        }
        _ => None,
    };
    let (property, condition) = match predicate {
        E::Comparison(operator, left, right) => {
            let (key, operator, value) = match (property(left), property(right)) {
                (Some(key), _) => (key, *operator, right),
                (None, Some(key)) => (key, flipped(*operator), left),
                (None, None) => return None,
            };
            let value = value.as_ref().clone();
            let (low, high) = match operator {
                Comparison::Equal => {
                    let condition = SeekCondition::Equal(value);
                    return said_of(key, condition, known);
                }
                Comparison::NotEqual => return None,
                Comparison::Greater => (Some((value, false)), None),
                Comparison::GreaterOrEqual => (Some((value, true)), None),
                Comparison::Less => (None, Some((value, false))),
                Comparison::LessOrEqual => (None, Some((value, true))),
            };
            (key, SeekCondition::Between { low, high })
        }
        E::In(element, list) => (property(element)?, SeekCondition::In(list.as_ref().clone())),
        E::Text(TextPredicate::StartsWith, text, beginning) => (
            property(text)?,
            SeekCondition::StartsWith(beginning.as_ref().clone()),
        ),
        E::Not(inner) => match inner.as_ref() {
            E::IsNull(operand) => (property(operand)?, SeekCondition::Exists),
            _ => return None,
        },
        _ => return None,
    };
    said_of(property, condition, known)
}

/// What is said, if its values are known before the variable is.
fn said_of(
    property: Arc<str>,
    condition: SeekCondition,
    known: &HashSet<Variable>,
) -> Option<Said> {
    let values = condition.expressions();
    let is_known = values
        .iter()
        .all(|value| free_variables(value).is_subset(known) && is_repeatable(value));
    let is_certain = match &condition {
        SeekCondition::In(list) => is_list(list),
        _ => values.into_iter().all(cannot_fail),
    };
    is_known.then_some(Said {
        property,
        condition,
        is_certain,
    })
}

fn flipped(operator: Comparison) -> Comparison {
    match operator {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        same @ (Comparison::Equal | Comparison::NotEqual) => same,
    }
}

/// Whether a value is the same each time, so that it may be computed elsewhere.
fn is_repeatable(expression: &Expression) -> bool {
    let mut repeatable = match expression {
        E::Subquery { .. } => false,
        E::Call { function, .. } => functions::find(function)
            .is_some_and(|function| !matches!(function.purity, Purity::Volatile)),
        _ => true,
    };
    expression.for_each_child(&mut |child| repeatable &= is_repeatable(child));
    repeatable
}

fn cannot_fail(expression: &Expression) -> bool {
    matches!(expression, E::Literal(_) | E::Parameter(_) | E::Variable(_))
}

fn is_list(expression: &Expression) -> bool {
    match expression {
        E::Literal(crate::value::Value::List(_)) => true,
        E::List(elements) => elements.iter().all(cannot_fail),
        _ => false,
    }
}
