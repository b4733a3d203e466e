//! Which neighbours in a sorted list are wanted, and which relationships must not be taken again.

use std::ops::Range;

use arrow_array::Array;

use crate::column::Column;
use crate::error::Result;
use crate::execute::Batch;
use crate::graph::Neighbours;
use crate::value::{RelationshipId, Value};

/// All neighbours.
pub(super) const ALL: Range<u32> = 0..u32::MAX;

/// So few relationships are looked for in a list one after the other.
const FEW_TAKEN: usize = 4;

/// A list with fewer neighbours is short.
const SHORT: usize = 128;

/// Which neighbours of a node are wanted, and over which relationships.
#[derive(Clone)]
pub(super) struct Wanted<'w> {
    /// The neighbours by their numbers.
    pub(super) nodes: Range<u32>,
    /// Nodes among them that are not.
    pub(super) different: &'w [u32],
    /// Relationships that must not be taken again.
    pub(super) taken: &'w [u32],
}

impl Wanted<'static> {
    /// All neighbours.
    pub(super) const ALL: Self = Wanted {
        nodes: ALL,
        different: &[],
        taken: &[],
    };
}

/// Those neighbours that are wanted.
#[inline]
pub(super) fn within<'n>(found: Neighbours<'n>, wanted: &Range<u32>) -> Neighbours<'n> {
    match *wanted == ALL {
        true => found,
        false => found.part(places(found.nodes, wanted)),
    }
}

/// Where the wanted nodes stand in a sorted list.
#[inline]
pub(super) fn places(nodes: &[u32], wanted: &Range<u32>) -> Range<usize> {
    let start = match wanted.start {
        0 => 0,
        start => nodes.partition_point(|node| *node < start),
    };
    let length = match wanted.end {
        // There is no such node.
        u32::MAX => nodes.len() - start,
        end => nodes[start..].partition_point(|node| *node < end),
    };
    start..start + length
}

/// Calls `visit` with the pieces of a list between nodes and relationships that are not wanted.
#[inline]
pub(super) fn visit_between(
    list: Neighbours<'_>,
    wanted: &Wanted<'_>,
    visit: &mut impl FnMut(Neighbours<'_>),
) {
    if wanted.different.is_empty() && wanted.taken.is_empty() {
        return visit(list);
    }
    let mut rest = list;
    while let Some(unwanted) = first_unwanted(rest, wanted) {
        visit(rest.part(0..unwanted.start));
        rest = rest.part(unwanted.end..rest.nodes.len());
    }
    visit(rest);
}

/// Where those first stand in a list that are not wanted.
#[inline]
fn first_unwanted(list: Neighbours<'_>, wanted: &Wanted<'_>) -> Option<Range<usize>> {
    let taken = first_of(wanted.taken, list.relationships).map(|place| place..place + 1);
    let different = wanted.different.iter().map(|node| match list.nodes.len() {
        // Most lists lack a node, which vector instructions tell of a short one.
        0..SHORT if !list.nodes.contains(node) => 0..0,
        _ => places(list.nodes, &only(*node)),
    });
    let unwanted = different.chain(taken).filter(|places| !places.is_empty());
    unwanted.min_by_key(|places| places.start)
}

/// Where the first of the wanted numbers stands.
#[inline]
fn first_of(wanted: &[u32], numbers: &[u32]) -> Option<usize> {
    if wanted.len() > FEW_TAKEN {
        return numbers.iter().position(|number| wanted.contains(number));
    }
    // Most lists lack a number, which vector instructions tell.
    let there = wanted.iter().filter(|one| numbers.contains(one));
    let place = |one: &u32| numbers.iter().position(|number| number == one);
    there.filter_map(place).min()
}

/// The neighbours that are one node.
pub(super) fn only(node: u32) -> Range<u32> {
    node..node + 1
}

/// The relationships of a row that must not be taken again.
pub(super) struct Taken<'b>(Vec<&'b Column>);

impl<'b> Taken<'b> {
    pub(super) fn new(slots: &[usize], batch: &'b Batch) -> Result<Taken<'b>> {
        slots
            .iter()
            .map(|slot| batch.column(*slot))
            .collect::<Result<_>>()
            .map(Taken)
    }

    /// Whether nothing is taken in any row.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a relationship is taken in a row.
    pub(super) fn contains(&self, row: usize, relationship: u32) -> bool {
        self.0.iter().any(|column| match column {
            Column::Relationship(array) => array.is_valid(row) && array.value(row) == relationship,
            Column::Value(values) => match &values[row] {
                Value::Relationship(taken) => taken.0 == relationship,
                Value::List(list) => {
                    list.contains(&Value::Relationship(RelationshipId(relationship)))
                }
                _ => false,
            },
            _ => false,
        })
    }

    /// The relationships of a row, instead of those in `taken`.
    pub(super) fn of_row(&self, row: usize, taken: &mut Vec<u32>) {
        taken.clear();
        for column in &self.0 {
            match column {
                Column::Relationship(array) if array.is_valid(row) => taken.push(array.value(row)),
                Column::Value(values) => match &values[row] {
                    Value::Relationship(id) => taken.push(id.0),
                    Value::List(list) => {
                        taken.extend(list.iter().filter_map(|value| match value {
                            Value::Relationship(id) => Some(id.0),
                            _ => None,
                        }))
                    }
                    _ => {}
                },
                _ => {}
            }
        }
    }
}
