//! Bound expressions to logical ones: the same, with plans for subqueries.

use super::build::Builder;
use super::plan::{Expression, Plan, Variable};
use crate::bind::bound;
use crate::bind::expression::{Expression as E, SubqueryKind};
use crate::error::Result;

impl Builder {
    /// The logical form of an expression.
    pub(super) fn expression(&mut self, expression: bound::Expression) -> Result<Expression> {
        let result = match expression {
            E::Literal(value) => E::Literal(value),
            E::Parameter(name) => E::Parameter(name),
            E::Variable(name) => E::Variable(name),
            E::Property { object, key, span } => E::Property {
                object: self.boxed(*object)?,
                key,
                span,
            },
            E::Index(container, index) => E::Index(self.boxed(*container)?, self.boxed(*index)?),
            E::Slice { list, from, to } => E::Slice {
                list: self.boxed(*list)?,
                from: self.optional_box(from)?,
                to: self.optional_box(to)?,
            },
            E::Not(operand) => E::Not(self.boxed(*operand)?),
            E::Negate(operand) => E::Negate(self.boxed(*operand)?),
            E::And(parts) => E::And(self.expressions(parts)?),
            E::Or(parts) => E::Or(self.expressions(parts)?),
            E::Xor(left, right) => E::Xor(self.boxed(*left)?, self.boxed(*right)?),
            E::Comparison(operator, left, right) => {
                E::Comparison(operator, self.boxed(*left)?, self.boxed(*right)?)
            }
            E::Arithmetic {
                operator,
                left,
                right,
                span,
            } => E::Arithmetic {
                operator,
                left: self.boxed(*left)?,
                right: self.boxed(*right)?,
                span,
            },
            E::Text(predicate, left, right) => {
                E::Text(predicate, self.boxed(*left)?, self.boxed(*right)?)
            }
            E::In(element, list) => E::In(self.boxed(*element)?, self.boxed(*list)?),
            E::IsNull(operand) => E::IsNull(self.boxed(*operand)?),
            E::HasLabels(operand, labels) => E::HasLabels(self.boxed(*operand)?, labels),
            E::IsTyped(operand, type_name) => E::IsTyped(self.boxed(*operand)?, type_name),
            E::List(elements) => E::List(self.expressions(elements)?),
            E::Map(entries) => E::Map(self.named(entries)?),
            E::MapProjection { base, all, entries } => E::MapProjection {
                base: self.boxed(*base)?,
                all,
                entries: self.named(entries)?,
            },
            E::Call {
                function,
                arguments,
                span,
            } => E::Call {
                function,
                arguments: self.expressions(arguments)?,
                span,
            },
            E::Case {
                alternatives,
                otherwise,
            } => E::Case {
                alternatives: alternatives
                    .into_iter()
                    .map(|(condition, value)| {
                        Ok((self.expression(condition)?, self.expression(value)?))
                    })
                    .collect::<Result<_>>()?,
                otherwise: self.optional_box(otherwise)?,
            },
            E::Let {
                variable,
                value,
                body,
            } => E::Let {
                variable,
                value: self.boxed(*value)?,
                body: self.boxed(*body)?,
            },
            E::ListComprehension {
                variable,
                list,
                predicate,
                projection,
            } => E::ListComprehension {
                variable,
                list: self.boxed(*list)?,
                predicate: self.optional_box(predicate)?,
                projection: self.optional_box(projection)?,
            },
            E::Quantifier {
                quantifier,
                variable,
                list,
                predicate,
            } => E::Quantifier {
                quantifier,
                variable,
                list: self.boxed(*list)?,
                predicate: self.boxed(*predicate)?,
            },
            E::Reduce {
                accumulator,
                initial,
                variable,
                list,
                step,
            } => E::Reduce {
                accumulator,
                initial: self.boxed(*initial)?,
                variable,
                list: self.boxed(*list)?,
                step: self.boxed(*step)?,
            },
            E::Path(elements) => E::Path(self.expressions(elements)?),
            E::Subquery {
                kind,
                query,
                imports,
            } => self.subquery(kind, *query, imports)?,
        };
        Ok(result)
    }

    /// A subquery as a plan that starts from its imports; a collected one gives its only column.
    fn subquery(
        &mut self,
        kind: SubqueryKind,
        query: bound::Query,
        imports: Vec<Variable>,
    ) -> Result<Expression> {
        let argument = Plan::Argument {
            variables: imports.clone(),
        };
        let (plan, outputs) = self.query(query, argument)?;
        let plan = match (kind, outputs.first()) {
            (SubqueryKind::Collect, Some(output)) => Plan::Project {
                input: Box::new(plan),
                items: vec![(output.clone(), E::Variable(output.clone()))],
            },
            _ => plan,
        };
        Ok(E::Subquery {
            kind,
            query: Box::new(plan),
            imports,
        })
    }

    /// A list of expressions.
    pub(super) fn expressions(
        &mut self,
        expressions: Vec<bound::Expression>,
    ) -> Result<Vec<Expression>> {
        expressions
            .into_iter()
            .map(|expression| self.expression(expression))
            .collect()
    }

    /// Expressions with their names.
    pub(super) fn named(
        &mut self,
        items: Vec<(Variable, bound::Expression)>,
    ) -> Result<Vec<(Variable, Expression)>> {
        items
            .into_iter()
            .map(|(name, expression)| Ok((name, self.expression(expression)?)))
            .collect()
    }

    /// An expression that may be missing.
    pub(super) fn optional(
        &mut self,
        expression: Option<bound::Expression>,
    ) -> Result<Option<Expression>> {
        expression
            .map(|expression| self.expression(expression))
            .transpose()
    }

    fn boxed(&mut self, expression: bound::Expression) -> Result<Box<Expression>> {
        self.expression(expression).map(Box::new)
    }

    fn optional_box(
        &mut self,
        expression: Option<Box<bound::Expression>>,
    ) -> Result<Option<Box<Expression>>> {
        expression
            .map(|expression| self.boxed(*expression))
            .transpose()
    }
}
