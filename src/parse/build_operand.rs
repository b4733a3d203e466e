//! The operands of operators: literals, variables, calls, lists, maps, CASE, subqueries.

use super::ast::*;
use super::build::{
    Builder, Pair, Pairs, defect, depth_above, identifier, inner, part, part_if, span, unexpected,
    unquoted,
};
use super::build_expression::{ElementReference, Operand, refuse_pattern};
use super::build_literal;
use super::build_query::refuse;
use super::grammar::Rule;
use super::span::Span;
use crate::error::{Error, ErrorDetail, Result};

impl Builder {
    /// What stands between operators.
    pub fn primary(&mut self, pair: Pair) -> Result<Operand> {
        let place = span(&pair);
        let kind = match pair.as_rule() {
            Rule::variable_reference => ExpressionKind::Variable(unquoted(pair.as_str())),
            Rule::string_literal => {
                ExpressionKind::Literal(Literal::String(build_literal::string(&pair)?))
            }
            Rule::number_literal => ExpressionKind::Literal(build_literal::number(&pair, false)?),
            Rule::parameter => ExpressionKind::Parameter(unquoted(&pair.as_str()[1..])),
            Rule::constant => ExpressionKind::Literal(constant(pair.as_str())),
            Rule::parenthesized_expression => return self.parenthesized(pair),
            Rule::parenthesized_map if pair.clone().into_inner().len() == 1 => {
                return self.parenthesized(pair);
            }
            _ => {
                let (kind, depth) = self.bracket(&pair, |builder, pair| builder.composite(pair))?;
                return Ok(Operand::new(kind, place, depth_above(depth, place)?));
            }
        };
        Ok(Operand::new(kind, place, 1))
    }

    fn parenthesized(&mut self, pair: Pair) -> Result<Operand> {
        let written = span(&pair);
        let (expression, depth) =
            self.bracket(&pair, |builder, pair| builder.predicate(inner(pair)?))?;
        Ok(Operand {
            expression,
            written,
            depth,
            chain: false,
        })
    }

    fn composite(&mut self, pair: Pair) -> Result<ExpressionKind> {
        match pair.as_rule() {
            Rule::list_constructor => self.list(pair),
            Rule::map_literal => Ok(ExpressionKind::Map(self.map_entries(pair)?)),
            Rule::case_expression => self.case(pair),
            Rule::subquery_expression => self.subquery(pair),
            Rule::simple_path_pattern => {
                let span = span(&pair);
                let elements = self.path_elements(pair.into_inner())?;
                Ok(pattern(elements, span))
            }
            Rule::parenthesized_map => self.path_from_map(pair),
            _ => Err(defect(&pair)),
        }
    }

    fn map_entries(&mut self, pair: Pair) -> Result<Vec<(Identifier, Expression)>> {
        let pairs = pair.into_inner();
        let mut entries = Vec::with_capacity(pairs.len());
        for pair in pairs {
            entries.push(self.map_entry(pair)?);
        }
        Ok(entries)
    }

    fn map_entry(&mut self, pair: Pair) -> Result<(Identifier, Expression)> {
        let mut pairs = pair.into_inner();
        let key = identifier(&part(&mut pairs)?);
        Ok((key, self.expression(part(&mut pairs)?)?))
    }

    /// The elements of a map projection.
    pub fn map_projection(&mut self, pair: Pair) -> Result<Vec<MapProjectionElement>> {
        let element = |pair: Pair| match pair.as_rule() {
            Rule::all_fields_selector => Ok(MapProjectionElement::AllProperties(span(&pair))),
            Rule::field_selector => Ok(MapProjectionElement::Property(identifier(&inner(pair)?))),
            Rule::variable => Ok(MapProjectionElement::Variable(identifier(&pair))),
            _ => self
                .map_entry(pair)
                .map(|(key, value)| MapProjectionElement::Entry(key, value)),
        };
        pair.into_inner().map(element).collect()
    }

