//! Parquet and Arrow: tables read back, other tools read them and we read theirs, damaged files are
//! refused.

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use rihla::graph::Snapshot;
use rihla::import_export::{ExportSource, ImportOptions, Source, export_file, import};

use crate::formats::{
    Records, any_graph, assert_same, awkward, context, printed, read, runs, write_files,
};

const FORMATS: [&str; 2] = ["parquet", "arrow"];

#[test]
fn awkward_graphs_read_back() {
    for format in FORMATS {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join(format!("graph.{format}"));
        let files = write_files(format, &awkward(), &path).expect("it is written");
        assert_same(read(&files).expect("it is read"), awkward());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_graph_reads_back(graph in any_graph()) {
        for format in FORMATS {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let path = folder.path().join(format!("graph.{format}"));
            let files = write_files(format, &graph, &path).expect("it is written");
            assert_same(read(&files).expect("it is read"), graph.clone());
        }
    }
}

#[test]
fn tables_without_names_are_nodes_and_relationships() {
    let folder = std::env::var_os("RIHLA_FILES").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/files"),
        PathBuf::from,
    );
    let folder = folder.join("parquet/demo-db");
    if !folder.exists() {
        eprintln!("there are no files of other tools; the test is passed over");
        return;
    }
    let names = ["follows", "lives-in", "city", "user"];
    let sources = names.map(|name| Source::path(folder.join(format!("{name}.parquet"))));
    let options = ImportOptions::default();
    let imported = import(&sources, &options, Snapshot::default(), &context());
    let (_, report) = imported.expect("it is read");
    assert_eq!(report.to_string(), "7 nodes, 8 relationships");
    let counts = |counts: &std::collections::BTreeMap<std::sync::Arc<str>, u64>| {
        let counts: Vec<String> = counts
            .iter()
            .map(|it| format!("{} {}", it.0, it.1))
            .collect();
        counts.join(", ")
    };
    assert_eq!(counts(&report.labels), "City 3, User 4");
    assert_eq!(counts(&report.types), "FOLLOWS 4, LIVES_IN 4");
    for (source, nodes, edges) in [(&sources[0], 0, 4), (&sources[2], 3, 0)] {
        let records = read(std::slice::from_ref(source)).expect("it is read");
        assert_eq!(
            (records.nodes.len(), records.relationships.len()),
            (nodes, edges)
        );
    }
}

/// Reads ours with three tools, and writes tables of many types, which we read.
const PYTHON: &str = r#"
import sys, datetime, decimal
import pyarrow as pa, pyarrow.parquet as pq, pyarrow.feather as feather, duckdb, pandas
folder = sys.argv[1]
for table in ["nodes", "relationships"]:
    ours = pq.read_table(f"{folder}/ours.{table}.parquet")
    arrow = feather.read_table(f"{folder}/ours.{table}.arrow")
    assert ours.to_pylist() == arrow.to_pylist() or "worst" in ours.column_names
    frame = pandas.read_parquet(f"{folder}/ours.{table}.parquet")
    count = duckdb.sql(f"SELECT count(*) FROM '{folder}/ours.{table}.parquet'").fetchall()[0][0]
    print(ours.num_rows, arrow.num_rows, len(frame), count)
print(duckdb.sql(f"SELECT n.name FROM '{folder}/ours.nodes.parquet' n JOIN "
    f"'{folder}/ours.relationships.parquet' r ON r._start = n._id WHERE r.km = 3").fetchall()[0][0])
day = datetime.date(2007, 2, 15)
at = datetime.datetime(2007, 2, 15, 21, 40, 32, 142000)
nodes = pa.table({
    "id": pa.array([1, 2], pa.int32()),
    "label": pa.array(["City", "City;Port"]),
    "name": pa.array(["Rabat", None], pa.dictionary(pa.int8(), pa.string())),
    "narrow": pa.array([0.1, None], pa.float32()),
    "price": pa.array([decimal.Decimal("1.50"), None], pa.decimal128(10, 2)),
    "day": pa.array([day, None]),
    "at": pa.array([at, None], pa.timestamp("ms")),
    "instant": pa.array([at, None], pa.timestamp("us", "Africa/Casablanca")),
    "time": pa.array([datetime.time(10, 30), None], pa.time64("us")),
    "tags": pa.array([["a", "b"], []], pa.large_list(pa.string())),
    "odd": pa.array([{"a": 1}, None]),
})
edges = pa.table({
    "source": pa.array([1, 2], pa.int64()),
    "target": pa.array([2, 2], pa.int64()),
    "type": ["ROAD", "LOOP"],
    "km": pa.array([3, 4], pa.uint16()),
})
for compression in ["zstd", "snappy", "none", "lz4", "gzip"]:
    pq.write_table(nodes, f"{folder}/{compression}.nodes.parquet", compression=compression)
    pq.write_table(edges, f"{folder}/{compression}.edges.parquet", compression=compression)
