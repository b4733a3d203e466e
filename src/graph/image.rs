//! What a stored graph is opened from: its names, and where its parts lie.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Catalog;
use super::adjacency::{Adjacency, AdjacencyImage};
use super::blob::{Blob, BlobReader, BlobWriter, Packed, Place};
use super::catalog::{LabelSetId, Names3};
use super::chunk::Fixed;
use super::graph_type::GraphType;
use super::index::Index;
use super::index_tree::IndexImage;
use super::neighbour_sets::{NeighbourSets, NeighbourSetsImage};
use super::schema::{ConstraintDefinition, IndexDefinition, Schema};
use super::snapshot::{Endpoints, Graph, Snapshot};
use super::table::{Table, TableImage};
use crate::column::{Bytes, pack, read_numbers, unpack, write_numbers};
use crate::error::{Error, Result};
use crate::value::{LabelId, NodeId, TypeId};

/// The catalog of a stored graph.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Image {
    names: Names3,
    label_sets: Vec<Vec<LabelId>>,
    nodes: TableImage,
    relationships: TableImage,
    adjacency: Vec<AdjacencyImage>,
    label_counts: Vec<u64>,
    type_counts: Vec<u64>,
    schema: SchemaImage,
    /// Stored behind the rest: graphs of older programs have none.
    #[serde(skip)]
    neighbour_sets: Option<NeighbourSetsImage>,
}

/// What a stored schema is opened from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct SchemaImage {
    /// Each with whether it belongs to a constraint.
    indexes: Vec<(IndexDefinition, bool, IndexImage)>,
    constraints: Vec<Arc<ConstraintDefinition>>,
    graph_type: Option<Arc<GraphType>>,
}

impl Image {
    /// The catalog of a graph in which there is nothing.
    pub fn empty() -> Image {
        Image {
            neighbour_sets: Some(NeighbourSetsImage::new()),
            ..Image::default()
        }
    }

    /// Reads the catalog at `blob`.
    ///
    /// # Errors
    /// `DamagedData` where there is none.
    pub fn read(blob: Blob, reader: &dyn BlobReader) -> Result<Image> {
        let bytes = unpack(&reader.read(blob)?)?;
        let read = || {
            let (mut image, rest) = postcard::take_from_bytes::<Image>(&bytes)?;
            if !rest.is_empty() {
                image.neighbour_sets = postcard::from_bytes(rest)?;
            }
            Ok(image)
        };
        read().map_err(|_: postcard::Error| Error::damaged("the catalog cannot be read"))
    }

    /// Writes the catalog.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, writer: &mut dyn BlobWriter) -> Result<Place> {
        let bytes = postcard::to_allocvec(self)
            .and_then(|bytes| postcard::to_extend(&self.neighbour_sets, bytes))
            .map_err(|error| Error::internal(format!("the catalog cannot be written: {error}")))?;
        Packed::whole(pack(&bytes)).write(writer)
    }

    /// The places of all parts.
    pub fn places(&self) -> impl Iterator<Item = Place> {
        let chunks = self.nodes.chunks.iter().chain(&self.relationships.chunks);
        let segments = self.adjacency.iter().flatten().map(|(_, place)| place);
        let indexes = self.schema.indexes.iter();
        let entries =
            indexes.flat_map(|(_, _, index)| index.segments.iter().map(|(_, place)| place));
        chunks.chain(segments).chain(entries).copied()
    }
}

impl Snapshot {
    /// Writes all that is in memory only; gives the same graph with all parts stored, and its
    /// catalog.
    ///
    /// # Errors
    /// Those of reader and writer.
    pub fn store(
        &self,
        writer: &mut dyn BlobWriter,
        source: &Arc<dyn BlobReader>,
    ) -> Result<(Snapshot, Image)> {
        let stored = Graph {
            nodes: self.nodes.store(writer, source)?,
            relationships: self.relationships.store(writer, source)?,
            adjacency: self
                .adjacency
                .iter()
                .map(|adjacency| adjacency.store(writer, source))
                .collect::<Result<_>>()?,
            schema: self.schema.store(writer, source)?,
            ..Graph::clone(self)
        };
        let image = Image {
            names: stored.catalog.names(),
            label_sets: stored.catalog.label_sets(),
            nodes: stored.nodes.image(),
            relationships: stored.relationships.image(),
            adjacency: stored.adjacency.iter().map(Adjacency::image).collect(),
            label_counts: stored.label_counts.iter().copied().collect(),
            type_counts: stored.type_counts.iter().copied().collect(),
            schema: stored.schema.image(),
            neighbour_sets: stored.neighbour_sets.image(),
        };
        Ok((self.changed(stored), image))
    }

