//! The statements that make a schema again.

use std::fmt::{self, Write};
use std::sync::Arc;

use super::schema::{ConstraintDefinition, ConstraintRule, IndexDefinition, Schema, Target};
use crate::value::write_name;

impl Schema {
    /// The statements, without semicolons, that make the same indexes, constraints and graph type in
    /// a graph without any.
    pub fn statements(&self) -> Vec<String> {
        let own = self.indexes().iter().filter(|index| !index.is_unique());
        let indexes = own.map(|index| index.definition().to_string());
        let constraints = self.constraints().iter().map(|one| one.to_string());
        let graph_type = self.graph_type().into_iter();
        let graph_type = graph_type.map(|one| format!("ALTER CURRENT GRAPH TYPE SET {one}"));
        indexes.chain(constraints).chain(graph_type).collect()
    }
}

impl fmt::Display for IndexDefinition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CREATE INDEX ")?;
        write_name(&self.name, f)?;
        write_target(&self.target, f)?;
        f.write_str(" ON ")?;
        write_properties(&self.properties, f)
    }
}

impl fmt::Display for ConstraintDefinition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CREATE CONSTRAINT ")?;
        write_name(&self.name, f)?;
        write_target(&self.target, f)?;
        f.write_str(" REQUIRE ")?;
        write_properties(&self.properties, f)?;
        match &self.rule {
            ConstraintRule::Unique => f.write_str(" IS UNIQUE"),
            ConstraintRule::Key => f.write_str(match self.target {
                Target::Nodes(_) => " IS NODE KEY",
                Target::Relationships(_) => " IS RELATIONSHIP KEY",
            }),
            ConstraintRule::NotNull => f.write_str(" IS NOT NULL"),
            ConstraintRule::Typed(test) => write!(f, " IS :: {test}"),
        }
    }
}

fn write_target(target: &Target, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (before, after) = match target {
        Target::Nodes(_) => (" FOR (e:", ")"),
        Target::Relationships(_) => (" FOR ()-[e:", "]-()"),
    };
    f.write_str(before)?;
    write_name(target.name(), f)?;
    f.write_str(after)
}

fn write_properties(properties: &[Arc<str>], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (place, property) in properties.iter().enumerate() {
        f.write_str(if place == 0 { "(e." } else { ", e." })?;
        write_name(property, f)?;
    }
    f.write_char(')')
}
