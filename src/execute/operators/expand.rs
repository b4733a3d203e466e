//! From nodes over one relationship each to their neighbours.

use arrow_array::{Array, UInt32Array};

use super::Input;
use super::node_set::NodeSet;
use super::steps::{Steps, Taken};
use crate::column::Column;
use crate::error::Result;
use crate::execute::evaluate::node_ids;
use crate::execute::{BATCH_SIZE, Batch, Operator, Runtime};
use crate::physical::Expand;
use crate::value::NodeId;

/// Rows after which a batch is handed out: each row of the input may become many.
pub(super) const MANY_ROWS: usize = 8 * BATCH_SIZE;

/// Expands one hop.
pub(in crate::execute) struct ExpandOne<'p> {
    input: Input<'p>,
    expand: &'p Expand,
    /// A batch of which rows are left, from this one on.
    rest: Option<(Batch, usize)>,
    /// The neighbours that were handed out, where each is wanted once.
    met: NodeSet,
}

impl<'p> ExpandOne<'p> {
    pub(in crate::execute) fn new(input: Input<'p>, expand: &'p Expand) -> Self {
        ExpandOne {
            input,
            expand,
            rest: None,
            met: NodeSet::default(),
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
        let mut steps = Steps::new(self.expand.direction, &self.expand.types, runtime.graph());
        let from = node_ids(batch.column(self.expand.from)?)?.into_owned();
        let into = match self.expand.into {
            Some(slot) => Some(node_ids(batch.column(slot)?)?.into_owned()),
            None => None,
        };
        let taken = Taken::new(&self.expand.distinct_from, &batch)?;
        let once = self.expand.once;
        if once {
            self.met.reserve(runtime)?;
        }
        let met = &mut self.met;
        let takes_all = into.is_none() && taken.is_empty() && !once;
        let mut taken_here = Vec::new();
        let mut held = runtime.context.reservation();
        let (mut rows, mut nodes, mut relationships) = (Vec::new(), Vec::new(), Vec::new());
        let mut row = first;
        // Whether the node before had one neighbour: then those after it may have, too.
        let mut is_single = true;
        while row < batch.rows() && nodes.len() < MANY_ROWS {
            if takes_all && is_single && from.null_count() == 0 {
                let most = (batch.rows() - row).min(MANY_ROWS - nodes.len());
                let near = &from.values()[row..row + most];
                held.grow(near.len() * 12)?;
                let done = steps.append_single(near, &mut nodes, &mut relationships)?;
                rows.extend(row as u32..(row + done) as u32);
                row += done;
                is_single = false;
                if done > 0 {
                    continue;
                }
            }
            let is_null = from.is_null(row) || into.as_ref().is_some_and(|into| into.is_null(row));
            if is_null {
                row += 1;
                continue;
            }
            let node = NodeId(from.value(row));
            let before = nodes.len();
            if takes_all {
                steps.append(node, &mut nodes, &mut relationships)?;
            } else {
                taken.of_row(row, &mut taken_here);
                let target = into.as_ref().map(|into| into.value(row));
                steps.visit(node, target, |neighbour, relationship| {
                    if !taken_here.contains(&relationship) && (!once || met.insert(neighbour)) {
                        nodes.push(neighbour);
                        relationships.push(relationship);
                    }
                })?;
            }
            rows.resize(nodes.len(), row as u32);
            held.grow((nodes.len() - before) * 12)?;
            is_single = nodes.len() == before + 1;
            row += 1;
        }
        // Where each row has one neighbour, they stand beside each other as they are.
        let is_whole =
            rows.len() == batch.rows() && rows.iter().copied().eq(0..batch.rows() as u32);
        let mut expanded = match is_whole {
            true => batch.clone(),
            false => batch.select(UInt32Array::from(rows))?,
        };
        expanded.push(Column::Relationship(UInt32Array::from(relationships)));
        if self.expand.into.is_none() {
            expanded.push(Column::Node(UInt32Array::from(nodes)));
        }
        if row < batch.rows() {
            self.rest = Some((batch, row));
        }
        Ok(Some(expanded))
    }
}
