//! Operators: logic, comparison, arithmetic, strings and lists.

use super::binder::{Binder, Typed};
use super::bound::Expression;
use super::build_expression::{Formed, with_definitions};
use super::expression::{Arithmetic, Comparison, Expression as E, TextPredicate};
use super::type_check::arithmetic_type;
use crate::error::{Error, ErrorDetail, Result};
use crate::parse::ast::{self, BinaryOperator as B, ExpressionKind as K};
use crate::parse::span::Span;
use crate::value::Type;

impl<'a> Binder<'a> {
    pub(super) fn unary(
        &mut self,
        operator: ast::UnaryOperator,
        operand: &'a ast::Expression,
    ) -> Result<Formed> {
        if operator == ast::UnaryOperator::Not {
            let operand = Box::new(self.predicate(operand)?);
            return Ok((E::Not(operand), Type::Boolean));
        }
        let operand = self.expression(operand)?;
        if operand.value_type != Type::Duration {
            self.expect(&operand, &Type::Number)?;
        }
        let expression = match operator {
            ast::UnaryOperator::Minus => E::Negate(Box::new(operand.expression)),
            _ => operand.expression,
        };
        Ok((expression, operand.value_type))
    }

    pub(super) fn binary(
        &mut self,
        operator: B,
        left: &'a ast::Expression,
        right: &'a ast::Expression,
        span: Span,
    ) -> Result<Formed> {
        match operator {
            B::And => Ok((E::And(self.chain(B::And, left, right)?), Type::Boolean)),
            B::Or => Ok((E::Or(self.chain(B::Or, left, right)?), Type::Boolean)),
            B::Xor => {
                let (left, right) = (self.predicate(left)?, self.predicate(right)?);
                Ok((E::Xor(Box::new(left), Box::new(right)), Type::Boolean))
            }
            B::Add => self.arithmetic(Arithmetic::Add, left, right, span),
            B::Subtract => self.arithmetic(Arithmetic::Subtract, left, right, span),
            B::Multiply => self.arithmetic(Arithmetic::Multiply, left, right, span),
            B::Divide => self.arithmetic(Arithmetic::Divide, left, right, span),
            B::Modulo => self.arithmetic(Arithmetic::Modulo, left, right, span),
            B::Power => self.arithmetic(Arithmetic::Power, left, right, span),
            B::Concatenate => self.arithmetic(Arithmetic::Concatenate, left, right, span),
            B::In => {
                let element = self.boxed(left)?;
                let list = self.expecting(right, &Type::List(Box::new(Type::Any)))?;
                Ok((E::In(element, Box::new(list)), Type::Boolean))
            }
            B::StartsWith => self.text_predicate(TextPredicate::StartsWith, left, right),
            B::EndsWith => self.text_predicate(TextPredicate::EndsWith, left, right),
            B::Contains => self.text_predicate(TextPredicate::Contains, left, right),
            B::Matches => self.text_predicate(TextPredicate::Matches, left, right),
        }
    }

    /// The operands of a chain of `AND`s or `OR`s, each a predicate.
    fn chain(
        &mut self,
        operator: B,
        left: &'a ast::Expression,
        right: &'a ast::Expression,
    ) -> Result<Vec<Expression>> {
        let mut operands = Vec::new();
        flatten(operator, left, &mut operands);
        flatten(operator, right, &mut operands);
        operands
            .into_iter()
            .map(|operand| self.predicate(operand))
            .collect()
    }

    /// The predicates that must all hold, cut at the top-level `AND`s.
    pub fn conjuncts(&mut self, ast: &'a ast::Expression) -> Result<Vec<Expression>> {
        let mut operands = Vec::new();
        flatten(B::And, ast, &mut operands);
        operands
            .into_iter()
            .map(|operand| self.predicate(operand))
            .collect()
    }

    fn arithmetic(
        &mut self,
        operator: Arithmetic,
        left: &'a ast::Expression,
        right: &'a ast::Expression,
        span: Span,
    ) -> Result<Formed> {
        let left = self.expression(left)?;
        let right = self.expression(right)?;
        let Some(value_type) = arithmetic_type(operator, &left.value_type, &right.value_type)
        else {
            return Err(wrong_operands(&left, &right, span));
        };
        let expression = E::Arithmetic {
            operator,
            left: Box::new(left.expression),
            right: Box::new(right.expression),
            span,
        };
        Ok((expression, value_type))
    }

    /// Other values than strings give null, so their types are no mistake.
    fn text_predicate(
        &mut self,
        predicate: TextPredicate,
        left: &'a ast::Expression,
        right: &'a ast::Expression,
    ) -> Result<Formed> {
        let (left, right) = (self.boxed(left)?, self.boxed(right)?);
        Ok((E::Text(predicate, left, right), Type::Boolean))
    }

    /// `a < b <= c`: `a < b AND b <= c`, with `b` computed once.
    pub(super) fn comparison(
        &mut self,
        first: &'a ast::Expression,
        rest: &'a [(ast::ComparisonOperator, ast::Expression)],
    ) -> Result<Formed> {
        let mut left = self.value(first)?;
        let mut definitions = Vec::new();
        let mut tests = Vec::with_capacity(rest.len());
        for (index, (operator, operand)) in rest.iter().enumerate() {
            let mut right = self.value(operand)?;
            if index + 1 < rest.len() {
                let (reused, definition) = self.reusable(right);
                definitions.extend(definition);
                right = reused;
            }
            let next = right.clone();
            tests.push(E::Comparison(
                comparison_operator(*operator),
                Box::new(left),
                Box::new(right),
            ));
            left = next;
        }
        let comparison = match tests.pop() {
            Some(only) if tests.is_empty() => only,
            last => {
                tests.extend(last);
                E::And(tests)
            }
        };
        Ok((with_definitions(definitions, comparison), Type::Boolean))
    }
}

/// Collects the operands of a chain of one operator, from left to right. The chain leans to the
/// left and may be long; what leans to the right was put in parentheses.
fn flatten<'a>(operator: B, ast: &'a ast::Expression, operands: &mut Vec<&'a ast::Expression>) {
    let mut waiting = vec![ast];
    while let Some(next) = waiting.pop() {
        match &next.kind {
            K::Binary(found, left, right) if *found == operator => {
                waiting.push(right);
                waiting.push(left);
            }
            _ => operands.push(next),
        }
    }
}

fn wrong_operands(left: &Typed, right: &Typed, span: Span) -> Error {
    let message = format!(
        "the operator does not take {} and {}",
        left.value_type, right.value_type
    );
    Error::syntax(ErrorDetail::InvalidArgumentType, span, message)
}

fn comparison_operator(operator: ast::ComparisonOperator) -> Comparison {
    match operator {
        ast::ComparisonOperator::Equal => Comparison::Equal,
        ast::ComparisonOperator::NotEqual => Comparison::NotEqual,
        ast::ComparisonOperator::Less => Comparison::Less,
        ast::ComparisonOperator::LessOrEqual => Comparison::LessOrEqual,
        ast::ComparisonOperator::Greater => Comparison::Greater,
        ast::ComparisonOperator::GreaterOrEqual => Comparison::GreaterOrEqual,
    }
}
