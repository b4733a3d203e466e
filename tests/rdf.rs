//! RDF: files read as independent readers count them, and what is written says the same statements
//! up to the names of blank nodes.

use std::path::PathBuf;

use oxrdf::dataset::CanonicalizationAlgorithm;
use oxrdf::{
    BlankNode, Dataset, GraphName, Literal, NamedNode, NamedOrBlankNode, Quad, Term, Triple,
};
use oxrdfio::{JsonLdProfileSet, RdfFormat, RdfParser};
use proptest::prelude::*;
use rihla::Result;

use crate::formats::{printed, runs};
use rihla::context::{Context, Interrupt, Limits};
use rihla::graph::Snapshot;
use rihla::import_export::{
    ExistingNodes, ExportSource, Format, ImportOptions, Output, Report, Source, export, import,
    losses,
};
use rihla::value::DateTime;

const JSON_LD: RdfFormat = RdfFormat::JsonLd {
    profile: JsonLdProfileSet::empty(),
};

/// Our names of the syntaxes, and the parser's.
const SYNTAXES: [(&str, RdfFormat); 6] = [
    ("n-quads", RdfFormat::NQuads),
    ("trig", RdfFormat::TriG),
    ("json-ld", JSON_LD),
    ("turtle", RdfFormat::Turtle),
    ("n-triples", RdfFormat::NTriples),
    ("rdf-xml", RdfFormat::RdfXml),
];

fn context() -> Context {
    Context::new(Limits::default(), Interrupt::default(), DateTime::now())
}

fn import_text(name: &str, text: &[u8]) -> Result<(Snapshot, Report)> {
    let sources = [Source::text(name, text)];
    import(
        &sources,
        &ImportOptions::default(),
        Snapshot::default(),
        &context(),
    )
}

fn export_text(snapshot: &Snapshot, format: &str) -> Result<String> {
    let mut bytes = Vec::new();
    let format = Format::named(format)?;
    let output = Output::stream(&mut bytes);
    export(ExportSource::Graph(snapshot), format, output, &context())?;
    Ok(String::from_utf8(bytes).expect("all syntaxes are UTF-8"))
}

/// What a document says, with blank nodes named by what is said of them.
fn statements(syntax: RdfFormat, name: &str, text: &str) -> Dataset {
    let parser = RdfParser::from_format(syntax);
    let parser = parser.with_base_iri(format!("file:///{name}"));
    let quads = parser.expect("it is an IRI").for_reader(text.as_bytes());
    let quads: Result<Vec<Quad>, _> = quads.collect();
    canonical(&quads.unwrap_or_else(|error| panic!("{error} in {text}")))
}

fn canonical(quads: &[Quad]) -> Dataset {
    let mut dataset: Dataset = quads.iter().collect();
    dataset.canonicalize(CanonicalizationAlgorithm::Unstable);
    dataset
}

#[track_caller]
fn assert_same(left: &Dataset, right: &Dataset, about: &str) {
    let lines = |dataset: &Dataset| {
        let mut lines: Vec<String> = dataset.iter().map(|quad| quad.to_string()).collect();
        lines.sort();
        lines
    };
    let (left, right) = (lines(left), lines(right));
    let only = |these: &[String], those: &[String]| {
        let missing = these
            .iter()
            .filter(|line| those.binary_search(line).is_err());
        missing.take(5).cloned().collect::<Vec<_>>().join("\n")
    };
    assert!(
        left == right,
        "{about}: {} and {} statements; left only:\n{}\nright only:\n{}",
        left.len(),
        right.len(),
        only(&left, &right),
        only(&right, &left)
    );
}

/// The statements of a document, from the graph that it is imported into, written as `format`.
fn through_graph(name: &str, text: &str, format: &str, syntax: RdfFormat) -> Dataset {
    let (snapshot, _) = import_text(name, text.as_bytes()).expect("it is read");
    let written = export_text(&snapshot, format).expect("it is written");
    statements(syntax, name, &written)
}

