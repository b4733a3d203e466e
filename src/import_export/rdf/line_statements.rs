//! N-Triples and N-Quads, of which a line is a whole statement: blocks of lines are parsed on several
//! threads.

use std::io;

use oxrdfio::{RdfFormat, RdfParseError, RdfParser};

use crate::error::{Error, Result};
use crate::import_export::line_blocks::{Block, BlockSink, Blocks};
use crate::import_export::rdf::nesting::NestingLimit;
use crate::import_export::rdf::parcel::Parcel;
use crate::import_export::rdf::statements::Statements;
use crate::import_export::rdf::{Line, syntax_error};
use crate::import_export::record::RecordSink;
use crate::import_export::source::Source;

/// Bytes of lines that are parsed together: many enough for the same resources to stand in several.
const AT_ONCE: usize = 256 << 10;

/// How much more room statements take than their text.
const STATEMENTS_PER_TEXT: usize = 4;

/// Adds all that the lines of `source` say.
///
/// # Errors
/// `FormatError` with file and line; as [`Blocks::each`].
pub(super) fn add_lines(
    syntax: RdfFormat,
    statements: &mut Statements,
    source: &Source<'_>,
    sink: &mut dyn RecordSink,
) -> Result<()> {
    let blocks = Blocks {
        size: AT_ONCE,
        room: STATEMENTS_PER_TEXT,
        threads: sink.threads(),
    };
    let parse = |block: Block| parse(syntax, source, &block);
    blocks.each(source, parse, &mut StatementSink { statements, sink })
}

/// What a block says, and what is wrong with it behind that.
fn parse(syntax: RdfFormat, source: &Source<'_>, block: &Block) -> (Parcel, Option<Error>) {
    let mut parcel = Parcel::new();
    let lines = block.text.split_inclusive(|byte| *byte == b'\n');
    for (number, line) in (block.line..).zip(lines) {
        let text = std::str::from_utf8(line);
        if text.is_ok_and(|text| parcel.add_plain(text, syntax.supports_datasets())) {
            continue;
        }
        if let Err(error) = parse_line(syntax, line, &mut parcel) {
            let error = syntax_error(source, &error, Line::First(number));
            return (parcel, Some(error));
        }
    }
    (parcel, None)
}

fn parse_line(
    syntax: RdfFormat,
    line: &[u8],
    parcel: &mut Parcel,
) -> std::result::Result<(), RdfParseError> {
    io::copy(&mut NestingLimit::new(line), &mut io::sink())?;
    for quad in RdfParser::from_format(syntax).for_slice(line) {
        parcel.add(&quad?);
    }
    Ok(())
}

struct StatementSink<'s> {
    statements: &'s mut Statements,
    sink: &'s mut dyn RecordSink,
}

impl BlockSink<(Parcel, Option<Error>)> for StatementSink<'_> {
    fn reserve(&mut self, bytes: usize) -> Result<()> {
        self.sink.reserve(bytes)
    }

    fn take(&mut self, (parcel, failure): (Parcel, Option<Error>)) -> Result<()> {
        self.sink.check()?;
        parcel.add_to(self.statements);
        self.sink.reserve(self.statements.take_grown())?;
        // What cannot be kept comes before what cannot be read.
        failure.map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import_export::rdf::statements::{Edge, LabelStatement};
    use proptest::prelude::*;

    /// What lines say, or that they are wrong; by the parser alone if `closely`.
    fn said(lines: &str, closely: bool) -> Option<(Vec<Edge>, Vec<LabelStatement>, Vec<String>)> {
        let mut parcel = Parcel::new();
        for line in lines.split_inclusive('\n') {
            if closely || !parcel.add_plain(line, true) {
                parse_line(RdfFormat::NQuads, line.as_bytes(), &mut parcel).ok()?;
            }
        }
        let mut statements = Statements::new();
        parcel.add_to(&mut statements);
        let literals = statements.literals.iter();
        let literals = literals.map(|literal| format!("{literal:?}")).collect();
        Some((statements.edges, statements.labels, literals))
    }

    /// Lines that are nearly or quite as most programs write them.
    fn any_line() -> impl Strategy<Value = String> {
        let term = r"<a:b>|<a:c>|<@en>|<a b>|_:b|_:b\.c|_:é|_:|<<\( _:b <a:b> <a:c> \)>>";
        let literal =
            r#""(x|é|\\n|\r|'| )?"(@en|@EN|@e|@eng|@en-us|\^\^<a:b>|\^\^<a:d>|\^\^<b>|"|)"#;
        let behind = r"( <a:b>| _:g|)( |)\.( |\r| #|x|)";
        let line = format!("({term}) ?<a:[bc]>( |  )({term}|{literal}){behind}");
        proptest::string::string_regex(&line).expect("a regular expression")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn plain_lines_are_what_the_parser_takes_them_for(
            lines in proptest::collection::vec(any_line(), 1..4),
        ) {
            // All IRIs and datatypes are known then.
            let known = "<a:b> <a:c> \"\"^^<a:b> <a:b> .\n<a:b> <a:c> \"\"@en .\n";
            let lines = format!("{known}{}", lines.join("\n"));
            prop_assert_eq!(said(&lines, false), said(&lines, true));
        }
    }
}
