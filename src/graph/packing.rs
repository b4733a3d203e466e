//! Chunks of a bulk load on their way to where they are kept: packed by other threads, written in the
//! order in which they came, so that the same load gives the same file.

use std::collections::VecDeque;
use std::sync::Arc;

use super::blob::Packed;
use super::bulk::PartStore;
use super::chunk::{Chunk, Fixed};
use super::slot::{Part, Slot};
use super::snapshot::Graph;
use super::table::Table;
use crate::context::{Context, Reservation};
use crate::error::{Error, Result};
use crate::parallel::{Pending, Pool};

/// Chunks that are under way for each thread.
const CHUNKS_PER_THREAD: usize = 4;

/// Bytes that are written before the disk is asked to keep them.
const BETWEEN_SYNCS: u64 = 32 << 20;

/// Where the chunks of a bulk load go.
#[derive(Debug)]
pub(super) struct Packing {
    /// They stay in memory where there is none.
    store: Option<Arc<dyn PartStore>>,
    pool: Pool,
    /// The oldest first.
    under_way: VecDeque<UnderWay>,
    /// A thread that waits for the disk, so that the commit need not wait for all of it.
    syncing: Pool,
    syncs: Vec<Pending<Result<()>>>,
    /// Bytes written since the last sync was asked for.
    unsynced: u64,
}

/// A chunk that is being packed.
#[derive(Debug)]
struct UnderWay {
    packed: Pending<Result<Packed>>,
    number: usize,
    rows: usize,
    place: fn(&mut Graph, Stored) -> Result<()>,
    /// For the columns that are packed.
    _held: Reservation,
}

/// A chunk that is written.
struct Stored {
    number: usize,
    rows: usize,
    place: super::Place,
    store: Arc<dyn PartStore>,
}

/// Rows that chunks of a bulk load can have.
pub(super) trait BulkRow: Fixed {
    /// The rows of a graph of this kind.
    fn table(graph: &mut Graph) -> &mut Table<Self>;
}

impl Packing {
    /// A way to `store`, or into memory, by some of the threads that the context allows.
    pub(super) fn new(store: Option<Arc<dyn PartStore>>, context: &Context) -> Packing {
        // Half of them, since whoever makes the chunks has work for the others.
        let threads = match (&store, context.threads()) {
            (None, _) | (_, 1) => 0,
            (Some(_), threads) => threads.div_ceil(2),
        };
        Packing {
            syncing: Pool::new(threads.min(1)),
            store,
            pool: Pool::new(threads),
            under_way: VecDeque::new(),
            syncs: Vec::new(),
            unsynced: 0,
        }
    }

    /// Brings a chunk into the graph, in the place that was made for it, sooner or later.
    ///
    /// # Errors
    /// `IdsExhausted`; `ResourceError`; errors of the store.
    pub(super) fn put<F: BulkRow>(
        &mut self,
        number: usize,
        chunk: Chunk<F>,
        graph: &mut Graph,
        context: &Context,
    ) -> Result<()> {
        let rows = chunk.fixed.len();
        if self.store.is_none() {
            return F::table(graph).set_chunk(number, rows, Slot::resident(chunk));
        }
        let held = context.reserve(chunk.heap_size())?;
        self.settle(graph, CHUNKS_PER_THREAD * self.pool.threads())?;
        self.under_way.push_back(UnderWay {
            packed: self.pool.start(move || chunk.pack()),
            number,
            rows,
            place: place_in::<F>,
            _held: held,
        });
        Ok(())
    }

    /// Writes chunks until no more than `most` are under way.
    fn settle(&mut self, graph: &mut Graph, most: usize) -> Result<()> {
        while self.under_way.len() > most
            && let Some(chunk) = self.under_way.pop_front()
            && let Some(store) = &self.store
        {
            let place = chunk.packed.wait()??.write(store.writer().as_mut())?;
            let stored = Stored {
                number: chunk.number,
                rows: chunk.rows,
                place,
                store: store.clone(),
            };
            (chunk.place)(graph, stored)?;
            self.wrote(place.extent);
        }
        Ok(())
    }

    /// Writes all chunks that are under way.
    ///
    /// # Errors
    /// As [`Packing::put`].
    pub(super) fn settle_all(&mut self, graph: &mut Graph) -> Result<()> {
        self.settle(graph, 0)
    }

    /// Keeps another part in the same place.
    ///
    /// # Errors
    /// Those of the store.
    pub(super) fn slot<T: Part>(&mut self, ready: Ready<T>) -> Result<Slot<T>> {
        match (ready, &self.store) {
            (Ready::Resident(part), _) => Ok(Slot::resident(part)),
            (Ready::Packed(packed), Some(store)) => {
                let place = packed.write(store.writer().as_mut())?;
                let slot = Slot::stored(place, &store.reader());
                self.wrote(place.extent);
                Ok(slot)
            }
            (Ready::Packed(_), None) => Err(Error::internal("a packed part has no store")),
        }
    }

    /// Takes note of bytes that were written.
    fn wrote(&mut self, bytes: u64) {
        self.unsynced += bytes;
        if self.unsynced >= BETWEEN_SYNCS
            && self.syncing.threads() > 0
            && let Some(store) = self.store.clone()
        {
            self.unsynced = 0;
            self.syncs.push(self.syncing.start(move || store.sync()));
        }
    }

    /// Waits for the disk, as far as it was asked.
    ///
    /// # Errors
    /// Those of the store: what the disk failed to keep it may not tell again.
    pub(super) fn finish(self) -> Result<()> {
        self.syncs.into_iter().try_for_each(|sync| sync.wait()?)
    }
}

/// A part that is ready to be kept.
pub(super) enum Ready<T> {
    Resident(T),
    Packed(Packed),
}

impl<T: Part> Ready<T> {
    /// Makes a part ready, for a store if it is to be stored.
    pub(super) fn new(part: T, is_stored: bool) -> Result<Self> {
        match is_stored {
            true => part.pack().map(Ready::Packed),
            false => Ok(Ready::Resident(part)),
        }
    }
}

fn place_in<F: BulkRow>(graph: &mut Graph, stored: Stored) -> Result<()> {
    let slot = Slot::stored(stored.place, &stored.store.reader());
    F::table(graph).set_chunk(stored.number, stored.rows, slot)
}
