//! Runs of the queries of LSQB and of LDBC's interactive workload on small graphs, and of queries of
//! Kùzu's tests, each against results that other engines agree on. The folder is that of
//! `RIHLA_LDBC`, else `../shared/ldbc`.

use std::path::{Path, PathBuf};

use rihla::graph::Snapshot;
use rihla::import_export::{ImportOptions, Source, import};
use rihla::value::{Duration, LocalDateTime};
use rihla::{Database, Parameters, Session, Value};
use serde_json::{Map, Value as Json, json};

use crate::formats::context;

/// The headers of the interactive workload's tables in the dialect of neo4j-admin, which say what
/// belongs to which.
const HEADERS: &[(&str, &str)] = &[
    ("static/tagclass", "id:ID(TagClass)|name:string|url:string"),
    ("static/tag", "id:ID(Tag)|name:string|url:string"),
    ("static/place", "id:ID(Place)|name:string|url:string|:LABEL"),
    (
        "static/organisation",
        "id:ID(Organisation)|:LABEL|name:string|url:string",
    ),
    (
        "dynamic/person",
        "id:ID(Person)|firstName:string|lastName:string|gender:string|birthday:long\
         |creationDate:long|locationIP:string|browserUsed:string|speaks:string[]|email:string[]",
    ),
    (
        "dynamic/forum",
        "id:ID(Forum)|title:string|creationDate:long",
    ),
    (
        "dynamic/post",
        "id:ID(Post)|imageFile:string|creationDate:long|locationIP:string|browserUsed:string\
         |language:string|content:string|length:int",
    ),
    (
        "dynamic/comment",
        "id:ID(Comment)|creationDate:long|locationIP:string|browserUsed:string|content:string\
         |length:int",
    ),
];

/// The labels beyond those that the tables have.
const LABELS: &[&str] = &[
    "MATCH (n:country) SET n:Country:Place REMOVE n:country",
    "MATCH (n:city) SET n:City:Place REMOVE n:city",
    "MATCH (n:continent) SET n:Continent:Place REMOVE n:continent",
    "MATCH (n:company) SET n:Company:Organisation REMOVE n:company",
    "MATCH (n:university) SET n:University:Organisation REMOVE n:university",
    "MATCH (n:Post) SET n:Message",
    "MATCH (n:Comment) SET n:Message",
];

/// Indexes that the queries of a workload start from.
const INDEXES: &[&str] = &[
    "CREATE INDEX person FOR (n:Person) ON (n.id)",
    "CREATE INDEX message FOR (n:Message) ON (n.id)",
];

/// Queries in words that mean what the results do, with the reason.
const MENDED: &[(&str, &str, &str)] = &[(
    "ic13",
    "OPTIONAL MATCH p = shortestPath((:Person {id: $person1Id})-[:KNOWS*]-(:Person {id: $person2Id})) \
     RETURN CASE WHEN p IS NULL THEN -1 ELSE length(p) END AS shortestPathLength",
    "there is no path to a person who is not there, and a row that says so",
)];

/// Kùzu's cases that are not run, by a part of their id or query, each with the reason.
const NOT_OPEN_CYPHER: &[(&str, &str)] = &[
    ("courseScoresPerTerm", "a property holds no lists of lists"),
    (
        "function/comparison#FunctionComparison#40",
        "a comparison of lists with null in them is null",
    ),
];

/// The folder, or nothing where the test is to be skipped.
fn folder(part: &str) -> Option<PathBuf> {
    let folder = match std::env::var_os("RIHLA_LDBC") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/ldbc"),
    };
    let folder = folder.join(part);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: {} is not there", folder.display());
    None
}

fn lines(path: PathBuf) -> Vec<Json> {
    let text = std::fs::read_to_string(&path).expect("the file is there");
    let lines = text.lines().filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect()
}

