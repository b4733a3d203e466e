//! Paths of which only some are asked for: `SHORTEST 1`, `ANY`, `shortestPath(...)`.

use std::collections::HashSet;

use super::binder::Binder;
use super::bound::{Expression, Pattern, Search, SearchPattern, Variable};
use super::expression::Expression as E;
use super::pattern::{DeclaredElement, DeclaredPath};
use crate::error::{Error, ErrorDetail, Result};
use crate::parse::ast::{self, ExpressionKind as K, PathSearch};
use crate::value::Value;

impl<'a> Binder<'a> {
    /// Adds a search to a query graph. Its end nodes, with all that is asked of them, are nodes of
    /// the graph around; in the searched pattern they are bound. `paths` are those of the pattern.
    pub(super) fn build_search(
        &mut self,
        path: &DeclaredPath<'a>,
        paths: &[DeclaredPath<'a>],
        known: &HashSet<Variable>,
        pattern: &mut Pattern,
    ) -> Result<()> {
        let (
            Some(DeclaredElement::Node(from, from_pattern)),
            Some(DeclaredElement::Node(to, to_pattern)),
        ) = (path.elements.first(), path.elements.last())
        else {
            return Err(Error::internal("a path does not begin and end with nodes"));
        };
        let search = self.search(path)?;
        self.build_node(from, *from_pattern, known, pattern)?;
        if path.elements.len() > 1 {
            self.build_node(to, *to_pattern, known, pattern)?;
        }
        let scope = self.scope.clone();
        let mut hidden = found_by_others(path, paths);
        hidden.retain(|variable| !known.contains(variable));
        self.scope = scope.without(&hidden);
        let searched = self.searched(path, from, to, known)?;
        self.scope = scope;
        pattern.searches.push(SearchPattern {
            search,
            pattern: searched,
            from: from.clone(),
            to: to.clone(),
        });
        Ok(())
    }

    /// What lies between the ends of a search, and what is asked of it.
    fn searched(
        &mut self,
        path: &DeclaredPath<'a>,
        from: &Variable,
        to: &Variable,
        known: &HashSet<Variable>,
    ) -> Result<Pattern> {
        let mut known = known.clone();
        known.extend([from.clone(), to.clone()]);
        let mut searched = Pattern::default();
        self.build_node(from, None, &known, &mut searched)?;
        for index in 1..path.elements.len().saturating_sub(1) {
            self.build_element(&path.elements, index, &known, &mut searched)?;
        }
        self.build_node(to, None, &known, &mut searched)?;
        if let Some(predicate) = path.predicate {
            searched.predicates.extend(self.conjuncts(predicate)?);
        }
        Ok(searched)
    }

    fn search(&mut self, path: &DeclaredPath<'a>) -> Result<Search> {
        Ok(match path.search {
            PathSearch::LegacyShortest => {
                self.check_legacy(path)?;
                Search::Shortest(one())
            }
            PathSearch::LegacyAllShortest => {
                self.check_legacy(path)?;
                Search::Groups(one())
            }
            PathSearch::Shortest(count) => Search::Shortest(self.path_count(count.as_deref())?),
            PathSearch::AllShortest => Search::Groups(one()),
            PathSearch::ShortestGroups(count) => Search::Groups(self.path_count(count.as_deref())?),
            PathSearch::All => return Err(Error::internal("all paths are no search")),
            PathSearch::Any(count) => Search::Any(self.path_count(count.as_deref())?),
        })
    }

    /// `shortestPath` and `allShortestPaths` look for the shortest of all lengths.
    fn check_legacy(&self, path: &DeclaredPath) -> Result<()> {
        for element in &path.elements {
            if let DeclaredElement::Relationship(_, relationship) = element
                && let Some(length) = &relationship.length
                && length.minimum.is_some_and(|minimum| minimum > 1)
            {
                let message = "a shortest path has a least length of 0 or 1";
                let detail = ErrorDetail::InvalidRelationshipPattern;
                return Err(Error::syntax(detail, length.span, message));
            }
        }
        Ok(())
    }

    /// Nodes between the ends of a searched path belong to the search alone.
    pub(super) fn check_inner_nodes(
        &self,
        paths: &[DeclaredPath<'a>],
        known: &HashSet<Variable>,
    ) -> Result<()> {
        let all = || paths.iter().flat_map(|path| &path.elements);
        for path in paths.iter().filter(|path| *path.search != PathSearch::All) {
            let between = path.elements.len().saturating_sub(2);
            for element in path.elements.iter().skip(1).take(between) {
                let DeclaredElement::Node(variable, Some(node)) = element else {
                    continue;
                };
                let is_same = |element: &&DeclaredElement| matches!(element, DeclaredElement::Node(other, _) if other == variable);
                if known.contains(variable) || all().filter(is_same).count() > 1 {
                    let message =
                        "a node between the ends of a searched path stands elsewhere, too";
                    let detail = ErrorDetail::VariableAlreadyBound;
                    return Err(Error::syntax(detail, node.span, message)
                        .hint("give it a name of its own and compare the two in WHERE"));
                }
            }
        }
        Ok(())
    }

    /// How many paths are asked for: one where nothing is written.
    fn path_count(&mut self, count: Option<&'a ast::Expression>) -> Result<Expression> {
        let Some(count) = count else {
            return Ok(one());
        };
        if let K::Literal(literal) = &count.kind
            && !matches!(literal, ast::Literal::Integer(1..))
        {
            let message = "the number of paths is a whole number above 0";
            let detail = ErrorDetail::InvalidArgumentValue;
            return Err(Error::syntax(detail, count.span, message));
        }
        self.value(count)
    }

    /// Puts the conjuncts of a `WHERE` where they are tested. What `shortestPath` finds satisfies
    /// all predicates on the path: it is the shortest of those that do. Everything else is tested
    /// on what was found.
    pub(super) fn place_predicates(
        &mut self,
        predicates: Vec<Expression>,
        paths: &[DeclaredPath<'a>],
        pattern: &mut Pattern,
    ) {
        let legacy: Vec<&DeclaredPath> = paths.iter().filter(|path| is_legacy(path)).collect();
        for predicate in predicates {
            match searched_by(&predicate, &legacy) {
                Some(path) => {
                    let predicate = over_elements(predicate, path);
                    let search = pattern.searches.iter_mut().find(|search| {
                        path.elements.iter().any(|element| {
                            matches!(element, DeclaredElement::Relationship(variable, _)
                                if holds(&search.pattern, variable))
                        })
                    });
                    match search {
                        Some(search) => search.pattern.predicates.push(predicate),
                        None => pattern.predicates.push(predicate),
                    }
                }
                None => pattern.predicates.push(predicate),
            }
        }
    }
}

fn one() -> Expression {
    E::Literal(Value::Integer(1))
}

/// What is not there yet while a path is searched: the paths, and what other searches find.
fn found_by_others(path: &DeclaredPath, paths: &[DeclaredPath]) -> HashSet<Variable> {
    let mut found: HashSet<Variable> = paths
        .iter()
        .filter_map(|path| path.variable.clone())
        .collect();
    let others = paths
        .iter()
        .filter(|other| *other.search != PathSearch::All && !std::ptr::eq(*other, path));
    for other in others {
        let between = other.elements.len().saturating_sub(2);
        for element in other.elements.iter().skip(1).take(between) {
            match element {
                DeclaredElement::Node(variable, _) | DeclaredElement::Relationship(variable, _) => {
                    found.insert(variable.clone());
                }
                DeclaredElement::Group(group) => {
                    found.extend(group.lists.iter().map(|(_, list)| list.clone()));
                }
            }
        }
    }
    found
}

fn is_legacy(path: &DeclaredPath) -> bool {
    matches!(
        path.search,
        PathSearch::LegacyShortest | PathSearch::LegacyAllShortest
    )
}

fn holds(pattern: &Pattern, relationship: &Variable) -> bool {
    pattern
        .relationships
        .iter()
        .any(|known| known.variable == *relationship)
}

/// The only path of these of which the predicate speaks.
fn searched_by<'p, 'a>(
    predicate: &Expression,
    paths: &[&'p DeclaredPath<'a>],
) -> Option<&'p DeclaredPath<'a>> {
    let mut named = paths.iter().filter(|path| {
        let relationships = path.elements.iter().filter_map(|element| match element {
            DeclaredElement::Relationship(variable, _) => Some(variable),
            _ => None,
        });
        relationships
            .chain(&path.variable)
            .any(|variable| names(predicate, variable))
    });
    match (named.next(), named.next()) {
        (Some(path), None) => {
            let in_subquery = path.variable.iter().any(|name| imports(predicate, name));
            (!in_subquery).then_some(*path)
        }
        _ => None,
    }
}

/// Whether an expression names a variable outside of subqueries, in which nothing is replaced.
fn names(expression: &Expression, variable: &Variable) -> bool {
    let mut found = matches!(expression, E::Variable(name) if name == variable);
    expression.for_each_child(&mut |child| found = found || names(child, variable));
    found
}

/// Whether a subquery in an expression names a variable.
fn imports(expression: &Expression, variable: &Variable) -> bool {
    let mut found = matches!(expression, E::Subquery { imports, .. } if imports.contains(variable));
    expression.for_each_child(&mut |child| found = found || imports(child, variable));
    found
}

/// The predicate with the path written out: while it is searched, it has no variable yet.
fn over_elements(mut predicate: Expression, path: &DeclaredPath) -> Expression {
    let Some(variable) = &path.variable else {
        return predicate;
    };
    let elements = path.elements.iter().filter_map(|element| match element {
        DeclaredElement::Node(variable, _) | DeclaredElement::Relationship(variable, _) => {
            Some(E::Variable(variable.clone()))
        }
        DeclaredElement::Group(_) => None,
    });
    let written_out = E::Path(elements.collect());
    replace(&mut predicate, variable, &written_out);
    predicate
}

fn replace(expression: &mut Expression, variable: &Variable, by: &Expression) {
    match expression {
        E::Variable(name) if name == variable => *expression = by.clone(),
        _ => expression.for_each_child_mut(&mut |child| replace(child, variable, by)),
    }
}
