//! Aggregates, and expressions over groups: what a projection with aggregates may name.
//!
//! The items without aggregates are the keys of the groups. An item with aggregates is computed
//! from keys and aggregates: a variable or a property in it must be such a key. `ORDER BY` and
//! `WHERE` after groups, or after `DISTINCT`, name what was projected, or repeat it.

use std::collections::BTreeSet;

use super::binder::{Binder, Typed};
use super::bound::{Aggregate, Variable};
use super::build_expression::Formed;
use super::expression::Expression as E;
use super::scope::Scope;
use super::syntax::{any_part, is_simple, same, variable_names};
use crate::error::{Error, ErrorDetail, Result};
use crate::functions::Function;
use crate::parse::ast::{self, ExpressionKind as K};
use crate::parse::span::Span;
use crate::value::Type;

/// What an expression over groups can name, beside the variables in scope.
#[derive(Debug, Clone)]
pub(super) struct Groups<'a> {
    /// The variables before grouping: arguments of aggregates see them.
    pub rows: Scope,
    /// What is known of each group.
    pub keys: Vec<Repeatable<'a>>,
    /// The aggregates so far.
    pub aggregates: Vec<(Repeatable<'a>, Aggregate)>,
    /// Which expression is bound.
    pub place: Place<'a>,
    /// The variable that the aggregate gets which is the whole item.
    pub whole_item: Option<Variable>,
}

/// An expression that may be written again for its value.
#[derive(Debug, Clone)]
pub(super) struct Repeatable<'a> {
    pub written: &'a ast::Expression,
    /// The variables named in it.
    pub names: BTreeSet<&'a str>,
    pub variable: Variable,
    pub value_type: Type,
}

/// Where an expression over groups stands.
#[derive(Debug, Clone)]
pub(super) enum Place<'a> {
    /// It is an item: its aggregates are computed.
    Item,
    /// It stands after the items: its aggregates must be among theirs.
    After {
        /// Whether it has aggregates itself; then only simple keys can be repeated.
        aggregates: bool,
        /// Variables of keys that are repeated, but not simple.
        ambiguous: BTreeSet<&'a str>,
    },
}

impl<'a> Repeatable<'a> {
    pub fn new(written: &'a ast::Expression, variable: Variable, value_type: Type) -> Self {
        Repeatable {
            written,
            names: variable_names(written),
            variable,
            value_type,
        }
    }

    /// Its value, where it is written again.
    pub fn repeated(&self, span: Span) -> Typed {
        Typed {
            expression: E::Variable(self.variable.clone()),
            value_type: self.value_type.clone(),
            span,
        }
    }
}

impl<'a> Groups<'a> {
    /// Turns to an expression after the items.
    pub fn place_after(&mut self, expression: &'a ast::Expression, aggregates: bool) {
        let ambiguous = self
            .keys
            .iter()
            .filter(|key| !is_simple(key.written))
            .filter(|key| any_part(expression, |part| same(part, key.written)))
            .flat_map(|key| key.names.iter().copied())
            .collect();
        self.place = Place::After {
            aggregates,
            ambiguous,
        };
    }

    fn repeats_complex_keys(&self) -> bool {
        matches!(
            self.place,
            Place::After {
                aggregates: false,
                ..
            }
        )
    }
}

impl<'a> Binder<'a> {
    /// The key of the group that an expression repeats, if it does.
    pub(super) fn of_group(&self, ast: &'a ast::Expression) -> Option<Typed> {
        let groups = self.groups.as_ref()?;
        if let K::Variable(name) = &ast.kind
            && self.scope.find(name).is_some()
        {
            return None;
        }
        let key = groups.keys.iter().find(|key| {
            (is_simple(key.written) || groups.repeats_complex_keys())
                && same(key.written, ast)
                && !self.hides_names_of(key)
        })?;
        Some(key.repeated(ast.span))
    }

    /// Whether a comprehension around has a variable of a name that the expression uses.
    fn hides_names_of(&self, repeatable: &Repeatable) -> bool {
        self.element_names
            .iter()
            .any(|name| repeatable.names.contains(name))
    }

