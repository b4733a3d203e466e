//! Nodes of a pattern that can be exchanged for one another: with each solution all others are known in
//! which they have changed places, so that one of them is enough where only the number of rows matters.
//!
//! ```text
//! Aggregate count(*)                             Aggregate count(*)
//!   Match (a)-[:R]-(b), (a)-[:S]->(c),    =>       Mirror (a), (b)
//!         (b)-[:S]->(c)                              Match ... WHERE id(a) <= id(b)
//! ```
//!
//! Source: "GraphPi: High Performance Graph Pattern Matching through Effective Redundancy Elimination" (Shi,
//! Zhai, Xu, Zhai, SC 2020).

use std::collections::HashSet;

use super::count_branches::are_compared;
use super::order_pattern::{free_variables, may_overlap};
use crate::bind::bound::PatternDirection;
use crate::bind::expression::{Comparison, Expression as E};
use crate::logical::{
    Common, Expression, MatchPattern, Plan, RelationshipPattern, Variable, WeighCommon,
    show_expression,
};
use crate::parse::span::Span;

/// The most nodes that are exchanged.
const MOST_EXCHANGED: usize = 8;

/// So many nodes are tried as images of others, for each pair of nodes.
const MOST_TRIED: usize = 100;

/// The most nodes that can be exchanged, each for each, while those that are `fixed` stay; none or at
/// least two. Only of patterns of nodes and single relationships.
pub(super) fn interchangeable(pattern: &MatchPattern, fixed: &HashSet<Variable>) -> Vec<Variable> {
    let read = pattern.predicates.iter().flat_map(free_variables);
    let read: HashSet<Variable> = read.collect();
    // Of nodes that nothing connects, all pairs are counted at once.
    let mut relationships = pattern.relationships.iter().map(|one| &one.variable);
    if pattern.relationships.is_empty()
        || relationships.any(|name| fixed.contains(name) || read.contains(name))
    {
        return Vec::new();
    }
    let graph = PatternGraph::new(pattern, fixed);
    let classes = (0..pattern.nodes.len()).map(|first| {
        let mut class = vec![first];
        for node in first + 1..pattern.nodes.len() {
            class.push(node);
            if class.len() > MOST_EXCHANGED || !graph.can_be_exchanged(&class) {
                class.pop();
            }
        }
        class
    });
    let largest = classes.max_by_key(|class| (class.len(), std::cmp::Reverse(class[0])));
    let largest = largest.filter(|class| class.len() > 1).unwrap_or_default();
    let names = largest
        .into_iter()
        .map(|node| &pattern.nodes[node].variable);
    names.cloned().collect()
}

/// Lists the solutions of a pattern only in one order of nodes that can be exchanged; those that are not
/// listed themselves are counted by one of `commons`. Gives what the rows must then be counted by.
pub(super) fn in_one_order(
    core: &mut MatchPattern,
    commons: &mut [WeighCommon],
    class: &[Variable],
) -> Vec<Variable> {
    let nodes = core.nodes.iter().map(|node| &node.variable);
    let listed: Vec<Variable> = nodes.filter(|name| class.contains(name)).cloned().collect();
    let [one, other, ..] = listed.as_slice() else {
        return Vec::new();
    };
    let third = commons.iter_mut().find(|common| {
        let ends = [&common.from, &common.other_from];
        listed.len() == 2
            && common.count == Common::Meeting
            && common.different.is_empty()
            && class.contains(&common.one.to)
            && (ends == [one, other] || ends == [other, one])
    });
    for (place, before) in listed.iter().enumerate() {
        for after in &listed[place + 1..] {
            core.predicates.push(in_order(before, after));
        }
    }
    match third {
        Some(common) => {
            common.mirrored = true;
            Vec::new()
        }
        None => listed,
    }
}

/// Counts each row as often as nodes can change places.
pub(super) fn mirrored(plan: Plan, nodes: Vec<Variable>) -> Plan {
    match nodes.is_empty() {
        true => plan,
        false => Plan::Mirror {
            input: Box::new(plan),
            nodes,
        },
    }
}

fn in_order(before: &Variable, after: &Variable) -> Expression {
    let id = |node: &Variable| {
        Box::new(E::Call {
            function: "id".into(),
            arguments: vec![E::Variable(node.clone())],
            span: Span::default(),
        })
    };
    E::Comparison(Comparison::LessOrEqual, id(before), id(after))
}

/// A pattern as a graph whose nodes are numbers.
struct PatternGraph<'p> {
    pattern: &'p MatchPattern,
    edges: Vec<Edge<'p>>,
    fixed: Vec<bool>,
    /// The predicates as they are written.
    predicates: HashSet<String>,
}

/// A relationship of a pattern, from where it starts.
struct Edge<'p> {
    start: usize,
    end: usize,
    is_directed: bool,
    pattern: &'p RelationshipPattern,
}

impl<'p> PatternGraph<'p> {
    fn new(pattern: &'p MatchPattern, fixed: &HashSet<Variable>) -> Self {
        let number = |name: &Variable| {
            let mut nodes = pattern.nodes.iter();
            nodes.position(|node| node.variable == *name)
        };
        let edges = pattern.relationships.iter().filter_map(|one| {
            let (from, to) = (number(&one.from)?, number(&one.to)?);
            let is_turned = one.direction == PatternDirection::Incoming;
            let (start, end) = if is_turned { (to, from) } else { (from, to) };
            Some(Edge {
                start,
                end,
                is_directed: one.direction != PatternDirection::Both,
                pattern: one,
            })
        });
        let nodes = pattern.nodes.iter();
        PatternGraph {
            pattern,
            edges: edges.collect(),
            fixed: nodes.map(|node| fixed.contains(&node.variable)).collect(),
            predicates: pattern.predicates.iter().map(show_expression).collect(),
        }
    }

