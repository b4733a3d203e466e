//! Files as tools write them, beyond one form for each format: what each has is counted. Every row was
//! once read wrongly, or is there so that it never is.

use rihla::import_export::{
    ExportSource, Format, ImportOptions, OnError, Source, export_file, import,
};

use crate::formats::{context, import_texts};
use rihla::graph::Snapshot;

/// A name, the text, nodes and relationships.
type File = (&'static str, &'static str, (u64, u64));

#[track_caller]
fn check(files: &[File]) {
    let mut problems = Vec::new();
    for (name, text, counts) in files {
        match import_texts(&[(name, text)]) {
            Ok((graph, _)) => {
                let read = (graph.node_count(), graph.relationship_count());
                if read != *counts {
                    problems.push(format!("{name}: {read:?}, not {counts:?}: {text}"));
                }
            }
            Err(error) => problems.push(format!("{name}: {error}: {text}")),
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn tables_of_relationships_have_many_words_for_their_ends() {
    let pairs = [
        "src,dst",
        "source,target",
        "Source,Target",
        "from,to",
        "start,end",
        "subject,object",
        "src_id,dst_id",
        "FromNodeId,ToNodeId",
        "source node,target node",
        "head,tail",
        "u,v",
        "node_1,node_2",
        "parent,child",
        "source,destination",
    ];
    for pair in pairs {
        let text = format!("{pair},weight\na,b,1\nb,c,2\n");
        let (graph, _) = import_texts(&[("x.csv", &text)]).expect("it is read");
        let read = (graph.node_count(), graph.relationship_count());
        assert_eq!(read, (3, 2), "{pair}");
    }
    check(&[
        ("flights.csv", "id,from,to\n1,AMS,RBA\n2,RBA,CMN\n", (3, 2)),
        (
            "triples.tsv",
            "subject\tpredicate\tobject\nA\tknows\tB\n",
            (2, 1),
        ),
        ("kgtk.tsv", "node1\tlabel\tnode2\nQ1\tP31\tQ2\n", (2, 1)),
        // Times are no ends, and words in tables of nodes mean what they say.
        (
            "projects.csv",
            "id,name,start,end\n1,A,2020-01-01,2021-01-01\n",
            (1, 0),
        ),
        ("mails.csv", "id,subject,from\n1,Hello,ann\n", (1, 0)),
        ("people.csv", "id,name,parent,child\n1,Ann,,x\n", (1, 0)),
    ]);
    let mails = [("mails.csv", "id,type,from,labels\n1,a,ann,Mail\n")];
    let (graph, report) = import_texts(&mails).expect("it is read");
    assert_eq!(graph.node_count(), 1);
    let keys: Vec<&str> = report.properties.keys().map(AsRef::as_ref).collect();
    assert_eq!(keys, ["from", "id", "type"], "columns keep their names");
    let told = import_texts(&[
        ("people.csv", "id,name\n1,Ann\n2,Bob\n"),
        ("knows.csv", "src,dst,relation\n1,2,LIKES\n"),
    ]);
    let (_, report) = told.expect("it is read");
    assert_eq!(report.to_string(), "2 nodes, 1 relationship");
    assert_eq!(
        report.types.keys().next().map(|name| &**name),
        Some("LIKES")
    );
}

#[test]
fn tables_of_several_tools() {
    check(&[
        ("excel.csv", "sep=;\r\nid;name\r\n1;x\r\n", (1, 0)),
        (
            "comment.csv",
            "# made by a program\n\nid,name\n1,x\n",
            (1, 0),
        ),
        ("hash.csv", "#id,name\n1,x\n", (1, 0)),
        (
            "apoc.csv",
            "\"_id\",\"_labels\",\"name\",\"_start\",\"_end\",\"_type\",\"since\"\n\
             \"0\",\":User\",\"Adam\",,,,\n\"1\",\":User\",\"Jim\",,,,\n,,,\"0\",\"1\",\"KNOWS\",\"1993\"\n",
            (2, 1),
        ),
        (
            "konect.tsv",
            "% sym unweighted\n% 3 3 3\n1 2\n2 3 \n1 3\n",
            (3, 3),
        ),
        ("numbers.csv", "1,2\n2,3\n", (3, 2)),
        ("matches.csv", "match,date\n1,2020-01-01\n", (1, 0)),
    ]);
    let cut = import_texts(&[("cut.csv", "id,name\n1,\"x\n2,y\n3,z")]);
    let message = cut.expect_err("a quote is open").to_string();
    assert!(message.contains("cut.csv, line 2: a quote"), "{message}");
}

#[test]
fn json_of_several_tools() {
    check(&[
        // NetworkX 1: ends are places.
        (
            "a.json",
            r#"{"directed":false,"graph":[],"nodes":[{"id":"a"},{"id":"b"},{"id":"c"}],
               "links":[{"source":0,"target":1},{"source":1,"target":2}],"multigraph":false}"#,
            (3, 2),
        ),
        // D3 after a simulation: ends are nodes.
        (
            "a.json",
            r#"{"nodes":[{"id":"a","x":1.5},{"id":"b"}],
               "links":[{"source":{"id":"a","x":1.5},"target":{"id":"b"},"index":0}]}"#,
            (2, 1),
        ),
        // vis.js, React Flow, and NetworkX's adjacency lists.
        (
            "a.json",
            r#"{"nodes":[{"id":1},{"id":2}],"edges":[{"from":1,"to":2},{"from":2,"to":2}]}"#,
            (2, 2),
        ),
        (
            "a.json",
            r#"{"nodes":[{"id":"1","position":{"x":0,"y":0},"data":{"label":"1"}},
               {"id":"2","data":{}}],"edges":[{"id":"e","source":"1","target":"2"}]}"#,
            (2, 1),
        ),
        (
            "a.json",
            r#"{"directed":false,"multigraph":false,"graph":[],"nodes":[{"id":1},{"id":2},{"id":3}],
               "adjacency":[[{"id":1},{"id":2}],[{"id":1},{"id":3,"w":1}],[{"id":2,"w":1}]]}"#,
            (3, 3),
        ),
        // Python's numbers, and a node that only an edge names.
        (
            "a.json",
            r#"{"nodes":[{"w":NaN,"id":0},{"w":-Infinity,"id":1}],"links":[{"source":0,"target":7,"w":Infinity}]}"#,
            (3, 1),
        ),
        ("a.json", r#"{"graph":{}}"#, (0, 0)),
        (
            "a.json",
            r#"{"@context":{"n":"http://e/n"},"@id":"http://e/a","n":"x"}"#,
            (1, 0),
        ),
        ("new.canvas", "", (0, 0)),
        (
            "rows.json",
            "{\"n\":{\"type\":\"node\",\"id\":\"0\",\"labels\":[\"U\"],\"properties\":{}},\"x\":1}\n\
             {\"n\":{\"type\":\"node\",\"id\":\"1\",\"properties\":{}},\"r\":[{\"id\":\"0\",\"type\":\"relationship\",\
             \"label\":\"R\",\"start\":{\"id\":\"0\"},\"end\":{\"id\":\"1\"}}]}\n\
             {\"n\":{\"type\":\"node\",\"id\":\"1\",\"properties\":{}}}\n",
            (2, 1),
        ),
        (
            "memory.jsonl",
            "{\"type\":\"entity\",\"name\":\"A\",\"entityType\":\"\",\"observations\":[]}\n",
            (1, 0),
        ),
    ]);
}

