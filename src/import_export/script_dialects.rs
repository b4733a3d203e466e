//! Statements of scripts in the dialects that dumps of other databases have: what is said otherwise
//! here is translated, what has no meaning here is passed over.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::error::{Error, Result};
use crate::import_export::record::excerpt;

/// What becomes of a statement.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Translation {
    /// It is run as it is.
    Same,
    /// This is run in its place.
    Other(String),
    /// It is not run, and nothing of the graph is lost.
    PassOver,
    /// It is not run, which is told.
    LeaveOut(String),
}

/// A form of statement, and what becomes of it.
type Dialect = (&'static str, fn(&Captures<'_>) -> Result<Translation>);

/// A name, with or without backticks.
const NAME: &str = r"(?:`(?:[^`]|``)*`|[\p{L}_][\p{L}\p{N}_]*)";

/// Forms of statements, without regard to case; `NAME` stands for [`NAME`], blanks for any blanks.
#[rustfmt::skip]
const DIALECTS: &[Dialect] = &[
    // Neo4j: indexes are ready at once here.
    (r"CALL db\.(awaitIndex|awaitIndexes|resampleIndex|resampleOutdatedIndexes) ?\(.*\)", pass_over),
    (r"SCHEMA AWAIT", pass_over),
    // Neo4j before 4.4, Memgraph.
    (r"CREATE (EDGE )?INDEX ON ?: ?(NAME) ?\((.*)\)", create_index),
    (r"DROP (EDGE )?INDEX ON ?: ?(NAME) ?\((.*)\)", drop_index),
    (r"(CREATE|DROP) (EDGE )?INDEX ON ?: ?NAME", pass_over),
    (r"CREATE CONSTRAINT (NAME )?(IF NOT EXISTS )?ON (\(.*\)) ASSERT (.*)", create_constraint),
    (r"DROP CONSTRAINT ON (\(.*\)) ASSERT (.*)", drop_constraint),
    (r"CREATE BTREE (INDEX .*?)( OPTIONS ?\{.*)?", |found| {
        Ok(Translation::Other(format!("CREATE RANGE {}", &found[1])))
    }),
    (r"CREATE (FULLTEXT|TEXT|POINT|VECTOR|LOOKUP) INDEX .*", leave_out),
    (r"CALL db\.index\.fulltext\.create\w+ ?\(.*", leave_out),
    (r"CREATE (TRIGGER|ENUM) .*", leave_out),
    // Kùzu: the graph needs no tables.
    (r"CREATE (NODE|REL) TABLE .*", leave_out),
    (r"(INSTALL|LOAD EXTENSION|LOAD) NAME", leave_out),
    (r"COPY NAME FROM .*", |_| {
        Err(Error::unsupported("COPY reads tables of Kùzu, which a script cannot")
            .hint("import the tables themselves: give the files beside the script"))
    }),
];

static FORMS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let form = |(pattern, _): &Dialect| {
        let pattern = pattern.replace("NAME", NAME).replace(" ?", r"\s*");
        let pattern = format!(r"(?is)\A{}\s*\z", pattern.replace(' ', r"\s+"));
        Regex::new(&pattern).expect("the table is well-formed; a test reads it")
    };
    DIALECTS.iter().map(form).collect()
});

/// What becomes of `statement`.
///
/// # Errors
/// `Unsupported` where it can neither be translated nor passed over.
pub(super) fn translate(statement: &str) -> Result<Translation> {
    for (form, (_, translate)) in FORMS.iter().zip(DIALECTS) {
        if let Some(found) = form.captures(statement) {
            return translate(&found);
        }
    }
    Ok(Translation::Same)
}

fn pass_over(_: &Captures<'_>) -> Result<Translation> {
    Ok(Translation::PassOver)
}

fn leave_out(found: &Captures<'_>) -> Result<Translation> {
    let statement = found[0].split_whitespace().collect::<Vec<_>>().join(" ");
    Ok(Translation::LeaveOut(excerpt(&statement)))
}

/// `(n:Person)`, or `()-[n:KNOWS]-()` of an edge.
fn pattern(is_edge: bool, name: &str) -> String {
    match is_edge {
        true => format!("()-[n:{name}]-()"),
        false => format!("(n:{name})"),
    }
}

/// The name of an index or constraint that has none: what it is about.
fn name_of(parts: &[&str]) -> String {
    let parts: String = parts.concat().split_whitespace().collect();
    format!("`{}`", parts.replace('`', ""))
}

