//! Limits of nesting and length: what is admitted takes little time and stack, also where the
//! thread has only two megabytes; what is not is refused, never a crash.

use std::time::{Duration, Instant};

use rihla::error::ErrorDetail;
use rihla::parse::{MAXIMUM_NESTING, parse_statement};

/// How long a text may take: what is slow grows beyond any bound, so this is far above what is
/// measured, for slow machines and debug builds.
const PATIENCE: Duration = Duration::from_secs(5);

/// Parses on a thread with a small stack; drops the tree there too.
fn parse(text: String) -> Option<ErrorDetail> {
    let thread = std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(move || {
            let start = Instant::now();
            let result = parse_statement(&text);
            let took = start.elapsed();
            assert!(
                took < PATIENCE,
                "{took:?} for {}",
                text.chars().take(100).collect::<String>()
            );
            result.err().map(|error| error.detail())
        });
    thread
        .expect("a thread can be started")
        .join()
        .expect("the parser does not panic")
}

/// Constructs that nest: how they open, what is innermost, how they close.
const NESTING: [(&str, &str, &str); 29] = [
    ("(", "1", ")"),
    ("1 + (", "1", ")"),
    ("[", "1", "]"),
    ("{a: ", "1", "}"),
    ("f(", "1", ")"),
    ("a[", "1", "]"),
    ("NOT (", "a", ")"),
    ("NOT ", "a", ""),
    ("- ", "a", ""),
    ("CASE WHEN ", "a", " THEN 1 END"),
    ("CASE 1 WHEN ", "a", " THEN 1 END"),
    ("CASE WHEN a THEN 1 ELSE ", "1", " END"),
    ("[x IN ", "y", "]"),
    ("[x IN ", "y", " | x]"),
    ("[x IN y WHERE ", "x", " | x]"),
    ("[x IN y | ", "x", "]"),
    ("all(x IN [1] WHERE ", "x", ")"),
    ("reduce(a = 0, x IN y | ", "x", ")"),
    ("n {a: ", "1", "}"),
    ("EXISTS { MATCH (a) WHERE ", "a", " }"),
    ("EXISTS { (a)-->(b) WHERE ", "a", " }"),
    ("COLLECT { RETURN ", "1", " }"),
    ("(", "(a)-->(b)", ")"),
    ("[(a)-->(b) WHERE ", "a", " | 1]"),
    ("(a)-[r WHERE ", "a", "]->(b)"),
    ("(a WHERE ", "a", ")-->(b)"),
    ("(a:A)-->(b:B WHERE ", "a", ")"),
    ("(a:A) AND (", "a", ")"),
    ("f([{a: ", "1", "}])"),
];

#[test]
fn two_hundred_levels_are_admitted_at_once() {
    for (open, inner, close) in NESTING {
        // Constructs of several brackets have fewer levels.
        let levels = 200 / open.matches(['(', '[', '{']).count().max(1);
        let nested = format!("{}{inner}{}", open.repeat(levels), close.repeat(levels));
        let text = format!("MATCH (a) WHERE {nested} RETURN 1");
        assert_eq!(parse(text), None, "{open}");
        // Unclosed, at every level another alternative is left to be tried.
        let text = format!("MATCH (a) WHERE {}{inner}", open.repeat(levels));
        if !close.is_empty() {
            assert_eq!(parse(text), Some(ErrorDetail::UnexpectedSyntax), "{open}");
        }
    }
}

#[test]
fn statements_nest_as_deeply() {
    for (open, inner, close) in [
        ("CALL { ", "RETURN 1 AS x", " } RETURN x"),
        ("FOREACH (x IN [1] | ", "SET a.x = 1", ")"),
        ("MATCH (a:", "A", ") RETURN a"),
    ] {
        let text = format!("{}{inner}{}", open.repeat(200), close.repeat(200));
        let expected = if open.starts_with("MATCH") {
            Some(ErrorDetail::UnexpectedSyntax)
        } else {
            None
        };
        assert_eq!(parse(text), expected, "{open}");
    }
    assert_eq!(
        parse(format!(
            "MATCH (a:{}A{}) RETURN a",
            "(".repeat(200),
            ")".repeat(200)
        )),
        None
    );
    assert_eq!(
        parse(format!(
            "MATCH {}(a)-->(b){} RETURN a",
            "(".repeat(200),
            ")".repeat(200)
        )),
        None
    );
}