for compression in ["zstd", "uncompressed", "lz4"]:
    feather.write_feather(nodes, f"{folder}/{compression}.nodes.feather", compression=compression)
    feather.write_feather(edges, f"{folder}/{compression}.edges.feather", compression=compression)
"#;

#[test]
fn other_tools_read_ours_and_we_read_theirs() {
    if !runs("python3", &["-c", "import pyarrow, duckdb, pandas"]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    for format in FORMATS {
        let path = folder.path().join(format!("ours.{format}"));
        write_files(format, &awkward(), &path).expect("it is written");
    }
    let path = folder.path().to_str().expect("a name in UTF-8");
    let counted = printed("python3", &["-c", PYTHON, path]);
    assert_eq!(counted, "3 3 3 3\n3 3 3 3\nالرباط\n");
    let files = [
        ("zstd", "parquet"),
        ("snappy", "parquet"),
        ("none", "parquet"),
        ("lz4", "parquet"),
        ("gzip", "parquet"),
        ("zstd", "feather"),
        ("uncompressed", "feather"),
        ("lz4", "feather"),
    ];
    for (compression, ending) in files {
        let file = |table| {
            folder
                .path()
                .join(format!("{compression}.{table}.{ending}"))
        };
        let sources = [Source::path(file("nodes")), Source::path(file("edges"))];
        let records = read(&sources).expect("it is read");
        assert_eq!(records.warnings.len(), 1, "the column odd is not kept");
        let shown: Vec<String> = records
            .nodes
            .iter()
            .map(|node| format!("{node:?}"))
            .collect();
        if (compression, ending) == ("zstd", "parquet") {
            insta::assert_snapshot!(shown.join("\n"));
        }
        assert_eq!((records.nodes.len(), records.relationships.len()), (2, 2));
        let options = ImportOptions::default();
        import(&sources, &options, Snapshot::default(), &context()).expect("the ids fit");
    }
}

#[test]
fn rows_of_a_result_are_a_table() {
    if !runs("python3", &["-c", "import pyarrow, duckdb"]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = rihla::Database::in_memory();
    let query = "UNWIND [1, 2, 3] AS n RETURN n, 'name ' + n AS name, n > 1 AS more, \
                 date('2007-02-15') AS day, null AS nothing";
    let result = database.session().query(query, ()).expect("it runs");
    for format in FORMATS {
        let path = folder.path().join(format!("rows.{format}"));
        let report = export_file(ExportSource::Result(&result), &path, None, &context());
        let report = report.expect("it is written");
        assert_eq!((report.rows, report.files), (Some(3), vec![path]));
    }
    let script = "
import sys, duckdb, pyarrow.feather as feather
folder = sys.argv[1]
print(duckdb.sql(f\"SELECT * FROM '{folder}/rows.parquet' WHERE more\").fetchall())
print(feather.read_table(f'{folder}/rows.arrow').num_rows)";
    let path = folder.path().to_str().expect("a name in UTF-8");
    let printed = printed("python3", &["-c", script, path]);
    let day = "datetime.date(2007, 2, 15)";
    let rows = format!("[(2, 'name 2', True, {day}, None), (3, 'name 3', True, {day}, None)]");
    assert_eq!(printed, format!("{rows}\n3\n"));
}

#[test]
fn damaged_files_are_refused() {
    for format in FORMATS {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join(format!("graph.{format}"));
        write_files(format, &awkward(), &path).expect("it is written");
        let file = folder.path().join(format!("graph.nodes.{format}"));
        let whole = fs::read(&file).expect("it is there");
        let name = format!("cut.{format}");
        for length in (0..whole.len()).step_by(whole.len() / 60 + 1) {
            let cut = whole.get(..length).unwrap_or_default();
            let error = read(&[Source::text(&name, cut)]).expect_err("it is cut");
            assert_eq!(error.code(), "FormatError: InvalidContent");
        }
        for place in 0..whole.len() {
            let mut changed = whole.clone();
            changed[place] ^= 1 << (place % 8);
            // Read or refused, but no panic: the format has no checksum over everything.
            let _ = read(&[Source::text(&name, &changed)]);
        }
        assert!(read(&[Source::text(&name, b"no table at all")]).is_err());
    }
}

/// Nodes and relationships as text in order: an archive groups them by labels and types.
fn sorted(mut graph: Records) -> (Vec<String>, Vec<String>) {
    let mut texts = std::collections::HashMap::new();
    let mut nodes = Vec::new();
    for node in &mut graph.nodes {
        node.labels.sort();
        node.properties.sort_by(|a, b| a.0.cmp(&b.0));
        let text = format!("{:?} {:?}", node.labels, node.properties);
        texts.insert(node.id.clone(), text.clone());
        nodes.push(text);
    }
    let relationships = graph.relationships.into_iter().map(|mut it| {
        it.properties.sort_by(|a, b| a.0.cmp(&b.0));
        let (start, end) = (&texts[&Some(it.start)], &texts[&Some(it.end)]);
        let named = format!("{} {:?}", it.relationship_type, it.properties);
        format!("{start} -{named}-> {end}")
    });
    let mut relationships: Vec<String> = relationships.collect();
    nodes.sort();
    relationships.sort();
    (nodes, relationships)
}

fn through_archive(graph: &Records) -> Records {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("graph.graphar");
    write_files("graphar", graph, &path).expect("it is written");
    read(&[Source::path(&path)]).expect("it is read")
}

#[test]
fn an_archive_reads_back() {
    assert_eq!(sorted(through_archive(&awkward())), sorted(awkward()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn any_graph_goes_through_an_archive(graph in any_graph()) {
        assert_eq!(sorted(through_archive(&graph)), sorted(graph));
    }
}

/// Reads an archive with the library of GraphAr and its tables with pyarrow.
const GRAPHAR: &str = r#"
import sys, pathlib
import graphar, pyarrow.parquet as pq
folder = pathlib.Path(sys.argv[1])
graph = graphar.GraphInfo.load(str(folder / "graph.graph.yml"))
vertices, edges = 0, 0
for info in graph.get_vertex_infos():
    assert info.is_validated(), info.dump()
    files = sorted((folder / f"vertex/{info.get_type()}/properties").iterdir())
    vertices += sum(pq.read_table(file).num_rows for file in files)
for info in graph.get_edge_infos():
    assert info.is_validated(), info.dump()
    lists = folder / info.get_prefix() / "ordered_by_source/adj_list"
    edges += sum(pq.read_table(file).num_rows for file in lists.glob("*/*"))
print(vertices, edges)
"#;

#[test]
fn the_library_of_graphar_reads_our_archive() {
    if !runs("python3", &["-c", "import graphar, pyarrow"]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("graph.graphar");
    write_files("graphar", &awkward(), &path).expect("it is written");
    let path = path.to_str().expect("a name in UTF-8");
    assert_eq!(printed("python3", &["-c", GRAPHAR, path]).trim(), "3 3");
}

#[test]
fn an_archive_keeps_to_its_folder() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let refused = |file: &str, text: &str| {
        fs::write(folder.path().join(file), text).expect("it is written");
        let error = read(&[Source::path(folder.path().join("a.graph.yml"))]);
        let error = error.expect_err("it is bad").to_string();
        error.replace(&format!("{}/", folder.path().display()), "")
    };
    let vertex = "type: A\nchunk_size: 10\nproperty_groups:\n  - file_type: orc\n    \
                  properties:\n      - name: x\n";
    let messages = [
        refused("a.graph.yml", "vertices: [../b.vertex.yml]"),
        refused("a.graph.yml", "vertices: [/etc/passwd]"),
        refused("a.graph.yml", "vertices: {"),
        refused("a.graph.yml", "vertices: [a.vertex.yml]"),
        refused("a.vertex.yml", vertex),
        refused("a.vertex.yml", "chunk_size: 10"),
    ];
    insta::assert_snapshot!(messages.join("\n"));
}
