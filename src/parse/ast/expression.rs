//! Expressions.

use super::{Identifier, LabelExpression, PathPattern, Pattern, QualifiedName, Query};
use crate::parse::span::Span;

/// An expression with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    /// What it is.
    pub kind: ExpressionKind,
    /// Its text without surrounding blanks; parentheses around it are not part of it.
    pub span: Span,
}

/// The forms of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum ExpressionKind {
    /// A number, string, boolean or null.
    Literal(Literal),
    /// `$name` or `$1`
    Parameter(String),
    /// A variable.
    Variable(String),
    /// `object.key`
    Property(Box<Expression>, Identifier),
    /// `container[index]`
    Index(Box<Expression>, Box<Expression>),
    /// `list[from..to]`
    Slice(
        Box<Expression>,
        Option<Box<Expression>>,
        Option<Box<Expression>>,
    ),
    /// `NOT x`, `-x`, `+x`
    Unary(UnaryOperator, Box<Expression>),
    /// Any infix operator but comparisons.
    Binary(BinaryOperator, Box<Expression>, Box<Expression>),
    /// `a < b <= c`: each neighbouring pair must hold. At least one comparison.
    Comparison(Box<Expression>, Vec<(ComparisonOperator, Expression)>),
    /// `x IS NULL`, `x IS NOT NULL`
    NullTest {
        /// What is tested.
        operand: Box<Expression>,
        /// `IS NOT NULL`
        negated: bool,
    },
    /// `n:A|B`, `r:T`
    LabelTest {
        /// What is tested.
        operand: Box<Expression>,
        /// The labels or types.
        labels: LabelExpression,
    },
    /// `x IS [NOT] :: TYPE`, `x IS [NOT] TYPED TYPE`
    TypeTest {
        /// What is tested.
        operand: Box<Expression>,
        /// The type, as written and in upper case with single blanks: `LIST<INTEGER NOT NULL>`.
        type_name: String,
        /// `IS NOT ::`
        negated: bool,
    },
    /// `[a, b]`
    List(Vec<Expression>),
    /// `{key: value}`; the order is kept, a key may be doubled.
    Map(Vec<(Identifier, Expression)>),
    /// `variable {.key, .*, key: value, variable}`
    MapProjection {
        /// What is projected.
        variable: Identifier,
        /// The elements, in order.
        elements: Vec<MapProjectionElement>,
    },
    /// `function([DISTINCT] arguments)`
    Call {
        /// The function, as written.
        name: QualifiedName,
        /// Whether `DISTINCT` stands before the arguments.
        distinct: bool,
        /// The arguments.
        arguments: Vec<Expression>,
    },
    /// `count(*)`
    CountStar,
    /// `CASE [operand] WHEN ... THEN ... ELSE ... END`
    Case {
        /// What the alternatives are compared with.
        operand: Option<Box<Expression>>,
        /// Alternatives in order; several operands in a simple `WHEN a, b THEN c`.
        alternatives: Vec<(Vec<Expression>, Expression)>,
        /// The value after `ELSE`.
        otherwise: Option<Box<Expression>>,
    },
    /// `[variable IN list WHERE predicate | projection]`
    ListComprehension {
        /// The variable for each element.
        variable: Identifier,
        /// The list.
        list: Box<Expression>,
        /// Which elements are kept.
        predicate: Option<Box<Expression>>,
        /// What is made of them.
        projection: Option<Box<Expression>>,
    },
    /// `[path WHERE predicate | projection]`
    PatternComprehension {
        /// The path; its variable is `path.variable`.
        path: Box<PathPattern>,
        /// Which matches are kept.
        predicate: Option<Box<Expression>>,
        /// What is made of them.
        projection: Box<Expression>,
    },
    /// `all(variable IN list WHERE predicate)`
    Quantifier {
        /// all, any, none, single
        quantifier: Quantifier,
        /// The variable for each element.
        variable: Identifier,
        /// The list.
        list: Box<Expression>,
        /// The predicate.
        predicate: Box<Expression>,
    },
    /// `reduce(accumulator = initial, variable IN list | step)`
    Reduce {
        /// The variable that is carried on.
        accumulator: Identifier,
        /// Its first value.
        initial: Box<Expression>,
        /// The variable for each element.
        variable: Identifier,
        /// The list.
        list: Box<Expression>,
        /// The next value of the accumulator.
        step: Box<Expression>,
    },
    /// `(a)-[:R]->(b)` as a predicate; also a `shortestPath(...)` used as a value.
    Pattern(Box<PathPattern>),
    /// `EXISTS { ... }`, and the older `exists((a)-->(b))`
    Exists(Box<Subquery>),
    /// `COUNT { ... }`
    Count(Box<Subquery>),
    /// `COLLECT { ... }`
    Collect(Box<Subquery>),
}

/// What stands between the braces of a subquery expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Subquery {
    /// `pattern [WHERE predicate]`, with or without `MATCH` before it and nothing after.
    Pattern {
        /// The pattern.
        pattern: Pattern,
        /// The predicate.
        predicate: Option<Expression>,
    },
    /// A whole query.
    Query(Query),
}

/// A literal other than lists and maps. A sign in front of a number literal is part of it
/// (so that the smallest integer can be written).
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `null`
    Null,
    /// `true`, `false`
    Boolean(bool),
    /// Decimal, hexadecimal (`0x`) or octal (`0o`).
    Integer(i64),
    /// With a point or an exponent; `INF`, `NaN`.
    Float(f64),
    /// With its escapes undone.
    String(String),
}

/// `NOT`, `-`, `+`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `NOT`
    Not,
    /// `-`
    Minus,
    /// `+`
    Plus,
}

/// Infix operators other than comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOperator {
    /// `OR`
    Or,
    /// `XOR`
    Xor,
    /// `AND`
    And,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Modulo,
    /// `^`, left-associative.
    Power,
    /// `||`
    Concatenate,
    /// `IN`
    In,
    /// `STARTS WITH`
    StartsWith,
    /// `ENDS WITH`
    EndsWith,
    /// `CONTAINS`
    Contains,
    /// `=~`
    Matches,
}

/// `=`, `<>`, `<`, `<=`, `>`, `>=`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComparisonOperator {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// all, any, none, single
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// Every element.
    All,
    /// At least one.
    Any,
    /// Not one.
    None,
    /// Exactly one.
    Single,
}

/// One element of a map projection.
#[derive(Debug, Clone, PartialEq)]
pub enum MapProjectionElement {
    /// `.key`
    Property(Identifier),
    /// `.*`
    AllProperties(Span),
    /// `variable`
    Variable(Identifier),
    /// `key: value`
    Entry(Identifier, Expression),
}
