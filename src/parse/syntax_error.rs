//! Explains a text that the grammar refuses: where, what was found, what was expected.

use super::grammar::Rule;
use super::span::Span;
use crate::error::{Error, ErrorDetail};

/// The error for a text that the grammar refuses.
pub(super) fn explain(text: &str, failure: pest::error::Error<Rule>) -> Error {
    let at = match failure.location {
        pest::error::InputLocation::Pos(at) => at,
        pest::error::InputLocation::Span((at, _)) => at,
    };
    let _ = text;
    Error::syntax(
        ErrorDetail::UnexpectedSyntax,
        Span::new(at, at),
        failure.variant.message().into_owned(),
    )
}
