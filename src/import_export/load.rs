//! Records into the graph: gives every node of the files a node of the graph, joins relationships
//! to them by the ids of the files, and keeps the result apart until all of it is there.

use std::sync::Arc;

use hashbrown::HashMap;

use crate::context::{Context, Reservation};
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::graph::{Effect, GraphWriter};
use crate::import_export::options::OnError;
use crate::import_export::record::{
    ExternalId, NodeRecord, Place, Properties, RecordSink, RelationshipRecord, excerpt,
};
use crate::import_export::report::{FileNote, Report};
use crate::import_export::source::Source;
use crate::value::{KeyId, NodeId, Value};

/// Records between two looks at the interrupt flag.
const RECORDS_BETWEEN_CHECKS: u64 = 1024;

/// From so many records on they are loaded in bulk: a commit of as many is no record of the log anyhow,
/// and fewer are not worth chunks of their own.
const BULK_FROM: u64 = 50_000;

/// What becomes of a relationship whose end no file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingNodes {
    /// It is an error: `FormatError: MissingNode`.
    Refuse,
    /// The end becomes a node without labels, its id the property `id`.
    Create,
}

/// Builds the graph of one import. What was written when it is dropped is a part of it.
#[derive(Debug)]
pub struct Loader<'a> {
    context: &'a Context,
    writer: &'a mut GraphWriter,
    nodes: HashMap<ExternalId, NodeId>,
    /// Relationships whose ends were not all there when they came.
    waiting: Vec<Waiting<'a>>,
    memory: Reservation,
    report: Report,
    on_error: OnError,
    /// Whether a second node of an id adds to the first, in the file that is read.
    pub(super) repeats_nodes: bool,
    /// Nodes that only relationships name, and the first of them.
    implied: u64,
    first_implied: Option<(Arc<str>, Place, ExternalId)>,
    /// What repeated nodes add: a bulk load cannot change what it has made.
    repeated: Vec<(NodeId, NodeRecord)>,
    records: u64,
}

/// A relationship that waits for its ends.
#[derive(Debug)]
struct Waiting<'a> {
    record: RelationshipRecord,
    source: &'a Source<'a>,
    place: Place,
}

/// The records of one file on their way into the graph.
#[derive(Debug)]
pub struct FileLoader<'l, 'a> {
    loader: &'l mut Loader<'a>,
    source: &'a Source<'a>,
}

impl<'a> Loader<'a> {
    /// Adds to what `writer` has.
    pub fn new(writer: &'a mut GraphWriter, on_error: OnError, context: &'a Context) -> Self {
        Loader {
            context,
            writer,
            nodes: HashMap::new(),
            waiting: Vec::new(),
            memory: context.reservation(),
            report: Report::default(),
            on_error,
            repeats_nodes: false,
            implied: 0,
            first_implied: None,
            repeated: Vec::new(),
            records: 0,
        }
    }

    /// Takes the records that `read` pushes out of `source`.
    ///
    /// # Errors
    /// Those of `read`; `FormatError: DuplicateId`; `ResourceError`.
    pub fn file(
        &mut self,
        source: &'a Source<'a>,
        read: impl FnOnce(&mut dyn RecordSink) -> Result<()>,
    ) -> Result<()> {
        read(&mut FileLoader {
            loader: self,
            source,
        })
    }

    /// Takes note of a file.
    pub(super) fn note(&mut self, note: FileNote) {
        self.report.files.push(note);
    }

    /// The number of nodes so far.
    pub fn node_count(&self) -> u64 {
        self.report.nodes
    }

    /// Joins the relationships that still wait.
    ///
    /// # Errors
    /// `FormatError: MissingNode`; `ResourceError`; `ConstraintVerificationFailed`.
    pub fn finish(mut self, missing: MissingNodes) -> Result<Report> {
        let has_nodes = self.report.nodes > 0;
        for Waiting {
            record,
            source,
            place,
        } in std::mem::take(&mut self.waiting)
        {
            self.count_record()?;
            let ends = self
                .end_of(&record, &record.start, missing, source, place)
                .and_then(|start| {
                    let end = self.end_of(&record, &record.end, missing, source, place)?;
                    Ok((start, end))
                });
            match ends {
                Ok((start, end)) => self.create_relationship(record, start, end)?,
                Err(error) => self.refuse(source, place, error)?,
            }
        }
        if let Some((file, place, id)) = self.first_implied.take().filter(|_| has_nodes) {
            let count = self.implied;
            let text = format!("nodes that only relationships name: {count}, the first {id}");
            self.report.warn(&file, place, text);
        }
        self.writer.end_bulk(self.context)?;
        for (node, record) in std::mem::take(&mut self.repeated) {
            self.add_to_node(node, record)?;
        }
        self.writer.verify(self.context)?;
        Ok(self.report)
    }

