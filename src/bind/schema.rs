//! Statements about indexes and constraints: names checked, definitions made.

use std::sync::Arc;

use crate::error::{Error, ErrorDetail, Result};
use crate::graph::{
    ConstraintDefinition, ConstraintRule, GraphType, IndexDefinition, NodeType, PropertyType,
    RelationshipType, Schema, Target,
};
use crate::parse::ast::{
    ConstraintKind, ElementLabels, ElementType, GraphTypeStatement, Identifier, SchemaItem,
    SchemaStatement,
};
use crate::parse::span::Span;
use crate::value::TypeTest;

/// What is to be done to the schema.
#[derive(Debug, Clone, PartialEq)]
pub enum SchemaCommand {
    /// `CREATE INDEX`
    CreateIndex {
        /// The index.
        definition: IndexDefinition,
        /// Whether nothing is done where something is in its way.
        if_not_exists: bool,
    },
    /// `CREATE CONSTRAINT`
    CreateConstraint {
        /// The constraint.
        definition: ConstraintDefinition,
        /// Whether nothing is done where something is in its way.
        if_not_exists: bool,
    },
    /// `ALTER CURRENT GRAPH TYPE SET`
    SetGraphType(GraphType),
    /// `DROP INDEX`
    DropIndex {
        /// Its name.
        name: Arc<str>,
        /// Whether nothing is done where there is none.
        if_exists: bool,
    },
    /// `DROP CONSTRAINT`
    DropConstraint {
        /// Its name.
        name: Arc<str>,
        /// Whether nothing is done where there is none.
        if_exists: bool,
    },
}

/// Binds a statement about the schema. `schema` is asked for a name that is free.
///
/// # Errors
/// Everything that is wrong with the statement and can be known before it runs, with its place.
pub fn bind_schema(statement: &SchemaStatement, schema: &Schema) -> Result<SchemaCommand> {
    Ok(match statement {
        SchemaStatement::CreateIndex(item) => {
            let (target, properties) = about(item)?;
            SchemaCommand::CreateIndex {
                definition: IndexDefinition {
                    name: name(item, "index", &target, &properties, schema),
                    target,
                    properties,
                },
                if_not_exists: item.if_not_exists,
            }
        }
        SchemaStatement::CreateConstraint(item, rule) => {
            let (target, properties) = about(item)?;
            if let Some(says) = rule.says_relationship
                && says != item.is_relationship
            {
                let message = "the constraint says that it is about one kind, its pattern is of the \
                               other";
                let hint = "write NODE after a node pattern, REL after a relationship pattern";
                return Err(
                    Error::syntax(ErrorDetail::UnexpectedSyntax, rule.span, message).hint(hint),
                );
            }
            let (kind, rule_kind) = match &rule.kind {
                ConstraintKind::Unique => ("unique", ConstraintRule::Unique),
                ConstraintKind::Key => ("key", ConstraintRule::Key),
                ConstraintKind::NotNull => ("not_null", ConstraintRule::NotNull),
                ConstraintKind::Typed(written) => {
                    let test = TypeTest::parse(written).map_err(|error| error.at(rule.span))?;
                    ("type", ConstraintRule::Typed(test))
                }
            };
            if !rule_kind.is_unique() && properties.len() > 1 {
                let message = "this constraint is about one property";
                return Err(
                    Error::syntax(ErrorDetail::UnexpectedSyntax, rule.span, message)
                        .hint("make one constraint for each property"),
                );
            }
            if let ConstraintRule::Typed(test) = &rule_kind
                && !test.nullable
            {
                let message = "a type constraint says nothing about null";
                return Err(
                    Error::syntax(ErrorDetail::UnexpectedSyntax, rule.span, message)
                        .hint("IS NOT NULL is a constraint of its own"),
                );
            }
            SchemaCommand::CreateConstraint {
                definition: ConstraintDefinition {
                    name: name(item, kind, &target, &properties, schema),
                    target,
                    properties,
                    rule: rule_kind,
                },
                if_not_exists: item.if_not_exists,
            }
        }
        SchemaStatement::SetGraphType(statement) => {
            SchemaCommand::SetGraphType(graph_type(statement)?)
        }
        SchemaStatement::DropIndex { name, if_exists } => SchemaCommand::DropIndex {
            name: name.name.as_str().into(),
            if_exists: *if_exists,
        },
        SchemaStatement::DropConstraint { name, if_exists } => SchemaCommand::DropConstraint {
            name: name.name.as_str().into(),
            if_exists: *if_exists,
        },
    })
}

/// The elements and properties that are meant.
fn about(item: &SchemaItem) -> Result<(Target, Vec<Arc<str>>)> {
    let label: Arc<str> = item.label.name.as_str().into();
    let target = match item.is_relationship {
        true => Target::Relationships(label),
        false => Target::Nodes(label),
    };
    let mut properties: Vec<Arc<str>> = Vec::new();
    for (variable, key) in &item.properties {
        if variable.name != item.variable.name {
            let message = format!("the variable `{}` is not defined", variable.name);
            let hint = format!("the pattern declares `{}`", item.variable.name);
            return Err(
                Error::syntax(ErrorDetail::UndefinedVariable, variable.span, message).hint(hint),
            );
        }
        let name: Arc<str> = key.name.as_str().into();
        if properties.contains(&name) {
            let message = format!("the property `{name}` stands twice");
            return Err(twice(key.span, message));
        }
        properties.push(name);
    }
    Ok((target, properties))
}

fn name(
    item: &SchemaItem,
    kind: &str,
    target: &Target,
    properties: &[Arc<str>],
    schema: &Schema,
) -> Arc<str> {
    match &item.name {
        Some(name) => name.name.as_str().into(),
        None => schema.free_name(kind, target, properties),
    }
}

fn graph_type(statement: &GraphTypeStatement) -> Result<GraphType> {
    let mut graph_type = GraphType {
        is_closed: statement.is_closed,
        ..GraphType::default()
    };
    for element in &statement.elements {
        let name: Arc<str> = element.name.name.as_str().into();
        let properties = property_types(element)?;
        match &element.labels {
            ElementLabels::Implied(implied) => {
                if graph_type.nodes.iter().any(|node| node.label == name) {
                    let message = format!("the label `{name}` stands twice");
                    return Err(twice(element.name.span, message));
                }
                graph_type.nodes.push(NodeType {
                    label: name,
                    implied: texts(implied),
                    properties,
                });
            }
            ElementLabels::Ends { start, end } => {
                graph_type.relationships.push(RelationshipType {
                    name,
                    start: texts(start),
                    end: texts(end),
                    properties,
                });
            }
        }
    }
    Ok(graph_type)
}

fn texts(names: &[Identifier]) -> Vec<Arc<str>> {
    names.iter().map(|name| name.name.as_str().into()).collect()
}

fn property_types(element: &ElementType) -> Result<Vec<PropertyType>> {
    let mut properties: Vec<PropertyType> = Vec::new();
    for declaration in &element.properties {
        let name: Arc<str> = declaration.key.name.as_str().into();
        if properties.iter().any(|known| known.name == name) {
            let message = format!("the property `{name}` stands twice");
            return Err(twice(declaration.key.span, message));
        }
        let test = TypeTest::parse(&declaration.type_name);
        properties.push(PropertyType {
            name,
            test: test.map_err(|error| error.at(declaration.span))?,
        });
    }
    Ok(properties)
}

fn twice(span: Span, message: String) -> Error {
    Error::syntax(ErrorDetail::ColumnNameConflict, span, message)
}
