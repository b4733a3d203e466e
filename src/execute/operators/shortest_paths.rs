//! The shortest paths between two nodes: breadth first for one path or one group, by growing length
//! for more.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use arrow_array::{Array, UInt32Array};

use super::Input;
use super::expand_repeat::ways;
use super::steps::Steps;
use crate::bind::bound::Length;
use crate::column::Column;
use crate::error::{Error, Result};
use crate::execute::evaluate::{node_ids, row_count, true_rows};
use crate::execute::{Batch, Operator, Runtime};
use crate::physical::{self, Expression};
use crate::value::{RelationshipId, Value};

/// Searches shortest paths.
pub(in crate::execute) struct ShortestPaths<'p> {
    input: Input<'p>,
    plan: &'p physical::Operator,
}

/// For each node its level, and the nodes and relationships before it.
type Reached = HashMap<u32, (u64, Vec<(u32, u32)>)>;

/// The search for one row.
struct Search<'s> {
    steps: Steps,
    each: Option<&'s Expression>,
    predicates: &'s [Expression],
    batch: &'s Batch,
    row: usize,
    from: u32,
    to: u32,
    length: Length,
}

impl<'p> ShortestPaths<'p> {
    pub(in crate::execute) fn new(input: Input<'p>, plan: &'p physical::Operator) -> Self {
        ShortestPaths { input, plan }
    }
}

impl Operator for ShortestPaths<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let physical::Operator::ShortestPaths {
            expand,
            length,
            each,
            count,
            groups,
            predicates,
            ..
        } = self.plan
        else {
            return Err(Error::internal("not a search of shortest paths"));
        };
        let Some(batch) = self.input.next(runtime)? else {
            return Ok(None);
        };
        let count = row_count(count, runtime)?;
        let from = node_ids(batch.column(expand.from)?)?.into_owned();
        let to = match expand.into {
            Some(slot) => node_ids(batch.column(slot)?)?.into_owned(),
            None => return Err(Error::internal("a shortest path has no end")),
        };
        let mut held = runtime.context.reservation();
        let (mut rows, mut lists) = (Vec::new(), Vec::new());
        for row in 0..batch.rows() {
            if from.is_null(row) || to.is_null(row) {
                continue;
            }
            let mut search = Search {
                steps: Steps::new(expand.direction, &expand.types, runtime.graph()),
                each: each.as_ref(),
                predicates,
                batch: &batch,
                row,
                from: from.value(row),
                to: to.value(row),
                length: *length,
            };
            for relationships in search.run(count, *groups, runtime)? {
                let list = list_of(&relationships);
                held.grow(list.heap_size())?;
                rows.push(row as u32);
                lists.push(list);
            }
        }
        let found = batch.select(UInt32Array::from(rows))?;
        Ok(Some(found.with(Column::Value(lists.into()))))
    }
}

