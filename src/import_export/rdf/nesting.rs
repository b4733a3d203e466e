//! A limit to triple terms within each other (`<<( ... <<( ... )>> )>>`), put before the parser: it
//! takes any number, and what it makes of 100,000 cannot even be dropped.

use std::io::{self, Read};

/// Triple terms that may stand within each other.
const DEEPEST: u32 = 64;

/// Passes bytes of Turtle, TriG, N-Triples or N-Quads on while they keep to the limit.
pub(super) struct NestingLimit<R> {
    reader: R,
    state: State,
    depth: u32,
}

/// Where in the text a byte stands.
#[derive(Debug, Clone, Copy)]
enum State {
    /// Outside of all that follows.
    Outside,
    /// After `<`.
    Less,
    /// After `<<`.
    LessLess,
    Iri,
    Comment,
    /// After `)`.
    Closing,
    /// After `)>`.
    ClosingGreater,
    /// After the first quote of a string.
    Opened(u8),
    /// After two quotes: an empty string, or the start of a long one.
    OpenedTwice(u8),
    Short(u8),
    ShortEscape(u8),
    /// In a long string, after so many quotes that may end it.
    Long(u8, u8),
    LongEscape(u8),
}

impl<R> NestingLimit<R> {
    pub fn new(reader: R) -> Self {
        NestingLimit {
            reader,
            state: State::Outside,
            depth: 0,
        }
    }

    /// How many of the first bytes change nothing: most of a text is inside of IRIs and strings.
    fn dull(&self, bytes: &[u8]) -> usize {
        let found = match self.state {
            State::Iri => memchr::memchr(b'>', bytes),
            State::Comment => memchr::memchr2(b'\n', b'\r', bytes),
            State::Short(quote) => memchr::memchr2(quote, b'\\', bytes),
            State::Long(quote, 0) => memchr::memchr2(quote, b'\\', bytes),
            _ => return 0,
        };
        found.unwrap_or(bytes.len())
    }

    fn step(&mut self, byte: u8) {
        self.state = match (self.state, byte) {
            (State::LessLess, b'(') => {
                self.depth += 1;
                State::Outside
            }
            (State::ClosingGreater, b'>') => {
                self.depth = self.depth.saturating_sub(1);
                State::Outside
            }
            (State::Closing, b'>') => State::ClosingGreater,
            (State::Less, b'<') => State::LessLess,
            (State::Less | State::Iri, b'>') => State::Outside,
            (State::Less | State::Iri, _) => State::Iri,
            (State::Comment, b'\n' | b'\r') => State::Outside,
            (State::Comment, _) => State::Comment,
            (State::Opened(quote), _) if byte == quote => State::OpenedTwice(quote),
            (State::OpenedTwice(quote), _) if byte == quote => State::Long(quote, 0),
            (State::Opened(quote) | State::Short(quote), b'\\') => State::ShortEscape(quote),
            (State::Short(quote), _) if byte == quote => State::Outside,
            (State::Opened(quote) | State::Short(quote) | State::ShortEscape(quote), _) => {
                State::Short(quote)
            }
            (State::Long(quote, _), b'\\') => State::LongEscape(quote),
            (State::Long(quote, 2), _) if byte == quote => State::Outside,
            (State::Long(quote, ending), _) if byte == quote => State::Long(quote, ending + 1),
            (State::Long(quote, _) | State::LongEscape(quote), _) => State::Long(quote, 0),
            (_, b'<') => State::Less,
            (_, b')') => State::Closing,
            (_, b'#') => State::Comment,
            (_, b'"' | b'\'') => State::Opened(byte),
            _ => State::Outside,
        };
    }
}

impl<R: Read> Read for NestingLimit<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.reader.read(buffer)?;
        let mut rest = buffer.get(..length).unwrap_or_default();
        while let Some((byte, after)) = rest.get(self.dull(rest)..).and_then(<[u8]>::split_first) {
            self.step(*byte);
            rest = after;
            if self.depth > DEEPEST {
                let message = format!("more than {DEEPEST} triple terms stand in each other");
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
        }
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(text: &str) -> bool {
        NestingLimit::new(text.as_bytes())
            .read_to_end(&mut Vec::new())
            .is_ok()
    }

    #[test]
    fn only_triple_terms_count() {
        let many = |text: &str| text.repeat(100);
        assert!(!passes(&many("<<( <a> <b> ")));
        assert!(!passes(&many("<<( '' \"\"\"x\"\"\" # )>> \n")));
        assert!(!passes(&many("<<( \"\\\" )>> \" '''\\''' )>> ''' ")));
        assert!(passes(&many("<<( <a> <b> <c> )>> ")));
        assert!(passes(&many("\"<<(\" '<<(' \"\"\"\"<<(\"\"\" # <<(\n ")));
        assert!(passes(&many("<http://a/<<(> ")));
        assert!(passes(&many("<< <a> <b> <c> >> (1 2) ")));
    }
}
