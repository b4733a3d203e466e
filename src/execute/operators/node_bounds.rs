//! Between which nodes the neighbours of rows must be.

use super::wanted::ALL;
use std::ops::Range;

use arrow_array::{Array, UInt32Array};

use crate::error::Result;
use crate::execute::Batch;
use crate::execute::evaluate::node_ids;
use crate::physical::NodeBound;

/// The neighbours that rows want; all where there are no bounds.
pub(super) struct NodeBounds(Vec<Range<u32>>);

impl NodeBounds {
    /// Of the rows of a batch; those with a null want none.
    pub(super) fn new(bounds: &[NodeBound], batch: &Batch) -> Result<NodeBounds> {
        let mut wanted = match bounds.is_empty() {
            true => Vec::new(),
            false => vec![ALL; batch.rows()],
        };
        for bound in bounds {
            let nodes: UInt32Array = node_ids(batch.column(bound.slot)?)?.into_owned();
            for (row, wanted) in wanted.iter_mut().enumerate() {
                let node = nodes.value(row);
                match bound.is_upper {
                    _ if nodes.is_null(row) => *wanted = 0..0,
                    true => {
                        let end = node + u32::from(bound.is_inclusive);
                        wanted.end = wanted.end.min(end);
                    }
                    false => {
                        let start = node + u32::from(!bound.is_inclusive);
                        wanted.start = wanted.start.max(start);
                    }
                }
            }
        }
        Ok(NodeBounds(wanted))
    }

    /// Whether all rows want all.
    pub(super) fn are_open(&self) -> bool {
        self.0.is_empty()
    }

    /// What a row wants.
    #[inline]
    pub(super) fn of(&self, row: usize) -> Range<u32> {
        self.0.get(row).cloned().unwrap_or(ALL)
    }
}
