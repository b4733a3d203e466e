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
    "RETURN [(a)-[r*]->(b) | r]",
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
    "RETURN reduce(s = 'a', i IN range(1, 60) | s || s)",
    "RETURN [h IN range(1, 10000) | [i IN range(1, 1000) | {i: i, j: [i]}]]",
    "MATCH (n:N) RETURN [i IN range(1, 100000) | n {.*, i: i}]",
    "MATCH (n:N) UNWIND range(1, 10000) AS h UNWIND range(1, 10000) AS i RETURN n {.*, i: i}",
    "UNWIND range(1, 10000) AS h UNWIND range(1, 10000) AS j WITH h * 10000 + j AS i RETURN percentileCont(i, 0.5)",
    "UNWIND range(1, 10000) AS h UNWIND range(1, 10000) AS j WITH h * 10000 + j AS i RETURN collect(DISTINCT i)",
    "UNWIND range(1, 10000) AS h UNWIND range(1, 10000) AS j WITH h * 10000 + j AS i WITH i % 1000000 AS k, collect(i) AS l RETURN size(l)",
    "UNWIND range(1, 10000) AS h UNWIND range(1, 10000) AS j WITH h * 10000 + j AS i RETURN i UNION ALL RETURN 1 AS i",
    "UNWIND range(1, 10000) AS h UNWIND range(1, 10000) AS j WITH h * 10000 + j AS i MATCH (n:N {i: i % 30}) RETURN n, i",
    "UNWIND range(1, 10000) AS h UNWIND range(1, 10000) AS j WITH h * 10000 + j AS i WITH collect({i: i}) AS l MATCH (n:N) UNWIND l AS e WITH n, e WHERE n.i = e.i RETURN n, e",
    "CALL { UNWIND range(1, 10000) AS h UNWIND range(1, 10000) AS j WITH h * 10000 + j AS i RETURN i } RETURN i",
    "UNWIND range(1, 10000) AS i CALL (i) { UNWIND range(1, 10000) AS j RETURN j } RETURN i, j",
    "UNWIND range(1, 100) AS i RETURN COLLECT { UNWIND range(1, 10000) AS j UNWIND range(1, 10000) AS k RETURN j + k + i }",
    "UNWIND range(1, 10000) AS h UNWIND range(1, 10000) AS j WITH h * 10000 + j AS i CREATE (:N)-[:R {i: i}]->(:N)",
    "MATCH (n:N) SET n.l = range(1, 300000)",
    "MATCH p = (a:N {i: 1}) ((x)-[:R]->(y)-[:R]->(z))+ (b:N) RETURN p",
    "MATCH ALL SHORTEST (a:N {i: 1})-[:R]->{6}(b)-[:R]->+(c:N {i: 2}) RETURN count(*)",
    "MATCH p = allShortestPaths((a:N {i: 1})-[:R*..5]->(b:M)) , q = (c:N)-[*]->() RETURN p, q",
    "RETURN toString(reduce(s = 'a', i IN range(1, 40) | s + s))",
    "RETURN toUpper(reduce(s = 'ŉ', i IN range(1, 40) | s + s))",
    "RETURN range(1, 100000000)[0..90000000]",
    "RETURN tail(range(1, 1000000000))",
    "RETURN reverse(range(1, 1000000000))",
];

