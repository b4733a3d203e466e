//! Expressions over batches: one kernel call a batch, not one a row.
//!
//! * In: compiled expressions, batches.
//! * Out: [`Operand`]s: a column, or one value for all rows.
//! * Never: plans, apart from subqueries, which are run.
//! * Start here: [`evaluate`].

mod arithmetic;
mod boolean;
mod by_chunk;
mod call;
mod case;
mod compare;
mod list;
mod local;
mod map;
mod path;
mod property;
mod subquery;
mod text;

use super::{Batch, Runtime};
use crate::bind::expression::Comparison;
use crate::column::{Bounds, Column, Dictionary};
use crate::error::{Error, Result};
use crate::physical::Expression as E;
use crate::value::Value;

pub(super) use boolean::{Kept, row_numbers};
pub(super) use by_chunk::rows_within;
pub(super) use property::{node_ids, node_labels, type_matches};

/// The value of an expression for all rows of a batch.
#[derive(Debug, Clone)]
pub(super) enum Operand {
    /// The same for each row.
    Constant(Value),
    /// One for each row.
    Column(Column),
}

impl Operand {
    /// A column of `rows` rows.
    pub(super) fn into_column(self, rows: usize) -> Column {
        match self {
            Operand::Constant(value) => Column::constant(&value, rows),
            Operand::Column(column) => column,
        }
    }

    /// The same values, with each string in its row.
    fn unpacked(self) -> Operand {
        match self {
            Operand::Column(column) => Operand::Column(column.unpacked()),
            constant => constant,
        }
    }

    /// The value of one row.
    pub(super) fn value(&self, row: usize) -> Value {
        match self {
            Operand::Constant(value) => value.clone(),
            Operand::Column(column) => column.value(row),
        }
    }
}

