//! A stored database, in two handles as two processes have it, against the same statements in memory:
//! random statements, transactions, reopenings. `RIHLA_MODEL_SEEDS` tries more.

use std::path::Path;

use fastrand::Rng;
use rihla::storage::OpenOptions;
use rihla::{Database, Session, Value};

const SCHEMA: [&str; 4] = [
    "CREATE INDEX by_x IF NOT EXISTS FOR (n:A) ON (n.x)",
    "CREATE CONSTRAINT one IF NOT EXISTS FOR (n:B) REQUIRE n.key IS UNIQUE",
    "DROP INDEX by_x IF EXISTS",
    "CREATE INDEX pairs IF NOT EXISTS FOR ()-[r:R]-() ON (r.w, r.v)",
];

const STATEMENTS: [&str; 14] = [
    "CREATE (:A {x: $x, text: $text})",
    "CREATE (:A:B {x: $x, key: $key})",
    "MERGE (b:B {key: $key}) ON MATCH SET b.seen = coalesce(b.seen, 0) + 1",
    "MATCH (a:A), (b:B) WHERE a.x = $x CREATE (a)-[:R {w: $x, v: $key}]->(b)",
    "UNWIND range(1, $key) AS i CREATE (:C {i: i})-[:S {i: i}]->(:A {x: i % 5})",
    "MATCH (a:A {x: $x}) SET a.x = $key, a:D",
    "MATCH (a:A) WHERE a.x > $x SET a += {text: $text, x: a.x - 1}",
    "MATCH (a:D) REMOVE a:D, a.text",
    "MATCH (n) WHERE n.x = $x DETACH DELETE n",
    "MATCH ()-[r:R {w: $x}]->() SET r.v = $text",
    "MATCH ()-[r:R]->() WITH r ORDER BY id(r) LIMIT $key DELETE r",
    "MATCH (c:C) WITH c ORDER BY c.i LIMIT 40 DETACH DELETE c",
    "MATCH (a:A) WHERE a.x IN [$x, $key] SET a.list = [$x, $key], a.when = date('2026-11-23')",
    "CREATE (:A {x: 1 / ($x - 3)})",
];

/// All that a session sees.
fn facts(session: &Session) -> Vec<String> {
    let queries = [
        "MATCH (n) RETURN id(n) AS i, labels(n) AS l, properties(n) AS p ORDER BY i",
        "MATCH (a)-[r]->(b) RETURN id(r) AS i, type(r) AS t, id(a) AS a, id(b) AS b, properties(r) AS p ORDER BY i",
        "MATCH (a:A) WHERE a.x >= 0 RETURN a.x AS x, id(a) AS i ORDER BY x, i",
        "SHOW INDEXES YIELD name, entries",
    ];
    queries
        .iter()
        .flat_map(|query| {
            let result = session.query(query, ()).expect(query);
            let rows: Vec<String> = result
                .rows()
                .map(|row| {
                    row.values()
                        .iter()
                        .map(Value::to_string)
                        .collect::<Vec<_>>()
                        .join(" ")
                })
                .collect();
            rows
        })
        .collect()
}

fn open(path: &Path) -> Database {
    let options = OpenOptions {
        checkpoint_at: 20_000,
        cache: 100_000,
        ..OpenOptions::default()
    };
    Database::open_with(path, options).expect("it opens")
}

#[test]
fn a_stored_database_is_as_one_in_memory() {
    let seeds = std::env::var("RIHLA_MODEL_SEEDS")
        .ok()
        .and_then(|text| text.parse().ok());
    for seed in 0..seeds.unwrap_or(4) {
        let mut random = Rng::with_seed(seed);
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("graph.rihla");
        let memory = Database::in_memory().session();
        let mut stored = [open(&path).session(), open(&path).session()];
        let mut in_transaction = None;
        for step in 0..150 {
            let who = in_transaction.unwrap_or_else(|| random.usize(0..2));
            let statement = match random.u32(0..20) {
                0 if in_transaction.is_none() => {
                    in_transaction = Some(who);
                    "BEGIN"
                }
                0..=3 if in_transaction.is_some() => {
                    in_transaction = None;
                    if random.bool() { "COMMIT" } else { "ROLLBACK" }
                }
                1 if in_transaction.is_none() => {
                    stored[who] = open(&path).session();
                    continue;
                }
                2 if in_transaction.is_none() => {
                    let [one, two] = stored;
                    drop((one, two));
                    stored = [open(&path).session(), open(&path).session()];
                    continue;
                }
                4 => SCHEMA[random.usize(..SCHEMA.len())],
                _ => STATEMENTS[random.usize(..STATEMENTS.len())],
            };
            let parameters = || {
                [
                    ("x", Value::from(i64::from(step % 7))),
                    ("key", Value::from(i64::from(step % 11))),
                    ("text", Value::from("t".repeat(step as usize % 90))),
                ]
            };
            let expected = memory.query(statement, parameters());
            let found = stored[who].query(statement, parameters());
            match (&expected, &found) {
                (Ok(expected), Ok(found)) => assert_eq!(
                    expected.summary().changes,
                    found.summary().changes,
                    "seed {seed}, step {step}: {statement}"
                ),
                (Err(expected), Err(found)) => assert_eq!(expected.code(), found.code()),
                _ => panic!("seed {seed}, step {step}: {statement}: {expected:?} {found:?}"),
            }
            if expected.is_err() && in_transaction.is_some() {
                for session in [&memory, &stored[who]] {
                    session.query("ROLLBACK", ()).expect("it is rolled back");
                }
                in_transaction = None;
            }
            assert_eq!(
                facts(&stored[who]),
                facts(&memory),
                "seed {seed}, step {step}: {statement}"
            );
            if in_transaction.is_none() {
                assert_eq!(
                    facts(&stored[1 - who]),
                    facts(&memory),
                    "seed {seed}, step {step}"
                );
            }
        }
    }
}
