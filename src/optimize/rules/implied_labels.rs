//! Nodes without labels get the one that all ends of a relationship type have:
//!
//! ```text
//! Match ()-[l:LIKES]->(m)      =>      Match (:Person)-[l:LIKES]->(m:Message)
//! ```
//!
//! So fewer nodes are scanned, what is asked of their properties can be looked up in the indexes of the
//! label, and less is expected of them. Of labels that are all implied the one of the fewest nodes is taken;
//! a label that every node has says nothing. It is known of the graph as it is when the statement begins:
//! nothing is known for statements that change it.

use crate::logical::{MatchPattern, Plan, Variable};
use crate::optimize::{Statistics, bottom_up};

/// Adds labels.
pub(crate) fn rewrite(plan: Plan, statistics: &Statistics) -> Plan {
    if plan.updates() {
        return plan;
    }
    bottom_up(plan, &mut |mut plan| {
        if let Plan::Match { input, pattern } = &mut plan {
            add_labels(pattern, &input.variables(), statistics);
        }
        plan
    })
}

/// Adds labels to the nodes of a pattern that are not `known` from elsewhere.
fn add_labels(pattern: &mut MatchPattern, known: &[Variable], statistics: &Statistics) {
    for node in &mut pattern.nodes {
        if node.labels.is_some() || known.contains(&node.variable) {
            continue;
        }
        let single = pattern.relationships.iter();
        let single = single.filter(|relationship| relationship.length.is_none());
        let implied = single.flat_map(|relationship| {
            let types = relationship.types.as_ref();
            let ends = [
                (&relationship.to, relationship.direction),
                (&relationship.from, relationship.direction.turned()),
            ];
            let ends = ends.into_iter().filter(|(end, _)| **end == node.variable);
            ends.filter_map(move |(_, direction)| statistics.label_of_neighbours(types, direction))
        });
        let fewest = implied.min_by(|one, other| one.0.total_cmp(&other.0));
        node.labels = fewest.map(|(_, label)| label);
    }
}
