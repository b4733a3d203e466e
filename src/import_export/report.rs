//! What an import read: counts by label, type and key, and what the graph does not hold of the
//! file, with the place.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::import_export::record::{NodeRecord, Place, RelationshipRecord};

/// How many warnings are kept; the rest is counted.
const KEPT_WARNINGS: usize = 20;

/// What an import read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// The files, with what was told of each by looking at it.
    pub files: Vec<FileNote>,
    /// Nodes.
    pub nodes: u64,
    /// Relationships.
    pub relationships: u64,
    /// Nodes by label; a node with two labels counts for both.
    pub labels: BTreeMap<Arc<str>, u64>,
    /// Relationships by type.
    pub types: BTreeMap<Arc<str>, u64>,
    /// Values by property key, of nodes and relationships together.
    pub properties: BTreeMap<Arc<str>, u64>,
    /// The first of what was odd.
    pub warnings: Vec<ImportWarning>,
    /// Warnings beyond those kept.
    pub further_warnings: u64,
    /// Nodes and relationships that were left out, each with a warning.
    pub skipped: u64,
}

/// A file, and what was told of it by looking at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileNote {
    /// What messages call it.
    pub file: Arc<str>,
    /// The title of its format.
    pub format: &'static str,
    /// What else was told: the encoding, what separates cells, what a table holds.
    pub told: Vec<String>,
}

/// Something that the graph does not hold as the file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportWarning {
    /// The file.
    pub file: Arc<str>,
    /// Where in the file.
    pub place: Place,
    /// What was done, a sentence without a full stop.
    pub text: String,
}

impl Report {
    pub(super) fn count_node(&mut self, node: &NodeRecord) {
        self.nodes += 1;
        for label in &node.labels {
            count(&mut self.labels, label);
        }
        for (key, _) in &node.properties {
            count(&mut self.properties, key);
        }
    }

    pub(super) fn count_relationship(&mut self, relationship: &RelationshipRecord) {
        self.relationships += 1;
        count(&mut self.types, &relationship.relationship_type);
        for (key, _) in &relationship.properties {
            count(&mut self.properties, key);
        }
    }

    pub(super) fn skip(&mut self, file: &Arc<str>, place: Place, text: String) {
        self.skipped += 1;
        self.warn(file, place, text);
    }

    pub(super) fn warn(&mut self, file: &Arc<str>, place: Place, text: String) {
        if self.warnings.len() < KEPT_WARNINGS {
            self.warnings.push(ImportWarning {
                file: file.clone(),
                place,
                text,
            });
        } else {
            self.further_warnings += 1;
        }
    }
}

fn count(counts: &mut BTreeMap<Arc<str>, u64>, name: &Arc<str>) {
    match counts.get_mut(name) {
        Some(count) => *count += 1,
        None => {
            counts.insert(name.clone(), 1);
        }
    }
}

impl Report {
    /// All that was read, for a person: labels, types and property keys with their counts.
    pub fn details(&self) -> String {
        let mut lines = self.to_string();
        for (title, counts) in [
            ("labels", &self.labels),
            ("types", &self.types),
            ("properties", &self.properties),
        ] {
            if !counts.is_empty() {
                let counts = counts.iter().map(|(name, count)| format!("{name} {count}"));
                let counts: Vec<_> = counts.collect();
                lines.push_str(&format!("\n  {title}: {}", counts.join(", ")));
            }
        }
        if self.skipped > 0 {
            lines.push_str(&format!("\n  left out: {}", self.skipped));
        }
        for note in &self.files {
            let told = note.told.iter().map(String::as_str);
            let told: Vec<&str> = [note.format].into_iter().chain(told).collect();
            lines.push_str(&format!("\n  {}: {}", note.file, told.join(", ")));
        }
        lines
    }
}

/// In one line: `150 nodes, 300 relationships`.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |count: u64| if count == 1 { "" } else { "s" };
        write!(f, "{} node{}, ", self.nodes, plural(self.nodes))?;
        let relationships = self.relationships;
        write!(f, "{relationships} relationship{}", plural(relationships))
    }
}

impl fmt::Display for ImportWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Place::File => write!(f, "{}: {}", self.file, self.text),
            place => write!(f, "{}, {place}: {}", self.file, self.text),
        }
    }
}
