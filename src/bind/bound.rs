//! The bound tree: every variable has a name that is unique in the statement, types are checked,
//! functions are rows of the table, patterns are query graphs, aggregates stand apart.
//!
//! A variable keeps the name it was written with; where the same name is declared a second time in
//! the statement (in another scope) it gets a suffix (`a#2`), and what has no name gets one that
//! cannot be written (`#3`). Names of columns are kept apart from names of variables.

use std::collections::HashMap;
use std::sync::Arc;

use super::expression::{Expression as Generic, Labels};
use crate::graph::Direction;
use crate::parse::span::Span;

/// A bound expression.
pub type Expression = Generic<Query>;

/// The unique name of a variable.
pub type Variable = Arc<str>;

/// A statement that can be planned.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The query.
    pub query: Query,
    /// Whether it changes nothing.
    pub read_only: bool,
    /// The parameters that it uses, in alphabetical order.
    pub parameters: Vec<Arc<str>>,
    /// What is odd, but no error: unknown labels, types and keys.
    pub warnings: Vec<Warning>,
    /// Where the nodes of patterns are written, by their variables.
    pub places: HashMap<Variable, Span>,
}

/// Something odd in a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What is odd, in a sentence.
    pub message: String,
    /// A way out: `did you mean HELD_IN?`
    pub hint: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// Single queries joined by `UNION`.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// The parts; all have the same column names, in the same order.
    pub parts: Vec<SingleQuery>,
    /// Whether all conjunctions are `UNION ALL` (they may not be mixed); of no meaning with one part.
    pub union_all: bool,
    /// Names of the result's columns; empty without `RETURN`.
    pub columns: Vec<Arc<str>>,
}

/// Clauses in order.
#[derive(Debug, Clone, PartialEq)]
pub struct SingleQuery {
    /// The clauses. `RETURN` is the last [`Clause::Project`].
    pub clauses: Vec<Clause>,
    /// The variables that hold the result's columns, parallel to [`Query::columns`].
    pub outputs: Vec<Variable>,
}

/// One clause.
#[derive(Debug, Clone, PartialEq)]
pub enum Clause {
    /// `[OPTIONAL] MATCH`
    Match {
        /// Whether a row without a match stays, with nulls.
        optional: bool,
        /// What is matched.
        pattern: Pattern,
    },
    /// `UNWIND list AS variable`
    Unwind {
        /// The list.
        list: Expression,
        /// The new variable.
        variable: Variable,
    },
    /// `WITH` and `RETURN`
    Project(Projection),
    /// `CREATE`
    Create(CreatePattern),
    /// `MERGE`
    Merge(Merge),
    /// `SET` and `REMOVE`
    Set(Vec<SetItem>),
    /// `DELETE`
    Delete {
        /// Whether relationships of deleted nodes go with them.
        detach: bool,
        /// Nodes, relationships, paths; nulls are skipped.
        targets: Vec<Expression>,
    },
    /// `CALL procedure(...)`
    CallProcedure {
        /// The procedure's name.
        name: Arc<str>,
        /// Whether it changes the graph.
        writes: bool,
        /// One expression an input of the procedure.
        arguments: Vec<Expression>,
        /// Indexes of its outputs and the variables that hold them.
        outputs: Vec<(usize, Variable)>,
        /// The predicate after `YIELD`.
        predicate: Option<Expression>,
    },
    /// `CALL { query }`
    CallSubquery {
        /// Whether a row without a result stays, with nulls.
        optional: bool,
        /// Variables of the outside that it reads.
        imports: Vec<Variable>,
        /// The query. The outputs of its first part are new variables outside; without `RETURN`
        /// the outer rows stay as they are.
        query: Query,
        /// `IN TRANSACTIONS OF n ROWS`
        in_transactions: Option<Option<Expression>>,
    },
    /// `FOREACH (variable IN list | clauses)`
    Foreach {
        /// The variable for each element.
        variable: Variable,
        /// The list.
        list: Expression,
        /// Updating clauses.
        clauses: Vec<Clause>,
    },
    /// `LOAD CSV`
    LoadCsv {
        /// Whether a row is a map by the names of the first line.
        with_headers: bool,
        /// The file.
        source: Expression,
        /// The new variable.
        variable: Variable,
        /// The delimiter.
        field_terminator: Option<Expression>,
    },
}

