//! Batches: columns of equal length that are gathered only when they are read.
//!
//! Filters, expands and joins do not copy the columns they keep: they note which rows of the
//! underlying columns are meant. A column that nobody reads costs nothing.

use std::cell::{OnceCell, RefCell};
use std::ops::Range;
use std::sync::Arc;

use arrow_array::UInt32Array;

use super::selection::Selection;
use crate::column::Column;
use crate::error::{Error, ErrorDetail, ErrorKind, Result};

/// How many rows an operator aims to hand out at once.
pub const BATCH_SIZE: usize = 2048;

/// So few rows are read without keeping what was read, and without looking for it.
pub(super) const FEW_ROWS: usize = 64;

/// Rows in columns. Each row counts as often as its multiplicity says.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    rows: usize,
    columns: Vec<LazyColumn>,
    multiplicity: Option<Arc<Vec<u64>>>,
    reads: RefCell<Vec<Read>>,
}

/// A property of a column that was read: it is not read again for the same rows, or for some of them.
#[derive(Debug, Clone)]
struct Read {
    slot: usize,
    key: Arc<str>,
    /// The state of the graph that it was read from.
    state: u64,
    column: LazyColumn,
}

/// A column, or rows of one that are gathered at the first read.
#[derive(Debug, Clone)]
struct LazyColumn {
    base: Base,
    /// Which rows of `base` are meant. All rows where missing.
    selection: Option<Arc<Selection>>,
    /// Elsewhere, so that a column that is as it was takes less room.
    gathered: OnceCell<Box<Column>>,
}

/// What rows of a column are picked from.
#[derive(Debug, Clone)]
enum Base {
    Column(Column),
    /// Nodes side by side: numbers are made of them only where somebody reads them.
    Nodes(Range<u32>),
}

/// Nodes that stand side by side in the graph, and which of them the rows of a batch are.
#[derive(Debug, Clone)]
pub(super) struct NodeRun {
    pub(super) nodes: Range<u32>,
    /// All of them where missing.
    pub(super) selection: Option<Arc<UInt32Array>>,
}

impl Batch {
    /// A row for each of these nodes.
    pub(super) fn of_nodes(nodes: Range<u32>) -> Self {
        Batch {
            rows: nodes.len(),
            columns: vec![LazyColumn {
                base: Base::Nodes(nodes),
                selection: None,
                gathered: OnceCell::new(),
            }],
            ..Batch::default()
        }
    }

    /// Rows without columns.
    pub fn without_columns(rows: usize) -> Self {
        Batch::with_room(rows, 0)
    }

    /// Rows without columns, with room for so many.
    pub(super) fn with_room(rows: usize, columns: usize) -> Self {
        Batch {
            rows,
            columns: Vec::with_capacity(columns),
            ..Batch::default()
        }
    }

    /// These columns, each of `rows` rows.
    pub fn new(columns: Vec<Column>, rows: usize) -> Self {
        let columns = columns.into_iter().map(LazyColumn::from).collect();
        Batch {
            rows,
            columns,
            ..Batch::default()
        }
    }

    /// The number of rows, each counted once.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// How often each row counts; once where missing.
    pub fn multiplicity(&self) -> Option<&[u64]> {
        self.multiplicity.as_deref().map(Vec::as_slice)
    }

    /// The column at a place.
    pub fn column(&self, slot: usize) -> Result<&Column> {
        let column = self
            .columns
            .get(slot)
            .ok_or_else(|| Error::internal(format!("a batch has no column {slot}")))?;
        column.get()
    }

    /// The nodes of a column that come from a run of nodes.
    pub(super) fn node_run(&self, slot: usize) -> Option<NodeRun> {
        let column = self.columns.get(slot)?;
        match &column.base {
            Base::Nodes(nodes) => Some(NodeRun {
                nodes: nodes.clone(),
                selection: column.selection.as_ref().map(|rows| rows.rows().clone()),
            }),
            Base::Column(_) => None,
        }
    }

    /// Whether a column is known to hold nodes or relationships.
    pub(super) fn holds_entities(&self, slot: usize) -> bool {
        let column = self.columns.get(slot);
        column.is_some_and(|column| {
            matches!(
                column.base,
                Base::Nodes(_) | Base::Column(Column::Node(_) | Column::Relationship(_))
            )
        })
    }

