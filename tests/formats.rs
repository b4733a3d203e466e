//! File formats: what is written reads back the same, files of other tools read as those tools
//! count them, bad files are refused with their place.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use proptest::prelude::*;
use rihla::context::{Context, Interrupt, Limits};
use rihla::graph::Snapshot;
use rihla::import_export::format::Reading;
use rihla::import_export::record::{
    NodeRecord, Place, Properties, RecordSink, RecordSource, RelationshipRecord,
};
use rihla::import_export::{
    Dump, ExportSource, FORMATS, Format, ImportOptions, MissingNodes, OnError, Output, Report,
    Source, export, import, losses, read_json_graph,
};
use rihla::value::{Date, DateTime};
use rihla::{Error, Result, Value};

/// A graph as records, to write and to read into.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Records {
    pub nodes: Vec<NodeRecord>,
    pub relationships: Vec<RelationshipRecord>,
    pub warnings: Vec<String>,
}

impl RecordSink for Records {
    fn node(&mut self, node: NodeRecord, _place: Place) -> Result<()> {
        self.nodes.push(node);
        Ok(())
    }

    fn relationship(&mut self, relationship: RelationshipRecord, _place: Place) -> Result<()> {
        self.relationships.push(relationship);
        Ok(())
    }

    fn check(&self) -> Result<()> {
        Ok(())
    }

    fn warning(&mut self, place: Place, text: String) {
        self.warnings.push(format!("{place}: {text}"));
    }
}

impl RecordSource for Records {
    fn nodes(&self) -> Box<dyn Iterator<Item = Result<NodeRecord>> + '_> {
        Box::new(self.nodes.iter().cloned().map(Ok))
    }

    fn relationships(&self) -> Box<dyn Iterator<Item = Result<RelationshipRecord>> + '_> {
        Box::new(self.relationships.iter().cloned().map(Ok))
    }
}

impl Records {
    /// The same graph with the ids of a dump (places in the list of nodes), names in order, and
    /// every relationship directed: what must be equal after a round trip.
    fn normal(mut self) -> Records {
        let ids = self.nodes.iter().enumerate();
        let ids: HashMap<_, _> = ids.map(|(place, node)| (node.id.clone(), place)).collect();
        let place = |id| i64::try_from(ids[&Some(id)]).expect("a small graph").into();
        for node in &mut self.nodes {
            node.id = node.id.take().map(place);
            node.labels.sort();
            node.properties.sort_by(|a, b| a.0.cmp(&b.0));
        }
        for relationship in &mut self.relationships {
            relationship.start = place(relationship.start.clone());
            relationship.end = place(relationship.end.clone());
            relationship.directed = Some(true);
            relationship.properties.sort_by(|a, b| a.0.cmp(&b.0));
        }
        self.warnings.clear();
        self
    }
}

pub(crate) fn context() -> Context {
    let start = DateTime::now();
    Context::new(Limits::default(), Interrupt::default(), start)
}

pub(crate) fn read(sources: &[Source<'_>]) -> Result<Records> {
    let mut records = Records::default();
    for source in sources {
        let Reading::Records(reader) = Format::of_source(source)?.reading else {
            panic!("{} is not read as records", source.name());
        };
        reader.read(source, &ImportOptions::default(), &mut records)?;
    }
    Ok(records)
}

pub(crate) fn read_text(name: &str, text: &str) -> Result<Records> {
    read(&[Source::text(name, text.as_bytes())])
}

pub(crate) fn refusal(name: &str, text: impl AsRef<[u8]>) -> String {
    let error = read(&[Source::text(name, text.as_ref())]).expect_err("the file is bad");
    error.to_string()
}

pub(crate) fn write_text(format: &str, graph: &dyn RecordSource) -> Result<String> {
    let mut bytes = Vec::new();
    let mut output = Output::stream(&mut bytes);
    let writer = Format::named(format)?.writer.expect("it is written");
    writer.write(graph, &mut output, &context())?;
    output.commit()?;
    Ok(String::from_utf8(bytes).expect("formats of text are UTF-8"))
}

pub(crate) fn write_files(
    format: &str,
    graph: &dyn RecordSource,
    path: &Path,
) -> Result<Vec<Source<'static>>> {
    let mut output = Output::path(path);
    let writer = Format::named(format)?.writer.expect("it is written");
    writer.write(graph, &mut output, &context())?;
    Ok(output.commit()?.into_iter().map(Source::path).collect())
}

/// A graph as our JSON shows it, then the warnings.
pub(crate) fn shown(graph: &Records) -> String {
    let text = write_text("json", graph).expect("it is written");
    text + &graph.warnings.join("\n")
}

