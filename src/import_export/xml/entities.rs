//! Entities of a document: the five that every document has, and plain text that it declares
//! itself. Nothing is fetched, entities do not contain entities, and what they expand to is
//! bounded, so that a small file cannot become a large text.

use std::cell::Cell;

use hashbrown::HashMap;
use quick_xml::escape::{resolve_xml_entity, unescape};

/// The longest text of an entity, in bytes.
const LONGEST: usize = 1024;
/// How many a document may declare.
const MOST: usize = 1000;
/// How many bytes all references to them may become.
const LARGEST_EXPANSION: usize = 16 << 20;

/// The entities of a document.
#[derive(Debug, Default)]
pub(super) struct Entities {
    declared: HashMap<String, String>,
    expanded: Cell<usize>,
}

impl Entities {
    /// Takes the entities that a document type declares; or tells why they are refused. External
    /// ones are passed over: a reference to one is a reference to nothing.
    pub fn declare(&mut self, document_type: &str) -> Result<(), String> {
        let mut rest = document_type;
        while let Some(place) = rest.find("<!ENTITY") {
            rest = rest[place + "<!ENTITY".len()..].trim_start();
            let Some((name, value)) = rest.split_once(char::is_whitespace) else {
                return Ok(());
            };
            let value = value.trim_start();
            let quote = value.chars().next().filter(|quote| "\"'".contains(*quote));
            let (Some(quote), false) = (quote, name == "%") else {
                continue;
            };
            let Some((value, after)) = value[1..].split_once(quote) else {
                return Err(format!("the entity {name} has no end"));
            };
            rest = after;
            let text = unescape(value).ok().filter(|_| !value.contains('%'));
            let Some(text) = text else {
                return Err(format!("the entity {name} is made of other entities"));
            };
            if text.len() > LONGEST || self.declared.len() == MOST {
                return Err(format!(
                    "more than {MOST} entities, or one of more than {LONGEST} bytes"
                ));
            }
            self.declared.insert(name.to_owned(), text.into_owned());
        }
        Ok(())
    }

    /// The text of an entity; `None` where there is none, or no more of it is admitted.
    pub fn resolve(&self, name: &str) -> Option<&str> {
        if let Some(text) = resolve_xml_entity(name) {
            return Some(text);
        }
        let text = self.declared.get(name)?;
        self.expanded.set(self.expanded.get() + text.len());
        (self.expanded.get() <= LARGEST_EXPANSION).then_some(text)
    }

    /// Why `resolve` gave nothing.
    pub fn refusal(&self, name: &str) -> String {
        if self.expanded.get() > LARGEST_EXPANSION {
            format!("the entities of the document become more than {LARGEST_EXPANSION} bytes")
        } else {
            format!("the entity {name} is not declared in the document")
        }
    }
}
