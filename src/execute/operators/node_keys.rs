//! Keys of grouping that are read of a node: where nodes come again and again, each is asked once.

use arrow_array::{Array, UInt32Array};

use super::group_numbers::NO_GROUP;
use crate::column::Column;
use crate::context::{Context, Reservation};
use crate::error::Result;
use crate::execute::Batch;
use crate::physical::Expression;

/// How often a node must come, on average, from so many rows on.
const LEAST_TIMES: usize = 4;
const FIRST_ROWS: usize = 1 << 14;

/// Stands where the key of a node is being asked for.
const ASKED: u32 = NO_GROUP - 1;

/// The numbers of the keys of nodes.
pub(super) struct NodeKeys {
    /// The column of the nodes; none where the key is not read of one, or nodes do not come often enough.
    slot: Option<usize>,
    /// By node.
    numbers: Vec<u32>,
    met: usize,
    rows: usize,
    held: Reservation,
}

impl NodeKeys {
    /// For a key.
    pub(super) fn new(key: &Expression, context: &Context) -> Self {
        NodeKeys {
            slot: key.read_of(),
            numbers: Vec::new(),
            met: 0,
            rows: 0,
            held: context.reservation(),
        }
    }

    /// The number of the key in each row; `None` where they had better be read row by row. `number` gives
    /// the numbers of the keys of some rows.
    pub(super) fn of_rows(
        &mut self,
        batch: &Batch,
        number: impl FnOnce(&Batch) -> Result<Vec<u32>>,
    ) -> Result<Option<Vec<u32>>> {
        let Some(slot) = self.slot else {
            return Ok(None);
        };
        self.rows += batch.rows();
        if self.rows > FIRST_ROWS && self.met * LEAST_TIMES > self.rows {
            self.slot = None;
            self.numbers = Vec::new();
            self.held.grow_to(0)?;
            return Ok(None);
        }
        // Nodes of a scan come once.
        if batch.node_run(slot).is_some() {
            return Ok(None);
        }
        let Column::Node(nodes) = batch.column(slot)? else {
            return Ok(None);
        };
        if nodes.null_count() > 0 {
            return Ok(None);
        }
        self.ask(nodes, batch, number)?;
        let numbers = nodes.values().iter();
        let numbers = numbers.map(|node| self.numbers[*node as usize]);
        Ok(Some(numbers.collect()))
    }

    /// Asks for the keys of new nodes.
    fn ask(
        &mut self,
        nodes: &UInt32Array,
        batch: &Batch,
        number: impl FnOnce(&Batch) -> Result<Vec<u32>>,
    ) -> Result<()> {
        let most = nodes.values().iter().copied().max();
        let places = most.map_or(0, |most| most as usize + 1);
        if places > self.numbers.len() {
            self.held.grow_to(places * size_of::<u32>())?;
            self.numbers.resize(places, NO_GROUP);
        }
        let mut rows = Vec::new();
        for (row, node) in (0..).zip(nodes.values()) {
            let number = &mut self.numbers[*node as usize];
            if *number == NO_GROUP {
                *number = ASKED;
                rows.push(row);
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
        self.met += rows.len();
        let new = nodes.values();
        let new: Vec<u32> = rows.iter().map(|row| new[*row as usize]).collect();
        let numbers = number(&batch.select(UInt32Array::from(rows))?)?;
        for (node, number) in new.into_iter().zip(numbers) {
            self.numbers[node as usize] = number;
        }
        Ok(())
    }
}
