//! Laws of the optimiser: on random graphs every query gives the same rows with all rules, with each of
//! them off, and with none.

use proptest::prelude::*;
use rihla::optimize::RULES;
use rihla::{Database, Session};

/// A random graph: for each node its label and number, for each relationship its ends and type.
#[derive(Debug, Clone)]
struct Graph {
    nodes: Vec<(bool, u8)>,
    relationships: Vec<(usize, usize, bool)>,
    /// Whether nodes are known to be told apart by their numbers.
    has_keys: bool,
}

fn graphs() -> impl Strategy<Value = Graph> {
    (1_usize..8).prop_flat_map(|count| {
        let nodes = prop::collection::vec((any::<bool>(), 0..4_u8), count);
        let relationship = (0..count, 0..count, any::<bool>());
        let relationships = prop::collection::vec(relationship, 0..12);
        (nodes, relationships, any::<bool>()).prop_map(|(nodes, relationships, has_keys)| Graph {
            nodes,
            relationships,
            has_keys,
        })
    })
}

/// Statements that make the graph.
fn create(session: &Session, graph: &Graph) {
    if graph.has_keys {
        for label in ["A", "B"] {
            for rule in ["IS UNIQUE", "IS NOT NULL", "IS :: INTEGER"] {
                let text = format!("CREATE CONSTRAINT FOR (n:{label}) REQUIRE n.id {rule}");
                session.query(&text, ()).expect("a constraint");
            }
        }
    }
    for (id, (is_a, number)) in graph.nodes.iter().enumerate() {
        let label = if *is_a { "A" } else { "B" };
        let text =
            format!("CREATE (:{label} {{id: {id}, number: {number}, text: 'text {number}'}})");
        session.query(&text, ()).expect("a node");
    }
    for (number, (start, end, is_r)) in graph.relationships.iter().enumerate() {
        let kind = if *is_r { "R" } else { "S" };
        let text = format!(
            "MATCH (a {{id: {start}}}), (b {{id: {end}}}) CREATE (a)-[:{kind} {{number: {number}}}]->(b)"
        );
        session.query(&text, ()).expect("a relationship");
    }
}

/// The rows of a query, sorted unless they have an order.
fn rows(session: &Session, text: &str) -> Vec<String> {
    let result = session
        .query(text, ())
        .unwrap_or_else(|error| panic!("{text}: {error}"));
    let mut rows: Vec<String> = result
        .rows()
        .map(|row| format!("{:?}", row.values()))
        .collect();
    if !text.contains("ORDER BY") {
        rows.sort();
    }
    rows
}

/// Parts that are put together to patterns.
const RELATIONSHIPS: &[&str] = &[
    "-[:R]->",
    "<-[:R]-",
    "-[:R]-",
    "-[:S]-",
    "--",
    "-->",
    "-[:R|S]-",
    "-[:R*1..3]-",
    "-[:R*0..2]->",
    "-[*1..2]-",
    "<-[:S*2..4]-",
    "-[:R*..3]-",
];
const NODES: &[&str] = &["", ":A", ":B", ":A|B", ":!A"];
const PREDICATES: &[&str] = &[
    "true",
    "a.number < 2",
    "b.number = a.number",
    "c.id <> a.id",
    "b.text STARTS WITH 'text 1'",
    "a.number >= 1 AND c.number <= 2",
    "a.number IS NULL OR c.id > 1",
    "exists { (a)-[:R]->() }",
    "c <> a AND a.number < 3",
    "NOT (a)-[:S]-(c) AND NOT (a)--(c)",
    "NOT (a)-[:R]-(c) AND a <> c",
    "NOT (c)-[:R]->(b)",
    "(a)<-[:S]-(c) AND b <> c",
    "id(a) < id(b) AND id(b) <= id(c)",
    "id(c) > id(a)",
    "id(a) >= id(c)",
    "a.id = 1 AND c.id = 2",
    "b.id = 0 AND a.id = c.number",
    "a.id = 1 AND c.id <> 1",
    "2 = b.id AND a.id <> 2 AND 2 <> c.id",
    "c <> a AND c <> b AND b <> a",
];
const RETURNS: &[&str] = &[
    "count(*) AS n",
    "count(DISTINCT c) AS n",
    "count(DISTINCT c.id) AS n, min(c.number) AS m",
    "DISTINCT c.id AS id",
    "DISTINCT a.id AS a, c.number AS c",
    "b.number AS number, count(*) AS n, sum(c.number) AS s, max(c.number) AS m",
    "a.id AS a, b.id AS b, c.id AS c ORDER BY c, b, a",
    "c.text AS text, a.id AS id, c.id AS c, b.id AS b ORDER BY text DESC, id, c, b LIMIT 3",
    "max(c.id) AS m",
    "collect(DISTINCT c.number) = [] AS none",
];