    /// The graph of a catalog. Nothing but the catalog is read before it is asked for; parts that
    /// `known` has at the same places are shared with it.
    pub fn open(image: &Image, source: &Arc<dyn BlobReader>, known: &Snapshot) -> Snapshot {
        let adjacency = image.adjacency.iter().enumerate().map(|(place, image)| {
            let known = known.adjacency.get(place);
            Adjacency::open(image, source, known)
        });
        let mut catalog = Catalog::from_names(&image.names, &image.label_sets);
        Snapshot::from(Graph {
            schema: Schema::open(&image.schema, &mut catalog, source, &known.schema),
            neighbour_sets: NeighbourSets::open(image.neighbour_sets.as_ref(), &catalog),
            catalog,
            nodes: Table::open(&image.nodes, source, &known.nodes),
            relationships: Table::open(&image.relationships, source, &known.relationships),
            adjacency: adjacency.collect(),
            label_counts: image.label_counts.iter().copied().collect(),
            type_counts: image.type_counts.iter().copied().collect(),
        })
    }
}

impl Schema {
    fn store(&self, writer: &mut dyn BlobWriter, source: &Arc<dyn BlobReader>) -> Result<Schema> {
        let indexes = self.indexes.iter();
        let indexes = indexes.map(|index| index.store(writer, source));
        Ok(Schema {
            indexes: Arc::new(indexes.collect::<Result<_>>()?),
            ..self.clone()
        })
    }

    fn image(&self) -> SchemaImage {
        let index = |index: &Index| {
            (
                index.definition().as_ref().clone(),
                index.is_unique(),
                index.image(),
            )
        };
        SchemaImage {
            indexes: self.indexes.iter().map(index).collect(),
            constraints: self.constraints.to_vec(),
            graph_type: self.graph_type.clone(),
        }
    }

    fn open(
        image: &SchemaImage,
        catalog: &mut Catalog,
        source: &Arc<dyn BlobReader>,
        known: &Schema,
    ) -> Schema {
        let indexes = image.indexes.iter().map(|(definition, is_unique, image)| {
            Index::open(definition, *is_unique, image, catalog, source, known)
        });
        let mut schema = Schema {
            indexes: Arc::new(indexes.collect()),
            constraints: Arc::new(image.constraints.clone()),
            graph_type: image.graph_type.clone(),
            ..Schema::default()
        };
        schema.note_rules();
        schema
    }
}

impl Fixed for LabelSetId {
    fn write(rows: &[Self], out: &mut Vec<u8>) {
        write_numbers(rows.iter().copied(), out);
    }

    fn read(bytes: &mut Bytes<'_>, rows: usize) -> Result<Vec<Self>> {
        read_numbers(bytes, rows)
    }
}

impl Fixed for Endpoints {
    fn write(rows: &[Self], out: &mut Vec<u8>) {
        write_numbers(rows.iter().map(|ends| ends.relationship_type.0), out);
        write_numbers(rows.iter().map(|ends| ends.start.0), out);
        write_numbers(rows.iter().map(|ends| ends.end.0), out);
    }

    fn read(bytes: &mut Bytes<'_>, rows: usize) -> Result<Vec<Self>> {
        let types = read_numbers(bytes, rows)?;
        let starts = read_numbers(bytes, rows)?;
        let ends = read_numbers(bytes, rows)?;
        let parts = types.into_iter().zip(starts).zip(ends);
        Ok(parts
            .map(|((relationship_type, start), end)| Endpoints {
                relationship_type: TypeId(relationship_type),
                start: NodeId(start),
                end: NodeId(end),
            })
            .collect())
    }
}
