//! The text of a table in blocks of whole rows, and rows cut into cells.
//!
//! Cells and rows end where the crate `csv`, which reads whatever is odd, lets them end: after `\n`,
//! `\r` or both; a cell that begins with a quote ends behind the closing one, what follows that is a part of
//! it; a quote elsewhere means nothing; empty lines are no rows.

use std::borrow::Cow;
use std::io::{BufRead, ErrorKind, Read};

use memchr::{memchr, memchr_iter, memchr2, memchr3};

use crate::error::{Error, ErrorDetail, Result};
use crate::graph::CHUNK_SIZE;
use crate::import_export::csv::layout::Layout;
use crate::import_export::record::Place;
use crate::import_export::source::Source;

/// Bytes after which a block ends with the row.
const BLOCK_SIZE: usize = 4 << 20;

/// Some rows of a table as text.
#[derive(Debug)]
pub(super) struct Block {
    /// Whole rows.
    pub text: Vec<u8>,
    /// The line of the file that the first one stands in.
    pub line: u64,
    /// Whether the table ends with it.
    pub is_last: bool,
}

/// The blocks of a table, without the header.
pub(super) struct Blocks<'s> {
    source: &'s Source<'s>,
    layout: Layout,
    reader: Box<dyn BufRead + 's>,
    /// What is read; handed out up to `start`, known to be whole rows up to `end`.
    text: Vec<u8>,
    start: usize,
    end: usize,
    is_all: bool,
    /// Whether any cell may be quoted.
    has_quotes: bool,
    line: u64,
}

/// A cell in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    start: usize,
    end: usize,
    is_quoted: bool,
    /// Where the next one begins.
    next: usize,
    is_last: bool,
}

impl<'s> Blocks<'s> {
    /// The blocks of `source`, which is laid out so.
    ///
    /// # Errors
    /// Those of the source.
    pub fn new(source: &'s Source<'s>, layout: Layout) -> Result<Self> {
        let mut blocks = Blocks {
            source,
            layout,
            reader: source.open()?,
            text: Vec::new(),
            start: 0,
            end: 0,
            is_all: false,
            has_quotes: false,
            line: 1,
        };
        for _ in 0..layout.lines_before {
            let skipped = blocks.reader.skip_until(b'\n');
            skipped.map_err(|error| blocks.failed(&error))?;
            blocks.line += 1;
        }
        if layout.has_header {
            blocks.skip_header()?;
        }
        Ok(blocks)
    }

    fn failed(&self, error: &std::io::Error) -> Error {
        match error.kind() {
            ErrorKind::InvalidData => {
                let (detail, place) = (ErrorDetail::InvalidEncoding, Place::Line(self.line));
                self.source.error(detail, place, error.to_string())
            }
            _ => self.source.read_error(error),
        }
    }

    fn skip_header(&mut self) -> Result<()> {
        loop {
            if !self.move_over_row() {
                if self.is_all {
                    return Ok(());
                }
                self.read_more()?;
                continue;
            }
            let row = &self.text[self.start..self.end];
            let is_empty = row.iter().all(|byte| matches!(byte, b'\n' | b'\r'));
            self.line += lines(row);
            self.start = self.end;
            if !is_empty {
                return Ok(());
            }
        }
    }

    /// The next block; `None` at the end. `reserve` is asked for the memory that long rows take.
    ///
    /// # Errors
    /// Those of the source and of `reserve`.
    pub fn next(&mut self, reserve: &mut dyn FnMut(usize) -> Result<()>) -> Result<Option<Block>> {
        let mut rows = 0;
        while rows < CHUNK_SIZE && self.end - self.start < BLOCK_SIZE {
            if self.move_over_row() {
                rows += 1;
            } else if self.is_all || (rows > 0 && self.text.len() - self.start >= BLOCK_SIZE) {
                break;
            } else {
                let before = self.text.capacity();
                self.read_more()?;
                let grown = self.text.capacity() - before.min(self.text.capacity());
                if self.text.capacity() > 2 * BLOCK_SIZE {
                    // The text, and what is made of it.
                    reserve(3 * grown)?;
                }
            }
        }
        if self.start == self.end {
            return Ok(None);
        }
        let text = self.text[self.start..self.end].to_vec();
        let line = self.line - self.source.foreign_lines();
        self.line += lines(&text);
        self.start = self.end;
        let is_last = self.is_all && self.end == self.text.len();
        Ok(Some(Block {
            text,
            line,
            is_last,
        }))
    }

