//! How much room a text takes on a terminal, and how it is cut and wrapped to fit.
//!
//! Widths are counted by grapheme and never across two of them: a terminal has one cell for each
//! of two Arabic letters also where a font would join them.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Cells that the text takes.
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// The text, or as much of it as fits with `…` into `room` cells.
pub fn cut(text: &str, room: usize) -> Cow<'_, str> {
    if width(text) <= room {
        return Cow::Borrowed(text);
    }
    let end = fitting(text, room.saturating_sub(1));
    Cow::Owned(format!("{}…", &text[..end]))
}

/// The text in lines of at most `room` cells, broken at blanks where that wastes less than half a
/// line. Of a text that needs more than `most` lines the last one ends in `…`.
pub fn wrap(text: &str, room: usize, most: usize) -> Vec<Cow<'_, str>> {
    let room = room.max(2);
    let mut lines = Vec::new();
    let mut rest = text;
    loop {
        if lines.len() + 1 >= most || width(rest) <= room {
            lines.push(cut(rest, room));
            return lines;
        }
        let end = fitting(rest, room);
        // A blank right after the line is the best place to break.
        let broken = match rest[..end].rfind(' ') {
            _ if rest[end..].starts_with(' ') => end,
            Some(blank) if width(&rest[..blank]) * 2 >= room => blank,
            _ => end,
        };
        lines.push(Cow::Borrowed(&rest[..broken]));
        rest = rest[broken..].trim_start_matches(' ');
    }
}

/// The text, filled with blanks to `room` cells.
pub fn pad(text: &str, room: usize, right: bool) -> String {
    let blanks = " ".repeat(room.saturating_sub(width(text)));
    match right {
        true => blanks + text,
        false => text.to_owned() + &blanks,
    }
}

/// Length in bytes of the longest start of the text that fits; never nothing of a text, so that
/// wrapping gets on.
fn fitting(text: &str, room: usize) -> usize {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += grapheme.width();
        if used > room && at > 0 {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arabic_wide_and_combined_characters_have_their_cells() {
        assert_eq!(width("الرباط"), 6);
        assert_eq!(width("لا"), 2);
        assert_eq!(width("東京"), 4);
        assert_eq!(width("e\u{301}"), 1);
        assert_eq!(width("👩‍🚀"), 2);
    }

    #[test]
    fn a_wide_character_is_never_cut_in_two() {
        assert_eq!(cut("東京都", 5), "東京…");
        assert_eq!(cut("東京都", 4), "東…");
        assert_eq!(cut("Rabat", 5), "Rabat");
    }

    #[test]
    fn lines_break_at_blanks() {
        assert_eq!(
            wrap("the capital of Morocco", 12, 9),
            ["the capital", "of Morocco"]
        );
        assert_eq!(wrap("aaaaaaaaaaaa", 5, 9), ["aaaaa", "aaaaa", "aa"]);
        assert_eq!(wrap("aaaaaaaaaaaa", 5, 2), ["aaaaa", "aaaa…"]);
        assert_eq!(wrap("", 5, 2), [""]);
    }
}
