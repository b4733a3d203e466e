//! JSON Lines: one object a line, read line by line. Shared by all formats that are, most of which
//! are documents, too.

use std::io::{BufRead, Read};

use crate::error::{ErrorDetail, Result};
use crate::import_export::json::stream::{Document, Members, read_document};
use crate::import_export::record::Place;
use crate::import_export::source::Source;

/// The longest line, in bytes: one that is longer is no line.
const LONGEST: u64 = 256 << 20;

/// How much more room the values of a line take than its text.
const VALUES_PER_TEXT: usize = 16;

/// Hands the object of every line, or else the members or elements of the one document that
/// `source` is, to `document`.
///
/// # Errors
/// As [`each_line`] and [`read_document`].
pub(super) fn read_lines_or_document(
    source: &Source<'_>,
    is_lines: bool,
    document: &mut impl Document,
) -> Result<()> {
    if is_lines {
        each_line(source, document)
    } else {
        read_document(source, document)
    }
}

/// Hands over the object of every line that is not blank.
///
/// # Errors
/// `FormatError` with line and column where a line is not one object; those of the document.
fn each_line(source: &Source<'_>, document: &mut impl Document) -> Result<()> {
    let mut reader = source.open()?;
    let mut line = Vec::new();
    let mut longest = 0;
    for number in 1.. {
        line.clear();
        let place = Place::Line(number);
        let read = reader
            .by_ref()
            .take(LONGEST + 1)
            .read_until(b'\n', &mut line);
        let read = read.map_err(|error| source.read_error(&error))?;
        if read == 0 {
            break;
        }
        if read as u64 > LONGEST {
            let message = format!("the line is longer than {LONGEST} bytes");
            return Err(source.error(ErrorDetail::InvalidContent, place, message));
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        if line.len() > longest {
            document.reserve((line.len() - longest) * VALUES_PER_TEXT)?;
            longest = line.len();
        }
        let members: Members = serde_json::from_slice(&line).map_err(|error| {
            let text = error.to_string();
            let what = text.split(" at line ").next().unwrap_or(&text);
            let place = match error.column() {
                0 => place,
                column => Place::Column(number, column as u64),
            };
            if std::str::from_utf8(&line).is_err() {
                let message = "the text is not valid UTF-8";
                return source.error(ErrorDetail::InvalidEncoding, place, message);
            }
            let message = format!("not the expected JSON: {what}");
            let failed = source.error(ErrorDetail::InvalidContent, place, message);
            if error.is_eof() {
                failed.hint("the line ends in the middle; the file may have been cut off")
            } else {
                failed
            }
        })?;
        document.element(members, place)?;
    }
    Ok(())
}
