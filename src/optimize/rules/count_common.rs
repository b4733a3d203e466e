//! Neighbours that two nodes have in common, or have not, are counted for each pair of them instead of
//! being listed, where only the number of rows matters:
//!
//! ```text
//! Aggregate count(*)                                   Aggregate count(*)
//!   Match (a)-[:R]->(b), (b)-[:R]->(c), (c)-[:R]->(a)  =>   WeighCommon (b)-[:R]->(c), (a)<-[:R]-(c)
//!                                                             Match (a)-[:R]->(b)
//! ```
//!
//! A part of [`super::count_branches`], which chooses the cheapest way to count.

use std::collections::HashSet;

use super::count_branches::{Leaf, Pruned, are_compared};
use super::count_cost::cost_of_end;
use super::order_pattern::{free_variables, may_overlap};
use super::reach::variables_of;
use crate::bind::bound::PatternDirection;
use crate::bind::expression::{Expression as E, Labels, SubqueryKind};
use crate::logical::{
    Branch, Common, Expression, Plan, RelationshipPattern, Taken, Variable, WeighCommon,
};
use crate::optimize::Statistics;

/// What it costs to look up a neighbour among those that are marked, beside a row that is made.
const COST_OF_PROBE: f64 = 0.04;

/// What it costs to mark a neighbour.
const COST_OF_MARK: f64 = 0.2;

/// What it costs to find the neighbours of a node of a row.
const COST_OF_PAIR: f64 = 1.0;

/// Something to be cut off a pattern.
pub(super) enum Cut {
    /// A node at the end of two relationships.
    Meeting {
        one: Leaf,
        other: Leaf,
        different: Vec<Variable>,
        taken: Vec<Taken>,
    },
    /// A node at the end of one relationship that must or must not be a neighbour of another.
    Closed {
        one: Leaf,
        closing: Closing,
        different: Vec<Variable>,
        taken: Vec<Taken>,
    },
    /// Nodes at the ends of a relationship each that must be two.
    Apart { one: Leaf, other: Leaf },
}

/// Whether a relationship must lead from another node, or must not.
pub(super) struct Closing {
    other: Variable,
    direction: PatternDirection,
    types: Option<Labels>,
    is_absent: bool,
}

/// What is asked of a node besides its relationships.
#[derive(Default)]
struct Asked {
    different: Vec<Variable>,
    closings: Vec<Closing>,
    /// Predicates about it alone.
    own: usize,
}

impl Pruned {
    /// What can be cut off next.
    pub(super) fn cuts(&self, kept: &HashSet<Variable>) -> Vec<Cut> {
        let nodes = self.core.nodes.iter().map(|node| &node.variable);
        let free = nodes.filter(|node| !kept.contains(*node) && !self.held.contains(*node));
        let mut cuts: Vec<Cut> = free.filter_map(|node| self.cut_of(node)).collect();
        let leaves = self.leaves(kept);
        for (place, one) in leaves.iter().enumerate() {
            let others = leaves[place + 1..].iter();
            let apart = others.filter(|other| self.are_apart(one, other));
            cuts.extend(apart.map(|other| Cut::Apart {
                one: one.clone(),
                other: other.clone(),
            }));
        }
        cuts
    }

    fn cut_of(&self, node: &Variable) -> Option<Cut> {
        let touching = self.core.relationships.iter();
        let touching = touching.filter(|one| one.from == *node || one.to == *node);
        let leaf = |relationship: &RelationshipPattern| {
            let from = match relationship.from == *node {
                true => &relationship.to,
                false => &relationship.from,
            };
            let is_leaf = from != node && !self.named.contains(&relationship.variable);
            is_leaf.then(|| Leaf {
                node: node.clone(),
                from: from.clone(),
                relationship: relationship.clone(),
            })
        };
        let leaves = touching.map(leaf).collect::<Option<Vec<_>>>()?;
        let Asked {
            different,
            mut closings,
            own,
        } = self.asked_of(node)?;
        let taken = self.taken(&leaves, &different)?;
        match (leaves.as_slice(), closings.len()) {
            ([one, other], 0)
                if one.from != other.from
                    && one.relationship.clause == other.relationship.clause =>
            {
                Some(Cut::Meeting {
                    one: one.clone(),
                    other: other.clone(),
                    different,
                    taken,
                })
            }
            // Neighbours that no row has are weighed, too: that must not fail.
            ([one], 1) if own == 0 && self.weighs_of(node).all(is_harmless) => Some(Cut::Closed {
                one: one.clone(),
                closing: closings.remove(0),
                different,
                taken,
            }),
            _ => None,
        }
    }

