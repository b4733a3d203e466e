//! The shortest paths between two nodes, searched from both: level by level, on the side that has
//! fewer nodes to go on from, until a level meets the other side.
//!
//! Source: "Bi-directional Search" (Pohl, Machine Intelligence 6, 1971).

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

use crate::context::Reservation;
use crate::error::Result;
use crate::execute::Runtime;

/// The bytes that a node that was reached takes, and a way to it.
const BYTES_OF_NODE: usize = 24;

/// So many nodes are reached before the first table has to grow.
const FEW_NODES: usize = 448;

/// Finds the ways on from a node, backwards or forwards: appends neighbours and relationships.
pub(super) trait Ways {
    fn ways(
        &mut self,
        node: u32,
        backwards: bool,
        found: &mut Vec<(u32, u32)>,
        runtime: &mut Runtime,
    ) -> Result<()>;
}

/// What is reached from one end.
struct Side {
    /// For each node its level and the last of the ways to it.
    reached: HashMap<u32, (u64, usize)>,
    ways: Vec<Way>,
    frontier: Vec<u32>,
    level: u64,
}

/// The last step of a way to a node.
struct Way {
    /// The node before.
    before: u32,
    relationship: u32,
    /// Another way to the same node.
    next: usize,
}

/// Stands for no way.
const NONE: usize = usize::MAX;

impl Side {
    fn new(end: u32) -> Side {
        let mut reached = HashMap::with_capacity(FEW_NODES);
        reached.insert(end, (0, NONE));
        Side {
            reached,
            ways: Vec::new(),
            frontier: vec![end],
            level: 0,
        }
    }

    /// The ways by which a node was reached.
    fn ways_to(&self, node: u32) -> impl Iterator<Item = &Way> {
        let mut next = self.reached.get(&node).map_or(NONE, |known| known.1);
        std::iter::from_fn(move || {
            let way = self.ways.get(next)?;
            next = way.next;
            Some(way)
        })
    }

    /// All ways from a node to the end of this side, or the first of them: the relationships from the
    /// node on.
    fn paths(
        &self,
        node: u32,
        all: bool,
        held: &mut Reservation,
        runtime: &Runtime,
    ) -> Result<Vec<Vec<u32>>> {
        let mut paths = Vec::new();
        // An explicit stack: paths may be longer than the call stack is deep.
        let mut stack = vec![(node, Vec::new())];
        while let Some((node, path)) = stack.pop() {
            runtime.context.check()?;
            let before = stack.len();
            for way in self.ways_to(node) {
                held.grow(path.len() * 4 + BYTES_OF_NODE)?;
                let mut longer = path.clone();
                longer.push(way.relationship);
                stack.push((way.before, longer));
                if !all {
                    break;
                }
            }
            if stack.len() == before {
                paths.push(path);
            }
        }
        Ok(paths)
    }
}

/// The relationships of a shortest path from one node to another, which are two; all of the same least
/// length where `all`. None longer than `maximum`.
pub(super) fn search(
    from: u32,
    to: u32,
    maximum: Option<u64>,
    all: bool,
    steps: &mut impl Ways,
    runtime: &mut Runtime,
) -> Result<Vec<Vec<u32>>> {
    let mut held = runtime.context.reservation();
    let (mut start, mut end) = (Side::new(from), Side::new(to));
    let mut found = Vec::new();
    let mut meetings: Vec<u32> = Vec::new();
    while meetings.is_empty() {
        if maximum.is_some_and(|most| start.level + end.level >= most) {
            return Ok(Vec::new());
        }
        let backwards = end.frontier.len() < start.frontier.len();
        let (side, other) = match backwards {
            true => (&mut end, &start),
            false => (&mut start, &end),
        };
        side.level += 1;
        let before = std::mem::take(&mut side.frontier);
        'level: for node in before {
            runtime.context.check()?;
            found.clear();
            steps.ways(node, backwards, &mut found, runtime)?;
            held.grow(found.len() * BYTES_OF_NODE)?;
            for (neighbour, relationship) in &found {
                let place = side.ways.len();
                let mut way = Way {
                    before: node,
                    relationship: *relationship,
                    next: NONE,
                };
                match side.reached.entry(*neighbour) {
                    Entry::Occupied(mut known) => {
                        let (level, last) = known.get_mut();
                        if all && *level == side.level {
                            way.next = std::mem::replace(last, place);
                            side.ways.push(way);
                        }
                    }
                    Entry::Vacant(unknown) => {
                        unknown.insert((side.level, place));
                        side.ways.push(way);
                        side.frontier.push(*neighbour);
                        if other.reached.contains_key(neighbour) {
                            meetings.push(*neighbour);
                            if !all {
                                break 'level;
                            }
                        }
                    }
                }
            }
        }
        if side.frontier.is_empty() {
            return Ok(Vec::new());
        }
    }
    let mut paths = Vec::new();
    for meeting in meetings {
        let ends = end.paths(meeting, all, &mut held, runtime)?;
        for mut path in start.paths(meeting, all, &mut held, runtime)? {
            path.reverse();
            for end in &ends {
                held.grow((path.len() + end.len()) * 4 + BYTES_OF_NODE)?;
                paths.push(path.iter().chain(end).copied().collect());
            }
        }
    }
    Ok(paths)
}