/// The files of other tools, by format, name, nodes and edges as the manifest counts them.
fn manifest() -> Vec<(String, PathBuf, String, String)> {
    let folder = std::env::var_os("RIHLA_FILES").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/files"),
        PathBuf::from,
    );
    let Ok(text) = std::fs::read_to_string(folder.join("MANIFEST.tsv")) else {
        eprintln!("there are no files of other tools; the test is passed over");
        return Vec::new();
    };
    let rows = text.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        let cell = |index: usize| cells.get(index).copied().unwrap_or_default().to_owned();
        (cell(1), folder.join(cell(0)), cell(10), cell(11))
    });
    rows.collect()
}

#[test]
fn files_of_other_tools_are_read_and_written_whole() {
    let formats = ["turtle", "ntriples", "nquads", "trig", "rdfxml", "jsonld"];
    let files = manifest().into_iter();
    for (_, path, nodes, edges) in files.filter(|file| formats.contains(&file.0.as_str())) {
        let source = [Source::path(&path)];
        let options = ImportOptions::default();
        let imported = import(&source, &options, Snapshot::default(), &context());
        let about = path.display().to_string();
        let Ok(nodes) = nodes.parse::<u64>() else {
            let error = imported.expect_err(&about);
            assert_eq!(error.code(), "FormatError: InvalidContent");
            continue;
        };
        let (snapshot, report) = imported.unwrap_or_else(|error| panic!("{error}"));
        let counts = (report.nodes.to_string(), report.relationships.to_string());
        assert_eq!(counts, (nodes.to_string(), edges), "{about}");

        let text = std::fs::read_to_string(&path).expect("it is text");
        let name = path.file_name().and_then(|name| name.to_str());
        let syntax = Format::of_source(&source[0]).expect("it is known").name;
        let of_format = |wanted: &str| SYNTAXES.iter().find(|(name, _)| *name == wanted);
        let (_, syntax) = of_format(syntax).expect("it is RDF");
        let before = statements(*syntax, name.expect("a file"), &text);
        let has_graphs = before
            .iter()
            .any(|quad| !quad.graph_name.is_default_graph());
        for (format, syntax) in SYNTAXES {
            if has_graphs && !syntax.supports_datasets() {
                continue;
            }
            // It has a carriage return, which XML cannot keep.
            if about.ends_with("w3c-nt-syntax-subm-01.nt") && syntax == RdfFormat::RdfXml {
                continue;
            }
            let written = export_text(&snapshot, format).expect("it is written");
            let after = statements(syntax, "out", &written);
            assert_same(&before, &after, &format!("{about} as {format}"));
        }
    }
}

