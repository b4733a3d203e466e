//! Patterns: paths, nodes, relationships and label expressions.

use super::ast::*;
use super::build::{
    Builder, Pair, Pairs, defect, identifier, inner, part, part_if, span, unexpected,
};
use super::grammar::Rule;
use super::scan::nested_too_deeply;
use super::span::Span;
use super::{MAXIMUM_NESTING, build_literal};
use crate::error::{Error, ErrorDetail, Result};

impl Builder {
    /// Path patterns separated by commas.
    pub fn pattern(&mut self, pair: Pair) -> Result<Pattern> {
        let span = span(&pair);
        let paths = pair
            .into_inner()
            .map(|path| self.path(path))
            .collect::<Result<_>>()?;
        Ok(Pattern { paths, span })
    }

    /// `[variable =] [search] elements`
    pub fn path(&mut self, pair: Pair) -> Result<PathPattern> {
        let span = span(&pair);
        let mut pairs = pair.into_inner();
        let variable = part_if(&mut pairs, Rule::variable).as_ref().map(identifier);
        let mut search = PathSearch::All;
        let mut next = part(&mut pairs)?;
        if !matches!(next.as_rule(), Rule::path_term | Rule::legacy_shortest_path) {
            search = self.path_search(next)?;
            next = part(&mut pairs)?;
        }
        let mut pairs = next.clone().into_inner();
        if next.as_rule() == Rule::legacy_shortest_path {
            search = match part_if(&mut pairs, Rule::all_shortest_paths) {
                Some(_) => PathSearch::LegacyAllShortest,
                None => PathSearch::LegacyShortest,
            };
        }
        Ok(PathPattern {
            variable,
            search,
            elements: self.path_elements(pairs)?,
            span,
        })
    }

    fn path_search(&mut self, pair: Pair) -> Result<PathSearch> {
        let rule = pair.as_rule();
        let number = match pair.into_inner().next() {
            Some(number) => Some(Box::new(self.number_of_paths(number)?)),
            None => None,
        };
        Ok(match rule {
            Rule::all_shortest_path_search => PathSearch::AllShortest,
            Rule::any_shortest_path_search | Rule::counted_shortest_path_search => {
                PathSearch::Shortest(number)
            }
            Rule::counted_shortest_group_search => PathSearch::ShortestGroups(number),
            Rule::any_path_search => PathSearch::Any(number),
            _ => PathSearch::All,
        })
    }

    fn number_of_paths(&mut self, pair: Pair) -> Result<Expression> {
        let number = self.operand(pair.clone())?;
        match number.kind {
            ExpressionKind::Literal(Literal::Integer(_)) | ExpressionKind::Parameter(_) => {
                Ok(number)
            }
            _ => Err(unexpected(&pair, "a whole number or a parameter")),
        }
    }

    /// Path patterns of which CREATE makes nodes and relationships.
    pub fn pattern_to_create(&mut self, pair: Pair) -> Result<Pattern> {
        let pattern = self.pattern(pair)?;
        pattern
            .paths
            .iter()
            .try_for_each(|path| path_to_create("CREATE", path))?;
        Ok(pattern)
    }

    /// The path pattern of MERGE, which may have to be created too.
    pub fn path_to_merge(&mut self, pair: Pair) -> Result<PathPattern> {
        let path = self.path(pair)?;
        path_to_create("MERGE", &path)?;
        Ok(path)
    }

    /// The elements of a path; between two nodes stands a relationship, unless one of them is a
    /// group.
    pub fn path_elements(&mut self, pairs: Pairs) -> Result<Vec<PatternElement>> {
        let mut elements = Vec::with_capacity(pairs.len());
        for pair in pairs {
            let element = match pair.as_rule() {
                Rule::node_pattern => {
                    if let Some(PatternElement::Node(_)) = elements.last() {
                        return Err(unexpected(&pair, "a relationship between two nodes"));
                    }
                    PatternElement::Node(self.node(pair)?)
                }
                Rule::relationship_pattern => {
                    self.step(span(&pair))?;
                    PatternElement::Relationship(self.relationship(pair)?)
                }
                Rule::group_pattern => {
                    let place = span(&pair);
                    self.step(place)?;
                    PatternElement::Group(self.nested(place, |builder| builder.group(pair))?)
                }
                Rule::graph_pattern_quantifier => {
                    let Some(PatternElement::Relationship(relationship)) = elements.last_mut()
                    else {
                        return Err(defect(&pair));
                    };
                    relationship.quantifier = Some(quantifier(pair)?);
                    continue;
                }
                _ => return Err(defect(&pair)),
            };
            elements.push(element);
        }
        Ok(elements)
    }