    /// `({...})-->(b)` and `(a {...})-->(b)`: what looked like an expression in parentheses is the
    /// first node of a path.
    fn path_from_map(&mut self, pair: Pair) -> Result<ExpressionKind> {
        let place = span(&pair);
        let mut pairs = pair.clone().into_inner();
        let first = part(&mut pairs)?;
        let start = Span::new(
            place.start,
            place.start + closing_parenthesis(&pair, &pairs),
        );
        let mut node = NodePattern {
            variable: None,
            labels: None,
            properties: None,
            predicate: None,
            span: start,
        };
        let mut row = first.clone().into_inner();
        node.variable = part_if(&mut row, Rule::variable_reference)
            .as_ref()
            .map(identifier);
        let (Some(map), None) = (row.next(), row.next()) else {
            return Err(unexpected(&first, "a node"));
        };
        let map_span = span(&map);
        let entries = match map.as_rule() {
            Rule::map_literal => self.map_entries(map)?,
            Rule::map_projection => {
                let mut entries = Vec::new();
                for entry in map.into_inner() {
                    if entry.as_rule() != Rule::map_entry {
                        return Err(unexpected(&entry, "a property with its value"));
                    }
                    entries.push(self.map_entry(entry)?);
                }
                entries
            }
            _ => return Err(unexpected(&first, "a node")),
        };
        node.properties = Some(Expression {
            kind: ExpressionKind::Map(entries),
            span: map_span,
        });
        let mut elements = vec![PatternElement::Node(node)];
        elements.extend(self.path_elements(pairs)?);
        Ok(pattern(elements, place))
    }

    /// `[index]` or `[from..to]`
    pub fn element_reference(&mut self, pair: Pair) -> Result<ElementReference> {
        let mut pairs = pair.into_inner();
        let mut bound = |builder: &mut Self| match part_if(&mut pairs, Rule::expression) {
            Some(pair) => Ok(Some(Box::new(builder.expression(pair)?))),
            None => Ok::<_, Error>(None),
        };
        let first = bound(self)?;
        match (first, part_if(&mut pairs, Rule::double_period)) {
            (Some(index), None) => Ok(ElementReference::Index(index)),
            (from, _) => {
                let to = part_if(&mut pairs, Rule::expression);
                let to = to.map(|pair| self.expression(pair)).transpose()?;
                Ok(ElementReference::Slice(from, to.map(Box::new)))
            }
        }
    }

    /// A list, or one of the two comprehensions.
    fn list(&mut self, pair: Pair) -> Result<ExpressionKind> {
        let mut bracket = Bracket::new(pair.into_inner());
        if let ([only], true) = (
            bracket.expressions.as_slice(),
            bracket.first_is_element_source(),
        ) {
            let (variable, list) = self.element_source(only.clone())?;
            return Ok(ExpressionKind::ListComprehension {
                variable,
                list: Box::new(list),
                predicate: self.tail_predicate(bracket.predicate)?,
                projection: self.tail_expression(bracket.projection)?,
            });
        }
        match (bracket.expressions.as_slice(), bracket.projection.take()) {
            ([only], Some(projection)) => {
                let Some(path) = self.path_of_comprehension(only.clone())? else {
                    return Err(unexpected(&projection, "`,` or `]`"));
                };
                Ok(ExpressionKind::PatternComprehension {
                    path: Box::new(path),
                    predicate: self.tail_predicate(bracket.predicate)?,
                    projection: Box::new(self.expression(inner(projection)?)?),
                })
            }
            (_, projection) => {
                refuse(bracket.predicate, "`,` or `]`")?;
                refuse(projection, "`,` or `]`")?;
                Ok(ExpressionKind::List(
                    self.expressions(bracket.expressions.into_iter())?,
                ))
            }
        }
    }

    /// `variable IN list`
    fn element_source(&mut self, pair: Pair) -> Result<(Identifier, Expression)> {
        let place = span(&pair);
        let mut row = pair.into_inner();
        let variable = identifier(&part(&mut row)?);
        part(&mut row)?;
        let list = self.row(row, place)?;
        refuse_pattern(&list)?;
        Ok((variable, list))
    }

