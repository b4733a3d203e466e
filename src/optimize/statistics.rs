//! What the optimiser knows of the graph: counts by name, and what a sample of relationships connects.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::bind::bound::PatternDirection;
use crate::bind::expression::Labels;
use crate::graph::{
    ConstraintDefinition, ConstraintRule, Direction, Index, LabelSetId, SampledEnds, Snapshot,
    Target,
};
use crate::value::{Type, TypeId, TypeTest};

/// Counts of a graph, and samples that are taken when they are first asked for.
#[derive(Debug)]
pub struct Statistics<'a> {
    graph: &'a Snapshot,
    samples: RefCell<HashMap<TypeId, Rc<[SampledEnds]>>>,
    /// What was computed from them: the same is asked for again and again while orders are compared.
    degrees: RefCell<HashMap<Degree, f64>>,
}

/// Types, direction, and the labels of both ends.
type Degree = (
    Option<Labels>,
    PatternDirection,
    Option<Labels>,
    Option<Labels>,
);

/// Relationships of a type that are looked at.
const SAMPLE_SIZE: usize = 128;

/// Of more types than this none is sampled.
const MOST_SAMPLED_TYPES: usize = 16;

impl<'a> Statistics<'a> {
    /// The counts of this state.
    pub fn new(graph: &'a Snapshot) -> Self {
        Statistics {
            graph,
            samples: RefCell::default(),
            degrees: RefCell::default(),
        }
    }

    fn sample(&self, relationship_type: TypeId) -> Rc<[SampledEnds]> {
        let mut samples = self.samples.borrow_mut();
        let sample = samples.entry(relationship_type).or_insert_with(|| {
            // What cannot be read is told by the statement, not by its plan.
            let ends = self.graph.sample_ends(relationship_type, SAMPLE_SIZE);
            ends.unwrap_or_default().into()
        });
        sample.clone()
    }

    /// How many relationships of these types, seen from nodes with the labels `from`, lead to nodes
    /// with the labels `to`: expected for one node.
    pub fn degree(
        &self,
        types: Option<&Labels>,
        direction: PatternDirection,
        from: Option<&Labels>,
        to: Option<&Labels>,
    ) -> f64 {
        let degree = (types.cloned(), direction, from.cloned(), to.cloned());
        if let Some(known) = self.degrees.borrow().get(&degree) {
            return *known;
        }
        let computed = self.computed_degree(types, direction, from, to);
        self.degrees.borrow_mut().insert(degree, computed);
        computed
    }

    fn computed_degree(
        &self,
        types: Option<&Labels>,
        direction: PatternDirection,
        from: Option<&Labels>,
        to: Option<&Labels>,
    ) -> f64 {
        let nodes = self.nodes(from).max(1.0);
        let ids = self.types(types);
        if ids.len() > MOST_SAMPLED_TYPES {
            let part = self.nodes(to) / self.nodes(None).max(1.0);
            return self.relationships(types) / self.nodes(None).max(1.0) * part;
        }
        let mut relationships = 0.0;
        for id in ids {
            let sample = self.sample(id);
            let all = self.graph.type_count(id) as f64;
            for way in direction.ways() {
                relationships += all * self.part(&sample, *way, from, to);
            }
        }
        relationships / nodes
    }

    /// The part of relationships that lead from nodes with some labels to nodes with others, expected.
    fn part(
        &self,
        sample: &[SampledEnds],
        way: Direction,
        from: Option<&Labels>,
        to: Option<&Labels>,
    ) -> f64 {
        let connects = |ends: &&SampledEnds| {
            let (near, far) = match way {
                Direction::Outgoing => (ends.start, ends.end),
                Direction::Incoming => (ends.end, ends.start),
            };
            self.holds(near, from) && self.holds(far, to)
        };
        let found = sample.iter().filter(connects).count();
        // What is not in the sample may yet be in the graph.
        (found as f64).max(0.5) / (sample.len() as f64).max(1.0)
    }

    /// Whether all nodes that relationships of these types lead to satisfy a label expression, as the
    /// graph stands.
    pub fn neighbours_have(
        &self,
        types: Option<&Labels>,
        direction: PatternDirection,
        labels: &Labels,
    ) -> bool {
        let passes = |set| self.holds(set, Some(labels));
        self.types(types).into_iter().all(|id| {
            let mut ways = direction.ways().iter();
            ways.all(|way| self.graph.all_neighbours_pass(*way, id, passes))
        })
    }

    /// Of the labels that all nodes have that relationships of these types lead to, as the graph stands, the one
    /// of the fewest nodes, and how many these are; `None` where every node has it.
    pub fn label_of_neighbours(
        &self,
        types: Option<&Labels>,
        direction: PatternDirection,
    ) -> Option<(f64, Labels)> {
        let types = self.types(types).into_iter();
        let ways = types.flat_map(|id| direction.ways().iter().map(move |way| (id, *way)));
        let labels = ways.map(|(id, way)| self.graph.labels_of_neighbours(way, id));
        let common = labels.reduce(|mut common, labels| {
            common.retain(|label| labels.contains(label));
            common
        });
        let counted = common.unwrap_or_default().into_iter().map(|label| {
            let name = self.graph.catalog().label_name(label).clone();
            (self.graph.label_count(label) as f64, Labels::Name(name))
        });
        let fewest = counted.min_by(|one, other| one.0.total_cmp(&other.0));
        fewest.filter(|(count, _)| *count < self.nodes(None))
    }

