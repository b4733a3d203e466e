//! Records into the graph: gives every node of the files a node of the graph, joins relationships
//! to them by the ids of the files, and keeps the result apart until all of it is there.

use std::sync::Arc;

use crate::column::Column;
use crate::context::{Context, Reservation};
use crate::error::{Error, ErrorDetail, Result};
use crate::graph::{Effect, GraphWriter};
use crate::import_export::batch::{Batch, NodeBatch, RelationshipBatch};
use crate::import_export::known::Known;
use crate::import_export::node_ids::NodeIds;
use crate::import_export::options::OnError;
use crate::import_export::record::{
    ExternalId, NodeRecord, Place, Properties, RecordSink, RelationshipRecord, excerpt,
};
use crate::import_export::relay::read_apart;
use crate::import_export::report::{Counts, FileNote, Report};
use crate::import_export::source::Source;
use crate::value::{KeyId, NodeId, TypeId, Value};

/// Records between two looks at the interrupt flag.
const RECORDS_BETWEEN_CHECKS: u64 = 1024;

/// From so many records on they are loaded in bulk: a commit of as many is no record of the log anyhow,
/// and fewer are not worth chunks of their own.
const BULK_FROM: u64 = 50_000;

/// Bytes of files that hold about as many.
const BULK_FROM_BYTES: u64 = 4 << 20;

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
    nodes: NodeIds,
    /// Relationships whose ends were not all there when they came.
    waiting: Vec<Waiting<'a>>,
    memory: Reservation,
    report: Report,
    counts: Counts,
    /// The keys of the last record, and the last type of a relationship: the next one's may be the same.
    last_keys: Vec<(Arc<str>, KeyId)>,
    last_type: Option<(Arc<str>, TypeId)>,
    on_error: OnError,
    /// Whether a second node of an id adds to the first, in the file that is read.
    pub(super) repeats_nodes: bool,
    /// Nodes that only relationships name, and the first of them.
    implied: u64,
    first_implied: Option<(Arc<str>, Place, ExternalId)>,
    /// What repeated nodes add: a bulk load cannot change what it has made.
    repeated: Vec<(NodeId, NodeRecord)>,
    /// Nodes that were there before, to which is added, and the relationships between them that are read.
    known: Option<Known>,
    between_known: Vec<(RelationshipRecord, [NodeId; 2])>,
    records: u64,
    /// Whether there will be many records.
    is_large: bool,
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
            nodes: NodeIds::default(),
            waiting: Vec::new(),
            memory: context.reservation(),
            report: Report::default(),
            counts: Counts::default(),
            last_keys: Vec::new(),
            last_type: None,
            on_error,
            repeats_nodes: false,
            implied: 0,
            first_implied: None,
            repeated: Vec::new(),
            known: None,
            between_known: Vec::new(),
            records: 0,
            is_large: false,
        }
    }

    /// Says how many bytes the files have.
    pub fn expect(&mut self, bytes: u64) {
        self.is_large = bytes >= BULK_FROM_BYTES;
    }

    /// Takes the records that `read` pushes out of `source`; on a thread of its own, if it is to be
    /// `apart` and there are threads and much to read.
    ///
    /// # Errors
    /// Those of `read`; `FormatError: DuplicateId`; `ResourceError`.
    pub fn file(
        &mut self,
        source: &'a Source<'a>,
        apart: bool,
        read: impl FnOnce(&mut dyn RecordSink) -> Result<()> + Send,
    ) -> Result<()> {
        let (context, on_error) = (self.context, self.on_error);
        let apart = apart && self.is_large && context.threads() > 1;
        let mut sink = FileLoader {
            loader: self,
            source,
        };
        match apart {
            true => read_apart(&mut sink, on_error, context, read),
            false => read(&mut sink),
        }
    }

    /// Has records of nodes that were there before add to them.
    ///
    /// # Errors
    /// `ResourceError`.
    pub(super) fn add_to(&mut self, known: Known) -> Result<()> {
        for (node, text) in known.nodes() {
            let id = ExternalId::in_space(None, text.clone());
            self.memory.grow(NodeIds::size_of(&id))?;
            self.nodes.insert(id, node);
        }
        let count = known.nodes().count();
        if let Some(note) = self.report.files.last_mut().filter(|_| count > 0) {
            note.told
                .push(format!("adds to nodes that were there: {count}"));
        }
        self.known = Some(known);
        Ok(())
    }

    fn is_known(&self, node: NodeId) -> bool {
        self.known.as_ref().is_some_and(|known| known.has(node))
    }

    /// Takes note of a file.
    pub(super) fn note(&mut self, note: FileNote) {
        self.report.files.push(note);
    }

    /// The number of nodes so far.
    pub fn node_count(&self) -> u64 {
        self.report.nodes
    }

    /// Joins the relationships that still wait. Nodes that only they name are told where others are
    /// declared, unless it is usual that they are not.
    ///
    /// # Errors
    /// `FormatError: MissingNode`; `ResourceError`; `ConstraintVerificationFailed`.
    pub fn finish(mut self, missing: MissingNodes, is_usual: bool) -> Result<Report> {
        let tells_implied = self.report.nodes > 0 && !is_usual;
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
        if let Some((file, place, id)) = self.first_implied.take().filter(|_| tells_implied) {
            let count = self.implied;
            let text = format!("nodes that only relationships name: {count}, the first {id}");
            self.report.warn(&file, place, text);
        }
        self.writer.end_bulk(self.context)?;
        for (node, record) in std::mem::take(&mut self.repeated) {
            self.add_to_node(node, record)?;
        }
        if let Some(known) = &mut self.known {
            let records = std::mem::take(&mut self.between_known);
            self.report.relationships +=
                known.add_relationships(self.writer, records, self.context)?;
        }
        self.writer.verify(self.context)?;
        let graph = self.writer.snapshot();
        self.report.take_counts(&self.counts, graph.catalog());
        Ok(self.report)
    }

    /// Ends the import with `error`, or takes note of it.
    fn refuse(&mut self, source: &Source<'_>, place: Place, error: Error) -> Result<()> {
        if !self.on_error.skips(&error) {
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
            return Ok(node);
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
        self.report.nodes += 1;
        self.reserve_properties(&node.properties)?;
        node.labels.sort_unstable();
        node.labels.dedup();
        let labels = node
            .labels
            .iter()
            .map(|label| self.writer.label(label))
            .collect::<Result<Vec<_>>>()?;
        for label in &labels {
            self.counts.labels.add(label.index(), 1);
        }
        let properties = self.keyed(node.properties)?;
        let created = match self.is_bulk() {
            true => self.writer.append_node(&labels, properties, self.context)?,
            false => self.writer.create_node(&labels, properties)?,
        };
        if let Some(id) = node.id {
            self.memory.grow(NodeIds::size_of(&id))?;
            self.nodes.insert(id, created);
        }
        Ok(created)
    }

    /// Gives a node the labels and properties of another record of it.
    fn add_to_node(&mut self, node: NodeId, record: NodeRecord) -> Result<()> {
        self.count_record()?;
        if let Some(known) = self.known.as_ref().filter(|known| known.has(node)) {
            return known.add_to_node(self.writer, node, record);
        }
        for label in &record.labels {
            let label = self.writer.label(label)?;
            self.writer.add_label(node, label)?;
        }
        for (name, value) in record.properties {
            let key = self.writer.key(&name)?;
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
        self.report.relationships += 1;
        self.reserve_properties(&relationship.properties)?;
        let name = &relationship.relationship_type;
        let relationship_type = match &self.last_type {
            Some((last, known)) if last == name => *known,
            _ => {
                let known = self.writer.relationship_type(name)?;
                self.last_type = Some((name.clone(), known));
                known
            }
        };
        self.counts.types.add(relationship_type.index(), 1);
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

    /// Adds all nodes of a batch, or none where one is there already or a value cannot be kept.
    fn add_nodes(&mut self, batch: &NodeBatch) -> Result<bool> {
        if !are_storable(&batch.columns) {
            return Ok(false);
        }
        if let Some(ids) = &batch.ids {
            self.memory.grow(NodeIds::size_of_all(ids))?;
            if !self.nodes.add_all(ids) {
                return Ok(false);
            }
        }
        let mut labels = batch.labels.clone();
        labels.sort_unstable();
        labels.dedup();
        self.report.nodes += batch.rows as u64;
        let labels = labels
            .iter()
            .map(|label| self.writer.label(label))
            .collect::<Result<Vec<_>>>()?;
        for label in &labels {
            self.counts.labels.add(label.index(), batch.rows);
        }
        let columns = self.keyed_columns(&batch.columns)?;
        let nodes = self
            .writer
            .append_nodes(&labels, batch.rows, &columns, self.context)?;
        if let Some(ids) = &batch.ids {
            self.nodes.set_all(ids, &nodes);
        }
        Ok(true)
    }

    /// Adds all relationships of a batch, or none where an end is missing or a value cannot be kept.
    fn add_relationships(&mut self, batch: &RelationshipBatch) -> Result<bool> {
        let starts = self.nodes.get_all(&batch.starts);
        let (Some(starts), Some(ends)) = (starts, self.nodes.get_all(&batch.ends)) else {
            return Ok(false);
        };
        if !are_storable(&batch.columns) {
            return Ok(false);
        }
        let name = &batch.relationship_type;
        let pairs: Vec<(NodeId, NodeId)> = starts.into_iter().zip(ends).collect();
        self.report.relationships += pairs.len() as u64;
        let relationship_type = self.writer.relationship_type(name)?;
        self.counts
            .types
            .add(relationship_type.index(), pairs.len());
        let columns = self.keyed_columns(&batch.columns)?;
        self.writer
            .append_relationships(relationship_type, &pairs, &columns, self.context)?;
        Ok(true)
    }

    fn keyed_columns(&mut self, columns: &[(Arc<str>, Column)]) -> Result<Vec<(KeyId, Column)>> {
        let mut keyed = Vec::with_capacity(columns.len());
        for (name, column) in columns {
            let key = self.writer.key(name)?;
            self.counts
                .keys
                .add(key.index(), column.len() - column.null_count());
            keyed.push((key, column.clone()));
        }
        Ok(keyed)
    }

    fn is_bulk(&self) -> bool {
        self.is_large || self.records > BULK_FROM
    }

    fn keyed(&mut self, properties: Properties) -> Result<Vec<(KeyId, Value)>> {
        let mut keyed = Vec::with_capacity(properties.len());
        for (place, (name, value)) in properties.into_iter().enumerate() {
            // Records of one origin have the same keys in the same order.
            let key = match self.last_keys.get(place) {
                Some((last, key)) if *last == name => *key,
                _ => {
                    let key = self.writer.key(&name)?;
                    self.last_keys.truncate(place);
                    self.last_keys.push((name, key));
                    key
                }
            };
            self.counts.keys.add(key.index(), 1);
            keyed.push((key, value));
        }
        Ok(keyed)
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
            && let Some(earlier) = self.loader.nodes.get(id)
        {
            if self.loader.repeats_nodes || self.loader.is_known(earlier) {
                if !self.loader.is_known(earlier) {
                    let text = format!("the node {id} was there already and is added to");
                    self.warning(place, text);
                }
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
        let start = nodes.get(&relationship.start);
        let ends = start.zip(nodes.get(&relationship.end));
        match ends {
            Some((start, end)) if self.loader.is_known(start) && self.loader.is_known(end) => {
                let size = size_of::<(RelationshipRecord, [NodeId; 2])>();
                let size = size + effect_size(&relationship.properties);
                self.loader.memory.grow(size)?;
                self.loader.between_known.push((relationship, [start, end]));
                Ok(())
            }
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

    fn takes_batches(&self) -> bool {
        self.loader.is_bulk()
    }

    fn batch(&mut self, batch: &Batch) -> Result<bool> {
        match batch {
            Batch::Nodes(nodes) => self.loader.add_nodes(nodes),
            Batch::Relationships(relationships) => self.loader.add_relationships(relationships),
        }
    }

    fn threads(&self) -> usize {
        self.loader.context.threads()
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

/// Whether a graph can hold all values as properties; those that lack are null.
fn are_storable(columns: &[(Arc<str>, Column)]) -> bool {
    columns.iter().all(|(_, column)| match column {
        Column::Value(values) => values
            .iter()
            .all(|value| value.is_null() || is_storable(value)),
        Column::Node(_) | Column::Relationship(_) => false,
        _ => true,
    })
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
