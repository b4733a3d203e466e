//! The syntax tree: what was written, with its place, and nothing of its meaning.
//!
//! * In: built by `parse` from the pairs of the grammar.
//! * Out: read by `bind`.
//! * Never: types, scopes, graphs, functions.
//! * Start here: [`Statement`].

mod clause;
mod expression;
mod pattern;
mod schema;
mod statement;

pub use clause::*;
pub use expression::*;
pub use pattern::*;
pub use schema::*;
pub use statement::*;

use super::span::Span;

/// A name with its place: a variable, label, relationship type, property key or function name.
/// Back-ticks are removed and doubled back-ticks undone.
#[derive(Debug, Clone, PartialEq)]
pub struct Identifier {
    /// The name without quotes.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}
