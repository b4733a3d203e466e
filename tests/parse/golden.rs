//! Trees and messages beside the texts they are of.

use std::fs;
use std::path::{Path, PathBuf};

use rihla::parse::span::line_and_column;
use rihla::parse::{parse_statement, statements};

use super::tree::render;

/// The scripts in a folder of golden files.
pub fn scripts(folder: &str) -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/parse")
        .join(folder);
    let mut scripts: Vec<(PathBuf, String)> = fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "cypher")
        })
        .map(|path| {
            let script = fs::read_to_string(&path).expect("the script can be read");
            (path, script)
        })
        .collect();
    scripts.sort();
    scripts
}

/// The paragraphs of a file of refused texts, which need not be statements.
pub fn paragraphs(script: &str) -> impl Iterator<Item = &str> {
    script
        .split("\n\n")
        .map(|text| text.trim_matches('\n'))
        .filter(|text| !text.is_empty())
}

fn compare(path: &Path, extension: &str, found: &str) {
    let path = path.with_extension(extension);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, found).expect("the golden file can be written");
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    if expected != found {
        let line = expected
            .lines()
            .zip(found.lines())
            .position(|(one, other)| one != other);
        let line = line.unwrap_or(expected.lines().count().min(found.lines().count()));
        panic!(
            "{} differs from line {}:\n  expected {:?}\n  found    {:?}\n(BLESS=1 writes it anew)",
            path.display(),
            line + 1,
            expected.lines().nth(line),
            found.lines().nth(line),
        );
    }
}

#[test]
fn statements_have_their_trees() {
    for (path, script) in scripts("ok") {
        let mut found = String::new();
        for statement in statements(&script) {
            let tree = parse_statement(statement.text)
                .unwrap_or_else(|error| panic!("{}: {}\n{error}", path.display(), statement.text));
            found.push_str(&format!("{}\n\n{}\n\n", statement.text, render(&tree)));
        }
        compare(&path, "tree", &found);
    }
}

#[test]
fn refused_texts_have_their_messages() {
    for (path, script) in scripts("err") {
        let mut found = String::new();
        for text in paragraphs(&script) {
            let error = parse_statement(text)
                .err()
                .unwrap_or_else(|| panic!("{}: {text}\nis admitted", path.display()));
            found.push_str(&format!("{text}\n{}\n\n", drawn(text, &error)));
        }
        compare(&path, "error", &found);
    }
}

/// The message with carets under its place.
fn drawn(text: &str, error: &rihla::error::Error) -> String {
    let span = error.span().expect("every refusal has a place");
    let (line, column) = line_and_column(text, span.start);
    let carets = "^".repeat(span.slice(text).chars().count().max(1));
    let line = if text.contains('\n') {
        format!(" (line {line})")
    } else {
        String::new()
    };
    let hint = error
        .hint_text()
        .map_or_else(String::new, |hint| format!("\n  hint: {hint}"));
    let place = " ".repeat(column - 1);
    format!(
        "{place}{carets}{line}\n  {}\n  {}{hint}",
        error.code(),
        error.message()
    )
}
