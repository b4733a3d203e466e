//! Laws over random histories: an index finds what a scan finds, in every state that is kept, and
//! queries give the same with the rules that use indexes as without.

use rihla::context::Context;
use rihla::graph::{GraphWriter, IndexDefinition, KeyRange, Snapshot, Target};
use rihla::value::{NodeId, RelationshipId, equals};
use rihla::{Database, Session, Value};

/// Values of many types, few of each, so that many are equal.
fn value(random: &mut fastrand::Rng) -> Value {
    let small = random.i64(-2..4);
    match random.u8(0..12) {
        0..=3 => Value::Integer(small),
        4 => Value::Float(small as f64 + 0.5),
        5 => Value::Float(small as f64),
        6 => Value::Float(f64::NAN),
        7 => Value::Integer((1 << 53) + small),
        8 => Value::Float((1_i64 << 53) as f64),
        9 => Value::from(["", "a", "ab", "b"][random.usize(0..4)]),
        10 => Value::Boolean(random.bool()),
        _ => Value::list(vec![Value::Integer(small), Value::from("x")]),
    }
}

/// What a range of an index gives.
fn found(graph: &Snapshot, index: &str, range: Option<KeyRange>) -> Vec<u32> {
    let mut found = Vec::new();
    if let Some(range) = range {
        let index = graph.schema().index(index).expect("it exists");
        index.find(&range, &mut found).expect("it can be read");
    }
    found
}

/// Every index of the graph against a scan.
fn check(graph: &Snapshot, random: &mut fastrand::Rng) {
    let catalog = graph.catalog();
    for index in graph.schema().indexes() {
        let definition = index.definition();
        let property = |position: u32, name: &str| {
            let key = catalog.key(name).expect("a key of an index");
            match definition.target {
                Target::Nodes(_) => graph.node_property(NodeId(position), key),
                Target::Relationships(_) => {
                    graph.relationship_property(RelationshipId(position), key)
                }
            }
            .expect("it exists")
        };
        let mut expected: Vec<(Vec<Value>, u32)> = Vec::new();
        let chunks = match definition.target {
            Target::Nodes(_) => graph.node_chunks(),
            Target::Relationships(_) => graph.relationship_chunks(),
        };
        for chunk in 0..chunks {
            let positions = match &definition.target {
                Target::Nodes(label) => {
                    let label = catalog.label(label).expect("a label");
                    graph.scan_nodes(chunk, &[label])
                }
                Target::Relationships(name) => {
                    let id = catalog.relationship_type(name).expect("a type");
                    graph.scan_relationships(chunk, Some(&[id]))
                }
            };
            for position in positions.expect("a chunk").iter().flatten() {
                let properties = definition.properties.iter();
                let values: Vec<Value> = properties.map(|name| property(position, name)).collect();
                if !values[0].is_null() {
                    expected.push((values, position));
                }
            }
        }
        expected.sort();
        let positions: Vec<u32> = expected.iter().map(|(_, position)| *position).collect();
        assert_eq!(
            found(graph, &definition.name, Some(KeyRange::all())),
            positions
        );
        let wanted = value(random);
        let equal = expected
            .iter()
            .filter(|(values, _)| equals(&values[0], &wanted) == Some(true));
        let equal: Vec<u32> = equal.map(|(_, position)| *position).collect();
        let range = KeyRange::new([&wanted], None);
        assert_eq!(found(graph, &definition.name, range), equal, "{wanted}");
    }
}

