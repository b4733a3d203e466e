//! A limit to elements of XML within each other, put before the parser of RDF/XML: each that it
//! enters costs it all that are around.

use std::io::{self, Read};

/// Elements that may stand within each other; documents of people have some dozens.
const DEEPEST: i64 = 1000;

/// Passes bytes of XML on while they keep to the limit.
pub(super) struct ElementLimit<R> {
    reader: R,
    state: State,
    depth: i64,
}

/// Where in the text a byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Between tags.
    Text,
    /// After `<`.
    Less,
    /// In a tag; whether the last byte was a slash.
    Start(bool),
    /// In a quoted value of a tag.
    Value(u8),
    End,
    /// In a processing instruction or a declaration.
    Instruction,
    /// After `<!`, `<!-`: so many of the signs that begin a comment.
    Exclamation(u8),
    /// In a comment, after so many of the dashes that end it.
    Comment(u8),
    /// In `<![CDATA[`, after so many of the brackets that end it.
    Data(u8),
    /// In a declaration of the document's type, so many brackets deep.
    Declaration(u8),
}

impl<R> ElementLimit<R> {
    pub fn new(reader: R) -> Self {
        ElementLimit {
            reader,
            state: State::Text,
            depth: 0,
        }
    }

    fn step(&mut self, byte: u8) {
        self.state = match (self.state, byte) {
            (State::Text, b'<') => State::Less,
            (State::Text, _) => State::Text,
            (State::Less, b'/') => State::End,
            (State::Less, b'?') => State::Instruction,
            (State::Less, b'!') => State::Exclamation(0),
            (State::Less, _) => {
                self.depth += 1;
                State::Start(false)
            }
            (State::Start(closed), b'>') => {
                self.depth -= i64::from(closed);
                State::Text
            }
            (State::Start(_), b'"' | b'\'') => State::Value(byte),
            (State::Start(_), _) => State::Start(byte == b'/'),
            (State::Value(quote), _) if byte == quote => State::Start(false),
            (State::Value(quote), _) => State::Value(quote),
            (State::End, b'>') => {
                self.depth -= 1;
                State::Text
            }
            (State::End, _) => State::End,
            (State::Instruction, b'>') => State::Text,
            (State::Instruction, _) => State::Instruction,
            (State::Exclamation(0), b'-') => State::Exclamation(1),
            (State::Exclamation(1), b'-') => State::Comment(0),
            (State::Exclamation(_), b'[') => State::Data(0),
            (State::Exclamation(_), b'>') => State::Text,
            (State::Exclamation(_), _) => State::Declaration(0),
            (State::Comment(dashes), b'-') => State::Comment((dashes + 1).min(2)),
            (State::Comment(2), b'>') => State::Text,
            (State::Comment(_), _) => State::Comment(0),
            (State::Data(brackets), b']') => State::Data((brackets + 1).min(2)),
            (State::Data(2), b'>') => State::Text,
            (State::Data(_), _) => State::Data(0),
            (State::Declaration(depth), b'[') => State::Declaration(depth.saturating_add(1)),
            (State::Declaration(depth), b']') => State::Declaration(depth.saturating_sub(1)),
            (State::Declaration(0), b'>') => State::Text,
            (State::Declaration(depth), _) => State::Declaration(depth),
        };
    }
}

impl<R: Read> Read for ElementLimit<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.reader.read(buffer)?;
        let mut rest = buffer.get(..length).unwrap_or_default();
        while !rest.is_empty() {
            // Most of a text is between tags.
            if self.state == State::Text {
                let Some(tag) = memchr::memchr(b'<', rest) else {
                    break;
                };
                rest = &rest[tag..];
            }
            self.step(rest[0]);
            rest = &rest[1..];
            if self.depth > DEEPEST {
                let message = format!("more than {DEEPEST} elements stand in each other");
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
        ElementLimit::new(text.as_bytes())
            .read_to_end(&mut Vec::new())
            .is_ok()
    }

    #[test]
    fn only_open_elements_count() {
        let many = |text: &str| text.repeat(1100);
        assert!(!passes(&many("<a>")));
        assert!(!passes(&many("<a b='/'>x</b><c><!-- </c> --><?x </c> ?>")));
        assert!(passes(&many("<a>x</a>")));
        assert!(passes(&many("<a b='>'/>")));
        assert!(passes(&many("<!-- <a> - -- <b> --><![CDATA[<a> ]] <b>]]>")));
        assert!(passes(&format!(
            "<!DOCTYPE a [{}]>",
            many("<!ENTITY a '<a>'>")
        )));
    }
}
