//! What files call namespaces: `@prefix ex: <http://example.org/>`. The first node that they speak of
//! keeps it in a property, as texts like `ex: http://example.org/`, and writers use it again.

use std::collections::BTreeMap;

use crate::value::Value;

/// The property of a node that holds prefixes. No IRI has the sign.
pub(super) const PREFIXES: &str = "^prefixes";

/// How many prefixes are kept: a writer tries each for every IRI.
const MOST: usize = 200;
/// The longest that is kept with its namespace, in bytes.
const LONGEST: usize = 1000;

/// Prefixes with their namespaces.
#[derive(Debug, Default)]
pub(super) struct Prefixes(BTreeMap<String, String>);

impl Prefixes {
    /// Adds a prefix, unless it has a namespace already; tells whether it is there now.
    pub fn add(&mut self, prefix: &str, namespace: &str) -> bool {
        let fits = is_prefix(prefix) && prefix.len() + namespace.len() <= LONGEST;
        match self.0.get(prefix) {
            Some(known) => known == namespace,
            None if fits && !namespace.is_empty() && self.0.len() < MOST => {
                self.0.insert(prefix.to_owned(), namespace.to_owned());
                true
            }
            None => false,
        }
    }

    /// Adds those in the value of the property [`PREFIXES`].
    pub fn add_value(&mut self, value: &Value) {
        let texts = match value {
            Value::List(texts) => texts.as_ref(),
            text => std::slice::from_ref(text),
        };
        for text in texts {
            if let Value::String(text) = text
                && let Some((prefix, namespace)) = text.split_once(": ")
            {
                self.add(prefix, namespace);
            }
        }
    }

    /// The value of the property [`PREFIXES`]; none where there are none.
    pub fn value(&self) -> Option<Value> {
        let texts = self
            .0
            .iter()
            .map(|(prefix, namespace)| Value::from(format!("{prefix}: {namespace}")));
        let texts: Vec<Value> = texts.collect();
        (!texts.is_empty()).then(|| Value::list(texts))
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.0.iter();
        pairs.map(|(prefix, namespace)| (prefix.as_str(), namespace.as_str()))
    }

    /// Whether a namespace has a prefix.
    pub fn has_namespace(&self, namespace: &str) -> bool {
        self.0.values().any(|known| known == namespace)
    }
}

/// Whether all syntaxes take it as a prefix.
fn is_prefix(text: &str) -> bool {
    let is_part = |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
    let begins = text.starts_with(|first: char| first.is_ascii_alphabetic());
    let is_reserved = text
        .get(..3)
        .is_some_and(|start| start.eq_ignore_ascii_case("xml"));
    text.is_empty() || begins && !is_reserved && text.chars().all(is_part)
}
