//! JSON Lines: one object a line, read line by line. Shared by all formats that are.

use std::io::BufRead;

use crate::error::{ErrorDetail, Result};
use crate::import_export::json_stream::Members;
use crate::import_export::record::Place;
use crate::import_export::source::Source;

/// Hands over the object of every line that is not blank.
///
/// # Errors
/// `FormatError` with line and column where a line is not one object; those of `take`.
pub(super) fn each_line(
    source: &Source<'_>,
    mut take: impl FnMut(Members, Place) -> Result<()>,
) -> Result<()> {
    let mut reader = source.open()?;
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let read = reader.read_until(b'\n', &mut line);
        if read.map_err(|error| source.read_error(&error))? == 0 {
            break;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let place = Place::Line(number);
        let members = serde_json::from_slice(&line).map_err(|error| {
            let text = error.to_string();
            let what = text.split(" at line ").next().unwrap_or(&text);
            let message = format!("not the expected JSON, column {}: {what}", error.column());
            let failed = source.error(ErrorDetail::InvalidContent, place, message);
            if error.is_eof() {
                failed.hint("the line ends in the middle; the file may have been cut off")
            } else {
                failed
            }
        })?;
        take(members, place)?;
    }
    Ok(())
}
