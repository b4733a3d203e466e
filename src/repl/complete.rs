//! Completion: what can stand where the cursor is, from the tokens before it. The names are those
//! of the graph, of the language's tables and of the statement itself.

use rihla::Database;
use rihla::functions::{self, FUNCTIONS};
use rihla::parse::{TokenKind, keywords, tokens};
use rustyline::completion::{FilenameCompleter, Pair};

use super::commands::{self, Completion};

/// Where names come from.
pub struct Names {
    database: Database,
    files: FilenameCompleter,
}

impl Names {
    /// The names of a database, as they are when they are asked for.
    pub fn new(database: Database) -> Names {
        Names {
            database,
            files: FilenameCompleter::new(),
        }
    }
}

/// What can be completed at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// After the colon in a node's parentheses, or in an expression.
    Label,
    /// After the colon in a relationship's brackets.
    RelationshipType,
    /// After a dot, or in the braces of a pattern.
    PropertyKey,
    /// After `CALL`.
    Procedure,
    /// After `DROP INDEX`.
    Index,
    /// After `DROP CONSTRAINT`.
    Constraint,
    /// Anywhere else.
    Expression,
}

/// The candidates for the word before `position`, and where it begins.
pub fn complete(text: &str, position: usize, names: &Names) -> (usize, Vec<Pair>) {
    let before = &text[..position];
    if commands::is_command(before) {
        return complete_command(before, names);
    }
    let mut before_word = tokens(before);
    let word = match before_word.last() {
        Some((TokenKind::Text | TokenKind::Comment | TokenKind::Number, span))
            if span.end == position =>
        {
            return (position, Vec::new());
        }
        Some((kind, span)) if span.end == position && *kind != TokenKind::Symbol => {
            let start = span.start;
            before_word.pop();
            start
        }
        _ => position,
    };
    let preceding: Vec<&str> = before_word
        .iter()
        .map(|(_, span)| span.slice(before))
        .collect();
    let candidates = candidates(place(&preceding), text, word..position, &preceding, names);
    (word, matching(&before[word..], candidates))
}

fn place(preceding: &[&str]) -> Place {
    match preceding.last().copied() {
        Some(":" | "|" | "&" | "!") => match (after_colon(preceding), open_bracket(preceding)) {
            (true, Some("[")) => Place::RelationshipType,
            (true, Some("{")) | (false, _) => Place::Expression,
            (true, _) => Place::Label,
        },
        Some(".") => Place::PropertyKey,
        Some("{" | ",") if open_bracket(preceding) == Some("{") => Place::PropertyKey,
        Some(word) if word.eq_ignore_ascii_case("CALL") => Place::Procedure,
        _ => dropped(preceding).unwrap_or(Place::Expression),
    }
}

/// What `DROP` stands before.
fn dropped(preceding: &[&str]) -> Option<Place> {
    let [.., drop, what] = preceding else {
        return None;
    };
    let kinds = [("INDEX", Place::Index), ("CONSTRAINT", Place::Constraint)];
    let (_, place) = kinds
        .into_iter()
        .find(|(kind, _)| what.eq_ignore_ascii_case(kind))?;
    drop.eq_ignore_ascii_case("DROP").then_some(place)
}

/// Whether what stands at the end continues a label expression: `:A|`, `:!`.
fn after_colon(preceding: &[&str]) -> bool {
    let mut rest = preceding.iter().rev();
    rest.find(|token| matches!(**token, ":" | "(" | "[" | "{" | "," | ")" | "]" | "}"))
        .is_some_and(|token| *token == ":")
}

/// The last bracket that is not closed.
fn open_bracket<'t>(preceding: &[&'t str]) -> Option<&'t str> {
    let mut closed = 0;
    for token in preceding.iter().rev() {
        match *token {
            ")" | "]" | "}" => closed += 1,
            "(" | "[" | "{" if closed > 0 => closed -= 1,
            "(" | "[" | "{" => return Some(token),
            _ => {}
        }
    }
    None
}

fn candidates(
    place: Place,
    text: &str,
    word: std::ops::Range<usize>,
    preceding: &[&str],
    names: &Names,
) -> Vec<String> {
    let snapshot = names.database.snapshot().unwrap_or_default();
    let catalog = snapshot.catalog();
    match place {
        Place::Label => catalog.labels().map(|(_, name)| quoted(name)).collect(),
        Place::RelationshipType => {
            let types = catalog.relationship_types();
            types.map(|(_, name)| quoted(name)).collect()
        }
        Place::PropertyKey => {
            let mut keys: Vec<String> = catalog.keys().map(|(_, name)| quoted(name)).collect();
            // A dot may also stand in the name of a function: `date.truncate`.
            if let [.., space, "."] = preceding {
                let space = format!("{}.", space.to_lowercase());
                keys.extend(FUNCTIONS.iter().filter_map(|function| {
                    let rest = function.name.to_lowercase().starts_with(&space);
                    rest.then(|| format!("{}(", &function.name[space.len()..]))
                }));
            }
            keys
        }
        Place::Procedure => {
            let procedures = names.database.procedures();
            procedures
                .iter()
                .map(|procedure| format!("{}(", procedure.name))
                .collect()
        }
        Place::Index => {
            let indexes = snapshot.schema().indexes().iter();
            let own = indexes.filter(|index| !index.is_unique());
            own.map(|index| quoted(&index.definition().name)).collect()
        }
        Place::Constraint => {
            let constraints = snapshot.schema().constraints().iter();
            constraints.map(|one| quoted(&one.name)).collect()
        }
        Place::Expression => {
            let mut all = variables(text, word);
            all.extend(
                FUNCTIONS
                    .iter()
                    .map(|function| format!("{}(", function.name)),
            );
            // `COUNT` is a keyword, too, for `COUNT { ... }`: the function is the likelier wish.
            let keywords = keywords().iter();
            let keywords = keywords.filter(|word| functions::find(word).is_none());
            all.extend(keywords.map(|word| (*word).to_owned()));
            all
        }
    }
}

