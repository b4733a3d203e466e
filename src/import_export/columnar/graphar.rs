//! An Apache GraphAr archive, version 1: a folder of Parquet files with one table for each set of
//! labels and one for each type between two such sets, and YAML files that say what is where.
//!
//! * A node has the number of its row in its table (`_graphArVertexIndex`) and, as its primary key,
//!   our number (`_id`).
//! * Relationships are ordered by their start and have offsets: compressed sparse rows.
//!
//! The format: <https://graphar.apache.org/docs/specification/format>.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use crate::context::{Context, Reservation};
use crate::error::{Error, Result};
use crate::import_export::columnar::Columnar;
use crate::import_export::columnar::column::{ColumnKind, Plain};
use crate::import_export::columnar::table_writer::{Columns, TableWriter, add_columns};
use crate::import_export::format::WriteFormat;
use crate::import_export::infer::CellType;
use crate::import_export::output::{Output, OutputFile};
use crate::import_export::record::{ExternalId, Properties, RecordSource};
use crate::import_export::temporal_text::Kind;
use crate::value::Value;

/// The format; see the module.
#[derive(Debug)]
pub struct GraphAr;

/// The type of nodes without labels.
pub(super) const UNLABELLED: &str = "_";

/// Rows of a file of vertices, as the specification recommends.
const VERTEX_CHUNK: usize = 1 << 18;
/// Rows of a file of edges.
const EDGE_CHUNK: usize = 1 << 22;

pub(super) const VERTEX_INDEX: &str = "_graphArVertexIndex";
pub(super) const START_INDEX: &str = "_graphArSrcIndex";
pub(super) const END_INDEX: &str = "_graphArDstIndex";
/// The file that tells of all others.
pub(super) const INFORMATION: &str = "graph.graph.yml";
const OFFSET: &str = "_graphArOffset";
const INTEGER: ColumnKind = ColumnKind::Plain(Plain::Integer);

/// The nodes that have one set of labels.
struct VertexTable {
    /// Its name in paths and YAML.
    name: String,
    labels: Vec<Arc<str>>,
    columns: Columns,
    rows: usize,
}

/// The relationships of one type between two tables.
#[derive(Default)]
struct EdgeTable {
    columns: Columns,
    rows: Vec<Edge>,
}

struct Edge {
    start: usize,
    end: usize,
    properties: Properties,
}

/// What an archive is made from.
struct Archive<'c> {
    context: &'c Context,
    memory: Reservation,
    tables: Vec<VertexTable>,
    /// The table and the row of each node.
    places: HashMap<ExternalId, (usize, usize)>,
}

impl WriteFormat for GraphAr {
    fn write(
        &self,
        graph: &dyn RecordSource,
        output: &mut Output<'_>,
        context: &Context,
    ) -> Result<()> {
        let mut archive = Archive {
            context,
            memory: context.reservation(),
            tables: Vec::new(),
            places: HashMap::new(),
        };
        archive.survey(graph)?;
        let mut information = (String::new(), String::new());
        let mut names = HashSet::new();
        for table in 0..archive.tables.len() {
            archive.write_vertices(table, graph, output)?;
            let _ = writeln!(
                information.0,
                "  - {}.vertex.yml",
                archive.tables[table].name
            );
        }
        for ((start, edge_type, end), mut edges) in archive.edges(graph)? {
            let (start, end) = (&archive.tables[start], &archive.tables[end]);
            let mut name = format!("{}_{}_{}", start.name, file_name(&edge_type), end.name);
            while !names.insert(name.to_lowercase()) {
                name.push('-');
            }
            archive.write_edges(&name, &edge_type, (start, end), &mut edges, output)?;
            let _ = writeln!(information.1, "  - {name}.edge.yml");
        }
        let (vertices, edges) = information;
        let mut file = output.inside(INFORMATION)?;
        write!(file, "name: graph\nversion: gar/v1\n")?;
        for (kind, files) in [("vertices", vertices), ("edges", edges)] {
            if !files.is_empty() {
                write!(file, "{kind}:\n{files}")?;
            }
        }
        file.finish()
    }
}

