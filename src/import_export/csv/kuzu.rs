//! A database that Kùzu exported: `schema.cypher` has the tables, `copy.cypher` says which CSV file,
//! mostly without a header, fills which table. Any of both scripts stands for the whole.
//!
//! A table of nodes is a label, its primary key the id; a table of relationships is a type.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, ErrorDetail, Result};
use crate::import_export::batch::Batch;
use crate::import_export::csv::header::{CellKind, Column, Header, TableKind};
use crate::import_export::csv::kuzu_script::{Copy, Schema, TableOf, copies};
use crate::import_export::csv::layout::{Layout, Lists};
use crate::import_export::csv::table::Table;
use crate::import_export::format::ReadFormat;
use crate::import_export::infer::CellType;
use crate::import_export::options::ImportOptions;
use crate::import_export::record::{NodeRecord, Place, RecordSink, RelationshipRecord, excerpt};
use crate::import_export::source::Source;
use crate::import_export::temporal_text::Kind;

/// The format; see the module.
#[derive(Debug)]
pub struct Kuzu;

const SCHEMA: &str = "schema.cypher";
const COPY: &str = "copy.cypher";

/// Whether the first bytes make tables, or fill them.
pub(in crate::import_export) fn recognises(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).to_uppercase();
    let mut words = text.split_whitespace();
    match (words.next(), words.next()) {
        (Some("COPY"), _) => true,
        (Some("CREATE"), Some("NODE" | "REL")) => words.next() == Some("TABLE"),
        _ => false,
    }
}

impl ReadFormat for Kuzu {
    fn read(
        &self,
        source: &Source<'_>,
        _options: &ImportOptions,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let folder = folder(source)?;
        let script = |name: &str| {
            let script = Source::path(folder.join(name));
            text(&script).map(|text| (script, text))
        };
        let (schema_source, schema) = script(SCHEMA)?;
        let schema = Schema::parse(&schema)
            .map_err(|(line, message)| broken(&schema_source, line, message))?;
        let (copy_source, copy) = script(COPY)?;
        let copies =
            copies(&copy).map_err(|(line, message)| broken(&copy_source, line, message))?;
        for copy in copies {
            let table = schema.table(&copy.table).ok_or_else(|| {
                let message = format!("the schema has no table {}", excerpt(&copy.table));
                broken(&copy_source, copy.line, message)
            })?;
            let file = found(folder, &copy.file);
            let file = Source::path(file);
            let header = header(&schema, table, &copy)
                .map_err(|message| broken(&copy_source, copy.line, message))?;
            let name: Arc<str> = copy.table.as_str().into();
            Table::new(&file, layout(&copy), header, vec![name], sink)?.read(&mut InFile {
                source: &file,
                sink,
            })?;
        }
        Ok(())
    }

    fn makes_batches(&self) -> bool {
        true
    }

    fn brings_along(&self, source: &Source<'_>) -> Vec<PathBuf> {
        let Ok(folder) = folder(source) else {
            return Vec::new();
        };
        let copy = text(&Source::path(folder.join(COPY))).unwrap_or_default();
        let copies = copies(&copy).unwrap_or_default();
        let files = copies.iter().map(|copy| found(folder, &copy.file));
        let scripts = [SCHEMA, COPY].map(|name| folder.join(name));
        scripts.into_iter().chain(files).collect()
    }
}

/// The folder of the export.
fn folder<'s>(source: &'s Source<'_>) -> Result<&'s Path> {
    let folder = source.file().and_then(Path::parent);
    folder.ok_or_else(|| {
        let error = Error::argument("the export of a Kùzu database is read from its folder");
        error.hint("give the name of its schema.cypher")
    })
}

/// The file that a script calls `name`: seen from the folder of the script, or else in it, for the
/// folder may have been moved.
fn found(folder: &Path, name: &str) -> PathBuf {
    let there = folder.join(name);
    match Path::new(name).file_name() {
        Some(name) if !there.exists() => folder.join(name),
        _ => there,
    }
}

fn text(source: &Source<'_>) -> Result<String> {
    use std::io::Read;
    /// Scripts have a statement a table.
    const LONGEST: u64 = 16 << 20;
    let mut text = String::new();
    let read = source.open()?.take(LONGEST).read_to_string(&mut text);
    read.map_err(|error| source.read_error(&error))?;
    Ok(text)
}

fn broken(source: &Source<'_>, line: u64, message: String) -> Error {
    source.error(ErrorDetail::InvalidContent, Place::Line(line), message)
}

