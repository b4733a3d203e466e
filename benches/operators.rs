//! Operators of the executor, one question each, on a generated graph: `cargo bench --bench operators`.
//! `docs/benchmarks.md` says more.

use std::fmt::{self, Display, Formatter};
use std::sync::OnceLock;

use divan::{Bencher, counter::ItemsCount};
use rihla::{Database, Session};

/// People who know each other and live in cities, and what they post.
const GRAPH: &[&str] = &[
    "CREATE CONSTRAINT FOR (p:Person) REQUIRE p.id IS UNIQUE",
    "CREATE CONSTRAINT FOR (c:City) REQUIRE c.id IS UNIQUE",
    "UNWIND range(0, 99) AS i CREATE (:City {id: i, name: 'city ' + i})",
    "UNWIND range(0, 19999) AS i MATCH (c:City {id: i * 7 % 100})
        CREATE (:Person {id: i, name: 'person ' + i % 5000, age: i % 83})-[:LIVES_IN]->(c)",
    "UNWIND [3, 5, 11, 23, 101, 499, 1009, 7001] AS step UNWIND range(0, 19999) AS i
        MATCH (a:Person {id: i}), (b:Person {id: (i * step + step) % 20000}) WHERE a <> b
        CREATE (a)-[:KNOWS]->(b)",
    "UNWIND range(0, 59999) AS i MATCH (p:Person {id: i * 31 % 20000})
        CREATE (:Post {id: i, length: i % 997})-[:HAS_AUTHOR]->(p)",
];

/// A question, the operator that has most to do, and how many rows that does it with.
struct Question {
    operator: &'static str,
    items: u32,
    text: &'static str,
}

impl Display for Question {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(self.operator)
    }
}

#[rustfmt::skip]
const QUESTIONS: &[Question] = &[
    Question { operator: "scan and filter", items: 60_000,
        text: "MATCH (m:Post) WHERE m.length > 900 RETURN count(*) AS n" },
    Question { operator: "filter text", items: 20_000,
        text: "MATCH (p:Person) WHERE p.name CONTAINS '77' RETURN count(*) AS n" },
    Question { operator: "expand", items: 160_000,
        text: "MATCH (a:Person)-[:KNOWS]->(b) RETURN sum(b.age) AS n" },
    Question { operator: "group", items: 60_000,
        text: "MATCH (m:Post) RETURN m.length AS length, count(*) AS n, max(m.id) AS last" },
    Question { operator: "group by text", items: 20_000,
        text: "MATCH (p:Person) RETURN p.name AS name, count(*) AS n" },
    Question { operator: "sort", items: 20_000,
        text: "MATCH (p:Person) RETURN p.age AS age, p.id AS id ORDER BY age DESC, id" },
    Question { operator: "top k", items: 60_000,
        text: "MATCH (m:Post) RETURN m.length AS length, m.id AS id ORDER BY length DESC, id LIMIT 10" },
    Question { operator: "hash join", items: 60_000,
        text: "MATCH (m:Post), (p:Person) WHERE m.length = p.age AND p.id < 1000 RETURN count(*) AS n" },
    Question { operator: "weigh", items: 20_000,
        text: "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c) RETURN count(*) AS n" },
    Question { operator: "intersect", items: 160_000,
        text: "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c)-[:KNOWS]->(a) RETURN count(*) AS n" },
    Question { operator: "reach", items: 20_000,
        text: "MATCH (p:Person {id: 1})-[:KNOWS*1..4]-(f) RETURN count(DISTINCT f) AS n" },
    Question { operator: "seek", items: 1,
        text: "MATCH (p:Person {id: 4711}) RETURN p.name AS name" },
    Question { operator: "seek for each row", items: 10_000,
        text: "UNWIND range(0, 9999) AS i MATCH (p:Person {id: i}) RETURN sum(p.age) AS n" },
    Question { operator: "shortest path", items: 1,
        text: "MATCH (a:Person {id: 1}), (b:Person {id: 9000}) MATCH p = shortestPath((a)-[:KNOWS*]-(b)) RETURN length(p) AS n" },
];

fn session() -> &'static Session {
    static SESSION: OnceLock<Session> = OnceLock::new();
    SESSION.get_or_init(|| {
        let session = Database::in_memory().session();
        for statement in GRAPH {
            session.query(statement, ()).expect(statement);
        }
        session
    })
}

fn main() {
    divan::main();
}

/// From the cached plan to the result.
#[divan::bench(args = QUESTIONS)]
fn operator(bencher: Bencher, question: &Question) {
    let session = session();
    bencher.counter(ItemsCount::new(question.items)).bench(|| {
        session
            .query(question.text, ())
            .expect(question.text)
            .row_count()
    });
}
