//! DuckDB as the judge, through its Python package: tables of nodes and relationships, queries in SQL.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value as Json, json};

/// Reads a request a line, answers each in a line. A query that takes too long is given up.
const SCRIPT: &str = r#"
import json, sys, threading
import duckdb
connection = duckdb.connect()
connection.execute("SET threads = 1; SET memory_limit = '1GB'; SET enable_progress_bar = false; SET temp_directory = ''")
connection.execute("""
CREATE TABLE node(id BIGINT, number BIGINT, text VARCHAR, flag BOOLEAN, real DOUBLE,
                  is_a BOOLEAN, is_b BOOLEAN, is_c BOOLEAN);
CREATE TABLE edge(id BIGINT, source BIGINT, target BIGINT, type VARCHAR, weight BIGINT, since VARCHAR);
""")
for line in sys.stdin:
    request = json.loads(line)
    timer = threading.Timer(5, connection.interrupt)
    timer.start()
    try:
        if "sql" in request:
            rows = connection.execute(request["sql"]).fetchall()
            answer = {"rows": rows}
        else:
            for table in ("node", "edge"):
                connection.execute("DELETE FROM " + table)
                if request[table]:
                    connection.execute("INSERT INTO " + table + " VALUES " + request[table])
            answer = {"rows": []}
    except Exception as error:
        answer = {"error": str(error)}
    finally:
        timer.cancel()
    print(json.dumps(answer), flush=True)
"#;

/// A running DuckDB.
pub struct DuckDb {
    process: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl DuckDb {
    /// Starts it, where Python and the package are installed.
    pub fn start() -> Option<Self> {
        let has_package = Command::new("python3")
            .args(["-c", "import duckdb"])
            .stderr(Stdio::null())
            .status();
        if !has_package.is_ok_and(|status| status.success()) {
            return None;
        }
        let mut process = Command::new("python3")
            .args(["-c", SCRIPT])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let requests = process.stdin.take()?;
        let answers = BufReader::new(process.stdout.take()?);
        Some(DuckDb {
            process,
            requests,
            answers,
        })
    }

    /// Replaces the graph by rows as SQL writes them.
    pub fn fill(&mut self, nodes: &[String], edges: &[String]) {
        let answer = self.ask(&json!({"node": nodes.join(", "), "edge": edges.join(", ")}));
        answer.expect("the tables are filled");
    }

    /// The rows of a query; the message where it fails.
    pub fn query(&mut self, sql: &str) -> Result<Vec<Vec<Json>>, String> {
        self.ask(&json!({"sql": sql}))
    }

    fn ask(&mut self, request: &Json) -> Result<Vec<Vec<Json>>, String> {
        writeln!(self.requests, "{request}").expect("DuckDB listens");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("DuckDB answers");
        let answer: Json = serde_json::from_str(&line).expect("its answer is JSON");
        match answer["rows"].as_array() {
            Some(rows) => Ok(rows
                .iter()
                .map(|row| row.as_array().expect("a row is a list").clone())
                .collect()),
            None => Err(answer["error"].to_string()),
        }
    }
}

impl Drop for DuckDb {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
