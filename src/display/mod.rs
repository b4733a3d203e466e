//! Results to text that people and programs read.
//!
//! * In: a [`QueryResult`] or an [`Error`], and what the terminal can do.
//! * Out: text.
//! * Never: sessions, query text (but to underline a place in it), files of other tools.
//! * Start here: [`FORMS`], then [`write_result`].

pub mod cell;
pub mod csv;
pub mod error;
pub mod footer;
pub mod json;
pub mod markdown;
pub mod plan;
pub mod style;
pub mod table;
pub mod vertical;
pub mod width;

use std::io::{self, Write};

use crate::context::Interrupt;
use crate::error::{Error, ErrorDetail, ErrorKind, Result, did_you_mean};
use crate::result::{QueryResult, Row};

/// Writes the rows of a result in one way.
pub trait WriteForm: Sync {
    /// Writes all rows and what belongs around them, not what is told beside them. Ends its last
    /// line. A result without columns has no rows and is written as nothing.
    ///
    /// # Errors
    /// Where the output fails, a node cannot be read, or the options' interrupt is set.
    fn write(
        &self,
        result: &QueryResult,
        options: &Options,
        out: &mut dyn Write,
    ) -> Result<(), Failure>;
}

/// One way of showing results.
pub struct Form {
    /// Its name, as `--mode` and `:mode` take it.
    pub name: &'static str,
    /// What it is, in a few words.
    pub sentence: &'static str,
    /// Whether the number of rows, changes and plans follow the rows. They would be in the way of
    /// a program that reads the output.
    pub footer: bool,
    /// The code.
    pub writer: &'static dyn WriteForm,
}

/// All ways of showing results; the first is the usual one.
#[rustfmt::skip]
pub static FORMS: &[Form] = &[
    Form { name: "table",    sentence: "a table fitted to the terminal",       footer: true,  writer: &table::Table },
    Form { name: "vertical", sentence: "one field per line, nothing cut",      footer: true,  writer: &vertical::Vertical },
    Form { name: "markdown", sentence: "a Markdown table",                     footer: false, writer: &markdown::Markdown },
    Form { name: "csv",      sentence: "comma-separated values with a header", footer: false, writer: &csv::Csv },
    Form { name: "json",     sentence: "a JSON array, one object per row",     footer: false, writer: &json::Json },
    Form { name: "jsonl",    sentence: "one JSON object per line",             footer: false, writer: &json::JsonLines },
];

/// What the output can take.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Cells in a line of the terminal; lines are as long as they need to be where missing.
    pub width: Option<usize>,
    /// Most rows of a table; the first and the last ones are shown. No limit where missing.
    pub most_rows: Option<usize>,
    /// Whether colours are understood.
    pub colours: bool,
    /// Whether to tell how long a statement took.
    pub timing: bool,
    /// Stops the writing of a long result.
    pub interrupt: Interrupt,
}

/// Why a result could not be written.
#[derive(Debug)]
pub enum Failure {
    /// The result could not be read to its end.
    Statement(Error),
    /// The output does not take more.
    Output(io::Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Statement(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::Output(error)
    }
}

/// The form of this name.
///
/// # Errors
/// `ArgumentError`, with the nearest name as a hint.
pub fn form(name: &str) -> Result<&'static Form> {
    let names = || FORMS.iter().map(|form| form.name);
    FORMS.iter().find(|form| form.name == name).ok_or_else(|| {
        let hint = did_you_mean(name, names())
            .unwrap_or_else(|| format!("the modes are {}", names().collect::<Vec<_>>().join(", ")));
        Error::argument(format!("there is no mode {name}")).hint(hint)
    })
}

/// Writes a result: its rows in this form, then, where the form has a footer, what was changed
/// and counted. The plan of `EXPLAIN`, which has no rows, is written in every form.
///
/// # Errors
/// As [`WriteForm::write`].
pub fn write_result(
    form: &Form,
    result: &QueryResult,
    options: &Options,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    form.writer.write(result, options, out)?;
    if form.footer || result.columns().is_empty() {
        plan::write(result.summary(), options, out)?;
    }
    if form.footer {
        footer::write(result, options, out)?;
    }
    Ok(())
}

/// The rows of a result, until the interrupt is set.
fn rows<'r>(
    result: &'r QueryResult,
    options: &'r Options,
) -> impl Iterator<Item = Result<Row<'r>>> {
    result.rows().map(|row| match options.interrupt.is_set() {
        false => Ok(row),
        true => Err(Error::new(
            ErrorKind::ResourceError,
            ErrorDetail::Interrupted,
            "the output was interrupted",
        )),
    })
}
