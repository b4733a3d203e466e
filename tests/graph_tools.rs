//! The formats of graph tools: what is written reads back the same, what other tools make of it,
//! the dialects of their files, and bad files.

use proptest::prelude::*;
use rihla::Value;
use rihla::context::{Context, Interrupt, Limits};
use rihla::graph::Snapshot;
use rihla::import_export::{Format, ImportOptions, Source, import};
use rihla::value::DateTime;

use crate::formats::{
    Records, any_graph, assert_same, awkward, dumped, import_texts, named, printed, read,
    read_text, refusal, runs, shown, write_files, write_text,
};

/// Formats that hold everything.
const LOSSLESS: [&str; 3] = ["graphml", "gexf", "gml"];

#[test]
fn awkward_graphs_come_back_from_graph_tools() {
    for format in LOSSLESS {
        let text = write_text(format, &awkward()).expect("it is written");
        let back = read_text(&format!("graph.{format}"), &text);
        assert_same(back.expect("it is read"), awkward());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn graph_tools_read_back(graph in any_graph()) {
        for format in LOSSLESS {
            let text = write_text(format, &graph).expect("it is written");
            let back = read_text(&format!("graph.{format}"), &text);
            assert_same(back.expect("it is read"), graph.clone());
        }
    }
}

#[test]
fn graphml_of_several_tools() {
    let apoc = r#"<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="tags" for="node" attr.name="tags" attr.type="string" attr.list="string"/>
<key id="born" for="node" attr.name="born" attr.type="long"/>
<key id="labels" for="node" attr.name="labels" attr.type="string"/>
<key id="label" for="edge" attr.name="label" attr.type="string"/>
<graph id="G" edgedefault="directed">
<node id="n0" labels=":Person:Actor"><data key="labels">:Person:Actor</data><data key="born">1964</data><data key="tags">["a","b"]</data></node>
<node id="n1" labels=""><data key="labels"></data></node>
<edge id="e0" source="n0" target="n1" label="KNOWS"><data key="label">KNOWS</data></edge>
</graph>
</graphml>"#;
    let yed = r##"<graphml xmlns:y="http://www.yworks.com/xml/graphml">
<key for="node" id="d6" yfiles.type="nodegraphics"/>
<key for="node" id="d7" attr.name="capital" attr.type="boolean"><default> true </default></key>
<key for="edge" id="d8" yfiles.type="edgegraphics"/>
<graph edgedefault="undirected">
  <node id="n0">
    <data key="d6"><y:ShapeNode><y:Fill color="#CCF"/><y:NodeLabel>Fès &amp; co</y:NodeLabel></y:ShapeNode></data>
    <port name="North"/>
    <graph edgedefault="directed">
      <node id="n0::n0"><desc>inside</desc><data key="d7">0</data></node>
      <edge source="n0::n0" target="n0" directed="false" targetport="North"/>
    </graph>
  </node>
  <edge source="n0" target="n0" directed="true">
    <data key="d8"><y:PolyLineEdge><y:EdgeLabel>LOOP</y:EdgeLabel></y:PolyLineEdge></data>
  </edge>
  <hyperedge id="h"><endpoint node="n0" type="in"/><endpoint node="n0::n0" port="South"/></hyperedge>
</graph>
</graphml>"##;
    let tinkerpop = r#"<graphml><key id="labelV" for="node" attr.name="labelV"/>
<key id="labelE" for="edge" attr.name="labelE"/><key id="type" for="node" attr.name="type"/>
<graph edgedefault="directed"><node id="1"><data key="labelV">person</data><data key="type">x</data></node>
<edge id="7" source="1" target="2"><data key="labelE">knows</data><data key="odd">1</data></edge></graph></graphml>"#;
    let texts = [apoc, yed, tinkerpop];
    let shown: String = texts.map(|text| imported("a.graphml", text)).concat();
    insta::assert_snapshot!(shown);
}

#[test]
fn xml_of_other_encodings_is_read() {
    let text = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n\
                <graphml><graph><node id=\"F\u{e8}s\"/></graph></graphml>";
    let latin: Vec<u8> = text.chars().map(|character| character as u8).collect();
    let utf_16 = text.replace("ISO-8859-1", "UTF-16");
    let utf_16: Vec<u8> = [0xFEFF]
        .into_iter()
        .chain(utf_16.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    for bytes in [latin, utf_16] {
        let source = Source::text("a.graphml", &bytes);
        let back = read(&[source]).expect("it is read");
        assert_eq!(back.nodes[0].properties[0].1, Value::from("Fès"));
    }
}

#[test]
fn bad_xml_is_refused_with_its_place() {
    let bomb = "<!DOCTYPE g [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><graphml>&b;</graphml>";
    let long = format!(
        "<!DOCTYPE g [<!ENTITY a '{}'>]><graphml><graph><node id='{}'/></graph></graphml>",
        "x".repeat(1000),
        "&a;".repeat(20_000)
    );
    let deep = "<graphml>".to_owned() + &"<graph><node id='n'>".repeat(10_000);
    let cases = [
        ("bomb", bomb),
        ("long", &long),
        ("deep", &deep),
        (
            "outside",
            "<!DOCTYPE g [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><graphml><graph>&a;",
        ),
        ("empty", ""),
        ("other", "<gexf/>"),
        ("half", "<graphml>\n<graph>\n<node id=\"a\">"),
        ("tag", "<graphml>\n<graph>\n  <node id=\"a"),
        ("crossed", "<graphml>\n<graph></graphml></graph>"),
        ("no id", "<graphml><graph>\n<node/></graph></graphml>"),
        (
            "no end",
            "<graphml><graph>\n<edge source='1'/></graph></graphml>",
        ),
        (
            "no number",
            "<graphml><key id='k' attr.name='age' attr.type='int'/><graph><node id='a'>\n\
             <data key='k'>seven</data></node></graph></graphml>",
        ),
        (
            "encoding",
            "<?xml version='1.0' encoding='klingon'?><graphml/>",
        ),
    ];
    let messages: String = cases
        .iter()
        .map(|(name, text)| format!("{name}: {}\n", refusal("a.graphml", text)))
        .collect();
    insta::assert_snapshot!(messages);
    let message = refusal("a.graphml", b"<graphml>\n<graph><node id='F\xE8s'/>");
    assert!(
        message.starts_with("FormatError: InvalidEncoding: a.graphml, line 2"),
        "{message}"
    );
}

/// The graph that an import of `text` makes, and its warnings.
fn imported(name: &str, text: &str) -> String {
    let (graph, report) = import_texts(&[(name, text)]).expect("it is read");
    let mut records = dumped(&graph);
    let warnings = report.warnings.iter();
    records.warnings = warnings.map(|warning| warning.to_string()).collect();
    shown(&records) + "\n"
}

#[test]
fn gexf_of_several_versions() {
    let text = r#"<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2"
  xmlns:viz="http://www.gexf.net/1.2draft/viz">
<meta lastmodifieddate="2009-03-20"><creator>someone</creator></meta>
<graph mode="dynamic" defaultedgetype="undirected">
<attributes class="node"><attribute id="0" title="tags" type="liststring"/>
  <attribute id="1" title="frog" type="boolean"><default>true</default></attribute></attributes>
<attributes class="edge" mode="dynamic"><attribute id="weight" title="Weight" type="float"/></attributes>
<nodes>
  <node id="a" label="A" start="2001-01-01" pid="b">
    <attvalues><attvalue for="0" value="[x, y]"/><attvalue for="9" value="?"/></attvalues>
    <viz:color r="255" g="0" b="10" a="0.5"/><viz:position x="1" y="-2.5" z="0"/>
    <viz:size value="2.1"/><viz:shape value="disc"/>
    <spells><spell start="1" end="2"/><spell start="3"/></spells>
  </node>
  <node id="b" label=""><nodes><node id="c"/></nodes></node>
</nodes>
<edges>
  <edge id="e" source="a" target="b" weight="3" type="mutual"/>
  <edge source="b" target="a" type="directed" kind="KNOWS" label="knows">
    <attvalues><attvalue for="weight" value="1" start="1" end="2"/>
      <attvalue for="weight" value="2" start="2"/></attvalues>
  </edge>
  <edge source="a" target="c" label="LIKES"/>
</edges>
</graph></gexf>"#;
    insta::assert_snapshot!(imported("a.gexf", text));
}

#[test]
fn gml_of_several_tools() {
    let text = b"# a comment\nCreator \"me\"\ngraph [\n  directed 0 comment \"x\"\n\
        node [ id 1 label \"F&#232;s &eacute; &bogus; &\" graphics [ x 1.5 w -2 Line [ x 1 x 2.5 ] ] ]\n\
        node [ id 2 label \"S\xE9\" tags \"a\" tags 1 big 99999999999999999999 n NAN m -INF ]\n\
        edge [ source 1 target 2 label \"KNOWS\" ]\n\
        edge [ target 1 source 2 value +3 ] ]\ngraph [ node [ ] ]";
    let source = [Source::text("a.gml", text)];
    let mut records = read(&source).expect("it is read");
    records
        .nodes
        .iter_mut()
        .zip(0_i64..)
        .for_each(|(node, id)| node.id = Some(id.into()));
    insta::assert_snapshot!(shown(&records));
}

#[test]
fn bad_gml_is_refused_with_its_place() {
    let deep = "graph [ node [ id 1 ".to_owned() + &"a [ ".repeat(10_000);
    let cases = [
        ("empty", ""),
        ("no graph", "Creator \"me\"\n"),
        ("half", "graph [\n  node [\n    id 1"),
        ("quote", "graph [\n  node [ id 1 label \"a"),
        ("no id", "graph [\n  node [ label \"a\" ]\n]"),
        (
            "two sources",
            "graph [\n  edge [ source 1 source 2 target 3 ]\n]",
        ),
        ("no body", "digraph {\n  subgraph a -> b\n}"),
        ("no value", "graph [\n  node [ id ]\n]"),
        ("no key", "graph [\n  node [ 1 2 ]\n]"),
        ("deep", &deep),
        ("scalar", "graph [\n  node 1\n]"),
    ];
    let messages: String = cases
        .iter()
        .map(|(name, text)| format!("{name}: {}\n", refusal("a.gml", text)))
        .collect();
    insta::assert_snapshot!(messages);
}

/// Files that use what a format has beside nodes, edges and attributes.
#[test]
fn what_formats_have_of_their_own_comes_back() {
    let gexf = r#"<gexf xmlns:viz="v"><graph defaultedgetype="undirected"><nodes>
        <node id="a" label="A"><viz:color r="255" g="0" b="10"/><viz:size value="2.1"/></node>
        <node id="b"/></nodes><edges><edge source="a" target="b" weight="3"/>
        <edge source="a" target="b" type="mutual" weight="0.5"/>
        <edge source="a" target="b" type="directed" kind="T"/></edges></graph></gexf>"#;
    let graphml = r#"<graphml><key id="k" for="edge" attr.name="when" attr.type="date"/>
        <graph edgedefault="undirected"><node id="a b"/><node id="é"/>
        <edge source="a b" target="é" label="T"><data key="k">2001-02-03</data></edge>
        <edge source="a b" target="é" directed="true"/></graph></graphml>"#;
    let gml = "graph [ node [ id 3 graphics [ x 1.0 y 2 ] ] node [ id 4 label \"b\" ]
        edge [ source 3 target 4 ] ]";
    for (format, text) in [("gexf", gexf), ("graphml", graphml), ("gml", gml)] {
        let name = format!("a.{format}");
        let (graph, _) = import_texts(&[(&name, text)]).expect("it is read");
        let graph = dumped(&graph);
        let written = write_text(format, &graph).expect("it is written");
        let (again, _) = import_texts(&[(&name, &written)]).expect("it is read");
        assert_same(dumped(&again), graph);
    }
}

#[test]
fn dot_as_the_language_has_it() {
    let text = r##"# 1 "a line of the preprocessor"
/* a comment */ strict digraph "G" + "raph" { rankdir=LR // another
  node [shape=box] a -> b:port:sw -> c [label="KNOWS", weight=-.5 style=bold]
  a -> b [color="#fff"]
  subgraph cluster_1 { label="inner"; node [shape=circle]; d; a; subgraph { e } }
  {f g} -> subgraph cluster_1 { h }
  subgraph cluster_1 {} -> a
  b [label=<<b>bold</b><!-- --> <br/>>; id="x"][tooltip="say \"hi\"\n\\ there \
joined"]
  Фес; -12.5 ; "graph" [type=Place]
}
graph { a -- { b c } -- a; edge [dir=none] a -- a }"##;
    insta::assert_snapshot!(imported("a.gv", text));
}

#[test]
fn bad_dot_is_refused_with_its_place() {
    let deep = "digraph {".to_owned() + &"{".repeat(10_000);
    let many = format!(
        "digraph {{ {0} -> {0} }}",
        format!(
            "{{ {} }}",
            (0..4000).map(|n| format!("n{n} ")).collect::<String>()
        )
    );
    let cases = [
        ("empty", ""),
        ("comment", "// nothing"),
        ("half", "digraph {\n  a -> b\n"),
        ("arrow", "graph {\n  a -> b\n}"),
        ("line", "digraph {\n  a -- b\n}"),
        ("end", "digraph {\n  a -> ;\n}"),
        ("attribute", "digraph {\n  a [label=]\n}"),
        ("no body", "digraph {\n  subgraph a -> b\n}"),
        ("no value", "digraph {\n  a [bold]\n}"),
        ("keyword", "digraph {\n  a -> node\n}"),
        ("quote", "digraph {\n  a [label=\"b]\n}"),
        ("html", "digraph {\n  a [label=<<b>]\n}"),
        ("remark", "digraph {\n  /* a\n}"),
        ("sign", "digraph {\n  a ~ b\n}"),
        ("more", "digraph {}\n}"),
        ("deep", &deep),
        ("many", &many),
    ];
    let messages: String = cases
        .iter()
        .map(|(name, text)| format!("{name}: {}\n", refusal("a.dot", text)))
        .collect();
    insta::assert_snapshot!(messages);
}

/// What `format` can hold of `graph`.
fn held(format: &str, mut graph: Records) -> Records {
    let writer = Format::named(format).expect("it is there").writer;
    let abilities = writer.expect("it is written").abilities();
    for node in &mut graph.nodes {
        if !abilities.labels {
            node.labels.clear();
        }
        node.properties
            .retain(|(key, value)| abilities.node_properties.holds(key, value));
    }
    for relationship in &mut graph.relationships {
        if !abilities.types {
            relationship.relationship_type = "RELATED_TO".into();
        }
        relationship
            .properties
            .retain(|(key, value)| abilities.relationship_properties.holds(key, value));
    }
    graph
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn pajek_keeps_what_it_can(
        mut graph in any_graph(),
        labels in prop::collection::vec(prop::option::of("[a-zv_0-9\"\\\\\n é]{0,4}"), 8),
        weights in prop::collection::vec(prop::option::of(any::<i32>()), 8),
    ) {
        for (node, label) in graph.nodes.iter_mut().zip(labels) {
            node.properties.extend(label.map(|label| ("label".into(), label.into())));
        }
        for (relationship, weight) in graph.relationships.iter_mut().zip(weights) {
            let weight = weight.map(|weight| Value::from(f64::from(weight) / 8.0));
            relationship.properties.extend(weight.map(|weight| ("weight".into(), weight)));
        }
        let graph = held("pajek", graph);
        let text = write_text("pajek", &graph).expect("it is written");
        assert_same(read_text("graph.net", &text).expect("it is read"), graph);
    }

    #[test]
    fn sif_keeps_what_it_can(mut graph in any_graph(), spaces in any::<bool>()) {
        for (number, node) in graph.nodes.iter_mut().enumerate() {
            let separator = if spaces { " " } else { "" };
            node.properties = vec![("id".into(), format!("node{separator}{number}").into())];
        }
        let graph = held("sif", graph);
        let text = write_text("sif", &graph).expect("it is written");
        assert_same(read_text("graph.sif", &text).expect("it is read"), graph);
    }
}

#[test]
fn pajek_in_all_its_parts() {
    let text = "\u{feff}*Network of friends\n% a comment\n*Vertices 5\n\
        1 \"Ana \\\"A\\\"\" 0.1 0.2 0.5 ellipse ic Red x_fact 1.5\n2 Badr\n4 \"\"\n\
        *Arcs :1 \"likes\"\n1 2 0.5 l \"KNOWS\" c Blue\n2 1 -1\n*Edges\n1 4\n\
        # another\n*Arcslist\n5 1 2\n*Edgeslist\n3 4\n*Arcs :2 \"hates\"\n3 5\n1: 4 5 2\n\
        *Matrix\n0 0 0 0 2\n0 0 0 0 0\n0 0 1.5 0 0 0 0 0\n0 0 0 0 0 0 0\n*Partition x\n1\n";
    let two_modes = "*vertices 3 2\n*matrix\n1\n0\n";
    let shown = [text, two_modes]
        .map(|text| imported("a.net", text))
        .concat();
    insta::assert_snapshot!(shown);
}

#[test]
fn dl_in_all_its_layouts() {
    let full = "DL N = 3, FORMAT = FULLMATRIX NM=2\nLABELS:\nAna \"B C\",Dora\n\
        MATRIX LABELS:\nlikes hates\nDATA:\n0 1 0\n1 0 0.5 0 0 0\n\n0 0 0\n0 0 0\n3 0 0\n";
    let embedded = "dl nr=2 nc=3 labels embedded\ndata:\n  x y z\nA 1 0 0\nB 0 0 1\n";
    let half = "dl n=3\nformat=lowerhalf diagonal=absent\ndata:\n1\n0 1\n";
    let edges = "dl n=3 format=edgelist1 row labels:\na\nb\nc\ndata:\n1 2 5\n2 c\n";
    let named = "dl n=4, format=nodelist1\nlabels embedded:\ndata:\na b c\nb a\n";
    let few = "dl n=3 labels: a b\ndata:\n0 0 0\n0 0 0\n0 0 0";
    let texts = [full, embedded, half, edges, named, few];
    insta::assert_snapshot!(texts.map(|text| imported("a.dl", text)).concat());
}

#[test]
fn sif_in_both_its_forms() {
    let blanks = "a pp b c\n\nalone\nalone\nb pd a\n";
    let tabs = "New York\tis in\tUSA\nalone too\t\n";
    let shown = [blanks, tabs].map(|text| imported("a.sif", text)).concat();
    insta::assert_snapshot!(shown);
}

#[test]
fn bad_files_of_network_tools_are_refused_with_their_place() {
    let cases = [
        ("no vertices", "a.net", "1 2 3\n"),
        ("no number", "a.net", "*Vertices\n"),
        ("too large", "a.net", "*Vertices 2\n*Arcs\n1 3\n"),
        ("quote", "a.net", "*Vertices 2\n1 \"a\n"),
        ("twice", "a.net", "*Vertices 2\n*Vertices 2\n"),
        ("few cells", "a.net", "*Vertices 2\n*Matrix\n1 0\n1\n"),
        ("many cells", "a.net", "*Vertices 1\n*Matrix\n1 0\n"),
        ("no dl", "a.dl", "n=3\n"),
        ("no data", "a.dl", "dl n=3 format=edgelist1\n"),
        ("no count", "a.dl", "dl format=fullmatrix data:\n"),
        ("format", "a.dl", "dl n=3 format=blockmatrix data:\n"),
        ("word", "a.dl", "dl n=3 : data:\n"),
        ("half", "a.dl", "dl n=2 data:\n0 1\n0\n"),
        ("more", "a.dl", "dl n=1 data:\n0 1\n"),
        ("cell", "a.dl", "dl n=1 data:\nx\n"),
        ("unknown", "a.dl", "dl n=2 format=edgelist1 data:\n1 3\n"),
        (
            "surplus",
            "a.dl",
            "dl n=1 format=edgelist1 labels embedded data:\na b\n",
        ),
        ("one end", "a.dl", "dl n=2 format=edgelist1 data:\n\n1\n"),
        ("no end", "a.sif", "a pp b\na pp\n"),
    ];
    let messages: String = cases
        .iter()
        .map(|(name, file, text)| format!("{name}: {}\n", refusal(file, text)))
        .collect();
    insta::assert_snapshot!(messages);
    // A number of vertices that no memory holds.
    let limits = Limits {
        memory: 1_000_000,
        ..Limits::default()
    };
    let small = Context::new(limits, Interrupt::default(), DateTime::now());
    let source = [Source::text("a.net", b"*Vertices 999999999999\n")];
    let options = ImportOptions::default();
    let error = import(&source, &options, Snapshot::default(), &small);
    let error = error.expect_err("the budget is spent");
    assert_eq!(error.code(), "ResourceError: OutOfMemory");
}

#[test]
fn mermaid_looks_like_this() {
    insta::assert_snapshot!(write_text("mermaid", &awkward()).expect("it is written"));
}

/// A graph in which every node and every relationship has the same keys, with values that all
/// tools have types for.
fn regular() -> Records {
    let mut graph = awkward();
    let names = ["الرباط", "say \"hi\" <&>", "Fès"];
    for (node, name) in graph.nodes.iter_mut().zip(names) {
        node.properties = named(vec![
            ("name", name.into()),
            ("area", (name.len() as f64 + 0.5).into()),
            ("capital", (name.len() > 10).into()),
        ]);
        node.labels.push("a:b".into());
    }
    for relationship in &mut graph.relationships {
        relationship.relationship_type = relationship.relationship_type.replace('"', "").into();
        relationship.properties = named(vec![("weight", 0.25.into())]);
    }
    graph
}

/// `graph` without the keys that a tool adds, or has no type for.
fn without(mut graph: Records, keys: &[&str]) -> Records {
    for node in &mut graph.nodes {
        node.properties
            .retain(|(key, _)| !keys.contains(&key.as_ref()));
    }
    for relationship in &mut graph.relationships {
        let properties = &mut relationship.properties;
        properties.retain(|(key, _)| !keys.contains(&key.as_ref()));
    }
    graph
}

const NETWORKX: &str = r#"
import sys
import networkx as nx
folder = sys.argv[1]
def count(graph):
    print(graph.number_of_nodes(), graph.number_of_edges())
    return graph
nx.write_graphml(count(nx.read_graphml(folder + "/ours.graphml")), folder + "/nx.graphml")
nx.write_gexf(count(nx.read_gexf(folder + "/ours.gexf")), folder + "/nx.gexf")
nx.write_gml(count(nx.read_gml(folder + "/ours.gml", label="id")), folder + "/nx.gml")
nx.write_pajek(count(nx.read_pajek(folder + "/ours.net")), folder + "/nx.net")
edges = nx.read_edgelist(folder + "/ours.edgelist", create_using=nx.MultiDiGraph, data=[("weight", float)])
nx.write_edgelist(count(edges), folder + "/nx.edgelist", data=["weight"])
"#;

const IGRAPH: &str = r#"
import sys
import igraph
folder = sys.argv[1]
def count(graph):
    print(graph.vcount(), graph.ecount())
    return graph
count(igraph.Graph.Read_GraphML(folder + "/ours.graphml")).write_graphml(folder + "/ig.graphml")
count(igraph.Graph.Read_GML(folder + "/ours.gml")).write_gml(folder + "/ig.gml")
count(igraph.Graph.Read_Pajek(folder + "/ours.net")).write_pajek(folder + "/ig.net")
count(igraph.Graph.Read_Ncol(folder + "/ours.edgelist", directed=True))
"#;

/// Writes the regular graph for a script to read, and gives the folder and what the script prints.
fn written_for(module: &str, script: &str, graph: &Records) -> Option<(tempfile::TempDir, String)> {
    if !runs("python3", &["-c", &format!("import {module}")]) {
        return None;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut graph = graph.clone();
    for format in ["graphml", "gexf", "gml", "edgelist", "pajek"] {
        let ending = Format::named(format).expect("it is there").endings[0];
        if format == "pajek" {
            for node in &mut graph.nodes {
                let name = format!("é {}", node.labels.join(" "));
                node.properties = named(vec![("label", name.as_str().into())]);
            }
        }
        let path = folder.path().join(format!("ours.{ending}"));
        write_files(format, &graph, &path).expect("it is written");
    }
    let path = folder.path().to_str().expect("a name in UTF-8").to_owned();
    let printed = printed("python3", &["-W", "ignore", "-c", script, &path]);
    Some((folder, printed))
}

#[test]
fn networkx_reads_the_formats_of_graph_tools() {
    let Some((folder, printed)) = written_for("networkx", NETWORKX, &regular()) else {
        return;
    };
    assert_eq!(printed, "3 3\n3 3\n3 3\n3 3\n2 3\n");
    let back = |name: &str| {
        let source = Source::path(folder.path().join(name));
        read(&[source]).expect("it is read")
    };
    for name in ["nx.graphml", "nx.gexf", "nx.gml"] {
        assert_same(without(back(name), &["id", "label"]), regular());
    }
    assert_same(
        held("pajek", back("nx.net")),
        held("pajek", back("ours.net")),
    );
    assert_eq!(
        back("nx.edgelist").relationships,
        back("ours.edgelist").relationships
    );
}

#[test]
fn igraph_reads_the_formats_of_graph_tools() {
    // Of GML's entities it knows few.
    let mut graph = regular();
    for node in &mut graph.nodes {
        node.labels.retain(|label| label.is_ascii());
        node.properties
            .retain(|(_, value)| value.to_string().is_ascii());
        if node.properties.len() < 3 {
            node.properties.push(("name".into(), "ASCII".into()));
        }
    }
    let Some((folder, printed)) = written_for("igraph", IGRAPH, &graph) else {
        return;
    };
    assert_eq!(printed, "3 3\n3 3\n3 3\n2 3\n");
    let back = |name: &str| {
        let source = Source::path(folder.path().join(name));
        read(&[source]).expect("it is read")
    };
    assert_same(without(back("ig.graphml"), &["id"]), graph.clone());
    // It reads truth values of GML as numbers.
    let keys = ["id", "capital"];
    assert_same(without(back("ig.gml"), &keys), without(graph, &keys));
    let lines = |graph: Records| held("pajek", graph).relationships.len();
    assert_eq!(lines(back("ig.net")), 3);
}

/// The graph that a script makes, and what was left out of it.
fn ran(script: &str) -> String {
    let scripts = [Source::text("a.cypher", script.as_bytes())];
    let (graph, warnings) = crate::real_files::run_scripts(&scripts).expect("it runs");
    let mut records = dumped(&graph);
    records.warnings = warnings;
    shown(&records) + "\n"
}

#[test]
fn scripts_of_other_databases_run() {
    let memgraph = "CREATE INDEX ON :__mg_vertex__(__mg_id__);\n\
        CREATE (:__mg_vertex__:`Person` {__mg_id__: 0, `name`: \"a; b\"});\n\
        CREATE (:__mg_vertex__:`Person` {__mg_id__: 1, `name`: 'it\\'s; --'});\n\
        CREATE INDEX ON :`Person`;\nCREATE CONSTRAINT ON (u:`Person`) ASSERT EXISTS (u.`name`);\n\
        CREATE CONSTRAINT ON (u:`Person`) ASSERT u.`name`, u.`id` IS UNIQUE;\n\
        MATCH (u:__mg_vertex__), (v:__mg_vertex__) WHERE u.__mg_id__ = 0 AND v.__mg_id__ = 1 \
        CREATE (u)-[:`KNOWS` {`since`: 2001}]->(v);\n\
        DROP INDEX ON :__mg_vertex__(__mg_id__);\n\
        MATCH (u) REMOVE u:__mg_vertex__, u.__mg_id__;\n";
    let old_shell = "BEGIN\nCREATE CONSTRAINT ON (node:`UNIQUE IMPORT LABEL`) \
        ASSERT (node.`UNIQUE IMPORT ID`) IS UNIQUE;\nCOMMIT\nSCHEMA AWAIT\nBEGIN\n\
        UNWIND [{_id:3, properties:{name:\"x\"}}, {_id:4, properties:{}}] AS row\n\
        CREATE (n:`UNIQUE IMPORT LABEL`{`UNIQUE IMPORT ID`: row._id}) \
        SET n += row.properties SET n:`A;B`;\nCOMMIT\nBEGIN\n\
        UNWIND [{start: {_id:3}, end: {_id:4}, properties:{}}] AS row\n\
        MATCH (start:`UNIQUE IMPORT LABEL`{`UNIQUE IMPORT ID`: row.start._id})\n\
        MATCH (end:`UNIQUE IMPORT LABEL`{`UNIQUE IMPORT ID`: row.end._id})\n\
        CREATE (start)-[r:KNOWS]->(end) SET r += row.properties;\nCOMMIT\nBEGIN\n\
        MATCH (n:`UNIQUE IMPORT LABEL`)  WITH n LIMIT 20000 \
        REMOVE n:`UNIQUE IMPORT LABEL` REMOVE n.`UNIQUE IMPORT ID`;\nCOMMIT\nBEGIN\n\
        DROP CONSTRAINT ON (node:`UNIQUE IMPORT LABEL`) \
        ASSERT (node.`UNIQUE IMPORT ID`) IS UNIQUE;\nCOMMIT\n";
    let movies = "CREATE (TheMatrix:Movie {title:'The Matrix'})\nCREATE (Keanu:Person)\nCREATE\n\
        (Keanu)-[:ACTED_IN {roles:['Neo; One']}]->(TheMatrix) // a; comment\n\
        WITH TheMatrix AS m\nMATCH (a)-[:ACTED_IN]->(m) RETURN a, m LIMIT 10\n;\n";
    let kuzu = "CREATE NODE TABLE User(name STRING, PRIMARY KEY(name));\n\
        CREATE REL TABLE Follows(FROM User TO User);\nCREATE FULLTEXT INDEX i FOR (n:A) \
        ON EACH [n.b];\n:use neo4j\nCREATE (:User {name: 'a'});\nCALL db.awaitIndexes(300);";
    let batches = ":begin\n:param rows => [{_id:1, properties:{a:\"$rows; \"}}, {_id:2, properties:{}}]\n\
        UNWIND $rows AS row\nCREATE (n:A{id: row._id}) SET n += row.properties;\n:commit\n";
    let shown = [memgraph, old_shell, movies, kuzu, batches]
        .map(ran)
        .concat();
    insta::assert_snapshot!(shown);
}
