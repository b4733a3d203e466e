//! Writing: a table of all nodes and one of all relationships, each key a column.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::mem::take;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use crate::context::{Context, Reservation};
use crate::error::{Error, Result};
use crate::import_export::columnar::column::{ColumnKind, Plain};
use crate::import_export::columnar::{BATCH_ROWS, Columnar, TABLE};
use crate::import_export::format::WriteFormat;
use crate::import_export::output::{Output, OutputFile};
use crate::import_export::record::{Properties, RecordSource};
use crate::value::Value;

/// Rows of a row group of Parquet.
const ROW_GROUP_ROWS: usize = 128 * 1024;

impl WriteFormat for Columnar {
    fn write(
        &self,
        graph: &dyn RecordSource,
        output: &mut Output<'_>,
        context: &Context,
    ) -> Result<()> {
        let mut columns = Columns::new();
        for node in graph.nodes() {
            add_columns(&mut columns, &node?.properties);
        }
        let fixed = [
            ("_id", ColumnKind::Plain(Plain::Integer)),
            ("_labels", ColumnKind::List(Plain::String)),
        ];
        let file = output.part("nodes")?;
        let mut nodes = TableWriter::create(*self, "nodes", file, &fixed, columns, context)?;
        for node in graph.nodes() {
            let node = node?;
            let id = node.id.map(|id| id.id).unwrap_or_default();
            nodes.row(vec![id, node.labels.into()], node.properties)?;
        }
        nodes.finish()?;

        let mut columns = Columns::new();
        for relationship in graph.relationships() {
            add_columns(&mut columns, &relationship?.properties);
        }
        let fixed = [
            ("_start", ColumnKind::Plain(Plain::Integer)),
            ("_end", ColumnKind::Plain(Plain::Integer)),
            ("_type", ColumnKind::Plain(Plain::String)),
        ];
        let file = output.part("relationships")?;
        let mut relationships =
            TableWriter::create(*self, "relationships", file, &fixed, columns, context)?;
        for relationship in graph.relationships() {
            let relationship = relationship?;
            let cells = vec![
                relationship.start.id,
                relationship.end.id,
                relationship.relationship_type.into(),
            ];
            relationships.row(cells, relationship.properties)?;
        }
        relationships.finish()
    }
}

/// The columns of a table by key.
type Columns = BTreeMap<Arc<str>, ColumnKind>;

fn add_columns(columns: &mut Columns, properties: &Properties) {
    for (key, value) in properties {
        let kind = ColumnKind::of(value);
        let column = columns.entry(key.clone()).or_insert(kind);
        *column = column.and(kind);
    }
}

/// A table on its way into a file.
struct TableWriter<'o, 'c> {
    file: OutputFile<'o>,
    encoder: Encoder,
    schema: SchemaRef,
    kinds: Vec<ColumnKind>,
    /// The place of the column of each key.
    places: HashMap<Arc<str>, usize>,
    /// Rows that are not encoded yet, column by column.
    cells: Vec<Vec<Value>>,
    fixed: usize,
    context: &'c Context,
    memory: Reservation,
}

impl<'o, 'c> TableWriter<'o, 'c> {
    fn create(
        format: Columnar,
        table: &str,
        file: OutputFile<'o>,
        fixed: &[(&str, ColumnKind)],
        columns: Columns,
        context: &'c Context,
    ) -> Result<Self> {
        let mut fields: Vec<Field> = Vec::new();
        let mut kinds = Vec::new();
        let mut places = HashMap::new();
        for (name, kind) in fixed {
            fields.push(kind.field(name, name));
            kinds.push(*kind);
        }
        for (key, kind) in columns {
            // Names differ in more than their case, as SQL demands.
            let mut name = key.to_string();
            while fields
                .iter()
                .any(|field| field.name().eq_ignore_ascii_case(&name))
            {
                name.push('_');
            }
            fields.push(kind.field(&name, &key));
            places.insert(key, kinds.len());
            kinds.push(kind);
        }
        let metadata = HashMap::from([(TABLE.to_owned(), table.to_owned())]);
        let schema: SchemaRef = Schema::new_with_metadata(fields, metadata).into();
        let encoder = Encoder::create(format, &schema).map_err(|error| failed(&error))?;
        Ok(TableWriter {
            cells: vec![Vec::new(); kinds.len()],
            fixed: fixed.len(),
            file,
            encoder,
            schema,
            kinds,
            places,
            context,
            memory: context.reservation(),
        })
    }

