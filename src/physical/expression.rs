//! Expressions over columns: variables are places in a batch, functions are pointers.
//!
//! A local variable (of a comprehension, a quantifier, `reduce`) is a column appended to the batch
//! while its body is evaluated, so its place is the width of the batch at that point.

use std::sync::Arc;

use super::plan::Subplan;
use crate::bind::expression::{
    Arithmetic, Comparison, Labels, Quantifier, SubqueryKind, TextPredicate,
};
use crate::functions::Function;
use crate::parse::span::Span;
use crate::value::Value;

/// A compiled expression; the forms are those of [`crate::bind::expression::Expression`].
#[derive(Debug)]
#[allow(missing_docs)]
pub enum Expression {
    Constant(Value),
    Parameter(Arc<str>),
    Slot(usize),
    Property {
        object: Box<Expression>,
        key: Arc<str>,
        span: Span,
    },
    Index(Box<Expression>, Box<Expression>),
    Slice {
        list: Box<Expression>,
        from: Option<Box<Expression>>,
        to: Option<Box<Expression>>,
    },
    Not(Box<Expression>),
    Negate(Box<Expression>),
    And(Vec<Expression>),
    Or(Vec<Expression>),
    Xor(Box<Expression>, Box<Expression>),
    Comparison(Comparison, Box<Expression>, Box<Expression>),
    Arithmetic {
        operator: Arithmetic,
        left: Box<Expression>,
        right: Box<Expression>,
        span: Span,
    },
    Text(TextPredicate, Box<Expression>, Box<Expression>),
    In(Box<Expression>, Box<Expression>),
    IsNull(Box<Expression>),
    HasLabels(Box<Expression>, Labels),
    IsTyped(Box<Expression>, crate::value::TypeTest),
    List(Vec<Expression>),
    Map(Vec<(Arc<str>, Expression)>),
    MapProjection {
        base: Box<Expression>,
        all: bool,
        entries: Vec<(Arc<str>, Expression)>,
    },
    Call {
        function: &'static Function,
        arguments: Vec<Expression>,
        span: Span,
    },
    /// `coalesce`, which evaluates only what it needs.
    Coalesce(Vec<Expression>),
    Case {
        alternatives: Vec<(Expression, Expression)>,
        otherwise: Option<Box<Expression>>,
    },
    Let {
        value: Box<Expression>,
        body: Box<Expression>,
    },
    ListComprehension {
        list: Box<Expression>,
        predicate: Option<Box<Expression>>,
        projection: Option<Box<Expression>>,
    },
    Quantifier {
        quantifier: Quantifier,
        list: Box<Expression>,
        predicate: Box<Expression>,
    },
    /// The accumulator is the first column appended, the element the second.
    Reduce {
        initial: Box<Expression>,
        list: Box<Expression>,
        step: Box<Expression>,
    },
    Path(Vec<Expression>),
    Subquery {
        kind: SubqueryKind,
        plan: Arc<Subplan>,
    },
}

impl Expression {
    /// Whether this is a column or a property of one: the same for rows that are the same.
    pub fn is_read(&self) -> bool {
        match self {
            Expression::Slot(_) => true,
            Expression::Property { object, .. } => matches!(**object, Expression::Slot(_)),
            _ => false,
        }
    }

    /// The column whose property this is, or a part of a property of it.
    pub fn read_of(&self) -> Option<usize> {
        let Expression::Property { object, .. } = self else {
            return None;
        };
        match **object {
            Expression::Slot(slot) => Some(slot),
            _ => object.read_of(),
        }
    }

    /// Whether this is a constant or a parameter, so that it has one value for all rows.
    pub fn is_constant(&self) -> bool {
        matches!(self, Expression::Constant(_) | Expression::Parameter(_))
    }
}
