//! `rihla pipe`: the database driven by another program, one JSON object a line each way.
//!
//! * In: requests on standard input; `docs/pipe.md` describes them.
//! * Out: one answer for each, in order, flushed.
//! * Never: anything else on standard output; anything but the public API of the library.
//! * Start here: [`run`].

mod answer;
mod procedure;
mod request;

use std::io::{self, BufRead, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use rihla::{Database, Error, ErrorDetail, ErrorKind, FileAccess, Result, Session};

use request::Request;

/// A request must be shorter than this.
const LONGEST_LINE: u64 = 1 << 28;

/// Answers requests until the input ends, on a database or on an empty graph in memory; queries may
/// read the files that `file_access` says.
///
/// # Errors
/// Where the input cannot be read or the output is closed. A request that cannot be carried out
/// is an answer, not an error.
pub fn run(
    database: Option<Database>,
    file_access: FileAccess,
    mut input: impl BufRead,
    mut output: impl Write,
) -> io::Result<()> {
    let database = database.unwrap_or_else(Database::in_memory);
    let mut pipe = Pipe::new(database, file_access);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = (&mut input)
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(());
        }
        let answer = if read as u64 == LONGEST_LINE && line.last() != Some(&b'\n') {
            skip_line(&mut input)?;
            Err(Error::argument("the request is longer than 256 MiB"))
        } else {
            // A defect of the engine must not end the conversation.
            catch_unwind(AssertUnwindSafe(|| pipe.answer(&line)))
                .unwrap_or_else(|_| Err(Error::internal("the request made the program panic")))
        };
        let mut answer = answer.unwrap_or_else(|error| answer::error(&error));
        answer.push('\n');
        output.write_all(answer.as_bytes())?;
        output.flush()?;
    }
}

/// Reads on to the end of a line that is too long.
fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let part = input.fill_buf()?;
        let end = part.iter().position(|byte| *byte == b'\n');
        let length = end.map_or(part.len(), |end| end + 1);
        let done = end.is_some() || length == 0;
        input.consume(length);
        if done {
            return Ok(());
        }
    }
}

struct Pipe {
    database: Database,
    session: Session,
}

impl Pipe {
    fn new(database: Database, file_access: FileAccess) -> Self {
        database.set_file_access(file_access);
        let session = database.session();
        Pipe { database, session }
    }

    /// The answer to one line.
    fn answer(&mut self, line: &[u8]) -> Result<String> {
        let line = std::str::from_utf8(line).map_err(|error| {
            let place = error.valid_up_to();
            Error::new(
                ErrorKind::FormatError,
                ErrorDetail::InvalidEncoding,
                format!("the request is not valid UTF-8 at byte {place}"),
            )
        })?;
        match request::parse(line)? {
            Request::Reset if self.database.path().is_some() => {
                return Err(Error::argument("a stored database is not reset")
                    .hint("MATCH (n) DETACH DELETE n empties it"));
            }
            Request::Reset => {
                let file_access = self.database.file_access().as_ref().clone();
                *self = Pipe::new(Database::in_memory(), file_access);
            }
            Request::Procedure(procedure) => {
                let procedure = procedure::procedure(procedure)?;
                self.database
                    .update_procedures(|procedures| procedures.register(procedure));
            }
            Request::Run { query, parameters } => {
                return answer::result(&self.session.query(&query, parameters)?);
            }
            Request::Transaction(statement) => {
                self.session.query(statement, ())?;
            }
        }
        Ok("{}".to_owned())
    }
}
