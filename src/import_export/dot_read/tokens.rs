//! The text of DOT as tokens.

use crate::error::{Error, Result};
use crate::import_export::byte_cursor::ByteCursor;
use crate::import_export::record::{Place, RecordSink};
use crate::import_export::source::Source;

/// A token.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A word or a number, which may be a keyword.
    Word(String),
    /// A text in quotes, or several joined by `+`.
    Quoted(String),
    /// HTML in angle brackets, with them.
    Html(String),
    /// A bracket or a separator.
    Sign(char),
    /// `->`
    Arrow,
    /// `--`
    Line,
    End,
}

impl Token {
    /// Whether it is the keyword, in any case.
    pub fn is_keyword(&self, keyword: &str) -> bool {
        matches!(self, Token::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    /// Whether it is a name or a value.
    pub fn is_id(&self) -> bool {
        const KEYWORDS: [&str; 6] = ["strict", "graph", "digraph", "node", "edge", "subgraph"];
        match self {
            Token::Word(_) => !KEYWORDS.iter().any(|keyword| self.is_keyword(keyword)),
            Token::Quoted(_) | Token::Html(_) => true,
            _ => false,
        }
    }

    /// The text of a name or a value.
    pub fn into_text(self) -> String {
        match self {
            Token::Word(text) | Token::Quoted(text) | Token::Html(text) => text,
            other => other.shown(),
        }
    }

    /// How an error shows it.
    pub fn shown(&self) -> String {
        match self {
            Token::Word(text) | Token::Quoted(text) | Token::Html(text) => text.clone(),
            Token::Sign(sign) => sign.to_string(),
            Token::Arrow => "->".to_owned(),
            Token::Line => "--".to_owned(),
            Token::End => "the end of the file".to_owned(),
        }
    }
}

/// Reads tokens.
pub(super) struct Tokens<'s>(ByteCursor<'s>);

impl<'s> Tokens<'s> {
    pub fn open(source: &'s Source<'s>) -> Result<Self> {
        Ok(Tokens(ByteCursor::open(source)?))
    }

    /// The next token, and its place.
    pub fn next(&mut self, sink: &mut dyn RecordSink) -> Result<(Token, Place)> {
        self.pass_blanks()?;
        let place = self.0.place();
        let Some(byte) = self.0.peek()? else {
            return Ok((Token::End, place));
        };
        let token = match (byte, self.0.peek_at(1)?) {
            (b'"', _) => self.quoted(place, sink)?,
            (b'<', _) => self.html(place, sink)?,
            (b'-', Some(b'>')) => {
                self.0.pass();
                self.0.pass();
                Token::Arrow
            }
            (b'-', Some(b'-')) => {
                self.0.pass();
                self.0.pass();
                Token::Line
            }
            (b'-', Some(b'0'..=b'9' | b'.')) | (b'0'..=b'9', _) | (b'.', Some(b'0'..=b'9')) => {
                self.number(sink)?
            }
            (b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.., _) => {
                let mut word = Vec::new();
                self.0.take_while(&mut word, |byte| {
                    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
                })?;
                Token::Word(self.0.text(&word, sink))
            }
            (b'{' | b'}' | b'[' | b']' | b';' | b',' | b'=' | b':' | b'+', _) => {
                self.0.pass();
                Token::Sign(char::from(byte))
            }
            _ => {
                let message = format!("{:?} has no meaning here", char::from(byte));
                return Err(self.0.error(place, message));
            }
        };
        Ok((token, place))
    }

    /// `-12`, `.5`, `3.25`
    fn number(&mut self, sink: &mut dyn RecordSink) -> Result<Token> {
        let mut number = Vec::new();
        if self.0.peek()? == Some(b'-') {
            self.0.push(&mut number, b'-')?;
            self.0.pass();
        }
        self.0
            .take_while(&mut number, |byte| byte.is_ascii_digit())?;
        if self.0.peek()? == Some(b'.') {
            self.0.push(&mut number, b'.')?;
            self.0.pass();
            self.0
                .take_while(&mut number, |byte| byte.is_ascii_digit())?;
        }
        Ok(Token::Word(self.0.text(&number, sink)))
    }

    /// A text in quotes, and those joined to it by `+`. A backslash before a quote or at the end of
    /// a line is taken away, others mean something to those who draw the text.
    fn quoted(&mut self, place: Place, sink: &mut dyn RecordSink) -> Result<Token> {
        let mut text = Vec::new();
        loop {
            self.0.pass();
            loop {
                let Some(byte) = self.0.take()? else {
                    return Err(self.0.error(place, "the text has no closing quote"));
                };
                match (byte, self.0.peek()?) {
                    (b'"', _) => break,
                    (b'\\', Some(b'"')) => {
                        self.0.pass();
                        self.0.push(&mut text, b'"')?;
                    }
                    (b'\\', Some(b'\\')) => {
                        self.0.pass();
                        self.0.push(&mut text, b'\\')?;
                        self.0.push(&mut text, b'\\')?;
                    }
                    (b'\\', Some(b'\n')) => self.0.pass(),
                    (b'\\', Some(b'\r')) if self.0.peek_at(1)? == Some(b'\n') => {
                        self.0.pass();
                        self.0.pass();
                    }
                    _ => self.0.push(&mut text, byte)?,
                }
            }
            self.pass_blanks()?;
            if self.0.peek()? != Some(b'+') {
                return Ok(Token::Quoted(self.0.text(&text, sink)));
            }
            self.0.pass();
            self.pass_blanks()?;
            if self.0.peek()? != Some(b'"') {
                let message = "a text in quotes is expected behind +";
                return Err(self.0.error(self.0.place(), message));
            }
        }
    }

    /// HTML, up to the bracket that closes the first one.
    fn html(&mut self, place: Place, sink: &mut dyn RecordSink) -> Result<Token> {
        let mut text = Vec::new();
        let mut depth = 0_usize;
        loop {
            let Some(byte) = self.0.take()? else {
                return Err(self.0.error(place, "the HTML has no closing bracket"));
            };
            self.0.push(&mut text, byte)?;
            match byte {
                b'<' => depth += 1,
                b'>' if depth == 1 => return Ok(Token::Html(self.0.text(&text, sink))),
                b'>' => depth -= 1,
                _ => {}
            }
        }
    }

    /// Passes blanks, comments, and lines for the preprocessor.
    fn pass_blanks(&mut self) -> Result<()> {
        while let Some(byte) = self.0.peek()? {
            let next = self.0.peek_at(1)?;
            match (byte, next) {
                (b'/', Some(b'/')) => self.pass_line()?,
                (b'#', _) if matches!(self.0.place(), Place::Column(_, 1)) => self.pass_line()?,
                (b'/', Some(b'*')) => {
                    let place = self.0.place();
                    self.0.pass();
                    self.0.pass();
                    while (self.0.peek()?, self.0.peek_at(1)?) != (Some(b'*'), Some(b'/')) {
                        if self.0.take()?.is_none() {
                            return Err(self.0.error(place, "the comment has no end"));
                        }
                    }
                    self.0.pass();
                    self.0.pass();
                }
                (byte, _) if byte.is_ascii_whitespace() || byte == 0x0B => self.0.pass(),
                _ => break,
            }
        }
        Ok(())
    }

    fn pass_line(&mut self) -> Result<()> {
        while self.0.peek()?.is_some_and(|byte| byte != b'\n') {
            self.0.pass();
        }
        Ok(())
    }

    /// The error that something at `place` does not follow the format.
    pub fn error(&self, place: Place, message: impl AsRef<str>) -> Error {
        self.0.error(place, message)
    }
}
