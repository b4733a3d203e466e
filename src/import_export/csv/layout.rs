//! How a table is laid out as text: what separates cells, quotes, whether a header stands first.

use std::io::BufRead;

use crate::error::{Error, ErrorDetail, Result};
use crate::import_export::record::Place;
use crate::import_export::source::Source;

/// What may separate cells, the more usual first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How the cells of a table are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    pub delimiter: u8,
    /// The character that cells with a delimiter in them stand in, if there is one.
    pub quote: Option<u8>,
    /// What stands before a quote within a quoted cell, where it is not doubled.
    pub escape: Option<u8>,
    /// Whether the first line names the columns.
    pub has_header: bool,
    /// How a cell holds a list.
    pub lists: Lists,
}

/// How a cell holds a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lists {
    /// Its elements stand between this character.
    Separated(char),
    /// They stand in brackets, between commas.
    Bracketed,
}

impl Layout {
    /// The usual layout: what the first line has most of separates cells.
    ///
    /// # Errors
    /// Those of the source.
    pub fn of_source(source: &Source<'_>) -> Result<Layout> {
        let delimiter = delimiter(first_line(&source.first_bytes()?));
        Ok(Layout {
            delimiter,
            quote: Some(b'"'),
            escape: None,
            has_header: true,
            lists: Lists::Separated(if delimiter == b';' { '|' } else { ';' }),
        })
    }

    /// A reader of the rows, header included where `with_header` says so.
    ///
    /// # Errors
    /// Those of the source.
    pub fn reader<'s>(
        &self,
        source: &'s Source<'_>,
        with_header: bool,
    ) -> Result<::csv::Reader<Box<dyn BufRead + 's>>> {
        Ok(::csv::ReaderBuilder::new()
            .delimiter(self.delimiter)
            .quoting(self.quote.is_some())
            .quote(self.quote.unwrap_or(b'"'))
            .escape(self.escape)
            .has_headers(self.has_header && !with_header)
            .flexible(true)
            .from_reader(source.open()?))
    }
}

/// The cells of the first line of `bytes`, however they are separated; none where they are no text.
pub(super) fn first_cells(bytes: &[u8]) -> Vec<String> {
    let line = first_line(bytes);
    let mut reader = ::csv::ReaderBuilder::new()
        .delimiter(delimiter(line))
        .has_headers(false)
        .from_reader(line);
    let cells = reader.records().next().and_then(Result::ok);
    cells.map_or(Vec::new(), |cells| {
        cells.iter().map(str::to_owned).collect()
    })
}

fn first_line(bytes: &[u8]) -> &[u8] {
    bytes.split(|byte| *byte == b'\n').next().unwrap_or(bytes)
}

/// The error of a row, with its line.
pub(super) fn csv_error(source: &Source<'_>, error: ::csv::Error) -> Error {
    let place = |position: &::csv::Position| Place::Line(position.line() - source.foreign_lines());
    let line = error.position().map_or(Place::File, place);
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => source.read_error(&error),
        ::csv::ErrorKind::Utf8 { pos, err } => {
            let line = pos.as_ref().map_or(line, place);
            let message = format!("the text is not valid UTF-8 ({err})");
            source.error(ErrorDetail::InvalidEncoding, line, message)
        }
        kind => source.error(ErrorDetail::InvalidContent, line, format!("{kind:?}")),
    }
}

fn delimiter(line: &[u8]) -> u8 {
    let count = |delimiter: u8| {
        let mut quoted = false;
        let mut count = 0_u32;
        for byte in line {
            quoted ^= *byte == b'"';
            count += u32::from(!quoted && *byte == delimiter);
        }
        count
    };
    let counted = DELIMITERS
        .iter()
        .rev()
        .map(|delimiter| (count(*delimiter), *delimiter));
    // The last of equals wins, which the reversal makes the most usual one.
    counted
        .max_by_key(|(count, _)| *count)
        .map_or(b',', |(_, delimiter)| delimiter)
}
