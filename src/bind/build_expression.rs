//! Expressions of the syntax tree to bound ones, one function per form.

use std::sync::Arc;

use super::binder::{Binder, Typed};
use super::bound::Expression;
use super::expression::{Expression as E, Labels};
use super::type_check::{element_type, has_properties};
use super::warnings::NameKind;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::parse::ast::{self, ExpressionKind as K};
use crate::parse::span::Span;
use crate::value::{Type, Value};

/// A form of an expression with its type.
pub(super) type Formed = (Expression, Type);

/// Stack that one level of nesting may take, and how much is added where it is not there.
const STACK_PER_LEVEL: usize = 128 * 1024;
const STACK_ADDED: usize = 2 * 1024 * 1024;

/// Runs one level of a recursion with room on the stack for the next.
pub(super) fn with_room<T>(level: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(STACK_PER_LEVEL, STACK_ADDED, level)
}

impl<'a> Binder<'a> {
    /// Binds an expression.
    pub fn expression(&mut self, ast: &'a ast::Expression) -> Result<Typed> {
        with_room(|| {
            if let Some(of_group) = self.of_group(ast) {
                return Ok(of_group);
            }
            let (expression, value_type) = self.form(ast)?;
            Ok(Typed {
                expression,
                value_type,
                span: ast.span,
            })
        })
    }

    /// Binds an expression whose type does not matter.
    pub fn value(&mut self, ast: &'a ast::Expression) -> Result<Expression> {
        Ok(self.expression(ast)?.expression)
    }

    /// Binds an expression that must give a value of a certain type.
    pub fn expecting(&mut self, ast: &'a ast::Expression, wanted: &Type) -> Result<Expression> {
        let typed = self.expression(ast)?;
        self.expect(&typed, wanted)?;
        Ok(typed.expression)
    }

    /// Binds an expression that must be true, false or null.
    pub fn predicate(&mut self, ast: &'a ast::Expression) -> Result<Expression> {
        self.expecting(ast, &Type::Boolean)
    }

    pub(super) fn boxed(&mut self, ast: &'a ast::Expression) -> Result<Box<Expression>> {
        Ok(Box::new(self.value(ast)?))
    }

    fn form(&mut self, ast: &'a ast::Expression) -> Result<Formed> {
        let span = ast.span;
        match &ast.kind {
            K::Literal(literal) => Ok(literal_value(literal)),
            K::Parameter(name) => Ok((self.parameter(name, span)?, Type::Any)),
            K::Variable(name) => {
                let binding = self.resolve(name, span)?;
                Ok((E::Variable(binding.variable), binding.value_type))
            }
            K::Property(object, key) => self.property(object, key),
            K::Index(container, index) => self.index(container, index),
            K::Slice(list, from, to) => self.slice(list, from.as_deref(), to.as_deref()),
            K::Unary(operator, operand) => self.unary(*operator, operand),
            K::Binary(operator, left, right) => self.binary(*operator, left, right, span),
            K::Comparison(first, rest) => self.comparison(first, rest),
            K::NullTest { operand, negated } => {
                let test = E::IsNull(self.boxed(operand)?);
                Ok((negated_if(*negated, test), Type::Boolean))
            }
            K::LabelTest { operand, labels } => self.label_test(operand, labels),
            K::TypeTest {
                operand,
                type_name,
                negated,
            } => {
                let test = E::IsTyped(self.boxed(operand)?, type_name.as_str().into());
                Ok((negated_if(*negated, test), Type::Boolean))
            }
            K::List(elements) => self.list(elements),
            K::Map(entries) => self.map(entries),
            K::MapProjection { variable, elements } => self.map_projection(variable, elements),
            K::Call {
                name,
                distinct,
                arguments,
            } => self.call(ast, name, *distinct, arguments),
            K::CountStar => self.count_star(ast),
            K::Case {
                operand,
                alternatives,
                otherwise,
            } => self.case(operand.as_deref(), alternatives, otherwise.as_deref()),
            K::ListComprehension {
                variable,
                list,
                predicate,
                projection,
            } => {
                self.list_comprehension(variable, list, predicate.as_deref(), projection.as_deref())
            }
            K::PatternComprehension {
                path,
                predicate,
                projection,
            } => self.pattern_comprehension(path, predicate.as_deref(), projection),
            K::Quantifier {
                quantifier,
                variable,
                list,
                predicate,
            } => self.quantifier(*quantifier, variable, list, predicate),
            K::Reduce {
                accumulator,
                initial,
                variable,
                list,
                step,
            } => self.reduce((accumulator, initial), (variable, list), step),
            K::Pattern(path) => self.pattern_expression(path),
            K::Exists(subquery) => self.exists(subquery),
            K::Count(subquery) => self.count(subquery),
            K::Collect(subquery) => self.collect(subquery, span),
        }
    }

