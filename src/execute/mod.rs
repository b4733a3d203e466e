//! Physical plan to batches of rows: one executor, vectorised.
//!
//! * In: [`crate::physical::Plan`], parameters, a snapshot or the writer.
//! * Out: batches of columns.
//! * Never: query text, names of variables, the shape of chunks.
//! * Start here: [`Operator`] and [`open`].

mod batch;
mod evaluate;
mod operators;
mod parts;
mod profile;
mod runtime;
mod schema;
mod selection;

pub use batch::{BATCH_SIZE, Batch};
pub use profile::Counts;
pub use runtime::{Committer, Runtime};
pub use schema::run_schema;

use arrow_buffer::BooleanBuffer;

use crate::error::Result;
use crate::physical::{Operator as Kind, Plan};
use parts::Parts;

/// A running operator.
///
/// `next` gives one batch after the other and `None` at the end, and again `None` after it. An
/// empty batch is not the end. What grows with the rows is reserved from the context's budget
/// before it is allocated, and every loop that may run long calls the context's `check`.
pub trait Operator {
    /// The next batch.
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>>;

    /// The next batch, from which the rows that do not count may not be taken away yet: for what can
    /// pass over them cheaper than pick the others. Called instead of `next`.
    fn next_masked(&mut self, runtime: &mut Runtime) -> Result<Option<Masked>> {
        Ok(self.next(runtime)?.map(|batch| (batch, None)))
    }
}

/// A batch, and which of its rows count; all where missing.
pub type Masked = (Batch, Option<BooleanBuffer>);