    /// Whether all rows of a column are there, and none has to be picked.
    pub(super) fn is_at_hand(&self, slot: usize) -> bool {
        let column = self.columns.get(slot);
        column.is_some_and(|column| column.selection.is_none())
    }

    /// The property of a column, if it was read in this state of the graph.
    pub(super) fn property_read(
        &self,
        slot: usize,
        key: &str,
        state: u64,
    ) -> Result<Option<Column>> {
        let reads = self.reads.borrow();
        let is_it = |read: &&Read| read.slot == slot && read.state == state && *read.key == *key;
        let read = reads.iter().find(is_it);
        read.map(|read| read.column.get().cloned()).transpose()
    }

    /// Keeps the property of a column that was read; where there are few rows it is as well read again.
    pub(super) fn keep_read(&self, slot: usize, key: &Arc<str>, state: u64, column: &Column) {
        if self.rows < FEW_ROWS {
            return;
        }
        let mut reads = self.reads.borrow_mut();
        reads.push(Read {
            slot,
            key: key.clone(),
            state,
            column: column.clone().into(),
        });
    }

    /// How often each row counts, of a batch whose rows count once from here on.
    pub(super) fn take_multiplicity(&mut self) -> Vec<u64> {
        match self.multiplicity.take() {
            Some(multiplicity) => Arc::unwrap_or_clone(multiplicity),
            None => vec![1; self.rows],
        }
    }

    /// All columns, gathered.
    pub fn into_columns(self) -> Result<Vec<Column>> {
        // Not collected: that would take the room of lazy columns, and give most of it back.
        let mut columns = Vec::with_capacity(self.columns.len());
        for column in self.columns {
            columns.push(column.into_column()?);
        }
        Ok(columns)
    }

    /// The batch with one more column at the end.
    pub fn with(mut self, column: Column) -> Self {
        self.push(column);
        self
    }

    /// Adds a column at the end.
    pub fn push(&mut self, column: Column) {
        debug_assert_eq!(column.len(), self.rows);
        self.columns.push(column.into());
    }

    /// The columns of both, side by side; they have equally many rows.
    pub(super) fn beside(mut self, other: Batch) -> Batch {
        debug_assert_eq!(self.rows, other.rows);
        let width = self.columns.len();
        let reads = other.reads.into_inner().into_iter().map(|read| Read {
            slot: read.slot + width,
            ..read
        });
        self.reads.get_mut().extend(reads);
        self.columns.extend(other.columns);
        self
    }

    /// The columns at these places, in this order.
    pub fn project(&self, slots: &[usize]) -> Result<Batch> {
        let columns = slots
            .iter()
            .map(|slot| {
                let column = self.columns.get(*slot).cloned();
                column.ok_or_else(|| Error::internal(format!("a batch has no column {slot}")))
            })
            .collect::<Result<_>>()?;
        let reads = self.reads.borrow();
        let moved = |read: &Read| {
            let slot = slots.iter().position(|slot| *slot == read.slot)?;
            Some(Read {
                slot,
                ..read.clone()
            })
        };
        Ok(Batch {
            rows: self.rows,
            columns,
            multiplicity: self.multiplicity.clone(),
            reads: RefCell::new(reads.iter().filter_map(moved).collect()),
        })
    }

