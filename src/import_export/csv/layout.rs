//! How a table is laid out as text: what separates cells, quotes, whether a header stands first.

use std::cell::Cell;
use std::io::{self, BufRead, Cursor, Read};
use std::rc::Rc;

use crate::error::{Error, ErrorDetail, Result};
use crate::import_export::encoded::decode_legacy;
use crate::import_export::record::Place;
use crate::import_export::source::Source;

/// What may separate cells, the more usual first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Lines before a header that are looked at.
const MOST_BEFORE: usize = 50;

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
    /// Lines before the table that are none of it: `sep=;` of Excel, comments.
    pub lines_before: usize,
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
        let bytes = source.first_bytes()?;
        let (lines_before, line) = first_line(&bytes);
        let delimiter = delimiter(line);
        Ok(Layout {
            delimiter,
            quote: Some(b'"'),
            escape: None,
            has_header: true,
            lists: Lists::Separated(if delimiter == b';' { '|' } else { ';' }),
            lines_before,
        })
    }

    /// All rows, header included.
    ///
    /// # Errors
    /// Those of the source.
    pub fn rows<'s>(&self, source: &'s Source<'_>) -> Result<Rows<'s>> {
        let mut text = source.open()?;
        if self.lines_before > 0 {
            for _ in 0..self.lines_before {
                text.skip_until(b'\n')
                    .map_err(|error| source.read_error(&error))?;
            }
            // Empty lines are none of the table, too, and count.
            text = Box::new(Cursor::new(vec![b'\n'; self.lines_before]).chain(text));
        }
        Ok(self.rows_of(source, text, 1 - source.foreign_lines(), true))
    }

    /// The rows of a part of a source that begins in this line; whether it is the last part.
    pub fn rows_of<'s>(
        &self,
        source: &'s Source<'_>,
        text: Box<dyn BufRead + 's>,
        first_line: u64,
        is_last: bool,
    ) -> Rows<'s> {
        let last = Rc::new(Cell::new(b'\n'));
        let reader = ::csv::ReaderBuilder::new()
            .delimiter(self.delimiter)
            .quoting(self.quote.is_some())
            .quote(self.quote.unwrap_or(b'"'))
            .escape(self.escape)
            .has_headers(false)
            .flexible(true)
            .from_reader(Tail {
                text,
                last: last.clone(),
            });
        Rows {
            source,
            reader,
            first_line,
            is_last,
            quote: self.quote,
            last,
            legacy: None,
        }
    }
}

/// The rows of a table, as text.
pub(super) struct Rows<'s> {
    source: &'s Source<'s>,
    reader: ::csv::Reader<Tail<'s>>,
    /// The line of the source that the text begins in.
    first_line: u64,
    /// Whether the text ends where the source ends.
    is_last: bool,
    quote: Option<u8>,
    /// The last byte of the text so far that ends no line.
    last: Rc<Cell<u8>>,
    /// The first row that is not UTF-8.
    legacy: Option<Place>,
}

/// A text whose last byte is known.
struct Tail<'s> {
    text: Box<dyn BufRead + 's>,
    last: Rc<Cell<u8>>,
}

impl Read for Tail<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.text.read(buffer)?;
        let bytes = buffer[..read].iter();
        let mut bytes = bytes.rev().filter(|byte| !matches!(byte, b'\n' | b'\r'));
        if let Some(last) = bytes.next() {
            self.last.set(*last);
        }
        Ok(read)
    }
}

