//! Indexes and constraints made and dropped through the one door.

use std::sync::Arc;

use super::effect::Effect;
use super::graph_type::GraphType;
use super::index::{Element, Index};
use super::schema::{ConstraintDefinition, IndexDefinition, Schema, Target};
use super::verify::{check_row, has_row_rule};
use super::verify_type::TypeCheck;
use super::writer::GraphWriter;
use crate::context::Context;
use crate::error::{Error, ErrorDetail, ErrorKind, Result, did_you_mean};
use crate::value::{NodeId, RelationshipId};

impl GraphWriter {
    /// Makes an index over what is there.
    ///
    /// # Errors
    /// `SchemaError` where its name is taken or an index is about the same.
    pub fn create_index(&mut self, definition: IndexDefinition, context: &Context) -> Result<()> {
        if let Some(message) = self.graph.schema.in_the_way_of_index(&definition) {
            return Err(exists(message));
        }
        self.add_index(definition.clone(), false, context)?;
        self.effects.push(Effect::CreateIndex(definition));
        Ok(())
    }

    fn add_index(
        &mut self,
        definition: IndexDefinition,
        is_unique: bool,
        context: &Context,
    ) -> Result<()> {
        // Its names are known from now on, whether or not any element has them.
        Element::of(&definition.target, &mut self.graph.catalog);
        for key in &definition.properties {
            self.key(key)?;
        }
        let index = Index::build(definition.into(), is_unique, &self.graph, context)?;
        Arc::make_mut(&mut self.graph.schema.indexes).push(index);
        self.graph.schema.note_rules();
        Ok(())
    }

    /// Drops an index.
    ///
    /// # Errors
    /// `SchemaError` where there is none of this name, or a constraint needs it.
    pub fn drop_index(&mut self, name: &str) -> Result<()> {
        let schema = &self.graph.schema;
        if schema.constraint(name).is_some() && schema.index(name).is_some() {
            let message = format!("the index `{name}` belongs to a constraint");
            return Err(exists(message).hint(format!("DROP CONSTRAINT {name} drops both")));
        }
        if schema.index(name).is_none() {
            let names = schema
                .indexes
                .iter()
                .map(|one| one.definition().name.as_ref());
            return Err(missing("index", name, names));
        }
        self.remove_index(name);
        self.effects.push(Effect::DropIndex { name: name.into() });
        Ok(())
    }

    fn remove_index(&mut self, name: &str) {
        Arc::make_mut(&mut self.graph.schema.indexes)
            .retain(|index| index.definition().name.as_ref() != name);
        self.graph.schema.note_rules();
    }

    /// Makes a constraint, if all that is there keeps it.
    ///
    /// # Errors
    /// `SchemaError` where its name is taken or a constraint or index is about the same;
    /// `ConstraintVerificationFailed`, naming the elements, where the graph breaks it.
    pub fn create_constraint(
        &mut self,
        definition: ConstraintDefinition,
        context: &Context,
    ) -> Result<()> {
        if let Some(message) = self.graph.schema.in_the_way_of_constraint(&definition) {
            return Err(exists(message));
        }
        let element = Element::of(&definition.target, &mut self.graph.catalog);
        for key in &definition.properties {
            self.key(key)?;
        }
        if has_row_rule(&definition) {
            element.for_each(&self.graph, context, &mut |position| {
                check_row(&definition, position, &self.graph)
            })?;
        }
        if definition.rule.is_unique() {
            let index = IndexDefinition {
                name: definition.name.clone(),
                target: definition.target.clone(),
                properties: definition.properties.clone(),
            };
            self.add_index(index, true, context)?;
        }
        let constraints = Arc::make_mut(&mut self.graph.schema.constraints);
        constraints.push(definition.clone().into());
        self.graph.schema.note_rules();
        self.effects.push(Effect::CreateConstraint(definition));
        Ok(())
    }

