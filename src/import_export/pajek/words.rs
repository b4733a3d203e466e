//! A line of Pajek as words, some in quotes, and the parameters at its end.

use std::sync::Arc;

use crate::import_export::record::{Properties, excerpt};
use crate::import_export::words::insert;
use crate::value::Value;

/// A word of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub text: String,
    pub is_quoted: bool,
}

impl Word {
    pub fn lowercase(&self) -> String {
        self.text.to_ascii_lowercase()
    }
}

/// The words of a line, apart by blanks. In quotes a backslash stands before a quote and a
/// backslash, and `\n` is a line end.
pub(super) fn words(line: &str) -> Result<Vec<Word>, &'static str> {
    let mut words = Vec::new();
    let mut rest = line.trim_start_matches(is_blank);
    while !rest.is_empty() {
        let word = match rest.strip_prefix('"') {
            Some(quoted) => {
                let mut text = String::new();
                let mut characters = quoted.chars();
                loop {
                    match characters.next() {
                        None => return Err("a text has no closing quote"),
                        Some('"') => break,
                        Some('\\') => match characters.clone().next() {
                            Some(escaped @ ('"' | '\\')) => {
                                characters.next();
                                text.push(escaped);
                            }
                            Some('n') => {
                                characters.next();
                                text.push('\n');
                            }
                            _ => text.push('\\'),
                        },
                        Some(other) => text.push(other),
                    }
                }
                rest = characters.as_str();
                Word {
                    text,
                    is_quoted: true,
                }
            }
            None => {
                let (text, behind) = rest.split_at(rest.find(is_blank).unwrap_or(rest.len()));
                rest = behind;
                Word {
                    text: text.to_owned(),
                    is_quoted: false,
                }
            }
        };
        words.push(word);
        rest = rest.trim_start_matches(is_blank);
    }
    Ok(words)
}

fn is_blank(character: char) -> bool {
    character.is_ascii_whitespace()
}

/// `text` in quotes, as [`words`] reads it.
pub(super) fn quote(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", text.replace('\n', "\\n"))
}

/// A word that is a number.
pub(super) fn number(word: &Word) -> Option<Value> {
    let begins = |first: char| first.is_ascii_digit() || "+-.".contains(first);
    if word.is_quoted || !word.text.starts_with(begins) {
        return None;
    }
    match word.text.parse::<i64>() {
        Ok(integer) => Some(integer.into()),
        Err(_) => word.text.parse::<f64>().ok().map(Value::from),
    }
}

/// The property that the times of a vertex or a line are.
const TIME: &str = "time";

/// What stands behind the label of a vertex or the value of a line: coordinates, a shape,
/// names with values, times. Gives what of it is not kept.
pub(super) fn add_parameters(properties: &mut Properties, words: &[Word]) -> Vec<String> {
    let mut words = words;
    let mut problems = Vec::new();
    for axis in ["x", "y", "z"] {
        let Some((first, rest)) = words.split_first() else {
            break;
        };
        let Some(value) = number(first) else { break };
        properties.push((axis.into(), value));
        words = rest;
    }
    // When it is there: `[5-10, 12-14]` at the end.
    if let Some(start) = words
        .iter()
        .position(|word| !word.is_quoted && word.text.starts_with('['))
        && words.last().is_some_and(|word| word.text.ends_with(']'))
    {
        let (others, times) = words.split_at(start);
        let times: Vec<&str> = times.iter().map(|word| word.text.as_str()).collect();
        properties.push((TIME.into(), times.concat().into()));
        words = others;
    }
    // Names and values come in pairs, the shape stands alone before them.
    if words.len() % 2 == 1
        && let Some((shape, rest)) = words.split_first()
    {
        properties.push(("shape".into(), shape.text.as_str().into()));
        words = rest;
    }
    for pair in words.chunks(2) {
        let [name, value] = pair else { continue };
        let key: Arc<str> = name.text.as_str().into();
        let value = number(value).unwrap_or_else(|| value.text.as_str().into());
        if !insert(properties, &key, value) {
            problems.push(format!(
                "an earlier value of {} is not kept",
                excerpt(&name.text)
            ));
        }
    }
    problems
}
