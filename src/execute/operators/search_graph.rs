//! The places that a search over several parts passes, and the steps between them, explored from
//! the start as far as a length needs.

use std::collections::{BTreeMap, HashMap, HashSet};

use arrow_array::UInt32Array;

use super::repetition::each_repetition;
use crate::column::Column;
use crate::context::Reservation;
use crate::error::Result;
use crate::execute::evaluate::true_rows;
use crate::execute::{BATCH_SIZE, Batch, Runtime};
use crate::physical::PathPart;
use crate::value::Value;

/// A node, and how much of the pattern lies behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Place {
    part: usize,
    /// Of `part`; where more of them make no difference they are not counted further.
    repetitions: u64,
    pub(super) node: u32,
}

/// From a place to the next.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) to: Place,
    /// What one repetition gives. Without relationships the step begins the next part.
    pub(super) values: Vec<Value>,
    pub(super) relationships: Vec<u32>,
}

/// Places at their least distance from the start, in relationships.
type ByDistance = BTreeMap<u64, Vec<Place>>;

/// What is known so far.
pub(super) struct SearchGraph<'s> {
    parts: &'s [PathPart],
    /// The one row that is searched for.
    row: Batch,
    target: u32,
    /// The most relationships that a path can have.
    longest: u64,
    steps: HashMap<Place, Vec<Step>>,
    before: HashMap<Place, Vec<(Place, u64)>>,
    ends: Vec<Place>,
    /// Found, but not known which part may begin there.
    found: ByDistance,
    /// Places whose relationships are not followed yet.
    open: ByDistance,
    held: Reservation,
}

impl<'s> SearchGraph<'s> {
    pub(super) fn new(
        parts: &'s [PathPart],
        row: Batch,
        (from, target): (u32, u32),
        runtime: &Runtime,
    ) -> Self {
        SearchGraph {
            parts,
            row,
            target,
            longest: runtime.graph().relationship_count(),
            steps: HashMap::new(),
            before: HashMap::new(),
            ends: Vec::new(),
            found: BTreeMap::from([(0, vec![Self::start(from)])]),
            open: BTreeMap::new(),
            held: runtime.context.reservation(),
        }
    }

    /// The place where every path starts.
    pub(super) fn start(node: u32) -> Place {
        Place {
            part: 0,
            repetitions: 0,
            node,
        }
    }

    /// Where one can go from a place that is explored.
    pub(super) fn steps(&self, place: &Place) -> &[Step] {
        self.steps.get(place).map_or(&[], Vec::as_slice)
    }

    /// Whether a path may end here.
    pub(super) fn is_end(&self, place: &Place) -> bool {
        place.node == self.target
            && place.part + 1 == self.parts.len()
            && self.may_leave_part(place)
    }

    /// Whether nothing is left to explore.
    pub(super) fn is_complete(&self) -> bool {
        self.found.is_empty() && self.open.is_empty()
    }

    /// Explores what a path of `length` relationships can pass; whether there was anything new.
    pub(super) fn explore(&mut self, length: u64, runtime: &mut Runtime) -> Result<bool> {
        let mut is_new = false;
        loop {
            runtime.context.check()?;
            let first = |places: &ByDistance| places.first_key_value().map(|(key, _)| *key);
            match (first(&self.found), first(&self.open)) {
                (Some(found), open) if found <= length && open.is_none_or(|open| found <= open) => {
                    let places = self.found.remove(&found).unwrap_or_default();
                    self.begin_parts(found, places, runtime)?;
                }
                (_, Some(open)) if open < length => {
                    let places = self.open.remove(&open).unwrap_or_default();
                    self.follow(open, &places, runtime)?;
                }
                _ => return Ok(is_new),
            }
            is_new = true;
        }
    }

    /// How many relationships it takes from each place to the end, at least.
    pub(super) fn remaining(&self, runtime: &Runtime) -> Result<HashMap<Place, u64>> {
        let mut held = runtime.context.reservation();
        let mut remaining = HashMap::new();
        let mut waiting: ByDistance = BTreeMap::from([(0, self.ends.clone())]);
        while let Some((distance, places)) = waiting.pop_first() {
            runtime.context.check()?;
            for place in places {
                if remaining.contains_key(&place) {
                    continue;
                }
                held.grow(2 * size_of::<(Place, u64)>())?;
                remaining.insert(place, distance);
                for (before, length) in self.before.get(&place).into_iter().flatten() {
                    waiting.entry(distance + length).or_default().push(*before);
                }
            }
        }
        Ok(remaining)
    }

