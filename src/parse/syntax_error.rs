//! Explains a text that the grammar refuses: where, what was found, what was expected.
//!
//! A refused text is parsed again, twice. The first time pest keeps the furthest place at which
//! a token was looked for. The second time the text ends there, in a character that nothing
//! matches: what is looked for then is all that could stand at that place.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use pest::Parser;
use pest::error::ErrorVariant;

use super::grammar::{Grammar, Rule};
use super::scan::nested_too_deeply;
use super::span::Span;
use super::tokens::{self, TokenKind};
use crate::error::{Error, ErrorDetail, did_you_mean};

/// The error for a text that the grammar refuses.
pub(super) fn explain(text: &str, failure: &pest::error::Error<Rule>) -> Error {
    if let ErrorVariant::CustomError { .. } = failure.variant {
        // The stack that the nesting needs was underestimated.
        return nested_too_deeply(Span::new(0, text.len().min(1)));
    }
    let Some(furthest) = attempt(text) else {
        return Error::internal("a text was refused and then admitted");
    };
    let place = token_start(text, furthest.place);
    let expected = attempt(&format!("{} \u{1}", &text[..place])).unwrap_or_default();

    let rest = text[place..].trim_start();
    let start = text.len() - rest.len();
    if rest.is_empty() {
        let message = format!("unexpected end of the statement{}", expected.phrase());
        return Error::syntax(
            ErrorDetail::UnexpectedSyntax,
            Span::new(start, start),
            message,
        );
    }
    let (kind, place) = tokens::token(text, start);
    let found = place.slice(text);
    if let Some(error) = odd_character(found, place) {
        return error;
    }
    let message = format!("unexpected `{}`{}", shortened(found), expected.phrase());
    let error = Error::syntax(ErrorDetail::UnexpectedSyntax, place, message);
    let hint = match kind {
        TokenKind::Name | TokenKind::Keyword if found.chars().count() > 2 => {
            let known = tokens::keywords()
                .binary_search(&found.to_ascii_uppercase().as_str())
                .is_ok();
            if known {
                None
            } else {
                did_you_mean(found, expected.keywords())
            }
        }
        _ => foreign_operator(text, start),
    };
    match hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

/// What pest looked for at the furthest place that it came to.
#[derive(Default)]
struct Attempt {
    place: usize,
    /// Keywords in upper case, and symbols as they are.
    tokens: BTreeSet<String>,
    /// Rules that stand for names.
    names: BTreeSet<&'static str>,
}

/// Parses a text that is known to be refused, and keeps what was looked for.
fn attempt(text: &str) -> Option<Attempt> {
    // The switch is one for the whole process, and read when a parser starts.
    static DETAIL: Mutex<()> = Mutex::new(());
    let guard = DETAIL.lock().unwrap_or_else(PoisonError::into_inner);
    pest::set_error_detail(true);
    let failure = Grammar::parse(Rule::program, text).err();
    pest::set_error_detail(false);
    drop(guard);

    let failure = failure?;
    let attempts = failure.parse_attempts()?;
    let mut rules: Vec<Rule> = attempts
        .call_stacks()
        .iter()
        .filter_map(|stack| stack.deepest.get_rule().copied())
        .collect();
    if let ErrorVariant::ParsingError { positives, .. } = &failure.variant {
        rules.extend(positives);
    }
    Some(Attempt {
        place: attempts.max_position,
        tokens: attempts
            .expected_tokens()
            .iter()
            .map(ToString::to_string)
            .collect(),
        names: rules.into_iter().filter_map(name_phrase).collect(),
    })
}

/// What a rule for a name is called.
fn name_phrase(rule: Rule) -> Option<&'static str> {
    match rule {
        Rule::variable | Rule::variable_reference => Some("a variable"),
        Rule::label_name | Rule::label_expression => Some("a label or type"),
        Rule::property_key => Some("a property key"),
        Rule::procedure_name | Rule::procedure_reference => Some("the name of a procedure"),
        Rule::parameter => Some(PARAMETER),
        Rule::EOI => Some(END),
        _ => None,
    }
}

/// What is called so where nothing more needs to follow.
const END: &str = "the end of the statement";
const PARAMETER: &str = "the name of a parameter";

const CLAUSES: &str = "CALL CREATE DELETE DETACH FOREACH LOAD MATCH MERGE OPTIONAL REMOVE RETURN SET UNWIND WITH UNION";
const STATEMENTS: &str =
    "BEGIN COMMIT EXPLAIN PROFILE ROLLBACK SHOW ALTER DENY DROP GRANT REVOKE TERMINATE USE";
const OPERATORS: &str =
    "% ( * + - . / : :: < <= <> = =~ > >= [ ^ { || AND CONTAINS ENDS IN IS OR STARTS XOR";
const OPERANDS: &str =
    "\" $ ' ( + - . [ _ ` { ALL CASE COLLECT COUNT EXISTS FALSE INF INFINITY NAN NOT NULL TRUE";
const PATTERNS: &str = "( ALL ALLSHORTESTPATHS ANY SHORTEST SHORTESTPATH _ `";

