//! Quantified parts of path patterns: `((a)-[r]->(b) WHERE predicate){1,3}`.

use std::collections::HashSet;
use std::slice::from_ref;

use super::binder::{Binder, already_bound};
use super::bound::{GroupPattern, Pattern, Variable};
use super::build_expression::unexpected;
use super::pattern::{Declaration, DeclaredElement, DeclaredGroup, quantifier_bounds};
use crate::error::{Error, Result};
use crate::parse::ast::{self, PathSearch};
use crate::parse::span::Span;
use crate::value::Type;

impl DeclaredGroup<'_> {
    /// The outer lists of the relationships inside.
    pub fn listed_relationships(&self) -> Vec<Variable> {
        let list = |inner: &Variable| {
            let found = self.lists.iter().find(|(variable, _)| variable == inner);
            found.map(|(_, list)| list.clone())
        };
        let relationships = self
            .inner
            .elements
            .iter()
            .filter_map(|element| match element {
                DeclaredElement::Relationship(variable, _) => list(variable),
                _ => None,
            });
        relationships.collect()
    }
}

impl<'a> Binder<'a> {
    /// Declares the variables inside of a quantified part, and outside of it their lists.
    pub(super) fn declare_group(
        &mut self,
        group: &'a ast::GroupPattern,
        declaration: &Declaration,
    ) -> Result<DeclaredGroup<'a>> {
        let path = &group.path;
        if group.quantifier.is_none() {
            let message = "parentheses inside of a path need a quantifier";
            return Err(unexpected(group.span, message).hint("{1} is one"));
        }
        if let Some(name) = &path.variable {
            let message = "a path inside of a quantified part cannot have a name";
            return Err(unexpected(name.span, message).hint(
                "name the whole path, or the nodes and relationships inside: they are lists",
            ));
        }
        if path.search != PathSearch::All {
            let message = "a search cannot stand inside of a quantified part";
            return Err(unexpected(path.span, message));
        }
        let outside = std::mem::replace(&mut self.scope, declaration.before.clone());
        for name in element_names(path) {
            if outside.find(&name.name).is_some() {
                let error = already_bound(name);
                return Err(error.hint("inside of a quantified part all variables are new"));
            }
        }
        let is_node = |element| matches!(element, &ast::PatternElement::Node(_));
        if path.elements.iter().all(is_node) {
            let message = "a part without relationships cannot be repeated";
            return Err(unexpected(group.span, message));
        }
        let inner = self.declare_path(path, &mut Declaration::new(&declaration.before))?;
        let scope = std::mem::replace(&mut self.scope, outside);
        let mut lists = Vec::with_capacity(inner.elements.len());
        for element in &inner.elements {
            let (variable, name, value_type) = match element {
                DeclaredElement::Node(variable, node) => {
                    let name = node.and_then(|node| node.variable.as_ref());
                    (variable, name, Type::Node)
                }
                DeclaredElement::Relationship(variable, relationship) => {
                    if self.repetition(relationship)?.is_some() {
                        return Err(nested(relationship.span));
                    }
                    (variable, relationship.variable.as_ref(), Type::Relationship)
                }
                DeclaredElement::Group(inner) => return Err(nested(inner.pattern.span)),
            };
            if lists.iter().any(|(known, _)| known == variable) {
                continue;
            }
            let list = match name {
                Some(name) => self.declare(&name.name, Type::List(Box::new(value_type))),
                None => self.unnamed(),
            };
            lists.push((variable.clone(), list));
        }
        Ok(DeclaredGroup {
            pattern: group,
            inner,
            scope,
            lists,
        })
    }

    /// Adds a quantified part between two nodes to a query graph.
    pub(super) fn build_group(
        &mut self,
        group: &DeclaredGroup<'a>,
        (from, to): (Variable, Variable),
        known: &HashSet<Variable>,
        pattern: &mut Pattern,
    ) -> Result<()> {
        let (
            Some(DeclaredElement::Node(inner_from, _)),
            Some(DeclaredElement::Node(inner_to, _)),
            Some(quantifier),
        ) = (
            group.inner.elements.first(),
            group.inner.elements.last(),
            &group.pattern.quantifier,
        )
        else {
            return Err(Error::internal(
                "a quantified part has no ends or no bounds",
            ));
        };
        let outside = std::mem::replace(&mut self.scope, group.scope.clone());
        let mut inner = Pattern::default();
        self.build_path(&group.inner, from_ref(&group.inner), known, &mut inner)?;
        if let Some(predicate) = &group.pattern.predicate {
            inner.predicates.extend(self.conjuncts(predicate)?);
        }
        self.scope = outside;
        pattern.groups.push(GroupPattern {
            pattern: inner,
            inner_from: inner_from.clone(),
            inner_to: inner_to.clone(),
            from,
            to,
            length: quantifier_bounds(quantifier)?,
            variables: group.lists.clone(),
        });
        Ok(())
    }
}

fn nested(span: Span) -> Error {
    unexpected(
        span,
        "what is repeated cannot stand inside of a quantified part",
    )
}

/// The names of nodes and relationships of a path.
fn element_names(path: &ast::PathPattern) -> impl Iterator<Item = &ast::Identifier> {
    path.elements.iter().filter_map(|element| match element {
        ast::PatternElement::Node(node) => node.variable.as_ref(),
        ast::PatternElement::Relationship(relationship) => relationship.variable.as_ref(),
        ast::PatternElement::Group(_) => None,
    })
}