    /// `[variable =] path`, if it is that.
    fn path_of_comprehension(&mut self, pair: Pair) -> Result<Option<PathPattern>> {
        let place = span(&pair);
        let mut row = pair.into_inner();
        let mut variable = None;
        if starts_with(&row, |operator| operator == "=") {
            variable = Some(identifier(&part(&mut row)?));
            part(&mut row)?;
        }
        let is_path = row.peek().is_some_and(|first| {
            matches!(
                first.as_rule(),
                Rule::simple_path_pattern | Rule::parenthesized_map
            )
        });
        if !is_path || row.len() != 1 {
            return Ok(None);
        }
        match self.row(row, place)?.kind {
            ExpressionKind::Pattern(mut path) => {
                path.variable = variable;
                path.span = place;
                Ok(Some(*path))
            }
            _ => Ok(None),
        }
    }

    fn tail_predicate(&mut self, pair: Option<Pair>) -> Result<Option<Box<Expression>>> {
        pair.map(|pair| Ok(Box::new(self.predicate(inner(pair)?)?)))
            .transpose()
    }

    fn tail_expression(&mut self, pair: Option<Pair>) -> Result<Option<Box<Expression>>> {
        pair.map(|pair| Ok(Box::new(self.expression(inner(pair)?)?)))
            .transpose()
    }

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
        let distinct = part_if(&mut pairs, Rule::distinct).is_some();
        let bracket = Bracket::new(pairs);
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
                        } => Ok(pattern_function(&word, *path, place)),
                        argument => Ok(ExpressionKind::Call {
                            name,
                            distinct,
                            arguments: vec![argument],
                        }),
                    },
                    _ => {
                        let arguments = self.expressions(bracket.expressions.into_iter())?;
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

    fn case(&mut self, pair: Pair) -> Result<ExpressionKind> {
        let mut pairs = pair.into_inner();
        let operand = match part_if(&mut pairs, Rule::expression) {
            Some(pair) => Some(Box::new(self.expression(pair)?)),
            None => None,
        };
        let mut alternatives = Vec::new();
        let mut otherwise = None;
        for pair in pairs {
            if pair.as_rule() == Rule::else_clause {
                otherwise = Some(Box::new(self.expression(inner(pair)?)?));
                continue;
            }
            let mut expressions: Vec<Pair> = pair.into_inner().collect();
            let result = expressions
                .pop()
                .ok_or_else(|| Error::internal("WHEN has no result"))?;
            if let (None, [_, second, ..]) = (&operand, expressions.as_slice()) {
                return Err(unexpected(second, "THEN")
                    .hint("several values are allowed only in CASE x WHEN 1, 2 THEN"));
            }
            let conditions = match operand {
                Some(_) => self.expressions(expressions.into_iter())?,
                None => expressions
                    .into_iter()
                    .map(|pair| self.predicate(pair))
                    .collect::<Result<_>>()?,
            };
            alternatives.push((conditions, self.expression(result)?));
        }
        Ok(ExpressionKind::Case {
            operand,
            alternatives,
            otherwise,
        })
    }

    fn subquery(&mut self, pair: Pair) -> Result<ExpressionKind> {
        let mut pairs = pair.into_inner();
        let keyword = part(&mut pairs)?;
        let body = part(&mut pairs)?;
        let subquery = if body.as_rule() == Rule::subquery_pattern {
            let mut pairs = body.into_inner();
            let pattern = self.pattern(part(&mut pairs)?)?;
            Subquery::Pattern {
                pattern,
                predicate: self.where_clause(&mut pairs)?,
            }
        } else {
            pattern_or_query(self.query(body)?)
        };
        let subquery = Box::new(subquery);
        Ok(match keyword.as_str().as_bytes() {
            [b'e' | b'E', ..] => ExpressionKind::Exists(subquery),
            word if word.eq_ignore_ascii_case(b"count") => ExpressionKind::Count(subquery),
            _ => ExpressionKind::Collect(subquery),
        })
    }
}

