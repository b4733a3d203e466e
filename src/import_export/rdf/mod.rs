//! RDF in all its syntaxes: resources are nodes with the property `iri`, literals properties,
//! `rdf:type` labels, all other statements relationships. What a graph's values do not tell, notes
//! beside them do, so that writing gives the statements that were read. `docs/rdf.md` has the
//! conventions.

mod names;
mod literal;
mod statements;
mod annotations;
mod elements;
mod nesting;
mod prefixes;
mod read;
mod survey;
mod xml_limits;
mod write;

use std::io::{self, BufRead, Read};

use oxrdf::Quad;
use oxrdfio::{JsonLdProfileSet, RdfFormat, RdfParseError, RdfParser, RdfSyntaxError};

use crate::error::{Error, ErrorDetail, Result};
use crate::import_export::format::ReadFormat;
use crate::import_export::options::ImportOptions;
use crate::import_export::rdf::elements::ElementLimit;
use crate::import_export::rdf::names::SCHEME;
use crate::import_export::rdf::nesting::NestingLimit;
use crate::import_export::rdf::read::push_records;
use crate::import_export::rdf::statements::Statements;
use crate::import_export::record::{Place, RecordSink, excerpt};
use crate::import_export::source::Source;
use crate::parallel::apart;

/// Ends the key of a property that holds the notes of another.
const NOTES_SUFFIX: &str = "^^";
/// Ends the key of a property that holds the graphs in which the values of another stand.
const GRAPHS_SUFFIX: &str = "^graph";
/// The property of a node whose labels stand in several graphs: each with its graph before it.
const TYPE_GRAPHS: &str = "^labels";

/// The type of a node of which nothing else is said: RDF has no other way to say that it is there.
const BARE_NODE: &str = "rihla:#node";

/// Statements that one thread hands to another at once.
const QUADS_AT_ONCE: usize = 256;

/// Bytes of a file from which on it is worth a thread that does nothing but parse it.
const APART_FROM: u64 = 4 << 20;

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
        let mut resources = Resources::new();
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
pub(super) struct Resources(Statements);

impl Resources {
    pub fn new() -> Self {
        Resources(Statements::new())
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
        self.0.begin_file();
        let mut line = 0;
        let added = match syntax.0 {
            // Their parsers do not tell where they are.
            RdfFormat::RdfXml => {
                let reader = ElementLimit::new(LineByLine {
                    reader: source.open()?,
                    line: &mut line,
                    within: false,
                });
                let added = syntax.add_to(&mut self.0, source, reader, sink);
                added.map_err(|failure| syntax_error(source, &failure, Some(line)))
            }
            RdfFormat::JsonLd { .. } => {
                let reader = LineByLine {
                    reader: source.open()?,
                    line: &mut line,
                    within: false,
                };
                let added = syntax.add_to(&mut self.0, source, reader, sink);
                added.map_err(|failure| syntax_error(source, &failure, Some(line)))
            }
            RdfFormat::NTriples | RdfFormat::NQuads
                if sink.threads() > 1 && source.size() > APART_FROM =>
            {
                return syntax.add_apart(&mut self.0, source, sink);
            }
            _ => {
                let reader = NestingLimit::new(source.open()?);
                let added = syntax.add_to(&mut self.0, source, reader, sink);
                added.map_err(|failure| syntax_error(source, &failure, None))
            }
        };
        added?
    }

    /// Hands all of it on.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn push(self, sink: &mut dyn RecordSink) -> Result<()> {
        push_records(self.0, sink)
    }
}

impl Rdf {
    /// Adds all that lines of statements say, which another thread parses.
    fn add_apart(
        &self,
        statements: &mut Statements,
        source: &Source<'_>,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let parse = |give: &mut dyn FnMut(Vec<Quad>) -> Result<()>| {
            let reader = NestingLimit::new(source.open()?);
            let mut parsed = RdfParser::from_format(self.0).for_reader(reader);
            loop {
                let mut quads = Vec::with_capacity(QUADS_AT_ONCE);
                let failure = parsed
                    .by_ref()
                    .take(QUADS_AT_ONCE)
                    .find_map(|quad| match quad {
                        Ok(quad) => {
                            quads.push(quad);
                            None
                        }
                        Err(error) => Some(error),
                    });
                let is_last = quads.is_empty();
                // What cannot be kept comes before what cannot be read.
                give(quads)?;
                match failure {
                    Some(error) => return Err(syntax_error(source, &error, None)),
                    None if is_last => return Ok(()),
                    None => {}
                }
            }
        };
        apart(parse, |quads: Vec<Quad>| {
            sink.check()?;
            quads.iter().try_for_each(|quad| statements.add(quad, sink))
        })
    }

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
            if let Err(error) = statements.add(&quad?, sink) {
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

/// The error of a parser; `line` is where it read, for those that do not say so.
fn syntax_error(source: &Source<'_>, error: &RdfParseError, line: Option<u64>) -> Error {
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
        (Some(location), _) => {
            let place = Place::Line(location.start.line + 1);
            let column = location.start.column + 1;
            source.error(detail, place, format!("column {column}: {text}"))
        }
        (None, Some(line)) => source.error(detail, Place::Line(line.max(1)), text),
        (None, None) => source.error(detail, Place::File, text),
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
