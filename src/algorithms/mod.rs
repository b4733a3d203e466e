//! Graph algorithms: petgraph's, on a view of the graph.
//!
//! * In: a snapshot, which labels and types are meant.
//! * Out: a result for each node.
//! * Never: query text, plans; a view copies no relationships.
//! * Start here: [`GraphView`].

mod components;
mod view;

pub use components::{strongly_connected, weakly_connected};
pub use view::GraphView;