    /// Whether a set of labels satisfies a label expression.
    fn holds(&self, set: LabelSetId, labels: Option<&Labels>) -> bool {
        match labels {
            None => true,
            Some(Labels::Name(name)) => {
                let label = self.graph.catalog().label(name);
                label.is_some_and(|label| self.graph.catalog().set_has(set, label))
            }
            Some(Labels::Any) => !self.graph.catalog().is_empty_set(set),
            Some(Labels::Not(inner)) => !self.holds(set, Some(inner)),
            Some(Labels::And(parts)) => parts.iter().all(|part| self.holds(set, Some(part))),
            Some(Labels::Or(parts)) => parts.iter().any(|part| self.holds(set, Some(part))),
        }
    }

    /// The numbers of these types; all where it is not names.
    fn types(&self, types: Option<&Labels>) -> Vec<TypeId> {
        let catalog = self.graph.catalog();
        match types {
            Some(Labels::Name(name)) => catalog.relationship_type(name).into_iter().collect(),
            Some(Labels::Or(parts)) => parts
                .iter()
                .flat_map(|part| self.types(Some(part)))
                .collect(),
            _ => catalog.relationship_types().map(|(id, _)| id).collect(),
        }
    }

    /// The number of nodes that have these labels, estimated.
    pub fn nodes(&self, labels: Option<&Labels>) -> f64 {
        let all = self.graph.node_count() as f64;
        labels.map_or(all, |labels| self.labelled(labels, all).min(all))
    }

    fn labelled(&self, labels: &Labels, all: f64) -> f64 {
        match labels {
            Labels::Name(name) => {
                let label = self.graph.catalog().label(name);
                label.map_or(0.0, |label| self.graph.label_count(label) as f64)
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
        let all = self.graph.relationship_count() as f64;
        types.map_or(all, |types| self.typed(types, all).min(all))
    }

    fn typed(&self, types: &Labels, all: f64) -> f64 {
        match types {
            Labels::Name(name) => {
                let found = self.graph.catalog().relationship_type(name);
                found.map_or(0.0, |found| self.graph.type_count(found) as f64)
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
        !self.graph.schema().indexes().is_empty()
    }

    /// Whether an index holds each value once.
    pub fn is_unique(&self, index: &str) -> bool {
        let index = self.graph.schema().index(index);
        index.is_some_and(Index::is_unique)
    }

    /// Whether a constraint asks that elements have a property.
    pub fn is_required(&self, target: &Target, property: &str) -> bool {
        self.constraints(target).any(|constraint| {
            let mut names = constraint.properties.iter();
            constraint.rule.needs_properties() && names.any(|name| name.as_ref() == property)
        })
    }

    /// Whether constraints ask that two elements that have a property differ by `<>` in it exactly
    /// where they are two: its values are unique, and neither lists nor floats, of which some differ
    /// from themselves.
    pub fn tells_apart(&self, target: &Target, property: &str) -> bool {
        let mut unique = false;
        let mut scalar = false;
        for constraint in self.constraints(target) {
            let [name] = constraint.properties.as_slice() else {
                continue;
            };
            if name.as_ref() == property {
                unique |= constraint.rule.is_unique();
                scalar |=
                    matches!(&constraint.rule, ConstraintRule::Typed(test) if is_scalar(test));
            }
        }
        unique && scalar
    }

    fn constraints(&self, target: &Target) -> impl Iterator<Item = &'a ConstraintDefinition> {
        let constraints = self.graph.schema().constraints().iter();
        constraints
            .map(|constraint| &**constraint)
            .filter(move |constraint| constraint.target == *target)
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
        let indexes = self.graph.schema().indexes().iter();
        indexes.filter(move |index| {
            matches!(&index.definition().target, Target::Nodes(name) if asks_for(name))
        })
    }

    /// The indexes of relationships of a type.
    pub fn indexes_of_relationships<'l>(
        &self,
        wanted: &'l str,
    ) -> impl Iterator<Item = &'a Index> + use<'a, 'l> {
        let indexes = self.graph.schema().indexes().iter();
        indexes.filter(move |index| {
            matches!(&index.definition().target, Target::Relationships(name) if name.as_ref() == wanted)
        })
    }
}

/// Whether all values that pass are of types whose values are equal to themselves.
fn is_scalar(test: &TypeTest) -> bool {
    let scalar = |wanted: &Type| {
        matches!(
            wanted,
            Type::Boolean
                | Type::Integer
                | Type::String
                | Type::Date
                | Type::LocalTime
                | Type::Time
                | Type::LocalDateTime
                | Type::DateTime
        )
    };
    test.alternatives.iter().all(scalar)
}
