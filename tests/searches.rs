//! Shortest paths over patterns of several parts, against the law that defines them: they are the
//! first by length of all the paths that the pattern has without the search.

use std::collections::BTreeMap;
use std::fmt::Write;

use proptest::prelude::*;
use rihla::{Database, ErrorDetail, Limits, Session, Value};

/// Patterns from `a` to `b`.
const PATTERNS: &[&str] = &[
    "(a)-[:R]->()-[:S]->+(b)",
    "(a) ((x)-[:R]->(y) WHERE x.k < y.k)+ (b)",
    "(a)-[:R]->*(m:M)-[:S]->*(b)",
    "(a)-[]-()-[]-+(b)",
    "(a) ((x)-[:R]->(y)<-[:S]-(z)){1,2} (b)",
    "((a)-[r]->+(m)-[s]->(b) WHERE m.k < s.k AND size(r) < 3)",
    "(a)-[*0..2]->(m {k: 1})-[r WHERE r.k > m.k]->(b)",
    "(a)-[:R]->{2,3}(m)<-[:S]-{0,1}(b)",
    "(a:M) ((x)-[r]->(y)){0,2} (m WHERE m.k = a.k)-[s]->{1,}(b)",
    "(a)-[r]->+(a)",
];

#[derive(Debug, Clone)]
struct Graph {
    /// For each node its `k`, and whether it is an `M`.
    nodes: Vec<(u8, bool)>,
    /// Start, end, whether an `R` (or else an `S`), and `k`.
    relationships: Vec<(usize, usize, bool, u8)>,
}

fn graphs() -> impl Strategy<Value = Graph> {
    prop::collection::vec((0..3_u8, any::<bool>()), 1..5).prop_flat_map(|nodes| {
        let count = nodes.len();
        let relationship = (0..count, 0..count, any::<bool>(), 0..3_u8);
        prop::collection::vec(relationship, 0..7).prop_map(move |relationships| Graph {
            nodes: nodes.clone(),
            relationships,
        })
    })
}

fn session(graph: &Graph) -> Session {
    let mut text = String::from("CREATE (:Unused)");
    for (index, (k, is_m)) in graph.nodes.iter().enumerate() {
        let label = if *is_m { ":N:M" } else { ":N" };
        write!(text, ", (n{index}{label} {{i: {index}, k: {k}}})").expect("a string takes it");
    }
    for (index, (from, to, is_r, k)) in graph.relationships.iter().enumerate() {
        let name = if *is_r { "R" } else { "S" };
        let properties = format!("{{i: {index}, k: {k}}}");
        write!(text, ", (n{from})-[:{name} {properties}]->(n{to})").expect("a string takes it");
    }
    let session = Database::in_memory().session();
    session.query(&text, ()).expect("the graph is made");
    session
        .query("MATCH (n:Unused) DELETE n", ())
        .expect("it is deleted");
    session
}

/// Lengths and relationships of paths, by their ends.
type Paths = BTreeMap<String, Vec<(i64, String)>>;

fn paths(session: &Session, pattern: &str) -> Paths {
    let pattern_and_end = if pattern.contains("(b)") { "b" } else { "a" };
    let query = format!(
        "MATCH p = {pattern} RETURN [a.i, {pattern_and_end}.i] AS ends, length(p) AS length,
         [r IN relationships(p) | r.i] AS path"
    );
    let result = session.query(&query, ());
    let rows = result
        .unwrap_or_else(|error| panic!("{query}: {error}"))
        .to_values();
    let mut paths = Paths::new();
    for row in rows {
        let [ends, Value::Integer(length), path] = row.as_slice() else {
            panic!("{query} gives {row:?}");
        };
        let found = paths.entry(ends.to_string()).or_default();
        found.push((*length, path.to_string()));
    }
    paths.values_mut().for_each(|paths| paths.sort());
    paths
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_found_is_the_first_of_all_paths_by_length(graph in graphs()) {
        let session = session(&graph);
        for pattern in PATTERNS {
            let all = paths(&session, pattern);
            for groups in 1..3 {
                let mut expected = all.clone();
                for paths in expected.values_mut() {
                    let mut lengths: Vec<i64> = paths.iter().map(|(length, _)| *length).collect();
                    lengths.dedup();
                    let last = lengths.get(groups - 1).or(lengths.last()).copied();
                    paths.retain(|(length, _)| Some(*length) <= last);
                }
                let found = paths(&session, &format!("SHORTEST {groups} GROUPS {pattern}"));
                prop_assert_eq!(found, expected, "{} groups of {}", groups, pattern);
            }
            for count in 1..4 {
                let found = paths(&session, &format!("SHORTEST {count} {pattern}"));
                let lengths = |paths: &Paths| -> BTreeMap<String, Vec<i64>> {
                    let first = |paths: &Vec<(i64, String)>| {
                        paths.iter().take(count).map(|(length, _)| *length).collect()
                    };
                    paths.iter().map(|(ends, paths)| (ends.clone(), first(paths))).collect()
                };
                prop_assert_eq!(lengths(&found), lengths(&all), "{} of {}", count, pattern);
                for (ends, found) in found {
                    prop_assert!(found.len() <= count);
                    prop_assert!(found.iter().all(|path| all[&ends].contains(path)));
                }
            }
        }
    }
}

