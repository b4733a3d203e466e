//! Rows as JSON: one array, or one object per line. Made for other programs: temporal values are
//! their text, NaN and the infinities too, which JSON lacks; nodes are objects with `id`, `labels`
//! and `properties`, relationships with `id`, `type`, `start`, `end` and `properties`, paths with
//! `nodes` and `relationships`. Integers are exact.

use std::fmt::Write as _;
use std::io::Write;

use super::{Failure, Options, WriteForm, rows};
use crate::error::{Error, Result};
use crate::result::{QueryResult, Row};
use crate::value::{NodeId, RelationshipId, Value, write_float};

/// The form of one array.
#[derive(Debug)]
pub struct Json;

/// The form of one object per line.
#[derive(Debug)]
pub struct JsonLines;

impl WriteForm for Json {
    fn write(
        &self,
        result: &QueryResult,
        options: &Options,
        out: &mut dyn Write,
    ) -> Result<(), Failure> {
        if result.columns().is_empty() {
            return Ok(());
        }
        out.write_all(b"[")?;
        for (index, row) in rows(result, options).enumerate() {
            out.write_all(if index == 0 { b"\n" } else { b",\n" })?;
            out.write_all(object(row?, result)?.as_bytes())?;
        }
        out.write_all(b"\n]\n")?;
        Ok(())
    }
}

impl WriteForm for JsonLines {
    fn write(
        &self,
        result: &QueryResult,
        options: &Options,
        out: &mut dyn Write,
    ) -> Result<(), Failure> {
        for row in rows(result, options) {
            out.write_all(object(row?, result)?.as_bytes())?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}

/// One value as JSON.
pub fn text(value: &Value, result: &QueryResult) -> Result<String> {
    let mut json = JsonText {
        result,
        text: String::new(),
    };
    json.value(value)?;
    Ok(json.text)
}

/// One row as an object.
fn object(row: Row<'_>, result: &QueryResult) -> Result<String> {
    let mut json = JsonText {
        result,
        text: String::new(),
    };
    let names = result.columns().iter().enumerate();
    json.members(names.map(|(index, name)| (name.as_ref(), row.value(index))))?;
    Ok(json.text)
}

/// JSON that grows. Written as text at once: values may be nested deeper than a tree of them
/// could be dropped.
struct JsonText<'r> {
    result: &'r QueryResult,
    text: String,
}

impl JsonText<'_> {
    fn value(&mut self, value: &Value) -> Result<()> {
        match value {
            Value::Null => self.text.push_str("null"),
            Value::Boolean(value) => self.display(value),
            Value::Integer(value) => self.display(value),
            Value::Float(value) if value.is_finite() => {
                write_float(*value, &mut self.text)
                    .map_err(|error| Error::internal(error.to_string()))?;
            }
            Value::Float(value) => {
                let mut text = String::new();
                write_float(*value, &mut text)
                    .map_err(|error| Error::internal(error.to_string()))?;
                self.string(&text);
            }
            Value::String(text) => self.string(text),
            Value::Date(value) => self.string(&value.to_string()),
            Value::LocalTime(value) => self.string(&value.to_string()),
            Value::Time(value) => self.string(&value.to_string()),
            Value::LocalDateTime(value) => self.string(&value.to_string()),
            Value::DateTime(value) => self.string(&value.to_string()),
            Value::Duration(value) => self.string(&value.to_string()),
            Value::List(values) => self.array(values.iter().cloned())?,
            Value::Map(entries) => {
                let entries = entries.iter();
                self.members(entries.map(|(key, value)| (key.as_ref(), value.clone())))?;
            }
            Value::Node(node) => self.node(*node)?,
            Value::Relationship(relationship) => self.relationship(*relationship)?,
            Value::Path(path) => {
                self.text.push_str("{\"nodes\":");
                self.array(path.nodes.iter().map(|node| Value::Node(*node)))?;
                self.text.push_str(",\"relationships\":");
                let relationships = path.relationships.iter();
                self.array(relationships.map(|one| Value::Relationship(*one)))?;
                self.text.push('}');
            }
        }
        Ok(())
    }

    fn nested(&mut self, value: &Value) -> Result<()> {
        stacker::maybe_grow(32 << 10, 1 << 20, || self.value(value))
    }

    fn display(&mut self, value: &impl std::fmt::Display) {
        write!(self.text, "{value}").expect("a string takes all");
    }

    fn string(&mut self, text: &str) {
        self.display(&serde_json::Value::from(text));
    }

    fn array(&mut self, values: impl Iterator<Item = Value>) -> Result<()> {
        self.text.push('[');
        for (index, value) in values.enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            self.nested(&value)?;
        }
        self.text.push(']');
        Ok(())
    }

    fn members<'v>(&mut self, members: impl Iterator<Item = (&'v str, Value)>) -> Result<()> {
        self.text.push('{');
        for (index, (name, value)) in members.enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            self.string(name);
            self.text.push(':');
            self.nested(&value)?;
        }
        self.text.push('}');
        Ok(())
    }

    fn node(&mut self, node: NodeId) -> Result<()> {
        let node = self.result.node(node)?;
        let labels = node.labels.iter().map(|label| Value::String(label.clone()));
        let members = [
            ("id", Value::Integer(node.id.0.into())),
            ("labels", Value::list(labels.collect())),
            ("properties", Value::map(node.properties)),
        ];
        self.members(members.into_iter())
    }

    fn relationship(&mut self, relationship: RelationshipId) -> Result<()> {
        let relationship = self.result.relationship(relationship)?;
        let members = [
            ("id", Value::Integer(relationship.id.0.into())),
            ("type", Value::String(relationship.relationship_type)),
            ("start", Value::Integer(relationship.start.0.into())),
            ("end", Value::Integer(relationship.end.0.into())),
            ("properties", Value::map(relationship.properties)),
        ];
        self.members(members.into_iter())
    }
}
