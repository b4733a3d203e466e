//! Pajek's networks, `.net`: vertices, arcs, edges, lists of neighbours, matrices, two modes,
//! several relations.
//!
//! * The label of a vertex is its property `label`; one without has its number as `id`. Coordinates
//!   are `x`, `y`, `z`, the shape `shape`, parameters properties of their names.
//! * The label of a line (`l "KNOWS"`), else the name of its relation, is its type; its value the
//!   property `weight`.
//! * The vertices of two-mode networks have the property `mode`, 1 or 2.

mod words;
mod write;

use std::sync::Arc;

use hashbrown::HashMap;

use crate::error::{Error, ErrorDetail, Result};
use crate::import_export::format::ReadFormat;
use crate::import_export::lines::each_legacy_line;
use crate::import_export::options::{DEFAULT_TYPE, ImportOptions};
use crate::import_export::pajek::words::{Word, add_parameters, number, words};
use crate::import_export::record::{
    NodeRecord, Place, Properties, RecordSink, RelationshipRecord, excerpt,
};
use crate::import_export::source::Source;
use crate::import_export::words::insert;
use crate::value::Value;

/// The format; see the module.
#[derive(Debug)]
pub struct Pajek;

/// The property that the value of a line is.
const WEIGHT: &str = "weight";
/// The property that the label of a vertex is.
const LABEL: &str = "label";
/// The comment before what vertices without a label are called; the number follows it.
const UNLABELLED: &str = "% rihla: vertices without a label are called ";

/// Whether the first bytes are those of a network.
pub(super) fn recognises(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines().map(str::trim_start);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with(['%', '#']));
    first.is_some_and(|line| {
        let line = line.to_ascii_lowercase();
        line.starts_with("*vertices") || line.starts_with("*network")
    })
}

impl ReadFormat for Pajek {
    fn read(
        &self,
        source: &Source<'_>,
        options: &ImportOptions,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let default_type = options.relationship_type.clone();
        let mut network = Network {
            source,
            section: Section::Outside,
            vertices: 0,
            first_mode: None,
            seen: Vec::new(),
            unlabelled: None,
            relation: default_type.unwrap_or_else(|| DEFAULT_TYPE.into()),
            relations: HashMap::new(),
            matrix_cells: 0,
            within_network: true,
        };
        each_legacy_line(source, sink, |line, place, sink| {
            network.line(line, place, sink)
        })?;
        network.end_section(sink)?;
        match network.vertices {
            0 if network.seen.is_empty() && network.section == Section::Outside => {
                Err(network.error(Place::File, "there are no *Vertices in it"))
            }
            _ => Ok(()),
        }
    }
}

/// What else has vertices, in a project of Pajek.
const OTHER_OBJECTS: [&str; 5] = [
    "*partition",
    "*vector",
    "*permutation",
    "*cluster",
    "*hierarchy",
];

/// What the lines are that come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    /// Nothing that is read.
    Outside,
    Vertices,
    /// `*Arcs`, `*Edges`
    Lines {
        directed: bool,
    },
    /// `*Arcslist`, `*Edgeslist`
    Lists {
        directed: bool,
    },
    Matrix,
}

struct Network<'s> {
    source: &'s Source<'s>,
    section: Section,
    vertices: u64,
    /// How many of them are of the first mode, in a network of two.
    first_mode: Option<u64>,
    /// The vertices that had lines of their own, while they are read.
    seen: Vec<bool>,
    /// What vertices without a label are called, where we wrote the file.
    unlabelled: Option<String>,
    /// The type of lines that have none of their own.
    relation: Arc<str>,
    /// Relations by their numbers.
    relations: HashMap<String, Arc<str>>,
    /// The cells of a matrix that were read.
    matrix_cells: u64,
    /// Whether the next vertices are those of a network, not of a partition or a vector of a project.
    within_network: bool,
}

