//! Numbers of nodes, relationships and names, each its own type so that none is taken for another.

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident($inner:ty);)+) => {$(
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl $name {
            /// The number as an index.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )+};
}

ids! {
    /// The position of a node.
    NodeId(u32);
    /// The position of a relationship.
    RelationshipId(u32);
    /// A label by its place in the catalog.
    LabelId(u32);
    /// A relationship type by its place in the catalog.
    TypeId(u32);
    /// A property key by its place in the catalog.
    KeyId(u32);
}
