//! Queries beyond the compatibility kit, each with the graph it asks and the rows that it must give.

use rihla::Database;

/// A road from `a` to `e`, with a way round and a loop.
const ROADS: &str = "CREATE (a:Place {name: 'a'}), (b:Place {name: 'b'}), (c:Place {name: 'c'}),
    (d:Place {name: 'd'}), (e:Town {name: 'e'}),
    (a)-[:ROAD {km: 1}]->(b), (b)-[:ROAD {km: 2}]->(c), (c)-[:ROAD {km: 3}]->(d),
    (d)-[:ROAD {km: 4}]->(e), (b)-[:ROAD {km: 5}]->(d), (c)-[:ROAD {km: 6}]->(c)";

/// Runs `query` on the roads and gives its rows, values as literals.
fn rows(query: &str) -> Vec<String> {
    let session = Database::in_memory().session();
    session.query(ROADS, ()).expect("the roads are made");
    let result = session
        .query(query, ())
        .unwrap_or_else(|error| panic!("{query}: {error}"));
    let row = |values: Vec<rihla::Value>| {
        values
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" | ")
    };
    result.to_values().into_iter().map(row).collect()
}

fn check(cases: &[(&str, &[&str])]) {
    for (query, expected) in cases {
        assert_eq!(rows(query), *expected, "{query}");
    }
}

/// Queries that fail with these codes.
fn refuse(cases: &[(&str, &str)]) {
    let session = Database::in_memory().session();
    session.query(ROADS, ()).expect("the roads are made");
    for (query, code) in cases {
        match session.query(query, ()) {
            Ok(_) => panic!("{query} must fail"),
            Err(error) => assert_eq!(error.code(), *code, "{query}: {error}"),
        }
    }
}

#[test]
fn parts_of_a_pattern_are_repeated() {
    check(&[
        (
            "MATCH (a {name: 'a'}) ((x)-[r:ROAD]->(y)){1,2} (z)
             RETURN z.name AS z, [n IN x | n.name] AS via ORDER BY size(via), z",
            &["'b' | ['a']", "'c' | ['a', 'b']", "'d' | ['a', 'b']"],
        ),
        (
            "MATCH ({name: 'a'}) ((x)-[r:ROAD]->(y) WHERE r.km < 4)+ (z)
             RETURN z.name AS z, reduce(s = 0, k IN r | s + k.km) AS km ORDER BY km",
            &["'b' | 1", "'c' | 3", "'d' | 6"],
        ),
        (
            "MATCH (z) ((x)-[:ROAD]->(y)){2} (:Town) RETURN z.name AS z, y[0].name AS y ORDER BY z",
            &["'b' | 'd'", "'c' | 'd'"],
        ),
        (
            "MATCH (a {name: 'a'}) ((x)-[:ROAD]->(y)){0,1} (z) RETURN z.name AS z ORDER BY z",
            &["'a'", "'b'"],
        ),
        (
            "MATCH (a {name: 'a'})-[:ROAD]->+(e:Town) RETURN count(*) AS ways",
            &["3"],
        ),
        (
            "MATCH p = (a {name: 'a'}) ((x)-[r]->(y)-[s]->(z))+ (e:Town)
             RETURN [n IN nodes(p) | n.name] AS path, [n IN y | n.name] AS y",
            &["['a', 'b', 'c', 'd', 'e'] | ['b', 'd']"],
        ),
    ]);
}

