//! Elements verified against the graph type.

use std::collections::HashMap;
use std::sync::Arc;

use super::describe::{a_type, describe_node, describe_relationship};
use super::graph_type::{GraphType, NodeType, PropertyType, RelationshipType};
use super::snapshot::Graph;
use super::table::Properties;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::value::{KeyId, LabelId, NodeId, RelationshipId, TypeId, Value};

/// A graph type with the numbers that its names have in a graph.
pub(super) struct TypeCheck<'g> {
    graph: &'g Graph,
    is_closed: bool,
    nodes: HashMap<LabelId, NodeCheck<'g>>,
    relationships: HashMap<TypeId, Vec<RelationshipCheck<'g>>>,
}

struct NodeCheck<'g> {
    node: &'g NodeType,
    /// Labels by number; `None` for one that no node has.
    implied: Vec<(Option<LabelId>, &'g Arc<str>)>,
    properties: Vec<(Option<KeyId>, &'g PropertyType)>,
}

struct RelationshipCheck<'g> {
    relationship: &'g RelationshipType,
    start: Vec<Option<LabelId>>,
    end: Vec<Option<LabelId>>,
    properties: Vec<(Option<KeyId>, &'g PropertyType)>,
}

impl<'g> TypeCheck<'g> {
    pub(super) fn new(graph_type: &'g GraphType, graph: &'g Graph) -> TypeCheck<'g> {
        let catalog = graph.catalog();
        let labels = |labels: &[Arc<str>]| labels.iter().map(|name| catalog.label(name)).collect();
        let properties = |properties: &'g [PropertyType]| {
            let properties = properties.iter();
            properties
                .map(|one| (catalog.key(&one.name), one))
                .collect()
        };
        // A label that has no number is on no node.
        let nodes = graph_type.nodes.iter().filter_map(|node| {
            let implied = node.implied.iter();
            let check = NodeCheck {
                node,
                implied: implied.map(|name| (catalog.label(name), name)).collect(),
                properties: properties(&node.properties),
            };
            Some((catalog.label(&node.label)?, check))
        });
        let mut relationships: HashMap<TypeId, Vec<RelationshipCheck>> = HashMap::new();
        for relationship in &graph_type.relationships {
            if let Some(id) = catalog.relationship_type(&relationship.name) {
                relationships
                    .entry(id)
                    .or_default()
                    .push(RelationshipCheck {
                        relationship,
                        start: labels(&relationship.start),
                        end: labels(&relationship.end),
                        properties: properties(&relationship.properties),
                    });
            }
        }
        TypeCheck {
            graph,
            is_closed: graph_type.is_closed,
            nodes: nodes.collect(),
            relationships,
        }
    }

    /// Checks a node, if it exists.
    pub(super) fn node(&self, node: NodeId) -> Result<()> {
        if !self.graph.node_exists(node)? {
            return Ok(());
        }
        let catalog = self.graph.catalog();
        let labels = catalog.label_set(self.graph.label_set_of(node)?);
        let checks: Vec<&NodeCheck> = labels
            .iter()
            .filter_map(|label| self.nodes.get(label))
            .collect();
        if checks.is_empty() && !self.is_closed {
            return Ok(());
        }
        let properties = self.graph.nodes.properties(node.0)?;
        let what = || describe_node(node, self.graph);
        for check in &checks {
            let label = &check.node.label;
            for (implied, name) in &check.implied {
                if implied.is_none_or(|implied| !labels.contains(&implied)) {
                    let message =
                        format!("{} lacks the label {name}, which {label} implies", what()?);
                    return Err(violated(message));
                }
            }
            if let Some(wrong) = wrong_property(&check.properties, &properties) {
                return Err(wrong.of(what()?));
            }
        }
        if !self.is_closed {
            return Ok(());
        }
        for label in labels {
            let is_implied = |check: &&NodeCheck| {
                let mut implied = check.implied.iter();
                implied.any(|(implied, _)| *implied == Some(*label))
            };
            if !self.nodes.contains_key(label) && !checks.iter().any(is_implied) {
                let name = catalog.label_name(*label);
                let message = format!("{} has the label {name}, which is not in it", what()?);
                return Err(violated(message));
            }
        }
        if checks.is_empty() {
            return Err(violated(format!("{} has no label", what()?)));
        }
        let declared = checks.iter().flat_map(|check| &check.properties);
        match self.undeclared(declared, &properties) {
            Some(name) => Err(Wrong::Undeclared(name).of(what()?)),
            None => Ok(()),
        }
    }

    /// Checks a relationship, if it exists.
    pub(super) fn relationship(&self, relationship: RelationshipId) -> Result<()> {
        if !self.graph.relationship_exists(relationship)? {
            return Ok(());
        }
        let ends = self.graph.endpoints(relationship)?;
        let Some(checks) = self.relationships.get(&ends.relationship_type) else {
            if self.is_closed {
                let what = describe_relationship(relationship, self.graph)?;
                return Err(violated(format!("{what} is of a type that is not in it")));
            }
            return Ok(());
        };
        let catalog = self.graph.catalog();
        let start = catalog.label_set(self.graph.label_set_of(ends.start)?);
        let end = catalog.label_set(self.graph.label_set_of(ends.end)?);
        let have = |labels: &[LabelId], wanted: &[Option<LabelId>]| {
            wanted
                .iter()
                .all(|label| label.is_some_and(|label| labels.contains(&label)))
        };
        let between: Vec<&RelationshipCheck> = checks
            .iter()
            .filter(|check| have(start, &check.start) && have(end, &check.end))
            .collect();
        if between.is_empty() {
            let what = describe_relationship(relationship, self.graph)?;
            let patterns = checks.iter().map(|check| check.relationship.pattern());
            let patterns = patterns.collect::<Vec<_>>().join(", ");
            return Err(violated(format!("{what} is none of {patterns}")));
        }
        let properties = self.graph.relationships.properties(relationship.0)?;
        let wrong = |check: &RelationshipCheck<'g>| {
            wrong_property(&check.properties, &properties).or_else(|| {
                let name = self.undeclared(check.properties.iter(), &properties)?;
                self.is_closed.then_some(Wrong::Undeclared(name))
            })
        };
        // It fits one of them, or else what is wrong with the first is told.
        let mut first = None;
        for check in between {
            match wrong(check) {
                None => return Ok(()),
                Some(wrong) => {
                    first.get_or_insert(wrong);
                }
            }
        }
        let what = describe_relationship(relationship, self.graph)?;
        first.map_or(Ok(()), |wrong| Err(wrong.of(what)))
    }

    /// A property that no type declares.
    fn undeclared<'p>(
        &self,
        declared: impl Iterator<Item = &'p (Option<KeyId>, &'p PropertyType)> + Clone,
        properties: &Properties,
    ) -> Option<Arc<str>> {
        let key = properties
            .keys()
            .find(|key| !declared.clone().any(|(known, _)| *known == Some(**key)))?;
        Some(self.graph.catalog().key_name(*key).clone())
    }
}

