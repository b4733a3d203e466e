//! Statements and commands from standard input, a file or the command line. They are run as they
//! are read, so that another program can wait for each result; the first that fails ends the
//! script.

use std::io::BufRead;

use rihla::parse::is_complete;
use rihla::{Error, ErrorDetail, ErrorKind};

use super::commands;
use super::shell::{Shell, Stop};

/// What was read and not yet run.
#[derive(Default)]
struct Pending {
    text: String,
    first_line: usize,
}

/// Runs all that `input` gives; `name` is what errors call it.
///
/// # Errors
/// At the first statement that fails, and where the input is not UTF-8.
pub fn run(shell: &mut Shell, mut input: impl BufRead, name: Option<&str>) -> Result<(), Stop> {
    let mut pending = Pending::default();
    let mut bytes = Vec::new();
    let mut offset = 0;
    for number in 1.. {
        bytes.clear();
        let read = input.read_until(b'\n', &mut bytes);
        if read.map_err(|error| shell.failed(&cannot_read(name, &error)))? == 0 {
            break;
        }
        let line = match std::str::from_utf8(&bytes) {
            Ok(line) => line,
            Err(error) => {
                let place = offset + error.valid_up_to();
                return Err(shell.failed(&not_text(name, place, number)));
            }
        };
        offset += bytes.len();
        let line = match number {
            1 => line.trim_start_matches('\u{feff}'),
            _ => line,
        };
        if pending.text.trim_ascii().is_empty() {
            pending.text.clear();
            pending.first_line = number;
            if commands::is_command(line) {
                commands::run(shell, line)?;
                continue;
            }
        }
        pending.text.push_str(line);
        // Only a line with a semicolon can end a statement; the others need not be looked at
        // together with all before them.
        if line.contains(';') && is_complete(&pending.text) {
            let text = std::mem::take(&mut pending.text);
            shell.run_text(&text, name, pending.first_line)?;
        }
    }
    shell.run_text(&pending.text, name, pending.first_line)
}

fn cannot_read(name: Option<&str>, error: &std::io::Error) -> Error {
    let name = name.unwrap_or("the statements");
    Error::new(
        ErrorKind::FileError,
        ErrorDetail::CannotOpen,
        format!("cannot read {name}: {error}"),
    )
}

fn not_text(name: Option<&str>, offset: usize, line: usize) -> Error {
    let name = name.unwrap_or("the text");
    Error::new(
        ErrorKind::FormatError,
        ErrorDetail::InvalidEncoding,
        format!("{name} is not valid UTF-8 at byte {offset}, in line {line}"),
    )
}