/// Statements of every kind, with annotations and with the names that need care.
const EVERYTHING: &str = r#"
@prefix ex: <http://example.org/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
ex:amal a foaf:Person, ex:Traveller, [ a rdfs:Class ] ;
    foaf:name "Amal"@en, "\u0622\u0645\u0627\u0644"@ar--rtl, "Amal" ;
    foaf:age 41 ; ex:height 1.68 ; ex:weight "61.5"^^xsd:double ; ex:score 1.5E0 ;
    ex:mixed 1, "one", true, 1.0e0 ;
    ex:born "1985-03-02"^^xsd:date ; ex:seen "2024-05-01T10:00:00Z"^^xsd:dateTime ;
    ex:stay "P1Y2M"^^xsd:duration ; ex:code "007"^^xsd:integer ; ex:shape "x"^^ex:Shape ;
    foaf:knows ex:badr {| ex:since 2019 ; ex:source <http://example.org/book> |} ;
    ex:visited ex:fes {| ex:year 2001 |} {| ex:year 2005 ; ex:month 3 |} ;
    ex:motto "travel" {| ex:source ex:book |} ;
    ex:likes [ ex:what "tea" ], ex:amal .
<< ex:badr foaf:knows ex:amal >> ex:certainty 0.5 .
ex:badr ex:plain ex:fes ~ ex:statement .
"#;

#[test]
fn annotations_and_notes_become_properties_and_statements_again() {
    let before = statements(RdfFormat::Turtle, "all.ttl", EVERYTHING);
    for (format, syntax) in SYNTAXES {
        if format == "json-ld" {
            continue;
        }
        let after = through_graph("all.ttl", EVERYTHING, format, syntax);
        assert_same(&before, &after, format);
    }
    let (snapshot, _) = import_text("all.ttl", EVERYTHING.as_bytes()).expect("it is read");
    insta::assert_snapshot!(export_text(&snapshot, "json").expect("it is written"));
    insta::assert_snapshot!(export_text(&snapshot, "turtle").expect("it is written"));
}

#[test]
fn what_a_syntax_does_not_hold_is_told() {
    let lost = |name: &str, text: &str, format: &str| {
        let (snapshot, _) = import_text(name, text.as_bytes()).expect("it is read");
        export_text(&snapshot, format).expect("it is written");
        let format = Format::named(format).expect("it is there");
        let lost = losses(ExportSource::Graph(&snapshot), format, &context());
        lost.expect("they are counted").join("; ")
    };
    let graphs = "@prefix : <http://e.org/> . :g { :a :p :b, 1 } :a :q :b .";
    assert_eq!(lost("a.trig", graphs, "trig"), "");
    let told = "names of graphs (statements): 2";
    assert_eq!(lost("a.trig", graphs, "turtle"), told);
    let odd = "<http://e.org/a> <http://e.org/42> 1 ; <http://e.org/p> \"\\u0001\", 2 .";
    assert_eq!(lost("a.ttl", odd, "turtle"), "");
    let told = "statements that it has no words for: 2";
    assert_eq!(lost("a.ttl", odd, "rdf-xml"), told);
    let annotated = "@prefix : <http://e.org/> . :a :p :b {| :since 1 |} ; :q :c .";
    let told = "properties of relationships (relationships): 1";
    assert_eq!(lost("a.ttl", annotated, "json-ld"), told);
}

#[test]
fn a_resource_of_two_files_is_one() {
    let texts = [
        (
            "one.ttl",
            "@prefix e: <http://e.org/> . e:a a e:C ; e:p 1 ; e:k e:b . _:x e:k e:a .",
        ),
        (
            "two.nt",
            "<http://e.org/a> <http://e.org/p> \"two\" .\n<http://e.org/a> <http://e.org/k> \
                    <http://e.org/b> .\n_:x <http://e.org/k> <http://e.org/a> .",
        ),
        (
            "three.ttl",
            "prefix e: <http://e.org/> prefix f: <http://f.org/> e:a a e:D . e:b e:p 3 .",
        ),
    ];
    let sources = texts.map(|(name, text)| Source::text(name, text.as_bytes()));
    let options = ImportOptions::default();
    let read = import(&sources, &options, Snapshot::default(), &context());
    let (snapshot, report) = read.expect("it is read");
    assert_eq!(report.to_string(), "4 nodes, 3 relationships");
    let turtle = export_text(&snapshot, "turtle").expect("it is written");
    let together =
        "@prefix e: <http://e.org/> . e:a a e:C, e:D ; e:p 1, \"two\" ; e:k e:b . e:b e:p 3 .
        _:x e:k e:a . _:y e:k e:a .";
    assert_same(
        &statements(RdfFormat::Turtle, "a.ttl", together),
        &statements(RdfFormat::Turtle, "a.ttl", &turtle),
        &turtle,
    );
    assert!(turtle.starts_with("@prefix e: <http://e.org/> .\n@prefix f: <http://f.org/> .\n"));
    assert!(turtle.contains("e:a a e:C"), "{turtle}");
}

/// The graph after texts of N-Quads were imported one after the other.
fn imported_in_turn(texts: &[&str], options: &ImportOptions) -> Snapshot {
    texts.iter().fold(Snapshot::default(), |graph, text| {
        let sources = [Source::text("part.nq", text.as_bytes())];
        let read = import(&sources, options, graph, &context());
        read.expect("it is read").0
    })
}

#[test]
fn a_later_import_adds_to_the_nodes_of_an_earlier_one() {
    let earlier = "<e:a> <e:k> <e:b> .\n<e:a> <e:p> \"one\" <e:g> .\n_:x <e:k> <e:a> .\n";
    let later = "<e:a> <e:p> \"2\"^^<http://www.w3.org/2001/XMLSchema#integer> .\n\
        <e:a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <e:C> .\n\
        <e:a> <e:k> <e:b> .\n<e:b> <e:k> <e:c> .\n_:x <e:k> <e:a> .\n\
        _:r <http://www.w3.org/1999/02/22-rdf-syntax-ns#reifies> <<( <e:a> <e:k> <e:b> )>> .\n\
        _:r <e:since> \"1\" .\n";
    let graph = imported_in_turn(&[earlier, later], &ImportOptions::default());
    assert_eq!((graph.node_count(), graph.relationship_count()), (5, 4));
    let written = export_text(&graph, "n-quads").expect("it is written");
    let together = format!("{earlier}{}", later.replace("_:x", "_:y"));
    assert_same(
        &statements(RdfFormat::NQuads, "all.nq", &together),
        &statements(RdfFormat::NQuads, "all.nq", &written),
        &written,
    );

    let again = imported_in_turn(&[earlier, later, later], &ImportOptions::default());
    assert_eq!((again.node_count(), again.relationship_count()), (6, 6));
    let apart = ImportOptions {
        existing: ExistingNodes::Apart,
        ..ImportOptions::default()
    };
    let graph = imported_in_turn(&[earlier, later], &apart);
    assert_eq!((graph.node_count(), graph.relationship_count()), (7, 5));
}

#[test]
fn graph_names_are_kept() {
    let text = r#"
        @prefix ex: <http://example.org/> .
        ex:a a ex:Thing ; ex:p 1 .
        ex:g { ex:a a ex:Thing, ex:Other ; ex:p 1, 2 ; ex:q ex:b . ex:b ex:p "x"@en . }
        _:h { ex:a ex:q ex:b . _:h ex:p "a graph" . ex:b ex:p "x"@en }
    "#;
    let before = statements(RdfFormat::TriG, "graphs.trig", text);
    for (format, syntax) in SYNTAXES.into_iter().take(3) {
        assert_same(
            &before,
            &through_graph("graphs.trig", text, format, syntax),
            format,
        );
    }
}

#[test]
fn a_graph_that_never_was_rdf_reads_back() {
    let text = r#"{"format":"rihla-graph","version":1,
"nodes":[
{"id":0,"labels":["City","مدينة"],"properties":{"name":"Rabat","list":[1,2,2],"one":["x"],"set":["b","a"],"none":[],"at":{"$datetime":"2020-01-01T00:00+01:00[Africa/Casablanca]"},"for":{"$duration":"P1M-2D"},"time":{"$localtime":"10:30"},"odd key":-0.0,"far":{"$date":"+12020-01-01"}}},
{"id":1,"labels":[],"properties":{}},
{"id":2,"labels":[],"properties":{"worst":{"$float":"NaN"},"graph":"plain text"}}],
"relationships":[
{"type":"NEAR","start":0,"end":2,"properties":{"km":3}},
{"type":"NEAR","start":0,"end":2,"properties":{}},
{"type":"NEAR","start":2,"end":2,"properties":{}}]}
"#;
    let (before, _) = import_text("graph.json", text.as_bytes()).expect("it is read");
    for (format, _) in SYNTAXES {
        if format == "json-ld" {
            continue;
        }
        let written = export_text(&before, format).expect("it is written");
        let ending = Format::named(format).expect("it is there").endings[0];
        let (after, _) =
            import_text(&format!("a.{ending}"), written.as_bytes()).expect("it is read");
        let mut json = export_text(&after, "json").expect("it is written");
        for number in 0..3 {
            json = json.replace(&format!("\"iri\":\"_:b{number}\","), "");
            json = json.replace(&format!("\"iri\":\"_:b{number}\""), "");
        }
        // Labels and keys are numbered as a file has them, so the graphs are compared by lines.
        let sorted = |text: &str| {
            let lines = text
                .lines()
                .map(|line| line.trim_end_matches([',', ']', '}']));
            let mut lines: Vec<String> = lines
                .map(|line| {
                    let mut characters: Vec<char> = line.chars().collect();
                    characters.sort_unstable();
                    characters.into_iter().collect()
                })
                .collect();
            lines.sort();
            lines.join("\n")
        };
        let own = export_text(&before, "json").expect("it is written");
        assert_eq!(sorted(&json), sorted(&own), "{format}: {written}");
    }
}

