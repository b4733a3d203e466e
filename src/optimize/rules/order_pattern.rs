//! The query graph of a `MATCH` to scans, expands and joins:
//!
//! ```text
//! Match (a:A)-[r:R]->(b:B {x: 1})        Expand (b)<-[r:R]-(a), then Filter a:A
//!   ...                              =>    Filter b.x = 1
//!                                            ScanNodes b:B
//! ```
//!
//! The order is the one that is expected to touch the fewest rows (`join_order.rs`); each predicate stands
//! as early as its variables allow.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::join_order::JoinOrder;
use crate::bind::expression::{Comparison, Expression as E, Labels, Quantifier};
use crate::logical::{
    Expand, Expression, GroupPattern, MatchPattern, Plan, RelationshipPattern, SearchPattern,
    Variable,
};
use crate::optimize::{Statistics, bottom_up, filtered};

/// Orders every pattern by expected numbers of rows.
pub(crate) fn rewrite(plan: Plan, statistics: &Statistics) -> Plan {
    bottom_up(plan, &mut |plan| solve(plan, Some(statistics)))
}

/// Solves every pattern in the order in which it is written.
pub(crate) fn as_written(plan: Plan) -> Plan {
    bottom_up(plan, &mut |plan| solve(plan, None))
}

fn solve(plan: Plan, statistics: Option<&Statistics>) -> Plan {
    match plan {
        Plan::Match { input, pattern } => Solver::new(pattern, statistics).solve(*input),
        other => other,
    }
}

/// What is still to be solved of one pattern.
pub(super) struct Solver<'a> {
    pub(super) statistics: Option<&'a Statistics<'a>>,
    pub(super) nodes: Vec<(Variable, Option<Labels>)>,
    /// The labels of all nodes, also of those that are solved.
    pub(super) labels: HashMap<Variable, Option<Labels>>,
    pub(super) relationships: Vec<RelationshipPattern>,
    groups: Vec<GroupPattern>,
    searches: Vec<SearchPattern>,
    paths: Vec<(Variable, Expression)>,
    pub(super) predicates: Vec<Expression>,
    pub(super) solved: HashSet<Variable>,
    /// In which order relationships are best followed.
    ranks: HashMap<Variable, usize>,
    /// Relationships that are solved.
    taken: Vec<TakenRelationship>,
}

/// A relationship that is solved.
struct TakenRelationship {
    variable: Variable,
    /// Whether it is a list.
    is_list: bool,
    /// What types it may have.
    types: Option<Labels>,
    /// The number of its clause.
    clause: usize,
}

impl TakenRelationship {
    /// Whether it must differ from another, and might not.
    fn may_be(&self, types: Option<&Labels>, clause: usize) -> bool {
        self.clause == clause && may_overlap(self.types.as_ref(), types)
    }
}

impl<'a> Solver<'a> {
    pub(super) fn new(pattern: MatchPattern, statistics: Option<&'a Statistics<'a>>) -> Self {
        let nodes: Vec<_> = pattern
            .nodes
            .into_iter()
            .map(|node| (node.variable, node.labels))
            .collect();
        Solver {
            statistics,
            labels: nodes.iter().cloned().collect(),
            nodes,
            relationships: pattern.relationships,
            groups: pattern.groups,
            searches: pattern.searches,
            paths: pattern.paths,
            predicates: pattern.predicates,
            solved: HashSet::new(),
            ranks: HashMap::new(),
            taken: Vec::new(),
        }
    }

    pub(super) fn solve(mut self, input: Plan) -> Plan {
        self.solved = input.variables().into_iter().collect();
        let known = self.solved.clone();
        let mut plan = self.check_known_nodes(input);
        plan = self.filter(plan);
        plan = self.look_up_ends(plan);
        plan = self.follow_all(plan, &known);
        while !self.nodes.is_empty() || !self.relationships.is_empty() {
            plan = self.join_component(plan, &known);
        }
        for search in std::mem::take(&mut self.searches) {
            plan = self.search(search, plan);
        }
        for (variable, path) in std::mem::take(&mut self.paths) {
            self.solved.insert(variable.clone());
            plan = Plan::Extend {
                input: Box::new(plan),
                items: vec![(variable, path)],
            };
            plan = self.filter(plan);
        }
        // What names a variable that nothing gives is kept, so that the mistake shows.
        let rest = std::mem::take(&mut self.predicates);
        filtered(plan, rest)
    }

