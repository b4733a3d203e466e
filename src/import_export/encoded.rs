//! Text of other encodings: UTF-16 told by its byte order mark, and what an XML declaration names,
//! come out as UTF-8. What is not valid in its encoding is an error, never a replacement character.

use std::io::{self, BufRead, Cursor, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::error::{ErrorDetail, Result};
use crate::import_export::record::Place;
use crate::import_export::source::Source;

/// How much of a file may tell its encoding; an XML declaration is far shorter.
const TELLING_BYTES: u64 = 1024;
/// Decoded at a time.
const CHUNK: usize = 1 << 16;

/// What is told of a text that [`decode_legacy`] had to decode.
pub(super) const LEGACY: &str = "the text is not UTF-8; it is read as windows-1252";

/// The text of `source` as UTF-8 without a byte order mark. Without one of UTF-16 and without an
/// XML declaration the bytes are handed on as they are: whoever reads them looks whether they are
/// UTF-8.
///
/// # Errors
/// As [`Source::open_bytes`]; `FormatError: InvalidEncoding` where the declared encoding is not
/// known.
pub(super) fn open_text<'r>(source: &'r Source<'_>) -> Result<Box<dyn BufRead + 'r>> {
    let mut reader = source.open_bytes()?;
    let mut start = Vec::new();
    let read = reader.by_ref().take(TELLING_BYTES).read_to_end(&mut start);
    read.map_err(|error| source.read_error(&error))?;
    let (encoding, mark) = match Encoding::for_bom(&start) {
        Some(told) => told,
        None => (told_encoding(source, &start)?, 0),
    };
    start.drain(..mark);
    Ok(decoded(Cursor::new(start).chain(reader), encoding))
}

/// What a byte order mark or an XML declaration calls the encoding of a text, unless it is plain UTF-8.
///
/// # Errors
/// As [`Source::open_bytes`].
pub(super) fn encoding_name(source: &Source<'_>) -> Result<Option<String>> {
    let mut start = Vec::new();
    let read = source
        .open_bytes()?
        .take(TELLING_BYTES)
        .read_to_end(&mut start);
    read.map_err(|error| source.read_error(&error))?;
    Ok(match Encoding::for_bom(&start) {
        Some((encoding, _)) => Some(format!("{} with a byte order mark", encoding.name())),
        None => {
            let told = told_encoding(source, &start).ok();
            let told = told.filter(|encoding| *encoding != UTF_8);
            told.map(|encoding| encoding.name().to_owned())
        }
    })
}

/// What `reader` gives, without the byte order mark that its first bytes, `start`, may have, and as
/// UTF-8 where the mark is that of UTF-16.
pub(super) fn without_mark<'r>(
    mut start: Vec<u8>,
    reader: impl BufRead + 'r,
) -> Box<dyn BufRead + 'r> {
    let (encoding, mark) = Encoding::for_bom(&start).unwrap_or((UTF_8, 0));
    start.drain(..mark);
    decoded(Cursor::new(start).chain(reader), encoding)
}

fn decoded<'r>(reader: impl BufRead + 'r, encoding: &'static Encoding) -> Box<dyn BufRead + 'r> {
    if encoding == UTF_8 {
        return Box::new(reader);
    }
    Box::new(Transcoder {
        reader,
        decoder: encoding.new_decoder_without_bom_handling(),
        decoded: vec![0; CHUNK],
        start: 0,
        end: 0,
        finished: false,
    })
}

/// The encoding that the first bytes tell without a byte order mark.
fn told_encoding(source: &Source<'_>, start: &[u8]) -> Result<&'static Encoding> {
    if start.starts_with(b"<\0?\0") {
        return Ok(UTF_16LE);
    }
    if start.starts_with(b"\0<\0?") {
        return Ok(UTF_16BE);
    }
    let Some(label) = declared_encoding(start) else {
        return Ok(UTF_8);
    };
    match Encoding::for_label(label) {
        // Bytes in which the declaration can be read are not UTF-16, whatever it says.
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => Ok(UTF_8),
        Some(encoding) => Ok(encoding),
        None => {
            let label = String::from_utf8_lossy(label);
            let message = format!("the encoding {label:?} is not known");
            Err(source.error(ErrorDetail::InvalidEncoding, Place::Line(1), message))
        }
    }
}

/// What the XML declaration that a file begins with calls its encoding.
fn declared_encoding(start: &[u8]) -> Option<&[u8]> {
    let declaration = start.trim_ascii_start().strip_prefix(b"<?xml")?;
    let end = memchr::memmem::find(declaration, b"?>")?;
    let declaration = &declaration[..end];
    let place = memchr::memmem::find(declaration, b"encoding")? + b"encoding".len();
    let value = declaration[place..].trim_ascii_start().strip_prefix(b"=")?;
    let (quote, value) = value.trim_ascii_start().split_first()?;
    let end = value.iter().position(|byte| byte == quote)?;
    Some(&value[..end])
}

/// `bytes` as UTF-8 or, where they are not, as the encoding of the Western Windows, which most old
/// files have that name none; and whether they are UTF-8.
pub(super) fn decode_legacy(bytes: &[u8]) -> (String, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), true),
        Err(_) => (WINDOWS_1252.decode(bytes).0.into_owned(), false),
    }
}

/// Decodes what `reader` gives.
struct Transcoder<R> {
    reader: R,
    decoder: Decoder,
    decoded: Vec<u8>,
    /// The part of `decoded` that is still to be given out.
    start: usize,
    end: usize,
    finished: bool,
}

impl<R: BufRead> BufRead for Transcoder<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.start == self.end && !self.finished {
            let bytes = self.reader.fill_buf()?;
            let last = bytes.is_empty();
            let (result, read, written) =
                self.decoder
                    .decode_to_utf8_without_replacement(bytes, &mut self.decoded, last);
            self.reader.consume(read);
            (self.start, self.end) = (0, written);
            match result {
                DecoderResult::InputEmpty => self.finished = last,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    let name = self.decoder.encoding().name();
                    let message = format!("the text is not valid {name}");
                    return Err(io::Error::new(io::ErrorKind::InvalidData, message));
                }
            }
        }
        Ok(self.decoded.get(self.start..self.end).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.start = (self.start + amount).min(self.end);
    }
}

impl<R: BufRead> Read for Transcoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut available = self.fill_buf()?;
        let read = available.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}
