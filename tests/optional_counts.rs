//! What is matched optionally only to be counted, and ends of branches that are counted as they come: the
//! answers are those of rows that are listed.

use rihla::{Database, Session, Value};

use crate::groups::rows;

/// Persons with messages of two kinds, each of one person; few tags that many messages have.
const GRAPH: &[&str] = &[
    "CREATE CONSTRAINT FOR (p:Person) REQUIRE p.id IS UNIQUE",
    "CREATE CONSTRAINT FOR (m:Message) REQUIRE m.id IS UNIQUE",
    "UNWIND range(0, 2999) AS i CREATE (:Person {id: i})",
    "UNWIND range(0, 7999) AS i CREATE (:Message:Post {id: i, length: i % 50})",
    "UNWIND range(8000, 11999) AS i CREATE (:Message:Comment {id: i, length: i % 70})",
    "UNWIND range(0, 8) AS i CREATE (:Tag {id: i})",
    "MATCH (m:Message) MATCH (p:Person {id: m.id * 7919 % 2700}) CREATE (p)<-[:BY]-(m)",
    "MATCH (m:Message), (t:Tag) WHERE (m.id * m.id + t.id) % 11 = 3 CREATE (m)-[:HAS]->(t)",
    "MATCH (m:Message) WHERE m.id % 500 = 3 SET m:Post, m:Odd",
];

fn session() -> Session {
    let session = Database::in_memory().session();
    for text in GRAPH {
        session.query(text, ()).expect(text);
    }
    session
}

/// Queries with what they give, in sum.
const QUERIES: &[(&str, bool)] = &[
    (
        "MATCH (p:Person) OPTIONAL MATCH (p)<-[:BY]-(m) WITH p, count(m) AS n RETURN n, count(*) AS m ORDER BY n",
        true,
    ),
    (
        "MATCH (p:Person) OPTIONAL MATCH (p)<-[:BY]-(m:Post) RETURN p.id % 7 AS k, count(m) AS n ORDER BY k",
        true,
    ),
    (
        "MATCH (p:Person) OPTIONAL MATCH (p)<-[r:BY]-(m:Comment) RETURN count(r) AS n, count(m) AS m, max(p.id) AS i",
        true,
    ),
    (
        "MATCH (p:Person) OPTIONAL MATCH (p)<-[:BY]-(m:Post) WHERE m.length > p.id % 40 RETURN p.id % 5 AS k, count(m) AS n ORDER BY k",
        true,
    ),
    (
        "MATCH (p:Person) OPTIONAL MATCH (p)<-[:BY]-(m:Post)-[:HAS]->(t:Tag) RETURN p.id % 9 AS k, count(t) AS n, count(DISTINCT p) AS m ORDER BY k",
        true,
    ),
    (
        "MATCH (p:Person) WHERE p.id > 2990 OPTIONAL MATCH (p)<-[:BY]-(m) OPTIONAL MATCH (m)-[:HAS]->(t) RETURN p.id AS k, count(t) AS n ORDER BY k",
        true,
    ),
    (
        "MATCH (p:Person {id: 5}) OPTIONAL MATCH (p)<-[:BY]-(m:Comment) RETURN count(m) AS n",
        true,
    ),
    (
        "MATCH (p:Person) WHERE p.id > 5000 OPTIONAL MATCH (p)<-[:BY]-(m) RETURN count(m) AS n",
        true,
    ),
    (
        "MATCH (p:Person) OPTIONAL MATCH (p)<-[:BY]-(m:Post) RETURN count(m) AS n, count(*) AS all",
        false,
    ),
    (
        "MATCH (p:Person) OPTIONAL MATCH (p)<-[:BY]-(m:Post) RETURN count(m) AS n, sum(p.id) AS sum",
        false,
    ),
    (
        "MATCH (p:Person) OPTIONAL MATCH (p)<-[:BY]-(m:Post) RETURN m.length AS k, count(m) AS n ORDER BY k",
        false,
    ),
    (
        "MATCH (p:Person) OPTIONAL MATCH (p)<-[:BY]-(m:Post) RETURN count(DISTINCT m) AS n",
        false,
    ),
    (
        "MATCH (p:Person) WITH p, COUNT { (p)<-[:BY]-(:Post) } AS n RETURN n, count(*) AS m ORDER BY n",
        false,
    ),
    (
        "MATCH (p:Person) WITH p, COUNT { (p)<-[:BY]-(:Post|Odd)-[:HAS]->() } AS n RETURN n, count(*) AS m ORDER BY n",
        false,
    ),
    (
        "MATCH (p:Person) WITH p, COUNT { MATCH (p)<-[:BY]-(m) WHERE m.length > 20 } AS n RETURN n, count(*) AS m ORDER BY n",
        false,
    ),
    (
        "MATCH (p:Person)<-[:BY]-(m:Post)-[:HAS]->(t:Tag) RETURN p.id % 9 AS k, count(*) AS n ORDER BY k",
        false,
    ),
    (
        "MATCH (t:Tag)<-[:HAS]-(m:Post)-[:BY]->(p) RETURN t.id AS k, count(*) AS n ORDER BY k",
        false,
    ),
    (
        "MATCH (p:Person) WHERE EXISTS { (p)<-[:BY]-(:Comment) } RETURN count(*) AS n, sum(p.id) AS sum",
        false,
    ),
    (
        "MATCH (p:Person) WHERE NOT (p)<-[:BY]-() RETURN count(*) AS n, min(p.id) AS least",
        false,
    ),
    (
        "MATCH (p:Person) WHERE EXISTS { (p)<-[:BY]-(m:Post)-[:HAS]->(t:Tag) WHERE t.id > 6 AND m.length < 9 } RETURN count(*) AS n",
        false,
    ),
    (
        "MATCH (p:Person) RETURN EXISTS { (p)<-[:BY]-(:Odd) } AS odd, EXISTS { (p)<-[:BY]-(m) WHERE m.length = p.id % 50 } AS same, count(*) AS n ORDER BY odd, same",
        false,
    ),
    (
        "MATCH (m:Odd) WHERE EXISTS { MATCH (m)-[:BY]->()<-[:BY]-(o:Comment) } RETURN m.id AS id ORDER BY id",
        false,
    ),
    (
        "MATCH (t:Tag) OPTIONAL MATCH (t)<-[:HAS]-(m:Odd) RETURN t.id AS k, count(m) AS n ORDER BY k",
        true,
    ),
];

