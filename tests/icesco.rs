//! The questions of `tests/icesco_questions.md` on the graph of ICESCO, each with its table.

use rihla::{Database, QueryResult, Value};

const QUESTIONS: &str = include_str!("icesco_questions.md");

/// One question of the file.
struct Question<'t> {
    title: &'t str,
    paragraph: &'t str,
    query: &'t str,
    columns: Vec<&'t str>,
    rows: Vec<Vec<String>>,
}

fn questions() -> Vec<Question<'static>> {
    QUESTIONS.split("\n## ").skip(1).map(question).collect()
}

fn question(text: &'static str) -> Question<'static> {
    let (title, rest) = text.split_once('\n').expect("a question has a title");
    let (before, rest) = rest
        .split_once("```cypher\n")
        .expect("a question has a query");
    let (query, table) = rest.split_once("```").expect("a query ends");
    let mut lines = table
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with('|'))
        .map(cells);
    let columns = lines.next().expect("a table has a head");
    lines.next();
    Question {
        title,
        paragraph: before.trim(),
        query,
        columns,
        rows: lines
            .map(|row| row.into_iter().map(str::to_owned).collect())
            .collect(),
    }
}

fn cells(line: &'static str) -> Vec<&'static str> {
    line.trim_matches('|').split('|').map(str::trim).collect()
}

/// A value as the file writes it: temporal values as bare text.
fn written(value: &Value) -> String {
    match value {
        Value::Date(date) => date.to_string(),
        Value::List(values) => {
            format!(
                "[{}]",
                values.iter().map(written).collect::<Vec<_>>().join(", ")
            )
        }
        other => other.to_string(),
    }
}

fn rows(result: &QueryResult) -> Vec<Vec<String>> {
    result
        .rows()
        .map(|row| row.values().iter().map(written).collect())
        .collect()
}

#[test]
fn questions_have_their_answers() {
    let session = Database::icesco().expect("the graph loads").session();
    let mut wrong = Vec::new();
    for question in questions() {
        match session.query(question.query, ()) {
            Err(error) => wrong.push(format!("{}: {error}", question.title)),
            Ok(result) => {
                let columns: Vec<&str> = result.columns().iter().map(AsRef::as_ref).collect();
                let found = rows(&result);
                if columns != question.columns || found != question.rows {
                    let wanted = (&question.columns, &question.rows);
                    wrong.push(format!(
                        "{}:\n  wanted {wanted:?}\n  found  {:?}",
                        question.title,
                        (columns, found)
                    ));
                }
                if !result.summary().warnings.is_empty() {
                    wrong.push(format!(
                        "{}: {:?}",
                        question.title,
                        result.summary().warnings
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_paragraph_is_asked_about() {
    let questions = questions();
    assert!(questions.len() >= 25, "only {} questions", questions.len());
    for paragraph in 0..=9 {
        let wanted = format!("paragraph {paragraph}");
        assert!(
            questions
                .iter()
                .any(|question| question.paragraph == wanted),
            "{wanted}"
        );
    }
}

#[test]
fn every_fact_has_its_source() {
    let session = Database::icesco().expect("the graph loads").session();
    let query = "MATCH ()-[r]->() WHERE r.source IS NULL
        OR (r.paragraph IS NULL AND r.source <> 'general knowledge') RETURN count(*) AS n";
    let result = session.query(query, ()).expect("runs");
    assert_eq!(result.to_values(), [[Value::Integer(0)]]);
    let query = "MATCH (n) WHERE n.name IS NULL OR n.source IS NULL RETURN count(*) AS n";
    let result = session.query(query, ()).expect("runs");
    assert_eq!(result.to_values(), [[Value::Integer(0)]]);
}
