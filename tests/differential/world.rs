//! A random graph in databases that differ in everything but their content, statements that change it,
//! and queries that must have one answer in all of them.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use rihla::optimize::RULES;
use rihla::storage::OpenOptions;
use rihla::{Database, ErrorKind, Session, Value};
use serde_json::Value as Json;

use super::choices::Choices;
use super::duckdb::DuckDb;
use super::generate::{Generator, Query};

/// What the databases with indexes have.
const SCHEMA: &[&str] = &[
    "CREATE INDEX FOR (n:A) ON (n.number)",
    "CREATE INDEX FOR (n:B) ON (n.text)",
    "CREATE INDEX FOR (n:C) ON (n.number, n.flag)",
    "CREATE INDEX FOR ()-[r:R]-() ON (r.weight)",
    "CREATE CONSTRAINT FOR (n:A) REQUIRE n.id IS UNIQUE",
    "CREATE CONSTRAINT FOR (n:A) REQUIRE n.id IS :: INTEGER",
];

const TWO: NonZeroUsize = NonZeroUsize::new(2).expect("two is not zero");

/// The databases.
pub struct World {
    memory: Database,
    indexed: Database,
    stored: Option<Database>,
    path: PathBuf,
    _folder: tempfile::TempDir,
    /// What made the graph.
    pub statements: Vec<String>,
    next_id: u32,
}

/// Two answers that should be one.
#[derive(Debug)]
pub struct Difference {
    /// Where the second was found.
    pub place: String,
    pub expected: Vec<String>,
    pub found: Vec<String>,
}

/// What comes of a query.
#[derive(Debug, PartialEq)]
enum Outcome {
    Rows(Vec<String>),
    /// It takes too long, or too much.
    TooLarge,
}

/// How a comparison ends.
#[derive(Debug)]
pub enum Verdict {
    Same,
    /// All agree that it is an error.
    Refused(String),
    /// Somebody gave up.
    Unknown(String),
    Different(Difference),
}

