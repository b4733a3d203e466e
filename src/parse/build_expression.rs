//! Expressions: a flat row of operands and operators to a tree.
//!
//! This is operator-precedence parsing (the Pratt parser's method) with stacks of its own in
//! place of recursion: 100,000 signs in a row cost memory for 100,000 signs, and no stack.

use super::ast::*;
use super::build::{
    Builder, Pair, Pairs, defect, depth_above, identifier, part, part_if, span, unexpected,
};
use super::build_literal;
use super::grammar::Rule;
use super::span::Span;
use crate::error::{Error, ErrorDetail, Result};

/// How tightly operators bind; looser ones first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Precedence {
    Or,
    Xor,
    And,
    Not,
    Comparison,
    Predicate,
    Sum,
    Product,
    Power,
    Sign,
}

/// An operator that waits for its right operand.
#[derive(Clone, Copy)]
enum Operator {
    Prefix(UnaryOperator, usize),
    Infix(BinaryOperator),
    Comparison(ComparisonOperator),
}

impl Operator {
    fn precedence(self) -> Precedence {
        match self {
            Operator::Prefix(UnaryOperator::Not, _) => Precedence::Not,
            Operator::Prefix(_, _) => Precedence::Sign,
            Operator::Comparison(_) => Precedence::Comparison,
            Operator::Infix(operator) => match operator {
                BinaryOperator::Or => Precedence::Or,
                BinaryOperator::Xor => Precedence::Xor,
                BinaryOperator::And => Precedence::And,
                BinaryOperator::Add | BinaryOperator::Subtract | BinaryOperator::Concatenate => {
                    Precedence::Sum
                }
                BinaryOperator::Multiply | BinaryOperator::Divide | BinaryOperator::Modulo => {
                    Precedence::Product
                }
                BinaryOperator::Power => Precedence::Power,
                BinaryOperator::In
                | BinaryOperator::StartsWith
                | BinaryOperator::EndsWith
                | BinaryOperator::Contains
                | BinaryOperator::Matches => Precedence::Predicate,
            },
        }
    }

    fn from_text(written: &str) -> Operator {
        let mut bytes = written.bytes().map(|byte| byte.to_ascii_lowercase());
        match (bytes.next(), bytes.next()) {
            (Some(b'='), Some(b'~')) => Operator::Infix(BinaryOperator::Matches),
            (Some(b'='), _) => Operator::Comparison(ComparisonOperator::Equal),
            (Some(b'<'), Some(b'>')) => Operator::Comparison(ComparisonOperator::NotEqual),
            (Some(b'<'), Some(b'=')) => Operator::Comparison(ComparisonOperator::LessOrEqual),
            (Some(b'<'), _) => Operator::Comparison(ComparisonOperator::Less),
            (Some(b'>'), Some(b'=')) => Operator::Comparison(ComparisonOperator::GreaterOrEqual),
            (Some(b'>'), _) => Operator::Comparison(ComparisonOperator::Greater),
            (Some(b'+'), _) => Operator::Infix(BinaryOperator::Add),
            (Some(b'-'), _) => Operator::Infix(BinaryOperator::Subtract),
            (Some(b'*'), _) => Operator::Infix(BinaryOperator::Multiply),
            (Some(b'/'), _) => Operator::Infix(BinaryOperator::Divide),
            (Some(b'%'), _) => Operator::Infix(BinaryOperator::Modulo),
            (Some(b'^'), _) => Operator::Infix(BinaryOperator::Power),
            (Some(b'|'), _) => Operator::Infix(BinaryOperator::Concatenate),
            (Some(b'a'), _) => Operator::Infix(BinaryOperator::And),
            (Some(b'o'), _) => Operator::Infix(BinaryOperator::Or),
            (Some(b'x'), _) => Operator::Infix(BinaryOperator::Xor),
            (Some(b'i'), _) => Operator::Infix(BinaryOperator::In),
            (Some(b's'), _) => Operator::Infix(BinaryOperator::StartsWith),
            (Some(b'e'), _) => Operator::Infix(BinaryOperator::EndsWith),
            _ => Operator::Infix(BinaryOperator::Contains),
        }
    }
}

/// An expression that may become part of a larger one.
pub(super) struct Operand {
    pub expression: Expression,
    /// Its text with the parentheses around it.
    pub written: Span,
    /// The height of its tree.
    pub depth: usize,
    /// Whether it is a comparison without parentheses, which the next comparison continues.
    pub chain: bool,
}