    /// Nodes that exist before the clause must be no nulls and have their labels.
    fn check_known_nodes(&mut self, mut plan: Plan) -> Plan {
        let (known, unknown): (Vec<_>, Vec<_>) = std::mem::take(&mut self.nodes)
            .into_iter()
            .partition(|(variable, _)| self.solved.contains(variable));
        self.nodes = unknown;
        for (variable, labels) in known {
            let followed = self
                .relationships
                .iter()
                .any(|relationship| relationship.from == variable || relationship.to == variable);
            let node = Box::new(E::Variable(variable));
            let predicate = match labels {
                Some(labels) => E::HasLabels(node, labels),
                None if followed => continue,
                None => E::Not(Box::new(E::IsNull(node))),
            };
            plan = filtered(plan, vec![predicate]);
        }
        plan
    }

    /// Adds every predicate whose variables are all there.
    pub(super) fn filter(&mut self, plan: Plan) -> Plan {
        let solved = &self.solved;
        let (ready, waiting) = std::mem::take(&mut self.predicates)
            .into_iter()
            .partition(|predicate| free_variables(predicate).is_subset(solved));
        self.predicates = waiting;
        filtered(plan, ready)
    }

    /// The next relationship to follow from what is solved.
    fn next_relationship(&mut self) -> Option<usize> {
        let candidates = self
            .relationships
            .iter()
            .enumerate()
            .filter(|(_, relationship)| {
                [&relationship.variable, &relationship.from, &relationship.to]
                    .into_iter()
                    .any(|variable| self.solved.contains(variable))
            });
        let Some(statistics) = self.statistics else {
            return candidates.map(|(index, _)| index).next();
        };
        let candidates: Vec<_> = candidates.collect();
        let mut planned = candidates.iter().map(|(_, one)| &one.variable);
        if !candidates.is_empty() && !planned.any(|name| self.ranks.contains_key(name)) {
            let order = self.best_order(&self.solved, statistics);
            self.ranks = order.map(JoinOrder::ranks).unwrap_or_default();
        }
        candidates
            .into_iter()
            .min_by_key(|(_, one)| self.ranks.get(&one.variable).copied().unwrap_or(usize::MAX))
            .map(|(index, _)| index)
    }

    /// Follows everything that touches what is solved; single relationships before repetitions.
    fn follow_all(&mut self, mut plan: Plan, known: &HashSet<Variable>) -> Plan {
        loop {
            let group = self.groups.iter().position(|group| {
                self.solved.contains(&group.repeat.from) || self.solved.contains(&group.repeat.to)
            });
            plan = match (self.next_relationship(), group) {
                (Some(index), _) => self.follow(index, plan, known),
                (None, Some(index)) => self.repeat(index, plan),
                (None, None) => return plan,
            };
        }
    }

    /// Repeats one part of the pattern.
    fn repeat(&mut self, index: usize, plan: Plan) -> Plan {
        let GroupPattern {
            pattern,
            mut repeat,
        } = self.groups.remove(index);
        if !self.solved.contains(&repeat.from) {
            std::mem::swap(&mut repeat.from, &mut repeat.to);
            std::mem::swap(&mut repeat.inner_from, &mut repeat.inner_to);
            repeat.reversed = true;
        }
        repeat.into = self.solved.contains(&repeat.to);
        repeat.distinct_from = self
            .taken
            .iter()
            .map(|taken| taken.variable.clone())
            .collect();
        let mut variables = plan.variables();
        variables.push(repeat.inner_from.clone());
        let inner = Solver::new(pattern, self.statistics).solve(Plan::Argument { variables });
        for (variable, list) in &repeat.lists {
            self.solved.insert(list.clone());
            if repeat.relationships.contains(variable) {
                self.taken.push(TakenRelationship {
                    variable: list.clone(),
                    is_list: true,
                    types: None,
                    clause: 0,
                });
            }
        }
        let reached = repeat.to.clone();
        let plan = Plan::Repeat {
            input: Box::new(plan),
            inner: Box::new(inner),
            repeat,
        };
        let plan = self.reach(reached, plan);
        self.filter(plan)
    }

    /// Follows one relationship.
    fn follow(&mut self, index: usize, plan: Plan, known: &HashSet<Variable>) -> Plan {
        let mut relationship = self.relationships.remove(index);
        let later = each_as_predicate(&mut relationship, |name| !self.solved.contains(name));
        self.predicates.extend(later);
        let distinct_from = self.overlapping(&relationship);
        self.taken.push(TakenRelationship {
            variable: relationship.variable.clone(),
            is_list: relationship.length.is_some(),
            types: relationship.types.clone(),
            clause: relationship.clause,
        });
        let plan = if known.contains(&relationship.variable) {
            self.follow_known(relationship, distinct_from, plan)
        } else {
            self.expand(relationship, distinct_from, plan)
        };
        self.filter(plan)
    }

    fn follow_known(
        &mut self,
        relationship: RelationshipPattern,
        distinct_from: Vec<Variable>,
        plan: Plan,
    ) -> Plan {
        let ends = [relationship.from.clone(), relationship.to.clone()];
        let plan = Plan::Follow {
            input: Box::new(plan),
            expand: Expand {
                into: false,
                reversed: false,
                ..expand_of(relationship, distinct_from)
            },
        };
        ends.into_iter()
            .fold(plan, |plan, end| self.reach(end, plan))
    }