/// A graph of every kind of value, and of names that need care.
pub(crate) fn awkward() -> Records {
    let node = |id: i64, labels: &[&str], properties: Vec<(&str, Value)>| NodeRecord {
        id: Some(id.into()),
        labels: labels.iter().map(|label| Arc::from(*label)).collect(),
        properties: named(properties),
    };
    let relationship = |name: &str, start: i64, end: i64, properties| RelationshipRecord {
        relationship_type: name.into(),
        start: start.into(),
        end: end.into(),
        properties: named(properties),
        directed: Some(true),
    };
    Records {
        nodes: vec![
            node(
                0,
                &["City", "مدينة"],
                vec![
                    ("name", "الرباط".into()),
                    ("id", "graph".into()),
                    ("population", 577_827.into()),
                    ("area", 118.5.into()),
                    ("capital", true.into()),
                    ("aliases", vec!["Rabat", "ar-Ribāṭ"].into()),
                    ("founded", Date { days: -300_000 }.into()),
                    ("empty", Value::list(Vec::new())),
                ],
            ),
            node(
                1,
                &[],
                vec![
                    ("name", "say \"hi\"; \\N\n<b>&amp;</b> 'x' \\".into()),
                    ("id", "1a".into()),
                    ("area", 4.into()),
                    ("nothing", "".into()),
                    ("worst", f64::NAN.into()),
                    ("largest", f64::INFINITY.into()),
                    ("smallest", i64::MIN.into()),
                    ("labels", "not labels".into()),
                    ("properties", vec![1.5, -0.0].into()),
                    ("odd`name: x,y", vec!["a;b", ""].into()),
                ],
            ),
            node(2, &["graph"], vec![]),
        ],
        relationships: vec![
            relationship(
                "NEAR",
                0,
                1,
                vec![("km", 3.into()), ("type", "road".into())],
            ),
            relationship(
                "NEAR",
                0,
                1,
                vec![("key", 0.into()), ("source", "map".into())],
            ),
            relationship("is \"it\"", 1, 1, vec![]),
        ],
        warnings: Vec::new(),
    }
}

pub(crate) fn named(properties: Vec<(&str, Value)>) -> Properties {
    let properties = properties.into_iter();
    properties
        .map(|(name, value)| (name.into(), value))
        .collect()
}

/// Properties apart from the comparison of values, for which 1 and 1.0 are the same.
pub(crate) fn assert_same(left: Records, right: Records) {
    assert_eq!(
        format!("{:#?}", left.normal()),
        format!("{:#?}", right.normal())
    );
}

fn any_name() -> impl Strategy<Value = Arc<str>> {
    prop_oneof![
        3 => "[A-Za-z_][A-Za-z0-9_]{0,6}",
        1 => "[a-zé中ع`'\"\\\\,:{}\\[\\]|&<>]{1,8}",
        1 => Just("id".to_owned()),
        1 => Just("properties".to_owned()),
    ]
    .prop_map(Arc::from)
}

fn any_scalar() -> BoxedStrategy<Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        // Eighths: floats that every parser of JSON reads exactly.
        (-1_000_000_i32..1_000_000).prop_map(|eighths| Value::from(f64::from(eighths) / 8.0)),
        prop_oneof![
            Just(f64::NAN),
            Just(f64::INFINITY),
            Just(f64::NEG_INFINITY),
            Just(-0.0),
            Just(1e300)
        ]
        .prop_map(Value::from),
        (-700_000_i64..2_900_000).prop_map(|days| Value::from(Date { days })),
        "\\PC{0,12}".prop_map(Value::from),
        "[ \t\r\n\"'\\\\;,]{0,5}".prop_map(Value::from),
    ]
    .boxed()
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => any_scalar(),
        1 => prop::collection::vec(any::<i64>(), 0..4).prop_map(Value::from),
        1 => prop::collection::vec("\\PC{0,5}", 0..4).prop_map(Value::from),
        1 => prop::collection::vec(any::<bool>(), 0..4).prop_map(Value::from),
    ]
}

fn any_properties() -> impl Strategy<Value = Properties> {
    prop::collection::btree_map(any_name(), any_value(), 0..5)
        .prop_map(|properties| properties.into_iter().collect())
}

prop_compose! {
    pub(crate) fn any_graph()(
        nodes in prop::collection::vec(
            (prop::collection::btree_set(any_name(), 0..3), any_properties()),
            1..8,
        ),
        relationships in prop::collection::vec(
            (any_name(), any::<prop::sample::Index>(), any::<prop::sample::Index>(), any_properties()),
            0..8,
        ),
    ) -> Records {
        let count = nodes.len();
        let id = |place: usize| i64::try_from(place).expect("a small graph").into();
        Records {
            nodes: nodes.into_iter().enumerate().map(|(place, (labels, properties))| NodeRecord {
                id: Some(id(place)),
                labels: labels.into_iter().collect(),
                properties,
            }).collect(),
            relationships: relationships
                .into_iter()
                .map(|(relationship_type, start, end, properties)| RelationshipRecord {
                    relationship_type,
                    start: id(start.index(count)),
                    end: id(end.index(count)),
                    properties,
                    directed: Some(true),
                })
                .collect(),
            warnings: Vec::new(),
        }
    }
}