/// What takes little memory and no end of time.
const LONG: &[&str] = &[
    "FOREACH (i IN range(1, 10000) | FOREACH (j IN range(1, 10000) | MERGE (:N {k: i * 10000 + j})))",
    "MATCH (a), (b), (c), (d), (e) RETURN count(a.i + b.i + c.i + d.i + e.i)",
    "MATCH (a:N) WHERE (a)-[*20]->(:M) RETURN count(*)",
    "MATCH (a:N)-[*15]->(b:N) WHERE a.i + b.i < 0 RETURN a",
    "UNWIND range(1, 100000) AS i UNWIND range(1, 100000) AS j WITH i + j AS k WHERE k < 0 RETURN k",
    "UNWIND range(1, 100000) AS i CALL (i) { UNWIND range(1, 100000) AS j
        CALL (j) { UNWIND range(1, 1000) AS k RETURN count(k) AS c } RETURN sum(c) AS d } RETURN sum(d)",
    "RETURN reduce(s = 0, i IN range(1, 1000000) | s + reduce(t = 0, j IN range(1, 1000) | t + j))",
    "UNWIND range(1, 100000) AS i WITH i WHERE EXISTS { UNWIND range(1, 100000) AS j WITH j WHERE j < 0 RETURN j } RETURN i",
    "UNWIND range(1, 1000) AS i UNWIND range(1, 1000) AS j UNWIND range(1, 1000) AS k RETURN max(toString(i) + j + k)",
    "WITH reduce(s = 'a', i IN range(1, 20) | s + s) AS s UNWIND range(1, 1000000) AS i WITH s =~ '(a?){200}(a){200}b' AS m WHERE m RETURN m",
    "MATCH p = SHORTEST 1 (a:N {i: 1})-[:R*2..]->(b:M {i: 1}) RETURN p",
    "UNWIND range(1, 100000) AS h UNWIND range(1, 100000) AS i RETURN count(i)",
    "UNWIND range(1, 100000) AS h UNWIND range(1, 100000) AS i RETURN sum(i % 7), min(i), stDev(i)",
    "UNWIND range(1, 100000) AS h UNWIND range(1, 100000) AS i WITH DISTINCT i % 10 AS k RETURN k",
    "UNWIND range(1, 100000) AS h UNWIND range(1, 100000) AS i WITH i % 10 AS k, count(*) AS c RETURN k, c",
    "UNWIND range(1, 100000) AS h UNWIND range(1, 100000) AS i WITH i ORDER BY i DESC LIMIT 5 RETURN i",
    "UNWIND range(1, 100000) AS h UNWIND range(1, 100000) AS i WITH i SKIP 9999999999 RETURN i",
    "UNWIND range(1, 100000) AS h UNWIND range(1, 100000) AS i RETURN i % 2 AS k UNION RETURN 3 AS k",
    "RETURN all(x IN range(1, 1000000) WHERE none(y IN range(1, 1000) WHERE x + y < 0))",
    "RETURN size([x IN range(1, 1000000) WHERE single(y IN range(1, 1000) WHERE x = y) AND x < 0])",
    "UNWIND range(1, 100000) AS h UNWIND range(1, 100000) AS i WITH i WHERE COUNT { (:N {i: i})-->() } < 0 RETURN i",
    "MATCH (a:N), (b:N), (c:N), (d:N), (e:N), (f:N) WHERE a.i + b.i + c.i + d.i + e.i + f.i < 0 RETURN a",
    "MATCH (a:N {i: 1}) ((x)-[:R]->(y) WHERE x.i < y.i)+ (b:N {i: 30}) RETURN count(*)",
    "MATCH SHORTEST 2 ((a:N {i: 1})-[r:R]->+(b)-[:R]->(c:N {i: 2}) WHERE size(r) < 0) RETURN c",
    // Intersections of neighbours, searches in breadth, lookups, joins, orders that are cut.
    "MATCH (a:N)-->(b)-->(c)-->(a), (a)-->(d), (b)-->(d), (c)-->(d), (a)-->(e), (b)-->(e), (c)-->(e), (d)-->(e)
        WHERE a.i + b.i + c.i + d.i + e.i < 0 RETURN a",
    "UNWIND range(1, 100000) AS h MATCH (a:N)-[:R*1..]->(b) WITH DISTINCT h, b WHERE b.i < 0 RETURN h",
    "UNWIND range(1, 100000) AS h UNWIND range(1, 100000) AS i MATCH (m:M {i: i % 100}) RETURN count(m.i + h)",
    "UNWIND range(1, 100000) AS h UNWIND range(1, 100000) AS i MATCH (n:N) WHERE n.i = i RETURN count(n.i + h)",
    "UNWIND range(1, 1000000000) AS i WITH i WHERE i < 0 RETURN i",
    "UNWIND range(1, 100000) AS h UNWIND range(1, 100000) AS i MATCH (a:N {i: 1})-[r]->(b:N {i: 2}) WITH h, i, r
        MATCH (x)-[r]->(y) RETURN count(x.i + h + i)",
    "UNWIND range(1, 100000) AS h MATCH (a:N), (b:N), (c:N) RETURN a.i AS a ORDER BY h + b.i + c.i LIMIT 3",
    "UNWIND range(1, 100000) AS h MATCH (a:N) OPTIONAL MATCH (a)-->(b)-->(c) WHERE b.i + c.i < h - 100000 RETURN count(c.i)",
    "WITH reduce(s = '', i IN range(1, 25) | s + 'a?') AS q, reduce(s = '', i IN range(1, 20) | s + 'aaaaaaaa') AS a
        UNWIND range(1, 100000) AS h UNWIND range(1, 100000) AS i WITH a, i WHERE a =~ '(a+)+b' RETURN i",
];

