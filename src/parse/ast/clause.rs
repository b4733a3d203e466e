//! Clauses: reading, writing, projecting.

use super::{Expression, Identifier, PathPattern, Pattern, QualifiedName, Query};
use crate::parse::span::Span;

/// One clause with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// What the clause does.
    pub kind: ClauseKind,
    /// Its text, from the first keyword on.
    pub span: Span,
}

/// The clauses of openCypher, and those that Neo4j 5 has besides.
#[derive(Debug, Clone, PartialEq)]
pub enum ClauseKind {
    /// `[OPTIONAL] MATCH pattern [WHERE predicate]`
    Match(Match),
    /// `UNWIND expression AS variable`
    Unwind(Unwind),
    /// `WITH items [ORDER BY ...] [SKIP ...] [LIMIT ...] [WHERE predicate]`
    With(With),
    /// `RETURN items [ORDER BY ...] [SKIP ...] [LIMIT ...]`
    Return(Projection),
    /// `CREATE pattern`
    Create(Pattern),
    /// `MERGE path [ON CREATE SET ...] [ON MATCH SET ...]`
    Merge(Merge),
    /// `SET items`
    Set(Vec<SetItem>),
    /// `REMOVE items`
    Remove(Vec<RemoveItem>),
    /// `[DETACH] DELETE expressions`
    Delete(Delete),
    /// `CALL procedure(arguments) [YIELD items [WHERE predicate]]`
    CallProcedure(CallProcedure),
    /// `[OPTIONAL] CALL [(variables)] { query } [IN TRANSACTIONS ...]`
    CallSubquery(CallSubquery),
    /// `FOREACH (variable IN list | updating clauses)`
    Foreach(Foreach),
    /// `LOAD CSV [WITH HEADERS] FROM url AS row [FIELDTERMINATOR text]`
    LoadCsv(LoadCsv),
    /// `FINISH`: the query returns nothing.
    Finish,
}

/// `[OPTIONAL] MATCH pattern [USING hint] [WHERE predicate]`
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// Whether `OPTIONAL` stands before it.
    pub optional: bool,
    /// The comma-separated path patterns.
    pub pattern: Pattern,
    /// The variables that `USING` hints name.
    pub hinted: Vec<Identifier>,
    /// The predicate after `WHERE`.
    pub predicate: Option<Expression>,
}

/// `UNWIND expression AS variable`
#[derive(Debug, Clone, PartialEq)]
pub struct Unwind {
    /// The list.
    pub list: Expression,
    /// The variable for each element.
    pub variable: Identifier,
}

/// `WITH`: a projection with an optional predicate after it.
#[derive(Debug, Clone, PartialEq)]
pub struct With {
    /// What is projected.
    pub projection: Projection,
    /// The predicate after `WHERE`.
    pub predicate: Option<Expression>,
}

/// What `WITH` and `RETURN` share.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    /// Whether `DISTINCT` is asked.
    pub distinct: bool,
    /// Where `*` stands, if it does: all variables in sight.
    pub star: Option<Span>,
    /// The items, in order; may be empty only with `star`.
    pub items: Vec<ProjectionItem>,
    /// `ORDER BY`, most significant first.
    pub order_by: Vec<SortItem>,
    /// `SKIP` or `OFFSET`.
    pub skip: Option<Expression>,
    /// `LIMIT`
    pub limit: Option<Expression>,
    /// The items and what follows.
    pub span: Span,
}

/// `expression [AS alias]`
#[derive(Debug, Clone, PartialEq)]
pub struct ProjectionItem {
    /// What is computed. Its `span` is exactly its text: an item without an alias is named by it.
    pub expression: Expression,
    /// The name after `AS`.
    pub alias: Option<Identifier>,
}

/// One key of `ORDER BY`.
#[derive(Debug, Clone, PartialEq)]
pub struct SortItem {
    /// The key.
    pub expression: Expression,
    /// Whether the order is descending.
    pub descending: bool,
}

/// `MERGE path [ON CREATE SET ...] [ON MATCH SET ...]`
#[derive(Debug, Clone, PartialEq)]
pub struct Merge {
    /// What is looked for, and created where missing.
    pub path: PathPattern,
    /// Items of all `ON CREATE` actions, in order.
    pub on_create: Vec<SetItem>,
    /// Items of all `ON MATCH` actions, in order.
    pub on_match: Vec<SetItem>,
}

