//! Text that is read line by line, for formats of which a line is a record.

use std::io::{BufRead, Read};

use crate::error::{ErrorDetail, Result};
use crate::import_export::record::Place;
use crate::import_export::source::Source;

/// The longest line, in bytes; a record of these formats is some words.
const LONGEST: u64 = 1 << 20;

/// Hands the lines of `source` to `take` without their ends, with their place.
///
/// # Errors
/// `FileError`; `FormatError` where a line is not UTF-8 or too long; errors of `take`.
pub(super) fn each_line(
    source: &Source<'_>,
    mut take: impl FnMut(&str, Place) -> Result<()>,
) -> Result<()> {
    let mut reader = source.open()?;
    let mut bytes = Vec::new();
    let mut line = 0;
    loop {
        bytes.clear();
        line += 1;
        let place = Place::Line(line);
        let read = reader
            .by_ref()
            .take(LONGEST + 1)
            .read_until(b'\n', &mut bytes);
        let read = read.map_err(|error| source.read_error(&error))?;
        if read == 0 {
            return Ok(());
        }
        if read as u64 > LONGEST {
            let message = format!("the line is longer than {LONGEST} bytes");
            return Err(source.error(ErrorDetail::InvalidContent, place, message));
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| {
            let message = "the text is not valid UTF-8";
            source.error(ErrorDetail::InvalidEncoding, place, message)
        })?;
        take(text.trim_end_matches(['\n', '\r']), place)?;
    }
}