    fn property(
        &mut self,
        object: &'a ast::Expression,
        key: &'a ast::Identifier,
    ) -> Result<Formed> {
        let object = self.expression(object)?;
        if !has_properties(&object.value_type) {
            let message = format!("a value of type {} has no properties", object.value_type);
            // A path is an element of the graph, for which this is a matter of syntax.
            let kind = match object.value_type {
                Type::Path => ErrorKind::SyntaxError,
                _ => ErrorKind::TypeError,
            };
            let error = Error::new(kind, ErrorDetail::InvalidArgumentType, message);
            return Err(error.compile_time().at(object.span.to(key.span)));
        }
        if matches!(object.value_type, Type::Node | Type::Relationship) {
            self.observations.read(NameKind::PropertyKey, key);
        }
        let value_type = match object.value_type {
            Type::Null => Type::Null,
            Type::Duration => Type::Integer,
            _ => Type::Any,
        };
        Ok((property_of(object.expression, key), value_type))
    }

    fn index(
        &mut self,
        container: &'a ast::Expression,
        index: &'a ast::Expression,
    ) -> Result<Formed> {
        let container = self.expression(container)?;
        let index = self.expression(index)?;
        let refuse = |place: &Typed, detail: ErrorDetail, message: String| {
            let error = Error::new(ErrorKind::TypeError, detail, message);
            Err(error.compile_time().at(place.span))
        };
        let value_type = match &container.value_type {
            Type::List(element) => {
                if !Type::Integer.may_be(&index.value_type) {
                    let message = format!("a list has no element at {}", index.value_type);
                    let detail = ErrorDetail::ListElementAccessByNonInteger;
                    return refuse(&index, detail, message);
                }
                (**element).clone()
            }
            Type::Any | Type::Map | Type::Node | Type::Relationship => Type::Any,
            Type::Null => Type::Null,
            other => {
                let message = format!("a value of type {other} has no elements");
                return refuse(&container, ErrorDetail::InvalidArgumentType, message);
            }
        };
        let expression = E::Index(Box::new(container.expression), Box::new(index.expression));
        Ok((expression, value_type))
    }