/// The value of `expression` for each row of `batch`, whose columns are exactly those that the
/// expression was compiled for.
pub(super) fn evaluate(expression: &E, batch: &Batch, runtime: &mut Runtime) -> Result<Operand> {
    match expression {
        E::Constant(value) => Ok(Operand::Constant(value.clone())),
        E::Parameter(name) => Ok(Operand::Constant(runtime.parameter(name)?.clone())),
        E::Slot(slot) => Ok(Operand::Column(batch.column(*slot)?.clone())),
        E::Property { object, key, span } => {
            if let Some(column) = property::property_of_run(object, key, batch, runtime)? {
                return Ok(Operand::Column(column));
            }
            let slot = match object.as_ref() {
                E::Slot(slot) if batch.holds_entities(*slot) => Some(*slot),
                _ => None,
            };
            let state = runtime.state();
            if let Some(slot) = slot
                && let Some(column) = batch.property_read(slot, key, state)?
            {
                return Ok(Operand::Column(column));
            }
            let Some(slot) = slot else {
                let object = evaluate(object, batch, runtime)?;
                return property::property(&object, key, runtime).map_err(|error| error.at(*span));
            };
            let read = property::property_of_column(batch.column(slot)?, key, runtime);
            let read = read.map_err(|error| error.at(*span))?;
            batch.keep_read(slot, key, state, &read);
            Ok(Operand::Column(read))
        }
        E::Index(container, index) => {
            let container = evaluate(container, batch, runtime)?;
            let index = evaluate(index, batch, runtime)?;
            list::index(&container, &index, batch.rows(), runtime)
        }
        E::Slice { list, from, to } => list::slice(list, from, to, batch, runtime),
        E::Not(operand) => boolean::not(evaluate(operand, batch, runtime)?),
        E::Negate(operand) => arithmetic::negate(evaluate(operand, batch, runtime)?),
        E::And(parts) => boolean::and(parts, batch, runtime),
        E::Or(parts) => boolean::or(parts, batch, runtime),
        E::Xor(left, right) => {
            let left = evaluate(left, batch, runtime)?;
            let right = evaluate(right, batch, runtime)?;
            boolean::xor(&left, &right, batch.rows())
        }
        E::Comparison(operator, left, right) => {
            if let Some(decided) = compare::decided(*operator, left, right, batch, runtime)? {
                return Ok(decided);
            }
            compared(*operator, left, right, batch, runtime)
        }
        E::Arithmetic {
            operator,
            left,
            right,
            span,
        } => {
            let left = evaluate(left, batch, runtime)?;
            let right = evaluate(right, batch, runtime)?;
            arithmetic::arithmetic(*operator, &left, &right, runtime)
                .map_err(|error| error.at(*span))
        }
        E::Text(predicate, left, right) => {
            let left = evaluate(left, batch, runtime)?;
            let right = evaluate(right, batch, runtime)?;
            over_texts(left, right, |left, right| {
                text::text(*predicate, left, right)
            })
        }
        E::In(element, list) => {
            let element = evaluate(element, batch, runtime)?;
            let list = evaluate(list, batch, runtime)?;
            match &element {
                // A null is in no list, and not even that is known of it, but of an empty one.
                Operand::Column(column) if column.null_count() > 0 => {
                    list::contains(&Operand::Column(column.clone().unpacked()), &list)
                }
                _ => over_texts(element, list, list::contains),
            }
        }
        E::IsNull(operand) => Ok(compare::is_null(&evaluate(operand, batch, runtime)?)),
        E::HasLabels(operand, labels) => {
            let operand = evaluate(operand, batch, runtime)?;
            property::has_labels(operand, labels, batch.rows(), runtime)
        }
        E::IsTyped(operand, test) => {
            let operand = evaluate(operand, batch, runtime)?;
            Ok(compare::is_typed(&operand, test))
        }
        E::List(elements) => list::list(elements, batch, runtime),
        E::Map(entries) => map::map(entries, batch, runtime),
        E::MapProjection { base, all, entries } => {
            map::projection(base, *all, entries, batch, runtime)
        }
        E::Call {
            function,
            arguments,
            span,
        } => call::call(function, arguments, batch, runtime).map_err(|error| error.at(*span)),
        E::Coalesce(arguments) => call::coalesce(arguments, batch, runtime),
        E::Case {
            alternatives,
            otherwise,
        } => case::case(alternatives, otherwise.as_deref(), batch, runtime),
        E::Let { value, body } => {
            let value = evaluate(value, batch, runtime)?.into_column(batch.rows());
            evaluate(body, &batch.clone().with(value), runtime)
        }
        E::ListComprehension {
            list,
            predicate,
            projection,
        } => local::comprehension(
            list,
            predicate.as_deref(),
            projection.as_deref(),
            batch,
            runtime,
        ),
        E::Quantifier {
            quantifier,
            list,
            predicate,
        } => local::quantifier(*quantifier, list, predicate, batch, runtime),
        E::Reduce {
            initial,
            list,
            step,
        } => local::reduce(initial, list, step, batch, runtime),
        E::Path(elements) => path::path(elements, batch, runtime),
        E::Subquery { kind, plan } => subquery::subquery(*kind, plan, batch, runtime),
    }
}

/// `left operator right`, row by row.
fn compared(
    operator: Comparison,
    left: &E,
    right: &E,
    batch: &Batch,
    runtime: &mut Runtime,
) -> Result<Operand> {
    let left = evaluate(left, batch, runtime)?;
    let right = evaluate(right, batch, runtime)?;
    over_texts(left, right, |left, right| {
        compare::compare(operator, left, right)
    })
}

/// The column of an expression.
pub(super) fn evaluate_column(
    expression: &E,
    batch: &Batch,
    runtime: &mut Runtime,
) -> Result<Column> {
    Ok(evaluate(expression, batch, runtime)?.into_column(batch.rows()))
}

/// The numbers of the rows on which a predicate is true.
pub(super) fn true_rows(
    predicate: &E,
    batch: &Batch,
    runtime: &mut Runtime,
) -> Result<arrow_array::UInt32Array> {
    boolean::true_rows(&evaluate(predicate, batch, runtime)?, batch.rows())
}

/// The rows on which a predicate is true.
pub(super) fn kept_rows(predicate: &E, batch: &Batch, runtime: &mut Runtime) -> Result<Kept> {
    boolean::kept_rows(&evaluate(predicate, batch, runtime)?, batch.rows())
}

/// The column of an expression that is cheaper to have for all rows of a batch than to pick rows for,
/// and cannot fail: one that is there, or a property in the chunk of all nodes.
pub(super) fn near_column(
    expression: &E,
    batch: &Batch,
    runtime: &Runtime,
) -> Result<Option<Column>> {
    match expression {
        E::Slot(slot) if batch.is_at_hand(*slot) => batch.column(*slot).cloned().map(Some),
        E::Property { object, key, .. } => match object.as_ref() {
            E::Slot(slot) if batch.is_at_hand(*slot) => {
                property::property_of_run(object, key, batch, runtime)
            }
            _ => Ok(None),
        },
        _ => Ok(None),
    }
}

