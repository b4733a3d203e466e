//! Calls of functions, the forms that look like calls, and what brackets hold: expressions,
//! perhaps a WHERE, perhaps a bar. Which form it is, is seen by the name and the first tokens.

use super::ast::*;
use super::build::{
    Builder, Pair, Pairs, identifier, inner, part, part_if, refuse, span, unexpected,
};
use super::build_expression::refuse_pattern;
use super::grammar::Rule;
use super::span::Span;
use crate::error::{Error, ErrorDetail, Result};

impl Builder {
    /// `name(arguments)`: a function, or one of the forms that look like one.
    pub fn call(&mut self, name: QualifiedName, pair: Pair, place: Span) -> Result<ExpressionKind> {
        let mut pairs = pair.into_inner();
        let word = match name.parts.as_slice() {
            [only] => only.name.to_ascii_lowercase(),
            _ => String::new(),
        };
        if let Some(star) = part_if(&mut pairs, Rule::star) {
            return match word.as_str() {
                "count" => Ok(ExpressionKind::CountStar),
                _ => Err(unexpected(&star, "an expression")),
            };
        }
        let side = part_if(&mut pairs, Rule::trim_side);
        let distinct = part_if(&mut pairs, Rule::distinct).is_some();
        let mut bracket = Bracket::new(pairs);
        if let Some(source) = bracket.source.take() {
            if word != "trim" {
                return Err(unexpected(&source, "`,` or `)`"));
            }
            return self.trim(name, side, bracket, source);
        }
        match (word.as_str(), bracket.expressions.as_slice()) {
            ("all" | "any" | "none" | "single", [_]) if bracket.first_is_element_source() => {
                self.quantifier(&word, bracket, place)
            }
            ("reduce", [_, _]) => self.reduce(bracket, place),
            _ => {
                refuse(bracket.predicate, "`,` or `)`")?;
                refuse(bracket.projection, "`,` or `)`")?;
                let takes_pattern = matches!(
                    word.as_str(),
                    "exists" | "shortestpath" | "allshortestpaths"
                );
                match (takes_pattern, bracket.expressions.as_slice()) {
                    (true, [only]) => match self.predicate(only.clone())? {
                        Expression {
                            kind: ExpressionKind::Pattern(path),
                            ..
                        } => pattern_function(&word, *path, place),
                        argument => Ok(ExpressionKind::Call {
                            name,
                            distinct,
                            arguments: vec![argument],
                        }),
                    },
                    _ => {
                        let arguments = self.arguments(&word, bracket.expressions)?;
                        Ok(ExpressionKind::Call {
                            name,
                            distinct,
                            arguments,
                        })
                    }
                }
            }
        }
    }

    /// `trim(side characters FROM text)`, as a call of `trim`, `lTrim` or `rTrim`.
    fn trim(
        &mut self,
        mut name: QualifiedName,
        side: Option<Pair>,
        bracket: Bracket,
        source: Pair,
    ) -> Result<ExpressionKind> {
        refuse(bracket.predicate, "`)`")?;
        refuse(bracket.projection, "`)`")?;
        refuse(bracket.expressions.get(1).cloned(), "FROM")?;
        let side = side.map(|side| side.as_str().to_ascii_lowercase());
        let function = match side.as_deref() {
            Some("leading") => "lTrim",
            Some("trailing") => "rTrim",
            _ => "trim",
        };
        for part in &mut name.parts {
            part.name = function.to_owned();
        }
        let mut arguments = vec![self.expression(inner(source)?)?];
        arguments.extend(self.expressions(bracket.expressions.into_iter())?);
        Ok(ExpressionKind::Call {
            name,
            distinct: false,
            arguments,
        })
    }

    /// The arguments of a function; the form that `normalize` names is a word, not a variable.
    fn arguments(&mut self, word: &str, expressions: Vec<Pair>) -> Result<Vec<Expression>> {
        let mut arguments = self.expressions(expressions.into_iter())?;
        if let ("normalize", [_, form]) = (word, arguments.as_mut_slice())
            && let ExpressionKind::Variable(name) = &form.kind
            && NORMAL_FORMS.contains(&name.to_ascii_uppercase().as_str())
        {
            form.kind = ExpressionKind::Literal(Literal::String(name.to_ascii_uppercase()));
        }
        Ok(arguments)
    }

    fn quantifier(&mut self, word: &str, bracket: Bracket, place: Span) -> Result<ExpressionKind> {
        let quantifier = match word {
            "all" => Quantifier::All,
            "any" => Quantifier::Any,
            "none" => Quantifier::None,
            _ => Quantifier::Single,
        };
        refuse(bracket.projection, "`)`")?;
        let mut expressions = bracket.expressions.into_iter();
        let source = expressions
            .next()
            .ok_or_else(|| Error::internal("a quantifier has no list"))?;
        let (variable, list) = self.element_source(source)?;
        let Some(predicate) = self.tail_predicate(bracket.predicate)? else {
            return Err(closed_too_early(place, "WHERE"));
        };
        Ok(ExpressionKind::Quantifier {
            quantifier,
            variable,
            list: Box::new(list),
            predicate,
        })
    }

