//! The row of a function in the table.

use std::any::Any;

use arrow_buffer::BooleanBuffer;

use super::{Environment, Signature};
use crate::column::Column;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::value::Value;

/// One function: everything that the checker, the executor, completion, the manual and the tests
/// know of it.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// The name as it is written in the manual; calls may use any case.
    pub name: &'static str,
    /// Other names.
    pub aliases: &'static [&'static str],
    /// Under which heading it stands.
    pub category: Category,
    /// Argument and result types, one text for each overload:
    /// `(list :: LIST<ANY>, index :: INTEGER = 0) :: ANY`; see [`Signature`].
    pub signatures: &'static [&'static str],
    /// What a null argument does.
    pub null_rule: NullRule,
    /// Whether equal arguments give equal results.
    pub purity: Purity,
    /// The code.
    pub implementation: Implementation,
    /// What it does, in one sentence.
    pub sentence: &'static str,
    /// An expression that calls it, or a whole query where that needs rows, and its one answer
    /// as a literal. Each is a test.
    pub example: (&'static str, &'static str),
}

impl Category {
    /// All headings in the order of the manual.
    pub const ALL: [Category; 8] = [
        Category::Aggregating,
        Category::List,
        Category::Mathematical,
        Category::String,
        Category::Conversion,
        Category::Graph,
        Category::Temporal,
        Category::Scalar,
    ];
}

impl Function {
    /// The overloads, parsed.
    pub fn overloads(&self) -> impl Iterator<Item = Signature> + '_ {
        self.signatures.iter().map(|text| Signature::parse(text))
    }

    /// The example as a query with one row of one column.
    pub fn example_query(&self) -> String {
        let (example, _) = self.example;
        if example.contains("RETURN ") {
            example.to_owned()
        } else {
            format!("RETURN {example}")
        }
    }

    /// Whether it is an aggregate.
    pub fn is_aggregate(&self) -> bool {
        matches!(self.implementation, Implementation::Aggregate(_))
    }
}

/// Headings of the manual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// One value from the values of many rows.
    Aggregating,
    /// Lists.
    List,
    /// Numbers.
    Mathematical,
    /// Texts.
    String,
    /// Conversion between types.
    Conversion,
    /// Nodes, relationships, paths, maps.
    Graph,
    /// Dates, times, durations.
    Temporal,
    /// Everything else.
    Scalar,
}

/// What a null argument does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NullRule {
    /// A null argument makes the result null; the code never sees one.
    Propagate,
    /// The code handles nulls.
    Handle,
    /// Nulls are skipped (aggregates).
    Skip,
}

/// Whether equal arguments give equal results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purity {
    /// Always; it may be folded at compile time.
    Pure,
    /// Within a statement (`datetime()`), or as long as the graph stays (`labels(n)`).
    Stable,
    /// Never (`rand()`).
    Volatile,
}

/// One value from values.
pub type ScalarFunction = fn(&Environment, &[Value]) -> Result<Value>;

/// Makes the state of an aggregate.
pub type AggregateFunction = fn() -> Box<dyn Accumulator>;

/// A kernel over whole columns (all of the same length, `rows`): `None` where it has no code for
/// the types of these columns, and the scalar function is called row by row.
pub type ColumnFunction = fn(&Environment, &[Column], usize) -> Result<Option<Column>>;

/// The code of a function.
#[derive(Debug, Clone, Copy)]
pub enum Implementation {
    /// Called row by row.
    Scalar(ScalarFunction),
    /// Called with whole columns where their types allow, else row by row.
    Columnar(ScalarFunction, ColumnFunction),
    /// Called with all rows of all groups.
    Aggregate(AggregateFunction),
}

/// The running state of an aggregate over many groups.
///
/// `grow` is called before `update` names a new group; `finish` once, at the end. Nulls in the
/// first argument are skipped by every aggregate.
pub trait Accumulator: Any + Send {
    /// Makes room for groups `0..groups`.
    fn grow(&mut self, groups: usize);

    /// Adds rows: row `i` of `arguments` belongs to group `groups[i]` and counts `weights[i]`
    /// times (once where there are no weights). Memory that grows with the rows is reserved from
    /// `context`.
    fn update(
        &mut self,
        arguments: &[Column],
        groups: &[u32],
        weights: Option<&[u64]>,
        context: &Context,
    ) -> Result<()>;

    /// Adds what an accumulator of the same function gathered from rows that come after these: its
    /// group `i` is group `groups[i]` here. Sums of floats may differ from those of all rows in one
    /// accumulator by how they are rounded.
    fn merge(
        &mut self,
        later: Box<dyn Accumulator>,
        groups: &[u32],
        context: &Context,
    ) -> Result<()>;

    /// Adds the rows whose bit in `mask` is set to group 0, the only one. `false`, and nothing is added,
    /// where there is no code for this.
    fn update_masked(&mut self, _arguments: &[Column], _mask: &BooleanBuffer) -> Result<bool> {
        Ok(false)
    }

    /// The result of each group, in order.
    fn finish(&mut self) -> Result<Column>;
}

/// The accumulator as what it is, to be merged.
///
/// # Errors
/// `InternalError` where it is of another function.
pub fn same_kind<A: Accumulator>(later: Box<dyn Accumulator>) -> Result<Box<A>> {
    let later: Box<dyn Any> = later;
    later
        .downcast()
        .map_err(|_| Error::internal("accumulators of two functions are merged"))
}
