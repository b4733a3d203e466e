//! Indexes kept by every write: the keys of an element before a write and after it.

use std::sync::Arc;

use super::index::{Element, Index, Key};
use super::schema::Schema;
use super::writer::GraphWriter;
use crate::context::Context;
use crate::error::Result;
use crate::value::{KeyId, LabelId, NodeId, RelationshipId, TypeId};

/// The indexes that a write concerns, by number, and the key of the element in each before it.
pub(super) type KeysBefore = Vec<(usize, Option<Key>)>;

/// Keys that were given while another element had them.
pub(super) type Doubled = Vec<(usize, Vec<u8>)>;

/// What a write is about to change.
#[derive(Debug, Clone, Copy)]
pub(super) enum Touched {
    /// Whether the element is there.
    Existence,
    /// A property.
    Property(KeyId),
    /// Whether a node has a label.
    Label(LabelId),
}

impl Touched {
    fn concerns(self, index: &Index) -> bool {
        match self {
            Touched::Existence => true,
            Touched::Property(key) => index.keys().contains(&key),
            Touched::Label(label) => index.element == Element::Nodes(label),
        }
    }
}

impl GraphWriter {
    /// The keys of a node in the indexes that a write concerns.
    pub(super) fn node_keys(&self, node: NodeId, touched: Touched) -> Result<KeysBefore> {
        self.keys(node.0, touched, |element| {
            matches!(element, Element::Nodes(_))
        })
    }

    /// The keys of a relationship in the indexes that a write concerns.
    pub(super) fn relationship_keys(
        &self,
        relationship: RelationshipId,
        touched: Touched,
    ) -> Result<KeysBefore> {
        let is_relationship = |element| matches!(element, Element::Relationships(_));
        self.keys(relationship.0, touched, is_relationship)
    }

    fn keys(
        &self,
        position: u32,
        touched: Touched,
        of_kind: impl Fn(Element) -> bool,
    ) -> Result<KeysBefore> {
        let indexes = self.graph.schema.indexes.iter().enumerate();
        indexes
            .filter(|(_, index)| of_kind(index.element) && touched.concerns(index))
            .map(|(number, index)| Ok((number, index.key_in(&self.graph, position)?)))
            .collect()
    }

    /// The indexes of a new node.
    pub(super) fn keys_of_new_node(&self, labels: &[LabelId]) -> KeysBefore {
        self.without_keys(
            |element| matches!(element, Element::Nodes(label) if labels.contains(&label)),
        )
    }

    /// The indexes of a new relationship.
    pub(super) fn keys_of_new_relationship(&self, relationship_type: TypeId) -> KeysBefore {
        self.without_keys(|element| element == Element::Relationships(relationship_type))
    }

    fn without_keys(&self, of_kind: impl Fn(Element) -> bool) -> KeysBefore {
        let indexes = self.graph.schema.indexes.iter().enumerate();
        indexes
            .filter(|(_, index)| of_kind(index.element))
            .map(|(number, _)| (number, None))
            .collect()
    }

    /// Brings the indexes up to date with what an element is now.
    pub(super) fn reindex(&mut self, position: u32, before: KeysBefore) -> Result<()> {
        for (number, old) in before {
            let Some(index) = self.graph.schema.indexes.get(number) else {
                continue;
            };
            let new = index.key_in(&self.graph, position)?;
            if old.as_ref().map(|key| &key.bytes) == new.as_ref().map(|key| &key.bytes) {
                continue;
            }
            let Some(index) = index_mut(&mut self.graph.schema, number) else {
                continue;
            };
            if let Some(old) = old {
                index.remove(&old.bytes, position)?;
            }
            if let Some(new) = new {
                index.insert(&new.bytes, position)?;
                if index.is_unique() && new.can_equal && index.with_key(&new.bytes)?.len() > 1 {
                    self.unverified.doubled.push((number, new.bytes));
                }
            }
        }
        Ok(())
    }
}

impl GraphWriter {
    /// Makes all indexes anew whose elements have become more or fewer than they tell.
    ///
    /// # Errors
    /// `ConstraintVerificationFailed` where elements have equal values that a constraint forbids.
    pub(super) fn rebuild_indexes(&mut self, context: &Context) -> Result<()> {
        for number in 0..self.graph.schema.indexes.len() {
            let Some(index) = self.graph.schema.indexes.get(number) else {
                continue;
            };
            let rebuilt = index.rebuilt(&self.graph, context)?;
            if let Some(index) = index_mut(&mut self.graph.schema, number) {
                *index = rebuilt;
            }
        }
        Ok(())
    }
}

fn index_mut(schema: &mut Schema, number: usize) -> Option<&mut Index> {
    Arc::make_mut(&mut schema.indexes).get_mut(number)
}
