//! Values as text: the literal that would give them back.

use std::fmt::{self, Write};

use super::Value;

/// Writes `value` as a literal of the language: strings in single quotes, temporal values as a
/// call of their constructor's text. Nodes, relationships and paths, which have no literal, are
/// written with their numbers.
pub fn write_literal(value: &Value, out: &mut impl Write) -> fmt::Result {
    match value {
        Value::Null => out.write_str("null"),
        Value::Boolean(value) => write!(out, "{value}"),
        Value::Integer(value) => write!(out, "{value}"),
        Value::Float(value) => write_float(*value, out),
        Value::String(text) => write_string(text, out),
        Value::Date(value) => write!(out, "date('{value}')"),
        Value::LocalTime(value) => write!(out, "localtime('{value}')"),
        Value::Time(value) => write!(out, "time('{value}')"),
        Value::LocalDateTime(value) => write!(out, "localdatetime('{value}')"),
        Value::DateTime(value) => write!(out, "datetime('{value}')"),
        Value::Duration(value) => write!(out, "duration('{value}')"),
        Value::List(values) => {
            out.write_char('[')?;
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    out.write_str(", ")?;
                }
                write_literal(value, out)?;
            }
            out.write_char(']')
        }
        Value::Map(entries) => {
            out.write_char('{')?;
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    out.write_str(", ")?;
                }
                write_name(key, out)?;
                out.write_str(": ")?;
                write_literal(value, out)?;
            }
            out.write_char('}')
        }
        Value::Node(node) => write!(out, "(#{})", node.0),
        Value::Relationship(relationship) => write!(out, "[#{}]", relationship.0),
        Value::Path(path) => write!(out, "<path of {}>", path.relationships.len()),
    }
}

/// The shortest text that reads back as the same float; whole numbers keep their `.0`.
pub fn write_float(value: f64, out: &mut impl Write) -> fmt::Result {
    if value.is_nan() {
        out.write_str("NaN")
    } else if value.is_infinite() {
        out.write_str(if value > 0.0 { "Infinity" } else { "-Infinity" })
    } else if value != 0.0 && !(1e-3..1e7).contains(&value.abs()) {
        let text = format!("{value:E}");
        match text.split_once('E') {
            Some((mantissa, exponent)) if !mantissa.contains('.') => {
                write!(out, "{mantissa}.0E{exponent}")
            }
            _ => out.write_str(&text),
        }
    } else {
        write!(out, "{value:?}")
    }
}

/// Text in single quotes with escapes.
pub fn write_string(text: &str, out: &mut impl Write) -> fmt::Result {
    out.write_char('\'')?;
    for character in text.chars() {
        match character {
            '\'' => out.write_str("\\'")?,
            '\\' => out.write_str("\\\\")?,
            '\n' => out.write_str("\\n")?,
            '\r' => out.write_str("\\r")?,
            '\t' => out.write_str("\\t")?,
            other => out.write_char(other)?,
        }
    }
    out.write_char('\'')
}

/// A name, in back-ticks where it needs them.
pub fn write_name(name: &str, out: &mut impl Write) -> fmt::Result {
    let mut characters = name.chars();
    let plain = characters
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|character| character.is_alphanumeric() || character == '_');
    if plain {
        out.write_str(name)
    } else {
        write!(out, "`{}`", name.replace('`', "``"))
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_literal(self, f)
    }
}
