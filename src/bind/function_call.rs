//! Calls of functions: the row of the table, the number and the types of the arguments.

use super::binder::{Binder, Typed};
use super::bound::Expression;
use super::build_expression::{Formed, unexpected};
use super::expression::Expression as E;
use super::type_check::accepts;
use crate::error::{Error, ErrorDetail, Result};
use crate::functions::{self, Function, Purity, Signature};
use crate::parse::ast;
use crate::value::Type;

impl<'a> Binder<'a> {
    pub(super) fn call(
        &mut self,
        ast: &'a ast::Expression,
        name: &'a ast::QualifiedName,
        distinct: bool,
        arguments: &'a [ast::Expression],
    ) -> Result<Formed> {
        let Some(function) = functions::find(&name.dotted()) else {
            return self.call_of_unknown(name, arguments);
        };
        if function.is_aggregate() {
            return self.aggregate(ast, function, name, distinct, arguments);
        }
        if distinct {
            let message = format!("DISTINCT is for aggregates; {} is none", function.name);
            return Err(unexpected(name.span, message));
        }
        if self.inside_aggregate && function.purity == Purity::Volatile {
            let message = format!("{} gives another value each time", function.name);
            let error = Error::syntax(ErrorDetail::NonConstantExpression, ast.span, message);
            return Err(error.hint("compute it in a WITH before it is aggregated"));
        }
        let (arguments, value_type) = self.arguments(function, name, arguments)?;
        let call = E::Call {
            function: function.name.into(),
            arguments,
            span: ast.span,
        };
        Ok((call, value_type))
    }

    /// Binds and checks the arguments of a call; returns what the call gives too.
    pub(super) fn arguments(
        &mut self,
        function: &Function,
        name: &'a ast::QualifiedName,
        arguments: &'a [ast::Expression],
    ) -> Result<(Vec<Expression>, Type)> {
        let overloads: Vec<Signature> = function
            .overloads()
            .filter(|overload| {
                let (least, greatest) = overload.arity();
                arguments.len() >= least
                    && greatest.is_none_or(|greatest| arguments.len() <= greatest)
            })
            .collect();
        if overloads.is_empty() {
            return Err(wrong_number(function, name, arguments.len()));
        }
        let arguments: Vec<Typed> = arguments
            .iter()
            .map(|argument| self.expression(argument))
            .collect::<Result<_>>()?;
        let mut value_type = None;
        for overload in &overloads {
            if first_mismatch(overload, &arguments).is_none() {
                let result = &overload.result;
                value_type = Some(match value_type {
                    Some(other) => result.join(&other),
                    None => result.clone(),
                });
            }
        }
        let Some(value_type) = value_type else {
            return Err(wrong_type(function, &overloads, &arguments));
        };
        let arguments = arguments.into_iter().map(|argument| argument.expression);
        Ok((arguments.collect(), value_type))
    }

    /// Names that are no rows of the table: an older form, and what is left out on purpose.
    fn call_of_unknown(
        &mut self,
        name: &'a ast::QualifiedName,
        arguments: &'a [ast::Expression],
    ) -> Result<Formed> {
        let written = name.dotted();
        let lower = written.to_lowercase();
        match (lower.as_str(), arguments) {
            ("exists", [operand]) => {
                let is_null = E::IsNull(self.boxed(operand)?);
                return Ok((E::Not(Box::new(is_null)), Type::Boolean));
            }
            ("point" | "distance" | "point.distance" | "point.withinbbox", _) => {
                let message = format!("{written}(): there are no spatial values");
                let error = Error::unsupported(message).at(name.span);
                return Err(error.hint("keep coordinates as two numbers"));
            }
            _ => {}
        }
        let message = format!("there is no function {written}");
        let error = Error::syntax(ErrorDetail::UnknownFunction, name.span, message);
        Err(match functions::suggest(&written) {
            _ if self.environment.procedures.find(&written).is_some() => {
                error.hint(format!("{written} is a procedure: CALL {written}()"))
            }
            Some(hint) => error.hint(hint),
            None => error,
        })
    }
}

/// The index of the first argument that is certainly not of the wanted type.
fn first_mismatch(overload: &Signature, arguments: &[Typed]) -> Option<usize> {
    arguments.iter().enumerate().position(|(index, argument)| {
        overload
            .argument_type(index)
            .is_some_and(|wanted| !accepts(wanted, &argument.value_type))
    })
}

fn wrong_number(function: &Function, name: &ast::QualifiedName, given: usize) -> Error {
    let message = format!("{} does not take {}", function.name, count(given));
    Error::syntax(ErrorDetail::InvalidNumberOfArguments, name.span, message).hint(usage(function))
}

fn wrong_type(function: &Function, overloads: &[Signature], arguments: &[Typed]) -> Error {
    // The overload that goes along furthest is the one that was meant.
    let furthest = overloads
        .iter()
        .filter_map(|overload| first_mismatch(overload, arguments))
        .max()
        .unwrap_or(0);
    let Some(argument) = arguments.get(furthest) else {
        return Error::internal("a call without arguments has an argument of a wrong type");
    };
    let message = format!("{} does not take {}", function.name, argument.value_type);
    Error::syntax(ErrorDetail::InvalidArgumentType, argument.span, message).hint(usage(function))
}

/// How a function is called.
fn usage(function: &Function) -> String {
    let usages: Vec<String> = function
        .overloads()
        .map(|signature| format!("{}{signature}", function.name))
        .collect();
    format!("it is called as {}", usages.join(" or "))
}

/// A number of arguments in words.
pub(super) fn count(arguments: usize) -> String {
    match arguments {
        0 => "no arguments".to_owned(),
        1 => "1 argument".to_owned(),
        more => format!("{more} arguments"),
    }
}
