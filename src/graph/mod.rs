//! The property graph: nodes, relationships, labels, properties in chunks.
//!
//! * In: writes, through one door ([`GraphWriter`]).
//! * Out: snapshots, whose chunks come through one door that may fail.
//! * Never: query text, plans, files.
//! * Start here: [`Snapshot`].

mod adjacency;
mod adjacency_reader;
mod blob;
mod bulk;
mod cache;
mod catalog;
mod changes;
mod chunk;
mod describe;
mod directory;
mod effect;
mod gather;
mod fixed_parts;
mod frozen_nodes;
mod graph_type;
mod image;
mod index;
mod index_key;
mod index_segment;
mod index_tree;
mod index_upkeep;
mod inspect;
mod joined;
mod neighbour_sets;
mod packing;
mod radix;
mod schema;
mod schema_text;
mod schema_writer;
mod segment;
mod set_column;
mod slot;
mod snapshot;
mod table;
mod verify;
mod verify_type;
mod writer;

pub use adjacency::{Direction, NeighbourList};
pub use adjacency_reader::{AdjacencyReader, AllNeighbours, Found, NeighbourRows, Neighbours};
pub use blob::{Blob, BlobReader, BlobWriter, Place, checksum};
pub use bulk::PartStore;
pub use cache::Cache;
pub use catalog::{Catalog, LabelSetId};
pub use changes::Changes;
pub use effect::Effect;
pub use frozen_nodes::FrozenNodes;
pub use gather::KeptColumns;
pub use graph_type::{GraphType, NodeType, PropertyType, RelationshipType};
pub use image::Image;
pub use index::Index;
pub use index_key::{Condition, KeyRange};
pub use schema::{ConstraintDefinition, ConstraintRule, IndexDefinition, Schema, Target};
pub use set_column::NewValues;
pub use snapshot::{Endpoints, Graph, PatternCount, SampledEnds, Snapshot};
pub use table::CHUNK_SIZE;
pub use writer::GraphWriter;

use crate::error::{Error, ErrorDetail, ErrorKind};

/// The error of reading something that was deleted.
fn deleted(what: &str) -> Error {
    Error::new(
        ErrorKind::EntityNotFound,
        ErrorDetail::DeletedEntityAccess,
        format!("the {what} was deleted"),
    )
}
