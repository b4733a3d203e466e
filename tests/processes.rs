//! Several processes on one database: writers that take turns, readers that never wait, some of them
//! killed.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rihla::Database;
use rihla::storage::OpenOptions;
use serde_json::{Value as Json, json};

struct Process {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Process {
    fn start(path: &Path) -> Process {
        let mut child = Command::new(env!("CARGO_BIN_EXE_rihla"))
            .arg("pipe")
            .arg(path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let (requests, answers) = (child.stdin.take(), child.stdout.take());
        Process {
            child,
            requests: requests.expect("a pipe"),
            answers: BufReader::new(answers.expect("a pipe")),
        }
    }

    fn send(&mut self, request: Json) {
        writeln!(self.requests, "{request}").expect("it listens");
    }

    fn ask(&mut self, request: Json) -> Json {
        self.send(request);
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("it answers");
        serde_json::from_str(&line).expect("JSON")
    }

    fn run(&mut self, query: &str) -> Json {
        let answer = self.ask(json!({"op": "run", "query": query}));
        assert!(answer.get("error").is_none(), "{answer}");
        answer["rows"].clone()
    }

    fn kill(mut self) {
        self.child.kill().expect("it is killed");
        self.child.wait().expect("it ended");
    }
}

#[test]
fn processes_see_each_others_commits_and_a_dead_one_leaves_no_lock() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("graph.rihla");
    let mut processes: Vec<Process> = (0..3).map(|_| Process::start(&path)).collect();
    for step in 0..60 {
        let turn = step % processes.len();
        processes[turn].run("CREATE (:A)-[:R]->(:B)");
        for process in &mut processes {
            let found = process.run("MATCH (:A)-[:R]->(:B) RETURN count(*)");
            assert_eq!(found, json!([[step + 1]]));
        }
        if step % 10 == 9 {
            // It dies with the turn, in the middle of a transaction.
            let mut dying = processes.swap_remove(turn);
            dying.ask(json!({"op": "begin"}));
            dying.run("CREATE (:Never)");
            dying.kill();
            processes.push(Process::start(&path));
        }
    }
    assert_eq!(
        processes[0].run("MATCH (n:Never) RETURN count(n)"),
        json!([[0]])
    );
    drop(processes);
}

/// Readers, a writer and checkpoints for as long as `RIHLA_MIXED_SECONDS` says: every reader sees a
/// whole state, the file and the log stay bounded.
#[test]
fn readers_writer_and_checkpoints_go_on_together() {
    let seconds = std::env::var("RIHLA_MIXED_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok());
    let end = Instant::now() + Duration::from_secs(seconds.unwrap_or(3));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("graph.rihla");
    let options = || OpenOptions {
        checkpoint_at: 200_000,
        cache: 1 << 20,
        ..OpenOptions::default()
    };
    let database = Database::open_with(&path, options()).expect("it opens");
    let fill =
        "UNWIND range(1, 2000) AS i CREATE (:Account {id: i, amount: 100, note: toString(i)})";
    database.session().query(fill, ()).expect("it fills");
    let length = || std::fs::metadata(&path).map_or(0, |data| data.len());
    let first = length();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let database = Database::open_with(&path, options()).expect("it opens");
                let session = database.session();
                while Instant::now() < end {
                    let sum = "MATCH (a:Account) RETURN sum(a.amount) AS sum, count(a) AS n";
                    let result = session.query(sum, ()).expect("a sum");
                    let row = result.rows().next().expect("a row");
                    assert_eq!(row.get::<i64>("sum").expect("sum"), 200_000);
                    assert_eq!(row.get::<i64>("n").expect("n"), 2000);
                }
            });
        }
        let session = database.session();
        let mut random = fastrand::Rng::with_seed(1);
        while Instant::now() < end {
            let (one, two) = (random.i64(1..=2000), random.i64(1..=2000));
            let give =
                "MATCH (a:Account) WHERE a.id = $one SET a.amount = a.amount - 1, a.note = $note";
            let take = "MATCH (a:Account) WHERE a.id = $two SET a.amount = a.amount + 1";
            session.query("BEGIN WRITE", ()).expect("a turn");
            let note = rihla::Value::from("n".repeat(random.usize(0..400)));
            let parameters = [("one", rihla::Value::from(one)), ("note", note)];
            session.query(give, parameters).expect("it gives");
            session.query(take, [("two", two)]).expect("it takes");
            session.query("COMMIT", ()).expect("it commits");
        }
    });
    let log = std::fs::metadata(folder.path().join("graph.rihla-log")).map_or(0, |data| data.len());
    assert!(log < 3 << 20, "the log has {log} bytes");
    let last = length();
    assert!(
        last < first * 4 + (4 << 20),
        "the file grew from {first} to {last} bytes"
    );
}

/// A database that is opened while another handle writes is never called damaged or unfinished.
#[test]
fn a_database_opens_while_another_writes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("graph.rihla");
    let database = Database::open(&path).expect("it opens");
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let session = database.session();
            let mut random = fastrand::Rng::with_seed(1);
            while !stop.load(Ordering::Relaxed) {
                let text = rihla::Value::from("x".repeat(random.usize(0..3_000)));
                let create = "CREATE (:Note {text: $text})";
                session.query(create, [("text", text)]).expect("it commits");
            }
        });
        let opened: Vec<String> = (0..150)
            .map(|_| match Database::open(&path) {
                Ok(database) => database.note().unwrap_or_default(),
                Err(error) => error.to_string(),
            })
            .collect();
        stop.store(true, Ordering::Relaxed);
        assert_eq!(opened.concat(), "");
    });
}
