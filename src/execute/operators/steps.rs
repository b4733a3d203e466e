//! What a pattern follows from a node, and what it must not take again.

use std::ops::Range;

use arrow_array::Array;

use super::node_set::NodeSet;
use crate::bind::bound::PatternDirection;
use crate::column::Column;
use crate::context::Context;
use crate::error::Result;
use crate::execute::batch::{bits, multiply};
use crate::execute::evaluate::type_matches;
use crate::execute::{Batch, Runtime};
use crate::graph::{AdjacencyReader, AllNeighbours, Found, Neighbours, Snapshot};
use crate::physical::TypeFilter;
use crate::value::{NodeId, RelationshipId, TypeId, Value};

/// Neighbours that are gone through between two looks at the interrupt flag.
pub(super) const BETWEEN_CHECKS: usize = 1 << 16;

/// All neighbours.
pub(super) const ALL: Range<u32> = 0..u32::MAX;

/// Nodes from which steps are made before that is noted, about.
const LOOKUPS: usize = 16_384;

/// So few relationships are looked for in a list one after the other.
const FEW_TAKEN: usize = 4;

/// A list with fewer neighbours is short.
const SHORT: usize = 128;

/// Rows whose lists are brought near at once.
pub(super) const READ_AHEAD: usize = 256;

/// The neighbours that a pattern follows: one reader for each type and direction.
pub(super) struct Steps {
    readers: Vec<AdjacencyReader>,
    /// Whether the second of two readers gives the other direction of the first.
    both: bool,
}

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

/// Steps for counting that stay at hand from batch to batch, as long as the graph is the same.
#[derive(Default)]
pub(super) struct KeptSteps(Option<(u64, Steps)>);

impl KeptSteps {
    /// The steps; the same direction and types must be asked for every time.
    #[inline]
    pub(super) fn of(
        &mut self,
        direction: PatternDirection,
        types: &TypeFilter,
        runtime: &Runtime,
    ) -> &mut Steps {
        self.of_graph(runtime, |graph| {
            Steps::unordered(direction, types, LOOKUPS, graph)
        })
    }

    /// The steps that `make` gives, which must be the same for the same graph.
    #[inline]
    pub(super) fn of_graph(
        &mut self,
        runtime: &Runtime,
        make: impl FnOnce(&Snapshot) -> Steps,
    ) -> &mut Steps {
        let state = runtime.state();
        if self.0.as_ref().is_some_and(|(known, _)| *known != state) {
            self.0 = None;
        }
        let make = || (state, make(runtime.graph()));
        &mut self.0.get_or_insert_with(make).1
    }

    /// Notes that steps were made from so many nodes; they may be at hand now in a quicker way.
    pub(super) fn note(
        &mut self,
        direction: PatternDirection,
        types: &TypeFilter,
        lookups: usize,
        runtime: &Runtime,
    ) {
        if let Some((state, steps)) = &mut self.0
            && *state == runtime.state()
        {
            steps.note(direction, types, lookups, runtime.graph());
        }
    }
}

impl Steps {
    pub(super) fn new(direction: PatternDirection, types: &TypeFilter, graph: &Snapshot) -> Steps {
        Steps::of_types(direction, type_ids(types, graph), graph)
    }

    pub(super) fn of_types(
        direction: PatternDirection,
        types: Vec<TypeId>,
        graph: &Snapshot,
    ) -> Steps {
        let directions = direction.ways();
        let readers = types.into_iter().flat_map(|id| {
            let directions = directions.iter();
            directions.map(move |direction| graph.adjacency_reader(*direction, id))
        });
        Steps {
            readers: readers.collect(),
            both: directions.len() == 2,
        }
    }

