//! What `IS ::` asks of a value: the types by their names, and whether null passes.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Type, Value};
use crate::error::{Error, Result};

/// What `IS ::` asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TypeTest {
    /// The alternatives, each a type that a value may have.
    pub alternatives: Vec<Type>,
    /// Whether null passes (no `NOT NULL` was written).
    pub nullable: bool,
}

impl TypeTest {
    /// Reads the type after `IS ::`, in upper case: alternatives joined by `|`, each with an
    /// optional `NOT NULL`.
    ///
    /// # Errors
    /// `UnsupportedFeature` for a type that is not known.
    pub fn parse(text: &str) -> Result<TypeTest> {
        let mut nullable = false;
        let mut alternatives = Vec::new();
        for alternative in text.split('|') {
            let alternative = alternative.trim();
            let name = match alternative.strip_suffix("NOT NULL") {
                Some(name) => name.trim(),
                None => {
                    nullable = true;
                    alternative
                }
            };
            alternatives.push(named_type(name)?);
        }
        Ok(TypeTest {
            alternatives,
            nullable,
        })
    }

    /// Whether a value passes.
    pub fn passes(&self, value: &Value) -> bool {
        match value {
            Value::Null => self.nullable,
            value => self
                .alternatives
                .iter()
                .any(|wanted| has_type(value, wanted)),
        }
    }
}

impl fmt::Display for TypeTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.alternatives.iter().map(Type::to_string).collect();
        f.write_str(&names.join(" | "))?;
        f.write_str(if self.nullable { "" } else { " NOT NULL" })
    }
}

fn has_type(value: &Value, wanted: &Type) -> bool {
    match (value, wanted) {
        (_, Type::Any) => true,
        (Value::List(elements), Type::List(inner)) => elements
            .iter()
            .all(|element| element.is_null() || has_type(element, inner)),
        (value, wanted) => value.value_type() == *wanted,
    }
}

/// The type of this name; synonyms as in ISO GQL.
fn named_type(name: &str) -> Result<Type> {
    if let Some(inner) = name
        .strip_prefix("LIST<")
        .and_then(|rest| rest.strip_suffix('>'))
    {
        let inner = inner.trim();
        let inner = inner.strip_suffix("NOT NULL").unwrap_or(inner);
        return Ok(Type::List(Box::new(named_type(inner.trim())?)));
    }
    Ok(match name {
        "ANY" | "ANY VALUE" | "PROPERTY VALUE" => Type::Any,
        "NULL" | "NOTHING" => Type::Null,
        "BOOL" | "BOOLEAN" => Type::Boolean,
        "INT" | "INTEGER" | "SIGNED INTEGER" | "INTEGER64" | "INT64" => Type::Integer,
        "FLOAT" | "FLOAT64" | "DOUBLE" => Type::Float,
        "STRING" | "VARCHAR" => Type::String,
        "DATE" => Type::Date,
        "LOCAL TIME" | "TIME WITHOUT TIME ZONE" | "TIME WITHOUT TIMEZONE" => Type::LocalTime,
        "ZONED TIME" | "TIME WITH TIME ZONE" | "TIME WITH TIMEZONE" => Type::Time,
        "LOCAL DATETIME" | "TIMESTAMP WITHOUT TIME ZONE" | "TIMESTAMP WITHOUT TIMEZONE" => {
            Type::LocalDateTime
        }
        "ZONED DATETIME" | "TIMESTAMP WITH TIME ZONE" | "TIMESTAMP WITH TIMEZONE" => Type::DateTime,
        "DURATION" => Type::Duration,
        "MAP" => Type::Map,
        "NODE" | "VERTEX" | "ANY NODE" | "ANY VERTEX" => Type::Node,
        "RELATIONSHIP" | "EDGE" | "ANY RELATIONSHIP" | "ANY EDGE" => Type::Relationship,
        "PATH" => Type::Path,
        "LIST" => Type::List(Box::new(Type::Any)),
        other => {
            return Err(Error::unsupported(format!("there is no type `{other}`")));
        }
    })
}
