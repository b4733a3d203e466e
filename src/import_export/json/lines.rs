//! JSON Lines: one object a line, read line by line. Shared by all formats that are, most of which
//! are documents, too.

use std::io::{BufRead, Read};

use crate::error::{Error, ErrorDetail, Result};
use crate::import_export::json::stream::{Document, Members, read_document};
use crate::import_export::record::Place;
use crate::import_export::source::Source;
use crate::parallel::apart;

/// The longest line, in bytes: one that is longer is no line.
const LONGEST: u64 = 256 << 20;

/// How much more room the values of a line take than its text.
const VALUES_PER_TEXT: usize = 16;

/// Bytes of lines that are parsed together.
const AT_ONCE: usize = 64 << 10;

/// Bytes of a file from which on it is worth a thread that does nothing but parse it.
const APART_FROM: u64 = 4 << 20;

/// Hands the object of every line, or else the members or elements of the one document that
/// `source` is, to `document`; on two threads, if `threads` allows.
///
/// # Errors
/// As [`parse_lines`] and [`read_document`].
pub(super) fn read_lines_or_document(
    source: &Source<'_>,
    is_lines: bool,
    threads: usize,
    document: &mut impl Document,
) -> Result<()> {
    if !is_lines {
        return read_document(source, document);
    }
    let mut longest = 0;
    let mut take = |lines: Lines| {
        if lines.bytes > longest {
            document.reserve((lines.bytes - longest) * VALUES_PER_TEXT)?;
            longest = lines.bytes;
        }
        let mut objects = lines.objects.into_iter();
        objects.try_for_each(|(members, place)| document.element(members, place))
    };
    match threads > 1 && source.size() > APART_FROM {
        true => apart(|give| parse_lines(source, give), take),
        false => parse_lines(source, &mut take),
    }
}

/// The objects of some lines.
struct Lines {
    objects: Vec<(Members, Place)>,
    /// How long the lines are.
    bytes: usize,
}

/// Hands over the object of every line that is not blank, those of some lines at once.
///
/// # Errors
/// `FormatError` with line and column where a line is not one object; those of `give`.
fn parse_lines(source: &Source<'_>, give: &mut dyn FnMut(Lines) -> Result<()>) -> Result<()> {
    let mut reader = source.open()?;
    let mut line = Vec::new();
    let none = || Lines {
        objects: Vec::new(),
        bytes: 0,
    };
    let mut lines = none();
    for number in 1.. {
        line.clear();
        let place = Place::Line(number);
        let read = reader
            .by_ref()
            .take(LONGEST + 1)
            .read_until(b'\n', &mut line);
        let read = match read {
            Ok(0) => break,
            Ok(read) => read as u64,
            Err(error) => {
                give(lines)?;
                return Err(source.read_error(&error));
            }
        };
        if read > LONGEST {
            give(lines)?;
            let message = format!("the line is longer than {LONGEST} bytes");
            return Err(source.error(ErrorDetail::InvalidContent, place, message));
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        if lines.bytes + line.len() > AT_ONCE {
            give(std::mem::replace(&mut lines, none()))?;
        }
        match serde_json::from_slice(&line) {
            Ok(members) => lines.objects.push((members, place)),
            Err(error) => {
                // What cannot be kept comes before what cannot be read.
                give(lines)?;
                return Err(not_an_object(source, &line, number, &error));
            }
        }
        lines.bytes += line.len();
    }
    give(lines)
}

/// The error of a line that is no JSON object.
fn not_an_object(
    source: &Source<'_>,
    line: &[u8],
    number: u64,
    error: &serde_json::Error,
) -> Error {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or(&text);
    let place = match error.column() {
        0 => Place::Line(number),
        column => Place::Column(number, column as u64),
    };
    if std::str::from_utf8(line).is_err() {
        let message = "the text is not valid UTF-8";
        return source.error(ErrorDetail::InvalidEncoding, place, message);
    }
    let message = format!("not the expected JSON: {what}");
    let failed = source.error(ErrorDetail::InvalidContent, place, message);
    match error.is_eof() {
        true => failed.hint("the line ends in the middle; the file may have been cut off"),
        false => failed,
    }
}
