//! Graphs in and out: the one that the program opens, `:import`, `:export`, `rihla export`.

use std::io::Write;
use std::path::{Path, PathBuf};

use rihla::context::Context;
use rihla::display::footer::counted;
use rihla::import_export::{
    self, ExportSource, Format, ImportOptions, Output, Reading, Report, Source, cypher,
};
use rihla::value::DateTime;
use rihla::{Database, Error, Interrupt, Limits, Result};

use super::progress::Progress;
use super::shell::{Shell, Stop, show_on_standard_error};
use super::watch::Watch;

/// The graph that the program starts with.
pub struct Opened {
    /// It.
    pub database: Database,
    /// What it is, for the banner.
    pub origin: String,
}

/// Opens the graph of ICESCO where there are no files, an empty graph for `:memory:`, and else
/// the files as one graph.
///
/// # Errors
/// Where a file cannot be read.
pub fn open(files: &[PathBuf], watch: &Watch) -> Result<Opened> {
    if files.is_empty() {
        return Ok(Opened {
            database: Database::icesco()?,
            origin: "the knowledge graph of ICESCO".to_owned(),
        });
    }
    let database = Database::in_memory();
    let files: Vec<PathBuf> = files
        .iter()
        .filter(|file| *file != Path::new(":memory:"))
        .cloned()
        .collect();
    let origin = match files.as_slice() {
        [] => "an empty graph".to_owned(),
        [file] => file.display().to_string(),
        [first, rest @ ..] => format!(
            "{} and {}",
            first.display(),
            counted(rest.len() as u64, "other file")
        ),
    };
    if !files.is_empty() {
        let options = ImportOptions::default();
        for warning in import(&database, &files, &options, Limits::default(), watch)?.warnings {
            show_on_standard_error(&format!("warning: {warning}"));
        }
    }
    Ok(Opened { database, origin })
}

/// Reads files into a database: all of them or nothing; `-` is standard input.
///
/// # Errors
/// Where a file cannot be read, a statement of a script fails, or it is interrupted.
pub fn import(
    database: &Database,
    files: &[PathBuf],
    options: &ImportOptions,
    limits: Limits,
    watch: &Watch,
) -> Result<Report> {
    let turn = database.begin_write();
    // Scripts are run in a database of their own, which takes the place of this one at the end.
    let scratch = Database::from_snapshot(database.snapshot());
    let mut session = scratch.session();
    *session.limits_mut() = limits;
    let _running = watch.running(session.interrupt_handle());
    let _progress = Progress::start();
    let context = context(limits, session.interrupt_handle());

    let mut scripts = Vec::new();
    let mut records = Vec::new();
    for file in files {
        let source = match file.to_str() {
            Some("-") => Source::reader("standard input", std::io::stdin().lock(), &context)?,
            _ => Source::path(file.as_path()),
        };
        let format = match options.format {
            Some(format) => format,
            None => Format::of_source(&source)?,
        };
        match format.reading {
            Reading::Script => scripts.push(source),
            _ => records.push(source),
        }
    }
    let mut report = Report::default();
    if !records.is_empty() {
        let (snapshot, read) =
            import_export::import(&records, options, scratch.snapshot(), &context)?;
        scratch.begin_write().publish(snapshot);
        report = read;
    }
    for script in &scripts {
        cypher::read_script(script, &context, |statement| {
            let changes = session.query(statement.text, ())?.summary().changes;
            report.nodes += changes.nodes_created;
            report.relationships += changes.relationships_created;
            Ok(())
        })?;
    }
    turn.publish(scratch.snapshot());
    Ok(report)
}

/// `:import FILE...`
///
/// # Errors
/// Where it fails, after telling so.
pub fn import_into_shell(shell: &mut Shell, files: &[PathBuf]) -> std::result::Result<(), Stop> {
    let database = shell.session.database().clone();
    let limits = *shell.session.limits_mut();
    let options = ImportOptions::default();
    let report = import(&database, files, &options, limits, &shell.watch())
        .map_err(|error| shell.failed(&error))?;
    let (nodes, relationships) = (
        counted(report.nodes, "node"),
        counted(report.relationships, "relationship"),
    );
    writeln!(shell.out(), "Imported {nodes}, {relationships}")?;
    shell.flush()?;
    for warning in &report.warnings {
        show_on_standard_error(&format!("warning: {warning}"));
    }
    Ok(())
}

/// Writes the graph, or what a query finds, to a file.
///
/// # Errors
/// Where it fails, after telling so.
pub fn export_to_file(
    shell: &mut Shell,
    file: &Path,
    format: Option<&str>,
    query: Option<&str>,
) -> std::result::Result<(), Stop> {
    let format = match format {
        Some(name) => Format::named(name),
        None => Format::of_name(&file.to_string_lossy()),
    };
    let format = format.map_err(|error| shell.failed(&error))?;
    export(shell, format, Output::path(file), query)
}

/// Writes the graph, or what a query finds, to standard output.
///
/// # Errors
/// Where it fails, after telling so.
pub fn export_to_output(
    shell: &mut Shell,
    format: Option<&str>,
    query: Option<&str>,
) -> std::result::Result<(), Stop> {
    let format = match format {
        Some(name) => Format::named(name),
        None => Err(
            Error::argument("the format of standard output is not given")
                .hint("add --format with one of the formats"),
        ),
    };
    let format = format.map_err(|error| shell.failed(&error))?;
    let mut output = Vec::new();
    export(shell, format, Output::stream(&mut output), query)?;
    shell.out().write_all(&output)?;
    shell.flush()
}

fn export(
    shell: &mut Shell,
    format: &Format,
    output: Output<'_>,
    query: Option<&str>,
) -> std::result::Result<(), Stop> {
    let watch = shell.watch();
    let _running = watch.running(shell.session.interrupt_handle());
    let exported = export_all(shell, format, output, query);
    let report = exported.map_err(|error| match query {
        Some(query) => shell.failed_at(&error, rihla::display::error::SourceText::typed(query)),
        None => shell.failed(&error),
    })?;
    for file in &report.files {
        let (nodes, relationships) = (
            counted(report.nodes, "node"),
            counted(report.relationships, "relationship"),
        );
        let file = file.display();
        writeln!(shell.out(), "Wrote {nodes}, {relationships} to {file}")?;
    }
    shell.flush()
}

fn export_all(
    shell: &mut Shell,
    format: &Format,
    output: Output<'_>,
    query: Option<&str>,
) -> Result<import_export::ExportReport> {
    let limits = *shell.session.limits_mut();
    let context = context(limits, shell.session.interrupt_handle());
    match query {
        Some(query) => {
            let result = shell.query(query.trim().trim_end_matches(';'))?;
            import_export::export(ExportSource::Result(&result), format, output, &context)
        }
        None => {
            let snapshot = shell.session.database().snapshot();
            import_export::export(ExportSource::Graph(&snapshot), format, output, &context)
        }
    }
}

/// The context of a job that is not a statement.
pub fn context(limits: Limits, interrupt: Interrupt) -> Context {
    Context::new(limits, interrupt, DateTime::now())
}
