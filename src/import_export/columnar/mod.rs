//! Parquet and Arrow IPC: tables of nodes and tables of relationships whose columns have types.
//! The names of the columns tell what a table holds, with the words of CSV headers.
//!
//! * A table whose columns are only numbered (`f0`, `f1`, ..., as Kùzu writes them) holds
//!   relationships where the first two have one type: they are its ends. Else its first column is
//!   the id.
//! * Writing makes one table of nodes and one of relationships. What Arrow has no type for is text,
//!   and the metadata of its column says what kind.

mod arrow_messages;
mod cell;
mod column;
mod table;
mod table_writer;
mod write;
pub mod graphar;
mod graphar_read;

use std::cell::Cell;
use std::io::{Cursor, Read};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::error::{Error, ErrorDetail, Result};
use crate::import_export::columnar::arrow_messages::largest_unpacked;
use crate::import_export::columnar::table::Table;
use crate::import_export::format::ReadFormat;
use crate::import_export::options::ImportOptions;
use crate::import_export::record::{Place, RecordSink};
use crate::import_export::source::Source;

/// A file of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Columnar {
    /// Apache Parquet.
    Parquet,
    /// Apache Arrow's file format, which is Feather 2; its stream format is read, too.
    Arrow,
}

/// The metadata of a schema that says what the table holds: `nodes` or `relationships`.
const TABLE: &str = "rihla:table";
/// The metadata of a field whose text stands for values of this type.
const TYPE: &str = "rihla:type";
/// The metadata of a field that has another name than its key.
const KEY: &str = "rihla:key";

/// Rows of a batch.
const BATCH_ROWS: usize = 8_192;

/// How many bytes are read at once.
const BLOCK: u64 = 1 << 20;

/// Whether the first bytes are those of a Parquet file.
pub(super) fn recognises_parquet(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PAR1")
}

/// Whether the first bytes are those of an Arrow file.
pub(super) fn recognises_arrow(bytes: &[u8]) -> bool {
    bytes.starts_with(b"ARROW1")
}

impl ReadFormat for Columnar {
    fn read(
        &self,
        source: &Source<'_>,
        options: &ImportOptions,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let bytes = all_bytes(source, sink)?;
        if *self == Columnar::Arrow {
            let largest = guarded(|| largest_unpacked(&bytes));
            let largest = largest.map_err(|error| broken(source, &error))?;
            sink.reserve(usize::try_from(largest).unwrap_or(usize::MAX))?;
        }
        let opened = guarded(|| match self {
            Columnar::Parquet => parquet_batches(bytes),
            Columnar::Arrow => arrow_batches(bytes),
        });
        let (schema, mut batches) = opened.map_err(|error| broken(source, &error))?;
        let table = Table::of(source, &schema, options, sink)?;
        let mut rows = 0;
        loop {
            let batch = guarded(|| batches.next().transpose());
            let Some(batch) = batch.map_err(|error| broken(source, &error))? else {
                return Ok(());
            };
            sink.check()?;
            table.push(&batch, rows, sink)?;
            rows += batch.num_rows() as u64;
        }
    }

    fn may_leave_out_nodes(&self) -> bool {
        true
    }
}

/// The file as a whole: both formats begin at their ends.
fn all_bytes(source: &Source<'_>, sink: &mut dyn RecordSink) -> Result<Vec<u8>> {
    let mut reader = source.open()?;
    let mut bytes = Vec::new();
    loop {
        sink.check()?;
        sink.reserve(BLOCK as usize)?;
        let read = reader.by_ref().take(BLOCK).read_to_end(&mut bytes);
        if read.map_err(|error| source.read_error(&error))? == 0 {
            return Ok(bytes);
        }
    }
}

/// A schema and batches of it.
type Batches = (
    SchemaRef,
    Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>>>,
);

fn parquet_batches(bytes: Vec<u8>) -> Result<Batches, ArrowError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(bytes))?;
    let schema = builder.schema().clone();
    let reader = builder.with_batch_size(BATCH_ROWS).build()?;
    Ok((schema, Box::new(reader)))
}

fn arrow_batches(bytes: Vec<u8>) -> Result<Batches, ArrowError> {
    if recognises_arrow(&bytes) {
        let reader = arrow_ipc::reader::FileReader::try_new(Cursor::new(bytes), None)?;
        return Ok((reader.schema(), Box::new(reader)));
    }
    let reader = arrow_ipc::reader::StreamReader::try_new(Cursor::new(bytes), None)?;
    Ok((reader.schema(), Box::new(reader)))
}

thread_local! {
    /// Whether the decoder that runs on this thread may panic without a word.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs a decoder. Those of Parquet and Arrow check most of what they read, not all of it: where
/// damaged bytes make them panic, that is an error like any other, and no message on the standard
/// error of the program that reads the file.
fn guarded<T>(decode: impl FnOnce() -> Result<T, ArrowError>) -> Result<T, ArrowError> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panicked| {
            if !QUIET.get() {
                usual(panicked);
            }
        }));
    });
    QUIET.set(true);
    let decoded = panic::catch_unwind(AssertUnwindSafe(decode));
    QUIET.set(false);
    decoded.unwrap_or_else(|_| {
        let message = "the decoder failed".to_owned();
        Err(ArrowError::ParseError(message))
    })
}

fn broken(source: &Source<'_>, error: &ArrowError) -> Error {
    let text = error.to_string();
    if let Some((_, feature)) = text.split_once("Disabled feature at compile time: ") {
        let message = format!("it is compressed by {feature}, which is not read");
        let error = source.error(ErrorDetail::InvalidContent, Place::File, message);
        return error.hint("Snappy, gzip, Zstandard and LZ4 are");
    }
    let message = format!("the file is damaged or cut: {text}");
    source.error(ErrorDetail::InvalidContent, Place::File, message)
}
