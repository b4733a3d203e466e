//! One look at every byte before the grammar sees the text: where strings, names in back-ticks
//! and comments end, how deeply brackets are nested, and the text without its comments.
//!
//! What is not closed is reported here, at the place where it was opened; what is nested too
//! deeply is refused here, before anything recurses.

use std::borrow::Cow;

use super::MAXIMUM_NESTING;
use super::span::Span;
use crate::error::{Error, ErrorDetail, Result};

/// A text that is ready for the grammar.
pub(super) struct Scanned<'t> {
    /// The text; every byte of a comment is a blank, so that all places stay.
    pub text: Cow<'t, str>,
    /// The deepest nesting of brackets and CASE.
    pub nesting: usize,
}

/// What stands at one place of a text, as far as it can hide other characters.
pub(super) enum Piece {
    /// A string or a name in back-ticks.
    Quoted,
    /// `// ...` up to the end of the line, or `/* ... */`.
    Comment,
    /// A word or a number: letters, digits, underscores, and whatever is not ASCII.
    Word,
    /// Any other single character.
    Other,
}

/// The piece of `text` that begins at `start`: what it is, where it ends, whether it is closed.
pub(super) fn piece(text: &str, start: usize) -> (Piece, usize, bool) {
    let bytes = text.as_bytes();
    match bytes[start] {
        quote @ (b'\'' | b'"' | b'`') => {
            let (end, closed) = end_of_quoted(bytes, start, quote);
            (Piece::Quoted, end, closed)
        }
        b'/' if bytes.get(start + 1) == Some(&b'/') => {
            let length = text[start..].find('\n').unwrap_or(text.len() - start);
            (Piece::Comment, start + length, true)
        }
        b'/' if bytes.get(start + 1) == Some(&b'*') => match text[start + 2..].find("*/") {
            Some(length) => (Piece::Comment, start + 2 + length + 2, true),
            None => (Piece::Comment, text.len(), false),
        },
        byte if is_word(byte) => {
            let length = bytes[start..]
                .iter()
                .take_while(|byte| is_word(**byte))
                .count();
            (Piece::Word, start + length, true)
        }
        _ => (Piece::Other, start + 1, true),
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Backslashes hide quotes in strings, but not back-ticks in names. A doubled quote is seen as
/// the end of one string and the beginning of the next: for finding the end that is the same.
fn end_of_quoted(bytes: &[u8], start: usize, quote: u8) -> (usize, bool) {
    let mut position = start + 1;
    while position < bytes.len() {
        if bytes[position] == quote {
            return (position + 1, true);
        }
        position += if bytes[position] == b'\\' && quote != b'`' {
            2
        } else {
            1
        };
    }
    (bytes.len(), false)
}

/// Scans the text of one statement.
pub(super) fn scan(text: &str) -> Result<Scanned<'_>> {
    let bytes = text.as_bytes();
    let mut scanned = Scanned {
        text: Cow::Borrowed(text),
        nesting: 0,
    };
    let mut without_comments = String::new();
    let mut copied = 0;
    let mut brackets = 0_usize;
    let mut cases = 0_usize;
    let mut position = 0;
    while position < bytes.len() {
        let (piece, end, closed) = piece(text, position);
        if !closed {
            return Err(unclosed(text, position));
        }
        match piece {
            Piece::Quoted => {}
            Piece::Comment => {
                without_comments.push_str(&text[copied..position]);
                without_comments.extend(std::iter::repeat_n(' ', end - position));
                copied = end;
            }
            Piece::Word => {
                let word = &bytes[position..end];
                if word.eq_ignore_ascii_case(b"case") {
                    cases += 1;
                } else if word.eq_ignore_ascii_case(b"end") {
                    cases = cases.saturating_sub(1);
                }
            }
            Piece::Other => match bytes[position] {
                b'(' | b'[' | b'{' => brackets += 1,
                b')' | b']' | b'}' => brackets = brackets.saturating_sub(1),
                _ => {}
            },
        }
        scanned.nesting = scanned.nesting.max(brackets + cases);
        if scanned.nesting > MAXIMUM_NESTING {
            return Err(nested_too_deeply(Span::new(position, end)));
        }
        position = end;
    }
    if copied > 0 {
        without_comments.push_str(&text[copied..]);
        scanned.text = Cow::Owned(without_comments);
    }
    Ok(scanned)
}

fn unclosed(text: &str, start: usize) -> Error {
    let (what, end) = match text.as_bytes()[start] {
        b'/' => ("comment", "*/"),
        b'`' => ("name in back-ticks", "`"),
        b'"' => ("string", "\""),
        _ => ("string", "'"),
    };
    let span = Span::new(start, start + if end == "*/" { 2 } else { 1 });
    Error::syntax(
        ErrorDetail::UnexpectedSyntax,
        span,
        format!("a {what} begins here and does not end"),
    )
    .hint(format!("end it with {end}"))
}

/// The error for brackets, CASE and subqueries inside one another beyond [`MAXIMUM_NESTING`].
pub(super) fn nested_too_deeply(place: Span) -> Error {
    Error::syntax(
        ErrorDetail::TooComplex,
        place,
        format!("the statement is nested more than {MAXIMUM_NESTING} levels deep"),
    )
    .hint("compute inner parts first, in a WITH, and pass large values as parameters")
}

/// Stack that one level of nesting takes of the parser; debug builds have large frames.
const STACK_PER_LEVEL: usize = if cfg!(debug_assertions) {
    64 * 1024
} else {
    16 * 1024
};

/// Runs the parser where the stack has room for as many levels.
pub(super) fn with_stack_for<T>(nesting: usize, parse: impl FnOnce() -> T) -> T {
    let needed = (nesting + 16) * STACK_PER_LEVEL;
    stacker::maybe_grow(needed, needed + STACK_PER_LEVEL, parse)
}
