//! `SHOW FUNCTIONS` and its siblings, as calls of the procedures that list them.

use super::ast::*;
use super::build::{Builder, Pair, inner, part, span};
use super::grammar::Rule;
use super::span::Span;
use crate::error::{Error, Result};

/// A listing: its rule, the procedure that makes it, and the columns that are shown where nothing
/// else is said.
type Listing = (Rule, &'static str, &'static [&'static str]);

const LISTINGS: [Listing; 5] = [
    (Rule::show_functions, "functions", &CALLABLE),
    (Rule::show_procedures, "procedures", &CALLABLE),
    (Rule::show_indexes, "indexes", &INDEX),
    (Rule::show_constraints, "constraints", &CONSTRAINT),
    (Rule::show_graph_type, "graphType", &["specification"]),
];

const CALLABLE: [&str; 3] = ["name", "signature", "description"];

#[rustfmt::skip]
const INDEX: [&str; 7] =
    ["name", "type", "entityType", "labelsOrTypes", "properties", "owningConstraint", "entries"];

const CONSTRAINT: [&str; 6] = [
    "name",
    "type",
    "entityType",
    "labelsOrTypes",
    "properties",
    "propertyType",
];

impl Builder {
    /// `SHOW ... YIELD items ORDER BY ... WHERE ... RETURN ...` becomes
    /// `CALL ... YIELD items WITH * ORDER BY ... WHERE ... RETURN ...`.
    pub fn show(&mut self, pair: Pair) -> Result<Query> {
        let place = span(&pair);
        let mut pairs = pair.into_inner();
        let listed = part(&mut pairs)?;
        let listing = LISTINGS.iter().find(|(rule, ..)| *rule == listed.as_rule());
        let Some((_, name, shown)) = listing else {
            return Err(Error::internal("a listing has no procedure"));
        };
        let listed = span(&listed);
        let mut call = CallProcedure {
            name: QualifiedName {
                parts: ["rihla", name].map(|name| named(name, listed)).to_vec(),
                span: listed,
            },
            arguments: Some(Vec::new()),
            outputs: Yield::All(listed),
            predicate: self.where_clause(&mut pairs)?,
        };
        let mut kinds = Vec::new();
        match pairs.next() {
            None => kinds.push(ClauseKind::Return(columns(shown, listed))),
            Some(yielded) => {
                let mut pairs = yielded.into_inner();
                call.outputs = self.yield_items(&mut pairs)?;
                let mut choice = With {
                    projection: all_columns(listed),
                    predicate: None,
                };
                let mut returned = yielded_columns(&call.outputs, listed);
                for pair in pairs {
                    match pair.as_rule() {
                        Rule::where_clause => {
                            choice.predicate = Some(self.predicate(inner(pair)?)?);
                        }
                        Rule::return_statement => returned = self.projection(inner(pair)?)?,
                        _ => self.projection_part(&mut choice.projection, pair)?,
                    }
                }
                kinds.extend([ClauseKind::With(choice), ClauseKind::Return(returned)]);
            }
        }
        kinds.insert(0, ClauseKind::CallProcedure(call));
        let clauses = kinds.into_iter().map(|kind| Clause { kind, span: place });
        let single = SingleQuery {
            clauses: clauses.collect(),
            span: place,
        };
        Ok(Query {
            parts: vec![single],
            unions: Vec::new(),
            span: place,
        })
    }
}

fn named(name: &str, span: Span) -> Identifier {
    Identifier {
        name: name.to_owned(),
        span,
    }
}

fn all_columns(span: Span) -> Projection {
    Projection {
        distinct: false,
        star: Some(span),
        items: Vec::new(),
        order_by: Vec::new(),
        skip: None,
        limit: None,
        span,
    }
}

fn columns(names: &[&str], span: Span) -> Projection {
    let items = names.iter().map(|name| ProjectionItem {
        expression: Expression {
            kind: ExpressionKind::Variable((*name).to_owned()),
            span,
        },
        alias: Some(named(name, span)),
    });
    Projection {
        star: None,
        items: items.collect(),
        ..all_columns(span)
    }
}

/// The columns that are yielded, in their order.
fn yielded_columns(outputs: &Yield, span: Span) -> Projection {
    match outputs {
        Yield::Items(items) => {
            let names = items
                .iter()
                .map(|item| item.alias.as_ref().unwrap_or(&item.column).name.as_str());
            columns(&names.collect::<Vec<_>>(), span)
        }
        Yield::All(_) | Yield::Missing => all_columns(span),
    }
}
