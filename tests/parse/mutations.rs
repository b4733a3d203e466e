//! Statements with parts left out, doubled or exchanged: whatever comes of it, nothing panics,
//! and a refusal has a place in the text.

use std::sync::LazyLock;

use proptest::prelude::*;
use rihla::error::ErrorKind;
use rihla::parse::{is_complete, parse_statement, statements, tokens};

use super::golden::{paragraphs, scripts};

/// The tokens and blanks of all golden files, statement by statement.
static STATEMENTS: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| {
    let mut all = Vec::new();
    for (_, script) in scripts("ok") {
        all.extend(statements(&script).map(|statement| pieces(statement.text)));
    }
    for (_, script) in scripts("err") {
        all.extend(paragraphs(&script).map(pieces));
    }
    all
});

fn pieces(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut end = 0;
    for (_, span) in tokens(text) {
        pieces.push(text[end..span.end].to_owned());
        end = span.end;
    }
    pieces
}

fn check(text: &str) -> Result<(), TestCaseError> {
    if let Err(error) = parse_statement(text) {
        prop_assert_ne!(
            error.kind(),
            ErrorKind::InternalError,
            "{}: {}",
            text,
            error
        );
        let span = error.span().expect("every refusal has a place");
        prop_assert!(
            span.start <= span.end && span.end <= text.len(),
            "{}: {:?}",
            text,
            span
        );
        prop_assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end));
        prop_assert!(!error.message().is_empty());
    }
    is_complete(text);
    for statement in statements(text) {
        prop_assert!(text[statement.offset..].starts_with(statement.text));
    }
    let mut end = 0;
    for (_, span) in tokens(text) {
        prop_assert!(end <= span.start && span.start < span.end && span.end <= text.len());
        end = span.end;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn mutated_statements_do_not_panic(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..4_u8), 1..6),
    ) {
        let mut statement = which.get(&STATEMENTS).clone();
        for (at, donor, part, change) in changes {
            if statement.is_empty() {
                break;
            }
            let at = at.index(statement.len());
            let donor = donor.get(&STATEMENTS);
            let foreign = if donor.is_empty() { String::new() } else { part.get(donor).clone() };
            match change {
                0 => { statement.remove(at); }
                1 => statement.insert(at, foreign),
                2 => statement[at] = foreign,
                _ => statement.truncate(at),
            }
        }
        check(&statement.concat())?;
    }

    #[test]
    fn any_text_is_parsed_or_refused(text in "\\PC{0,60}") {
        check(&text)?;
    }

    #[test]
    fn any_row_of_symbols_is_parsed_or_refused(text in "(RETURN |MATCH |CREATE )?[-(){}\\[\\]:,.|<>=+*/%^!'\"`$\\\\;0-9a-c \n—é]{0,60}") {
        check(&text)?;
    }
}
