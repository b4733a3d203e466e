//! From nodes over any number of relationships to the nodes that trails of the wanted length lead to,
//! each once for a row: a search in breadth instead of a list of trails.
//!
//! The shortest way to another node takes no relationship twice. Back to the start it does where it
//! closes a circle: two ways that begin with different relationships and meet.

use arrow_array::{Array, UInt32Array};
use hashbrown::HashMap;

use super::Input;
use super::expand::MANY_ROWS;
use super::node_set::NodeSet;
use super::steps::{BETWEEN_CHECKS, Steps};
use super::wanted::{ALL, Wanted, only, places};
use crate::bind::bound::{Length, PatternDirection};
use crate::column::Column;
use crate::context::Reservation;
use crate::error::Result;
use crate::execute::evaluate::node_ids;
use crate::execute::{Batch, Operator, Runtime};
use crate::graph::{AllNeighbours, Neighbours};
use crate::physical::Expand;
use crate::value::NodeId;

/// Where more than this part of the nodes that have relationships is to be followed from, the others are
/// asked instead.
const PART_OF_WIDE: usize = 8;

/// Searches nodes.
pub(in crate::execute) struct Reach<'p> {
    input: Input<'p>,
    expand: &'p Expand,
    length: Length,
    /// A batch of which rows are left, from this one on.
    rest: Option<(Batch, usize)>,
    /// The nodes that the search at hand has reached.
    met: NodeSet,
}

impl<'p> Reach<'p> {
    pub(in crate::execute) fn new(input: Input<'p>, expand: &'p Expand, length: Length) -> Self {
        Reach {
            input,
            expand,
            length,
            rest: None,
            met: NodeSet::default(),
        }
    }
}

impl Reach<'_> {
    /// Appends the nodes that are reached from one, ascending.
    fn search(
        &mut self,
        start: u32,
        steps: &mut Steps,
        back: Option<&AllNeighbours>,
        reached: &mut Vec<u32>,
        runtime: &Runtime,
    ) -> Result<()> {
        let most = self.length.maximum.unwrap_or(u64::MAX);
        if self.length.minimum > most {
            return Ok(());
        }
        let met = &mut self.met;
        met.reserve(runtime)?;
        met.insert(start);
        let before = reached.len();
        reached.push(start);
        let mut circle = match (self.length.minimum, self.expand.direction) {
            (0, _) => Circle::Found,
            (_, PatternDirection::Both) => {
                Circle::Undirected(FirstSteps::new(start, most, runtime))
            }
            _ => Circle::Directed,
        };
        let (mut level, mut next) = (0, before);
        while next < reached.len() && level < most {
            level += 1;
            let frontier = next..reached.len();
            next = reached.len();
            if let (Circle::Found, Some(back)) = (&circle, back)
                && frontier.len() > back.listed().len() / PART_OF_WIDE
            {
                pull(back, met, reached, runtime)?;
                continue;
            }
            for place in frontier {
                if place % 256 == 0 {
                    runtime.context.check()?;
                }
                let node = reached[place];
                match &mut circle {
                    Circle::Found => steps.visit_pieces(node, &Wanted::ALL, |list| {
                        met.insert_all(list.nodes, reached);
                    })?,
                    Circle::Directed => {
                        let mut closes = false;
                        steps.visit(NodeId(node), &ALL, |neighbour, _| {
                            closes |= neighbour == start;
                            if met.insert(neighbour) {
                                reached.push(neighbour);
                            }
                        })?;
                        if closes {
                            circle = Circle::Found;
                        }
                    }
                    // A circle that is met here would go on for longer than is wanted, but for one
                    // that is back at the start.
                    Circle::Undirected(first_steps) if level == most => {
                        let before = first_steps.of(node);
                        let mut closes = false;
                        steps.visit_pieces(node, &Wanted::ALL, |list| {
                            met.insert_all(list.nodes, reached);
                            closes |= first_steps.is_back(list, before);
                        })?;
                        if closes {
                            circle = Circle::Found;
                        }
                    }
                    Circle::Undirected(first_steps) => {
                        let before = first_steps.of(node);
                        let mut closes = false;
                        steps.visit(NodeId(node), &ALL, |neighbour, relationship| {
                            if met.insert(neighbour) {
                                first_steps.add(neighbour, level, before, relationship);
                                reached.push(neighbour);
                            } else {
                                closes |=
                                    first_steps.close(node, neighbour, level, before, relationship);
                            }
                        })?;
                        first_steps.reserve()?;
                        if closes {
                            circle = Circle::Found;
                        }
                    }
                }
            }
        }
        // What is read of them stands side by side then.
        self.met.drain_sorted(reached, before);
        if !matches!(circle, Circle::Found)
            && let Ok(place) = reached[before..].binary_search(&start)
        {
            reached.remove(before + place);
        }
        Ok(())
    }
}