    fn may_leave_part(&self, place: &Place) -> bool {
        place.repetitions >= self.parts[place.part].repetition.length.minimum
    }

    /// Adds the steps to the next parts.
    fn begin_parts(
        &mut self,
        distance: u64,
        mut places: Vec<Place>,
        runtime: &mut Runtime,
    ) -> Result<()> {
        let parts = self.parts;
        let mut seen = HashSet::new();
        places.retain(|place| !self.steps.contains_key(place) && seen.insert(*place));
        self.held
            .grow(places.len() * 4 * size_of::<(Place, Vec<Step>)>())?;
        for place in &places {
            self.steps.insert(*place, Vec::new());
            if self.is_end(place) {
                self.ends.push(*place);
            }
        }
        for (index, part) in parts.iter().enumerate().take(parts.len() - 1) {
            let mut leaving: Vec<Place> = places
                .iter()
                .filter(|place| place.part == index && self.may_leave_part(place))
                .copied()
                .collect();
            for predicate in &part.reached {
                let nodes = self.rows_of(&leaving)?;
                let kept = true_rows(predicate, &nodes, runtime)?;
                leaving = kept
                    .values()
                    .iter()
                    .map(|row| leaving[*row as usize])
                    .collect();
            }
            for place in leaving {
                let to = Place {
                    part: index + 1,
                    repetitions: 0,
                    node: place.node,
                };
                self.add(
                    place,
                    distance,
                    Step {
                        to,
                        values: Vec::new(),
                        relationships: Vec::new(),
                    },
                )?;
            }
        }
        self.open.entry(distance).or_default().extend(places);
        Ok(())
    }

    /// Adds the steps over relationships.
    fn follow(&mut self, distance: u64, places: &[Place], runtime: &mut Runtime) -> Result<()> {
        let parts = self.parts;
        for (index, part) in parts.iter().enumerate() {
            let length = part.repetition.length;
            // A path that takes no relationship twice cannot go on for longer than this.
            let most = length.maximum.filter(|most| *most < self.longest);
            let goes_on = |place: &&Place| {
                place.part == index && most.is_none_or(|most| place.repetitions < most)
            };
            let starts: Vec<Place> = places.iter().filter(goes_on).copied().collect();
            for starts in starts.chunks(BATCH_SIZE) {
                let rows = UInt32Array::from(vec![0; starts.len()]);
                let nodes = UInt32Array::from_iter_values(starts.iter().map(|place| place.node));
                let row = self.row.clone();
                let repetition = &part.repetition;
                each_repetition(repetition, &row, rows, nodes, runtime, &mut |found| {
                    let from = starts[found.start];
                    let counted = most.unwrap_or(length.minimum);
                    let to = Place {
                        part: index,
                        repetitions: (from.repetitions + 1).min(counted),
                        node: found.end,
                    };
                    let relationships = repetition
                        .relationships
                        .iter()
                        .filter_map(|place| match &found.values[*place] {
                            Value::Relationship(id) => Some(id.0),
                            _ => None,
                        })
                        .collect();
                    let values = found.values;
                    self.add(
                        from,
                        distance,
                        Step {
                            to,
                            values,
                            relationships,
                        },
                    )
                })?;
            }
        }
        Ok(())
    }

    fn add(&mut self, from: Place, distance: u64, step: Step) -> Result<()> {
        let length = step.relationships.len() as u64;
        let values = step.values.len() * size_of::<Value>();
        self.held
            .grow(2 * size_of::<Step>() + 3 * size_of::<Place>() + 2 * values)?;
        self.before.entry(step.to).or_default().push((from, length));
        if !self.steps.contains_key(&step.to) {
            self.found
                .entry(distance + length)
                .or_default()
                .push(step.to);
        }
        self.steps.entry(from).or_default().push(step);
        Ok(())
    }

    /// The row once for each place, with the place's node.
    fn rows_of(&self, places: &[Place]) -> Result<Batch> {
        let nodes = UInt32Array::from_iter_values(places.iter().map(|place| place.node));
        let rows = UInt32Array::from(vec![0; places.len()]);
        Ok(self.row.select(rows)?.with(Column::Node(nodes)))
    }
}
