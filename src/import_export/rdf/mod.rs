//! RDF in all its syntaxes: resources are nodes with the property `iri`, literals properties,
//! `rdf:type` labels, all other statements relationships. What a graph's values do not tell, notes
//! beside them do, so that writing gives the statements that were read. `docs/rdf.md` has the
//! conventions.

mod names;
mod literal;
mod statements;
mod annotations;
mod elements;
mod line_statements;
mod nesting;
mod parcel;
mod prefixes;
mod read;
mod survey;
mod xml_limits;
mod write;

use std::io::{self, BufRead, Read};

use oxrdfio::{JsonLdProfileSet, RdfFormat, RdfParseError, RdfParser, RdfSyntaxError};

use crate::context::Context;
use crate::error::{Error, ErrorDetail, Result};
use crate::graph::Snapshot;
use crate::import_export::format::ReadFormat;
use crate::import_export::known::{Known, each_text};
use crate::import_export::options::ImportOptions;
use crate::import_export::rdf::elements::ElementLimit;
use crate::import_export::rdf::line_statements::add_lines;
use crate::import_export::rdf::names::{IRI, SCHEME};
use crate::import_export::rdf::nesting::NestingLimit;
use crate::import_export::rdf::read::push_records;
use crate::import_export::rdf::statements::Statements;
use crate::import_export::rdf::write::recall;
use crate::import_export::record::{Place, RecordSink, excerpt};
use crate::import_export::source::Source;

/// Ends the key of a property that holds the notes of another.
const NOTES_SUFFIX: &str = "^^";
/// Ends the key of a property that holds the graphs in which the values of another stand.
const GRAPHS_SUFFIX: &str = "^graph";
/// The property of a node whose labels stand in several graphs: each with its graph before it.
const TYPE_GRAPHS: &str = "^labels";

/// The type of a node of which nothing else is said: RDF has no other way to say that it is there.
const BARE_NODE: &str = "rihla:#node";

/// Statements between two looks at the interrupt flag.
const STATEMENTS_BETWEEN_CHECKS: u32 = 256;

/// RDF in one of its syntaxes.
#[derive(Debug)]
pub struct Rdf(RdfFormat);

/// Turtle.
pub static TURTLE: Rdf = Rdf(RdfFormat::Turtle);
/// N-Triples.
pub static N_TRIPLES: Rdf = Rdf(RdfFormat::NTriples);
/// N-Quads.
pub static N_QUADS: Rdf = Rdf(RdfFormat::NQuads);
/// TriG.
pub static TRIG: Rdf = Rdf(RdfFormat::TriG);
/// RDF/XML.
pub static RDF_XML: Rdf = Rdf(RdfFormat::RdfXml);
/// JSON-LD.
pub static JSON_LD: Rdf = Rdf(RdfFormat::JsonLd {
    profile: JsonLdProfileSet::empty(),
});

/// Whether a property says something of another, or where statements stand.
fn is_note(key: &str) -> bool {
    [NOTES_SUFFIX, GRAPHS_SUFFIX, TYPE_GRAPHS]
        .iter()
        .any(|suffix| key.ends_with(suffix))
}

/// Whether the first bytes are Turtle or TriG: they declare a prefix or a base.
pub(super) fn recognises_turtle(bytes: &[u8]) -> bool {
    let words = ["@prefix", "@base", "prefix", "base"];
    first_line(bytes).is_some_and(|line| {
        let word = line.split_ascii_whitespace().next().unwrap_or_default();
        words.iter().any(|known| word.eq_ignore_ascii_case(known)) && line.contains('<')
    })
}

/// Whether the first bytes are N-Triples or N-Quads: a line is a whole statement.
pub(super) fn recognises_lines(bytes: &[u8]) -> bool {
    first_line(bytes).is_some_and(|line| {
        let is_subject = line.starts_with("_:") || line.starts_with('<') && line.contains(':');
        is_subject && line.trim_end().ends_with('.') && line.contains('>')
    })
}

