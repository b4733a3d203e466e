//! `rihla check`, `backup`, `compact`, `recover`, `dump`, `restore`: what keeps databases well.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use rihla::display::footer::counted;
use rihla::import_export::{self, ExportSource, Format, ImportOptions, Output};
use rihla::{Database, Error, ErrorDetail, ErrorKind, Result, Session};

use super::exchange;
use super::progress::Progress;
use super::shell::show_on_standard_error;
use super::watch::Watch;

/// A database.
#[derive(Debug, Args)]
pub struct One {
    /// The database
    pub database: PathBuf,
}

/// A database, and a file to write.
#[derive(Debug, Args)]
pub struct Two {
    /// The database
    pub database: PathBuf,
    /// The file to write; nothing may be there yet
    pub file: PathBuf,
}

/// A script, and a database to make.
#[derive(Debug, Args)]
pub struct Restore {
    /// The database to make; nothing may be there yet
    pub database: PathBuf,
    /// The script that `rihla dump` wrote
    pub file: PathBuf,
}

/// `rihla check`: tells what is damaged; fails where anything is.
///
/// # Errors
/// `DamagedData` where anything is damaged; errors of opening.
pub fn check(arguments: &One, watch: &Watch) -> Result<()> {
    let session = read_only(&arguments.database)?;
    let told = busy(&session, watch, || {
        session.database().check(&session.context())
    })?;
    for what in &told {
        println(what);
    }
    match told.len() as u64 {
        0 => {
            let graph = session.snapshot()?;
            let (nodes, relationships) = (
                counted(graph.node_count(), "node"),
                counted(graph.relationship_count(), "relationship"),
            );
            println(&format!("{nodes}, {relationships}: all is well"));
            Ok(())
        }
        count => Err(Error::damaged(format!("{} found", counted(count, "fault")))),
    }
}

/// `rihla backup`
///
/// # Errors
/// Where the copy cannot be written; nothing is there then.
pub fn backup(arguments: &Two, watch: &Watch) -> Result<()> {
    let session = read_only(&arguments.database)?;
    busy(&session, watch, || {
        session.database().backup(&arguments.file)
    })
}

/// `rihla compact`
///
/// # Errors
/// Where somebody has the database open; it is then as it was.
pub fn compact(arguments: &One) -> Result<()> {
    let length = || std::fs::metadata(&arguments.database).map_or(0, |data| data.len());
    let before = length();
    Database::compact(&arguments.database)?;
    println(&format!(
        "{} before, {} after",
        mebibytes(before),
        mebibytes(length())
    ));
    Ok(())
}

/// `rihla recover`
///
/// # Errors
/// Where nothing can be read, or the new database cannot be written.
pub fn recover(arguments: &Two, watch: &Watch) -> Result<()> {
    let session = Database::in_memory().session();
    let context = session.context();
    let lost = busy(&session, watch, || {
        Database::recover(&arguments.database, &arguments.file, &context)
    })?;
    for what in &lost {
        println(&format!("lost: {what}"));
    }
    let graph = read_only(&arguments.file)?.snapshot()?;
    println(&format!(
        "saved {}, {}",
        counted(graph.node_count(), "node"),
        counted(graph.relationship_count(), "relationship")
    ));
    Ok(())
}

/// `rihla dump`: the graph and its schema as a Cypher script.
///
/// # Errors
/// Where it cannot be written.
pub fn dump(arguments: &Two, watch: &Watch) -> Result<()> {
    let session = read_only(&arguments.database)?;
    let graph = session.snapshot()?;
    if arguments.file.exists() {
        return Err(is_there(&arguments.file));
    }
    busy(&session, watch, || {
        let mut script = Vec::new();
        let format = Format::named("cypher")?;
        let output = Output::stream(&mut script);
        import_export::export(
            ExportSource::Graph(&graph),
            format,
            output,
            &session.context(),
        )?;
        for statement in graph.schema().statements() {
            script.extend(statement.bytes());
            script.extend(b";\n");
        }
        let written = std::fs::write(&arguments.file, script);
        written.map_err(|error| {
            let message = format!("{} cannot be written: {error}", arguments.file.display());
            Error::new(ErrorKind::FileError, ErrorDetail::CannotWrite, message)
        })
    })
}

/// `rihla restore`
///
/// # Errors
/// Where a statement of the script fails; there is no database then.
pub fn restore(arguments: &Restore, watch: &Watch) -> Result<()> {
    if arguments.database.exists() {
        return Err(is_there(&arguments.database));
    }
    let session = Database::in_memory().session();
    let script = std::slice::from_ref(&arguments.file);
    exchange::import_files(&session, script, &ImportOptions::default(), watch)?;
    session.database().backup(&arguments.database)
}

fn read_only(path: &Path) -> Result<Session> {
    Ok(Database::open_with(path, Database::to_read())?.session())
}

/// Does something that may take long: Ctrl-C stops it.
fn busy<T>(session: &Session, watch: &Watch, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let _running = watch.running(session.interrupt_handle());
    let _progress = Progress::start();
    work()
}

fn is_there(path: &Path) -> Error {
    let message = format!("{} is there already", path.display());
    Error::new(ErrorKind::FileError, ErrorDetail::CannotOpen, message)
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

/// A line of the output; where that is closed nobody wants to know.
fn println(text: &str) {
    if writeln!(std::io::stdout(), "{text}").is_err() {
        show_on_standard_error(text);
    }
}