    /// `None` where there is more to it.
    fn asked_of(&self, node: &Variable) -> Option<Asked> {
        let mut asked = Asked::default();
        let has = |other: &Variable| self.core.nodes.iter().any(|one| one.variable == *other);
        for predicate in &self.core.predicates {
            let free = free_variables(predicate);
            if !free.contains(node) {
                continue;
            }
            let compared = free
                .iter()
                .find(|other| are_compared(predicate, node, other));
            let closing = closing(predicate, node);
            match (compared, closing) {
                (Some(other), _) if other != node && has(other) => {
                    asked.different.push(other.clone());
                }
                (_, Some(closing)) if has(&closing.other) => asked.closings.push(closing),
                _ if free.len() == 1 && variables_of([predicate]).is_some() => asked.own += 1,
                _ => return None,
            }
        }
        Some(asked)
    }

    /// The relationships of the rest that might be the same as one of the leaves', which lead to one
    /// node; `None` where one of them is counted, too.
    fn taken(&self, leaves: &[Leaf], different: &[Variable]) -> Option<Vec<Taken>> {
        let mut taken = Vec::new();
        let is_leaf = |known: &RelationshipPattern| {
            leaves
                .iter()
                .any(|leaf| leaf.relationship.variable == known.variable)
        };
        for known in self.relationships.iter().filter(|known| !is_leaf(known)) {
            let may_be = |leaf: &Leaf| {
                let types = leaf.relationship.types.as_ref();
                // From the same node the same relationship leads to the same.
                let differs = [(&known.from, &known.to), (&known.to, &known.from)]
                    .into_iter()
                    .any(|(near, far)| *near == leaf.from && different.contains(far));
                known.clause == leaf.relationship.clause
                    && may_overlap(known.types.as_ref(), types)
                    && !differs
                    && !self.have_unequal_ends(known, &leaf.relationship)
            };
            if !leaves.iter().any(may_be) {
                continue;
            }
            let is_listed = |one: &RelationshipPattern| one.variable == known.variable;
            if !self.core.relationships.iter().any(is_listed) {
                return None;
            }
            taken.push(Taken {
                relationship: known.variable.clone(),
                from: known.from.clone(),
                to: known.to.clone(),
            });
        }
        Some(taken)
    }

    /// Whether two leaves of two nodes can be cut off together that must be different nodes.
    fn are_apart(&self, one: &Leaf, other: &Leaf) -> bool {
        let direction = |leaf: &Leaf| self.direction(leaf);
        // Of a relationship that is both, both ends would be the same.
        let differ = one.relationship.clause != other.relationship.clause
            || !may_overlap(
                one.relationship.types.as_ref(),
                other.relationship.types.as_ref(),
            )
            || (direction(one) == direction(other) && direction(one) != PatternDirection::Both);
        let mut predicates = self.core.predicates.iter();
        one.from != other.from
            && differ
            && predicates.any(|predicate| are_compared(predicate, &one.node, &other.node))
            && self.is_free(one, Some(other))
            && self.is_free(other, Some(one))
    }

    /// Cuts something off, and what can then be cut off.
    pub(super) fn cut_off(&mut self, cut: Cut, kept: &HashSet<Variable>) {
        let mut next = Some(cut);
        while let Some(cut) = next {
            self.cut_common(cut);
            self.prune(kept);
            next = self.cuts(kept).into_iter().next();
        }
    }

    fn cut_common(&mut self, cut: Cut) {
        let common = match cut {
            Cut::Meeting {
                one,
                other,
                different,
                taken,
            } => {
                self.forget_compared(&one.node);
                let direction = self.direction(&other);
                let relationships = &mut self.core.relationships;
                relationships.retain(|known| known.variable != other.relationship.variable);
                let closing = Closing {
                    other: other.from,
                    direction,
                    types: other.relationship.types,
                    is_absent: false,
                };
                self.common(&one, closing, Common::Meeting, different, taken)
            }
            Cut::Closed {
                one,
                closing,
                different,
                taken,
            } => {
                self.forget_compared(&one.node);
                let count = match closing.is_absent {
                    true => Common::Absent,
                    false => Common::Present,
                };
                self.common(&one, closing, count, different, taken)
            }
            Cut::Apart { one, other } => {
                let predicates = &mut self.core.predicates;
                predicates.retain(|predicate| !are_compared(predicate, &one.node, &other.node));
                WeighCommon {
                    from: one.from.clone(),
                    one: self.branch(&one),
                    other_from: other.from.clone(),
                    other: self.branch(&other),
                    count: Common::Apart,
                    mirrored: false,
                    different: Vec::new(),
                    distinct_from: Vec::new(),
                }
            }
        };
        let taken = common.distinct_from.iter();
        let ends = taken.clone().flat_map(|one| [&one.from, &one.to]);
        let nodes = [&common.from, &common.other_from].into_iter();
        let nodes = nodes.chain(&common.different).chain(ends);
        self.held.extend(nodes.cloned());
        self.named.extend(taken.map(|one| one.relationship.clone()));
        self.commons.push(common);
    }

