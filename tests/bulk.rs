//! Bulk loads: the same graph as by single writes, all of it or nothing.

use fastrand::Rng;
use rihla::value::NodeId;
use rihla::{Database, Result, Session, Value};

/// Writes the same random nodes and relationships singly or in bulk, beside what is there.
fn load(session: &Session, seed: u64, bulk: bool) -> Result<()> {
    session.write(|writer, context| {
        let mut rng = Rng::with_seed(seed);
        let labels = [writer.label("A")?, writer.label("B")?, writer.label("C")?];
        let types = [
            writer.relationship_type("R")?,
            writer.relationship_type("S")?,
        ];
        let [id, text, when] = [writer.key("id")?, writer.key("text")?, writer.key("when")?];
        let mut nodes: Vec<NodeId> = (0..10).map(NodeId).collect();
        for number in 0..rng.i64(0..9_000) {
            let some: Vec<_> = labels.iter().copied().filter(|_| rng.bool()).collect();
            let mut properties = vec![(id, Value::from(1_000 + number))];
            if rng.bool() {
                properties.push((text, Value::from(format!("text {}", rng.u8(..)))));
            }
            if rng.u8(..) < 5 {
                properties.push((when, Value::from(0.5)));
            } else if rng.bool() {
                properties.insert(0, (when, Value::Null));
            }
            nodes.push(match bulk {
                true => writer.append_node(&some, properties, context)?,
                false => writer.create_node(&some, properties)?,
            });
        }
        for number in 0..rng.i64(0..20_000) {
            let [start, end] = [0; 2].map(|_| nodes[rng.usize(..nodes.len())]);
            let kind = types[rng.usize(..2)];
            let properties = match rng.bool() {
                true => vec![(id, Value::from(number))],
                false => Vec::new(),
            };
            match bulk {
                true => writer.append_relationship(kind, start, end, properties, context)?,
                false => writer.create_relationship(kind, start, end, properties)?,
            };
        }
        Ok(())
    })
}

/// All that a graph holds, apart from the numbers of its elements.
fn facts(session: &Session) -> Vec<String> {
    let queries = [
        "MATCH (n) RETURN n.id AS id, labels(n) AS l, properties(n) AS p",
        "MATCH (a)-[r]->(b) RETURN a.id AS a, type(r) AS t, b.id AS b, properties(r) AS p",
        "MATCH (a:A) WHERE a.id < 2000 RETURN count(*) AS n",
        "MATCH (a:A) RETURN count(*) AS n, count(DISTINCT a.id) AS d",
        "MATCH ()-[r:S]->() RETURN count(*) AS n",
        "SHOW INDEXES YIELD name, entries",
    ];
    let mut facts = Vec::new();
    for query in queries {
        let result = session.query(query, ()).expect(query);
        let mut rows: Vec<String> = result
            .rows()
            .map(|row| format!("{:?}", row.values()))
            .collect();
        rows.sort();
        facts.extend(rows);
    }
    facts
}

/// A few elements, an index and a constraint.
fn begin(database: &Database) -> Session {
    let session = database.session();
    for text in [
        "UNWIND range(0, 9) AS id CREATE (:A {id: id})-[:R]->(:B {id: id + 100})",
        "CREATE INDEX by_id FOR (a:A) ON (a.id)",
        "CREATE CONSTRAINT one FOR (b:B) REQUIRE b.id IS UNIQUE",
        "CREATE INDEX of_r FOR ()-[r:R]-() ON (r.id)",
    ] {
        session.query(text, ()).expect(text);
    }
    session
}

fn damage(database: &Database) -> Vec<String> {
    let mut told = Vec::new();
    let context = database.session().context();
    let snapshot = database.snapshot().expect("a snapshot");
    let walked = snapshot.inspect(&context, &mut |sentence| told.push(sentence));
    walked.expect("not interrupted");
    told
}

#[test]
fn a_bulk_load_gives_the_same_as_single_writes() -> Result<()> {
    for seed in 0..4 {
        let single = Database::in_memory();
        let wanted = begin(&single);
        load(&wanted, seed, false)?;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("graph.rihla");
        for database in [Database::in_memory(), Database::open(&path)?] {
            let session = begin(&database);
            load(&session, seed, true)?;
            assert_eq!(facts(&session), facts(&wanted), "seed {seed}");
            assert_eq!(damage(&database), Vec::<String>::new());
        }
        let database = Database::open(&path)?;
        let session = database.session();
        assert_eq!(facts(&session), facts(&wanted), "seed {seed}, reopened");
        for session in [&session, &wanted] {
            session.query(
                "MATCH (a:A {id: 1000}) SET a.text = 'new' CREATE (a)-[:R]->(:A:C {id: 5})",
                (),
            )?;
            session.query("MATCH (b:B) WHERE b.id > 3000 DETACH DELETE b", ())?;
        }
        assert_eq!(facts(&session), facts(&wanted), "seed {seed}, changed");
        assert_eq!(damage(&database), Vec::<String>::new());
    }
    Ok(())
}

#[test]
fn a_bulk_load_that_breaks_a_constraint_leaves_nothing() -> Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::open(folder.path().join("graph.rihla"))?;
    let session = begin(&database);
    let before = facts(&session);
    let failed = session.write(|writer, context| {
        let (label, key) = (writer.label("B")?, writer.key("id")?);
        for id in 0..5_000 {
            writer.append_node(
                &[label],
                vec![(key, Value::from(id % 4_999 + 500))],
                context,
            )?;
        }
        Ok(())
    });
    let error = failed.expect_err("two nodes have the same id").to_string();
    assert!(error.contains("`one`"), "{error}");
    assert_eq!(facts(&session), before);
    load(&session, 1, true)?;
    assert_eq!(damage(&database), Vec::<String>::new());
    Ok(())
}
