//! `CREATE` and `MERGE`.
//!
//! What is made is seen by the clauses after. The properties within read the row as it was before,
//! in `CREATE` also the nodes that were made before them.

use std::sync::Arc;

use super::binder::{Binder, already_bound};
use super::bound::{
    CreateNode, CreatePattern, CreateRelationship, Expression, Merge, NodePattern, PathElement,
    PathVariable, Pattern, PatternDirection, RelationshipPattern, Variable,
};
use super::build_expression::property_of;
use super::expression::{Comparison, Expression as E, Labels};
use super::pattern::{property_map, type_conflict};
use super::scope::{Binding, Scope};
use super::syntax::variable_names;
use super::warnings::NameKind;
use crate::error::{Error, ErrorDetail, Result};
use crate::parse::ast::{self, LabelExpression, PatternElement};
use crate::value::Type;

/// What a clause makes, and what it looks for first if it is a `MERGE`.
struct Making {
    /// What properties may read: the scope before the clause and, in `CREATE`, the nodes that
    /// were made before.
    before: Scope,
    create: CreatePattern,
    looked_for: Option<Pattern>,
}

impl<'a> Binder<'a> {
    pub(super) fn create(&mut self, pattern: &'a ast::Pattern) -> Result<CreatePattern> {
        let mut making = Making {
            before: self.scope.clone(),
            create: CreatePattern::default(),
            looked_for: None,
        };
        for path in &pattern.paths {
            self.make_path(path, &mut making)?;
        }
        Ok(making.create)
    }

    pub(super) fn merge(&mut self, merge: &'a ast::Merge) -> Result<Merge> {
        let mut making = Making {
            before: self.scope.clone(),
            create: CreatePattern::default(),
            looked_for: Some(Pattern::default()),
        };
        self.make_path(&merge.path, &mut making)?;
        Ok(Merge {
            pattern: making.looked_for.unwrap_or_default(),
            create: making.create,
            on_create: self.set_items(&merge.on_create)?,
            on_match: self.set_items(&merge.on_match)?,
        })
    }

    fn make_path(&mut self, path: &'a ast::PathPattern, making: &mut Making) -> Result<()> {
        let alone = path.elements.len() == 1;
        let mut elements = Vec::with_capacity(path.elements.len());
        let mut waiting: Option<&'a ast::RelationshipPattern> = None;
        for element in &path.elements {
            match element {
                PatternElement::Relationship(relationship) => waiting = Some(relationship),
                PatternElement::Node(node) => {
                    let node = self.make_node(node, alone, making)?;
                    if let (Some(relationship), Some(PathElement::Node(left))) =
                        (waiting.take(), elements.last())
                    {
                        let ends = (left.clone(), node.clone());
                        let variable = self.make_relationship(relationship, ends, making)?;
                        elements.push(PathElement::Relationship(variable));
                    }
                    elements.push(PathElement::Node(node));
                }
                PatternElement::Group(_) => return Err(not_admitted()),
            }
        }
        if let Some(name) = &path.variable {
            let path = PathVariable {
                variable: self.declare_new(name, Type::Path)?,
                elements,
            };
            if let Some(pattern) = &mut making.looked_for {
                pattern.paths.push(path.clone());
            }
            making.create.paths.push(path);
        }
        Ok(())
    }

    /// A node to be made, or one that exists, which then is only named.
    fn make_node(
        &mut self,
        node: &'a ast::NodePattern,
        alone: bool,
        making: &mut Making,
    ) -> Result<Variable> {
        if let Some(name) = &node.variable
            && self.scope.find(&name.name).is_some()
        {
            if alone || node.labels.is_some() || node.properties.is_some() {
                let error = already_bound(name);
                return Err(error.hint(format!(
                    "({}) without labels and properties names it as the end of a relationship",
                    name.name
                )));
            }
            let binding = self.resolve(&name.name, name.span)?;
            if !binding.value_type.may_be(&Type::Node) {
                return Err(type_conflict(name, &binding.value_type, &Type::Node));
            }
            making.look_for_known(&binding.variable);
            return Ok(binding.variable);
        }
        let labels = match &node.labels {
            Some(labels) => self.labels_to_give(labels)?,
            None => Vec::new(),
        };
        let properties = self.properties_to_give(node.properties.as_ref(), making)?;
        let variable = match &node.variable {
            Some(name) => self.declare(&name.name, Type::Node),
            None => self.unnamed(),
        };
        self.places.entry(variable.clone()).or_insert(node.span);
        if let (Some(name), None) = (&node.variable, &making.looked_for) {
            let binding = Binding {
                variable: variable.clone(),
                value_type: Type::Node,
            };
            making.before.declare(name.name.as_str().into(), binding);
        }
        if let Some(pattern) = &mut making.looked_for {
            pattern.nodes.push(NodePattern {
                variable: variable.clone(),
                labels: all_of(&labels),
                bound: false,
            });
            let written = node.properties.as_ref();
            pattern
                .predicates
                .extend(equalities(&variable, written, &properties)?);
        }
        making.create.nodes.push(CreateNode {
            variable: variable.clone(),
            labels,
            properties,
        });
        Ok(variable)
    }