/// The tables in `folder`, with the headers of the list where it has them, else with one that is
/// made of the names of both ends.
fn tables(folder: &Path, part: &str) -> Vec<(String, String)> {
    let files = std::fs::read_dir(folder.join(part)).expect("the folder is there");
    let mut tables: Vec<(String, String)> = files
        .map(|file| {
            let path = file.expect("it is there").path();
            let name = path.file_name().expect("it has a name").to_string_lossy();
            let text = std::fs::read_to_string(&path).expect("a table is text");
            let (old, rows) = text.split_once('\n').expect("a table has a header");
            let stem = format!("{part}/{}", name.trim_end_matches("_0_0.csv"));
            let known = HEADERS.iter().find(|(table, _)| *table == stem);
            let header = match known {
                Some((_, header)) => (*header).to_owned(),
                None => ends(old),
            };
            (name.into_owned(), format!("{header}\n{rows}"))
        })
        .collect();
    tables.sort();
    tables
}

/// `Person.id|Person.id|creationDate` as `:START_ID(Person)|:END_ID(Person)|creationDate:long`.
fn ends(header: &str) -> String {
    let cells = header.trim().split('|').enumerate();
    let cells = cells.map(|(place, cell)| match (place, cell.strip_suffix(".id")) {
        (0, Some(space)) => format!(":START_ID({space})"),
        (1, Some(space)) => format!(":END_ID({space})"),
        _ => format!("{cell}:long"),
    });
    cells.collect::<Vec<_>>().join("|")
}

fn imported(sources: &[Source<'_>], more: &[&str]) -> Session {
    let options = ImportOptions::default();
    let imported = import(sources, &options, Snapshot::default(), &context());
    let (graph, _) = imported.expect("the tables are read");
    let session = Database::from_snapshot(graph).session();
    for statement in more {
        session.query(statement, ()).expect(statement);
    }
    session
}

/// A value of JSON as one of ours.
fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => (*value).into(),
        Json::String(text) => text.as_str().into(),
        Json::Number(number) => match number.as_i64() {
            Some(integer) => integer.into(),
            None => number.as_f64().unwrap_or(f64::NAN).into(),
        },
        Json::Array(values) => Value::list(values.iter().map(value).collect()),
        Json::Object(members) => Value::map(
            members
                .iter()
                .map(|(key, json)| (key.as_str(), value(json))),
        ),
    }
}

/// One of our values as JSON: what a test can compare.
fn shown(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Boolean(value) => (*value).into(),
        Value::Integer(value) => (*value).into(),
        Value::Float(value) => json!(value),
        Value::String(text) => text.as_ref().into(),
        Value::List(values) => values.iter().map(shown).collect(),
        Value::Map(entries) => {
            let entries = entries.iter();
            Json::Object(
                entries
                    .map(|(key, value)| (key.to_string(), shown(value)))
                    .collect(),
            )
        }
        other => other.to_string().into(),
    }
}

/// Whether both are the same, numbers within what the order of a sum changes.
fn same(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::Number(one), Json::Number(other)) => {
            let (one, other) = (one.as_f64(), other.as_f64());
            one.zip(other).is_some_and(|(one, other)| {
                (one - other).abs() <= 1e-9 * one.abs().max(other.abs()).max(1e-300)
            })
        }
        (Json::Array(one), Json::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Json::Object(one), Json::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(key, one)| other.get(key).is_some_and(|other| same(one, other)))
        }
        _ => one == other,
    }
}