    /// The rows named, in this order; a null gives a row of nulls.
    pub fn select(&self, rows: UInt32Array) -> Result<Batch> {
        let rows = Arc::new(rows);
        let picked = Selection::new(rows.clone());
        // Columns that came the same way share their selection.
        let mut shared: Vec<(*const Selection, Arc<Selection>)> = Vec::new();
        let mut pick = |column: &LazyColumn| {
            let gathered = match column.base {
                Base::Column(_) => column.gathered.get(),
                // What is known of nodes side by side is worth more.
                Base::Nodes(_) => None,
            };
            match (gathered, &column.selection) {
                (Some(gathered), _) => {
                    LazyColumn::picked(Base::Column(Column::clone(gathered)), picked.clone())
                }
                (None, None) => LazyColumn::picked(column.base.clone(), picked.clone()),
                (None, Some(before)) => {
                    let pointer = Arc::as_ptr(before);
                    let known = shared.iter().find(|(known, _)| *known == pointer);
                    let selection = match known {
                        Some((_, selection)) => selection.clone(),
                        None => {
                            let selection = before.pick(&rows);
                            shared.push((pointer, selection.clone()));
                            selection
                        }
                    };
                    LazyColumn::picked(column.base.clone(), selection)
                }
            }
        };
        let columns = self.columns.iter().map(&mut pick).collect();
        let reads = self.reads.borrow();
        let reads = reads.iter().map(|read| Read {
            column: pick(&read.column),
            ..read.clone()
        });
        let reads = RefCell::new(reads.collect());
        let multiplicity = self.multiplicity.as_ref().map(|multiplicity| {
            let picked = rows
                .iter()
                .map(|row| row.map_or(1, |row| multiplicity[row as usize]));
            Arc::new(picked.collect())
        });
        Ok(Batch {
            rows: rows.len(),
            columns,
            multiplicity,
            reads,
        })
    }

    /// The rows, each counted as often as before times its weight; those that weigh nothing are gone.
    ///
    /// # Errors
    /// Where a row counts more often than a number tells.
    pub fn weighted(mut self, mut weights: Vec<u64>) -> Result<Batch> {
        if let Some(multiplicity) = &self.multiplicity {
            multiply(&mut weights, multiplicity)?;
        }
        if !weights.contains(&0) {
            self.multiplicity = Some(Arc::new(weights));
            return Ok(self);
        }
        let kept = (0_u32..).zip(&weights).filter(|(_, weight)| **weight > 0);
        let rows = UInt32Array::from_iter_values(kept.map(|(row, _)| row));
        self.multiplicity = None;
        let mut batch = self.select(rows)?;
        weights.retain(|weight| *weight > 0);
        batch.multiplicity = Some(Arc::new(weights));
        Ok(batch)
    }

    /// The rows as [`Batch::weighted`] makes them, with more columns that nobody reads.
    ///
    /// # Errors
    /// As [`Batch::weighted`].
    pub(super) fn joined_unread(self, weights: Vec<u64>, columns: usize) -> Result<Batch> {
        let mut batch = self.weighted(weights)?;
        for _ in 0..columns {
            batch.push(Column::Null(batch.rows));
        }
        Ok(batch)
    }

    /// The same rows, each counted as often as before times its weight, which may be never.
    ///
    /// # Errors
    /// Where a row counts more often than a number tells.
    pub fn counted(mut self, mut weights: Vec<u64>) -> Result<Batch> {
        if let Some(multiplicity) = &self.multiplicity {
            multiply(&mut weights, multiplicity)?;
        }
        self.multiplicity = Some(Arc::new(weights));
        Ok(self)
    }

    /// Rows `offset..offset + length`.
    pub fn slice(&self, offset: usize, length: usize) -> Result<Batch> {
        if offset == 0 && length == self.rows {
            return Ok(self.clone());
        }
        self.select(UInt32Array::from_iter_values(
            offset as u32..(offset + length) as u32,
        ))
    }

    /// The same rows listed as often as they count.
    pub fn listed(self) -> Result<Batch> {
        let Some(multiplicity) = &self.multiplicity else {
            return Ok(self);
        };
        let rows = multiplicity
            .iter()
            .enumerate()
            .flat_map(|(row, count)| std::iter::repeat_n(row as u32, *count as usize));
        let mut listed = self.select(UInt32Array::from_iter_values(rows))?;
        listed.multiplicity = None;
        Ok(listed)
    }

    /// All rows of all batches in one.
    pub fn concat(batches: &[Batch]) -> Result<Batch> {
        if let [only] = batches {
            return Ok(only.clone());
        }
        let rows = batches.iter().map(|batch| batch.rows).sum();
        let width = batches.first().map_or(0, Batch::width);
        let mut columns = Vec::with_capacity(width);
        for slot in 0..width {
            let parts: Vec<Column> = batches
                .iter()
                .map(|batch| batch.column(slot).cloned())
                .collect::<Result<_>>()?;
            columns.push(Column::concat(&parts)?);
        }
        let mut all = Batch::new(columns, rows);
        if batches.iter().any(|batch| batch.multiplicity.is_some()) {
            let counts = batches.iter().flat_map(|batch| match &batch.multiplicity {
                Some(multiplicity) => multiplicity.to_vec(),
                None => vec![1; batch.rows],
            });
            all.multiplicity = Some(Arc::new(counts.collect()));
        }
        Ok(all)
    }

