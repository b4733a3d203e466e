//! Statements that would fill the memory or run for ever: under a limit of memory, of time, and
//! at an interrupt, each ends in a clear error, soon.

use std::time::{Duration, Instant};

use rihla::graph::Snapshot;
use rihla::{Database, ErrorDetail, Limits, Session};

/// Thirty nodes, each connected with each, and a hundred that are not.
const DENSE: &str = "UNWIND range(1, 30) AS i CREATE (:N {i: i}) WITH count(*) AS c
    MATCH (a:N), (b:N) CREATE (a)-[:R]->(b) WITH count(*) AS d UNWIND range(1, 100) AS i CREATE (:M {i: i})";

/// What grows without bound while it is kept.
const GREEDY: &[&str] = &[
    "RETURN range(0, 1000000000000000000)",
    "UNWIND range(1, 10000000) AS i RETURN collect(i)",
    "UNWIND range(1, 10000) AS i UNWIND range(1, 10000) AS j RETURN collect(toString(i) + j)",
    "UNWIND range(1, 10000) AS i UNWIND range(1, 10000) AS j RETURN i, j",
    "UNWIND range(1, 10000) AS i UNWIND range(1, 10000) AS j RETURN DISTINCT i * 10000 + j",
    "UNWIND range(1, 10000) AS i UNWIND range(1, 10000) AS j RETURN i, j ORDER BY j",
    "UNWIND range(1, 10000) AS i UNWIND range(1, 10000) AS j RETURN i * 10000 + j, count(*)",
    "UNWIND range(1, 10000) AS i UNWIND range(1, 10000) AS j RETURN count(DISTINCT i * 10000 + j)",
    "UNWIND range(1, 10000) AS i UNWIND range(1, 10000) AS j RETURN percentileDisc(i + j, 0.5)",
    "UNWIND range(1, 10000) AS i UNWIND range(1, 10000) AS j CREATE (:N {i: i, j: j})",
    "UNWIND range(1, 10000) AS i UNWIND range(1, 10000) AS j RETURN i * 10000 + j AS i UNION RETURN 1 AS i",
    "FOREACH (i IN range(1, 10000) | FOREACH (j IN range(1, 10000) | CREATE (:N {i: i, j: j})))",
    "MATCH (n:N) FOREACH (i IN range(1, 100000) | SET n.x = i)",
    "MATCH (a), (b), (c), (d) RETURN a, b, c, d",
    "MATCH (a)-->(b)-->(c)-->(d)-->(e)-->(f) RETURN a, b, c, d, e, f",
    "RETURN COLLECT { MATCH (a), (b), (c), (d) RETURN a }",
    "RETURN [(a)-->(b)-->(c)-->(d)-->(e) | a]",
    "RETURN [(a)-[*]->(b) | a]",
    "MATCH p = (a:N)-[*]->(b:N) RETURN p",
    "MATCH (a:N {i: 1}) ((x)-[:R]->(y))+ (b:N) RETURN count(*)",
    "MATCH p = SHORTEST 10000000 (a:N {i: 1})-[:R]->+(b:N {i: 2}) RETURN count(p)",
    "RETURN reduce(s = 'a', i IN range(1, 60) | s + s)",
    "RETURN reduce(s = [1], i IN range(1, 60) | s + s)",
    "RETURN size(reduce(s = [1], i IN range(1, 60) | [s, s]))",
    "RETURN size(reduce(s = [1], i IN range(1, 60) | [x IN [1, 2, 3] | s]))",
    "RETURN reduce(s = {a: 1}, i IN range(1, 60) | {a: s, b: s}) = 1",
    "RETURN [i IN range(1, 10000) | range(1, 10000)]",
    "RETURN [i IN range(1, 10000) | [j IN range(1, 10000) | i + j]]",
    "WITH range(1, 100000) AS l RETURN size([a IN l | l])",
    "RETURN replace(reduce(s = 'a', i IN range(1, 20) | s + s), 'a', reduce(s = 'a', i IN range(1, 20) | s + s))",
    "RETURN split(reduce(s = 'a', i IN range(1, 23) | s + s), '')",
    "RETURN normalize(reduce(s = '\\uFDFA', i IN range(1, 22) | s + s), NFKC)",
    "WITH reduce(s = 'a', i IN range(1, 20) | s + s) AS s UNWIND range(1, 100000) AS i RETURN collect(s + i)",
];

