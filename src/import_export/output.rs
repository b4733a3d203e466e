//! Where an export goes: a stream that is open already, or files that come to be as a whole. Files
//! are written beside their place and renamed when all of them are complete, so that nobody ever
//! finds half a file, and a failed export leaves the old ones.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::import_export::compression::{CompressedFile, Compression};

/// Where an export goes.
pub struct Output<'w>(Target<'w>);

enum Target<'w> {
    Stream(&'w mut dyn Write),
    Files { path: PathBuf, complete: Vec<Draft> },
}

/// A file that is being written. It counts only after [`OutputFile::finish`].
pub struct OutputFile<'o> {
    writer: Box<dyn Write + 'o>,
    /// What messages call it.
    name: String,
}

/// A file under its temporary name; removed when dropped.
struct Draft {
    draft: PathBuf,
    path: PathBuf,
}

impl<'w> Output<'w> {
    /// The stream `writer`.
    pub fn stream(writer: &'w mut dyn Write) -> Self {
        Output(Target::Stream(writer))
    }

    /// The file `path`, or, for formats of several files, files named after it.
    pub fn path(path: &Path) -> Self {
        // A link stays a link: the file that it points to is replaced.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        Output(Target::Files {
            path,
            complete: Vec::new(),
        })
    }

    /// The file of a format that has one.
    ///
    /// # Errors
    /// `FileError: CannotWrite`.
    pub fn only_file(&mut self) -> Result<OutputFile<'_>> {
        match &mut self.0 {
            Target::Stream(stream) => Ok(OutputFile {
                writer: Box::new(BufWriter::new(stream)),
                name: "the output".to_owned(),
            }),
            Target::Files { path, complete } => create(path.clone(), complete),
        }
    }

    /// One of several files: `graph.csv` has the part `graph.nodes.csv`.
    ///
    /// # Errors
    /// `FileError: CannotWrite`; `ArgumentError` where the output is a stream.
    pub fn part(&mut self, part: &str) -> Result<OutputFile<'_>> {
        match &mut self.0 {
            Target::Stream(_) => Err(Error::argument(
                "the format makes several files and cannot be written to a stream",
            )
            .hint("give the name of a file")),
            Target::Files { path, complete } => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let (_, plain) = Compression::of_name(&name);
                let compression = &name[plain.len()..];
                let part = match plain.rsplit_once('.') {
                    Some((stem, ending)) => format!("{stem}.{part}.{ending}{compression}"),
                    None => format!("{plain}.{part}{compression}"),
                };
                create(path.with_file_name(part), complete)
            }
        }
    }

    /// A file of a folder, for formats that are folders: `graph.graphar` has the file
    /// `vertex/City/chunk0`. The folder must not be there before the first of its files.
    ///
    /// # Errors
    /// `FileError: CannotWrite`; `ArgumentError` where the output is a stream.
    pub fn inside(&mut self, file: &str) -> Result<OutputFile<'_>> {
        match &mut self.0 {
            Target::Stream(_) => {
                let error = Error::argument("the format is a folder and cannot be a stream");
                Err(error.hint("give the name of a folder"))
            }
            Target::Files { path, complete } => {
                let name = path.display().to_string();
                if complete.is_empty() && path.exists() {
                    let there = io::Error::from(io::ErrorKind::AlreadyExists);
                    return Err(cannot_write(&name, &there));
                }
                let file = path.join(file);
                let folder = file.parent().unwrap_or(path);
                fs::create_dir_all(folder).map_err(|error| cannot_write(&name, &error))?;
                create(file, complete)
            }
        }
    }

    /// Puts all files in their places and gives their names; a stream has none.
    ///
    /// # Errors
    /// `FileError: CannotWrite`; files before the one that failed are in their places then.
    pub fn commit(self) -> Result<Vec<PathBuf>> {
        match self.0 {
            Target::Stream(_) => Ok(Vec::new()),
            Target::Files { complete, .. } => complete.into_iter().map(Draft::publish).collect(),
        }
    }
}

/// Opens the file at `path`: a draft beside it, or the thing itself where it is a device or a pipe.
fn create(path: PathBuf, complete: &mut Vec<Draft>) -> Result<OutputFile<'static>> {
    let name = path.display().to_string();
    let existing = fs::metadata(&path).ok();
    let file = match &existing {
        Some(there) if !there.is_file() => OpenOptions::new().write(true).open(&path),
        _ => create_draft(&path, existing.as_ref()).map(|(draft, file)| {
            complete.push(Draft { draft, path });
            file
        }),
    };
    let (compression, _) = Compression::of_name(&name);
    let file = file.and_then(|file| CompressedFile::new(file, compression));
    let file = file.map_err(|error| cannot_write(&name, &error))?;
    Ok(OutputFile {
        writer: Box::new(Durable(file)),
        name,
    })
}

fn create_draft(path: &Path, existing: Option<&fs::Metadata>) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let mut draft_name = OsString::from(".");
    draft_name.push(name);
    draft_name.push(format!(".{}.part", std::process::id()));
    let draft = path.with_file_name(draft_name);
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&draft)?;
    if let Some(existing) = existing {
        file.set_permissions(existing.permissions())?;
    }
    Ok((draft, file))
}

/// A file whose content is on the disk once it is flushed.
struct Durable(CompressedFile);

impl Write for Durable {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0.finish()?.sync_all() {
            // Pipes and terminals have nothing to sync.
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
            result => result,
        }
    }
}

impl Draft {
    fn publish(self) -> Result<PathBuf> {
        let path = self.path.clone();
        fs::rename(&self.draft, &path)
            .map_err(|error| cannot_write(&path.display().to_string(), &error))?;
        Ok(path)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Gone already where it was published; nothing else can be done about a failure.
        let _ = fs::remove_file(&self.draft);
    }
}

impl OutputFile<'_> {
    /// Writes formatted text; `write!` and `writeln!` call it.
    pub fn write_fmt(&mut self, text: fmt::Arguments<'_>) -> Result<()> {
        let written = self.writer.write_fmt(text);
        written.map_err(|error| cannot_write(&self.name, &error))
    }

    /// The error of a write that failed.
    pub fn failed(&self, error: &io::Error) -> Error {
        cannot_write(&self.name, error)
    }

    /// Ends the file; its content is on the disk.
    pub fn finish(mut self) -> Result<()> {
        let flushed = self.writer.flush();
        flushed.map_err(|error| cannot_write(&self.name, &error))
    }
}

/// For crates that write to a stream; their errors become ours by [`OutputFile::failed`].
impl Write for OutputFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn cannot_write(name: &str, error: &io::Error) -> Error {
    let message = format!("cannot write {name}: {error}");
    Error::new(ErrorKind::FileError, ErrorDetail::CannotWrite, message)
}
