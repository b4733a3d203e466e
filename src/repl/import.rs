//! `rihla import` and `:import`: files of other tools into a database.

use std::io::Write;

use rihla::display::footer::counted;
use rihla::import_export::Report;
use rihla::{Database, Result, Session};

use super::arguments::{Import, Imported};
use super::convert::{tell, tell_types, tell_warnings};
use super::exchange::{self, Input};
use super::shell::{Shell, Stop};
use super::watch::Watch;

/// Reads the files, all of them or nothing. What was read is told on standard error; a database that
/// was not there is not there after a failure.
///
/// # Errors
/// Where a file cannot be read, or the database cannot be opened or written.
pub fn import(arguments: &Import, watch: &Watch) -> Result<()> {
    if arguments.what.reading.dry_run {
        return try_import(&Database::in_memory().session(), &arguments.what, watch);
    }
    let path = &arguments.database;
    let is_new = !path.exists();
    let database = Database::open(path)?;
    let session = database.session();
    match read(&session, &arguments.what, watch) {
        Ok(report) => tell(&report),
        Err(error) => {
            drop((session, database));
            if is_new {
                // Why the import failed is told, not that an empty file stays.
                let _ = std::fs::remove_file(path);
            }
            return Err(error);
        }
    }
    Ok(())
}

/// `:import`: reads the files into the graph of the shell, all of them or nothing.
///
/// # Errors
/// Where it fails, after telling so.
pub fn import_into_shell(shell: &mut Shell, what: &Imported) -> std::result::Result<(), Stop> {
    let watch = shell.watch();
    if what.reading.dry_run {
        let mut session = Database::in_memory().session();
        *session.limits_mut() = *shell.session.limits_mut();
        let tried = try_import(&session, what, &watch);
        return tried.map_err(|error| shell.failed(&error));
    }
    let report = read(&shell.session, what, &watch).map_err(|error| shell.failed(&error))?;
    let (nodes, relationships) = (
        counted(report.nodes, "node"),
        counted(report.relationships, "relationship"),
    );
    writeln!(shell.out(), "Imported {nodes}, {relationships}")?;
    shell.flush()?;
    tell_warnings(&report);
    Ok(())
}

/// Reads the files into an empty graph, and tells what was read and the types that were guessed.
fn try_import(session: &Session, what: &Imported, watch: &Watch) -> Result<()> {
    tell(&read(session, what, watch)?);
    tell_types(session)
}

fn read(session: &Session, what: &Imported, watch: &Watch) -> Result<Report> {
    exchange::import(session, &inputs(what), &what.reading.options()?, watch)
}

/// The files in the order in which they are read, with the labels and types that are told of them.
fn inputs(arguments: &Imported) -> Vec<Input> {
    let files = arguments.files.iter().map(Input::from);
    let nodes = arguments.nodes.iter().flat_map(|told| {
        let (labels, files) = parts(told);
        let labels = labels.into_iter().flat_map(|labels| labels.split(':'));
        let labels = labels.filter(|label| !label.is_empty()).map(str::to_owned);
        let labels: Vec<String> = labels.collect();
        files.map(move |file| Input {
            labels: labels.clone(),
            ..Input::from(file)
        })
    });
    let relationships = arguments.relationships.iter().flat_map(|told| {
        let (name, files) = parts(told);
        files.map(move |file| Input {
            relationship_type: name.map(str::to_owned),
            ..Input::from(file)
        })
    });
    files.chain(nodes).chain(relationships).collect()
}

/// What is told of files before `=`, if anything is, and the files, which stand between commas.
fn parts(told: &str) -> (Option<&str>, impl Iterator<Item = &str>) {
    let (before, files) = match told.split_once('=') {
        Some((before, files)) => (Some(before), files),
        None => (None, told),
    };
    (before, files.split(','))
}