    fn group(&mut self, pair: Pair) -> Result<GroupPattern> {
        let span = span(&pair);
        let mut pairs = pair.into_inner();
        let path = Box::new(self.path(part(&mut pairs)?)?);
        let predicate = self.where_clause(&mut pairs)?;
        let quantifier = pairs.next().map(quantifier).transpose()?;
        Ok(GroupPattern {
            path,
            predicate,
            quantifier,
            span,
        })
    }

    /// `(variable:Labels {properties} WHERE predicate)`
    pub fn node(&mut self, pair: Pair) -> Result<NodePattern> {
        let mut node = NodePattern {
            variable: None,
            labels: None,
            properties: None,
            predicate: None,
            span: span(&pair),
        };
        for pair in pair.into_inner() {
            match pair.as_rule() {
                Rule::variable => node.variable = Some(identifier(&pair)),
                Rule::label_expression => node.labels = Some(self.label_expression(pair)?),
                Rule::where_clause => node.predicate = Some(self.predicate(inner(pair)?)?),
                _ => node.properties = Some(self.operand(pair)?),
            }
        }
        Ok(node)
    }

    /// `-[variable:TYPES *m..n {properties} WHERE predicate]->`
    pub fn relationship(&mut self, pair: Pair) -> Result<RelationshipPattern> {
        let mut relationship = RelationshipPattern {
            variable: None,
            types: None,
            length: None,
            quantifier: None,
            properties: None,
            predicate: None,
            direction: Direction::Both,
            span: span(&pair),
        };
        let (mut left, mut right) = (false, false);
        for pair in pair.into_inner() {
            match pair.as_rule() {
                Rule::left_arrowhead => left = true,
                Rule::right_arrowhead => right = true,
                Rule::variable => relationship.variable = Some(identifier(&pair)),
                Rule::label_expression => relationship.types = Some(self.label_expression(pair)?),
                Rule::path_length => relationship.length = Some(path_length(pair)?),
                Rule::malformed_path_length => return Err(malformed_length(&pair)),
                Rule::where_clause => relationship.predicate = Some(self.predicate(inner(pair)?)?),
                _ => relationship.properties = Some(self.operand(pair)?),
            }
        }
        relationship.direction = match (left, right) {
            (true, false) => Direction::Incoming,
            (false, true) => Direction::Outgoing,
            _ => Direction::Both,
        };
        Ok(relationship)
    }

    /// Labels with `!`, `&` (or `:`) and `|` between them, in this order of precedence.
    pub fn label_expression(&mut self, pair: Pair) -> Result<LabelExpression> {
        let mut alternatives = Vec::new();
        let mut conjuncts = Vec::new();
        let mut negations = Vec::new();
        for pair in pair.into_inner() {
            let place = span(&pair);
            let mut label = match pair.as_rule() {
                Rule::label_negation => {
                    if negations.len() == MAXIMUM_NESTING {
                        return Err(nested_too_deeply(place));
                    }
                    negations.push(place);
                    continue;
                }
                Rule::label_operator => {
                    if pair.as_str().starts_with('|') {
                        alternatives.push(conjunction(std::mem::take(&mut conjuncts)));
                    }
                    continue;
                }
                Rule::label_name => LabelExpression::Name(identifier(&pair)),
                Rule::wildcard_label => LabelExpression::Any(place),
                _ => self.nested(place, |builder| builder.label_expression(pair))?,
            };
            for _ in negations.drain(..) {
                label = LabelExpression::Not(Box::new(label));
            }
            conjuncts.push(label);
        }
        let last = conjunction(conjuncts);
        if alternatives.is_empty() {
            return Ok(last);
        }
        alternatives.push(last);
        Ok(LabelExpression::Or(alternatives))
    }
}

