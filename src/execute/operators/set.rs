//! `SET` and `REMOVE`: rows run in order, each seeing the ones before.

use super::Input;
use super::create::drain;
use super::set_columns::set_columns;
use crate::error::{Error, Result};
use crate::execute::evaluate::{Operand, evaluate};
use crate::execute::{Batch, Operator, Runtime};
use crate::physical::{Expression, SetItem};
use crate::result::{Node, Relationship};
use crate::value::{Map, Value};

/// Sets and removes.
pub(in crate::execute) struct Set<'p> {
    input: Input<'p>,
    items: &'p [SetItem],
    done: Option<std::vec::IntoIter<Batch>>,
}

impl<'p> Set<'p> {
    pub(in crate::execute) fn new(input: Input<'p>, items: &'p [SetItem]) -> Self {
        Set {
            input,
            items,
            done: None,
        }
    }
}

impl Operator for Set<'_> {
    fn next(&mut self, runtime: &mut Runtime) -> Result<Option<Batch>> {
        if self.done.is_none() {
            let (batches, _held) = drain(&mut self.input, runtime)?;
            if !set_columns(self.items, &batches, runtime)? {
                for batch in &batches {
                    runtime.context.check()?;
                    apply(self.items, batch, runtime)?;
                }
            }
            self.done = Some(batches.into_iter());
        }
        Ok(self.done.as_mut().and_then(Iterator::next))
    }
}

/// Applies the items to each row of the batch in turn.
pub(super) fn apply(items: &[SetItem], batch: &Batch, runtime: &mut Runtime) -> Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    if items.iter().any(SetItem::reads_graph) {
        for row in 0..batch.rows() {
            runtime.context.check()?;
            let one = batch.slice(row, 1)?;
            for item in items {
                let operands = Operands::of(item, &one, runtime)?;
                change(item, &operands, 0, runtime)?;
                runtime.refresh();
            }
        }
    } else {
        // No value depends on what another row sets: all are computed at once.
        let operands = items
            .iter()
            .map(|item| Operands::of(item, batch, runtime))
            .collect::<Result<Vec<_>>>()?;
        for row in 0..batch.rows() {
            runtime.context.check()?;
            for (item, operands) in items.iter().zip(&operands) {
                change(item, operands, row, runtime)?;
            }
        }
        runtime.refresh();
    }
    Ok(())
}

/// The evaluated parts of an item.
struct Operands {
    target: Operand,
    key: Option<Operand>,
    value: Option<Operand>,
}

impl Operands {
    fn of(item: &SetItem, batch: &Batch, runtime: &mut Runtime) -> Result<Operands> {
        let (target, key, value) = match item {
            SetItem::Property { target, key, value } => (target, Some(key), Some(value)),
            SetItem::Properties { target, value, .. } => (target, None, Some(value)),
            SetItem::Labels { target, .. } => (target, None, None),
        };
        let mut optional = |expression: Option<&Expression>| {
            expression
                .map(|expression| evaluate(expression, batch, runtime))
                .transpose()
        };
        let (key, value) = (optional(key)?, optional(value)?);
        Ok(Operands {
            target: evaluate(target, batch, runtime)?,
            key,
            value,
        })
    }
}

impl SetItem {
    /// Whether a value of the item may depend on what was set before.
    fn reads_graph(&self) -> bool {
        let plain = |expression: &Expression| {
            matches!(
                expression,
                Expression::Slot(_) | Expression::Constant(_) | Expression::Parameter(_)
            ) || matches!(expression, Expression::Property { object, .. }
                if matches!(object.as_ref(), Expression::Parameter(_) | Expression::Constant(_)))
        };
        match self {
            SetItem::Property { target, key, value } => {
                !(plain(target) && plain(key) && plain(value))
            }
            // The properties of another entity may be copied.
            SetItem::Properties { target, value, .. } => {
                !(plain(target)
                    && matches!(value, Expression::Constant(_) | Expression::Parameter(_)))
            }
            SetItem::Labels { target, .. } => !plain(target),
        }
    }
}

fn change(item: &SetItem, operands: &Operands, row: usize, runtime: &mut Runtime) -> Result<()> {
    let target = operands.target.value(row);
    if target.is_null() {
        return Ok(());
    }
    let value = operands
        .value
        .as_ref()
        .map(|value| value.value(row))
        .unwrap_or_default();
    match item {
        SetItem::Property { .. } => {
            let key = match operands.key.as_ref().map(|key| key.value(row)) {
                Some(Value::String(key)) => key,
                _ => return Err(Error::type_error("a property is named by a string")),
            };
            set_property(&target, &key, value, runtime)
        }
        SetItem::Properties { replace, .. } => {
            let new = properties(&value, runtime)?;
            if *replace {
                let old = properties(&target, runtime)?;
                for key in old.keys().filter(|key| !new.contains_key(*key)) {
                    set_property(&target, key, Value::Null, runtime)?;
                }
            }
            for (key, value) in new {
                set_property(&target, &key, value, runtime)?;
            }
            Ok(())
        }
        SetItem::Labels { labels, remove, .. } => {
            let Value::Node(node) = target else {
                return Err(Error::type_error(format!(
                    "labels are set on nodes, not on {}",
                    target.value_type()
                )));
            };
            let known = |runtime: &Runtime, label: &str| {
                !*remove || runtime.graph().catalog().label(label).is_some()
            };
            for label in labels {
                if !known(runtime, label) {
                    continue;
                }
                let writer = runtime.writer()?;
                let label = writer.label(label)?;
                if *remove {
                    writer.remove_label(node, label)?;
                } else {
                    writer.add_label(node, label)?;
                }
            }
            Ok(())
        }
    }
}

fn set_property(target: &Value, key: &str, value: Value, runtime: &mut Runtime) -> Result<()> {
    runtime.reserve_write(value.heap_size())?;
    let writer = runtime.writer()?;
    match target {
        Value::Node(node) => {
            let key = writer.key(key)?;
            writer.set_node_property(*node, key, value)
        }
        Value::Relationship(relationship) => {
            let key = writer.key(key)?;
            writer.set_relationship_property(*relationship, key, value)
        }
        other => Err(Error::type_error(format!(
            "properties are set on nodes and relationships, not on {}",
            other.value_type()
        ))),
    }
}

/// The properties of an entity as the writer has them now, or the entries of a map.
fn properties(value: &Value, runtime: &mut Runtime) -> Result<Map> {
    runtime.refresh();
    match value {
        Value::Null => Ok(Map::new()),
        Value::Map(entries) => Ok(entries.as_ref().clone()),
        Value::Node(node) => Ok(Node::read(runtime.graph(), *node)?.properties),
        Value::Relationship(relationship) => {
            Ok(Relationship::read(runtime.graph(), *relationship)?.properties)
        }
        other => Err(Error::type_error(format!(
            "properties are taken from a map, node or relationship, not from {}",
            other.value_type()
        ))),
    }
}
