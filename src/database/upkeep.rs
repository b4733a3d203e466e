//! What keeps databases well: copies, checks, rescue, tidying.

use std::path::Path;
use std::sync::Arc;

use crate::context::Context;
use crate::database::Database;
use crate::error::Result;
use crate::graph::GraphWriter;
use crate::storage::{self, Disk, OpenOptions, OsDisk};

impl Database {
    /// Writes the state as of now into a new database at `path`; others go on reading and writing.
    ///
    /// # Errors
    /// Where something is at `path` already, or it cannot be written; nothing is there then.
    pub fn backup(&self, path: impl AsRef<Path>) -> Result<()> {
        let disk: Arc<dyn Disk> = Arc::new(OsDisk);
        storage::write_copy(&disk, &self.snapshot()?, path.as_ref())
    }

    /// Walks through the whole graph and gives a sentence for everything that is damaged or does not
    /// agree; none for a sound one.
    ///
    /// # Errors
    /// Where the state cannot be read at all, or it was interrupted.
    pub fn check(&self, context: &Context) -> Result<Vec<String>> {
        let mut told = Vec::new();
        self.snapshot()?
            .inspect(context, &mut |what| told.push(what))?;
        Ok(told)
    }

    /// Writes the database at `path` anew without room that nobody uses. Nobody may have it open.
    ///
    /// # Errors
    /// `WriterBusy` where somebody has; errors of the files. It is then as it was.
    pub fn compact(path: impl AsRef<Path>) -> Result<()> {
        storage::compact(Arc::new(OsDisk), path.as_ref())
    }

    /// Puts all that can be read of the database at `from` into a new one at `to`, and gives a
    /// sentence for all that is lost. Nodes and relationships get new numbers.
    ///
    /// # Errors
    /// Where nothing can be read, or the new one cannot be written.
    pub fn recover(
        from: impl AsRef<Path>,
        to: impl AsRef<Path>,
        context: &Context,
    ) -> Result<Vec<String>> {
        let disk: Arc<dyn Disk> = Arc::new(OsDisk);
        let mut lost = Vec::new();
        let mut note = |what| lost.push(what);
        let damaged = storage::open_damaged(&disk, from.as_ref(), &mut note)?;
        let mut writer = GraphWriter::new(Default::default());
        damaged.salvage(&mut writer, context, &mut note)?;
        let (saved, _) = writer.finish();
        storage::write_copy(&disk, &saved, to.as_ref())?;
        Ok(lost)
    }

    /// The options of a database that is only looked at.
    pub fn to_read() -> OpenOptions {
        OpenOptions {
            read_only: true,
            create: false,
            ..OpenOptions::default()
        }
    }
}
