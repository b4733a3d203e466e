//! The text of a DL file as words, and what its header says.

use crate::error::{Error, Result};
use crate::import_export::byte_cursor::ByteCursor;
use crate::import_export::record::{Place, RecordSink, excerpt};
use crate::import_export::source::Source;

/// Reads words: apart by blanks, commas and line ends, some in quotes.
pub(super) struct Words<'s>(ByteCursor<'s>);

impl<'s> Words<'s> {
    pub fn open(source: &'s Source<'s>) -> Result<Self> {
        Ok(Words(ByteCursor::open(source)?))
    }

    /// The next word of the data, and its place.
    pub fn word(&mut self, sink: &mut dyn RecordSink) -> Result<Option<(String, Place)>> {
        self.pass(|byte| byte.is_ascii_whitespace() || byte == b',')?;
        self.read(|_| true, sink)
    }

    /// The words of the next line that has any.
    pub fn line(&mut self, sink: &mut dyn RecordSink) -> Result<Option<(Vec<String>, Place)>> {
        let Some((first, place)) = self.word(sink)? else {
            return Ok(None);
        };
        let mut words = vec![first];
        loop {
            self.pass(|byte| byte != b'\n' && (byte.is_ascii_whitespace() || byte == b','))?;
            if matches!(self.0.peek()?, None | Some(b'\n')) {
                return Ok(Some((words, place)));
            }
            words.extend(self.read(|_| true, sink)?.map(|(word, _)| word));
        }
    }

    /// The next word of the header, in lower case; `=` and `:` separate words, too.
    fn header_word(&mut self, sink: &mut dyn RecordSink) -> Result<Option<(String, Place)>> {
        self.pass(|byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b'='))?;
        let word = self.read(|byte| !matches!(byte, b'=' | b':'), sink)?;
        Ok(word.map(|(word, place)| (word.to_ascii_lowercase(), place)))
    }

    /// Whether a colon comes next; it is passed then.
    fn accept_colon(&mut self) -> Result<bool> {
        self.pass(|byte| byte.is_ascii_whitespace())?;
        let is_there = self.0.peek()? == Some(b':');
        if is_there {
            self.0.pass();
        }
        Ok(is_there)
    }

    fn pass(&mut self, passes: impl Fn(u8) -> bool) -> Result<()> {
        while self.0.peek()?.is_some_and(&passes) {
            self.0.pass();
        }
        Ok(())
    }

    fn read(
        &mut self,
        belongs: impl Fn(u8) -> bool,
        sink: &mut dyn RecordSink,
    ) -> Result<Option<(String, Place)>> {
        let place = self.0.place();
        let mut word = Vec::new();
        match self.0.peek()? {
            None => return Ok(None),
            Some(quote @ (b'"' | b'\'')) => {
                self.0.pass();
                self.0.take_while(&mut word, |byte| byte != quote)?;
                if self.0.take()?.is_none() {
                    return Err(self.0.error(place, "the text has no closing quote"));
                }
            }
            Some(_) => self.0.take_while(&mut word, |byte| {
                !byte.is_ascii_whitespace() && byte != b',' && belongs(byte)
            })?,
        }
        Ok(Some((self.0.text(&word, sink), place)))
    }

    /// Where the next word begins.
    pub fn place(&self) -> Place {
        self.0.place()
    }

    /// The error that something at `place` does not follow the format.
    pub fn error(&self, place: Place, message: impl AsRef<str>) -> Error {
        self.0.error(place, message)
    }
}

/// How the data are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    FullMatrix,
    /// One half of a matrix that is the same both ways.
    UpperHalf,
    LowerHalf,
    /// A line has two nodes, and perhaps a value.
    EdgeList,
    /// A line has a node and its neighbours.
    NodeList,
}

/// Names of layouts, and whether rows and columns are nodes of two kinds.
const LAYOUTS: [(&str, Layout, bool); 9] = [
    ("fullmatrix", Layout::FullMatrix, false),
    ("fm", Layout::FullMatrix, false),
    ("upperhalf", Layout::UpperHalf, false),
    ("lowerhalf", Layout::LowerHalf, false),
    ("edgelist1", Layout::EdgeList, false),
    ("edgelist", Layout::EdgeList, false),
    ("edgelist2", Layout::EdgeList, true),
    ("nodelist1", Layout::NodeList, false),
    ("nodelist2", Layout::NodeList, true),
];

/// What stands before the data.
#[derive(Debug)]
pub(super) struct Header {
    pub layout: Layout,
    pub has_two_modes: bool,
    pub rows: u64,
    pub columns: u64,
    pub matrices: u64,
    /// Whether the cells of a node with itself are there.
    pub has_diagonal: bool,
    pub row_labels: Vec<String>,
    pub column_labels: Vec<String>,
    pub matrix_labels: Vec<String>,
    /// Whether the labels stand in the data.
    pub rows_embedded: bool,
    pub columns_embedded: bool,
}

