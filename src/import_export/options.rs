//! What an import can be told beside the files.

use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result, did_you_mean};
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
    /// What becomes of nodes that the graph has already, by their `iri`.
    pub existing: ExistingNodes,
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

/// What becomes of nodes of RDF files that the graph has already, from an import before: those that have
/// the same `iri`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ExistingNodes {
    /// What the files say is added to them.
    #[default]
    Add,
    /// The files get nodes of their own.
    Apart,
}

impl OnError {
    /// Whether the element that an error is about is left out.
    pub fn skips(self, error: &Error) -> bool {
        self == OnError::Skip && error.kind() == ErrorKind::FormatError
    }
}

/// The type of relationships in files that name none.
pub const DEFAULT_TYPE: &str = "RELATED_TO";

/// An option as people write it, in a query and on a command line.
#[derive(Debug)]
pub struct ImportOption {
    /// Its name in a query: `missingNodes`.
    pub name: &'static str,
    /// Its name on a command line: `missing-nodes`.
    pub flag: &'static str,
    /// What it may be; anything where there are none.
    pub words: &'static [&'static str],
    /// What it tells, in one sentence.
    pub sentence: &'static str,
    set: fn(&mut ImportOptions, &str) -> Result<()>,
}

/// All options.
#[rustfmt::skip]
pub static IMPORT_OPTIONS: &[ImportOption] = &[
    ImportOption {
        name: "format",
        flag: "format",
        words: &[],
        sentence: "The format to read, where neither the ending nor the first bytes tell it",
        set: |options, name| { options.format = Some(Format::named(name)?); Ok(()) },
    },
    ImportOption {
        name: "label",
        flag: "label",
        words: &[],
        sentence: "The label of nodes that have none in a table; else from the name of its file",
        set: |options, name| { options.label = Some(name.into()); Ok(()) },
    },
    ImportOption {
        name: "type",
        flag: "type",
        words: &[],
        sentence: "The type of relationships that have none in their file",
        set: |options, name| { options.relationship_type = Some(name.into()); Ok(()) },
    },
    ImportOption {
        name: "missingNodes",
        flag: "missing-nodes",
        words: &["refuse", "create"],
        sentence: "What becomes of relationships to nodes that no file has",
        set: |options, word| {
            options.missing_nodes = Some(match word {
                "create" => MissingNodes::Create,
                _ => MissingNodes::Refuse,
            });
            Ok(())
        },
    },
    ImportOption {
        name: "onError",
        flag: "on-error",
        words: &["stop", "skip"],
        sentence: "Whether an element that cannot be kept ends the work or is left out with a warning",
        set: |options, word| {
            options.on_error = match word {
                "skip" => OnError::Skip,
                _ => OnError::Stop,
            };
            Ok(())
        },
    },
    ImportOption {
        name: "existing",
        flag: "existing",
        words: &["add", "apart"],
        sentence: "Whether RDF adds to nodes that the graph has by the same iri, or gets nodes of its own",
        set: |options, word| {
            options.existing = match word {
                "apart" => ExistingNodes::Apart,
                _ => ExistingNodes::Add,
            };
            Ok(())
        },
    },
];

impl ImportOptions {
    /// Sets an option by its name.
    ///
    /// # Errors
    /// `ArgumentError` where there is no such option, or it cannot be this; `FormatError: UnknownFormat`.
    pub fn set(&mut self, name: &str, text: &str) -> Result<()> {
        let named = |option: &&ImportOption| option.name == name;
        let Some(option) = IMPORT_OPTIONS.iter().find(named) else {
            let error = Error::argument(format!("an import has no option {name}"));
            let names = IMPORT_OPTIONS.iter().map(|option| option.name);
            return Err(match did_you_mean(name, names) {
                Some(hint) => error.hint(hint),
                None => error,
            });
        };
        if !option.words.is_empty() && !option.words.contains(&text) {
            let words: Vec<String> = option
                .words
                .iter()
                .map(|word| format!("'{word}'"))
                .collect();
            let words = words.join(" or ");
            return Err(Error::argument(format!("{name} is {words}, not '{text}'")));
        }
        (option.set)(self, text)
    }
}