/// The query graph of one `MATCH`: its relationships must all be different.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pattern {
    /// The nodes, each once, in the order in which they are first written.
    pub nodes: Vec<NodePattern>,
    /// The relationships, in the order in which they are written.
    pub relationships: Vec<RelationshipPattern>,
    /// Quantified parts.
    pub groups: Vec<GroupPattern>,
    /// Parts of which only the shortest are asked for; their relationships stand here only.
    pub searches: Vec<SearchPattern>,
    /// Named paths.
    pub paths: Vec<PathVariable>,
    /// Everything that must hold besides: property maps, inline predicates and `WHERE`, cut at
    /// the top-level `AND`s.
    pub predicates: Vec<Expression>,
}

/// A node of a pattern.
#[derive(Debug, Clone, PartialEq)]
pub struct NodePattern {
    /// Its variable.
    pub variable: Variable,
    /// What its labels must be (all conditions written on it, joined).
    pub labels: Option<Labels>,
    /// Whether the variable exists before the clause.
    pub bound: bool,
}

/// A relationship of a pattern, single or of variable length.
#[derive(Debug, Clone, PartialEq)]
pub struct RelationshipPattern {
    /// Its variable; a list of relationships where `length` is there.
    pub variable: Variable,
    /// The node on its left, as written.
    pub from: Variable,
    /// The node on its right, as written.
    pub to: Variable,
    /// Which way it points, seen from `from`.
    pub direction: PatternDirection,
    /// What its type must be.
    pub types: Option<Labels>,
    /// The bounds of a variable length.
    pub length: Option<Length>,
    /// For a variable length: what must hold of each relationship, over the variable named first.
    pub each: Option<(Variable, Expression)>,
    /// Whether the variable exists before the clause.
    pub bound: bool,
}

/// Which way a relationship points, seen from its left node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum PatternDirection {
    /// `-->`
    Outgoing,
    /// `<--`
    Incoming,
    /// `--`
    Both,
}

impl PatternDirection {
    /// The ways that are followed; a loop stands in both.
    pub fn ways(self) -> &'static [Direction] {
        match self {
            PatternDirection::Outgoing => &[Direction::Outgoing],
            PatternDirection::Incoming => &[Direction::Incoming],
            PatternDirection::Both => &[Direction::Outgoing, Direction::Incoming],
        }
    }

    /// The same relationships seen from their other ends.
    pub fn turned(self) -> PatternDirection {
        match self {
            PatternDirection::Outgoing => PatternDirection::Incoming,
            PatternDirection::Incoming => PatternDirection::Outgoing,
            PatternDirection::Both => PatternDirection::Both,
        }
    }
}

/// Bounds of a repetition; both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Length {
    /// The least number; 1 where it was not written.
    pub minimum: u64,
    /// The greatest; no bound where missing.
    pub maximum: Option<u64>,
}

/// `((a)-[r]->(b) WHERE predicate){1,3}` between two nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupPattern {
    /// One repetition: a pattern of its own.
    pub pattern: Pattern,
    /// The first node inside.
    pub inner_from: Variable,
    /// The last node inside.
    pub inner_to: Variable,
    /// The node outside that the first repetition starts at.
    pub from: Variable,
    /// The node outside that the last repetition ends at.
    pub to: Variable,
    /// How often.
    pub length: Length,
    /// For each variable inside, unnamed ones too: the variable outside that lists its values.
    pub variables: Vec<(Variable, Variable)>,
}

/// A path of which only some are asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchPattern {
    /// Which ones.
    pub search: Search,
    /// The pattern that candidates match, alone, with the predicates that they must satisfy: for
    /// `shortestPath` and `allShortestPaths` also those of `WHERE` that speak of the path, which
    /// is written out in them. The end nodes are bound in it, without labels: what is asked of
    /// them stands in the pattern around, of which they are nodes, and so does a path variable.
    pub pattern: Pattern,
    /// The first node.
    pub from: Variable,
    /// The last node.
    pub to: Variable,
}

/// Which of the paths between two nodes are asked for, shortest first.
#[derive(Debug, Clone, PartialEq)]
pub enum Search {
    /// At most this many.
    Shortest(Expression),
    /// All whose length is among the least this many lengths; `ALL SHORTEST` is the first group.
    Groups(Expression),
    /// Any, at most this many.
    Any(Expression),
}

/// A named path.
#[derive(Debug, Clone, PartialEq)]
pub struct PathVariable {
    /// Its variable.
    pub variable: Variable,
    /// Variables of nodes and relationships in turn, as written.
    pub elements: Vec<PathElement>,
}

