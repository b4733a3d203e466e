//! Syntax tree to bound tree: names to variables, types checked, sugar removed.
//!
//! * In: [`crate::parse::ast`], the catalog's names, the rows of functions and procedures.
//! * Out: [`bound::Statement`], or an error with code, place and hint; warnings.
//! * Never: data of the graph, plans.
//! * Start here: `bind`.

pub mod bound;
pub mod expression;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::error::{Error, Result};
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
pub fn bind(
    _query: &ast::Query,
    _text: &str,
    _environment: &BindEnvironment,
) -> Result<bound::Statement> {
    Err(Error::internal("the binder is not there yet"))
}