    /// Whether the pattern stays the same when any two of these nodes change places and the others of them
    /// stay.
    fn can_be_exchanged(&self, class: &[usize]) -> bool {
        let pairs = class.iter().enumerate().flat_map(|(place, one)| {
            let others = class[place + 1..].iter();
            others.map(move |other| (*one, *other))
        });
        pairs.clone().all(|(one, other)| self.are_alike(one, other))
            && pairs.clone().all(|(one, other)| {
                let mut images = vec![None; self.pattern.nodes.len()];
                class.iter().for_each(|node| images[*node] = Some(*node));
                (images[one], images[other]) = (Some(other), Some(one));
                let mut tries = MOST_TRIED;
                self.extends(&mut images, &mut tries)
            })
    }

    /// Whether two nodes may be exchanged by their labels and the number of their relationships.
    fn are_alike(&self, one: usize, other: usize) -> bool {
        let degree = |node: usize| {
            let edges = self.edges.iter();
            edges
                .filter(|edge| edge.start == node || edge.end == node)
                .count()
        };
        !self.fixed[one]
            && !self.fixed[other]
            && self.pattern.nodes[one].labels == self.pattern.nodes[other].labels
            && degree(one) == degree(other)
    }

    /// Whether the nodes without an image can be given one so that the pattern stays the same.
    fn extends(&self, images: &mut [Option<usize>], tries: &mut usize) -> bool {
        if !self.fits(images) {
            return false;
        }
        let Some(node) = images.iter().position(Option::is_none) else {
            return self.keeps_predicates(images);
        };
        // Most stay where they are.
        let others = (0..images.len()).filter(|image| *image != node && !self.fixed[node]);
        for image in std::iter::once(node).chain(others) {
            if images.contains(&Some(image)) {
                continue;
            }
            let Some(left) = tries.checked_sub(1) else {
                return false;
            };
            *tries = left;
            images[node] = Some(image);
            if self.extends(images, tries) {
                return true;
            }
            images[node] = None;
        }
        false
    }

    /// Whether labels and relationships between nodes that have images are those between the images.
    fn fits(&self, images: &[Option<usize>]) -> bool {
        let nodes = &self.pattern.nodes;
        let mut pairs = images.iter().enumerate();
        let is_alike = |node: usize, image: usize| nodes[node].labels == nodes[image].labels;
        pairs.all(|(node, image)| image.is_none_or(|image| is_alike(node, image)))
            && self.keeps_edges(images)
    }

    /// Whether each relationship whose nodes have images becomes exactly one other, and two of them differ
    /// where what they become must.
    fn keeps_edges(&self, images: &[Option<usize>]) -> bool {
        let mut changes: Vec<(&Edge, &Edge)> = Vec::with_capacity(self.edges.len());
        for edge in &self.edges {
            let (Some(start), Some(end)) = (images[edge.start], images[edge.end]) else {
                continue;
            };
            let mut found = self.edges.iter().filter(|other| {
                let is_same = (other.start, other.end) == (start, end);
                let is_turned = !edge.is_directed && (other.end, other.start) == (start, end);
                other.is_directed == edge.is_directed
                    && other.pattern.types == edge.pattern.types
                    && (is_same || is_turned)
            });
            let (Some(image), None) = (found.next(), found.next()) else {
                return false;
            };
            changes.push((edge, image));
        }
        let differ = |one: &Edge, other: &Edge| {
            let types = [&one.pattern.types, &other.pattern.types].map(Option::as_ref);
            one.pattern.clause == other.pattern.clause && may_overlap(types[0], types[1])
        };
        changes.iter().enumerate().all(|(place, (one, image))| {
            let mut others = changes[place + 1..].iter();
            others.all(|(other, other_image)| differ(one, other) == differ(image, other_image))
        })
    }

    /// Whether the predicates over the images are those of the pattern.
    fn keeps_predicates(&self, images: &[Option<usize>]) -> bool {
        let nodes = &self.pattern.nodes;
        let image = |name: &Variable| {
            let node = nodes.iter().position(|node| node.variable == *name)?;
            let image = images[node].filter(|image| *image != node)?;
            Some(nodes[image].variable.clone())
        };
        self.pattern.predicates.iter().all(|predicate| {
            if free_variables(predicate)
                .iter()
                .all(|name| image(name).is_none())
            {
                return true;
            }
            let mut moved = predicate.clone();
            rename(&mut moved, &image)
                && (self.predicates.contains(&show_expression(&moved)) || self.are_apart(&moved))
        })
    }

    /// Whether the pattern asks that two nodes differ, as a predicate does, maybe the other way round.
    fn are_apart(&self, predicate: &Expression) -> bool {
        let free = free_variables(predicate);
        let mut known = self.pattern.predicates.iter();
        known.any(|known| {
            let mut pairs = free
                .iter()
                .flat_map(|one| free.iter().map(move |other| (one, other)));
            pairs.any(|(one, other)| {
                one != other
                    && are_compared(predicate, one, other)
                    && are_compared(known, one, other)
            })
        })
    }
}

/// Names other variables; `false` where that is not possible in a subquery.
fn rename(expression: &mut Expression, new: &impl Fn(&Variable) -> Option<Variable>) -> bool {
    match expression {
        E::Variable(name) => {
            if let Some(new) = new(name) {
                *name = new;
            }
            true
        }
        E::Subquery { imports, .. } => imports.iter().all(|name| new(name).is_none()),
        other => {
            let mut is_possible = true;
            other.for_each_child_mut(&mut |child| is_possible &= rename(child, new));
            is_possible
        }
    }
}