fn refusal(name: &str, text: impl AsRef<[u8]>) -> String {
    let error = import_text(name, text.as_ref()).expect_err("the file is bad");
    error.to_string()
}

#[test]
fn bad_files_are_refused_with_their_place() {
    let good = "<http://e.org/a> <http://e.org/p> \"x\" .\n";
    let cut = format!("{good}{good}<http://e.org/a> <http://e.org/p> \"x");
    let mut latin = good.as_bytes().to_vec();
    latin.extend(b"<http://e.org/a> <http://e.org/p> \"caf\xE9\" .\n");
    let xml = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\n";
    let laughs = "<!DOCTYPE r [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>\
        <!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;'>\
        <!ENTITY e '&d;&d;&d;&d;&d;&d;&d;&d;'><!ENTITY f '&e;&e;&e;&e;&e;&e;&e;&e;'>]>\n";
    let messages = [
        refusal("cut.nt", &cut),
        refusal("latin.nt", latin),
        refusal("a.ttl", "@prefix a: <http://a/> .\na:b b:c 1 ."),
        refusal("a.ttl", "<http://e.org/ a> <http://e.org/p> 1 ."),
        refusal("a.trig", "{ <http://a> <http://b> 1 ."),
        refusal("a.rdf", format!("{xml}<rdf:Description>\n<a>")),
        refusal(
            "a.rdf",
            format!("{laughs}{xml}<rdf:li>&f;</rdf:li></rdf:RDF>"),
        ),
        refusal("a.jsonld", "{\"@id\": \"http://a\",\n \"http://p\": "),
        refusal(
            "a.jsonld",
            "{\"@context\": \"https://schema.org/\",\n \"name\": \"x\"}",
        ),
    ];
    insta::assert_snapshot!(messages.join("\n"));
}

