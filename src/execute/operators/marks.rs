//! Numbers that the neighbours of one node have for a while, so that those of other nodes are looked up
//! among them.

use super::sorted_nodes::distinct;
use crate::context::Reservation;
use crate::error::Result;
use crate::execute::Runtime;
use crate::execute::batch::total;

/// Numbers by node, 0 where there is none: of one byte as long as all fit, for they are looked up more
/// often than anything else.
#[derive(Default)]
pub(super) struct Marks {
    bytes: Vec<u8>,
    numbers: Vec<u64>,
    are_wide: bool,
    /// The nodes that have numbers.
    marked: Vec<u32>,
    held: Option<Reservation>,
}

impl Marks {
    /// Takes all numbers away, and makes room for the nodes of the graph.
    #[inline]
    pub(super) fn clear(&mut self, runtime: &Runtime) -> Result<()> {
        match self.are_wide {
            true => {
                let numbers = &mut self.numbers;
                self.marked
                    .drain(..)
                    .for_each(|node| numbers[node as usize] = 0);
            }
            false => {
                let bytes = &mut self.bytes;
                self.marked
                    .drain(..)
                    .for_each(|node| bytes[node as usize] = 0);
            }
        }
        let nodes = runtime.graph().node_positions();
        if self.bytes.len().max(self.numbers.len()) >= nodes {
            return Ok(());
        }
        let each = if self.are_wide { size_of::<u64>() } else { 1 };
        // A number, and the node among those that are marked.
        self.held = Some(runtime.context.reserve(nodes * (each + size_of::<u32>()))?);
        match self.are_wide {
            true => self.numbers = vec![0; nodes],
            false => self.bytes = vec![0; nodes],
        }
        Ok(())
    }

    /// Adds to the number of a node.
    #[inline]
    pub(super) fn add(&mut self, node: u32, number: u64, runtime: &Runtime) -> Result<()> {
        let place = node as usize;
        if !self.are_wide {
            let byte = &mut self.bytes[place];
            if let Some(sum) = u8::try_from(number)
                .ok()
                .and_then(|one| byte.checked_add(one))
            {
                if *byte == 0 && sum > 0 {
                    self.marked.push(node);
                }
                *byte = sum;
                return Ok(());
            }
            self.widen(runtime)?;
        }
        let known = &mut self.numbers[place];
        let sum = total(*known, number)?;
        if *known == 0 && sum > 0 {
            self.marked.push(node);
        }
        *known = sum;
        Ok(())
    }

    fn widen(&mut self, runtime: &Runtime) -> Result<()> {
        let nodes = self.bytes.len();
        let each = size_of::<u64>() + size_of::<u32>();
        let held = runtime.context.reserve(nodes * each)?;
        self.numbers = vec![0; nodes];
        for node in &self.marked {
            self.numbers[*node as usize] = u64::from(self.bytes[*node as usize]);
        }
        self.bytes = Vec::new();
        self.are_wide = true;
        self.held = Some(held);
        Ok(())
    }

    /// The number of a node.
    #[inline]
    pub(super) fn get(&self, node: u32) -> u64 {
        match self.are_wide {
            true => self.numbers[node as usize],
            false => u64::from(self.bytes[node as usize]),
        }
    }

    /// The nodes that have numbers.
    pub(super) fn marked(&self) -> &[u32] {
        &self.marked
    }

    /// The sum of the numbers of nodes, of equal ones side by side once.
    ///
    /// # Errors
    /// Where it is beyond 64 bits.
    pub(super) fn sum_distinct(&self, nodes: &[u32]) -> Result<u64> {
        distinct(nodes).try_fold(0, |sum, node| total(sum, self.get(node)))
    }

    /// The sum of the numbers of nodes.
    ///
    /// # Errors
    /// Where it is beyond 64 bits.
    #[inline]
    pub(super) fn sum(&self, nodes: &[u32]) -> Result<u64> {
        if self.are_wide {
            let numbers = nodes.iter().map(|node| self.numbers[*node as usize]);
            return numbers.into_iter().try_fold(0, total);
        }
        let bytes = nodes
            .iter()
            .map(|node| u64::from(self.bytes[*node as usize]));
        Ok(bytes.sum())
    }
}
