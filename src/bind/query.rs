//! Queries: parts joined by `UNION`, clauses in order, and which clause may stand where.

use super::binder::Binder;
use super::bound::{self, Clause, SingleQuery};
use super::build_expression::with_room;
use super::expression::Expression as E;
use super::projection::Output;
use super::scope::Scope;
use crate::error::{Error, ErrorDetail, Result};
use crate::parse::ast::{self, ClauseKind as C};
use crate::parse::span::Span;

/// A bound query with what is known of its columns.
#[derive(Debug)]
pub(super) struct BoundQuery {
    pub query: bound::Query,
    pub outputs: Vec<Output>,
}

/// What a query is for.
#[derive(Debug, Clone)]
pub(super) enum Role {
    /// It is the statement.
    Statement,
    /// It is the body of `CALL {}`; each part may import variables of this scope by a leading
    /// `WITH`, if there is one.
    Call(Option<Scope>),
    /// It is the body of `EXISTS {}`, `COUNT {}` or `COLLECT {}`.
    Expression,
}

impl BoundQuery {
    /// A query that returns nothing.
    pub fn without_columns(query: bound::Query) -> BoundQuery {
        BoundQuery {
            query,
            outputs: Vec::new(),
        }
    }
}

impl<'a> Binder<'a> {
    /// Binds a query. All its parts start from the present scope, and nothing remains of them.
    pub fn query(&mut self, query: &'a ast::Query, role: Role) -> Result<BoundQuery> {
        refuse_mixed_unions(query)?;
        let start = self.scope.clone();
        let mut parts = Vec::with_capacity(query.parts.len());
        let mut first: Option<Vec<Output>> = None;
        for part in &query.parts {
            self.scope = start.clone();
            let (mut bound, mut outputs) = self.single_query(part, &role)?;
            if let Some(first) = &mut first {
                outputs = in_order_of(first, outputs, part.span)?;
                bound.outputs = outputs
                    .iter()
                    .map(|output| output.variable.clone())
                    .collect();
                for (output, other) in first.iter_mut().zip(outputs) {
                    output.value_type = output.value_type.join(&other.value_type);
                }
            } else {
                first = Some(outputs);
            }
            parts.push(bound);
        }
        self.scope = start;
        let outputs = first.unwrap_or_default();
        let query = bound::Query {
            parts,
            union_all: query.unions.iter().all(|union| union.all),
            columns: outputs.iter().map(|output| output.column.clone()).collect(),
        };
        Ok(BoundQuery { query, outputs })
    }

    fn single_query(
        &mut self,
        part: &'a ast::SingleQuery,
        role: &Role,
    ) -> Result<(SingleQuery, Vec<Output>)> {
        check_composition(part, role)?;
        self.begin_single_query();
        let mut waiting = part.clauses.as_slice();
        if let Role::Call(Some(importable)) = role
            && let Some((first, rest)) = waiting.split_first()
            && self.import(first, importable)?
        {
            waiting = rest;
        }
        let mut clauses = Vec::with_capacity(waiting.len());
        let mut outputs = Vec::new();
        for clause in waiting {
            clauses.push(match &clause.kind {
                C::Return(projection) => {
                    let (projection, columns) = self.return_clause(projection)?;
                    outputs = columns;
                    Clause::Project(projection)
                }
                C::Finish => continue,
                _ => self.clause(clause)?,
            });
        }
        self.carry(&mut clauses, part.span)?;
        let variables = outputs.iter().map(|output| output.variable.clone());
        let single = SingleQuery {
            clauses,
            outputs: variables.collect(),
        };
        Ok((single, outputs))
    }

    /// Notes that what stands there changes the graph.
    pub(super) fn note_update(&mut self, span: Span) -> Result<()> {
        if self.updates_refused {
            let message = "a subquery in an expression cannot change the graph";
            return Err(misplaced(span, message));
        }
        self.read_only = false;
        Ok(())
    }

    /// Binds any clause but `RETURN`.
    pub(super) fn clause(&mut self, clause: &'a ast::Clause) -> Result<Clause> {
        if updates(&clause.kind) {
            self.note_update(clause.span)?;
        }
        with_room(|| match &clause.kind {
            C::Match(clause) => self.match_clause(clause),
            C::Unwind(unwind) => self.unwind(unwind),
            C::With(with) => Ok(Clause::Project(self.with_clause(with)?)),
            C::Create(pattern) => Ok(Clause::Create(self.create(pattern)?)),
            C::Merge(merge) => Ok(Clause::Merge(self.merge(merge)?)),
            C::Set(items) => Ok(Clause::Set(self.set_items(items)?)),
            C::Remove(items) => Ok(Clause::Set(self.remove_items(items)?)),
            C::Delete(delete) => self.delete(delete),
            C::CallProcedure(call) => self.call_procedure(call),
            C::CallSubquery(call) => self.call_subquery(call),
            C::Foreach(foreach) => self.foreach(foreach),
            C::LoadCsv(load) => self.load_csv(load),
            C::Return(_) | C::Finish => Err(misplaced(
                clause.span,
                "the end of a query stands in another clause",
            )),
        })
    }

