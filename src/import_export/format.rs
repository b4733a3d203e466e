//! What a format is: a row of the table [`FORMATS`](super::FORMATS), a reader, a writer.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

use crate::context::Context;
use crate::error::{Error, ErrorDetail, ErrorKind, Result, did_you_mean};
use crate::import_export::FORMATS;
use crate::import_export::abilities::Abilities;
use crate::import_export::compression::Compression;
use crate::import_export::options::ImportOptions;
use crate::import_export::output::Output;
use crate::import_export::rdf::Rdf;
use crate::import_export::record::{RecordSink, RecordSource};
use crate::import_export::source::Source;
use crate::result::QueryResult;

/// A file format, one row of the table.
pub struct Format {
    /// Its short name, as options and the REPL take it: `node-link`.
    pub name: &'static str,
    /// Its full name.
    pub title: &'static str,
    /// Endings of file names, without the dot, the usual one first.
    pub endings: &'static [&'static str],
    /// The media type.
    pub media_type: &'static str,
    /// Whether the first bytes of a file are of this format; never true for two formats that share
    /// an ending.
    pub recognises: fn(&[u8]) -> bool,
    /// How it is read.
    pub reading: Reading,
    /// How it is written, if it is.
    pub writer: Option<&'static dyn WriteFormat>,
    /// What of a graph is lost in it, one sentence for the manual.
    pub cannot_hold: &'static str,
}

/// How a format is read.
#[derive(Clone, Copy)]
pub enum Reading {
    /// Not at all.
    No,
    /// As a stream of records.
    Records(&'static dyn ReadFormat),
    /// As statements that a session runs, by [`read_script`](super::cypher::read_script).
    Script,
}

/// Reads a format.
pub trait ReadFormat: Sync {
    /// Pushes all nodes and relationships of `source` into `sink`, in the order of the file, with
    /// a place that a person finds.
    ///
    /// # Errors
    /// `FormatError` with file and place where the text does not follow the format, `FileError`
    /// where it cannot be read, and any error of the sink, as it is.
    fn read(
        &self,
        source: &Source<'_>,
        options: &ImportOptions,
        sink: &mut dyn RecordSink,
    ) -> Result<()>;

    /// Whether files that have relationships and not one node are whole graphs, their nodes being
    /// the ends of the relationships.
    fn may_leave_out_nodes(&self) -> bool {
        false
    }

    /// Whether records are pushed as they are read; else the whole of a graph is held in memory
    /// first, because what comes later may belong to what came before.
    fn streams(&self) -> bool {
        true
    }

    /// Whether a relationship may name a node that is declared nowhere and thereby there.
    fn implies_nodes(&self) -> bool {
        false
    }

    /// Whether a relationship is the usual way to say that a node is there, of which nothing is told then.
    fn declares_by_naming(&self) -> bool {
        false
    }

    /// The syntax of RDF that it is: what all files of RDF say is put together before it is handed on,
    /// since any of them may speak of a resource.
    fn rdf(&self) -> Option<&Rdf> {
        None
    }

    /// What is told of `source` by looking at it, beside format and encoding, a phrase each.
    ///
    /// # Errors
    /// Those of the source.
    fn told(&self, _source: &Source<'_>) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    /// Whether it makes batches, on several threads, where they are welcome.
    fn makes_batches(&self) -> bool {
        false
    }

    /// Whether a source holds relationships only, whose nodes other sources hold: it is read after them.
    ///
    /// # Errors
    /// Those of the source.
    fn needs_nodes_of_others(&self, _source: &Source<'_>) -> Result<bool> {
        Ok(false)
    }

    /// Whether `header` is nothing but the header of tables whose rows stand in files of their own, as
    /// `rows` does.
    ///
    /// # Errors
    /// Those of the sources.
    fn is_header_of(&self, _header: &Source<'_>, _rows: &Source<'_>) -> Result<bool> {
        Ok(false)
    }

    /// The files that reading `source` reads, too: given beside it, they are not read again.
    fn brings_along(&self, _source: &Source<'_>) -> Vec<PathBuf> {
        Vec::new()
    }

    /// Whether a node may stand several times, each adding to what the ones before said.
    fn repeats_nodes(&self) -> bool {
        false
    }
}

/// Writes a format.
pub trait WriteFormat: Sync {
    /// Writes all of `graph`; the same graph gives the same bytes.
    ///
    /// # Errors
    /// `FileError` where the output fails, `FormatError` where the format cannot hold the graph,
    /// `ResourceError` where the statement is interrupted.
    fn write(
        &self,
        graph: &dyn RecordSource,
        output: &mut Output<'_>,
        context: &Context,
    ) -> Result<()>;

    /// What the format can hold; the rest of a graph is lost.
    fn abilities(&self) -> Abilities {
        Abilities::ALL
    }

    /// What of `graph` is lost, a phrase each: `labels (nodes that have them): 3`.
    ///
    /// # Errors
    /// Those of the graph; `ResourceError`.
    fn losses(&self, graph: &dyn RecordSource, context: &Context) -> Result<Vec<String>> {
        self.abilities().losses(graph, context)
    }

