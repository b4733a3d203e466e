//! Graphs in XML: GraphML and GEXF, over one reader of XML that streams, knows the line of each
//! element, decodes what the declaration names, and bounds depth, entities and the length of texts.

pub mod graphml;
pub mod gexf;
mod attributes;
mod entities;
mod gexf_values;
mod gexf_write;
mod graphml_write;
mod position;
mod write;

use std::borrow::Cow;
use std::io::{self, BufRead};

use quick_xml::Error::Escape as Unresolved;
use quick_xml::XmlVersion;
use quick_xml::escape::EscapeError::UnrecognizedEntity;
use quick_xml::escape::partial_escape;
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::error::{Error, ErrorDetail, Result};
use crate::import_export::encoded::open_text;
use crate::import_export::record::{Place, excerpt};
use crate::import_export::source::Source;
use crate::import_export::xml::entities::Entities;
use crate::import_export::xml::position::Positioned;

/// How many attributes an element may have: each is compared with all before it.
const MOST_ATTRIBUTES: usize = 1000;
/// The longest content of an element that holds a value, in bytes.
const LONGEST_CONTENT: usize = 64 << 20;
/// How deep elements may be nested.
const DEEPEST: usize = 200;

/// The prefix and the address of the attributes that are ours.
const NAMESPACE: (&str, &str) = ("rihla", "urn:rihla:graph");

/// Reads a document event by event.
pub(super) struct XmlReader<'s> {
    source: &'s Source<'s>,
    reader: quick_xml::Reader<Positioned<Box<dyn BufRead + 's>>>,
    buffer: Vec<u8>,
    entities: Entities,
    depth: usize,
    place: Place,
}

/// What comes next in a document.
pub(super) enum XmlEvent<'e> {
    /// An element begins; one without content ends at once.
    Start(Element<'e>),
    /// The element ends that began last.
    End,
    /// A piece of text, perhaps empty.
    Text(Cow<'e, str>),
    /// The document ends.
    EndOfFile,
}

/// The beginning of an element.
pub(super) struct Element<'e> {
    start: BytesStart<'e>,
    entities: &'e Entities,
    source: &'e Source<'e>,
    place: Place,
}

/// The content of an element that holds a value.
pub(super) struct Content {
    /// Its text; where there are elements in it, all of it as XML.
    pub text: String,
    /// Whether there are elements in it.
    pub is_markup: bool,
    /// The text that is shown to people, where the elements are those of yEd and yFiles.
    pub caption: Option<String>,
}

impl<'s> XmlReader<'s> {
    pub fn open(source: &'s Source<'s>) -> Result<Self> {
        let reader = Positioned::new(open_text(source)?);
        let mut reader = quick_xml::Reader::from_reader(reader);
        reader.config_mut().expand_empty_elements = true;
        Ok(XmlReader {
            source,
            reader,
            buffer: Vec::new(),
            entities: Entities::default(),
            depth: 0,
            place: Place::Line(1),
        })
    }

    /// Where the event begins that came last.
    pub fn place(&self) -> Place {
        self.place
    }