#[test]
fn indexes_find_what_scans_find() {
    let context = Context::unlimited();
    for seed in 0..6 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut writer = GraphWriter::new(Snapshot::default());
        let mut kept: Vec<Snapshot> = Vec::new();
        for step in 0..1_500 {
            let before = writer.snapshot();
            let nodes: Vec<u32> = (0..before.node_chunks())
                .flat_map(|chunk| {
                    before
                        .scan_nodes(chunk, &[])
                        .expect("a chunk")
                        .values()
                        .to_vec()
                })
                .collect();
            let relationships: Vec<u32> = (0..before.relationship_chunks())
                .flat_map(|chunk| {
                    let found = before.scan_relationships(chunk, None).expect("a chunk");
                    found.values().to_vec()
                })
                .collect();
            let label = writer
                .label(["A", "B"][random.usize(0..2)])
                .expect("a label");
            let key = writer.key(["p", "q"][random.usize(0..2)]).expect("a key");
            let node = |random: &mut fastrand::Rng| random.choice(&nodes).map(|id| NodeId(*id));
            match random.u8(0..12) {
                0..=3 => {
                    let properties = vec![(key, value(&mut random))];
                    writer.create_node(&[label], properties).expect("a node");
                }
                4 | 5 => {
                    if let (Some(start), Some(end)) = (node(&mut random), node(&mut random)) {
                        let name = writer.relationship_type("R").expect("a type");
                        let properties = vec![(key, value(&mut random))];
                        let made = writer.create_relationship(name, start, end, properties);
                        made.expect("a relationship");
                    }
                }
                6 | 7 => {
                    let value = match random.u8(0..4) {
                        0 => Value::Null,
                        _ => value(&mut random),
                    };
                    if let Some(node) = node(&mut random) {
                        writer
                            .set_node_property(node, key, value.clone())
                            .expect("set");
                    }
                    if let Some(id) = random.choice(&relationships) {
                        let id = RelationshipId(*id);
                        writer
                            .set_relationship_property(id, key, value)
                            .expect("set");
                    }
                }
                8 => {
                    if let Some(node) = node(&mut random) {
                        writer.add_label(node, label).expect("added");
                    }
                }
                9 => {
                    if let Some(node) = node(&mut random) {
                        writer.remove_label(node, label).expect("removed");
                    }
                }
                10 => {
                    if let Some(id) = random.choice(&relationships) {
                        writer
                            .delete_relationship(RelationshipId(*id))
                            .expect("deleted");
                    }
                }
                _ => {
                    if let Some(node) = node(&mut random) {
                        for id in writer.relationships_of(node).expect("a list") {
                            writer.delete_relationship(id).expect("deleted");
                        }
                        writer.delete_node(node).expect("deleted");
                    }
                }
            }
            // Some indexes are there from the start, some come when there is something.
            let name = format!("index {step}");
            let definition = |target: Target, properties: &[&str]| IndexDefinition {
                name: name.as_str().into(),
                target,
                properties: properties.iter().map(|name| (*name).into()).collect(),
            };
            let wanted = match step {
                0 => Some(definition(Target::Nodes("A".into()), &["p"])),
                1 => Some(definition(Target::Relationships("R".into()), &["p"])),
                600 => Some(definition(Target::Nodes("B".into()), &["q", "p"])),
                700 => Some(definition(Target::Relationships("R".into()), &["q"])),
                _ => None,
            };
            if let Some(definition) = wanted {
                writer.create_index(definition, &context).expect("an index");
            }
            if step % 250 == 0 {
                kept.push(writer.snapshot());
            }
        }
        let (last, effects) = writer.finish();
        let mut replayed = GraphWriter::new(Snapshot::default());
        for effect in &effects {
            replayed.apply(effect).expect("it can be replayed");
        }
        kept.extend([last, replayed.snapshot()]);
        for graph in &kept {
            check(graph, &mut random);
        }
    }
}

