//! From nodes over one relationship each to their neighbours.

use arrow_array::{Array, UInt32Array};

use super::Input;
use super::node_bounds::NodeBounds;
use super::node_set::NodeSet;
use super::steps::{READ_AHEAD, Steps};
use super::wanted::{Taken, Wanted, only};
use crate::column::Column;
use crate::error::Result;
use crate::execute::evaluate::node_ids;
use crate::execute::{BATCH_SIZE, Batch, Operator, Runtime};
use crate::graph::Found;
use crate::physical::Expand;

/// Rows after which a batch is handed out: each row of the input may become many.
pub(super) const MANY_ROWS: usize = 8 * BATCH_SIZE;

/// Lists are long where nodes have more neighbours than this on average; of shorter ones all are taken, and
/// those that are not wanted are dropped again.
const LONG: usize = 8;

/// A row of what was found, in bytes.
const BYTES_PER_ROW: usize = 3 * size_of::<u32>();

/// Expands one hop.
pub(in crate::execute) struct ExpandOne<'p> {
    input: Input<'p>,
    expand: &'p Expand,
    /// A batch of which rows are left, from this one on.
    rest: Option<(Batch, usize)>,
    /// The neighbours that were handed out, where each is wanted once.
    met: NodeSet,
    /// How many rows the batch before had: most likely the next has as many.
    last_rows: usize,
    are_lists_long: bool,
}

impl<'p> ExpandOne<'p> {
    pub(in crate::execute) fn new(input: Input<'p>, expand: &'p Expand) -> Self {
        ExpandOne {
            input,
            expand,
            rest: None,
            met: NodeSet::default(),
            last_rows: 0,
            are_lists_long: false,
        }
    }
}

impl Operator for ExpandOne<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let rest = match self.rest.take() {
            Some(rest) => Some(rest),
            None => self.input.next(runtime)?.map(|batch| (batch, 0)),
        };
        let Some((batch, first)) = rest else {
            return Ok(None);
        };
        runtime.context.check()?;
        let (direction, types) = (self.expand.direction, &self.expand.types);
        let once = self.expand.once;
        // Neighbours that are wanted once may come in any order.
        let mut steps = match once {
            true => Steps::unordered(direction, types, batch.rows(), runtime.graph()),
            false => Steps::new(direction, types, runtime.graph()),
        };
        let from = node_ids(batch.column(self.expand.from)?)?.into_owned();
        let into = match self.expand.into {
            Some(slot) => Some(node_ids(batch.column(slot)?)?.into_owned()),
            None => None,
        };
        let taken = Taken::new(&self.expand.distinct_from, &batch)?;
        let different = self.expand.different.iter();
        let different: Vec<UInt32Array> = different
            .map(|slot| Ok(node_ids(batch.column(*slot)?)?.into_owned()))
            .collect::<Result<_>>()?;
        if once {
            self.met.reserve(runtime)?;
        }
        let met = &mut self.met;
        let bounds = NodeBounds::new(&self.expand.bounds, &batch)?;
        let is_free = taken.is_empty() && bounds.are_open() && different.is_empty();
        let has_nulls = |nodes: &UInt32Array| nodes.null_count() > 0;
        let is_whole = into.is_none() && !once && !has_nulls(&from);
        let takes_all = is_whole && is_free;
        let may_drop = is_whole && !different.iter().any(has_nulls);
        let (mut taken_here, mut different_here) = (Vec::new(), Vec::new());
        let mut absent = Vec::new();
        let mut held = runtime.context.reservation();
        // Of a node that is wanted once nobody reads by which relationship it was met.
        let wants_relationships = self.expand.is_relationship_read.get() && !once;
        let notes_relationships = wants_relationships || !taken.is_empty();
        let mut found = Found::with_capacity(self.last_rows, notes_relationships);
        let mut row = first;
        while row < batch.rows() && found.rows.len() < MANY_ROWS {
            let bytes = found.rows.len() * BYTES_PER_ROW;
            if bytes >= held.bytes() + BATCH_SIZE * BYTES_PER_ROW {
                held.grow_to(bytes)?;
            }
            if takes_all || (may_drop && !self.are_lists_long) {
                let near = &from.values()[row..batch.rows().min(row + BATCH_SIZE)];
                let before = found.rows.len();
                let done = steps.append(near, row, MANY_ROWS, &mut found)?;
                row += done;
                if !takes_all {
                    self.are_lists_long = found.rows.len() - before > done * LONG;
                    found.retain_from(before, |row, node, relationship| {
                        let row = row as usize;
                        let is_taken = |relationship| taken.contains(row, relationship);
                        bounds.of(row).contains(&node)
                            & !different.iter().any(|nodes| nodes.value(row) == node)
                            & !relationship.is_some_and(is_taken)
                    });
                }
                continue;
            }
            if row.is_multiple_of(READ_AHEAD) && from.null_count() == 0 {
                let near = row..batch.rows().min(row + READ_AHEAD);
                steps.read_ahead(&from.values()[near]);
            }
            let is_null = |nodes: &UInt32Array| nodes.is_null(row);
            let lacks_end = into.as_ref().is_some_and(is_null) || different.iter().any(is_null);
            if !from.is_null(row) && !lacks_end {
                let (node, at) = (from.value(row), row as u32);
                taken.of_row(row, &mut taken_here);
                different_here.clear();
                different_here.extend(different.iter().map(|nodes| nodes.value(row)));
                let wanted = Wanted {
                    nodes: match &into {
                        Some(into) => only(into.value(row)),
                        None => bounds.of(row),
                    },
                    different: &different_here,
                    taken: &taken_here,
                };
                match once {
                    true => {
                        // What is in the set already is not taken: these are for a while.
                        met.insert_all(&different_here, &mut absent);
                        let wanted = Wanted {
                            different: &[],
                            ..wanted
                        };
                        steps.visit_pieces(node, &wanted, |list| {
                            met.insert_all(list.nodes, &mut found.nodes);
                        })?;
                        met.remove(absent.drain(..));
                    }
                    false => steps.visit_pieces(node, &wanted, |list| found.extend(at, list))?,
                }
                found.rows.resize(found.nodes.len(), at);
            }
            row += 1;
        }
        held.grow_to(found.rows.len() * BYTES_PER_ROW)?;
        self.last_rows = found.rows.len();
        let Found {
            rows,
            nodes,
            relationships,
            ..
        } = found;
        // Where each row has one neighbour, they stand beside each other as they are.
        let count = rows.len();
        let is_one_each = count == batch.rows() && rows.iter().copied().eq(0..batch.rows() as u32);
        let mut expanded = match is_one_each {
            true => batch.clone(),
            false => batch.select(UInt32Array::from(rows))?,
        };
        expanded.push(match wants_relationships {
            true => Column::Relationship(UInt32Array::from(relationships)),
            false => Column::Null(count),
        });
        if self.expand.into.is_none() {
            expanded.push(Column::Node(UInt32Array::from(nodes)));
        }
        if row < batch.rows() {
            self.rest = Some((batch, row));
        }
        Ok(Some(expanded))
    }
}