/// Whether the first bytes are RDF/XML.
pub(super) fn recognises_xml(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    text.trim_start().starts_with('<')
        && text.contains("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
        && text.contains("RDF")
        && !recognises_lines(bytes)
}

/// Whether the first bytes are JSON with the words of JSON-LD.
pub(super) fn recognises_json_ld(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let words = ["\"@context\"", "\"@graph\"", "\"@id\"", "\"@type\""];
    text.trim_start().starts_with(['{', '[']) && words.iter().any(|word| text.contains(word))
}

/// The first line that is neither empty nor a comment.
fn first_line(bytes: &[u8]) -> Option<&str> {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let line = lines.find(|line| {
        let line = line.trim_ascii();
        !line.is_empty() && !line.starts_with(b"#")
    })?;
    std::str::from_utf8(line.trim_ascii()).ok()
}

impl ReadFormat for Rdf {
    fn read(
        &self,
        source: &Source<'_>,
        _options: &ImportOptions,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let mut resources = Resources {
            statements: Statements::new(),
            graph: Snapshot::default(),
        };
        resources.add(self, source, sink)?;
        resources.push(sink)
    }

    fn streams(&self) -> bool {
        false
    }

    fn rdf(&self) -> Option<&Rdf> {
        Some(self)
    }
}

/// What files say of resources, put together: the same resource in two files is one.
#[derive(Debug)]
pub(super) struct Resources {
    statements: Statements,
    /// The graph that they come into.
    graph: Snapshot,
}

impl Resources {
    /// None yet; their blank nodes will have other names than those in `graph`.
    ///
    /// # Errors
    /// Those of the graph; `ResourceError`.
    pub fn beside(graph: Snapshot, context: &Context) -> Result<Self> {
        let mut statements = Statements::new();
        for (_, label) in graph.catalog().labels() {
            statements.leave_out(label);
        }
        let may_name = |key: &str| key == IRI || is_note(key);
        each_text(&graph, may_name, context, |text| statements.leave_out(text))?;
        Ok(Resources { statements, graph })
    }

    /// Takes what the graph says of the resources, so that they are handed on with all that is known of
    /// them; gives the nodes that they are there.
    ///
    /// # Errors
    /// Those of the graph; `ResourceError`.
    pub fn recall(&mut self, context: &Context) -> Result<Known> {
        let statements = &mut self.statements;
        let wanted = |text: &str| !text.starts_with("_:") && statements.knows(text);
        let known = Known::of(self.graph.clone(), IRI, wanted, is_note, context)?;
        statements.begin_recall();
        recall(&known.dump(context), statements, context)?;
        Ok(known)
    }

    /// Takes all that a source says.
    ///
    /// # Errors
    /// `FormatError` with file and line; those of the source and the sink.
    pub fn add(
        &mut self,
        syntax: &Rdf,
        source: &Source<'_>,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let statements = &mut self.statements;
        statements.begin_file();
        let mut line = 0;
        let added = match syntax.0 {
            // Their parsers do not tell where they are.
            RdfFormat::RdfXml => {
                let reader = ElementLimit::new(LineByLine {
                    reader: source.open()?,
                    line: &mut line,
                    within: false,
                });
                let added = syntax.add_to(statements, source, reader, sink);
                added.map_err(|failure| syntax_error(source, &failure, Line::Only(line)))
            }
            RdfFormat::JsonLd { .. } => {
                let reader = LineByLine {
                    reader: source.open()?,
                    line: &mut line,
                    within: false,
                };
                let added = syntax.add_to(statements, source, reader, sink);
                added.map_err(|failure| syntax_error(source, &failure, Line::Only(line)))
            }
            RdfFormat::NTriples | RdfFormat::NQuads => {
                return add_lines(syntax.0, statements, source, sink);
            }
            _ => {
                let reader = NestingLimit::new(source.open()?);
                let added = syntax.add_to(statements, source, reader, sink);
                added.map_err(|failure| syntax_error(source, &failure, Line::First(1)))
            }
        };
        added?
    }

    /// Hands all of it on.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn push(mut self, sink: &mut dyn RecordSink) -> Result<()> {
        sink.reserve(self.statements.take_grown())?;
        push_records(self.statements, sink)
    }
}

