//! The shortest paths between two nodes: searched from both for one path or one group, by growing
//! length for more.

use arrow_array::{Array, UInt32Array};

use super::Input;
use super::expand_repeat::ways;
use super::steps::Steps;
use super::two_sided_search::{self, Ways};
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

/// The search for one row.
struct Search<'s> {
    steps: &'s mut Steps,
    /// Against the direction of the pattern, if it has one.
    back: Option<&'s mut Steps>,
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
        let graph = runtime.graph();
        let mut steps = Steps::new(expand.direction, &expand.types, graph);
        let turned = expand.direction.turned();
        let is_directed = turned != expand.direction;
        let mut back = is_directed.then(|| Steps::new(turned, &expand.types, graph));
        for row in 0..batch.rows() {
            if from.is_null(row) || to.is_null(row) {
                continue;
            }
            let mut search = Search {
                steps: &mut steps,
                back: back.as_mut(),
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
            let (from, to, most) = (self.from, self.to, self.length.maximum);
            return two_sided_search::search(from, to, most, groups, self, runtime);
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
        let (mut length, mut found) = (0, Vec::new());
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
                found.clear();
                self.ways(*end, false, &mut found, runtime)?;
                for (neighbour, relationship) in found.drain(..).rev() {
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

impl Ways for Search<'_> {
    fn ways(
        &mut self,
        node: u32,
        backwards: bool,
        found: &mut Vec<(u32, u32)>,
        runtime: &mut Runtime,
    ) -> Result<()> {
        let steps = match &mut self.back {
            Some(back) if backwards => &mut **back,
            _ => &mut *self.steps,
        };
        ways(node, steps, self.each, self.batch, self.row, found, runtime)
    }
}

/// A list of relationships as a value.
fn list_of(relationships: &[u32]) -> Value {
    let relationships = relationships.iter().copied().map(RelationshipId);
    Value::list(relationships.map(Value::Relationship).collect())
}