    /// The next event.
    ///
    /// # Errors
    /// `FormatError` with line and column where the text is not well-formed or ends too early;
    /// `FileError`.
    pub fn next(&mut self) -> Result<XmlEvent<'_>> {
        self.buffer.clear();
        self.reader.get_mut().begin_token();
        let (line, column) = self.reader.get_ref().position();
        self.place = Place::Line(line);
        let event = match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => event,
            Err(error) => return Err(xml_error(self.source, line, column, error)),
        };
        let refused = |message: String| {
            let place = Place::Column(line, column);
            self.source
                .error(ErrorDetail::InvalidContent, place, message)
        };
        Ok(match event {
            Event::Start(start) | Event::Empty(start) => {
                self.depth += 1;
                if self.depth > DEEPEST {
                    let message = format!("elements are nested deeper than {DEEPEST} levels");
                    return Err(refused(message));
                }
                XmlEvent::Start(Element {
                    start,
                    entities: &self.entities,
                    source: self.source,
                    place: self.place,
                })
            }
            Event::End(_) => {
                self.depth = self.depth.saturating_sub(1);
                XmlEvent::End
            }
            Event::Text(text) => XmlEvent::Text(text.xml10_content()),
            Event::CData(text) => XmlEvent::Text(text.xml10_content()),
            Event::GeneralRef(reference) => {
                XmlEvent::Text(resolve(&self.entities, &reference).map_err(refused)?)
            }
            Event::DocType(text) => {
                self.entities.declare(&text).map_err(refused)?;
                XmlEvent::Text(Cow::Borrowed(""))
            }
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => XmlEvent::Text(Cow::Borrowed("")),
            Event::Eof if self.depth > 0 => {
                let message = "the file ends within an element; is a part of it missing?";
                return Err(refused(message.to_owned()));
            }
            Event::Eof => XmlEvent::EndOfFile,
        })
    }

    /// Passes over all up to the end of the element that began last.
    ///
    /// # Errors
    /// As [`XmlReader::next`].
    pub fn skip(&mut self) -> Result<()> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            self.next()?;
        }
        Ok(())
    }

    /// The content of the element that began last, up to its end.
    ///
    /// # Errors
    /// As [`XmlReader::next`].
    pub fn content(&mut self) -> Result<Content> {
        let outside = self.depth.saturating_sub(1);
        let mut text = String::new();
        let mut open: Vec<String> = Vec::new();
        let (mut is_markup, mut is_empty) = (false, false);
        let mut caption: Option<String> = None;
        while self.depth > outside {
            if text.len() > LONGEST_CONTENT {
                let message = format!("the content is longer than {LONGEST_CONTENT} bytes");
                return Err(self.error(self.place, message));
            }
            match self.next()? {
                XmlEvent::Start(element) => {
                    if !is_markup {
                        text = partial_escape(text.as_str()).into_owned();
                        is_markup = true;
                    }
                    text.extend(["<", &element.start, ">"]);
                    open.push(element.start.name().0.to_owned());
                    is_empty = true;
                }
                XmlEvent::End => {
                    if let Some(name) = open.pop() {
                        if is_empty {
                            text.truncate(text.len() - 1);
                            text.push_str("/>");
                        } else {
                            text.extend(["</", &name, ">"]);
                        }
                    }
                    is_empty = false;
                }
                XmlEvent::Text(piece) if is_markup => {
                    let shown = open.last().is_some_and(|name| is_caption(name));
                    if shown && caption.is_none() && !piece.trim().is_empty() {
                        caption = Some(piece.trim().to_owned());
                    }
                    is_empty &= piece.is_empty();
                    text.push_str(&partial_escape(piece.as_ref()));
                }
                XmlEvent::Text(piece) => text.push_str(&piece),
                XmlEvent::EndOfFile => break,
            }
        }
        if is_markup {
            text = text.trim().to_owned();
        }
        Ok(Content {
            text,
            is_markup,
            caption,
        })
    }

    /// The error that something in the element at `place` does not follow the format.
    pub fn error(&self, place: Place, message: impl AsRef<str>) -> Error {
        self.source
            .error(ErrorDetail::InvalidContent, place, message)
    }

    /// Finds the root element, which must have the local name `name`.
    ///
    /// # Errors
    /// As [`XmlReader::next`]; `FormatError` where it is another or there is none.
    pub fn root(&mut self, name: &str) -> Result<()> {
        loop {
            let found = match self.next()? {
                XmlEvent::Start(element) => element.name().to_owned(),
                XmlEvent::EndOfFile => "nothing".to_owned(),
                XmlEvent::Text(text) if !text.trim().is_empty() => "text".to_owned(),
                XmlEvent::Text(_) | XmlEvent::End => continue,
            };
            if found == name {
                return Ok(());
            }
            let message = format!("the element {name} is missing; here is {}", excerpt(&found));
            return Err(self.error(self.place, message));
        }
    }
}

/// Whether an element of this name holds the text that yEd or yFiles shows.
fn is_caption(name: &str) -> bool {
    let local = name.rsplit(':').next().unwrap_or(name);
    matches!(local, "NodeLabel" | "EdgeLabel" | "Label.Text")
}

fn resolve<'e>(entities: &'e Entities, reference: &BytesRef<'_>) -> Result<Cow<'e, str>, String> {
    match reference.resolve_char_ref() {
        Ok(Some(character)) => Ok(Cow::Owned(character.to_string())),
        Ok(None) => match entities.resolve(reference) {
            Some(text) => Ok(Cow::Borrowed(text)),
            None => Err(entities.refusal(reference)),
        },
        Err(error) => Err(error.to_string()),
    }
}

impl Element<'_> {
    /// Its name without a prefix.
    pub fn name(&self) -> &str {
        self.start.name().0.rsplit(':').next().unwrap_or_default()
    }

    /// Where it begins.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Hands its attributes, with their names as they are written, to `take`.
    ///
    /// # Errors
    /// `FormatError` where an attribute is not well-formed.
    pub fn each_attribute(&self, mut take: impl FnMut(&str, Cow<'_, str>)) -> Result<()> {
        for (count, attribute) in self.start.attributes().enumerate() {
            if count == MOST_ATTRIBUTES {
                let message = format!("the element has more than {MOST_ATTRIBUTES} attributes");
                return Err(self.error(message));
            }
            let attribute = attribute.map_err(|error| self.error(error.to_string()))?;
            let resolve = |name: &str| self.entities.resolve(name);
            let value = attribute.normalized_value_with(XmlVersion::Implicit1_0, 2, resolve);
            let value = value.map_err(|error| {
                self.error(match error {
                    Unresolved(UnrecognizedEntity(_, name)) => self.entities.refusal(&name),
                    error => error.to_string(),
                })
            })?;
            take(attribute.key.0, value);
        }
        Ok(())
    }

    /// The error that something in it does not follow the format.
    pub fn error(&self, message: impl AsRef<str>) -> Error {
        self.source
            .error(ErrorDetail::InvalidContent, self.place, message)
    }
}

fn xml_error(source: &Source<'_>, line: u64, column: u64, error: quick_xml::Error) -> Error {
    let place = Place::Column(line, column);
    match error {
        quick_xml::Error::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
            source.error(ErrorDetail::InvalidContent, place, error.to_string())
        }
        quick_xml::Error::Io(error) => source.read_error(&error),
        quick_xml::Error::Encoding(_) => {
            let message = "the text is not valid UTF-8, and declares no other encoding";
            source.error(ErrorDetail::InvalidEncoding, place, message)
        }
        error => source.error(ErrorDetail::InvalidContent, place, error.to_string()),
    }
}
