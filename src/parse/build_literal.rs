//! Numbers and strings.

use super::ast::Literal;
use super::build::{Pair, span};
use super::span::Span;
use crate::error::{Error, ErrorDetail, Result};

/// A number; a sign before it is part of it, so that the smallest integer can be written.
pub(super) fn number(pair: &Pair, negative: bool) -> Result<Literal> {
    let (written, place) = (pair.as_str(), span(pair));
    let malformed = || malformed_number(place, written);
    let prefix = written.get(..2).unwrap_or_default();
    let radix = match prefix {
        "0x" | "0X" => 16,
        "0o" => 8,
        _ => 10,
    };
    if radix != 10 {
        // A separator may stand directly after the prefix.
        let digits =
            without_separators(&format!("0{}", &written[2..]), radix).ok_or_else(malformed)?;
        let valid = written.len() > 2 && digits.chars().all(|digit| digit.is_digit(radix));
        return if valid {
            integer(&digits, radix, negative, place, written)
        } else {
            Err(malformed())
        };
    }
    let digits = without_separators(written, 10).ok_or_else(malformed)?;
    if digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return integer(&digits, 10, negative, place, written);
    }
    let digits = digits.strip_suffix(['f', 'F', 'd', 'D']).unwrap_or(&digits);
    // The float parser of Rust also takes words such as `inf`; what begins here is a digit.
    let value: f64 = digits.parse().map_err(|_| malformed())?;
    if value.is_infinite() {
        let message = format!("{} is too large for a float", shortened(written));
        return Err(Error::syntax(
            ErrorDetail::FloatingPointOverflow,
            place,
            message,
        ));
    }
    Ok(Literal::Float(if negative { -value } else { value }))
}

fn integer(
    digits: &str,
    radix: u32,
    negative: bool,
    place: Span,
    written: &str,
) -> Result<Literal> {
    let overflow = || integer_overflow(place, written);
    let magnitude = u64::from_str_radix(digits, radix).map_err(|_| overflow())?;
    let value = if negative {
        0_i64.checked_sub_unsigned(magnitude)
    } else {
        i64::try_from(magnitude).ok()
    };
    value.map(Literal::Integer).ok_or_else(overflow)
}

/// The digits without the underscores between them; none where an underscore has no digit beside
/// it.
pub(super) fn without_separators(written: &str, radix: u32) -> Option<String> {
    if !written.contains('_') {
        return Some(written.to_owned());
    }
    let is_digit = |at: Option<usize>| {
        let byte = at.and_then(|at| written.as_bytes().get(at));
        byte.is_some_and(|byte| char::from(*byte).is_digit(radix))
    };
    let separates = |(at, _): (usize, &str)| is_digit(at.checked_sub(1)) && is_digit(Some(at + 1));
    written
        .match_indices('_')
        .all(separates)
        .then(|| written.replace('_', ""))
}

pub(super) fn malformed_number(place: Span, written: &str) -> Error {
    let message = format!("{} is not a number", shortened(written));
    Error::syntax(ErrorDetail::InvalidNumberLiteral, place, message)
}

pub(super) fn integer_overflow(place: Span, written: &str) -> Error {
    let message = format!("{} does not fit a 64-bit integer", shortened(written));
    Error::syntax(ErrorDetail::IntegerOverflow, place, message)
}

/// A number as written, for a message: only its beginning where it is very long.
fn shortened(written: &str) -> String {
    match written.char_indices().nth(40) {
        Some((end, _)) => format!("{}...", &written[..end]),
        None => written.to_owned(),
    }
}

/// A string without its quotes, its escapes undone.
pub(super) fn string(pair: &Pair) -> Result<String> {
    let written = pair.as_str();
    let quote = if written.starts_with('"') { '"' } else { '\'' };
    let text = &written[1..written.len() - 1];
    if !text.contains(['\\', quote]) {
        return Ok(text.to_owned());
    }
    let start = span(pair).start + 1;
    let mut value = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\\', quote]) {
        value.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix(quote) {
            // A quote inside is always doubled.
            value.push(quote);
            rest = after.strip_prefix(quote).unwrap_or(after);
            continue;
        }
        let (character, length) = escape(rest, start + text.len() - rest.len())?;
        value.push(character);
        rest = &rest[length..];
    }
    value.push_str(rest);
    Ok(value)
}

/// The character that an escape at the beginning of `rest` stands for, and its length.
fn escape(rest: &str, place: usize) -> Result<(char, usize)> {
    let letter = rest[1..].chars().next().unwrap_or('\\');
    let character = match letter {
        '\\' | '\'' | '"' | '`' => letter,
        't' => '\t',
        'b' => '\u{8}',
        'n' => '\n',
        'r' => '\r',
        'f' => '\u{c}',
        'u' => return unicode_escape(rest, 4, place),
        'U' => return unicode_escape(rest, 6, place),
        _ => {
            let place = Span::new(place, place + 1 + letter.len_utf8());
            let message = format!("\\{letter} is not an escape");
            return Err(Error::syntax(ErrorDetail::UnexpectedSyntax, place, message)
                .hint("write \\\\ for a backslash"));
        }
    };
    Ok((character, 2))
}

/// `\uXXXX` and `\UXXXXXX`. Two surrogates one after the other stand for one character.
fn unicode_escape(rest: &str, digits: usize, place: usize) -> Result<(char, usize)> {
    let length = 2 + digits;
    let code = hexadecimal(rest, 2, length);
    let invalid = || {
        let end = rest
            .char_indices()
            .nth(length)
            .map_or(rest.len(), |(end, _)| end);
        let message = format!("{} is not a Unicode character", &rest[..end]);
        Error::syntax(
            ErrorDetail::InvalidUnicodeLiteral,
            Span::new(place, place + end),
            message,
        )
        .hint("write \\u and four hexadecimal digits, or \\U and six")
    };
    let code = code.ok_or_else(invalid)?;
    if let Some(character) = char::from_u32(code) {
        return Ok((character, length));
    }
    let low = if digits == 4 && rest[length..].starts_with("\\u") {
        hexadecimal(rest, length + 2, length + 6)
    } else {
        None
    };
    match low {
        Some(low @ 0xDC00..=0xDFFF) if code < 0xDC00 => {
            let combined = 0x1_0000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            Ok((char::from_u32(combined).ok_or_else(invalid)?, 2 * length))
        }
        _ => Err(invalid()),
    }
}

fn hexadecimal(text: &str, start: usize, end: usize) -> Option<u32> {
    let digits = text.get(start..end)?;
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, 16).ok()
}
