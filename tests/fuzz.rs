//! Statements with parts left out, doubled, exchanged or driven to extremes, run from the text to
//! the result on a small graph under limits of memory and time. Whatever comes of them, nothing
//! panics, overflows the stack, hangs, or is called a defect of the program.
//!
//! `RIHLA_FUZZ_SECONDS` says for how long (3), `RIHLA_FUZZ_SEED` with which random numbers (1). The
//! statement that runs is kept in a file, for the case that the process is torn down with it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use rihla::error::ErrorKind;
use rihla::functions::FUNCTIONS;
use rihla::graph::Snapshot;
use rihla::parse::{statements, tokens};
use rihla::{Database, FileAccess, Limits, Parameters, Value};

/// A graph with something of everything: labels, types, a cycle, a loop, double relationships, values
/// of most types.
const GRAPH: &str = "CREATE (a:A {x: 1, name: 'a', on: date('2020-02-29')}), (b:A:B {x: 2.5, name: 'b', l: [1, 2]}),
    (c:B {x: null, name: 'é'}), (d {x: true, at: datetime('2020-01-01T00:00Z')}),
    (a)-[:R {w: 1}]->(b), (b)-[:R {w: 2}]->(c), (c)-[:R {w: 0.5}]->(a), (a)-[:S]->(b),
    (d)-[:S {on: duration('P1D')}]->(d), (a)-[:R]->(b)";

/// Statements of what the golden files of the parser lack.
const MORE: &str = "
    MATCH (a:A)-[r:R*1..3]->(b) WHERE a.x < 3 WITH a, collect(b.name) AS names, sum(a.x) AS s ORDER BY s DESC
        SKIP 1 LIMIT 5 RETURN a, names, s;
    MATCH p = shortestPath((a:A)-[*..4]-(b:B)) RETURN length(p), [n IN nodes(p) | n.name];
    MATCH p = SHORTEST 2 (a:A)-[:R]->+(b) RETURN p;
    MATCH (a) ((x)-[r:R]->(y) WHERE r.w > 0){1,3} (b) RETURN a, x, r, y, b;
    MATCH p = ALL SHORTEST ((a:A)-[r:R]->(m WHERE m.x > 1) ((x)-[s]-(y)-[t]->(z)){0,2} (b) WHERE r.w < m.x) RETURN p, m, y, s;
    MATCH (a) WHERE EXISTS { (a)-->(b:B) } AND COUNT { (a)--() } > 1 RETURN a, COLLECT { MATCH (a)-->(c) RETURN c.name };
    MATCH (a)-[r]->(b) MERGE (b)-[q:R]->(a) ON CREATE SET q.w = r.w ON MATCH SET q += {n: 1} RETURN count(q);
    UNWIND range(1, 5) AS i CREATE (n:N {i: i}) WITH n MATCH (m:N) WHERE m.i < n.i CREATE (n)-[:T]->(m) RETURN count(*);
    MATCH (n) SET n.y = n.x, n:Z REMOVE n.name DETACH DELETE n;
    FOREACH (i IN range(1, 3) | CREATE (:F {i: i}) FOREACH (j IN [i] | MERGE (:G {j: j})));
    CALL { MATCH (a:A) RETURN a UNION MATCH (a:B) RETURN a } WITH a CALL (a) { MATCH (a)-->(b) RETURN count(b) AS c } RETURN a, c;
    CALL algo.wcc() YIELD node, component RETURN component, count(node);
    RETURN reduce(s = 'a', i IN range(1, 20) | s + s), [x IN range(0, 10) WHERE x % 2 = 0 | x ^ 2];
    RETURN CASE 1 WHEN 1, 2 THEN 'a' ELSE toString(date() + duration({months: 1})) END, 'abc' =~ '(a|b)*c';
    MATCH (n) RETURN n {.name, .*, k: n.x, n}, labels(n)[0..1], keys(n), n['x'], properties(n) ORDER BY n.x;
    MATCH (n) OPTIONAL MATCH (n)-[r:S]->(m:A|B&!C) RETURN DISTINCT n, r, m, all(x IN [1, 2] WHERE x > n.x);
    MATCH (n) WHERE n.x IS :: INTEGER NOT NULL OR n.name IS NOT NFC NORMALIZED RETURN percentileCont(n.x, 0.5), stDev(n.x);
    LOAD CSV WITH HEADERS FROM 'missing.csv' AS row RETURN row;
";

/// What a part of a statement is exchanged for, to see limits.
const EXTREMES: &[&str] = &[
    "9223372036854775807",
    "-9223372036854775808",
    "-1",
    "0",
    "1e308",
    "-0.0",
    "(0.0 / 0)",
    "null",
    "''",
    "[]",
    "{}",
    "true",
    "$p",
    "range(0, 1000000000000000000)",
    "range(1, 10000)",
    "[null, 1, 'a', [1]]",
    "'\u{10FFFF}\u{301}'",
    "duration({months: 9223372036854775807})",
    "date('+999999999-12-31')",
    "datetime({epochMillis: 9223372036854775807})",
    "(a)-[*]-(b)",
    "*0..",
    "DISTINCT",
    "((",
    "`a b`",
];

/// No statement may take longer, limits included, or a whole machine is slow.
const HANG: Duration = Duration::from_secs(20);

fn pieces(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut end = 0;
    for (_, span) in tokens(text) {
        pieces.push(text[end..span.end].to_owned());
        end = span.end;
    }
    pieces
}

