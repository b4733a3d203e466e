//! Files with parts left out, doubled, exchanged or cut off, read by every reader of the table under
//! limits of memory and time. Whatever comes of them, nothing panics, overflows the stack, hangs, or is
//! called a defect of the program.
//!
//! `RIHLA_FUZZ_SECONDS` says for how long (3), `RIHLA_FUZZ_SEED` with which random numbers (1). The
//! file that is read is kept, for the case that the process is torn down with it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use rihla::Result;
use rihla::context::{Context, Interrupt, Limits};
use rihla::error::ErrorKind;
use rihla::graph::Snapshot;
use rihla::import_export::cypher::read_script;
use rihla::import_export::format::Reading;
use rihla::import_export::{FORMATS, Format, ImportOptions, OnError, Source, import};
use rihla::value::DateTime;

use crate::formats::{awkward, write_files};

/// Files of formats that are not written, and of dialects that no writer of ours has.
pub(crate) const SAMPLES: &[(&str, &str)] = &[
    (
        "graphology",
        r#"{"options":{"type":"mixed","multi":true},"attributes":{"name":"g"},
        "nodes":[{"key":"a","attributes":{"x":1,"y":2.5}},{"key":"b"}],
        "edges":[{"key":"e","source":"a","target":"b","undirected":true,"attributes":{"w":[1,2]}}]}"#,
    ),
    (
        "graphson",
        r#"{"id":{"@type":"g:Int32","@value":1},"label":"person","outE":{"knows":[{"id":7,"inV":2,"properties":{"w":{"@type":"g:Double","@value":0.5}}}]},"properties":{"name":[{"id":0,"value":"marko","properties":{"since":1}}]}}
{"id":2,"label":"person","inE":{"knows":[{"id":7,"outV":1}]}}"#,
    ),
    (
        "graphson",
        r#"{"@type":"tinker:graph","@value":{"vertices":[{"@type":"g:Vertex","@value":{"id":{"@type":"g:UUID","@value":"a"},
        "label":"v","properties":{"at":[{"@type":"g:VertexProperty","@value":{"id":1,"value":{"@type":"g:Date","@value":1000}}}]}}}],
        "edges":[{"@type":"g:Edge","@value":{"id":1,"label":"e","inV":{"@type":"g:UUID","@value":"a"},"outV":{"@type":"g:UUID","@value":"a"},
        "properties":{"m":{"@type":"g:Property","@value":{"key":"m","value":{"@type":"g:Map","@value":["k",{"@type":"g:List","@value":[1]}]}}}}}}]}}"#,
    ),
    (
        "graphson",
        r#"{"graph":{"mode":"EXTENDED","vertices":[{"_id":1,"_type":"vertex","age":{"type":"integer","value":3}}],
        "edges":[{"_id":2,"_type":"edge","_outV":1,"_inV":1,"_label":"loop"}]}}"#,
    ),
    (
        "kgx",
        r#"{"nodes":[{"id":"HGNC:1","category":["biolink:Gene"],"name":"x"},{"id":"HGNC:1","xref":["a"]}],
        "edges":[{"subject":"HGNC:1","predicate":"biolink:related_to","object":"HGNC:2"}]}"#,
    ),
    (
        "mcp-memory",
        r#"{"type":"entity","name":"a","entityType":"Person","observations":["tall"]}
{"type":"relation","from":"a","to":"a","relationType":"knows"}"#,
    ),
    (
        "mcp-memory",
        r#"{"entities":[{"name":"a","entityType":"Person","observations":[]}],"relations":[{"from":"a","to":"a","relationType":"knows"}]}"#,
    ),
    (
        "apoc-json",
        r#"{"nodes":{"0":{"type":"node","id":"0","labels":["A"],"properties":{"p":{"crs":"wgs-84","latitude":1.5}}}},
        "rels":{"0":{"type":"relationship","id":"0","label":"T","start":{"id":"0"},"end":{"id":"0"}}}}"#,
    ),
    (
        "cytoscape",
        r#"[{"group":"nodes","data":{"id":"a","parent":"b"},"position":{"x":1,"y":2},"classes":"c d"},
        {"data":{"id":"b"}},{"data":{"id":"e","source":"a","target":"b"}}]"#,
    ),
    (
        "jgf",
        r#"{"graphs":[{"directed":false,"nodes":[{"id":"a","label":"A","metadata":{"x":1}}],"edges":[{"source":"a","target":"a","relation":"r"}],
        "hyperedges":[{"nodes":["a"]}]},{"nodes":{"a":{}}}]}"#,
    ),
    (
        "jsoncanvas",
        r#"{"nodes":[{"id":"a","type":"file","file":"a.md","x":0,"y":0,"width":1,"height":1}],
        "edges":[{"id":"e","fromNode":"a","toNode":"a","label":"see","fromSide":"top"}]}"#,
    ),
    (
        "gephi-csv",
        "Id,Label,timeset\na,A,\"<[1,2]>\"\na,A2,\n,,\n",
    ),
    ("gephi-csv", "Rabat,Fès,Salé\nFès,Rabat\nTangier\n"),
    ("gephi-csv", ";A;B\nA;0;1.5\nB;2;0\n"),
    (
        "gephi-csv",
        "Source,Target,Type,Weight\na,b,Undirected,2\nb,a,Directed,1\n",
    ),
    (
        "neptune-csv",
        "~id,~label,name:String(single),tags:String[],at:Date\n1,A;B,x,a;b,2020-01-01\n",
    ),
    (
        "neptune-csv",
        "~id,~from,~to,~label,w:Double\ne,1,1,T,0.5\n",
    ),
    (
        "kgx-tsv",
        "id\tcategory\tname\tpublications\nX:1\tbiolink:Gene|biolink:Thing\t\"a\tPMID:1|PMID:2\n",
    ),
    (
        "kgx-tsv",
        "subject\tpredicate\tobject\nX:1\tbiolink:is\tX:2\n",
    ),
    (
        "csv",
        "id:ID(A){id-type:int}|born:date|at:point{crs:WGS-84}|tags:string[]|:LABEL|x:IGNORE\n1|2020-01-01|{x:1}|a;b|A;B|y\n",
    ),
    (
        "ucinet-dl",
        "dl n=3 format=edgelist1\nlabels embedded\ndata:\na b 1\nb c 2\n",
    ),
    (
        "node-link",
        r#"{"directed":false,"multigraph":true,"nodes":[{"id":"a","w":NaN},{"id":"b"}],
        "adjacency":[[{"id":"b","key":0,"w":-Infinity}],[{"id":"a","key":0}]],
        "links":[{"source":0,"target":{"id":"b"}},{"from":"a","to":"b"}]}"#,
    ),
    (
        "apoc-json",
        "{\"n\":{\"type\":\"node\",\"id\":\"0\",\"labels\":[\"U\"],\"properties\":{}},\"x\":1}\n\
         {\"r\":[{\"id\":\"0\",\"type\":\"relationship\",\"label\":\"R\",\"start\":{\"id\":\"0\"},\"end\":{\"id\":\"0\"}}]}\n",
    ),
    (
        "csv",
        "sep=;\n_id;_labels;name;_start;_end;_type\n0;:A:B;\"x;\ny\";;;\n;;;0;0;R\n",
    ),
    (
        "edgelist",
        "a b {'weight': 7, 'tags': ['x', \"it's\"], 'ok': True, 'none': None}\nb c {}\n1;2;3;4\n",
    ),
    (
        "pajek",
        "*Network a\n*Vertices 2\n1 \"x\" box [5-10, 12]\n*Arcs\n1 2 1 [7]\n*Partition p\n*Vertices 2\n1\n2\n",
    ),
    (
        "cypher",
        ":begin\nCREATE (:A {text: ';'});\n:commit\nMATCH (n) RETURN n;\n",
    ),
];