/// What is wrong with a property.
enum Wrong<'p> {
    Missing(&'p str),
    Mistyped(&'p PropertyType, &'p Value),
    Undeclared(Arc<str>),
}

impl Wrong<'_> {
    /// The error about an element.
    fn of(self, what: String) -> Error {
        violated(match self {
            Wrong::Missing(name) => format!("{what} lacks the property `{name}`"),
            Wrong::Mistyped(property, value) => format!(
                "`{}` of {what} is {} and not {}",
                property.name,
                a_type(value),
                property.test
            ),
            Wrong::Undeclared(name) => {
                format!("{what} has the property `{name}`, which is not in it")
            }
        })
    }
}

/// What is wrong with the first property that is not as it is declared.
fn wrong_property<'p>(
    declared: &[(Option<KeyId>, &'p PropertyType)],
    properties: &'p Properties,
) -> Option<Wrong<'p>> {
    declared.iter().find_map(
        |(key, property)| match key.and_then(|key| properties.get(&key)) {
            None if property.test.nullable => None,
            None => Some(Wrong::Missing(&property.name)),
            Some(value) if property.test.passes(value) => None,
            Some(value) => Some(Wrong::Mistyped(property, value)),
        },
    )
}

fn violated(what: String) -> Error {
    Error::new(
        ErrorKind::ConstraintVerificationFailed,
        ErrorDetail::GraphTypeViolated,
        format!("{what}, against the graph type"),
    )
}
