//! Looking up nodes or relationships in an index.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::plan::{Expression, Variable};

/// What is looked up in an index. `E` is an expression of the stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seek<E = Expression> {
    /// The new variable.
    pub variable: Variable,
    /// The name of the index.
    pub index: Arc<str>,
    /// Whether it is about relationships.
    pub is_relationship: bool,
    /// The label or type that it is about.
    pub label: Arc<str>,
    /// The properties that it is about.
    pub properties: Vec<Arc<str>>,
    /// What must hold of the first of them, one each: equalities, and then perhaps something else.
    pub conditions: Vec<SeekCondition<E>>,
    /// In which order the rows of one input row come.
    pub order: SeekOrder,
}

/// The order of what a lookup gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SeekOrder {
    /// Whatever is quickest to go on with.
    Any,
    /// By the properties, the least first.
    Ascending,
    /// By the properties, the greatest first.
    Descending,
}

/// What must hold of a property.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum SeekCondition<E = Expression> {
    /// `n.p = x`
    Equal(E),
    /// `n.p IN list`
    In(E),
    /// `n.p IS NOT NULL`
    Exists,
    /// `n.p > low AND n.p <= high`: bounds, each with whether it belongs to the range.
    Between {
        /// The lower bound.
        low: Option<(E, bool)>,
        /// The upper bound.
        high: Option<(E, bool)>,
    },
    /// `n.p STARTS WITH x`
    StartsWith(E),
}

impl<E> Seek<E> {
    /// The same over other expressions.
    pub fn try_map<T, F>(&self, mut map: impl FnMut(&E) -> Result<T, F>) -> Result<Seek<T>, F> {
        let conditions = self.conditions.iter();
        Ok(Seek {
            variable: self.variable.clone(),
            index: self.index.clone(),
            is_relationship: self.is_relationship,
            label: self.label.clone(),
            properties: self.properties.clone(),
            conditions: conditions
                .map(|condition| condition.try_map(&mut map))
                .collect::<Result<_, F>>()?,
            order: self.order,
        })
    }

    /// The expressions.
    pub fn expressions(&self) -> Vec<&E> {
        let conditions = self.conditions.iter();
        conditions.flat_map(SeekCondition::expressions).collect()
    }

    /// Calls `visit` on each expression.
    pub fn for_each_expression_mut(&mut self, visit: &mut dyn FnMut(&mut E)) {
        for condition in &mut self.conditions {
            match condition {
                SeekCondition::Equal(value)
                | SeekCondition::In(value)
                | SeekCondition::StartsWith(value) => visit(value),
                SeekCondition::Exists => {}
                SeekCondition::Between { low, high } => {
                    for (bound, _) in [low, high].into_iter().flatten() {
                        visit(bound);
                    }
                }
            }
        }
    }
}

impl<E> SeekCondition<E> {
    /// The expressions.
    pub fn expressions(&self) -> Vec<&E> {
        match self {
            SeekCondition::Equal(value)
            | SeekCondition::In(value)
            | SeekCondition::StartsWith(value) => vec![value],
            SeekCondition::Exists => Vec::new(),
            SeekCondition::Between { low, high } => {
                let bounds = [low, high].into_iter().flatten();
                bounds.map(|(value, _)| value).collect()
            }
        }
    }

    /// The same over other expressions.
    pub fn try_map<T, F>(
        &self,
        mut map: impl FnMut(&E) -> Result<T, F>,
    ) -> Result<SeekCondition<T>, F> {
        Ok(match self {
            SeekCondition::Equal(value) => SeekCondition::Equal(map(value)?),
            SeekCondition::In(list) => SeekCondition::In(map(list)?),
            SeekCondition::Exists => SeekCondition::Exists,
            SeekCondition::Between { low, high } => {
                let mut bound = |bound: &Option<(E, bool)>| match bound {
                    Some((value, included)) => Ok(Some((map(value)?, *included))),
                    None => Ok(None),
                };
                SeekCondition::Between {
                    low: bound(low)?,
                    high: bound(high)?,
                }
            }
            SeekCondition::StartsWith(value) => SeekCondition::StartsWith(map(value)?),
        })
    }
}

impl SeekCondition {
    /// The condition on `property` as one would write it.
    pub(super) fn show(&self, property: &str, show: impl Fn(&Expression) -> String) -> String {
        let bound = |bound: &Option<(Expression, bool)>, sign: &str| {
            let (value, included) = bound.as_ref()?;
            let equals = if *included { "=" } else { "" };
            Some(format!("{property} {sign}{equals} {}", show(value)))
        };
        match self {
            SeekCondition::Equal(value) => format!("{property} = {}", show(value)),
            SeekCondition::In(list) => format!("{property} IN {}", show(list)),
            SeekCondition::Exists => format!("{property} IS NOT NULL"),
            SeekCondition::Between { low, high } => {
                let bounds = [bound(low, ">"), bound(high, "<")];
                bounds
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>()
                    .join(" AND ")
            }
            SeekCondition::StartsWith(value) => format!("{property} STARTS WITH {}", show(value)),
        }
    }
}