    /// Ends the import with `error`, or takes note of it.
    fn refuse(&mut self, source: &Source<'_>, place: Place, error: Error) -> Result<()> {
        let skips = self.on_error == OnError::Skip && error.kind() == ErrorKind::FormatError;
        if !skips {
            return Err(error);
        }
        // The warning has file and place itself.
        let message = error.message();
        let told = source.error(ErrorDetail::InvalidContent, place, "");
        let message = message.strip_prefix(told.message()).unwrap_or(message);
        let text = format!("left out, {}: {message}", error.code());
        self.report.skip(source.name(), place, text);
        Ok(())
    }

    /// The node at an end of a relationship that has waited long enough.
    fn end_of(
        &mut self,
        record: &RelationshipRecord,
        id: &ExternalId,
        missing: MissingNodes,
        source: &Source<'_>,
        place: Place,
    ) -> Result<NodeId> {
        if let Some(node) = self.nodes.get(id) {
            return Ok(*node);
        }
        match missing {
            MissingNodes::Refuse => {
                let message = format!(
                    "the relationship {} from {} to {} needs the node {id}, which is not there",
                    excerpt(&record.relationship_type),
                    record.start,
                    record.end
                );
                Err(source.error(ErrorDetail::MissingNode, place, message))
            }
            MissingNodes::Create => {
                self.implied += 1;
                if self.implied == 1 {
                    self.first_implied = Some((source.name().clone(), place, id.clone()));
                }
                self.create_node(NodeRecord {
                    id: Some(id.clone()),
                    labels: Vec::new(),
                    properties: vec![("id".into(), id.id.clone())],
                })
            }
        }
    }

    /// Creates a node; its id must be new.
    fn create_node(&mut self, mut node: NodeRecord) -> Result<NodeId> {
        self.report.count_node(&node);
        self.reserve_properties(&node.properties)?;
        node.labels.sort_unstable();
        node.labels.dedup();
        let labels = node
            .labels
            .iter()
            .map(|label| self.writer.label(label))
            .collect::<Result<Vec<_>>>()?;
        let properties = self.keyed(node.properties)?;
        let created = match self.is_bulk() {
            true => self.writer.append_node(&labels, properties, self.context)?,
            false => self.writer.create_node(&labels, properties)?,
        };
        if let Some(id) = node.id {
            let size = size_of::<(ExternalId, NodeId)>() * 2 + id.id.heap_size();
            self.memory.grow(size)?;
            self.nodes.insert(id, created);
        }
        Ok(created)
    }

    /// Gives a node the labels and properties of another record of it.
    fn add_to_node(&mut self, node: NodeId, record: NodeRecord) -> Result<()> {
        self.count_record()?;
        for label in &record.labels {
            let label = self.writer.label(label)?;
            self.writer.add_label(node, label)?;
        }
        for (key, value) in self.keyed(record.properties)? {
            self.writer.set_node_property(node, key, value)?;
        }
        Ok(())
    }

    fn create_relationship(
        &mut self,
        relationship: RelationshipRecord,
        start: NodeId,
        end: NodeId,
    ) -> Result<()> {
        self.report.count_relationship(&relationship);
        self.reserve_properties(&relationship.properties)?;
        let name = &relationship.relationship_type;
        let relationship_type = self.writer.relationship_type(name)?;
        let properties = self.keyed(relationship.properties)?;
        if self.is_bulk() {
            let context = self.context;
            self.writer
                .append_relationship(relationship_type, start, end, properties, context)?;
        } else {
            self.writer
                .create_relationship(relationship_type, start, end, properties)?;
        }
        Ok(())
    }

    fn is_bulk(&self) -> bool {
        self.records > BULK_FROM
    }

    fn keyed(&mut self, properties: Properties) -> Result<Vec<(KeyId, Value)>> {
        properties
            .into_iter()
            .map(|(name, value)| Ok((self.writer.key(&name)?, value)))
            .collect()
    }

    /// Reserves what a record adds to the graph and to the writer's effects, which share the text
    /// of values.
    fn reserve_properties(&mut self, properties: &Properties) -> Result<()> {
        if self.is_bulk() {
            return Ok(());
        }
        self.memory.grow(effect_size(properties))
    }

