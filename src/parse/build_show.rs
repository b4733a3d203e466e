//! `SHOW FUNCTIONS` and `SHOW PROCEDURES`, as calls of the procedures that list them.

use super::ast::*;
use super::build::{Builder, Pair, inner, part, span};
use super::grammar::Rule;
use super::span::Span;
use crate::error::Result;

/// The columns of a listing of which nothing else is said.
const COLUMNS: [&str; 3] = ["name", "signature", "description"];

impl Builder {
    /// `SHOW ... YIELD items ORDER BY ... WHERE ... RETURN ...` becomes
    /// `CALL ... YIELD items WITH * ORDER BY ... WHERE ... RETURN ...`.
    pub fn show(&mut self, pair: Pair) -> Result<Query> {
        let place = span(&pair);
        let mut pairs = pair.into_inner();
        let listed = part(&mut pairs)?;
        let name = match listed.as_rule() {
            Rule::show_functions => ["rihla", "functions"],
            _ => ["rihla", "procedures"],
        };
        let listed = span(&listed);
        let mut call = CallProcedure {
            name: QualifiedName {
                parts: name.map(|name| named(name, listed)).to_vec(),
                span: listed,
            },
            arguments: Some(Vec::new()),
            outputs: Yield::All(listed),
            predicate: self.where_clause(&mut pairs)?,
        };
        let mut kinds = Vec::new();
        match pairs.next() {
            None => kinds.push(ClauseKind::Return(columns(&COLUMNS, listed))),
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