impl Operand {
    pub fn new(kind: ExpressionKind, span: Span, depth: usize) -> Operand {
        Operand {
            expression: Expression { kind, span },
            written: span,
            depth,
            chain: false,
        }
    }
}

/// The operands and operators that were read and not yet joined.
#[derive(Default)]
struct Row {
    operands: Vec<Operand>,
    operators: Vec<Operator>,
}

impl Row {
    /// Joins operands until only operators are left that bind more loosely than `precedence`.
    fn join(&mut self, precedence: Precedence) -> Result<()> {
        while let Some(operator) = self
            .operators
            .pop_if(|operator| operator.precedence() >= precedence)
        {
            let right = self.take()?;
            let joined = match operator {
                Operator::Prefix(operator, start) => prefix(operator, start, right)?,
                Operator::Infix(operator) => infix(self.take()?, operator, right)?,
                Operator::Comparison(operator) => comparison(self.take()?, operator, right)?,
            };
            self.operands.push(joined);
        }
        Ok(())
    }

    fn take(&mut self) -> Result<Operand> {
        self.operands
            .pop()
            .ok_or_else(|| Error::internal("an operator has no operand"))
    }
}

impl Builder {
    /// An expression that gives a value.
    pub fn expression(&mut self, pair: Pair) -> Result<Expression> {
        let expression = self.predicate(pair)?;
        refuse_pattern(&expression)?;
        Ok(expression)
    }

    /// An expression that is asked for true or false: a pattern may be one.
    pub fn predicate(&mut self, pair: Pair) -> Result<Expression> {
        match pair.as_rule() {
            Rule::expression => self.operators(pair),
            _ => self.operand(pair),
        }
    }

