//! The nodes that have a label, as a set: made once many nodes are asked whether they do.

use super::node_set::NodeSet;
use crate::bind::expression::Labels;
use crate::error::Result;
use crate::execute::Runtime;
use crate::value::LabelId;

/// The set is worth it for this part of the nodes of a graph: most of its words are filled at once.
const PART_OF_NODES: usize = 1024;

/// The set of nodes with a label, where it is worth having.
#[derive(Default)]
pub(super) struct LabelSet {
    /// From how many nodes ways were counted to nodes that are asked.
    counted_from: usize,
    /// With the state of the graph that it is of.
    set: Option<(u64, NodeSet)>,
}

impl LabelSet {
    /// The set, if there is one.
    #[inline]
    pub(super) fn get(&self) -> Option<&NodeSet> {
        self.set.as_ref().map(|(_, set)| set)
    }

    /// Makes the set where it is worth having, once the neighbours of so many more nodes are asked.
    ///
    /// # Errors
    /// Where there is no room for it, or a part of the graph cannot be fetched.
    pub(super) fn note(&mut self, nodes: usize, labels: &Labels, runtime: &Runtime) -> Result<()> {
        let (graph, state) = (runtime.graph(), runtime.state());
        self.set.take_if(|(known, _)| *known != state);
        self.counted_from += nodes;
        if self.set.is_none()
            && self.counted_from >= graph.node_positions() / PART_OF_NODES
            && let Labels::Name(name) = labels
            && let Some(label) = graph.catalog().label(name)
        {
            self.set = Some((state, nodes_with(label, runtime)?));
        }
        Ok(())
    }
}

/// All nodes with a label.
fn nodes_with(label: LabelId, runtime: &Runtime) -> Result<NodeSet> {
    let (graph, labels) = (runtime.graph(), [label]);
    let mut set = NodeSet::default();
    set.reserve(runtime)?;
    for chunk in graph.chunks_with(&labels)? {
        runtime.context.check()?;
        match graph.scan_node_run(chunk, &labels)? {
            Some(run) => set.insert_run(run),
            None => graph
                .scan_nodes(chunk, &labels)?
                .values()
                .iter()
                .for_each(|node| {
                    set.insert(*node);
                }),
        }
    }
    Ok(set)
}
