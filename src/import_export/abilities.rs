//! What a format can hold of a graph, and what of a given graph it would therefore lose.

use std::collections::BTreeSet;

use crate::context::Context;
use crate::error::Result;
use crate::import_export::record::{ExternalId, Properties, RecordSource, excerpt};
use crate::value::Value;

/// What a format can hold: what it holds is the same after it was written and read again.
#[derive(Debug, Clone, Copy)]
pub struct Abilities {
    /// Labels of nodes.
    pub labels: bool,
    /// Types of relationships.
    pub types: bool,
    /// Nodes without relationships.
    pub isolated_nodes: bool,
    /// Properties of nodes.
    pub node_properties: Held,
    /// Properties of relationships.
    pub relationship_properties: Held,
}

/// Which properties a format can hold.
#[derive(Debug, Clone, Copy)]
pub enum Held {
    /// All of every graph.
    All,
    /// None.
    Nothing,
    /// Those of which this is true.
    Where(fn(&str, &Value) -> bool),
}

impl Abilities {
    /// All of every graph.
    pub const ALL: Abilities = Abilities {
        labels: true,
        types: true,
        isolated_nodes: true,
        node_properties: Held::All,
        relationship_properties: Held::All,
    };

    /// Who is connected with whom, and nothing else.
    pub const STRUCTURE: Abilities = Abilities {
        labels: false,
        types: false,
        isolated_nodes: true,
        node_properties: Held::Nothing,
        relationship_properties: Held::Nothing,
    };

    /// Whether nothing needs to be looked at.
    fn are_all(&self) -> bool {
        let properties = [self.node_properties, self.relationship_properties];
        self.labels
            && self.types
            && self.isolated_nodes
            && properties.iter().all(|held| matches!(held, Held::All))
    }

    /// What of `graph` is lost, a phrase each: `labels of 3 nodes`.
    ///
    /// # Errors
    /// Those of the graph; `ResourceError`.
    pub fn losses(&self, graph: &dyn RecordSource, context: &Context) -> Result<Vec<String>> {
        if self.are_all() {
            return Ok(Vec::new());
        }
        let mut lost = Lost::default();
        let mut memory = context.reservation();
        let mut isolated: hashbrown::HashSet<ExternalId> = hashbrown::HashSet::new();
        for node in graph.nodes() {
            let node = node?;
            lost.labels += u64::from(!self.labels && !node.labels.is_empty());
            lost.properties(&node.properties, self.node_properties);
            if let (false, Some(id)) = (self.isolated_nodes, node.id) {
                memory.grow(2 * size_of::<ExternalId>())?;
                isolated.insert(id);
            }
        }
        for relationship in graph.relationships() {
            let relationship = relationship?;
            lost.types += u64::from(!self.types);
            lost.properties(&relationship.properties, self.relationship_properties);
            isolated.remove(&relationship.start);
            isolated.remove(&relationship.end);
        }
        lost.isolated = isolated.len() as u64;
        Ok(lost.phrases())
    }
}

impl Held {
    /// Whether it can hold this property.
    pub fn holds(self, key: &str, value: &Value) -> bool {
        match self {
            Held::All => true,
            Held::Nothing => false,
            Held::Where(holds) => holds(key, value),
        }
    }
}

/// What is lost so far.
#[derive(Default)]
struct Lost {
    labels: u64,
    types: u64,
    isolated: u64,
    values: u64,
    keys: BTreeSet<String>,
}

impl Lost {
    fn properties(&mut self, properties: &Properties, held: Held) {
        for (key, value) in properties {
            if !held.holds(key, value) {
                self.values += 1;
                if self.keys.len() < 5 && !self.keys.contains(key.as_ref()) {
                    self.keys.insert(excerpt(key));
                }
            }
        }
    }

    fn phrases(self) -> Vec<String> {
        let keys: Vec<_> = self.keys.into_iter().collect();
        let all = [
            (self.isolated, "nodes without relationships".to_owned()),
            (self.labels, "labels (nodes that have them)".to_owned()),
            (self.types, "types (relationships)".to_owned()),
            (
                self.values,
                format!("property values (of {})", keys.join(", ")),
            ),
        ];
        let lost = all.into_iter().filter(|(count, _)| *count > 0);
        lost.map(|(count, what)| format!("{what}: {count}"))
            .collect()
    }
}
