//! What the optimiser knows of the graph: counts by name.

use crate::bind::expression::Labels;
use crate::graph::{Index, Snapshot, Target};

/// Counts of a graph.
#[derive(Debug, Clone, Copy)]
pub struct Statistics<'a>(&'a Snapshot);

/// The part of rows that a predicate on a property is taken to keep.
const EQUALITY_SELECTIVITY: f64 = 0.01;

impl<'a> Statistics<'a> {
    /// The counts of this state.
    pub fn new(snapshot: &'a Snapshot) -> Self {
        Statistics(snapshot)
    }

    /// The number of nodes that have these labels, estimated.
    pub fn nodes(&self, labels: Option<&Labels>) -> f64 {
        let all = self.0.node_count() as f64;
        labels.map_or(all, |labels| self.labelled(labels, all).min(all))
    }

    fn labelled(&self, labels: &Labels, all: f64) -> f64 {
        match labels {
            Labels::Name(name) => {
                let label = self.0.catalog().label(name);
                label.map_or(0.0, |label| self.0.label_count(label) as f64)
            }
            Labels::Any => all,
            Labels::Not(inner) => all - self.labelled(inner, all),
            Labels::And(parts) => parts
                .iter()
                .map(|part| self.labelled(part, all))
                .fold(all, f64::min),
            Labels::Or(parts) => parts.iter().map(|part| self.labelled(part, all)).sum(),
        }
    }

    /// The number of relationships of these types, estimated.
    pub fn relationships(&self, types: Option<&Labels>) -> f64 {
        let all = self.0.relationship_count() as f64;
        types.map_or(all, |types| self.typed(types, all).min(all))
    }

    fn typed(&self, types: &Labels, all: f64) -> f64 {
        match types {
            Labels::Name(name) => {
                let found = self.0.catalog().relationship_type(name);
                found.map_or(0.0, |found| self.0.type_count(found) as f64)
            }
            Labels::Any => all,
            Labels::Not(inner) => all - self.typed(inner, all),
            Labels::And(parts) => parts
                .iter()
                .map(|part| self.typed(part, all))
                .fold(all, f64::min),
            Labels::Or(parts) => parts.iter().map(|part| self.typed(part, all)).sum(),
        }
    }

    /// Whether there is any index.
    pub fn has_indexes(&self) -> bool {
        !self.0.schema().indexes().is_empty()
    }

    /// Whether a constraint asks that elements have a property.
    pub fn is_required(&self, target: &Target, property: &str) -> bool {
        self.0.schema().constraints().iter().any(|constraint| {
            constraint.rule.needs_properties()
                && constraint.target == *target
                && constraint
                    .properties
                    .iter()
                    .any(|name| name.as_ref() == property)
        })
    }

    /// The indexes of nodes that all have one of the labels that `labels` asks for.
    pub fn indexes_of_nodes<'l>(
        &self,
        labels: &'l Labels,
    ) -> impl Iterator<Item = &'a Index> + use<'a, 'l> {
        let asks_for = |name: &str| match labels {
            Labels::Name(label) => label.as_ref() == name,
            Labels::And(parts) => parts
                .iter()
                .any(|part| matches!(part, Labels::Name(label) if label.as_ref() == name)),
            _ => false,
        };
        let indexes = self.0.schema().indexes().iter();
        indexes.filter(move |index| {
            matches!(&index.definition().target, Target::Nodes(name) if asks_for(name))
        })
    }

    /// The indexes of relationships of a type.
    pub fn indexes_of_relationships<'l>(
        &self,
        wanted: &'l str,
    ) -> impl Iterator<Item = &'a Index> + use<'a, 'l> {
        let indexes = self.0.schema().indexes().iter();
        indexes.filter(move |index| {
            matches!(&index.definition().target, Target::Relationships(name) if name.as_ref() == wanted)
        })
    }

    /// The part of rows that `equalities` comparisons of a property with a value keep.
    pub fn selectivity(&self, equalities: usize) -> f64 {
        EQUALITY_SELECTIVITY.powi(equalities.min(4) as i32)
    }
}