/// Adds the nodes that a step leads to from those in `met`: where these are many, the others are asked
/// whether one of `back`, the nodes from which a step leads to them, is there. Most soon find one.
///
/// Source: "Direction-Optimizing Breadth-First Search" (Beamer, Asanović, Patterson, SC 2012).
fn pull(
    back: &AllNeighbours,
    met: &mut NodeSet,
    reached: &mut Vec<u32>,
    runtime: &Runtime,
) -> Result<()> {
    let first = reached.len();
    for (place, node) in back.listed().enumerate() {
        if place.is_multiple_of(BETWEEN_CHECKS) {
            runtime.context.check()?;
        }
        let mut before = back.nodes()[back.range(node)].iter();
        if !met.contains(node) && before.any(|node| met.contains(*node)) {
            reached.push(node);
        }
    }
    for node in &reached[first..] {
        met.insert(*node);
    }
    Ok(())
}

/// What is known of a way back to the start.
enum Circle {
    /// There is one, or none is needed.
    Found,
    /// It is there when the start is met again.
    Directed,
    /// It is there when two ways meet that begin with different relationships.
    Undirected(FirstSteps),
}

/// By which relationship from the start, and in how many steps, nodes were reached.
struct FirstSteps {
    start: u32,
    most: u64,
    known: HashMap<u32, (u64, u32)>,
    held: Reservation,
}

/// What a node that was reached takes, in bytes.
const BYTES_OF_KNOWN: usize = 32;

impl FirstSteps {
    fn new(start: u32, most: u64, runtime: &Runtime) -> FirstSteps {
        FirstSteps {
            start,
            most,
            known: HashMap::new(),
            held: runtime.context.reservation(),
        }
    }

    /// Reserves the memory of what is known.
    fn reserve(&mut self) -> Result<()> {
        self.held.grow_to(self.known.len() * BYTES_OF_KNOWN)
    }

    /// The first relationship on the way to a node; none for the start.
    fn of(&self, node: u32) -> Option<u32> {
        self.known.get(&node).map(|known| known.1)
    }

    fn add(&mut self, node: u32, level: u64, before: Option<u32>, relationship: u32) {
        let first = before.unwrap_or(relationship);
        self.known.insert(node, (level, first));
    }

    /// Whether one of the relationships of a node leads back to the start that did not lead here: `before` is
    /// the first one on the way.
    fn is_back(&self, list: Neighbours<'_>, before: Option<u32>) -> bool {
        let ways = places(list.nodes, &only(self.start));
        let mut ways = list.relationships[ways].iter();
        ways.any(|relationship| before != Some(*relationship))
    }

    /// Whether a relationship to a node that was reached before closes a circle.
    fn close(
        &self,
        node: u32,
        neighbour: u32,
        level: u64,
        before: Option<u32>,
        relationship: u32,
    ) -> bool {
        // What leads back over the only relationship that led here is no circle.
        if neighbour == self.start {
            return before.is_none_or(|first| first != relationship) || node == self.start;
        }
        let first = before.unwrap_or(relationship);
        self.known
            .get(&neighbour)
            .is_some_and(|known| known.1 != first && level + known.0 <= self.most)
    }
}

impl Operator for Reach<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let rest = match self.rest.take() {
            Some(rest) => Some(rest),
            None => self.input.next(runtime)?.map(|batch| (batch, 0)),
        };
        let Some((batch, first)) = rest else {
            return Ok(None);
        };
        let (direction, types) = (self.expand.direction, &self.expand.types);
        let mut steps = Steps::unordered(direction, types, 0, runtime.graph());
        let back = Steps::unordered(direction.turned(), types, 0, runtime.graph()).all();
        let from = node_ids(batch.column(self.expand.from)?)?.into_owned();
        let mut held = runtime.context.reservation();
        let (mut rows, mut reached) = (Vec::new(), Vec::new());
        let mut row = first;
        while row < batch.rows() && reached.len() < MANY_ROWS {
            runtime.context.check()?;
            if from.is_valid(row) {
                let before = reached.len();
                let start = from.value(row);
                self.search(start, &mut steps, back.as_ref(), &mut reached, runtime)?;
                held.grow((reached.len() - before) * 8)?;
                rows.resize(reached.len(), row as u32);
            }
            row += 1;
        }
        steps.note(direction, types, reached.len(), runtime.graph());
        let mut extended = batch.select(UInt32Array::from(rows))?;
        extended.push(Column::Node(UInt32Array::from(reached)));
        if row < batch.rows() {
            self.rest = Some((batch, row));
        }
        Ok(Some(extended))
    }
}
