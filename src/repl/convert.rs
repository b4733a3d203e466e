//! `rihla convert`: files of one tool into a file of another.

use std::io::{self, Write};
use std::path::Path;

use rihla::context::Context;
use rihla::import_export::{self, ExportSource, Format, Output, Report, losses};
use rihla::{Database, Error, Result, Session};

use super::arguments::Convert;
use super::exchange::import_files;
use super::shell::show_on_standard_error;
use super::watch::Watch;

/// Does what the command line says. What was read, and what is lost, is told on standard error.
///
/// # Errors
/// Where a file cannot be read or written, or where something would be lost under `--strict`.
pub fn convert(arguments: &Convert, watch: &Watch) -> Result<()> {
    let Some((target, sources)) = arguments.files.split_last() else {
        return Err(Error::argument("no files are given"));
    };
    let format = arguments.writing.format_of(target)?;
    let options = arguments.reading.options()?;
    let session = Database::in_memory().session();
    tell(&import_files(&session, sources, &options, watch)?);
    if arguments.reading.dry_run {
        tell_types(&session)?;
    }
    write(arguments, &session, format, target, watch)
}

/// What was read, then the warnings.
pub fn tell(report: &Report) {
    show_on_standard_error(&format!("read {}", report.details()));
    tell_warnings(report);
}

/// The warnings of an import.
pub fn tell_warnings(report: &Report) {
    for warning in &report.warnings {
        show_on_standard_error(&format!("warning: {warning}"));
    }
    if report.further_warnings > 0 {
        let further = report.further_warnings;
        show_on_standard_error(&format!("warning: and {further} more"));
    }
}

/// The types of the properties that are there, as they were told by the files or guessed.
///
/// # Errors
/// Where the graph cannot be read.
pub fn tell_types(session: &Session) -> Result<()> {
    for (title, pattern) in [("nodes", "(x)"), ("relationships", "()-[x]->()")] {
        let query = format!(
            "MATCH {pattern} UNWIND keys(x) AS key
             WITH DISTINCT key, replace(valueType(x[key]), ' NOT NULL', '') AS type ORDER BY key, type
             RETURN key, collect(type) AS types ORDER BY key"
        );
        let result = session.query(&query, ())?;
        for row in result.rows() {
            let (key, types): (String, Vec<String>) = (row.get("key")?, row.get("types")?);
            let types = types.join(" or ");
            show_on_standard_error(&format!("  property of {title}: {key} {types}"));
        }
    }
    Ok(())
}

fn write(
    arguments: &Convert,
    session: &Session,
    format: &Format,
    target: &Path,
    watch: &Watch,
) -> Result<()> {
    let _running = watch.running(session.interrupt_handle());
    let context = session.context();
    let snapshot = session.snapshot()?;
    let graph = ExportSource::Graph(&snapshot);
    tell_losses(graph, format, arguments.writing.strict, &context)?;
    if arguments.reading.dry_run {
        return Ok(());
    }
    if target != Path::new("-") {
        import_export::export(graph, format, Output::path(target), &context)?;
        return Ok(());
    }
    let mut output = io::stdout().lock();
    import_export::export(graph, format, Output::stream(&mut output), &context)?;
    output.flush().map_err(|error| {
        let message = format!("standard output cannot be written: {error}");
        let (kind, detail) = (rihla::ErrorKind::FileError, rihla::ErrorDetail::CannotWrite);
        Error::new(kind, detail, message)
    })
}

/// Tells what a format does not hold of a graph.
///
/// # Errors
/// Where it does not hold all and that is asked for.
pub fn tell_losses(
    graph: ExportSource<'_>,
    format: &Format,
    strict: bool,
    context: &Context,
) -> Result<()> {
    let lost = losses(graph, format, context)?;
    if lost.is_empty() {
        return Ok(());
    }
    let lost = format!("{} does not hold {}", format.title, lost.join(", "));
    if strict {
        let hint = "another format holds more, or leave --strict away";
        return Err(Error::argument(lost).hint(hint));
    }
    show_on_standard_error(&format!("warning: {lost}"));
    Ok(())
}