#[test]
fn long_and_deep_files_do_no_harm() {
    let long = "x".repeat(10_000_000);
    let text = format!("<http://e.org/a> <http://e.org/p> \"{long}\" .\n");
    let (snapshot, _) = import_text("long.nt", text.as_bytes()).expect("it is read");
    assert_eq!(snapshot.node_count(), 1);

    let nested = |open: &str, close: &str| open.repeat(100_000) + &close.repeat(100_000);
    let triples = nested("<<( <http://a> <http://b> ", " )>>");
    let triples = triples.replacen(" )>>", "1 )>>", 1);
    let deep = [
        (
            "a.ttl",
            format!("<http://a> <http://b> {} .", nested("[ <http://b> ", "1 ]")),
        ),
        (
            "a.ttl",
            format!("<http://a> <http://b> {} .", nested("( ", ") ")),
        ),
        ("a.nt", format!("<http://a> <http://b> {triples} .")),
        ("a.ttl", format!("<http://a> <http://b> {triples} .")),
        ("a.jsonld", nested("[", "]")),
        ("a.jsonld", nested("{\"http://a\":", "}")),
        (
            "a.jsonld",
            format!("{{\"@context\": {}}}", nested("[", "]")),
        ),
        (
            "a.jsonld",
            format!("{{\"@context\": {}}}", nested("{\"a\":", "}")),
        ),
        (
            "a.rdf",
            nested(
                "<rdf:Description xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:li>",
                "</rdf:li></rdf:Description>",
            ),
        ),
    ];
    for (name, text) in deep {
        // Read or refused: but neither a crash nor a hang.
        let _ = import_text(name, text.as_bytes());
    }
}