    /// Steps for counting: neighbours in both directions may come in another order. `lookups` is from how
    /// many nodes steps were made of late.
    pub(super) fn unordered(
        direction: PatternDirection,
        types: &TypeFilter,
        lookups: usize,
        graph: &Snapshot,
    ) -> Steps {
        let types = type_ids(types, graph);
        let is_undirected = direction.ways().len() == 2;
        match is_undirected
            .then(|| undirected(&types, lookups, graph))
            .flatten()
        {
            Some(readers) => Steps {
                readers,
                both: false,
            },
            None => Steps::of_types(direction, types, graph),
        }
    }

    /// Notes that steps that may be unordered were made from so many nodes; they may be at hand now in a
    /// quicker way.
    pub(super) fn note(
        &mut self,
        direction: PatternDirection,
        types: &TypeFilter,
        lookups: usize,
        graph: &Snapshot,
    ) {
        if self.both {
            *self = Steps::unordered(direction, types, lookups, graph);
        }
    }

    /// Calls `visit` with each neighbour that is `wanted`, and the relationship. A loop is visited once,
    /// also where both directions are followed.
    pub(super) fn visit(
        &mut self,
        node: NodeId,
        wanted: &Range<u32>,
        mut visit: impl FnMut(u32, u32),
    ) -> Result<()> {
        for (number, reader) in self.readers.iter_mut().enumerate() {
            let skips_loops = self.both && number % 2 == 1;
            let found = within(reader.neighbours(node)?, wanted);
            for (neighbour, relationship) in found.nodes.iter().zip(found.relationships) {
                if !(skips_loops && *neighbour == node.0) {
                    visit(*neighbour, *relationship);
                }
            }
        }
        Ok(())
    }

    /// As [`Steps::visit`], only where the neighbour is also in a set; gives the number of those that were
    /// gone through.
    pub(super) fn visit_among(
        &mut self,
        node: NodeId,
        wanted: &Range<u32>,
        set: &NodeSet,
        mut visit: impl FnMut(u32, u32),
    ) -> Result<usize> {
        let mut gone_through = 0;
        for (number, reader) in self.readers.iter_mut().enumerate() {
            let found = within(reader.neighbours(node)?, wanted);
            let skips_loops = self.both && number % 2 == 1 && found.has_loops;
            gone_through += found.nodes.len();
            for (place, neighbour) in found.nodes.iter().enumerate() {
                if set.contains(*neighbour) && !(skips_loops && *neighbour == node.0) {
                    visit(*neighbour, found.relationships[place]);
                }
            }
        }
        Ok(gone_through)
    }

    /// How many relationships lead from a node to its neighbours.
    pub(super) fn degree(&mut self, node: NodeId) -> Result<u64> {
        let mut degree = 0;
        for (number, reader) in self.readers.iter_mut().enumerate() {
            let found = reader.neighbours(node)?;
            degree += found.nodes.len();
            if self.both && number % 2 == 1 && found.has_loops {
                degree -= places(found.nodes, &only(node.0)).len();
            }
        }
        Ok(degree as u64)
    }

    /// How many relationships lead from each node to its neighbours.
    pub(super) fn degrees(&mut self, nodes: &[u32]) -> Result<Vec<u64>> {
        let mut degrees = vec![0; nodes.len()];
        for (number, reader) in self.readers.iter_mut().enumerate() {
            let skips_loops = self.both && number % 2 == 1;
            reader.visit_rows(nodes, |place, rows| {
                let degrees = &mut degrees[place..];
                // Slices side by side become vector instructions.
                let ends = rows.offsets.get(1..).unwrap_or_default();
                for ((degree, start), end) in degrees.iter_mut().zip(rows.offsets).zip(ends) {
                    *degree += u64::from(end - start);
                }
                if skips_loops && rows.has_loops {
                    let lists = rows.lists().zip(&nodes[place..]);
                    for (degree, (list, node)) in degrees.iter_mut().zip(lists) {
                        *degree -= places(list.nodes, &only(*node)).len() as u64;
                    }
                }
                Ok(true)
            })?;
        }
        Ok(degrees)
    }

