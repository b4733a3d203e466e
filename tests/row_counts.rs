//! How many rows each operator hands out for queries of all kinds on one graph, in a golden file: a plan
//! that does more work than before shows there, and no clock is asked.

use std::num::NonZeroUsize;

use rihla::{Database, Session};

/// People who know each other and live in cities, posts with their authors, tags and replies.
const GRAPH: &[&str] = &[
    "CREATE CONSTRAINT FOR (p:Person) REQUIRE p.id IS UNIQUE",
    "CREATE INDEX FOR (t:Tag) ON (t.name)",
    "CREATE INDEX FOR ()-[k:KNOWS]-() ON (k.since)",
    "UNWIND range(0, 9) AS i CREATE (:Country {id: i, name: 'country ' + i})",
    "MATCH (c:Country) UNWIND range(0, 4) AS i CREATE (:City {id: c.id * 5 + i, name: 'city ' + i})-[:IN]->(c)",
    "UNWIND range(0, 499) AS i MATCH (c:City {id: i * 7 % 50})
        CREATE (:Person {id: i, name: 'person ' + i % 100, age: i % 83})-[:LIVES_IN]->(c)",
    "UNWIND [3, 5, 11, 23] AS step UNWIND range(0, 499) AS i
        MATCH (a:Person {id: i}), (b:Person {id: (i * step + step) % 500}) WHERE a <> b
        CREATE (a)-[:KNOWS {since: 2000 + i % 20}]->(b)",
    "UNWIND range(0, 49) AS i MATCH (a:Person {id: i * 10 + 1}), (b:Person {id: (i * 330 + 77) % 500})
        CREATE (b)-[:KNOWS {since: 2001}]->(a)",
    "UNWIND range(0, 29) AS i CREATE (:Tag {name: 'tag ' + i})",
    "UNWIND range(0, 1999) AS i MATCH (p:Person {id: i * 31 % 500}), (t:Tag {name: 'tag ' + i * i % 30})
        CREATE (m:Post {id: i, length: i % 97, text: 'post ' + i % 50})-[:HAS_AUTHOR]->(p), (m)-[:HAS_TAG]->(t)",
    "MATCH (m:Post) WHERE m.id % 3 = 0 MATCH (n:Post) WHERE n.id = m.id + 1 CREATE (n)-[:REPLIES_TO]->(m)",
];

const QUERIES: &[&str] = &[
    // Lookups and scans.
    "MATCH (p:Person {id: 17}) RETURN p.name AS name",
    "MATCH (p:Person) WHERE p.age > 70 AND p.name STARTS WITH 'person 1' RETURN p.id AS id",
    "UNWIND [1, 2, 3, 999] AS i MATCH (p:Person {id: i}) RETURN p.age AS age",
    "MATCH (a:Person)-[k:KNOWS]->(b) WHERE k.since = 2003 RETURN a.id AS a, b.id AS b",
    // Ways through the graph.
    "MATCH (p:Person {id: 17})-[:KNOWS]->(f)-[:KNOWS]->(g) RETURN DISTINCT g.id AS id",
    "MATCH (p:Person {id: 17})-[:KNOWS*1..3]-(f) RETURN count(DISTINCT f) AS n",
    "MATCH (:Country {name: 'country 3'})<-[:IN]-(c)<-[:LIVES_IN]-(p)<-[:HAS_AUTHOR]-(m:Post)-[:HAS_TAG]->(t:Tag {name: 'tag 4'})
        RETURN p.id AS id, count(m) AS posts",
    "MATCH (a:Person)-[:KNOWS]->(b)-[:KNOWS]->(c)-[:KNOWS]->(a) RETURN count(*) AS n",
    "MATCH (a:Person)-[:KNOWS]-(b)-[:KNOWS]-(c) WHERE a.id < 10 RETURN count(*) AS n",
    "MATCH (t:Tag)<-[:HAS_TAG]-(m)-[:HAS_AUTHOR]->(p)-[:LIVES_IN]->(c) RETURN t.name AS tag, count(*) AS n",
    "MATCH (m:Post)-[:HAS_TAG]->(t:Tag), (m)-[:HAS_AUTHOR]->(p), (m)<-[:REPLIES_TO]-(r) RETURN count(*) AS n",
    "MATCH (a:Person {id: 17})-[:KNOWS]-(b)-[:KNOWS]-(c)-[:KNOWS]-(d) WHERE c <> a AND d <> b AND d <> a
        RETURN count(DISTINCT d) AS n",
    "MATCH (a:Person {id: 1}), (b:Person {id: 400}) MATCH p = shortestPath((a)-[:KNOWS*]-(b)) RETURN length(p) AS n",
    "MATCH (a:Person {id: 3}) ((x)-[:KNOWS]->(y) WHERE x.age < y.age){1,4} (b) RETURN count(*) AS n",
    // Joins, optional parts, subqueries.
    "MATCH (a:Person), (m:Post) WHERE a.age = m.length AND m.id < 50 RETURN count(*) AS n",
    "MATCH (p:Person) OPTIONAL MATCH (p)<-[:HAS_AUTHOR]-(m:Post) WHERE m.length > 90 RETURN p.id AS id, count(m) AS n",
    "MATCH (p:Person) WHERE p.age < 5 AND NOT EXISTS { (p)<-[:HAS_AUTHOR]-(:Post)<-[:REPLIES_TO]-() } RETURN p.id AS id",
    "MATCH (c:City) CALL (c) { MATCH (c)<-[:LIVES_IN]-(p) RETURN p ORDER BY p.age DESC, p.id LIMIT 1 } RETURN c.id AS c, p.id AS p",
    // Groups, orders, early ends.
    "MATCH (p:Person) RETURN p.age AS age, count(*) AS n, min(p.id) AS first ORDER BY n DESC, age LIMIT 5",
    "MATCH (m:Post) RETURN m.text AS text, m.length AS length, m.id AS id ORDER BY length DESC, id LIMIT 10",
    "MATCH (t:Tag) WHERE t.name > 'tag 2' RETURN t.name AS name ORDER BY name LIMIT 3",
    "MATCH (a:Person)-[:KNOWS]->(b)-[:KNOWS]->(c) RETURN a.id AS a, c.id AS c LIMIT 3",
    "MATCH (p:Person) WITH p.age AS age, collect(p.id) AS ids WHERE size(ids) > 6 UNWIND ids AS id RETURN age, id",
    "MATCH (p:Person) WHERE p.id < 3 RETURN p.id AS x UNION MATCH (m:Post) WHERE m.id < 5 RETURN m.id AS x",
    "UNWIND range(1, 1000000000) AS i RETURN i LIMIT 5",
];

