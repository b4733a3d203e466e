//! The one door for writes: changes rows, labels, adjacency and counts together, and tells each
//! change as an effect.

use std::sync::Arc;

use super::adjacency::{Adjacency, Direction};
use super::bulk::{Bulk, PartStore};
use super::changes::{Changes, Originals, changes};
use super::effect::Effect;
use super::index_upkeep::Touched;
use super::set_column::NewValues;
use super::snapshot::{Endpoints, Graph, Snapshot, adjacency_place};
use super::table::Properties;
use super::verify::Unverified;
use super::{Catalog, LabelSetId, deleted};
use crate::column::Column;
use crate::context::Context;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::value::{KeyId, LabelId, NodeId, RelationshipId, TypeId, Value};

/// Writes to a state of its own; nobody else sees it before it is published, and nothing is left of
/// it when it is dropped.
#[derive(Debug)]
pub struct GraphWriter {
    before: Snapshot,
    /// What the graph goes on from, whose guard it needs.
    base: Snapshot,
    pub(super) graph: Graph,
    pub(super) effects: Vec<Effect>,
    pub(super) nodes: Originals,
    pub(super) relationships: Originals,
    pub(super) unverified: Unverified,
    /// What of a bulk load is not in the graph yet.
    pub(super) bulk: Option<Bulk>,
    /// Where a bulk load keeps what is ready.
    pub(super) parts: Option<Arc<dyn PartStore>>,
}

impl GraphWriter {
    /// A writer that goes on from `snapshot`.
    pub fn new(snapshot: Snapshot) -> GraphWriter {
        GraphWriter {
            graph: Graph::clone(&snapshot),
            base: snapshot.clone(),
            before: snapshot,
            effects: Vec::new(),
            nodes: Originals::default(),
            relationships: Originals::default(),
            unverified: Unverified::default(),
            bulk: None,
            parts: None,
        }
    }

    /// Lets bulk loads keep what is ready in `parts`.
    pub fn keep_parts_in(&mut self, parts: Option<Arc<dyn PartStore>>) {
        self.parts = parts;
    }

    /// The state with all writes so far; cheap.
    pub fn snapshot(&self) -> Snapshot {
        self.base.changed(self.graph.clone())
    }

    /// The number of a label, a new one where it is not known.
    pub fn label(&mut self, name: &str) -> Result<LabelId> {
        Ok(self.graph.catalog.intern_label(name))
    }

    /// The number of a relationship type, a new one where it is not known.
    pub fn relationship_type(&mut self, name: &str) -> Result<TypeId> {
        Ok(self.graph.catalog.intern_type(name))
    }

    /// The number of a property key, a new one where it is not known.
    pub fn key(&mut self, name: &str) -> Result<KeyId> {
        Ok(self.graph.catalog.intern_key(name))
    }

    /// Makes a node.
    ///
    /// # Errors
    /// `InvalidPropertyType` for a value that cannot be stored.
    pub fn create_node(
        &mut self,
        labels: &[LabelId],
        properties: Vec<(KeyId, Value)>,
    ) -> Result<NodeId> {
        let properties = storable(properties, &self.graph.catalog)?;
        let set = self.graph.catalog.intern_label_set(labels);
        let effect_properties = self.named(&properties);
        let node = NodeId(self.graph.nodes.push(set, properties)?);
        let labels: Vec<LabelId> = self.graph.catalog.label_set(set).to_vec();
        for label in &labels {
            count(&mut self.graph.label_counts, label.index(), 1);
        }
        self.touch_node(node);
        self.reindex(node.0, self.keys_of_new_node(&labels))?;
        let labels = labels.iter().map(|label| self.label_name(*label)).collect();
        self.effects.push(Effect::CreateNode {
            node,
            labels,
            properties: effect_properties,
        });
        Ok(node)
    }

    /// Makes a relationship between two nodes that exist.
    ///
    /// # Errors
    /// `DeletedEntityAccess` where an end does not exist, `InvalidPropertyType` for a value that
    /// cannot be stored.
    pub fn create_relationship(
        &mut self,
        relationship_type: TypeId,
        start: NodeId,
        end: NodeId,
        properties: Vec<(KeyId, Value)>,
    ) -> Result<RelationshipId> {
        let start_set = self.graph.label_set_of(start)?;
        let end_set = self.graph.label_set_of(end)?;
        let properties = storable(properties, &self.graph.catalog)?;
        let effect_properties = self.named(&properties);
        let ends = Endpoints {
            relationship_type,
            start,
            end,
        };
        let id = self.graph.relationships.push(ends, properties)?;
        self.adjacency(Direction::Outgoing, relationship_type)
            .add((start.0, end.0, id))?;
        self.adjacency(Direction::Incoming, relationship_type)
            .add((end.0, start.0, id))?;
        self.note_neighbour(Direction::Outgoing, relationship_type, end_set);
        self.note_neighbour(Direction::Incoming, relationship_type, start_set);
        count(&mut self.graph.type_counts, relationship_type.index(), 1);
        self.touch_relationship(RelationshipId(id));
        self.reindex(id, self.keys_of_new_relationship(relationship_type))?;
        self.effects.push(Effect::CreateRelationship {
            relationship: RelationshipId(id),
            relationship_type: self.graph.catalog.type_name(relationship_type).clone(),
            start,
            end,
            properties: effect_properties,
        });
        Ok(RelationshipId(id))
    }