/// The names of the statement that are no labels, keys or functions, but the word itself.
fn variables(text: &str, word: std::ops::Range<usize>) -> Vec<String> {
    let mut variables = Vec::new();
    let mut before = "";
    let tokens = tokens(text);
    for (index, (kind, span)) in tokens.iter().enumerate() {
        let after = tokens
            .get(index + 1)
            .map_or("", |(_, span)| span.slice(text));
        let is_key = before == "." || (after == ":" && matches!(before, "{" | ","));
        if *kind == TokenKind::Name && !is_key && span.start != word.start {
            variables.push(span.slice(text).to_owned());
        }
        before = span.slice(text);
    }
    variables
}

/// A name as it is written, in back-ticks where it needs them.
fn quoted(name: &str) -> String {
    let mut text = String::new();
    rihla::value::write_name(name, &mut text).expect("a string takes all");
    text
}

/// The candidates that begin with the word, whatever their case, in order.
fn matching(word: &str, mut candidates: Vec<String>) -> Vec<Pair> {
    let word = word.to_lowercase();
    candidates.retain(|candidate| {
        let candidate = candidate.to_lowercase();
        candidate.starts_with(&word) || candidate.trim_start_matches('`').starts_with(&word)
    });
    candidates.sort_by_key(|candidate| candidate.to_lowercase());
    candidates.dedup();
    candidates.into_iter().map(pair).collect()
}

fn pair(candidate: String) -> Pair {
    Pair {
        display: candidate.clone(),
        replacement: candidate,
    }
}

/// Names of commands, and their arguments.
fn complete_command(before: &str, names: &Names) -> (usize, Vec<Pair>) {
    let word = before
        .rfind(char::is_whitespace)
        .map_or(0, |blank| blank + 1);
    if word == 0 {
        let sign = &before[..1];
        let all = commands::COMMANDS.iter();
        let all = all
            .map(|command| format!("{sign}{}", command.name))
            .collect();
        return (0, matching(before, all));
    }
    let Ok(command) = commands::find(&before[1..]) else {
        return (word, Vec::new());
    };
    let choices = match command.completion {
        Completion::Nothing => Vec::new(),
        Completion::Words(words) => words.iter().map(|word| (*word).to_owned()).collect(),
        Completion::Forms => {
            let forms = rihla::display::FORMS.iter();
            forms.map(|form| form.name.to_owned()).collect()
        }
        Completion::Topics => {
            let commands = commands::COMMANDS.iter().map(|command| command.name);
            let functions = FUNCTIONS.iter().map(|function| function.name);
            commands.chain(functions).map(str::to_owned).collect()
        }
        Completion::Names => {
            let graph = names.database.snapshot().unwrap_or_default();
            let labels = graph.catalog().labels().map(|(_, name)| name.to_string());
            let types = graph.catalog().relationship_types();
            let types = types.map(|(_, name)| name.to_string());
            labels.chain(types).collect()
        }
        Completion::Files => {
            let files = names.files.complete_path(before, before.len());
            return files.unwrap_or((word, Vec::new()));
        }
    };
    (word, matching(&before[word..], choices))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place_after(text: &str) -> Place {
        let tokens = tokens(text);
        let preceding: Vec<&str> = tokens.iter().map(|(_, span)| span.slice(text)).collect();
        place(&preceding)
    }

    #[test]
    fn the_tokens_before_tell_what_can_follow() {
        assert_eq!(place_after("MATCH (n:"), Place::Label);
        assert_eq!(place_after("MATCH (n:A|"), Place::Label);
        assert_eq!(place_after("MATCH (n)-[:"), Place::RelationshipType);
        assert_eq!(place_after("MATCH (n)-[r:A|"), Place::RelationshipType);
        assert_eq!(place_after("MATCH (n) WHERE n:"), Place::Label);
        assert_eq!(place_after("MATCH (n) RETURN n."), Place::PropertyKey);
        assert_eq!(place_after("MATCH (n {"), Place::PropertyKey);
        assert_eq!(place_after("MATCH (n {a:"), Place::Expression);
        assert_eq!(place_after("MATCH (n {a: 1,"), Place::PropertyKey);
        assert_eq!(place_after("RETURN [x IN y |"), Place::Expression);
        assert_eq!(place_after("call "), Place::Procedure);
        assert_eq!(place_after("drop index "), Place::Index);
        assert_eq!(place_after("DROP CONSTRAINT "), Place::Constraint);
        assert_eq!(place_after("SHOW INDEXES "), Place::Expression);
    }

    #[test]
    fn keywords_functions_and_variables_complete_in_any_case() {
        let names = Names::new(Database::in_memory());
        let found = |text: &str| -> Vec<String> {
            let (_, pairs) = complete(text, text.len(), &names);
            pairs.into_iter().map(|pair| pair.replacement).collect()
        };
        assert_eq!(found("mat"), ["MATCH"]);
        assert!(found("MATCH (country) RETURN cou").contains(&"country".to_owned()));
        assert!(found("MATCH (country) RETURN cou").contains(&"count(".to_owned()));
        assert_eq!(found(":ti"), [":timing"]);
        assert_eq!(found(".mode js"), ["json", "jsonl"]);
        assert!(found("RETURN 'ma").is_empty());
    }
}
