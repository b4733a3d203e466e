//! Attributes that a document declares before it uses them, as GraphML and GEXF do: their names,
//! the types of their values, and what an element has that says nothing.

use std::sync::Arc;

use crate::import_export::infer::CellType;
use crate::import_export::record::{Properties, excerpt};
use crate::import_export::words::has;
use crate::value::Value;

/// A declared attribute.
#[derive(Debug, Clone)]
pub(super) struct Attribute {
    /// The property that it becomes.
    pub name: Arc<str>,
    /// The type of its values.
    pub value_type: CellType,
    /// What elements have that do not say otherwise.
    pub default: Option<Value>,
}

impl Attribute {
    /// The value that `text` stands for, none where it is empty and no text, or what is wrong.
    pub fn parse(&self, text: &str) -> Result<Option<Value>, String> {
        let trimmed = text.trim();
        match self.value_type {
            CellType::String => return Ok(Some(text.into())),
            _ if trimmed.is_empty() => return Ok(None),
            CellType::Boolean if trimmed == "1" => return Ok(Some(true.into())),
            CellType::Boolean if trimmed == "0" => return Ok(Some(false.into())),
            _ => {}
        }
        let value = self.value_type.parse(trimmed).or_else(|message| {
            match (self.value_type, trimmed.parse::<f64>()) {
                // Some tools write whole numbers as they write others.
                (CellType::Integer, Ok(float)) if trimmed.contains('.') => Ok(float.into()),
                // Of these tools have forms of their own.
                (CellType::Temporal(_) | CellType::Json, _) => Ok(text.into()),
                _ => Err(message),
            }
        });
        value.map(Some).map_err(|message| {
            let (text, name) = (excerpt(text), excerpt(&self.name));
            format!("the value {text} of {name} {message}")
        })
    }
}

/// Adds the defaults of the attributes that the element does not have.
pub(super) fn add_defaults<'a>(
    properties: &mut Properties,
    attributes: impl Iterator<Item = &'a Attribute>,
) {
    for attribute in attributes {
        if let Some(default) = &attribute.default
            && !has(properties, &attribute.name)
        {
            properties.push((attribute.name.clone(), default.clone()));
        }
    }
}
