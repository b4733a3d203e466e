//! Processes that are killed while they write: what they acknowledged is there.
//! `RIHLA_KILL_ROUNDS` says how often.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use rihla::{Database, Session};
use serde_json::json;

fn pipe(path: &std::path::Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_rihla"))
        .arg("pipe")
        .arg(path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts")
}

fn number(session: &Session, query: &str) -> i64 {
    let result = session.query(query, ()).expect(query);
    result
        .rows()
        .next()
        .expect("a row")
        .get("n")
        .expect("a number")
}

#[test]
fn a_killed_writer_loses_nothing_that_it_acknowledged() {
    let rounds = std::env::var("RIHLA_KILL_ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok());
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("graph.rihla");
    let mut next = 1;
    for round in 0..rounds.unwrap_or(5) {
        let mut child = pipe(&path);
        let mut requests = child.stdin.take().expect("a pipe");
        let answers = BufReader::new(child.stdout.take().expect("a pipe"));
        let acknowledged = AtomicI64::new(next - 1);
        let wait = Duration::from_micros(fastrand::u64(2_000..150_000));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                // One statement after the other, without waiting for its answer.
                for number in next.. {
                    let query = "MERGE (c:Counter) SET c.n = $n
                                 CREATE (:Item {n: $n, text: $t})-[:OF]->(:Box {n: $n})";
                    let text = "x".repeat(fastrand::usize(..2000));
                    let request =
                        json!({"op": "run", "query": query, "params": {"n": number, "t": text}});
                    if writeln!(requests, "{request}").is_err() {
                        return;
                    }
                }
            });
            scope.spawn(|| {
                for line in answers.lines() {
                    match line {
                        Ok(line) if line.contains("\"stats\"") => {
                            acknowledged.fetch_add(1, Ordering::SeqCst);
                        }
                        Ok(line) if line.contains("error") => panic!("{line}"),
                        _ => return,
                    }
                }
            });
            std::thread::sleep(wait);
            child.kill().expect("it is killed");
            child.wait().expect("it ended");
        });
        let acknowledged = acknowledged.into_inner();
        let session = Database::open(&path).expect("it opens").session();
        let last = number(
            &session,
            "OPTIONAL MATCH (c:Counter) RETURN coalesce(c.n, 0) AS n",
        );
        // What was not acknowledged any more may be there: the answer was under way.
        assert!(
            last >= acknowledged,
            "round {round}: {last} of {acknowledged}"
        );
        let whole = "MATCH (i:Item)-[:OF]->(b:Box) WHERE i.n = b.n RETURN count(*) AS n";
        assert_eq!(number(&session, whole), last, "round {round}");
        assert_eq!(
            number(&session, "MATCH (i:Item) RETURN count(DISTINCT i.n) AS n"),
            last
        );
        assert_eq!(
            number(&session, "MATCH (n) RETURN count(n) AS n"),
            2 * last + last.min(1)
        );
        next = last + 1;
    }
}
