//! Statements: queries, and what stands beside queries at the top.

use super::{Clause, Identifier, SchemaStatement};
use crate::parse::span::Span;

/// One statement, up to its `;` or the end of the text.
#[derive(Debug, Clone, PartialEq)]
pub enum Statement {
    /// A query that reads or writes.
    Query(Query),
    /// `EXPLAIN query`: show the plan, do not run it.
    Explain(Query),
    /// `PROFILE query`: run it and show the plan with counts.
    Profile(Query),
    /// `CREATE INDEX`, `DROP CONSTRAINT` and their siblings.
    Schema(SchemaStatement),
    /// `BEGIN`, `COMMIT`, `ROLLBACK`.
    Transaction(TransactionControl),
}

/// `BEGIN`, `COMMIT` and `ROLLBACK`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionControl {
    /// `BEGIN`: reads until its first write.
    Begin,
    /// `BEGIN READ`
    BeginRead,
    /// `BEGIN WRITE`
    BeginWrite,
    /// `COMMIT`
    Commit,
    /// `ROLLBACK`
    Rollback,
}

/// Single queries joined by `UNION` or `UNION ALL`; also the body of a subquery.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// The single queries, at least one.
    pub parts: Vec<SingleQuery>,
    /// The conjunctions between the parts: one less than `parts`.
    pub unions: Vec<Union>,
    /// The whole text of the query.
    pub span: Span,
}

/// The word between two single queries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Union {
    /// `UNION ALL` keeps duplicate rows.
    pub all: bool,
    /// Where the word stands.
    pub span: Span,
}

/// Clauses in the order in which they are written.
#[derive(Debug, Clone, PartialEq)]
pub struct SingleQuery {
    /// At least one clause.
    pub clauses: Vec<Clause>,
    /// The text of all clauses.
    pub span: Span,
}

/// The name of a function or procedure with its namespace: `date.truncate`, `db.labels`.
#[derive(Debug, Clone, PartialEq)]
pub struct QualifiedName {
    /// The parts between the dots.
    pub parts: Vec<Identifier>,
    /// All parts.
    pub span: Span,
}

impl QualifiedName {
    /// The parts joined by dots, as written.
    pub fn dotted(&self) -> String {
        let names: Vec<&str> = self.parts.iter().map(|part| part.name.as_str()).collect();
        names.join(".")
    }
}
