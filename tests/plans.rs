//! Plans: what `EXPLAIN` shows, and that a plan can be written down and read again.

use std::collections::BTreeSet;

use rihla::bind::{BindEnvironment, bind};
use rihla::logical::{Plan, build, show};
use rihla::optimize::{Statistics, optimize};
use rihla::parse::{ast::Statement, parse_statement};
use rihla::{Database, Session};

/// Queries that meet every operator that reads.
const QUERIES: &[&str] = &[
    "MATCH (e:Event)-[:HELD_IN]->(c:City {name: 'Kazan'}) RETURN e.name AS event",
    "MATCH (a:Country)-[o:OBSERVES]->(b)<-[h:HEADS]-(p:Person) WHERE o.since IS NOT NULL RETURN a, p",
    "MATCH (a:City), (b:City) WHERE a.name = b.name RETURN count(*) AS n",
    "MATCH (a:City), (b:Country) RETURN a, b",
    "MATCH (a:Goal) OPTIONAL MATCH (b)-[:PART_OF]->(a) RETURN a.name AS goal, count(b) AS parts",
    "MATCH p = (a:Sector)-[:COVERS|PURSUES*1..3]->(b) RETURN nodes(p) AS nodes ORDER BY length(p) LIMIT 3",
    "MATCH (a:City {name: 'Baku'}), (b:Person) MATCH p = shortestPath((a)-[*]-(b)) RETURN length(p) AS l",
    "MATCH (a:Initiative) ((x)-[:PART_OF]->(y)){1,2} (b) RETURN x, b",
    "MATCH (g:Group) WHERE EXISTS { (g)<-[:SERVES]-(:Initiative) } RETURN DISTINCT g.name AS g SKIP 1",
    "UNWIND [1, 2] AS x CALL (x) { RETURN x + 1 AS y UNION RETURN x + 2 AS y } RETURN x, y",
    "CALL db.labels() YIELD label RETURN label ORDER BY label DESC",
    "MATCH (c:City)-[:CAPITAL_OF]->(k:Country) MATCH (e:Event)-[:HELD_IN]->(c) MATCH (p:Person)-[:HEADS]->() RETURN count(*) AS n",
    "MATCH (a)-[:PART_OF]-(b)-[:PART_OF]-(c)-[:PART_OF]-(a) RETURN count(*) AS n",
    "MATCH (a)-[:PART_OF]-(b) WHERE id(a) < id(b) RETURN a, b",
];

fn plan(database: &Database, text: &str) -> Plan {
    let Ok(Statement::Query(query)) = parse_statement(text) else {
        panic!("{text} is no query");
    };
    let snapshot = database.snapshot().expect("in memory");
    let procedures = database.procedures();
    let environment = BindEnvironment {
        catalog: snapshot.catalog(),
        procedures: &procedures,
        parameters: None,
    };
    let bound = bind(&query, text, &environment).expect(text);
    let (plan, _) = build(bound.query).expect(text);
    optimize(plan, &Statistics::new(&snapshot), &BTreeSet::new()).expect(text)
}

