//! Nodes of which an index finds at most one are looked up before the relationships between them are
//! followed:
//!
//! ```text
//! Match (a {id: 1})-[:R]-(b {id: 2})        ExpandInto (a)-[:R]-(b)
//!                                     =>      Cross
//!                                               ScanNodes a, Filter a.id = 1
//!                                               ScanNodes b, Filter b.id = 2
//! ```
//!
//! So the second is looked for among the neighbours of the first, which are sorted, instead of the number of
//! each neighbour being read.

use std::collections::HashSet;

use super::order_pattern::Solver;
use crate::logical::{Plan, RelationshipPattern, Variable};

impl Solver<'_> {
    /// Adds the nodes that are looked up first, where there are two ends or more of what is then followed.
    pub(super) fn look_up_ends(&mut self, mut plan: Plan) -> Plan {
        let Some(statistics) = self.statistics else {
            return plan;
        };
        let single = self.relationships.iter();
        let single = single.filter(|one: &&RelationshipPattern| one.length.is_none());
        let ends: HashSet<Variable> = single
            .flat_map(|one| [one.from.clone(), one.to.clone()])
            .collect();
        let is_known = ends.iter().any(|end| self.solved.contains(end));
        let nodes = (0..self.nodes.len()).filter(|node| ends.contains(&self.nodes[*node].0));
        let unique = nodes.filter(|node| {
            let merit = self.lookup(*node, statistics);
            merit.is_some_and(|merit| merit.is_unique)
        });
        let unique: Vec<Variable> = unique.map(|node| self.nodes[node].0.clone()).collect();
        if unique.len() + usize::from(is_known) < 2 {
            return plan;
        }
        for variable in unique {
            let place = self.nodes.iter().position(|(name, _)| *name == variable);
            if let Some(place) = place {
                plan = self.join_scan(place, plan, |_, scan| scan);
                plan = self.filter(plan);
            }
        }
        plan
    }
}
