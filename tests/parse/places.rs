//! Places: every part of a tree lies inside its parent, begins and ends with a character that is
//! no blank, and a projected expression covers exactly its text.

use rihla::parse::ast::{ClauseKind, Statement};
use rihla::parse::span::Span;
use rihla::parse::{parse_statement, statements};

use super::golden::scripts;

/// All spans in the `Debug` form of a tree, in the order in which they stand there.
fn spans(statement: &Statement) -> Vec<Span> {
    let debug = format!("{statement:?}");
    let number = |text: &str| {
        text.split(|c: char| !c.is_ascii_digit())
            .next()
            .and_then(|digits| digits.parse().ok())
    };
    let parts = debug.split("Span { start: ").skip(1);
    parts
        .filter_map(|part| {
            let (start, end) = part.split_once(", end: ")?;
            Some(Span::new(number(start)?, number(end)?))
        })
        .collect()
}

#[test]
fn places_are_trimmed_and_inside_the_text() {
    for (path, script) in scripts("ok") {
        for statement in statements(&script) {
            let text = statement.text;
            let tree = parse_statement(text).expect("the script is well formed");
            for span in spans(&tree) {
                let part = span.slice(text);
                assert!(!part.is_empty(), "{}: {span:?} of {text}", path.display());
                assert_eq!(part.trim(), part, "{}: {text}", path.display());
            }
        }
    }
}

fn projected(text: &str) -> Vec<String> {
    let Ok(Statement::Query(query)) = parse_statement(text) else {
        panic!("{text} is no query")
    };
    let last = query.parts[0].clauses.last().expect("a query has clauses");
    let ClauseKind::Return(projection) = &last.kind else {
        panic!("{text} does not return")
    };
    projection
        .items
        .iter()
        .map(|item| item.expression.span.slice(text).to_owned())
        .collect()
}

#[test]
fn projected_expressions_are_named_by_their_text() {
    assert_eq!(
        projected("RETURN  n.name , (1 +  2) AS x,( a ).b /* c */, -3"),
        ["n.name", "(1 +  2)", "( a ).b", "-3"]
    );
    assert_eq!(
        projected("RETURN cOuNt( * ), 'é' + \"b\" ORDER BY 1"),
        ["cOuNt( * )", "'é' + \"b\""]
    );
}

#[test]
fn clauses_cover_their_text() {
    let text = "MATCH (a) WHERE a.x /* here */ SET a.y = 1  RETURN a ;";
    let Ok(Statement::Query(query)) = parse_statement(text) else {
        panic!("it is a query")
    };
    let clauses: Vec<&str> = query.parts[0]
        .clauses
        .iter()
        .map(|clause| clause.span.slice(text))
        .collect();
    assert_eq!(clauses, ["MATCH (a) WHERE a.x", "SET a.y = 1", "RETURN a"]);
}