/// What is put in somewhere.
const PIECES: &[&str] = &[
    "\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "<",
    ">",
    "\n",
    "\t",
    "|",
    ";",
    "\0",
    "\u{FEFF}",
    "null",
    "NaN",
    "1e999",
    "9223372036854775808",
    "-1",
    "\\u0000",
    "\\ud800",
    "&amp;",
    "<!--",
    "-->",
    "/*",
    "//",
    "[[[[[[[[[[[[[[[[",
    "{\"a\":{\"a\":{\"a\":",
    "((((",
    "é",
    "\u{10FFFF}",
    "{\"$date\":\"x\"}",
];

/// Beyond this no file may take, limits included, or a whole machine is slow.
const HANG: Duration = Duration::from_secs(20);

/// The files of one graph, in the order of an import.
struct Seed {
    format: &'static Format,
    files: Vec<(PathBuf, Vec<u8>)>,
    /// What is given to the import, where it is not all files.
    whole: Option<PathBuf>,
}

fn seeds() -> Vec<Seed> {
    let mut seeds = Vec::new();
    for format in FORMATS {
        if format.writer.is_none() || !format.reads() {
            continue;
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let name = PathBuf::from(format!("graph.{}", format.endings[0]));
        let mut graph = awkward();
        // Not every format takes every name.
        if write_files(format.name, &graph, &folder.path().join(&name)).is_err() {
            graph.relationships.truncate(0);
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join(&name);
        let written = write_files(format.name, &graph, &path).unwrap_or_default();
        let files = written.iter().map(|source| {
            let path = source.file().expect("it is a file");
            let inside = path.strip_prefix(folder.path().canonicalize().expect("it is there"));
            let inside = inside.expect("it is in the folder").to_owned();
            (inside, std::fs::read(path).expect("it is read"))
        });
        seeds.push(Seed {
            format,
            files: files.collect(),
            whole: path.is_dir().then_some(name),
        });
    }
    for (name, text) in SAMPLES {
        let Ok(format) = Format::named(name) else {
            continue;
        };
        let file = PathBuf::from(format!("graph.{}", format.endings[0]));
        seeds.push(Seed {
            format,
            files: vec![(file, text.as_bytes().to_vec())],
            whole: None,
        });
    }
    let kuzu = [
        (
            "schema.cypher",
            "CREATE NODE TABLE User(name STRING, tags STRING[], PRIMARY KEY (name));\nCREATE REL TABLE Follows(FROM User TO User, since INT64, MANY_MANY)",
        ),
        (
            "copy.cypher",
            "COPY User FROM \"user.csv\" (HEADER=true, DELIM=\"|\");\nCOPY `Follows` FROM 'follows.csv';",
        ),
        ("user.csv", "name|tags\nAdam|[a,b]\n"),
        ("follows.csv", "Adam,Adam,2020\n"),
    ];
    seeds.push(Seed {
        format: Format::named("kuzu").expect("it is there"),
        files: kuzu
            .map(|(name, text)| (name.into(), text.as_bytes().to_vec()))
            .into(),
        whole: Some("schema.cypher".into()),
    });
    seeds.retain(|seed| !seed.files.is_empty());
    seeds
}

fn mutate(bytes: &mut Vec<u8>, others: &[Seed], random: &mut fastrand::Rng) {
    for _ in 0..random.usize(1..4) {
        let at = random.usize(..=bytes.len());
        let end = (at + random.usize(1..40)).min(bytes.len());
        match random.u8(..8) {
            0 => drop(bytes.drain(at..end)),
            1 => {
                let doubled = bytes[at..end].to_vec();
                bytes.splice(at..at, doubled);
            }
            2 => {
                let piece = random.choice(PIECES).expect("there are some");
                bytes.splice(at..end, piece.bytes());
            }
            3 => {
                let piece = random.choice(PIECES).expect("there are some");
                bytes.splice(at..at, piece.bytes());
            }
            4 => {
                for byte in &mut bytes[at..end] {
                    *byte = random.u8(..);
                }
            }
            5 => bytes.truncate(at),
            6 => {
                let donor = random.choice(others).expect("there are some");
                let (_, donor) = random.choice(&donor.files).expect("there are some");
                let from = random.usize(..=donor.len());
                let to = (from + random.usize(1..200)).min(donor.len());
                bytes.splice(at..end, donor[from..to].iter().copied());
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << random.u8(..8);
                }
            }
        }
    }
}

/// Reads the files of `folder`, perhaps as a format that they are not.
fn read(seed: &Seed, format: &'static Format, folder: &Path, skip: bool) -> Result<()> {
    let limits = Limits {
        memory: 64 << 20,
        time: Some(Duration::from_secs(1)),
        ..Limits::default()
    };
    let context = Context::new(limits, Interrupt::default(), DateTime::now());
    let sources: Vec<Source<'_>> = match &seed.whole {
        Some(whole) => vec![Source::path(folder.join(whole))],
        None => {
            let files = seed.files.iter();
            files
                .map(|(name, _)| Source::path(folder.join(name)))
                .collect()
        }
    };
    if matches!(format.reading, Reading::Script) {
        for source in &sources {
            read_script(source, &context, |_| Ok(()))?;
        }
        return Ok(());
    }
    for source in &sources {
        // Telling the format must not fail on anything either.
        let _ = Format::of_source(source);
    }
    let options = ImportOptions {
        format: Some(format),
        on_error: if skip { OnError::Skip } else { OnError::Stop },
        ..ImportOptions::default()
    };
    import(&sources, &options, Snapshot::default(), &context).map(|_| ())
}

