//! What the writers of XML share: which type an attribute is declared with, values as texts, and
//! texts as XML has them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::import_export::infer::CellType;
use crate::import_export::json_value::to_json;
use crate::import_export::record::{Properties, excerpt};
use crate::import_export::temporal_text;
use crate::value::{Value, write_float};

/// Attributes by the names of the properties, with the type that holds all their values.
pub(super) type Columns = BTreeMap<Arc<str>, CellType>;

/// Takes the properties of an element.
pub(super) fn add_columns(columns: &mut Columns, properties: &Properties) {
    for (key, value) in properties {
        let cell_type = type_of(value);
        let column = columns.entry(key.clone()).or_insert(cell_type);
        if *column != cell_type {
            *column = CellType::Json;
        }
    }
}

fn type_of(value: &Value) -> CellType {
    match value {
        Value::String(text) if !can_hold(text) => CellType::Json,
        value => CellType::of(value).unwrap_or(CellType::Json),
    }
}

/// The name of a type in the document, and ours where the document has none of its own.
pub(super) fn declared_type(
    cell_type: CellType,
    integer: &'static str,
) -> (&'static str, Option<&'static str>) {
    match cell_type {
        CellType::String => ("string", None),
        CellType::Integer => (integer, None),
        CellType::Float => ("double", None),
        CellType::Boolean => ("boolean", None),
        other => ("string", Some(other.name())),
    }
}

/// The text of `value` in a column of this type.
pub(super) fn value_text(cell_type: CellType, value: &Value) -> String {
    match (cell_type, value) {
        (CellType::Json, value) => {
            let json = to_json(value).to_string();
            json.replace('\u{fffe}', "\\ufffe")
                .replace('\u{ffff}', "\\uffff")
        }
        (_, Value::String(text)) => text.to_string(),
        (_, Value::Float(float)) if float.is_infinite() => {
            let text = if *float > 0.0 { "INF" } else { "-INF" };
            text.to_owned()
        }
        (_, Value::Float(float)) => {
            let mut text = String::new();
            write_float(*float, &mut text).expect("a String takes everything");
            text
        }
        (_, value) => temporal_text::text(value).unwrap_or_else(|| value.to_string()),
    }
}

/// Whether XML has all characters of `text`.
pub(super) fn can_hold(text: &str) -> bool {
    text.chars().all(|character| {
        matches!(character,
            '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
    })
}

/// The id of a node, where a document can have it as the name of one.
pub(super) fn own_name(id: &Value) -> Option<Arc<str>> {
    match id {
        Value::String(id) if can_hold(id) => Some(id.clone()),
        _ => None,
    }
}

/// `text` as it stands in a text or between the quotes of an attribute.
///
/// # Errors
/// `FormatError` where XML does not have a character of it.
pub(super) fn escaped(text: &str) -> Result<String> {
    if !can_hold(text) {
        return Err(Error::new(
            ErrorKind::FormatError,
            ErrorDetail::InvalidContent,
            format!(
                "XML cannot hold the control characters of {}",
                excerpt(text)
            ),
        )
        .hint("rename it, or write another format"));
    }
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // Readers make spaces of these in attributes, and line feeds of line ends.
            '\t' => escaped.push_str("&#9;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            other => escaped.push(other),
        }
    }
    Ok(escaped)
}