impl Archive<'_> {
    /// Gives every node its place.
    fn survey(&mut self, graph: &dyn RecordSource) -> Result<()> {
        let mut by_labels: HashMap<Vec<Arc<str>>, usize> = HashMap::new();
        for node in graph.nodes() {
            let mut node = node?;
            node.labels.sort_unstable();
            let table = match by_labels.get(&node.labels) {
                Some(table) => *table,
                None => {
                    let name = self.free_name(&node.labels);
                    by_labels.insert(node.labels.clone(), self.tables.len());
                    self.tables.push(VertexTable {
                        name,
                        labels: node.labels,
                        columns: Columns::new(),
                        rows: 0,
                    });
                    self.tables.len() - 1
                }
            };
            let id = node.id.ok_or_else(|| Error::internal("a node has no id"))?;
            self.memory
                .grow(2 * size_of::<(ExternalId, (usize, usize))>())?;
            let vertices = &mut self.tables[table];
            self.places.insert(id, (table, vertices.rows));
            vertices.rows += 1;
            add_columns(&mut vertices.columns, &node.properties);
        }
        for table in &mut self.tables {
            settle(&mut table.columns);
        }
        Ok(())
    }

    /// A name for a table, told apart from others by more than case.
    fn free_name(&self, labels: &[Arc<str>]) -> String {
        let mut name = if labels.is_empty() {
            UNLABELLED.to_owned()
        } else {
            let names: Vec<String> = labels.iter().map(|label| file_name(label)).collect();
            names.join("-")
        };
        let is_taken = |name: &str| {
            let mut tables = self.tables.iter();
            tables.any(|table| table.name.eq_ignore_ascii_case(name))
        };
        while is_taken(&name) || name == UNLABELLED && !labels.is_empty() {
            name.push('-');
        }
        name
    }

    fn write_vertices(
        &self,
        number: usize,
        graph: &dyn RecordSource,
        output: &mut Output<'_>,
    ) -> Result<()> {
        let table = &self.tables[number];
        let fixed = [(VERTEX_INDEX, INTEGER), ("_id", INTEGER)];
        let folder = format!("vertex/{}/", table.name);
        let mut nodes = graph.nodes();
        for chunk in 0..table.rows.div_ceil(VERTEX_CHUNK).max(1) {
            let file = output.inside(&format!("{folder}properties/chunk{chunk}"))?;
            let columns = table.columns.clone();
            let mut writer = self.table_writer(file, &fixed, columns)?;
            let end = table.rows.min((chunk + 1) * VERTEX_CHUNK);
            let mut row = chunk * VERTEX_CHUNK;
            while row < end {
                let Some(node) = nodes.next().transpose()? else {
                    return Err(Error::internal("a graph has fewer nodes than before"));
                };
                let id = node.id.unwrap_or_else(|| Value::Null.into());
                if self.places.get(&id) == Some(&(number, row)) {
                    writer.row(vec![index(row), id.id], node.properties)?;
                    row += 1;
                }
            }
            writer.finish()?;
        }
        write_count(output, &format!("{folder}vertex_count"), table.rows)?;
        let mut yaml = format!("type: {}\n", quoted(&table.name));
        let _ = writeln!(
            yaml,
            "chunk_size: {VERTEX_CHUNK}\nprefix: {}",
            quoted(&folder)
        );
        if !table.labels.is_empty() {
            yaml.push_str("labels:\n");
            for label in &table.labels {
                let _ = writeln!(yaml, "  - {}", quoted(label));
            }
        }
        let primary = "      - name: _id\n        data_type: int64\n        is_primary: true\n";
        let _ = write!(yaml, "{}", property_group(&fixed, &table.columns, primary));
        yaml.push_str("version: gar/v1\n");
        let mut file = output.inside(&format!("{}.vertex.yml", table.name))?;
        write!(file, "{yaml}")?;
        file.finish()
    }

    /// All relationships by table, in the order of their starts.
    #[allow(
        clippy::type_complexity,
        reason = "the key is read once, where it is taken apart"
    )]
    fn edges(
        &mut self,
        graph: &dyn RecordSource,
    ) -> Result<BTreeMap<(usize, Arc<str>, usize), EdgeTable>> {
        let mut tables: BTreeMap<_, EdgeTable> = BTreeMap::new();
        for relationship in graph.relationships() {
            let relationship = relationship?;
            let place = |id| self.places.get(id).copied();
            let ends = place(&relationship.start).zip(place(&relationship.end));
            let Some(((start_table, start), (end_table, end))) = ends else {
                return Err(Error::internal("a relationship ends at no node"));
            };
            let values = relationship.properties.iter();
            let values =
                values.map(|(_, value)| size_of::<(Arc<str>, Value)>() + value.heap_size());
            self.memory
                .grow(2 * size_of::<Edge>() + values.sum::<usize>())?;
            let key = (start_table, relationship.relationship_type, end_table);
            let table = tables.entry(key).or_default();
            add_columns(&mut table.columns, &relationship.properties);
            table.rows.push(Edge {
                start,
                end,
                properties: relationship.properties,
            });
        }
        for table in tables.values_mut() {
            settle(&mut table.columns);
            table.rows.sort_by_key(|edge| edge.start);
        }
        Ok(tables)
    }

    fn write_edges(
        &self,
        name: &str,
        edge_type: &str,
        (start, end): (&VertexTable, &VertexTable),
        edges: &mut EdgeTable,
        output: &mut Output<'_>,
    ) -> Result<()> {
        let folder = format!("edge/{name}/");
        let ordered = format!("{folder}ordered_by_source/");
        let mut rest = edges.rows.as_mut_slice();
        for part in 0..start.rows.div_ceil(VERTEX_CHUNK) {
            let vertices = part * VERTEX_CHUNK..start.rows.min((part + 1) * VERTEX_CHUNK);
            let count = rest.partition_point(|edge| edge.start < vertices.end);
            let (own, others) = rest.split_at_mut(count);
            rest = others;

            let file = output.inside(&format!("{ordered}offset/chunk{part}"))?;
            let mut offsets = self.table_writer(file, &[(OFFSET, INTEGER)], Columns::new())?;
            for vertex in vertices.start..=vertices.end {
                let offset = own.partition_point(|edge| edge.start < vertex);
                offsets.row(vec![index(offset)], Properties::new())?;
            }
            offsets.finish()?;

            for (chunk, edge_rows) in own.chunks_mut(EDGE_CHUNK).enumerate() {
                let file = output.inside(&format!("{ordered}adj_list/part{part}/chunk{chunk}"))?;
                let fixed = [(START_INDEX, INTEGER), (END_INDEX, INTEGER)];
                let mut ends = self.table_writer(file, &fixed, Columns::new())?;
                for edge in edge_rows.iter() {
                    let cells = vec![index(edge.start), index(edge.end)];
                    ends.row(cells, Properties::new())?;
                }
                ends.finish()?;
                if !edges.columns.is_empty() {
                    let file = format!("{ordered}properties/part{part}/chunk{chunk}");
                    let file = output.inside(&file)?;
                    let mut rows = self.table_writer(file, &[], edges.columns.clone())?;
                    for edge in edge_rows {
                        rows.row(Vec::new(), std::mem::take(&mut edge.properties))?;
                    }
                    rows.finish()?;
                }
            }
            write_count(output, &format!("{ordered}edge_count{part}"), count)?;
        }
        write_count(output, &format!("{ordered}vertex_count"), start.rows)?;
        let mut yaml = format!(
            "src_type: {}\nedge_type: {}\ndst_type: {}\nchunk_size: {EDGE_CHUNK}\n\
             src_chunk_size: {VERTEX_CHUNK}\ndst_chunk_size: {VERTEX_CHUNK}\ndirected: true\n\
             prefix: {}\nadj_lists:\n  - ordered: true\n    aligned_by: src\n    \
             prefix: ordered_by_source/\n    file_type: parquet\n",
            quoted(&start.name),
            quoted(edge_type),
            quoted(&end.name),
            quoted(&folder)
        );
        if !edges.columns.is_empty() {
            yaml.push_str(&property_group(&[], &edges.columns, ""));
        }
        yaml.push_str("version: gar/v1\n");
        let mut file = output.inside(&format!("{name}.edge.yml"))?;
        write!(file, "{yaml}")?;
        file.finish()
    }

    fn table_writer<'o>(
        &self,
        file: OutputFile<'o>,
        fixed: &[(&str, ColumnKind)],
        columns: Columns,
    ) -> Result<TableWriter<'o, '_>> {
        TableWriter::create(
            Columnar::Parquet,
            "archive",
            file,
            fixed,
            columns,
            self.context,
        )
    }
}