#[test]
fn bad_json_graphs_are_refused_with_their_place() {
    let whole = "{\"format\":\"rihla-graph\",\"version\":1,\"nodes\":[{\"id\":1}],\
                 \n\"relationships\":[]}";
    let cases = [
        ("cut in half", &whole[..50]),
        ("no graph", "[1, 2]"),
        ("nothing", ""),
        ("not marked", "{}"),
        ("another format", "{\"format\":\"rihla-plan\"}"),
        (
            "a later version",
            "{\"format\":\"rihla-graph\",\"version\":2}",
        ),
        (
            "no id",
            "{\"format\":\"rihla-graph\",\"nodes\":[{\"labels\":[]}]}",
        ),
        (
            "unknown member",
            "{\"format\":\"rihla-graph\",\"nodes\":[{\"id\":1,\"label\":\"A\"}]}",
        ),
        (
            "null",
            "{\"format\":\"rihla-graph\",\"nodes\":[{\"id\":1,\"properties\":{\"a\":null}}]}",
        ),
        (
            "map",
            "{\"format\":\"rihla-graph\",\"nodes\":[{\"id\":\"x\",\"properties\":{\"a\":{\"b\":1}}}]}",
        ),
        (
            "wrong tag",
            "{\"format\":\"rihla-graph\",\"nodes\":[{\"id\":1,\"properties\":{\"a\":{\"$day\":\"x\"}}}]}",
        ),
        (
            "wrong date",
            "{\"format\":\"rihla-graph\",\"nodes\":[{\"id\":1,\"properties\":{\"a\":{\"$date\":\"2007-02-30\"}}}]}",
        ),
        (
            "twice",
            "{\"format\":\"rihla-graph\",\"nodes\":[{\"id\":1,\"properties\":{\"a\":1,\"a\":2}}]}",
        ),
        (
            "large",
            "{\"format\":\"rihla-graph\",\"nodes\":[{\"id\":1,\"properties\":{\"a\":9223372036854775808}}]}",
        ),
        (
            "end",
            "{\"format\":\"rihla-graph\",\"relationships\":[{\"type\":\"T\",\"start\":1,\"end\":null}]}",
        ),
        ("more", "{\"format\":\"rihla-graph\"} {}"),
    ];
    let messages: String = cases
        .iter()
        .map(|(name, text)| format!("{name}: {}\n", refusal("graph.json", text)))
        .collect();
    insta::assert_snapshot!(messages);

    let mut bytes = whole.as_bytes().to_vec();
    let place = whole.find("\"nodes\"").expect("it is there");
    bytes.splice(place..place, *b"\"a\xFF\":1,");
    let message = refusal("graph.json", &bytes);
    assert!(
        message.starts_with("FormatError: InvalidEncoding: graph.json"),
        "{message}"
    );
}

#[test]
fn bad_tables_are_refused_with_their_line() {
    let cases = [
        ("nothing", ""),
        ("ragged", "id,name\n1,Rabat\n2,Salé,twin\n"),
        ("no number", "id:ID,age:int\n1,7\n2,seven\n"),
        ("no date", "id:ID,born:date\n1,2007-02-15\n2,2007-02-30\n"),
        ("no end", "source,target\n1,2\n1,\n"),
        ("two names", "id,name,name\n"),
    ];
    let messages: String = cases
        .iter()
        .map(|(name, text)| format!("{name}: {}\n", refusal("people.csv", text)))
        .collect();
    insta::assert_snapshot!(messages);

    let message = refusal("people.csv", b"id,name\n1,Rabat\n2,F\xE8\0s\n");
    assert!(
        message.starts_with("FormatError: InvalidEncoding: people.csv, line 3"),
        "{message}"
    );
    let message = refusal("people.csv", b"\xFF\xFEi\0d\0\x00\xD8\n\0");
    assert!(message.contains("UTF-16LE"), "{message}");
}

#[test]
fn tables_are_read_in_other_encodings() {
    let text = "id;name\r\n1;Fès\r\n";
    let bytes = |encode: fn(u16) -> [u8; 2]| -> Vec<u8> {
        let text = [0xFEFF].into_iter().chain(text.encode_utf16());
        text.flat_map(encode).collect()
    };
    let windows: Vec<u8> = text.chars().map(|character| character as u8).collect();
    let texts = [bytes(u16::to_le_bytes), bytes(u16::to_be_bytes), windows];
    let names = texts.each_ref().map(|bytes| {
        let back = read(&[Source::text("cities.csv", bytes)]).expect("it is read");
        (back.nodes[0].properties[1].1.clone(), back.warnings.len())
    });
    let name = Value::from("Fès");
    assert_eq!(names, [(name.clone(), 0), (name.clone(), 0), (name, 1)]);
}

