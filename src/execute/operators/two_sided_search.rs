//! The shortest paths between two nodes, searched from both: level by level, on the side that has
//! fewer nodes to go on from, until a level meets the other side.
//!
//! Source: "Bi-directional Search" (Pohl, Machine Intelligence 6, 1971).

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::context::Reservation;
use crate::error::Result;
use crate::execute::Runtime;

/// The bytes that a way to a node takes, its place in the table included.
const BYTES_OF_WAY: usize = 32;

/// So many nodes are reached before the first table has to grow.
const FEW_NODES: usize = 1792;

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
    /// For each node that was reached the last of the ways to it, by place.
    reached: HashTable<usize>,
    /// First stands the end itself, to which no way is needed.
    ways: Vec<Way>,
    frontier: Vec<u32>,
    level: u64,
    /// Where the ways of this level begin.
    start: usize,
}

/// The last step of a way to a node.
struct Way {
    node: u32,
    /// The node before.
    before: u32,
    relationship: u32,
    /// Another way to the same node.
    next: usize,
}

/// The place of the end among the ways, which stands for no way.
const END: usize = 0;

/// A hash of a node: nodes that are near to one another are common.
#[inline]
fn hash(node: u32) -> u64 {
    let mixed = u64::from(node).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ mixed >> 32
}

impl Side {
    fn new(end: u32) -> Side {
        let mut side = Side {
            reached: HashTable::with_capacity(FEW_NODES),
            ways: Vec::with_capacity(FEW_NODES),
            frontier: Vec::new(),
            level: 0,
            start: END,
        };
        let way = Way {
            node: end,
            before: end,
            relationship: 0,
            next: END,
        };
        side.reach(way, false);
        side
    }

    /// Takes a way to a node; tells whether the node is reached for the first time. Other ways of this
    /// level are taken where `all`.
    #[inline]
    fn reach(&mut self, mut way: Way, all: bool) -> bool {
        let (node, place, ways) = (way.node, self.ways.len(), &mut self.ways);
        let is_it = |known: &usize| ways[*known].node == node;
        match self
            .reached
            .entry(hash(node), is_it, |known| hash(ways[*known].node))
        {
            Entry::Occupied(mut last) => {
                if all && *last.get() >= self.start {
                    way.next = std::mem::replace(last.get_mut(), place);
                    ways.push(way);
                }
                false
            }
            Entry::Vacant(unknown) => {
                unknown.insert(place);
                ways.push(way);
                self.frontier.push(node);
                true
            }
        }
    }

    /// The last of the ways by which a node was reached, by place.
    #[inline]
    fn last_way(&self, node: u32) -> Option<usize> {
        let is_it = |known: &usize| self.ways[*known].node == node;
        self.reached.find(hash(node), is_it).copied()
    }

    /// The ways by which a node was reached.
    fn ways_to(&self, node: u32) -> impl Iterator<Item = &Way> {
        let mut next = self.last_way(node).unwrap_or(END);
        std::iter::from_fn(move || {
            let way = self.ways.get(next).filter(|_| next != END)?;
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
                held.grow(path.len() * 4 + BYTES_OF_WAY)?;
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
        side.start = side.ways.len();
        let before = std::mem::take(&mut side.frontier);
        'level: for node in before {
            runtime.context.check()?;
            found.clear();
            steps.ways(node, backwards, &mut found, runtime)?;
            held.grow(found.len() * BYTES_OF_WAY)?;
            for (neighbour, relationship) in &found {
                let way = Way {
                    node: *neighbour,
                    before: node,
                    relationship: *relationship,
                    next: END,
                };
                if side.reach(way, all) && other.last_way(*neighbour).is_some() {
                    meetings.push(*neighbour);
                    if !all {
                        break 'level;
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
                held.grow((path.len() + end.len()) * 4 + BYTES_OF_WAY)?;
                paths.push(path.iter().chain(end).copied().collect());
            }
        }
    }
    Ok(paths)
}
