//! JSON Lines: one object a line, read line by line. Shared by all formats that are, most of which
//! are documents, too.

use hashbrown::HashSet;

use crate::error::{Error, ErrorDetail, Result};
use crate::import_export::json::stream::{Document, Members, read_document};
use crate::import_export::line_blocks::{Block, BlockSink, Blocks};
use crate::import_export::options::ImportOptions;
use crate::import_export::record::{Place, RecordSink};
use crate::import_export::relay::Gathered;
use crate::import_export::source::Source;

/// How much more room the values of a line take than its text.
const VALUES_PER_TEXT: usize = 16;

/// Bytes of lines that are parsed together.
const AT_ONCE: usize = 64 << 10;

/// Hands the object of every line, or else the members or elements of the one document that
/// `source` is, to `document`; lines are parsed on so many threads.
///
/// # Errors
/// `FormatError` with line and column where a line is not one object; as [`Blocks::each`] and
/// [`read_document`].
pub(super) fn read_lines_or_document(
    source: &Source<'_>,
    is_lines: bool,
    threads: usize,
    document: &mut impl Document,
) -> Result<()> {
    if !is_lines {
        return read_document(source, document);
    }
    let blocks = Blocks {
        size: AT_ONCE,
        room: VALUES_PER_TEXT,
        threads,
    };
    let parse = |block: Block| Objects::of(source, &block);
    blocks.each(source, parse, &mut ObjectSink(document))
}

/// Hands the records to `sink` that `read` makes of the objects of lines, where a line says nothing of
/// others: on so many threads as the sink has.
///
/// # Errors
/// Those of `read`; `FormatError` with line and column where a line is not one object; as
/// [`Blocks::each`].
pub(super) fn read_line_records(
    source: &Source<'_>,
    options: &ImportOptions,
    sink: &mut dyn RecordSink,
    read: impl Fn(Vec<(Members, Place)>, &mut dyn RecordSink) -> Result<()> + Sync,
) -> Result<()> {
    let blocks = Blocks {
        size: AT_ONCE,
        room: VALUES_PER_TEXT,
        threads: sink.threads(),
    };
    let parse = |block: Block| {
        let mut gathered = Gathered::new(options.on_error);
        let objects = Objects::of(source, &block);
        // What cannot be kept comes before what cannot be read.
        let failure = read(objects.members, &mut gathered).err();
        (gathered, failure.or(objects.failure))
    };
    let told = HashSet::new();
    blocks.each(source, parse, &mut GatheredSink { sink, told })
}

struct GatheredSink<'s> {
    sink: &'s mut dyn RecordSink,
    /// The warnings so far.
    told: HashSet<String>,
}

impl BlockSink<(Gathered, Option<Error>)> for GatheredSink<'_> {
    fn reserve(&mut self, bytes: usize) -> Result<()> {
        self.sink.reserve(bytes)
    }

    fn take(&mut self, (gathered, failure): (Gathered, Option<Error>)) -> Result<()> {
        gathered.push(self.sink, &mut self.told)?;
        failure.map_or(Ok(()), Err)
    }
}

/// The objects of some lines.
struct Objects {
    members: Vec<(Members, Place)>,
    /// What is wrong with the line behind them.
    failure: Option<Error>,
}

impl Objects {
    /// The object of each line that is not blank.
    fn of(source: &Source<'_>, block: &Block) -> Objects {
        let mut objects = Objects {
            members: Vec::new(),
            failure: None,
        };
        let lines = block.text.split_inclusive(|byte| *byte == b'\n');
        for (number, line) in (block.line..).zip(lines) {
            if line.trim_ascii().is_empty() {
                continue;
            }
            match serde_json::from_slice(line) {
                Ok(members) => objects.members.push((members, Place::Line(number))),
                Err(error) => {
                    objects.failure = Some(not_an_object(source, line, number, &error));
                    break;
                }
            }
        }
        objects
    }
}

struct ObjectSink<'d, D>(&'d mut D);

impl<D: Document> BlockSink<Objects> for ObjectSink<'_, D> {
    fn reserve(&mut self, bytes: usize) -> Result<()> {
        self.0.reserve(bytes)
    }

    fn take(&mut self, objects: Objects) -> Result<()> {
        let mut members = objects.members.into_iter();
        // What cannot be kept comes before what cannot be read.
        members.try_for_each(|(members, place)| self.0.element(members, place))?;
        objects.failure.map_or(Ok(()), Err)
    }
}

/// The error of a line that is no JSON object.
fn not_an_object(
    source: &Source<'_>,
    line: &[u8],
    number: u64,
    error: &serde_json::Error,
) -> Error {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or(&text);
    let place = match error.column() {
        0 => Place::Line(number),
        column => Place::Column(number, column as u64),
    };
    if std::str::from_utf8(line).is_err() {
        let message = "the text is not valid UTF-8";
        return source.error(ErrorDetail::InvalidEncoding, place, message);
    }
    let message = format!("not the expected JSON: {what}");
    let failed = source.error(ErrorDetail::InvalidContent, place, message);
    match error.is_eof() {
        true => failed.hint("the line ends in the middle; the file may have been cut off"),
        false => failed,
    }
}
