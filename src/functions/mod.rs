//! What a query can call: scalar functions, aggregates and procedures, one row each.
//!
//! * In: values and columns.
//! * Out: values and columns; rows of the tables for checker, completion, manual and tests.
//! * Never: query text, plans, scopes.
//! * Start here: [`FUNCTIONS`] in `table.rs`.

mod table;
mod row;
mod schema_listings;
mod signature;
mod procedure;
mod procedures;
mod manual;
mod argument;
mod kernel;
pub(crate) mod lanes;
mod aggregate;
mod aggregate_collect;
mod aggregate_sum;
mod aggregate_statistics;
mod list;
mod number;
mod text;
mod convert;
mod graph;
mod scalar;
pub mod temporal;

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::context::Context;
use crate::error::did_you_mean;
use crate::graph::Snapshot;

pub use list::IntegerRange;
pub use manual::manual;
pub use procedure::{Procedure, ProcedureCode, ProcedureColumn, Procedures};
pub use row::{
    Accumulator, AggregateFunction, Category, Function, Implementation, NullRule, Purity,
    ScalarFunction, same_kind,
};
pub use signature::{Argument, Signature, parse_type};
pub use table::FUNCTIONS;

/// What a function may know beside its arguments.
pub struct Environment<'a> {
    /// Budget, interrupt, the statement's instant.
    pub context: &'a Context,
    /// The graph as the current clause sees it.
    pub graph: &'a Snapshot,
    /// What can be called.
    pub procedures: &'a Procedures,
}

/// Rows by lower-case name and alias.
static BY_NAME: LazyLock<HashMap<String, &'static Function>> = LazyLock::new(|| {
    let mut rows = HashMap::new();
    for function in FUNCTIONS.iter() {
        for name in std::iter::once(&function.name).chain(function.aliases) {
            rows.insert(name.to_lowercase(), function);
        }
    }
    rows
});

/// The function of this name, whatever its case.
pub fn find(name: &str) -> Option<&'static Function> {
    BY_NAME.get(&name.to_lowercase()).copied()
}

/// A hint with the nearest name, for an unknown function.
pub fn suggest(name: &str) -> Option<String> {
    did_you_mean(name, FUNCTIONS.iter().map(|function| function.name))
}