    /// Sets a property of a node; null removes it.
    ///
    /// # Errors
    /// `DeletedEntityAccess` where the node does not exist, `InvalidPropertyType` for a value that
    /// cannot be stored.
    pub fn set_node_property(&mut self, node: NodeId, key: KeyId, value: Value) -> Result<()> {
        self.graph.label_set_of(node)?;
        check_storable(key, &value, &self.graph.catalog)?;
        self.nodes.note(&self.before.nodes, node.0)?;
        let before = self.node_keys(node, Touched::Property(key))?;
        self.graph
            .nodes
            .update(node.0, |row| put(&mut row.properties, key, value.clone()))?;
        self.touch_node(node);
        self.reindex(node.0, before)?;
        let key = self.graph.catalog.key_name(key).clone();
        self.effects
            .push(Effect::SetNodeProperty { node, key, value });
        Ok(())
    }

    /// Sets a property of a relationship; null removes it. Errors as for nodes.
    pub fn set_relationship_property(
        &mut self,
        relationship: RelationshipId,
        key: KeyId,
        value: Value,
    ) -> Result<()> {
        if !self.graph.relationship_exists(relationship)? {
            return Err(deleted("relationship"));
        }
        check_storable(key, &value, &self.graph.catalog)?;
        self.relationships
            .note(&self.before.relationships, relationship.0)?;
        let before = self.relationship_keys(relationship, Touched::Property(key))?;
        let change = |properties: &mut Properties| put(properties, key, value.clone());
        self.graph
            .relationships
            .update(relationship.0, |row| change(&mut row.properties))?;
        self.touch_relationship(relationship);
        self.reindex(relationship.0, before)?;
        let key = self.graph.catalog.key_name(key).clone();
        self.effects.push(Effect::SetRelationshipProperty {
            relationship,
            key,
            value,
        });
        Ok(())
    }

    /// Gives a node a label; nothing happens where it has it.
    pub fn add_label(&mut self, node: NodeId, label: LabelId) -> Result<()> {
        let mut labels = self
            .graph
            .catalog
            .label_set(self.graph.label_set_of(node)?)
            .to_vec();
        if labels.contains(&label) {
            return Ok(());
        }
        labels.push(label);
        self.set_labels(node, &labels, label)?;
        count(&mut self.graph.label_counts, label.index(), 1);
        let label = self.label_name(label);
        self.effects.push(Effect::AddLabel { node, label });
        Ok(())
    }

    /// Takes a label from a node; nothing happens where it lacks it.
    pub fn remove_label(&mut self, node: NodeId, label: LabelId) -> Result<()> {
        let mut labels = self
            .graph
            .catalog
            .label_set(self.graph.label_set_of(node)?)
            .to_vec();
        let before = labels.len();
        labels.retain(|known| *known != label);
        if labels.len() == before {
            return Ok(());
        }
        self.set_labels(node, &labels, label)?;
        count(&mut self.graph.label_counts, label.index(), -1);
        self.touch_unlabelled(node);
        let label = self.label_name(label);
        self.effects.push(Effect::RemoveLabel { node, label });
        Ok(())
    }

    /// Changes the set of labels, in which `changed` comes or goes.
    fn set_labels(&mut self, node: NodeId, labels: &[LabelId], changed: LabelId) -> Result<()> {
        let set = self.graph.catalog.intern_label_set(labels);
        self.nodes.note(&self.before.nodes, node.0)?;
        let before = self.node_keys(node, Touched::Label(changed))?;
        let before_set = self.graph.label_set_of(node)?;
        self.graph.nodes.update(node.0, |row| row.fixed = set)?;
        let graph = &mut self.graph;
        graph
            .neighbour_sets
            .relabelled(before_set, set, &graph.catalog);
        self.touch_node(node);
        self.reindex(node.0, before)
    }

