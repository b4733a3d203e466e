//! Reading GraphAr archives whose data are Parquet files: the YAML files tell which, the rows of a
//! table come from several files side by side.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, ErrorDetail, Result};
use crate::import_export::columnar::graphar::{
    END_INDEX, GraphAr, INFORMATION, START_INDEX, UNLABELLED, VERTEX_INDEX,
};
use crate::import_export::columnar::table::{cell, key, meant};
use crate::import_export::columnar::{TABLE, all_bytes, broken, guarded, parquet_batches};
use crate::import_export::format::ReadFormat;
use crate::import_export::infer::CellType;
use crate::import_export::options::ImportOptions;
use crate::import_export::record::{
    ExternalId, NodeRecord, Place, Properties, RecordSink, RelationshipRecord, excerpt,
};
use crate::import_export::source::Source;
use crate::value::Value;

/// `graph.graph.yml`.
#[derive(Debug, Deserialize)]
struct GraphInformation {
    #[serde(default)]
    prefix: String,
    #[serde(default)]
    vertices: Vec<String>,
    #[serde(default)]
    edges: Vec<String>,
}

/// `City.vertex.yml`; older versions say label for type.
#[derive(Debug, Deserialize)]
struct VertexInformation {
    #[serde(alias = "label")]
    r#type: Arc<str>,
    #[serde(default)]
    labels: Vec<Arc<str>>,
    #[serde(default)]
    prefix: String,
    #[serde(default)]
    property_groups: Vec<PropertyGroup>,
}

/// `City_NEAR_City.edge.yml`.
#[derive(Debug, Deserialize)]
struct EdgeInformation {
    #[serde(alias = "src_label")]
    src_type: Arc<str>,
    #[serde(alias = "edge_label")]
    edge_type: Arc<str>,
    #[serde(alias = "dst_label")]
    dst_type: Arc<str>,
    #[serde(default)]
    prefix: String,
    directed: Option<bool>,
    adj_lists: Vec<AdjacentList>,
    #[serde(default)]
    property_groups: Vec<PropertyGroup>,
}

#[derive(Debug, Deserialize)]
struct AdjacentList {
    ordered: bool,
    aligned_by: String,
    #[serde(default)]
    prefix: String,
    file_type: String,
}

#[derive(Debug, Deserialize)]
struct PropertyGroup {
    #[serde(default)]
    prefix: String,
    file_type: String,
    properties: Vec<Property>,
}

#[derive(Debug, Deserialize)]
struct Property {
    name: String,
}

impl ReadFormat for GraphAr {
    fn read(
        &self,
        source: &Source<'_>,
        _options: &ImportOptions,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let information = match source.file() {
            Some(path) if path.is_dir() => information_file(source, path)?,
            Some(path) => path.to_owned(),
            None => {
                let message = "an archive is a folder and cannot come from a stream";
                return Err(source.error(ErrorDetail::InvalidContent, Place::File, message));
            }
        };
        let folder = information.parent().unwrap_or(Path::new("")).to_owned();
        let graph: GraphInformation = yaml(&Source::path(&information), sink)?;
        let archive = Archive {
            source,
            data: inside(source, &folder, &graph.prefix)?,
        };
        for file in &graph.vertices {
            let vertices = yaml(&Source::path(inside(source, &folder, file)?), sink)?;
            archive.vertices(&vertices, sink)?;
        }
        for file in &graph.edges {
            let edges = yaml(&Source::path(inside(source, &folder, file)?), sink)?;
            archive.edges(&edges, sink)?;
        }
        Ok(())
    }
}

/// An archive whose information is read.
struct Archive<'a> {
    source: &'a Source<'a>,
    data: PathBuf,
}