/// One item of `SET`.
#[derive(Debug, Clone, PartialEq)]
pub enum SetItem {
    /// `target.key = value`, the target being any expression that gives an entity.
    Property {
        /// The entity.
        target: Expression,
        /// The property key.
        key: Identifier,
        /// The new value; null removes the property.
        value: Expression,
    },
    /// `target[key] = value`, the key computed.
    DynamicProperty {
        /// The entity.
        target: Expression,
        /// The expression that gives the key.
        key: Expression,
        /// The new value; null removes the property.
        value: Expression,
    },
    /// `variable = map`
    ReplaceProperties {
        /// The entity.
        variable: Identifier,
        /// The map, node or relationship whose properties replace all present ones.
        value: Expression,
    },
    /// `variable += map`
    AddProperties {
        /// The entity.
        variable: Identifier,
        /// The map, node or relationship whose properties are added.
        value: Expression,
    },
    /// `variable:Label:Label`
    Labels {
        /// The node.
        variable: Identifier,
        /// The labels to add.
        labels: Vec<Identifier>,
    },
}

/// One item of `REMOVE`.
#[derive(Debug, Clone, PartialEq)]
pub enum RemoveItem {
    /// `target.key`
    Property {
        /// The entity.
        target: Expression,
        /// The property key.
        key: Identifier,
    },
    /// `target[key]`, the key computed.
    DynamicProperty {
        /// The entity.
        target: Expression,
        /// The expression that gives the key.
        key: Expression,
    },
    /// `variable:Label:Label`
    Labels {
        /// The node.
        variable: Identifier,
        /// The labels to remove.
        labels: Vec<Identifier>,
    },
}

/// `[DETACH] DELETE expressions`
#[derive(Debug, Clone, PartialEq)]
pub struct Delete {
    /// Whether relationships of deleted nodes go with them.
    pub detach: bool,
    /// Nodes, relationships or paths.
    pub targets: Vec<Expression>,
}

/// `CALL procedure(arguments) YIELD items WHERE predicate`
#[derive(Debug, Clone, PartialEq)]
pub struct CallProcedure {
    /// The procedure.
    pub name: QualifiedName,
    /// The arguments; `None` where the parentheses are missing (arguments come from parameters).
    pub arguments: Option<Vec<Expression>>,
    /// What is taken of its result columns.
    pub outputs: Yield,
    /// The predicate after `YIELD ... WHERE`.
    pub predicate: Option<Expression>,
}

/// The `YIELD` part of a procedure call.
#[derive(Debug, Clone, PartialEq)]
pub enum Yield {
    /// No `YIELD` was written.
    Missing,
    /// `YIELD *`
    All(Span),
    /// `YIELD column [AS variable], ...`
    Items(Vec<YieldItem>),
}

/// `column [AS variable]`
#[derive(Debug, Clone, PartialEq)]
pub struct YieldItem {
    /// The procedure's result column.
    pub column: Identifier,
    /// The variable it gets, the column's own name where missing.
    pub alias: Option<Identifier>,
}

/// `CALL { query }`
#[derive(Debug, Clone, PartialEq)]
pub struct CallSubquery {
    /// `OPTIONAL CALL`: a row without a result stays, with nulls.
    pub optional: bool,
    /// The variables in `CALL (a, b) { ... }`; `None` where no parentheses stand.
    pub imports: Option<SubqueryImports>,
    /// The query between the braces.
    pub query: Query,
    /// `IN TRANSACTIONS OF n ROWS`, if asked.
    pub in_transactions: Option<InTransactions>,
}

/// What a subquery sees of the variables outside.
#[derive(Debug, Clone, PartialEq)]
pub enum SubqueryImports {
    /// `(*)`
    All,
    /// `(a, b)` or `()`
    Variables(Vec<Identifier>),
}

/// `IN TRANSACTIONS [OF n ROWS]`
#[derive(Debug, Clone, PartialEq)]
pub struct InTransactions {
    /// How many rows go in one transaction.
    pub rows: Option<Expression>,
}

/// `FOREACH (variable IN list | updating clauses)`
#[derive(Debug, Clone, PartialEq)]
pub struct Foreach {
    /// The variable for each element.
    pub variable: Identifier,
    /// The list.
    pub list: Expression,
    /// Updating clauses only.
    pub clauses: Vec<Clause>,
}

/// `LOAD CSV [WITH HEADERS] FROM url AS row [FIELDTERMINATOR text]`
#[derive(Debug, Clone, PartialEq)]
pub struct LoadCsv {
    /// Whether the first line names the columns; then a row is a map.
    pub with_headers: bool,
    /// The file.
    pub source: Expression,
    /// The variable for each line.
    pub variable: Identifier,
    /// The delimiter, a comma where missing.
    pub field_terminator: Option<Expression>,
}
