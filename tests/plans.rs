//! Plans: what `EXPLAIN` shows, and that a plan can be written down and read again.

use std::collections::BTreeSet;

use rihla::Database;
use rihla::bind::{BindEnvironment, bind};
use rihla::logical::{Plan, build, show};
use rihla::optimize::{Statistics, optimize};
use rihla::parse::{ast::Statement, parse_statement};

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

#[test]
fn profile_counts_rows() {
    let session = Database::icesco().expect("the graph loads").session();
    let query = "PROFILE MATCH (c:City) WHERE c.name = 'Rabat' RETURN c.name AS name";
    let result = session.query(query, ()).expect("runs");
    let plan = result.summary().plan.clone().expect("a plan");
    let counts: Vec<(&str, &str)> = plan
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some((words.next()?, words.next()?))
        })
        .collect();
    let expected = [
        ("Project", "1"),
        ("Project", "1"),
        ("Filter", "1"),
        ("ScanNodes", "3"),
    ];
    assert_eq!(counts, expected, "{plan}");
}