    /// Moves `end` over the next row; tells whether the whole of it is there.
    fn move_over_row(&mut self) -> bool {
        let (text, mut at) = (self.text.as_slice(), self.end);
        if at == text.len() {
            return false;
        }
        if self.has_quotes {
            loop {
                let cell = self.layout.span(text, at);
                at = cell.next;
                if cell.is_last {
                    break;
                }
            }
        } else {
            at = match memchr2(b'\n', b'\r', &text[at..]) {
                Some(length) => end_of_line(text, at + length),
                None => text.len(),
            };
        }
        // More may follow that belongs to the row, were it `\n` behind `\r`.
        let is_whole = at < text.len() || self.is_all;
        if is_whole {
            self.end = at;
        }
        is_whole
    }

    /// Reads as much as there is already, or more.
    fn read_more(&mut self) -> Result<()> {
        self.text.drain(..self.start);
        self.end -= self.start;
        self.start = 0;
        let (before, more) = (self.text.len(), self.text.len().max(BLOCK_SIZE));
        let read = self
            .reader
            .by_ref()
            .take(more as u64)
            .read_to_end(&mut self.text);
        let read = read.map_err(|error| self.failed(&error))?;
        self.is_all = read < more;
        let quote = self.layout.quote;
        self.has_quotes |= quote.is_some_and(|quote| memchr(quote, &self.text[before..]).is_some());
        Ok(())
    }
}

fn lines(text: &[u8]) -> u64 {
    memchr_iter(b'\n', text).count() as u64
}

/// Where the line ends whose end begins here.
fn end_of_line(text: &[u8], at: usize) -> usize {
    match text.get(at..at + 2) {
        Some(b"\r\n") => at + 2,
        _ => at + 1,
    }
}

impl Layout {
    /// The cell that begins at `at`.
    fn span(&self, text: &[u8], at: usize) -> Span {
        let mut end = at;
        let is_quoted = text
            .get(at)
            .copied()
            .is_some_and(|byte| Some(byte) == self.quote);
        if is_quoted {
            end = self.behind_quotes(text, at + 1);
        }
        let found = memchr3(self.delimiter, b'\n', b'\r', &text[end..]);
        let (end, is_last) = match found {
            Some(length) => (end + length, text[end + length] != self.delimiter),
            None => (text.len(), true),
        };
        let next = match found {
            None => end,
            Some(_) if is_last => end_of_line(text, end),
            Some(_) => end + 1,
        };
        Span {
            start: at,
            end,
            is_quoted,
            next,
            is_last,
        }
    }

    /// Where the quoted part of a cell ends that begins at `at`.
    fn behind_quotes(&self, text: &[u8], mut at: usize) -> usize {
        let Some(quote) = self.quote else { return at };
        loop {
            let found = match self.escape {
                Some(escape) => memchr2(quote, escape, &text[at..]),
                None => memchr(quote, &text[at..]),
            };
            let Some(length) = found else {
                return text.len();
            };
            at += length;
            if text[at] != quote || text.get(at + 1) == Some(&quote) {
                at = (at + 2).min(text.len());
            } else {
                return at + 1;
            }
        }
    }

