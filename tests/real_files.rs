//! Files that other tools made have the counts that independent readers found: the folder of
//! `../shared/files`, whose manifest names the format of each. Every format of the table that has
//! the name of a format of the manifest takes part.

use std::collections::BTreeMap;
use std::path::Path;

use rihla::context::{Context, Interrupt, Limits};
use rihla::graph::Snapshot;
use rihla::import_export::cypher::read_script;
use rihla::import_export::format::Reading;
use rihla::import_export::{Format, ImportOptions, Source, import};
use rihla::value::DateTime;
use rihla::{Database, Result};

/// Formats that the manifest calls otherwise than the table.
const OTHER_NAMES: &[(&str, &[&str])] = &[
    ("json-node-link", &["node-link"]),
    ("json-graphology", &["graphology"]),
    ("json-kgx", &["kgx"]),
    ("jsonl-kgx", &["kgx"]),
    ("cytoscape-json", &["cytoscape"]),
    // Tables of edges are the same in every tool.
    ("csv-gephi", &["gephi-csv", "csv"]),
    ("csv-neo4j", &["csv"]),
    ("csv-neptune", &["neptune-csv"]),
    ("tsv-kgx", &["kgx-tsv"]),
    ("csv-kuzu", &["kuzu"]),
];

/// Data sets that have other counts here, with the reason.
const EXCEPTIONS: &[(&str, (u64, u64), &str)] = &[
    (
        "valid.json",
        (7, 5),
        "its 15 nodes are 7 with the same ids and contents again, which the manifest counts",
    ),
    (
        "gephi-test_utf8_chars_with_bom.csv",
        (2, 0),
        "the manifest counts rows; the second and third are one node, the fourth is empty",
    ),
    (
        "neptune-tree",
        (501, 499),
        "the last edge names a node that no row has, which counts",
    ),
    (
        "cytoscape-nested.graphml",
        (14, 12),
        "graphs inside nodes are read, too; the independent readers report the outer one",
    ),
];

/// One data set: its format, its files, its nodes and edges; none where it must be refused.
#[derive(Default)]
struct DataSet {
    format: String,
    files: Vec<String>,
    counts: Option<(u64, u64)>,
}

fn data_sets(manifest: &str) -> BTreeMap<String, DataSet> {
    let mut sets: BTreeMap<String, DataSet> = BTreeMap::new();
    for row in manifest.lines().skip(1) {
        let cells: Vec<&str> = row.split('\t').collect();
        let [path, format, _, name] = cells[..4] else {
            panic!("the row is too short: {row}");
        };
        let (nodes, edges) = (cells[10], cells[11]);
        if nodes.is_empty() || edges.is_empty() {
            continue;
        }
        let set = sets.entry(name.to_owned()).or_insert_with(|| DataSet {
            counts: (nodes != "error").then_some((0, 0)),
            ..DataSet::default()
        });
        set.format = format.to_owned();
        set.files.push(path.to_owned());
        if let Some(counts) = &mut set.counts {
            counts.0 += nodes.parse::<u64>().expect("a number of nodes");
            counts.1 += edges.parse::<u64>().expect("a number of edges");
        }
    }
    sets
}

/// The graph that scripts make, each in a transaction, and what was left out of them.
pub(crate) fn run_scripts(scripts: &[Source<'_>]) -> Result<(Snapshot, Vec<String>)> {
    let session = Database::in_memory().session();
    let mut warnings = Vec::new();
    for script in scripts {
        session.query("BEGIN WRITE", ())?;
        let report = read_script(script, &session.context(), |statement| {
            session.query(statement.text, ()).map(drop)
        })?;
        session.query("COMMIT", ())?;
        let told = report.warnings.iter();
        warnings.extend(told.map(|warning| warning.to_string()));
    }
    Ok((session.snapshot()?, warnings))
}

/// What is wrong with the set, which is of one of the formats `names`.
fn problem(folder: &Path, set: &DataSet, names: &[&str]) -> Option<String> {
    let files = set.files.iter().map(|file| Source::path(folder.join(file)));
    let files: Vec<Source<'_>> = files.collect();
    for file in &files {
        // Files that another one brings along have no format of their own.
        if set.format == "csv-kuzu" && !file.name().ends_with(".cypher") {
            continue;
        }
        match Format::of_source(file) {
            Ok(told) if names.contains(&told.name) => {}
            told => return Some(format!("{} is taken for {told:?}", file.name())),
        }
    }
    let read = match Format::named(names[0]).ok()?.reading {
        Reading::Script => run_scripts(&files).map(|(graph, _)| graph),
        _ => {
            let start = DateTime::now();
            let context = Context::new(Limits::default(), Interrupt::default(), start);
            let options = ImportOptions::default();
            let read = import(&files, &options, Snapshot::default(), &context);
            read.map(|(graph, _)| graph)
        }
    };
    let read = read.map(|graph| (graph.node_count(), graph.relationship_count()));
    match (read, set.counts) {
        (Ok(read), Some(counts)) if read == counts => None,
        (Err(_), None) => None,
        (Ok(read), counts) => Some(format!("{read:?} are read, not {counts:?}")),
        (Err(error), Some(_)) => Some(format!("refused: {error}")),
    }
}

#[test]
fn files_of_other_tools_have_their_counts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/files");
    let Ok(manifest) = std::fs::read_to_string(folder.join("MANIFEST.tsv")) else {
        eprintln!("skipped: {} is not there", folder.display());
        return;
    };
    let mut problems = Vec::new();
    let mut read = 0;
    for (name, mut set) in data_sets(&manifest) {
        let other = OTHER_NAMES.iter().find(|(other, _)| *other == set.format);
        let same = [set.format.clone()];
        let same = same.each_ref().map(String::as_str);
        let names = other.map_or(same.as_slice(), |(_, names)| names);
        if Format::named(names[0]).is_err() {
            continue;
        }
        if let Some((_, counts, _)) = EXCEPTIONS.iter().find(|(set, ..)| *set == name) {
            set.counts = Some(*counts);
        }
        read += 1;
        let problem = problem(&folder, &set, names);
        problems.extend(problem.map(|problem| format!("{name}: {problem}")));
    }
    assert!(read > 0, "no format of the manifest is known");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
