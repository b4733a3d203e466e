//! Shortest paths of a pattern: over one relationship [`Plan::ShortestPaths`], else part by part
//! [`Plan::SearchPaths`]; each predicate stands in the part, or at the node between two parts, that
//! has all of its variables.

use std::collections::HashSet;

use super::order_pattern::{Solver, each_as_predicate, expand_of, free_variables};
use crate::bind::bound::Length;
use crate::bind::expression::Expression as E;
use crate::logical::{
    Expand, Expression, GroupPattern, MatchPattern, NodePattern, PathPart, Plan,
    RelationshipPattern, Repeat, SearchPaths, SearchPattern, ShortestPaths, Variable,
};
use crate::value::Value;

/// Exactly once.
const ONCE: Length = Length {
    minimum: 1,
    maximum: Some(1),
};

/// A part of a searched path, not solved yet.
struct Part {
    group: GroupPattern,
    is_single: bool,
    reached: Vec<Expression>,
}

impl Solver<'_> {
    /// Searches paths between nodes that are there.
    pub(super) fn search(&mut self, mut search: SearchPattern, plan: Plan) -> Plan {
        let given = search.pattern.variables();
        let plan = match (
            search.pattern.relationships.len(),
            search.pattern.groups.len(),
        ) {
            // A path of one node is there already.
            (0, 0) => plan,
            (1, 0) => {
                let relationship = search.pattern.relationships.remove(0);
                search_relationship(relationship, search, plan)
            }
            _ => self.search_parts(search, plan),
        };
        self.solved.extend(given);
        self.filter(plan)
    }

    fn search_parts(&mut self, search: SearchPattern, plan: Plan) -> Plan {
        let SearchPattern {
            mut pattern,
            from,
            to,
            count,
            groups,
        } = search;
        let inside: HashSet<Variable> = pattern
            .variables()
            .into_iter()
            .filter(|variable| *variable != from && *variable != to)
            .collect();
        for relationship in &mut pattern.relationships {
            let on_list = each_as_predicate(relationship, |name| inside.contains(name));
            pattern.predicates.extend(on_list);
        }
        let predicates = conditions(&pattern, &inside);
        let mut parts = in_order(pattern, &from);
        let rest = place(predicates, &mut parts, &inside);
        let mut inner = Vec::with_capacity(parts.len());
        let mut searched = Vec::with_capacity(parts.len());
        for part in parts {
            let mut variables = plan.variables();
            let start = &part.group.repeat.inner_from;
            if !variables.contains(start) {
                variables.push(start.clone());
            }
            let argument = Plan::Argument { variables };
            inner.push(Solver::new(part.group.pattern, self.statistics).solve(argument));
            searched.push(PathPart {
                repeat: part.group.repeat,
                is_single: part.is_single,
                reached: part.reached,
            });
        }
        Plan::SearchPaths {
            input: Box::new(plan),
            inner,
            search: SearchPaths {
                from,
                to,
                parts: searched,
                count,
                groups,
                predicates: rest,
            },
        }
    }
}

fn search_relationship(
    mut relationship: RelationshipPattern,
    search: SearchPattern,
    plan: Plan,
) -> Plan {
    let variable = relationship.variable.clone();
    let is_single = relationship.length.is_none();
    if is_single {
        // The search gives lists; of a single relationship the only element is meant.
        relationship.variable = format!("{variable}#list").into();
        relationship.length = Some(ONCE);
    }
    let list = relationship.variable.clone();
    let plan = Plan::ShortestPaths {
        input: Box::new(plan),
        search: ShortestPaths {
            expand: Expand {
                into: true,
                ..expand_of(relationship, Vec::new())
            },
            count: search.count,
            groups: search.groups,
            predicates: search.pattern.predicates,
        },
    };
    if !is_single {
        return plan;
    }
    let first = E::Literal(Value::Integer(0));
    let element = E::Index(Box::new(E::Variable(list)), Box::new(first));
    Plan::Extend {
        input: Box::new(plan),
        items: vec![(variable, element)],
    }
}

