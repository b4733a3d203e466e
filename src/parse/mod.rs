//! Text to syntax tree.
//!
//! * In: the text of a statement.
//! * Out: [`ast::Statement`], or an error with its place and what was expected.
//! * Never: names of the graph, types, functions. `pest` is named only in this folder.
//! * Start here: [`parse_statement`].
//!
//! The way of a text: `scan` looks at every byte once, refuses what is nested too deeply and
//! blanks out comments; `grammar` makes pairs of rules of it; `build_*`, one file per family of
//! rules, make the tree of the pairs; `syntax_error` explains a text that the grammar refuses.

pub mod ast;
pub mod span;

mod build;
mod build_call;
mod build_clause;
mod build_expression;
mod build_literal;
mod build_operand;
mod build_pattern;
mod build_query;
mod build_schema;
mod build_show;
mod grammar;
mod scan;
mod script;
mod syntax_error;
mod tokens;

use pest::Parser;

use crate::error::Result;
use grammar::{Grammar, Rule};

pub use script::{StatementText, is_complete, statements};
pub use tokens::{TokenKind, keywords, tokens};

/// How deeply brackets, braces, parentheses and CASE may be nested in one statement.
pub const MAXIMUM_NESTING: usize = 256;

/// How high the tree of one expression may be: a chain of as many operators is the highest that
/// is admitted. Whoever walks an expression recursively needs room for as many frames.
pub const MAXIMUM_DEPTH: usize = 1_100;

/// How many clauses, and relationships of patterns that are looked for, a statement may have. Each is
/// a level of its plan, for which whoever walks a plan recursively needs room.
pub const MAXIMUM_STEPS: usize = 2_500;

/// Parses one statement; a semicolon after it is allowed.
///
/// ```
/// use rihla::parse::{ast::Statement, parse_statement};
///
/// let statement = parse_statement("MATCH (n:Person) RETURN n.name").expect("it is well formed");
/// assert!(matches!(statement, Statement::Query(_)));
///
/// let error = parse_statement("MATCH (n:Person RETURN n").expect_err("a parenthesis is missing");
/// assert_eq!(error.code(), "SyntaxError: UnexpectedSyntax");
/// ```
pub fn parse_statement(text: &str) -> Result<ast::Statement> {
    let scanned = scan::scan(text)?;
    let source = scanned.text.as_ref();
    scan::with_stack_for(scanned.nesting, || {
        match Grammar::parse(Rule::program, source) {
            Ok(pairs) => build::Builder::default().statement(pairs),
            Err(failure) => Err(syntax_error::explain(source, &failure)),
        }
    })
}