/// Counts statements as rdflib reads them, and writes them again.
const RDFLIB: &str = r#"
import sys, logging
import rdflib
rdflib.NORMALIZE_LITERALS = False
logging.disable(logging.WARNING)
for name, form in [("out.ttl", "turtle"), ("out.nt", "nt"), ("out.nq", "nquads"),
                   ("out.trig", "trig"), ("out.rdf", "xml"), ("out.jsonld", "json-ld")]:
    data = rdflib.Dataset(default_union=True)
    data.parse(sys.argv[1] + "/" + name, format=form)
    data.serialize(sys.argv[1] + "/" + name + ".nq", format="nquads", encoding="utf-8")
    print(len(data))
"#;

#[test]
fn rdflib_reads_ours() {
    if !runs("python3", &["-c", "import rdflib"]) {
        return;
    }
    let plain: Vec<&str> = EVERYTHING
        .lines()
        .filter(|line| !line.contains("{|") && !line.contains("<<") && !line.contains("--rtl"))
        .filter(|line| !line.contains('~'))
        .collect();
    let text = plain.join("\n");
    let count = statements(RdfFormat::Turtle, "all.ttl", &text).len();
    let (snapshot, _) = import_text("all.ttl", text.as_bytes()).expect("it is read");
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (format, ending) in [
        ("turtle", "ttl"),
        ("n-triples", "nt"),
        ("n-quads", "nq"),
        ("trig", "trig"),
        ("rdf-xml", "rdf"),
        ("json-ld", "jsonld"),
    ] {
        let written = export_text(&snapshot, format).expect("it is written");
        let path = folder.path().join(format!("out.{ending}"));
        std::fs::write(path, written).expect("it is written");
    }
    let path = folder.path().to_str().expect("a name in UTF-8");
    let counted = printed("python3", &["-c", RDFLIB, path]);
    assert_eq!(counted, format!("{count}\n").repeat(6));
    // Numbers without quotes, as Turtle has them, rdflib writes in its own way.
    let before = statements(RdfFormat::Turtle, "all.ttl", &text);
    for name in ["out.nt", "out.nq", "out.rdf"] {
        let back = folder.path().join(format!("{name}.nq"));
        let back = std::fs::read_to_string(back).expect("rdflib wrote it");
        assert_same(
            &before,
            &statements(RdfFormat::NQuads, "all.ttl", &back),
            name,
        );
    }
}

fn any_node() -> impl Strategy<Value = NamedOrBlankNode> {
    let iri = |text: &str| NamedNode::new(text).expect("it is an IRI").into();
    prop_oneof![
        "[ab]".prop_map(|name| BlankNode::new(name).expect("it is a label").into()),
        "[ab]".prop_map(move |name| iri(&format!("http://example.org/{name}"))),
        Just(iri("http://xmlns.com/foaf/0.1/Person")),
        Just(iri("rihla:plain")),
        Just(iri("rihla:iri")),
    ]
}