impl World {
    /// The graph that some decisions make.
    pub fn new(choices: &mut Choices) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("graph.rihla");
        let mut world = World {
            memory: Database::in_memory(),
            indexed: Database::in_memory(),
            stored: Some(open(&path)),
            path,
            _folder: folder,
            statements: Vec::new(),
            next_id: 100_000,
        };
        let session = world.indexed.session();
        for statement in SCHEMA {
            session.query(statement, ()).expect("the schema is made");
        }
        for statement in graph(choices) {
            let made = world.write(&statement);
            made.expect("the graph is the same everywhere");
        }
        world
    }

    /// Runs a statement on all databases, on one of them without rules.
    pub fn write(&mut self, statement: &str) -> Result<(), Difference> {
        self.statements.push(statement.to_owned());
        let mut plain = self.memory.session();
        set_rules(&mut plain, false);
        let sessions = [
            ("memory, no rules", plain),
            ("indexes", self.indexed.session()),
            ("stored", self.stored().session()),
        ];
        let mut expected: Option<Result<Vec<String>, String>> = None;
        for (place, session) in &sessions {
            let done = session.query(statement, ());
            let found = match done {
                Ok(_) => Ok(facts(session)),
                Err(error) => Err(error.to_string()),
            };
            match &expected {
                None => expected = Some(found),
                Some(expected) if *expected == found => {}
                Some(expected) => {
                    let lines = |outcome: Result<Vec<String>, String>| {
                        outcome.unwrap_or_else(|message| vec![message])
                    };
                    return Err(Difference {
                        place: (*place).to_owned(),
                        expected: lines(expected.clone()),
                        found: lines(found),
                    });
                }
            }
        }
        Ok(())
    }

    /// A random statement that changes the graph the same whatever its plan is.
    pub fn random_write(&mut self, choices: &mut Choices) -> String {
        self.next_id += 1;
        let next = self.next_id;
        let number = choices.below(5);
        let modulus = 2 + choices.below(5);
        let label = choices.pick(&["A", "B", "C"]);
        let form = choices.below(10);
        let mut generator = Generator::with_node(choices, "n");
        let condition = generator.boolean(1).cypher;
        let change = choices.pick(&[
            "n.number = coalesce(n.number, 0) + 1",
            "n.number = null",
            "n.text = 'ab'",
            "n:C",
            "n:A:B",
            "n += {flag: true, real: 1.5}",
            "n.mixed = n.id",
        ]);
        match form {
            0 => format!("CREATE (:{label} {{id: {next}, number: {number}, text: 'new'}})"),
            1 => format!("CREATE (:{label} {{id: {next}}})-[:S {{id: {next}}}]->(:A {{id: {}}})", next + 50_000),
            2 | 3 => format!("MATCH (n) WHERE {condition} SET {change}"),
            4 => format!("MATCH (n:{label}) REMOVE n:{label}, n.text"),
            5 => format!("MATCH (n) WHERE n.id % {modulus} = 1 DETACH DELETE n"),
            6 => format!("MATCH (n)-[r]->(m) WHERE r.id % {modulus} = 0 DELETE r"),
            7 => format!("MATCH (n)-[r:R]->(:{label}) WHERE {condition} SET r.weight = {number}, r.since = 'b'"),
            8 => format!(
                "MATCH (n:{label}), (m) WHERE n.id % {modulus} = 0 AND m.id < 5 AND m.id <> n.id
                 MERGE (n)-[r:T]->(m) ON CREATE SET r.id = {next}000000 + n.id * 10 + m.id ON MATCH SET r.weight = {number}"
            ),
            _ => format!(
                "MERGE (n:{label} {{number: {number}}}) ON CREATE SET n.id = {next} ON MATCH SET n.flag = true"
            ),
        }
    }

    /// Closes the stored database and opens it again.
    pub fn reopen(&mut self) {
        self.stored = None;
        self.stored = Some(open(&self.path));
    }

    fn stored(&self) -> &Database {
        self.stored.as_ref().expect("it is open")
    }

    /// Gives DuckDB the graph.
    pub fn fill(&self, duckdb: &mut DuckDb) {
        let session = self.memory.session();
        let nodes = session
            .query(
                "MATCH (n) RETURN n.id, n.number, n.text, n.flag, n.real, n:A, n:B, n:C",
                (),
            )
            .expect("the nodes");
        let edges = session
            .query(
                "MATCH (a)-[r]->(b) RETURN r.id, a.id, b.id, type(r), r.weight, r.since",
                (),
            )
            .expect("the relationships");
        let rows = |values: Vec<Vec<Value>>| -> Vec<String> {
            let row = |row: &Vec<Value>| {
                let fields: Vec<String> = row.iter().map(in_sql).collect();
                format!("({})", fields.join(", "))
            };
            values.iter().map(row).collect()
        };
        duckdb.fill(&rows(nodes.to_values()), &rows(edges.to_values()));
    }

    /// Whether a query has one answer everywhere.
    pub fn check(&self, query: &Query, duckdb: Option<&mut DuckDb>) -> Verdict {
        let memory = || limited(self.memory.session());
        let expected = answer(&memory(), query);
        if expected == Ok(Outcome::TooLarge) {
            return Verdict::Unknown("too large".to_owned());
        }
        let mut places: Vec<(String, Session)> = Vec::new();
        let mut plain = memory();
        set_rules(&mut plain, false);
        places.push(("no rules".to_owned(), plain));
        let mut threads = memory();
        let limits = threads.limits_mut();
        limits.threads = TWO;
        limits.alone = Duration::ZERO;
        places.push(("2 threads".to_owned(), threads));
        places.push(("indexes".to_owned(), limited(self.indexed.session())));
        places.push(("stored".to_owned(), limited(self.stored().session())));
        for rule in RULES {
            let mut session = memory();
            session.set_rule(rule.name, false);
            places.push((format!("without {}", rule.name), session));
        }
        for (place, session) in places {
            let found = answer(&session, query);
            if found == Ok(Outcome::TooLarge) {
                return Verdict::Unknown(format!("too large {place}"));
            }
            if found != expected {
                return Verdict::Different(Difference {
                    place,
                    expected: lines(expected),
                    found: lines(found),
                });
            }
        }
        let expected = match expected {
            Ok(Outcome::Rows(rows)) => rows,
            Ok(Outcome::TooLarge) => return Verdict::Unknown("too large".to_owned()),
            Err(message) => return Verdict::Refused(message),
        };
        let (Some(sql), Some(duckdb)) = (&query.sql, duckdb) else {
            return Verdict::Same;
        };
        let found = match duckdb.query(sql) {
            Ok(rows) => sorted(rows.iter().map(|row| json_row(row)).collect(), query),
            Err(message) => return Verdict::Unknown(message),
        };
        match found == expected {
            true => Verdict::Same,
            false => Verdict::Different(Difference {
                place: "DuckDB".to_owned(),
                expected: found,
                found: expected,
            }),
        }
    }
}

fn open(path: &std::path::Path) -> Database {
    let options = OpenOptions {
        checkpoint_at: 4_000,
        cache: 100_000,
        survives: rihla::storage::Survives::ProcessEnd,
        ..OpenOptions::default()
    };
    Database::open_with(path, options).expect("it opens")
}

fn limited(mut session: Session) -> Session {
    let limits = session.limits_mut();
    limits.memory = 64 << 20;
    limits.time = Some(Duration::from_secs(2));
    limits.threads = NonZeroUsize::MIN;
    session
}

fn set_rules(session: &mut Session, enabled: bool) {
    for rule in RULES {
        session.set_rule(rule.name, enabled);
    }
}

/// The rows of a query, sorted unless they are in order; the message of an error.
fn answer(session: &Session, query: &Query) -> Result<Outcome, String> {
    match session.query(&query.cypher, ()) {
        Ok(result) => {
            let rows = result.to_values();
            let rows = rows.iter().map(|row| row_text(row)).collect();
            Ok(Outcome::Rows(sorted(rows, query)))
        }
        Err(error) if error.kind() == ErrorKind::ResourceError => Ok(Outcome::TooLarge),
        Err(error) => Err(error.to_string()),
    }
}