/// Refuses what can only be looked for. Whether a relationship has one type, one direction and
/// no length is not a matter of the grammar.
fn path_to_create(clause: &str, path: &PathPattern) -> Result<()> {
    let refuse = |place: Span, what: &str| {
        let message = format!("{clause} does not take {what}");
        Err(Error::syntax(ErrorDetail::UnexpectedSyntax, place, message))
    };
    if path.search != PathSearch::All {
        return refuse(path.span, "a search for paths");
    }
    for element in &path.elements {
        match element {
            PatternElement::Node(NodePattern {
                predicate: Some(predicate),
                ..
            })
            | PatternElement::Relationship(RelationshipPattern {
                predicate: Some(predicate),
                ..
            }) => {
                return refuse(predicate.span, "a predicate");
            }
            PatternElement::Node(NodePattern {
                labels: Some(labels),
                span,
                ..
            }) if !all_are_names(labels) => {
                return refuse(*span, "alternatives of labels");
            }
            PatternElement::Relationship(RelationshipPattern {
                quantifier: Some(length),
                ..
            }) => {
                let message = "a relationship of variable length cannot be created";
                return Err(Error::syntax(
                    ErrorDetail::CreatingVarLength,
                    length.span,
                    message,
                ));
            }
            PatternElement::Group(group) => return refuse(group.span, "a part in parentheses"),
            _ => {}
        }
    }
    Ok(())
}

fn all_are_names(labels: &LabelExpression) -> bool {
    match labels {
        LabelExpression::Name(_) => true,
        LabelExpression::And(labels) => labels
            .iter()
            .all(|label| matches!(label, LabelExpression::Name(_))),
        _ => false,
    }
}

fn conjunction(mut labels: Vec<LabelExpression>) -> LabelExpression {
    match labels.pop() {
        Some(only) if labels.is_empty() => only,
        last => {
            labels.extend(last);
            LabelExpression::And(labels)
        }
    }
}

/// `*`, `*n`, `*m..n` in the brackets of a relationship.
fn path_length(pair: Pair) -> Result<PathLength> {
    let place = span(&pair);
    match pair.into_inner().next() {
        None => Ok(PathLength {
            minimum: None,
            maximum: None,
            span: place,
        }),
        Some(bounds) => bounds_of(bounds, place),
    }
}

/// `*`, `+`, `{n}`, `{m,n}` after a relationship or group.
fn quantifier(pair: Pair) -> Result<PathLength> {
    let span = span(&pair);
    let bounds = inner(pair)?;
    match bounds.as_rule() {
        Rule::star => Ok(PathLength {
            minimum: Some(0),
            maximum: None,
            span,
        }),
        Rule::plus => Ok(PathLength {
            minimum: Some(1),
            maximum: None,
            span,
        }),
        _ => bounds_of(bounds, span),
    }
}

fn bounds_of(bounds: Pair, span: Span) -> Result<PathLength> {
    let mut length = PathLength {
        minimum: None,
        maximum: None,
        span,
    };
    if bounds.as_rule() == Rule::fixed_length {
        length.minimum = Some(bound(&bounds)?);
        length.maximum = length.minimum;
        return Ok(length);
    }
    for pair in bounds.into_inner() {
        match pair.as_rule() {
            Rule::lower_bound => length.minimum = Some(bound(&pair)?),
            _ => length.maximum = Some(bound(&pair)?),
        }
    }
    Ok(length)
}

fn bound(pair: &Pair) -> Result<u64> {
    let digits = build_literal::without_separators(pair.as_str(), 10)
        .ok_or_else(|| build_literal::malformed_number(span(pair), pair.as_str()))?;
    digits
        .parse()
        .map_err(|_| build_literal::integer_overflow(span(pair), pair.as_str()))
}

fn malformed_length(pair: &Pair) -> Error {
    let written = pair.as_str();
    let (message, hint) = if written.starts_with('*') {
        ("a path cannot have a negative length", "write *2 or *1..2")
    } else {
        (
            "a range of lengths begins with an asterisk",
            "write *1..2 instead of 1..2",
        )
    };
    Error::syntax(ErrorDetail::InvalidRelationshipPattern, span(pair), message).hint(hint)
}