    fn row(&mut self, fixed: Vec<Value>, properties: Properties) -> Result<()> {
        let mut size = self.cells.len() * size_of::<Value>();
        for (column, value) in self.cells.iter_mut().zip(fixed) {
            size += value.heap_size();
            column.push(value);
        }
        self.cells
            .iter_mut()
            .skip(self.fixed)
            .for_each(|column| column.push(Value::Null));
        for (key, value) in properties {
            size += value.heap_size();
            let column = self
                .places
                .get(&key)
                .and_then(|place| self.cells.get_mut(*place));
            if let Some(cell) = column.and_then(|column| column.last_mut()) {
                *cell = value;
            }
        }
        self.memory.grow(size)?;
        if self
            .cells
            .first()
            .is_some_and(|column| column.len() >= BATCH_ROWS)
        {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        let columns = self.kinds.iter().zip(&mut self.cells).map(|(kind, cells)| {
            let cells = take(cells);
            let values: Vec<_> = cells
                .iter()
                .map(|value| (!value.is_null()).then_some(value))
                .collect();
            kind.array(&values)
        });
        let columns: Vec<ArrayRef> = columns.collect();
        let batch = RecordBatch::try_new(self.schema.clone(), columns);
        let batch = batch.map_err(|error| failed(&error))?;
        let encoded = self.encoder.batch(&batch).map_err(|error| failed(&error))?;
        self.file
            .write_all(&encoded)
            .map_err(|error| self.file.failed(&error))?;
        self.memory = self.context.reservation();
        Ok(())
    }

    fn finish(mut self) -> Result<()> {
        self.flush()?;
        let rest = self.encoder.finish().map_err(|error| failed(&error))?;
        self.file
            .write_all(&rest)
            .map_err(|error| self.file.failed(&error))?;
        self.file.finish()
    }
}

/// Batches as bytes of a format.
enum Encoder {
    Parquet(ArrowWriter<Shared>, Shared),
    Arrow(Box<arrow_ipc::writer::FileWriter<Vec<u8>>>),
}

impl Encoder {
    fn create(format: Columnar, schema: &SchemaRef) -> Result<Encoder, ArrowError> {
        Ok(match format {
            Columnar::Parquet => {
                let properties = WriterProperties::builder()
                    .set_compression(Compression::SNAPPY)
                    .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
                    .build();
                let shared = Shared::default();
                let writer =
                    ArrowWriter::try_new(shared.clone(), schema.clone(), Some(properties))?;
                Encoder::Parquet(writer, shared)
            }
            Columnar::Arrow => {
                let writer = arrow_ipc::writer::FileWriter::try_new(Vec::new(), schema)?;
                Encoder::Arrow(Box::new(writer))
            }
        })
    }

    /// The bytes that are complete after this batch.
    fn batch(&mut self, batch: &RecordBatch) -> Result<Vec<u8>, ArrowError> {
        match self {
            Encoder::Parquet(writer, shared) => {
                writer.write(batch)?;
                Ok(shared.take())
            }
            Encoder::Arrow(writer) => {
                writer.write(batch)?;
                Ok(take(writer.get_mut()))
            }
        }
    }

    fn finish(self) -> Result<Vec<u8>, ArrowError> {
        match self {
            Encoder::Parquet(writer, shared) => {
                writer.close()?;
                Ok(shared.take())
            }
            Encoder::Arrow(writer) => writer.into_inner(),
        }
    }
}

/// Bytes that the writer of Parquet, which owns its stream, has written.
#[derive(Debug, Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    fn take(&self) -> Vec<u8> {
        take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn failed(error: &impl std::fmt::Display) -> Error {
    Error::internal(format!(
        "a table that follows its schema is refused: {error}"
    ))
}
