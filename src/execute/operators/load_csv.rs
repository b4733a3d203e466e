//! A row for each record of a CSV file: a list of its fields, or a map by the names of the first
//! line. An empty field is null. A record that is shorter than the first line has nulls at its
//! end; a longer one is an error, for what stands in it would be lost.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use arrow_array::UInt32Array;
use csv::{ByteRecord, Position, Reader, ReaderBuilder};

use super::Input;
use crate::column::ColumnBuilder;
use crate::context::{Context, Reservation};
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::execute::evaluate::{Operand, evaluate};
use crate::execute::{BATCH_SIZE, Batch, Operator, Runtime};
use crate::physical::Expression;
use crate::value::Value;

/// Reads CSV files.
pub(in crate::execute) struct LoadCsv<'p> {
    input: Input<'p>,
    with_headers: bool,
    source: &'p Expression,
    field_terminator: Option<&'p Expression>,
    current: Option<Current>,
}

/// A batch with the files that its rows name, and how far they are read.
struct Current {
    batch: Batch,
    sources: Operand,
    terminators: Option<Operand>,
    row: usize,
    file: Option<CsvFile>,
}

impl<'p> LoadCsv<'p> {
    pub(in crate::execute) fn new(
        input: Input<'p>,
        with_headers: bool,
        source: &'p Expression,
        field_terminator: Option<&'p Expression>,
    ) -> Self {
        LoadCsv {
            input,
            with_headers,
            source,
            field_terminator,
            current: None,
        }
    }

    fn start(&self, batch: Batch, runtime: &mut Runtime) -> Result<Current> {
        let batch = batch.listed()?;
        Ok(Current {
            sources: evaluate(self.source, &batch, runtime)?,
            terminators: match self.field_terminator {
                Some(terminator) => Some(evaluate(terminator, &batch, runtime)?),
                None => None,
            },
            batch,
            row: 0,
            file: None,
        })
    }
}

impl Operator for LoadCsv<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let mut current = match self.current.take() {
            Some(current) => current,
            None => match self.input.next(runtime)? {
                Some(batch) => self.start(batch, runtime)?,
                None => return Ok(None),
            },
        };
        let mut held = runtime.context.reservation();
        let mut rows = Vec::new();
        let mut builder = ColumnBuilder::new();
        while current.row < current.batch.rows() && rows.len() < BATCH_SIZE {
            let file = match &mut current.file {
                Some(file) => file,
                none => none.insert(CsvFile::open(
                    &current.sources.value(current.row),
                    current
                        .terminators
                        .as_ref()
                        .map(|terminators| terminators.value(current.row)),
                    self.with_headers,
                    runtime.context,
                )?),
            };
            match file.next()? {
                Some(value) => {
                    held.grow(size_of::<Value>() + value.heap_size())?;
                    rows.push(current.row as u32);
                    builder.push(value);
                }
                None => {
                    current.file = None;
                    current.row += 1;
                }
            }
        }
        let loaded = current
            .batch
            .select(UInt32Array::from(rows))?
            .with(builder.finish());
        if current.row < current.batch.rows() {
            self.current = Some(current);
        }
        Ok(Some(loaded))
    }
}

/// A file that is being read.
struct CsvFile {
    name: Arc<str>,
    reader: Reader<Metered>,
    record: ByteRecord,
    headers: Option<Vec<Arc<str>>>,
}

