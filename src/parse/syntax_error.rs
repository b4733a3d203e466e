//! Explains a text that the grammar refuses: where, what was found, what was expected.
//!
//! A refused text is parsed again, twice. The first time pest keeps the furthest place at which
//! a token was looked for. The second time the text ends there, in a character that nothing
//! matches: what is looked for then is all that could stand at that place.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

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
    let (place, expected) = if text.len() > LONGEST_EXPLAINED {
        (place_of(failure), Attempt::default())
    } else {
        let furthest = attempt(text).map_or(place_of(failure), |attempt| attempt.place);
        let place = token_start(text, furthest);
        (
            place,
            attempt(&format!("{} \u{1}", &text[..place])).unwrap_or_default(),
        )
    };

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

/// Texts beyond this length are not parsed again: it takes several times as long as the first
/// time. Their errors name the place and what was found.
const LONGEST_EXPLAINED: usize = 256 * 1024;

/// The furthest place at which a rule was looked for.
fn place_of(failure: &pest::error::Error<Rule>) -> usize {
    match failure.location {
        InputLocation::Pos(place) | InputLocation::Span((place, _)) => place,
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
        // Rules are kept for the furthest place where a rule began, which may lie before.
        if place_of(&failure) == attempts.max_position {
            rules.extend(positives);
        }
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
        Rule::schema_name => Some("the name of an index or constraint"),
        Rule::procedure_name | Rule::procedure_reference => Some("the name of a procedure"),
        Rule::parameter => Some(PARAMETER),
        Rule::EOI => Some(END),
        _ => None,
    }
}

/// What is called so where nothing more needs to follow.
const END: &str = "the end of the statement";
const PARAMETER: &str = "the name of a parameter";

/// Tokens that together stand for one thing: if the first is expected, all others are dropped
/// and the phrase is said instead.
const GROUPS: [(&str, &str, &str); 10] = [
    (
        "EXPLAIN",
        "a statement",
        "ALTER BEGIN COMMIT DENY DROP GRANT PROFILE REVOKE ROLLBACK SHOW TERMINATE USE \
         UNWIND CALL CREATE DELETE DETACH FINISH FOREACH LOAD MATCH MERGE OPTIONAL REMOVE RETURN \
         SET WITH",
    ),
    (
        "CASE",
        "an expression",
        "\" $ ' ( + - . [ _ ` { 0..9 A..Z a..z ALL COLLECT COUNT EXISTS FALSE INF INFINITY \
         NAN NOT NULL TRUE",
    ),
    (
        "<>",
        "an operator",
        "% ( * + - . / : :: < <= = =~ > >= [ ^ { || AND CONTAINS ENDS IN IS OR STARTS XOR",
    ),
    (
        "SHORTESTPATH",
        "a pattern",
        "( _ ` ALL ALLSHORTESTPATHS ANY SHORTEST",
    ),
    (
        "UNWIND",
        "a clause",
        "CALL CREATE DELETE DETACH FINISH FOREACH LOAD MATCH MERGE OPTIONAL REMOVE RETURN SET \
         UNION WITH",
    ),
    (
        "DETACH",
        "a clause that writes",
        "CREATE DELETE FOREACH MERGE REMOVE SET",
    ),
    (
        "TIMESTAMP",
        "a type",
        "ANY ARRAY BOOL BOOLEAN DATE DURATION EDGE FLOAT INT INTEGER LIST LOCAL MAP NODE \
         NOTHING NULL PATH PATHS POINT PROPERTY RELATIONSHIP SIGNED STRING TIME VARCHAR \
         VERTEX ZONED",
    ),
    ("+=", "`+=`", "( . < [ { IS"),
    ("<", "a relationship", "( -"),
    ("$", "properties", "{"),
];

/// Tokens that are too small, or say too little, to be named.
const UNNAMED: &str = "BUILTIN_RULE _ E X .. ; A..Z a..z ALL OFFSET PATH PATHS ASCENDING DESCENDING NFC NFD NFKC \
     NFKD USING";

impl Attempt {
    /// `, expected ...` in plain words.
    fn phrase(&self) -> String {
        let mut tokens: BTreeSet<&str> = self.tokens.iter().map(String::as_str).collect();
        tokens.remove(" ");
        let mut groups = Vec::new();
        for (sign, phrase, members) in GROUPS {
            if tokens.remove(sign) {
                tokens.retain(|token| !members.split(' ').any(|member| member == *token));
                groups.push(phrase);
            }
        }
        if tokens.contains(")") && !groups.contains(&"an operator") {
            // Only looked for to tell a path in parentheses from a node.
            tokens.remove("=");
        }
        if tokens.remove("`") {
            groups.extend(self.names());
        }
        if tokens.remove("0..9") && !tokens.contains("*") && !groups.contains(&"an operator") {
            groups.push("a number");
        }
        tokens.retain(|token| !UNNAMED.split(' ').any(|unnamed| unnamed == *token));
        let is_keyword = |token: &&str| token.starts_with(|first: char| first.is_ascii_uppercase());
        let (keywords, symbols): (Vec<&str>, Vec<&str>) = tokens.into_iter().partition(is_keyword);

        let mut phrases: Vec<String> = symbols.iter().map(|symbol| format!("`{symbol}`")).collect();
        phrases.extend(groups.into_iter().map(str::to_owned));
        phrases.extend(
            keywords
                .into_iter()
                .map(|word| word.replace("ORDER", "ORDER BY")),
        );
        if self.names.contains(END) {
            phrases.push(END.to_owned());
        }
        match phrases.split_last() {
            None => String::new(),
            Some((only, [])) => format!(", expected {only}"),
            Some((last, others)) => format!(", expected {} or {last}", others.join(", ")),
        }
    }

    /// What the names are called that could stand there.
    fn names(&self) -> impl Iterator<Item = &'static str> {
        let names = self.names.iter().copied().filter(|name| *name != END);
        // A parameter is expected by name only after its dollar sign, where nothing else is.
        let several = names.clone().count() > 1;
        names.filter(move |name| !(several && *name == PARAMETER))
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
