//! Statements about indexes and constraints.

use super::Identifier;
use crate::parse::span::Span;

/// What is said of the schema.
#[derive(Debug, Clone, PartialEq)]
pub enum SchemaStatement {
    /// `CREATE INDEX`
    CreateIndex(SchemaItem),
    /// `CREATE CONSTRAINT`
    CreateConstraint(SchemaItem, ConstraintRule),
    /// `ALTER CURRENT GRAPH TYPE SET`
    SetGraphType(GraphTypeStatement),
    /// `DROP INDEX`
    DropIndex {
        /// Its name.
        name: Identifier,
        /// Whether it is no error if it is not there.
        if_exists: bool,
    },
    /// `DROP CONSTRAINT`
    DropConstraint {
        /// Its name.
        name: Identifier,
        /// Whether it is no error if it is not there.
        if_exists: bool,
    },
}

/// `ALTER CURRENT GRAPH TYPE SET`
#[derive(Debug, Clone, PartialEq)]
pub struct GraphTypeStatement {
    /// Whether nothing else may be in the graph.
    pub is_closed: bool,
    /// What is declared.
    pub elements: Vec<ElementType>,
}

/// The type of nodes or relationships.
#[derive(Debug, Clone, PartialEq)]
pub struct ElementType {
    /// The label of nodes, the type of relationships.
    pub name: Identifier,
    /// What else is said of labels.
    pub labels: ElementLabels,
    /// The properties.
    pub properties: Vec<PropertyDeclaration>,
}

/// What is said of the labels of an element.
#[derive(Debug, Clone, PartialEq)]
pub enum ElementLabels {
    /// Of a node: labels that come with the first one.
    Implied(Vec<Identifier>),
    /// Of a relationship: labels of its ends.
    Ends {
        /// Of the node where it starts.
        start: Vec<Identifier>,
        /// Of the node where it ends.
        end: Vec<Identifier>,
    },
}

/// `key :: TYPE`
#[derive(Debug, Clone, PartialEq)]
pub struct PropertyDeclaration {
    /// The key.
    pub key: Identifier,
    /// The type in upper case.
    pub type_name: String,
    /// Where the type stands.
    pub span: Span,
}

/// What indexes and constraints share.
#[derive(Debug, Clone, PartialEq)]
pub struct SchemaItem {
    /// Its name, made up where missing.
    pub name: Option<Identifier>,
    /// Whether it is no error if it is there.
    pub if_not_exists: bool,
    /// Whether it is about relationships.
    pub is_relationship: bool,
    /// The variable of the pattern.
    pub variable: Identifier,
    /// The label or type.
    pub label: Identifier,
    /// Variables and keys of the properties.
    pub properties: Vec<(Identifier, Identifier)>,
}

/// What a constraint asks of its properties.
#[derive(Debug, Clone, PartialEq)]
pub struct ConstraintRule {
    /// What it asks.
    pub kind: ConstraintKind,
    /// `NODE` or `REL` before it: whether it says that it is about relationships.
    pub says_relationship: Option<bool>,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of constraints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConstraintKind {
    /// `IS UNIQUE`
    Unique,
    /// `IS KEY`
    Key,
    /// `IS NOT NULL`
    NotNull,
    /// `IS :: TYPE`, the type in upper case.
    Typed(String),
}