#[test]
fn files_of_graph_tools_in_other_forms() {
    check(&[
        (
            "a.gv",
            "digraph { a -> b [key=x]; a -> b [key=x color=red]; a -> b [key=y]; a -> b }",
            (2, 3),
        ),
        (
            "project.paj",
            "*Network a\n*Vertices 2\n1 \"x\"\n2 \"y\"\n*Arcs\n1 2\n\n*Partition p\n*Vertices 2\n1\n2\n\
             *Vector v\n*Vertices 2\n0.5\n1\n",
            (2, 1),
        ),
        (
            "out.ucidata",
            "% asym posweighted\n1 2 1 1082040961\n2 3 5 1082040962\n",
            (3, 2),
        ),
        ("a.edges", "1;2\n2;3\n", (3, 2)),
        ("a.dl", "dl n=2\ndata:\n0 .\nNA 1\n", (2, 1)),
        ("a.owl", "@prefix : <http://e.org/> .\n:a a :C .", (1, 0)),
        (
            "a.rdf",
            "<http://e/a> <http://e/p> <http://e/b> .\n",
            (2, 1),
        ),
    ]);
    let text = "a b {'weight': 7, 'tags': ['x', \"it's\"], 'ok': True, 'none': None}\nb c {}\n";
    let (_, report) = import_texts(&[("a.edgelist", text)]).expect("it is read");
    assert_eq!(report.warnings, []);
    let keys: Vec<&str> = report.properties.keys().map(AsRef::as_ref).collect();
    assert_eq!(keys, ["id", "ok", "tags", "weight"]);
    let times = "*Vertices 2\n1 \"a\" box ic Red [5-10, 12-14]\n2 \"b\" [1]\n*Edges\n1 2 1 [7]\n";
    let (_, report) = import_texts(&[("a.net", times)]).expect("it is read");
    let keys: Vec<&str> = report.properties.keys().map(AsRef::as_ref).collect();
    let wanted = ["ic", "label", "shape", "time", "undirected", "weight"];
    assert_eq!(
        (keys.as_slice(), report.properties["time"]),
        (wanted.as_slice(), 3)
    );
    let market = "%%MatrixMarket matrix coordinate pattern symmetric\n3 3 1\n2 1\n";
    let message = import_texts(&[("a.mtx", market)]).expect_err("it is no edge list");
    assert!(message.message().contains("Matrix Market"), "{message}");
}

