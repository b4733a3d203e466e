//! Files of other tools into the graph, and the graph or a result into files of other tools.
//!
//! * In: files, or text in memory; a snapshot or a query result.
//! * Out: a snapshot with the files' graph in it and a report; files.
//! * Never: query text beyond cutting scripts into statements; how the graph is kept.
//! * Start here: [`FORMATS`], then [`import`] and [`export`].
//!
//! Each format is one file with a reader, a writer or both. None of them touches the graph: all
//! speak the stream of records of [`record`]; [`load`] and [`dump`] speak to the graph for all.

pub mod batch;
pub mod part;
pub mod record;
pub mod format;
pub mod options;
pub mod source;
pub mod load;
pub mod report;
pub mod dump;
pub mod output;
pub mod abilities;

pub mod json;
pub mod csv;
pub mod cypher;
pub mod dot;
pub mod edge_list;
pub mod gml;
pub mod mermaid;
pub mod pajek;
pub mod sif;
pub mod ucinet;
mod compression;
pub mod rdf;
pub mod columnar;
mod byte_cursor;
mod dot_read;
mod encoded;
mod infer;
mod json_value;
mod known;
mod line_blocks;
mod lines;
mod node_ids;
mod node_names;
mod procedure;
mod python_dict;
mod relay;
mod script_dialects;
mod script_parameters;
mod temporal_text;
mod words;
pub mod xml;

use std::path::{Path, PathBuf};

use crate::context::Context;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::graph::{GraphWriter, Snapshot};

pub use abilities::{Abilities, Held};
pub use dump::{Dump, ExportSource};
pub use format::{Format, ReadFormat, Reading};
pub use load::MissingNodes;
pub use options::{ExistingNodes, IMPORT_OPTIONS, ImportOption, ImportOptions, OnError};
pub use output::Output;
pub use procedure::import_file;
pub use report::{FileNote, ImportWarning, Report};
pub use source::Source;