impl Attempt {
    /// `, expected ...` in plain words: groups of tokens that stand for one thing become one
    /// phrase.
    fn phrase(&self) -> String {
        let mut tokens = self.tokens.clone();
        let mut phrases: Vec<String> = Vec::new();
        // A token that only one group has tells that all of the group is expected.
        let groups = [
            ("EXPLAIN", "a statement", [CLAUSES, STATEMENTS].as_slice()),
            ("CASE", "an expression", &[OPERANDS]),
            ("<>", "an operator", &[OPERATORS]),
            ("SHORTESTPATH", "a pattern", &[PATTERNS]),
            ("UNWIND", "a clause", &[CLAUSES]),
            ("DETACH", "a clause that writes", &[CLAUSES]),
            ("TIMESTAMP", "a type", &[]),
            ("+=", "`+=`", &["( + . < [ { += IS"]),
            ("<", "a relationship", &["( - <"]),
            ("$", "properties", &["$ {"]),
        ];
        let mut grouped = Vec::new();
        for (sign, phrase, members) in groups {
            if !tokens.contains(sign) {
                continue;
            }
            if phrase == "a type" {
                tokens.retain(|token| !token.starts_with(|first: char| first.is_ascii_uppercase()));
            }
            for member in members.iter().flat_map(|members| members.split(' ')) {
                tokens.remove(member);
            }
            grouped.push(phrase.to_owned());
        }
        let names_expected = tokens.remove("`");
        if tokens.contains("0..9")
            && !tokens.contains("*")
            && !grouped.iter().any(|phrase| phrase.starts_with("an "))
        {
            grouped.push("a number".to_owned());
        }
        if tokens.contains(")") && !grouped.iter().any(|phrase| phrase == "an operator") {
            // Only looked for to tell a path in parentheses from a node.
            tokens.remove("=");
        }
        tokens.remove(";");
        let noise = [
            " ",
            "_",
            "BUILTIN_RULE",
            "OFFSET",
            "PATHS",
            "PATH",
            "ASCENDING",
            "DESCENDING",
            "E",
            "X",
            "ALL",
            "..",
        ];
        tokens.retain(|token| {
            !noise.contains(&token.as_str()) && !(token.len() > 2 && token[1..].starts_with(".."))
        });
        let (keywords, symbols): (Vec<_>, Vec<_>) = tokens
            .into_iter()
            .partition(|token| token.starts_with(|first: char| first.is_ascii_uppercase()));
        phrases.extend(symbols.iter().map(|symbol| format!("`{symbol}`")));
        if names_expected {
            // A parameter is expected by name only after its dollar sign.
            let mut names: Vec<&str> = self
                .names
                .iter()
                .copied()
                .filter(|name| *name != END)
                .collect();
            if names.len() > 1 {
                names.retain(|name| *name != PARAMETER);
            }
            phrases.extend(names.into_iter().map(str::to_owned));
        }
        phrases.extend(grouped);
        phrases.extend(keywords.into_iter().map(|keyword| {
            if keyword == "ORDER" {
                "ORDER BY".to_owned()
            } else {
                keyword
            }
        }));
        if self.names.contains(END) {
            phrases.push(END.to_owned());
        }
        match phrases.split_last() {
            None => String::new(),
            Some((only, [])) => format!(", expected {only}"),
            Some((last, others)) => format!(", expected {} or {last}", others.join(", ")),
        }
    }

    /// The keywords that could stand there.
    fn keywords(&self) -> impl Iterator<Item = &str> {
        let is_keyword = |token: &&str| tokens::keywords().binary_search(token).is_ok();
        self.tokens.iter().map(String::as_str).filter(is_keyword)
    }
}

/// The place itself, or where the word begins in the midst of which it lies.
fn token_start(text: &str, place: usize) -> usize {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    if !text[place..].starts_with(is_word) {
        return place;
    }
    text[..place].trim_end_matches(is_word).len()
}

/// Characters that are no part of the language outside of strings, names and comments.
fn odd_character(found: &str, place: Span) -> Option<Error> {
    let character = found.chars().next()?;
    if character.is_ascii() || character.is_alphanumeric() {
        return None;
    }
    let message = format!("unexpected character `{character}`");
    let error = Error::syntax(ErrorDetail::InvalidUnicodeCharacter, place, message);
    Some(match character {
        '\u{ad}' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => {
            error.hint("write `-`")
        }
        '\u{2018}'..='\u{201b}' => error.hint("write `'`"),
        '\u{201c}'..='\u{201f}' => error.hint("write `\"`"),
        _ => error,
    })
}

/// Operators of other languages, and what they are called here.
fn foreign_operator(text: &str, start: usize) -> Option<String> {
    const FOREIGN: [(&str, &str); 4] = [
        ("==", "write = to compare"),
        ("!=", "write <> for unequal"),
        ("&&", "write AND"),
        ("||", "write OR"),
    ];
    let before = start.checked_sub(1)?;
    let (_, hint) = FOREIGN.iter().find(|(operator, _)| {
        text[start..].starts_with(operator)
            || text
                .get(before..)
                .is_some_and(|rest| rest.starts_with(operator))
    })?;
    Some((*hint).to_owned())
}

fn shortened(found: &str) -> String {
    match found.char_indices().nth(40) {
        Some((end, _)) => format!("{}...", &found[..end]),
        None => found.to_owned(),
    }
}
