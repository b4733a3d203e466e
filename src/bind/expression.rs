//! Expressions over names: variables, property keys, labels and functions are texts, so that a plan
//! can be written down. Two stages share the type: bound expressions hold bound subqueries,
//! logical expressions hold logical plans (`S`).

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::functions::{self, Purity};
use crate::parse::span::Span;
use crate::value::Value;

/// An expression. `S` is the body of a subquery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Expression<S> {
    /// A constant.
    Literal(Value),
    /// The value of `$name`.
    Parameter(Arc<str>),
    /// A variable in sight.
    Variable(Arc<str>),
    /// `object.key`: of a node, relationship, map, temporal value; null of null.
    Property {
        /// The object.
        object: Box<Expression<S>>,
        /// The key.
        key: Arc<str>,
        /// Where it stands, for errors of a wrong type.
        span: Span,
    },
    /// `container[index]`
    Index(Box<Expression<S>>, Box<Expression<S>>),
    /// `list[from..to]`
    Slice {
        /// The list.
        list: Box<Expression<S>>,
        /// The first index, 0 where missing.
        from: Option<Box<Expression<S>>>,
        /// The index after the last, the length where missing.
        to: Option<Box<Expression<S>>>,
    },
    /// Three-valued `NOT`.
    Not(Box<Expression<S>>),
    /// `-x`
    Negate(Box<Expression<S>>),
    /// Three-valued conjunction of two or more; evaluated from left to right, only on rows that are
    /// not decided yet.
    And(Vec<Expression<S>>),
    /// Three-valued disjunction of two or more; likewise.
    Or(Vec<Expression<S>>),
    /// Three-valued exclusive disjunction.
    Xor(Box<Expression<S>>, Box<Expression<S>>),
    /// `a = b`, `a < b`, ...
    Comparison(Comparison, Box<Expression<S>>, Box<Expression<S>>),
    /// `a + b`, `a * b`, ...
    Arithmetic {
        /// The operator.
        operator: Arithmetic,
        /// Left operand.
        left: Box<Expression<S>>,
        /// Right operand.
        right: Box<Expression<S>>,
        /// Where it stands, for overflow and division by zero.
        span: Span,
    },
    /// `a STARTS WITH b`, ...
    Text(TextPredicate, Box<Expression<S>>, Box<Expression<S>>),
    /// `element IN list`
    In(Box<Expression<S>>, Box<Expression<S>>),
    /// `x IS NULL`
    IsNull(Box<Expression<S>>),
    /// `n:A|B`, `r:T`; null of null.
    HasLabels(Box<Expression<S>>, Labels),
    /// `x IS :: TYPE`, the type's name as written, in upper case.
    IsTyped(Box<Expression<S>>, Arc<str>),
    /// `[a, b]`
    List(Vec<Expression<S>>),
    /// `{key: value}`; of a doubled key the last counts.
    Map(Vec<(Arc<str>, Expression<S>)>),
    /// `base {.*, key: value}`: all properties of a node, relationship or map, then the entries.
    MapProjection {
        /// The object.
        base: Box<Expression<S>>,
        /// Whether all properties are taken first.
        all: bool,
        /// Entries set after that, in order (`.key` becomes `key: base.key`).
        entries: Vec<(Arc<str>, Expression<S>)>,
    },
    /// A scalar function of the table.
    Call {
        /// Its name in the table.
        function: Arc<str>,
        /// The arguments.
        arguments: Vec<Expression<S>>,
        /// Where it stands.
        span: Span,
    },
    /// `CASE`: the first alternative whose condition holds. A simple `CASE` is bound with its
    /// comparisons written out over a variable of [`Expression::Let`].
    Case {
        /// Conditions and values.
        alternatives: Vec<(Expression<S>, Expression<S>)>,
        /// The value where none holds; null where missing.
        otherwise: Option<Box<Expression<S>>>,
    },
    /// The value of `body`, in which `variable` has the value of `value`; computed once.
    Let {
        /// The variable.
        variable: Arc<str>,
        /// Its value.
        value: Box<Expression<S>>,
        /// Where it is seen.
        body: Box<Expression<S>>,
    },
    /// `[variable IN list WHERE predicate | projection]`
    ListComprehension {
        /// The variable for each element.
        variable: Arc<str>,
        /// The list.
        list: Box<Expression<S>>,
        /// Which elements are kept.
        predicate: Option<Box<Expression<S>>>,
        /// What is made of them; the element itself where missing.
        projection: Option<Box<Expression<S>>>,
    },
    /// `all(variable IN list WHERE predicate)`
    Quantifier {
        /// all, any, none, single
        quantifier: Quantifier,
        /// The variable for each element.
        variable: Arc<str>,
        /// The list.
        list: Box<Expression<S>>,
        /// The predicate.
        predicate: Box<Expression<S>>,
    },
    /// `reduce(accumulator = initial, variable IN list | step)`
    Reduce {
        /// The variable that is carried on.
        accumulator: Arc<str>,
        /// Its first value.
        initial: Box<Expression<S>>,
        /// The variable for each element.
        variable: Arc<str>,
        /// The list.
        list: Box<Expression<S>>,
        /// The next value.
        step: Box<Expression<S>>,
    },
    /// The path along pattern elements, in the order of the walk: a node, then in turn a
    /// relationship, or a list of them, and the node after it. Null where an element is.
    Path(Vec<Expression<S>>),
    /// A subquery as a value.
    Subquery {
        /// What becomes of its rows.
        kind: SubqueryKind,
        /// The query; it sees `imports`.
        query: Box<S>,
        /// Variables of the outside that it reads.
        imports: Vec<Arc<str>>,
    },
}