#[test]
fn deeper_nesting_is_refused() {
    for (open, _, _) in NESTING {
        for levels in [MAXIMUM_NESTING + 1, 100_000] {
            let detail = parse(format!("RETURN {}", open.repeat(levels)));
            let chain = !open.contains(['(', '[', '{']) && !open.contains("CASE");
            let expected = if chain {
                ErrorDetail::UnexpectedSyntax
            } else {
                ErrorDetail::TooComplex
            };
            assert_eq!(detail, Some(expected), "{open} {levels}");
        }
    }
    // Words that hide how deeply CASE is nested.
    assert_eq!(
        parse(format!("RETURN {}", "CASE WHEN end THEN ".repeat(5_000))),
        Some(ErrorDetail::TooComplex)
    );
    assert_eq!(
        parse(format!("RETURN x IS :: {}", "LIST<".repeat(10_000))),
        Some(ErrorDetail::TooComplex)
    );
    assert_eq!(
        parse(format!("MATCH (a:{}A) RETURN a", "!".repeat(10_000))),
        Some(ErrorDetail::TooComplex)
    );
}

#[test]
fn a_hundred_thousand_brackets_are_refused_at_once() {
    let text = format!("RETURN {}", "[".repeat(100_000));
    let start = Instant::now();
    let error = parse_statement(&text).expect_err("it is nested too deeply");
    assert!(start.elapsed() < Duration::from_millis(5));
    assert_eq!(error.detail(), ErrorDetail::TooComplex);
    assert!(error.span().is_some() && error.hint_text().is_some());
}

/// Operators that can be chained, and whether the tree stays flat then.
const CHAINS: [(&str, &str, bool); 12] = [
    ("a AND ", "a", false),
    ("n.a = 1 OR ", "a", false),
    ("a XOR ", "a", false),
    ("1 + ", "1", false),
    ("'a' || ", "'a'", false),
    ("1 * ", "1", false),
    ("2 ^ ", "2", false),
    ("a IN ", "a", false),
    ("NOT ", "a", false),
    ("- ", "a", false),
    ("a < ", "a", true),
    ("[1], ", "[1]", true),
];

#[test]
fn chains_of_a_thousand_operators_are_admitted() {
    for (link, last, flat) in CHAINS {
        assert_eq!(
            parse(format!("RETURN {}{last}", link.repeat(1_000))),
            None,
            "{link}"
        );
        let expected = if flat {
            None
        } else {
            Some(ErrorDetail::TooComplex)
        };
        assert_eq!(
            parse(format!("RETURN {}{last}", link.repeat(5_000))),
            expected,
            "{link}"
        );
    }
    for postfix in [".x", "[0]", " IS NULL"] {
        assert_eq!(
            parse(format!("RETURN a{}", postfix.repeat(1_000))),
            None,
            "{postfix}"
        );
        assert_eq!(
            parse(format!("RETURN a{}", postfix.repeat(5_000))),
            Some(ErrorDetail::TooComplex),
            "{postfix}"
        );
    }
}

#[test]
fn long_statements_that_are_not_deep_are_admitted() {
    for (part, last) in [
        ("RETURN 1 UNION ", "RETURN 1"),
        ("MATCH (a) ", "RETURN 1"),
        ("CREATE (:A {b: 'c'}) ", "RETURN 1"),
    ] {
        assert_eq!(
            parse(format!("{}{last}", part.repeat(2_000))),
            None,
            "{part}"
        );
    }
    assert_eq!(
        parse(format!("MATCH (a){} RETURN 1", "-->()".repeat(2_000))),
        None
    );
    // Each is a level of the plan.
    for text in [
        format!("{}RETURN 1", "MATCH (a) ".repeat(3_000)),
        format!("MATCH (a){} RETURN 1", "-->()".repeat(3_000)),
        format!("CREATE ({{x: COUNT {{ (a){} }}}})", "-->()".repeat(3_000)),
        format!(
            "CREATE (a) {}",
            "FOREACH (x IN [1] | SET a.x = 1 SET a.x = 2)".repeat(1_000)
        ),
    ] {
        assert_eq!(parse(text), Some(ErrorDetail::TooComplex));
    }
    assert_eq!(
        parse(format!("CREATE (a){}", ", (a)-[:R]->()".repeat(10_000))),
        None
    );
    assert_eq!(parse(format!("RETURN {}1", " ".repeat(100_000))), None);
}

#[test]
fn texts_made_to_be_slow_are_not() {
    // Each could be read in two ways, were it not decided by a few tokens.
    for slow in [
        "(a)-[r WHERE ",
        "(a)-->(b)--({x: ",
        "({x: ({y: ",
        "(a:A {b: ",
        "[x IN [x IN ",
        "(a {b: [(a)-",
        "EXISTS { MATCH (a ",
        "exists {a: ",
        "-(a:B",
        "{a: -[",
        "(n) - [",
        "CASE WHEN (a)-",
        "reduce(a = (b)--",
        "[(a)-->(b {c: [",
        "(a:(A|(",
        "((a)-",
    ] {
        for start in ["RETURN ", "MATCH (x) WHERE ", "MATCH "] {
            let mut text = format!("{start}{}", slow.repeat(1_000 / slow.len()));
            text.truncate(1_000);
            assert!(parse(text).is_some(), "{slow}");
        }
    }
}