    /// Deletes a relationship; nothing happens where it is deleted already.
    pub fn delete_relationship(&mut self, relationship: RelationshipId) -> Result<()> {
        if !self.graph.relationship_exists(relationship)? {
            return Ok(());
        }
        let ends = self.graph.endpoints(relationship)?;
        let (start, end, id) = (ends.start.0, ends.end.0, relationship.0);
        self.adjacency(Direction::Outgoing, ends.relationship_type)
            .remove((start, end, id))?;
        self.adjacency(Direction::Incoming, ends.relationship_type)
            .remove((end, start, id))?;
        count(
            &mut self.graph.type_counts,
            ends.relationship_type.index(),
            -1,
        );
        self.relationships.note(&self.before.relationships, id)?;
        let before = self.relationship_keys(relationship, Touched::Existence)?;
        self.graph.relationships.update(id, |row| {
            row.alive = false;
            row.properties.clear();
        })?;
        self.reindex(id, before)?;
        self.effects
            .push(Effect::DeleteRelationship { relationship });
        Ok(())
    }

    /// Deletes a node; nothing happens where it is deleted already.
    ///
    /// # Errors
    /// `DeleteConnectedNode` where it still has relationships.
    pub fn delete_node(&mut self, node: NodeId) -> Result<()> {
        if !self.graph.node_exists(node)? {
            return Ok(());
        }
        if let Some(relationship) = self.relationships_of(node)?.first() {
            let ends = self.graph.endpoints(*relationship)?;
            let name = self.graph.catalog.type_name(ends.relationship_type);
            return Err(Error::new(
                ErrorKind::ConstraintVerificationFailed,
                ErrorDetail::DeleteConnectedNode,
                format!("a node to be deleted still has relationships, one of type {name}"),
            )
            .hint("DETACH DELETE deletes them with it"));
        }
        let labels = self
            .graph
            .catalog
            .label_set(self.graph.label_set_of(node)?)
            .to_vec();
        for label in labels {
            count(&mut self.graph.label_counts, label.index(), -1);
        }
        self.nodes.note(&self.before.nodes, node.0)?;
        let before = self.node_keys(node, Touched::Existence)?;
        self.graph.nodes.update(node.0, |row| {
            row.alive = false;
            row.properties.clear();
        })?;
        self.reindex(node.0, before)?;
        self.effects.push(Effect::DeleteNode { node });
        Ok(())
    }