    /// Expressions one after the other.
    pub fn expressions<'t>(
        &mut self,
        pairs: impl Iterator<Item = Pair<'t>>,
    ) -> Result<Vec<Expression>> {
        pairs.map(|pair| self.expression(pair)).collect()
    }

    /// The row of operands and operators in `pair`.
    pub fn operators(&mut self, pair: Pair) -> Result<Expression> {
        let place = span(&pair);
        self.row(pair.into_inner(), place)
    }

    /// A row of operands and operators, or a part of one.
    pub fn row<'t>(
        &mut self,
        pairs: impl Iterator<Item = Pair<'t>>,
        place: Span,
    ) -> Result<Expression> {
        let depth = std::mem::take(&mut self.depth);
        let mut row = Row::default();
        // After `IS NULL` and the like no brackets or dots may follow.
        let mut after_predicate = false;
        for pair in pairs {
            let rule = pair.as_rule();
            match rule {
                Rule::not => row
                    .operators
                    .push(Operator::Prefix(UnaryOperator::Not, span(&pair).start)),
                Rule::sign => {
                    let sign = if pair.as_str() == "-" {
                        UnaryOperator::Minus
                    } else {
                        UnaryOperator::Plus
                    };
                    row.operators
                        .push(Operator::Prefix(sign, span(&pair).start));
                }
                Rule::infix_operator | Rule::boolean_operator => {
                    let operator = Operator::from_text(pair.as_str());
                    row.join(operator.precedence())?;
                    row.operators.push(operator);
                }
                Rule::null_predicate
                | Rule::normalized_predicate
                | Rule::typed_predicate
                | Rule::labeled_predicate => {
                    row.join(Precedence::Predicate)?;
                    let tested = row.take()?;
                    row.operands.push(self.test(tested, pair)?);
                    after_predicate = true;
                }
                Rule::property_key
                | Rule::element_reference
                | Rule::arguments
                | Rule::map_projection => {
                    if after_predicate {
                        return Err(unexpected(&pair, "an operator"));
                    }
                    let operand = row.take()?;
                    row.operands.push(self.postfix(operand, pair)?);
                }
                _ => {
                    after_predicate = false;
                    let operand = match (rule, row.operators.last()) {
                        (Rule::number_literal, Some(&Operator::Prefix(sign, start)))
                            if sign != UnaryOperator::Not =>
                        {
                            row.operators.pop();
                            signed_number(&pair, sign, start)?
                        }
                        _ => self.primary(pair)?,
                    };
                    row.operands.push(operand);
                }
            }
        }
        row.join(Precedence::Or)?;
        let operand = row
            .operands
            .pop()
            .ok_or_else(|| Error::internal("an expression is empty").at(place))?;
        self.depth = depth.max(operand.depth);
        Ok(operand.expression)
    }

    /// A single operand that stands for itself: a value of a map, a number of paths.
    pub fn operand(&mut self, pair: Pair) -> Result<Expression> {
        let depth = std::mem::take(&mut self.depth);
        let operand = self.primary(pair)?;
        self.depth = depth.max(operand.depth);
        Ok(operand.expression)
    }

    /// `.key`, `[index]`, `(arguments)`, `{projection}`
    fn postfix(&mut self, operand: Operand, pair: Pair) -> Result<Operand> {
        let place = operand.written.to(span(&pair));
        match pair.as_rule() {
            Rule::property_key => {
                refuse_pattern(&operand.expression)?;
                let kind =
                    ExpressionKind::Property(Box::new(operand.expression), identifier(&pair));
                Ok(Operand::new(
                    kind,
                    place,
                    depth_above(operand.depth, place)?,
                ))
            }
            Rule::element_reference => {
                refuse_pattern(&operand.expression)?;
                let (parts, depth) =
                    self.bracket(&pair, |builder, pair| builder.element_reference(pair))?;
                let object = Box::new(operand.expression);
                let kind = match parts {
                    ElementReference::Index(index) => ExpressionKind::Index(object, index),
                    ElementReference::Slice(from, to) => ExpressionKind::Slice(object, from, to),
                };
                Ok(Operand::new(
                    kind,
                    place,
                    depth_above(operand.depth.max(depth), place)?,
                ))
            }
            Rule::arguments => {
                let Some(name) = function_name(&operand) else {
                    return Err(unexpected(&pair, "an operator"));
                };
                let (kind, depth) =
                    self.bracket(&pair, |builder, pair| builder.call(name, pair, place))?;
                Ok(Operand::new(kind, place, depth_above(depth, place)?))
            }
            Rule::map_projection => {
                let ExpressionKind::Variable(name) = operand.expression.kind else {
                    return Err(unexpected(&pair, "an operator"));
                };
                let variable = Identifier {
                    name,
                    span: operand.expression.span,
                };
                let (elements, depth) =
                    self.bracket(&pair, |builder, pair| builder.map_projection(pair))?;
                let kind = ExpressionKind::MapProjection { variable, elements };
                Ok(Operand::new(kind, place, depth_above(depth, place)?))
            }
            _ => Err(defect(&pair)),
        }
    }

    /// Builds what a bracket holds, and tells how high the highest expression in it is.
    pub fn bracket<'t, T>(
        &mut self,
        pair: &Pair<'t>,
        build: impl FnOnce(&mut Self, Pair<'t>) -> Result<T>,
    ) -> Result<(T, usize)> {
        self.depth = 0;
        let built = self.nested(span(pair), |builder| build(builder, pair.clone()))?;
        Ok((built, std::mem::take(&mut self.depth)))
    }

    /// `IS NULL`, `IS :: type`, `:Label`
    fn test(&mut self, tested: Operand, pair: Pair) -> Result<Operand> {
        refuse_pattern(&tested.expression)?;
        let place = tested.written.to(span(&pair));
        let depth = depth_above(tested.depth, place)?;
        let operand = Box::new(tested.expression);
        let rule = pair.as_rule();
        let mut pairs = pair.into_inner();
        let kind = match rule {
            Rule::null_predicate => ExpressionKind::NullTest {
                operand,
                negated: pairs.next().is_some(),
            },
            Rule::normalized_predicate => normalized_test(*operand, pairs, place),
            Rule::typed_predicate => {
                let negated = part_if(&mut pairs, Rule::not).is_some();
                let type_name = normal_type_name(part(&mut pairs)?.as_str());
                ExpressionKind::TypeTest {
                    operand,
                    type_name,
                    negated,
                }
            }
            _ => ExpressionKind::LabelTest {
                operand,
                labels: self.label_expression(part(&mut pairs)?)?,
            },
        };
        Ok(Operand::new(kind, place, depth))
    }
}

/// What stands in the brackets after an operand.
pub(super) enum ElementReference {
    Index(Box<Expression>),
    Slice(Option<Box<Expression>>, Option<Box<Expression>>),
}