impl CsvFile {
    fn open(
        source: &Value,
        terminator: Option<Value>,
        with_headers: bool,
        context: &Context,
    ) -> Result<CsvFile> {
        let Value::String(name) = source else {
            let found = source.value_type();
            return Err(Error::type_error(format!(
                "LOAD CSV needs the path of a file, not {found}"
            )));
        };
        let path = context.file_access().readable(name)?;
        let file = File::open(path).map_err(|error| cannot_read(name, &error))?;
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter(terminator)?)
            .from_reader(Metered {
                file,
                context: context.clone(),
                held: context.reservation(),
            });
        let mut opened = CsvFile {
            name: name.clone(),
            reader,
            record: ByteRecord::new(),
            headers: None,
        };
        if with_headers {
            let mut headers = Vec::new();
            if opened.advance()? {
                for field in &opened.record {
                    headers.push(opened.text(field)?.into());
                }
            }
            opened.headers = Some(headers);
        }
        Ok(opened)
    }

    /// The next record as a value.
    fn next(&mut self) -> Result<Option<Value>> {
        if !self.advance()? {
            return Ok(None);
        }
        let field = |field: &[u8]| match field {
            [] => Ok(Value::Null),
            field => self.text(field).map(Value::from),
        };
        let Some(headers) = &self.headers else {
            let fields: Result<Vec<Value>> = self.record.iter().map(field).collect();
            return Ok(Some(Value::list(fields?)));
        };
        let mut surplus = self.record.iter().skip(headers.len());
        if surplus.any(|field| !field.is_empty()) {
            let message = format!(
                "fields of the record: {}, of the first line: {}",
                self.record.len(),
                headers.len()
            );
            let hint = "a field with the separator or a line break in it needs double quotes";
            return Err(self.error(ErrorDetail::InvalidContent, &message).hint(hint));
        }
        let fields = self.record.iter().map(field);
        let entries: Result<Vec<(Arc<str>, Value)>> = headers
            .iter()
            .cloned()
            .zip(fields.chain(std::iter::repeat_with(|| Ok(Value::Null))))
            .map(|(header, field)| Ok((header, field?)))
            .collect();
        Ok(Some(Value::map(entries?)))
    }

    /// Goes to the next record, if there is one.
    fn advance(&mut self) -> Result<bool> {
        self.reader.get_mut().forget();
        let more = self.reader.read_byte_record(&mut self.record);
        more.map_err(|error| match error.into_kind() {
            csv::ErrorKind::Io(error) => match error.downcast::<Error>() {
                Ok(error) => error,
                Err(error) => cannot_read(&self.name, &error),
            },
            kind => self.error(ErrorDetail::InvalidContent, &format!("{kind:?}")),
        })
    }

    fn text<'f>(&self, field: &'f [u8]) -> Result<&'f str> {
        std::str::from_utf8(field).map_err(|_| {
            self.error(ErrorDetail::InvalidEncoding, "the text is not valid UTF-8")
                .hint("save the file as UTF-8")
        })
    }

    /// An error in the current record.
    fn error(&self, detail: ErrorDetail, message: &str) -> Error {
        let line = self.record.position().map_or(0, Position::line);
        let name = &self.name;
        let message = format!("{name}, line {line}: {message}");
        Error::new(ErrorKind::FormatError, detail, message)
    }
}

/// The byte that separates fields.
fn delimiter(terminator: Option<Value>) -> Result<u8> {
    match &terminator {
        None => Ok(b','),
        Some(Value::String(text)) => match text.as_bytes() {
            [byte] if !matches!(byte, b'"' | b'\n' | b'\r') => Ok(*byte),
            _ => Err(Error::argument(format!(
                "{text:?} cannot separate fields: one ASCII character is needed"
            ))),
        },
        Some(other) => Err(Error::type_error(format!(
            "FIELDTERMINATOR needs a string, not {}",
            other.value_type()
        ))),
    }
}

fn cannot_read(name: &str, error: &io::Error) -> Error {
    let message = format!("cannot read {name}: {error}");
    Error::new(ErrorKind::FileError, ErrorDetail::CannotOpen, message)
}

/// A file whose bytes are reserved from the budget until the record that they belong to is read:
/// a quote that is never closed makes all of a file one field.
struct Metered {
    file: File,
    context: Context,
    held: Reservation,
}

impl Metered {
    /// Gives back what was reserved for the last record.
    fn forget(&mut self) {
        if self.held.bytes() > 0 {
            self.held = self.context.reservation();
        }
    }
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.context.check().map_err(io::Error::other)?;
        let read = self.file.read(buffer)?;
        // Twice: the record grows by doubling.
        self.held.grow(2 * read).map_err(io::Error::other)?;
        Ok(read)
    }
}