#[test]
fn a_header_in_a_file_of_its_own_may_be_long() {
    let columns: Vec<String> = (0..2000)
        .map(|number| format!("property{number}:int"))
        .collect();
    let header = format!("id:ID,{}\n", columns.join(","));
    let rows = format!("a{}\nb{}\n", ",1".repeat(2000), ",2".repeat(2000));
    let (graph, report) =
        import_texts(&[("header.csv", &header), ("rows.csv", &rows)]).expect("it is read");
    assert_eq!(graph.node_count(), 2);
    assert_eq!(report.properties.len(), 2001);
}

#[test]
fn what_is_left_out_has_its_place_once() {
    let text = "id,name\n1,a.csv\n1,b\n";
    let sources = [Source::text("a.csv", text.as_bytes())];
    let options = ImportOptions {
        on_error: OnError::Skip,
        ..ImportOptions::default()
    };
    let read = import(&sources, &options, Snapshot::default(), &context());
    let (_, report) = read.expect("the second is left out");
    let told: Vec<String> = report.warnings.iter().map(ToString::to_string).collect();
    let wanted = "a.csv, line 3: left out, FormatError: DuplicateId: the id '1' belongs to an earlier node \
                  already";
    assert_eq!(told, [wanted]);
}

#[test]
fn scripts_set_parameters() {
    let script = ":param name => 'x'\n:params {a: 1, b: [1, 2]}\nCREATE (:A {n: $name, m: $a, l: $b});\n\
                  :auto MATCH (n:A) SET n.text = '$a';\n";
    let source = Source::text("a.cypher", script.as_bytes());
    let (graph, _) = crate::real_files::run_scripts(&[source]).expect("it runs");
    let properties = graph
        .node_properties(rihla::value::NodeId(0))
        .expect("it is there");
    let mut values: Vec<String> = properties
        .iter()
        .map(|(_, value)| value.to_string())
        .collect();
    values.sort();
    assert_eq!(values, ["'$a'", "'x'", "1", "[1, 2]"]);
}

#[test]
fn python_numbers_are_numbers() {
    let text = r#"{"nodes":[{"id":"NaN","w":NaN}],"links":[]}"#;
    let (graph, _) = import_texts(&[("a.json", text)]).expect("it is read");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("out.json");
    let format = Format::named("json").expect("it is there");
    export_file(ExportSource::Graph(&graph), &path, Some(format), &context())
        .expect("it is written");
    let written = std::fs::read_to_string(path).expect("it is there");
    assert!(written.contains(r#""w":{"$float":"NaN"}"#), "{written}");
    assert!(written.contains(r#""id":"NaN""#), "{written}");
}
