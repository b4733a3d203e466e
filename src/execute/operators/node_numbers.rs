//! A number for each of the nodes that were met: few in a hash table, many in an array by node, which spans no
//! more than them.

use std::collections::HashMap;

use arrow_array::UInt32Array;

use super::steps::Steps;
use crate::context::{Context, Reservation};
use crate::error::Result;
use crate::execute::Runtime;
use crate::execute::batch::{bits, too_many, total};

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
    /// The node of the first number of the array.
    first: u32,
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
                let number = numbers.get(self.place(node)).copied().unwrap_or(0);
                (number != 0).then_some(u64::from(number & !NARROW_KNOWN))
            }
            Many::Wide(numbers) => {
                let number = numbers.get(self.place(node)).copied().unwrap_or(0);
                (number != 0).then_some(number & !KNOWN)
            }
        }
    }

    /// Where the number of a node stands in the array; beyond its end if it does not.
    #[inline]
    fn place(&self, node: u32) -> usize {
        node.wrapping_sub(self.first) as usize
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
        let place = self.place(node);
        match &mut self.many {
            Many::Narrow(numbers) => {
                if let Some(known) = numbers.get_mut(place)
                    && number < u64::from(NARROW_KNOWN)
                {
                    *known = NARROW_KNOWN | number as u32;
                    return Ok(());
                }
            }
            Many::Wide(numbers) => {
                if let Some(known) = numbers.get_mut(place)
                    && number < KNOWN
                {
                    *known = KNOWN | number;
                    return Ok(());
                }
            }
        }
        self.set_new(node, number, runtime)
    }

    /// Gives nodes of the graph, ascending, their numbers.
    ///
    /// # Errors
    /// Where a number is beyond 63 bits.
    pub(super) fn set_all(
        &mut self,
        nodes: &[u32],
        numbers: &[u64],
        runtime: &Runtime,
    ) -> Result<()> {
        let (Some(least), Some(greatest)) = (nodes.first(), nodes.last()) else {
            return Ok(());
        };
        let pairs = nodes.iter().zip(numbers);
        let are_narrow = bits(numbers) < u64::from(NARROW_KNOWN);
        if nodes.len() > FEW && are_narrow && matches!(self.many, Many::Narrow(_)) {
            let few = std::mem::take(&mut self.few);
            self.span(*least, *greatest, runtime)?;
            for (node, number) in few {
                self.set(node, number, runtime)?;
            }
            let first = self.first;
            if let Many::Narrow(known) = &mut self.many {
                for (node, number) in pairs {
                    known[(node - first) as usize] = NARROW_KNOWN | *number as u32;
                }
            }
            return Ok(());
        }
        for (node, number) in pairs {
            self.set(*node, *number, runtime)?;
        }
        Ok(())
    }

    fn set_new(&mut self, node: u32, number: u64, runtime: &Runtime) -> Result<()> {
        if number >= KNOWN {
            return Err(too_many());
        }
        let are_few = matches!(&self.many, Many::Narrow(numbers) if numbers.is_empty());
        if are_few {
            self.few.insert(node, number);
            if self.few.len() > FEW {
                let nodes = self.few.keys().copied();
                let (least, greatest) = nodes.fold((node, node), |(least, greatest), node| {
                    (least.min(node), greatest.max(node))
                });
                self.span(least, greatest, runtime)?;
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
        self.span(node, node, runtime)?;
        self.set(node, number, runtime)
    }

    /// Makes room in the array for the numbers of two nodes and of all between; where it has to grow, for more.
    fn span(&mut self, least: u32, greatest: u32, runtime: &Runtime) -> Result<()> {
        let (length, each) = match &self.many {
            Many::Narrow(numbers) => (numbers.len(), size_of::<u32>()),
            Many::Wide(numbers) => (numbers.len(), size_of::<u64>()),
        };
        let (mut start, mut end) = (least as usize, greatest as usize + 1);
        if length > 0 {
            let known = self.first as usize..self.first as usize + length;
            if known.start <= start && end <= known.end {
                return Ok(());
            }
            // As much again on the side where it ends: then that seldom comes.
            start = match start < known.start {
                true => start.min(known.start.saturating_sub(length)),
                false => known.start,
            };
            end = match end > known.end {
                true => end.max(known.end + length),
                false => known.end,
            };
        }
        let before = if length > 0 {
            self.first as usize - start
        } else {
            0
        };
        self.first = start as u32;
        self.held = Some(runtime.context.reserve((end - start) * each)?);
        match &mut self.many {
            Many::Narrow(numbers) => *numbers = moved(numbers, before, end - start),
            Many::Wide(numbers) => *numbers = moved(numbers, before, end - start),
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
                let number = numbers.get(self.place(*node)).copied().unwrap_or(0);
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

/// An array of `length` numbers, known ones from a place on, else zeros.
fn moved<N: Copy + Default>(known: &[N], place: usize, length: usize) -> Vec<N> {
    let mut numbers = vec![N::default(); length];
    numbers[place..place + known.len()].copy_from_slice(known);
    numbers
}