fn write(folder: &Path, files: &[(PathBuf, Vec<u8>)]) {
    for (name, bytes) in files {
        let path = folder.join(name);
        let parent = path.parent().expect("it is in the folder");
        std::fs::create_dir_all(parent).expect("the folder is made");
        std::fs::write(path, bytes).expect("the file is written");
    }
}

#[test]
fn every_reader_has_a_sample_that_it_reads() {
    let seeds = seeds();
    for format in FORMATS.iter().filter(|format| format.reads()) {
        let own: Vec<_> = seeds
            .iter()
            .filter(|seed| seed.format.name == format.name)
            .collect();
        assert!(!own.is_empty(), "{} has no sample", format.name);
        for seed in own {
            let folder = tempfile::tempdir().expect("a temporary folder");
            write(folder.path(), &seed.files);
            let read = read(seed, format, folder.path(), false);
            let known = "the node 1 is in another file";
            if let Err(error) = read {
                assert!(
                    error.code().contains("MissingNode"),
                    "{}: {error} ({known})",
                    format.name
                );
            }
        }
    }
}

#[test]
fn changed_files_end_well() {
    let number = |name: &str, default: u64| {
        let text = std::env::var(name).ok();
        text.map_or(default, |text| text.parse().expect("a number"))
    };
    let time = Duration::from_secs(number("RIHLA_FUZZ_SECONDS", 3));
    let mut random = fastrand::Rng::with_seed(number("RIHLA_FUZZ_SEED", 1));
    let seeds = seeds();
    let readable: Vec<_> = FORMATS.iter().filter(|format| format.reads()).collect();
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("changed-files");
    let (running, watched) = mpsc::channel::<&'static str>();
    let watch = std::thread::spawn(move || {
        let mut format = "";
        loop {
            match watched.recv_timeout(HANG) {
                Ok(next) => format = next,
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    eprintln!("the reader of {format} hangs for {HANG:?}");
                    std::process::exit(1);
                }
            }
        }
    });
    let start = Instant::now();
    let mut cases = 0_u64;
    let mut problems = Vec::new();
    while start.elapsed() < time && problems.len() < 10 {
        let seed = random.choice(&seeds).expect("there are some");
        let format = match random.u8(..10) {
            0 => *random.choice(&readable).expect("there are some"),
            _ => seed.format,
        };
        let mut files = seed.files.clone();
        let changed = random.usize(..files.len());
        mutate(&mut files[changed].1, &seeds, &mut random);
        let folder = kept.join(format.name);
        // What an earlier case left is gone, so that the kept files are those of this one.
        let _ = std::fs::remove_dir_all(&folder);
        write(&folder, &files);
        running.send(format.name).expect("the watch runs");
        let before = Instant::now();
        let skip = random.bool();
        let outcome = catch_unwind(AssertUnwindSafe(|| read(seed, format, &folder, skip)));
        let problem = match outcome {
            Err(_) => Some("it panicked".to_owned()),
            Ok(Err(error)) if error.kind() == ErrorKind::InternalError => Some(error.to_string()),
            Ok(_) if before.elapsed() > Duration::from_secs(5) => {
                Some(format!("it took {:?}", before.elapsed()))
            }
            Ok(_) => None,
        };
        if let Some(problem) = problem {
            let kept = kept.join(format!("problem-{}", problems.len()));
            write(&kept, &files);
            let text = String::from_utf8_lossy(&files[changed].1).into_owned();
            let kept = kept.display();
            problems.push(format!("{} in {kept}: {problem}\n{text}\n", format.name));
        }
        cases += 1;
    }
    drop(running);
    watch.join().expect("the watch ends");
    println!("{cases} files");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
