//! Dialects of JSON and of tables: what is made of their members, how they are told apart, what comes
//! of bad files.

use rihla::Value;
use rihla::context::{Context, Interrupt, Limits};
use rihla::graph::Snapshot;
use rihla::import_export::{FORMATS, Format, ImportOptions, Report, Source, import};
use rihla::value::DateTime;
use rihla::{Error, Result};

use crate::formats::{
    awkward, context, dumped, import_texts, refusal, shown, write_files, write_text,
};
use crate::fuzz_formats::SAMPLES;

/// The graph of a file, then the warnings.
fn imported(source: Source<'_>) -> String {
    let options = ImportOptions::default();
    let imported = import(&[source], &options, Snapshot::default(), &context());
    let (graph, report): (Snapshot, Report) = imported.expect("the file is good");
    let mut records = dumped(&graph);
    records.warnings = report.warnings.iter().map(ToString::to_string).collect();
    shown(&records)
}

#[test]
fn dialects_are_told_apart_and_read() {
    let mut all = String::new();
    for (name, text) in SAMPLES {
        let json_or_table = |format: &&Format| {
            let endings = ["json", "jsonl", "canvas", "csv", "tsv"];
            format.name == *name && endings.contains(format.endings.last().expect("it has one"))
        };
        let Some(format) = FORMATS.iter().find(json_or_table) else {
            continue;
        };
        let file = format!("graph.{}", format.endings.last().expect("it has one"));
        let told = Format::of_source(&Source::text(&file, text.as_bytes()));
        assert_eq!(told.expect("it is told").name, *name, "{text}");
        if text.contains("~from") || text.contains("predicate\tobject") {
            continue;
        }
        all += &format!(
            "{name}\n{}\n\n",
            imported(Source::text(&file, text.as_bytes()))
        );
    }
    insta::assert_snapshot!(all);
}

#[test]
fn written_json_is_told_from_other_json() {
    let json = FORMATS.iter().filter(|format| {
        let is_json = format.endings.iter().any(|ending| ending.contains("json"));
        is_json && format.writes() && format.media_type != "application/ld+json"
    });
    for format in json {
        let text = write_text(format.name, &awkward()).expect("it is written");
        let source = Source::text("graph.json", text.as_bytes());
        let told = Format::of_source(&source).expect("it is told");
        // The two forms of node-link are one for readers.
        assert_eq!(
            told.name.replace("node-link", "d3"),
            format.name.replace("node-link", "d3")
        );
    }
}