/// What is asked of the path: its predicates, and labels of the nodes inside.
fn conditions(pattern: &MatchPattern, inside: &HashSet<Variable>) -> Vec<Expression> {
    let mut conditions = pattern.predicates.clone();
    for NodePattern { variable, labels } in &pattern.nodes {
        if let (true, Some(labels)) = (inside.contains(variable), labels) {
            let node = Box::new(E::Variable(variable.clone()));
            conditions.push(E::HasLabels(node, labels.clone()));
        }
    }
    conditions
}

/// The parts of a path from its first node on. No node between two parts stands there twice, so
/// each leads to one part.
fn in_order(pattern: MatchPattern, from: &Variable) -> Vec<Part> {
    let relationships = pattern.relationships.into_iter().map(part_of_relationship);
    let groups = pattern.groups.into_iter().map(|group| Part {
        group,
        is_single: false,
        reached: Vec::new(),
    });
    let mut waiting: Vec<Part> = relationships.chain(groups).collect();
    let mut parts: Vec<Part> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let reached = parts.last().map_or(from, |part| &part.group.repeat.to);
        let next = waiting
            .iter()
            .position(|part| part.group.repeat.from == *reached);
        parts.push(waiting.remove(next.unwrap_or(0)));
    }
    parts
}

/// A relationship as a part that is repeated. Without a length its ends are the nodes around it.
fn part_of_relationship(relationship: RelationshipPattern) -> Part {
    let RelationshipPattern {
        variable,
        from,
        to,
        length,
        each,
        ..
    } = relationship.clone();
    let is_single = length.is_none();
    let inner_name = |what: &str| -> Variable { format!("{variable}#{what}").into() };
    let (inner_from, inner_to, inner, predicates) = match (is_single, each) {
        (true, _) => (from.clone(), to.clone(), variable.clone(), Vec::new()),
        (false, Some((single, predicate))) => (
            inner_name("from"),
            inner_name("to"),
            single,
            vec![predicate],
        ),
        (false, None) => (
            inner_name("from"),
            inner_name("to"),
            inner_name("single"),
            Vec::new(),
        ),
    };
    let node = |variable: &Variable| NodePattern {
        variable: variable.clone(),
        labels: None,
    };
    let pattern = MatchPattern {
        nodes: vec![node(&inner_from), node(&inner_to)],
        relationships: vec![RelationshipPattern {
            variable: inner.clone(),
            from: inner_from.clone(),
            to: inner_to.clone(),
            length: None,
            each: None,
            ..relationship
        }],
        predicates,
        ..MatchPattern::default()
    };
    Part {
        group: GroupPattern {
            pattern,
            repeat: Repeat {
                from,
                to,
                into: false,
                inner_from,
                inner_to,
                length: length.unwrap_or(ONCE),
                reversed: false,
                lists: vec![(inner.clone(), variable)],
                relationships: vec![inner],
                distinct_from: Vec::new(),
            },
        },
        is_single,
        reached: Vec::new(),
    }
}

/// Puts each predicate where it is tested earliest; what no single part has all variables of is
/// given back.
fn place(
    predicates: Vec<Expression>,
    parts: &mut [Part],
    inside: &HashSet<Variable>,
) -> Vec<Expression> {
    let mut rest = Vec::new();
    for predicate in predicates {
        let free: Vec<Variable> = free_variables(&predicate)
            .into_iter()
            .filter(|variable| inside.contains(variable))
            .collect();
        let reached = parts
            .iter()
            .position(|part| free.as_slice() == [part.group.repeat.to.clone()]);
        let within = parts.iter().position(|part| {
            let Repeat { from, to, .. } = &part.group.repeat;
            let has = |variable: &Variable| {
                let lists = &part.group.repeat.lists;
                [from, to].contains(&variable) || lists.iter().any(|(_, list)| list == variable)
            };
            part.is_single && !free.is_empty() && free.iter().all(has)
        });
        match (reached, within) {
            (Some(part), _) => parts[part].reached.push(predicate),
            (None, Some(part)) => parts[part].group.pattern.predicates.push(predicate),
            (None, None) => rest.push(predicate),
        }
    }
    rest
}
