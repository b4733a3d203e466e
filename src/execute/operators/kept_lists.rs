//! The neighbours of nodes that are asked for again and again, each list in one piece.

use super::steps::Steps;
use crate::context::Reservation;
use crate::error::Result;
use crate::execute::Runtime;

/// After so many lookups it shows whether lists are asked for again.
const TRIED: usize = 1 << 17;

/// Lists by node.
#[derive(Default)]
pub(super) struct KeptLists {
    /// By node: one more than where its list begins, and where it ends; 0 for a list that is not there.
    places: Vec<(u32, u32)>,
    nodes: Vec<u32>,
    /// A list that is not kept.
    single: Vec<u32>,
    held: Option<Reservation>,
    lookups: usize,
    made: usize,
    is_off: bool,
}

impl KeptLists {
    /// The neighbours of a node, as `change` leaves them; it must leave equal lists of a node equal.
    #[inline]
    pub(super) fn of(
        &mut self,
        node: u32,
        steps: &mut Steps,
        change: impl FnOnce(&mut Vec<u32>),
        runtime: &Runtime,
    ) -> Result<&[u32]> {
        if let Some((start, end)) = self.places.get(node as usize).copied()
            && start > 0
        {
            self.lookups += 1;
            return Ok(&self.nodes[start as usize - 1..end as usize]);
        }
        self.lookups += 1;
        self.made += 1;
        self.single.clear();
        steps.append_nodes(node, &mut self.single)?;
        change(&mut self.single);
        self.is_off |= self.lookups > TRIED && self.made * 2 > self.lookups;
        if !self.is_off {
            self.keep(node, runtime);
        }
        Ok(&self.single)
    }

    /// Keeps the last list, if the budget allows.
    fn keep(&mut self, node: u32, runtime: &Runtime) {
        let held = match &mut self.held {
            Some(held) => held,
            None => {
                let nodes = runtime.graph().node_positions();
                let Ok(held) = runtime.context.reserve(nodes * size_of::<(u32, u32)>()) else {
                    self.is_off = true;
                    return;
                };
                self.places = vec![(0, 0); nodes];
                self.held.insert(held)
            }
        };
        let (start, end) = (self.nodes.len(), self.nodes.len() + self.single.len());
        // A list that grows is moved: both are there for a moment.
        let is_held = held.grow(self.single.len() * 3 * size_of::<u32>()).is_ok();
        match (u32::try_from(end), self.places.get_mut(node as usize)) {
            (Ok(end), Some(place)) if is_held && end < u32::MAX => {
                self.nodes.extend_from_slice(&self.single);
                *place = (start as u32 + 1, end);
            }
            _ => self.is_off = true,
        }
    }
}