/// What becomes of the rows of a subquery expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SubqueryKind {
    /// Whether there is a row: `EXISTS {}`, pattern predicates.
    Exists,
    /// How many rows there are: `COUNT {}`.
    Count,
    /// The list of the values of its only column: `COLLECT {}`, pattern comprehensions.
    Collect,
}

/// `=`, `<>`, `<`, `<=`, `>`, `>=`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Comparison {
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

/// Operators on numbers; `Add` also on lists, strings and temporal values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Arithmetic {
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
    /// `^`
    Power,
    /// `||`
    Concatenate,
}

/// Predicates on two strings; anything else gives null.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TextPredicate {
    /// `STARTS WITH`
    StartsWith,
    /// `ENDS WITH`
    EndsWith,
    /// `CONTAINS`
    Contains,
    /// `=~`
    Matches,
}

/// all, any, none, single
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

/// What labels a node must have, or what type a relationship.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Labels {
    /// This one.
    Name(Arc<str>),
    /// At least one (`%`).
    Any,
    /// Not these.
    Not(Box<Labels>),
    /// All of these.
    And(Vec<Labels>),
    /// At least one of these.
    Or(Vec<Labels>),
}

impl<S> Expression<S> {
    /// Whether it may give something else each time it is evaluated, as `rand()` does.
    pub fn is_volatile(&self) -> bool {
        let mut volatile = match self {
            Expression::Call { function, .. } => {
                functions::find(function).is_some_and(|row| row.purity == Purity::Volatile)
            }
            _ => false,
        };
        self.for_each_child(&mut |child| volatile |= child.is_volatile());
        volatile
    }

