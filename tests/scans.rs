//! Filters, groups, orders and `SET` over many rows at once, against what is computed row by row.

use std::collections::BTreeMap;

use fastrand::Rng;
use rihla::graph::Changes;
use rihla::{Database, Session, Value};

/// More than two chunks.
const ROWS: usize = 5000;

const WORDS: [&str; 6] = [
    "",
    "aa",
    "aab",
    "a word that is long",
    "another word that is long aa",
    "Ωmega is longer than twelve",
];

/// A stored database of random nodes: texts of which few differ and others, missing values, mixed types,
/// rows that were deleted, changed and added since, read anew from the file.
fn random(folder: &std::path::Path, seed: u64) -> Session {
    let mut random = Rng::with_seed(seed);
    let path = folder.join("random.rihla");
    {
        let session = Database::open(&path).expect("opens").session();
        let rows: Vec<Value> = (0..ROWS)
            .map(|number| {
                let mut row = vec![
                    ("i", Value::Integer(number as i64)),
                    ("near", Value::Integer(random.i64(0..40))),
                    (
                        "far",
                        Value::Integer(random.i64(i64::MIN / 2..i64::MAX / 2)),
                    ),
                    ("few", Value::from(WORDS[random.usize(..WORDS.len())])),
                ];
                let word = |random: &mut Rng| WORDS[random.usize(..WORDS.len())];
                let (one, other) = (word(&mut random), word(&mut random));
                row.push((
                    "many",
                    format!("{one}{}{other}", random.u16(..)).as_str().into(),
                ));
                if random.u8(..) < 200 {
                    row.push(("gaps", Value::Integer(random.i64(-5..5))));
                    row.push(("holes", Value::from(word(&mut random))));
                }
                let mixed = match random.u8(..3) {
                    0 => Value::Integer(random.i64(0..9)),
                    1 => Value::Float(random.i64(0..9) as f64),
                    _ => Value::from(word(&mut random)),
                };
                row.push(("mixed", mixed));
                Value::map(row)
            })
            .collect();
        run(
            &session,
            "UNWIND $rows AS row CREATE (n:N) SET n = row",
            &rows,
        );
    }
    let session = Database::open(&path).expect("opens").session();
    for statement in [
        "MATCH (n:N) WHERE n.i IN [7, 2047, 2048, 4999] DELETE n",
        "MATCH (n:N) WHERE n.i % 1013 = 5 SET n.few = 'changed', n.gaps = null, n.mixed = true",
        "CREATE (:N {i: 9000, near: 3, far: 3, few: 'aa', many: 'aa', mixed: 1})",
    ] {
        run(&session, statement, &[]);
    }
    session
}

fn run(session: &Session, query: &str, rows: &[Value]) -> Vec<Vec<Value>> {
    let given = [("rows", Value::list(rows.to_vec()))];
    let result = match query.contains("$rows") {
        true => session.query(query, given),
        false => session.query(query, ()),
    };
    let result = result.expect(query);
    result.rows().map(|row| row.values().to_vec()).collect()
}

/// A property of all nodes, beside the number of each.
fn all(session: &Session, key: &str) -> Vec<(Value, Value)> {
    let rows = run(
        session,
        &format!("MATCH (n:N) RETURN n.i AS number, n.{key} AS value"),
        &[],
    );
    rows.into_iter()
        .map(|row| (row[0].clone(), row[1].clone()))
        .collect()
}

/// Tests predicates on a property against the same on each value.
fn check_filter(session: &Session, key: &str, test: &str, holds: impl Fn(&Value) -> bool) {
    let expected: Vec<Vec<Value>> = all(session, key)
        .into_iter()
        .filter(|(_, value)| holds(value))
        .map(|(number, _)| vec![number])
        .collect();
    let query = format!("MATCH (n:N) WHERE n.{key} {test} RETURN n.i");
    assert_eq!(run(session, &query, &[]), expected, "{query}");
    let count =
        format!("MATCH (n:N) WHERE n.{key} {test} RETURN count(*), sum(n.near), max(n.far)");
    let kept = |other: &str| -> Vec<i64> {
        let numbers: Vec<&Value> = expected.iter().map(|row| &row[0]).collect();
        all(session, other)
            .into_iter()
            .filter(|(number, _)| numbers.contains(&number))
            .filter_map(|(_, value)| integer(&value))
            .collect()
    };
    let greatest = kept("far").into_iter().max();
    let counted = vec![vec![
        Value::Integer(expected.len() as i64),
        Value::Integer(kept("near").iter().sum()),
        greatest.map_or(Value::Null, Value::Integer),
    ]];
    assert_eq!(run(session, &count, &[]), counted, "{count}");
}

fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(value) => Some(*value),
        _ => None,
    }
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

#[test]
fn filters_keep_the_rows_whose_values_pass() {
    let folder = tempfile::tempdir().expect("a folder");
    let session = random(folder.path(), 1);
    for key in ["few", "many", "holes", "mixed"] {
        for word in [
            "a",
            "aa",
            "aaa",
            "a word that is long",
            "long aa",
            "Ω",
            "word that",
        ] {
            let with = |holds: fn(&str, &str) -> bool| {
                move |value: &Value| text(value).is_some_and(|text| holds(text, word))
            };
            check_filter(
                &session,
                key,
                &format!("CONTAINS '{word}'"),
                with(|a, b| a.contains(b)),
            );
            let starts = with(|a, b| a.starts_with(b));
            check_filter(&session, key, &format!("STARTS WITH '{word}'"), starts);
            check_filter(&session, key, &format!("= '{word}'"), with(|a, b| a == b));
            let among = move |value: &Value| text(value) == Some(word) || text(value) == Some("aa");
            check_filter(&session, key, &format!("IN ['{word}', 'aa']"), among);
        }
    }
    for (key, bound) in [
        ("i", 2047),
        ("i", -1),
        ("near", 20),
        ("gaps", 0),
        ("gaps", 9),
    ] {
        let with = |holds: fn(i64, i64) -> bool| {
            move |value: &Value| integer(value).is_some_and(|value| holds(value, bound))
        };
        check_filter(&session, key, &format!("< {bound}"), with(|a, b| a < b));
        check_filter(&session, key, &format!(">= {bound}"), with(|a, b| a >= b));
        check_filter(&session, key, &format!("= {bound}"), with(|a, b| a == b));
        check_filter(&session, key, &format!("<> {bound}"), with(|a, b| a != b));
        check_filter(&session, key, &format!("< {bound}.5"), with(|a, b| a <= b));
        let between = move |value: &Value| {
            integer(value).is_some_and(|value| value > bound && value < bound + 9)
        };
        let (from, to) = (bound, bound + 9);
        check_filter(
            &session,
            key,
            &format!("> {from} AND n.{key} < {to}"),
            between,
        );
    }
}

#[test]
fn what_is_stored_in_order_is_found_by_the_bounds_of_its_chunks() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("order.rihla");
    {
        let session = Database::open(&path).expect("opens").session();
        let text = "CREATE (h:Hub) WITH h UNWIND range(0, 19999) AS i
            CREATE (h)-[:HAS {at: i / 3}]->(:Item {at: i, day: date('2020-01-01') + duration({days: i / 10})})";
        run(&session, text, &[]);
    }
    let session = Database::open(&path).expect("opens").session();
    // Of one chunk some are missing, of another some are in the patch, of a third one is gone.
    run(
        &session,
        "MATCH (i:Item) WHERE i.at IN [5000, 5001] REMOVE i.at",
        &[],
    );
    run(&session, "MATCH (i:Item {at: 12000}) SET i.at = -1", &[]);
    run(&session, "MATCH (i:Item {at: 16000}) DETACH DELETE i", &[]);
    let values = |from: i64, to: i64| {
        let all = (0..20_000).filter(|at| ![5000, 5001, 16_000].contains(at));
        let all = all.map(|at| if at == 12_000 { -1 } else { at });
        all.filter(|at| (from..to).contains(at)).count() as i64
    };
    let count = |test: &str| {
        let text = format!("MATCH (:Hub)-[r:HAS]->(i) WHERE {test} RETURN count(*) AS n");
        run(&session, &text, &[])[0][0].clone()
    };
    for (from, to) in [
        (0, 1),
        (0, 4999),
        (4998, 5003),
        (11_990, 12_010),
        (15_000, 30_000),
        (-5, 3),
        (7, 7),
    ] {
        let test = format!("i.at >= {from} AND {to} > i.at");
        assert_eq!(count(&test), Value::Integer(values(from, to)), "{test}");
    }
    assert_eq!(count("i.at = 12345"), Value::Integer(1));
    assert_eq!(
        count("i.at <> 12345"),
        Value::Integer(values(-5, 20_000) - 1)
    );
    assert_eq!(count("i.at > null"), Value::Integer(0));
    assert_eq!(count("r.at < 100"), Value::Integer(300));
    assert_eq!(count("i.day < date('2020-01-11')"), Value::Integer(100));
    let text = "MATCH (:Hub)-[:HAS]->(i) RETURN i.at AS at ORDER BY i.at DESC SKIP 2 LIMIT 3";
    let first: Vec<Value> = run(&session, text, &[]).into_iter().flatten().collect();
    // Nulls are the greatest.
    assert_eq!(first, [19_999, 19_998, 19_997].map(Value::Integer));
    let text = "MATCH (:Hub)-[:HAS]->(i) WHERE i.at > 100 RETURN i.at AS at ORDER BY at LIMIT 2";
    let first: Vec<Value> = run(&session, text, &[]).into_iter().flatten().collect();
    assert_eq!(first, [101, 102].map(Value::Integer));
}