/// All formats. Among those that share an ending, the first that can be written is the one that
/// the ending means.
#[rustfmt::skip]
pub static FORMATS: &[Format] = &[
    Format {
        name: "json",
        title: "JSON graph",
        endings: &["json"],
        media_type: "application/json",
        recognises: json::json_graph::recognises,
        reading: Reading::Records(&json::json_graph::JsonGraph),
        writer: Some(&json::json_graph::JsonGraph),
        cannot_hold: "Nothing is lost; nodes and relationships get new numbers.",
    },
    Format {
        name: "node-link",
        title: "Node-link JSON (NetworkX)",
        endings: &["node-link.json", "json"],
        media_type: "application/json",
        recognises: json::node_link::recognises,
        reading: Reading::Records(&json::node_link::NODE_LINK),
        writer: Some(&json::node_link::NODE_LINK),
        cannot_hold: "Dates, durations and NaN are objects that other tools do not know.",
    },
    Format {
        name: "d3",
        title: "Node-link JSON (D3)",
        endings: &["d3.json"],
        media_type: "application/json",
        recognises: json::node_link::recognises,
        reading: Reading::Records(&json::node_link::D3),
        writer: Some(&json::node_link::D3),
        cannot_hold: "Dates, durations and NaN are objects that other tools do not know.",
    },
    Format {
        name: "cytoscape",
        title: "Cytoscape JSON",
        endings: &["cyjs", "json"],
        media_type: "application/vnd.cytoscape.cyjs+json",
        recognises: json::cytoscape::recognises,
        reading: Reading::Records(&json::cytoscape::Cytoscape),
        writer: Some(&json::cytoscape::Cytoscape),
        cannot_hold: "Dates, durations and NaN are objects that other tools do not know.",
    },
    Format {
        name: "jgf",
        title: "JSON Graph Format",
        endings: &["jgf", "jgf.json", "json"],
        media_type: "application/vnd.jgf+json",
        recognises: json::graph_format::recognises,
        reading: Reading::Records(&json::graph_format::JsonGraphFormat),
        writer: Some(&json::graph_format::JsonGraphFormat),
        cannot_hold: "Dates, durations and NaN are objects that other tools do not know. Hyperedges are not read.",
    },
    Format {
        name: "jsoncanvas",
        title: "JSON Canvas (Obsidian)",
        endings: &["canvas"],
        media_type: "application/json",
        recognises: json::canvas::recognises,
        reading: Reading::Records(&json::canvas::Canvas),
        writer: Some(&json::canvas::Canvas),
        cannot_hold: "Dates, durations and NaN are objects that other tools do not know.",
    },
    Format {
        name: "graphology",
        title: "Graphology JSON",
        endings: &["json"],
        media_type: "application/json",
        recognises: json::graphology::recognises,
        reading: Reading::Records(&json::graphology::GraphologyJson),
        writer: None,
        cannot_hold: "Not written.",
    },
    Format {
        name: "graphson",
        title: "GraphSON (Apache TinkerPop)",
        endings: &["graphson", "json"],
        media_type: "application/vnd.gremlin-v3.0+json",
        recognises: json::graphson::recognises,
        reading: Reading::Records(&json::graphson::GraphSon),
        writer: None,
        cannot_hold: "Not written; properties of properties are not read.",
    },
    Format {
        name: "apoc-json",
        title: "JSON of Neo4j's APOC",
        endings: &["jsonl", "ndjson", "json"],
        media_type: "application/x-ndjson",
        recognises: json::apoc::recognises,
        reading: Reading::Records(&json::apoc::ApocJson),
        writer: Some(&json::apoc::ApocJson),
        cannot_hold: "Types of dates, times and durations, and NaN: they are text.",
    },
    Format {
        name: "kgx",
        title: "KGX JSON (Biolink)",
        endings: &["jsonl", "ndjson", "json"],
        media_type: "application/x-ndjson",
        recognises: json::kgx::recognises,
        reading: Reading::Records(&json::kgx::KgxJson),
        writer: None,
        cannot_hold: "Not written.",
    },
    Format {
        name: "mcp-memory",
        title: "JSON of the MCP memory server",
        endings: &["jsonl", "ndjson", "json"],
        media_type: "application/x-ndjson",
        recognises: json::mcp_memory::recognises,
        reading: Reading::Records(&json::mcp_memory::McpMemory),
        writer: None,
        cannot_hold: "Not written.",
    },
    Format {
        name: "csv",
        title: "CSV tables (Neo4j import)",
        endings: &["csv", "tsv"],
        media_type: "text/csv",
        recognises: csv::recognises,
        reading: Reading::Records(&csv::CSV),
        writer: Some(&csv::CSV),
        cannot_hold: "Labels with a semicolon; values that no plain column holds (lists with \
                      semicolons, mixed types, empty text) are JSON in a column of the type json.",
    },
    Format {
        name: "gephi-csv",
        title: "CSV tables and matrices of Gephi",
        endings: &["csv", "tsv"],
        media_type: "text/csv",
        recognises: csv::recognises_gephi,
        reading: Reading::Records(&csv::GEPHI),
        writer: None,
        cannot_hold: "Not written.",
    },
    Format {
        name: "neptune-csv",
        title: "CSV tables of Amazon Neptune",
        endings: &["csv", "tsv"],
        media_type: "text/csv",
        recognises: csv::recognises_neptune,
        reading: Reading::Records(&csv::NEPTUNE),
        writer: None,
        cannot_hold: "Not written.",
    },
    Format {
        name: "kgx-tsv",
        title: "TSV tables of KGX (Biolink)",
        endings: &["tsv", "csv"],
        media_type: "text/tab-separated-values",
        recognises: csv::recognises_kgx,
        reading: Reading::Records(&csv::KGX),
        writer: None,
        cannot_hold: "Not written.",
    },
    Format {
        name: "kuzu",
        title: "Exported Kùzu database (CSV)",
        endings: &["schema.cypher", "copy.cypher"],
        media_type: "application/x-cypher-query",
        recognises: csv::kuzu::recognises,
        reading: Reading::Records(&csv::kuzu::Kuzu),
        writer: None,
        cannot_hold: "Not written.",
    },
    Format {
        name: "cypher",
        title: "Cypher script",
        endings: &["cypher", "cql", "cyp"],
        media_type: "application/x-cypher-query",
        recognises: cypher::recognises,
        reading: Reading::Script,
        writer: Some(&cypher::Cypher),
        cannot_hold: "Nothing is lost; nodes and relationships get new numbers.",
    },
    Format {
        name: "dot",
        title: "Graphviz DOT",
        endings: &["dot", "gv"],
        media_type: "text/vnd.graphviz",
        recognises: dot_read::recognises,
        reading: Reading::Records(&dot::Dot),
        writer: Some(&dot::Dot),
        cannot_hold: "A picture: properties and their types are readable text only.",
    },
    Format {
        name: "graphml",
        title: "GraphML",
        endings: &["graphml"],
        media_type: "application/graphml+xml",
        recognises: xml::graphml::recognises,
        reading: Reading::Records(&xml::graphml::GraphMl),
        writer: Some(&xml::graphml::GraphMl),
        cannot_hold: "Nothing is lost; names with control characters are refused.",
    },
    Format {
        name: "gexf",
        title: "GEXF (Gephi)",
        endings: &["gexf"],
        media_type: "application/gexf+xml",
        recognises: xml::gexf::recognises,
        reading: Reading::Records(&xml::gexf::Gexf),
        writer: Some(&xml::gexf::Gexf),
        cannot_hold: "Nothing is lost; names with control characters are refused.",
    },
    Format {
        name: "gml",
        title: "GML",
        endings: &["gml"],
        media_type: "text/vnd.gml",
        recognises: gml::recognises,
        reading: Reading::Records(&gml::Gml),
        writer: Some(&gml::Gml),
        cannot_hold: "Nothing is lost; what GML has no type for is told in records of ours.",
    },
    Format {
        name: "pajek",
        title: "Pajek network",
        endings: &["net", "paj"],
        media_type: "text/x-pajek",
        recognises: pajek::recognises,
        reading: Reading::Records(&pajek::Pajek),
        writer: Some(&pajek::Pajek),
        cannot_hold: "Labels, and all properties but the label of nodes and the weight of \
                      relationships.",
    },
    Format {
        name: "sif",
        title: "Simple interaction format (Cytoscape)",
        endings: &["sif"],
        media_type: "text/x-sif",
        recognises: |_| false,
        reading: Reading::Records(&sif::Sif),
        writer: Some(&sif::Sif),
        cannot_hold: "Labels, and all properties but ids of nodes that are texts and all differ.",
    },
    Format {
        name: "ucinet-dl",
        title: "UCINET DL",
        endings: &["dl"],
        media_type: "text/x-ucinet-dl",
        recognises: ucinet::recognises,
        reading: Reading::Records(&ucinet::UcinetDl),
        writer: None,
        cannot_hold: "It is not written.",
    },
    Format {
        name: "mermaid",
        title: "Mermaid flow chart",
        endings: &["mmd", "mermaid"],
        media_type: "text/vnd.mermaid",
        recognises: |_| false,
        reading: Reading::No,
        writer: Some(&mermaid::Mermaid),
        cannot_hold: "A picture: only captions, types of relationships and colours of labels.",
    },
    Format {
        name: "edgelist",
        title: "Edge list (SNAP, NetworkX)",
        endings: &["edgelist", "edges"],
        media_type: "text/plain",
        recognises: edge_list::recognises,
        reading: Reading::Records(&edge_list::EdgeList),
        writer: Some(&edge_list::EdgeList),
        cannot_hold: "Everything but the ends of relationships and their property weight; nodes \
                      without relationships.",
    },
    Format {
        name: "parquet",
        title: "Parquet tables",
        endings: &["parquet", "pq"],
        media_type: "application/vnd.apache.parquet",
        recognises: columnar::recognises_parquet,
        reading: Reading::Records(&columnar::Columnar::Parquet),
        writer: Some(&columnar::Columnar::Parquet),
        cannot_hold: "Nothing is lost; values that no column of one type holds are text.",
    },
    Format {
        name: "arrow",
        title: "Arrow IPC tables (Feather)",
        endings: &["arrow", "feather", "arrows"],
        media_type: "application/vnd.apache.arrow.file",
        recognises: columnar::recognises_arrow,
        reading: Reading::Records(&columnar::Columnar::Arrow),
        writer: Some(&columnar::Columnar::Arrow),
        cannot_hold: "Nothing is lost; values that no column of one type holds are text.",
    },
    Format {
        name: "graphar",
        title: "Apache GraphAr archive (a folder)",
        endings: &["graphar", "graph.yml", "graph.yaml"],
        media_type: "application/vnd.apache.graphar",
        recognises: |_| false,
        reading: Reading::Records(&columnar::graphar::GraphAr),
        writer: Some(&columnar::graphar::GraphAr),
        cannot_hold: "Nothing is lost; values that no column of one type holds are text.",
    },
    Format {
        name: "turtle",
        title: "RDF Turtle",
        endings: &["ttl", "turtle"],
        media_type: "text/turtle",
        recognises: rdf::recognises_turtle,
        reading: Reading::Records(&rdf::TURTLE),
        writer: Some(&rdf::TURTLE),
        cannot_hold: "Names of graphs; nodes without an iri are blank nodes.",
    },
    Format {
        name: "n-triples",
        title: "RDF N-Triples",
        endings: &["nt", "ntriples"],
        media_type: "application/n-triples",
        recognises: |_| false,
        reading: Reading::Records(&rdf::N_TRIPLES),
        writer: Some(&rdf::N_TRIPLES),
        cannot_hold: "Names of graphs; nodes without an iri are blank nodes.",
    },
    Format {
        name: "n-quads",
        title: "RDF N-Quads",
        endings: &["nq", "nquads"],
        media_type: "application/n-quads",
        recognises: rdf::recognises_lines,
        reading: Reading::Records(&rdf::N_QUADS),
        writer: Some(&rdf::N_QUADS),
        cannot_hold: "Nothing is lost; nodes without an iri are blank nodes.",
    },
    Format {
        name: "trig",
        title: "RDF TriG",
        endings: &["trig"],
        media_type: "application/trig",
        recognises: |_| false,
        reading: Reading::Records(&rdf::TRIG),
        writer: Some(&rdf::TRIG),
        cannot_hold: "Nothing is lost; nodes without an iri are blank nodes.",
    },
    Format {
        name: "rdf-xml",
        title: "RDF/XML",
        endings: &["rdf", "owl", "rdfxml"],
        media_type: "application/rdf+xml",
        recognises: rdf::recognises_xml,
        reading: Reading::Records(&rdf::RDF_XML),
        writer: Some(&rdf::RDF_XML),
        cannot_hold: "Names of graphs, statements whose names no element of XML can have or whose texts \
                      have control characters; nodes without an iri are blank nodes.",
    },
    Format {
        name: "json-ld",
        title: "JSON-LD",
        endings: &["jsonld"],
        media_type: "application/ld+json",
        recognises: rdf::recognises_json_ld,
        reading: Reading::Records(&rdf::JSON_LD),
        writer: Some(&rdf::JSON_LD),
        cannot_hold: "Properties of relationships and parallel relationships; nodes without an iri are \
                      blank nodes.",
    },
];