    /// Multiplies each weight by how many relationships lead from its node, of nodes that follow one another,
    /// to neighbours, but by no less than `least`.
    ///
    /// # Errors
    /// Where a product is beyond 64 bits.
    pub(super) fn weigh(
        &mut self,
        nodes: &Range<u32>,
        least: u32,
        weights: &mut [u64],
    ) -> Result<()> {
        let reader = match self.readers.as_mut_slice() {
            // Products of numbers of 32 bits cannot run over.
            [reader] if bits(weights) >> u32::BITS == 0 => reader,
            _ => return self.weigh_by_sums(nodes, least, weights),
        };
        let narrow = |weight: u64, by: u32| u64::from(weight as u32) * u64::from(by);
        let mut done = 0;
        reader.visit_run(nodes, |place, rows| {
            let (before, here) = weights.split_at_mut(place);
            let left_out = before[done..].iter_mut();
            left_out.for_each(|weight| *weight = narrow(*weight, least));
            let ends = rows.offsets.get(1..).unwrap_or_default();
            for ((weight, start), end) in here.iter_mut().zip(rows.offsets).zip(ends) {
                *weight = narrow(*weight, (end - start).max(least));
            }
            done = place + ends.len();
            Ok(true)
        })?;
        let left_out = weights[done..].iter_mut();
        left_out.for_each(|weight| *weight = narrow(*weight, least));
        Ok(())
    }

    fn weigh_by_sums(&mut self, nodes: &Range<u32>, least: u32, weights: &mut [u64]) -> Result<()> {
        let mut degrees = self.degrees(&nodes.clone().collect::<Vec<_>>())?;
        let least = u64::from(least);
        degrees
            .iter_mut()
            .for_each(|degree| *degree = (*degree).max(least));
        multiply(weights, &degrees)
    }