#[test]
fn groups_hold_the_rows_with_equal_keys() {
    let folder = tempfile::tempdir().expect("a folder");
    let session = random(folder.path(), 2);
    for key in ["i", "near", "far", "few", "many", "gaps", "holes", "mixed"] {
        let near: BTreeMap<String, i64> = all(&session, "near")
            .into_iter()
            .map(|(number, value)| (number.to_string(), integer(&value).unwrap_or(0)))
            .collect();
        let mut expected: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for (number, value) in all(&session, key) {
            // 1 and 1.0 are equal.
            let value = match value {
                Value::Float(float) => Value::Integer(float as i64),
                other => other,
            };
            let group = expected.entry(value.to_string()).or_default();
            group.0 += 1;
            group.1 += near[&number.to_string()];
        }
        let query = format!("MATCH (n:N) RETURN n.{key}, count(*), sum(n.near), avg(n.near)");
        let mut found: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for row in run(&session, &query, &[]) {
            let value = match &row[0] {
                Value::Float(float) => Value::Integer(*float as i64),
                other => other.clone(),
            };
            let (count, sum) = (integer(&row[1]).unwrap_or(0), integer(&row[2]).unwrap_or(0));
            assert_eq!(row[3], Value::Float(sum as f64 / count as f64), "{query}");
            assert_eq!(
                found.insert(value.to_string(), (count, sum)),
                None,
                "{query}"
            );
        }
        assert_eq!(found, expected, "{query}");
    }
}

#[test]
fn the_first_rows_are_the_first_of_all_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let session = random(folder.path(), 3);
    for order in [
        "n.i",
        "n.i DESC",
        "n.near, n.i",
        "n.near DESC, n.far",
        "n.far DESC",
        "n.few, n.i DESC",
        "n.gaps DESC, n.i",
        "n.gaps, n.i",
        "n.holes DESC, n.i",
        "n.mixed, n.i",
        "n.many DESC, n.i",
    ] {
        let sorted = run(
            &session,
            &format!("MATCH (n:N) RETURN n.i ORDER BY {order}"),
            &[],
        );
        for count in [0, 1, 20, 700, 6000] {
            let query = format!("MATCH (n:N) RETURN n.i ORDER BY {order} LIMIT {count}");
            let expected = &sorted[..count.min(sorted.len())];
            assert_eq!(run(&session, &query, &[]), expected, "{query}");
        }
    }
}

#[test]
fn groups_by_a_node_are_groups_by_its_key() {
    let session = Database::in_memory().session();
    let create = "UNWIND range(1, 300) AS i
        CREATE (p:P {id: i % 100 + i * 100, name: 'p' + i % 7})
        WITH p, i UNWIND range(1, i % 4) AS j CREATE (p)<-[:OF]-(:C {x: i * j})";
    run(&session, create, &[]);
    let queries = [
        "MATCH (c:C)-[:OF]->(p:P) RETURN p.id AS id, count(*) AS n, sum(c.x) AS x ORDER BY x DESC, id LIMIT 9",
        "MATCH (c:C)-[:OF]->(p:P) RETURN p.id AS id, p.name AS name, max(c.x) AS x ORDER BY id",
        "MATCH (c:C)-[:OF]->(p:P) RETURN p.name AS name, count(*) AS n ORDER BY name",
        "MATCH (c:C)-[:OF]->(p:P) RETURN p.id AS id, c.x % 2 AS odd, count(*) AS n ORDER BY id, odd",
        "MATCH (c:C)-[:OF]->(p:P) WITH p, p.id AS id, count(*) AS n RETURN id, p.name AS name, n ORDER BY id",
    ];
    let before: Vec<_> = queries
        .iter()
        .map(|query| run(&session, query, &[]))
        .collect();
    for rule in ["IS KEY", "IS :: INTEGER"] {
        run(
            &session,
            &format!("CREATE CONSTRAINT FOR (p:P) REQUIRE p.id {rule}"),
            &[],
        );
    }
    let after: Vec<_> = queries
        .iter()
        .map(|query| run(&session, query, &[]))
        .collect();
    assert_eq!(before, after);
    let result = session
        .query(&format!("EXPLAIN {}", queries[1]), ())
        .expect("explains");
    let plan = result.summary().plan.clone().expect("a plan");
    assert!(plan.contains("BY p\n"), "{plan}");
}

