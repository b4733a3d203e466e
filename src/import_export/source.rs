//! Where bytes come from: a file by its path, or text that is in memory already (standard input, a
//! graph that the program brings along). Both can be read from the start as often as a reader
//! needs, so that a format that has to look at everything twice can.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::context::{Context, Reservation};
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::import_export::compression::Compression;
use crate::import_export::encoded::without_mark;
use crate::import_export::record::Place;

/// How many bytes a format may look at to recognise itself.
pub(super) const SNIFFED_BYTES: usize = 4096;

/// The longest header that may stand in a file of its own, in bytes.
const LONGEST_HEADER: usize = 1 << 20;

/// One file to import.
#[derive(Debug)]
pub struct Source<'a> {
    /// What messages call it.
    name: Arc<str>,
    content: Content<'a>,
    /// Counts the bytes that are read of a file.
    counter: Arc<AtomicU64>,
    /// What is said beside a table that does not say it.
    labels: Vec<Arc<str>>,
    relationship_type: Option<Arc<str>>,
    header: Option<Arc<str>>,
}

/// A file whose bytes are counted.
struct Counted {
    file: File,
    counter: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.counter.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

#[derive(Debug)]
enum Content<'a> {
    File(PathBuf),
    Text(&'a [u8]),
    /// A header that stands in a file of its own, and the rows.
    Joined(&'a Source<'a>, &'a Source<'a>),
    Read(
        Vec<u8>,
        #[allow(dead_code, reason = "held for as long as the bytes")] Reservation,
    ),
}

impl<'a> Source<'a> {
    fn new(name: Arc<str>, content: Content<'a>) -> Self {
        Source {
            name,
            content,
            counter: Arc::default(),
            labels: Vec::new(),
            relationship_type: None,
            header: None,
        }
    }

    /// A file, opened when it is read.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Source::new(path.display().to_string().into(), Content::File(path))
    }

    /// The same source, whose nodes have these labels where it is a table that says none.
    pub fn with_labels<L: Into<Arc<str>>>(self, labels: impl IntoIterator<Item = L>) -> Self {
        Source {
            labels: labels.into_iter().map(Into::into).collect(),
            ..self
        }
    }

    /// The same source, whose relationships have this type where it is a table that says none.
    pub fn with_relationship_type(self, name: impl Into<Arc<str>>) -> Self {
        Source {
            relationship_type: Some(name.into()),
            ..self
        }
    }

    /// The same table, read as if this were its header, in the words of CSV: `id:int,name,born:date`.
    pub fn with_header(self, header: impl Into<Arc<str>>) -> Self {
        Source {
            header: Some(header.into()),
            ..self
        }
    }

    /// The labels of nodes whose table says none.
    pub fn labels(&self) -> &[Arc<str>] {
        &self.labels
    }

    /// The type of relationships whose table says none.
    pub fn relationship_type(&self) -> Option<&Arc<str>> {
        self.relationship_type.as_ref()
    }

    /// What counts as the header in place of that of the table.
    pub fn header(&self) -> Option<&str> {
        self.header.as_deref()
    }

    /// How many bytes there are to read, as they are kept; 0 where that is not known.
    pub fn size(&self) -> u64 {
        match &self.content {
            Content::File(path) => std::fs::metadata(path).map_or(0, |data| data.len()),
            Content::Text(text) => text.len() as u64,
            Content::Joined(header, rows) => header.size() + rows.size(),
            Content::Read(bytes, _) => bytes.len() as u64,
        }
    }

    /// The same source, which adds the bytes that are read of its file to `counter`.
    pub fn counted(self, counter: &Arc<AtomicU64>) -> Self {
        Source {
            counter: counter.clone(),
            ..self
        }
    }