fn lines(outcome: Result<Outcome, String>) -> Vec<String> {
    match outcome {
        Ok(Outcome::Rows(rows)) => rows,
        Ok(Outcome::TooLarge) => vec!["too large".to_owned()],
        Err(message) => vec![message],
    }
}

fn sorted(mut rows: Vec<String>, query: &Query) -> Vec<String> {
    if !query.is_ordered {
        rows.sort();
    }
    rows
}

fn row_text(row: &[Value]) -> String {
    let values: Vec<String> = row.iter().map(Value::to_string).collect();
    values.join(" | ")
}

fn json_row(row: &[Json]) -> String {
    let values = row.iter().map(|value| match value {
        Json::String(text) => Value::from(text.as_str()).to_string(),
        other => other.to_string(),
    });
    values.collect::<Vec<_>>().join(" | ")
}

/// A value as SQL writes it.
fn in_sql(value: &Value) -> String {
    match value {
        Value::String(text) => format!("'{}'", text.replace('\'', "''")),
        Value::Null => "NULL".to_owned(),
        other => other.to_string(),
    }
}

/// All that a graph holds.
fn facts(session: &Session) -> Vec<String> {
    let queries = [
        "MATCH (n) RETURN n.id, labels(n), properties(n)",
        "MATCH (a)-[r]->(b) RETURN r.id, type(r), a.id, b.id, properties(r)",
        "MATCH (n:A) WHERE n.number >= 0 RETURN n.id, 'by number', n.number",
        "MATCH ()-[r:R]->() WHERE r.weight > 0 RETURN r.id, 'by weight', r.weight",
    ];
    let mut facts = BTreeSet::new();
    for query in queries {
        let rows = session.query(query, ()).expect(query).to_values();
        facts.extend(rows.iter().map(|row| row_text(row)));
    }
    facts.into_iter().collect()
}

/// Statements that make a graph.
fn graph(choices: &mut Choices) -> Vec<String> {
    let size = choices.below(100);
    if size >= 93 {
        return large_graph(choices);
    }
    let (most_nodes, most_edges) = if size < 70 { (12, 24) } else { (60, 120) };
    let nodes = 1 + choices.below(most_nodes);
    let edges = choices.below(most_edges);
    let mut parts = Vec::new();
    for id in 0..nodes {
        let labels = ["A", "B", "C"].into_iter().filter(|_| choices.chance(45));
        let labels: String = labels.map(|label| format!(":{label}")).collect();
        let mut properties = format!("id: {id}");
        let mut add = |choices: &mut Choices, key: &str, values: &[&str]| {
            if choices.chance(70) {
                write!(properties, ", {key}: {}", choices.pick(values)).expect("a string takes it");
            }
        };
        add(choices, "number", &["0", "1", "2", "3", "-1"]);
        add(
            choices,
            "text",
            &["'a'", "'b'", "'ab'", "''", "'abc'", "'é'"],
        );
        add(choices, "flag", &["true", "false"]);
        add(choices, "real", &["0.5", "1.0", "-2.5"]);
        add(choices, "list", &["[1, 2]", "[]", "[0, 3, 3]"]);
        add(choices, "mixed", &["1", "'a'", "2.5", "true"]);
        parts.push(format!("(n{id}{labels} {{{properties}}})"));
    }
    for id in 0..edges {
        let (from, to) = (choices.below(nodes), choices.below(nodes));
        let kind = choices.pick(&["R", "S", "T"]);
        let mut properties = format!("id: {id}");
        if choices.chance(70) {
            write!(properties, ", weight: {}", choices.below(4)).expect("a string takes it");
        }
        if choices.chance(50) {
            let since = choices.pick(&["'a'", "'b'", "'abc'"]);
            write!(properties, ", since: {since}").expect("a string takes it");
        }
        parts.push(format!("(n{from})-[:{kind} {{{properties}}}]->(n{to})"));
    }
    vec![format!("CREATE {}", parts.join(",\n  "))]
}

/// Statements that make a graph of several batches and chunks.
fn large_graph(choices: &mut Choices) -> Vec<String> {
    let nodes = 2_000 + choices.below(3_000);
    let stride = 1 + choices.below(50);
    let kinds = ["R", "S", "T"];
    let mut statements: Vec<String> = ["A", "B", "C", "A:B"]
        .into_iter()
        .zip(0..)
        .map(|(labels, part)| {
            format!(
                "UNWIND range(0, {nodes}) AS i WITH i WHERE i % 4 = {part}
                 CREATE (:{labels} {{id: i, number: CASE WHEN i % 7 < 5 THEN i % 7 END,
                 text: ['a', 'b', 'abc', ''][i % 5], flag: i % 3 = 0, real: i % 4 / 2.0}})"
            )
        })
        .collect();
    statements.extend(kinds.into_iter().zip(1..).map(|(kind, part)| {
        format!(
            "MATCH (a) WHERE a.id % {part} = 0 WITH a, (a.id * {part} + {stride}) % {nodes} AS far
             MATCH (b) WHERE b.id = far CREATE (a)-[:{kind} {{id: a.id * 3 + {part}, weight: a.id % 3}}]->(b)"
        )
    }));
    statements
}