    /// Drops a constraint, and the index that it needed.
    ///
    /// # Errors
    /// `SchemaError` where there is none of this name.
    pub fn drop_constraint(&mut self, name: &str) -> Result<()> {
        let schema = &mut self.graph.schema;
        if schema.constraint(name).is_none() {
            let names = schema.constraints.iter().map(|one| one.name.as_ref());
            return Err(missing("constraint", name, names));
        }
        Arc::make_mut(&mut schema.constraints).retain(|one| one.name.as_ref() != name);
        self.remove_index(name);
        self.effects
            .push(Effect::DropConstraint { name: name.into() });
        Ok(())
    }
}

impl GraphWriter {
    /// Sets the graph type, if all that is there is as it says; an empty one allows everything.
    ///
    /// # Errors
    /// `ConstraintVerificationFailed`, naming the element that is not as it says.
    pub fn set_graph_type(&mut self, graph_type: GraphType, context: &Context) -> Result<()> {
        let check = TypeCheck::new(&graph_type, &self.graph);
        for chunk in 0..self.graph.node_chunks() {
            context.check()?;
            let nodes = self.graph.scan_nodes(chunk, &[])?;
            let mut nodes = nodes.values().iter();
            nodes.try_for_each(|node| check.node(NodeId(*node)))?;
        }
        for chunk in 0..self.graph.relationship_chunks() {
            context.check()?;
            let relationships = self.graph.scan_relationships(chunk, None)?;
            let mut relationships = relationships.values().iter();
            relationships.try_for_each(|id| check.relationship(RelationshipId(*id)))?;
        }
        let schema = &mut self.graph.schema;
        schema.graph_type = (!graph_type.is_empty()).then(|| graph_type.clone().into());
        schema.note_rules();
        self.effects.push(Effect::SetGraphType(graph_type));
        Ok(())
    }
}

impl Schema {
    /// Why an index cannot be made: what it is called, or what is about the same.
    pub fn in_the_way_of_index(&self, wanted: &IndexDefinition) -> Option<String> {
        self.taken_name(&wanted.name).or_else(|| {
            let same = self.indexes.iter().map(Index::definition).find(|index| {
                index.target == wanted.target && index.properties == wanted.properties
            })?;
            Some(format!("the index `{}` is about the same", same.name))
        })
    }

    /// Why a constraint cannot be made.
    pub fn in_the_way_of_constraint(&self, wanted: &ConstraintDefinition) -> Option<String> {
        let about_the_same = |target: &Target, properties: &[Arc<str>]| {
            *target == wanted.target && *properties == wanted.properties
        };
        let same = self.constraints.iter().find(|one| {
            about_the_same(&one.target, &one.properties)
                && (std::mem::discriminant(&one.rule) == std::mem::discriminant(&wanted.rule)
                    || (one.rule.is_unique() && wanted.rule.is_unique()))
        });
        let index = self.indexes.iter().map(Index::definition).find(|index| {
            wanted.rule.is_unique() && about_the_same(&index.target, &index.properties)
        });
        self.taken_name(&wanted.name).or_else(|| match (same, index) {
            (Some(same), _) => Some(format!("the constraint `{}` is about the same", same.name)),
            (None, Some(index)) => Some(format!(
                "the index `{}` is about the same; drop it first, the constraint brings its own",
                index.name
            )),
            (None, None) => None,
        })
    }

    fn taken_name(&self, name: &str) -> Option<String> {
        if self.constraint(name).is_some() {
            return Some(format!("there is a constraint `{name}` already"));
        }
        self.index(name)
            .map(|_| format!("there is an index `{name}` already"))
    }
}

fn exists(message: String) -> Error {
    Error::new(ErrorKind::SchemaError, ErrorDetail::SchemaExists, message)
}

fn missing<'n>(kind: &str, name: &str, known: impl Iterator<Item = &'n str>) -> Error {
    let message = format!("there is no {kind} `{name}`");
    let error = Error::new(ErrorKind::SchemaError, ErrorDetail::SchemaNotFound, message);
    match did_you_mean(name, known) {
        Some(hint) => error.hint(hint),
        None => error,
    }
}