#[test]
fn a_long_line_is_read_and_a_bad_one_not_repeated() {
    let text = "x".repeat(10 << 20);
    let table = format!("id,text\n1,{text}\n");
    let back = read_text("texts.csv", &table).expect("it is read");
    assert_eq!(back.nodes[0].properties[1].1, Value::from(text.as_str()));
    let message = refusal("texts.csv", format!("id:ID,number:int\n1,{text}\n"));
    assert!(message.len() < 300, "{}", message.len());
}

#[test]
fn tables_say_what_they_hold_in_many_words() {
    let people = "id;name;age;member since;zip\n1;Amal;30;2007-02-15;00100\n2;Badr;;;10000\n";
    let knows = ":START_ID\t:END_ID\tweight:double\n1\t2\t1\n";
    let back = read(&[
        Source::text("data/people_0_0.csv", people.as_bytes()),
        Source::text("worksWith.tsv", knows.as_bytes()),
    ]);
    insta::assert_snapshot!(shown(&back.expect("it is read")));
}

#[test]
fn node_link_files_of_several_dialects() {
    let d3 = r#"{"nodes":[{"name":"Myriel","group":1},{"name":"Napoleon","group":1}],
        "links":[{"source":1,"target":0,"value":1}]}"#;
    let graphify = r#"{"directed":false,"multigraph":true,"graph":{"name":"g"},
        "nodes":[{"id":[1,"a"],"label":"client.py","type":"code","extra":{"a":1},"none":null,
                  "mixed":[1,2.5]}],
        "links":[{"source":[1,"a"],"target":[1,"a"],"key":0,"relation":"imports"}]}"#;
    let back = [d3, graphify].map(|text| read_text("graph.json", text).expect("it is read"));
    insta::assert_snapshot!(back.each_ref().map(shown).join("\n"));
}

#[test]
fn scripts_are_cut_into_statements() {
    let script =
        ":begin\nCREATE (:A {text: ';'});\n:commit\n// two\n:begin\n\nCREATE (:B);\n:commit\n";
    let source = Source::text("graph.cypher", script.as_bytes());
    let mut seen = Vec::new();
    let run = |statement: rihla::import_export::cypher::ScriptStatement<'_>| {
        seen.push((statement.line, statement.text.to_owned()));
        Ok(())
    };
    let count = rihla::import_export::cypher::read_script(&source, &context(), run);
    assert_eq!(count.expect("it is read").statements, 2);
    assert_eq!(seen[0], (2, "CREATE (:A {text: ';'})".to_owned()));
    assert_eq!(seen[1].0, 7);

    let failing = |_: rihla::import_export::cypher::ScriptStatement<'_>| Err(Error::argument("no"));
    let error = rihla::import_export::cypher::read_script(&source, &context(), failing);
    let error = error.expect_err("a statement fails").to_string();
    assert!(
        error.contains("graph.cypher, the statement in line 2"),
        "{error}"
    );
}

#[test]
fn written_scripts_can_be_parsed() {
    let mut large = Records::default();
    for id in 0..6_000_i64 {
        let mut copy = awkward();
        copy.nodes[1].id = Some(id.into());
        large.nodes.push(copy.nodes.swap_remove(1));
        copy.relationships[0].start = id.into();
        copy.relationships[0].end = (id / 2).into();
        large.relationships.push(copy.relationships.swap_remove(0));
    }
    for (graph, statements) in [(awkward(), 1), (large, 6 + 6 + 1)] {
        let script = write_text("cypher", &graph).expect("it is written");
        let mut count = 0;
        for statement in rihla::parse::statements(&script) {
            let parsed = rihla::parse::parse_statement(statement.text);
            assert!(parsed.is_ok(), "{parsed:?}");
            count += 1;
        }
        assert_eq!(count, statements);
    }
}

