//! From nodes over any number of relationships to the nodes that trails of the wanted length lead to,
//! each once for a row: a search in breadth instead of a list of trails.
//!
//! The shortest way to another node takes no relationship twice. Back to the start it does where it
//! closes a circle: two ways that begin with different relationships and meet.

use arrow_array::{Array, UInt32Array};

use super::Input;
use super::expand::MANY_ROWS;
use super::steps::Steps;
use crate::bind::bound::{Length, PatternDirection};
use crate::column::Column;
use crate::context::Reservation;
use crate::error::Result;
use crate::execute::evaluate::node_ids;
use crate::execute::{Batch, Operator, Runtime};
use crate::physical::Expand;
use crate::value::NodeId;

/// Searches nodes.
pub(in crate::execute) struct Reach<'p> {
    input: Input<'p>,
    expand: &'p Expand,
    length: Length,
    /// A batch of which rows are left, from this one on.
    rest: Option<(Batch, usize)>,
    marks: Marks,
}

/// What is known of the nodes in the search at hand, by number.
#[derive(Default)]
struct Marks {
    nodes: Vec<Mark>,
    search: u32,
    held: Option<Reservation>,
}

/// What is known of one node.
#[derive(Debug, Clone, Copy, Default)]
struct Mark {
    /// The search in which it was reached.
    search: u32,
    /// By how many relationships.
    level: u32,
    /// The first of them.
    first: u32,
}

impl<'p> Reach<'p> {
    pub(in crate::execute) fn new(input: Input<'p>, expand: &'p Expand, length: Length) -> Self {
        Reach {
            input,
            expand,
            length,
            rest: None,
            marks: Marks::default(),
        }
    }
}

impl Marks {
    /// Forgets the search before.
    fn begin(&mut self, runtime: &Runtime) -> Result<()> {
        self.search = self.search.wrapping_add(1);
        let nodes = runtime.graph().node_positions();
        if self.nodes.len() < nodes || self.search == 0 {
            self.held = Some(runtime.context.reserve(nodes * size_of::<Mark>())?);
            self.nodes = vec![Mark::default(); nodes];
            self.search = 1;
        }
        Ok(())
    }

    fn get(&self, node: u32) -> Option<Mark> {
        let mark = self.nodes.get(node as usize).copied();
        mark.filter(|mark| mark.search == self.search)
    }

    fn set(&mut self, node: u32, level: u32, first: u32) {
        if let Some(mark) = self.nodes.get_mut(node as usize) {
            *mark = Mark {
                search: self.search,
                level,
                first,
            };
        }
    }
}

impl Reach<'_> {
    /// Appends the nodes that are reached from one.
    fn search(
        &mut self,
        start: u32,
        steps: &mut Steps,
        reached: &mut Vec<u32>,
        runtime: &Runtime,
    ) -> Result<()> {
        let most = self.length.maximum.unwrap_or(u64::MAX);
        if self.length.minimum > most {
            return Ok(());
        }
        let marks = &mut self.marks;
        marks.begin(runtime)?;
        marks.set(start, 0, u32::MAX);
        let before = reached.len();
        reached.push(start);
        let both = self.expand.direction == PatternDirection::Both;
        let mut closes = self.length.minimum == 0;
        let (mut level, mut place) = (0, before);
        while place < reached.len() && u64::from(level) < most {
            level += 1;
            for place in std::mem::replace(&mut place, reached.len())..reached.len() {
                if place % 256 == 0 {
                    runtime.context.check()?;
                }
                let node = reached[place];
                let first = marks.get(node).map_or(u32::MAX, |mark| mark.first);
                steps.visit(NodeId(node), None, |neighbour, relationship| {
                    let first = if level == 1 { relationship } else { first };
                    match marks.get(neighbour) {
                        None => {
                            marks.set(neighbour, level, first);
                            reached.push(neighbour);
                        }
                        Some(_) if !both => closes |= neighbour == start,
                        Some(mark) => {
                            // What leads back over the only relationship that led here is no circle.
                            let meets = if neighbour == start {
                                relationship != first || node == start
                            } else {
                                mark.first != first
                            };
                            closes |= meets && u64::from(level + mark.level) <= most;
                        }
                    }
                })?;
            }
        }
        if !closes {
            reached.swap_remove(before);
        }
        Ok(())
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
        let mut steps = Steps::new(self.expand.direction, &self.expand.types, runtime.graph());
        let from = node_ids(batch.column(self.expand.from)?)?.into_owned();
        let mut held = runtime.context.reservation();
        let (mut rows, mut reached) = (Vec::new(), Vec::new());
        let mut row = first;
        while row < batch.rows() && reached.len() < MANY_ROWS {
            runtime.context.check()?;
            if from.is_valid(row) {
                let before = reached.len();
                self.search(from.value(row), &mut steps, &mut reached, runtime)?;
                held.grow((reached.len() - before) * 8)?;
                rows.resize(reached.len(), row as u32);
            }
            row += 1;
        }
        let mut extended = batch.select(UInt32Array::from(rows))?;
        extended.push(Column::Node(UInt32Array::from(reached)));
        if row < batch.rows() {
            self.rest = Some((batch, row));
        }
        Ok(Some(extended))
    }
}
