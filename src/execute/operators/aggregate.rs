//! Rows in groups: keys, then aggregates. Without keys there is one group, also of no rows.

use arrow_array::{Int64Array, UInt32Array};
use arrow_buffer::BooleanBuffer;

use super::Input;
use super::group_table::GroupTable;
use super::node_keys::NodeKeys;
use super::seen::Seen;
use crate::column::{Column, Sameness};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::execute::batch::{sum, too_many, total};
use crate::execute::evaluate::{evaluate_column, near_column, row_numbers};
use crate::execute::parts::Parts;
use crate::execute::{Batch, Operator, Runtime};
use crate::functions::{Accumulator, Implementation, lanes, same_kind};
use crate::physical::{self, Expression};

/// Groups and aggregates.
pub(in crate::execute) struct Aggregate<'p> {
    input: Option<Parts<'p>>,
    grouping: Grouping<'p>,
}

/// What groups are by, and what is computed of them.
#[derive(Clone, Copy)]
struct Grouping<'p> {
    keys: &'p [Expression],
    aggregates: &'p [physical::Aggregate],
}

impl<'p> Aggregate<'p> {
    pub(in crate::execute) fn new(
        input: Parts<'p>,
        keys: &'p [Expression],
        aggregates: &'p [physical::Aggregate],
    ) -> Self {
        Aggregate {
            input: Some(input),
            grouping: Grouping { keys, aggregates },
        }
    }
}

/// One aggregate while it runs.
struct Running<'p> {
    plan: &'p physical::Aggregate,
    accumulator: Box<dyn Accumulator>,
    /// For `DISTINCT`: what has been counted.
    seen: Option<Seen>,
}

impl Running<'_> {
    fn update(
        &mut self,
        batch: &Batch,
        groups: &[u32],
        count: usize,
        runtime: &mut Runtime,
    ) -> Result<()> {
        self.accumulator.grow(count);
        let arguments = self
            .plan
            .arguments
            .iter()
            .map(|argument| evaluate_column(argument, batch, runtime))
            .collect::<Result<Vec<_>>>()?;
        if self.seen.is_some() {
            return self.add_distinct(&arguments, groups, runtime);
        }
        self.accumulator
            .update(&arguments, groups, batch.multiplicity(), runtime.context)
    }

    /// Adds the rows whose bit is set to the only group; without picking them where that is possible.
    fn update_masked(
        &mut self,
        batch: &Batch,
        mask: &BooleanBuffer,
        zeros: &[u32],
        runtime: &mut Runtime,
    ) -> Result<()> {
        if self.seen.is_none() && batch.multiplicity().is_none() {
            let arguments = self.plan.arguments.iter();
            let arguments: Option<Vec<Column>> = arguments
                .map(|argument| near_column(argument, batch, runtime))
                .collect::<Result<_>>()?;
            self.accumulator.grow(1);
            if let Some(arguments) = arguments
                && self.accumulator.update_masked(&arguments, mask)?
            {
                return Ok(());
            }
        }
        let kept = batch.select(row_numbers(mask))?;
        self.update(&kept, &zeros[..kept.rows()], 1, runtime)
    }

    /// Adds rows for `DISTINCT`: those whose arguments are new in their group.
    fn add_distinct(
        &mut self,
        arguments: &[Column],
        groups: &[u32],
        runtime: &Runtime,
    ) -> Result<()> {
        let (arguments, groups) = match &mut self.seen {
            Some(seen) => seen.take_new(arguments, groups, runtime)?,
            None => (arguments.to_vec(), groups.to_vec()),
        };
        self.accumulator
            .update(&arguments, &groups, None, runtime.context)
    }

    /// Adds what was gathered from rows that come after these; its group `i` is `groups[i]` here.
    fn merge(
        &mut self,
        later: Running,
        groups: &[u32],
        count: usize,
        runtime: &Runtime,
    ) -> Result<()> {
        self.accumulator.grow(count);
        let Some(seen) = later.seen else {
            let accumulator = later.accumulator;
            return self.accumulator.merge(accumulator, groups, runtime.context);
        };
        let (arguments, mut of_rows) = seen.rows()?;
        of_rows
            .iter_mut()
            .for_each(|group| *group = groups[*group as usize]);
        self.add_distinct(&arguments, &of_rows, runtime)
    }
}

