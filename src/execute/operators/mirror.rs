//! Rows that stand for all rows in which some of their nodes have changed places.

use arrow_array::UInt32Array;

use super::Input;
use crate::error::Result;
use crate::execute::evaluate::node_ids;
use crate::execute::{Batch, Operator, Runtime};

/// Counts rows in all orders of nodes.
pub(in crate::execute) struct Mirror<'p> {
    input: Input<'p>,
    nodes: &'p [usize],
}

impl<'p> Mirror<'p> {
    pub(in crate::execute) fn new(input: Input<'p>, nodes: &'p [usize]) -> Self {
        Mirror { input, nodes }
    }
}

impl Operator for Mirror<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let Some(batch) = self.input.next(runtime)? else {
            return Ok(None);
        };
        let nodes = self.nodes.iter();
        let nodes = nodes.map(|slot| Ok(node_ids(batch.column(*slot)?)?.into_owned()));
        let nodes: Vec<UInt32Array> = nodes.collect::<Result<_>>()?;
        let mut weights = Vec::with_capacity(batch.rows());
        let mut row = Vec::with_capacity(nodes.len());
        for place in 0..batch.rows() {
            row.clear();
            row.extend(nodes.iter().map(|nodes| nodes.value(place)));
            weights.push(arrangements(&row));
        }
        batch.weighted(weights).map(Some)
    }
}

/// In how many different orders nodes can stand, which are in order and not many.
#[inline]
pub(super) fn arrangements(nodes: &[u32]) -> u64 {
    let (mut orders, mut same) = (1, 0);
    for (place, node) in nodes.iter().enumerate() {
        let is_again = place > 0 && nodes[place - 1] == *node;
        same = if is_again { same + 1 } else { 1 };
        orders = orders * (place as u64 + 1) / same;
    }
    orders
}

#[cfg(test)]
mod tests {
    use super::arrangements;

    #[test]
    fn equal_nodes_make_no_other_order() {
        let orders = [
            ([1, 2, 3, 4].as_slice(), 24),
            (&[1, 2, 3], 6),
            (&[1, 1, 3], 3),
            (&[1, 3, 3], 3),
            (&[2, 2, 2], 1),
            (&[1, 1, 3, 3], 6),
            (&[5], 1),
        ];
        for (nodes, wanted) in orders {
            assert_eq!(arrangements(nodes), wanted, "{nodes:?}");
        }
    }
}
