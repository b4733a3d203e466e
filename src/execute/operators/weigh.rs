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
    /// The ways from each node that was met, unless they are counted anew.
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
        // To keep a degree takes longer than to look it up again.
        let is_counted_anew = self.plan.distinct || self.ways.is_degree();
        let mut totals = if is_counted_anew && from.null_count() == 0 {
            self.ways.count(from.values(), runtime)?
        } else {
            let count = |nodes: &[u32], runtime: &mut Runtime| self.ways.count(nodes, runtime);
            self.totals.of_each(from, count, runtime)?
        };
        let least = u64::from(self.plan.optional);
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
        let mut weights = batch.take_multiplicity();
        let run = batch.node_run(self.plan.from);
        let is_weighed = match run.filter(|run| run.selection.is_none()) {
            Some(run) => {
                let least = u32::from(self.plan.optional);
                self.ways.weigh(&run.nodes, least, &mut weights, runtime)?
            }
            None => false,
        };
        if !is_weighed {
            let from = node_ids(batch.column(self.plan.from)?)?.into_owned();
            self.weigh(&from, &mut weights, runtime)?;
        }
        match self.only_number {
            true => batch.counted(weights).map(Some),
            false => batch.weighted(weights).map(Some),
        }
    }
}