fn any_literal() -> impl Strategy<Value = Literal> {
    const DATATYPES: &[&str] = &[
        "integer", "decimal", "double", "boolean", "date", "dateTime", "time", "duration",
        "string", "gYear", "int",
    ];
    let texts = "[01]|-?[0-9]{1,20}|[0-9]\\.[0-9]{1,3}|1E[0-9]|true|NaN|INF|2020-02-[0-3]0|10:00:00Z?|P[0-9]D|PT1.50S|2020-01-01T10:00:00(Z|\\+01:00)?|[ -~]{0,4}";
    let typed = (
        texts,
        prop::sample::select(DATATYPES).prop_map(str::to_owned),
    );
    prop_oneof![
        4 => typed.prop_map(|(text, datatype)| {
            let datatype = format!("http://www.w3.org/2001/XMLSchema#{datatype}");
            Literal::new_typed_literal(text, NamedNode::new_unchecked(datatype))
        }),
        1 => "\\PC{0,4}".prop_map(Literal::new_simple_literal),
        1 => "[a-z]{0,3}".prop_map(|text| {
            Literal::new_language_tagged_literal_unchecked(text, "en-gb")
        }),
        1 => "[a-z]{0,3}".prop_map(|text| {
            Literal::new_typed_literal(text, NamedNode::new_unchecked("rihla:list"))
        }),
    ]
}

fn any_triple() -> impl Strategy<Value = Triple> {
    const PREDICATES: &[&str] = &[
        "http://example.org/p",
        "http://xmlns.com/foaf/0.1/knows",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
        "rihla:iri",
    ];
    let predicate = prop::sample::select(PREDICATES).prop_map(NamedNode::new_unchecked);
    let object = prop_oneof![
        any_node().prop_map(Term::from),
        any_literal().prop_map(Term::from),
    ];
    (any_node(), predicate, object)
        .prop_map(|(subject, predicate, object)| Triple::new(subject, predicate, object))
}

/// Statements over few resources, so that they meet; some of them are annotated.
fn any_statements() -> impl Strategy<Value = Vec<Quad>> {
    let graph = prop_oneof![
        3 => Just(GraphName::DefaultGraph),
        1 => any_node().prop_map(|node| match node {
            NamedOrBlankNode::NamedNode(iri) => GraphName::NamedNode(iri),
            NamedOrBlankNode::BlankNode(node) => GraphName::BlankNode(node),
        }),
    ];
    let annotation = prop::option::weighted(
        0.4,
        (any::<bool>(), "r[12]", prop::option::of(any_triple())),
    );
    prop::collection::vec((any_triple(), graph, annotation), 0..10).prop_map(|statements| {
        let mut quads = Vec::new();
        for (triple, graph, annotation) in statements {
            if let Some((asserted, label, said)) = annotation {
                let reifier = BlankNode::new_unchecked(label);
                let reifies = oxrdf::vocab::rdf::REIFIES;
                let about = Term::from(triple.clone());
                quads.push(Quad::new(reifier.clone(), reifies, about, graph.clone()));
                if let Some(said) = said {
                    quads.push(Quad::new(
                        reifier,
                        said.predicate,
                        said.object,
                        graph.clone(),
                    ));
                }
                if !asserted {
                    continue;
                }
            }
            quads.push(triple.in_graph(graph));
        }
        quads
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_statements_go_through_the_graph(quads in any_statements()) {
        let text: String = quads.iter().map(|quad| format!("{quad} .\n")).collect();
        let before = statements(RdfFormat::NQuads, "any.nq", &text);
        for (format, syntax) in [("n-quads", RdfFormat::NQuads), ("trig", RdfFormat::TriG)] {
            let after = through_graph("any.nq", &text, format, syntax);
            assert_same(&before, &after, &text);
        }
    }

    #[test]
    fn statements_that_come_later_are_added(
        earlier in any_statements(),
        later in any_statements(),
    ) {
        let text = |quads: &[Quad]| -> String {
            quads.iter().map(|quad| format!("{quad} .\n")).collect()
        };
        let (earlier, later) = (text(&earlier), text(&later));
        let graph = imported_in_turn(&[&earlier, &later], &ImportOptions::default());
        let written = export_text(&graph, "n-quads").expect("it is written");
        let together = format!("{earlier}{}", later.replace("_:", "_:later"));
        assert_same(
            &statements(RdfFormat::NQuads, "all.nq", &together),
            &statements(RdfFormat::NQuads, "all.nq", &written),
            &format!("{earlier}\nand later\n{later}\nwritten\n{written}"),
        );
    }
}