/// The statements that are changed, cut into tokens.
fn seeds() -> Vec<Vec<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parse/ok");
    let mut texts = vec![MORE.to_owned()];
    for file in std::fs::read_dir(folder)
        .expect("there are golden files")
        .flatten()
    {
        if file
            .path()
            .extension()
            .is_some_and(|ending| ending == "cypher")
        {
            texts.push(std::fs::read_to_string(file.path()).expect("a script is text"));
        }
    }
    texts.sort();
    let mut seeds: Vec<Vec<String>> = texts
        .iter()
        .flat_map(|text| statements(text).map(|statement| pieces(statement.text)))
        .collect();
    seeds.extend(
        FUNCTIONS
            .iter()
            .map(|function| pieces(&function.example_query())),
    );
    seeds.retain(|seed| !seed.is_empty());
    seeds
}

/// A statement made of one or two others.
fn mutated(seeds: &[Vec<String>], random: &mut fastrand::Rng) -> String {
    let pick = |random: &mut fastrand::Rng| seeds[random.usize(..seeds.len())].clone();
    let mut statement = pick(random);
    for _ in 0..random.usize(0..5) {
        if statement.is_empty() {
            break;
        }
        let at = random.usize(..statement.len());
        let end = (at + random.usize(1..8)).min(statement.len());
        match random.u8(..8) {
            0 => drop(statement.drain(at..end)),
            1 => statement[at] = format!(" {} ", random.choice(EXTREMES).expect("there are some")),
            2 => {
                let doubled = statement[at..end].to_vec();
                statement.splice(at..at, doubled);
            }
            3 => {
                let donor = pick(random);
                let from = random.usize(..donor.len());
                let to = (from + random.usize(1..12)).min(donor.len());
                statement.splice(at..end, donor[from..to].iter().cloned());
            }
            4 => {
                let other = random.usize(..statement.len());
                statement.swap(at, other);
            }
            5 => {
                let (open, close) = *random
                    .choice(&[
                        ("(", ")"),
                        ("[", "]"),
                        ("{a: ", "}"),
                        ("size([", "])"),
                        ("NOT (", ")"),
                    ])
                    .expect("there are some");
                let times = random.usize(1..4);
                statement.insert(end, close.repeat(times));
                statement.insert(at, open.repeat(times));
            }
            6 => statement.extend(pick(random)),
            _ => {
                let donor = pick(random);
                let piece = random.choice(&donor).expect("a seed has tokens").clone();
                statement[at] = piece;
            }
        }
    }
    statement.concat()
}

fn parameters() -> Parameters {
    let values = [
        Value::from(1),
        Value::from("a"),
        Value::list(vec![Value::from(1)]),
    ];
    let names = [
        "p", "x", "list", "name", "url", "a", "n", "props", "map", "1",
    ];
    names
        .into_iter()
        .enumerate()
        .map(|(place, name)| (name, values[place % values.len()].clone()))
        .collect()
}

/// What is wrong with how a statement ended.
fn problem(statement: &str, graph: &Snapshot) -> Option<String> {
    let database = Database::from_snapshot(graph.clone());
    database.set_file_access(FileAccess::Nothing);
    let mut session = database.session();
    *session.limits_mut() = Limits {
        memory: 8 << 20,
        time: Some(Duration::from_millis(200)),
        ..Limits::default()
    };
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let result = session.query(statement, parameters());
        result
            .map(|result| result.to_values().len())
            .map_err(|error| (error.kind(), error.to_string()))
    }));
    match outcome {
        Err(_) => Some("it panicked".to_owned()),
        Ok(Err((ErrorKind::InternalError, message))) => Some(message),
        Ok(_) => None,
    }
}

#[test]
fn changed_statements_end_well() {
    let number = |name: &str, default: u64| {
        let text = std::env::var(name).ok();
        text.map_or(default, |text| text.parse().expect("a number"))
    };
    let time = Duration::from_secs(number("RIHLA_FUZZ_SECONDS", 3));
    let mut random = fastrand::Rng::with_seed(number("RIHLA_FUZZ_SEED", 1));
    let seeds = seeds();
    let database = Database::in_memory();
    database
        .session()
        .query(GRAPH, ())
        .expect("the graph is made");
    let graph = database.snapshot().expect("in memory");
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("statement.cypher");
    let (running, watched) = mpsc::channel::<String>();
    let watch = std::thread::spawn(move || {
        let mut statement = String::new();
        loop {
            match watched.recv_timeout(HANG) {
                Ok(next) => statement = next,
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    eprintln!("hangs for {HANG:?}: {statement}");
                    std::process::exit(1);
                }
            }
        }
    });
    let start = Instant::now();
    let mut cases = 0_u64;
    let mut problems = Vec::new();
    while start.elapsed() < time && problems.len() < 20 {
        let statement = mutated(&seeds, &mut random);
        std::fs::write(&kept, &statement).expect("the statement can be kept");
        running.send(statement.clone()).expect("the watch runs");
        let before = Instant::now();
        if let Some(problem) = problem(&statement, &graph) {
            problems.push(format!("{problem}\n    {statement}"));
        }
        if before.elapsed() > Duration::from_secs(2) {
            problems.push(format!("took {:?}\n    {statement}", before.elapsed()));
        }
        cases += 1;
    }
    drop(running);
    watch.join().expect("the watch ends");
    println!("{cases} statements");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