impl Network<'_> {
    fn line(&mut self, line: &str, place: Place, sink: &mut dyn RecordSink) -> Result<()> {
        let line = line.trim();
        if let Some(name) = line.strip_prefix(UNLABELLED) {
            self.unlabelled = Some(name.to_owned());
        }
        // Infomap's files have comments of the second kind.
        if line.is_empty() || line.starts_with(['%', '#']) {
            return Ok(());
        }
        let words = match words(line) {
            Ok(words) => words,
            Err(message) => return Err(self.error(place, message)),
        };
        if line.starts_with('*') {
            self.end_section(sink)?;
            return self.begin_section(&words, place, sink);
        }
        let done = match self.section {
            Section::Outside => Ok(()),
            Section::Vertices => self.vertex(&words, place, sink),
            Section::Lines { directed } => self.relationship(&words, directed, place, sink),
            Section::Lists { directed } => self.list(&words, directed, place, sink),
            Section::Matrix => return self.matrix(&words, place, sink),
        };
        done.or_else(|error| sink.refuse(place, error))
    }

    fn begin_section(
        &mut self,
        words: &[Word],
        place: Place,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let name = words.first().map(Word::lowercase).unwrap_or_default();
        self.section = match name.as_str() {
            "*vertices" if !self.within_network => Section::Outside,
            "*vertices" => {
                if self.vertices > 0 {
                    return Err(self.error(place, "there are two networks in it; split the file"));
                }
                let count = words.get(1).and_then(|word| word.text.parse().ok());
                let Some(count) = count else {
                    return Err(self.error(place, "*Vertices has no number of vertices"));
                };
                self.vertices = count;
                let first_mode = words.get(2).and_then(|word| word.text.parse().ok());
                self.first_mode = first_mode.filter(|first| *first <= count);
                Section::Vertices
            }
            "*arcs" => Section::Lines { directed: true },
            // The latter two are Infomap's.
            "*edges" | "*links" | "*bipartite" => Section::Lines { directed: false },
            "*arcslist" => Section::Lists { directed: true },
            "*edgeslist" => Section::Lists { directed: false },
            "*matrix" => {
                self.matrix_cells = 0;
                Section::Matrix
            }
            "*network" => {
                self.within_network = true;
                Section::Outside
            }
            _ => {
                self.within_network &= !OTHER_OBJECTS.contains(&name.as_str());
                let text = format!("the section {} is not kept", excerpt(&name));
                sink.warning(place, text);
                Section::Outside
            }
        };
        // `*Arcs :2 "KNOWS"`
        let number = words.get(1).and_then(|word| word.text.strip_prefix(':'));
        if let (Some(number), Some(name)) = (number, words.get(2)) {
            self.relation = name.text.as_str().into();
            self.relations
                .insert(number.to_owned(), self.relation.clone());
        }
        Ok(())
    }

    /// Adds the vertices that had no lines, looks whether a matrix is complete.
    fn end_section(&mut self, sink: &mut dyn RecordSink) -> Result<()> {
        match self.section {
            Section::Vertices => {
                let seen = std::mem::take(&mut self.seen);
                for number in 1..=self.vertices {
                    let index = usize::try_from(number - 1).unwrap_or(usize::MAX);
                    if !seen.get(index).is_some_and(|seen| *seen) {
                        self.push_vertex(number, None, Properties::new(), Place::File, sink)?;
                    }
                }
            }
            Section::Matrix => {
                let (rows, columns, _) = self.matrix_shape();
                if self.matrix_cells != rows.saturating_mul(columns) {
                    let message = format!(
                        "the matrix has {} cells, not {rows} rows of {columns}",
                        self.matrix_cells
                    );
                    return Err(self.error(Place::File, message));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn vertex(&mut self, words: &[Word], place: Place, sink: &mut dyn RecordSink) -> Result<()> {
        let number = self.vertex_number(words.first(), place)?;
        let index = usize::try_from(number - 1).unwrap_or(usize::MAX);
        if index >= self.seen.len() {
            let longer = index.saturating_add(1).max(2 * self.seen.len());
            sink.reserve(longer - self.seen.len())?;
            self.seen.resize(longer, false);
        }
        if let Some(seen) = self.seen.get_mut(index) {
            *seen = true;
        }
        let mut properties = Properties::new();
        let label = words.get(1);
        for problem in add_parameters(&mut properties, words.get(2..).unwrap_or_default()) {
            sink.warning(place, problem);
        }
        let label = label.map(|word| word.text.as_str());
        self.push_vertex(number, label, properties, place, sink)
    }

    fn push_vertex(
        &self,
        number: u64,
        label: Option<&str>,
        mut properties: Properties,
        place: Place,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        let made_up = self
            .unlabelled
            .as_ref()
            .map(|name| format!("{name}{number}"));
        match label {
            Some(label) if made_up.as_deref() != Some(label) => {
                insert(&mut properties, &LABEL.into(), label.into());
            }
            None if made_up.is_none() => properties.push(("id".into(), number.into())),
            _ => {}
        }
        if let Some(first) = self.first_mode {
            let mode = if number.unsigned_abs() <= first { 1 } else { 2 };
            properties.push(("mode".into(), Value::Integer(mode)));
        }
        let node = NodeRecord {
            id: Some(number.into()),
            labels: Vec::new(),
            properties,
        };
        sink.node(node, place)
    }

    fn relationship(
        &self,
        words: &[Word],
        directed: bool,
        place: Place,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        // `2: 1 3` is a line of the second relation.
        let relation = words.first().and_then(|word| word.text.strip_suffix(':'));
        let (relation, words) = match relation {
            Some(number) => {
                let known = self.relations.get(number).cloned();
                let relation = known.unwrap_or_else(|| number.into());
                (relation, words.get(1..).unwrap_or_default())
            }
            None => (self.relation.clone(), words),
        };
        let start = self.vertex_number(words.first(), place)?;
        let end = self.vertex_number(words.get(1), place)?;
        let mut rest = words.get(2..).unwrap_or_default();
        let mut properties = Properties::new();
        if let Some((first, others)) = rest.split_first()
            && let Some(weight) = number(first)
        {
            properties.push((WEIGHT.into(), weight));
            rest = others;
        }
        for problem in add_parameters(&mut properties, rest) {
            sink.warning(place, problem);
        }
        let label = properties.iter().position(|(key, _)| key.as_ref() == "l");
        let label = label.map(|place| properties.remove(place).1);
        let relationship_type = match label {
            Some(Value::String(label)) if !label.is_empty() => label,
            Some(label) if !matches!(label, Value::String(_)) => label.to_string().into(),
            _ => relation,
        };
        self.push(
            relationship_type,
            (start, end),
            properties,
            directed,
            place,
            sink,
        )
    }

    fn push(
        &self,
        relationship_type: Arc<str>,
        (start, end): (u64, u64),
        properties: Properties,
        directed: bool,
        place: Place,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let id = |number: u64| i64::try_from(number).unwrap_or(i64::MAX).into();
        let relationship = RelationshipRecord {
            relationship_type,
            start: id(start),
            end: id(end),
            properties,
            directed: Some(directed),
        };
        sink.relationship(relationship, place)
    }

    /// A vertex and its neighbours.
    fn list(
        &self,
        words: &[Word],
        directed: bool,
        place: Place,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let start = self.vertex_number(words.first(), place)?;
        for word in words.iter().skip(1) {
            let end = self.vertex_number(Some(word), place)?;
            let relation = self.relation.clone();
            self.push(
                relation,
                (start, end),
                Properties::new(),
                directed,
                place,
                sink,
            )?;
        }
        Ok(())
    }

    /// Rows and columns of the matrix, and the vertex before the first of the columns.
    fn matrix_shape(&self) -> (u64, u64, u64) {
        match self.first_mode {
            Some(first) => (first, self.vertices - first, first),
            None => (self.vertices, self.vertices, 0),
        }
    }

    /// Cells of the matrix, in the order of the rows; a row may go over several lines.
    fn matrix(&mut self, words: &[Word], place: Place, sink: &mut dyn RecordSink) -> Result<()> {
        let (rows, columns, before) = self.matrix_shape();
        for word in words {
            let Some(weight) = number(word) else {
                let message = format!("the cell {} is no number", excerpt(&word.text));
                return Err(self.error(place, message));
            };
            let cell = self.matrix_cells;
            self.matrix_cells += 1;
            if cell >= rows.saturating_mul(columns) {
                let message = format!("the matrix has more than {rows} rows of {columns} cells");
                return Err(self.error(place, message));
            }
            if weight == Value::Integer(0) {
                continue;
            }
            let (start, end) = (cell / columns + 1, before + cell % columns + 1);
            let directed = self.first_mode.is_none();
            let properties = vec![(WEIGHT.into(), weight)];
            let relation = self.relation.clone();
            self.push(relation, (start, end), properties, directed, place, sink)?;
        }
        Ok(())
    }

    fn vertex_number(&self, word: Option<&Word>, place: Place) -> Result<u64> {
        let text = word.map(|word| word.text.as_str()).unwrap_or_default();
        let number = text
            .parse()
            .ok()
            .filter(|number| (1..=self.vertices).contains(number));
        number.ok_or_else(|| {
            let text = if text.is_empty() { "nothing" } else { text };
            let message = format!(
                "{} is not the number of one of {} vertices",
                excerpt(text),
                self.vertices
            );
            self.error(place, message)
        })
    }

    fn error(&self, place: Place, message: impl AsRef<str>) -> Error {
        self.source
            .error(ErrorDetail::InvalidContent, place, message)
    }
}
