//! Which files a query may read: all, those of one folder, or none. `LOAD CSV` asks here before
//! it opens anything, and so must all that reads a file because a query says so.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;

use crate::error::{Error, ErrorDetail, ErrorKind, Result};

/// The files that queries may read.
///
/// ```
/// use rihla::{Database, FileAccess};
///
/// let database = Database::in_memory();
/// database.set_file_access(FileAccess::Nothing);
/// let error = database
///     .session()
///     .query("LOAD CSV FROM 'cities.csv' AS row RETURN row", ())
///     .unwrap_err();
/// assert_eq!(error.code(), "FileError: FileAccessDenied");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum FileAccess {
    /// All that the process may read. Relative paths count from its working folder.
    #[default]
    Everything,
    /// What lies in this folder, however deep; neither `..` nor a link leads out of it. Relative
    /// paths and `file:///` URLs count from it.
    ///
    /// Whoever may change the folder while a query runs is trusted: between the test of a path
    /// and its opening a link could be put in its place.
    Folder(PathBuf),
    /// None.
    Nothing,
}

impl FileAccess {
    /// The file that `location` names, a path or a `file:///` URL, with links followed.
    ///
    /// # Errors
    /// `FileError: FileAccessDenied` where it must not be read; `FileError: CannotOpen` where it
    /// is not there or no regular file; `Unsupported` for URLs of the network.
    pub fn readable(&self, location: &str) -> Result<PathBuf> {
        let named = Location::parse(location)?;
        let path = match self {
            FileAccess::Nothing => {
                return Err(denied("queries must not read files here".to_owned()));
            }
            FileAccess::Everything => resolve(&named.path, location)?,
            FileAccess::Folder(folder) => {
                let folder = resolve(folder, &folder.display().to_string())?;
                let path = match named.path.strip_prefix("/") {
                    Ok(relative) if named.is_url => folder.join(relative),
                    _ => folder.join(&named.path),
                };
                // What is outside must not be told from what is not there at all.
                match fs::canonicalize(path) {
                    Ok(path) if path.starts_with(&folder) => path,
                    _ => {
                        let folder = folder.display();
                        return Err(denied(format!("{location} is not in the folder {folder}"))
                            .hint("queries may read the files of this folder only"));
                    }
                }
            }
        };
        // A pipe or a device could keep a statement waiting beyond every interrupt.
        let metadata = fs::metadata(&path).map_err(|error| cannot_open(location, &error))?;
        if metadata.is_file() {
            return Ok(path);
        }
        let message = format!("cannot open {location}: it is no regular file");
        Err(Error::new(
            ErrorKind::FileError,
            ErrorDetail::CannotOpen,
            message,
        ))
    }
}

/// What a query calls a file.
struct Location {
    path: PathBuf,
    is_url: bool,
}

impl Location {
    fn parse(location: &str) -> Result<Location> {
        let Some((scheme, rest)) = location.split_once("://") else {
            return Ok(Location {
                path: location.into(),
                is_url: false,
            });
        };
        if !scheme.eq_ignore_ascii_case("file") {
            let message = format!("{scheme} URLs are not read; only local files are");
            return Err(Error::unsupported(message).hint("download the file first"));
        }
        let path = rest.strip_prefix("localhost").unwrap_or(rest);
        let path = percent_decode_str(path).decode_utf8().ok();
        match path {
            Some(path) if path.starts_with('/') => Ok(Location {
                path: path.into_owned().into(),
                is_url: true,
            }),
            _ => Err(Error::argument(format!("{location} names no local file"))
                .hint("a URL of a file begins with file:///")),
        }
    }
}

fn resolve(path: &Path, name: &str) -> Result<PathBuf> {
    fs::canonicalize(path).map_err(|error| cannot_open(name, &error))
}

fn denied(message: String) -> Error {
    Error::new(ErrorKind::FileError, ErrorDetail::FileAccessDenied, message)
}

fn cannot_open(name: &str, error: &io::Error) -> Error {
    let message = format!("cannot open {name}: {error}");
    Error::new(ErrorKind::FileError, ErrorDetail::CannotOpen, message)
}
