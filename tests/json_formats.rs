//! JSON of other tools: files that those tools wrote give the counts that independent readers
//! gave, bad files are refused with their place and leave the graph as it was.

use rihla::context::{Context, Interrupt, Limits};
use rihla::graph::Snapshot;
use rihla::import_export::{ImportOptions, Report, Source, import};
use rihla::value::DateTime;
use rihla::{Error, Result};

fn read(source: Source<'_>) -> Result<Report> {
    let context = Context::new(Limits::default(), Interrupt::default(), DateTime::now());
    let options = ImportOptions::default();
    let (snapshot, report) = import(&[source], &options, Snapshot::default(), &context)?;
    assert_eq!(snapshot.node_count(), report.nodes);
    assert_eq!(snapshot.relationship_count(), report.relationships);
    Ok(report)
}

fn counts(name: &str, text: &str) -> (u64, u64) {
    let report = read(Source::text(name, text.as_bytes())).expect("the file is good");
    (report.nodes, report.relationships)
}

fn refusal(name: &str, text: &str) -> String {
    let read: Result<_, Error> = read(Source::text(name, text.as_bytes()));
    read.expect_err("the file is bad").to_string()
}

#[test]
fn dialects_are_told_apart_by_their_members() {
    let entity = r#"{"type":"entity","name":"a","entityType":"Person","observations":["tall"]}
{"type":"relation","from":"a","to":"a","relationType":"knows"}"#;
    assert_eq!(counts("memory.json", entity), (1, 1));
    let node = r#"{"id":"0","type":"relationship","label":"T","start":{"id":"0"},"end":{"id":"0"}}
{"type":"node","id":"0","labels":["A"]}"#;
    assert_eq!(counts("all.json", node), (1, 1), "the edge comes first");
    let graphology = r#"{"nodes":[{"key":"a","attributes":{}}],
        "edges":[{"source":"a","target":"a","undirected":true}]}"#;
    assert_eq!(counts("graph.json", graphology), (1, 1));
}

#[test]
fn bad_files_are_refused_with_their_place() {
    let node = r#"{"type":"node","id":"0"}"#;
    let cut = refusal("a.jsonl", &format!("{node}\n{{\"type\":\"node\",\"id"));
    assert!(cut.contains("line 2") && cut.contains("column"), "{cut}");
    let twice = refusal("a.jsonl", &format!("{node}\n\n{node}"));
    assert!(twice.contains("line 3") && twice.contains("'0'"), "{twice}");
    let deep = format!("{{\"type\":\"node\",\"id\":{}", "[".repeat(100_000));
    let deep = refusal("a.jsonl", &deep);
    assert!(
        deep.contains("line 1") && deep.contains("recursion"),
        "{deep}"
    );
    let other = refusal("a.jsonl", &format!("{node}\n{{\"type\":\"path\"}}"));
    assert!(
        other.contains("line 2") && other.contains("type"),
        "{other}"
    );
    let no_end = format!("{node}\n{{\"type\":\"relationship\",\"label\":\"T\"}}");
    let no_end = refusal("a.jsonl", &no_end);
    assert!(
        no_end.contains("line 2") && no_end.contains("start"),
        "{no_end}"
    );
    let relation = r#"{"from":"a","to":"b","relationType":"knows"}"#;
    let missing = refusal("memory.jsonl", relation);
    assert!(missing.contains("line 1"), "{missing}");
}