/// What brackets and parentheses may hold: expressions, WHERE, and a bar with an expression.
struct Bracket<'t> {
    expressions: Vec<Pair<'t>>,
    predicate: Option<Pair<'t>>,
    projection: Option<Pair<'t>>,
}

impl<'t> Bracket<'t> {
    fn new(pairs: Pairs<'t>) -> Bracket<'t> {
        let mut bracket = Bracket {
            expressions: Vec::with_capacity(pairs.len()),
            predicate: None,
            projection: None,
        };
        for pair in pairs {
            match pair.as_rule() {
                Rule::where_clause => bracket.predicate = Some(pair),
                Rule::element_projection => bracket.projection = Some(pair),
                _ => bracket.expressions.push(pair),
            }
        }
        bracket
    }

    /// Whether the first expression begins with `variable IN`.
    fn first_is_element_source(&self) -> bool {
        self.expressions
            .first()
            .is_some_and(|first| starts_with(&first.clone().into_inner(), is_in))
    }
}

fn is_in(operator: &str) -> bool {
    operator.eq_ignore_ascii_case("in")
}

/// Whether a row of operands and operators begins with a variable and such an operator.
fn starts_with(row: &Pairs, operator: impl Fn(&str) -> bool) -> bool {
    let mut row = row.clone();
    row.next()
        .is_some_and(|first| first.as_rule() == Rule::variable_reference)
        && row.next().is_some_and(|second| {
            second.as_rule() == Rule::infix_operator && operator(second.as_str())
        })
}

/// The length of the text of a path up to the parenthesis that closes its first node.
fn closing_parenthesis(path: &Pair, rest: &Pairs) -> usize {
    let start = span(path).start;
    let end = rest.peek().map_or(span(path).end, |next| span(&next).start) - start;
    path.as_str()[..end].rfind(')').map_or(end, |at| at + 1)
}

fn pattern(elements: Vec<PatternElement>, span: Span) -> ExpressionKind {
    ExpressionKind::Pattern(Box::new(PathPattern {
        variable: None,
        search: PathSearch::All,
        elements,
        span,
    }))
}

/// `exists(path)`, `shortestPath(path)`, `allShortestPaths(path)`
fn pattern_function(word: &str, mut path: PathPattern, place: Span) -> ExpressionKind {
    match word {
        "shortestpath" => path.search = PathSearch::LegacyShortest,
        "allshortestpaths" => path.search = PathSearch::LegacyAllShortest,
        _ => {
            let pattern = Pattern {
                span: path.span,
                paths: vec![path],
            };
            return ExpressionKind::Exists(Box::new(Subquery::Pattern {
                pattern,
                predicate: None,
            }));
        }
    }
    path.span = place;
    ExpressionKind::Pattern(Box::new(path))
}

/// A query of nothing but `MATCH pattern [WHERE predicate]` is a pattern.
fn pattern_or_query(mut query: Query) -> Subquery {
    let single = match query.parts.as_mut_slice() {
        [only] if only.clauses.len() == 1 => only.clauses.pop(),
        _ => None,
    };
    match single {
        Some(Clause {
            kind:
                ClauseKind::Match(Match {
                    optional: false,
                    pattern,
                    predicate,
                }),
            ..
        }) => Subquery::Pattern { pattern, predicate },
        Some(clause) => {
            query.parts[0].clauses.push(clause);
            Subquery::Query(query)
        }
        None => Subquery::Query(query),
    }
}

/// The error for a call whose parenthesis is closed before a part that it needs.
fn closed_too_early(call: Span, expected: &str) -> Error {
    let place = Span::new(call.end - 1, call.end);
    let message = format!("unexpected `)`, expected {expected}");
    Error::syntax(ErrorDetail::UnexpectedSyntax, place, message)
}

fn constant(written: &str) -> Literal {
    match written.to_ascii_lowercase().as_str() {
        "null" => Literal::Null,
        "true" => Literal::Boolean(true),
        "false" => Literal::Boolean(false),
        "nan" => Literal::Float(f64::NAN),
        _ => Literal::Float(f64::INFINITY),
    }
}