fn compare(session: &mut Session) {
    for (text, is_counted) in QUERIES {
        let explained = session.query(&format!("EXPLAIN {text}"), ()).expect(text);
        let plan = explained.summary().plan.clone().expect("a plan");
        assert_eq!(plan.contains("#count("), *is_counted, "{text}\n{plan}");
        let counted = rows(session, text);
        for rules in [
            &["count_optional"][..],
            &["count_optional", "count_branches"],
        ] {
            rules.iter().for_each(|rule| session.set_rule(rule, false));
            assert_eq!(rows(session, text), counted, "{text} without {rules:?}");
            rules.iter().for_each(|rule| session.set_rule(rule, true));
        }
    }
}

#[test]
fn what_is_matched_only_to_be_counted_is_counted() {
    let mut session = session();
    compare(&mut session);
    // Then some nodes have other labels than those beside them.
    for text in [
        "MATCH (m:Message) WHERE m.id % 13 = 5 REMOVE m:Post",
        "MATCH (m:Comment) WHERE m.id % 17 = 1 SET m:Post",
        "MATCH (m:Message) WHERE m.id % 101 = 1 DETACH DELETE m",
        "MATCH (m:Message {id: 7})-[:BY]->(p) CREATE (m)-[:BY]->(p), (m)-[:BY]->(:Person {id: -1})",
    ] {
        session.query(text, ()).expect(text);
    }
    compare(&mut session);
    let none = "MATCH (p:Person {id: 2999}) OPTIONAL MATCH (p)<-[:BY]-(m) RETURN p.id AS id, count(m) AS n";
    assert_eq!(
        rows(&session, none),
        [[Value::from(2999_i64), Value::from(0_i64)]]
    );
}
