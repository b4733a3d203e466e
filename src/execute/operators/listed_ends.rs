//! Ends of a branch that hardly two ways lead to, or that are few: how often they count is computed as they
//! come, for to keep it by node would only take time.

use super::branch::{Branch, PART};
use super::steps::Steps;
use super::ways::Ways;
use crate::error::Result;
use crate::execute::Runtime;
use crate::execute::batch::total;
use crate::graph::Found;
use crate::physical::End;

/// From so many nodes on it is found out how many ways lead to the ends.
const MANY: usize = 32;

/// Ends of which is looked up how many ways lead to them.
const SAMPLE: usize = 256;

/// Ends of which is computed at once how often they count, about.
const AT_ONCE: usize = 16_384;

impl Branch<'_> {
    /// The number of ways from each node, of which no more is asked.
    pub(super) fn total(&mut self, nodes: &[u32], runtime: &mut Runtime) -> Result<Vec<u64>> {
        let is_kept = match &self.plan.end {
            End::Any => true,
            End::Labels(labels) => {
                self.labelled.note(nodes.len(), labels, runtime)?;
                self.labelled.get().is_some()
            }
            // What is further on than neighbours is better counted for many ends at once, in their order.
            End::Further { .. } => {
                nodes.len() > PART
                    || !self.further.iter().all(Ways::is_degree)
                    || !self.has_fresh_ends(nodes, runtime)?
            }
        };
        match is_kept {
            true => self.count(nodes, runtime),
            false => self.count_ends(nodes, runtime),
        }
    }

    /// Whether hardly two ways lead to one end, as far as some ends of these nodes tell.
    fn has_fresh_ends(&mut self, nodes: &[u32], runtime: &Runtime) -> Result<bool> {
        if let Some(known) = self.are_fresh {
            return Ok(known);
        }
        if nodes.len() < MANY {
            return Ok(false);
        }
        let mut ends = Vec::new();
        for node in nodes.iter().step_by(nodes.len() / MANY) {
            self.steps(runtime).append_nodes(*node, &mut ends)?;
        }
        let each = ends.len().div_ceil(SAMPLE).max(1);
        let some: Vec<u32> = ends.into_iter().step_by(each).collect();
        if some.is_empty() {
            return Ok(false);
        }
        let (direction, types) = (self.plan.direction.turned(), &self.plan.types);
        let mut back = Steps::unordered(direction, types, 0, runtime.graph());
        let ways: u64 = back.degrees(&some)?.into_iter().sum();
        let are_fresh = ways * 8 <= some.len() as u64 * 9;
        self.are_fresh = Some(are_fresh);
        Ok(are_fresh)
    }

    /// The number of ways from each node, each end looked at for itself.
    fn count_ends(&mut self, nodes: &[u32], runtime: &mut Runtime) -> Result<Vec<u64>> {
        let mut totals = vec![0; nodes.len()];
        let mut done = 0;
        while done < nodes.len() {
            runtime.context.check()?;
            let mut found = Found::with_capacity(0, false);
            let steps = self.steps(runtime);
            done += steps.append(&nodes[done..], done, AT_ONCE, &mut found)?;
            let _held = runtime
                .context
                .reserve(found.nodes.len() * 4 * size_of::<u32>())?;
            let weights = self.weights(&found.nodes, runtime)?;
            for (row, weight) in found.rows.iter().zip(weights) {
                let total_of_node = &mut totals[*row as usize];
                *total_of_node = total(*total_of_node, weight)?;
            }
        }
        Ok(totals)
    }
}