    fn expand(
        &mut self,
        relationship: RelationshipPattern,
        distinct_from: Vec<Variable>,
        plan: Plan,
    ) -> Plan {
        let forwards = self.solved.contains(&relationship.from);
        let mut expand = expand_of(relationship, distinct_from);
        if !forwards {
            std::mem::swap(&mut expand.from, &mut expand.to);
            expand.direction = expand.direction.turned();
            expand.reversed = true;
        }
        expand.into = self.solved.contains(&expand.to);
        self.solved.insert(expand.relationship.clone());
        let reached = expand.to.clone();
        let plan = Plan::Expand {
            input: Box::new(plan),
            expand,
        };
        self.reach(reached, plan)
    }

    /// A node is there now: its labels are checked.
    fn reach(&mut self, node: Variable, plan: Plan) -> Plan {
        self.solved.insert(node.clone());
        match self
            .nodes
            .iter()
            .position(|(variable, _)| *variable == node)
        {
            Some(index) => match self.nodes.remove(index).1 {
                Some(labels) => filtered(
                    plan,
                    vec![E::HasLabels(Box::new(E::Variable(node)), labels)],
                ),
                None => plan,
            },
            None => plan,
        }
    }

    /// Solves a part of the pattern that nothing solved touches, and joins it.
    fn join_component(&mut self, plan: Plan, known: &HashSet<Variable>) -> Plan {
        let start = match self.statistics {
            Some(statistics) => self.best_order(&self.solved, statistics).and_then(|order| {
                let start = order.start;
                self.ranks = order.ranks();
                start
            }),
            None => (!self.nodes.is_empty()).then_some(0),
        };
        let Some(start) = start else {
            return plan;
        };
        let already_taken = std::mem::take(&mut self.taken);
        let joined = self.join_scan(start, plan, |solver, scan| solver.follow_all(scan, known));
        let newly_taken = std::mem::replace(&mut self.taken, already_taken);
        let different: Vec<Expression> = newly_taken
            .iter()
            .flat_map(|new| self.taken.iter().map(move |old| (old, new)))
            .filter(|(old, new)| old.may_be(new.types.as_ref(), new.clause))
            .map(|(old, new)| different(old, new))
            .collect();
        self.taken.extend(newly_taken);
        let joined = filtered(joined, different);
        self.filter(joined)
    }

    /// Scans a node by itself, goes on from it as `lead_on` does, and joins what comes out.
    pub(super) fn join_scan(
        &mut self,
        node: usize,
        plan: Plan,
        lead_on: impl FnOnce(&mut Self, Plan) -> Plan,
    ) -> Plan {
        let (variable, labels) = self.nodes.remove(node);
        let outside = std::mem::replace(&mut self.solved, HashSet::from([variable.clone()]));
        let scan = self.filter(Plan::ScanNodes { variable, labels });
        let component = lead_on(self, scan);
        let inside = std::mem::replace(&mut self.solved, outside);
        let joined = self.join(plan, component, &inside);
        self.solved.extend(inside);
        joined
    }

    /// Joins on the equalities that connect both sides, or else all pairs.
    fn join(&mut self, left: Plan, right: Plan, inside: &HashSet<Variable>) -> Plan {
        if left == Plan::Unit {
            return right;
        }
        let (mut left_keys, mut right_keys) = (Vec::new(), Vec::new());
        let mut waiting = Vec::new();
        for predicate in std::mem::take(&mut self.predicates) {
            match self.join_keys(&predicate, inside) {
                Some((left_key, right_key)) => {
                    left_keys.push(left_key);
                    right_keys.push(right_key);
                }
                None => waiting.push(predicate),
            }
        }
        self.predicates = waiting;
        let (left, right) = (Box::new(left), Box::new(right));
        if left_keys.is_empty() {
            return Plan::Cross {
                left,
                right,
                counted: false,
            };
        }
        Plan::HashJoin {
            left,
            right,
            left_keys,
            right_keys,
            counted: false,
        }
    }

    /// The two sides of an equality between a solved part and a new one.
    fn join_keys(
        &self,
        predicate: &Expression,
        inside: &HashSet<Variable>,
    ) -> Option<(Expression, Expression)> {
        let E::Comparison(Comparison::Equal, left, right) = predicate else {
            return None;
        };
        let side = |expression: &Expression, variables: &HashSet<Variable>| {
            let free = free_variables(expression);
            !free.is_empty() && free.is_subset(variables) && !has_subquery(expression)
        };
        if side(left, &self.solved) && side(right, inside) {
            Some(((**left).clone(), (**right).clone()))
        } else if side(right, &self.solved) && side(left, inside) {
            Some(((**right).clone(), (**left).clone()))
        } else {
            None
        }
    }