fn session() -> Session {
    let mut session = Database::in_memory().session();
    session.limits_mut().threads = NonZeroUsize::MIN;
    for statement in GRAPH {
        session.query(statement, ()).expect(statement);
    }
    session
}

/// The operators of a plan that has run, each with its rows.
fn profile(session: &Session, text: &str) -> Vec<(u64, String)> {
    let result = session.query(&format!("PROFILE {text}"), ()).expect(text);
    let plan = result.summary().plan.clone().expect("a plan");
    let columns: Vec<&str> = plan
        .lines()
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    assert_eq!(columns, ["Rows", "Expected", "Time", "Memory", "Operator"]);
    let line = |line: &str| {
        let characters =
            |from: usize, most: usize| line.chars().skip(from).take(most).collect::<String>();
        let operator = characters(52, usize::MAX);
        let rows = characters(0, 12).trim().parse().ok()?;
        (!operator.starts_with('(')).then_some((rows, operator))
    };
    plan.lines().skip(1).filter_map(line).collect()
}

#[test]
fn operators_hand_out_as_many_rows_as_before() {
    let session = session();
    let mut shown = String::new();
    for text in QUERIES {
        let mut total = 0;
        shown.push_str(&format!("{text}\n"));
        for (rows, operator) in profile(&session, text) {
            shown.push_str(&format!("{rows:>8}  {operator}\n"));
            total += rows;
        }
        shown.push_str(&format!("{total:>8}  in all\n\n"));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn a_limit_ends_what_is_below_it() {
    let session = session();
    let cases = [
        "MATCH (a), (b), (c) RETURN a.id AS a LIMIT 2",
        "UNWIND range(1, 1000000000) AS i WITH i WHERE i % 2 = 0 RETURN i LIMIT 2",
        "MATCH (a:Person)-[:KNOWS]->(b)-[:KNOWS]->(c) RETURN a.id AS a LIMIT 2",
        "MATCH (m:Post) RETURN m.id AS id UNION ALL MATCH (a), (b) RETURN a.id AS id LIMIT 2",
        "MATCH (a:Person) OPTIONAL MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c) RETURN c.id AS c LIMIT 2",
        "MATCH (m:Post) WHERE EXISTS { (m)<-[:REPLIES_TO]-() } RETURN m.id AS id SKIP 1 LIMIT 2",
        "UNWIND range(1, 1000000) AS i CALL (i) { UNWIND range(1, 3) AS j RETURN i + j AS k } RETURN k LIMIT 2",
    ];
    for text in cases {
        let profile = profile(&session, text);
        let most = profile.iter().map(|(rows, _)| *rows).max();
        assert!(most < Some(20_000), "{text}: {profile:?}");
    }
}
