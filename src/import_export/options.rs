//! What an import can be told beside the files.

use std::sync::Arc;

use crate::error::{Error, ErrorKind};
use crate::import_export::format::Format;
use crate::import_export::load::MissingNodes;

/// What an import can be told beside the files; the default lets every file speak for itself.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// The format of all files; told by ending and first bytes where missing.
    pub format: Option<&'static Format>,
    /// The label of nodes that have none in a table; from the file's name where missing.
    pub label: Option<Arc<str>>,
    /// The type of relationships that have none in the file; from the name of a table, else
    /// [`DEFAULT_TYPE`], where missing.
    pub relationship_type: Option<Arc<str>>,
    /// What becomes of relationships to nodes that no file has. Where missing, they are refused,
    /// unless the files are tables of relationships alone.
    pub missing_nodes: Option<MissingNodes>,
    /// What becomes of the import where an element cannot be kept.
    pub on_error: OnError,
}

/// What becomes of an import where an element cannot be kept: a second node of an id, a
/// relationship without its node, a value that no property holds. A text that does not follow the
/// format ends the import either way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnError {
    /// It ends, and the graph is as it was.
    #[default]
    Stop,
    /// The element is left out, which is told as a warning.
    Skip,
}

impl OnError {
    /// Whether the element that an error is about is left out.
    pub fn skips(self, error: &Error) -> bool {
        self == OnError::Skip && error.kind() == ErrorKind::FormatError
    }
}

/// The type of relationships in files that name none.
pub const DEFAULT_TYPE: &str = "RELATED_TO";
