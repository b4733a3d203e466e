//! Constraints verified: at the end of a statement for what it touched, or for all elements when a
//! constraint is made. An error names the elements.

use super::describe::{a_type, describe, shortened};
use super::index::{Element, Index};
use super::index_upkeep::Doubled;
use super::schema::{ConstraintDefinition, ConstraintRule, Target};
use super::snapshot::Graph;
use super::verify_type::TypeCheck;
use super::writer::GraphWriter;
use crate::context::Context;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::value::{NodeId, RelationshipId, Value};

/// What a writer has touched and not verified yet.
#[derive(Debug, Default)]
pub(super) struct Unverified {
    /// Keys of unique indexes, by number, that more than one element had.
    pub(super) doubled: Doubled,
    /// Nodes that were made, changed or deleted.
    pub(super) nodes: Vec<u32>,
    /// Relationships, likewise.
    pub(super) relationships: Vec<u32>,
    /// Nodes that lost a label.
    pub(super) unlabelled: Vec<NodeId>,
}

/// Elements between two looks at the interrupt flag.
const BETWEEN_CHECKS: usize = 1024;

impl GraphWriter {
    /// Verifies the constraints for everything that was written since the last call. Called at the
    /// end of each statement, and before a state is published.
    ///
    /// # Errors
    /// `ConstraintVerificationFailed`, naming the constraint and the elements that break it.
    pub fn verify(&mut self, context: &Context) -> Result<()> {
        let mut touched = std::mem::take(&mut self.unverified);
        for (number, key) in touched.doubled {
            if let Some(index) = self.graph.schema.indexes.get(number) {
                check_unique(index, &key, &self.graph)?;
            }
        }
        if self.graph.schema.graph_type.is_some() {
            // What a relationship connects may have changed by it.
            for node in touched.unlabelled {
                let relationships = self.relationships_of(node)?.into_iter();
                touched.relationships.extend(relationships.map(|id| id.0));
            }
        }
        for positions in [&mut touched.nodes, &mut touched.relationships] {
            positions.sort_unstable();
            positions.dedup();
        }
        let constraints = self.graph.schema.constraints.clone();
        for constraint in constraints.iter().filter(|one| has_row_rule(one)) {
            let positions = match &constraint.target {
                Target::Nodes(_) => &touched.nodes,
                Target::Relationships(_) => &touched.relationships,
            };
            each(positions, context, |position| {
                check_row(constraint, position, &self.graph)
            })?;
        }
        if let Some(graph_type) = &self.graph.schema.graph_type {
            let check = TypeCheck::new(graph_type, &self.graph);
            each(&touched.nodes, context, |node| check.node(NodeId(node)))?;
            each(&touched.relationships, context, |id| {
                check.relationship(RelationshipId(id))
            })?;
        }
        Ok(())
    }

    /// Notes a node that a write touches, if any rule is about single nodes.
    pub(super) fn touch_node(&mut self, node: NodeId) {
        if self.graph.schema.has_node_rules {
            self.unverified.nodes.push(node.0);
        }
    }

    /// Notes a node that lost a label, if a graph type asks what relationships connect.
    pub(super) fn touch_unlabelled(&mut self, node: NodeId) {
        if self.graph.schema.graph_type.is_some() {
            self.unverified.unlabelled.push(node);
        }
    }

    /// Notes a relationship that a write touches, if any rule is about single relationships.
    pub(super) fn touch_relationship(&mut self, relationship: RelationshipId) {
        if self.graph.schema.has_relationship_rules {
            self.unverified.relationships.push(relationship.0);
        }
    }
}

/// Calls `check` with each position, and looks at the interrupt flag now and then.
fn each(positions: &[u32], context: &Context, check: impl Fn(u32) -> Result<()>) -> Result<()> {
    for some in positions.chunks(BETWEEN_CHECKS) {
        context.check()?;
        some.iter().try_for_each(|position| check(*position))?;
    }
    Ok(())
}

/// Whether a constraint says anything about a single element.
pub(super) fn has_row_rule(constraint: &ConstraintDefinition) -> bool {
    !matches!(constraint.rule, ConstraintRule::Unique)
}

/// Checks one element, if it exists and the constraint is about it.
pub(super) fn check_row(
    constraint: &ConstraintDefinition,
    position: u32,
    graph: &Graph,
) -> Result<()> {
    let catalog = graph.catalog();
    let is_meant = match &constraint.target {
        Target::Nodes(label) => match (catalog.label(label), graph.nodes.fixed(position)?) {
            (Some(label), Some((true, set))) => catalog.label_set(set).contains(&label),
            _ => false,
        },
        Target::Relationships(name) => {
            let fixed = graph.relationships.fixed(position)?;
            match (catalog.relationship_type(name), fixed) {
                (Some(wanted), Some((true, ends))) => ends.relationship_type == wanted,
                _ => false,
            }
        }
    };
    if !is_meant {
        return Ok(());
    }
    for name in &constraint.properties {
        let value = match (catalog.key(name), &constraint.target) {
            (None, _) => Value::Null,
            (Some(key), Target::Nodes(_)) => graph.nodes.property(position, key)?,
            (Some(key), Target::Relationships(_)) => graph.relationships.property(position, key)?,
        };
        if constraint.rule.needs_properties() && value.is_null() {
            let what = describe(&constraint.target, position, graph)?;
            let message = format!("{what} lacks the property `{name}`");
            return Err(broken(constraint, ErrorDetail::PropertyMissing, message));
        }
        if let ConstraintRule::Typed(wanted) = &constraint.rule
            && !value.is_null()
            && !wanted.passes(&value)
        {
            let what = describe(&constraint.target, position, graph)?;
            let message = format!("`{name}` of {what} is {} and not {wanted}", a_type(&value));
            return Err(broken(
                constraint,
                ErrorDetail::PropertyTypeViolated,
                message,
            ));
        }
    }
    Ok(())
}

/// Checks that one element at most has a key.
fn check_unique(index: &Index, key: &[u8], graph: &Graph) -> Result<()> {
    match index.with_key(key)?.as_slice() {
        [first, second, ..] => Err(doubled(index, *first, *second, graph)?),
        _ => Ok(()),
    }
}

/// The error of two elements whose values must differ.
pub(super) fn doubled(index: &Index, first: u32, second: u32, graph: &Graph) -> Result<Error> {
    let definition = index.definition();
    let name = definition.target.name();
    let (kind, all) = match index.element {
        Element::Nodes(_) => ("nodes", format!("(:{name})")),
        Element::Relationships(_) => ("relationships", format!("[:{name}]")),
    };
    let mut values = Vec::new();
    for (name, key) in definition.properties.iter().zip(index.keys()) {
        let value = match index.element {
            Element::Nodes(_) => graph.nodes.property(second, *key)?,
            Element::Relationships(_) => graph.relationships.property(second, *key)?,
        };
        values.push(format!("{name} = {}", shortened(&value)));
    }
    Ok(Error::new(
        ErrorKind::ConstraintVerificationFailed,
        ErrorDetail::UniquenessViolated,
        format!(
            "the {kind} {first} and {second} of {all} both have {}, against the constraint `{}`",
            values.join(", "),
            definition.name
        ),
    ))
}

fn broken(constraint: &ConstraintDefinition, detail: ErrorDetail, message: String) -> Error {
    let name = &constraint.name;
    Error::new(
        ErrorKind::ConstraintVerificationFailed,
        detail,
        format!("{message}, against the constraint `{name}`"),
    )
}
