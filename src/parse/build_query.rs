//! Statements, queries and projections.

use super::ast::*;
use super::build::{Builder, Pair, Pairs, defect, identifier, inner, part, part_if, span};
use super::build_schema::schema_statement;
use super::grammar::Rule;
use crate::error::{Error, ErrorDetail, Result};

impl Builder {
    /// The whole text.
    pub fn statement(&mut self, mut pairs: Pairs) -> Result<Statement> {
        let pair = part(&mut pairs)?;
        Ok(match pair.as_rule() {
            Rule::composite_statement => Statement::Query(self.main_query(pair)?),
            Rule::explain_statement => Statement::Explain(self.main_query(inner(pair)?)?),
            Rule::profile_statement => Statement::Profile(self.main_query(inner(pair)?)?),
            Rule::show_statement => Statement::Query(self.show(pair)?),
            Rule::begin_statement => Statement::Transaction(match pair.into_inner().next() {
                None => TransactionControl::Begin,
                Some(mode) if mode.as_rule() == Rule::begin_read => TransactionControl::BeginRead,
                Some(_) => TransactionControl::BeginWrite,
            }),
            Rule::commit_statement => Statement::Transaction(TransactionControl::Commit),
            Rule::rollback_statement => Statement::Transaction(TransactionControl::Rollback),
            Rule::create_index_statement
            | Rule::create_constraint_statement
            | Rule::drop_index_statement
            | Rule::drop_constraint_statement
            | Rule::set_graph_type_statement => Statement::Schema(schema_statement(pair)?),
            Rule::unsupported_statement => return Err(unsupported(inner(pair)?)),
            _ => return Err(defect(&pair)),
        })
    }

    /// The query of a statement. Only here a procedure may be called in the short form.
    fn main_query(&mut self, pair: Pair) -> Result<Query> {
        let query = self.parts_of_query(pair)?;
        match query.parts.as_slice() {
            [SingleQuery { clauses, .. }] if clauses.len() == 1 => {}
            parts => parts.iter().try_for_each(refuse_short_calls)?,
        }
        Ok(query)
    }

    /// The query of a subquery.
    pub fn query(&mut self, pair: Pair) -> Result<Query> {
        let query = self.parts_of_query(pair)?;
        query.parts.iter().try_for_each(refuse_short_calls)?;
        Ok(query)
    }

    fn parts_of_query(&mut self, pair: Pair) -> Result<Query> {
        let mut query = Query {
            parts: Vec::new(),
            unions: Vec::new(),
            span: span(&pair),
        };
        for pair in pair.into_inner() {
            if pair.as_rule() == Rule::composite_conjunction {
                let span = span(&pair);
                query.unions.push(Union {
                    all: pair.into_inner().next().is_some(),
                    span,
                });
            } else {
                query.parts.push(self.single_query(pair)?);
            }
        }
        Ok(query)
    }

    fn single_query(&mut self, pair: Pair) -> Result<SingleQuery> {
        let span = span(&pair);
        let pairs = pair.into_inner();
        let mut clauses = Vec::with_capacity(pairs.len());
        for pair in pairs {
            clauses.push(self.clause(pair)?);
        }
        Ok(SingleQuery { clauses, span })
    }

    /// What RETURN and WITH share.
    pub fn projection(&mut self, pair: Pair) -> Result<Projection> {
        let mut projection = Projection {
            distinct: false,
            star: None,
            items: Vec::new(),
            order_by: Vec::new(),
            skip: None,
            limit: None,
            span: span(&pair),
        };
        for pair in pair.into_inner() {
            self.projection_part(&mut projection, pair)?;
        }
        Ok(projection)
    }

    /// An item, `DISTINCT`, `ORDER BY`, `SKIP` or `LIMIT`.
    pub fn projection_part(&mut self, projection: &mut Projection, pair: Pair) -> Result<()> {
        match pair.as_rule() {
            Rule::distinct => projection.distinct = true,
            Rule::star => projection.star = Some(span(&pair)),
            Rule::return_item => projection.items.push(self.projection_item(pair)?),
            Rule::order_by_clause => {
                for pair in pair.into_inner() {
                    projection.order_by.push(self.sort_item(pair)?);
                }
            }
            Rule::offset_clause => projection.skip = Some(self.expression(inner(pair)?)?),
            Rule::limit_clause => projection.limit = Some(self.expression(inner(pair)?)?),
            _ => return Err(defect(&pair)),
        }
        Ok(())
    }

    fn projection_item(&mut self, pair: Pair) -> Result<ProjectionItem> {
        let mut pairs = pair.into_inner();
        let expression = self.written_expression(part(&mut pairs)?)?;
        Ok(ProjectionItem {
            expression,
            alias: pairs.next().as_ref().map(identifier),
        })
    }

    /// An expression whose span is its whole text, parentheses included: a column is named by it.
    fn written_expression(&mut self, pair: Pair) -> Result<Expression> {
        let span = span(&pair);
        let mut expression = self.expression(pair)?;
        expression.span = span;
        Ok(expression)
    }

    fn sort_item(&mut self, pair: Pair) -> Result<SortItem> {
        let mut pairs = pair.into_inner();
        let expression = self.expression(part(&mut pairs)?)?;
        Ok(SortItem {
            expression,
            descending: part_if(&mut pairs, Rule::descending).is_some(),
        })
    }
}

/// Inside a query the arguments of a procedure and the columns that it yields are written out.
fn refuse_short_calls(query: &SingleQuery) -> Result<()> {
    for clause in &query.clauses {
        let ClauseKind::CallProcedure(call) = &clause.kind else {
            continue;
        };
        if call.arguments.is_none() {
            let message = format!(
                "{} needs its arguments in parentheses inside a query",
                call.name.dotted()
            );
            return Err(Error::syntax(
                ErrorDetail::InvalidArgumentPassingMode,
                call.name.span,
                message,
            )
            .hint("without parentheses a call must be the whole statement"));
        }
        if let Yield::All(star) = call.outputs {
            let message = "unexpected `*`, expected the names of columns";
            return Err(Error::syntax(ErrorDetail::UnexpectedSyntax, star, message)
                .hint("YIELD * is allowed only where the call is the whole statement"));
        }
    }
    Ok(())
}

fn unsupported(keywords: Pair) -> Error {
    let words = keywords
        .as_str()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_uppercase();
    let error = Error::unsupported(format!("{words} is not supported")).at(span(&keywords));
    match words.as_str() {
        words if words.ends_with("INDEX") => error.hint("CREATE INDEX makes a range index"),
        "ALTER" => error.hint("ALTER CURRENT GRAPH TYPE SET sets the graph type"),
        "USE" => error.hint("a database holds one graph; open the other database instead"),
        _ => error,
    }
}