    /// Lets the projections of a subquery carry along the variables of the outside that clauses
    /// after them read.
    fn carry(&self, clauses: &mut [Clause], span: Span) -> Result<()> {
        let projections = clauses.iter_mut().filter_map(|clause| match clause {
            Clause::Project(projection) => Some(projection),
            _ => None,
        });
        for (number, projection) in projections.enumerate() {
            for variable in self.carried(number) {
                if projection.items.iter().any(|(item, _)| *item == variable) {
                    continue;
                }
                let value = E::Variable(variable.clone());
                if let Some(aggregation) = &mut projection.aggregation {
                    if aggregation.keys.is_empty() {
                        let message = format!(
                            "{variable} of the query around cannot be read after an aggregation \
                             of all rows"
                        );
                        let error = Error::unsupported(message).at(span);
                        return Err(error.hint(format!("group by {variable}, too")));
                    }
                    aggregation.keys.push((variable.clone(), value.clone()));
                }
                projection.hidden.retain(|hidden| *hidden != variable);
                projection.items.push((variable, value));
            }
        }
        Ok(())
    }
}

/// The outputs of a further part of a `UNION`, in the order of the first.
fn in_order_of(first: &[Output], mut outputs: Vec<Output>, span: Span) -> Result<Vec<Output>> {
    let mut ordered = Vec::with_capacity(first.len());
    for wanted in first {
        let found = outputs
            .iter()
            .position(|output| output.column == wanted.column);
        match found {
            Some(index) => ordered.push(outputs.swap_remove(index)),
            None => {
                let message = format!("this part of the UNION has no column {}", wanted.column);
                return Err(Error::syntax(
                    ErrorDetail::DifferentColumnsInUnion,
                    span,
                    message,
                ));
            }
        }
    }
    match outputs.first() {
        None => Ok(ordered),
        Some(extra) => {
            let message = format!("the first part of the UNION has no column {}", extra.column);
            let detail = ErrorDetail::DifferentColumnsInUnion;
            Err(Error::syntax(detail, extra.span, message))
        }
    }
}

fn refuse_mixed_unions(query: &ast::Query) -> Result<()> {
    let Some(first) = query.unions.first() else {
        return Ok(());
    };
    match query.unions.iter().find(|union| union.all != first.all) {
        None => Ok(()),
        Some(other) => {
            let message = "UNION and UNION ALL stand in one query";
            Err(misplaced(other.span, message).hint("put one of them into a CALL { ... }"))
        }
    }
}

fn misplaced(span: Span, message: impl Into<String>) -> Error {
    Error::syntax(ErrorDetail::InvalidClauseComposition, span, message)
}

/// `RETURN` comes last, and a query ends with something that has an effect.
fn check_composition(part: &ast::SingleQuery, role: &Role) -> Result<()> {
    let Some((last, before)) = part.clauses.split_last() else {
        return Err(misplaced(part.span, "a query has one clause at least"));
    };
    for (index, clause) in before.iter().enumerate() {
        if matches!(clause.kind, C::Return(_) | C::Finish) {
            let next = part
                .clauses
                .get(index + 1)
                .map_or(last.span, |next| next.span);
            let message = "nothing can follow RETURN or FINISH but UNION";
            return Err(misplaced(next, message).hint("WITH hands results on to further clauses"));
        }
    }
    let name = match (&last.kind, role) {
        (C::With(_), _) => "WITH",
        (C::Finish, Role::Expression) => "FINISH here",
        (_, Role::Expression) => return Ok(()),
        (C::Match(_), _) => "MATCH",
        (C::Unwind(_), _) => "UNWIND",
        (C::LoadCsv(_), _) => "LOAD CSV",
        (C::CallProcedure(call), _) if matches!(call.outputs, ast::Yield::Items(_)) => "YIELD",
        (C::CallSubquery(call), _) if returns(&call.query) => "a CALL that returns rows",
        _ => return Ok(()),
    };
    let message = format!("a query cannot end with {name}");
    Err(misplaced(last.span, message).hint("end it with RETURN or a clause that writes"))
}

fn returns(query: &ast::Query) -> bool {
    query.parts.iter().any(|part| {
        let last = part.clauses.last();
        last.is_some_and(|clause| matches!(clause.kind, C::Return(_)))
    })
}

fn updates(clause: &C) -> bool {
    matches!(
        clause,
        C::Create(_) | C::Merge(_) | C::Set(_) | C::Remove(_) | C::Delete(_) | C::Foreach(_)
    )
}
