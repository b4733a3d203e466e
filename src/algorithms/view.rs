//! A view of the graph that petgraph's algorithms run on: nodes by dense places, neighbours straight
//! from the adjacency of the snapshot.
//!
//! Making the view fetches and pins all that the algorithms will touch, so that errors and the memory
//! budget come up here: petgraph's traits have no place for them.

use std::collections::{HashMap, HashSet};

use petgraph::Direction as PetgraphDirection;
use petgraph::visit::{
    GraphBase, IntoNeighbors, IntoNeighborsDirected, IntoNodeIdentifiers, NodeCompactIndexable,
    NodeCount, NodeIndexable, Visitable,
};

use crate::context::{Context, Reservation};
use crate::error::Result;
use crate::graph::{Direction, NeighbourList, Snapshot};
use crate::value::{LabelId, NodeId, TypeId};

/// Nodes and relationships of a snapshot, as petgraph sees graphs. A node is named by its place in
/// the view.
#[derive(Debug)]
pub struct GraphView {
    nodes: Vec<NodeId>,
    places: HashMap<u32, u32>,
    outgoing: Vec<Vec<NeighbourList>>,
    incoming: Vec<Vec<NeighbourList>>,
    _held: Reservation,
}

impl GraphView {
    /// A view of the nodes with all `labels` and the relationships of one of `types` (of all where
    /// there are none) between them.
    ///
    /// # Errors
    /// `OutOfMemory` where the lists do not fit the budget, `Interrupted`.
    pub fn new(
        graph: &Snapshot,
        labels: &[LabelId],
        types: &[TypeId],
        context: &Context,
    ) -> Result<GraphView> {
        let mut held = context.reservation();
        let mut nodes = Vec::new();
        for chunk in 0..graph.node_chunks() {
            context.check()?;
            let found = graph.scan_nodes(chunk, labels)?;
            held.grow(found.len() * 40)?;
            nodes.extend(found.values().iter().copied().map(NodeId));
        }
        let places = nodes
            .iter()
            .enumerate()
            .map(|(place, node)| (node.0, place as u32))
            .collect();
        let types: Vec<TypeId> = match types {
            [] => graph
                .catalog()
                .relationship_types()
                .map(|(id, _)| id)
                .collect(),
            types => types.to_vec(),
        };
        let mut pin = |direction| {
            nodes
                .iter()
                .map(|node| {
                    held.grow(types.len() * size_of::<NeighbourList>())?;
                    types
                        .iter()
                        .map(|relationship_type| {
                            graph.neighbours(*node, direction, *relationship_type)
                        })
                        .collect()
                })
                .collect::<Result<Vec<Vec<NeighbourList>>>>()
        };
        let (outgoing, incoming) = (pin(Direction::Outgoing)?, pin(Direction::Incoming)?);
        Ok(GraphView {
            nodes,
            places,
            outgoing,
            incoming,
            _held: held,
        })
    }

    /// The node at a place.
    pub fn node(&self, place: usize) -> NodeId {
        self.nodes[place]
    }

    /// The places of the neighbours of a node; those outside the view are left out.
    fn neighbours_of<'a>(&'a self, lists: &'a [NeighbourList]) -> Neighbours<'a> {
        Neighbours(Box::new(
            lists
                .iter()
                .flat_map(NeighbourList::nodes)
                .filter_map(|node| self.places.get(node).map(|place| *place as usize)),
        ))
    }
}

/// Iterates over places of neighbours.
pub struct Neighbours<'a>(Box<dyn Iterator<Item = usize> + 'a>);

impl Iterator for Neighbours<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        self.0.next()
    }
}

impl GraphBase for GraphView {
    type NodeId = usize;
    type EdgeId = u32;
}

impl<'a> IntoNeighbors for &'a GraphView {
    type Neighbors = Neighbours<'a>;

    fn neighbors(self, place: usize) -> Neighbours<'a> {
        self.neighbours_of(&self.outgoing[place])
    }
}

impl<'a> IntoNeighborsDirected for &'a GraphView {
    type NeighborsDirected = Neighbours<'a>;

    fn neighbors_directed(self, place: usize, direction: PetgraphDirection) -> Neighbours<'a> {
        match direction {
            PetgraphDirection::Outgoing => self.neighbours_of(&self.outgoing[place]),
            PetgraphDirection::Incoming => self.neighbours_of(&self.incoming[place]),
        }
    }
}

impl IntoNodeIdentifiers for &GraphView {
    type NodeIdentifiers = std::ops::Range<usize>;

    fn node_identifiers(self) -> Self::NodeIdentifiers {
        0..self.nodes.len()
    }
}

impl NodeCount for GraphView {
    fn node_count(&self) -> usize {
        self.nodes.len()
    }
}

impl NodeIndexable for GraphView {
    fn node_bound(&self) -> usize {
        self.nodes.len()
    }

    fn to_index(&self, place: usize) -> usize {
        place
    }

    fn from_index(&self, index: usize) -> usize {
        index
    }
}

impl NodeCompactIndexable for GraphView {}

impl Visitable for GraphView {
    type Map = HashSet<usize>;

    fn visit_map(&self) -> Self::Map {
        HashSet::with_capacity(self.nodes.len())
    }

    fn reset_map(&self, map: &mut Self::Map) {
        map.clear();
    }
}