/// A predicate on a property of `n`.
fn predicate(random: &mut fastrand::Rng) -> String {
    let key = ["p", "q"][random.usize(0..2)];
    let literal = |random: &mut fastrand::Rng| match value(random) {
        Value::Float(value) if value.is_nan() => "(0.0 / 0.0)".to_owned(),
        Value::List(_) if random.bool() => "[1, null]".to_owned(),
        _ if random.u8(0..12) == 0 => "null".to_owned(),
        value => value.to_string(),
    };
    let operator = ["=", "<", "<=", ">", ">=", "="][random.usize(0..6)];
    match random.u8(0..8) {
        0..=3 => format!("n.{key} {operator} {}", literal(random)),
        4 => format!("{} {operator} n.{key}", literal(random)),
        5 => {
            let values: Vec<String> = (0..random.usize(0..4)).map(|_| literal(random)).collect();
            format!("n.{key} IN [{}]", values.join(", "))
        }
        6 => format!("n.{key} STARTS WITH {}", literal(random)),
        _ => format!("n.{key} IS NOT NULL"),
    }
}

fn answer(session: &Session, query: &str) -> Vec<Vec<Value>> {
    let result = session.query(query, ());
    result
        .unwrap_or_else(|error| panic!("{query}: {error}"))
        .to_values()
}

#[test]
fn queries_give_the_same_with_indexes_as_without() {
    for seed in 0..4 {
        let mut random = fastrand::Rng::with_seed(seed);
        let database = Database::in_memory();
        let session = database.session();
        for _ in 0..120 {
            let (p, q) = (value(&mut random), value(&mut random));
            let parameters = [("p", p), ("q", q)];
            let create = match random.u8(0..3) {
                0 => "CREATE (:A {p: $p})",
                1 => "CREATE (a:A:B {p: $p, q: $q}) CREATE (a)-[:R {p: $q}]->(a)",
                _ => "CREATE (a:B {q: $q})-[:R {p: $p, q: $q}]->(:A {q: $p})",
            };
            session.query(create, parameters).expect(create);
        }
        for statement in [
            "CREATE INDEX FOR (n:A) ON (n.p)",
            "CREATE INDEX FOR (n:A) ON (n.q, n.p)",
            "CREATE INDEX FOR (n:B) ON (n.q)",
            "CREATE INDEX FOR ()-[n:R]-() ON (n.p, n.q)",
        ] {
            session.query(statement, ()).expect(statement);
        }
        let mut plain = database.session();
        plain.set_rule("use_index", false);
        plain.set_rule("index_order", false);
        for _ in 0..100 {
            let pattern = [
                "(n:A)",
                "(n:B)",
                "(n:A&B)",
                "()-[n:R]->(m:A)",
                "(:A)-[n:R]-()",
                "(n:A)-[r:R]->(m)",
            ][random.usize(0..6)];
            let predicates = (0..random.usize(1..4)).map(|_| predicate(&mut random));
            let predicates = predicates.collect::<Vec<_>>().join(" AND ");
            let key = ["n.p", "n.q", "n.q DESC", "n.p DESC", "n.q, n.p"][random.usize(0..5)];
            let keys = key.replace(" DESC", "");
            let unordered = format!("MATCH {pattern} WHERE {predicates} RETURN n, {keys}");
            let ordered = format!("{unordered} ORDER BY {key}");
            let limited = format!("{ordered} LIMIT 3");
            let joined = format!(
                "UNWIND [1, 'a', 2.0, null] AS x MATCH {pattern} WHERE n.p = x AND {predicates} RETURN x, n"
            );
            for query in [&unordered, &joined] {
                let (mut with, mut without) = (answer(&session, query), answer(&plain, query));
                with.sort();
                without.sort();
                assert_eq!(with, without, "{query}");
            }
            for query in [&ordered, &limited] {
                let keys = |session: &Session| -> Vec<Vec<Value>> {
                    let rows = answer(session, query).into_iter();
                    rows.map(|row| row[1..].to_vec()).collect()
                };
                let (with, without) = (keys(&session), keys(&plain));
                // Rows of equal keys may come in any order, whose other columns may differ.
                let first = |rows: &[Vec<Value>]| -> Vec<Value> {
                    rows.iter().map(|row| row[0].clone()).collect()
                };
                assert_eq!(first(&with), first(&without), "{query}");
            }
        }
    }
}