/// The operator of a plan, ready to run. `argument` is what [`Kind::Argument`] gives.
pub fn open<'p>(
    plan: &'p Plan,
    argument: Option<&Batch>,
    runtime: &Runtime,
) -> Box<dyn Operator + 'p> {
    use operators as o;
    if let Some(share) = &runtime.share
        && share.is_of(plan)
        && share.is_kept()
    {
        return Box::new(o::kept_rows::ReadKept);
    }
    let open = |input: &'p Plan| open(input, argument, runtime);
    let parts = |input: &'p Plan| Parts::new(input, argument, runtime);
    let operator: Box<dyn Operator + 'p> = match &plan.operator {
        Kind::Unit => Box::new(o::argument::Once::new(Batch::without_columns(1))),
        Kind::Argument => Box::new(o::argument::Once::new(
            argument.cloned().unwrap_or_default(),
        )),
        Kind::ScanNodes { labels } => {
            Box::new(o::scan_nodes::ScanNodes::new(labels.as_ref(), plan))
        }
        Kind::Seek { input, seek } => Box::new(o::seek::SeekIndex::new(open(input), seek)),
        Kind::Cross {
            left,
            right,
            counted,
        } => Box::new(o::cross::Cross::new(open(left), open(right), *counted)),
        Kind::HashJoin {
            left,
            right,
            left_keys,
            right_keys,
            counted,
        } => Box::new(o::hash_join::HashJoin::new(
            [open(left), open(right)],
            [left_keys, right_keys],
            *counted,
        )),
        Kind::Expand { input, expand } => Box::new(o::expand::ExpandOne::new(open(input), expand)),
        Kind::ExpandRepeat {
            input,
            expand,
            length,
            each,
        } => Box::new(o::expand_repeat::ExpandRepeat::new(
            open(input),
            expand,
            *length,
            each.as_ref(),
        )),
        Kind::Intersect {
            input,
            one,
            other,
            apart,
        } => Box::new(o::intersect::Intersect::new(
            open(input),
            [one, other],
            *apart,
        )),
        Kind::Reach {
            input,
            expand,
            length,
        } => Box::new(o::reach::Reach::new(open(input), expand, *length)),
        Kind::Weigh {
            input,
            weigh,
            only_number,
        } => Box::new(o::weigh::Weigh::new(open(input), weigh, *only_number)),
        Kind::WeighCommon {
            input,
            common,
            only_number,
        } => Box::new(o::weigh_common::WeighCommon::new(
            open(input),
            common,
            *only_number,
        )),
        Kind::Mirror { input, nodes } => Box::new(o::mirror::Mirror::new(open(input), nodes)),
        Kind::Follow { input, .. } => Box::new(o::follow::Follow::new(open(input), &plan.operator)),
        Kind::Repeat { input, .. } => Box::new(o::repeat::Repeat::new(open(input), &plan.operator)),
        Kind::ShortestPaths { input, .. } => Box::new(o::shortest_paths::ShortestPaths::new(
            open(input),
            &plan.operator,
        )),
        Kind::SearchPaths { input, .. } => Box::new(o::search_paths::SearchPaths::new(
            open(input),
            &plan.operator,
        )),
        Kind::Filter { input, predicate } => {
            Box::new(o::filter::Filter::new(open(input), predicate))
        }
        Kind::Extend { input, items } => Box::new(o::project::Extend::new(open(input), items)),
        Kind::Project { input, items } => Box::new(o::project::Project::new(open(input), items)),
        Kind::Aggregate {
            input,
            keys,
            aggregates,
        } => Box::new(o::aggregate::Aggregate::new(parts(input), keys, aggregates)),
        Kind::Distinct { input } => Box::new(o::distinct::Distinct::new(open(input))),
        Kind::Sort { input, keys, count } => {
            Box::new(o::sort::Sort::new(parts(input), keys, count.as_ref()))
        }
        Kind::Skip { input, count } => Box::new(o::limit::Skip::new(open(input), count)),
        Kind::Limit { input, count } => Box::new(o::limit::Limit::new(open(input), count)),
        Kind::Unwind { input, list } => Box::new(o::unwind::Unwind::new(open(input), list)),
        Kind::Apply {
            input,
            inner,
            outputs,
            optional,
            commit_every,
        } => Box::new(o::apply::Apply::new(
            open(input),
            inner,
            outputs,
            *optional,
            commit_every.as_ref(),
        )),
        Kind::Union { parts } => Box::new(o::union::Union::new(
            parts
                .iter()
                .map(|(part, slots)| (open(part), slots.as_slice()))
                .collect(),
        )),
        Kind::Create {
            input,
            nodes,
            relationships,
        } => Box::new(o::create::Create::new(open(input), nodes, relationships)),
        Kind::Merge { input, .. } => Box::new(o::merge::Merge::new(open(input), &plan.operator)),
        Kind::Set { input, items } => Box::new(o::set::Set::new(open(input), items)),
        Kind::Delete {
            input,
            targets,
            detach,
        } => Box::new(o::delete::Delete::new(open(input), targets, *detach)),
        Kind::Foreach { input, list, inner } => {
            Box::new(o::foreach::Foreach::new(open(input), list, inner))
        }
        Kind::CallProcedure { input, .. } => Box::new(o::call_procedure::CallProcedure::new(
            open(input),
            &plan.operator,
        )),
        Kind::LoadCsv {
            input,
            with_headers,
            source,
            field_terminator,
        } => Box::new(o::load_csv::LoadCsv::new(
            open(input),
            *with_headers,
            source,
            field_terminator.as_ref(),
        )),
    };
    if runtime.profile.is_some() {
        return Box::new(profile::Counted::new(operator, plan.id));
    }
    operator
}

/// Runs a plan to its end and gives all its batches.
pub fn run(plan: &Plan, runtime: &mut Runtime) -> Result<Vec<Batch>> {
    let parts = Parts::new(plan, None, runtime).each(runtime, |mut operator, runtime| {
        let mut batches = Vec::new();
        let mut held = runtime.context.reservation();
        while let Some(batch) = operator.next(runtime)? {
            runtime.context.check()?;
            if batch.rows() > 0 {
                let batch = batch.listed()?;
                held.grow(batch.heap_size())?;
                batches.push(batch);
            }
        }
        Ok((batches, held))
    })?;
    let mut parts = parts.into_iter().map(|(batches, _)| batches);
    let mut batches = parts.next().unwrap_or_default();
    batches.extend(parts.flatten());
    Ok(batches)
}