/// The groups of some rows.
struct Groups<'p> {
    table: GroupTable,
    running: Vec<Running<'p>>,
}

impl<'p> Grouping<'p> {
    /// The groups of the rows of an input.
    fn gather(&self, mut input: Input, runtime: &mut Runtime) -> Result<Groups<'p>> {
        let mut running = self
            .aggregates
            .iter()
            .map(|plan| {
                let seen = || Seen::new(plan.arguments.len(), !self.keys.is_empty(), runtime);
                Ok(Running {
                    plan,
                    accumulator: accumulator(plan)?,
                    seen: plan.distinct.then(seen),
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let mut table = GroupTable::new(runtime.context, Sameness::Equivalent);
        let keys = self.keys.iter();
        let mut by_node: Vec<NodeKeys> = keys
            .map(|key| NodeKeys::new(key, runtime.context))
            .collect();
        // The groups of rows that are all in one group.
        let mut zeros: Vec<u32> = Vec::new();
        while let Some((mut batch, mask)) = input.next_masked(runtime)? {
            runtime.context.check()?;
            if batch.rows() == 0 {
                continue;
            }
            if self.keys.is_empty() {
                zeros.resize(zeros.len().max(batch.rows()), 0);
                for aggregate in &mut running {
                    match &mask {
                        Some(mask) => aggregate.update_masked(&batch, mask, &zeros, runtime)?,
                        None => aggregate.update(&batch, &zeros[..batch.rows()], 1, runtime)?,
                    }
                }
                continue;
            }
            if let Some(mask) = mask {
                batch = batch.select(row_numbers(&mask))?;
            }
            let groups = self.group(&batch, &mut table, &mut by_node, runtime)?;
            for aggregate in &mut running {
                aggregate.update(&batch, &groups, table.len(), runtime)?;
            }
        }
        let count = self.count(&table);
        for aggregate in &mut running {
            aggregate.accumulator.grow(count);
        }
        Ok(Groups { table, running })
    }

    /// The group of each row of a batch.
    fn group(
        &self,
        batch: &Batch,
        table: &mut GroupTable,
        by_node: &mut [NodeKeys],
        runtime: &mut Runtime,
    ) -> Result<Vec<u32>> {
        // Columns that are read as a whole anyway.
        let mut columns = Vec::with_capacity(self.keys.len());
        let mut numbers = Vec::with_capacity(self.keys.len());
        for (place, (key, by_node)) in self.keys.iter().zip(by_node).enumerate() {
            let of_nodes = by_node.of_rows(batch, |new| {
                let key = evaluate_column(key, new, runtime)?;
                Ok(table.number(place, &key))
            })?;
            let (column, of_rows) = match of_nodes {
                Some(numbers) => (None, numbers),
                None => {
                    let column = evaluate_column(key, batch, runtime)?;
                    let numbers = table.number(place, &column);
                    (Some(column), numbers)
                }
            };
            columns.push(column);
            numbers.push(of_rows);
        }
        let (groups, new_rows) = table.group(numbers);
        if !new_rows.is_empty() {
            let selection = UInt32Array::from(new_rows);
            let new = match columns.iter().all(Option::is_some) {
                true => Batch::default(),
                false => batch.select(selection.clone())?,
            };
            let kept = columns.iter().zip(self.keys);
            let kept = kept.map(|(column, key)| match column {
                Some(column) => column.take(&selection),
                None => evaluate_column(key, &new, runtime),
            });
            table.keep(kept.collect::<Result<_>>()?)?;
        }
        Ok(groups)
    }

    /// The number of groups: without keys there is one, also of no rows.
    fn count(&self, table: &GroupTable) -> usize {
        if self.keys.is_empty() { 1 } else { table.len() }
    }

    /// Adds the groups of rows that come after those of `known`.
    fn merge(&self, known: &mut Groups<'p>, later: Groups<'p>, runtime: &Runtime) -> Result<()> {
        let groups = if self.keys.is_empty() {
            vec![0]
        } else if later.table.len() == 0 {
            return Ok(());
        } else {
            let keys = later.table.keys(self.keys.len())?;
            known.table.insert(&keys)?.0
        };
        let count = self.count(&known.table);
        for (known, later) in known.running.iter_mut().zip(later.running) {
            runtime.context.check()?;
            known.merge(later, &groups, count, runtime)?;
        }
        Ok(())
    }
}

impl Operator for Aggregate<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let Some(input) = self.input.take() else {
            return Ok(None);
        };
        let grouping = self.grouping;
        let parts = input.each(runtime, |input, runtime| grouping.gather(input, runtime))?;
        let mut parts = parts.into_iter();
        let Some(mut groups) = parts.next() else {
            return Err(Error::internal("an aggregate has no input"));
        };
        for later in parts {
            grouping.merge(&mut groups, later, runtime)?;
        }
        let keys = groups.table.keys(grouping.keys.len())?;
        let mut result = Batch::new(keys, grouping.count(&groups.table));
        for mut aggregate in groups.running {
            result.push(aggregate.accumulator.finish()?);
        }
        Ok(Some(result))
    }
}

fn accumulator(plan: &physical::Aggregate) -> Result<Box<dyn Accumulator>> {
    match plan.function {
        None => Ok(Box::new(CountRows::default())),
        Some(function) => match function.implementation {
            Implementation::Aggregate(create) => Ok(create()),
            _ => Err(Error::internal(format!(
                "{} is no aggregate",
                function.name
            ))),
        },
    }
}

/// `count(*)`
#[derive(Default)]
struct CountRows(Vec<i64>);

impl Accumulator for CountRows {
    fn grow(&mut self, groups: usize) {
        self.0.resize(groups, 0);
    }

