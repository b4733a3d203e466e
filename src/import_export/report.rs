//! What an import read: counts by label, type and key, and what the graph does not hold of the
//! file, with the place.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::graph::Catalog;
use crate::import_export::record::Place;

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
    /// Takes the counts of the names.
    pub(super) fn take_counts(&mut self, counts: &Counts, catalog: &Catalog) {
        let named = |count: &Count, names: &mut dyn Iterator<Item = (usize, &Arc<str>)>| {
            let counted = names.map(|(index, name)| (name.clone(), count.of(index)));
            counted.filter(|(_, count)| *count > 0).collect()
        };
        let mut labels = catalog.labels().map(|(label, name)| (label.index(), name));
        self.labels = named(&counts.labels, &mut labels);
        let types = catalog.relationship_types();
        let mut types = types.map(|(own, name)| (own.index(), name));
        self.types = named(&counts.types, &mut types);
        let mut keys = catalog.keys().map(|(key, name)| (key.index(), name));
        self.properties = named(&counts.keys, &mut keys);
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

/// How often names were read, by their numbers in the graph.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub labels: Count,
    pub types: Count,
    pub keys: Count,
}

/// Counts by number.
#[derive(Debug, Default)]
pub(super) struct Count(Vec<u64>);

impl Count {
    pub fn add(&mut self, number: usize, times: usize) {
        if number >= self.0.len() {
            self.0.resize(number + 1, 0);
        }
        self.0[number] += times as u64;
    }

    fn of(&self, number: usize) -> u64 {
        self.0.get(number).copied().unwrap_or(0)
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
