//! Text in blocks of whole lines, for formats of which a line is a record that can be read without those
//! before it: several threads make something of the blocks, which is taken in the order of the file.

use std::cell::{Cell, RefCell};
use std::io::{BufRead, Read};

use memchr::{memchr_iter, memrchr};

use crate::error::{Error, ErrorDetail, Result};
use crate::import_export::record::Place;
use crate::import_export::source::Source;
use crate::parallel::in_order;

/// The longest line, in bytes: one that is longer is no line.
const LONGEST: usize = 256 << 20;

/// Blocks of the usual size that may be under way at once: long lines wait until there is room.
const MOST_UNDER_WAY: usize = 8;

/// Bytes of a file from which on other threads are worth starting.
const SHARED_FROM: u64 = 4 << 20;

/// Some lines of a text.
#[derive(Debug)]
pub(super) struct Block {
    /// Whole lines.
    pub text: Vec<u8>,
    /// The number of the first one, counted from 1.
    pub line: u64,
}

/// How a text is cut into blocks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Blocks {
    /// Bytes after which a block ends with the line.
    pub size: usize,
    /// How much more room that which is made of a block takes than its text.
    pub room: usize,
    /// Threads that may work at once.
    pub threads: usize,
}

/// What takes in the end what is made of the blocks.
pub(super) trait BlockSink<T> {
    /// Reserves memory for blocks that are under way.
    fn reserve(&mut self, bytes: usize) -> Result<()>;

    /// Takes what was made of a block.
    fn take(&mut self, made: T) -> Result<()>;
}

impl Blocks {
    /// Has `make` make something of each block of `source`, and hands it to `sink`.
    ///
    /// # Errors
    /// `FormatError` where a line is too long; those of the source and of `sink`, whichever comes first in
    /// the file.
    pub fn each<T: Send>(
        self,
        source: &Source<'_>,
        make: impl Fn(Block) -> T + Sync,
        sink: &mut impl BlockSink<T>,
    ) -> Result<()> {
        let threads = match source.size() > SHARED_FROM {
            true => self.threads,
            false => 1,
        };
        let (mut lines, mut waiting) = (Lines::of(source, self.size)?, None);
        let sink = RefCell::new(sink);
        let (under_way, reserved) = (Cell::new(0), Cell::new(0));
        in_order(
            threads,
            || {
                let block = waiting.take().or_else(|| lines.next().transpose());
                let bytes = match &block {
                    Some(Ok(block)) => block.text.len(),
                    _ => 0,
                };
                let all = under_way.get() + bytes;
                if under_way.get() > 0 && all > MOST_UNDER_WAY * self.size {
                    waiting = block;
                    return Ok(None);
                }
                under_way.set(all);
                if under_way.get() > reserved.get() {
                    let more = (under_way.get() - reserved.get()) * self.room;
                    sink.borrow_mut().reserve(more)?;
                    reserved.set(under_way.get());
                }
                Ok(block)
            },
            |block: Result<Block>| block.map(|block| (block.text.len(), make(block))),
            |made| {
                let (bytes, made) = made?;
                under_way.set(under_way.get() - bytes);
                sink.borrow_mut().take(made)
            },
        )
    }
}

/// The lines of a source as they are read.
struct Lines<'s> {
    source: &'s Source<'s>,
    /// Gone where it has failed.
    reader: Option<Box<dyn BufRead + 's>>,
    block_size: usize,
    /// The beginning of a line of which the rest is still to be read.
    begun: Vec<u8>,
    line: u64,
    /// What is told when the lines before it are handed out.
    failure: Option<Error>,
}

impl<'s> Lines<'s> {
    fn of(source: &'s Source<'s>, block_size: usize) -> Result<Self> {
        Ok(Lines {
            source,
            reader: Some(source.open()?),
            block_size,
            begun: Vec::new(),
            line: 1,
            failure: None,
        })
    }

    /// The next block; `None` at the end.
    fn next(&mut self) -> Result<Option<Block>> {
        let mut text = std::mem::take(&mut self.begun);
        let end = self.read_lines(&mut text);
        if end == 0 {
            return self.failure.take().map_or(Ok(None), Err);
        }
        self.begun = text.split_off(end);
        let line = self.line;
        self.line += memchr_iter(b'\n', &text).count() as u64;
        Ok(Some(Block { text, line }))
    }

    /// Reads on behind `text`, which has no end of a line, at least to the next one; tells where the last
    /// whole line ends.
    fn read_lines(&mut self, text: &mut Vec<u8>) -> usize {
        let Some(reader) = &mut self.reader else {
            return 0;
        };
        loop {
            let before = text.len();
            let more = before.max(self.block_size).min(LONGEST + 1 - before);
            let read = reader.by_ref().take(more as u64).read_to_end(text);
            let line_end = memrchr(b'\n', &text[before..]).map(|end| before + end + 1);
            let failure = match (read, line_end) {
                (Err(error), _) => self.source.read_error(&error),
                (Ok(read), _) if read < more => return text.len(),
                (Ok(_), Some(end)) => return end,
                (Ok(_), None) if text.len() <= LONGEST => continue,
                (Ok(_), None) => {
                    let message = format!("the line is longer than {LONGEST} bytes");
                    let place = Place::Line(self.line);
                    self.source
                        .error(ErrorDetail::InvalidContent, place, message)
                }
            };
            (self.failure, self.reader) = (Some(failure), None);
            return line_end.unwrap_or(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The lines that come out of a text, with their numbers.
    struct Numbered(Vec<(u64, String)>);

    impl BlockSink<Block> for Numbered {
        fn reserve(&mut self, _bytes: usize) -> Result<()> {
            Ok(())
        }

        fn take(&mut self, block: Block) -> Result<()> {
            let text = String::from_utf8(block.text).expect("it is text");
            let lines = text.split_inclusive('\n').map(str::to_owned);
            self.0.extend((block.line..).zip(lines));
            Ok(())
        }
    }

    proptest! {
        #[test]
        fn blocks_are_whole_lines(text in "(a{0,9}\n|\r\n){0,20}a{0,20}", size in 1..20_usize) {
            let source = Source::text("lines.txt", text.as_bytes());
            let blocks = Blocks { size, room: 1, threads: 1 };
            let mut numbered = Numbered(Vec::new());
            blocks.each(&source, |block| block, &mut numbered).expect("it is read");
            let lines = text.split_inclusive('\n').map(str::to_owned);
            prop_assert_eq!(numbered.0, (1..).zip(lines).collect::<Vec<_>>());
        }
    }
}
