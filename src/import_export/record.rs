//! The one stream that all formats speak: node records and relationship records, with the ids of
//! the file. A reader pushes them into a [`RecordSink`]; a writer takes them from a [`RecordSource`].

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::import_export::batch::Batch;
use crate::import_export::part::{NodePart, RelationshipPart};
use crate::value::Value;

/// The id that a file gives to a node; unique among the files that are imported together.
///
/// Equality is that of [`Value`]: the integer 1 and the string `'1'` are two ids, 1 and 1.0 one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ExternalId {
    /// The set of ids that it belongs to, for formats where each table counts for itself.
    pub space: Option<Arc<str>>,
    /// The id as it stands in the file: a string, a number, or what the format has.
    pub id: Value,
}

/// A node of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeRecord {
    /// Its id; a node without one cannot be the end of a relationship.
    pub id: Option<ExternalId>,
    /// Its labels, in any order.
    pub labels: Vec<Arc<str>>,
    /// Its properties; none is null.
    pub properties: Properties,
}

/// A relationship of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct RelationshipRecord {
    /// Its type.
    pub relationship_type: Arc<str>,
    /// The node where it starts.
    pub start: ExternalId,
    /// The node where it ends.
    pub end: ExternalId,
    /// Its properties; none is null.
    pub properties: Properties,
    /// Whether the file says that it has a direction; a graph keeps every relationship directed,
    /// and marks the others by the property [`UNDIRECTED`].
    pub directed: Option<bool>,
}

/// The property that is true for relationships that have no direction in their file.
pub const UNDIRECTED: &str = "undirected";

impl RelationshipRecord {
    /// Marks it as one without a direction.
    pub fn mark_undirected(&mut self) {
        self.properties
            .retain(|(key, _)| key.as_ref() != UNDIRECTED);
        self.properties.push((UNDIRECTED.into(), true.into()));
    }

    /// Whether it has no direction, for formats that can say so themselves: takes the mark away.
    pub fn take_undirected(&mut self) -> bool {
        let is_mark = |(key, value): &(Arc<str>, Value)| {
            key.as_ref() == UNDIRECTED && *value == Value::Boolean(true)
        };
        let marked = self.properties.iter().position(is_mark);
        marked.map(|place| self.properties.remove(place)).is_some()
    }
}

/// Properties by name, each name once.
pub type Properties = Vec<(Arc<str>, Value)>;

/// A place inside a file: what a person looks for when a record is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A line, counted from 1.
    Line(u64),
    /// A line and a character of it, both counted from 1.
    Column(u64, u64),
    /// An element of a list of the document, counted from 0: `nodes[3]`.
    Element(&'static str, u64),
    /// The file as a whole.
    File,
}

/// Takes the records of a file, in the order of the file.
///
/// After an error nothing more is pushed; the reader hands the error on.
pub trait RecordSink {
    /// Takes a node.
    fn node(&mut self, node: NodeRecord, place: Place) -> Result<()>;

    /// Takes a relationship; its ends may come later.
    fn relationship(&mut self, relationship: RelationshipRecord, place: Place) -> Result<()>;

    /// Whether batches are welcome: see [`RecordSink::batch`].
    fn takes_batches(&self) -> bool {
        false
    }

    /// Takes all records of a batch, or none where some of them need a closer look: then the records
    /// come one by one.
    fn batch(&mut self, _batch: &Batch) -> Result<bool> {
        Ok(false)
    }

    /// Threads that may work on the import at once.
    fn threads(&self) -> usize {
        1
    }

    /// Fails where the import was interrupted; for readers that look at much before they push
    /// anything. Pushing looks by itself.
    fn check(&self) -> Result<()>;

    /// Reserves memory for what a reader has to keep until the end of the import.
    fn reserve(&mut self, _bytes: usize) -> Result<()> {
        Ok(())
    }

    /// Takes the error of an element that cannot be kept: hands it on, or, where the import skips
    /// such elements, takes note of it, and the reader goes on with the next one.
    ///
    /// # Errors
    /// `error`.
    fn refuse(&mut self, _place: Place, error: Error) -> Result<()> {
        Err(error)
    }

    /// Takes note of something that the graph will not hold.
    fn warning(&mut self, place: Place, text: String);
}

/// Gives the records of a graph to a writer, each time from the first and in the same order.
pub trait RecordSource: Sync {
    /// All nodes; each has an id, an integer that no other has.
    fn nodes(&self) -> Box<dyn Iterator<Item = Result<NodeRecord>> + '_>;

    /// All relationships, between nodes that are there.
    fn relationships(&self) -> Box<dyn Iterator<Item = Result<RelationshipRecord>> + '_>;

    /// In how many parts the nodes can be had.
    fn node_parts(&self) -> usize {
        1
    }

    /// A part of the nodes; all parts in their order have all nodes in theirs.
    ///
    /// # Errors
    /// Those of the graph; `ResourceError`.
    fn node_part(&self, _number: usize) -> Result<NodePart> {
        NodePart::of(self.nodes())
    }

    /// In how many parts the relationships can be had.
    fn relationship_parts(&self) -> usize {
        1
    }

    /// A part of the relationships, as of the nodes.
    ///
    /// # Errors
    /// Those of the graph; `ResourceError`.
    fn relationship_part(&self, _number: usize) -> Result<RelationshipPart> {
        RelationshipPart::of(self.relationships())
    }
}

impl ExternalId {
    /// An id of this space.
    pub fn in_space(space: Option<Arc<str>>, id: impl Into<Value>) -> Self {
        ExternalId {
            space,
            id: id.into(),
        }
    }
}

impl<T: Into<Value>> From<T> for ExternalId {
    fn from(id: T) -> Self {
        ExternalId::in_space(None, id)
    }
}

/// As errors show it, cut where it is long: `'rabat'`, `17 of City`.
impl fmt::Display for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&excerpt(&self.id.to_string()))?;
        match &self.space {
            Some(space) => write!(f, " of {}", excerpt(space)),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Line(line) => write!(f, "line {line}"),
            Place::Column(line, column) => write!(f, "line {line}, column {column}"),
            Place::Element(list, index) => write!(f, "{list}[{index}]"),
            Place::File => f.write_str("the file"),
        }
    }
}

/// `text`, or its beginning where it is too long for a message.
pub fn excerpt(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