    /// Relationships that are solved and might be the same as this one.
    fn overlapping(&self, relationship: &RelationshipPattern) -> Vec<Variable> {
        let types = relationship.types.as_ref();
        let taken = self.taken.iter();
        let taken = taken.filter(|taken| taken.may_be(types, relationship.clause));
        taken.map(|taken| taken.variable.clone()).collect()
    }
}

/// The expand along a pattern as it is written.
pub(super) fn expand_of(relationship: RelationshipPattern, distinct_from: Vec<Variable>) -> Expand {
    Expand {
        from: relationship.from,
        relationship: relationship.variable,
        to: relationship.to,
        into: false,
        direction: relationship.direction,
        reversed: false,
        types: relationship.types,
        length: relationship.length,
        each: relationship.each.map(Box::new),
        distinct_from,
        once: false,
        bounds: Vec::new(),
        different: Vec::new(),
    }
}

/// What must hold of each relationship of a variable length, as a predicate on their list, where it
/// names a variable that is not there while they are followed.
pub(super) fn each_as_predicate(
    relationship: &mut RelationshipPattern,
    is_missing: impl Fn(&Variable) -> bool,
) -> Option<Expression> {
    let (variable, predicate) = relationship.each.as_ref()?;
    let free = free_variables(predicate);
    if !free.iter().any(|name| name != variable && is_missing(name)) {
        return None;
    }
    let (variable, predicate) = relationship.each.take()?;
    Some(E::Quantifier {
        quantifier: Quantifier::All,
        variable,
        list: Box::new(E::Variable(relationship.variable.clone())),
        predicate: Box::new(predicate),
    })
}

/// Whether a relationship may be of both kinds.
pub(super) fn may_overlap(left: Option<&Labels>, right: Option<&Labels>) -> bool {
    fn names(labels: Option<&Labels>) -> Option<Vec<&Arc<str>>> {
        match labels? {
            Labels::Name(name) => Some(vec![name]),
            Labels::Or(parts) => parts
                .iter()
                .map(|part| match part {
                    Labels::Name(name) => Some(name),
                    _ => None,
                })
                .collect(),
            _ => None,
        }
    }
    match (names(left), names(right)) {
        (Some(left), Some(right)) => left.iter().any(|name| right.contains(name)),
        _ => true,
    }
}

/// That two relationships, or lists of them, have nothing in common.
fn different(left: &TakenRelationship, right: &TakenRelationship) -> Expression {
    let variable = |name: &Variable| Box::new(E::Variable(name.clone()));
    let not = |expression: Expression| E::Not(Box::new(expression));
    match (left.is_list, right.is_list) {
        (false, false) => E::Comparison(
            Comparison::NotEqual,
            variable(&left.variable),
            variable(&right.variable),
        ),
        (false, true) => not(E::In(variable(&left.variable), variable(&right.variable))),
        (true, false) => not(E::In(variable(&right.variable), variable(&left.variable))),
        (true, true) => {
            let element: Variable = "#element".into();
            E::Quantifier {
                quantifier: Quantifier::None,
                list: variable(&left.variable),
                predicate: Box::new(E::In(variable(&element), variable(&right.variable))),
                variable: element,
            }
        }
    }
}

fn has_subquery(expression: &Expression) -> bool {
    let mut found = matches!(expression, E::Subquery { .. });
    expression.for_each_child(&mut |child| found |= has_subquery(child));
    found
}

/// The variables of the rows that an expression reads.
pub(crate) fn free_variables(expression: &Expression) -> HashSet<Variable> {
    let mut variables = HashSet::new();
    collect_variables(expression, &mut variables);
    variables
}

fn collect_variables(expression: &Expression, variables: &mut HashSet<Variable>) {
    match expression {
        E::Variable(name) => {
            variables.insert(name.clone());
        }
        E::Subquery { imports, .. } => variables.extend(imports.iter().cloned()),
        other => {
            let mut inner = HashSet::new();
            other.for_each_child(&mut |child| collect_variables(child, &mut inner));
            for local in local_variables(other) {
                inner.remove(local);
            }
            variables.extend(inner);
        }
    }
}

/// The variables that an expression declares for its parts; names are unique in a statement, so
/// that none of them can mean a variable of the rows.
fn local_variables(expression: &Expression) -> Vec<&Variable> {
    match expression {
        E::Let { variable, .. }
        | E::ListComprehension { variable, .. }
        | E::Quantifier { variable, .. } => vec![variable],
        E::Reduce {
            accumulator,
            variable,
            ..
        } => vec![accumulator, variable],
        _ => Vec::new(),
    }
}
