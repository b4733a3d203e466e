//! All nodes with certain labels, a batch for each chunk.

use crate::bind::expression::Labels;
use crate::column::Column;
use crate::error::Result;
use crate::execute::evaluate::node_labels;
use crate::execute::{Batch, Operator, Runtime};
use crate::graph::Snapshot;
use crate::physical::Plan;
use crate::value::LabelId;

/// Scans nodes.
pub(in crate::execute) struct ScanNodes<'p> {
    labels: Option<&'p Labels>,
    plan: &'p Plan,
    /// The next chunk, where the scan is not shared out.
    chunk: usize,
}

impl<'p> ScanNodes<'p> {
    pub(in crate::execute) fn new(labels: Option<&'p Labels>, plan: &'p Plan) -> Self {
        ScanNodes {
            labels,
            plan,
            chunk: 0,
        }
    }

    /// The chunks where nodes with certain labels may stand.
    pub(in crate::execute) fn chunks(
        labels: Option<&Labels>,
        graph: &Snapshot,
    ) -> Result<Vec<usize>> {
        match required(labels, graph) {
            Some(labels) => graph.chunks_with(&labels),
            None => Ok(Vec::new()),
        }
    }

    /// The next chunk to be scanned.
    fn next_chunk(&mut self, runtime: &Runtime) -> Option<usize> {
        match &runtime.share {
            Some(share) if share.is_of(self.plan) => share.next(),
            _ => {
                self.chunk += 1;
                (self.chunk <= runtime.graph().node_chunks()).then_some(self.chunk - 1)
            }
        }
    }
}

impl Operator for ScanNodes<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        // Once for each batch: the clock costs more than a chunk that is passed over.
        if let Some(share) = &runtime.share
            && share.is_of(self.plan)
        {
            share.call_for_help();
        }
        let graph = runtime.graph();
        let Some(labels) = required(self.labels, graph) else {
            return Ok(None);
        };
        while let Some(chunk) = self.next_chunk(runtime) {
            runtime.context.check()?;
            let rest = self.labels.filter(|wanted| !is_names(wanted));
            if rest.is_none()
                && let Some(run) = graph.scan_node_run(chunk, &labels)?
            {
                if run.is_empty() {
                    continue;
                }
                return Ok(Some(Batch::of_nodes(run)));
            }
            let mut nodes = graph.scan_nodes(chunk, &labels)?;
            if nodes.is_empty() {
                continue;
            }
            if let Some(rest) = rest {
                let holds = node_labels(&nodes, rest, graph)?;
                nodes = nodes
                    .values()
                    .iter()
                    .zip(holds.values())
                    .filter_map(|(node, holds)| holds.then_some(Some(*node)))
                    .collect();
            }
            let rows = nodes.len();
            return Ok(Some(Batch::new(vec![Column::Node(nodes)], rows)));
        }
        Ok(None)
    }
}

/// The labels that a node must have at least: a conjunction of names is looked up in the label bits, anything
/// else is tested after. `None` where a label does not exist.
fn required(labels: Option<&Labels>, graph: &Snapshot) -> Option<Vec<LabelId>> {
    let names = match labels {
        Some(Labels::And(parts)) => parts.as_slice(),
        Some(labels) => std::slice::from_ref(labels),
        None => &[],
    };
    let names = names.iter().filter_map(|part| match part {
        Labels::Name(name) => Some(name),
        _ => None,
    });
    names.map(|name| graph.catalog().label(name)).collect()
}

/// Whether a label expression is nothing but names that must all be there.
fn is_names(labels: &Labels) -> bool {
    match labels {
        Labels::Name(_) => true,
        Labels::And(parts) => parts.iter().all(|part| matches!(part, Labels::Name(_))),
        _ => false,
    }
}