fn create_index(found: &Captures<'_>) -> Result<Translation> {
    let (label, keys) = (&found[2], &found[3]);
    let name = name_of(&[label, "(", keys, ")"]);
    let pattern = pattern(found.get(1).is_some(), label);
    let keys = keys.split(',').map(|key| format!("n.{}", key.trim()));
    let keys = keys.collect::<Vec<_>>().join(", ");
    let statement = format!("CREATE INDEX {name} IF NOT EXISTS FOR {pattern} ON ({keys})");
    Ok(Translation::Other(statement))
}

fn drop_index(found: &Captures<'_>) -> Result<Translation> {
    let name = name_of(&[&found[2], "(", &found[3], ")"]);
    Ok(Translation::Other(format!("DROP INDEX {name} IF EXISTS")))
}

fn create_constraint(found: &Captures<'_>) -> Result<Translation> {
    let (pattern, rule) = (&found[3], &found[4]);
    let given = found.get(1).map(|name| name.as_str().trim().to_owned());
    let name = given.unwrap_or_else(|| name_of(&[pattern, rule]));
    let statement = format!(
        "CREATE CONSTRAINT {name} IF NOT EXISTS FOR {pattern} REQUIRE {}",
        requirement(rule)
    );
    Ok(Translation::Other(statement))
}

fn drop_constraint(found: &Captures<'_>) -> Result<Translation> {
    let name = name_of(&[&found[1], &found[2]]);
    Ok(Translation::Other(format!(
        "DROP CONSTRAINT {name} IF EXISTS"
    )))
}

/// `EXISTS (n.a)` and `n.a, n.b IS UNIQUE` as they are said here.
fn requirement(rule: &str) -> String {
    static EXISTS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?is)\Aexists\s*\((.*)\)\z").expect("it is well-formed; a test reads it")
    });
    if let Some(found) = EXISTS.captures(rule.trim()) {
        return format!("{} IS NOT NULL", &found[1]);
    }
    let words: Vec<&str> = rule.split_whitespace().collect();
    match words.as_slice() {
        [keys @ .., is, unique]
            if is.eq_ignore_ascii_case("is")
                && unique.eq_ignore_ascii_case("unique")
                && keys.len() > 1
                && !rule.trim_start().starts_with('(') =>
        {
            format!("({}) IS UNIQUE", keys.join(" "))
        }
        _ => rule.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dialects_are_translated() {
        let other = |text: &str| Translation::Other(text.to_owned());
        let cases = [
            ("CREATE (n:Index)", Translation::Same),
            ("CALL db.awaitIndexes(300)", Translation::PassOver),
            ("schema  await", Translation::PassOver),
            (
                "CREATE INDEX ON :`A b`(x, `y`)",
                other("CREATE INDEX `Ab(x,y)` IF NOT EXISTS FOR (n:`A b`) ON (n.x, n.`y`)"),
            ),
            (
                "DROP INDEX ON :`A b`(x, `y`)",
                other("DROP INDEX `Ab(x,y)` IF EXISTS"),
            ),
            ("CREATE INDEX ON :A", Translation::PassOver),
            (
                "CREATE CONSTRAINT ON (u:`A`) ASSERT EXISTS (u.`b`)",
                other(
                    "CREATE CONSTRAINT `(u:A)EXISTS(u.b)` IF NOT EXISTS FOR (u:`A`) \
                     REQUIRE u.`b` IS NOT NULL",
                ),
            ),
            (
                "CREATE CONSTRAINT ON (u:A) ASSERT u.a, u.b IS UNIQUE",
                other(
                    "CREATE CONSTRAINT `(u:A)u.a,u.bISUNIQUE` IF NOT EXISTS FOR (u:A) \
                     REQUIRE (u.a, u.b) IS UNIQUE",
                ),
            ),
            (
                "CREATE BTREE INDEX i FOR (n:A) ON (n.b) OPTIONS {indexProvider: 'x'}",
                other("CREATE RANGE INDEX i FOR (n:A) ON (n.b)"),
            ),
            (
                "CREATE NODE TABLE User(name STRING,\n PRIMARY KEY(name))",
                Translation::LeaveOut(
                    "CREATE NODE TABLE User(name STRING, PRIMARY KEY(name))".to_owned(),
                ),
            ),
        ];
        for (statement, expected) in cases {
            assert_eq!(translate(statement).expect("it is known"), expected);
        }
        assert!(translate("COPY User FROM 'user.csv' (HEADER=true)").is_err());
    }
}