    fn common(
        &mut self,
        one: &Leaf,
        closing: Closing,
        count: Common,
        different: Vec<Variable>,
        taken: Vec<Taken>,
    ) -> WeighCommon {
        let argument = Plan::Argument {
            variables: vec![one.node.clone()],
        };
        WeighCommon {
            from: one.from.clone(),
            one: self.branch(one),
            other_from: closing.other,
            other: Branch {
                direction: closing.direction,
                types: closing.types,
                to: one.node.clone(),
                inner: argument,
            },
            count,
            mirrored: false,
            different,
            distinct_from: taken,
        }
    }

    /// Drops the predicates that connect a node with others.
    fn forget_compared(&mut self, node: &Variable) {
        let predicates = &mut self.core.predicates;
        predicates.retain(|predicate| {
            let free = free_variables(predicate);
            !free.contains(node) || free.len() == 1
        });
    }

    /// What it costs to count for so many rows.
    pub(super) fn cost_of_commons(&self, rows: f64, statistics: &Statistics) -> f64 {
        let labels = |node: &Variable| {
            let node = self.core.nodes.iter().find(|one| one.variable == *node);
            node.and_then(|node| node.labels.as_ref())
        };
        let costs = self.commons.iter().map(|common| {
            let degree = |from: &Variable, branch: &Branch| {
                let types = branch.types.as_ref();
                statistics.degree(types, branch.direction, labels(from), None)
            };
            let one = degree(&common.from, &common.one);
            let other = degree(&common.other_from, &common.other);
            let nodes = rows.min(statistics.nodes(labels(&common.other_from)));
            let ends = (nodes * other).min(statistics.nodes(None));
            rows * (COST_OF_PAIR + one * COST_OF_PROBE)
                + nodes * other * COST_OF_MARK
                + cost_of_end(&common.one, ends, statistics)
        });
        costs.sum()
    }
}

/// What a predicate asks of a node and another: that a relationship leads from the one to the other, or
/// that none does.
pub(super) fn closing(predicate: &Expression, node: &Variable) -> Option<Closing> {
    let (is_absent, query) = match predicate {
        E::Not(inner) => (true, inner.as_ref()),
        other => (false, other),
    };
    let E::Subquery {
        kind: SubqueryKind::Exists,
        query,
        imports,
    } = query
    else {
        return None;
    };
    let mut plan = query.as_ref();
    while let Plan::Project { input, .. } = plan {
        plan = input;
    }
    let Plan::Match { input, pattern } = plan else {
        return None;
    };
    let ([relationship], Plan::Argument { .. }) = (pattern.relationships.as_slice(), &**input)
    else {
        return None;
    };
    let is_only = pattern.is_plain()
        && pattern.predicates.is_empty()
        && pattern.nodes.iter().all(|node| node.labels.is_none())
        && !imports.contains(&relationship.variable)
        && imports.contains(&relationship.from)
        && imports.contains(&relationship.to)
        && relationship.from != relationship.to;
    let (other, direction) = match (relationship.from == *node, relationship.to == *node) {
        (true, false) => (&relationship.to, relationship.direction.turned()),
        (false, true) => (&relationship.from, relationship.direction),
        _ => return None,
    };
    is_only.then(|| Closing {
        other: other.clone(),
        direction,
        types: relationship.types.clone(),
        is_absent,
    })
}

/// Pairs of nodes that cannot be one, because relationships lead to the one of them from a node from
/// which none leads to the other.
pub(super) fn unequal(
    predicates: &[Expression],
    relationships: &[RelationshipPattern],
) -> Vec<(Variable, Variable)> {
    let mut pairs = Vec::new();
    for predicate in predicates {
        for node in free_variables(predicate) {
            let Some(closing) = closing(predicate, &node).filter(|closing| closing.is_absent)
            else {
                continue;
            };
            for known in relationships {
                let (end, direction) = match (known.from == closing.other, &closing.other) {
                    (true, _) => (&known.to, known.direction),
                    (false, other) if known.to == *other => (&known.from, known.direction.turned()),
                    _ => continue,
                };
                let is_covered = (closing.types.is_none() || closing.types == known.types)
                    && [direction, PatternDirection::Both].contains(&closing.direction);
                if is_covered && *end != node {
                    pairs.push((node.clone(), end.clone()));
                }
            }
        }
    }
    pairs
}

/// Whether counting along branches cannot fail, whatever the node.
fn is_harmless(weigh: &crate::logical::Weigh) -> bool {
    fn is_chain(plan: &Plan) -> bool {
        match plan {
            Plan::Argument { .. } => true,
            Plan::Filter { input, predicate } => {
                matches!(predicate, E::HasLabels(..)) && is_chain(input)
            }
            Plan::Weigh { input, weigh } => is_harmless(weigh) && is_chain(input),
            _ => false,
        }
    }
    weigh.branches.iter().all(|branch| is_chain(&branch.inner))
}