impl Archive<'_> {
    fn vertices(&self, table: &VertexInformation, sink: &mut dyn RecordSink) -> Result<()> {
        let folder = inside(self.source, &self.data, &or(&table.prefix, &table.r#type))?;
        let labels = match table.labels.as_slice() {
            [] if table.r#type.as_ref() != UNLABELLED => vec![table.r#type.clone()],
            labels => labels.to_vec(),
        };
        let mut row = 0;
        for chunk in 0.. {
            let name = format!("chunk{chunk}");
            let groups = self.groups(&folder, &table.property_groups, &name, sink)?;
            let Some(mut files) = groups else {
                return Ok(());
            };
            while let Some(properties) = next_row(&mut files, sink)? {
                let id = Value::Integer(row);
                let node = NodeRecord {
                    id: Some(ExternalId::in_space(Some(table.r#type.clone()), id)),
                    labels: labels.clone(),
                    properties: named(properties).collect(),
                };
                sink.node(node, Place::Element("rows", row as u64))?;
                row += 1;
            }
        }
        Ok(())
    }

    fn edges(&self, table: &EdgeInformation, sink: &mut dyn RecordSink) -> Result<()> {
        let name = format!("{}_{}_{}", table.src_type, table.edge_type, table.dst_type);
        let folder = inside(self.source, &self.data, &or(&table.prefix, &name))?;
        let Some(list) = table.adj_lists.first() else {
            let message = format!("the edges {} have no list", excerpt(&name));
            return Err(self.refused(message));
        };
        self.check_type(&list.file_type)?;
        let order = if list.ordered { "ordered" } else { "unordered" };
        let by = if list.aligned_by == "dst" {
            "dest"
        } else {
            "source"
        };
        let folder = inside(
            self.source,
            &folder,
            &or(&list.prefix, &format!("{order}_by_{by}")),
        )?;
        let mut row = 0;
        for part in 0.. {
            let of_part = folder.join(format!("adj_list/part{part}"));
            // A part without edges may have no files; there are as many parts as counts.
            if !of_part.exists() && !folder.join(format!("edge_count{part}")).exists() {
                return Ok(());
            }
            for chunk in 0.. {
                let file = of_part.join(format!("chunk{chunk}"));
                if !file.exists() {
                    break;
                }
                let mut files = vec![Rows::open(&file, sink)?];
                let name = format!("part{part}/chunk{chunk}");
                let groups = self.groups(&folder, &table.property_groups, &name, sink)?;
                files.extend(groups.unwrap_or_default());
                while let Some(cells) = next_row(&mut files, sink)? {
                    let place = Place::Element("rows", row);
                    let relationship = self.relationship(table, cells)?;
                    sink.relationship(relationship, place)?;
                    row += 1;
                }
            }
        }
        Ok(())
    }

    fn relationship(
        &self,
        table: &EdgeInformation,
        cells: Properties,
    ) -> Result<RelationshipRecord> {
        let end = |name: &str, space: &Arc<str>| {
            let found = cells.iter().find(|(key, _)| key.as_ref() == name);
            let (_, id) = found.ok_or_else(|| self.refused(format!("{name} is missing")))?;
            Ok(ExternalId::in_space(Some(space.clone()), id.clone()))
        };
        Ok(RelationshipRecord {
            relationship_type: table.edge_type.clone(),
            start: end(START_INDEX, &table.src_type)?,
            end: end(END_INDEX, &table.dst_type)?,
            directed: table.directed,
            properties: named(cells).collect(),
        })
    }

    /// The files called `name` of all groups; none where there are none.
    fn groups(
        &self,
        folder: &Path,
        groups: &[PropertyGroup],
        name: &str,
        sink: &mut dyn RecordSink,
    ) -> Result<Option<Vec<Rows>>> {
        let mut files = Vec::new();
        for group in groups {
            self.check_type(&group.file_type)?;
            let names: Vec<&str> = group.properties.iter().map(|it| it.name.as_str()).collect();
            let prefix = or(&group.prefix, &names.join("_"));
            let file = inside(self.source, folder, &prefix)?.join(name);
            if file.exists() {
                files.push(Rows::open(&file, sink)?);
            }
        }
        Ok((!files.is_empty()).then_some(files))
    }

    fn check_type(&self, file_type: &str) -> Result<()> {
        if file_type.eq_ignore_ascii_case("parquet") {
            return Ok(());
        }
        let message = format!(
            "the archive has {} files; only those of Parquet are read",
            excerpt(file_type)
        );
        Err(self.refused(message))
    }

    fn refused(&self, message: String) -> Error {
        self.source
            .error(ErrorDetail::InvalidContent, Place::File, message)
    }
}

/// The rows of a Parquet file, one after the other.
struct Rows {
    source: Source<'static>,
    batches: Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>>>,
    batch: Option<RecordBatch>,
    row: usize,
    keys: Vec<Arc<str>>,
    meant: Vec<Option<CellType>>,
    /// Whether we wrote it; the column `_id` is no property then.
    own: bool,
}

impl Rows {
    fn open(path: &Path, sink: &mut dyn RecordSink) -> Result<Self> {
        let source = Source::path(path);
        let bytes = all_bytes(&source, sink)?;
        let opened = guarded(|| parquet_batches(bytes));
        let (schema, batches) = opened.map_err(|error| broken(&source, &error))?;
        let keys = schema.fields().iter().map(|field| key(field).into());
        Ok(Rows {
            batches,
            batch: None,
            row: 0,
            keys: keys.collect(),
            meant: schema.fields().iter().map(|field| meant(field)).collect(),
            own: schema.metadata().contains_key(TABLE),
            source,
        })
    }

    /// Adds the cells of the next row; false where there is none.
    fn next(&mut self, cells: &mut Properties, sink: &dyn RecordSink) -> Result<bool> {
        loop {
            if let Some(batch) = &self.batch
                && self.row < batch.num_rows()
            {
                let columns = batch.columns().iter().zip(&self.keys).zip(&self.meant);
                for ((array, key), meant) in columns {
                    if self.own && key.as_ref() == "_id" {
                        continue;
                    }
                    let value = cell(array, self.row, *meant).map_err(|wrong| {
                        let message = format!("the column {} {wrong}", excerpt(key));
                        let place = Place::Element("rows", self.row as u64);
                        self.source
                            .error(ErrorDetail::InvalidContent, place, message)
                    })?;
                    if !value.is_null() {
                        cells.push((key.clone(), value));
                    }
                }
                self.row += 1;
                return Ok(true);
            }
            sink.check()?;
            let batch = guarded(|| self.batches.next().transpose());
            self.batch = batch.map_err(|error| broken(&self.source, &error))?;
            self.row = 0;
            if self.batch.is_none() {
                return Ok(false);
            }
        }
    }
}

/// The cells of the next row of all files side by side.
fn next_row(files: &mut [Rows], sink: &dyn RecordSink) -> Result<Option<Properties>> {
    let mut cells = Properties::new();
    let mut rows = 0;
    for file in files.iter_mut() {
        rows += usize::from(file.next(&mut cells, sink)?);
    }
    match (rows, files.first()) {
        (0, _) => Ok(None),
        (rows, _) if rows == files.len() => Ok(Some(cells)),
        (_, first) => {
            let message = "the files of the table have different numbers of rows";
            let error = first.map(|file| {
                file.source
                    .error(ErrorDetail::InvalidContent, Place::File, message)
            });
            Err(error.unwrap_or_else(|| Error::internal(message)))
        }
    }
}

/// The cells that are properties.
fn named(cells: Properties) -> impl Iterator<Item = (Arc<str>, Value)> {
    let numbers = [VERTEX_INDEX, START_INDEX, END_INDEX];
    cells
        .into_iter()
        .filter(move |(key, _)| !numbers.contains(&key.as_ref()))
}

/// The file `*.graph.yml` of a folder.
fn information_file(source: &Source<'_>, folder: &Path) -> Result<PathBuf> {
    let own = folder.join(INFORMATION);
    if own.exists() {
        return Ok(own);
    }
    let files = std::fs::read_dir(folder).map_err(|error| source.read_error(&error))?;
    let mut files = files.filter_map(|file| Some(file.ok()?.path()));
    let found = files.find(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".graph.yml") || name.ends_with(".graph.yaml")
    });
    found.ok_or_else(|| {
        let message = "the folder has no file that ends in .graph.yml";
        source.error(ErrorDetail::InvalidContent, Place::File, message)
    })
}

fn yaml<T: DeserializeOwned>(source: &Source<'_>, sink: &mut dyn RecordSink) -> Result<T> {
    let bytes = all_bytes(source, sink)?;
    serde_saphyr::from_slice(&bytes).map_err(|error| {
        let line = error.location().map(|location| location.line());
        let place = line.map_or(Place::File, Place::Line);
        let text = error.to_string();
        let text = text.lines().next().unwrap_or_default();
        source.error(ErrorDetail::InvalidContent, place, text)
    })
}

/// `path` in `folder`, and not outside of it.
fn inside(source: &Source<'_>, folder: &Path, path: &str) -> Result<PathBuf> {
    let parts = Path::new(path).components();
    let mut parts = parts.filter(|part| *part != Component::CurDir);
    if parts.all(|part| matches!(part, Component::Normal(_))) {
        return Ok(folder.join(path));
    }
    let message = format!("the path {} leads out of the archive", excerpt(path));
    Err(source.error(ErrorDetail::InvalidContent, Place::File, message))
}

fn or(prefix: &str, default: &str) -> String {
    if prefix.is_empty() { default } else { prefix }.to_owned()
}
