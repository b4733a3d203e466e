//! Files compressed by gzip or Zstandard: told by their first bytes when they are read, by the
//! ending when they are written, and within bounds, so that a small file cannot fill the machine.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;

/// What a compressed file may grow to without any question, in bytes.
const HARMLESS: u64 = 64 << 20;
/// How many bytes one compressed byte may become beyond that; graph files stay below 100.
const LARGEST_RATIO: u64 = 400;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    Gzip,
    Zstandard,
}

impl Compression {
    /// The compression of a file that begins with these bytes.
    pub fn of_bytes(bytes: &[u8]) -> Option<Compression> {
        if bytes.starts_with(&[0x1F, 0x8B]) {
            Some(Compression::Gzip)
        } else if bytes.starts_with(&[0x28, 0xB5, 0x2F, 0xFD]) {
            Some(Compression::Zstandard)
        } else {
            None
        }
    }

    /// The compression that the ending of a name asks for, and the name without that ending.
    pub fn of_name(name: &str) -> (Option<Compression>, &str) {
        let endings = [(".gz", Compression::Gzip), (".zst", Compression::Zstandard)];
        for (ending, compression) in endings {
            let start = name.len().saturating_sub(ending.len());
            if let Some((stem, own)) = name.split_at_checked(start)
                && own.eq_ignore_ascii_case(ending)
            {
                return (Some(compression), stem);
            }
        }
        (None, name)
    }

    /// What `reader` gives, decompressed.
    pub fn decompress<'a>(self, reader: impl BufRead + 'a) -> io::Result<Box<dyn BufRead + 'a>> {
        let taken = Rc::new(Cell::new(0));
        let counted = BufReader::new(Counted {
            reader,
            taken: taken.clone(),
        });
        let decoder: Box<dyn Read + 'a> = match self {
            Compression::Gzip => Box::new(MultiGzDecoder::new(counted)),
            Compression::Zstandard => Box::new(zstd::Decoder::with_buffer(counted)?),
        };
        let bounded = Bounded {
            decoder,
            taken,
            given: 0,
        };
        Ok(Box::new(BufReader::with_capacity(1 << 16, bounded)))
    }
}

/// Counts the compressed bytes.
struct Counted<R> {
    reader: R,
    taken: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.taken.set(self.taken.get() + read as u64);
        Ok(read)
    }
}

/// Stops where far more comes out than went in.
struct Bounded<'a> {
    decoder: Box<dyn Read + 'a>,
    taken: Rc<Cell<u64>>,
    given: u64,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.decoder.read(buffer)?;
        self.given += read as u64;
        if self.given > HARMLESS && self.given / LARGEST_RATIO > self.taken.get() {
            let message = format!(
                "it becomes more than {LARGEST_RATIO} times its size when decompressed; \
                 decompress it yourself if it is to be trusted"
            );
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(read)
    }
}

/// A file to write, compressed or not.
pub(super) enum CompressedFile {
    Plain(BufWriter<File>),
    Gzip(GzEncoder<BufWriter<File>>),
    Zstandard(zstd::Encoder<'static, BufWriter<File>>),
}

impl CompressedFile {
    /// Writes to `file` as the compression says.
    pub fn new(file: File, compression: Option<Compression>) -> io::Result<Self> {
        let file = BufWriter::with_capacity(1 << 16, file);
        Ok(match compression {
            None => CompressedFile::Plain(file),
            Some(Compression::Gzip) => {
                CompressedFile::Gzip(GzEncoder::new(file, flate2::Compression::default()))
            }
            Some(Compression::Zstandard) => {
                let level = zstd::DEFAULT_COMPRESSION_LEVEL;
                CompressedFile::Zstandard(zstd::Encoder::new(file, level)?)
            }
        })
    }

    /// Ends the stream and gives the file, to which all of it is written.
    pub fn finish(&mut self) -> io::Result<&File> {
        let file = match self {
            CompressedFile::Plain(file) => file,
            CompressedFile::Gzip(encoder) => {
                encoder.try_finish()?;
                encoder.get_mut()
            }
            CompressedFile::Zstandard(encoder) => {
                encoder.do_finish()?;
                encoder.get_mut()
            }
        };
        file.flush()?;
        Ok(file.get_ref())
    }
}

impl Write for CompressedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            CompressedFile::Plain(file) => file.write(bytes),
            CompressedFile::Gzip(encoder) => encoder.write(bytes),
            CompressedFile::Zstandard(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.finish().map(drop)
    }
}