#[test]
fn shortest_paths_obey_what_is_asked_of_them() {
    check(&[
        (
            "MATCH (a {name: 'a'}), (e:Town) MATCH p = shortestPath((a)-[:ROAD*]->(e))
             RETURN [n IN nodes(p) | n.name] AS path",
            &["['a', 'b', 'd', 'e']"],
        ),
        (
            "MATCH (a {name: 'a'}), (e:Town) MATCH p = shortestPath((a)-[:ROAD*]->(e))
             WHERE length(p) > 3 RETURN [n IN nodes(p) | n.name] AS path",
            &["['a', 'b', 'c', 'd', 'e']"],
        ),
        (
            "MATCH p = SHORTEST 2 (a {name: 'a'})-[:ROAD]->+(e:Town) RETURN length(p) AS l ORDER BY l",
            &["3", "4"],
        ),
        (
            "MATCH (a {name: 'a'}), (b {name: 'b'}) MATCH p = shortestPath((a)-[r]->(b))
             RETURN r.km AS km",
            &["1"],
        ),
        (
            "MATCH p = ANY SHORTEST (a {name: 'a'})-[r:ROAD]->(m WHERE m.name <> 'a') ((x)-[s]->(y)
                 WHERE s.km < 5)+ (e:Town)
             RETURN [n IN nodes(p) | n.name] AS path, r.km AS km, m.name AS m, [n IN y | n.name] AS y",
            &["['a', 'b', 'c', 'd', 'e'] | 1 | 'b' | ['c', 'd', 'e']"],
        ),
        ("MATCH p = ANY (a:Town) RETURN length(p) AS l", &["0"]),
        (
            "MATCH p = SHORTEST 1 (a {name: 'a'})-[r:ROAD]->(m)-[s:ROAD* WHERE s.km > r.km]->(e:Town)
             RETURN [n IN nodes(p) | n.name] AS path",
            &["['a', 'b', 'd', 'e']"],
        ),
        (
            "MATCH (a)-[r:ROAD*2 WHERE r.km < b.km OR a.name < b.name]->(b:Town) RETURN a.name AS a ORDER BY a",
            &["'b'", "'c'"],
        ),
    ]);
}

#[test]
fn what_patterns_cannot_do_is_said() {
    refuse(&[
        (
            "MATCH (a) (p = (x)-[:ROAD]->(y))+ (b) RETURN a",
            "SyntaxError: UnexpectedSyntax",
        ),
        (
            "MATCH (a) ((x) ((y)-[:ROAD]->(z))+ (v)){2} (b) RETURN a",
            "SyntaxError: UnexpectedSyntax",
        ),
        (
            "MATCH (a) ((x)-[:ROAD*0..2]->(y)){2} (b) RETURN a",
            "SyntaxError: UnexpectedSyntax",
        ),
        (
            "MATCH p = shortestPath((a)-[:ROAD*]->()-[:ROAD]->(b)) RETURN p",
            "SyntaxError: UnexpectedSyntax",
        ),
        (
            "MATCH (m), p = SHORTEST 1 (a)-[:ROAD]->+(m)-[:ROAD]->+(b) RETURN p",
            "SyntaxError: VariableAlreadyBound",
        ),
        (
            "MATCH (a) ((x))+ (b) RETURN a",
            "SyntaxError: UnexpectedSyntax",
        ),
        (
            "MATCH (a) ((x)-[:ROAD]->(y)) (b) RETURN a",
            "SyntaxError: UnexpectedSyntax",
        ),
    ]);
}

#[test]
fn subqueries_stand_where_clauses_and_values_stand() {
    check(&[
        (
            "CALL { RETURN 1 AS x UNION RETURN 2 AS x } RETURN x ORDER BY x",
            &["1", "2"],
        ),
        (
            "MATCH (p:Place) RETURN p.name AS p, COUNT { (p)-[:ROAD]->() } AS out ORDER BY p",
            &["'a' | 1", "'b' | 2", "'c' | 2", "'d' | 1"],
        ),
        (
            "MATCH (p:Place) WHERE NOT EXISTS { MATCH (p)-->(q) WHERE q:Place } RETURN p.name AS p",
            &["'d'"],
        ),
        (
            "MATCH (p {name: 'b'}) RETURN COLLECT { MATCH (p)-->(q) RETURN q.name ORDER BY q.name } AS q",
            &["['c', 'd']"],
        ),
        (
            "MATCH (p:Place) CALL (p) { MATCH (p)-[r]->() RETURN max(r.km) AS far }
             RETURN p.name AS p, far ORDER BY far DESC LIMIT 2",
            &["'c' | 6", "'b' | 5"],
        ),
    ]);
}