    fn count_record(&mut self) -> Result<()> {
        self.records += 1;
        if self.records.is_multiple_of(RECORDS_BETWEEN_CHECKS) {
            self.context.check()?;
        }
        Ok(())
    }
}

impl RecordSink for FileLoader<'_, '_> {
    fn node(&mut self, node: NodeRecord, place: Place) -> Result<()> {
        self.loader.count_record()?;
        if let Err(error) = self.check_properties(&node.properties, place) {
            return self.refuse(place, error);
        }
        if let Some(id) = &node.id
            && let Some(earlier) = self.loader.nodes.get(id).copied()
        {
            if self.loader.repeats_nodes {
                let text = format!("the node {id} was there already and is added to");
                self.warning(place, text);
                let size = size_of::<(NodeId, NodeRecord)>() + effect_size(&node.properties);
                self.loader.memory.grow(size)?;
                self.loader.repeated.push((earlier, node));
                return Ok(());
            }
            let message = format!("the id {id} belongs to an earlier node already");
            let error = self.source.error(ErrorDetail::DuplicateId, place, message);
            return self.refuse(place, error);
        }
        self.loader.create_node(node)?;
        Ok(())
    }

    fn relationship(&mut self, mut relationship: RelationshipRecord, place: Place) -> Result<()> {
        self.loader.count_record()?;
        if let Err(error) = self.check_properties(&relationship.properties, place) {
            return self.refuse(place, error);
        }
        if relationship.directed == Some(false) {
            relationship.mark_undirected();
        }
        let nodes = &self.loader.nodes;
        let ends = nodes
            .get(&relationship.start)
            .copied()
            .zip(nodes.get(&relationship.end).copied());
        match ends {
            Some((start, end)) => self.loader.create_relationship(relationship, start, end),
            None => {
                let waiting = Waiting {
                    record: relationship,
                    source: self.source,
                    place,
                };
                self.loader.memory.grow(waiting.size())?;
                self.loader.waiting.push(waiting);
                Ok(())
            }
        }
    }

    fn check(&self) -> Result<()> {
        self.loader.context.check()
    }

    fn reserve(&mut self, bytes: usize) -> Result<()> {
        self.loader.memory.grow(bytes)
    }

    fn refuse(&mut self, place: Place, error: Error) -> Result<()> {
        self.loader.refuse(self.source, place, error)
    }

    fn warning(&mut self, place: Place, text: String) {
        self.loader.report.warn(self.source.name(), place, text);
    }
}

impl FileLoader<'_, '_> {
    /// Every reader may give any value; a graph holds scalars and lists of one type.
    fn check_properties(&self, properties: &Properties, place: Place) -> Result<()> {
        match properties.iter().find(|(_, value)| !is_storable(value)) {
            None => Ok(()),
            Some((key, value)) => Err(self.source.error(
                ErrorDetail::InvalidContent,
                place,
                format!(
                    "the property {} holds {}, which is neither a single value nor a list of \
                     values of one type",
                    excerpt(key),
                    excerpt(&value.to_string())
                ),
            )),
        }
    }
}

impl Waiting<'_> {
    fn size(&self) -> usize {
        let properties = &self.record.properties;
        let values = properties
            .iter()
            .map(|(key, value)| size_of::<(Arc<str>, Value)>() + key.len() + value.heap_size());
        size_of::<Self>() + values.sum::<usize>()
    }
}

/// What a record is in the graph and in the writer's effects.
fn effect_size(properties: &Properties) -> usize {
    let values = properties.iter().map(|(_, value)| {
        size_of::<(KeyId, Value)>() + size_of::<(Arc<str>, Value)>() + value.heap_size()
    });
    size_of::<Effect>() + values.sum::<usize>()
}

/// Whether a graph can hold the value as a property.
fn is_storable(value: &Value) -> bool {
    match value {
        Value::List(values) => {
            let mut types = values.iter().map(std::mem::discriminant);
            let first = types.next();
            values.iter().all(is_scalar) && types.all(|value_type| Some(value_type) == first)
        }
        value => is_scalar(value),
    }
}

fn is_scalar(value: &Value) -> bool {
    !matches!(
        value,
        Value::Null
            | Value::List(_)
            | Value::Map(_)
            | Value::Node(_)
            | Value::Relationship(_)
            | Value::Path(_)
    )
}
