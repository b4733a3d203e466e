//! The shortest paths over several parts of a pattern between two nodes, by growing length: a walk
//! in depth through the explored places takes only steps from which the end can still be reached at
//! the length in question.

use std::collections::{HashMap, HashSet};

use arrow_array::{Array, UInt32Array};

use super::Input;
use super::search_graph::{Place, SearchGraph, Step};
use crate::column::{Column, ColumnBuilder};
use crate::context::Reservation;
use crate::error::{Error, Result};
use crate::execute::evaluate::{node_ids, row_count, true_rows};
use crate::execute::{Batch, Operator, Runtime};
use crate::physical::{self, Expression, PathPart};
use crate::value::{NodeId, Value};

/// Searches paths.
pub(in crate::execute) struct SearchPaths<'p> {
    input: Input<'p>,
    plan: &'p physical::Operator,
}

impl<'p> SearchPaths<'p> {
    pub(in crate::execute) fn new(input: Input<'p>, plan: &'p physical::Operator) -> Self {
        SearchPaths { input, plan }
    }
}

impl Operator for SearchPaths<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let physical::Operator::SearchPaths {
            from,
            to,
            parts,
            count,
            groups,
            predicates,
            ..
        } = self.plan
        else {
            return Err(Error::internal("not a search of paths"));
        };
        let Some(batch) = self.input.next(runtime)? else {
            return Ok(None);
        };
        let count = row_count(count, runtime)?;
        let from = node_ids(batch.column(*from)?)?.into_owned();
        let to = node_ids(batch.column(*to)?)?.into_owned();
        let width = parts.iter().map(|part| part.repetition.lists.len() + 1);
        let mut columns: Vec<ColumnBuilder> = Vec::new();
        columns.resize_with(width.sum::<usize>() - 1, ColumnBuilder::new);
        let mut held = runtime.context.reservation();
        let mut rows = Vec::new();
        for row in 0..batch.rows() {
            if count == 0 || from.is_null(row) || to.is_null(row) {
                continue;
            }
            let search = Search {
                parts,
                predicates,
                count,
                groups: *groups,
                row: batch.select(UInt32Array::from(vec![row as u32]))?,
                start: SearchGraph::start(from.value(row)),
            };
            let ends = (from.value(row), to.value(row));
            for path in search.run(ends, runtime)? {
                held.grow(size_of_path(&path))?;
                rows.push(row as u32);
                for (column, value) in columns.iter_mut().zip(path) {
                    column.push(value);
                }
            }
        }
        let found = batch.select(UInt32Array::from(rows))?;
        let columns = columns.into_iter().map(ColumnBuilder::finish);
        Ok(Some(columns.fold(found, Batch::with)))
    }
}

/// The search for one row.
struct Search<'s> {
    parts: &'s [PathPart],
    predicates: &'s [Expression],
    count: usize,
    groups: bool,
    row: Batch,
    start: Place,
}

/// What a path gives, a value for each column.
type Found = Vec<Value>;

/// The paths so far, with what they take.
struct Paths {
    found: Vec<Found>,
    held: Reservation,
}

/// What a step of the walk in depth takes, its relationships included.
const BYTES_OF_STEP: usize = 128;

