//! Patterns of `MATCH` and `MERGE` as query graphs of the algebra.

use super::build::Builder;
use super::plan::{
    Expression, GroupPattern, MatchPattern, NodePattern, Plan, RelationshipPattern, Repeat,
    SearchPattern, Variable,
};
use crate::bind::bound::{self, PathElement, Search};
use crate::bind::expression::Expression as E;
use crate::error::{Error, Result};

impl Builder {
    /// The query graph of a bound pattern.
    pub(super) fn pattern(&mut self, pattern: bound::Pattern) -> Result<MatchPattern> {
        Ok(MatchPattern {
            nodes: pattern.nodes.into_iter().map(Self::node_pattern).collect(),
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
            searches: pattern
                .searches
                .into_iter()
                .map(|search| self.search(search))
                .collect::<Result<_>>()?,
            paths: pattern.paths.into_iter().map(path_value).collect(),
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
            clause: 0,
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

    /// Shortest paths.
    fn search(&mut self, search: bound::SearchPattern) -> Result<SearchPattern> {
        let (count, groups) = match search.search {
            Search::Shortest(count) | Search::Any(count) => (count, false),
            Search::Groups(count) => (count, true),
        };
        Ok(SearchPattern {
            pattern: self.pattern(search.pattern)?,
            from: search.from,
            to: search.to,
            count: self.expression(count)?,
            groups,
        })
    }
}

/// What a pattern finds. A predicate that gives something else each time, as one of `rand()` does, is asked of
/// each row that is found: it must not be asked elsewhere, less often.
pub(super) fn matched(input: Plan, mut pattern: MatchPattern) -> Plan {
    let predicates = std::mem::take(&mut pattern.predicates).into_iter();
    let conjuncts = predicates.flat_map(|predicate| match predicate {
        E::And(parts) => parts,
        other => vec![other],
    });
    let (volatile, others) = conjuncts.partition::<Vec<_>, _>(Expression::is_volatile);
    pattern.predicates = others;
    let found = Plan::Match {
        input: Box::new(input),
        pattern,
    };
    volatile
        .into_iter()
        .fold(found, |found, predicate| Plan::Filter {
            input: Box::new(found),
            predicate,
        })
}

/// A named path and its value. The relationships of a repetition are listed one list each.
pub(super) fn path_value(path: bound::PathVariable) -> (Variable, Expression) {
    let elements = path
        .elements
        .into_iter()
        .map(|element| match element {
            PathElement::Node(variable) | PathElement::Relationship(variable) => {
                E::Variable(variable)
            }
            PathElement::Repetitions(lists) => {
                E::List(lists.into_iter().map(E::Variable).collect())
            }
        })
        .collect();
    (path.variable, E::Path(elements))
}
