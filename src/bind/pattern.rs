//! Patterns of `MATCH` and of subqueries: path patterns to one query graph.
//!
//! In two steps, because a predicate anywhere in a pattern may name any variable of it: first all
//! variables are declared, from left to right, then the graph is built.

use std::collections::HashSet;

use super::binder::Binder;
use super::bound::{
    Expression, Length, NodePattern, PathElement, PathVariable, Pattern, PatternDirection,
    RelationshipPattern, Variable,
};
use super::build_expression::{property_of, unexpected};
use super::expression::{Comparison, Expression as E, Labels};
use super::scope::Scope;
use super::warnings::NameKind;
use crate::error::{Error, ErrorDetail, Result};
use crate::parse::ast::{self, ExpressionKind as K, PathSearch, PatternElement};
use crate::value::Type;

/// A path pattern whose variables are declared.
pub(super) struct DeclaredPath<'a> {
    pub variable: Option<Variable>,
    pub search: &'a PathSearch,
    pub elements: Vec<DeclaredElement<'a>>,
    /// What stands after `WHERE` in the parentheses around the whole path.
    pub predicate: Option<&'a ast::Expression>,
}

/// An element of a path whose variables are declared. A path begins and ends with a node, and a
/// node stands between any two other elements.
pub(super) enum DeclaredElement<'a> {
    /// A node; without a pattern where it is only implied beside a group.
    Node(Variable, Option<&'a ast::NodePattern>),
    /// A relationship, or the list of them that a variable length gives.
    Relationship(Variable, &'a ast::RelationshipPattern),
    /// A quantified part.
    Group(DeclaredGroup<'a>),
}

/// A quantified part whose variables are declared.
pub(super) struct DeclaredGroup<'a> {
    pub pattern: &'a ast::GroupPattern,
    pub inner: DeclaredPath<'a>,
    /// What its predicates see.
    pub scope: Scope,
    /// Each variable inside and the one outside that lists its values.
    pub lists: Vec<(Variable, Variable)>,
}

/// Declares the variables of one pattern.
pub(super) struct Declaration {
    /// The scope before the pattern.
    pub before: Scope,
    /// The variables in it.
    pub known: HashSet<Variable>,
    /// Relationships of the pattern so far.
    relationships: HashSet<Variable>,
    /// Whether all names must exist already.
    pub closed: bool,
}

impl Declaration {
    pub fn new(before: &Scope) -> Self {
        Declaration {
            before: before.clone(),
            known: before.variables(),
            relationships: HashSet::new(),
            closed: false,
        }
    }
}

impl<'a> Binder<'a> {
    /// Binds a pattern and the predicate after it.
    pub fn pattern(
        &mut self,
        pattern: &'a ast::Pattern,
        predicate: Option<&'a ast::Expression>,
    ) -> Result<Pattern> {
        let paths: Vec<&'a ast::PathPattern> = pattern.paths.iter().collect();
        let mut declaration = Declaration::new(&self.scope);
        self.paths(&paths, predicate, &mut declaration)
    }

    /// Binds path patterns as one pattern.
    pub(super) fn paths(
        &mut self,
        paths: &[&'a ast::PathPattern],
        predicate: Option<&'a ast::Expression>,
        declaration: &mut Declaration,
    ) -> Result<Pattern> {
        let declared = paths
            .iter()
            .map(|path| self.declare_path(path, declaration))
            .collect::<Result<Vec<_>>>()?;
        self.check_inner_nodes(&declared, &declaration.known)?;
        let mut pattern = Pattern::default();
        for path in &declared {
            self.build_path(path, &declared, &declaration.known, &mut pattern)?;
        }
        if let Some(predicate) = predicate {
            let predicates = self.conjuncts(predicate)?;
            self.place_predicates(predicates, &declared, &mut pattern);
        }
        Ok(pattern)
    }

    /// Declares the variables of a path, the path's own last: it must be new.
    pub(super) fn declare_path(
        &mut self,
        path: &'a ast::PathPattern,
        declaration: &mut Declaration,
    ) -> Result<DeclaredPath<'a>> {
        if let [PatternElement::Group(group)] = path.elements.as_slice()
            && group.quantifier.is_none()
        {
            return self.declare_parenthesised(path, group, declaration);
        }
        let mut elements = Vec::with_capacity(path.elements.len());
        for element in &path.elements {
            let follows_node = matches!(elements.last(), Some(DeclaredElement::Node(..)));
            if !follows_node && !matches!(element, PatternElement::Node(_)) {
                elements.push(DeclaredElement::Node(self.unnamed(), None));
            }
            elements.push(match element {
                PatternElement::Node(node) => {
                    DeclaredElement::Node(self.declare_node(node, declaration)?, Some(node))
                }
                PatternElement::Relationship(relationship) => {
                    let variable = self.declare_relationship(relationship, declaration)?;
                    DeclaredElement::Relationship(variable, relationship)
                }
                PatternElement::Group(group) => {
                    DeclaredElement::Group(self.declare_group(group, declaration)?)
                }
            });
        }
        if !matches!(elements.last(), Some(DeclaredElement::Node(..))) {
            elements.push(DeclaredElement::Node(self.unnamed(), None));
        }
        let variable = path.variable.as_ref();
        Ok(DeclaredPath {
            variable: variable
                .map(|name| self.declare_new(name, Type::Path))
                .transpose()?,
            search: &path.search,
            elements,
            predicate: None,
        })
    }

    /// `p = (path WHERE predicate)`: the parentheses only hold the predicate.
    fn declare_parenthesised(
        &mut self,
        path: &'a ast::PathPattern,
        group: &'a ast::GroupPattern,
        declaration: &mut Declaration,
    ) -> Result<DeclaredPath<'a>> {
        let mut inner = self.declare_path(&group.path, declaration)?;
        if path.search != PathSearch::All {
            if *inner.search != PathSearch::All {
                let message = "a search stands inside of another";
                return Err(unexpected(group.path.span, message));
            }
            inner.search = &path.search;
        }
        match (&path.variable, &group.path.variable) {
            (Some(outer), Some(_)) => {
                let message = "the path has two names";
                return Err(unexpected(outer.span, message));
            }
            (Some(name), None) => inner.variable = Some(self.declare_new(name, Type::Path)?),
            (None, _) => {}
        }
        if inner.predicate.is_some() && group.predicate.is_some() {
            let message = "parentheses with WHERE stand inside of others";
            return Err(unexpected(group.span, message).hint("join the predicates by AND"));
        }
        inner.predicate = inner.predicate.or(group.predicate.as_ref());
        Ok(inner)
    }

    fn declare_node(
        &mut self,
        node: &'a ast::NodePattern,
        declaration: &Declaration,
    ) -> Result<Variable> {
        let variable = match &node.variable {
            Some(name) => self.pattern_variable(name, Type::Node, declaration)?,
            None => self.unnamed(),
        };
        self.places.entry(variable.clone()).or_insert(node.span);
        Ok(variable)
    }

    fn declare_relationship(
        &mut self,
        relationship: &'a ast::RelationshipPattern,
        declaration: &mut Declaration,
    ) -> Result<Variable> {
        let Some(name) = &relationship.variable else {
            return Ok(self.unnamed());
        };
        let value_type = match self.repetition(relationship)? {
            Some(_) => Type::List(Box::new(Type::Relationship)),
            None => Type::Relationship,
        };
        let variable = self.pattern_variable(name, value_type, declaration)?;
        if !declaration.relationships.insert(variable.clone()) {
            let message = format!(
                "{} stands twice in the pattern, whose relationships are all different",
                name.name
            );
            let detail = ErrorDetail::RelationshipUniquenessViolation;
            return Err(Error::syntax(detail, name.span, message));
        }
        Ok(variable)
    }

    /// The variable of a pattern element: a new one, or one that may be such an element.
    fn pattern_variable(
        &mut self,
        name: &'a ast::Identifier,
        value_type: Type,
        declaration: &Declaration,
    ) -> Result<Variable> {
        if self.scope.find(&name.name).is_none() && !declaration.closed {
            return Ok(self.declare(&name.name, value_type));
        }
        let binding = self.resolve(&name.name, name.span)?;
        if !binding.value_type.may_be(&value_type) {
            return Err(type_conflict(name, &binding.value_type, &value_type));
        }
        Ok(binding.variable)
    }

    /// The bounds of a relationship of variable length.
    pub(super) fn repetition(
        &self,
        relationship: &ast::RelationshipPattern,
    ) -> Result<Option<Length>> {
        match (&relationship.length, &relationship.quantifier) {
            (Some(_), Some(quantifier)) => {
                let message = "a relationship has a length or a quantifier, not both";
                let detail = ErrorDetail::InvalidRelationshipPattern;
                Err(Error::syntax(detail, quantifier.span, message))
            }
            (Some(length), None) => Ok(Some(Length {
                minimum: length.minimum.unwrap_or(1),
                maximum: length.maximum,
            })),
            (None, Some(quantifier)) => Ok(Some(quantifier_bounds(quantifier)?)),
            (None, None) => Ok(None),
        }
    }

    /// Adds a declared path, one of `paths`, to a query graph.
    pub(super) fn build_path(
        &mut self,
        path: &DeclaredPath<'a>,
        paths: &[DeclaredPath<'a>],
        known: &HashSet<Variable>,
        pattern: &mut Pattern,
    ) -> Result<()> {
        if *path.search == PathSearch::All {
            self.build_elements(&path.elements, known, pattern)?;
            if let Some(predicate) = path.predicate {
                pattern.predicates.extend(self.conjuncts(predicate)?);
            }
        } else {
            self.build_search(path, paths, known, pattern)?;
        }
        if let Some(variable) = &path.variable {
            pattern.paths.push(PathVariable {
                variable: variable.clone(),
                elements: path_elements(&path.elements),
            });
        }
        Ok(())
    }

    /// Adds elements to a query graph.
    pub(super) fn build_elements(
        &mut self,
        elements: &[DeclaredElement<'a>],
        known: &HashSet<Variable>,
        pattern: &mut Pattern,
    ) -> Result<()> {
        for index in 0..elements.len() {
            self.build_element(elements, index, known, pattern)?;
        }
        Ok(())
    }

    /// Adds one element of a path to a query graph.
    pub(super) fn build_element(
        &mut self,
        elements: &[DeclaredElement<'a>],
        index: usize,
        known: &HashSet<Variable>,
        pattern: &mut Pattern,
    ) -> Result<()> {
        match &elements[index] {
            DeclaredElement::Node(variable, node) => {
                self.build_node(variable, *node, known, pattern)
            }
            DeclaredElement::Relationship(variable, relationship) => {
                let ends = ends_of(elements, index)?;
                self.build_relationship(variable, relationship, ends, known, pattern)
            }
            DeclaredElement::Group(group) => {
                self.build_group(group, ends_of(elements, index)?, known, pattern)
            }
        }
    }

    pub(super) fn build_node(
        &mut self,
        variable: &Variable,
        node: Option<&'a ast::NodePattern>,
        known: &HashSet<Variable>,
        pattern: &mut Pattern,
    ) -> Result<()> {
        let written = node.and_then(|node| node.labels.as_ref());
        let labels = written.map(|labels| self.labels(labels, Some(NameKind::Label)));
        match pattern
            .nodes
            .iter_mut()
            .find(|node| node.variable == *variable)
        {
            Some(node) => node.labels = joined(node.labels.take(), labels),
            None => pattern.nodes.push(NodePattern {
                variable: variable.clone(),
                labels,
                bound: known.contains(variable),
            }),
        }
        let Some(node) = node else { return Ok(()) };
        let object = E::Variable(variable.clone());
        let predicates =
            self.element_predicates(object, node.properties.as_ref(), node.predicate.as_ref())?;
        pattern.predicates.extend(predicates);
        Ok(())
    }

    fn build_relationship(
        &mut self,
        variable: &Variable,
        relationship: &'a ast::RelationshipPattern,
        (from, to): (Variable, Variable),
        known: &HashSet<Variable>,
        pattern: &mut Pattern,
    ) -> Result<()> {
        let types = relationship.types.as_ref();
        let types = types.map(|types| self.labels(types, Some(NameKind::RelationshipType)));
        let length = self.repetition(relationship)?;
        let mut each = None;
        if length.is_some() {
            each = self.predicate_of_each(relationship)?;
        } else {
            let object = E::Variable(variable.clone());
            let predicates = self.element_predicates(
                object,
                relationship.properties.as_ref(),
                relationship.predicate.as_ref(),
            )?;
            pattern.predicates.extend(predicates);
        }
        pattern.relationships.push(RelationshipPattern {
            variable: variable.clone(),
            from,
            to,
            direction: match relationship.direction {
                ast::Direction::Outgoing => PatternDirection::Outgoing,
                ast::Direction::Incoming => PatternDirection::Incoming,
                ast::Direction::Both => PatternDirection::Both,
            },
            types,
            length,
            each,
            bound: known.contains(variable),
        });
        Ok(())
    }

    /// What must hold of each relationship of a variable length. Its predicate names the single
    /// relationship by the name that stands for the list everywhere else.
    fn predicate_of_each(
        &mut self,
        relationship: &'a ast::RelationshipPattern,
    ) -> Result<Option<(Variable, Expression)>> {
        let name = relationship.variable.as_ref();
        self.local(|binder| {
            let variable = match name {
                Some(name) => binder.declare(&name.name, Type::Relationship),
                None => binder.unnamed(),
            };
            let mut predicates = binder.element_predicates(
                E::Variable(variable.clone()),
                relationship.properties.as_ref(),
                relationship.predicate.as_ref(),
            )?;
            Ok(match predicates.pop() {
                None => None,
                Some(only) if predicates.is_empty() => Some((variable, only)),
                Some(last) => {
                    predicates.push(last);
                    Some((variable, E::And(predicates)))
                }
            })
        })
    }

    /// What property map and predicate of an element ask of it.
    fn element_predicates(
        &mut self,
        object: Expression,
        properties: Option<&'a ast::Expression>,
        predicate: Option<&'a ast::Expression>,
    ) -> Result<Vec<Expression>> {
        let mut predicates = Vec::new();
        for (key, value) in properties.map(property_map).transpose()?.unwrap_or(&[]) {
            self.observations.read(NameKind::PropertyKey, key);
            predicates.push(E::Comparison(
                Comparison::Equal,
                Box::new(property_of(object.clone(), key)),
                self.boxed(value)?,
            ));
        }
        if let Some(predicate) = predicate {
            predicates.extend(self.conjuncts(predicate)?);
        }
        Ok(predicates)
    }
}

/// The entries of a property map, which must be written out where something is looked for.
pub(super) fn property_map(
    properties: &ast::Expression,
) -> Result<&[(ast::Identifier, ast::Expression)]> {
    match &properties.kind {
        K::Map(entries) => Ok(entries),
        _ => {
            let message = "a parameter cannot stand for all properties that are looked for";
            let detail = ErrorDetail::InvalidParameterUse;
            let error = Error::syntax(detail, properties.span, message);
            Err(error.hint("write the properties out: {key: $parameter.key}"))
        }
    }
}

/// The nodes on both sides of an element.
fn ends_of(elements: &[DeclaredElement], index: usize) -> Result<(Variable, Variable)> {
    let node = |index: Option<usize>| match index.and_then(|index| elements.get(index)) {
        Some(DeclaredElement::Node(variable, _)) => Ok(variable.clone()),
        _ => Err(Error::internal("a path element has no node beside it")),
    };
    Ok((node(index.checked_sub(1))?, node(Some(index + 1))?))
}

/// The variables along a path.
pub(super) fn path_elements(elements: &[DeclaredElement]) -> Vec<PathElement> {
    let mut variables = Vec::with_capacity(elements.len());
    for element in elements {
        match element {
            DeclaredElement::Node(variable, _) => {
                variables.push(PathElement::Node(variable.clone()));
            }
            DeclaredElement::Relationship(variable, _) => {
                variables.push(PathElement::Relationship(variable.clone()));
            }
            DeclaredElement::Group(group) => {
                variables.push(PathElement::Repetitions(group.listed_relationships()));
            }
        }
    }
    variables
}

/// The bounds of a quantifier, which may not be the wrong way round.
pub(super) fn quantifier_bounds(quantifier: &ast::PathLength) -> Result<Length> {
    let minimum = quantifier.minimum.unwrap_or(0);
    if let Some(maximum) = quantifier.maximum
        && (maximum < minimum || maximum == 0)
    {
        let message = "a quantifier must allow one repetition at least";
        let detail = ErrorDetail::InvalidRelationshipPattern;
        return Err(Error::syntax(detail, quantifier.span, message));
    }
    Ok(Length {
        minimum,
        maximum: quantifier.maximum,
    })
}

fn joined(left: Option<Labels>, right: Option<Labels>) -> Option<Labels> {
    match (left, right) {
        (Some(left), Some(right)) => Some(Labels::And(vec![left, right])),
        (left, right) => left.or(right),
    }
}

/// The error for a variable that is something else than the pattern needs.
pub(super) fn type_conflict(name: &ast::Identifier, found: &Type, wanted: &Type) -> Error {
    let message = format!(
        "{} is {found}, but stands where {wanted} is needed",
        name.name
    );
    Error::syntax(ErrorDetail::VariableTypeConflict, name.span, message)
}
