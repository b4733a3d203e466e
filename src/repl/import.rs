//! `rihla import`: files of other tools into a database.

use rihla::{Database, Result};

use super::arguments::Import;
use super::convert::{tell, tell_types};
use super::exchange;
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
    let report = match exchange::import(&session, &arguments.files, &options, watch) {
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