#[test]
fn written_files_look_like_this() {
    let mut graph = awkward();
    insta::assert_snapshot!("json", write_text("json", &graph).expect("it is written"));
    insta::assert_snapshot!(
        "node_link",
        write_text("node-link", &graph).expect("it is written")
    );
    insta::assert_snapshot!(
        "cypher",
        write_text("cypher", &graph).expect("it is written")
    );
    insta::assert_snapshot!("dot", write_text("dot", &graph).expect("it is written"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    graph.nodes[0].labels.truncate(1);
    let path = folder.path().join("graph.csv");
    write_files("csv", &graph, &path).expect("it is written");
    let table = |name| std::fs::read_to_string(folder.path().join(name)).expect("it is there");
    let tables = table("graph.nodes.csv") + "\n" + &table("graph.relationships.csv");
    insta::assert_snapshot!("csv", tables);
}

#[test]
fn a_failed_export_leaves_the_old_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut graph = awkward();
    graph.nodes[1].labels = vec!["a;b".into()];
    for name in ["graph.nodes.csv", "graph.relationships.csv"] {
        std::fs::write(folder.path().join(name), "old").expect("it is written");
    }
    let failed = write_files("csv", &graph, &folder.path().join("graph.csv"));
    let error = failed.expect_err("a label cannot be written").to_string();
    assert!(error.contains("cannot hold the label `a;b`"), "{error}");
    for file in std::fs::read_dir(folder.path()).expect("the folder is there") {
        let path = file.expect("it is there").path();
        assert_eq!(std::fs::read_to_string(path).expect("it is read"), "old");
    }
}

/// The table of the manual as the table of the code says it.
fn manual_table() -> String {
    let mut table = "| name | format | endings | read | written | what is lost |\n\
                     | --- | --- | --- | --- | --- | --- |\n"
        .to_owned();
    for format in FORMATS {
        let endings = format.endings.iter().map(|ending| format!("`.{ending}`"));
        let read = match format.reading {
            Reading::No => "no",
            Reading::Records(reader) if reader.streams() => "yes",
            Reading::Records(_) => "yes, held in memory",
            Reading::Script => "yes, as statements",
        };
        let written = if format.writes() { "yes" } else { "no" };
        table += &format!(
            "| `{}` | {} | {} | {read} | {written} | {} |\n",
            format.name,
            format.title,
            endings.collect::<Vec<_>>().join(", "),
            format.cannot_hold.replace('|', "\\|"),
        );
    }
    table
}

/// `BLESS=1` writes the table of the page anew.
#[test]
fn the_manual_of_formats_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/formats.md");
    let page = std::fs::read_to_string(path).expect("the page is there");
    let start = page.find("| name |").expect("the page has the table");
    let end = page[start..].find("\n\n").expect("the table ends") + start + 1;
    let current = page[..start].to_owned() + &manual_table() + &page[end..];
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &current).expect("docs/ is writable");
    } else {
        assert!(page == current, "docs/formats.md is old: run with BLESS=1");
    }
}

#[test]
fn compressed_files_are_seen_through() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for ending in ["gz", "zst"] {
        let path = folder.path().join(format!("graph.json.{ending}"));
        let sources = write_files("json", &awkward(), &path).expect("it is written");
        let bytes = std::fs::read(&path).expect("it is there");
        assert!(!bytes.starts_with(b"{"), "{ending} is not compressed");
        assert_same(read(&sources).expect("it is read"), awkward());

        // Cut in half it is refused, not taken for a small graph.
        let half = Source::text("graph.json", &bytes[..bytes.len() / 2]);
        assert!(read(&[half]).is_err(), "half of {ending} is read");
    }
    let mut graph = awkward();
    graph.nodes[0].labels.truncate(1);
    let path = folder.path().join("tables.csv.gz");
    let sources = write_files("csv", &graph, &path).expect("it is written");
    assert!(sources[0].name().ends_with("tables.nodes.csv.gz"));
    assert_same(read(&sources).expect("it is read"), graph);
}

#[test]
fn a_bomb_is_refused() {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).expect("an encoder");
    for _ in 0..80 {
        encoder.write_all(&[b' '; 1 << 20]).expect("it is written");
    }
    let bomb = encoder.finish().expect("it is written");
    let error = refusal("graph.json", bomb);
    assert!(error.contains("400 times its size"), "{error}");
}

#[test]
fn undirected_relationships_are_marked() {
    let text =
        r#"{"directed":false,"nodes":[{"id":1},{"id":2}],"links":[{"source":1,"target":2}]}"#;
    let (snapshot, report) = import_texts(&[("a.node-link.json", text)]).expect("it is read");
    let mark = named(vec![("undirected", true.into())]);
    assert_eq!(dumped(&snapshot).relationships[0].properties, mark);
    assert!(report.warnings.is_empty());
}

