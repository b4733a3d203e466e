//! Subqueries as values: `EXISTS {}`, `COUNT {}`, `COLLECT {}`, patterns as predicates, pattern
//! comprehensions, `shortestPath(...)` as a value.

use std::slice::from_ref;
use std::sync::Arc;

use super::binder::Binder;
use super::bound::{self, Clause, Expression, Pattern, Projection, SingleQuery, Variable};
use super::build_expression::Formed;
use super::expression::{Expression as E, SubqueryKind};
use super::pattern::Declaration;
use super::query::{BoundQuery, Role};
use crate::error::{Error, ErrorDetail, Result};
use crate::parse::ast::{self, PathSearch};
use crate::parse::span::Span;
use crate::value::{Type, Value};

impl<'a> Binder<'a> {
    /// Binds a query that sees everything around it, and makes it a value.
    fn subquery(
        &mut self,
        kind: SubqueryKind,
        bind: impl FnOnce(&mut Self) -> Result<BoundQuery>,
    ) -> Result<(Expression, Type)> {
        let scope = self.scope.of_subquery();
        let updates_refused = std::mem::replace(&mut self.updates_refused, true);
        let result = self.subquery_in(scope, bind);
        self.updates_refused = updates_refused;
        let (bound, imports) = result?;
        let value_type = match (kind, bound.outputs.first()) {
            (SubqueryKind::Exists, _) => Type::Boolean,
            (SubqueryKind::Count, _) => Type::Integer,
            (SubqueryKind::Collect, output) => {
                let element = output.map_or(Type::Any, |output| output.value_type.clone());
                Type::List(Box::new(element))
            }
        };
        let subquery = E::Subquery {
            kind,
            query: Box::new(bound.query),
            imports,
        };
        Ok((subquery, value_type))
    }

    pub(super) fn exists(&mut self, subquery: &'a ast::Subquery) -> Result<Formed> {
        self.subquery(SubqueryKind::Exists, |binder| binder.body(subquery))
    }

    pub(super) fn count(&mut self, subquery: &'a ast::Subquery) -> Result<Formed> {
        self.subquery(SubqueryKind::Count, |binder| binder.body(subquery))
    }

    pub(super) fn collect(&mut self, subquery: &'a ast::Subquery, span: Span) -> Result<Formed> {
        self.subquery(SubqueryKind::Collect, |binder| {
            let bound = binder.body(subquery)?;
            if bound.outputs.len() == 1 {
                return Ok(bound);
            }
            let message = "COLLECT takes a query that returns one column";
            let detail = ErrorDetail::InvalidClauseComposition;
            Err(Error::syntax(detail, span, message))
        })
    }

    fn body(&mut self, subquery: &'a ast::Subquery) -> Result<BoundQuery> {
        match subquery {
            ast::Subquery::Query(query) => self.query(query, Role::Expression),
            ast::Subquery::Pattern { pattern, predicate } => {
                let pattern = self.pattern(pattern, predicate.as_ref())?;
                Ok(BoundQuery::without_columns(match_query(pattern, None)))
            }
        }
    }

    /// `(a)-->(b)`: whether there is such a path; or `shortestPath(...)`, which gives it.
    pub(super) fn pattern_expression(&mut self, path: &'a ast::PathPattern) -> Result<Formed> {
        match path.search {
            PathSearch::All => self.subquery(SubqueryKind::Exists, |binder| {
                let mut declaration = Declaration::new(&binder.scope);
                declaration.closed = true;
                let pattern = binder.paths(&[path], None, &mut declaration)?;
                Ok(BoundQuery::without_columns(match_query(pattern, None)))
            }),
            PathSearch::LegacyAllShortest => self.found_paths(path),
            _ => {
                let (paths, _) = self.found_paths(path)?;
                let first = Box::new(E::Literal(Value::Integer(0)));
                Ok((E::Index(Box::new(paths), first), Type::Path))
            }
        }
    }

    /// The list of the paths that a search between known nodes finds.
    fn found_paths(&mut self, path: &'a ast::PathPattern) -> Result<Formed> {
        self.subquery(SubqueryKind::Collect, |binder| {
            let mut declaration = Declaration::new(&binder.scope);
            declaration.closed = true;
            let mut declared = binder.declare_path(path, &mut declaration)?;
            let variable = binder.unnamed();
            declared.variable = Some(variable.clone());
            let mut pattern = Pattern::default();
            binder.build_path(
                &declared,
                from_ref(&declared),
                &declaration.known,
                &mut pattern,
            )?;
            let value = E::Variable(variable);
            Ok(binder.listed(pattern, value, Type::Path, path.span))
        })
    }

    pub(super) fn pattern_comprehension(
        &mut self,
        path: &'a ast::PathPattern,
        predicate: Option<&'a ast::Expression>,
        projection: &'a ast::Expression,
    ) -> Result<Formed> {
        self.subquery(SubqueryKind::Collect, |binder| {
            let mut declaration = Declaration::new(&binder.scope);
            let pattern = binder.paths(&[path], predicate, &mut declaration)?;
            let value = binder.expression(projection)?;
            Ok(binder.listed(pattern, value.expression, value.value_type, value.span))
        })
    }

    /// `MATCH pattern RETURN value`
    fn listed(
        &mut self,
        pattern: Pattern,
        value: Expression,
        value_type: Type,
        span: Span,
    ) -> BoundQuery {
        let variable = self.unnamed();
        let column: Arc<str> = span.slice(self.text).into();
        BoundQuery {
            query: match_query(pattern, Some((column.clone(), variable.clone(), value))),
            outputs: vec![super::projection::Output {
                column,
                name: None,
                variable,
                value_type,
                span,
            }],
        }
    }
}

/// A query of one `MATCH`, and of one column if there is one.
fn match_query(pattern: Pattern, column: Option<(Arc<str>, Variable, Expression)>) -> bound::Query {
    let mut columns = Vec::new();
    let mut outputs = Vec::new();
    let mut clauses = vec![Clause::Match {
        optional: false,
        pattern,
    }];
    if let Some((name, variable, value)) = column {
        columns.push(name);
        outputs.push(variable.clone());
        clauses.push(Clause::Project(Projection::of(vec![(variable, value)])));
    }
    bound::Query {
        parts: vec![SingleQuery { clauses, outputs }],
        union_all: false,
        columns,
    }
}
