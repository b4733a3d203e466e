//! Patterns: nodes, relationships and the paths that they form.

use super::{Expression, Identifier};
use crate::parse::span::Span;

/// Path patterns separated by commas.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    /// At least one path.
    pub paths: Vec<PathPattern>,
    /// All of them.
    pub span: Span,
}

/// `[variable =] [search] element...`
#[derive(Debug, Clone, PartialEq)]
pub struct PathPattern {
    /// The path's variable.
    pub variable: Option<Identifier>,
    /// Which of the matching paths are asked for.
    pub search: PathSearch,
    /// Nodes and relationships as written. Between two relationships stands always a node;
    /// beside a quantified part a node may be missing.
    pub elements: Vec<PatternElement>,
    /// The whole path.
    pub span: Span,
}

/// The prefix of a path pattern.
#[derive(Debug, Clone, PartialEq)]
pub enum PathSearch {
    /// All matching paths: nothing written, or `ALL [PATHS]`.
    All,
    /// `shortestPath(...)`
    LegacyShortest,
    /// `allShortestPaths(...)`
    LegacyAllShortest,
    /// `ANY [k] [PATHS]`; the number is a literal or a parameter.
    Any(Option<Box<Expression>>),
    /// `ALL SHORTEST [PATHS]`
    AllShortest,
    /// `SHORTEST k [PATHS]`, `ANY SHORTEST` (k = none).
    Shortest(Option<Box<Expression>>),
    /// `SHORTEST [k] GROUPS`
    ShortestGroups(Option<Box<Expression>>),
}

/// One part of a path pattern.
#[derive(Debug, Clone, PartialEq)]
pub enum PatternElement {
    /// `(n:Label {key: value} WHERE predicate)`
    Node(NodePattern),
    /// `-[r:TYPE*1..3 {key: value}]->`, or `-[r:TYPE]->+` with a quantifier.
    Relationship(RelationshipPattern),
    /// `((a)-[:R]->(b) WHERE predicate){1,3}`
    Group(GroupPattern),
}

/// `(variable:Labels {properties} WHERE predicate)`
#[derive(Debug, Clone, PartialEq)]
pub struct NodePattern {
    /// The variable.
    pub variable: Option<Identifier>,
    /// What its labels must be.
    pub labels: Option<LabelExpression>,
    /// A map literal or a parameter.
    pub properties: Option<Expression>,
    /// The predicate inside the parentheses.
    pub predicate: Option<Expression>,
    /// From `(` to `)`.
    pub span: Span,
}

/// `-[variable:TYPES *range {properties} WHERE predicate]->`
#[derive(Debug, Clone, PartialEq)]
pub struct RelationshipPattern {
    /// The variable.
    pub variable: Option<Identifier>,
    /// What its type must be.
    pub types: Option<LabelExpression>,
    /// `*m..n`: a variable length, the variable then being a list.
    pub length: Option<PathLength>,
    /// A quantifier after the arrow (`->+`, `->{1,3}`).
    pub quantifier: Option<PathLength>,
    /// A map literal or a parameter.
    pub properties: Option<Expression>,
    /// The predicate inside the brackets.
    pub predicate: Option<Expression>,
    /// Which way the arrow points.
    pub direction: Direction,
    /// From the first to the last character of the arrow.
    pub span: Span,
}

/// `(path WHERE predicate)quantifier`
#[derive(Debug, Clone, PartialEq)]
pub struct GroupPattern {
    /// The path between the parentheses.
    pub path: Box<PathPattern>,
    /// The predicate before the closing parenthesis.
    pub predicate: Option<Expression>,
    /// How often it is repeated; exactly once where missing.
    pub quantifier: Option<PathLength>,
    /// From `(` to the end of the quantifier.
    pub span: Span,
}

/// The bounds of a variable length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathLength {
    /// The least number of repetitions; `None` where not written.
    pub minimum: Option<u64>,
    /// The greatest; `None` where not written.
    pub maximum: Option<u64>,
    /// Where the bounds stand.
    pub span: Span,
}

/// Which way a relationship pattern points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// `-->`
    Outgoing,
    /// `<--`
    Incoming,
    /// `--` and `<-->`
    Both,
}

/// What the labels of a node or the type of a relationship must be.
#[derive(Debug, Clone, PartialEq)]
pub enum LabelExpression {
    /// One label or type.
    Name(Identifier),
    /// `%`: any.
    Any(Span),
    /// `!a`
    Not(Box<LabelExpression>),
    /// `a & b`, and the older `a:b` of nodes.
    And(Vec<LabelExpression>),
    /// `a | b`, and the older `a|:b` of relationships.
    Or(Vec<LabelExpression>),
}
