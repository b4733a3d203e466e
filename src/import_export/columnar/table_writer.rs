//! A table on its way into a file of columns.

use std::collections::{BTreeMap, HashMap, HashSet};
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
use crate::import_export::columnar::column::ColumnKind;
use crate::import_export::columnar::{BATCH_ROWS, Columnar, TABLE};
use crate::import_export::output::OutputFile;
use crate::import_export::record::Properties;
use crate::value::Value;

/// Rows of a row group of Parquet.
const ROW_GROUP_ROWS: usize = 128 * 1024;

/// The columns of a table by key.
pub(super) type Columns = BTreeMap<Arc<str>, ColumnKind>;

/// Adds the columns that these properties need.
pub(super) fn add_columns(columns: &mut Columns, properties: &Properties) {
    for (key, value) in properties {
        let kind = ColumnKind::of(value);
        let column = columns.entry(key.clone()).or_insert(kind);
        *column = column.and(kind);
    }
}

/// A table on its way into a file.
pub(super) struct TableWriter<'o, 'c> {
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
    /// Begins a table with the columns `fixed`, then `columns`; `table` says what its rows are.
    pub fn create(
        format: Columnar,
        table: &str,
        file: OutputFile<'o>,
        fixed: &[(&str, ColumnKind)],
        columns: Columns,
        context: &'c Context,
    ) -> Result<Self> {
        let names = Self::names(fixed, &columns);
        let own = fixed
            .iter()
            .map(|(name, kind)| (*kind, kind.field(name, name)));
        let keyed = columns.iter().zip(&names);
        let keyed = keyed.map(|((key, kind), (name, _))| (*kind, kind.field(name, key)));
        let (kinds, fields): (Vec<ColumnKind>, Vec<Field>) = own.chain(keyed).unzip();
        let places = columns.into_keys().zip(fixed.len()..).collect();
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

    /// The names of the columns that come after `fixed`. They differ in more than their case, as
    /// SQL demands.
    pub fn names(fixed: &[(&str, ColumnKind)], columns: &Columns) -> Vec<(String, ColumnKind)> {
        let fixed = fixed.iter().map(|(name, _)| name.to_lowercase());
        let mut taken: HashSet<String> = fixed.collect();
        let free = |key: &Arc<str>| {
            let mut name = key.to_string();
            while !taken.insert(name.to_lowercase()) {
                name.push('_');
            }
            name
        };
        let names: Vec<String> = columns.keys().map(free).collect();
        names.into_iter().zip(columns.values().copied()).collect()
    }

    /// Adds a row: the cells of the fixed columns, and properties.
    pub fn row(&mut self, fixed: Vec<Value>, properties: Properties) -> Result<()> {
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

    /// Ends the file.
    pub fn finish(mut self) -> Result<()> {
        self.flush()?;
        let rest = self.encoder.finish().map_err(|error| failed(&error))?;
        self.file
            .write_all(&rest)
            .map_err(|error| self.file.failed(&error))?;
        self.file.finish()
    }
}

/// Writes batches of one schema as a file.
pub(super) fn write_batches(
    format: Columnar,
    batches: &[RecordBatch],
    mut file: OutputFile<'_>,
) -> Result<()> {
    let schema = batches.first().map(RecordBatch::schema);
    let schema = schema.unwrap_or_else(|| Schema::empty().into());
    let mut encoder = Encoder::create(format, &schema).map_err(|error| failed(&error))?;
    for batch in batches {
        let encoded = encoder.batch(batch).map_err(|error| failed(&error))?;
        let written = file.write_all(&encoded);
        written.map_err(|error| file.failed(&error))?;
    }
    let rest = encoder.finish().map_err(|error| failed(&error))?;
    let written = file.write_all(&rest);
    written.map_err(|error| file.failed(&error))?;
    file.finish()
}

/// Batches as bytes of a format.
enum Encoder {
    Parquet(Box<ArrowWriter<Shared>>, Shared),
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
                Encoder::Parquet(Box::new(writer), shared)
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