/// `IS [NOT] [form] NORMALIZED`, as a call of the function that answers it.
fn normalized_test(operand: Expression, mut pairs: Pairs, place: Span) -> ExpressionKind {
    let negated = part_if(&mut pairs, Rule::not).is_some();
    let form = pairs.next().map(|form| Expression {
        kind: ExpressionKind::Literal(Literal::String(form.as_str().to_ascii_uppercase())),
        span: span(&form),
    });
    let name = Identifier {
        name: "isNormalized".to_owned(),
        span: place,
    };
    let kind = ExpressionKind::Call {
        name: QualifiedName {
            parts: vec![name],
            span: place,
        },
        distinct: false,
        arguments: std::iter::once(operand).chain(form).collect(),
    };
    match negated {
        false => kind,
        true => {
            let test = Box::new(Expression { kind, span: place });
            ExpressionKind::Unary(UnaryOperator::Not, test)
        }
    }
}

fn prefix(operator: UnaryOperator, start: usize, operand: Operand) -> Result<Operand> {
    if operator != UnaryOperator::Not {
        refuse_pattern(&operand.expression)?;
    }
    let place = Span::new(start, operand.written.end);
    let depth = depth_above(operand.depth, place)?;
    Ok(Operand::new(
        ExpressionKind::Unary(operator, Box::new(operand.expression)),
        place,
        depth,
    ))
}

fn infix(left: Operand, operator: BinaryOperator, right: Operand) -> Result<Operand> {
    if !matches!(
        operator,
        BinaryOperator::Or | BinaryOperator::Xor | BinaryOperator::And
    ) {
        refuse_pattern(&left.expression)?;
        refuse_pattern(&right.expression)?;
    }
    let place = left.written.to(right.written);
    let depth = depth_above(left.depth.max(right.depth), place)?;
    let kind = ExpressionKind::Binary(
        operator,
        Box::new(left.expression),
        Box::new(right.expression),
    );
    Ok(Operand::new(kind, place, depth))
}

/// `a < b` begins a chain, which `< c` continues.
fn comparison(left: Operand, operator: ComparisonOperator, right: Operand) -> Result<Operand> {
    refuse_pattern(&left.expression)?;
    refuse_pattern(&right.expression)?;
    let place = left.written.to(right.written);
    let (kind, depth) = match left.expression.kind {
        ExpressionKind::Comparison(first, mut others) if left.chain => {
            others.push((operator, right.expression));
            (
                ExpressionKind::Comparison(first, others),
                left.depth.max(depth_above(right.depth, place)?),
            )
        }
        kind => {
            let depth = depth_above(left.depth.max(right.depth), place)?;
            let first = Expression {
                kind,
                span: left.expression.span,
            };
            (
                ExpressionKind::Comparison(Box::new(first), vec![(operator, right.expression)]),
                depth,
            )
        }
    };
    Ok(Operand {
        chain: true,
        ..Operand::new(kind, place, depth)
    })
}

fn signed_number(pair: &Pair, sign: UnaryOperator, start: usize) -> Result<Operand> {
    let place = Span::new(start, span(pair).end);
    let literal = build_literal::number(pair, sign == UnaryOperator::Minus)
        .map_err(|error| error.at(place))?;
    Ok(Operand::new(ExpressionKind::Literal(literal), place, 1))
}

/// A pattern says whether there is such a path; it is not a value that could be counted or
/// returned.
pub(super) fn refuse_pattern(expression: &Expression) -> Result<()> {
    match &expression.kind {
        ExpressionKind::Pattern(path) if path.search == PathSearch::All => {
            let message = "a pattern stands where a value is expected";
            Err(
                Error::syntax(ErrorDetail::UnexpectedSyntax, expression.span, message)
                    .hint("COUNT { ... } counts the paths, [path | ...] lists something of each"),
            )
        }
        _ => Ok(()),
    }
}

/// The name that a variable and property look-ups spell, if they stand without parentheses.
fn function_name(operand: &Operand) -> Option<QualifiedName> {
    let mut parts = Vec::new();
    let mut expression = &operand.expression;
    while let ExpressionKind::Property(object, key) = &expression.kind {
        parts.push(key.clone());
        expression = object;
    }
    let ExpressionKind::Variable(name) = &expression.kind else {
        return None;
    };
    if expression.span.start != operand.written.start {
        return None;
    }
    parts.push(Identifier {
        name: name.clone(),
        span: expression.span,
    });
    parts.reverse();
    Some(QualifiedName {
        parts,
        span: operand.written,
    })
}

/// A type in upper case, with single blanks between words and around bars.
pub(super) fn normal_type_name(written: &str) -> String {
    let spaced = written
        .replace('!', " NOT NULL ")
        .replace('|', " | ")
        .replace('<', " < ")
        .replace('>', " > ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    words
        .join(" ")
        .to_uppercase()
        .replace(" < ", "<")
        .replace(" >", ">")
}
