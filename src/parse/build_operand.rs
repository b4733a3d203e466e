//! The operands of operators: literals, variables, calls, lists, maps, CASE, subqueries.

use super::ast::*;
use super::build::{
    Builder, Pair, Pairs, defect, depth_above, identifier, inner, part, part_if, refuse, span,
    unexpected, unquoted,
};
use super::build_call::{Bracket, starts_with};
use super::build_expression::{ElementReference, Operand};
use super::build_literal;
use super::grammar::Rule;
use super::span::Span;
use crate::error::{Error, Result};

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
                    hinted,
                    predicate,
                }),
            ..
        }) if hinted.is_empty() => Subquery::Pattern { pattern, predicate },
        Some(clause) => {
            query.parts[0].clauses.push(clause);
            Subquery::Query(query)
        }
        None => Subquery::Query(query),
    }
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