    /// The same text, whose bytes are not counted: for a look at all of it before it is read.
    pub(super) fn uncounted(&self) -> Source<'_> {
        let content = match &self.content {
            Content::File(path) => Content::File(path.clone()),
            Content::Text(text) => Content::Text(text),
            Content::Joined(header, rows) => Content::Joined(header, rows),
            Content::Read(bytes, _) => Content::Text(bytes),
        };
        Source::new(self.name.clone(), content)
    }

    /// Text in memory; `name` stands in messages, its ending helps to tell the format.
    pub fn text(name: &str, text: &'a [u8]) -> Self {
        Source::new(name.into(), Content::Text(text))
    }

    /// A table whose one line of header is in a file of its own, before the rows; messages call it by
    /// the name of the rows.
    pub fn joined(header: &'a Source<'a>, rows: &'a Source<'a>) -> Self {
        Source {
            labels: rows.labels.clone(),
            relationship_type: rows.relationship_type.clone(),
            ..Source::new(rows.name.clone(), Content::Joined(header, rows))
        }
    }

    /// The lines of the text that come from another file, before its own.
    pub(super) fn foreign_lines(&self) -> u64 {
        u64::from(matches!(self.content, Content::Joined(..)))
    }

    /// Everything that `reader` gives, read to the end now, within the memory budget.
    ///
    /// # Errors
    /// `FileError` where the reader fails, `ResourceError` where the budget does not hold it.
    pub fn reader(name: &str, mut reader: impl Read, context: &Context) -> Result<Self> {
        let mut reservation = context.reservation();
        let mut bytes = Vec::new();
        loop {
            context.check()?;
            reservation.grow(1 << 20)?;
            let read = reader.by_ref().take(1 << 20).read_to_end(&mut bytes);
            if read.map_err(|error| cannot_read(name, &error))? == 0 {
                break;
            }
        }
        Ok(Source::new(name.into(), Content::Read(bytes, reservation)))
    }

    /// What messages call it: the path, or the given name.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The path, where it is a file or a folder.
    pub fn file(&self) -> Option<&Path> {
        match &self.content {
            Content::File(path) => Some(path),
            Content::Joined(_, rows) => rows.file(),
            Content::Text(_) | Content::Read(..) => None,
        }
    }

    /// The name of the file without folders and ending, that of a compression neither; empty where
    /// there is none.
    pub fn stem(&self) -> &str {
        let (_, name) = Compression::of_name(&self.name);
        let stem = Path::new(name).file_stem();
        stem.and_then(|stem| stem.to_str()).unwrap_or_default()
    }

    /// The text from the start, decompressed and without a byte order mark; UTF-16, which such a mark
    /// tells, is handed out as UTF-8.
    ///
    /// # Errors
    /// `FileError: CannotOpen`.
    pub fn open(&self) -> Result<Box<dyn BufRead + '_>> {
        let (start, reader) = self.beginning(self.open_bytes()?, 3)?;
        Ok(without_mark(start, reader))
    }

    /// The bytes from the start, decompressed, for formats that say themselves how their text is
    /// encoded.
    ///
    /// # Errors
    /// `FileError: CannotOpen`.
    pub fn open_bytes(&self) -> Result<Box<dyn BufRead + '_>> {
        let reader: Box<dyn BufRead + '_> = match &self.content {
            Content::File(path) => {
                let file = File::open(path).map_err(|error| cannot_open(&self.name, &error))?;
                let counter = self.counter.clone();
                Box::new(BufReader::with_capacity(1 << 16, Counted { file, counter }))
            }
            Content::Text(text) => Box::new(*text),
            Content::Joined(header, rows) => {
                let mut line = header.one_line()?.unwrap_or_default();
                line.push(b'\n');
                Box::new(Cursor::new(line).chain(rows.open()?))
            }
            Content::Read(bytes, _) => Box::new(bytes.as_slice()),
        };
        let (magic, reader) = self.beginning(reader, 4)?;
        let compression = Compression::of_bytes(&magic);
        let reader = Cursor::new(magic).chain(reader);
        match compression {
            None => Ok(Box::new(reader)),
            Some(compression) => {
                let decompressed = compression.decompress(reader);
                decompressed.map_err(|error| cannot_open(&self.name, &error))
            }
        }
    }

    /// The first `length` bytes, or what there is, and the reader behind them.
    fn beginning<'r>(
        &self,
        mut reader: Box<dyn BufRead + 'r>,
        length: u64,
    ) -> Result<(Vec<u8>, Box<dyn BufRead + 'r>)> {
        let mut bytes = Vec::new();
        let read = reader.by_ref().take(length).read_to_end(&mut bytes);
        read.map_err(|error| cannot_open(&self.name, &error))?;
        Ok((bytes, reader))
    }

    /// The first bytes of the text, decompressed, for formats to recognise themselves; fewer where what
    /// follows cannot be decoded.
    ///
    /// # Errors
    /// As [`Source::open_bytes`].
    pub fn first_bytes(&self) -> Result<Vec<u8>> {
        self.beginning_of_text(SNIFFED_BYTES)
    }

    /// The text without its line end, where it is one line of a header.
    ///
    /// # Errors
    /// As [`Source::open_bytes`].
    pub(super) fn one_line(&self) -> Result<Option<Vec<u8>>> {
        let mut line = self.beginning_of_text(LONGEST_HEADER)?;
        line.truncate(line.trim_ascii_end().len());
        let is_one = line.len() < LONGEST_HEADER && !line.contains(&b'\n');
        Ok(is_one.then_some(line))
    }

    fn beginning_of_text(&self, length: usize) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        if self.file().is_some_and(Path::is_dir) {
            return Ok(bytes);
        }
        let read = self.open()?.take(length as u64).read_to_end(&mut bytes);
        match read {
            Err(error) if error.kind() != std::io::ErrorKind::InvalidData => {
                Err(cannot_read(&self.name, &error))
            }
            _ => Ok(bytes),
        }
    }

    /// A `FormatError` that names the file and the place.
    pub fn error(&self, detail: ErrorDetail, place: Place, message: impl AsRef<str>) -> Error {
        let message = message.as_ref();
        let message = match place {
            Place::File => format!("{}: {message}", self.name),
            place => format!("{}, {place}: {message}", self.name),
        };
        Error::new(ErrorKind::FormatError, detail, message)
    }

    /// The error of a reader that failed in the middle.
    pub fn read_error(&self, error: &std::io::Error) -> Error {
        cannot_read(&self.name, error)
    }
}

fn cannot_open(name: &str, error: &std::io::Error) -> Error {
    let message = format!("cannot open {name}: {error}");
    Error::new(ErrorKind::FileError, ErrorDetail::CannotOpen, message)
}

fn cannot_read(name: &str, error: &std::io::Error) -> Error {
    let message = format!("cannot read {name}: {error}");
    Error::new(ErrorKind::FileError, ErrorDetail::CannotOpen, message)
}