/// Statements that are deep or long in another place each: how they begin, what is repeated, how
/// they end.
const EXTENDED: &[(&str, &str, &str)] = &[
    ("RETURN 1", " + 1", " AS x"),
    ("RETURN true", " AND true", " AS x"),
    ("RETURN 1", " < 1", " AS x"),
    ("RETURN 'a'", " || 'a'", " AS x"),
    ("RETURN [1", ", 1", "] AS x"),
    ("RETURN {a: 1", ", b: [2]", "} AS x"),
    ("RETURN coalesce(1", ", 1", ") AS x"),
    ("RETURN CASE 1 WHEN 0 THEN 0", " WHEN 2 THEN 3", " END AS x"),
    ("WITH {} AS a RETURN a", ".a", " AS x"),
    ("WITH [[]] AS a RETURN a", "[0]", " AS x"),
    ("RETURN 1 AS x", " UNION RETURN 1 AS x", ""),
    ("WITH 1 AS x", " WITH x", " RETURN x"),
    ("UNWIND [1] AS x", " WITH x + 1 AS x", " RETURN x"),
    ("MATCH (a)", "-->()", " RETURN count(*) AS x"),
    ("MATCH (a)", ", (a)-->()", " RETURN count(*) AS x"),
    ("MATCH (a)", " MATCH (a)-->()", " RETURN count(*) AS x"),
    (
        "MATCH (a)",
        " OPTIONAL MATCH (a)-->()",
        " RETURN count(*) AS x",
    ),
    ("MATCH (a:N", ":N", ") RETURN count(*) AS x"),
    ("MATCH (a:N", "&!M", ") RETURN count(*) AS x"),
    (
        "MATCH (a) WHERE a.x = 1",
        " OR a.x = 1",
        " RETURN count(*) AS x",
    ),
    (
        "MATCH (a) WHERE a.x = 1",
        " AND a.y = 2",
        " RETURN count(*) AS x",
    ),
    (
        "MATCH (a) WHERE (a)-->()",
        " AND EXISTS { (a)-->() }",
        " RETURN count(*) AS x",
    ),
    (
        "MATCH SHORTEST 1 (a:Nope)",
        "-[:R]->()",
        " RETURN count(*) AS x",
    ),
    ("CREATE (a)", ", (:Q)", " RETURN 1 AS x"),
    ("CREATE (a)", "-[:Q]->()", " RETURN 1 AS x"),
    ("CREATE (a)", " SET a.x = 1", " RETURN 1 AS x"),
    ("CREATE (a) SET a.x = 1", ", a.x = 1", " RETURN 1 AS x"),
    ("WITH 1 AS x", " CALL { CREATE (:Q) }", " RETURN x"),
    ("RETURN 1 AS x ORDER BY x", ", x", ""),
    ("RETURN count(*)", " + count(*)", " AS x"),
];

/// Statements that nest: how they open, what is innermost, how they close.
const NESTED: &[(&str, &str, &str)] = &[
    ("CALL { ", "RETURN 1 AS x", " } RETURN x"),
    ("RETURN COLLECT { ", "RETURN 1 AS x", " } AS x"),
    ("MATCH (a) WHERE EXISTS { ", "MATCH (b)", " } RETURN a"),
    (
        "MATCH (a) WHERE EXISTS { ",
        "MATCH (b) RETURN b",
        " } RETURN a",
    ),
    ("FOREACH (x IN [1] | ", "CREATE (:Q)", ")"),
    ("RETURN [x IN ", "[1]", "] AS x"),
    ("RETURN reduce(a = 0, x IN [1] | ", "1", ") AS x"),
    ("RETURN [", "1", "] AS x"),
    ("RETURN {a: ", "1", "} AS x"),
    ("RETURN CASE WHEN true THEN ", "1", " END AS x"),
    ("RETURN toString(", "1", ") AS x"),
    ("RETURN NOT (", "true", ") AS x"),
    ("RETURN size([(a)-->(b) WHERE ", "true", " | 1]) > 0 AS x"),
];

