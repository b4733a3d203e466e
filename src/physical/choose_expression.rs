//! Logical expressions to compiled ones.

use std::sync::Arc;

use super::choose::Chooser;
use super::expression::Expression;
use super::layout::Layout;
use crate::bind::expression::Expression as E;
use crate::error::{Error, Result};
use crate::functions;
use crate::logical;
use crate::value::TypeTest;

impl Chooser {
    /// Compiles an expression over the columns of `layout`.
    pub(super) fn expression(
        &mut self,
        expression: &logical::Expression,
        layout: &Layout,
    ) -> Result<Expression> {
        Ok(match expression {
            E::Literal(value) => Expression::Constant(value.clone()),
            E::Parameter(name) => Expression::Parameter(name.clone()),
            E::Variable(name) => Expression::Slot(layout.slot(name)?),
            E::Property { object, key, span } => Expression::Property {
                object: self.boxed(object, layout)?,
                key: key.clone(),
                span: *span,
            },
            E::Index(container, index) => {
                Expression::Index(self.boxed(container, layout)?, self.boxed(index, layout)?)
            }
            E::Slice { list, from, to } => Expression::Slice {
                list: self.boxed(list, layout)?,
                from: self.optional_box(from.as_deref(), layout)?,
                to: self.optional_box(to.as_deref(), layout)?,
            },
            E::Not(operand) => Expression::Not(self.boxed(operand, layout)?),
            E::Negate(operand) => Expression::Negate(self.boxed(operand, layout)?),
            E::And(parts) => Expression::And(self.expressions(parts, layout)?),
            E::Or(parts) => Expression::Or(self.expressions(parts, layout)?),
            E::Xor(left, right) => {
                Expression::Xor(self.boxed(left, layout)?, self.boxed(right, layout)?)
            }
            E::Comparison(operator, left, right) => Expression::Comparison(
                *operator,
                self.boxed(left, layout)?,
                self.boxed(right, layout)?,
            ),
            E::Arithmetic {
                operator,
                left,
                right,
                span,
            } => Expression::Arithmetic {
                operator: *operator,
                left: self.boxed(left, layout)?,
                right: self.boxed(right, layout)?,
                span: *span,
            },
            E::Text(predicate, left, right) => Expression::Text(
                *predicate,
                self.boxed(left, layout)?,
                self.boxed(right, layout)?,
            ),
            E::In(element, list) => {
                Expression::In(self.boxed(element, layout)?, self.boxed(list, layout)?)
            }
            E::IsNull(operand) => Expression::IsNull(self.boxed(operand, layout)?),
            E::HasLabels(operand, labels) => {
                Expression::HasLabels(self.boxed(operand, layout)?, labels.clone())
            }
            E::IsTyped(operand, type_name) => {
                Expression::IsTyped(self.boxed(operand, layout)?, TypeTest::parse(type_name)?)
            }
            E::List(elements) => Expression::List(self.expressions(elements, layout)?),
            E::Map(entries) => Expression::Map(self.named(entries, layout)?),
            E::MapProjection { base, all, entries } => Expression::MapProjection {
                base: self.boxed(base, layout)?,
                all: *all,
                entries: self.named(entries, layout)?,
            },
            E::Call {
                function,
                arguments,
                ..
            } if function.as_ref() == "coalesce" => {
                Expression::Coalesce(self.expressions(arguments, layout)?)
            }
            E::Call {
                function,
                arguments,
                span,
            } => Expression::Call {
                function: functions::find(function).ok_or_else(|| {
                    Error::internal(format!("the plan calls an unknown function `{function}`"))
                })?,
                arguments: self.expressions(arguments, layout)?,
                span: *span,
            },
            E::Case {
                alternatives,
                otherwise,
            } => Expression::Case {
                alternatives: alternatives
                    .iter()
                    .map(|(condition, value)| {
                        Ok((
                            self.expression(condition, layout)?,
                            self.expression(value, layout)?,
                        ))
                    })
                    .collect::<Result<_>>()?,
                otherwise: self.optional_box(otherwise.as_deref(), layout)?,
            },
            E::Let {
                variable,
                value,
                body,
            } => Expression::Let {
                value: self.boxed(value, layout)?,
                body: self.boxed(body, &layout.with(variable))?,
            },
            E::ListComprehension {
                variable,
                list,
                predicate,
                projection,
            } => {
                let inner = layout.with(variable);
                Expression::ListComprehension {
                    list: self.boxed(list, layout)?,
                    predicate: self.optional_box(predicate.as_deref(), &inner)?,
                    projection: self.optional_box(projection.as_deref(), &inner)?,
                }
            }
            E::Quantifier {
                quantifier,
                variable,
                list,
                predicate,
            } => Expression::Quantifier {
                quantifier: *quantifier,
                list: self.boxed(list, layout)?,
                predicate: self.boxed(predicate, &layout.with(variable))?,
            },
            E::Reduce {
                accumulator,
                initial,
                variable,
                list,
                step,
            } => Expression::Reduce {
                initial: self.boxed(initial, layout)?,
                list: self.boxed(list, layout)?,
                step: self.boxed(step, &layout.with(accumulator).with(variable))?,
            },
            E::Path(elements) => Expression::Path(self.expressions(elements, layout)?),
            E::Subquery {
                kind,
                query,
                imports,
            } => Expression::Subquery {
                kind: *kind,
                plan: Arc::new(self.subplan(query, imports, layout)?.0),
            },
        })
    }

    /// Compiles a list of expressions.
    pub(super) fn expressions(
        &mut self,
        expressions: &[logical::Expression],
        layout: &Layout,
    ) -> Result<Vec<Expression>> {
        expressions
            .iter()
            .map(|expression| self.expression(expression, layout))
            .collect()
    }

    /// Compiles expressions with their names.
    pub(super) fn named(
        &mut self,
        items: &[(Arc<str>, logical::Expression)],
        layout: &Layout,
    ) -> Result<Vec<(Arc<str>, Expression)>> {
        items
            .iter()
            .map(|(name, expression)| Ok((name.clone(), self.expression(expression, layout)?)))
            .collect()
    }

    /// Compiles an expression that may be missing.
    pub(super) fn optional(
        &mut self,
        expression: Option<&logical::Expression>,
        layout: &Layout,
    ) -> Result<Option<Expression>> {
        expression
            .map(|expression| self.expression(expression, layout))
            .transpose()
    }

    fn boxed(
        &mut self,
        expression: &logical::Expression,
        layout: &Layout,
    ) -> Result<Box<Expression>> {
        self.expression(expression, layout).map(Box::new)
    }

    fn optional_box(
        &mut self,
        expression: Option<&logical::Expression>,
        layout: &Layout,
    ) -> Result<Option<Box<Expression>>> {
        expression
            .map(|expression| self.boxed(expression, layout))
            .transpose()
    }
}
