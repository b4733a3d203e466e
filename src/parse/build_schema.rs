//! Statements about indexes and constraints.

use super::ast::*;
use super::build::{Pair, Pairs, defect, identifier, part, part_if, span};
use super::build_expression::normal_type_name;
use super::grammar::Rule;
use crate::error::Result;

/// A statement about the schema.
pub(super) fn schema_statement(pair: Pair) -> Result<SchemaStatement> {
    let rule = pair.as_rule();
    let mut pairs = pair.clone().into_inner();
    Ok(match rule {
        Rule::create_index_statement => SchemaStatement::CreateIndex(item(&mut pairs)?),
        Rule::create_constraint_statement => {
            let item = item(&mut pairs)?;
            SchemaStatement::CreateConstraint(item, constraint_rule(part(&mut pairs)?)?)
        }
        Rule::drop_index_statement => SchemaStatement::DropIndex {
            name: identifier(&part(&mut pairs)?),
            if_exists: pairs.next().is_some(),
        },
        Rule::drop_constraint_statement => SchemaStatement::DropConstraint {
            name: identifier(&part(&mut pairs)?),
            if_exists: pairs.next().is_some(),
        },
        Rule::set_graph_type_statement => {
            let is_closed = part_if(&mut pairs, Rule::closed).is_some();
            SchemaStatement::SetGraphType(GraphTypeStatement {
                is_closed,
                elements: pairs.map(element_type).collect::<Result<_>>()?,
            })
        }
        _ => return Err(defect(&pair)),
    })
}

fn element_type(pair: Pair) -> Result<ElementType> {
    let is_relationship = pair.as_rule() == Rule::relationship_element_type;
    let mut pairs = pair.into_inner();
    let start = match is_relationship {
        true => labels(&mut part(&mut pairs)?.into_inner()),
        false => Vec::new(),
    };
    part_if(&mut pairs, Rule::variable);
    let name = identifier(&part(&mut pairs)?);
    let implied = labels(&mut pairs);
    let properties = match part_if(&mut pairs, Rule::property_types) {
        Some(properties) => properties
            .into_inner()
            .map(property_declaration)
            .collect::<Result<_>>()?,
        None => Vec::new(),
    };
    let labels = match is_relationship {
        true => ElementLabels::Ends {
            start,
            end: labels(&mut part(&mut pairs)?.into_inner()),
        },
        false => ElementLabels::Implied(implied),
    };
    Ok(ElementType {
        name,
        labels,
        properties,
    })
}

fn labels(pairs: &mut Pairs) -> Vec<Identifier> {
    let mut labels = Vec::new();
    while let Some(label) = part_if(pairs, Rule::label_name) {
        labels.push(identifier(&label));
    }
    labels
}

fn property_declaration(pair: Pair) -> Result<PropertyDeclaration> {
    let mut pairs = pair.into_inner();
    let (key, type_name) = (part(&mut pairs)?, part(&mut pairs)?);
    Ok(PropertyDeclaration {
        key: identifier(&key),
        type_name: normal_type_name(type_name.as_str()),
        span: span(&type_name),
    })
}

fn item(pairs: &mut Pairs) -> Result<SchemaItem> {
    let name = part_if(pairs, Rule::schema_name).as_ref().map(identifier);
    let if_not_exists = part_if(pairs, Rule::if_not_exists).is_some();
    let element = part(pairs)?;
    let is_relationship = element.as_rule() == Rule::schema_relationship;
    let mut names = element.into_inner();
    let (variable, label) = (part(&mut names)?, part(&mut names)?);
    let mut properties = Vec::new();
    while let Some(property) = part_if(pairs, Rule::schema_property) {
        let mut names = property.into_inner();
        let (variable, key) = (part(&mut names)?, part(&mut names)?);
        properties.push((identifier(&variable), identifier(&key)));
    }
    Ok(SchemaItem {
        name,
        if_not_exists,
        is_relationship,
        variable: identifier(&variable),
        label: identifier(&label),
        properties,
    })
}

fn constraint_rule(pair: Pair) -> Result<ConstraintRule> {
    let span = span(&pair);
    let kind = match pair.as_rule() {
        Rule::unique_rule => ConstraintKind::Unique,
        Rule::key_rule => ConstraintKind::Key,
        Rule::not_null_rule => ConstraintKind::NotNull,
        Rule::type_name => ConstraintKind::Typed(normal_type_name(pair.as_str())),
        _ => return Err(defect(&pair)),
    };
    let says = pair.into_inner().next();
    Ok(ConstraintRule {
        kind,
        says_relationship: says.map(|word| word.as_rule() == Rule::relationship_word),
        span,
    })
}
