//! The procedures that are always there: what the catalog names, and which program this is.

use std::sync::Arc;

use super::Environment;
use super::procedure::{Procedure, ProcedureColumn, Procedures};
use super::signature::parse_type;
use crate::error::Result;
use crate::value::Value;

/// A built-in procedure: no arguments, one result column.
struct Listing {
    name: &'static str,
    /// Name and type of the column.
    column: (&'static str, &'static str),
    sentence: &'static str,
    code: fn(&Environment) -> Vec<Value>,
}

#[rustfmt::skip]
const BUILT_IN: &[Listing] = &[
    Listing { name: "db.labels",            column: ("label", "STRING"),            sentence: "The labels that nodes have.",                code: labels },
    Listing { name: "db.propertyKeys",      column: ("propertyKey", "STRING"),      sentence: "The names of properties used so far.",       code: property_keys },
    Listing { name: "db.relationshipTypes", column: ("relationshipType", "STRING"), sentence: "The types that relationships have.",         code: relationship_types },
    Listing { name: "rihla.version",        column: ("version", "STRING"),          sentence: "The version of this program.",               code: version },
];

impl Procedures {
    /// The procedures that every session has.
    pub fn builtin() -> Procedures {
        let mut procedures = Procedures::default();
        for listing in BUILT_IN {
            procedures.register(listing.procedure());
        }
        procedures
    }
}

impl Listing {
    fn procedure(&self) -> Procedure {
        let (column, column_type) = self.column;
        let code = self.code;
        Procedure {
            name: self.name.to_owned(),
            inputs: Vec::new(),
            outputs: vec![ProcedureColumn {
                name: column.to_owned(),
                column_type: parse_type(column_type),
            }],
            sentence: self.sentence.to_owned(),
            code: Arc::new(move |environment, _arguments| -> Result<Vec<Vec<Value>>> {
                let values = code(environment);
                Ok(values.into_iter().map(|value| vec![value]).collect())
            }),
        }
    }
}

/// Names as values, in alphabetical order.
fn sorted<'a>(names: impl Iterator<Item = &'a Arc<str>>) -> Vec<Value> {
    let mut names: Vec<Value> = names.cloned().map(Value::String).collect();
    names.sort();
    names
}

fn labels(environment: &Environment) -> Vec<Value> {
    let graph = environment.graph;
    let labels = graph.catalog().labels();
    sorted(
        labels
            .filter(|(label, _)| graph.label_count(*label) > 0)
            .map(|(_, name)| name),
    )
}

fn relationship_types(environment: &Environment) -> Vec<Value> {
    let graph = environment.graph;
    let types = graph.catalog().relationship_types();
    sorted(
        types
            .filter(|(relationship_type, _)| graph.type_count(*relationship_type) > 0)
            .map(|(_, name)| name),
    )
}

fn property_keys(environment: &Environment) -> Vec<Value> {
    sorted(environment.graph.catalog().keys().map(|(_, name)| name))
}

fn version(_: &Environment) -> Vec<Value> {
    vec![Value::from(env!("CARGO_PKG_VERSION"))]
}