    /// `reduce(accumulator = initial, variable IN list | step)`
    fn reduce(&mut self, bracket: Bracket, place: Span) -> Result<ExpressionKind> {
        refuse(bracket.predicate, "`|`")?;
        let [first, second] = &bracket.expressions[..] else {
            return Err(Error::internal("reduce has two sources"));
        };
        let mut row = first.clone().into_inner();
        if !starts_with(&row, |operator| operator == "=") {
            return Err(unexpected(
                first,
                "an accumulator and its first value: `sum = 0`",
            ));
        }
        if !starts_with(&second.clone().into_inner(), is_in) {
            return Err(unexpected(second, "a variable and its list: `x IN list`"));
        }
        let accumulator = identifier(&part(&mut row)?);
        part(&mut row)?;
        let initial = self.row(row, span(first))?;
        refuse_pattern(&initial)?;
        let (variable, list) = self.element_source(second.clone())?;
        let Some(step) = self.tail_expression(bracket.projection)? else {
            return Err(closed_too_early(place, "`|`"));
        };
        Ok(ExpressionKind::Reduce {
            accumulator,
            initial: Box::new(initial),
            variable,
            list: Box::new(list),
            step,
        })
    }

    /// `variable IN list`
    pub fn element_source(&mut self, pair: Pair) -> Result<(Identifier, Expression)> {
        let place = span(&pair);
        let mut row = pair.into_inner();
        let variable = identifier(&part(&mut row)?);
        part(&mut row)?;
        let list = self.row(row, place)?;
        refuse_pattern(&list)?;
        Ok((variable, list))
    }

    pub fn tail_predicate(&mut self, pair: Option<Pair>) -> Result<Option<Box<Expression>>> {
        pair.map(|pair| Ok(Box::new(self.predicate(inner(pair)?)?)))
            .transpose()
    }

    pub fn tail_expression(&mut self, pair: Option<Pair>) -> Result<Option<Box<Expression>>> {
        pair.map(|pair| Ok(Box::new(self.expression(inner(pair)?)?)))
            .transpose()
    }
}

/// The normal forms of Unicode.
const NORMAL_FORMS: [&str; 4] = ["NFC", "NFD", "NFKC", "NFKD"];

/// What brackets and parentheses may hold: expressions, FROM, WHERE, and a bar with an expression.
pub(super) struct Bracket<'t> {
    pub expressions: Vec<Pair<'t>>,
    pub source: Option<Pair<'t>>,
    pub predicate: Option<Pair<'t>>,
    pub projection: Option<Pair<'t>>,
}

impl<'t> Bracket<'t> {
    pub fn new(pairs: Pairs<'t>) -> Bracket<'t> {
        let mut bracket = Bracket {
            expressions: Vec::with_capacity(pairs.len()),
            source: None,
            predicate: None,
            projection: None,
        };
        for pair in pairs {
            match pair.as_rule() {
                Rule::trim_source => bracket.source = Some(pair),
                Rule::where_clause => bracket.predicate = Some(pair),
                Rule::element_projection => bracket.projection = Some(pair),
                _ => bracket.expressions.push(pair),
            }
        }
        bracket
    }

    /// Whether the first expression begins with `variable IN`.
    pub fn first_is_element_source(&self) -> bool {
        self.expressions
            .first()
            .is_some_and(|first| starts_with(&first.clone().into_inner(), is_in))
    }
}

fn is_in(operator: &str) -> bool {
    operator.eq_ignore_ascii_case("in")
}

/// Whether a row of operands and operators begins with a variable and such an operator.
pub(super) fn starts_with(row: &Pairs, operator: impl Fn(&str) -> bool) -> bool {
    let mut row = row.clone();
    row.next()
        .is_some_and(|first| first.as_rule() == Rule::variable_reference)
        && row.next().is_some_and(|second| {
            second.as_rule() == Rule::infix_operator && operator(second.as_str())
        })
}

/// `exists(path)`, `shortestPath(path)`, `allShortestPaths(path)`
fn pattern_function(word: &str, mut path: PathPattern, place: Span) -> Result<ExpressionKind> {
    match word {
        "shortestpath" => path.search = PathSearch::LegacyShortest,
        "allshortestpaths" => path.search = PathSearch::LegacyAllShortest,
        _ => {
            let pattern = Pattern {
                span: path.span,
                paths: vec![path],
            };
            return Ok(ExpressionKind::Exists(Box::new(Subquery::Pattern {
                pattern,
                predicate: None,
            })));
        }
    }
    if path.elements.len() != 3 {
        let message = "a search for the shortest path takes two nodes and one relationship";
        return Err(Error::syntax(
            ErrorDetail::UnexpectedSyntax,
            path.span,
            message,
        ));
    }
    path.span = place;
    Ok(ExpressionKind::Pattern(Box::new(path)))
}

/// The error for a call whose parenthesis is closed before a part that it needs.
fn closed_too_early(call: Span, expected: &str) -> Error {
    let place = Span::new(call.end - 1, call.end);
    let message = format!("unexpected `)`, expected {expected}");
    Error::syntax(ErrorDetail::UnexpectedSyntax, place, message)
}
