//! What a written file calls the nodes: their own property `id`, where every node has one that the
//! format can write and all differ, else `n` and their number.

use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use crate::context::Context;
use crate::error::Result;
use crate::import_export::record::{ExternalId, RecordSource};
use crate::value::Value;

/// The property that is the name of a node.
pub(super) const ID: &str = "id";

/// The names of the nodes of one graph.
#[derive(Debug)]
pub(super) struct NodeNames {
    own: Option<HashMap<ExternalId, Arc<str>>>,
}

impl NodeNames {
    /// The names of the nodes of `graph`; own ids are taken where `name` makes one of each.
    ///
    /// # Errors
    /// Those of the graph; `ResourceError`.
    pub fn of(
        graph: &dyn RecordSource,
        context: &Context,
        name: impl Fn(&Value) -> Option<Arc<str>>,
    ) -> Result<NodeNames> {
        let mut memory = context.reservation();
        let mut own = HashMap::new();
        let mut seen: HashSet<Arc<str>> = HashSet::new();
        for node in graph.nodes() {
            let node = node?;
            let id = node.properties.iter().find(|(key, _)| **key == *ID);
            let id = id.and_then(|(_, id)| name(id));
            match (node.id, id) {
                (Some(record), Some(id)) if seen.insert(id.clone()) => {
                    memory.grow(4 * size_of::<(ExternalId, Arc<str>)>() + id.len())?;
                    own.insert(record, id);
                }
                _ => return Ok(NodeNames { own: None }),
            }
        }
        Ok(NodeNames { own: Some(own) })
    }

    /// Whether the names are made up.
    pub fn are_generated(&self) -> bool {
        self.own.is_none()
    }

    /// The name of the node that the records call `id`.
    pub fn name(&self, id: &ExternalId) -> Arc<str> {
        let own = self.own.as_ref().and_then(|own| own.get(id));
        own.cloned().unwrap_or_else(|| format!("n{}", id.id).into())
    }
}
