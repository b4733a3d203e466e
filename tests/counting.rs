//! Rows that are counted instead of listed: answers, plans, and numbers beyond 64 bits.

use rihla::{Database, ErrorDetail, Row, Session};

/// Two hubs: `x` with three friends each way, a loop, a double relationship; `y` with one friend.
fn session() -> Session {
    let session = Database::in_memory().session();
    let text = "CREATE (x:Hub {name: 'x'}), (y:Hub {name: 'y'}), (z:Hub {name: 'z'}),
        (a:Leaf {k: 1}), (b:Leaf {k: 2}), (c {k: 3}),
        (a)-[:R]->(x), (b)-[:R]->(x), (c)-[:R]->(x), (x)-[:R]->(a), (x)-[:R]->(a), (x)-[:R]->(b),
        (x)-[:R]->(x), (y)-[:R]->(c), (x)-[:S]->(c), (y)-[:S]->(a)";
    session.query(text, ()).expect("the graph is made");
    session
}

/// The rows of a query as text.
fn rows(session: &Session, text: &str) -> Vec<String> {
    let result = session.query(text, ()).expect(text);
    let row = |row: Row<'_>| format!("{:?}", row.values());
    result.rows().map(row).collect()
}

/// Queries of which the optimiser counts a part, with what they give.
#[rustfmt::skip]
const QUERIES: &[(&str, &[&str])] = &[
    // A loop is a way out and a way in, and no relationship is taken twice.
    ("MATCH (a)-[:R]->(b)-[:R]->(c) RETURN count(*) AS n", &["[Integer(19)]"]),
    ("MATCH (a)-[:R]-(b:Hub)-[:R]-(c) RETURN count(*) AS n", &["[Integer(42)]"]),
    ("MATCH (a)-[:R]->(b)-[:R]->(c) WHERE a <> c RETURN count(*) AS n", &["[Integer(13)]"]),
    // What hangs off a node of which something is asked.
    ("MATCH (h:Hub)-[:R]->(), (h)-[:S]->() RETURN h.name AS name, count(*) AS n ORDER BY name",
     &["[String(\"x\"), Integer(4)]", "[String(\"y\"), Integer(1)]"]),
    ("MATCH (h:Hub) OPTIONAL MATCH (h)-[:S]->(l:Leaf) RETURN h.name AS name, count(*) AS n ORDER BY name",
     &["[String(\"x\"), Integer(1)]", "[String(\"y\"), Integer(1)]", "[String(\"z\"), Integer(1)]"]),
    ("MATCH (h:Hub) OPTIONAL MATCH (h)<-[:R]-()<-[:S]-(x) RETURN h.name AS name, count(*) AS n ORDER BY name",
     &["[String(\"x\"), Integer(2)]", "[String(\"y\"), Integer(1)]", "[String(\"z\"), Integer(1)]"]),
];

/// The logical plan of a query.
fn plan(session: &Session, text: &str) -> String {
    let result = session.query(&format!("EXPLAIN {text}"), ()).expect(text);
    result.summary().plan.clone().expect("a plan")
}

#[test]
fn branches_are_counted() {
    let mut session = session();
    for (text, wanted) in QUERIES {
        let plan = plan(&session, text);
        assert!(plan.contains("Weigh"), "{text}\n{plan}");
        assert_eq!(rows(&session, text), *wanted, "{text}");
        session.set_rule("count_branches", false);
        assert_eq!(rows(&session, text), *wanted, "{text}, listed");
        session.set_rule("count_branches", true);
    }
}

#[test]
fn nodes_are_compared_where_a_key_tells_them_apart() {
    let session = session();
    let text = "MATCH (a:Leaf)-[:R]->(b:Hub)-[:R]->(c:Leaf) WHERE a.k <> c.k RETURN count(*) AS n";
    let listed = rows(&session, text);
    assert!(!plan(&session, text).contains("different nodes"));
    for rule in ["IS UNIQUE", "IS :: INTEGER"] {
        let text = format!("CREATE CONSTRAINT FOR (n:Leaf) REQUIRE n.k {rule}");
        session.query(&text, ()).expect("a constraint");
    }
    assert!(plan(&session, text).contains("different nodes"));
    assert_eq!(rows(&session, text), listed);
    // A property that is not there differs from nothing.
    session
        .query("MATCH (n:Leaf {k: 1}) REMOVE n.k", ())
        .expect("a node without it");
    assert_eq!(rows(&session, text), ["[Integer(0)]"]);
}

#[test]
fn more_rows_than_a_number_tells_are_an_error() {
    let session = Database::in_memory().session();
    let create = (0..11).map(|number| {
        format!("MATCH (h:Hub) UNWIND range(1, 100) AS i CREATE (h)-[:R{number}]->()")
    });
    session.query("CREATE (:Hub)", ()).expect("a hub");
    for text in create {
        session.query(&text, ()).expect("leaves");
    }
    let parts: Vec<String> = (0..11)
        .map(|number| format!("(h)-[:R{number}]->()"))
        .collect();
    let text = |parts: &[String]| format!("MATCH {} RETURN count(*) AS n", parts.join(", "));
    assert_eq!(
        rows(&session, &text(&parts[..9])),
        ["[Integer(1000000000000000000)]"]
    );
    let error = session.query(&text(&parts), ()).expect_err("too many");
    assert_eq!(error.detail(), ErrorDetail::IntegerOverflow);
}
