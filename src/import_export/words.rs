//! Labels and types in files that have no fixed place for them: the attributes that tools call
//! them by, and labels as one text.

use std::sync::Arc;

use crate::import_export::record::Properties;
use crate::value::Value;

/// The attribute that holds the labels of a node where we, or APOC, wrote the file.
pub(super) const LABELS: &str = "labels";
/// The attribute that holds the type of a relationship where we, or APOC, wrote the file.
pub(super) const TYPE: &str = "label";
/// What TinkerPop calls the labels of a vertex, and what stands between them.
const TINKERPOP_LABELS: (&str, &str) = ("labelV", "::");
/// What others call the label of a node.
const OTHER_LABEL: &str = "type";
/// What the type of a relationship is called, the first that is there counts.
const TYPES: [&str; 5] = [TYPE, "labelE", "type", "relation", "relationship"];

/// How many properties an element may have: a name is looked for among all before it.
pub(super) const MOST_PROPERTIES: usize = 10_000;

/// Takes the labels of a node out of its properties: `labels`, else `labelV`, else `type`, where
/// they are texts.
pub(super) fn take_labels(properties: &mut Properties) -> Vec<Arc<str>> {
    if let Some(text) = take_text(properties, LABELS) {
        return parse_labels(&text);
    }
    let (name, separator) = TINKERPOP_LABELS;
    if let Some(text) = take_text(properties, name) {
        return text.split(separator).map(Arc::from).collect();
    }
    match take_text(properties, OTHER_LABEL) {
        Some(text) if !text.is_empty() => vec![text],
        Some(text) => {
            properties.push((OTHER_LABEL.into(), Value::String(text)));
            Vec::new()
        }
        None => Vec::new(),
    }
}

/// Takes the type of a relationship out of its properties: the first text that is not empty among
/// `label`, `labelE`, `type`, `relation` and `relationship`.
pub(super) fn take_type(properties: &mut Properties) -> Option<Arc<str>> {
    let is_text = |name: &&&str| {
        let mut found = properties.iter().filter(|(key, _)| key.as_ref() == **name);
        found.any(|(_, value)| matches!(value, Value::String(text) if !text.is_empty()))
    };
    let name = TYPES.iter().find(is_text)?;
    take_text(properties, name)
}

fn take_text(properties: &mut Properties, name: &str) -> Option<Arc<str>> {
    let place = properties
        .iter()
        .position(|(key, value)| key.as_ref() == name && matches!(value, Value::String(_)))?;
    match properties.remove(place).1 {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// Gives `key` the value `value`; tells whether it had none before.
pub(super) fn insert(properties: &mut Properties, key: &Arc<str>, value: Value) -> bool {
    match properties.iter_mut().find(|(known, _)| known == key) {
        Some((_, known)) => {
            *known = value;
            false
        }
        None => {
            properties.push((key.clone(), value));
            true
        }
    }
}

/// Whether `properties` has the key `name`.
pub(super) fn has(properties: &Properties, name: &str) -> bool {
    properties.iter().any(|(key, _)| key.as_ref() == name)
}

/// Labels as one text, each behind a colon, in backticks where it is empty or has a colon or a
/// backtick: ``:Person:`a:b` ``.
pub(super) fn labels_text(labels: &[Arc<str>]) -> String {
    let mut text = String::new();
    for label in labels {
        text.push(':');
        if label.is_empty() || label.contains([':', '`']) {
            text.push('`');
            text.push_str(&label.replace('`', "``"));
            text.push('`');
        } else {
            text.push_str(label);
        }
    }
    text
}

/// The labels of a text as [`labels_text`] writes it; a text without a colon before it is one
/// label.
pub(super) fn parse_labels(text: &str) -> Vec<Arc<str>> {
    let Some(mut rest) = text.strip_prefix(':') else {
        let label = Some(text).filter(|text| !text.is_empty());
        return label.map(Arc::from).into_iter().collect();
    };
    let mut labels = Vec::new();
    loop {
        let label = match rest.strip_prefix('`') {
            Some(quoted) => {
                let (label, after) = quoted_label(quoted);
                rest = after;
                label
            }
            None => {
                let end = rest.find(':').unwrap_or(rest.len());
                let (label, after) = rest.split_at(end);
                rest = after;
                label.to_owned()
            }
        };
        labels.push(label.into());
        match rest.strip_prefix(':') {
            Some(after) => rest = after,
            None => return labels,
        }
    }
}

/// A label behind its first backtick, and what stands behind its last.
fn quoted_label(text: &str) -> (String, &str) {
    let mut label = String::new();
    let mut rest = text;
    while let Some((part, after)) = rest.split_once('`') {
        label.push_str(part);
        match after.strip_prefix('`') {
            Some(after) => {
                label.push('`');
                rest = after;
            }
            None => return (label, after),
        }
    }
    label.push_str(rest);
    (label, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn labels_read_back(labels in prop::collection::vec("[a:`é ]{0,5}", 0..4)) {
            let labels: Vec<Arc<str>> = labels.into_iter().map(Arc::from).collect();
            prop_assert_eq!(parse_labels(&labels_text(&labels)), labels);
        }
    }
}