    /// Puts the cells of the row that begins at `at` into `cells`; gives where the next row begins, `None`
    /// where a character is torn. An empty line gives no cells.
    pub(super) fn row<'t>(
        &self,
        text: &'t str,
        mut at: usize,
        cells: &mut Vec<Cow<'t, str>>,
    ) -> Option<usize> {
        cells.clear();
        if let Some(b'\n' | b'\r') = text.as_bytes().get(at) {
            return Some(at + 1);
        }
        loop {
            let span = self.span(text.as_bytes(), at);
            let cell = text.get(span.start..span.end)?;
            cells.push(match span.is_quoted {
                false => Cow::Borrowed(cell),
                true => self.unquoted(cell)?,
            });
            at = span.next;
            if span.is_last {
                return Some(at);
            }
        }
    }

    /// What a cell says that begins with a quote.
    fn unquoted<'t>(&self, cell: &'t str) -> Option<Cow<'t, str>> {
        let end = self.behind_quotes(cell.as_bytes(), 1);
        let is_special = |byte: &u8| Some(*byte) == self.quote || Some(*byte) == self.escape;
        // Nearly all cells have nothing but text between their quotes.
        if end == cell.len()
            && let Some(inner) = cell.get(1..end - 1)
            && cell.as_bytes().last().copied() == self.quote
            && !inner.bytes().any(|byte| is_special(&byte))
        {
            return Some(Cow::Borrowed(inner));
        }
        let mut bytes = Vec::with_capacity(cell.len());
        let mut inner = cell.as_bytes()[1..].iter();
        while let Some(byte) = inner.next() {
            let next = inner.as_slice().first();
            if Some(*byte) == self.quote && next != self.quote.as_ref() {
                break;
            }
            match (is_special(byte), next) {
                (true, Some(_)) => bytes.extend(inner.next()),
                (true, None) => {}
                (false, _) => bytes.push(*byte),
            }
        }
        bytes.extend(inner);
        String::from_utf8(bytes).ok().map(Cow::Owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import_export::csv::layout::Lists;
    use proptest::prelude::*;

    fn layout(quote: Option<u8>, escape: Option<u8>, has_header: bool) -> Layout {
        Layout {
            delimiter: b',',
            quote,
            escape,
            has_header,
            lists: Lists::Bracketed,
            lines_before: 0,
        }
    }

    /// The rows as the crate `csv` has them.
    fn expected(text: &str, layout: &Layout) -> Vec<Vec<String>> {
        let reader = ::csv::ReaderBuilder::new()
            .quoting(layout.quote.is_some())
            .escape(layout.escape)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let records = reader.into_records();
        records
            .map(|record| record.expect("text").iter().map(str::to_owned).collect())
            .collect()
    }

    fn rows(text: &str, layout: &Layout) -> Vec<Vec<String>> {
        let (mut rows, mut cells, mut at) = (Vec::new(), Vec::new(), 0);
        while at < text.len() {
            at = layout.row(text, at, &mut cells).expect("no torn character");
            if !cells.is_empty() {
                rows.push(cells.iter().map(|cell| cell.to_string()).collect());
            }
        }
        rows
    }

    proptest! {
        #[test]
        fn rows_are_those_of_the_crate_csv(
            text in r#"([a",\\\n\ré]|""|\r\n){0,24}"#,
            quoting in 0..3,
        ) {
            let quote = (quoting > 0).then_some(b'"');
            let layout = layout(quote, (quoting > 1).then_some(b'\\'), false);
            prop_assert_eq!(rows(&text, &layout), expected(&text, &layout));
        }

        #[test]
        fn blocks_hold_all_rows(
            lines in proptest::collection::vec(r#"([a,]|"a\n\n")[a,"]{0,3}(\n|\r\n|\r)"#, 0..12),
            times in prop_oneof![Just(1_usize), Just(700)],
            has_header in any::<bool>(),
        ) {
            let text = lines.concat().repeat(times);
            let layout = layout(Some(b'"'), None, has_header);
            let mut all = expected(&text, &layout).into_iter();
            if has_header {
                all.next();
            }
            let source = Source::text("rows.csv", text.as_bytes());
            let mut blocks = Blocks::new(&source, layout).expect("it opens");
            let (mut found, mut line) = (Vec::new(), 1);
            while let Some(block) = blocks.next(&mut |_| Ok(())).expect("it is read") {
                let text = std::str::from_utf8(&block.text).expect("it is text");
                found.extend(rows(text, &layout));
                prop_assert!(block.line >= line);
                line = block.line + lines_of(&block.text);
            }
            prop_assert_eq!(found, all.collect::<Vec<_>>());
            prop_assert!(text.is_empty() || has_header || line == 1 + lines_of(text.as_bytes()));
        }
    }

    fn lines_of(text: &[u8]) -> u64 {
        text.iter().filter(|byte| **byte == b'\n').count() as u64
    }

    #[test]
    fn a_long_row_is_one_row() {
        let long = "x".repeat(10 << 20);
        let text = format!("a,b\n1,\"{long}\n{long}\"\n2,3");
        let source = Source::text("rows.csv", text.as_bytes());
        let layout = layout(Some(b'"'), None, true);
        let mut blocks = Blocks::new(&source, layout).expect("it opens");
        let (mut reserved, mut found) = (0, Vec::new());
        let mut reserve = |bytes| {
            reserved += bytes;
            Ok(())
        };
        while let Some(block) = blocks.next(&mut reserve).expect("it is read") {
            let text = std::str::from_utf8(&block.text).expect("it is text");
            found.extend(rows(text, &layout));
        }
        assert_eq!(found.len(), 2);
        assert_eq!(found[0][1].len(), 2 * long.len() + 1);
        assert_eq!(found[1], ["2", "3"]);
        assert!(reserved > 2 * long.len());
    }
}