#[test]
fn updates_are_seen_by_what_comes_after() {
    check(&[
        (
            "MATCH (p:Place) CREATE (q:Copy {name: p.name}) WITH count(*) AS made
             MATCH (c:Copy) RETURN made, count(c) AS found",
            &["4 | 4"],
        ),
        (
            "MATCH (t:Town) SET t.size = coalesce(t.size, 0) + 1 SET t.size = t.size + 1
             RETURN t.size AS size",
            &["2"],
        ),
        (
            "UNWIND [1, 1, 2] AS x MERGE (n:Number {value: x})
             ON CREATE SET n.seen = 1 ON MATCH SET n.seen = n.seen + 1
             RETURN n.value AS value, n.seen AS seen",
            &["1 | 2", "1 | 2", "2 | 1"],
        ),
        (
            "FOREACH (x IN range(1, 3) | CREATE (:Made {x: x})) WITH 1 AS one
             MATCH (m:Made) RETURN sum(m.x) AS sum",
            &["6"],
        ),
    ]);
}

#[test]
fn strings_are_trimmed_and_normalized() {
    check(&[
        (
            "WITH ' x' AS t, 'xxaxx' AS y, 'x' AS c, {c: 'x'} AS m RETURN trim(t), trim(BOTH FROM t),
             trim(LEADING 'x' FROM y), trim(trailing c FROM y), trim(both m.c FROM y),
             trim('x' FROM y), trim(BOTH 'x' FROM null)",
            &["'x' | 'x' | 'axx' | 'xxa' | 'a' | 'a' | null"],
        ),
        (
            "WITH ' a ' AS both, ' b ' AS `from` RETURN trim(both), trim(BOTH FROM `from`),
             trim(both + 'x'), trim(BOTH ' ' FROM both)",
            &["'a' | 'b' | 'a x' | 'a'"],
        ),
        (
            "RETURN size(normalize('e\\u0301')), size(normalize('\\u00E9', nfd)),
             normalize('\\uFB01', NFKC), size(normalize('\\u212B', NFC)), normalize(null, NFC)",
            &["1 | 2 | 'fi' | 1 | null"],
        ),
        (
            "RETURN 'a' IS NORMALIZED, 'e\\u0301' IS NORMALIZED, 'e\\u0301' IS NFD NORMALIZED,
             'e\\u0301' IS NOT normalized, '\\uFB01' IS NOT NFKD NORMALIZED, 1 IS NORMALIZED,
             null IS NOT NORMALIZED",
            &["true | false | true | true | true | null | null"],
        ),
        (
            "UNWIND ['e\\u0301', '\\u00E9'] AS x RETURN normalize(x) AS n, count(*) AS c",
            &["'é' | 2"],
        ),
    ]);
}

#[test]
fn a_query_may_finish_without_rows() {
    check(&[
        ("MATCH (n) FINISH", &[]),
        (
            "CALL { MATCH (t:Town) SET t.seen = true FINISH } MATCH (t:Town) RETURN t.seen",
            &["true"],
        ),
        ("RETURN 1 AS finish", &["1"]),
    ]);
    refuse(&[
        (
            "MATCH (n) FINISH RETURN n",
            "SyntaxError: InvalidClauseComposition",
        ),
        (
            "MATCH (n) FINISH MATCH (m)",
            "SyntaxError: InvalidClauseComposition",
        ),
        (
            "RETURN COLLECT { MATCH (n) FINISH }",
            "SyntaxError: InvalidClauseComposition",
        ),
        (
            "RETURN 1 AS x UNION FINISH",
            "SyntaxError: DifferentColumnsInUnion",
        ),
    ]);
}