impl Header {
    /// Reads up to `data:`.
    pub fn read(words: &mut Words<'_>, sink: &mut dyn RecordSink) -> Result<Header> {
        let mut header = Header {
            layout: Layout::FullMatrix,
            has_two_modes: false,
            rows: 0,
            columns: 0,
            matrices: 1,
            has_diagonal: true,
            row_labels: Vec::new(),
            column_labels: Vec::new(),
            matrix_labels: Vec::new(),
            rows_embedded: false,
            columns_embedded: false,
        };
        match words.header_word(sink)? {
            Some((word, _)) if word == "dl" => {}
            _ => return Err(words.error(Place::Line(1), "the file does not begin with dl")),
        }
        // `row` or `column` of `row labels`.
        let mut which = String::new();
        let mut pending = None;
        loop {
            let next = match pending.take() {
                Some(next) => Some(next),
                None => words.header_word(sink)?,
            };
            let Some((word, place)) = next else {
                return Err(words.error(words.place(), "there is no data: in it"));
            };
            match word.as_str() {
                "data" => {
                    words.accept_colon()?;
                    break;
                }
                "n" | "nr" | "nc" | "nm" => header.number(&word, words, sink)?,
                "format" => header.format(words, sink)?,
                "diagonal" => {
                    let value = words.header_word(sink)?.map(|(value, _)| value);
                    header.has_diagonal = value.as_deref() != Some("absent");
                }
                "row" | "col" | "column" | "matrix" | "level" => which = word,
                "labels" => {
                    let kind = std::mem::take(&mut which);
                    pending = header.labels(&kind, words, sink)?;
                }
                _ => {
                    let message = format!("{} means nothing here", excerpt(&word));
                    return Err(words.error(place, message));
                }
            }
        }
        if header.rows == 0 || header.columns == 0 {
            return Err(words.error(words.place(), "the number of nodes (n=) is missing"));
        }
        Ok(header)
    }

    fn number(
        &mut self,
        name: &str,
        words: &mut Words<'_>,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let word = words.header_word(sink)?;
        let (text, place) = word.unwrap_or((String::new(), words.place()));
        let Ok(number) = text.parse() else {
            let message = format!("{name} is {}, not a number", excerpt(&text));
            return Err(words.error(place, message));
        };
        match name {
            "n" => (self.rows, self.columns) = (number, number),
            "nm" => self.matrices = number,
            "nr" => {
                self.rows = number;
                self.has_two_modes = true;
            }
            _ => {
                self.columns = number;
                self.has_two_modes = true;
            }
        }
        Ok(())
    }

    fn format(&mut self, words: &mut Words<'_>, sink: &mut dyn RecordSink) -> Result<()> {
        let word = words.header_word(sink)?;
        let (text, place) = word.unwrap_or((String::new(), words.place()));
        let Some((_, layout, has_two_modes)) = LAYOUTS.iter().find(|(name, ..)| *name == text)
        else {
            let known: Vec<&str> = LAYOUTS.iter().map(|(name, ..)| *name).collect();
            let known = known.join(", ");
            let message = format!("the format {} is none of {known}", excerpt(&text));
            return Err(words.error(place, message));
        };
        self.layout = *layout;
        self.has_two_modes |= has_two_modes;
        Ok(())
    }

    /// Labels, or that they stand in the data; gives the word behind them where it was read.
    fn labels(
        &mut self,
        kind: &str,
        words: &mut Words<'_>,
        sink: &mut dyn RecordSink,
    ) -> Result<Option<(String, Place)>> {
        if !words.accept_colon()? {
            let word = words.header_word(sink)?;
            if !matches!(&word, Some((word, _)) if word == "embedded") {
                return Ok(word);
            }
            words.accept_colon()?;
            self.rows_embedded |= !kind.starts_with("col");
            self.columns_embedded |= kind != "row";
            return Ok(None);
        }
        let expected = match kind {
            "matrix" | "level" => self.matrices,
            "col" | "column" => self.columns,
            _ => self.rows,
        };
        let mut labels = Vec::new();
        let mut behind = None;
        while (labels.len() as u64) < expected {
            let Some((label, place)) = words.word(sink)? else {
                return Err(words.error(words.place(), "there is no data: in it"));
            };
            if label.eq_ignore_ascii_case("data:") {
                sink.warning(place, "there are fewer labels than nodes".to_owned());
                behind = Some(("data".to_owned(), place));
                break;
            }
            sink.reserve(size_of::<String>() + label.len())?;
            labels.push(label);
        }
        match kind {
            "matrix" | "level" => self.matrix_labels = labels,
            "col" | "column" => self.column_labels = labels,
            "row" => self.row_labels = labels,
            _ if self.has_two_modes => self.row_labels = labels,
            _ => {
                self.row_labels = labels;
                self.column_labels = Vec::new();
            }
        }
        Ok(behind)
    }
}
