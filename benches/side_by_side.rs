//! Rihla as a command-line engine of a side-by-side benchmark: loads a data set of CSV files with a
//! `schema.json`, runs queries, opens, writes; tells each result as one JSON object a line.
//! `docs/benchmarks.md` says how to run it.

use std::error::Error;
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Parser;
use hashbrown::HashMap;
use rihla::context::Context;
use rihla::graph::GraphWriter;
use rihla::import_export::{Format, ImportOptions, Source, import_into};
use rihla::value::{Date, LocalDateTime};
use rihla::{Database, Parameters, Session, Value};
use serde_json::{Value as Json, json};

/// As in the program `rihla`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Outcome<T> = Result<T, Box<dyn Error>>;

#[derive(Debug, Parser)]
struct Arguments {
    /// load, query, open or write
    action: String,
    /// The folder of the data set
    #[arg(long)]
    data: PathBuf,
    /// The database
    #[arg(long)]
    db: PathBuf,
    /// The folder of the queries
    #[arg(long, default_value = ".")]
    queries: PathBuf,
    /// Names of queries, with commas between them
    #[arg(long, default_value = "")]
    names: String,
    /// Threads that may work on a statement, or a load
    #[arg(long, default_value = "1")]
    threads: NonZeroUsize,
    /// Seconds for the repetitions of a query
    #[arg(long, default_value_t = 2.0)]
    budget: f64,
    /// How often a query is repeated at most
    #[arg(long, default_value_t = 15)]
    repetitions: usize,
    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Outcome<()> {
    let arguments = Arguments::parse();
    match arguments.action.as_str() {
        "load" => load(&arguments),
        "query" => query(&arguments),
        "open" => open(&arguments),
        "write" => write(&arguments),
        other => Err(format!("{other} is none of load, query, open, write").into()),
    }
}

fn tell(event: Json) -> Outcome<()> {
    let mut output = std::io::stdout().lock();
    writeln!(output, "{event}")?;
    Ok(output.flush()?)
}

/// The most memory that the process had, in MiB.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kibibytes.unwrap_or(0.0) / 1024.0
}

fn read_json(path: &Path) -> Outcome<Json> {
    Ok(serde_json::from_slice(&std::fs::read(path)?)?)
}

/// A value of a type that `schema.json` names.
fn typed(kind: &str, text: &str) -> Outcome<Value> {
    Ok(match kind {
        "int" => Value::Integer(text.parse()?),
        "date" => Value::Date(text.parse::<Date>()?),
        "datetime" => Value::LocalDateTime(text.parse::<LocalDateTime>()?),
        _ => Value::from(text),
    })
}

fn array<'j>(json: &'j Json, key: &str) -> &'j [Json] {
    json[key].as_array().map_or(&[], Vec::as_slice)
}

fn text<'j>(json: &'j Json, key: &str) -> &'j str {
    json[key].as_str().unwrap_or_default()
}

/// The header of a table in the words of CSV: `id` numbers nodes, the first two columns of a table of
/// relationships name their ends.
fn header(table: &Json, is_of_nodes: bool) -> String {
    let columns = array(table, "columns").iter().enumerate();
    let words = columns.map(|(place, column)| {
        let (name, kind) = (column[0].as_str(), column[1].as_str());
        let name = name.unwrap_or_default();
        match (is_of_nodes, place, kind.unwrap_or_default()) {
            (true, 0, kind) => format!("{name}:ID{{id-type:{kind}}}"),
            (false, 0, _) => ":START_ID".to_owned(),
            (false, 1, _) => ":END_ID".to_owned(),
            (_, _, "datetime") => format!("{name}:localdatetime"),
            (_, _, kind) => format!("{name}:{kind}"),
        }
    });
    words.collect::<Vec<_>>().join(",")
}

