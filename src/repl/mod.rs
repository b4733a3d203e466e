//! The terminal: reads statements and commands, runs them, shows what comes of them.
//!
//! * In: the command line, standard input, what is typed.
//! * Out: results on standard output, errors on standard error, an exit code.
//! * Never: anything but the public API of the library.
//! * Start here: [`run`], then `shell.rs`.

mod arguments;
mod commands;
mod complete;
mod convert;
mod exchange;
mod help;
mod highlight;
mod history;
mod input;
mod progress;
mod schema;
mod script;
mod shell;
mod watch;

use std::io::{self, IsTerminal};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use rihla::Error;

use arguments::{Action, Arguments, Export};
use exchange::Opened;
use shell::{Shell, Stop};
use watch::Watch;

/// A statement failed.
const FAILED: u8 = 1;
/// A database or file cannot be opened.
const CANNOT_OPEN: u8 = 3;
/// Ctrl-C, as shells count it.
const INTERRUPTED: u8 = 130;

/// Runs the program. Wrong usage ends it with the exit code 2.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let watch = Watch::start();
    match &arguments.action {
        Some(Action::Pipe) => exit_code(pipe()),
        Some(Action::Export(export)) => opened(&export.graph, &watch, |opened, watch| {
            let mut shell = Shell::new(opened.database, watch);
            let code = exit_code(run_export(&mut shell, export));
            (shell, code)
        }),
        Some(Action::Convert(arguments)) => match convert::convert(arguments, &watch) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed_to_open(&error),
        },
        None => opened(&arguments.files, &watch, |opened, watch| {
            let origin = opened.origin.clone();
            let mut shell = Shell::new(opened.database, watch);
            let code = exit_code(run_shell(&mut shell, &arguments, &origin));
            (shell, code)
        }),
    }
}

/// Opens the graph and does `work` on it.
fn opened(
    files: &[std::path::PathBuf],
    watch: &Watch,
    work: impl FnOnce(Opened, Watch) -> (Shell, ExitCode),
) -> ExitCode {
    match exchange::open(files, watch) {
        Ok(opened) => {
            let (shell, code) = work(opened, watch.clone());
            // The graph ends with the process: giving its memory back piece by piece takes time.
            std::mem::forget(shell);
            code
        }
        Err(error) => failed_to_open(&error),
    }
}

/// Tells the error of a file and gives its exit code.
fn failed_to_open(error: &Error) -> ExitCode {
    let options = shell::error_options();
    shell::show_on_standard_error(&rihla::display::error::plain_error(error, &options));
    match error.detail() {
        rihla::ErrorDetail::Interrupted => ExitCode::from(INTERRUPTED),
        _ => ExitCode::from(CANNOT_OPEN),
    }
}

fn run_shell(shell: &mut Shell, arguments: &Arguments, origin: &str) -> Result<(), Stop> {
    if let Some(mode) = &arguments.mode {
        shell.set_form(mode).map_err(|error| shell.failed(&error))?;
    }
    if !arguments.command.is_empty() {
        for command in &arguments.command {
            script::run(shell, command.as_bytes(), None)?;
        }
        return Ok(());
    }
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        input::run(shell, origin)
    } else {
        script::run(shell, io::stdin().lock(), Some("standard input"))
    }
}

fn run_export(shell: &mut Shell, export: &Export) -> Result<(), Stop> {
    let format = export.format.as_deref();
    if export.file == Path::new("-") {
        return exchange::export_to_output(shell, format, export.query.as_deref());
    }
    exchange::export_to_file(shell, &export.file, format, export.query.as_deref())
}

fn pipe() -> Result<(), Stop> {
    Ok(crate::pipe::run(
        io::stdin().lock(),
        io::BufWriter::new(io::stdout().lock()),
    )?)
}

fn exit_code(outcome: Result<(), Stop>) -> ExitCode {
    match outcome {
        Ok(()) | Err(Stop::Quit) => ExitCode::SUCCESS,
        Err(Stop::Failed) => ExitCode::from(FAILED),
        Err(Stop::Interrupted) => ExitCode::from(INTERRUPTED),
        // Whoever reads has seen enough: `rihla -c ... | head`.
        Err(Stop::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Stop::Output(error)) => {
            let error = Error::new(
                rihla::ErrorKind::FileError,
                rihla::ErrorDetail::CannotWrite,
                format!("the output cannot be written: {error}"),
            );
            let options = shell::error_options();
            shell::show_on_standard_error(&rihla::display::error::plain_error(&error, &options));
            ExitCode::from(FAILED)
        }
    }
}
