//! The text of GML as keys and values: numbers, texts, and records within records.

use std::sync::Arc;

use quick_xml::escape::resolve_html5_entity;

use crate::error::{Error, Result};
use crate::import_export::byte_cursor::ByteCursor;
use crate::import_export::record::{Place, RecordSink, excerpt};
use crate::import_export::source::Source;
use crate::value::Value;

/// How deep records may be nested.
const DEEPEST: usize = 200;
/// The longest record of a node or an edge, in entries.
const MOST_ENTRIES: usize = 1 << 20;

/// What stands behind a key.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Entry {
    /// A number or a text.
    Scalar(Value),
    /// Keys and values, in brackets.
    Record(Record),
}

/// Keys and values, in their order; a key may be there several times.
pub(super) type Record = Vec<(Arc<str>, Entry)>;

/// Reads keys and values.
pub(super) struct Tokens<'s> {
    cursor: ByteCursor<'s>,
    /// Entries of the record that is being read.
    entries: usize,
}

impl<'s> Tokens<'s> {
    pub fn open(source: &'s Source<'s>) -> Result<Self> {
        Ok(Tokens {
            cursor: ByteCursor::open(source)?,
            entries: 0,
        })
    }

    /// The next key, and its place; none where the record or the file ends. `within` is true in a
    /// record, which must have an end.
    pub fn key(
        &mut self,
        within: bool,
        sink: &mut dyn RecordSink,
    ) -> Result<Option<(Arc<str>, Place)>> {
        self.pass_blanks()?;
        let place = self.cursor.place();
        match self.cursor.peek()? {
            Some(b']') if within => {
                self.cursor.pass();
                Ok(None)
            }
            None if !within => Ok(None),
            None => {
                let message = "the file ends within a record; is a part of it missing?";
                Err(self.cursor.error(place, message))
            }
            Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80 => {
                let word = self.word(sink)?;
                Ok(Some((word.into(), place)))
            }
            Some(byte) => {
                let found = char::from(byte);
                let message = format!("{found:?} stands where a key is expected");
                Err(self.cursor.error(place, message))
            }
        }
    }

    /// Whether a record comes next; its bracket is passed then.
    pub fn begins_record(&mut self) -> Result<bool> {
        self.pass_blanks()?;
        let begins = self.cursor.peek()? == Some(b'[');
        if begins {
            self.cursor.pass();
        }
        Ok(begins)
    }

    /// The value that comes next.
    pub fn value(&mut self, depth: usize, sink: &mut dyn RecordSink) -> Result<Entry> {
        self.entries = if depth == 0 { 0 } else { self.entries + 1 };
        let place = self.cursor.place();
        if depth > DEEPEST || self.entries > MOST_ENTRIES {
            let message = format!(
                "records are nested deeper than {DEEPEST} levels, or one has more than \
                 {MOST_ENTRIES} entries"
            );
            return Err(self.cursor.error(place, message));
        }
        if self.begins_record()? {
            let mut record = Record::new();
            while let Some((key, _)) = self.key(true, sink)? {
                let entry = self.value(depth + 1, sink)?;
                record.push((key, entry));
            }
            return Ok(Entry::Record(record));
        }
        let place = self.cursor.place();
        let value = match self.cursor.peek()? {
            Some(b'"') => self.string(sink)?.into(),
            None | Some(b']') => {
                let message = "a key has no value";
                return Err(self.cursor.error(place, message));
            }
            Some(_) => {
                let word = self.word(sink)?;
                number(&word).unwrap_or_else(|| word.into())
            }
        };
        Ok(Entry::Scalar(value))
    }

    /// A word, up to a blank or a bracket.
    fn word(&mut self, sink: &mut dyn RecordSink) -> Result<String> {
        let mut token = Vec::new();
        self.cursor.take_while(&mut token, |byte| {
            !byte.is_ascii_whitespace() && !matches!(byte, b'[' | b']' | b'"')
        })?;
        Ok(self.cursor.text(&token, sink))
    }

    fn string(&mut self, sink: &mut dyn RecordSink) -> Result<String> {
        let place = self.cursor.place();
        self.cursor.pass();
        let mut token = Vec::new();
        self.cursor.take_while(&mut token, |byte| byte != b'"')?;
        if self.cursor.take()?.is_none() {
            return Err(self.cursor.error(place, "the text has no closing quote"));
        }
        let text = self.cursor.text(&token, sink);
        Ok(unescape(&text))
    }

    fn pass_blanks(&mut self) -> Result<()> {
        while let Some(byte) = self.cursor.peek()? {
            match byte {
                b'#' => {
                    while self.cursor.peek()?.is_some_and(|byte| byte != b'\n') {
                        self.cursor.pass();
                    }
                }
                byte if byte.is_ascii_whitespace() => self.cursor.pass(),
                _ => break,
            }
        }
        Ok(())
    }

    /// The error that something at `place` does not follow the format.
    pub fn error(&self, place: Place, message: impl AsRef<str>) -> Error {
        self.cursor.error(place, message)
    }
}

/// A number: whole, or with a fraction, `NAN` or `INF`. Digits beyond 64 bits are a text.
fn number(word: &str) -> Option<Value> {
    let digits = word.strip_prefix(['+', '-']).unwrap_or(word);
    if let Ok(integer) = word.parse::<i64>() {
        return Some(integer.into());
    }
    let is_number = digits.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && !digits.bytes().all(|byte| byte.is_ascii_digit())
        || digits.eq_ignore_ascii_case("nan")
        || digits.eq_ignore_ascii_case("inf");
    let float = word.parse::<f64>().ok().filter(|_| is_number);
    float.map(Value::from)
}

/// The text with its entities, `&quot;`, `&eacute;`, `&#8230;`, resolved; others stay.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        rest = after;
        let name = after.split_once(';').filter(|(name, _)| name.len() <= 32);
        let resolved = name.and_then(|(name, behind)| {
            match name.strip_prefix('#') {
                Some(code) => plain.push(character(code)?),
                None => plain.push_str(resolve_html5_entity(name)?),
            }
            Some(behind)
        });
        match resolved {
            Some(behind) => rest = behind,
            None => plain.push('&'),
        }
    }
    plain.push_str(rest);
    plain
}

fn character(code: &str) -> Option<char> {
    let number = match code.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => code.parse(),
    };
    char::from_u32(number.ok()?)
}

/// `text` in quotes, with entities for all that is not printable ASCII.
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("&quot;"),
            '&' => quoted.push_str("&amp;"),
            ' '..='~' => quoted.push(character),
            other => quoted.push_str(&format!("&#{};", u32::from(other))),
        }
    }
    quoted.push('"');
    quoted
}

/// How an entry looks in an error.
pub(super) fn shown(entry: &Entry) -> String {
    match entry {
        Entry::Scalar(value) => excerpt(&value.to_string()),
        Entry::Record(_) => "a record".to_owned(),
    }
}
