//! Patterns of `MATCH` and `MERGE` as query graphs of the algebra.

use super::build::Builder;
use super::plan::{
    GroupPattern, MatchPattern, NodePattern, RelationshipPattern, Repeat, SearchPattern, Variable,
};
use crate::bind::bound::{self, PathElement, Search};
use crate::bind::expression::Expression as E;
use crate::error::{Error, Result};

impl Builder {
    /// The query graph of a bound pattern.
    pub(super) fn pattern(&mut self, pattern: bound::Pattern) -> Result<MatchPattern> {
        let mut nodes: Vec<NodePattern> =
            pattern.nodes.into_iter().map(Self::node_pattern).collect();
        let mut searches = Vec::new();
        for search in pattern.searches {
            searches.push(self.search(search, &mut nodes)?);
        }
        Ok(MatchPattern {
            nodes,
            relationships: pattern
                .relationships
                .into_iter()
                .map(|relationship| self.relationship(relationship))
                .collect::<Result<_>>()?,
            groups: pattern
                .groups
                .into_iter()
                .map(|group| self.group(group))
                .collect::<Result<_>>()?,
            searches,
            paths: pattern.paths.into_iter().map(path_elements).collect(),
            predicates: self.expressions(pattern.predicates)?,
        })
    }

    fn node_pattern(node: bound::NodePattern) -> NodePattern {
        NodePattern {
            variable: node.variable,
            labels: node.labels,
        }
    }

    fn relationship(
        &mut self,
        relationship: bound::RelationshipPattern,
    ) -> Result<RelationshipPattern> {
        let each = match relationship.each {
            Some((variable, predicate)) => Some((variable, self.expression(predicate)?)),
            None => None,
        };
        Ok(RelationshipPattern {
            variable: relationship.variable,
            from: relationship.from,
            to: relationship.to,
            direction: relationship.direction,
            types: relationship.types,
            length: relationship.length,
            each,
        })
    }

    /// A part that is repeated.
    fn group(&mut self, group: bound::GroupPattern) -> Result<GroupPattern> {
        let pattern = self.pattern(group.pattern)?;
        let relationships: Vec<Variable> = pattern
            .relationships
            .iter()
            .map(|relationship| relationship.variable.clone())
            .collect();
        if relationships.is_empty() {
            return Err(Error::internal("a part without relationships is repeated"));
        }
        Ok(GroupPattern {
            pattern,
            repeat: Repeat {
                from: group.from,
                to: group.to,
                into: false,
                inner_from: group.inner_from,
                inner_to: group.inner_to,
                length: group.length,
                reversed: false,
                lists: group.variables,
                relationships,
                distinct_from: Vec::new(),
            },
        })
    }

    /// A shortest path over one relationship pattern; its end nodes join the pattern's.
    fn search(
        &mut self,
        search: bound::SearchPattern,
        nodes: &mut Vec<NodePattern>,
    ) -> Result<SearchPattern> {
        let mut inner = self.pattern(search.pattern)?;
        let (Some(relationship), true) =
            (inner.relationships.pop(), inner.relationships.is_empty())
        else {
            return Err(Error::internal(
                "a path is searched over more than one relationship pattern",
            ));
        };
        for node in inner.nodes {
            match nodes
                .iter_mut()
                .find(|known| known.variable == node.variable)
            {
                Some(known) if known.labels.is_none() => known.labels = node.labels,
                Some(_) => {}
                None => nodes.push(node),
            }
        }
        let (count, groups) = match search.search {
            Search::Shortest(count) | Search::Any(count) => (count, false),
            Search::Groups(count) => (count, true),
        };
        Ok(SearchPattern {
            relationship,
            count: self.expression(count)?,
            groups,
            predicates: inner.predicates,
        })
    }

    /// A search that gives nothing but what stands in `pattern`, for a single bound row.
    pub(super) fn path_expression(elements: &[Variable]) -> super::plan::Expression {
        E::Path(elements.iter().cloned().map(E::Variable).collect())
    }
}

/// A named path with the variables of its elements in turn.
pub(super) fn path_elements(path: bound::PathVariable) -> (Variable, Vec<Variable>) {
    let elements = path
        .elements
        .into_iter()
        .map(|element| match element {
            PathElement::Node(variable) | PathElement::Relationship(variable) => variable,
        })
        .collect();
    (path.variable, elements)
}
