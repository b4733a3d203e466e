//! From two nodes over one relationship each to the neighbours that both have.
//!
//! The neighbours of one node are gone through, and each is looked up among those of the other: in its
//! sorted list, or, where that is looked at often, by a mark that each of its neighbours has.

use arrow_array::{Array, UInt32Array};

use super::Input;
use super::expand::MANY_ROWS;
use super::node_bounds::NodeBounds;
use super::node_set::NodeSet;
use super::steps::{BETWEEN_CHECKS, READ_AHEAD, Steps};
use super::wanted::{ALL, Taken, only};
use crate::column::Column;
use crate::context::Reservation;
use crate::error::Result;
use crate::execute::evaluate::node_ids;
use crate::execute::{BATCH_SIZE, Batch, Operator, Runtime};
use crate::physical::Expand;
use crate::value::NodeId;

/// So many neighbours to be looked up in a list are worth marking a list that is this times as long.
const MARKED_PER_LOOKUP: u64 = 8;

/// A row of what was found, in bytes.
const BYTES_PER_ROW: usize = 4 * size_of::<u32>();

/// Intersects.
pub(in crate::execute) struct Intersect<'p> {
    input: Input<'p>,
    sides: [&'p Expand; 2],
    /// Whether the relationships of both sides must be two.
    apart: bool,
    marks: Marks,
    /// A batch of which rows are left, from this one on.
    rest: Option<(Batch, usize)>,
}

impl<'p> Intersect<'p> {
    pub(in crate::execute) fn new(input: Input<'p>, sides: [&'p Expand; 2], apart: bool) -> Self {
        Intersect {
            input,
            sides,
            apart,
            marks: Marks::default(),
            rest: None,
        }
    }
}

/// What is appended to rows.
#[derive(Default)]
struct Found {
    rows: Vec<u32>,
    relationships: Vec<u32>,
    nodes: Vec<u32>,
    others: Vec<u32>,
}

impl Operator for Intersect<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let rest = match self.rest.take() {
            Some(rest) => Some(rest),
            None => self.input.next(runtime)?.map(|batch| (batch, 0)),
        };
        let Some((batch, first)) = rest else {
            return Ok(None);
        };
        runtime.context.check()?;
        let [one, other] = self.sides;
        let from = node_ids(batch.column(one.from)?)?.into_owned();
        let other_from = node_ids(batch.column(other.from)?)?.into_owned();
        // What stays the same from row to row is better marked than gone through.
        let turned = changes(&from) < changes(&other_from);
        let (one, other, from, other_from) = match turned {
            true => (other, one, other_from, from),
            false => (one, other, from, other_from),
        };
        // Of relationships that nobody reads nothing is noted.
        let are_read = [one, other].map(|side| side.is_relationship_read.get());
        let bounds = NodeBounds::new(&self.sides[0].bounds, &batch)?;
        let taken = Taken::new(&one.distinct_from, &batch)?;
        let other_taken = Taken::new(&other.distinct_from, &batch)?;
        let graph = runtime.graph();
        let mut steps = Steps::new(one.direction, &one.types, graph);
        let mut other_steps = Steps::new(other.direction, &other.types, graph);
        let (mut taken_here, mut other_taken_here) = (Vec::new(), Vec::new());
        let mut near = Vec::new();
        let mut found = Found::default();
        let mut held = runtime.context.reservation();
        let mut gone_through = 0;
        let mut row = first;
        while row < batch.rows() && found.rows.len() < MANY_ROWS {
            let bytes = found.rows.len() * BYTES_PER_ROW;
            if bytes >= held.bytes() + BATCH_SIZE * BYTES_PER_ROW {
                held.grow_to(bytes)?;
            }
            if (row - first).is_multiple_of(READ_AHEAD) {
                let near = row..batch.rows().min(row + READ_AHEAD);
                steps.read_ahead(&from.values()[near]);
            }
            let this = row;
            row += 1;
            if from.is_null(this) || other_from.is_null(this) {
                continue;
            }
            let (node, other_node) = (NodeId(from.value(this)), other_from.value(this));
            taken.of_row(this, &mut taken_here);
            other_taken.of_row(this, &mut other_taken_here);
            let wanted = bounds.of(this);
            let mut take = |node: u32, relationship: u32, other: u32| {
                let is_taken = taken_here.contains(&relationship)
                    || other_taken_here.contains(&other)
                    || (self.apart && other == relationship);
                if !is_taken {
                    found.rows.push(this as u32);
                    found.nodes.push(node);
                    if are_read[0] {
                        found.relationships.push(relationship);
                    }
                    if are_read[1] {
                        found.others.push(other);
                    }
                }
            };
            let marks = &mut self.marks;
            if marks.are_of(other_node)
                || marks.set(other_node, steps.degree(node)?, &mut other_steps, runtime)?
            {
                let visit = |node, relationship| {
                    for (_, other) in marks.of(node) {
                        take(node, relationship, *other);
                    }
                };
                gone_through += steps.visit_among(node, &wanted, &marks.nodes, visit)?;
            } else {
                // The longer list is searched for what the shorter one has.
                let other_node = NodeId(other_node);
                let is_shorter = steps.degree(node)? <= other_steps.degree(other_node)?;
                let (listed, searched, from, to) = match is_shorter {
                    true => (&mut steps, &mut other_steps, node, other_node),
                    false => (&mut other_steps, &mut steps, other_node, node),
                };
                near.clear();
                listed.visit(from, &wanted, |node, relationship| {
                    near.push((node, relationship))
                })?;
                gone_through += near.len();
                for (node, listed) in &near {
                    searched.visit(to, &only(*node), |_, found| match is_shorter {
                        true => take(*node, *listed, found),
                        false => take(*node, found, *listed),
                    })?;
                }
            }
            if gone_through > BETWEEN_CHECKS {
                runtime.context.check()?;
                gone_through = 0;
            }
        }
        let count = found.rows.len();
        held.grow_to(count * BYTES_PER_ROW)?;
        let mut extended = batch.select(UInt32Array::from(found.rows))?;
        let column = |numbers, is_read| match is_read {
            true => Column::Relationship(UInt32Array::from(numbers)),
            false => Column::Null(count),
        };
        let mut relationships = column(found.relationships, are_read[0]);
        let mut others = column(found.others, are_read[1]);
        if turned {
            std::mem::swap(&mut relationships, &mut others);
        }
        extended.push(relationships);
        extended.push(Column::Node(UInt32Array::from(found.nodes)));
        extended.push(others);
        if row < batch.rows() {
            self.rest = Some((batch, row));
        }
        Ok(Some(extended))
    }
}