    fn update(
        &mut self,
        _arguments: &[Column],
        groups: &[u32],
        weights: Option<&[u64]>,
        _context: &Context,
    ) -> Result<()> {
        match weights {
            None if self.0.len() == 1 => self.0[0] += groups.len() as i64,
            None if self.0.len() <= lanes::MOST_GROUPS && groups.len() >= lanes::FEWEST_ROWS => {
                let counts = lanes::sums(groups, groups, self.0.len(), |_| 1);
                let counts = self.0.iter_mut().zip(counts);
                counts.for_each(|(count, more)| *count += more as i64);
            }
            None => groups.iter().for_each(|group| self.0[*group as usize] += 1),
            Some(weights) if self.0.len() == 1 => {
                let count = total(self.0[0] as u64, sum(weights)?)?;
                self.0[0] = i64::try_from(count).map_err(|_| too_many())?;
            }
            Some(weights) => {
                for (group, weight) in groups.iter().zip(weights) {
                    let count = &mut self.0[*group as usize];
                    *count =
                        i64::try_from(total(*count as u64, *weight)?).map_err(|_| too_many())?;
                }
            }
        }
        Ok(())
    }

    fn merge(
        &mut self,
        later: Box<dyn Accumulator>,
        groups: &[u32],
        context: &Context,
    ) -> Result<()> {
        let later = same_kind::<Self>(later)?.0;
        let weights: Vec<u64> = later.into_iter().map(|count| count as u64).collect();
        self.update(&[], groups, Some(&weights), context)
    }

    fn update_masked(&mut self, _arguments: &[Column], mask: &BooleanBuffer) -> Result<bool> {
        self.0[0] += mask.count_set_bits() as i64;
        Ok(true)
    }

    fn finish(&mut self) -> Result<Column> {
        Ok(Column::Integer(Int64Array::from(std::mem::take(
            &mut self.0,
        ))))
    }
}
