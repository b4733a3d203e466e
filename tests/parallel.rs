//! Statements on several threads give what one thread gives, in the same order.

use std::num::NonZeroUsize;
use std::time::Duration;

use rihla::{Database, Session};

/// Enough nodes for many chunks: people who know each other, of whom some like things.
fn session() -> Session {
    let session = Database::in_memory().session();
    for statement in [
        "UNWIND range(0, 19999) AS i CREATE (:Person {id: i, age: i % 97, name: 'p' + (i % 1000)})",
        "UNWIND range(0, 999) AS i CREATE (:Thing {id: i})",
        "CREATE INDEX FOR (p:Person) ON (p.id)",
        "CREATE INDEX FOR (t:Thing) ON (t.id)",
        "UNWIND range(0, 39999) AS i MATCH (a:Person {id: i % 20000}), (b:Person {id: (i * i + 7) % 20000})
         CREATE (a)-[:KNOWS {since: i % 31}]->(b)",
        "UNWIND range(0, 29999) AS i MATCH (a:Person {id: (i * 13) % 20000}), (t:Thing {id: (i * 7) % 1000})
         CREATE (a)-[:LIKES]->(t)",
        "MATCH (p:Person) WHERE p.id % 1009 = 0 DETACH DELETE p",
        "MATCH (p:Person) WHERE p.id % 503 = 1 SET p.age = p.age + 0.5, p:Special",
    ] {
        session.query(statement, ()).expect(statement);
    }
    session
}

fn rows(session: &Session, query: &str) -> Vec<String> {
    let result = session.query(query, ()).expect(query);
    result
        .rows()
        .map(|row| format!("{:?}", row.values()))
        .collect()
}

/// Queries whose rows come from parts of a scan.
const QUERIES: &[&str] = &[
    "MATCH (p:Person) RETURN p.id",
    "MATCH (p:Person) WHERE p.age > 40 RETURN p.id, p.name",
    "MATCH (p:Person) RETURN count(*), min(p.age), max(p.name), sum(p.id), avg(p.id)",
    "MATCH (p:Person) RETURN p.name AS name, count(*) AS n, collect(p.id) AS ids",
    "MATCH (p:Person) RETURN p.age AS age, collect(p.name) AS names, collect(p) AS people",
    "MATCH (p:Person) RETURN collect(p.age), collect(toString(p.id)), collect([p.id])",
    "MATCH (p:Person) RETURN p.age AS age, collect(DISTINCT p.name) AS names, count(DISTINCT p.name) AS n",
    "MATCH (p:Person) RETURN count(DISTINCT p.name), percentileDisc(p.age, 0.5), percentileCont(p.id, 0.9)",
    "MATCH (p:Person) RETURN p.id ORDER BY p.age, p.name DESC",
    "MATCH (p:Person) RETURN p.id ORDER BY p.age DESC LIMIT 20",
    "MATCH (p:Person) RETURN p.id ORDER BY p.age SKIP 5 LIMIT 3000",
    "MATCH (p:Person)-[k:KNOWS]->(q) WHERE k.since > 10 RETURN q.age AS age, count(*) AS n, min(k.since) AS since",
    "MATCH (a:Person)-[:KNOWS]->(b)-[:KNOWS]->(c) RETURN count(*), min(c.id)",
    "MATCH (a:Person)-[:KNOWS]-(b)-[:KNOWS]-(c)-[:KNOWS]-(a) RETURN count(*)",
    "MATCH (a:Person)-[:LIKES]->(t)<-[:LIKES]-(b:Person) WHERE a.id < b.id RETURN count(*), sum(t.id)",
    "MATCH (a:Person)-[:KNOWS*1..3]->(b) RETURN a.age AS age, count(DISTINCT b) AS n",
    "MATCH (p:Person) WHERE NOT (p)-[:LIKES]->(:Thing) RETURN count(*)",
    "MATCH (p:Person) OPTIONAL MATCH (p)-[:LIKES]->(t) RETURN p.id, t.id",
    "MATCH (p:Person) OPTIONAL MATCH (p)-[:LIKES]->(t) RETURN count(t), count(*)",
    "MATCH (p:Person) UNWIND [1, 2, p.age] AS x RETURN x, count(*)",
    "MATCH (p:Person) CALL (p) { MATCH (p)-[:KNOWS]->(q) RETURN count(q) AS n } RETURN n, count(*)",
    "MATCH (p:Special) RETURN p.age, count(*)",
    "MATCH (p:Person)-[:KNOWS]->(q) WITH DISTINCT q MATCH (q)-[:LIKES]->(t) RETURN q.id, t.id",
    "MATCH (p:Person) WITH p ORDER BY p.name, p.id MATCH (p)-[:KNOWS]->(q) RETURN p.id, q.id",
    "MATCH (p:Person)-[:KNOWS]->(q) WITH q, count(*) AS n MATCH (q)-[:LIKES]->(t)
     RETURN t.id AS t, sum(n), collect(q.id)",
    "MATCH (p:Person) WITH p ORDER BY p.age DESC, p.id LIMIT 500 OPTIONAL MATCH (p)-[:LIKES]->(t) RETURN p.id, t.id",
    "MATCH (:Thing)<-[:LIKES]-(:Person)-[:KNOWS]->(:Person)-[:KNOWS]-(:Person)-[:LIKES]->(t:Thing)
     RETURN count(*), count(t)",
    "MATCH (p:Nothing) RETURN count(*), collect(p)",
    "MATCH (p:Person) WHERE p.id = -1 RETURN p.id, count(*)",
];

#[test]
fn parts_of_a_scan_give_the_same_rows_in_the_same_order() {
    let mut session = session();
    for query in QUERIES {
        session.limits_mut().threads = NonZeroUsize::MIN;
        let alone = rows(&session, query);
        for threads in [2, 3] {
            let limits = session.limits_mut();
            limits.threads = NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN);
            limits.alone = Duration::ZERO;
            assert!(
                rows(&session, query) == alone,
                "{query} on {threads} threads"
            );
        }
    }
}

#[test]
fn an_error_in_any_part_ends_the_statement() {
    let mut session = session();
    session.limits_mut().alone = Duration::ZERO;
    let failed = session.query("MATCH (p:Person) RETURN sum(1 / (p.id - 19000))", ());
    let error = failed.expect_err("a division by zero");
    assert!(error.to_string().contains("DivisionByZero"), "{error}");
}