fn load(arguments: &Arguments) -> Outcome<()> {
    let _ = std::fs::remove_file(&arguments.db);
    let start = Instant::now();
    let schema = read_json(&arguments.data.join("schema.json"))?;
    let source = |table: &Json| Source::path(arguments.data.join(text(table, "file")));
    let nodes = array(&schema, "nodes").iter().map(|table| {
        let labels = array(table, "labels").iter().filter_map(Json::as_str);
        let source = source(table).with_labels(labels);
        source.with_header(header(table, true))
    });
    let relationships = array(&schema, "rels").iter().map(|table| {
        let source = source(table).with_relationship_type(text(table, "type"));
        source.with_header(header(table, false))
    });
    let sources: Vec<Source> = nodes.chain(relationships).collect();
    let options = ImportOptions {
        format: Some(Format::named("csv")?),
        ..ImportOptions::default()
    };
    {
        let mut session = Database::open(&arguments.db)?.session();
        session.limits_mut().threads = arguments.threads;
        let import = |writer: &mut GraphWriter, context: &Context| {
            import_into(writer, &sources, &options, context)
        };
        session.write(import)?;
        for table in array(&schema, "nodes") {
            let label = text(table, "label");
            for rule in ["IS KEY", "IS :: INTEGER"] {
                let target = format!("CREATE CONSTRAINT FOR (n:{label}) REQUIRE n.id");
                session.query(&format!("{target} {rule}"), ())?;
            }
        }
    }
    tell(json!({
        "event": "load",
        "seconds": start.elapsed().as_secs_f64(),
        "peak_rss_mb": peak(),
        "disk_bytes": std::fs::metadata(&arguments.db)?.len(),
    }))
}

/// Parameters by name, as `params.json` types them.
fn parameters(params: &Json) -> Outcome<HashMap<String, Value>> {
    let params = params["params"]
        .as_object()
        .ok_or("there are no parameters")?;
    let parameter = |(name, value): (&String, &Json)| -> Outcome<(String, Value)> {
        let given = match &value["value"] {
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        Ok((name.clone(), typed(text(value, "type"), &given)?))
    };
    params.iter().map(parameter).collect()
}

/// A value as the driver compares it.
fn shown(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Boolean(value) => json!(value),
        Value::Integer(value) => json!(value),
        Value::Float(value) => json!(value),
        Value::String(text) => json!(text.as_ref()),
        Value::Date(day) => json!(day.to_string()),
        Value::LocalDateTime(time) => {
            json!(time.seconds * 1000 + i64::from(time.nanoseconds / 1_000_000))
        }
        other => json!(other.to_string()),
    }
}

fn shown_rows(rows: &[Vec<Value>]) -> Json {
    let row = |row: &Vec<Value>| Json::Array(row.iter().map(shown).collect());
    Json::Array(rows.iter().map(row).collect())
}

/// Queries that mean something else in openCypher than where they come from, as they must be written.
const OWN_TEXTS: &[(&str, &str)] = &[("lsqb_q3", include_str!("queries/lsqb_q3.cypher"))];

