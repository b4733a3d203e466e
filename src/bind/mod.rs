//! Syntax tree to bound tree: names to variables, types checked, sugar removed.
//!
//! * In: [`crate::parse::ast`], the catalog's names, the rows of functions and procedures.
//! * Out: [`bound::Statement`], or an error with code, place and hint; warnings.
//! * Never: data of the graph, plans.
//! * Start here: [`bind`].
//!
//! One file per family of clauses or expressions; what they share is the `Binder`, which holds the
//! variables in sight and what the whole statement collects.

pub mod bound;
pub mod expression;

mod aggregation;
mod binder;
mod build_expression;
mod call;
mod comprehension;
mod create;
mod function_call;
mod group;
mod operators;
mod pattern;
mod projection;
mod query;
mod reading;
mod schema;
mod scope;
mod search;
mod subquery;
mod syntax;
mod type_check;
mod warnings;
mod writing;

pub use schema::{SchemaCommand, bind_schema};

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::error::Result;
use crate::functions::Procedures;
use crate::graph::Catalog;
use crate::parse::ast;
use crate::value::Value;

/// What a statement is bound against.
#[derive(Debug, Clone, Copy)]
pub struct BindEnvironment<'a> {
    /// The names of the graph, for warnings.
    pub catalog: &'a Catalog,
    /// What `CALL` can call.
    pub procedures: &'a Procedures,
    /// The parameters that are given; where `None`, none is missed.
    pub parameters: Option<&'a BTreeMap<Arc<str>, Value>>,
}

/// Binds a query, parsed from `text`.
///
/// ```
/// use rihla::bind::{BindEnvironment, bind};
/// use rihla::parse::{ast::Statement, parse_statement};
///
/// let text = "MATCH (n) RETURN m";
/// let Ok(Statement::Query(query)) = parse_statement(text) else { panic!() };
/// let environment = BindEnvironment {
///     catalog: &Default::default(),
///     procedures: &Default::default(),
///     parameters: None,
/// };
/// let error = bind(&query, text, &environment).expect_err("m is not defined");
/// assert_eq!(error.code(), "SyntaxError: UndefinedVariable");
/// ```
///
/// # Errors
/// Everything that is wrong with the query and can be known before it runs, with its place.
pub fn bind(
    query: &ast::Query,
    text: &str,
    environment: &BindEnvironment,
) -> Result<bound::Statement> {
    binder::Binder::new(text, environment).statement(query)
}
