//! A number for each of the nodes that were met: few in a hash table, many in an array by node.

use std::collections::HashMap;

use arrow_array::UInt32Array;

use super::steps::Steps;
use crate::context::{Context, Reservation};
use crate::error::Result;
use crate::execute::Runtime;
use crate::execute::batch::{too_many, total};

/// Above so many nodes an array is made.
const FEW: usize = 1024;

/// The bit of a number that is known.
const KNOWN: u64 = 1 << 63;

/// The same of a narrow number.
const NARROW_KNOWN: u32 = 1 << 31;

/// Numbers by node.
#[derive(Default)]
pub(super) struct NodeNumbers {
    few: HashMap<u32, u64>,
    many: Many,
    held: Option<Reservation>,
}

/// By node, 0 where there is no number: narrow as long as all numbers are small, for they are looked up
/// at random.
enum Many {
    /// With [`NARROW_KNOWN`].
    Narrow(Vec<u32>),
    /// With [`KNOWN`].
    Wide(Vec<u64>),
}

impl Default for Many {
    fn default() -> Self {
        Many::Narrow(Vec::new())
    }
}

impl NodeNumbers {
    /// Whether no node has a number.
    pub(super) fn is_empty(&self) -> bool {
        self.few.is_empty() && matches!(&self.many, Many::Narrow(numbers) if numbers.is_empty())
    }

    /// The number of a node.
    #[inline]
    pub(super) fn get(&self, node: u32) -> Option<u64> {
        match &self.many {
            Many::Narrow(numbers) if numbers.is_empty() => self.few.get(&node).copied(),
            Many::Narrow(numbers) => {
                let number = numbers.get(node as usize).copied().unwrap_or(0);
                (number != 0).then_some(u64::from(number & !NARROW_KNOWN))
            }
            Many::Wide(numbers) => {
                let number = numbers.get(node as usize).copied().unwrap_or(0);
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
        match &mut self.many {
            Many::Narrow(numbers) => {
                if let Some(known) = numbers.get_mut(node as usize)
                    && number < u64::from(NARROW_KNOWN)
                {
                    *known = NARROW_KNOWN | number as u32;
                    return Ok(());
                }
            }
            Many::Wide(numbers) => {
                if let Some(known) = numbers.get_mut(node as usize)
                    && number < KNOWN
                {
                    *known = KNOWN | number;
                    return Ok(());
                }
            }
        }
        self.set_new(node, number, runtime)
    }

    fn set_new(&mut self, node: u32, number: u64, runtime: &Runtime) -> Result<()> {
        if number >= KNOWN {
            return Err(too_many());
        }
        let are_few = matches!(&self.many, Many::Narrow(numbers) if numbers.is_empty());
        if are_few {
            self.few.insert(node, number);
            if self.few.len() > FEW {
                self.grow(runtime.graph().node_positions(), runtime)?;
                for (node, number) in std::mem::take(&mut self.few) {
                    self.set(node, number, runtime)?;
                }
            }
            return Ok(());
        }
        if let Many::Narrow(numbers) = &self.many
            && number >= u64::from(NARROW_KNOWN)
        {
            let held = runtime.context.reserve(numbers.len() * size_of::<u64>())?;
            let widened = numbers.iter().map(|number| match number {
                0 => 0,
                number => KNOWN | u64::from(number & !NARROW_KNOWN),
            });
            self.many = Many::Wide(widened.collect());
            self.held = Some(held);
        }
        self.grow(node as usize + 1, runtime)?;
        self.set(node, number, runtime)
    }

    fn grow(&mut self, nodes: usize, runtime: &Runtime) -> Result<()> {
        let (length, each) = match &self.many {
            Many::Narrow(numbers) => (numbers.len(), size_of::<u32>()),
            Many::Wide(numbers) => (numbers.len(), size_of::<u64>()),
        };
        if length >= nodes {
            return Ok(());
        }
        self.held = Some(runtime.context.reserve(nodes * each)?);
        match &mut self.many {
            // Memory that is all zeros need not be touched.
            Many::Narrow(numbers) if numbers.is_empty() => *numbers = vec![0; nodes],
            Many::Narrow(numbers) => numbers.resize(nodes, 0),
            Many::Wide(numbers) => numbers.resize(nodes, 0),
        }
        Ok(())
    }

    /// The number of each node, 0 of a null; `count` finds those that are not known yet.
    pub(super) fn of_each(
        &mut self,
        nodes: &UInt32Array,
        count: impl FnOnce(&[u32], &mut Runtime) -> Result<Vec<u64>>,
        runtime: &mut Runtime,
    ) -> Result<Vec<u64>> {
        let mut unknown = Vec::new();
        for node in nodes.iter().flatten() {
            if self.begin(node, runtime)? {
                unknown.push(node);
            }
        }
        let counted = count(&unknown, runtime)?;
        for (node, number) in unknown.iter().zip(counted) {
            self.set(*node, number, runtime)?;
        }
        let numbers = nodes
            .iter()
            .map(|node| node.and_then(|node| self.get(node)));
        Ok(numbers.map(Option::unwrap_or_default).collect())
    }

    /// For each node the sum of the numbers of its neighbours; `None` where one is not known.
    pub(super) fn sums(
        &self,
        nodes: &[u32],
        steps: &mut Steps,
        context: &Context,
    ) -> Result<Option<Vec<u64>>> {
        let numbers = match &self.many {
            Many::Narrow(numbers) if !numbers.is_empty() => numbers,
            _ => return self.checked_sums(nodes, steps, context),
        };
        let mut sums = vec![0_u64; nodes.len()];
        let mut all = NARROW_KNOWN;
        steps.visit_lists(nodes, context, |place, list| {
            // Fewer than 2^32 numbers of 31 bits cannot run over.
            let mut sum = 0;
            for node in list {
                let number = numbers.get(*node as usize).copied().unwrap_or(0);
                sum += u64::from(number & !NARROW_KNOWN);
                all &= number;
            }
            sums[place] += sum;
            Ok(())
        })?;
        Ok((all != 0).then_some(sums))
    }

    fn checked_sums(
        &self,
        nodes: &[u32],
        steps: &mut Steps,
        context: &Context,
    ) -> Result<Option<Vec<u64>>> {
        let mut sums = vec![0; nodes.len()];
        let mut all_known = true;
        steps.visit_lists(nodes, context, |place, list| {
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