/// What is wrong with the rows of a query.
fn problem(session: &Session, query: &str, parameters: Parameters, case: &Json) -> Option<String> {
    let result = match session.query(query, parameters) {
        Ok(result) => result,
        Err(error) => return Some(error.to_string()),
    };
    let rows = result.to_values();
    let rows: Vec<Vec<Json>> = rows
        .iter()
        .map(|row| row.iter().map(shown).collect())
        .collect();
    let mut found = json!(rows);
    let mut expected = case["rows"].clone();
    let names = case["columns"].as_array().into_iter().flatten();
    let sets = case["sets"].as_array().cloned().unwrap_or_default();
    let sets: Vec<bool> = names.map(|name| sets.contains(name)).collect();
    let ordered = case["ordered"] == true && case.get("note").is_none();
    for rows in [&mut found, &mut expected] {
        for row in rows.as_array_mut().into_iter().flatten() {
            for (cell, is_set) in row.as_array_mut().into_iter().flatten().zip(&sets) {
                if *is_set {
                    sort(cell);
                }
            }
        }
        if !ordered {
            sort(rows);
        }
    }
    (!same(&found, &expected)).then(|| format!("found    {found}\n    expected {expected}"))
}

fn sort(list: &mut Json) {
    if let Json::Array(elements) = list {
        elements.sort_by_key(Json::to_string);
    }
}

fn parameters(json: &Json) -> Parameters {
    let members = json.as_object().cloned().unwrap_or_default();
    let members = members.iter();
    members
        .map(|(name, json)| (name.as_str(), value(json)))
        .collect()
}

fn assert_none(problems: &[String], of: usize) {
    assert!(of > 0, "there are no cases");
    let count = problems.len();
    let first: Vec<_> = problems.iter().take(30).cloned().collect();
    assert!(
        problems.is_empty(),
        "{count} of {of} fail:\n{}",
        first.join("\n")
    );
}

#[test]
fn queries_of_lsqb_count_what_other_engines_count() {
    let Some(folder) = folder("lsqb") else {
        return;
    };
    let data = folder.join("data/sfexample");
    let files = std::fs::read_dir(&data).expect("the folder is there");
    let files = files.map(|file| Source::path(file.expect("it is there").path()));
    let session = imported(&files.collect::<Vec<_>>(), &LABELS[5..]);
    let queries = lines(folder.join("queries-own-wording.jsonl"));
    let expected = lines(folder.join("expected.jsonl"));
    let mut problems = Vec::new();
    for mut case in expected.clone() {
        let query = queries.iter().find(|query| query["query"] == case["query"]);
        let query = query.expect("each result has its query");
        case["rows"] = case["expected"].take();
        let text = query["cypher"].as_str().expect("a query is text");
        let problem = problem(&session, text, Parameters::default(), &case);
        problems.extend(problem.map(|problem| format!("{}: {problem}", case["id"])));
    }
    assert_none(&problems, expected.len());
}

#[test]
fn queries_of_the_interactive_workload_give_what_other_engines_give() {
    let Some(folder) = folder("snb-interactive") else {
        return;
    };
    let data = folder.join("mini/data");
    let tables: Vec<_> = ["static", "dynamic"]
        .iter()
        .flat_map(|part| tables(&data, part))
        .collect();
    let sources: Vec<_> = tables
        .iter()
        .map(|(name, text)| Source::text(name, text.as_bytes()))
        .collect();
    let session = imported(&sources, &[LABELS, INDEXES].concat());
    let graph = session
        .query("MATCH (n) RETURN count(n)", ())
        .expect("it runs");
    assert_eq!(graph.to_values(), [[Value::from(34_735)]]);
    let graph = session.query("MATCH ()-[r]->() RETURN count(r)", ());
    assert_eq!(graph.expect("it runs").to_values(), [[Value::from(70_842)]]);

    let queries = lines(folder.join("queries-own-wording.jsonl"));
    let expected = lines(folder.join("mini/expected-initial.jsonl"));
    let mut problems = Vec::new();
    for case in &expected {
        let query = queries.iter().find(|query| query["op"] == case["op"]);
        let query = query.expect("each result has its query");
        let mended = MENDED.iter().find(|(op, ..)| *op == query["op"]);
        let text = match mended {
            Some((_, text, _)) => text,
            None => query["cypher"].as_str().expect("a read is one text"),
        };
        let mut all = case["params"].as_object().cloned().unwrap_or_default();
        all.insert(
            "limit".to_owned(),
            match &case["limit"] {
                Json::Null => json!(1_000_000),
                limit => limit.clone(),
            },
        );
        let problem = problem(&session, text, parameters(&Json::Object(all)), case);
        problems.extend(problem.map(|problem| format!("{}: {problem}", case["id"])));
    }
    assert_none(&problems, expected.len());
}