    /// The error for a variable that exists, but not over groups.
    pub(super) fn outside_of_group(&self, name: &str, span: Span) -> Option<Error> {
        let groups = self.groups.as_ref()?;
        let ambiguous = match &groups.place {
            Place::Item => groups.rows.find(name).is_some(),
            Place::After { ambiguous, .. } => ambiguous.contains(name),
        };
        let error = if ambiguous {
            let message = format!("{name} stands beside an aggregate, but is not grouped by");
            let detail = ErrorDetail::AmbiguousAggregationExpression;
            Error::syntax(detail, span, message)
                .hint("make it an item of its own in a WITH before, and use its name")
        } else {
            groups.rows.find(name)?;
            let message = format!("{name} is not projected, so it is not known any more");
            Error::syntax(ErrorDetail::UndefinedVariable, span, message)
        };
        Some(error)
    }

    pub(super) fn count_star(&mut self, ast: &'a ast::Expression) -> Result<Formed> {
        self.aggregate_variable(ast, |_| {
            let aggregate = Aggregate {
                function: "count(*)".into(),
                distinct: false,
                arguments: Vec::new(),
            };
            Ok((aggregate, Type::Integer))
        })
    }

    pub(super) fn aggregate(
        &mut self,
        ast: &'a ast::Expression,
        function: &Function,
        name: &'a ast::QualifiedName,
        distinct: bool,
        arguments: &'a [ast::Expression],
    ) -> Result<Formed> {
        self.aggregate_variable(ast, |binder| {
            let (arguments, value_type) = binder.arguments(function, name, arguments)?;
            let aggregate = Aggregate {
                function: function.name.into(),
                distinct,
                arguments,
            };
            Ok((aggregate, value_type))
        })
    }

    /// The variable of an aggregate, which is computed once however often it is written.
    fn aggregate_variable(
        &mut self,
        ast: &'a ast::Expression,
        bind: impl FnOnce(&mut Self) -> Result<(Aggregate, Type)>,
    ) -> Result<Formed> {
        if self.inside_aggregate {
            let message = "an aggregate stands in the arguments of another";
            let error = Error::syntax(ErrorDetail::NestedAggregation, ast.span, message);
            return Err(error.hint("compute the inner one in a WITH before"));
        }
        let Some(mut groups) = self.groups.take().filter(|_| self.element_names.is_empty()) else {
            let message = "an aggregate stands only in an item of WITH or RETURN, by itself or as \
                           part of a calculation";
            let error = Error::syntax(ErrorDetail::InvalidAggregation, ast.span, message);
            return Err(error.hint("compute it in a WITH before, and use its name"));
        };
        let known = groups
            .aggregates
            .iter()
            .find(|(known, _)| same(known.written, ast))
            .map(|(known, _)| {
                (
                    E::Variable(known.variable.clone()),
                    known.value_type.clone(),
                )
            });
        let result = match known {
            Some(known) => Ok(known),
            None => self.new_aggregate(ast, &mut groups, bind),
        };
        self.groups = Some(groups);
        result
    }

    fn new_aggregate(
        &mut self,
        ast: &'a ast::Expression,
        groups: &mut Groups<'a>,
        bind: impl FnOnce(&mut Self) -> Result<(Aggregate, Type)>,
    ) -> Result<Formed> {
        let after = matches!(groups.place, Place::After { .. });
        let scope = self.scope.clone();
        if after {
            // Only for the error, where the arguments name what is not known any more.
            self.groups = Some(groups.clone());
        } else {
            self.scope = groups.rows.clone();
        }
        self.inside_aggregate = true;
        let result = bind(self);
        self.inside_aggregate = false;
        self.groups = None;
        self.scope = scope;
        let (aggregate, value_type) = result?;
        if after {
            let message = "the aggregate is not among the items";
            let error = Error::syntax(ErrorDetail::InvalidAggregation, ast.span, message);
            return Err(error.hint("make it an item, and use its name"));
        }
        let variable = groups.whole_item.take().unwrap_or_else(|| self.unnamed());
        let known = Repeatable::new(ast, variable.clone(), value_type.clone());
        groups.aggregates.push((known, aggregate));
        Ok((E::Variable(variable), value_type))
    }
}