/// The columns of the file that fills a table.
fn header(schema: &Schema, table: &TableOf, copy: &Copy) -> Result<Header, String> {
    let mut columns = Vec::new();
    let key = match table {
        TableOf::Nodes { key, .. } => Some(key),
        TableOf::Relationships { ends, .. } => {
            let named = copy.from.as_ref().zip(copy.to.as_ref());
            let (from, to) = match (named, ends.as_slice()) {
                (Some(named), _) => named,
                (None, [(from, to)]) => (from, to),
                _ => return Err(format!("between which tables is {}", excerpt(&copy.table))),
            };
            for end in [from, to] {
                if !matches!(schema.table(end), Some(TableOf::Nodes { .. })) {
                    return Err(format!("the schema has no table of nodes {}", excerpt(end)));
                }
            }
            columns.push(Column::Start(Some(from.as_str().into())));
            columns.push(Column::End(Some(to.as_str().into())));
            None
        }
    };
    let all = table.columns();
    let in_file: Vec<&(String, String)> = match &copy.columns {
        None => all.iter().collect(),
        Some(names) => {
            let find = |name: &String| all.iter().find(|(own, _)| own == name);
            let found: Option<_> = names.iter().map(find).collect();
            found.ok_or_else(|| format!("{} has no such columns", excerpt(&copy.table)))?
        }
    };
    columns.extend(in_file.into_iter().map(|(name, type_name)| {
        let kind = kind_of(type_name);
        match key {
            Some(key) if key == name => Column::Id {
                property: Some(name.as_str().into()),
                kind,
                space: Some(copy.table.as_str().into()),
            },
            _ => Column::Property(name.as_str().into(), kind),
        }
    }));
    let kind = match table {
        TableOf::Nodes { .. } => TableKind::Nodes,
        TableOf::Relationships { .. } => TableKind::Relationships,
    };
    Ok(Header { kind, columns })
}

/// How the cells of a column of this type are read; left to the cells where this is not known.
fn kind_of(type_name: &str) -> Option<CellKind> {
    let name = type_name.to_ascii_uppercase();
    let (name, list) = match name
        .strip_suffix(']')
        .and_then(|name| name.rsplit_once('['))
    {
        Some((element, _)) if !element.ends_with(']') => (element.to_owned(), true),
        Some(_) => ("STRING".to_owned(), false),
        None => (name, false),
    };
    let word = name.split('(').next().unwrap_or(&name).trim();
    let cell_type = match word {
        "SERIAL" | "INT" | "INT8" | "INT16" | "INT32" | "INT64" | "INTEGER" | "UINT8"
        | "UINT16" | "UINT32" => CellType::Integer,
        "FLOAT" | "DOUBLE" | "REAL" | "DECIMAL" | "NUMERIC" => CellType::Float,
        "BOOL" | "BOOLEAN" => CellType::Boolean,
        "DATE" => CellType::Temporal(Kind::Date),
        "STRING" | "UUID" | "BLOB" | "STRUCT" | "MAP" | "UNION" | "INTERVAL" => CellType::String,
        _ => return None,
    };
    Some(CellKind { cell_type, list })
}

fn layout(copy: &Copy) -> Layout {
    Layout {
        delimiter: copy.delimiter,
        quote: Some(copy.quote),
        escape: Some(copy.escape).filter(|escape| *escape != copy.quote),
        has_header: copy.has_header,
        lines_before: 0,
        lists: Lists::Bracketed,
    }
}

/// Says which file of the export a warning is about.
struct InFile<'f> {
    source: &'f Source<'f>,
    sink: &'f mut dyn RecordSink,
}

impl RecordSink for InFile<'_> {
    fn node(&mut self, node: NodeRecord, place: Place) -> Result<()> {
        self.sink.node(node, place)
    }

    fn relationship(&mut self, relationship: RelationshipRecord, place: Place) -> Result<()> {
        self.sink.relationship(relationship, place)
    }

    fn check(&self) -> Result<()> {
        self.sink.check()
    }

    fn reserve(&mut self, bytes: usize) -> Result<()> {
        self.sink.reserve(bytes)
    }

    fn takes_batches(&self) -> bool {
        self.sink.takes_batches()
    }

    fn threads(&self) -> usize {
        self.sink.threads()
    }

    fn batch(&mut self, batch: &Batch) -> Result<bool> {
        self.sink.batch(batch)
    }

    fn refuse(&mut self, place: Place, error: Error) -> Result<()> {
        self.sink.refuse(place, error)
    }

    fn warning(&mut self, place: Place, text: String) {
        let text = format!("{}: {text}", self.source.name());
        self.sink.warning(place, text);
    }
}