/// Patterns with places for relationships, labels and a predicate.
const PATTERNS: &[&str] = &[
    "MATCH (a{A}){1}(b{B}){2}(c{C}) WHERE {P}",
    "OPTIONAL MATCH (a{A}){1}(b{B}){2}(c{C}) WHERE {P}",
    "MATCH (a{A}){1}(b{B}){2}(c{C}), (a){3}(c) WHERE {P}",
    "MATCH (a{A}){1}(b{B}){2}(c{C}), (c){3}(a){1}(d) WHERE {P} AND d <> b",
    "MATCH (a{A}){1}(b{B}){2}(c{C}){3}(d) WHERE {P}",
    "MATCH (b{B}), (b){1}(a{A}), (b){2}(c{C}), (b){3}(d) WHERE {P} AND a <> d",
    "MATCH (a{A}){1}(b{B}){2}(c{C}){1}(d) WHERE {P} AND a <> d",
    "MATCH (a{A}){1}(b{B}){2}(c{C}){1}(d) WHERE {P} AND a <> d AND NOT (c){1}(a)",
    "MATCH (a{A}){1}(b{B}){2}(c{C}){1}(d){3}(a) WHERE {P}",
    "MATCH (a{A}){1}(b{B}){2}(c{C}), (b){3}(d:A){1}(a) WHERE {P}",
    "MATCH (a{A}){1}(b{B}) OPTIONAL MATCH (b){2}(c{C}) WHERE {P}",
    "MATCH (a{A}){1}(b{B}) OPTIONAL MATCH (b){2}(c{C}) OPTIONAL MATCH (b){3}(d) WITH a, b, c",
    "MATCH (a{A}){1}(b{B}) MATCH (b){2}(c{C}), (c){3}(a) WHERE {P}",
    "MATCH (a{A}){1}(b{B}) MATCH (b){2}(c{C}) MATCH (c){1}(a) WHERE {P}",
    // Nodes that can be exchanged for one another, if the relationships are not directed.
    "MATCH (a{A}){1}(b{A}){1}(c{A}){1}(a)",
    "MATCH (a{A}){1}(b{A}), (a){2}(c{C}), (b){2}(c)",
    "MATCH (a{A}){1}(b{A}){1}(c{A}){1}(a), (a){2}(), (b){2}(), (c){2}()",
    "MATCH (a{A}){1}(b{A}){1}(c{A}){1}(a) WITH a AS d, b, c MATCH (a)--(d)",
    "MATCH (a{A}){1}(b{A}) MATCH (a){2}(c{C}){3}(k) MATCH (b){2}(d{C}){3}(k)",
    "MATCH (b{B}){1}(a{A}), (b){1}(c{A}), (b){1}(d{A}) WHERE a <> c AND c <> d AND a <> d",
    "MATCH (a{A}){1}(b{B}) MATCH (b){1}(c{A}) MATCH (b){1}(d{A})",
    "MATCH (a{A}), (b{A}), (c{A})",
];

fn queries() -> impl Strategy<Value = String> {
    let part = |parts: &'static [&'static str]| prop::sample::select(parts);
    let nodes = (part(NODES), part(NODES), part(NODES));
    let relationships = (
        part(RELATIONSHIPS),
        part(RELATIONSHIPS),
        part(RELATIONSHIPS),
    );
    (
        part(PATTERNS),
        nodes,
        relationships,
        part(PREDICATES),
        part(RETURNS),
    )
        .prop_map(
            |(pattern, (a, b, c), (first, second, third), predicate, returns)| {
                let parts = [
                    ("{A}", a),
                    ("{B}", b),
                    ("{C}", c),
                    ("{1}", first),
                    ("{2}", second),
                    ("{3}", third),
                    ("{P}", predicate),
                ];
                let filled = parts
                    .iter()
                    .fold(pattern.to_owned(), |text, (place, part)| {
                        text.replace(place, part)
                    });
                format!("{filled} RETURN {returns}")
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]
    #[test]
    fn answers_do_not_depend_on_rules(graph in graphs(), texts in prop::collection::vec(queries(), 4)) {
        let database = Database::in_memory();
        let mut session = database.session();
        create(&session, &graph);
        for text in texts {
            let wanted = rows(&session, &text);
            for rule in RULES {
                session.set_rule(rule.name, false);
                prop_assert_eq!(&rows(&session, &text), &wanted, "{} without {}", text, rule.name);
                session.set_rule(rule.name, true);
            }
            RULES.iter().for_each(|rule| session.set_rule(rule.name, false));
            prop_assert_eq!(&rows(&session, &text), &wanted, "{} without rules", text);
            RULES.iter().for_each(|rule| session.set_rule(rule.name, true));
        }
    }
}

/// How many random graphs; more where `RIHLA_LAW_CASES` says so.
fn cases() -> u32 {
    let cases = std::env::var("RIHLA_LAW_CASES").ok();
    cases.and_then(|cases| cases.parse().ok()).unwrap_or(48)
}
