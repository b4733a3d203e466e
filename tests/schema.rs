//! Indexes and constraints: statements in, listings, errors and plans out.

mod laws;

use rihla::{Database, Session, Value};

/// The rows of a query, values as literals.
fn rows(session: &Session, query: &str) -> Vec<String> {
    let result = session
        .query(query, ())
        .unwrap_or_else(|error| panic!("{query}: {error}"));
    let row = |values: Vec<Value>| {
        let values = values.iter().map(ToString::to_string);
        values.collect::<Vec<_>>().join(" | ")
    };
    result.to_values().into_iter().map(row).collect()
}

/// The code and message of the error of a statement.
fn error(session: &Session, statement: &str) -> String {
    match session.query(statement, ()) {
        Ok(_) => panic!("{statement}: succeeds"),
        Err(error) => error.to_string(),
    }
}

/// People who know each other, with all kinds of indexes.
fn people() -> Session {
    let session = Database::in_memory().session();
    let statements = [
        "UNWIND range(0, 199) AS i CREATE (:Person:Human {id: i, name: 'n' + (i % 50), age: i % 90})",
        "MATCH (a:Person) MATCH (b:Person {id: (a.id * 7 + 1) % 200})
         CREATE (a)-[:KNOWS {id: a.id, since: 1900 + a.id % 100}]->(b)",
        "CREATE (:City {name: 'Rabat'}), (:City {name: 'Fes'})",
        "CREATE CONSTRAINT person_id FOR (p:Person) REQUIRE p.id IS UNIQUE",
        "CREATE INDEX person_name FOR (p:Person) ON (p.name, p.age)",
        "CREATE INDEX person_age FOR (p:Person) ON (p.age)",
        "CREATE INDEX knows_id FOR ()-[k:KNOWS]-() ON (k.id)",
    ];
    for statement in statements {
        session.query(statement, ()).expect(statement);
    }
    session
}

/// Queries that meet every use of an index.
const USES: &[&str] = &[
    "MATCH (p:Person {id: 5}) RETURN p.name",
    "MATCH (p:Person) WHERE p.id IN [3, 2.0, 'x', 3] RETURN p.id",
    "MATCH (p:Person) WHERE 20 < p.age <= 22 RETURN p.id",
    "MATCH (p:Person) WHERE p.age >= 88 AND p.name <> 'n1' RETURN p.id",
    "MATCH (p:Person) WHERE p.name STARTS WITH 'n4' RETURN p.id",
    "MATCH (p:Person) WHERE p.name = 'n4' RETURN p.id",
    "MATCH (p:Person) WHERE p.name = 'n4' AND p.age > 10 RETURN p.id",
    "MATCH (p:Person:Human {name: 'n4', age: 4}) RETURN p.id",
    "UNWIND [1, 2, 3] AS i MATCH (p:Person {id: i}) RETURN p.name",
    "UNWIND [{id: 1}] AS row MATCH (p:Person {id: row.id})-[:KNOWS]->(q) RETURN q.id",
    "MATCH (c:City {name: 'Fes'}), (p:Person {id: 7}) RETURN c, p",
    "MATCH (a:Person {id: 5})-[:KNOWS]->(b:Person) RETURN b.id",
    "MATCH (c:City), (a)-[:KNOWS]->(b:Person {id: 8}) RETURN a.id",
    "MATCH (a)-[k:KNOWS {id: 5}]->(b) RETURN a.id, b.id",
    "MATCH (a:Person)<-[k:KNOWS {id: 5}]-(b:Person) WHERE a.age > 1 RETURN a.id, b.id",
    "MATCH (a)-[k:KNOWS {id: 5}]-(b) RETURN a.id, b.id",
    "UNWIND [1, 2] AS i OPTIONAL MATCH (p:Person {id: i + 198}) RETURN i, p.id",
    "MATCH (p:Person) WHERE p.age > toInteger('88') RETURN p.id",
    "MATCH (p:Person) WHERE EXISTS { (q:Person {id: p.id + 1}) } RETURN count(*)",
    "UNWIND [1, 2] AS i MATCH (a)-[k:KNOWS {id: i}]->(b) RETURN a.id, b.id",
    "MATCH (p:Person) WHERE p.age > 80 RETURN p.age AS age ORDER BY age",
    "MATCH (p:Person) WHERE p.age > 80 WITH p ORDER BY p.age DESC LIMIT 3 RETURN p.age",
    "MATCH (p:Person) WHERE p.name = 'n4' RETURN p.age ORDER BY p.name, p.age SKIP 1 LIMIT 1",
    "MATCH (p:Person) WHERE p.age IS NOT NULL RETURN p.age ORDER BY p.age DESC LIMIT 4",
    "MATCH (p:Person)-[:KNOWS]->(q) WHERE p.id < 5 RETURN p.id, q.id ORDER BY p.id",
    "MATCH (p:Person) WHERE p.age > 80 RETURN p.name ORDER BY p.age, p.name LIMIT 3",
    "UNWIND [5, 500] AS i MERGE (p:Person {id: i}) RETURN p.name",
];

#[test]
fn indexes_are_used() {
    let session = people();
    let plans = USES.iter().map(|query| {
        let result = session.query(&format!("EXPLAIN {query}"), ()).expect(query);
        format!(
            "{query}\n{}",
            result.summary().plan.clone().unwrap_or_default()
        )
    });
    insta::assert_snapshot!(plans.collect::<Vec<_>>().join("\n"));
}

#[test]
fn answers_are_the_same_without_the_rule() {
    for query in USES {
        let (mut with, mut without) = (rows(&people(), query), {
            let mut session = people();
            session.set_rule("use_index", false);
            session.set_rule("index_order", false);
            rows(&session, query)
        });
        with.sort();
        without.sort();
        assert_eq!(with, without, "{query}");
    }
}
