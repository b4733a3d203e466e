//! GML, as Newman's collection, networkx, igraph, Cytoscape and yEd have it.
//!
//! * The id of a node is its property `id`, unless the file says that its ids are generated.
//! * Records within a node become properties with a dot, `graphics.x`; keys that are there several
//!   times become lists.
//! * Labels and types are in the attributes that [`words`](crate::import_export::words) lists.
//! * What GML has no type for, we write as a text or a number beside a record `rihlaTypes`; keys that
//!   it does not have, as records `rihlaProperty`.

mod tokens;
mod properties;
mod write;

use std::sync::Arc;

use hashbrown::HashSet;

use crate::error::{Error, Result};
use crate::import_export::format::ReadFormat;
use crate::import_export::gml::properties::properties;
use crate::import_export::gml::tokens::{Entry, Record, Tokens, shown};
use crate::import_export::options::{DEFAULT_TYPE, ImportOptions};
use crate::import_export::record::{
    ExternalId, NodeRecord, Place, RecordSink, RelationshipRecord, excerpt,
};
use crate::import_export::source::Source;
use crate::import_export::words::{take_labels, take_type};
use crate::value::Value;

/// The format; see the module.
#[derive(Debug)]
pub struct Gml;

/// The attribute of the graph, with its value, that says that ids have no meaning.
const GENERATED_IDS: (&str, &str) = ("rihlaIds", "generated");
/// The record of an element that tells the types of its values.
const TYPES: &str = "rihlaTypes";
/// The records of an element that are properties whose keys GML does not have.
const PROPERTY: &str = "rihlaProperty";

/// Whether the first bytes are those of a GML file: `graph [`, perhaps behind a creator.
pub(super) fn recognises(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    let place = words
        .iter()
        .position(|word| *word == "graph" || *word == "graph[");
    let begins = matches!(
        words.first(),
        Some(&("graph" | "graph[" | "Creator" | "Version"))
    );
    begins
        && place.is_some_and(|place| {
            words[place] == "graph["
                || words
                    .get(place + 1)
                    .is_some_and(|word| word.starts_with('['))
        })
}

impl ReadFormat for Gml {
    fn read(
        &self,
        source: &Source<'_>,
        options: &ImportOptions,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let mut document = Document {
            tokens: Tokens::open(source)?,
            options,
            sink,
            directed: false,
            multigraph: false,
            generated_ids: false,
            warned: HashSet::new(),
        };
        document.read()
    }
}

struct Document<'a> {
    tokens: Tokens<'a>,
    options: &'a ImportOptions,
    sink: &'a mut dyn RecordSink,
    directed: bool,
    multigraph: bool,
    generated_ids: bool,
    /// What a warning was given of.
    warned: HashSet<Arc<str>>,
}

impl Document<'_> {
    fn read(&mut self) -> Result<()> {
        let mut graphs = 0;
        while let Some((key, place)) = self.tokens.key(false, self.sink)? {
            let is_graph = key.as_ref() == "graph";
            if !is_graph || graphs > 0 {
                self.tokens.value(0, self.sink)?;
            } else if self.tokens.begins_record()? {
                self.graph()?;
            } else {
                return Err(self.tokens.error(place, "the graph is no record"));
            }
            graphs += u64::from(is_graph);
        }
        match graphs {
            0 => Err(self.tokens.error(Place::File, "there is no graph in it")),
            1 => Ok(()),
            _ => {
                let text = "only the first graph is read".to_owned();
                self.sink.warning(Place::File, text);
                Ok(())
            }
        }
    }

    fn graph(&mut self) -> Result<()> {
        while let Some((key, place)) = self.tokens.key(true, self.sink)? {
            // The line of an element that spans several is where it begins.
            let entry = self.tokens.value(0, self.sink)?;
            match (key.as_ref(), entry) {
                ("node", Entry::Record(record)) => self.node(record, place)?,
                ("edge", Entry::Record(record)) => self.edge(record, place)?,
                ("node" | "edge", entry) => {
                    let message = format!("{key} is {}, not a record", shown(&entry));
                    return Err(self.tokens.error(place, message));
                }
                ("directed", entry) => self.directed = entry == Entry::Scalar(1.into()),
                ("multigraph", entry) => self.multigraph = entry == Entry::Scalar(1.into()),
                (name, Entry::Scalar(value))
                    if (name, &value) == (GENERATED_IDS.0, &GENERATED_IDS.1.into()) =>
                {
                    self.generated_ids = true;
                }
                _ => {
                    if self.warned.insert(key.clone()) {
                        let text = format!("{} of the graph is not kept", excerpt(&key));
                        self.sink.warning(place, text);
                    }
                }
            }
        }
        Ok(())
    }

    fn node(&mut self, mut record: Record, place: Place) -> Result<()> {
        let id = match self.take_only(&mut record, "id", "node", place) {
            Ok(id) => id,
            Err(error) => return self.sink.refuse(place, error),
        };
        let mut properties = match properties(record) {
            Ok(properties) => properties,
            Err(message) => return self.refuse(place, message),
        };
        let labels = take_labels(&mut properties);
        let has_id = properties.iter().any(|(key, _)| key.as_ref() == "id");
        if !self.generated_ids && !has_id {
            properties.push(("id".into(), id.clone()));
        }
        let node = NodeRecord {
            id: Some(ExternalId::in_space(None, id)),
            labels,
            properties,
        };
        self.sink.node(node, place)
    }

    fn edge(&mut self, mut record: Record, place: Place) -> Result<()> {
        let ends = self
            .take_only(&mut record, "source", "edge", place)
            .and_then(|start| {
                let end = self.take_only(&mut record, "target", "edge", place)?;
                Ok((start, end))
            });
        let (start, end) = match ends {
            Ok(ends) => ends,
            Err(error) => return self.sink.refuse(place, error),
        };
        if self.multigraph {
            // By which networkx tells parallel edges apart.
            record.retain(|(key, entry)| {
                key.as_ref() != "key" || !matches!(entry, Entry::Scalar(Value::Integer(_)))
            });
        }
        let mut properties = match properties(record) {
            Ok(properties) => properties,
            Err(message) => return self.refuse(place, message),
        };
        let relationship_type = take_type(&mut properties);
        let relationship_type = relationship_type.or(self.options.relationship_type.clone());
        let relationship = RelationshipRecord {
            relationship_type: relationship_type.unwrap_or_else(|| DEFAULT_TYPE.into()),
            start: ExternalId::in_space(None, start),
            end: ExternalId::in_space(None, end),
            properties,
            directed: Some(self.directed),
        };
        self.sink.relationship(relationship, place)
    }

    fn refuse(&mut self, place: Place, message: String) -> Result<()> {
        let error = self.tokens.error(place, message);
        self.sink.refuse(place, error)
    }

    /// Takes the one value of `key` out of an element.
    fn take_only(
        &self,
        record: &mut Record,
        key: &str,
        element: &str,
        place: Place,
    ) -> Result<Value, Error> {
        let (own, others) = std::mem::take(record)
            .into_iter()
            .partition(|(name, _)| name.as_ref() == key);
        *record = others;
        let own: Record = own;
        let mut own = own.into_iter();
        match (own.next(), own.next()) {
            (Some((_, Entry::Scalar(value))), None) => Ok(value),
            (None, _) => {
                let message = format!("the {element} has no {key}");
                Err(self.tokens.error(place, message))
            }
            _ => {
                let message = format!("the {element} has more than one {key}, or a record as one");
                Err(self.tokens.error(place, message))
            }
        }
    }
}
