//! Keys of grouping that are read of a node: where nodes come again and again, each is asked once.

use arrow_array::{Array, UInt32Array};

use super::group_numbers::NO_GROUP;
use crate::column::Column;
use crate::context::{Context, Reservation};
use crate::error::Result;
use crate::execute::Batch;
use crate::physical::Expression;

/// After so many rows a key is read row by row if half of a batch are nodes that did not come before.
const FIRST_ROWS: usize = 1 << 16;

/// Stands where the key of a node is being asked for.
const ASKED: u32 = NO_GROUP - 1;

/// The numbers of the keys of nodes; none where the key is not read of a node, or nodes seldom come again.
pub(super) struct NodeKeys(Option<Known>);

struct Known {
    /// The column of the nodes.
    slot: usize,
    /// By node.
    numbers: Vec<u32>,
    rows: usize,
    held: Reservation,
}

impl NodeKeys {
    /// For a key.
    pub(super) fn new(key: &Expression, context: &Context) -> Self {
        let known = |slot| Known {
            slot,
            numbers: Vec::new(),
            rows: 0,
            held: context.reservation(),
        };
        NodeKeys(key.read_of().map(known))
    }

    /// The number of the key in each row; `None` where they had better be read row by row. `number` gives
    /// the numbers of the keys of some rows.
    pub(super) fn of_rows(
        &mut self,
        batch: &Batch,
        number: impl FnOnce(&Batch) -> Result<Vec<u32>>,
    ) -> Result<Option<Vec<u32>>> {
        let Some(known) = &mut self.0 else {
            return Ok(None);
        };
        // Nodes of a scan come once.
        if batch.node_run(known.slot).is_some() {
            return Ok(None);
        }
        let Column::Node(nodes) = batch.column(known.slot)? else {
            return Ok(None);
        };
        if nodes.null_count() > 0 {
            return Ok(None);
        }
        let new = known.ask(nodes, batch, number)?;
        let numbers = nodes.values().iter();
        let numbers = numbers.map(|node| known.numbers[*node as usize]);
        let numbers = numbers.collect();
        known.rows += batch.rows();
        if known.rows > FIRST_ROWS && new > batch.rows() / 2 {
            self.0 = None;
        }
        Ok(Some(numbers))
    }
}

impl Known {
    /// Asks for the keys of new nodes; gives how many there are.
    fn ask(
        &mut self,
        nodes: &UInt32Array,
        batch: &Batch,
        number: impl FnOnce(&Batch) -> Result<Vec<u32>>,
    ) -> Result<usize> {
        let most = nodes.values().iter().copied().max();
        let places = most.map_or(0, |most| most as usize + 1);
        if places > self.numbers.len() {
            self.held.grow_to(places * size_of::<u32>())?;
            self.numbers.resize(places, NO_GROUP);
        }
        let (mut new, mut rows) = (Vec::new(), Vec::new());
        for (row, node) in (0..).zip(nodes.values()) {
            let number = &mut self.numbers[*node as usize];
            if *number == NO_GROUP {
                *number = ASKED;
                new.push(*node);
                rows.push(row);
            }
        }
        if !new.is_empty() {
            let numbers = number(&batch.select(UInt32Array::from(rows))?)?;
            for (node, number) in new.iter().zip(numbers) {
                self.numbers[*node as usize] = number;
            }
        }
        Ok(new.len())
    }
}