#[test]
fn hints_change_nothing_but_must_name_variables() {
    check(&[
        (
            "MATCH (t:Town)<-[r:ROAD]-(p:Place) USING INDEX t:Town(name) USING RANGE INDEX SEEK p:Place(name, x)
             USING SCAN p:Place USING JOIN ON p, t WHERE r.km = 4 RETURN p.name",
            &["'d'"],
        ),
        (
            "OPTIONAL MATCH (n:Nothing) USING SCAN n:Nothing RETURN n",
            &["null"],
        ),
        (
            "RETURN EXISTS { MATCH (t:Town) USING SCAN t:Town } AS there",
            &["true"],
        ),
    ]);
    refuse(&[
        (
            "MATCH (t:Town) USING INDEX s:Town(name) RETURN t",
            "SyntaxError: UndefinedVariable",
        ),
        (
            "MATCH (t:Town) USING FOG RETURN t",
            "SyntaxError: UnexpectedSyntax",
        ),
    ]);
}

#[test]
fn functions_and_procedures_are_listed() {
    check(&[
        (
            "SHOW FUNCTIONS YIELD name, aggregating AS many ORDER BY name DESC SKIP 1 LIMIT 1
             WHERE many",
            &[],
        ),
        (
            "SHOW FUNCTIONS YIELD name, aggregating AS many WHERE many RETURN count(*) > 5, min(name)",
            &["true | 'avg'"],
        ),
        (
            "SHOW FUNCTIONS WHERE name = 'head'",
            &[
                "'head' | '(list :: LIST<ANY>) :: ANY' | 'The first element; null of an empty list.'",
            ],
        ),
        (
            "SHOW PROCEDURES YIELD signature, name WHERE name STARTS WITH 'db.l'",
            &["'() :: (label :: STRING)' | 'db.labels'"],
        ),
        (
            "SHOW PROCEDURES YIELD * WHERE name = 'rihla.version' RETURN size(description) > 5 AS told",
            &["true"],
        ),
    ]);
    refuse(&[
        ("SHOW FUNCTIONS YIELD nam", "SyntaxError: UndefinedVariable"),
        ("SHOW FUNCTIONS RETURN 1", "SyntaxError: UnexpectedSyntax"),
        ("SHOW TABLES", "SyntaxError: UnexpectedSyntax"),
    ]);
}

#[test]
fn joins_without_rows_on_a_side_give_none() {
    check(&[
        (
            "MATCH (a:Place) WITH count(*) AS n MATCH (b:Nothing) WHERE n = b.x RETURN b",
            &[],
        ),
        (
            "MATCH (a:Nothing), (b:Place) WHERE a.x = b.x RETURN a, b",
            &[],
        ),
        (
            "OPTIONAL MATCH (a:Nothing), (b:Place) WHERE a.x = b.x RETURN a, b",
            &["null | null"],
        ),
    ]);
}

#[test]
fn algorithms_give_rows() {
    check(&[
        (
            "CREATE (:Island {name: 'i'}) WITH 1 AS one CALL algo.wcc() YIELD node, component
             WITH component, node.name AS name ORDER BY name
             WITH component, collect(name) AS names RETURN names ORDER BY names",
            &["['a', 'b', 'c', 'd', 'e']", "['i']"],
        ),
        (
            "MATCH (e:Town), (b {name: 'b'}) CREATE (e)-[:ROAD]->(b) WITH 1 AS one
             CALL algo.scc() YIELD node, component
             WITH component, node.name AS name ORDER BY name
             WITH component, collect(name) AS names RETURN names ORDER BY names",
            &["['a']", "['b', 'c', 'd', 'e']"],
        ),
    ]);
}

#[test]
fn a_failed_statement_leaves_nothing() {
    let database = Database::in_memory();
    let session = database.session();
    session.query("CREATE (:A {x: 0})", ()).expect("runs");
    let failed = "MATCH (a:A) CREATE (:B) SET a.y = 1 WITH a RETURN 1 / a.x";
    session.query(failed, ()).expect_err("divides by zero");
    let result = session
        .query("MATCH (n) RETURN n.y AS y, labels(n) AS l", ())
        .expect("runs");
    let rows = result.to_values();
    assert_eq!(rows.len(), 1);
    assert!(rows[0][0].is_null());
}