impl Rdf {
    /// Adds all that the source says. The inner error is the sink's.
    fn add_to(
        &self,
        statements: &mut Statements,
        source: &Source<'_>,
        reader: impl Read,
        sink: &mut dyn RecordSink,
    ) -> Result<Result<()>, RdfParseError> {
        let mut parser = RdfParser::from_format(self.0);
        // Relative IRIs are those of a document of this name, wherever it lies.
        if let Ok(with_base) = parser.clone().with_base_iri(base_iri(source)) {
            parser = with_base;
        }
        let mut quads = parser
            .for_reader(reader)
            .with_document_loader(|address| Err(NOT_FETCHED.replace("{}", address).into()));
        let mut until_check = STATEMENTS_BETWEEN_CHECKS;
        let mut is_first = true;
        while let Some(quad) = quads.next() {
            statements.add(&quad?);
            if let Err(error) = sink.reserve(statements.take_grown()) {
                return Ok(Err(error));
            }
            // Those of XML are gone at the end.
            if is_first {
                remember(quads.prefixes(), statements, sink);
                is_first = false;
            }
            until_check -= 1;
            if until_check == 0 {
                until_check = STATEMENTS_BETWEEN_CHECKS;
                if let Err(error) = sink.check() {
                    return Ok(Err(error));
                }
            }
        }
        remember(quads.prefixes(), statements, sink);
        Ok(Ok(()))
    }
}

/// Keeps prefixes of a file; those that the syntaxes need themselves are no news.
fn remember<'p>(
    prefixes: impl Iterator<Item = (&'p str, &'p str)>,
    statements: &mut Statements,
    sink: &mut dyn RecordSink,
) {
    for (prefix, namespace) in prefixes {
        let is_usual =
            matches!(prefix, "rdf" | "xml" | "its" | "oxprefix") || namespace.starts_with(SCHEME);
        if !is_usual && !statements.prefixes.add(prefix, namespace) {
            let text = format!("the prefix {}: is not kept", excerpt(prefix));
            sink.warning(Place::File, text);
        }
    }
}

/// Why a context of JSON-LD is missing.
const NOT_FETCHED: &str =
    "the context {} is on the network, which is never asked; put its content into the file";

fn base_iri(source: &Source<'_>) -> String {
    let name: &str = source.name();
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let may = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let encoded = name.bytes().map(|byte| match byte {
        byte if may(byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    format!("file:///{}", encoded.collect::<String>())
}

/// The lines that a parser was given.
#[derive(Debug, Clone, Copy)]
enum Line {
    /// The one that the first was, for parsers that count.
    First(u64),
    /// The one where it is, for those that do not.
    Only(u64),
}

/// The error of a parser.
fn syntax_error(source: &Source<'_>, error: &RdfParseError, line: Line) -> Error {
    let error = match error {
        RdfParseError::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
            return source.error(ErrorDetail::InvalidContent, Place::File, error.to_string());
        }
        RdfParseError::Io(error) => return source.read_error(error),
        RdfParseError::Syntax(error) => error,
    };
    let text = message(error);
    let detail = if text.contains("UTF-8") || text.contains("utf-8") {
        ErrorDetail::InvalidEncoding
    } else {
        ErrorDetail::InvalidContent
    };
    match (error.location(), line) {
        (Some(location), line) => {
            let first = match line {
                Line::First(line) => line,
                Line::Only(_) => 1,
            };
            let place = Place::Line(location.start.line + first);
            let column = location.start.column + 1;
            source.error(detail, place, format!("column {column}: {text}"))
        }
        (None, Line::Only(line)) => source.error(detail, Place::Line(line.max(1)), text),
        (None, Line::First(_)) => source.error(detail, Place::File, text),
    }
}

/// What is wrong, without the place that some parsers put before it.
fn message(error: &RdfSyntaxError) -> String {
    let text = error.to_string();
    match text.split_once(": ") {
        Some((place, message)) if place.starts_with("Parser error") => message.to_owned(),
        _ => text,
    }
}

/// Hands out no more than a line at a time, so that the lines handed out tell where the reader is.
struct LineByLine<'r, R> {
    reader: R,
    /// The line that was handed out last, counted from 1.
    line: &'r mut u64,
    /// Whether its end is still to come.
    within: bool,
}

impl<R: BufRead> Read for LineByLine<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.reader.fill_buf()?;
        let available = &available[..available.len().min(buffer.len())];
        let line_end = memchr::memchr(b'\n', available);
        let length = line_end.map_or(available.len(), |end| end + 1);
        if length > 0 {
            *self.line += u64::from(!self.within);
            self.within = line_end.is_none();
        }
        buffer[..length].copy_from_slice(&available[..length]);
        self.reader.consume(length);
        Ok(length)
    }
}