/// Where everything is connected with everything, there are more paths than can be listed.
#[test]
fn searches_do_not_list_all_paths() {
    let mut session = Database::in_memory().session();
    let clique = "UNWIND range(1, 30) AS i CREATE (:N {i: i}) WITH count(*) AS c
        MATCH (a:N), (b:N) CREATE (a)-[:R]->(b) WITH count(*) AS d CREATE (:Alone)";
    session.query(clique, ()).expect("the clique is made");
    *session.limits_mut() = Limits {
        memory: 64 << 20,
        ..Limits::default()
    };
    let count = |query: &str| {
        let result = session.query(query, ());
        result
            .unwrap_or_else(|error| panic!("{query}: {error}"))
            .to_values()[0][0]
            .to_string()
    };
    for (query, expected) in [
        (
            "MATCH ANY SHORTEST (a {i: 1})-[:R]->()-[:R]->+(b {i: 2}) RETURN count(*)",
            "1",
        ),
        (
            "MATCH SHORTEST 100 (a {i: 1}) ((x)-[:R]->(y) WHERE x.i <> y.i)+ (b {i: 2}) RETURN count(*)",
            "100",
        ),
        (
            "MATCH ALL SHORTEST (a {i: 1})-[:R]->()-[:R]->+(m {i: 3})-[:R]->+(b {i: 2}) RETURN count(*)",
            "30",
        ),
        (
            "MATCH ANY SHORTEST (a {i: 1})-[:R]->()-[:R]->+(b:Alone) RETURN count(*)",
            "0",
        ),
        (
            "MATCH ANY SHORTEST (a {i: 1}) ((x)-[:R]->(y) WHERE x.i < y.i)+ (b {i: 30}) RETURN count(*)",
            "1",
        ),
    ] {
        assert_eq!(count(query), expected, "{query}");
    }
    session.limits_mut().memory = 1 << 20;
    let all = "MATCH SHORTEST 1000000 (a {i: 1})-[:R]->()-[:R]->+(b {i: 2}) RETURN count(*)";
    let error = session.query(all, ()).expect_err("that is too much");
    assert_eq!(error.detail(), ErrorDetail::OutOfMemory);
}

/// What a search looks at cannot speak of what searches will have found.
#[test]
fn a_search_names_nothing_that_is_found_later() {
    let session = Database::in_memory().session();
    for query in [
        "MATCH p = ALL SHORTEST ((a:A)-[:R]->(m WHERE m.x > length(p))-[:R]->(e)) RETURN p",
        "MATCH p = ANY SHORTEST ((a:A)-[:R]->(m {x: length(p)})-[:R]->(e)) RETURN p",
        "MATCH p = ANY SHORTEST (a:A)-[:R WHERE p IS NULL]->+(e) RETURN p",
        "MATCH p = ANY SHORTEST ((a:A)-[:R]->(m WHERE EXISTS { RETURN p })-[:R]->(e)) RETURN p",
        "MATCH ALL SHORTEST (p = (a:A)-[:R]->(m)-[:R]->(e) WHERE length(p) > 0) RETURN a",
        "MATCH p = (x)-->(y), ANY SHORTEST ((a)-->(m WHERE length(p) > 0)-->(e)) RETURN a",
        "MATCH ANY SHORTEST ((a)-->(m WHERE size(r) > 0)-->(e)), ANY SHORTEST (x)-[r]->+(y) RETURN a",
        "MATCH ANY SHORTEST (x)-[r]->+(y), ANY SHORTEST ((a)-->(m WHERE size(r) > 0)-->(e)) RETURN a",
    ] {
        let error = session.query(query, ()).expect_err(query);
        assert_eq!(error.detail(), ErrorDetail::UndefinedVariable, "{query}");
    }
    let create = "CREATE (:A {x: 1})-[:R]->({x: 2})-[:R]->({x: 3})";
    session.query(create, ()).expect("the graph is made");
    for (query, expected) in [
        (
            "MATCH p = ANY SHORTEST (a:A)-[:R]->+(e WHERE length(p) > 1) RETURN e.x",
            "3",
        ),
        (
            "MATCH (y {x: 1}), ANY SHORTEST ((a:A)-[:R]->(m WHERE m.x > y.x)-[:R]->(e)) RETURN e.x",
            "3",
        ),
        (
            "MATCH ()-[r {y: 1}]->() MATCH ANY SHORTEST (a)-[r]->(b),
                   ANY SHORTEST ((c)-[]->(m WHERE r.y = 1)-->(d)) RETURN count(*)",
            "0",
        ),
    ] {
        let result = session.query(query, ());
        let rows = result
            .unwrap_or_else(|error| panic!("{query}: {error}"))
            .to_values();
        assert_eq!(rows[0][0].to_string(), expected, "{query}");
    }
}
