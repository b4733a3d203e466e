//! Values as people read them: texts without quotes, nodes with their labels and properties
//! (`(:City {name: 'Rabat'})`), paths as they are drawn in a query.
//!
//! Null is `NULL`; the text `NULL` stands in quotes, so that the two are told apart without
//! colours, too. Inside lists, maps and entities texts are quoted and null is `null`. Characters
//! that would move the cursor are written as escapes.

use std::fmt::Write as _;

use crate::error::Result;
use crate::result::QueryResult;
use crate::value::{Path, Value, write_float, write_name, write_string};

/// The text of one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// What is shown; one line.
    pub text: String,
    /// What it is.
    pub kind: CellKind,
}

/// What stands in a cell, as far as it is shown differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellKind {
    /// No value.
    Null,
    /// An integer or a float.
    Number,
    /// Everything else.
    Text,
}

/// The cell of `value`; of a text longer than `most` bytes some more than these is enough.
pub fn cell(value: &Value, result: &QueryResult, most: usize) -> Result<Cell> {
    let kind = match value {
        Value::Null => CellKind::Null,
        Value::Integer(_) | Value::Float(_) => CellKind::Number,
        _ => CellKind::Text,
    };
    let text = text(value, result, most)?;
    let text = match text.contains(moves_cursor) {
        false => text,
        true => escaped(&text),
    };
    Ok(Cell { text, kind })
}

/// The text of `value` as it is, line breaks and all; see [`cell`].
pub fn text(value: &Value, result: &QueryResult, most: usize) -> Result<String> {
    match value {
        Value::Null => Ok("NULL".to_owned()),
        Value::String(text) if text.as_ref() == "NULL" => Ok("'NULL'".to_owned()),
        Value::String(text) => Ok(start(text, most).to_owned()),
        value => {
            let mut text = Text {
                result,
                most,
                text: String::new(),
            };
            text.value(value)?;
            Ok(text.text)
        }
    }
}

/// Text without anything that would move the cursor.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push_str("\\t"),
            character if moves_cursor(character) => {
                let number = u32::from(character);
                write!(safe, "\\u{number:04X}").expect("a string takes all");
            }
            character => safe.push(character),
        }
    }
    safe
}

/// Whether a character does something to a terminal but take room: controls, and the marks that
/// turn the direction of what follows.
fn moves_cursor(character: char) -> bool {
    character.is_control() || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// At least the first `most` bytes.
fn start(text: &str, most: usize) -> &str {
    &text[..text.ceil_char_boundary(most)]
}

/// A text that grows until it is long enough.
struct Text<'r> {
    result: &'r QueryResult,
    most: usize,
    text: String,
}

impl Text<'_> {
    fn value(&mut self, value: &Value) -> Result<()> {
        let out = &mut self.text;
        let written = match value {
            Value::Null => out.write_str("null"),
            Value::Boolean(value) => write!(out, "{value}"),
            Value::Integer(value) => write!(out, "{value}"),
            Value::Float(value) => write_float(*value, out),
            Value::String(text) => write_string(start(text, self.most), out),
            Value::Date(value) => write!(out, "{value}"),
            Value::LocalTime(value) => write!(out, "{value}"),
            Value::Time(value) => write!(out, "{value}"),
            Value::LocalDateTime(value) => write!(out, "{value}"),
            Value::DateTime(value) => write!(out, "{value}"),
            Value::Duration(value) => write!(out, "{value}"),
            Value::List(values) => return self.list(values),
            Value::Map(entries) => {
                return self.entries(entries.iter().map(|(key, value)| (key.as_ref(), value)));
            }
            Value::Node(node) => return self.node(*node),
            Value::Relationship(relationship) => return self.relationship(*relationship),
            Value::Path(path) => return self.path(path),
        };
        written.expect("a string takes all");
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.text.len() > self.most
    }

    fn list(&mut self, values: &[Value]) -> Result<()> {
        self.text.push('[');
        for (index, value) in values.iter().enumerate() {
            if self.is_full() {
                return Ok(());
            }
            if index > 0 {
                self.text.push_str(", ");
            }
            self.nested(value)?;
        }
        self.text.push(']');
        Ok(())
    }

    fn entries<'v>(&mut self, entries: impl Iterator<Item = (&'v str, &'v Value)>) -> Result<()> {
        self.text.push('{');
        for (index, (key, value)) in entries.enumerate() {
            if self.is_full() {
                return Ok(());
            }
            if index > 0 {
                self.text.push_str(", ");
            }
            self.name(key);
            self.text.push_str(": ");
            self.nested(value)?;
        }
        self.text.push('}');
        Ok(())
    }

    /// A value inside another; lists may be nested deeper than the stack.
    fn nested(&mut self, value: &Value) -> Result<()> {
        stacker::maybe_grow(32 << 10, 1 << 20, || self.value(value))
    }

    fn name(&mut self, name: &str) {
        write_name(name, &mut self.text).expect("a string takes all");
    }

    fn node(&mut self, node: crate::value::NodeId) -> Result<()> {
        let node = self.result.node(node)?;
        self.text.push('(');
        for label in &node.labels {
            self.text.push(':');
            self.name(label);
        }
        if !node.properties.is_empty() {
            if !node.labels.is_empty() {
                self.text.push(' ');
            }
            let properties = node.properties.iter();
            self.entries(properties.map(|(key, value)| (key.as_ref(), value)))?;
        }
        self.text.push(')');
        Ok(())
    }

    fn relationship(&mut self, relationship: crate::value::RelationshipId) -> Result<()> {
        let relationship = self.result.relationship(relationship)?;
        self.text.push_str("[:");
        self.name(&relationship.relationship_type);
        if !relationship.properties.is_empty() {
            self.text.push(' ');
            let properties = relationship.properties.iter();
            self.entries(properties.map(|(key, value)| (key.as_ref(), value)))?;
        }
        self.text.push(']');
        Ok(())
    }

    fn path(&mut self, path: &Path) -> Result<()> {
        let Some(first) = path.nodes.first() else {
            return Ok(());
        };
        self.node(*first)?;
        for (step, relationship) in path.relationships.iter().enumerate() {
            if self.is_full() {
                return Ok(());
            }
            let forwards = self.result.relationship(*relationship)?.start == path.nodes[step];
            self.text.push_str(if forwards { "-" } else { "<-" });
            self.relationship(*relationship)?;
            self.text.push_str(if forwards { "->" } else { "-" });
            self.node(path.nodes[step + 1])?;
        }
        Ok(())
    }
}
