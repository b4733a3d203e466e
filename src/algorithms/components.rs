//! Components: sets of nodes that are connected, whatever the direction (weakly) or both ways
//! (strongly; Tarjan 1972, by petgraph).

use petgraph::algo::tarjan_scc;
use petgraph::unionfind::UnionFind;
use petgraph::visit::{IntoNeighbors, NodeIndexable};

use super::GraphView;
use crate::value::NodeId;

/// For each node of the view the number of its weakly connected component. Components are numbered
/// from 0 in the order of their first nodes.
///
/// Time: near O(nodes + relationships).
pub fn weakly_connected(view: &GraphView) -> Vec<(NodeId, u32)> {
    let mut sets = UnionFind::new(view.node_bound());
    for place in 0..view.node_bound() {
        for neighbour in view.neighbors(place) {
            sets.union(place, neighbour);
        }
    }
    numbered(view, &sets.into_labeling())
}

/// For each node of the view the number of its strongly connected component, numbered likewise.
///
/// Time: O(nodes + relationships).
pub fn strongly_connected(view: &GraphView) -> Vec<(NodeId, u32)> {
    let mut component_of = vec![0; view.node_bound()];
    for (number, component) in tarjan_scc(view).iter().enumerate() {
        for place in component {
            component_of[*place] = number;
        }
    }
    numbered(view, &component_of)
}

/// Nodes with the numbers of their components, renumbered in the order in which they are met.
fn numbered(view: &GraphView, component_of: &[usize]) -> Vec<(NodeId, u32)> {
    let mut numbers = std::collections::HashMap::new();
    component_of
        .iter()
        .enumerate()
        .map(|(place, component)| {
            let next = numbers.len() as u32;
            (view.node(place), *numbers.entry(*component).or_insert(next))
        })
        .collect()
}
