//! A number for each of the nodes that were met: few in a hash table, many in an array by node.

use std::collections::HashMap;

use super::steps::Steps;
use crate::context::Reservation;
use crate::error::Result;
use crate::execute::Runtime;
use crate::execute::batch::{too_many, total};

/// Above so many nodes an array is made.
const FEW: usize = 1024;

/// The bit of a number that is known.
const KNOWN: u64 = 1 << 63;

/// Numbers by node.
#[derive(Default)]
pub(super) struct NodeNumbers {
    few: HashMap<u32, u64>,
    /// With [`KNOWN`]; 0 where there is no number.
    many: Vec<u64>,
    held: Option<Reservation>,
}

impl NodeNumbers {
    /// The number of a node.
    #[inline]
    pub(super) fn get(&self, node: u32) -> Option<u64> {
        match self.many.is_empty() {
            true => self.few.get(&node).copied(),
            false => {
                let number = self.many.get(node as usize).copied().unwrap_or(0);
                (number != 0).then_some(number & !KNOWN)
            }
        }
    }

    /// Gives a node that has no number the number 0; tells whether it had none.
    #[inline]
    pub(super) fn begin(&mut self, node: u32, runtime: &Runtime) -> Result<bool> {
        let is_new = self.get(node).is_none();
        if is_new {
            self.set(node, 0, runtime)?;
        }
        Ok(is_new)
    }

    /// Gives a node of the graph its number.
    ///
    /// # Errors
    /// Where the number is beyond 63 bits.
    #[inline]
    pub(super) fn set(&mut self, node: u32, number: u64, runtime: &Runtime) -> Result<()> {
        if number >= KNOWN {
            return Err(too_many());
        }
        if let Some(known) = self.many.get_mut(node as usize) {
            *known = KNOWN | number;
            return Ok(());
        }
        self.set_new(node, number, runtime)
    }

    fn set_new(&mut self, node: u32, number: u64, runtime: &Runtime) -> Result<()> {
        if !self.many.is_empty() {
            self.grow(node as usize + 1, runtime)?;
            self.many[node as usize] = KNOWN | number;
            return Ok(());
        }
        self.few.insert(node, number);
        if self.few.len() > FEW {
            self.grow(runtime.graph().node_positions(), runtime)?;
            for (node, number) in std::mem::take(&mut self.few) {
                self.set(node, number, runtime)?;
            }
        }
        Ok(())
    }

    fn grow(&mut self, nodes: usize, runtime: &Runtime) -> Result<()> {
        if self.many.len() >= nodes {
            return Ok(());
        }
        self.held = Some(runtime.context.reserve(nodes * size_of::<u64>())?);
        match self.many.is_empty() {
            // Memory that is all zeros need not be touched.
            true => self.many = vec![0; nodes],
            false => self.many.resize(nodes, 0),
        }
        Ok(())
    }

    /// For each node the sum of the numbers of its neighbours; `None` where one is not known.
    pub(super) fn sums(
        &self,
        nodes: &[u32],
        steps: &mut Steps,
        runtime: &Runtime,
    ) -> Result<Option<Vec<u64>>> {
        if self.many.is_empty() {
            return self.checked_sums(nodes, steps, runtime);
        }
        let mut sums = vec![0_u64; nodes.len()];
        let (mut all, mut any, mut count) = (KNOWN, 0, 0);
        steps.visit_lists(nodes, runtime.context, |place, list| {
            let mut sum = 0_u64;
            for node in list {
                let number = self.many.get(*node as usize).copied().unwrap_or(0);
                sum = sum.wrapping_add(number);
                all &= number;
                any |= number;
            }
            count += list.len();
            // Of the bits of known numbers at most one is left.
            sums[place] = sums[place].wrapping_add(sum & !KNOWN);
            Ok(())
        })?;
        if all == 0 {
            return Ok(None);
        }
        // Fewer than 2^31 numbers of 32 bits cannot have run over.
        match (any & !KNOWN) >> 32 == 0 && count >> 31 == 0 {
            true => Ok(Some(sums)),
            false => self.checked_sums(nodes, steps, runtime),
        }
    }

    fn checked_sums(
        &self,
        nodes: &[u32],
        steps: &mut Steps,
        runtime: &Runtime,
    ) -> Result<Option<Vec<u64>>> {
        let mut sums = vec![0; nodes.len()];
        let mut all_known = true;
        steps.visit_lists(nodes, runtime.context, |place, list| {
            for node in list {
                let number = self.get(*node);
                all_known &= number.is_some();
                sums[place] = total(sums[place], number.unwrap_or_default())?;
            }
            Ok(())
        })?;
        Ok(all_known.then_some(sums))
    }
}