/// Free attributes of node-link files that are the marks of other dialects.
#[test]
fn attributes_do_not_make_a_dialect() {
    for node in [
        r#"{"id":1,"category":"a"}"#,
        r#"{"id":1,"attributes":{}}"#,
        r#"{"id":1,"key":"a"}"#,
        r#"{"id":1,"type":"node"}"#,
        r#"{"id":1,"type":"text","x":0,"y":0,"width":1,"height":1}"#,
    ] {
        let text = format!(r#"{{"nodes":[{node}],"links":[{{"source":1,"target":1}}]}}"#);
        let told = Format::of_source(&Source::text("a.json", text.as_bytes()));
        assert_eq!(told.expect("it is told").name, "node-link", "{node}");
    }
    let apoc = r#"{"type":"node","id":"0","properties":{"p":[{"id":1}]}}"#;
    let told = Format::of_source(&Source::text("a.json", apoc.as_bytes()));
    assert_eq!(told.expect("it is told").name, "apoc-json");
}

#[test]
fn bad_lines_are_refused_with_their_place() {
    let node = r#"{"type":"node","id":"0"}"#;
    let deep = format!("{{\"type\":\"node\",\"id\":{}", "[".repeat(100_000));
    let cases = [
        ("cut", format!("{node}\n{{\"type\":\"node\",\"id")),
        ("deep", deep),
        ("other", format!("{node}\n{{\"type\":\"path\"}}")),
        (
            "no end",
            format!("{node}\n\n{{\"type\":\"relationship\",\"label\":\"T\"}}"),
        ),
        ("no id", "{\"type\":\"node\",\"labels\":[]}".to_owned()),
        (
            "labels",
            "{\"type\":\"node\",\"id\":1,\"labels\":\"A\"}".to_owned(),
        ),
        ("list", format!("{node}\n[{node}]")),
    ];
    let messages = cases.map(|(name, text)| format!("{name}: {}\n", refusal("a.jsonl", text)));
    insta::assert_snapshot!(messages.concat());

    let twice = import_texts(&[("a.jsonl", &format!("{node}\n\n{node}"))]);
    let twice = twice.expect_err("an id is there twice").to_string();
    assert!(
        twice.contains("a.jsonl, line 3: the id '0' belongs"),
        "{twice}"
    );
    let mut bytes = format!("{node}\n{{\"type\":\"node\",\"id\":\"F").into_bytes();
    bytes.extend(b"\xE8s\"}\n");
    let latin = refusal("a.jsonl", bytes);
    assert!(
        latin.starts_with("FormatError: InvalidEncoding: a.jsonl, line 2"),
        "{latin}"
    );
}

/// Half of a document, and a document with one byte of another encoding, in every format of JSON.
#[test]
fn bad_documents_are_refused_with_their_place() {
    let documents = SAMPLES.iter().filter(|(name, text)| {
        let is_known = Format::named(name).is_ok();
        is_known && text.starts_with(['{', '[']) && !text.contains("}\n{")
    });
    for (name, text) in documents {
        let read = |bytes: &[u8]| -> Result<()> {
            let options = ImportOptions {
                format: Some(Format::named(name)?),
                ..ImportOptions::default()
            };
            let source = Source::text("graph.json", bytes);
            import(&[source], &options, Snapshot::default(), &context()).map(|_| ())
        };
        let message = |read: Result<()>| -> String {
            let error: Error = read.expect_err(name);
            error.to_string()
        };
        let half = message(read(&text.as_bytes()[..text.len() / 2]));
        assert!(
            half.contains("graph.json") && half.contains("line"),
            "{name}: {half}"
        );
        let mut latin = text.as_bytes().to_vec();
        let place = text.find('"').expect("it has names") + 1;
        latin.insert(place, 0xE8);
        let latin = message(read(&latin));
        assert!(latin.contains("InvalidEncoding"), "{name}: {latin}");
        let deep = format!("{{\"nodes\":{}", "[".repeat(1_000_000));
        let deep = message(read(deep.as_bytes()));
        assert!(deep.len() < 300, "{name}: {deep}");
    }
}

#[test]
fn long_lines_are_read() {
    let text = "x".repeat(10 << 20);
    let line = format!("{{\"type\":\"node\",\"id\":\"0\",\"properties\":{{\"text\":\"{text}\"}}}}");
    let (graph, _) = import_texts(&[("a.jsonl", &line)]).expect("it is read");
    let read = &dumped(&graph).nodes[0].properties[0].1;
    assert_eq!(*read, Value::from(text));

    let limits = Limits {
        memory: 64 << 20,
        ..Limits::default()
    };
    let small = Context::new(limits, Interrupt::default(), DateTime::now());
    let source = Source::text("a.jsonl", line.as_bytes());
    let refused = import(
        &[source],
        &ImportOptions::default(),
        Snapshot::default(),
        &small,
    );
    let error = refused.expect_err("the budget is spent");
    assert_eq!(error.code(), "ResourceError: OutOfMemory");
}

#[test]
fn edges_may_come_before_nodes() {
    let texts = [
        (
            "a.jsonl",
            r#"{"id":"0","type":"relationship","label":"T","start":{"id":"0"},"end":{"id":"0"}}
            {"type":"node","id":"0","labels":["A"]}"#,
        ),
        (
            "a.json",
            r#"{"edges":[{"source":1,"target":1}],"nodes":[{"id":1}]}"#,
        ),
        (
            "memory.jsonl",
            r#"{"from":"a","to":"a","relationType":"knows"}"#,
        ),
        (
            "a.cyjs",
            r#"{"elements":{"edges":[{"data":{"source":1,"target":"1"}}],"nodes":[{"data":{"id":"1"}}]}}"#,
        ),
        (
            "a.jgf",
            r#"{"graph":{"edges":[{"source":"a","target":"a"}],"nodes":{"a":{}}}}"#,
        ),
    ];
    for (name, text) in texts {
        let (_, report) = import_texts(&[(name, text)]).expect(name);
        assert_eq!((report.nodes, report.relationships), (1, 1), "{name}");
    }
}

#[test]
fn a_kuzu_export_is_read_from_any_of_its_files() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let files = [
        (
            "schema.cypher",
            "CREATE NODE TABLE IF NOT EXISTS `User`(name STRING, born DATE, tags STRING[], score DOUBLE, PRIMARY KEY(name));\n\
            CREATE NODE TABLE City(id SERIAL PRIMARY KEY, title STRING DEFAULT 'x');\n\
            CREATE REL TABLE LivesIn(FROM User TO City, since INT64, MANY_ONE);\n",
        ),
        (
            "copy.cypher",
            "COPY User FROM \"elsewhere/user.csv\" (header=true, delim=\"|\");\n\
            COPY City (title, id) FROM 'city.csv';\nCOPY `LivesIn` FROM \"lives in.csv\" (parallel=FALSE);\n",
        ),
        (
            "user.csv",
            "name|born|tags|score\n007|1990-01-02|[a,b]|1\nAmal|||\n",
        ),
        ("city.csv", "\"Rabat, the capital\",1\n"),
        ("lives in.csv", "007,1,2020\n"),
    ];
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("it is written");
    }
    let from_schema = imported(Source::path(folder.path().join("schema.cypher")));
    insta::assert_snapshot!(from_schema);
    let sources = files.map(|(name, _)| Source::path(folder.path().join(name)));
    let options = ImportOptions::default();
    let all = import(&sources, &options, Snapshot::default(), &context()).expect("they are read");
    assert_eq!(shown(&dumped(&all.0)), from_schema);
}

#[test]
fn d3_has_links() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("graph.d3.json");
    write_files("d3", &awkward(), &path).expect("it is written");
    let text = std::fs::read_to_string(path).expect("it is there");
    assert!(text.contains("\"links\":["), "{text}");
}
