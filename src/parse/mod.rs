//! Text to syntax tree.
//!
//! * In: the text of a statement.
//! * Out: [`ast::Statement`], or an error with its place and what was expected.
//! * Never: names of the graph, types, functions. `pest` is named only in this folder.
//! * Start here: `parse_statement`.

pub mod ast;
pub mod span;
