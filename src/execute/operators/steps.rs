//! What a pattern follows from a node.

use std::ops::Range;

use super::node_set::NodeSet;
use super::wanted::{Wanted, only, places, visit_between, within};
use crate::bind::bound::PatternDirection;
use crate::context::Context;
use crate::error::Result;
use crate::execute::Runtime;
use crate::execute::batch::{bits, multiply};
use crate::execute::evaluate::type_matches;
use crate::graph::{AdjacencyReader, AllNeighbours, Found, Neighbours, Snapshot};
use crate::physical::TypeFilter;
use crate::value::{NodeId, TypeId};

/// Neighbours that are gone through between two looks at the interrupt flag.
pub(super) const BETWEEN_CHECKS: usize = 1 << 16;

/// Nodes from which steps are made before that is noted, about.
const LOOKUPS: usize = 16_384;

/// Rows whose lists are brought near at once.
pub(super) const READ_AHEAD: usize = 256;

/// The neighbours that a pattern follows: one reader for each type and direction.
pub(super) struct Steps {
    readers: Vec<AdjacencyReader>,
    /// Whether the second of two readers gives the other direction of the first.
    both: bool,
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
        let is_run = nodes
            .first()
            .zip(nodes.last())
            .is_some_and(|(first, last)| {
                last.checked_sub(*first) == u32::try_from(nodes.len() - 1).ok()
            });
        for (number, reader) in self.readers.iter_mut().enumerate() {
            let skips_loops = self.both && number % 2 == 1;
            // Of nodes that stand apart no lookup waits for the one before.
            if let Some(all) = reader.all().filter(|_| !is_run)
                && !(skips_loops && all.has_loops())
            {
                for (degree, node) in degrees.iter_mut().zip(nodes) {
                    *degree += all.range(*node).len() as u64;
                }
                continue;
            }
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

    /// How many relationships lead from each node to neighbours in a set.
    pub(super) fn degrees_into(
        &mut self,
        nodes: &[u32],
        set: &NodeSet,
        context: &Context,
    ) -> Result<Vec<u64>> {
        let mut degrees = vec![0; nodes.len()];
        self.visit_lists(nodes, context, |place, list| {
            let among = list.iter().map(|node| u64::from(set.contains(*node)));
            degrees[place] += among.sum::<u64>();
            Ok(())
        })?;
        Ok(degrees)
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
            // Most nodes have relationships of few types.
            if list.nodes.is_empty() {
                continue;
            }
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