    /// An estimate of the bytes that the batch holds.
    pub fn heap_size(&self) -> usize {
        let reads = self.reads.borrow();
        let columns = self
            .columns
            .iter()
            .chain(reads.iter().map(|read| &read.column))
            .map(|column| match (&column.selection, column.gathered.get()) {
                (_, Some(gathered)) => gathered.heap_size(),
                (None, None) => match &column.base {
                    Base::Column(base) => base.heap_size(),
                    Base::Nodes(_) => 0,
                },
                (Some(selection), None) => selection.len() * 4,
            });
        columns.sum::<usize>() + self.rows
    }
}

impl LazyColumn {
    fn picked(base: Base, selection: Arc<Selection>) -> Self {
        LazyColumn {
            base,
            selection: Some(selection),
            gathered: OnceCell::new(),
        }
    }

    fn into_column(self) -> Result<Column> {
        match (self.base, &self.selection) {
            (Base::Column(base), None) => Ok(base),
            (base, _) => LazyColumn { base, ..self }.get().cloned(),
        }
    }

    fn get(&self) -> Result<&Column> {
        if let (Base::Column(base), None) = (&self.base, &self.selection) {
            return Ok(base);
        }
        if let Some(gathered) = self.gathered.get() {
            return Ok(gathered);
        }
        let gathered = match (&self.base, &self.selection) {
            (Base::Column(base), Some(selection)) => base.take(selection.rows())?,
            (Base::Column(base), None) => base.clone(),
            (Base::Nodes(nodes), Some(selection)) => {
                Column::Node(selection.rows().unary(|row| nodes.start.wrapping_add(row)))
            }
            (Base::Nodes(nodes), None) => {
                Column::Node(UInt32Array::from_iter_values(nodes.clone()))
            }
        };
        Ok(self.gathered.get_or_init(|| Box::new(gathered)))
    }
}

impl From<Column> for LazyColumn {
    fn from(base: Column) -> Self {
        LazyColumn {
            base: Base::Column(base),
            selection: None,
            gathered: OnceCell::new(),
        }
    }
}

/// How often something counts that comes so many times so often.
///
/// # Errors
/// Where that is beyond 64 bits.
pub(super) fn product(times: u64, more: u64) -> Result<u64> {
    times.checked_mul(more).ok_or_else(too_many)
}

/// How often something counts that comes so often and then so often.
///
/// # Errors
/// Where that is beyond 64 bits.
pub(super) fn total(times: u64, more: u64) -> Result<u64> {
    times.checked_add(more).ok_or_else(too_many)
}

/// Multiplies each number by the other of its place.
///
/// # Errors
/// Where a product is beyond 64 bits.
pub(super) fn multiply(numbers: &mut [u64], by: &[u64]) -> Result<()> {
    let room = bits(numbers).leading_zeros() + bits(by).leading_zeros();
    let pairs = numbers.iter_mut().zip(by);
    if room >= u64::BITS {
        pairs.for_each(|(number, by)| *number *= by);
        return Ok(());
    }
    for (number, by) in pairs {
        *number = product(*number, *by)?;
    }
    Ok(())
}

/// The sum of numbers.
///
/// # Errors
/// Where it is beyond 64 bits.
pub(super) fn sum(numbers: &[u64]) -> Result<u64> {
    // Fewer than 2^32 numbers of 32 bits.
    if bits(numbers) >> 32 == 0 && numbers.len() >> 32 == 0 {
        return Ok(numbers.iter().sum());
    }
    numbers
        .iter()
        .try_fold(0, |sum, number| total(sum, *number))
}

/// The bits that any of the numbers has.
pub(super) fn bits(numbers: &[u64]) -> u64 {
    numbers.iter().fold(0, |bits, number| bits | number)
}

/// The error of rows that are too many to count.
pub(super) fn too_many() -> Error {
    Error::new(
        ErrorKind::ArithmeticError,
        ErrorDetail::IntegerOverflow,
        "there are more rows than an integer of 64 bits counts",
    )
}