fn query_text(arguments: &Arguments, name: &str) -> Outcome<String> {
    let text = match OWN_TEXTS.iter().find(|(own, _)| *own == name) {
        Some((_, text)) => (*text).to_owned(),
        None => std::fs::read_to_string(arguments.queries.join(format!("{name}.cypher")))?,
    };
    let lines = text.lines().filter(|line| !line.starts_with("//"));
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

fn query(arguments: &Arguments) -> Outcome<()> {
    let mut session = Database::open(&arguments.db)?.session();
    session.limits_mut().threads = arguments.threads;
    let params = read_json(&arguments.data.join("params.json"))?;
    let known = parameters(&params)?;
    tell(json!({"event": "ready", "peak_rss_mb": peak()}))?;
    for name in arguments.names.split(',').filter(|name| !name.is_empty()) {
        let text = query_text(arguments, name)?;
        let used = known
            .iter()
            .filter(|(name, _)| text.contains(&format!("${name}")));
        let given: Parameters = used
            .map(|(name, value)| (name.as_str(), value.clone()))
            .collect();
        let run = || {
            let start = Instant::now();
            let result = session.query(&text, given.clone());
            let found = result.map(|result| result.to_values());
            (found, start.elapsed().as_secs_f64() * 1e3)
        };
        let (found, first) = run();
        let found = match found {
            Ok(found) => shown_rows(&found),
            Err(error) => {
                let note = error.to_string();
                tell(json!({"event": "query", "name": name, "status": "error", "note": note}))?;
                continue;
            }
        };
        let (mut times, start) = (Vec::new(), Instant::now());
        while times.len() < arguments.repetitions
            && start.elapsed().as_secs_f64() + first / 1e3 < arguments.budget
        {
            times.push(run().1);
        }
        if times.is_empty() {
            times.push(first);
        }
        let mut event = json!({
            "event": "query", "name": name, "status": "ok",
            "rows": found, "first_ms": first, "times_ms": times,
        });
        if name == "p01_point_lookup" {
            event["loop"] = lookups(&session, &text, array(&params, "lookupIds"))?;
        }
        tell(event)?;
    }
    tell(json!({"event": "peak", "peak_rss_mb": peak()}))
}

/// The same lookup with each of many ids.
fn lookups(session: &Session, text: &str, ids: &[Json]) -> Outcome<Json> {
    let mut times = Vec::with_capacity(ids.len());
    for id in ids.iter().take(200).chain(ids) {
        let start = Instant::now();
        let result = session.query(text, [("personId", id.as_i64().unwrap_or(0))])?;
        if result.rows().count() != 1 {
            return Err(format!("the lookup of {id} gives no row").into());
        }
        times.push(start.elapsed().as_nanos() as f64 / 1e3);
    }
    let mut times = times.split_off(200);
    times.sort_by(f64::total_cmp);
    let at = |part: f64| times[(times.len() as f64 * part) as usize];
    Ok(json!({"n": times.len(), "p50_us": at(0.5), "p99_us": at(0.99)}))
}

fn open(arguments: &Arguments) -> Outcome<()> {
    let params = read_json(&arguments.data.join("params.json"))?;
    let id = array(&params, "lookupIds").first().and_then(Json::as_i64);
    let start = Instant::now();
    let session = Database::open(&arguments.db)?.session();
    let lookup = "MATCH (p:Person {id: $id}) RETURN p.firstName";
    let found = session
        .query(lookup, [("id", id.unwrap_or(0))])?
        .to_values();
    let milliseconds = start.elapsed().as_secs_f64() * 1e3;
    tell(
        json!({"event": "open", "ms": milliseconds, "rows": shown_rows(&found), "peak_rss_mb": peak()}),
    )
}

fn write(arguments: &Arguments) -> Outcome<()> {
    const TIMES: usize = 10_000;
    let session = Database::open(&arguments.db)?.session();
    let params = read_json(&arguments.data.join("params.json"))?;
    let known = parameters(&params)?;
    let pairs = array(&params, "edgePairs");
    for name in ["w01_create_node", "w02_create_edge"] {
        let text = query_text(arguments, name)?;
        let count = || -> Outcome<i64> {
            let graph = session.snapshot()?;
            Ok((graph.node_count() + graph.relationship_count()) as i64)
        };
        let before = count()?;
        let start = Instant::now();
        for number in 0..TIMES {
            let pair = &pairs[number % pairs.len().max(1)];
            let mut given = known.clone();
            let id = |id: Option<i64>| Value::Integer(id.unwrap_or(0));
            given.insert("id".to_owned(), id(Some(number as i64 + (1 << 50))));
            given.insert("a".to_owned(), id(pair[0].as_i64()));
            given.insert("b".to_owned(), id(pair[1].as_i64()));
            given.retain(|name, _| text.contains(&format!("${name}")));
            let given = given
                .iter()
                .map(|(name, value)| (name.as_str(), value.clone()));
            session.query(&text, given.collect::<rihla::Parameters>())?;
        }
        let seconds = start.elapsed().as_secs_f64();
        tell(json!({
            "event": "write", "name": name, "n": TIMES, "seconds": seconds,
            "per_s": TIMES as f64 / seconds, "verified": count()? - before,
        }))?;
    }
    Ok(())
}
