//! Colours for what is typed: one for each kind of token, the pair of the bracket at the cursor,
//! and marks at the beginning of the lines after the first. Nothing changes its width.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use rihla::display::style::{FAINT, NAME};
use rihla::parse::span::Span;
use rihla::parse::{TokenKind, tokens};

use super::commands;
use super::input::INDENT;

/// Stands in the place of [`INDENT`].
const CONTINUED: &str = "   ..> ";
const PAIR: Style = AnsiColor::BrightMagenta.on_default().bold().underline();

fn style(kind: TokenKind) -> Style {
    match kind {
        TokenKind::Keyword => AnsiColor::Blue.on_default().bold(),
        TokenKind::Function => AnsiColor::Cyan.on_default(),
        TokenKind::Label => AnsiColor::Green.on_default(),
        TokenKind::Parameter => AnsiColor::Magenta.on_default(),
        TokenKind::Text => AnsiColor::Yellow.on_default(),
        TokenKind::Number => AnsiColor::Red.on_default(),
        TokenKind::Comment => FAINT,
        TokenKind::Name | TokenKind::Symbol => Style::new(),
    }
}

/// The text with colours; `cursor` is where it is edited.
pub fn highlight(text: &str, cursor: Option<usize>) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    if commands::is_command(text) {
        let end = text
            .trim_end()
            .find(char::is_whitespace)
            .unwrap_or(text.len());
        put(&mut out, &text[..end], NAME);
        out.push_str(&text[end..]);
        return out;
    }
    let tokens = tokens(text);
    let pair = cursor.and_then(|cursor| pair(text, &tokens, cursor));
    let mut position = 0;
    for (kind, span) in tokens {
        blanks(&mut out, &text[position..span.start]);
        let style = match pair {
            Some((open, close)) if span == open || span == close => PAIR,
            _ => style(kind),
        };
        put(&mut out, span.slice(text), style);
        position = span.end;
    }
    blanks(&mut out, &text[position..]);
    out
}

fn put(out: &mut String, text: &str, style: Style) {
    write!(out, "{style}{text}{style:#}").expect("a string takes all");
}

/// What is between tokens; lines that Enter has begun get their mark.
fn blanks(out: &mut String, blanks: &str) {
    for (number, line) in blanks.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        match line.strip_prefix(INDENT) {
            Some(rest) if number > 0 => {
                put(out, CONTINUED, FAINT);
                out.push_str(rest);
            }
            _ => out.push_str(line),
        }
    }
}

/// The bracket at the cursor, or else before it, and the one that belongs to it.
fn pair(text: &str, tokens: &[(TokenKind, Span)], cursor: usize) -> Option<(Span, Span)> {
    let is_bracket = |span: Span| matches!(span.slice(text), "(" | ")" | "[" | "]" | "{" | "}");
    let near = |wanted: fn(Span, usize) -> bool| {
        tokens
            .iter()
            .find(|(_, span)| wanted(*span, cursor) && is_bracket(*span))
    };
    let (_, near) = near(|span, cursor| span.start == cursor)
        .or_else(|| near(|span, cursor| span.end == cursor))?;
    let mut open = Vec::new();
    for (_, span) in tokens.iter().filter(|(_, span)| is_bracket(*span)) {
        match span.slice(text) {
            "(" | "[" | "{" => open.push(*span),
            close => {
                let start = open.pop()?;
                let fits = matches!(
                    (start.slice(text), close),
                    ("(", ")") | ("[", "]") | ("{", "}")
                );
                if start == *near || span == near {
                    return fits.then_some((start, *span));
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bracket_before_the_cursor_finds_its_pair() {
        let text = "RETURN (1 + [2])";
        let pair_at = |cursor| {
            let (open, close) = pair(text, &tokens(text), cursor)?;
            Some((open.start, close.start))
        };
        assert_eq!(pair_at(16), Some((7, 15)));
        assert_eq!(pair_at(7), Some((7, 15)));
        assert_eq!(pair_at(12), Some((12, 14)));
        assert_eq!(pair_at(9), None);
    }

    #[test]
    fn colours_add_nothing_that_is_seen() {
        let text = "MATCH (n:City)\n       RETURN 'a\nb', $x // c";
        let painted = highlight(text, Some(3));
        let seen = anstream_free(&painted).replace(CONTINUED, INDENT);
        assert_eq!(seen, text);
    }

    /// The text without escape sequences.
    fn anstream_free(text: &str) -> String {
        let mut seen = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('\x1b') {
            seen.push_str(before);
            rest = after.split_once('m').map_or("", |(_, rest)| rest);
        }
        seen + rest
    }
}