impl Search<'_> {
    fn run(&self, ends: (u32, u32), runtime: &mut Runtime) -> Result<Vec<Found>> {
        let mut graph = SearchGraph::new(self.parts, self.row.clone(), ends, runtime);
        let mut remaining = HashMap::new();
        let mut paths = Paths {
            found: Vec::new(),
            held: runtime.context.reservation(),
        };
        let (mut length, mut found_groups) = (0, 0);
        loop {
            if graph.explore(length, runtime)? {
                remaining = graph.remaining(runtime)?;
            }
            let before = paths.found.len();
            let longer = self.of_length(length, &graph, &remaining, &mut paths, runtime)?;
            found_groups += usize::from(paths.found.len() > before);
            let found = if self.groups {
                found_groups
            } else {
                paths.found.len()
            };
            length = match longer {
                _ if found >= self.count => break,
                Some(longer) if graph.is_complete() => longer,
                None if graph.is_complete() => break,
                _ => length + 1,
            };
        }
        Ok(paths.found)
    }

    /// Adds the paths of exactly this length. Gives the least length at which there may be more.
    fn of_length(
        &self,
        length: u64,
        graph: &SearchGraph,
        remaining: &HashMap<Place, u64>,
        paths: &mut Paths,
        runtime: &mut Runtime,
    ) -> Result<Option<u64>> {
        let mut longer = match remaining.get(&self.start) {
            Some(least) if *least <= length => None,
            further => return Ok(further.copied()),
        };
        let mut held = runtime.context.reservation();
        let mut taken: HashSet<u32> = HashSet::new();
        let mut steps: Vec<&Step> = Vec::new();
        let mut stack = vec![(self.start, 0)];
        let mut deepest = 0;
        if length == 0 && graph.is_end(&self.start) {
            self.keep(&steps, paths, runtime)?;
        }
        while let Some((place, next)) = stack.last_mut() {
            runtime.context.check()?;
            let Some(step) = graph.steps(place).get(*next) else {
                stack.pop();
                for relationship in steps.pop().into_iter().flat_map(|step| &step.relationships) {
                    taken.remove(relationship);
                }
                continue;
            };
            *next += 1;
            let Some(rest) = remaining.get(&step.to) else {
                continue;
            };
            if step
                .relationships
                .iter()
                .any(|relationship| taken.contains(relationship))
            {
                continue;
            }
            let total = (taken.len() + step.relationships.len()) as u64 + rest;
            if total > length {
                longer = Some(longer.map_or(total, |least: u64| least.min(total)));
                continue;
            }
            if stack.len() > deepest {
                deepest = stack.len();
                held.grow(BYTES_OF_STEP)?;
            }
            taken.extend(&step.relationships);
            steps.push(step);
            stack.push((step.to, 0));
            if taken.len() as u64 == length && graph.is_end(&step.to) {
                self.keep(&steps, paths, runtime)?;
                if !self.groups && paths.found.len() >= self.count {
                    break;
                }
            }
        }
        Ok(longer)
    }

    /// Adds a path if it satisfies what is asked of it.
    fn keep(&self, steps: &[&Step], paths: &mut Paths, runtime: &mut Runtime) -> Result<()> {
        let path = self.values(steps);
        if !self.predicates.is_empty() {
            let row = path.iter().fold(self.row.clone(), |row, value| {
                row.with(Column::Value(vec![value.clone()].into()))
            });
            for predicate in self.predicates {
                if true_rows(predicate, &row, runtime)?.is_empty() {
                    return Ok(());
                }
            }
        }
        paths.held.grow(size_of_path(&path))?;
        paths.found.push(path);
        Ok(())
    }

    /// What the parts give, and the nodes between them.
    fn values(&self, steps: &[&Step]) -> Found {
        let mut values = Vec::new();
        let mut steps = steps.iter().peekable();
        for (index, part) in self.parts.iter().enumerate() {
            let mut lists = vec![Vec::new(); part.repetition.lists.len()];
            while let Some(step) = steps.next_if(|step| !step.relationships.is_empty()) {
                for (list, value) in lists.iter_mut().zip(&step.values) {
                    list.push(value.clone());
                }
            }
            values.extend(lists.into_iter().map(|mut list| match part.is_single {
                true => list.pop().unwrap_or_default(),
                false => Value::list(list),
            }));
            if index + 1 < self.parts.len() {
                values.extend(steps.next().map(|step| Value::Node(NodeId(step.to.node))));
            }
        }
        values
    }
}

fn size_of_path(path: &Found) -> usize {
    let values = path.iter().map(Value::heap_size);
    values.sum::<usize>() + size_of::<Found>() + path.len() * size_of::<Value>()
}
