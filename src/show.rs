//! What `SHOW` lists, as rows.

use std::sync::Arc;

use crate::column::Column;
use crate::functions::{FUNCTIONS, Procedures};
use crate::graph::{ConstraintDefinition, ConstraintRule, Index, Snapshot, Target};
use crate::parse::ast::Show;
use crate::result::{QueryResult, Summary};
use crate::value::Value;

/// The rows of a listing.
pub(crate) fn show(show: Show, procedures: &Procedures, snapshot: &Snapshot) -> QueryResult {
    let schema = snapshot.schema();
    let (columns, rows): (&[&str], Vec<Vec<Value>>) = match show {
        Show::Functions => {
            let overloads = FUNCTIONS.iter().flat_map(|function| {
                function.overloads().map(|overload| {
                    texts([function.name, &overload.to_string(), function.sentence])
                })
            });
            (&CALLABLE, overloads.collect())
        }
        Show::Procedures => {
            let rows = procedures.iter().map(|procedure| {
                texts([&procedure.name, &procedure.signature(), &procedure.sentence])
            });
            (&CALLABLE, rows.collect())
        }
        Show::Indexes => {
            let rows = schema.indexes().iter().map(index_row);
            (&INDEX, rows.collect())
        }
        Show::GraphType => {
            let graph_type = schema.graph_type().into_iter();
            let rows = graph_type.map(|one| texts([&one.to_string()]));
            (&["specification"], rows.collect())
        }
        Show::Constraints => {
            let rows = schema.constraints().iter();
            (&CONSTRAINT, rows.map(|one| constraint_row(one)).collect())
        }
    };
    let columns: Vec<Arc<str>> = columns.iter().copied().map(Arc::from).collect();
    let batch = (0..columns.len())
        .map(|place| Column::from_values(rows.iter().map(|row| row[place].clone())))
        .collect();
    QueryResult::new(columns, vec![batch], snapshot.clone(), Summary::default())
}

const CALLABLE: [&str; 3] = ["name", "signature", "description"];

const INDEX: [&str; 7] = [
    "name",
    "type",
    "entityType",
    "labelsOrTypes",
    "properties",
    "owningConstraint",
    "entries",
];

const CONSTRAINT: [&str; 6] = [
    "name",
    "type",
    "entityType",
    "labelsOrTypes",
    "properties",
    "propertyType",
];

fn texts<const N: usize>(texts: [&str; N]) -> Vec<Value> {
    texts.map(Value::from).to_vec()
}

fn names<'n>(names: impl IntoIterator<Item = &'n Arc<str>>) -> Value {
    let names = names.into_iter().map(|name| Value::from(name.as_ref()));
    Value::list(names.collect())
}

fn entity_type(target: &Target) -> Value {
    Value::from(match target {
        Target::Nodes(_) => "NODE",
        Target::Relationships(_) => "RELATIONSHIP",
    })
}

fn index_row(index: &Index) -> Vec<Value> {
    let definition = index.definition();
    let owner = match index.is_unique() {
        true => Value::from(definition.name.as_ref()),
        false => Value::Null,
    };
    vec![
        Value::from(definition.name.as_ref()),
        Value::from("RANGE"),
        entity_type(&definition.target),
        names([definition.target.name()]),
        names(&definition.properties),
        owner,
        Value::Integer(index.len() as i64),
    ]
}

fn constraint_row(constraint: &ConstraintDefinition) -> Vec<Value> {
    let (node, relationship) = match &constraint.rule {
        ConstraintRule::Unique => ("UNIQUENESS", "RELATIONSHIP_UNIQUENESS"),
        ConstraintRule::Key => ("NODE_KEY", "RELATIONSHIP_KEY"),
        ConstraintRule::NotNull => ("NODE_PROPERTY_EXISTENCE", "RELATIONSHIP_PROPERTY_EXISTENCE"),
        ConstraintRule::Typed(_) => ("NODE_PROPERTY_TYPE", "RELATIONSHIP_PROPERTY_TYPE"),
    };
    let property_type = match &constraint.rule {
        ConstraintRule::Typed(test) => Value::from(test.to_string().as_str()),
        _ => Value::Null,
    };
    vec![
        Value::from(constraint.name.as_ref()),
        Value::from(match constraint.target {
            Target::Nodes(_) => node,
            Target::Relationships(_) => relationship,
        }),
        entity_type(&constraint.target),
        names([constraint.target.name()]),
        names(&constraint.properties),
        property_type,
    ]
}