/// What values tell between which those of an expression are, where they are known without computing it;
/// then none is null.
fn told_by_bounds<T>(
    expression: &E,
    batch: &Batch,
    runtime: &Runtime,
    tell: impl FnOnce(&Bounds) -> T,
) -> Result<Option<T>> {
    match expression {
        E::Property { object, key, .. } => {
            property::bounds_of_run(object, key, batch, runtime, tell)
        }
        _ => Ok(None),
    }
}

/// A number of rows, for `SKIP` and `LIMIT`.
pub(super) fn row_count(expression: &E, runtime: &mut Runtime) -> Result<usize> {
    use crate::error::{ErrorDetail, ErrorKind};
    let value = evaluate(expression, &Batch::without_columns(1), runtime)?.value(0);
    let error = |detail, message| Error::new(ErrorKind::SyntaxError, detail, message);
    match value {
        Value::Integer(count) => usize::try_from(count).map_err(|_| {
            error(
                ErrorDetail::NegativeIntegerArgument,
                format!("a number of rows cannot be negative, got {count}"),
            )
        }),
        other => Err(error(
            ErrorDetail::InvalidArgumentType,
            format!(
                "a number of rows must be an integer, got {}",
                other.value_type()
            ),
        )),
    }
}

/// Computes of each different text once what is the same for equal texts and null for null.
fn over_texts(
    left: Operand,
    right: Operand,
    compute: impl Fn(&Operand, &Operand) -> Result<Operand>,
) -> Result<Operand> {
    let texts =
        |dictionary: &Dictionary| Operand::Column(Column::String(dictionary.texts().clone()));
    let (computed, dictionary) = match (&left, &right) {
        (Operand::Column(Column::Dictionary(left)), Operand::Column(Column::Dictionary(right)))
            if left.has_few_pairs(right) =>
        {
            let (texts, rows) = left.pairs(right)?;
            let all = texts[0].views().len();
            let [left, right] = texts.map(|texts| Operand::Column(Column::String(texts)));
            let computed = compute(&left, &right)?.into_column(all);
            return computed.take(&rows).map(Operand::Column);
        }
        (Operand::Column(Column::Dictionary(left)), Operand::Constant(_)) if left.is_worth_it() => {
            (compute(&texts(left), &right)?, left)
        }
        (Operand::Constant(_), Operand::Column(Column::Dictionary(right)))
            if right.is_worth_it() =>
        {
            (compute(&left, &texts(right))?, right)
        }
        _ => return compute(&left.unpacked(), &right.unpacked()),
    };
    let computed = computed.into_column(dictionary.texts().views().len());
    Ok(Operand::Column(dictionary.spread(&computed)?))
}

/// Applies `function` to the values of both operands, row by row; a constant on both sides once.
/// For what has no typed kernel.
fn zip_values(
    left: &Operand,
    right: &Operand,
    mut function: impl FnMut(Value, Value) -> Result<Value>,
) -> Result<Operand> {
    let rows = match (left, right) {
        (Operand::Constant(left), Operand::Constant(right)) => {
            return function(left.clone(), right.clone()).map(Operand::Constant);
        }
        (Operand::Column(column), _) | (_, Operand::Column(column)) => column.len(),
    };
    let mut builder = crate::column::ColumnBuilder::new();
    for row in 0..rows {
        builder.push(function(left.value(row), right.value(row))?);
    }
    Ok(Operand::Column(builder.finish()))
}

/// Applies `function` to each value of an operand; to a constant once.
fn map_values(
    operand: &Operand,
    mut function: impl FnMut(Value) -> Result<Value>,
) -> Result<Operand> {
    match operand {
        Operand::Constant(value) => function(value.clone()).map(Operand::Constant),
        Operand::Column(column) => map_column(column, function).map(Operand::Column),
    }
}

/// Applies `function` to each value of a column.
fn map_column(column: &Column, mut function: impl FnMut(Value) -> Result<Value>) -> Result<Column> {
    let mut builder = crate::column::ColumnBuilder::new();
    for value in column.values() {
        builder.push(function(value)?);
    }
    Ok(builder.finish())
}
