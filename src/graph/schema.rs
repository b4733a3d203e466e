//! What the graph is told about itself: indexes, constraints, the graph type.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::graph_type::GraphType;
use super::index::Index;
use super::verify::has_row_rule;
use crate::value::{TypeTest, write_name};

/// The nodes or relationships that an index or constraint is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Target {
    /// Nodes with this label.
    Nodes(Arc<str>),
    /// Relationships of this type.
    Relationships(Arc<str>),
}

impl Target {
    /// The label or type.
    pub fn name(&self) -> &Arc<str> {
        match self {
            Target::Nodes(name) | Target::Relationships(name) => name,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut name = String::new();
        write_name(self.name(), &mut name)?;
        match self {
            Target::Nodes(_) => write!(f, "(:{name})"),
            Target::Relationships(_) => write!(f, "()-[:{name}]-()"),
        }
    }
}

/// A range index.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct IndexDefinition {
    /// Its name, which no other index or constraint has.
    pub name: Arc<str>,
    /// What is indexed.
    pub target: Target,
    /// By what, the most significant first. An element without the first of them is not in the
    /// index.
    pub properties: Vec<Arc<str>>,
}

/// A rule that the graph keeps.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ConstraintDefinition {
    /// Its name, which no other index or constraint has.
    pub name: Arc<str>,
    /// What it is about.
    pub target: Target,
    /// The properties, one unless it is about equality.
    pub properties: Vec<Arc<str>>,
    /// What must hold of them.
    pub rule: ConstraintRule,
}

/// What must hold of properties.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ConstraintRule {
    /// No two elements that have all the properties have equal values.
    Unique,
    /// All the properties are there, and no two elements have equal values.
    Key,
    /// The property is there.
    NotNull,
    /// The property, where it is there, has this type.
    Typed(TypeTest),
}

impl ConstraintRule {
    /// Whether it needs an index of its own.
    pub fn is_unique(&self) -> bool {
        matches!(self, ConstraintRule::Unique | ConstraintRule::Key)
    }

    /// Whether the properties must be there.
    pub fn needs_properties(&self) -> bool {
        matches!(self, ConstraintRule::Key | ConstraintRule::NotNull)
    }
}

/// The indexes and constraints of a state of the graph. Cloning shares them.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    pub(super) indexes: Arc<Vec<Index>>,
    pub(super) constraints: Arc<Vec<Arc<ConstraintDefinition>>>,
    pub(super) graph_type: Option<Arc<GraphType>>,
    /// Whether any rule is about single nodes.
    pub(super) has_node_rules: bool,
    /// Whether any rule is about single relationships.
    pub(super) has_relationship_rules: bool,
    pub(super) version: u64,
}

impl Schema {
    /// The indexes, those of constraints included, in the order in which they came.
    pub fn indexes(&self) -> &[Index] {
        &self.indexes
    }

    /// The constraints in the order in which they came.
    pub fn constraints(&self) -> &[Arc<ConstraintDefinition>] {
        &self.constraints
    }

    /// The graph type, if there is one.
    pub fn graph_type(&self) -> Option<&Arc<GraphType>> {
        self.graph_type.as_ref()
    }

    /// The index of this name.
    pub fn index(&self, name: &str) -> Option<&Index> {
        self.indexes
            .iter()
            .find(|index| index.definition().name.as_ref() == name)
    }

    /// The constraint of this name.
    pub fn constraint(&self, name: &str) -> Option<&Arc<ConstraintDefinition>> {
        self.constraints
            .iter()
            .find(|constraint| constraint.name.as_ref() == name)
    }

    /// The names of the indexes that belong to no constraint.
    pub(super) fn index_names(&self) -> Vec<&str> {
        let own = self.indexes.iter().filter(|index| !index.is_unique());
        own.map(|index| index.definition().name.as_ref()).collect()
    }

    /// The names of the constraints.
    pub(super) fn constraint_names(&self) -> Vec<&str> {
        let names = self.constraints.iter();
        names.map(|constraint| constraint.name.as_ref()).collect()
    }

    /// Differs where definitions differ: plans depend on it.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Notes what follows from the definitions, after any change of them.
    pub(super) fn note_rules(&mut self) {
        let any = |is_meant: fn(&Target) -> bool| {
            let rules = self.constraints.iter().filter(|one| has_row_rule(one));
            rules.into_iter().any(|one| is_meant(&one.target)) || self.graph_type.is_some()
        };
        self.has_node_rules = any(|target| matches!(target, Target::Nodes(_)));
        self.has_relationship_rules = any(|target| matches!(target, Target::Relationships(_)));
        let mut hasher = DefaultHasher::new();
        for index in self.indexes.iter() {
            index.definition().hash(&mut hasher);
        }
        self.constraints.hash(&mut hasher);
        self.graph_type.hash(&mut hasher);
        self.version = hasher.finish();
    }

    /// A name that is not taken, made of what a new index or constraint is about.
    pub fn free_name(&self, kind: &str, target: &Target, properties: &[Arc<str>]) -> Arc<str> {
        let name = format!("{kind}_{}_{}", target.name(), properties.join("_"));
        let is_free = |name: &str| self.index(name).is_none() && self.constraint(name).is_none();
        if is_free(&name) {
            return name.into();
        }
        let numbered = (2_u64..).map(|number| format!("{name}_{number}"));
        let free = numbered.into_iter().find(|name| is_free(name));
        free.unwrap_or(name).into()
    }
}