#[test]
fn elements_that_cannot_be_kept_may_be_skipped() {
    let people = Source::text("people.csv", b"id,name\n1,Amal\n1,Badr\n2,Chadi\n");
    let knows = Source::text("knows.csv", b"from,to\n1,2\n2,9\n");
    let options = ImportOptions {
        on_error: OnError::Skip,
        ..ImportOptions::default()
    };
    let imported = import(&[people, knows], &options, Snapshot::default(), &context());
    let (snapshot, report) = imported.expect("the rest is read");
    let counts = (snapshot.node_count(), snapshot.relationship_count());
    assert_eq!((counts, report.skipped), ((2, 1), 2));
    let warning = report.warnings[0].to_string();
    assert!(
        warning.starts_with("people.csv, line 3: left out, FormatError: DuplicateId: the id"),
        "{warning}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50))]

    #[test]
    fn edge_lists_keep_ends_and_weights(
        edges in prop::collection::vec((0_i64..9, 0_i64..9, any::<Option<i64>>()), 0..20)
    ) {
        let relationship = |(start, end, weight): &(i64, i64, Option<i64>)| RelationshipRecord {
            relationship_type: "RELATED_TO".into(),
            start: (*start).into(),
            end: (*end).into(),
            properties: weight.iter().map(|weight| ("weight".into(), (*weight).into())).collect(),
            directed: None,
        };
        let graph = Records {
            relationships: edges.iter().map(relationship).collect(),
            ..Records::default()
        };
        let text = write_text("edgelist", &graph).expect("it is written");
        prop_assert_eq!(read_text("a.edgelist", &text).expect("it is read"), graph);
    }
}

#[test]
fn bad_edge_lists_are_refused_with_their_line() {
    let error = refusal("a.edges", "1 2\n3\n");
    assert!(
        error.contains("a.edges, line 2: 3 is not the ids of two nodes"),
        "{error}"
    );
    let error = refusal("a.edges", [b"1 2\n3 ", &[b'x'; 2 << 20][..]].concat());
    assert!(error.contains("line 2: the line is longer than"), "{error}");
    let error = refusal("a.edges", b"1 2\n\xE9 4\n");
    assert!(
        error.contains("line 2: the text is not valid UTF-8"),
        "{error}"
    );
}

#[test]
fn losses_are_told() {
    let text = write_text("json", &awkward()).expect("it is written");
    let (snapshot, _) = import_texts(&[("graph.json", &text)]).expect("it is read");
    let lost = |name| {
        let format = Format::named(name).expect("it is there");
        losses(ExportSource::Graph(&snapshot), format, &context()).expect("they are counted")
    };
    assert_eq!(lost("json"), Vec::<String>::new());
    assert!(lost("dot").contains(&"types (relationships): 3".to_owned()));
}

#[test]
fn the_table_is_in_order() {
    for format in FORMATS {
        assert!(format.reads() || format.writes(), "{}", format.name);
        assert!(format.cannot_hold.ends_with('.'), "{}", format.name);
        let found = Format::named(format.name).expect("it is there");
        assert!(
            std::ptr::eq(found, format),
            "{} is there twice",
            format.name
        );
    }
    let error = Format::named("nodelink").expect_err("it is not there");
    assert_eq!(error.hint_text(), Some("did you mean node-link?"));
    assert_eq!(
        Format::of_name("a.b.JSON").expect("it is known").name,
        "json"
    );
    assert_eq!(
        Format::of_name("a.node-link.json")
            .expect("it is known")
            .name,
        "node-link"
    );
}

/// All of a graph as records.
pub(crate) fn dumped(snapshot: &Snapshot) -> Records {
    let context = context();
    let dump = Dump::new(ExportSource::Graph(snapshot), &context).expect("a whole graph");
    Records {
        nodes: dump
            .nodes()
            .collect::<Result<_>>()
            .expect("nodes are there"),
        relationships: dump
            .relationships()
            .collect::<Result<_>>()
            .expect("relationships are there"),
        warnings: Vec::new(),
    }
}

pub(crate) fn import_texts(texts: &[(&str, &str)]) -> Result<(Snapshot, Report)> {
    let sources: Vec<_> = texts
        .iter()
        .map(|(name, text)| Source::text(name, text.as_bytes()))
        .collect();
    let options = ImportOptions::default();
    import(&sources, &options, Snapshot::default(), &context())
}

#[test]
fn a_graph_is_loaded_and_written_again() {
    let text = write_text("json", &awkward()).expect("it is written");
    let (snapshot, report) = import_texts(&[("graph.json", &text)]).expect("it is read");
    assert_eq!((report.nodes, report.relationships), (3, 3));
    assert_eq!(report.to_string(), "3 nodes, 3 relationships");
    assert_eq!(report.labels[&Arc::from("City")], 1);
    assert_eq!(report.types[&Arc::from("NEAR")], 2);
    assert_eq!(report.properties[&Arc::from("name")], 2);
    assert_same(dumped(&snapshot), awkward());

    let mut bytes = Vec::new();
    let exported = export(
        ExportSource::Graph(&snapshot),
        Format::named("json").expect("it is there"),
        Output::stream(&mut bytes),
        &context(),
    );
    assert_eq!(exported.expect("it is written").relationships, 3);
    let (again, _) = read_json_graph("again", &bytes, snapshot, &context()).expect("it is read");
    assert_eq!((again.node_count(), again.relationship_count()), (6, 6));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_graph_goes_through_the_database(graph in any_graph()) {
        let text = write_text("json", &graph).expect("it is written");
        let (snapshot, _) = import_texts(&[("graph.json", &text)]).expect("it is read");
        assert_same(dumped(&snapshot), graph);
    }
}

#[test]
fn ids_join_the_tables_of_one_import() {
    let people = ("people.csv", "id,name\n1,Amal\n2,Badr\n");
    let knows = ("knows.csv", "from,to\n1,2\n2,1\n");
    let (snapshot, report) = import_texts(&[knows, people]).expect("it is read");
    assert_eq!(
        (snapshot.node_count(), snapshot.relationship_count()),
        (2, 2)
    );
    assert_eq!(report.types[&Arc::from("KNOWS")], 2);

    let (snapshot, _) = import_texts(&[knows]).expect("it is read");
    assert_eq!(
        (snapshot.node_count(), snapshot.relationship_count()),
        (2, 2)
    );

    let spaced = [
        ("a.csv", "id:ID(A)\n1\n"),
        ("b.csv", "id:ID(B)\n1\n"),
        ("a_toLarge_b.csv", ":START_ID(A),:END_ID(B)\n1,1\n"),
    ];
    let (snapshot, report) = import_texts(&spaced).expect("it is read");
    assert_eq!(report.types[&Arc::from("TO_LARGE")], 1);
    assert_eq!(
        (snapshot.node_count(), snapshot.relationship_count()),
        (2, 1)
    );
}

#[test]
fn a_table_that_lacks_cells_is_no_list_of_neighbours() {
    let text = "name,city\nAmal,Rabat\nBadr\nChadi,Rabat\n";
    let (_, report) = import_texts(&[("people.csv", text)]).expect("it is read");
    assert_eq!((report.nodes, report.relationships), (3, 0));
}

#[test]
fn headers_may_be_files_of_their_own() {
    let texts = [
        ("person_header.csv", "id:ID(Person)|name"),
        ("person_1.csv", "1|Amal\n"),
        ("person_2.csv", "2|Badr\n3|Chadi"),
        ("knows_header.csv", ":START_ID(Person)|:END_ID(Person)\n"),
        ("knows.csv", "1|2\n2|3\n"),
        ("city.csv", "id:ID(City)\n1\n"),
    ];
    let (_, report) = import_texts(&texts).expect("it is read");
    assert_eq!((report.nodes, report.relationships), (4, 2));
    assert_eq!(report.labels[&Arc::from("Person")], 3);
    assert_eq!(report.types[&Arc::from("KNOWS")], 2);
    let error = import_texts(&[texts[0], ("person.csv", "1|Amal\n1|Badr\n")]);
    let error = error.expect_err("an id is there twice").to_string();
    assert!(error.contains("person.csv, line 2: the id '1'"), "{error}");
}

#[test]
fn missing_nodes_are_created_where_that_is_asked_for() {
    let text = r#"{"nodes":[{"id":1}],"links":[{"source":1,"target":2}]}"#;
    let sources = [Source::text("links.json", text.as_bytes())];
    let options = ImportOptions {
        missing_nodes: Some(MissingNodes::Create),
        ..ImportOptions::default()
    };
    let imported = import(&sources, &options, Snapshot::default(), &context());
    let (snapshot, _) = imported.expect("it is read");
    let added = &dumped(&snapshot).nodes[1];
    assert_eq!(added.properties, named(vec![("id", 2.into())]));
}

#[test]
fn ids_that_are_twice_or_nowhere_are_refused() {
    let refused = |texts: &[(&str, &str)]| {
        let error = import_texts(texts).expect_err("the files are bad");
        error.to_string()
    };
    let people = ("people.csv", "id,name\n1,Amal\n2,Badr\n");
    let messages = [
        refused(&[people, ("more.csv", "id,name\n3,Chadi\n1,Amal\n")]),
        refused(&[people, ("knows.csv", "from,to\n1,2\n1,3\n")]),
        refused(&[(
            "graph.json",
            r#"{"format":"rihla-graph","nodes":[{"id":"a"},{"id":"a"}]}"#,
        )]),
        refused(&[(
            "graph.json",
            r#"{"format":"rihla-graph","nodes":[{"id":"a"}],
                "relationships":[{"type":"T","start":"a","end":"b"}]}"#,
        )]),
        refused(&[(
            "graph.json",
            r#"{"format":"rihla-graph","nodes":[{"id":"a","properties":{"p":[1,"x"]}}]}"#,
        )]),
        refused(&[("graph.cypher", "CREATE (:A);")]),
        refused(&[("graph.mmd", "flowchart LR")]),
    ];
    insta::assert_snapshot!(messages.join("\n"));
}