/// Reads all `sources` as one graph into `snapshot`, which keeps all that it has; an id of one file
/// is that of the others.
///
/// # Errors
/// `FileError`, `FormatError` with file and place, `ResourceError`; there is no new snapshot then.
/// `ArgumentError` where a source is a script: see [`cypher::read_script`].
pub fn import(
    sources: &[Source<'_>],
    options: &ImportOptions,
    snapshot: Snapshot,
    context: &Context,
) -> Result<(Snapshot, Report)> {
    let mut writer = GraphWriter::new(snapshot);
    let report = import_into(&mut writer, sources, options, context)?;
    let (snapshot, _) = writer.finish();
    Ok((snapshot, report))
}

/// As [`import`], as a part of what `writer` writes: for imports inside a transaction, and for
/// whoever keeps the effects.
///
/// # Errors
/// As [`import`]; the writer is of no use then.
pub fn import_into(
    writer: &mut GraphWriter,
    sources: &[Source<'_>],
    options: &ImportOptions,
    context: &Context,
) -> Result<Report> {
    let (mut may_leave_out_nodes, mut implies_nodes) = (true, false);
    let mut declares_by_naming = true;
    let formats = sources.iter().map(|source| match options.format {
        Some(format) => Ok(format),
        None => Format::of_source(source),
    });
    let formats: Vec<&Format> = formats.collect::<Result<_>>()?;
    let brought = brought_along(sources, &formats);
    let joined = joined(sources, &formats)?;
    let mut inputs = Vec::new();
    for ((source, joined), format) in sources.iter().zip(&joined).zip(formats) {
        if source.file().is_some_and(|file| is_among(file, &brought)) {
            continue;
        }
        let source = joined.as_ref().unwrap_or(source);
        let reader = reader_of(source, format)?;
        inputs.push((
            reader.needs_nodes_of_others(source)?,
            source,
            format,
            reader,
        ));
    }
    inputs.sort_by_key(|(needs_nodes, ..)| *needs_nodes);
    let before = writer.snapshot();
    let mut loader = load::Loader::new(writer, options.on_error, context);
    loader.expect(inputs.iter().map(|(_, source, ..)| source.size()).sum());
    let mut resources: Option<(rdf::Resources, &Source<'_>)> = None;
    for (_, source, format, reader) in inputs {
        may_leave_out_nodes &= reader.may_leave_out_nodes();
        implies_nodes |= reader.implies_nodes();
        declares_by_naming &= reader.declares_by_naming();
        loader.repeats_nodes = reader.repeats_nodes();
        loader.note(note(source, format, reader)?);
        match reader.rdf() {
            None => {
                let apart = !reader.makes_batches();
                loader.file(source, apart, |sink| reader.read(source, options, sink))?;
            }
            Some(syntax) => {
                let (resources, _) = match &mut resources {
                    Some(begun) => begun,
                    None => {
                        resources.insert((rdf::Resources::beside(before.clone(), context)?, source))
                    }
                };
                loader.file(source, false, |sink| resources.add(syntax, source, sink))?;
            }
        }
    }
    if let Some((mut resources, source)) = resources {
        if options.existing == ExistingNodes::Add {
            loader.add_to(resources.recall(context)?)?;
        }
        loader.file(source, true, |sink| resources.push(sink))?;
    }
    let implied = implies_nodes || may_leave_out_nodes && loader.node_count() == 0;
    let missing = match options.missing_nodes {
        Some(missing) => missing,
        None if implied => MissingNodes::Create,
        None => MissingNodes::Refuse,
    };
    loader.finish(missing, declares_by_naming)
}

/// What is told of a source before it is read.
fn note(source: &Source<'_>, format: &Format, reader: &dyn format::ReadFormat) -> Result<FileNote> {
    let mut told = Vec::new();
    if !source.file().is_some_and(Path::is_dir) {
        told.extend(encoded::encoding_name(source)?);
        told.extend(reader.told(source)?);
    }
    Ok(FileNote {
        file: source.name().clone(),
        format: format.title,
        told,
    })
}

fn reader_of(source: &Source<'_>, format: &Format) -> Result<&'static dyn ReadFormat> {
    match format.reading {
        Reading::Records(reader) => Ok(reader),
        Reading::Script => {
            let message = format!("{} is a script of statements", source.name());
            let error = Error::argument(message);
            Err(error.hint("the import of the shell and the command line run scripts"))
        }
        Reading::No => {
            let message = format!("{} files can be written but not read", format.title);
            let (kind, detail) = (ErrorKind::FormatError, ErrorDetail::UnknownFormat);
            Err(Error::new(kind, detail, message))
        }
    }
}

/// Those of the sources that have their header in one before them, with it.
fn joined<'s>(sources: &'s [Source<'s>], formats: &[&Format]) -> Result<Vec<Option<Source<'s>>>> {
    let mut before: Option<&Source<'_>> = None;
    let with_header = |(source, format): (&'s Source<'s>, &&Format)| {
        if let (Some(header), Reading::Records(reader)) = (before, format.reading)
            && reader.is_header_of(header, source)?
        {
            return Ok(Some(Source::joined(header, source)));
        }
        before = Some(source);
        Ok(None)
    };
    sources.iter().zip(formats).map(with_header).collect()
}

/// The files that are read with others of the sources.
fn brought_along(sources: &[Source<'_>], formats: &[&Format]) -> Vec<PathBuf> {
    let mut brought = Vec::new();
    for (source, format) in sources.iter().zip(formats) {
        let (Reading::Records(reader), Some(file)) = (format.reading, source.file()) else {
            continue;
        };
        if !is_among(file, &brought) {
            let mut files = reader.brings_along(source);
            files.retain(|other| !is_same(other, file));
            brought.append(&mut files);
        }
    }
    brought
}

fn is_among(file: &Path, files: &[PathBuf]) -> bool {
    files.iter().any(|other| is_same(other, file))
}

fn is_same(one: &Path, other: &Path) -> bool {
    one == other
        || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Reads a JSON graph that is in memory; `name` stands in messages.
///
/// # Errors
/// As [`import`].
pub fn read_json_graph(
    name: &str,
    text: &[u8],
    snapshot: Snapshot,
    context: &Context,
) -> Result<(Snapshot, Report)> {
    let options = ImportOptions {
        format: Some(Format::named("json")?),
        ..ImportOptions::default()
    };
    import(&[Source::text(name, text)], &options, snapshot, context)
}

/// What an export wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportReport {
    /// Nodes.
    pub nodes: u64,
    /// Relationships.
    pub relationships: u64,
    /// Rows, where it was a table and no graph.
    pub rows: Option<u64>,
    /// The files; empty where the output is a stream.
    pub files: Vec<PathBuf>,
}

/// What of `source` is lost in `format`, a phrase each.
///
/// # Errors
/// Those of the source; `ResourceError`.
pub fn losses(source: ExportSource<'_>, format: &Format, context: &Context) -> Result<Vec<String>> {
    if let ExportSource::Result(result) = source
        && !dump::has_entities(result)
    {
        // It is a table.
        return Ok(Vec::new());
    }
    match format.writer {
        Some(writer) => writer.losses(&Dump::new(source, context)?, context),
        None => Ok(Vec::new()),
    }
}

/// Writes `source` in `format`.
///
/// # Errors
/// `FileError`, `FormatError` where the format cannot hold the graph, `ResourceError`; files are
/// as they were then. `Unsupported` where the format cannot be written.
pub fn export(
    source: ExportSource<'_>,
    format: &Format,
    mut output: Output<'_>,
    context: &Context,
) -> Result<ExportReport> {
    let writer = format.writer.ok_or_else(|| {
        Error::unsupported(format!(
            "{} files can be read but not written",
            format.title
        ))
    })?;
    if let ExportSource::Result(result) = source
        && !dump::has_entities(result)
        && writer.write_rows(result, &mut output)?
    {
        return Ok(ExportReport {
            rows: Some(result.row_count() as u64),
            files: output.commit()?,
            ..ExportReport::default()
        });
    }
    let dump = Dump::new(source, context)?;
    writer.write(&dump, &mut output, context)?;
    Ok(ExportReport {
        nodes: dump.node_count(),
        relationships: dump.relationship_count(),
        rows: None,
        files: output.commit()?,
    })
}

/// Writes `source` to the file `path`, in `format` or in the one that the ending tells.
///
/// # Errors
/// As [`export`]; `FormatError: UnknownFormat` where the ending tells none.
pub fn export_file(
    source: ExportSource<'_>,
    path: &Path,
    format: Option<&Format>,
    context: &Context,
) -> Result<ExportReport> {
    let format = match format {
        Some(format) => format,
        None => Format::of_name(&path.to_string_lossy())?,
    };
    export(source, format, Output::path(path), context)
}
