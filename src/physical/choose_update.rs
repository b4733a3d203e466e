//! Updating operators: what they make, set and delete, over places in a batch.

use super::choose::Chooser;
use super::layout::Layout;
use super::plan::{CreateNode, CreateRelationship, Operator, SetItem, Subplan};
use crate::error::{Error, Result};
use crate::logical::{self, Variable};

impl Chooser {
    pub(super) fn create(
        &mut self,
        input: &logical::Plan,
        nodes: &[logical::CreateNode],
        relationships: &[logical::CreateRelationship],
    ) -> Result<(Operator, Layout)> {
        let (input, mut layout) = self.input(input)?;
        let mut new_nodes = Vec::new();
        for node in nodes {
            new_nodes.push(CreateNode {
                labels: node.labels.clone(),
                properties: self.optional(node.properties.as_ref(), &layout)?,
            });
            layout.push(&node.variable);
        }
        let mut new_relationships = Vec::new();
        for (relationship, ends) in relationships.iter().zip(ends(relationships, &layout)?) {
            new_relationships.push(self.create_relationship(relationship, ends, &layout)?);
            layout.push(&relationship.variable);
        }
        let operator = Operator::Create {
            input,
            nodes: new_nodes,
            relationships: new_relationships,
        };
        Ok((operator, layout))
    }

    fn create_relationship(
        &mut self,
        relationship: &logical::CreateRelationship,
        (start, end): (usize, usize),
        properties: &Layout,
    ) -> Result<CreateRelationship> {
        Ok(CreateRelationship {
            relationship_type: relationship.relationship_type.clone(),
            start,
            end,
            properties: self.optional(relationship.properties.as_ref(), properties)?,
        })
    }

    pub(super) fn merge(&mut self, plan: &logical::Plan) -> Result<(Operator, Layout)> {
        let logical::Plan::Merge {
            input,
            matching,
            variables,
            nodes,
            relationships,
            on_create,
            on_match,
        } = plan
        else {
            return Err(Error::internal("not a MERGE"));
        };
        let (input, layout) = self.input(input)?;
        // What is looked for starts from whole rows.
        layout.read_all();
        let before = std::mem::replace(&mut self.carries_row, false);
        let chosen = self.plan(matching);
        self.carries_row = before;
        let (matching, matching_layout) = chosen?;
        let mut output = layout.clone();
        for variable in variables {
            output = output.with(variable);
        }
        let new_nodes = nodes
            .iter()
            .map(|node| {
                Ok(CreateNode {
                    labels: node.labels.clone(),
                    properties: self.optional(node.properties.as_ref(), &layout)?,
                })
            })
            .collect::<Result<_>>()?;
        let new_relationships = relationships
            .iter()
            .zip(ends(relationships, &output)?)
            .map(|(relationship, ends)| self.create_relationship(relationship, ends, &layout))
            .collect::<Result<_>>()?;
        let created = nodes
            .iter()
            .map(|node| &node.variable)
            .chain(
                relationships
                    .iter()
                    .map(|relationship| &relationship.variable),
            )
            .map(|variable| Ok(output.slot(variable)? - layout.width()))
            .collect::<Result<_>>()?;
        let operator = Operator::Merge {
            matching: Subplan {
                plan: Box::new(matching),
                imports: (0..layout.width()).collect(),
                row: None,
                updates: false,
            },
            outputs: matching_layout.slots(variables)?,
            created,
            nodes: new_nodes,
            relationships: new_relationships,
            on_create: self.set_items(on_create, &output)?,
            on_match: self.set_items(on_match, &output)?,
            input,
        };
        Ok((operator, output))
    }

    pub(super) fn set_items(
        &mut self,
        items: &[logical::SetItem],
        layout: &Layout,
    ) -> Result<Vec<SetItem>> {
        items
            .iter()
            .map(|item| {
                Ok(match item {
                    logical::SetItem::Property { target, key, value } => SetItem::Property {
                        target: self.expression(target, layout)?,
                        key: self.expression(key, layout)?,
                        value: self.expression(value, layout)?,
                    },
                    logical::SetItem::ReplaceProperties { target, value } => SetItem::Properties {
                        target: self.expression(target, layout)?,
                        value: self.expression(value, layout)?,
                        replace: true,
                    },
                    logical::SetItem::AddProperties { target, value } => SetItem::Properties {
                        target: self.expression(target, layout)?,
                        value: self.expression(value, layout)?,
                        replace: false,
                    },
                    logical::SetItem::AddLabels { target, labels } => SetItem::Labels {
                        target: self.expression(target, layout)?,
                        labels: labels.clone(),
                        remove: false,
                    },
                    logical::SetItem::RemoveLabels { target, labels } => SetItem::Labels {
                        target: self.expression(target, layout)?,
                        labels: labels.clone(),
                        remove: true,
                    },
                })
            })
            .collect()
    }

    pub(super) fn foreach(
        &mut self,
        input: &logical::Plan,
        variable: &Variable,
        list: &logical::Expression,
        inner: &logical::Plan,
    ) -> Result<(Operator, Layout)> {
        let (input, layout) = self.input(input)?;
        let list = self.expression(list, &layout)?;
        debug_assert_eq!(
            inner.argument().map(<[_]>::len),
            Some(layout.with(variable).width())
        );
        let before = std::mem::replace(&mut self.carries_row, false);
        let chosen = self.input(inner);
        self.carries_row = before;
        let operator = Operator::Foreach {
            input,
            list,
            inner: chosen?.0,
        };
        Ok((operator, layout))
    }
}

/// The columns of the nodes at both ends of each relationship.
fn ends(
    relationships: &[logical::CreateRelationship],
    layout: &Layout,
) -> Result<Vec<(usize, usize)>> {
    let starts = relationships.iter().map(|new| new.start.clone());
    let starts = layout.slots(&starts.collect::<Vec<_>>())?;
    let ends = relationships.iter().map(|new| new.end.clone());
    let ends = layout.slots(&ends.collect::<Vec<_>>())?;
    Ok(starts.into_iter().zip(ends).collect())
}