    fn make_relationship(
        &mut self,
        relationship: &'a ast::RelationshipPattern,
        (left, right): (Variable, Variable),
        making: &mut Making,
    ) -> Result<Variable> {
        if let Some(name) = &relationship.variable
            && self.scope.find(&name.name).is_some()
        {
            return Err(already_bound(name));
        }
        if let Some(length) = relationship.length {
            let message = "a relationship of variable length can be looked for, not made";
            let detail = ErrorDetail::CreatingVarLength;
            return Err(Error::syntax(detail, length.span, message));
        }
        let relationship_type = single_type(relationship)?;
        if relationship.direction == ast::Direction::Both && making.looked_for.is_none() {
            let message = "a relationship that is made needs a direction";
            let detail = ErrorDetail::RequiresDirectedRelationship;
            let error = Error::syntax(detail, relationship.span, message);
            return Err(error.hint("write -[...]-> or <-[...]-"));
        }
        self.observations
            .write(NameKind::RelationshipType, relationship_type);
        let relationship_type: Arc<str> = relationship_type.into();
        let written = relationship.properties.as_ref();
        let properties = self.properties_to_give(written, making)?;
        let variable = match &relationship.variable {
            Some(name) => self.declare(&name.name, Type::Relationship),
            None => self.unnamed(),
        };
        if let Some(pattern) = &mut making.looked_for {
            pattern
                .predicates
                .extend(equalities(&variable, written, &properties)?);
            pattern.relationships.push(RelationshipPattern {
                variable: variable.clone(),
                from: left.clone(),
                to: right.clone(),
                direction: match relationship.direction {
                    ast::Direction::Outgoing => PatternDirection::Outgoing,
                    ast::Direction::Incoming => PatternDirection::Incoming,
                    ast::Direction::Both => PatternDirection::Both,
                },
                types: Some(Labels::Name(relationship_type.clone())),
                length: None,
                each: None,
                bound: false,
            });
        }
        let (start, end) = match relationship.direction {
            ast::Direction::Incoming => (right, left),
            _ => (left, right),
        };
        making.create.relationships.push(CreateRelationship {
            variable: variable.clone(),
            relationship_type,
            start,
            end,
            properties,
        });
        Ok(variable)
    }

    /// The labels of a new node: names joined by `:` or `&`.
    fn labels_to_give(&mut self, labels: &'a LabelExpression) -> Result<Vec<Arc<str>>> {
        let mut names = Vec::new();
        let mut waiting = vec![labels];
        while let Some(next) = waiting.pop() {
            match next {
                LabelExpression::Name(name) => names.push(self.label_to_give(name)),
                LabelExpression::And(parts) => waiting.extend(parts.iter().rev()),
                _ => return Err(not_admitted()),
            }
        }
        Ok(names)
    }

    /// A label that is given to a node.
    pub(super) fn label_to_give(&mut self, label: &ast::Identifier) -> Arc<str> {
        self.observations.write(NameKind::Label, &label.name);
        label.name.as_str().into()
    }

    /// Binds the map of properties of something new.
    fn properties_to_give(
        &mut self,
        properties: Option<&'a ast::Expression>,
        making: &Making,
    ) -> Result<Option<Expression>> {
        let Some(properties) = properties else {
            return Ok(None);
        };
        if making.looked_for.is_some() {
            property_map(properties)?;
        }
        self.keys_to_give(properties);
        let now = std::mem::replace(&mut self.scope, making.before.clone());
        let result = self.expecting(properties, &Type::Map);
        self.scope = now;
        result.map(Some).map_err(|error| {
            let made_here = variable_names(properties)
                .iter()
                .any(|name| self.scope.find(name).is_some() && making.before.find(name).is_none());
            match made_here && error.detail() == ErrorDetail::UndefinedVariable {
                true => error.hint("it is made by the same clause: read it in a clause after"),
                false => error,
            }
        })
    }

    /// Notes the keys of a map whose entries are stored.
    pub(super) fn keys_to_give(&mut self, properties: &ast::Expression) {
        if let ast::ExpressionKind::Map(entries) = &properties.kind {
            for (key, _) in entries {
                self.observations.write(NameKind::PropertyKey, &key.name);
            }
        }
    }
}

impl Making {
    /// A node that exists already is looked for as what it is.
    fn look_for_known(&mut self, variable: &Variable) {
        let bound = self.before.variables().contains(variable);
        if let Some(pattern) = &mut self.looked_for
            && pattern.nodes.iter().all(|node| node.variable != *variable)
        {
            pattern.nodes.push(NodePattern {
                variable: variable.clone(),
                labels: None,
                bound,
            });
        }
    }
}

/// The only type of a relationship to be made.
fn single_type(relationship: &ast::RelationshipPattern) -> Result<&str> {
    match &relationship.types {
        Some(LabelExpression::Name(name)) => Ok(&name.name),
        _ => {
            let message = "a relationship that is made needs exactly one type";
            let detail = ErrorDetail::NoSingleRelationshipType;
            let error = Error::syntax(detail, relationship.span, message);
            Err(error.hint("write -[:TYPE]->"))
        }
    }
}

fn all_of(labels: &[Arc<str>]) -> Option<Labels> {
    match labels {
        [] => None,
        [only] => Some(Labels::Name(only.clone())),
        several => Some(Labels::And(
            several.iter().cloned().map(Labels::Name).collect(),
        )),
    }
}

/// What must hold of an element with these properties.
fn equalities(
    variable: &Variable,
    written: Option<&ast::Expression>,
    properties: &Option<Expression>,
) -> Result<Vec<Expression>> {
    let (Some(written), Some(E::Map(values))) = (written, properties) else {
        return Ok(Vec::new());
    };
    let keys = property_map(written)?.iter().map(|(key, _)| key);
    let equalities = keys.zip(values).map(|(key, (_, value))| {
        E::Comparison(
            Comparison::Equal,
            Box::new(property_of(E::Variable(variable.clone()), key)),
            Box::new(value.clone()),
        )
    });
    Ok(equalities.collect())
}

/// The parser admits only what can be made.
fn not_admitted() -> Error {
    Error::internal("a pattern that is made holds what can only be looked for")
}