/// One step of a named path.
#[derive(Debug, Clone, PartialEq)]
pub enum PathElement {
    /// A node.
    Node(Variable),
    /// A relationship, or the list of relationships of a variable length.
    Relationship(Variable),
    /// A quantified part: for each relationship inside the list of what it was.
    Repetitions(Vec<Variable>),
}

/// `WITH` and `RETURN`. In order: aggregate, compute `items` (and keep `hidden`), distinct, sort,
/// skip, limit, filter by `predicate`, drop `hidden`.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    /// The grouping, where an item aggregates.
    pub aggregation: Option<Aggregation>,
    /// The output variables and their values, over the variables in sight before, or over the
    /// keys and aggregates of `aggregation`.
    pub items: Vec<(Variable, Expression)>,
    /// Variables from before (or keys and aggregates) that `order_by` and `predicate` still read.
    pub hidden: Vec<Variable>,
    /// Whether equal rows of `items` are made one; then nothing is hidden.
    pub distinct: bool,
    /// Sort keys over `items` and `hidden`.
    pub order_by: Vec<SortKey>,
    /// How many rows are skipped.
    pub skip: Option<Expression>,
    /// How many rows are kept.
    pub limit: Option<Expression>,
    /// The predicate of `WITH ... WHERE`, over `items` and `hidden`.
    pub predicate: Option<Expression>,
}

/// Rows in groups.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregation {
    /// What the groups are by; without keys there is one group, also of no rows.
    pub keys: Vec<(Variable, Expression)>,
    /// What is computed of each.
    pub aggregates: Vec<(Variable, Aggregate)>,
}

/// The call of an aggregate.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// Its name in the table, or `count(*)`.
    pub function: Arc<str>,
    /// Whether equal arguments count once.
    pub distinct: bool,
    /// The arguments; none for `count(*)`.
    pub arguments: Vec<Expression>,
}

/// One key of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct SortKey {
    /// What rows are ordered by.
    pub expression: Expression,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// What `CREATE` makes, nodes first, both in the order written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatePattern {
    /// New nodes.
    pub nodes: Vec<CreateNode>,
    /// New relationships.
    pub relationships: Vec<CreateRelationship>,
    /// Named paths over them.
    pub paths: Vec<PathVariable>,
}

/// A node to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateNode {
    /// Its variable.
    pub variable: Variable,
    /// Its labels.
    pub labels: Vec<Arc<str>>,
    /// A map of its properties.
    pub properties: Option<Expression>,
}

/// A relationship to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateRelationship {
    /// Its variable.
    pub variable: Variable,
    /// Its type.
    pub relationship_type: Arc<str>,
    /// The node where it starts.
    pub start: Variable,
    /// The node where it ends.
    pub end: Variable,
    /// A map of its properties.
    pub properties: Option<Expression>,
}

/// `MERGE`: match, or else create.
#[derive(Debug, Clone, PartialEq)]
pub struct Merge {
    /// What is looked for. An undirected relationship is looked for both ways.
    pub pattern: Pattern,
    /// What is made where nothing is found; undirected relationships point from left to right.
    /// A property that is null is an error (`MergeReadOwnWrites`).
    pub create: CreatePattern,
    /// What is set after a creation.
    pub on_create: Vec<SetItem>,
    /// What is set after a match.
    pub on_match: Vec<SetItem>,
}

/// One item of `SET` or `REMOVE`. Nothing happens where the target is null.
#[derive(Debug, Clone, PartialEq)]
pub enum SetItem {
    /// `target.key = value`; removing is setting to null.
    Property {
        /// A node or relationship.
        target: Expression,
        /// A string.
        key: Expression,
        /// The value.
        value: Expression,
    },
    /// `target = map`
    ReplaceProperties {
        /// A node or relationship.
        target: Expression,
        /// A map, node or relationship.
        value: Expression,
    },
    /// `target += map`
    AddProperties {
        /// A node or relationship.
        target: Expression,
        /// A map, node or relationship.
        value: Expression,
    },
    /// `target:A:B`
    AddLabels {
        /// A node.
        target: Expression,
        /// The labels.
        labels: Vec<Arc<str>>,
    },
    /// `REMOVE target:A:B`
    RemoveLabels {
        /// A node.
        target: Expression,
        /// The labels.
        labels: Vec<Arc<str>>,
    },
}