#[test]
fn plans_are_as_they_were() {
    let database = Database::icesco().expect("the graph loads");
    let shown: Vec<String> = QUERIES
        .iter()
        .map(|text| format!("{text}\n{}", show(&plan(&database, text))))
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn plans_can_be_written_and_read() {
    let database = Database::icesco().expect("the graph loads");
    let index = "CREATE INDEX FOR (c:City) ON (c.name)";
    database.session().query(index, ()).expect("an index");
    for text in QUERIES {
        let plan = plan(&database, text);
        let written = serde_json::to_string(&plan).expect("a plan can be written");
        let read: Plan = serde_json::from_str(&written).expect("and read");
        assert_eq!(read, plan, "{text}");
    }
}

/// The tree that `EXPLAIN` or `PROFILE` shows.
fn shown(session: &Session, text: &str) -> String {
    let result = session.query(text, ()).expect(text);
    result.summary().plan.clone().expect("a plan")
}

#[test]
fn profile_counts_rows_and_memory() {
    let session = Database::icesco().expect("the graph loads").session();
    let query = "MATCH (c:City) WHERE c.name <> 'Rabat' RETURN c.name AS name ORDER BY name";
    let plan = shown(&session, &format!("PROFILE {query}"));
    let lines: Vec<Vec<&str>> = plan
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(lines[0], ["Rows", "Expected", "Time", "Memory", "Operator"]);
    let rows: Vec<(&str, &str)> = lines[1..5].iter().map(|line| (line[0], line[5])).collect();
    let expected = [
        ("2", "Sort"),
        ("2", "Project"),
        ("2", "Filter"),
        ("3", "ScanNodes"),
    ];
    assert_eq!(rows, expected, "{plan}");
    let memory = |line: usize| (lines[line][3], lines[line][4]);
    assert_ne!(memory(1), ("0", "B"), "an order takes memory:\n{plan}");
    assert_eq!(memory(4), ("0", "B"), "a scan holds nothing:\n{plan}");
    assert!(
        lines[5]
            .join(" ")
            .ends_with("(the result, and the time of all)")
    );
    // What is expected stands also where nothing runs.
    let explained = shown(&session, &format!("EXPLAIN {query}"));
    let operators = |plan: &str, column: usize| -> Vec<String> {
        let lines = plan.lines().skip(1);
        let lines = lines.map(|line| line.chars().skip(column).collect());
        lines
            .filter(|line: &String| !line.starts_with('('))
            .collect()
    };
    assert_eq!(operators(&explained, 14), operators(&plan, 52));
}

#[test]
fn explain_shows_what_is_expected() {
    let session = Database::icesco().expect("the graph loads").session();
    let shown: Vec<String> = QUERIES
        .iter()
        .map(|text| format!("{text}\n{}", shown(&session, &format!("EXPLAIN {text}"))))
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

/// Statements that would be slow on a large graph, with what is underlined and where the hint leads.
const SLOW: &[(&str, &str, &str)] = &[
    (
        "MATCH (a:City), (b:Country) RETURN a, b",
        "(b:Country)",
        "an equality",
    ),
    (
        "MATCH (a:City) MATCH (b:Country) RETURN count(*) AS n",
        "(b:Country)",
        "an equality",
    ),
    (
        "MATCH (a:City) MATCH (b:Country {name: a.name}), (c:Goal) RETURN c",
        "(c:Goal)",
        "an equality",
    ),
    (
        "UNWIND range(1, 10) AS i MERGE (p:Goal {id: i}) RETURN p",
        "(p:Goal {id: i})",
        "CREATE INDEX FOR (n:Goal) ON (n.id)",
    ),
    (
        "MATCH (a:Goal) CALL (a) { MATCH (b:Goal) WHERE b.name = a.name RETURN b LIMIT 1 } RETURN a, b",
        "(b:Goal)",
        "CREATE INDEX FOR (n:Goal) ON (n.name)",
    ),
    (
        "MATCH (a:Goal) WHERE COUNT { MATCH (b:City) WHERE b.name = a.name WITH b LIMIT 3 RETURN b } > 2 RETURN a",
        "(b:City)",
        "CREATE INDEX FOR (n:City) ON (n.name)",
    ),
    (
        "FOREACH (i IN range(1, 10) | MERGE (:City {`a name`: i}))",
        "(:City {`a name`: i})",
        "CREATE INDEX FOR (n:City) ON (n.`a name`)",
    ),
];

/// Statements that only look slow.
const QUICK: &[&str] = &[
    "MATCH (a:City), (b:Country {id: 5}) RETURN a, b",
    "MATCH (a:City), (b:Country) WHERE a.name = b.name RETURN a, b",
    "MATCH (a:City) WITH count(a) AS n MATCH (b:Country) RETURN b, n",
    "MATCH (a:City) WITH a LIMIT 1 MATCH (b:Country) RETURN a, b",
    "MERGE (p:Person {id: 1}) RETURN p",
    "MATCH (a:City) OPTIONAL MATCH (a)--(b) WITH a, b MATCH (b)--(c) RETURN c",
    "MATCH (a:City) OPTIONAL MATCH (b:Person) WHERE b.name = a.name RETURN a, b",
    "UNWIND range(1, 10) AS i MERGE (p:Country {id: i}) RETURN p",
    "MATCH (a:Nothing), (b:City) RETURN a, b",
];

#[test]
fn what_is_slow_on_large_graphs_is_told() {
    let database = Database::icesco().expect("the graph loads");
    let session = database.session();
    let constraint = "CREATE CONSTRAINT FOR (c:Country) REQUIRE c.id IS UNIQUE";
    session.query(constraint, ()).expect("a constraint");
    // What is underlined, and the way out.
    let warnings = |text: &str| -> Vec<(String, String)> {
        let text = format!("EXPLAIN {text}");
        let result = session.query(&text, ()).expect(&text);
        let warnings = result.summary().warnings.iter();
        let slow = warnings.filter(|warning| !warning.message.starts_with("the graph has no"));
        slow.map(|warning| {
            let place = &text[warning.span.start..warning.span.end];
            (place.to_owned(), warning.hint.clone().unwrap_or_default())
        })
        .collect()
    };
    for (text, place, hint) in SLOW {
        let warnings = warnings(text);
        let [(found, help)] = warnings.as_slice() else {
            panic!("{text}: {warnings:?}");
        };
        assert_eq!(found, place, "{text}");
        assert!(help.contains(hint), "{text}: {help}");
    }
    for text in QUICK {
        let warnings = warnings(text);
        assert!(warnings.is_empty(), "{text}: {warnings:?}");
    }
}
