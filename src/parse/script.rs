//! Scripts: several statements in one text, each up to its semicolon.

use super::scan::{Piece, piece};

/// The text of one statement of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatementText<'t> {
    /// The statement, without the semicolon and without blanks around it.
    pub text: &'t str,
    /// Where it begins in the script, in bytes.
    pub offset: usize,
    /// Whether a semicolon ends it; only the last one may lack it.
    pub terminated: bool,
}

/// The statements of a script, one after the other. Semicolons in strings, names and comments
/// are seen as what they are; statements of nothing but blanks and comments are left out.
///
/// ```
/// let script = "RETURN ';' AS a; /* ; */ RETURN 2";
/// let texts: Vec<&str> = rihla::parse::statements(script).map(|one| one.text).collect();
/// assert_eq!(texts, ["RETURN ';' AS a", "RETURN 2"]);
/// ```
pub fn statements(script: &str) -> impl Iterator<Item = StatementText<'_>> {
    // A byte order mark may open a file.
    let mut position = if script.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    std::iter::from_fn(move || {
        while position < script.len() {
            let (statement, next) = next_statement(script, position);
            position = next;
            if statement.is_some() {
                return statement;
            }
        }
        None
    })
}

/// The statement at `position`, unless it is empty, and where the next one begins.
fn next_statement(script: &str, position: usize) -> (Option<StatementText<'_>>, usize) {
    let mut first = None;
    let mut last = position;
    let mut current = position;
    while current < script.len() {
        let (kind, end, _) = piece(script, current);
        match kind {
            Piece::Other if script.as_bytes()[current] == b';' => {
                return (statement(script, first, last, true), end);
            }
            Piece::Other if script.as_bytes()[current].is_ascii_whitespace() => {}
            Piece::Comment if end < script.len() || closes(script, current) => {}
            _ => {
                first.get_or_insert(current);
                last = end;
            }
        }
        current = end;
    }
    (statement(script, first, last, false), script.len())
}

fn statement(
    script: &str,
    first: Option<usize>,
    end: usize,
    terminated: bool,
) -> Option<StatementText<'_>> {
    first.map(|offset| StatementText {
        text: &script[offset..end],
        offset,
        terminated,
    })
}

/// Whether the comment at `position` is closed; one that is not belongs to a statement, so that
/// its error is seen.
fn closes(script: &str, position: usize) -> bool {
    let (_, _, closed) = piece(script, position);
    closed
}

/// Whether a text can be run as it stands: whether it ends in a semicolon that is not part of a
/// string, name or comment. Blanks and comments may follow it.
///
/// ```
/// use rihla::parse::is_complete;
///
/// assert!(is_complete("RETURN 1; // one"));
/// assert!(!is_complete("RETURN '1;"));
/// ```
pub fn is_complete(text: &str) -> bool {
    let mut ended = false;
    let mut position = 0;
    while position < text.len() {
        let (kind, end, closed) = piece(text, position);
        match kind {
            _ if !closed => return false,
            Piece::Comment => {}
            Piece::Other if text.as_bytes()[position].is_ascii_whitespace() => {}
            _ => ended = text.as_bytes()[position] == b';',
        }
        position = end;
    }
    ended
}