/// The graph as the next statement sees it.
fn state(session: &Session) -> Snapshot {
    let result = session.query("RETURN 1", ()).expect("runs");
    result.snapshot().clone()
}

#[test]
fn a_statement_fails_if_and_only_if_it_leaves_what_a_rule_forbids() {
    const RULES: [(&str, &str); 5] = [
        (
            "CREATE CONSTRAINT c FOR (n:A) REQUIRE n.p IS UNIQUE",
            "DROP CONSTRAINT c",
        ),
        (
            "CREATE CONSTRAINT d FOR (n:B) REQUIRE (n.p, n.q) IS KEY",
            "DROP CONSTRAINT d",
        ),
        (
            "CREATE CONSTRAINT e FOR (n:A) REQUIRE n.q IS :: INTEGER | FLOAT | STRING | BOOLEAN",
            "DROP CONSTRAINT e",
        ),
        (
            "CREATE CONSTRAINT f FOR ()-[r:R]-() REQUIRE r.p IS NOT NULL",
            "DROP CONSTRAINT f",
        ),
        (
            "ALTER CURRENT GRAPH TYPE SET {(:A)-[:R => {q :: STRING}]->(:B), (:B)-[:R]->(:B)}",
            "ALTER CURRENT GRAPH TYPE SET {}",
        ),
    ];
    let statements = [
        "CREATE (:A {p: $v, q: $w})",
        "CREATE (:B {p: $v, q: $w})",
        "CREATE (:A:B {p: $v, q: 'q'})-[:R {p: 1}]->(:B {p: $w, q: $v})",
        "MATCH (n) WHERE id(n) % 7 = $i SET n.p = $v",
        "MATCH (n) WHERE id(n) % 7 = $i SET n += {q: $w}",
        "MATCH (n:A), (m:B) WHERE id(n) % 7 = $i AND id(m) % 5 = $i MERGE (n)-[:R {p: 2}]->(m)",
        "MATCH (n) WHERE id(n) % 7 = $i SET n:A",
        "MATCH (n) WHERE id(n) % 7 = $i REMOVE n:B",
        "MATCH ()-[r:R]->() WHERE id(r) % 7 = $i SET r = {q: $v}",
        "MATCH (n) WHERE id(n) % 7 = $i REMOVE n.p",
        "MATCH (n) WHERE id(n) % 9 = $i DETACH DELETE n",
        "MATCH (a:A {p: $v}) SET a.p = $w WITH a MATCH (b:A) WHERE b <> a AND b.p = $w SET b.p = $v",
    ];
    let (mut kept, mut refused) = (0, 0);
    for seed in 0..2 {
        let mut random = fastrand::Rng::with_seed(seed);
        let session = Database::in_memory().session();
        for (rule, _) in RULES {
            session.query(rule, ()).expect(rule);
        }
        for _ in 0..120 {
            let statement = statements[random.usize(0..statements.len())];
            let i = Value::Integer(random.i64(0..7));
            let parameters = [
                ("v", value(&mut random)),
                ("w", value(&mut random)),
                ("i", i),
            ];
            let free = Database::from_snapshot(state(&session)).session();
            for (_, undo) in RULES {
                free.query(undo, ()).expect(undo);
            }
            let done = free.query(statement, parameters.clone());
            done.unwrap_or_else(|error| panic!("{statement}: {error}"));
            let may = RULES.iter().all(|(rule, _)| free.query(rule, ()).is_ok());
            let does = session.query(statement, parameters);
            assert_eq!(may, does.is_ok(), "{statement}: {does:?}");
            kept += u32::from(may);
            refused += u32::from(!may);
        }
        check(&state(&session), &mut random);
    }
    assert!(kept > 40 && refused > 40, "{kept} kept, {refused} refused");
}