impl Search<'_> {
    /// The relationships of each path, shortest first.
    fn run(&mut self, count: usize, groups: bool, runtime: &mut Runtime) -> Result<Vec<Vec<u32>>> {
        if count == 0 {
            return Ok(Vec::new());
        }
        let unconditional = self.predicates.is_empty();
        if unconditional && self.from == self.to && self.length.minimum == 0 && count == 1 {
            return Ok(vec![Vec::new()]);
        }
        if unconditional && count == 1 && self.length.minimum <= 1 && self.from != self.to {
            return self.breadth_first(groups, runtime);
        }
        self.by_length(count, groups, runtime)
    }

    /// Whether a path satisfies what is asked of it.
    fn admits(&self, trail: &[u32], runtime: &mut Runtime) -> Result<bool> {
        if self.predicates.is_empty() {
            return Ok(true);
        }
        let row = self
            .batch
            .select(UInt32Array::from(vec![self.row as u32]))?;
        let row = row.with(Column::Value(vec![list_of(trail)].into()));
        for predicate in self.predicates {
            if true_rows(predicate, &row, runtime)?.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn ways(&mut self, node: u32, runtime: &mut Runtime) -> Result<Vec<(u32, u32)>> {
        let mut found = Vec::new();
        let (each, batch, row) = (self.each, self.batch, self.row);
        ways(node, &mut self.steps, each, batch, row, &mut found, runtime)?;
        Ok(found)
    }

    /// One shortest path, or all of the same least length: level by level, noting for each node the
    /// ways that reached it first.
    fn breadth_first(&mut self, all: bool, runtime: &mut Runtime) -> Result<Vec<Vec<u32>>> {
        let mut reached = Reached::new();
        reached.insert(self.from, (0, Vec::new()));
        let mut frontier = vec![self.from];
        let mut level = 0;
        let mut held = runtime.context.reservation();
        while !frontier.is_empty() && !reached.contains_key(&self.to) {
            level += 1;
            if self.length.maximum.is_some_and(|most| level > most) {
                return Ok(Vec::new());
            }
            let mut next = Vec::new();
            for node in frontier {
                runtime.context.check()?;
                for (neighbour, relationship) in self.ways(node, runtime)?.into_iter().rev() {
                    match reached.entry(neighbour) {
                        Entry::Vacant(entry) => {
                            held.grow(64)?;
                            entry.insert((level, vec![(node, relationship)]));
                            next.push(neighbour);
                        }
                        Entry::Occupied(mut entry) => {
                            let (known, before) = entry.get_mut();
                            if all && *known == level {
                                held.grow(16)?;
                                before.push((node, relationship));
                            }
                        }
                    }
                }
            }
            frontier = next;
        }
        let mut paths = Vec::new();
        if reached.contains_key(&self.to) {
            self.trace(self.to, &reached, &mut Vec::new(), &mut paths, runtime)?;
        }
        Ok(paths)
    }

    /// All paths back to the start, at most as deep as the search went.
    fn trace(
        &self,
        node: u32,
        reached: &Reached,
        behind: &mut Vec<u32>,
        paths: &mut Vec<Vec<u32>>,
        runtime: &Runtime,
    ) -> Result<()> {
        // An explicit stack: paths may be longer than the call stack is deep.
        let mut stack = vec![(node, 0_usize)];
        let mut held = runtime.context.reservation();
        while let Some((node, tried)) = stack.pop() {
            runtime.context.check()?;
            if node == self.from {
                held.grow(behind.len() * 4 + 24)?;
                paths.push(behind.iter().rev().copied().collect());
                behind.pop();
                continue;
            }
            let before = reached
                .get(&node)
                .map_or(&[][..], |(_, before)| before.as_slice());
            match before.get(tried) {
                Some((previous, relationship)) => {
                    stack.push((node, tried + 1));
                    stack.push((*previous, 0));
                    behind.push(*relationship);
                }
                None => {
                    behind.pop();
                }
            }
        }
        Ok(())
    }

    /// Every trail by growing length until `count` paths, or groups of equal length, are found.
    fn by_length(
        &mut self,
        count: usize,
        groups: bool,
        runtime: &mut Runtime,
    ) -> Result<Vec<Vec<u32>>> {
        let mut paths = Vec::new();
        let mut found_groups = 0;
        // Trails of the current length, with the node at their end.
        let mut trails: Vec<(u32, Vec<u32>)> = vec![(self.from, Vec::new())];
        let mut length = 0;
        let mut held = runtime.context.reservation();
        while !trails.is_empty() {
            if length >= self.length.minimum {
                let before = paths.len();
                let ended = trails.iter().filter(|(end, _)| *end == self.to);
                for (_, trail) in ended {
                    if self.admits(trail, runtime)? {
                        paths.push(trail.clone());
                    }
                }
                found_groups += usize::from(paths.len() > before);
                let enough = if groups {
                    found_groups >= count
                } else {
                    paths.len() >= count
                };
                if enough {
                    break;
                }
            }
            if self.length.maximum == Some(length) {
                break;
            }
            length += 1;
            let mut longer = Vec::new();
            for (end, trail) in &trails {
                runtime.context.check()?;
                for (neighbour, relationship) in self.ways(*end, runtime)?.into_iter().rev() {
                    if !trail.contains(&relationship) {
                        held.grow(trail.len() * 4 + 40)?;
                        let mut trail = trail.clone();
                        trail.push(relationship);
                        longer.push((neighbour, trail));
                    }
                }
            }
            trails = longer;
        }
        if !groups {
            paths.truncate(count);
        }
        Ok(paths)
    }
}

/// A list of relationships as a value.
fn list_of(relationships: &[u32]) -> Value {
    let relationships = relationships.iter().copied().map(RelationshipId);
    Value::list(relationships.map(Value::Relationship).collect())
}
