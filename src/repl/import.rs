//! `rihla import`: files of other tools into a database.

use rihla::{Database, Result};

use super::arguments::Import;
use super::convert::{tell, tell_types};
use super::exchange::{self, Input};
use super::watch::Watch;

/// Reads the files, all of them or nothing. What was read is told on standard error; a database that
/// was not there is not there after a failure.
///
/// # Errors
/// Where a file cannot be read, or the database cannot be opened or written.
pub fn import(arguments: &Import, watch: &Watch) -> Result<()> {
    let options = arguments.reading.options(arguments.format.as_deref())?;
    let path = &arguments.database;
    let is_new = !path.exists();
    let database = match arguments.reading.dry_run {
        true => Database::in_memory(),
        false => Database::open(path)?,
    };
    let session = database.session();
    let report = match exchange::import(&session, &inputs(arguments), &options, watch) {
        Ok(report) => report,
        Err(error) => {
            drop((session, database));
            if is_new && !arguments.reading.dry_run {
                // Why the import failed is told, not that an empty file stays.
                let _ = std::fs::remove_file(path);
            }
            return Err(error);
        }
    };
    tell(&report);
    if arguments.reading.dry_run {
        tell_types(&session)?;
    }
    Ok(())
}

/// The files in the order in which they are read, with the labels and types that are told of them.
fn inputs(arguments: &Import) -> Vec<Input> {
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