/// A value of Kùzu's graph; none where a property cannot hold it.
fn kuzu_value(json: &Json) -> Option<Value> {
    let tagged = |members: &Map<String, Json>| {
        let (tag, json) = members.iter().next()?;
        Some(match (tag.as_str(), json) {
            ("$date", Json::String(text)) => Value::Date(text.parse().ok()?),
            ("$timestamp", Json::String(text)) => {
                Value::LocalDateTime(text.parse::<LocalDateTime>().ok()?)
            }
            ("$interval_us", json) => {
                let microseconds = json.as_i64()?;
                Value::Duration(Duration {
                    months: 0,
                    days: 0,
                    seconds: microseconds / 1_000_000,
                    nanoseconds: i32::try_from(microseconds % 1_000_000 * 1000).ok()?,
                })
            }
            ("$uuid", json) => value(json),
            _ => return None,
        })
    };
    match json {
        Json::Null => None,
        Json::Object(members) => tagged(members),
        Json::Array(elements) if elements.iter().any(|it| it.is_array() || it.is_object()) => None,
        json => Some(value(json)),
    }
}

fn kuzu_graph(folder: &Path) -> Session {
    let session = Database::in_memory().session();
    let graph = lines(folder.join("tinysnb-graph.jsonl"));
    for record in &graph {
        let properties = record["properties"].as_object().into_iter().flatten();
        let properties =
            properties.filter_map(|(name, json)| Some((name.as_str(), kuzu_value(json)?)));
        let mut all = vec![("properties", Value::map(properties))];
        let text = |name: &str| record[name].as_str().unwrap_or_default().to_owned();
        let statement = if record["kind"] == "node" {
            all.push(("key", text("id").into()));
            let label = text("label");
            format!("CREATE (n:`{label}`:key) SET n = $properties SET n.key = $key")
        } else {
            all.extend(["start", "end"].map(|name| (name, text(name).into())));
            let name = text("type");
            format!(
                "MATCH (a:key {{key: $start}}), (b:key {{key: $end}}) \
                 CREATE (a)-[r:`{name}`]->(b) SET r = $properties"
            )
        };
        let parameters: Parameters = all.into_iter().collect();
        session.query(&statement, parameters).expect(&statement);
    }
    session
        .query("MATCH (n:key) REMOVE n:key, n.key", ())
        .expect("it runs");
    session
}

#[test]
fn queries_of_kuzu_give_what_it_gives() {
    let Some(folder) = folder("kuzu-tests") else {
        return;
    };
    let graph = kuzu_graph(&folder).snapshot().expect("in memory");
    let cases = lines(folder.join("portable.jsonl"));
    let (mut problems, mut run) = (Vec::new(), 0);
    for case in &cases {
        let id = case["id"].as_str().unwrap_or_default();
        let query = case["query"].as_str().unwrap_or_default();
        let excepted = |(part, _): &&(&str, &str)| id.contains(part) || query.contains(part);
        if NOT_OPEN_CYPHER.iter().any(|case| excepted(&case)) {
            continue;
        }
        run += 1;
        let session = Database::from_snapshot(graph.clone()).session();
        let setup = case["setup"].as_array().into_iter().flatten();
        let failed = setup
            .filter_map(Json::as_str)
            .find_map(|statement| session.query(statement, ()).err());
        let problem = match failed {
            Some(error) => Some(format!("before it: {error}")),
            None => problem(&session, query, Parameters::default(), case),
        };
        problems.extend(problem.map(|problem| format!("{id}: {query}\n    {problem}")));
    }
    assert_none(&problems, run);
}
