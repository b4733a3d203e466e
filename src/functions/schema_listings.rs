//! Indexes, constraints and the graph type as rows: what `SHOW` lists of the schema.

use std::sync::Arc;

use super::Environment;
use crate::error::Result;
use crate::graph::{ConstraintDefinition, ConstraintRule, Index, Target};
use crate::value::Value;

/// Names and types of columns.
type Columns = &'static [(&'static str, &'static str)];

pub(super) const INDEX_COLUMNS: Columns = &[
    ("name", "STRING"),
    ("type", "STRING"),
    ("entityType", "STRING"),
    ("labelsOrTypes", "LIST<STRING>"),
    ("properties", "LIST<STRING>"),
    ("owningConstraint", "STRING"),
    ("entries", "INTEGER"),
];

pub(super) const CONSTRAINT_COLUMNS: Columns = &[
    ("name", "STRING"),
    ("type", "STRING"),
    ("entityType", "STRING"),
    ("labelsOrTypes", "LIST<STRING>"),
    ("properties", "LIST<STRING>"),
    ("propertyType", "STRING"),
];

pub(super) const GRAPH_TYPE_COLUMNS: Columns = &[("specification", "STRING")];

pub(super) fn indexes(environment: &Environment) -> Result<Vec<Vec<Value>>> {
    let schema = environment.graph.schema();
    Ok(schema.indexes().iter().map(index_row).collect())
}

pub(super) fn constraints(environment: &Environment) -> Result<Vec<Vec<Value>>> {
    let constraints = environment.graph.schema().constraints().iter();
    Ok(constraints.map(|one| constraint_row(one)).collect())
}

pub(super) fn graph_type(environment: &Environment) -> Result<Vec<Vec<Value>>> {
    let graph_type = environment.graph.schema().graph_type().into_iter();
    Ok(graph_type
        .map(|one| vec![Value::from(one.to_string())])
        .collect())
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
