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
mod import;
mod input;
mod progress;
mod schema;
mod script;
mod shell;
mod upkeep;
mod watch;

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use rihla::{Error, FileAccess};

use arguments::{Action, Arguments, Export, Writing};
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
        Some(Action::Pipe(arguments)) => pipe(arguments),
        Some(Action::Import(arguments)) => done(import::import(arguments, &watch)),
        Some(Action::Check(arguments)) => done(upkeep::check(arguments, &watch)),
        Some(Action::Backup(arguments)) => done(upkeep::backup(arguments, &watch)),
        Some(Action::Compact(arguments)) => done(upkeep::compact(arguments)),
        Some(Action::Recover(arguments)) => done(upkeep::recover(arguments, &watch)),
        Some(Action::Dump(arguments)) => done(upkeep::dump(arguments, &watch)),
        Some(Action::Restore(arguments)) => done(upkeep::restore(arguments, &watch)),
        Some(Action::Export(export)) => {
            let (target, sources) = match export.files.split_last() {
                Some((target, sources)) => (target.as_path(), sources),
                None => (Path::new("-"), [].as_slice()),
            };
            opened(sources, true, &watch, |opened, watch| {
                let mut shell = Shell::new(opened.database, watch);
                let code = exit_code(run_export(&mut shell, export, target));
                (shell, code)
            })
        }
        Some(Action::Convert(arguments)) => done(convert::convert(arguments, &watch)),
        None => opened(
            &arguments.files,
            arguments.read_only,
            &watch,
            |opened, watch| {
                let origin = opened.origin.clone();
                let mut shell = Shell::new(opened.database, watch);
                let code = exit_code(run_shell(&mut shell, &arguments, &origin));
                (shell, code)
            },
        ),
    }
}

/// Opens the graph and does `work` on it.
fn opened(
    files: &[PathBuf],
    read_only: bool,
    watch: &Watch,
    work: impl FnOnce(Opened, Watch) -> (Shell, ExitCode),
) -> ExitCode {
    match exchange::open(files, read_only, watch) {
        Ok(opened) => {
            let (shell, code) = work(opened, watch.clone());
            // A graph in memory ends with the process: giving it back piece by piece takes time.
            if shell.session.database().path().is_none() {
                std::mem::forget(shell);
            }
            code
        }
        Err(error) => cannot_open(&error),
    }
}

/// The exit code of a job on a database.
fn done(outcome: Result<(), Error>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => cannot_open(&error),
    }
}

fn cannot_open(error: &Error) -> ExitCode {
    let text = rihla::display::error::plain_error(error, &shell::error_options());
    shell::show_on_standard_error(&text);
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

fn run_export(shell: &mut Shell, export: &Export, target: &Path) -> Result<(), Stop> {
    let Writing { strict, .. } = export.writing;
    let format = export.writing.format_of(target);
    let format = format.map_err(|error| shell.failed(&error))?;
    exchange::export(shell, format, target, strict, export.query.as_deref())
}

fn pipe(arguments: &arguments::Pipe) -> ExitCode {
    let database = match &arguments.database {
        Some(path) => match rihla::Database::open(path) {
            Ok(database) => Some(database),
            Err(error) => return cannot_open(&error),
        },
        None => None,
    };
    let file_access = match &arguments.files {
        None => FileAccess::Nothing,
        Some(None) => FileAccess::Everything,
        Some(Some(folder)) => FileAccess::Folder(folder.clone()),
    };
    let (input, output) = (io::stdin().lock(), io::stdout().lock());
    let ran = crate::pipe::run(database, file_access, input, io::BufWriter::new(output));
    exit_code(ran.map_err(Stop::from))
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
