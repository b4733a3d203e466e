//! Text that is read line by line, for formats of which a line is a record.

use std::io::{BufRead, Read};

use crate::error::{ErrorDetail, Result};
use crate::import_export::encoded::{LEGACY, decode_legacy, open_text};
use crate::import_export::record::{Place, RecordSink};
use crate::import_export::source::Source;

/// The longest line, in bytes; a record of these formats is some words.
const LONGEST: u64 = 1 << 20;
/// The longest line of formats that have all neighbours of a node in one.
const LONGEST_LIST: u64 = 8 << 20;

/// Hands the lines of `source` to `take` without their ends, with their place.
///
/// # Errors
/// `FileError`; `FormatError` where a line is not UTF-8 or too long; errors of `take`.
pub(super) fn each_line(
    source: &Source<'_>,
    mut take: impl FnMut(&str, Place) -> Result<()>,
) -> Result<()> {
    each_raw_line(source, source.open()?, LONGEST, |bytes, place| {
        let text = std::str::from_utf8(bytes).map_err(|_| {
            let message = "the text is not valid UTF-8";
            source.error(ErrorDetail::InvalidEncoding, place, message)
        })?;
        take(text, place)
    })
}

/// As [`each_line`], for old formats: lines that are not UTF-8 are read as windows-1252, which is
/// told once, and may hold many words.
///
/// # Errors
/// `FileError`; `FormatError` where a line is too long; errors of `take`.
pub(super) fn each_legacy_line(
    source: &Source<'_>,
    sink: &mut dyn RecordSink,
    mut take: impl FnMut(&str, Place, &mut dyn RecordSink) -> Result<()>,
) -> Result<()> {
    let mut told = false;
    each_raw_line(source, open_text(source)?, LONGEST_LIST, |bytes, place| {
        let (text, is_utf_8) = decode_legacy(bytes);
        if !is_utf_8 && !told {
            told = true;
            sink.warning(place, LEGACY.to_owned());
        }
        take(&text, place, sink)
    })
}

fn each_raw_line(
    source: &Source<'_>,
    mut reader: impl BufRead,
    longest: u64,
    mut take: impl FnMut(&[u8], Place) -> Result<()>,
) -> Result<()> {
    let mut bytes = Vec::new();
    let mut line = 0;
    loop {
        bytes.clear();
        line += 1;
        let place = Place::Line(line);
        let read = reader
            .by_ref()
            .take(longest + 1)
            .read_until(b'\n', &mut bytes);
        let read = read.map_err(|error| match error.kind() {
            std::io::ErrorKind::InvalidData => {
                source.error(ErrorDetail::InvalidEncoding, place, error.to_string())
            }
            _ => source.read_error(&error),
        })?;
        if read == 0 {
            return Ok(());
        }
        if read as u64 > longest {
            let message = format!("the line is longer than {longest} bytes");
            return Err(source.error(ErrorDetail::InvalidContent, place, message));
        }
        let end = bytes
            .iter()
            .rposition(|byte| !matches!(byte, b'\n' | b'\r'));
        take(&bytes[..end.map_or(0, |end| end + 1)], place)?;
    }
}
