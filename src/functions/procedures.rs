//! The procedures that are always there: graph algorithms, what the catalog names, and which program
//! this is.

use std::sync::Arc;

use super::Environment;
use super::procedure::{Procedure, ProcedureCode, ProcedureColumn, Procedures};
use super::schema_listings::{
    CONSTRAINT_COLUMNS, GRAPH_TYPE_COLUMNS, INDEX_COLUMNS, constraints, graph_type, indexes,
};
use super::signature::parse_type;
use super::table::FUNCTIONS;
use crate::algorithms::{self, GraphView};
use crate::error::Result;
use crate::value::{NodeId, Value};

/// A built-in procedure; none takes arguments.
struct BuiltIn {
    name: &'static str,
    /// Names and types of the columns.
    columns: &'static [(&'static str, &'static str)],
    sentence: &'static str,
    code: fn(&Environment) -> Result<Vec<Vec<Value>>>,
}

#[rustfmt::skip]
const BUILT_IN: &[BuiltIn] = &[
    BuiltIn { name: "algo.scc",             columns: &[("node", "NODE"), ("component", "INTEGER")], sentence: "The strongly connected component of each node.", code: strongly_connected },
    BuiltIn { name: "algo.wcc",             columns: &[("node", "NODE"), ("component", "INTEGER")], sentence: "The component of each node, whatever the direction of relationships.", code: weakly_connected },
    BuiltIn { name: "db.labels",            columns: &[("label", "STRING")],            sentence: "The labels that nodes have.",          code: labels },
    BuiltIn { name: "db.propertyKeys",      columns: &[("propertyKey", "STRING")],      sentence: "The names of properties used so far.", code: property_keys },
    BuiltIn { name: "db.relationshipTypes", columns: &[("relationshipType", "STRING")], sentence: "The types that relationships have.",   code: relationship_types },
    BuiltIn { name: "rihla.constraints",    columns: CONSTRAINT_COLUMNS,                sentence: "The constraints of the graph.",        code: constraints },
    BuiltIn { name: "rihla.functions",      columns: FUNCTION_COLUMNS,                  sentence: "The functions that expressions can call, one row for each overload.", code: functions },
    BuiltIn { name: "rihla.graphType",      columns: GRAPH_TYPE_COLUMNS,                sentence: "The graph type, if there is one.",     code: graph_type },
    BuiltIn { name: "rihla.indexes",        columns: INDEX_COLUMNS,                     sentence: "The indexes of the graph.",            code: indexes },
    BuiltIn { name: "rihla.procedures",     columns: PROCEDURE_COLUMNS,                 sentence: "The procedures that `CALL` can call.", code: procedures },
    BuiltIn { name: "rihla.version",        columns: &[("version", "STRING")],          sentence: "The version of this program.",         code: version },
];

const FUNCTION_COLUMNS: &[(&str, &str)] = &[
    ("name", "STRING"),
    ("category", "STRING"),
    ("signature", "STRING"),
    ("description", "STRING"),
    ("aggregating", "BOOLEAN"),
];

const PROCEDURE_COLUMNS: &[(&str, &str)] = &[
    ("name", "STRING"),
    ("signature", "STRING"),
    ("description", "STRING"),
];

impl Procedures {
    /// The procedures that every session has.
    pub fn builtin() -> Procedures {
        let mut procedures = Procedures::default();
        for built_in in BUILT_IN {
            procedures.register(built_in.procedure());
        }
        procedures
    }
}

impl BuiltIn {
    fn procedure(&self) -> Procedure {
        let code = self.code;
        let column = |(name, column_type): &(&str, &str)| ProcedureColumn {
            name: (*name).to_owned(),
            column_type: parse_type(column_type),
        };
        Procedure {
            name: self.name.to_owned(),
            inputs: Vec::new(),
            optional_inputs: 0,
            outputs: self.columns.iter().map(column).collect(),
            sentence: self.sentence.to_owned(),
            code: ProcedureCode::Reads(Arc::new(move |environment, _arguments| code(environment))),
        }
    }
}

/// A whole graph's components as rows.
fn components(
    environment: &Environment,
    algorithm: fn(&GraphView) -> Vec<(NodeId, u32)>,
) -> Result<Vec<Vec<Value>>> {
    let view = GraphView::new(environment.graph, &[], &[], environment.context)?;
    let row = |(node, component)| vec![Value::Node(node), Value::from(component)];
    Ok(algorithm(&view).into_iter().map(row).collect())
}

fn strongly_connected(environment: &Environment) -> Result<Vec<Vec<Value>>> {
    components(environment, algorithms::strongly_connected)
}

fn weakly_connected(environment: &Environment) -> Result<Vec<Vec<Value>>> {
    components(environment, algorithms::weakly_connected)
}

/// Names as rows, in alphabetical order.
fn sorted<'a>(names: impl Iterator<Item = &'a Arc<str>>) -> Result<Vec<Vec<Value>>> {
    let mut names: Vec<Value> = names.cloned().map(Value::String).collect();
    names.sort();
    Ok(names.into_iter().map(|name| vec![name]).collect())
}

fn labels(environment: &Environment) -> Result<Vec<Vec<Value>>> {
    let graph = environment.graph;
    let labels = graph.catalog().labels();
    sorted(
        labels
            .filter(|(label, _)| graph.label_count(*label) > 0)
            .map(|(_, name)| name),
    )
}

fn relationship_types(environment: &Environment) -> Result<Vec<Vec<Value>>> {
    let graph = environment.graph;
    let types = graph.catalog().relationship_types();
    sorted(
        types
            .filter(|(relationship_type, _)| graph.type_count(*relationship_type) > 0)
            .map(|(_, name)| name),
    )
}

fn property_keys(environment: &Environment) -> Result<Vec<Vec<Value>>> {
    sorted(environment.graph.catalog().keys().map(|(_, name)| name))
}

fn functions(_: &Environment) -> Result<Vec<Vec<Value>>> {
    let rows = FUNCTIONS.iter().flat_map(|function| {
        function.overloads().map(|overload| {
            vec![
                Value::from(function.name),
                Value::from(format!("{:?}", function.category)),
                Value::from(overload.to_string()),
                Value::from(function.sentence),
                Value::Boolean(function.is_aggregate()),
            ]
        })
    });
    Ok(rows.collect())
}

fn procedures(environment: &Environment) -> Result<Vec<Vec<Value>>> {
    let rows = environment.procedures.iter().map(|procedure| {
        vec![
            Value::from(procedure.name.as_str()),
            Value::from(procedure.signature()),
            Value::from(procedure.sentence.as_str()),
        ]
    });
    Ok(rows.collect())
}

fn version(_: &Environment) -> Result<Vec<Vec<Value>>> {
    Ok(vec![vec![Value::from(env!("CARGO_PKG_VERSION"))]])
}
