//! The colours, one constant each, and how they are put around a text.

use anstyle::{AnsiColor, Style};

/// Names of columns, titles.
pub const HEADING: Style = Style::new().bold();
/// Null, which must not be taken for the text `NULL`.
pub const NULL: Style = Style::new().dimmed().italic();
/// Lines around tables, counts, times.
pub const FAINT: Style = Style::new().dimmed();
/// Names to type.
pub const NAME: Style = AnsiColor::Cyan.on_default();

/// The text in this style, where colours are understood.
pub fn paint(text: &str, style: Style, colours: bool) -> String {
    match colours {
        true => format!("{style}{text}{style:#}"),
        false => text.to_owned(),
    }
}