    fn slice(
        &mut self,
        list: &'a ast::Expression,
        from: Option<&'a ast::Expression>,
        to: Option<&'a ast::Expression>,
    ) -> Result<Formed> {
        let any_list = Type::List(Box::new(Type::Any));
        let list = self.expression(list)?;
        self.expect(&list, &any_list)?;
        let mut bound = |bound: Option<&'a ast::Expression>| -> Result<_> {
            bound
                .map(|bound| Ok(Box::new(self.expecting(bound, &Type::Integer)?)))
                .transpose()
        };
        let (from, to) = (bound(from)?, bound(to)?);
        let value_type = Type::List(Box::new(element_type(&list.value_type)));
        let list = Box::new(list.expression);
        Ok((E::Slice { list, from, to }, value_type))
    }

    fn label_test(
        &mut self,
        operand: &'a ast::Expression,
        labels: &'a ast::LabelExpression,
    ) -> Result<Formed> {
        let operand = self.expression(operand)?;
        let kind = match operand.value_type {
            Type::Node => Some(NameKind::Label),
            Type::Relationship => Some(NameKind::RelationshipType),
            Type::Any | Type::Null => None,
            ref other => {
                let message = format!("only nodes and relationships have labels, not {other}");
                let detail = ErrorDetail::InvalidArgumentType;
                return Err(Error::syntax(detail, operand.span, message));
            }
        };
        let labels = self.labels(labels, kind);
        let expression = E::HasLabels(Box::new(operand.expression), labels);
        Ok((expression, Type::Boolean))
    }

    /// Binds labels or types that are looked for.
    pub fn labels(&mut self, labels: &'a ast::LabelExpression, kind: Option<NameKind>) -> Labels {
        use ast::LabelExpression as L;
        let mut all = |parts: &'a [L]| parts.iter().map(|part| self.labels(part, kind)).collect();
        match labels {
            L::And(parts) => Labels::And(all(parts)),
            L::Or(parts) => Labels::Or(all(parts)),
            L::Not(negated) => Labels::Not(Box::new(self.labels(negated, kind))),
            L::Any(_) => Labels::Any,
            L::Name(name) => {
                if let Some(kind) = kind {
                    self.observations.read(kind, name);
                }
                Labels::Name(name.name.as_str().into())
            }
        }
    }

    fn list(&mut self, elements: &'a [ast::Expression]) -> Result<Formed> {
        let mut value_type = Type::Null;
        let mut bound = Vec::with_capacity(elements.len());
        for element in elements {
            let element = self.expression(element)?;
            value_type = value_type.join(&element.value_type);
            bound.push(element.expression);
        }
        Ok((E::List(bound), Type::List(Box::new(value_type))))
    }

    fn map(&mut self, entries: &'a [(ast::Identifier, ast::Expression)]) -> Result<Formed> {
        let entries = entries
            .iter()
            .map(|(key, value)| Ok((key.name.as_str().into(), self.value(value)?)))
            .collect::<Result<_>>()?;
        Ok((E::Map(entries), Type::Map))
    }

    fn map_projection(
        &mut self,
        variable: &'a ast::Identifier,
        elements: &'a [ast::MapProjectionElement],
    ) -> Result<Formed> {
        use ast::MapProjectionElement as Element;
        let base = self.resolve(&variable.name, variable.span)?;
        let is_entity = matches!(base.value_type, Type::Node | Type::Relationship);
        if !is_entity && !matches!(base.value_type, Type::Any | Type::Null | Type::Map) {
            let message = format!("a value of type {} has no properties", base.value_type);
            let detail = ErrorDetail::InvalidArgumentType;
            return Err(Error::syntax(detail, variable.span, message));
        }
        let base = E::Variable(base.variable);
        let mut all = false;
        let mut entries: Vec<(Arc<str>, Expression)> = Vec::with_capacity(elements.len());
        for element in elements {
            match element {
                Element::AllProperties(_) => all = true,
                Element::Property(key) => {
                    if is_entity {
                        self.observations.read(NameKind::PropertyKey, key);
                    }
                    entries.push((key.name.as_str().into(), property_of(base.clone(), key)));
                }
                Element::Variable(name) => {
                    let binding = self.resolve(&name.name, name.span)?;
                    entries.push((name.name.as_str().into(), E::Variable(binding.variable)));
                }
                Element::Entry(key, value) => {
                    entries.push((key.name.as_str().into(), self.value(value)?));
                }
            }
        }
        let base = Box::new(base);
        Ok((E::MapProjection { base, all, entries }, Type::Map))
    }

    fn case(
        &mut self,
        operand: Option<&'a ast::Expression>,
        alternatives: &'a [(Vec<ast::Expression>, ast::Expression)],
        otherwise: Option<&'a ast::Expression>,
    ) -> Result<Formed> {
        let operand = operand
            .map(|operand| self.expression(operand))
            .transpose()?;
        let operand = operand.map(|operand| self.reusable(operand.expression));
        let mut value_type = Type::Null;
        let mut bound = Vec::with_capacity(alternatives.len());
        for (conditions, value) in alternatives {
            let mut tests = Vec::with_capacity(conditions.len());
            for condition in conditions {
                tests.push(match &operand {
                    Some((operand, _)) => {
                        let condition = self.boxed(condition)?;
                        let operator = super::expression::Comparison::Equal;
                        E::Comparison(operator, Box::new(operand.clone()), condition)
                    }
                    None => self.predicate(condition)?,
                });
            }
            let value = self.expression(value)?;
            value_type = value_type.join(&value.value_type);
            bound.push((any_of(tests), value.expression));
        }
        let otherwise = match otherwise {
            Some(value) => {
                let value = self.expression(value)?;
                value_type = value_type.join(&value.value_type);
                Some(Box::new(value.expression))
            }
            None => None,
        };
        let case = E::Case {
            alternatives: bound,
            otherwise,
        };
        let definition = operand.and_then(|(_, definition)| definition);
        Ok((with_definitions(definition, case), value_type))
    }

    /// An expression that may stand in several places: itself where it costs nothing, else a
    /// variable, with its definition.
    pub(super) fn reusable(
        &mut self,
        expression: Expression,
    ) -> (Expression, Option<(Arc<str>, Expression)>) {
        match expression {
            E::Literal(_) | E::Parameter(_) | E::Variable(_) => (expression, None),
            _ => {
                let variable = self.unnamed();
                (E::Variable(variable.clone()), Some((variable, expression)))
            }
        }
    }
}

/// The body inside of its definitions, the first one outermost.
pub(super) fn with_definitions(
    definitions: impl IntoIterator<Item = (Arc<str>, Expression), IntoIter: DoubleEndedIterator>,
    body: Expression,
) -> Expression {
    let definitions = definitions.into_iter().rev();
    definitions.fold(body, |body, (variable, value)| E::Let {
        variable,
        value: Box::new(value),
        body: Box::new(body),
    })
}

/// A property of a bound object.
pub(super) fn property_of(object: Expression, key: &ast::Identifier) -> Expression {
    E::Property {
        object: Box::new(object),
        key: key.name.as_str().into(),
        span: key.span,
    }
}

pub(super) fn negated_if(negated: bool, expression: Expression) -> Expression {
    match negated {
        true => E::Not(Box::new(expression)),
        false => expression,
    }
}

fn any_of(mut tests: Vec<Expression>) -> Expression {
    match tests.pop() {
        Some(only) if tests.is_empty() => only,
        last => {
            tests.extend(last);
            E::Or(tests)
        }
    }
}

fn literal_value(literal: &ast::Literal) -> Formed {
    let value = match literal {
        ast::Literal::Null => Value::Null,
        ast::Literal::Boolean(boolean) => Value::Boolean(*boolean),
        ast::Literal::Integer(integer) => Value::Integer(*integer),
        ast::Literal::Float(float) => Value::Float(*float),
        ast::Literal::String(text) => Value::String(text.as_str().into()),
    };
    let value_type = value.value_type();
    (E::Literal(value), value_type)
}

/// The error for something that cannot stand where it does.
pub(super) fn unexpected(span: Span, message: impl Into<String>) -> Error {
    Error::syntax(ErrorDetail::UnexpectedSyntax, span, message)
}