    /// Writes the rows of a result that has no nodes and no relationships, if the format is one of
    /// plain tables; tells whether it is.
    ///
    /// # Errors
    /// As [`WriteFormat::write`].
    fn write_rows(&self, _result: &QueryResult, _output: &mut Output<'_>) -> Result<bool> {
        Ok(false)
    }
}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Format").field(&self.name).finish()
    }
}

impl Format {
    /// The format of this short name.
    ///
    /// # Errors
    /// `FormatError: UnknownFormat`.
    pub fn named(name: &str) -> Result<&'static Format> {
        let found = FORMATS.iter().find(|format| format.name == name);
        found.ok_or_else(|| {
            let names = FORMATS.iter().map(|format| format.name);
            let hint = did_you_mean(name, names.clone()).unwrap_or_else(|| {
                let names: Vec<_> = names.collect();
                format!("the formats are {}", names.join(", "))
            });
            unknown(format!("there is no format {name}")).hint(hint)
        })
    }

    /// The format that a file of this name is written in, told by the ending.
    ///
    /// # Errors
    /// `FormatError: UnknownFormat`.
    pub fn of_name(file_name: &str) -> Result<&'static Format> {
        let mut candidates = with_ending(file_name).into_iter();
        candidates.find(|format| format.writes()).ok_or_else(|| {
            unknown(format!(
                "the ending of {file_name} tells no format that can be written"
            ))
            .hint(endings_hint(Format::writes))
        })
    }

    /// The format of a file that is to be read, told by its first bytes and the ending: the bytes
    /// decide among formats that share an ending, or where the ending is not known. A format that
    /// cannot be read is told, too.
    ///
    /// # Errors
    /// `FormatError: UnknownFormat`; `FileError` where the file cannot be opened.
    pub fn of_source(source: &Source<'_>) -> Result<&'static Format> {
        let bytes = source.first_bytes()?;
        let by_ending = with_ending(source.name());
        let readable = || by_ending.iter().filter(|format| format.reads());
        let recognised = readable().find(|format| (format.recognises)(&bytes));
        if let Some(format) = recognised {
            return Ok(format);
        }
        let may_be = |format: &&Format| {
            let is_meant = |(ending, meant): &(&str, &[&str])| {
                has_ending(source.name(), ending) && meant.contains(&format.name)
            };
            format.reads() && (by_ending.is_empty() || MISTAKEN.iter().any(is_meant))
        };
        let mut others = FORMATS.iter().filter(may_be);
        let other = others.find(|format| (format.recognises)(&bytes));
        let by_ending = readable().next().or(by_ending.first()).copied();
        other.or(by_ending).ok_or_else(|| {
            unknown(format!(
                "neither the ending nor the first bytes of {} tell its format",
                source.name()
            ))
            .hint(endings_hint(Format::reads))
        })
    }

    /// Whether it can be read.
    pub fn reads(&self) -> bool {
        !matches!(self.reading, Reading::No)
    }

    /// Whether it can be written.
    pub fn writes(&self) -> bool {
        self.writer.is_some()
    }
}

/// Endings that files of other formats often have, and the names of these: the first bytes tell.
const MISTAKEN: &[(&str, &[&str])] = &[
    ("owl", &["turtle", "n-quads", "json-ld"]),
    ("rdf", &["turtle", "n-quads", "json-ld"]),
    ("json", &["json-ld"]),
    ("csv", &["edgelist"]),
    ("tsv", &["edgelist"]),
];

/// The formats whose ending the name has, those with the longest ending first: `.node-link.json`
/// before `.json`.
fn with_ending(file_name: &str) -> Vec<&'static Format> {
    let mut found: Vec<_> = FORMATS
        .iter()
        .filter_map(|format| {
            let endings = format.endings.iter();
            let endings = endings.filter(|ending| has_ending(file_name, ending));
            let longest = endings.map(|ending| ending.len()).max()?;
            Some((longest, format))
        })
        .collect();
    found.sort_by_key(|(length, _)| std::cmp::Reverse(*length));
    found.into_iter().map(|(_, format)| format).collect()
}

/// Whether a file has an ending, before that of a compression.
fn has_ending(file_name: &str, ending: &str) -> bool {
    let (_, name) = Compression::of_name(file_name);
    let name = name.to_lowercase();
    let stem = name.strip_suffix(ending);
    stem.is_some_and(|stem| stem.is_empty() || stem.ends_with(['.', '/', '\\']))
}

fn endings_hint(usable: impl Fn(&Format) -> bool) -> String {
    let formats = FORMATS.iter().filter(|format| usable(format));
    let endings: BTreeSet<_> = formats
        .flat_map(|format| format.endings)
        .map(|ending| format!(".{ending}"))
        .collect();
    let endings: Vec<_> = endings.into_iter().collect();
    format!("known are {}; or name the format", endings.join(", "))
}

fn unknown(message: String) -> Error {
    Error::new(ErrorKind::FormatError, ErrorDetail::UnknownFormat, message)
}