    /// Calls `visit` on each direct part, also on the parts under a local variable.
    pub fn for_each_child<'a>(&'a self, visit: &mut dyn FnMut(&'a Expression<S>)) {
        use Expression as E;
        match self {
            E::Literal(_) | E::Parameter(_) | E::Variable(_) | E::Subquery { .. } => {}
            E::Property { object, .. } => visit(object),
            E::Not(only) | E::Negate(only) | E::IsNull(only) => visit(only),
            E::HasLabels(only, _) | E::IsTyped(only, _) => visit(only),
            E::Index(left, right)
            | E::Xor(left, right)
            | E::Comparison(_, left, right)
            | E::Arithmetic { left, right, .. }
            | E::Text(_, left, right)
            | E::In(left, right) => {
                visit(left);
                visit(right);
            }
            E::Slice { list, from, to } => {
                visit(list);
                from.iter().chain(to).for_each(|bound| visit(bound));
            }
            E::And(parts) | E::Or(parts) | E::List(parts) | E::Path(parts) => {
                parts.iter().for_each(visit);
            }
            E::Call { arguments, .. } => arguments.iter().for_each(visit),
            E::Map(entries) => entries.iter().for_each(|(_, value)| visit(value)),
            E::MapProjection { base, entries, .. } => {
                visit(base);
                entries.iter().for_each(|(_, value)| visit(value));
            }
            E::Case {
                alternatives,
                otherwise,
            } => {
                for (condition, value) in alternatives {
                    visit(condition);
                    visit(value);
                }
                otherwise.iter().for_each(|value| visit(value));
            }
            E::Let { value, body, .. } => {
                visit(value);
                visit(body);
            }
            E::ListComprehension {
                list,
                predicate,
                projection,
                ..
            } => {
                visit(list);
                predicate
                    .iter()
                    .chain(projection)
                    .for_each(|part| visit(part));
            }
            E::Quantifier {
                list, predicate, ..
            } => {
                visit(list);
                visit(predicate);
            }
            E::Reduce {
                initial,
                list,
                step,
                ..
            } => {
                visit(initial);
                visit(list);
                visit(step);
            }
        }
    }

    /// The same parts, to change.
    pub fn for_each_child_mut(&mut self, visit: &mut dyn FnMut(&mut Expression<S>)) {
        use Expression as E;
        match self {
            E::Literal(_) | E::Parameter(_) | E::Variable(_) | E::Subquery { .. } => {}
            E::Property { object, .. } => visit(object),
            E::Not(only) | E::Negate(only) | E::IsNull(only) => visit(only),
            E::HasLabels(only, _) | E::IsTyped(only, _) => visit(only),
            E::Index(left, right)
            | E::Xor(left, right)
            | E::Comparison(_, left, right)
            | E::Arithmetic { left, right, .. }
            | E::Text(_, left, right)
            | E::In(left, right) => {
                visit(left);
                visit(right);
            }
            E::Slice { list, from, to } => {
                visit(list);
                from.iter_mut().chain(to).for_each(|bound| visit(bound));
            }
            E::And(parts) | E::Or(parts) | E::List(parts) | E::Path(parts) => {
                parts.iter_mut().for_each(visit);
            }
            E::Call { arguments, .. } => arguments.iter_mut().for_each(visit),
            E::Map(entries) => entries.iter_mut().for_each(|(_, value)| visit(value)),
            E::MapProjection { base, entries, .. } => {
                visit(base);
                entries.iter_mut().for_each(|(_, value)| visit(value));
            }
            E::Case {
                alternatives,
                otherwise,
            } => {
                for (condition, value) in alternatives {
                    visit(condition);
                    visit(value);
                }
                otherwise.iter_mut().for_each(|value| visit(value));
            }
            E::Let { value, body, .. } => {
                visit(value);
                visit(body);
            }
            E::ListComprehension {
                list,
                predicate,
                projection,
                ..
            } => {
                visit(list);
                predicate
                    .iter_mut()
                    .chain(projection)
                    .for_each(|part| visit(part));
            }
            E::Quantifier {
                list, predicate, ..
            } => {
                visit(list);
                visit(predicate);
            }
            E::Reduce {
                initial,
                list,
                step,
                ..
            } => {
                visit(initial);
                visit(list);
                visit(step);
            }
        }
    }
}

impl Comparison {
    /// The operator as it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Comparison::Equal => "=",
            Comparison::NotEqual => "<>",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        }
    }
}

impl Arithmetic {
    /// The operator as it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Arithmetic::Add => "+",
            Arithmetic::Subtract => "-",
            Arithmetic::Multiply => "*",
            Arithmetic::Divide => "/",
            Arithmetic::Modulo => "%",
            Arithmetic::Power => "^",
            Arithmetic::Concatenate => "||",
        }
    }
}

impl TextPredicate {
    /// The operator as it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            TextPredicate::StartsWith => "STARTS WITH",
            TextPredicate::EndsWith => "ENDS WITH",
            TextPredicate::Contains => "CONTAINS",
            TextPredicate::Matches => "=~",
        }
    }
}