    /// All relationships that start or end at a node.
    pub fn relationships_of(&self, node: NodeId) -> Result<Vec<RelationshipId>> {
        let mut found = Vec::new();
        for (relationship_type, _) in self.graph.catalog.relationship_types() {
            for direction in [Direction::Outgoing, Direction::Incoming] {
                let list = self.graph.neighbours(node, direction, relationship_type)?;
                found.extend(list.relationships().iter().copied().map(RelationshipId));
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// The net changes so far.
    pub fn changes(&self) -> Result<Changes> {
        changes(&self.before, &self.graph, &self.nodes, &self.relationships)
    }

    /// What was done since the beginning or the last time of asking.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// Goes on from `snapshot`, the same graph kept in another way.
    pub fn go_on_from(&mut self, snapshot: Snapshot) {
        self.graph = Graph::clone(&snapshot);
        self.base = snapshot;
    }

    /// The state after all writes, and what was done.
    pub fn finish(self) -> (Snapshot, Vec<Effect>) {
        (self.base.changed(self.graph), self.effects)
    }

    /// Does again what an effect tells. New entities must get the numbers that they had.
    ///
    /// # Errors
    /// `DamagedData` where the numbers do not fit, so that the effect belongs to another state.
    pub fn apply(&mut self, effect: &Effect) -> Result<()> {
        match effect {
            Effect::CreateNode {
                node,
                labels,
                properties,
            } => {
                let labels = labels
                    .iter()
                    .map(|label| self.label(label))
                    .collect::<Result<Vec<_>>>()?;
                let properties = self.keyed(properties)?;
                let created = self.create_node(&labels, properties)?;
                same_number(created.0, node.0)
            }
            Effect::CreateRelationship {
                relationship,
                relationship_type,
                start,
                end,
                properties,
            } => {
                let relationship_type = self.relationship_type(relationship_type)?;
                let properties = self.keyed(properties)?;
                let created =
                    self.create_relationship(relationship_type, *start, *end, properties)?;
                same_number(created.0, relationship.0)
            }
            Effect::SetNodeProperty { node, key, value } => {
                let key = self.key(key)?;
                self.set_node_property(*node, key, value.clone())
            }
            Effect::SetRelationshipProperty {
                relationship,
                key,
                value,
            } => {
                let key = self.key(key)?;
                self.set_relationship_property(*relationship, key, value.clone())
            }
            Effect::AddLabel { node, label } => {
                let label = self.label(label)?;
                self.add_label(*node, label)
            }
            Effect::RemoveLabel { node, label } => {
                let label = self.label(label)?;
                self.remove_label(*node, label)
            }
            Effect::DeleteRelationship { relationship } => self.delete_relationship(*relationship),
            Effect::DeleteNode { node } => self.delete_node(*node),
            Effect::CreateIndex(definition) => {
                self.create_index(definition.clone(), &Context::unlimited())
            }
            Effect::DropIndex { name } => self.drop_index(name),
            Effect::CreateConstraint(definition) => {
                self.create_constraint(definition.clone(), &Context::unlimited())
            }
            Effect::SetGraphType(graph_type) => {
                self.set_graph_type(graph_type.clone(), &Context::unlimited())
            }
            Effect::DropConstraint { name } => self.drop_constraint(name),
            Effect::SetNodeProperties { nodes, key, values } => {
                let key = self.key(key)?;
                let nodes: Vec<u32> = nodes.iter().map(|node| node.0).collect();
                told(values, |values| {
                    self.set_node_properties(&nodes, key, values)
                })
            }
            Effect::SetRelationshipProperties {
                relationships,
                key,
                values,
            } => {
                let key = self.key(key)?;
                let ids: Vec<u32> = relationships.iter().map(|id| id.0).collect();
                told(values, |values| {
                    self.set_relationship_properties(&ids, key, values)
                })
            }
            Effect::Bulk => Err(Error::damaged("a bulk load cannot be done again")),
        }
    }

    fn keyed(&mut self, properties: &[(Arc<str>, Value)]) -> Result<Vec<(KeyId, Value)>> {
        properties
            .iter()
            .map(|(key, value)| Ok((self.key(key)?, value.clone())))
            .collect()
    }

    fn named(&self, properties: &Properties) -> Vec<(Arc<str>, Value)> {
        let name = |key: &KeyId| self.graph.catalog.key_name(*key).clone();
        properties
            .iter()
            .map(|(key, value)| (name(key), value.clone()))
            .collect()
    }

    fn label_name(&self, label: LabelId) -> Arc<str> {
        self.graph.catalog.label_name(label).clone()
    }

    /// Notes a set of labels at the end of a relationship.
    pub(super) fn note_neighbour(
        &mut self,
        direction: Direction,
        relationship_type: TypeId,
        set: LabelSetId,
    ) {
        let place = adjacency_place(direction, relationship_type);
        let graph = &mut self.graph;
        graph.neighbour_sets.note(place, set, &graph.catalog);
    }

    pub(super) fn adjacency(
        &mut self,
        direction: Direction,
        relationship_type: TypeId,
    ) -> &mut Adjacency {
        let place = adjacency_place(direction, relationship_type);
        while self.graph.adjacency.len() <= place {
            self.graph.adjacency.push_back(Adjacency::default());
        }
        &mut self.graph.adjacency[place]
    }
}

/// Adds to a count, which starts at zero.
pub(super) fn count(counts: &mut imbl::Vector<u64>, place: usize, by: i64) {
    while counts.len() <= place {
        counts.push_back(0);
    }
    counts[place] = counts[place].saturating_add_signed(by);
}

fn put(properties: &mut Properties, key: KeyId, value: Value) {
    if value.is_null() {
        properties.remove(&key);
    } else {
        properties.insert(key, value);
    }
}

/// The properties that are not null; an error where one cannot be stored.
fn storable(properties: Vec<(KeyId, Value)>, catalog: &Catalog) -> Result<Properties> {
    let mut kept = Properties::new();
    for (key, value) in properties {
        check_storable(key, &value, catalog)?;
        put(&mut kept, key, value);
    }
    Ok(kept)
}

/// Properties are single values and lists of them without nulls.
pub(super) fn check_storable(key: KeyId, value: &Value, catalog: &Catalog) -> Result<()> {
    let is_single = |value: &Value| {
        !matches!(
            value,
            Value::List(_)
                | Value::Map(_)
                | Value::Node(_)
                | Value::Relationship(_)
                | Value::Path(_)
        )
    };
    let fits = match value {
        Value::List(values) => values
            .iter()
            .all(|value| is_single(value) && !value.is_null()),
        value => is_single(value),
    };
    if fits {
        return Ok(());
    }
    let name = catalog.key_name(key);
    let what = match value {
        Value::List(_) => "a list with nulls, lists, maps or entities in it".to_owned(),
        other => format!("{}", other.value_type()),
    };
    Err(Error::new(
        ErrorKind::TypeError,
        ErrorDetail::InvalidPropertyType,
        format!("the property `{name}` cannot hold {what}"),
    ))
}

/// Calls `set` with the values that an effect tells.
fn told(values: &[Value], set: impl FnOnce(NewValues<'_>) -> Result<()>) -> Result<()> {
    match values {
        [value] => set(NewValues::Same(value)),
        values => set(NewValues::Each(&Column::from_values(
            values.iter().cloned(),
        ))),
    }
}

fn same_number(given: u32, wanted: u32) -> Result<()> {
    if given == wanted {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Corruption,
        ErrorDetail::DamagedData,
        format!("an effect made number {wanted}, here it is {given}"),
    ))
}