#[test]
fn an_import_stops_at_limits() {
    let table: String = (0..10_000).map(|id| format!("{id},name {id}\n")).collect();
    let table = "id,name\n".to_owned() + &table;
    let sources = [Source::text("people.csv", table.as_bytes())];
    let options = ImportOptions::default();
    let start = context().statement_time();

    let interrupt = Interrupt::default();
    interrupt.set();
    let interrupted = Context::new(Limits::default(), interrupt, start);
    let error = import(&sources, &options, Snapshot::default(), &interrupted);
    let error = error.expect_err("it is interrupted");
    assert_eq!(error.code(), "ResourceError: Interrupted");

    let limits = Limits {
        memory: 100_000,
        ..Limits::default()
    };
    let small = Context::new(limits, Interrupt::default(), start);
    let error = import(&sources, &options, Snapshot::default(), &small);
    let error = error.expect_err("the budget is spent");
    assert_eq!(error.code(), "ResourceError: OutOfMemory");
}

/// Whether `program` runs here. Where it must (`CI` is set) and does not, the test fails.
pub(crate) fn runs(program: &str, arguments: &[&str]) -> bool {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output();
    let runs = output.is_ok_and(|output| output.status.success());
    let missing = format!("{program} {} does not run", arguments.join(" "));
    if !runs {
        assert!(std::env::var_os("CI").is_none(), "{missing}");
        eprintln!("{missing}; the test is passed over");
    }
    runs
}

