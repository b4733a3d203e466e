//! What a stored graph is opened from: its names, and where its parts lie.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Catalog;
use super::adjacency::{Adjacency, AdjacencyImage};
use super::blob::{Blob, BlobReader, BlobWriter, Place};
use super::catalog::{LabelSetId, Names3};
use super::chunk::Fixed;
use super::snapshot::{Endpoints, Snapshot};
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
}

impl Image {
    /// Reads the catalog at `blob`.
    ///
    /// # Errors
    /// `DamagedData` where there is none.
    pub fn read(blob: Blob, reader: &dyn BlobReader) -> Result<Image> {
        let bytes = unpack(&reader.read(blob)?)?;
        postcard::from_bytes(&bytes).map_err(|_| Error::damaged("the catalog cannot be read"))
    }

    /// Writes the catalog.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, writer: &mut dyn BlobWriter) -> Result<Place> {
        let bytes = postcard::to_allocvec(self)
            .map_err(|error| Error::internal(format!("the catalog cannot be written: {error}")))?;
        Blob::write(&pack(&bytes), writer)
    }

    /// The places of all parts.
    pub fn places(&self) -> impl Iterator<Item = Place> {
        let chunks = self.nodes.chunks.iter().chain(&self.relationships.chunks);
        let segments = self.adjacency.iter().flatten().map(|(_, place)| place);
        chunks.chain(segments).copied()
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
        let stored = Snapshot {
            nodes: self.nodes.store(writer, source)?,
            relationships: self.relationships.store(writer, source)?,
            adjacency: self
                .adjacency
                .iter()
                .map(|adjacency| adjacency.store(writer, source))
                .collect::<Result<_>>()?,
            ..self.clone()
        };
        let image = Image {
            names: stored.catalog.names(),
            label_sets: stored.catalog.label_sets(),
            nodes: stored.nodes.image(),
            relationships: stored.relationships.image(),
            adjacency: stored.adjacency.iter().map(Adjacency::image).collect(),
            label_counts: stored.label_counts.iter().copied().collect(),
            type_counts: stored.type_counts.iter().copied().collect(),
        };
        Ok((stored, image))
    }

    /// The graph of a catalog. Nothing but the catalog is read before it is asked for; parts that
    /// `known` has at the same places are shared with it.
    pub fn open(image: &Image, source: &Arc<dyn BlobReader>, known: &Snapshot) -> Snapshot {
        let adjacency = image.adjacency.iter().enumerate().map(|(place, image)| {
            let known = known.adjacency.get(place);
            Adjacency::open(image, source, known)
        });
        Snapshot {
            catalog: Catalog::from_names(&image.names, &image.label_sets),
            nodes: Table::open(&image.nodes, source, &known.nodes),
            relationships: Table::open(&image.relationships, source, &known.relationships),
            adjacency: adjacency.collect(),
            label_counts: image.label_counts.iter().copied().collect(),
            type_counts: image.type_counts.iter().copied().collect(),
            guard: None,
        }
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
