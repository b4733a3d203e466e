//! Rows in groups: keys, then aggregates. Without keys there is one group, also of no rows.

use arrow_array::{Int64Array, UInt32Array};

use super::Input;
use super::group_table::GroupTable;
use crate::column::Column;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::execute::batch::{too_many, total};
use crate::execute::evaluate::evaluate_column;
use crate::execute::{Batch, Operator, Runtime};
use crate::functions::{Accumulator, Implementation};
use crate::physical::{self, Expression};

/// Groups and aggregates.
pub(in crate::execute) struct Aggregate<'p> {
    input: Option<Input<'p>>,
    keys: &'p [Expression],
    aggregates: &'p [physical::Aggregate],
}

impl<'p> Aggregate<'p> {
    pub(in crate::execute) fn new(
        input: Input<'p>,
        keys: &'p [Expression],
        aggregates: &'p [physical::Aggregate],
    ) -> Self {
        Aggregate {
            input: Some(input),
            keys,
            aggregates,
        }
    }
}

/// One aggregate while it runs.
struct Running<'p> {
    plan: &'p physical::Aggregate,
    accumulator: Box<dyn Accumulator>,
    /// For `DISTINCT`: pairs of group and arguments that have been counted.
    seen: Option<GroupTable>,
    /// Whether there are keys.
    is_grouped: bool,
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
        let Some(seen) = &mut self.seen else {
            let weights = batch.multiplicity();
            return self
                .accumulator
                .update(&arguments, groups, weights, runtime.context);
        };
        let mut keys = arguments.clone();
        if self.is_grouped {
            keys.push(Column::Node(UInt32Array::from(groups.to_vec())));
        }
        let (_, new_rows) = seen.insert(&keys, groups.len())?;
        let groups: Vec<u32> = new_rows.iter().map(|row| groups[*row as usize]).collect();
        let rows = UInt32Array::from(new_rows);
        let arguments: Vec<Column> = arguments
            .iter()
            .map(|argument| argument.take(&rows))
            .collect::<Result<_>>()?;
        self.accumulator
            .update(&arguments, &groups, None, runtime.context)
    }
}

impl Operator for Aggregate<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        let Some(mut input) = self.input.take() else {
            return Ok(None);
        };
        let mut running = self
            .aggregates
            .iter()
            .map(|plan| {
                Ok(Running {
                    plan,
                    accumulator: accumulator(plan)?,
                    is_grouped: !self.keys.is_empty(),
                    seen: plan.distinct.then(|| GroupTable::new(runtime.context)),
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let mut table = GroupTable::new(runtime.context);
        while let Some(batch) = input.next(runtime)? {
            runtime.context.check()?;
            if batch.rows() == 0 {
                continue;
            }
            let keys = self
                .keys
                .iter()
                .map(|key| evaluate_column(key, &batch, runtime))
                .collect::<Result<Vec<_>>>()?;
            let groups = if keys.is_empty() {
                vec![0; batch.rows()]
            } else {
                table.insert(&keys, batch.rows())?.0
            };
            let count = if keys.is_empty() { 1 } else { table.len() };
            for aggregate in &mut running {
                aggregate.update(&batch, &groups, count, runtime)?;
            }
        }
        let count = if self.keys.is_empty() { 1 } else { table.len() };
        let keys = table.keys(self.keys.len())?;
        let mut result = Batch::new(keys, count);
        for mut aggregate in running {
            aggregate.accumulator.grow(count);
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
            None => groups.iter().for_each(|group| self.0[*group as usize] += 1),
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

    fn finish(&mut self) -> Result<Column> {
        Ok(Column::Integer(Int64Array::from(std::mem::take(
            &mut self.0,
        ))))
    }
}
