//! Scripts, completeness and tokens.

use rihla::parse::{TokenKind, is_complete, keywords, statements, tokens};

#[test]
fn a_script_is_cut_at_its_semicolons() {
    let script =
        "// first;\nRETURN 1;;\n  RETURN ';' + \";\\\";\" /* ; */ + `;` ; RETURN 'it''s;'\n// last";
    let texts: Vec<(&str, bool)> = statements(script)
        .map(|one| (one.text, one.terminated))
        .collect();
    assert_eq!(
        texts,
        [
            ("RETURN 1", true),
            ("RETURN ';' + \";\\\";\" /* ; */ + `;`", true),
            ("RETURN 'it''s;'", false),
        ]
    );
    for one in statements(script) {
        assert!(script[one.offset..].starts_with(one.text));
    }
    assert_eq!(statements(" ; /* */ ;").count(), 0);
    assert_eq!(
        statements("\u{feff}RETURN 1").next().map(|one| one.offset),
        Some(3)
    );
    assert_eq!(
        statements("RETURN 1; /* open ; RETURN 2").count(),
        2,
        "what is not closed is kept"
    );
}

#[test]
fn a_text_is_complete_at_its_semicolon() {
    for complete in [
        "RETURN 1;",
        "RETURN 1 ; // done",
        "RETURN ';' /* */;\n",
        ";",
    ] {
        assert!(is_complete(complete), "{complete}");
    }
    for open in [
        "",
        "RETURN 1",
        "RETURN ';",
        "RETURN 1; RETURN 2",
        "RETURN 1 // ;",
        "/* ;",
        "RETURN `a;",
    ] {
        assert!(!is_complete(open), "{open}");
    }
}

#[test]
fn tokens_are_told_apart() {
    let text = "MATCH (n:Match {a: $p}) WHERE count(n.in) >= 1.5 // x\nRETURN 'a' + `b` — \"open";
    let found: Vec<(TokenKind, &str)> = tokens(text)
        .into_iter()
        .map(|(kind, span)| (kind, span.slice(text)))
        .collect();
    use TokenKind::*;
    let expected = [
        (Keyword, "MATCH"),
        (Symbol, "("),
        (Name, "n"),
        (Symbol, ":"),
        (Label, "Match"),
        (Symbol, "{"),
        (Name, "a"),
        (Symbol, ":"),
        (Parameter, "$p"),
        (Symbol, "}"),
        (Symbol, ")"),
        (Keyword, "WHERE"),
        (Function, "count"),
        (Symbol, "("),
        (Name, "n"),
        (Symbol, "."),
        (Name, "in"),
        (Symbol, ")"),
        (Symbol, ">="),
        (Number, "1.5"),
        (Comment, "// x"),
        (Keyword, "RETURN"),
        (Text, "'a'"),
        (Symbol, "+"),
        (Name, "`b`"),
        (Symbol, "—"),
        (Text, "\"open"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn keywords_are_in_order() {
    assert!(keywords().is_sorted());
    assert!(keywords().contains(&"MATCH"));
}
