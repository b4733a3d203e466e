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