    /// Whether one of nodes that follow one another may be its own neighbour.
    pub(super) fn may_loop(&mut self, nodes: &Range<u32>) -> Result<bool> {
        for reader in &mut self.readers {
            if !reader.visit_run(nodes, |_, rows| Ok(!rows.has_loops))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// How many relationships lead from each node to itself; `None` where no node has any.
    pub(super) fn loops(&mut self, nodes: &[u32]) -> Result<Option<Vec<u64>>> {
        let mut loops: Option<Vec<u64>> = None;
        for (number, reader) in self.readers.iter_mut().enumerate() {
            if self.both && number % 2 == 1 {
                continue;
            }
            reader.visit_rows(nodes, |place, rows| {
                if rows.has_loops {
                    let loops = loops.get_or_insert_with(|| vec![0; nodes.len()]);
                    let lists = rows.lists().zip(&nodes[place..]);
                    for (loops, (list, node)) in loops[place..].iter_mut().zip(lists) {
                        *loops += places(list.nodes, &only(*node)).len() as u64;
                    }
                }
                Ok(true)
            })?;
        }
        Ok(loops)
    }

    /// Calls `visit` with the place of each node and neighbours of it: once for each type and direction,
    /// in any order. Loops are left out of the second of two directions, and may cut a list in two.
    pub(super) fn visit_lists(
        &mut self,
        nodes: &[u32],
        context: &Context,
        mut visit: impl FnMut(usize, &[u32]) -> Result<()>,
    ) -> Result<()> {
        let mut gone_through = 0;
        for (number, reader) in self.readers.iter_mut().enumerate() {
            let skips_loops = self.both && number % 2 == 1;
            reader.visit_rows(nodes, |place, rows| {
                for (place, list) in (place..).zip(rows.lists()) {
                    gone_through += list.nodes.len();
                    if skips_loops && rows.has_loops {
                        let loops = places(list.nodes, &only(nodes[place]));
                        visit(place, &list.nodes[..loops.start])?;
                        visit(place, &list.nodes[loops.end..])?;
                    } else {
                        visit(place, list.nodes)?;
                    }
                }
                if gone_through > BETWEEN_CHECKS {
                    context.check()?;
                    gone_through = 0;
                }
                Ok(true)
            })?;
        }
        Ok(())
    }

    /// Whether all neighbours of a node stand in one list.
    pub(super) fn have_one_list(&self) -> bool {
        self.readers.len() == 1
    }

    /// The neighbours of all nodes, where they stand in one piece.
    pub(super) fn all(&self) -> Option<AllNeighbours> {
        match self.readers.as_slice() {
            [reader] => reader.all(),
            _ => None,
        }
    }

    /// Appends all neighbours of a node, one type and direction after the other; a loop is there once.
    #[inline]
    pub(super) fn append_nodes(&mut self, node: u32, nodes: &mut Vec<u32>) -> Result<()> {
        self.visit_pieces(node, &Wanted::ALL, |list| {
            nodes.extend_from_slice(list.nodes);
        })
    }

    /// Calls `visit` with those neighbours of a node that are `wanted`, in pieces between those that are not;
    /// a loop is there once.
    #[inline]
    pub(super) fn visit_pieces(
        &mut self,
        node: u32,
        wanted: &Wanted<'_>,
        mut visit: impl FnMut(Neighbours<'_>),
    ) -> Result<()> {
        for (number, reader) in self.readers.iter_mut().enumerate() {
            let list = within(reader.neighbours(NodeId(node))?, &wanted.nodes);
            if self.both && number % 2 == 1 && list.has_loops {
                let loops = places(list.nodes, &only(node));
                visit_between(list.part(0..loops.start), wanted, &mut visit);
                visit_between(list.part(loops.end..list.nodes.len()), wanted, &mut visit);
            } else {
                visit_between(list, wanted, &mut visit);
            }
        }
        Ok(())
    }

    /// Brings the lists of nodes near that are asked for one after the other.
    pub(super) fn read_ahead(&self, nodes: &[u32]) {
        self.readers
            .iter()
            .for_each(|reader| reader.read_ahead(nodes));
    }

    /// Appends all neighbours of nodes, which come from rows from `first` on, until there are `most`;
    /// gives the number of nodes up to there.
    pub(super) fn append(
        &mut self,
        from: &[u32],
        first: usize,
        most: usize,
        found: &mut Found,
    ) -> Result<usize> {
        if let [reader] = self.readers.as_mut_slice() {
            return reader.append(from, first, most, found);
        }
        for (done, node) in from.iter().enumerate() {
            if found.rows.len() >= most {
                return Ok(done);
            }
            let row = (first + done) as u32;
            self.visit_pieces(*node, &Wanted::ALL, |list| found.extend(row, list))?;
        }
        Ok(from.len())
    }
}

/// Readers of both directions at once, if all types have them at hand.
fn undirected(types: &[TypeId], lookups: usize, graph: &Snapshot) -> Option<Vec<AdjacencyReader>> {
    let readers = types.iter().map(|id| {
        // What cannot be fetched is told when it is read.
        let reader = graph.undirected_reader(*id, lookups);
        reader.ok().flatten()
    });
    readers.collect()
}

/// Those neighbours that are wanted.
#[inline]
fn within<'n>(found: Neighbours<'n>, wanted: &Range<u32>) -> Neighbours<'n> {
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
fn visit_between(
    list: Neighbours<'_>,
    wanted: &Wanted<'_>,
    visit: &mut impl FnMut(Neighbours<'_>),
) {
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

/// The numbers of the types that a filter lets through.
pub(super) fn type_ids(types: &TypeFilter, graph: &Snapshot) -> Vec<TypeId> {
    let catalog = graph.catalog();
    match types {
        TypeFilter::All => catalog.relationship_types().map(|(id, _)| id).collect(),
        TypeFilter::Names(names) => {
            let mut ids: Vec<TypeId> = names
                .iter()
                .filter_map(|name| catalog.relationship_type(name))
                .collect();
            ids.sort_unstable();
            ids.dedup();
            ids
        }
        TypeFilter::Matching(labels) => catalog
            .relationship_types()
            .filter(|(_, name)| type_matches(name, labels))
            .map(|(id, _)| id)
            .collect(),
    }
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