/// GraphAr counts milliseconds in its timestamps, which would lose some of ours.
fn settle(columns: &mut Columns) {
    let text = ColumnKind::Text(CellType::Temporal(Kind::LocalDateTime));
    for kind in columns.values_mut() {
        match kind {
            ColumnKind::Plain(Plain::LocalDateTime) => *kind = text,
            ColumnKind::List(Plain::LocalDateTime) => *kind = ColumnKind::Text(CellType::Json),
            _ => {}
        }
    }
}

/// The YAML of the one group of properties.
fn property_group(fixed: &[(&str, ColumnKind)], columns: &Columns, primary: &str) -> String {
    let mut yaml = format!(
        "property_groups:\n  - prefix: properties/\n    file_type: parquet\n    properties:\n{primary}"
    );
    for (name, kind) in TableWriter::names(fixed, columns) {
        let _ = writeln!(
            yaml,
            "      - name: {}\n        data_type: {}\n        is_primary: false",
            quoted(&name),
            data_type(kind)
        );
    }
    yaml
}

fn data_type(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Plain(Plain::Boolean) => "bool",
        ColumnKind::Plain(Plain::Integer) => "int64",
        ColumnKind::Plain(Plain::Float) => "double",
        ColumnKind::Plain(Plain::Date) => "date",
        ColumnKind::Plain(Plain::LocalDateTime) => "timestamp",
        ColumnKind::Plain(Plain::String) | ColumnKind::Text(_) => "string",
        ColumnKind::List(Plain::Boolean) => "list<bool>",
        ColumnKind::List(Plain::Integer) => "list<int64>",
        ColumnKind::List(Plain::Float) => "list<double>",
        ColumnKind::List(Plain::Date) => "list<date>",
        ColumnKind::List(Plain::LocalDateTime) => "list<timestamp>",
        ColumnKind::List(Plain::String) | ColumnKind::EmptyLists => "list<string>",
    }
}

/// A file of nothing but a number: eight bytes, the least first.
fn write_count(output: &mut Output<'_>, name: &str, count: usize) -> Result<()> {
    let mut file = output.inside(name)?;
    let written = file.write_all(&(count as u64).to_le_bytes());
    written.map_err(|error| file.failed(&error))?;
    file.finish()
}

fn index(row: usize) -> Value {
    Value::Integer(row as i64)
}

/// A name as a part of a path, in ASCII: what is neither letter nor digit is its number.
fn file_name(name: &str) -> String {
    let mut text = String::new();
    for character in name.chars() {
        if character.is_ascii_alphanumeric() || character == '_' {
            text.push(character);
        } else {
            let _ = write!(text, "-{:X}-", u32::from(character));
        }
    }
    text
}

/// Text as YAML has it, in the characters that GraphAr's own parser takes: 32 to 125.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        let _ = match character {
            '"' | '\\' => write!(quoted, "\\{character}"),
            ' '..='}' => write!(quoted, "{character}"),
            '\0'..='\u{ffff}' => write!(quoted, "\\u{:04X}", u32::from(character)),
            _ => write!(quoted, "\\U{:08X}", u32::from(character)),
        };
    }
    quoted + "\""
}