/// What takes little memory and no end of time.
const LONG: &[&str] = &[
    "FOREACH (i IN range(1, 10000) | FOREACH (j IN range(1, 10000) | MERGE (:N {k: i * 10000 + j})))",
    "MATCH (a), (b), (c), (d), (e) RETURN count(a.i + b.i + c.i + d.i + e.i)",
    "MATCH (a:N) WHERE (a)-[*20]->(:M) RETURN count(*)",
    "MATCH (a:N)-[*15]->(b:M) RETURN a",
    "UNWIND range(1, 100000) AS i UNWIND range(1, 100000) AS j WITH i + j AS k WHERE k < 0 RETURN k",
    "UNWIND range(1, 100000) AS i CALL (i) { UNWIND range(1, 100000) AS j
        CALL (j) { UNWIND range(1, 1000) AS k RETURN count(k) AS c } RETURN sum(c) AS d } RETURN sum(d)",
    "RETURN reduce(s = 0, i IN range(1, 1000000) | s + reduce(t = 0, j IN range(1, 1000) | t + j))",
    "UNWIND range(1, 100000) AS i WITH i WHERE EXISTS { UNWIND range(1, 100000) AS j WITH j WHERE j < 0 RETURN j } RETURN i",
    "UNWIND range(1, 1000) AS i UNWIND range(1, 1000) AS j UNWIND range(1, 1000) AS k RETURN max(toString(i) + j + k)",
    "WITH reduce(s = 'a', i IN range(1, 20) | s + s) AS s UNWIND range(1, 1000000) AS i WITH s =~ '(a?){200}(a){200}b' AS m WHERE m RETURN m",
    "MATCH p = SHORTEST 1 (a:N {i: 1})-[:R*2..]->(b:M {i: 1}) RETURN p",
];

fn graph() -> Snapshot {
    let database = Database::in_memory();
    database.session().query(DENSE, ()).expect("it is made");
    database.snapshot().expect("a snapshot")
}

fn session(graph: &Snapshot, memory: usize, time: Option<Duration>) -> Session {
    let mut session = Database::from_snapshot(graph.clone()).session();
    *session.limits_mut() = Limits { memory, time };
    session
}

fn detail(session: &Session, query: &str) -> ErrorDetail {
    match session.query(query, ()) {
        Ok(_) => panic!("{query} must end in an error"),
        Err(error) => error.detail(),
    }
}

#[test]
fn a_limit_of_memory_ends_what_is_greedy() {
    let graph = graph();
    let session = session(&graph, 16 << 20, Some(Duration::from_secs(60)));
    for query in GREEDY {
        assert_eq!(detail(&session, query), ErrorDetail::OutOfMemory, "{query}");
    }
}

#[test]
fn a_limit_of_time_ends_what_takes_long() {
    let graph = graph();
    let limit = Duration::from_millis(100);
    let session = session(&graph, 256 << 20, Some(limit));
    for query in LONG {
        let start = Instant::now();
        let detail = detail(&session, query);
        assert_eq!(detail, ErrorDetail::TimeLimitReached, "{query}");
        // Far above the 100 ms that are promised: the test may run beside others.
        let late = start.elapsed().saturating_sub(limit);
        assert!(late < Duration::from_secs(2), "{query}: {late:?} late");
    }
}

#[test]
fn an_interrupt_ends_everything() {
    let graph = graph();
    let mut slowest = (Duration::ZERO, "");
    for query in GREEDY.iter().chain(LONG) {
        let session = session(&graph, 1 << 30, None);
        let interrupt = session.interrupt_handle();
        let (late, result) = std::thread::scope(|scope| {
            let running = scope.spawn(|| (session.query(query, ()).map(|_| ()), Instant::now()));
            std::thread::sleep(Duration::from_millis(50));
            let asked = Instant::now();
            interrupt.set();
            let (result, ended) = running.join().expect("it does not panic");
            (ended.saturating_duration_since(asked), result)
        });
        let error = result.expect_err("no statement of these ends well");
        let is_limit = [ErrorDetail::Interrupted, ErrorDetail::OutOfMemory];
        assert!(is_limit.contains(&error.detail()), "{query}: {error}");
        slowest = slowest.max((late, query));
        if std::env::var_os("RIHLA_SHOW_LATENESS").is_some() && late > Duration::from_millis(20) {
            println!("{late:?} {query}");
        }
    }
    assert!(slowest.0 < Duration::from_secs(2), "{slowest:?}");
}