/// How often a row has another node than the row before.
pub(super) fn changes(nodes: &UInt32Array) -> usize {
    let pairs = nodes.values().windows(2);
    pairs.filter(|pair| pair[0] != pair[1]).count()
}

/// The neighbours of one node, each with a mark where its relationships stand.
#[derive(Default)]
struct Marks {
    /// The node whose neighbours are marked.
    node: Option<u32>,
    /// The node that was asked for last, and how many neighbours have been looked up since.
    asked: Option<u32>,
    lookups: u64,
    /// Neighbours and relationships, sorted.
    list: Vec<(u32, u32)>,
    nodes: NodeSet,
    /// By node of the set: its first place in the list.
    places: Vec<u32>,
    held: Option<Reservation>,
}

impl Marks {
    fn are_of(&self, node: u32) -> bool {
        self.node == Some(node)
    }

    /// Marks the neighbours of a node, among which so many nodes are to be looked up, if that and what
    /// was looked up before is worth it; tells whether they are marked.
    fn set(
        &mut self,
        node: u32,
        lookups: u64,
        steps: &mut Steps,
        runtime: &Runtime,
    ) -> Result<bool> {
        if self.asked != Some(node) {
            self.asked = Some(node);
            self.lookups = 0;
        }
        self.lookups += lookups;
        let is_worth =
            steps.degree(NodeId(node))? <= self.lookups.saturating_mul(MARKED_PER_LOOKUP);
        if is_worth {
            self.mark(node, steps, runtime)?;
        }
        Ok(is_worth)
    }

    fn mark(&mut self, node: u32, steps: &mut Steps, runtime: &Runtime) -> Result<()> {
        self.node = None;
        self.nodes.reserve(runtime)?;
        self.nodes.remove(self.list.drain(..).map(|(node, _)| node));
        let bytes = steps.degree(NodeId(node))? as usize * size_of::<(u32, u32)>();
        let positions = runtime.graph().node_positions();
        self.held = None;
        self.held = Some(
            runtime
                .context
                .reserve(bytes + positions * size_of::<u32>())?,
        );
        self.places.resize(positions, 0);
        let list = &mut self.list;
        steps.visit(NodeId(node), &ALL, |neighbour, relationship| {
            list.push((neighbour, relationship));
        })?;
        // Several types or directions give several sorted runs.
        list.sort();
        for (place, (neighbour, _)) in self.list.iter().enumerate().rev() {
            self.nodes.insert(*neighbour);
            self.places[*neighbour as usize] = place as u32;
        }
        self.node = Some(node);
        Ok(())
    }

    /// The entries of a neighbour.
    fn of(&self, neighbour: u32) -> &[(u32, u32)] {
        let rest = &self.list[self.places[neighbour as usize] as usize..];
        let is_same = rest.iter().take_while(|(node, _)| *node == neighbour);
        &rest[..is_same.count()]
    }
}
