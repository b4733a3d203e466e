//! Graphs in and out: the one that the program opens, imports, `:export`, `rihla export`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use rihla::display::footer::counted;
use rihla::import_export::{
    self, ExportSource, FileNote, Format, ImportOptions, Output, Reading, Report, Source, cypher,
};
use rihla::storage::OpenOptions;
use rihla::{Database, Result, Session};

use super::convert::tell_losses;
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

/// Opens the graph of ICESCO where there are no files, an empty graph for `:memory:`, a database,
/// which is made where nothing is at the path, and else the files as one graph.
///
/// # Errors
/// Where a file cannot be read, or a database cannot be opened.
pub fn open(files: &[PathBuf], read_only: bool, watch: &Watch) -> Result<Opened> {
    if files.is_empty() {
        return Ok(Opened {
            database: Database::icesco()?,
            origin: "the knowledge graph of ICESCO".to_owned(),
        });
    }
    if let [path] = files
        && is_database(path)
    {
        let database = open_database(path, read_only)?;
        if let Some(note) = database.note() {
            show_on_standard_error(&format!("note: {note}"));
        }
        return Ok(Opened {
            database,
            origin: path.display().to_string(),
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
        for warning in import_files(&database.session(), &files, &options, watch)?.warnings {
            show_on_standard_error(&format!("warning: {warning}"));
        }
    }
    Ok(Opened { database, origin })
}

/// Whether a path is that of a database: one that is there, or one that is to be made, whose name
/// is not that of a graph file.
fn is_database(path: &Path) -> bool {
    let is_new = || !path.exists() && Format::of_name(&path.to_string_lossy()).is_err();
    Database::is_at(path) || (path != Path::new(":memory:") && is_new())
}

/// Opens a database; read-only where it may not be written.
fn open_database(path: &Path, read_only: bool) -> Result<Database> {
    let options = OpenOptions {
        read_only,
        ..OpenOptions::default()
    };
    match Database::open_with(path, options.clone()) {
        Err(error) if !read_only && Database::is_at(path) && !can_write(path) => {
            let read_only = OpenOptions {
                read_only: true,
                ..options
            };
            // What was wrong at first is told if this does not help.
            Database::open_with(path, read_only).map_err(|_| error)
        }
        opened => opened,
    }
}

fn can_write(path: &Path) -> bool {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let open = std::fs::OpenOptions::new().write(true).open(path);
    open.is_ok() && std::fs::metadata(folder).is_ok_and(|data| !data.permissions().readonly())
}

/// A file that is read, and what its user tells of it.
#[derive(Debug, Default)]
pub struct Input {
    /// The file; `-` for standard input.
    pub path: PathBuf,
    /// The labels of its nodes, where it is a table that says none.
    pub labels: Vec<String>,
    /// The type of its relationships, where it is a table that says none.
    pub relationship_type: Option<String>,
}

impl<P: AsRef<Path> + ?Sized> From<&P> for Input {
    fn from(path: &P) -> Self {
        Input {
            path: path.as_ref().to_owned(),
            ..Input::default()
        }
    }
}

/// [`import`] of files of which nothing is told.
///
/// # Errors
/// As those of [`import`].
pub fn import_files(
    session: &Session,
    files: &[PathBuf],
    options: &ImportOptions,
    watch: &Watch,
) -> Result<Report> {
    let inputs: Vec<Input> = files.iter().map(Input::from).collect();
    import(session, &inputs, options, watch)
}

/// Reads files into the graph of a session: all of them or nothing; `-` is standard input.
///
/// # Errors
/// Where a file cannot be read, a statement of a script fails, or it is interrupted.
pub fn import(
    session: &Session,
    inputs: &[Input],
    options: &ImportOptions,
    watch: &Watch,
) -> Result<Report> {
    let _running = watch.running(session.interrupt_handle());
    let counter = Arc::new(AtomicU64::new(0));
    let sizes = inputs.iter();
    let sizes = sizes.filter_map(|input| std::fs::metadata(&input.path).ok());
    let _progress = Progress::of_bytes(&counter, sizes.map(|data| data.len()).sum());
    let context = session.context();
    let mut scripts = Vec::new();
    let mut records = Vec::new();
    for input in inputs {
        let source = match input.path.to_str() {
            Some("-") => Source::reader("standard input", std::io::stdin().lock(), &context)?,
            _ => Source::path(input.path.as_path()).counted(&counter),
        };
        let source = source.with_labels(input.labels.iter().map(String::as_str));
        let source = match &input.relationship_type {
            Some(name) => source.with_relationship_type(name.as_str()),
            None => source,
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
    let own_transaction = !session.in_transaction();
    if own_transaction {
        session.query("BEGIN WRITE", ())?;
    }
    let imported = import_all(session, &records, &scripts, options);
    if own_transaction {
        let end = if imported.is_ok() {
            "COMMIT"
        } else {
            "ROLLBACK"
        };
        session.query(end, ())?;
    }
    imported
}

fn import_all(
    session: &Session,
    records: &[Source],
    scripts: &[Source],
    options: &ImportOptions,
) -> Result<Report> {
    let mut report = Report::default();
    if !records.is_empty() {
        report = session.write(|writer, context| {
            import_export::import_into(writer, records, options, context)
        })?;
    }
    let context = session.context();
    for script in scripts {
        let told = cypher::read_script(script, &context, |statement| {
            let changes = session.query(statement.text, ())?.summary().changes;
            report.nodes += changes.nodes_created;
            report.relationships += changes.relationships_created;
            Ok(())
        })?;
        report.warnings.extend(told.warnings);
        report.files.push(FileNote {
            file: script.name().clone(),
            format: "Cypher script",
            told: vec![counted(told.statements, "statement")],
        });
    }
    Ok(report)
}

/// Writes the graph, or what a query finds, to a file; `-` is standard output. What the format does
/// not hold is told.
///
/// # Errors
/// Where it fails, or where something would be lost and `strict` forbids it, after telling so.
pub fn export(
    shell: &mut Shell,
    format: &Format,
    target: &Path,
    strict: bool,
    query: Option<&str>,
) -> std::result::Result<(), Stop> {
    let watch = shell.watch();
    let _running = watch.running(shell.session.interrupt_handle());
    let is_stream = target == Path::new("-");
    let mut stream = Vec::new();
    let output = match is_stream {
        true => Output::stream(&mut stream),
        false => Output::path(target),
    };
    let exported = export_all(shell, format, output, strict, query);
    let report = exported.map_err(|error| match query {
        Some(query) => shell.failed_at(&error, rihla::display::error::SourceText::typed(query)),
        None => shell.failed(&error),
    })?;
    if is_stream {
        shell.out().write_all(&stream)?;
    }
    for file in &report.files {
        let (nodes, relationships) = (
            counted(report.nodes, "node"),
            counted(report.relationships, "relationship"),
        );
        let file = file.display();
        match report.rows {
            Some(rows) => writeln!(shell.out(), "Wrote {} to {file}", counted(rows, "row"))?,
            None => writeln!(shell.out(), "Wrote {nodes}, {relationships} to {file}")?,
        }
    }
    shell.flush()
}

fn export_all(
    shell: &mut Shell,
    format: &Format,
    output: Output<'_>,
    strict: bool,
    query: Option<&str>,
) -> Result<import_export::ExportReport> {
    let context = shell.session.context();
    let (result, snapshot);
    let source = match query {
        Some(query) => {
            result = shell.query(query.trim().trim_end_matches(';'))?;
            ExportSource::Result(&result)
        }
        None => {
            snapshot = shell.session.snapshot()?;
            ExportSource::Graph(&snapshot)
        }
    };
    tell_losses(source, format, strict, &context)?;
    import_export::export(source, format, output, &context)
}
