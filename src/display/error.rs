//! Errors and warnings, drawn with the line that they speak of and carets under the place.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::Options;
use super::cell::escaped;
use crate::error::Error;
use crate::parse::span::Span;
use crate::result::Warning;

/// The text that a place is in.
#[derive(Debug, Clone, Copy)]
pub struct SourceText<'t> {
    /// Where it comes from, as people know it: a file; nothing where they have just typed it.
    pub name: Option<&'t str>,
    /// The number of its first line.
    pub first_line: usize,
    /// The text of which the statement is a part.
    pub text: &'t str,
    /// Where the statement begins in it, in bytes.
    pub offset: usize,
}

/// Lines are cut around the place after this many cells where the terminal's width is not known.
const USUAL_WIDTH: usize = 120;

impl<'t> SourceText<'t> {
    /// A statement that was just typed.
    pub fn typed(text: &'t str) -> Self {
        SourceText {
            name: None,
            first_line: 1,
            text,
            offset: 0,
        }
    }

    /// The place of a span of the statement in the text, moved to whole characters; `None` where
    /// it lies outside.
    fn place(&self, span: Span) -> Option<std::ops::Range<usize>> {
        let start = self.offset.checked_add(span.start)?;
        let end = self.offset.checked_add(span.end)?.max(start);
        (end <= self.text.len())
            .then(|| self.text.floor_char_boundary(start)..self.text.ceil_char_boundary(end))
    }

    /// The line of the statement's first character.
    fn line(&self) -> usize {
        let before = &self.text[..self.text.floor_char_boundary(self.offset)];
        self.first_line + before.matches('\n').count()
    }
}

/// An error with its code, its place and the way out.
pub fn error(error: &Error, source: SourceText<'_>, options: &Options) -> String {
    let code = error.code();
    let title = escaped_lines(error.message());
    let title = Level::ERROR.primary_title(title).id(code);
    let group = at_place(Group::with_title(title), error.span(), source);
    render(with_help(group, error.hint_text()), options)
}

/// An error that speaks of no statement but of a file, a command, the output: its words alone.
pub fn plain_error(error: &Error, options: &Options) -> String {
    let title = Level::ERROR.primary_title(escaped_lines(error.message()));
    render(
        with_help(Group::with_title(title), error.hint_text()),
        options,
    )
}

/// A warning with its place and the way out.
pub fn warning(warning: &Warning, source: SourceText<'_>, options: &Options) -> String {
    let title = Level::WARNING.primary_title(escaped_lines(&warning.message));
    let group = at_place(Group::with_title(title), Some(warning.span), source);
    render(with_help(group, warning.hint.as_deref()), options)
}

fn at_place<'t>(group: Group<'t>, span: Option<Span>, source: SourceText<'t>) -> Group<'t> {
    match span.and_then(|span| source.place(span)) {
        Some(place) => group.element(
            Snippet::source(source.text)
                .path(source.name)
                .line_start(source.first_line)
                .annotation(AnnotationKind::Primary.span(place)),
        ),
        None => match source.name {
            Some(name) => group.element(Origin::path(name).line(source.line())),
            None => group,
        },
    }
}

fn with_help<'t>(group: Group<'t>, hint: Option<&str>) -> Group<'t> {
    match hint {
        Some(hint) => group.element(Level::HELP.message(escaped_lines(hint))),
        None => group,
    }
}

fn render(group: Group<'_>, options: &Options) -> String {
    let renderer = match options.colours {
        true => Renderer::styled(),
        false => Renderer::plain(),
    };
    let renderer = renderer.term_width(options.width.unwrap_or(USUAL_WIDTH));
    renderer.render(&[group])
}

/// The text without control characters but line breaks.
fn escaped_lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(escaped).collect();
    lines.join("\n")
}
