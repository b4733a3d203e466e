//! Statements about the schema, through the one door.

use crate::bind::SchemaCommand;
use crate::context::Context;
use crate::error::Result;
use crate::graph::GraphWriter;

/// Does what a statement says.
///
/// # Errors
/// Those of [`GraphWriter::create_index`] and its siblings.
pub fn run_schema(
    command: &SchemaCommand,
    writer: &mut GraphWriter,
    context: &Context,
) -> Result<()> {
    let snapshot = writer.snapshot();
    let schema = snapshot.schema();
    match command {
        SchemaCommand::CreateIndex {
            definition,
            if_not_exists,
        } => {
            if *if_not_exists && schema.in_the_way_of_index(definition).is_some() {
                return Ok(());
            }
            writer.create_index(definition.clone(), context)
        }
        SchemaCommand::CreateConstraint {
            definition,
            if_not_exists,
        } => {
            if *if_not_exists && schema.in_the_way_of_constraint(definition).is_some() {
                return Ok(());
            }
            writer.create_constraint(definition.clone(), context)
        }
        SchemaCommand::SetGraphType(graph_type) => {
            writer.set_graph_type(graph_type.clone(), context)
        }
        SchemaCommand::DropIndex { name, if_exists } => {
            if *if_exists && schema.index(name).is_none() {
                return Ok(());
            }
            writer.drop_index(name)
        }
        SchemaCommand::DropConstraint { name, if_exists } => {
            if *if_exists && schema.constraint(name).is_none() {
                return Ok(());
            }
            writer.drop_constraint(name)
        }
    }
}
