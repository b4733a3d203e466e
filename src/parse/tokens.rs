//! The tokens of a text that need not be well formed: for colours in the REPL, for completion,
//! and for naming what was found where something else was expected.

use super::scan::{Piece, piece};
use super::span::Span;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A word of the language.
    Keyword,
    /// A word before an opening parenthesis.
    Function,
    /// Any other name, in back-ticks or not.
    Name,
    /// A name after a colon: a label or type.
    Label,
    /// `$name`
    Parameter,
    /// A string, perhaps without its end.
    Text,
    /// A number.
    Number,
    /// `// ...`, `/* ... */`
    Comment,
    /// Brackets, operators, and everything else.
    Symbol,
}

/// The tokens of `text` in order; blanks are between them. Never fails.
pub fn tokens(text: &str) -> Vec<(TokenKind, Span)> {
    let mut tokens: Vec<(TokenKind, Span)> = Vec::new();
    let mut position = 0;
    while position < text.len() {
        let token = token(text, position);
        position = token.1.end;
        let before = tokens.last().map(|(_, span)| span.slice(text));
        let kind = match (token.0, before) {
            (_, _) if token.1.slice(text).trim().is_empty() => continue,
            (TokenKind::Name | TokenKind::Keyword, Some(":")) => TokenKind::Label,
            (TokenKind::Keyword, Some(".")) => TokenKind::Name,
            (TokenKind::Name | TokenKind::Keyword, _)
                if !starts_clause(token.1.slice(text)) && text[position..].starts_with('(') =>
            {
                TokenKind::Function
            }
            (kind, _) => kind,
        };
        tokens.push((kind, token.1));
    }
    tokens
}

/// Words that a parenthesis may follow without making them functions.
fn starts_clause(word: &str) -> bool {
    const WORDS: [&str; 14] = [
        "MATCH", "CREATE", "MERGE", "WHERE", "AND", "OR", "XOR", "NOT", "IN", "RETURN", "WITH",
        "CALL", "FOREACH", "WHEN",
    ];
    WORDS.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// The single token at `start`.
pub(super) fn token(text: &str, start: usize) -> (TokenKind, Span) {
    let (kind, end, _) = piece(text, start);
    let first = text.as_bytes()[start];
    match kind {
        Piece::Comment => (TokenKind::Comment, Span::new(start, end)),
        Piece::Quoted if first == b'`' => (TokenKind::Name, Span::new(start, end)),
        Piece::Quoted => (TokenKind::Text, Span::new(start, end)),
        Piece::Word => word(text, start, end),
        Piece::Other if first == b'$' && start + 1 < text.len() => match piece(text, start + 1) {
            (Piece::Word, end, _) => (TokenKind::Parameter, Span::new(start, end)),
            (Piece::Quoted, end, _) if text.as_bytes()[start + 1] == b'`' => {
                (TokenKind::Parameter, Span::new(start, end))
            }
            _ => (TokenKind::Symbol, Span::new(start, start + 1)),
        },
        Piece::Other => (
            TokenKind::Symbol,
            Span::new(start, start + symbol_length(&text[start..])),
        ),
    }
}

/// A run of letters, digits and characters beyond ASCII: a word, or a single odd character.
fn word(text: &str, start: usize, end: usize) -> (TokenKind, Span) {
    let run = &text[start..end];
    let length = run
        .char_indices()
        .find(|(_, character)| !(character.is_alphanumeric() || *character == '_'))
        .map_or(
            run.len(),
            |(at, character)| if at == 0 { character.len_utf8() } else { at },
        );
    let span = Span::new(start, start + length);
    let word = span.slice(text);
    let kind = if word.starts_with(|first: char| first.is_ascii_digit()) {
        let fraction = text[span.end..].strip_prefix('.').unwrap_or_default();
        let length = fraction
            .bytes()
            .take_while(u8::is_ascii_alphanumeric)
            .count();
        if fraction.starts_with(|first: char| first.is_ascii_digit()) {
            return (TokenKind::Number, Span::new(start, span.end + 1 + length));
        }
        TokenKind::Number
    } else if keywords()
        .binary_search(&word.to_ascii_uppercase().as_str())
        .is_ok()
    {
        TokenKind::Keyword
    } else if word.starts_with(|first: char| first.is_alphabetic() || first == '_') {
        TokenKind::Name
    } else {
        TokenKind::Symbol
    };
    (kind, span)
}

fn symbol_length(rest: &str) -> usize {
    const LONG: [&str; 9] = ["<>", "<=", ">=", "=~", "||", "::", "..", "+=", "->"];
    let long = LONG.iter().find(|symbol| rest.starts_with(**symbol));
    long.map_or_else(
        || rest.chars().next().map_or(0, char::len_utf8),
        |symbol| symbol.len(),
    )
}

/// The words of the language in upper case and in alphabetical order. Functions are not among
/// them.
pub fn keywords() -> &'static [&'static str] {
    &KEYWORDS
}

const KEYWORDS: [&str; 98] = [
    "ALL",
    "ALLSHORTESTPATHS",
    "ALTER",
    "AND",
    "ANY",
    "AS",
    "ASC",
    "ASCENDING",
    "BEGIN",
    "BY",
    "CALL",
    "CASE",
    "COLLECT",
    "COMMIT",
    "CONSTRAINT",
    "CONSTRAINTS",
    "CONTAINS",
    "COUNT",
    "CREATE",
    "CSV",
    "CURRENT",
    "DELETE",
    "DESC",
    "DESCENDING",
    "DETACH",
    "DISTINCT",
    "DROP",
    "ELSE",
    "END",
    "ENDS",
    "EXISTS",
    "EXPLAIN",
    "FALSE",
    "FIELDTERMINATOR",
    "FINISH",
    "FOR",
    "FOREACH",
    "FROM",
    "FUNCTIONS",
    "GRAPH",
    "GROUP",
    "GROUPS",
    "HEADERS",
    "IF",
    "IN",
    "INDEX",
    "INDEXES",
    "INF",
    "INFINITY",
    "IS",
    "LIMIT",
    "LOAD",
    "MATCH",
    "MERGE",
    "NAN",
    "NONE",
    "NORMALIZED",
    "NOT",
    "NULL",
    "OF",
    "OFFSET",
    "ON",
    "OPTIONAL",
    "OR",
    "ORDER",
    "PATH",
    "PATHS",
    "PROCEDURES",
    "PROFILE",
    "READ",
    "REDUCE",
    "REMOVE",
    "REQUIRE",
    "RETURN",
    "ROLLBACK",
    "ROW",
    "ROWS",
    "SET",
    "SHORTEST",
    "SHORTESTPATH",
    "SHOW",
    "SINGLE",
    "SKIP",
    "STARTS",
    "THEN",
    "TRANSACTIONS",
    "TRUE",
    "TYPED",
    "UNION",
    "UNIQUE",
    "UNWIND",
    "USING",
    "WHEN",
    "WHERE",
    "WITH",
    "WRITE",
    "XOR",
    "YIELD",
];
