//! A number for each of the nodes that were met: few in a hash table, many in an array by node.

use std::collections::HashMap;

use crate::context::Reservation;
use crate::error::Result;
use crate::execute::Runtime;

/// Above so many nodes an array is made.
const FEW: usize = 1024;

/// Numbers by node.
#[derive(Default)]
pub(super) struct NodeNumbers {
    few: HashMap<u32, u64>,
    /// One more than the number; 0 where there is none.
    many: Vec<u64>,
    held: Option<Reservation>,
}

impl NodeNumbers {
    /// The number of a node.
    pub(super) fn get(&self, node: u32) -> Option<u64> {
        match self.many.get(node as usize) {
            Some(number) => number.checked_sub(1),
            None => self.few.get(&node).copied(),
        }
    }

    /// Those of the nodes that have no number yet, each once; they get 0.
    pub(super) fn begin(&mut self, nodes: &[u32], runtime: &Runtime) -> Result<Vec<u32>> {
        let mut unknown = Vec::new();
        for node in nodes {
            if self.get(*node).is_none() {
                self.set(*node, 0, runtime)?;
                unknown.push(*node);
            }
        }
        Ok(unknown)
    }

    /// Gives a node of the graph its number, less than `u64::MAX`.
    pub(super) fn set(&mut self, node: u32, number: u64, runtime: &Runtime) -> Result<()> {
        if let Some(known) = self.many.get_mut(node as usize) {
            *known = number + 1;
            return Ok(());
        }
        self.few.insert(node, number);
        if self.few.len() > FEW {
            let nodes = runtime.graph().node_positions();
            self.held = Some(runtime.context.reserve(nodes * size_of::<u64>())?);
            self.many = vec![0; nodes];
            for (node, number) in std::mem::take(&mut self.few) {
                self.set(node, number, runtime)?;
            }
        }
        Ok(())
    }
}
