//! Bytes of a text one after the other, with the place of each, for formats whose tokens have
//! nothing to do with lines.

use std::io::BufRead;

use crate::error::{Error, ErrorDetail, Result};
use crate::import_export::encoded::{LEGACY, decode_legacy, open_text};
use crate::import_export::record::{Place, RecordSink};
use crate::import_export::source::Source;

/// The longest token, in bytes.
const LONGEST_TOKEN: usize = 64 << 20;

/// A place in a text.
pub(super) struct ByteCursor<'s> {
    source: &'s Source<'s>,
    reader: Box<dyn BufRead + 's>,
    /// What was read and not yet passed, from `at` on.
    chunk: Vec<u8>,
    at: usize,
    line: u64,
    column: u64,
    /// Whether a text was told to be in another encoding.
    told_legacy: bool,
}

impl<'s> ByteCursor<'s> {
    pub fn open(source: &'s Source<'s>) -> Result<Self> {
        Ok(ByteCursor {
            source,
            reader: open_text(source)?,
            chunk: Vec::new(),
            at: 0,
            line: 1,
            column: 1,
            told_legacy: false,
        })
    }

    /// The byte that is `ahead` bytes behind the next one; none at the end.
    ///
    /// # Errors
    /// `FileError`.
    pub fn peek_at(&mut self, ahead: usize) -> Result<Option<u8>> {
        while self.at + ahead >= self.chunk.len() {
            self.chunk.drain(..self.at);
            self.at = 0;
            let read = self.reader.fill_buf();
            let read = read.map_err(|error| match error.kind() {
                std::io::ErrorKind::InvalidData => self.source.error(
                    ErrorDetail::InvalidEncoding,
                    Place::Line(self.line),
                    error.to_string(),
                ),
                _ => self.source.read_error(&error),
            })?;
            if read.is_empty() {
                return Ok(None);
            }
            let length = read.len();
            self.chunk.extend_from_slice(read);
            self.reader.consume(length);
        }
        Ok(self.chunk.get(self.at + ahead).copied())
    }

    /// The next byte; none at the end.
    ///
    /// # Errors
    /// `FileError`.
    pub fn peek(&mut self) -> Result<Option<u8>> {
        match self.chunk.get(self.at) {
            Some(byte) => Ok(Some(*byte)),
            None => self.peek_at(0),
        }
    }

    /// Passes the next byte.
    pub fn pass(&mut self) {
        match self.chunk.get(self.at) {
            Some(b'\n') => {
                self.line += 1;
                self.column = 1;
            }
            // The further bytes of a character.
            Some(0x80..=0xBF) => {}
            Some(_) => self.column += 1,
            None => return,
        }
        self.at += 1;
    }

    /// Passes the next byte and gives it.
    ///
    /// # Errors
    /// `FileError`.
    pub fn take(&mut self) -> Result<Option<u8>> {
        let byte = self.peek()?;
        self.pass();
        Ok(byte)
    }

    /// Passes bytes as long as `belongs` says so, and adds them to `token`.
    ///
    /// # Errors
    /// `FileError`; `FormatError` where the token is too long.
    pub fn take_while(&mut self, token: &mut Vec<u8>, belongs: impl Fn(u8) -> bool) -> Result<()> {
        while let Some(byte) = self.peek()?
            && belongs(byte)
        {
            self.push(token, byte)?;
            self.pass();
        }
        Ok(())
    }

    /// Adds a byte to a token.
    ///
    /// # Errors
    /// `FormatError` where the token is too long.
    pub fn push(&self, token: &mut Vec<u8>, byte: u8) -> Result<()> {
        if token.len() == LONGEST_TOKEN {
            let message = format!("a text is longer than {LONGEST_TOKEN} bytes");
            return Err(self.error(self.place(), message));
        }
        token.push(byte);
        Ok(())
    }

    /// The place of the next byte.
    pub fn place(&self) -> Place {
        Place::Column(self.line, self.column)
    }

    /// The text of a token; where it is not UTF-8, as old files have it, which is told once.
    pub fn text(&mut self, token: &[u8], sink: &mut dyn RecordSink) -> String {
        let (text, is_utf_8) = decode_legacy(token);
        if !is_utf_8 && !self.told_legacy {
            self.told_legacy = true;
            sink.warning(Place::Line(self.line), LEGACY.to_owned());
        }
        text
    }

    /// The error that something at `place` does not follow the format.
    pub fn error(&self, place: Place, message: impl AsRef<str>) -> Error {
        self.source
            .error(ErrorDetail::InvalidContent, place, message)
    }
}