/// What `program` prints.
pub(crate) fn printed(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let output = output.expect("it ran a moment ago");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    assert!(errors.is_empty(), "{errors}");
    String::from_utf8(output.stdout).expect("it prints UTF-8")
}

#[test]
fn graphviz_counts_and_draws() {
    if !runs("gc", &["-?"]) || !runs("dot", &["-V"]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("graph.dot");
    write_files("dot", &awkward(), &path).expect("it is written");
    let path = path.to_str().expect("a name in UTF-8");
    let counts = printed("gc", &["-n", "-e", path]);
    let counts: Vec<&str> = counts.split_whitespace().take(2).collect();
    assert_eq!(counts, ["3", "3"]);
    // What Graphviz writes of it is the same graph.
    let canonical = printed("dot", &["-Tcanon", path]);
    let back = read_text("back.gv", &canonical).expect("it is read");
    assert_eq!((back.nodes.len(), back.relationships.len()), (3, 3));
    let picture = printed("dot", &["-Tsvg", path]);
    assert!(picture.contains("الرباط"), "{picture}");
    assert!(picture.contains("say &quot;hi&quot;; \\N"), "{picture}");
}

const NETWORKX: &str = r#"
import json, sys
import networkx as nx
folder = sys.argv[1]
ours = nx.node_link_graph(json.load(open(folder + "/ours.json")), edges="edges")
assert isinstance(ours, nx.MultiDiGraph)
json.dump(nx.node_link_data(ours, edges="edges"), open(folder + "/back.json", "w"))
cytoscape = nx.cytoscape_graph(json.load(open(folder + "/ours.cyjs")))
assert isinstance(cytoscape, nx.MultiDiGraph)
json.dump(nx.cytoscape_data(cytoscape), open(folder + "/back.cyjs", "w"))
json.dump(nx.cytoscape_data(nx.karate_club_graph()), open(folder + "/karate.cyjs", "w"))
d3 = nx.node_link_graph(json.load(open(folder + "/ours.d3.json")), edges="links")
assert (d3.number_of_nodes(), d3.number_of_edges()) == (3, 3)
assert (cytoscape.number_of_nodes(), cytoscape.number_of_edges()) == (3, 3)
json.dump(nx.node_link_data(nx.karate_club_graph(), edges="links"), open(folder + "/karate.json", "w"))
json.dump(nx.node_link_data(nx.grid_2d_graph(3, 3), edges="edges"), open(folder + "/grid.json", "w"))
print(ours.number_of_nodes(), ours.number_of_edges())
"#;

#[test]
fn networkx_reads_ours_and_we_read_its() {
    if !runs("python3", &["-c", "import networkx"]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let ours = folder.path().join("ours.json");
    write_files("node-link", &awkward(), &ours).expect("it is written");
    let in_folder = |name: &str| folder.path().join(name);
    write_files("cytoscape", &awkward(), &in_folder("ours.cyjs")).expect("it is written");
    write_files("d3", &awkward(), &in_folder("ours.d3.json")).expect("it is written");
    let path = folder.path().to_str().expect("a name in UTF-8");
    assert_eq!(printed("python3", &["-c", NETWORKX, path]).trim(), "3 3");
    let read_back = |name| read(&[Source::path(folder.path().join(name))]).expect("it is read");
    assert_same(read_back("back.json"), awkward());
    let cytoscape = read_back("back.cyjs");
    assert_eq!(cytoscape.nodes[0].labels, awkward().nodes[0].labels);
    assert_eq!(cytoscape.relationships.len(), 3);
    let karate = read_back("karate.cyjs");
    assert_eq!((karate.nodes.len(), karate.relationships.len()), (34, 78));
    let karate = read_back("karate.json");
    assert_eq!((karate.nodes.len(), karate.relationships.len()), (34, 78));
    let grid = read_back("grid.json");
    assert_eq!((grid.nodes.len(), grid.relationships.len()), (9, 12));
    assert_eq!(grid.nodes[4].properties[0].1, Value::from(vec![1_i64, 1]));
}
