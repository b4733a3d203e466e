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
        "CREATE INDEX nickname FOR (p:Person) ON (p.nickname)",
        "MATCH (p:Person {id: 7}) SET p.nickname = 'seven'",
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
    "MATCH (p:Person) WHERE p.nickname IS NOT NULL RETURN p.nickname",
    "MATCH (a)-[k:KNOWS]->(b:Person) WHERE k.id >= 195 RETURN a.id, b.id",
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
fn an_order_is_read_off_an_index_where_nothing_can_be_missing() {
    let session = people();
    let query = "MATCH (p:Person) RETURN p.age ORDER BY p.age LIMIT 2";
    let plan = || {
        let result = session.query(&format!("EXPLAIN {query}"), ()).expect(query);
        result.summary().plan.clone().unwrap_or_default()
    };
    assert!(plan().contains("ScanNodes"), "{}", plan());
    let required = "CREATE CONSTRAINT FOR (p:Person) REQUIRE p.age IS NOT NULL";
    session.query(required, ()).expect("it is there");
    assert!(
        plan().contains("SeekNodes (p:Person) p.age IS NOT NULL"),
        "{}",
        plan()
    );
    assert_eq!(rows(&session, query), ["0", "0"]);
    // Until the end of a statement the property may be missing.
    let updating =
        "CREATE (p:Person {id: -1}) WITH p MATCH (q:Person) WITH p, q ORDER BY q.age DESC
        LIMIT 1 SET p.age = 1 RETURN q.id";
    assert_eq!(rows(&session, updating), ["-1"]);
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

#[test]
fn statements_are_listed_and_undone() {
    let session = people();
    let all = |what: &str| rows(&session, what);
    assert_eq!(
        all("SHOW INDEXES"),
        [
            "'person_id' | 'RANGE' | 'NODE' | ['Person'] | ['id'] | 'person_id' | 200",
            "'person_name' | 'RANGE' | 'NODE' | ['Person'] | ['name', 'age'] | null | 200",
            "'person_age' | 'RANGE' | 'NODE' | ['Person'] | ['age'] | null | 200",
            "'knows_id' | 'RANGE' | 'RELATIONSHIP' | ['KNOWS'] | ['id'] | null | 200",
            "'nickname' | 'RANGE' | 'NODE' | ['Person'] | ['nickname'] | null | 1",
        ]
    );
    let more = [
        "CREATE CONSTRAINT FOR (p:Person) REQUIRE (p.name, p.id) IS NODE KEY",
        "CREATE CONSTRAINT FOR ()-[k:KNOWS]-() REQUIRE k.since IS NOT NULL",
        "CREATE CONSTRAINT since FOR ()<-[k:KNOWS]-() REQUIRE (k.since) IS :: INTEGER | DATE",
        "CREATE CONSTRAINT since IF NOT EXISTS FOR (x:Y) REQUIRE x.y IS UNIQUE",
        "CREATE RANGE INDEX IF NOT EXISTS FOR (p:Person) ON (p.age)",
    ];
    for statement in more {
        session.query(statement, ()).expect(statement);
    }
    assert_eq!(
        all("SHOW CONSTRAINTS"),
        [
            "'person_id' | 'UNIQUENESS' | 'NODE' | ['Person'] | ['id'] | null",
            "'key_Person_name_id' | 'NODE_KEY' | 'NODE' | ['Person'] | ['name', 'id'] | null",
            "'not_null_KNOWS_since' | 'RELATIONSHIP_PROPERTY_EXISTENCE' | 'RELATIONSHIP' | ['KNOWS'] | ['since'] | null",
            "'since' | 'RELATIONSHIP_PROPERTY_TYPE' | 'RELATIONSHIP' | ['KNOWS'] | ['since'] | 'INTEGER | DATE'",
        ]
    );
    // The schema can be made anew elsewhere.
    let schema = |session: &Session| {
        let result = session.query("RETURN 1", ()).expect("runs");
        result.snapshot().schema().statements()
    };
    let other = Database::in_memory().session();
    for statement in schema(&session) {
        other.query(&statement, ()).expect(&statement);
    }
    assert_eq!(schema(&other), schema(&session));
    for statement in [
        "DROP CONSTRAINT person_id",
        "DROP CONSTRAINT key_Person_name_id",
        "DROP CONSTRAINT not_null_KNOWS_since",
        "DROP CONSTRAINT since",
        "DROP CONSTRAINT since IF EXISTS",
        "DROP INDEX person_name",
        "DROP INDEX person_age",
        "DROP INDEX knows_id",
        "DROP INDEX nickname",
        "DROP INDEX knows_id IF EXISTS",
    ] {
        session.query(statement, ()).expect(statement);
    }
    assert!(all("SHOW INDEXES").is_empty());
    assert!(all("SHOW CONSTRAINTS").is_empty());
}

#[test]
fn wrong_statements_say_what_is_wrong() {
    let session = people();
    let statements = [
        "CREATE INDEX person_id FOR (x:Y) ON (x.z)",
        "CREATE INDEX other FOR (p:Person) ON (p.age)",
        "CREATE CONSTRAINT other FOR (p:Person) REQUIRE p.age IS UNIQUE",
        "CREATE CONSTRAINT other FOR (p:Person) REQUIRE p.id IS KEY",
        "CREATE INDEX FOR (p:Person) ON (q.age)",
        "CREATE INDEX FOR (p:Person) ON (p.age, p.age)",
        "CREATE CONSTRAINT FOR (p:Person) REQUIRE (p.a, p.b) IS NOT NULL",
        "CREATE CONSTRAINT FOR (p:Person) REQUIRE p.a IS REL UNIQUE",
        "CREATE CONSTRAINT FOR (p:Person) REQUIRE p.a IS :: INTEGER NOT NULL",
        "CREATE CONSTRAINT FOR (p:Person) REQUIRE p.a IS :: POINT",
        "CREATE CONSTRAINT FOR (p:Person) REQUIRE p.a IS",
        "CREATE TEXT INDEX FOR (p:Person) ON (p.name)",
        "CREATE FULLTEXT INDEX n FOR (p:Person) ON EACH [p.name]",
        "CREATE VECTOR INDEX n FOR (p:Person) ON (p.name)",
        "CREATE POINT INDEX FOR (p:Person) ON (p.name)",
        "DROP INDEX persn_age",
        "DROP INDEX person_id",
        "DROP CONSTRAINT none",
        "DROP DATABASE x",
        "CREATE INDEX FOR (p) ON (p.name)",
        // What is there breaks them.
        "CREATE CONSTRAINT FOR (p:Person) REQUIRE p.name IS NOT NULL FOR",
        "CREATE CONSTRAINT FOR (p:Person) REQUIRE (p.name) IS UNIQUE",
        "CREATE CONSTRAINT FOR (p:Person) REQUIRE p.nickname IS NOT NULL",
        "CREATE CONSTRAINT FOR (p:Person) REQUIRE p.name IS :: INTEGER",
        "CREATE CONSTRAINT FOR ()-[k:KNOWS]-() REQUIRE k.since IS UNIQUE",
        "CREATE CONSTRAINT FOR ()-[k:KNOWS]-() REQUIRE k.x IS KEY",
    ];
    let before = rows(&session, "SHOW CONSTRAINTS");
    let told = statements.map(|statement| format!("{statement}\n  {}", error(&session, statement)));
    insta::assert_snapshot!(told.join("\n"));
    assert_eq!(rows(&session, "SHOW CONSTRAINTS"), before);
}

/// Books with every kind of constraint.
fn books() -> Session {
    let session = Database::in_memory().session();
    for statement in [
        "CREATE CONSTRAINT isbn FOR (b:Book) REQUIRE b.isbn IS UNIQUE",
        "CREATE CONSTRAINT place FOR (b:Book) REQUIRE (b.shelf, b.row) IS UNIQUE",
        "CREATE CONSTRAINT author FOR (a:Author) REQUIRE (a.first, a.last) IS KEY",
        "CREATE CONSTRAINT title FOR (b:Book) REQUIRE b.title IS NOT NULL",
        "CREATE CONSTRAINT pages FOR (b:Book) REQUIRE b.pages IS :: INTEGER",
        "CREATE CONSTRAINT wrote FOR ()-[w:WROTE]-() REQUIRE w.year IS NOT NULL",
        "CREATE CONSTRAINT contract FOR ()-[w:WROTE]-() REQUIRE w.contract IS UNIQUE",
        "CREATE (:Book {isbn: 1, title: 'one', pages: 5}), (:Book {isbn: 2, title: 'two', shelf: 1, row: 1})",
    ] {
        session.query(statement, ()).expect(statement);
    }
    session
}

#[test]
fn constraints_are_kept_by_every_write() {
    let session = books();
    let wrong = [
        "CREATE (:Book {isbn: 1.0, title: 'again'})",
        "CREATE (:Book {isbn: 3, title: 'x', shelf: 1, row: 1})",
        "CREATE (:Book {isbn: 3})",
        "CREATE (:Book {isbn: 3, title: 'x', pages: 'many'})",
        "CREATE (:Author {first: 'A'})",
        "CREATE (:Author {first: 'A', last: 'B'}), (:Author {first: 'A', last: 'B'})",
        "MATCH (b:Book {isbn: 2}) SET b.isbn = 1",
        "MATCH (b:Book {isbn: 2}) SET b += {isbn: 1}",
        "MATCH (b:Book {isbn: 2}) REMOVE b.title",
        "MATCH (b:Book {isbn: 2}) SET b = {isbn: 2}",
        "CREATE (n:Draft {title: 't', isbn: 2}) SET n:Book",
        "CREATE (n:Draft {title: 't', pages: 1.5}) SET n:Book",
        "MERGE (b:Book {isbn: 7})",
        "FOREACH (i IN [8, 8] | CREATE (:Book {isbn: i, title: 't'}))",
        "MATCH (b:Book {isbn: 1}) CREATE (b)-[:WROTE]->(b)",
        "MATCH (b:Book {isbn: 1}) CREATE (b)-[:WROTE {year: 1, contract: 'c'}]->(b), (b)-[:WROTE {year: 1, contract: 'c'}]->(b)",
    ];
    let before = rows(&session, "MATCH (n) RETURN labels(n), properties(n)");
    let told = wrong.map(|statement| format!("{statement}\n  {}", error(&session, statement)));
    insta::assert_snapshot!(told.join("\n"));
    assert_eq!(
        rows(&session, "MATCH (n) RETURN labels(n), properties(n)"),
        before
    );
    for statement in [
        // Nulls and NaN are equal to nothing.
        "CREATE (:Book {title: 'a'}), (:Book {title: 'b'}), (:Book {title: 'c', shelf: 1}), (:Book {title: 'd', shelf: 1})",
        "CREATE (:Book {title: 'a', isbn: 0.0 / 0.0}), (:Book {title: 'b', isbn: 0.0 / 0.0})",
        // Only what is there at the end counts.
        "MATCH (a:Book {isbn: 1}), (b:Book {isbn: 2}) SET a.isbn = 2, b.isbn = 1",
        "CREATE (b:Book {isbn: 9}) SET b.title = 'late'",
        "CREATE (b:Book {isbn: 9, title: 'twice'}) DELETE b",
        "MATCH (b:Book {isbn: 9}) DELETE b CREATE (:Book {isbn: 9, title: 'new'})",
        "MERGE (b:Book {isbn: 9}) ON CREATE SET b.title = 'not reached'",
        "MERGE (b:Book {isbn: 10}) ON CREATE SET b.title = 'reached'",
        "MATCH (b:Book {isbn: 9}) REMOVE b:Book CREATE (:Book {isbn: 9, title: 'other'})",
    ] {
        session
            .query(statement, ())
            .unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    let titles = rows(
        &session,
        "MATCH (b:Book) WHERE b.isbn > 0 RETURN b.isbn, b.title ORDER BY b.isbn",
    );
    assert_eq!(
        titles,
        ["1 | 'two'", "2 | 'one'", "9 | 'other'", "10 | 'reached'"]
    );
}

#[test]
fn a_plan_outlives_the_index_that_it_uses() {
    let session = people();
    let query = "MATCH (p:Person {id: 5}) RETURN p.name";
    assert_eq!(rows(&session, query), ["'n5'"]);
    session
        .query("DROP CONSTRAINT person_id", ())
        .expect("dropped");
    assert_eq!(rows(&session, query), ["'n5'"]);
    session
        .query("CREATE INDEX person_id FOR (c:City) ON (c.id)", ())
        .expect("made");
    assert_eq!(rows(&session, query), ["'n5'"]);
}

#[test]
fn what_can_fail_is_not_tried_where_no_row_is() {
    let session = people();
    assert!(
        rows(
            &session,
            "MATCH (p:Person) WHERE p.id < 0 AND p.age = date('no date') RETURN p"
        )
        .is_empty()
    );
    let told = error(
        &session,
        "MATCH (p:Person) WHERE p.age = date('no date') RETURN p",
    );
    assert!(told.contains("no date"), "{told}");
    let query = "MATCH (p:Person) WHERE p.age IN $x RETURN p";
    let told = session.query(query, [("x", 5)]).expect_err("5 is no list");
    assert!(told.message().contains("needs a list"), "{told}");
}

/// Events in cities.
const EVENTS: &str = "ALTER CURRENT GRAPH TYPE SET {
    (:Event => :Happening {name :: STRING NOT NULL, year :: INTEGER | DATE}),
    (c:City {name STRING NOT NULL}),
    (:Event)-[:HELD_IN => {since :: DATE}]->(:City),
    (:City)-[h:HELD_IN IMPLIES {legacy :: BOOLEAN NOT NULL}]->(),
    ()-[:ABOUT]->(:Event =>)
}";

fn events(graph_type: &str) -> Session {
    let session = Database::in_memory().session();
    for statement in [
        graph_type,
        "CREATE (e:Event:Happening {name: 'Summit', year: 2024})-[:HELD_IN]->(:City {name: 'Rabat'})",
    ] {
        session.query(statement, ()).expect(statement);
    }
    session
}

#[test]
fn a_graph_type_is_kept() {
    let session = events(EVENTS);
    let shown = session
        .query("SHOW CURRENT GRAPH TYPE", ())
        .expect("shown")
        .to_values();
    let Value::String(shown) = &shown[0][0] else {
        panic!("{shown:?}");
    };
    let wrong = [
        "CREATE (:Event {name: 'x'})",
        "CREATE (:Event:Happening)",
        "CREATE (:Event:Happening {name: 'x', year: 'last'})",
        "MATCH (c:City) REMOVE c.name",
        "MATCH (c:City) SET c.name = 5",
        "MATCH (c:City) REMOVE c:City",
        "MATCH (c:City) SET c:Event:Happening REMOVE c:City",
        "MATCH (e:Event) CREATE (e)-[:HELD_IN]->(:Region)",
        "MATCH (e:Event)-[h:HELD_IN]->() SET h.since = 1",
        "MATCH (c:City) CREATE (c)-[:HELD_IN]->(c)",
        "MATCH (c:City) CREATE (c)-[:ABOUT]->(c)",
        "ALTER CURRENT GRAPH TYPE SET {(:City)-[:HELD_IN]->(:City)}",
        "ALTER CURRENT GRAPH TYPE SET {(:Event => {place :: STRING NOT NULL})}",
        "ALTER CURRENT GRAPH TYPE SET {(:A), (:A => {b :: STRING})}",
        "ALTER CURRENT GRAPH TYPE SET {(:A => {b :: STRING, b :: DATE})}",
        "ALTER CURRENT GRAPH TYPE SET {(:A => {b :: POINT})}",
        "ALTER CURRENT GRAPH TYPE ADD {(:A)}",
    ];
    let told = wrong.map(|statement| format!("{statement}\n  {}", error(&session, statement)));
    let closed_wrong = [
        "CREATE ()",
        "CREATE (:Region)",
        "CREATE (:City:Region {name: 'x'})",
        "CREATE (:City {name: 'x', size: 1})",
        "MATCH (e:Event) CREATE (e)-[:NEAR]->(e)",
        "MATCH (e:Event), (c:City) CREATE (e)-[:HELD_IN {note: 'x'}]->(c)",
        "ALTER CURRENT GRAPH TYPE SET CLOSED {}",
    ];
    let session = events(&EVENTS.replace("SET {", "SET CLOSED {"));
    let told_closed =
        closed_wrong.map(|statement| format!("{statement}\n  {}", error(&session, statement)));
    insta::assert_snapshot!(format!(
        "{shown}\n\n{}\n\n{}",
        told.join("\n"),
        told_closed.join("\n")
    ));
    // What is shown can be set again, and nothing as well.
    for statement in [
        format!("ALTER CURRENT GRAPH TYPE SET {shown}"),
        "CREATE (:Event:Happening {name: 'x'})".to_owned(),
        "ALTER CURRENT GRAPH TYPE SET {}".to_owned(),
        "CREATE (:Event)".to_owned(),
    ] {
        session
            .query(&statement, ())
            .unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    assert!(rows(&session, "SHOW CURRENT GRAPH TYPE").is_empty());
}

#[test]
fn loads_obey_constraints_and_the_graph_type() {
    use rihla::context::Context;
    use rihla::import_export::read_json_graph;
    let file = r#"{"format":"rihla-graph","version":1,"relationships":[],"nodes":[
        {"id": 1, "labels": ["City"], "properties": {"name": "Fes"}},
        {"id": 2, "labels": ["City"], "properties": {"title": "Kazan"}}]}"#;
    let load = |session: &Session| {
        let snapshot = session.database().snapshot().expect("in memory");
        read_json_graph(
            "cities.json",
            file.as_bytes(),
            snapshot,
            &Context::unlimited(),
        )
        .map(|_| ())
        .expect_err("it breaks a rule")
        .to_string()
    };
    assert_eq!(
        load(&events(EVENTS)),
        "ConstraintVerificationFailed: GraphTypeViolated: node 3 (:City {title: 'Kazan'}) lacks the \
         property `name`, against the graph type"
    );
    let session = Database::in_memory().session();
    let key = "CREATE CONSTRAINT city FOR (c:City) REQUIRE c.name IS KEY";
    session.query(key, ()).expect("made");
    assert_eq!(
        load(&session),
        "ConstraintVerificationFailed: PropertyMissing: node 1 (:City {title: 'Kazan'}) lacks the \
         property `name`, against the constraint `city`"
    );
}

#[test]
fn the_graph_of_icesco_obeys_its_graph_type() {
    let session = Database::icesco().expect("it loads").session();
    let shown = rows(&session, "SHOW CURRENT GRAPH TYPE");
    assert_eq!(shown.len(), 1);
    let graph_type = include_str!("../graph-data/icesco.graph-type.cypher");
    assert!(graph_type.contains("TYPE SET {"));
    // Nothing is in the graph that it does not name.
    let closed = graph_type.replace("TYPE SET {", "TYPE SET CLOSED {");
    session.query(&closed, ()).expect("all is named");
    let told = error(
        &session,
        "MATCH (c:City), (e:Event) CREATE (c)-[:HELD_IN]->(e)",
    );
    assert!(told.contains("against the graph type"), "{told}");
}