fn graph() -> Snapshot {
    let database = Database::in_memory();
    let session = database.session();
    for statement in [DENSE, "CREATE INDEX FOR (m:M) ON (m.i)"] {
        session.query(statement, ()).expect("it is made");
    }
    database.snapshot().expect("a snapshot")
}

fn session(graph: &Snapshot, memory: usize, time: Option<Duration>) -> Session {
    let mut session = Database::from_snapshot(graph.clone()).session();
    *session.limits_mut() = Limits {
        memory,
        time,
        ..Limits::default()
    };
    session
}

/// The error in which a statement ends; the graph is as it was.
fn detail(session: &Session, query: &str) -> ErrorDetail {
    let size = || {
        let graph = session.snapshot().expect("in memory");
        (graph.node_count(), graph.relationship_count())
    };
    let before = size();
    match session.query(query, ()) {
        Ok(_) => panic!("{query} must end in an error"),
        Err(error) => {
            assert_eq!(size(), before, "{query}");
            error.detail()
        }
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
        let Err(error) = result else {
            panic!("{query} must end in an error");
        };
        let is_limit = [ErrorDetail::Interrupted, ErrorDetail::OutOfMemory];
        assert!(is_limit.contains(&error.detail()), "{query}: {error}");
        slowest = slowest.max((late, query));
        if std::env::var_os("RIHLA_SHOW_LATENESS").is_some() && late > Duration::from_millis(20) {
            println!("{late:?} {query}");
        }
    }
    assert!(slowest.0 < Duration::from_secs(2), "{slowest:?}");
}

/// Runs a statement where the stack is small, as in a thread of a server.
fn runs_on_a_small_stack(graph: &Snapshot, query: String) {
    let graph = graph.clone();
    let thread = std::thread::Builder::new().stack_size(1 << 20);
    let running = thread.spawn(move || {
        let start = Instant::now();
        let session = session(&graph, 64 << 20, Some(Duration::from_secs(2)));
        let outcome = session.query(&query, ()).map(|result| result.to_values());
        let beginning: String = query.chars().take(60).collect();
        if let Err(error) = outcome {
            let expected = [
                ErrorDetail::TooComplex,
                ErrorDetail::TimeLimitReached,
                ErrorDetail::OutOfMemory,
                ErrorDetail::VariableAlreadyBound,
                // Rows that are counted, not listed, are soon too many for a number.
                ErrorDetail::IntegerOverflow,
            ];
            assert!(expected.contains(&error.detail()), "{beginning}: {error}");
        }
        let took = start.elapsed();
        assert!(took < Duration::from_secs(30), "{beginning}: {took:?}");
    });
    let running = running.expect("a thread can be started");
    running.join().expect("it does not panic");
}

#[test]
fn long_statements_end_well() {
    let graph = graph();
    for (begin, link, end) in EXTENDED {
        for times in [1_000, 20_000] {
            runs_on_a_small_stack(&graph, format!("{begin}{}{end}", link.repeat(times)));
        }
    }
}

#[test]
fn deep_statements_end_well() {
    let graph = graph();
    for (open, innermost, close) in NESTED {
        let inside = open.strip_prefix("RETURN ").unwrap_or(open);
        let keeps_clauses = open.contains("COLLECT");
        let (rest, out) = match (keeps_clauses, close.strip_suffix(" AS x")) {
            (false, Some(out)) if open.starts_with("RETURN ") => (inside, out),
            _ => (*open, *close),
        };
        for levels in [60, 200, 3_000] {
            let query = format!(
                "{open}{}{innermost}{}{close}",
                rest.repeat(levels),
                out.repeat(levels)
            );
            runs_on_a_small_stack(&graph, query);
        }
    }
}
