//! Labels and types out of the names of tables, for tables that do not say them.

use std::sync::Arc;

use crate::import_export::csv::header::Header;
use crate::import_export::options::{DEFAULT_TYPE, ImportOptions};
use crate::import_export::source::Source;

/// The labels of the rows of a table: those of the source, that of the options, the space of the ids, or
/// the name of the file.
pub(in crate::import_export) fn node_labels(
    source: &Source<'_>,
    header: &Header,
    options: &ImportOptions,
) -> Vec<Arc<str>> {
    if !source.labels().is_empty() {
        return source.labels().to_vec();
    }
    if let Some(label) = options.label.as_ref().or(header.id_space()) {
        return vec![label.clone()];
    }
    let words = words(source.stem());
    let capitalised = words.iter().map(|word| {
        let mut characters = word.chars();
        let first = characters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(characters).collect::<String>()
    });
    let label: String = capitalised.collect();
    let label = if label.is_empty() { "Node" } else { &label };
    vec![label.into()]
}

/// The type of the rows of a table: that of the source, that of the options, or the name of the file.
pub(in crate::import_export) fn relationship_type(
    source: &Source<'_>,
    header: &Header,
    options: &ImportOptions,
) -> Arc<str> {
    if let Some(name) = source
        .relationship_type()
        .or(options.relationship_type.as_ref())
    {
        return name.clone();
    }
    let words = words(source.stem());
    // `Tag_hasType_TagClass` between the id spaces Tag and TagClass: HAS_TYPE.
    let between = header.end_spaces().and_then(|(start, end)| {
        let is = |words: &[String], space: &str| words.concat().eq_ignore_ascii_case(space);
        let first = (1..words.len()).find(|place| is(&words[..*place], start))?;
        let last = (first + 1..words.len()).find(|place| is(&words[*place..], end))?;
        words.get(first..last)
    });
    let name = between.unwrap_or(&words).join("_").to_uppercase();
    if name.is_empty() {
        DEFAULT_TYPE.into()
    } else {
        name.into()
    }
}

/// The words of a file's name: cut at everything that is no letter or digit and before capitals,
/// without the numbers at the end that parts of a table have (`person_0_0`).
fn words(stem: &str) -> Vec<String> {
    let mut words = Vec::new();
    for piece in stem.split(|character: char| !character.is_alphanumeric()) {
        let mut word = String::new();
        for character in piece.chars() {
            let after_small = word.chars().last().is_some_and(char::is_lowercase);
            if character.is_uppercase() && after_small {
                words.push(std::mem::take(&mut word));
            }
            word.push(character);
        }
        words.push(word);
    }
    words.retain(|word| !word.is_empty());
    let is_number = |word: &String| word.chars().all(|character| character.is_ascii_digit());
    while words.len() > 1 && words.last().is_some_and(is_number) {
        words.pop();
    }
    words
}
