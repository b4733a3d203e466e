//! Where a reader is in a text, and a bound to how much it takes at once.

use std::io::{self, BufRead, Read};

/// The longest tag, text or comment, in bytes.
const LONGEST_TOKEN: usize = 64 << 20;

/// Counts the lines and characters that are consumed.
pub(super) struct Positioned<R> {
    reader: R,
    line: u64,
    column: u64,
    /// Bytes of the token that is being read.
    token: usize,
}

impl<R> Positioned<R> {
    pub fn new(reader: R) -> Self {
        Positioned {
            reader,
            line: 1,
            column: 1,
            token: 0,
        }
    }

    /// Line and column of what comes next, counted from 1.
    pub fn position(&self) -> (u64, u64) {
        (self.line, self.column)
    }

    /// What comes next is counted as one token.
    pub fn begin_token(&mut self) {
        self.token = 0;
    }
}

impl<R: BufRead> BufRead for Positioned<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.token > LONGEST_TOKEN {
            let message = format!("a tag or text is longer than {LONGEST_TOKEN} bytes");
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        self.reader.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        if let Ok(buffer) = self.reader.fill_buf() {
            let taken = buffer.get(..amount).unwrap_or(buffer);
            let lines = memchr::memchr_iter(b'\n', taken).count() as u64;
            let last = match memchr::memrchr(b'\n', taken) {
                Some(end) => {
                    self.column = 1;
                    &taken[end + 1..]
                }
                None => taken,
            };
            self.line += lines;
            let is_first = |byte: &&u8| **byte & 0xC0 != 0x80;
            self.column += last.iter().filter(is_first).count() as u64;
        }
        self.token += amount;
        self.reader.consume(amount);
    }
}

impl<R: BufRead> Read for Positioned<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut available = self.fill_buf()?;
        let read = available.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}