impl Rows<'_> {
    /// The cells of the next row, put over those of the row before, and its place; none at the end. Rows
    /// that are not UTF-8 are read as windows-1252.
    ///
    /// # Errors
    /// Those of the source; `FormatError: InvalidEncoding` where it is no text at all,
    /// `InvalidContent` where the text ends within quotes.
    pub fn next(&mut self, cells: &mut ::csv::StringRecord) -> Result<Option<Place>> {
        let before = cells.position().map(::csv::Position::line);
        let had_break = cells
            .iter()
            .next_back()
            .is_some_and(|cell| cell.contains('\n'));
        let mut row = std::mem::take(cells).into_byte_record();
        let more = self.reader.read_byte_record(&mut row);
        if !more.map_err(|error| csv_error(self.source, self.first_line, error))? {
            if self.is_last && had_break && self.quote.is_some_and(|quote| quote != self.last.get())
            {
                let place = Place::Line(before.unwrap_or(1) + self.first_line - 1);
                let message = "a quote that opens in this row is never closed; is a part of the \
                               file missing?";
                let detail = ErrorDetail::InvalidContent;
                return Err(self.source.error(detail, place, message));
            }
            return Ok(None);
        }
        let line = row.position().map_or(1, ::csv::Position::line);
        let place = Place::Line(line + self.first_line - 1);
        *cells = match ::csv::StringRecord::from_byte_record(row) {
            Ok(row) => row,
            Err(error) => self.decode(&error.into_byte_record(), place)?,
        };
        Ok(Some(place))
    }

    fn decode(&mut self, row: &::csv::ByteRecord, place: Place) -> Result<::csv::StringRecord> {
        if row.as_slice().contains(&0) {
            let message = "the text is neither UTF-8 nor in a code page: it has zero bytes";
            return Err(self
                .source
                .error(ErrorDetail::InvalidEncoding, place, message));
        }
        self.legacy.get_or_insert(place);
        let cells = row.iter().map(|cell| decode_legacy(cell).0);
        let mut cells: ::csv::StringRecord = cells.collect();
        cells.set_position(row.position().cloned());
        Ok(cells)
    }

    /// The first row so far that was not UTF-8.
    pub fn legacy(&self) -> Option<Place> {
        self.legacy
    }
}

/// The cells of the first line of `bytes`, however they are separated; none where they are no text.
pub(super) fn first_cells(bytes: &[u8]) -> Vec<String> {
    let (_, line) = first_line(bytes);
    let mut reader = ::csv::ReaderBuilder::new()
        .delimiter(delimiter(line))
        .has_headers(false)
        .from_reader(line);
    let cells = reader.records().next().and_then(Result::ok);
    cells.map_or(Vec::new(), |cells| {
        cells.iter().map(str::to_owned).collect()
    })
}

/// The line of the header, and how many lines are before it: empty ones, `sep=;` as Excel writes it,
/// and comments that are no cells of the table.
fn first_line(bytes: &[u8]) -> (usize, &[u8]) {
    let lines: Vec<&[u8]> = bytes
        .split(|byte| *byte == b'\n')
        .take(MOST_BEFORE)
        .collect();
    let is_before = |line: &[u8]| {
        let line = line.trim_ascii();
        let separator = line
            .get(..4)
            .is_some_and(|word| word.eq_ignore_ascii_case(b"sep="));
        line.is_empty() || separator && line.len() <= 5 || line.starts_with(b"#")
    };
    let before = lines.iter().take_while(|line| is_before(line)).count();
    let header = lines.get(before).copied().unwrap_or_default();
    let cells = |line: &[u8]| line.split(|byte| *byte == delimiter(header)).count();
    // A header may begin with the sign of comments: as many cells as there are below.
    let comment = lines[..before].iter().rposition(|line| {
        line.starts_with(b"#") && cells(line) > 1 && cells(line) == cells(header)
    });
    let before = comment.unwrap_or(before);
    (before, lines.get(before).copied().unwrap_or_default())
}

/// The error of a row of a text that begins in the line `first` of the source.
fn csv_error(source: &Source<'_>, first: u64, error: ::csv::Error) -> Error {
    let place = |position: &::csv::Position| Place::Line(position.line() + first - 1);
    let line = error.position().map_or(Place::File, place);
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
            source.error(ErrorDetail::InvalidEncoding, line, error.to_string())
        }
        ::csv::ErrorKind::Io(error) => source.read_error(&error),
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
