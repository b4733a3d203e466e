//! Rows that count as often as ways lead on from a node of theirs: what hangs off a node is counted
//! once for the node and never listed.
//!
//! Source: factorised aggregation, "Aggregation and Ordering in Factorised Databases" (Bakibayev,
//! Kočiský, Olteanu, Závodný, VLDB 2013).

use arrow_array::{Array, UInt32Array};

use super::Input;
use super::node_numbers::NodeNumbers;
use super::ways::Ways;
use crate::error::Result;
use crate::execute::batch::multiply;
use crate::execute::evaluate::node_ids;
use crate::execute::{Batch, Operator, Runtime};
use crate::physical;

/// Counts ways.
pub(in crate::execute) struct Weigh<'p> {
    input: Input<'p>,
    plan: &'p physical::Weigh,
    only_number: bool,
    ways: Ways<'p>,
    /// The ways from each node that was met, unless none comes twice.
    totals: NodeNumbers,
}

impl<'p> Weigh<'p> {
    pub(in crate::execute) fn new(
        input: Input<'p>,
        plan: &'p physical::Weigh,
        only_number: bool,
    ) -> Self {
        Weigh {
            input,
            plan,
            only_number,
            ways: Ways::new(plan),
            totals: NodeNumbers::default(),
        }
    }

    /// Multiplies how often each row counts by the number of ways.
    fn weigh(
        &mut self,
        from: &UInt32Array,
        weights: &mut [u64],
        runtime: &mut Runtime,
    ) -> Result<()> {
        let least = u32::from(self.plan.optional);
        if self.plan.distinct && from.null_count() == 0 {
            return self.ways.weigh(from.values(), least, weights, runtime);
        }
        let count = |nodes: &[u32], runtime: &mut Runtime| self.ways.count(nodes, runtime);
        let mut totals = self.totals.of_each(from, count, runtime)?;
        let least = u64::from(least);
        totals
            .iter_mut()
            .for_each(|total| *total = (*total).max(least));
        multiply(weights, &totals)
    }
}

impl Operator for Weigh<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let Some(mut batch) = self.input.next(runtime)? else {
            return Ok(None);
        };
        runtime.context.check()?;
        let from = node_ids(batch.column(self.plan.from)?)?.into_owned();
        let mut weights = batch.take_multiplicity();
        self.weigh(&from, &mut weights, runtime)?;
        match self.only_number {
            true => batch.counted(weights).map(Some),
            false => batch.weighted(weights).map(Some),
        }
    }
}