/// The changes and all that is there after `SET` of many rows, and after the same row by row.
fn check_set(items: &str) {
    let facts = |session: &Session| {
        let nodes = "MATCH (n) RETURN id(n), n.i, n.x, n.y, n.t ORDER BY id(n)";
        let relationships = "MATCH ()-[r]->() RETURN id(r), r.x, r.t ORDER BY id(r)";
        [run(session, nodes, &[]), run(session, relationships, &[])]
    };
    let at_once = format!("MATCH (n:N)-[r:R]->(o:O) SET {items}");
    let one_by_one =
        format!("MATCH (n:N)-[r:R]->(o:O) WITH n, r, o FOREACH (one IN [1] | SET {items})");
    let mut found: Vec<(Changes, _)> = Vec::new();
    for statement in [at_once, one_by_one] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("set.rihla");
        let (changes, told) = {
            let session = Database::open(&path).expect("opens").session();
            let create = "UNWIND range(1, 5000) AS i CREATE (n:N {i: i, x: i})
                WITH n, i WHERE i % 3 > 0 CREATE (n)-[:R {x: i}]->(:O {i: -i, y: 'y'})";
            run(&session, create, &[]);
            let changed = "MATCH (n:N) WHERE n.i % 1000 = 1 SET n.x = null, n.y = 1.5";
            run(&session, changed, &[]);
            let result = session.query(&statement, ()).expect(&statement);
            (result.summary().changes, facts(&session))
        };
        // What was written is there again.
        let again = facts(&Database::open(&path).expect("opens").session());
        assert_eq!(again, told, "{statement}");
        found.push((changes, told));
    }
    assert_eq!(found[0], found[1], "{items}");
}

#[test]
fn rows_set_at_once_are_as_if_set_one_by_one() {
    for items in [
        "n.x = 1",
        "n.x = n.x + 1",
        "n.x = null, o.t = 'text' + n.i",
        "n.x = n.i, n.y = n.x * 2, n.x = n.y + 1",
        "o.i = n.i, n.i = o.i",
        "r.x = r.x + o.i, r.t = CASE WHEN n.i % 2 = 0 THEN 'even' ELSE r.x END",
        "n.y = [n.i, 2], o.y = n.y",
    ] {
        check_set(items);
    }
}

#[test]
fn few_rows_of_many_batches_come_in_order() {
    const NODES: i64 = 60_000;
    let mut session = Database::in_memory().session();
    let create = format!("UNWIND range(0, {}) AS i CREATE (:N {{i: i}})", NODES - 1);
    session.query(&create, ()).expect("the nodes are made");
    let is_few = |i: &i64| i % 777 == 5;
    let is_near = |i: &i64| (30_000..34_000).contains(i);
    let number = |row: rihla::Row<'_>| row.get::<i64>("i").expect("a number");
    for threads in [1, 2] {
        session.limits_mut().threads = threads.try_into().expect("a number of threads");
        session.limits_mut().alone = std::time::Duration::ZERO;
        let few = "MATCH (n:N) WHERE n.i % 777 = 5 RETURN n.i AS i";
        let found = session.query(few, ()).expect(few);
        let wanted: Vec<i64> = (0..NODES).filter(is_few).collect();
        assert_eq!(found.rows().map(number).collect::<Vec<_>>(), wanted);
        // All rows of some batches between few of others; then what is done with each.
        let mixed = "MATCH (n:N) WHERE n.i % 777 = 5 OR 30000 <= n.i < 34000 WITH n, n.i AS i WHERE i % 2 = 1 RETURN i";
        let found = session.query(mixed, ()).expect(mixed);
        let wanted = (0..NODES).filter(|i| (is_few(i) || is_near(i)) && i % 2 == 1);
        assert_eq!(
            found.rows().map(number).collect::<Vec<_>>(),
            wanted.collect::<Vec<_>>()
        );
        let first = "MATCH (n:N) WHERE n.i % 777 = 5 RETURN n.i AS i LIMIT 3";
        let found = session.query(first, ()).expect(first);
        assert_eq!(found.rows().map(number).collect::<Vec<_>>(), [5, 782, 1559]);
    }
}
