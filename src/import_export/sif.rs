//! Cytoscape's simple interaction format, SIF: a line has a node, a type and one or more nodes; or
//! one node alone. Tabs separate the words where the file has any, else blanks do. The names are the
//! property `id` of the nodes.

use std::io::BufRead;
use std::sync::Arc;

use hashbrown::HashSet;

use crate::context::Context;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::import_export::abilities::{Abilities, Held};
use crate::import_export::format::{ReadFormat, WriteFormat};
use crate::import_export::lines::each_legacy_line;
use crate::import_export::node_names::{ID, NodeNames};
use crate::import_export::options::ImportOptions;
use crate::import_export::output::Output;
use crate::import_export::record::{
    NodeRecord, Properties, RecordSink, RecordSource, RelationshipRecord, excerpt,
};
use crate::import_export::source::Source;
use crate::value::Value;

/// The format; see the module.
#[derive(Debug)]
pub struct Sif;

impl ReadFormat for Sif {
    fn read(
        &self,
        source: &Source<'_>,
        _options: &ImportOptions,
        sink: &mut dyn RecordSink,
    ) -> Result<()> {
        let has_tabs = has_tabs(source)?;
        let mut alone: HashSet<Arc<str>> = HashSet::new();
        each_legacy_line(source, sink, |line, place, sink| {
            let is_separator = |character: char| match has_tabs {
                true => character == '\t',
                false => character.is_whitespace(),
            };
            let words = line.split(is_separator).map(str::trim);
            let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
            match words.as_slice() {
                [] => Ok(()),
                [name] => {
                    let name: Arc<str> = (*name).into();
                    if !alone.insert(name.clone()) {
                        return Ok(());
                    }
                    sink.reserve(2 * size_of::<Arc<str>>() + name.len())?;
                    let id = Value::String(name);
                    let node = NodeRecord {
                        id: Some(id.clone().into()),
                        labels: Vec::new(),
                        properties: vec![(ID.into(), id)],
                    };
                    sink.node(node, place)
                }
                [name, _] => {
                    let message = format!("{} has a type and no second node", excerpt(name));
                    let error = source.error(ErrorDetail::InvalidContent, place, message);
                    sink.refuse(place, error)
                }
                [start, relationship_type, ends @ ..] => ends.iter().try_for_each(|end| {
                    let relationship = RelationshipRecord {
                        relationship_type: (*relationship_type).into(),
                        start: (*start).into(),
                        end: (*end).into(),
                        properties: Properties::new(),
                        directed: None,
                    };
                    sink.relationship(relationship, place)
                }),
            }
        })
    }

    fn implies_nodes(&self) -> bool {
        true
    }

    fn declares_by_naming(&self) -> bool {
        true
    }
}

/// Whether there is a tab anywhere in the file.
fn has_tabs(source: &Source<'_>) -> Result<bool> {
    let mut reader = source.open_bytes()?;
    loop {
        let bytes = reader.fill_buf();
        let bytes = bytes.map_err(|error| source.read_error(&error))?;
        let length = bytes.len();
        if length == 0 || bytes.contains(&b'\t') {
            return Ok(length > 0);
        }
        reader.consume(length);
    }
}

impl WriteFormat for Sif {
    fn write(
        &self,
        graph: &dyn RecordSource,
        output: &mut Output<'_>,
        context: &Context,
    ) -> Result<()> {
        let names = NodeNames::of(graph, context, |id| match id {
            Value::String(id) if is_word(id) => Some(id.clone()),
            _ => None,
        })?;
        let mut file = output.only_file()?;
        for node in graph.nodes() {
            if let Some(id) = node?.id {
                // The tab says that tabs separate words, also where no line has two.
                writeln!(file, "{}\t", names.name(&id))?;
            }
        }
        for relationship in graph.relationships() {
            let relationship = relationship?;
            let relationship_type = &relationship.relationship_type;
            if !is_word(relationship_type) {
                let message = format!("SIF cannot hold the type {}", excerpt(relationship_type));
                let (kind, detail) = (ErrorKind::FormatError, ErrorDetail::InvalidContent);
                return Err(Error::new(kind, detail, message));
            }
            writeln!(
                file,
                "{}\t{relationship_type}\t{}",
                names.name(&relationship.start),
                names.name(&relationship.end)
            )?;
        }
        file.finish()
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            types: true,
            node_properties: Held::Where(|key, value| {
                key == ID && matches!(value, Value::String(id) if is_word(id))
            }),
            ..Abilities::STRUCTURE
        }
    }
}

/// Whether a name reads back as it is.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && !text.contains(['\t', '\n', '\r'])
}
