//! Clauses that change what exists: `SET`, `REMOVE`, `DELETE`; and `FOREACH`.

use std::sync::Arc;

use super::binder::{Binder, Typed};
use super::bound::{Clause, Expression, SetItem};
use super::expression::Expression as E;
use super::warnings::NameKind;
use crate::error::{Error, ErrorDetail, Result};
use crate::parse::ast::{self, ExpressionKind as K, RemoveItem};
use crate::value::{Type, Value};

impl<'a> Binder<'a> {
    pub(super) fn set_items(&mut self, items: &'a [ast::SetItem]) -> Result<Vec<SetItem>> {
        items.iter().map(|item| self.set_item(item)).collect()
    }

    fn set_item(&mut self, item: &'a ast::SetItem) -> Result<SetItem> {
        Ok(match item {
            ast::SetItem::Property { target, key, value } => {
                self.observations.write(NameKind::PropertyKey, &key.name);
                SetItem::Property {
                    target: self.entity(target)?,
                    key: key_literal(key),
                    value: self.value(value)?,
                }
            }
            ast::SetItem::DynamicProperty { target, key, value } => SetItem::Property {
                target: self.entity(target)?,
                key: self.expecting(key, &Type::String)?,
                value: self.value(value)?,
            },
            ast::SetItem::ReplaceProperties { variable, value } => SetItem::ReplaceProperties {
                target: self.entity_variable(variable)?,
                value: self.properties(value)?,
            },
            ast::SetItem::AddProperties { variable, value } => SetItem::AddProperties {
                target: self.entity_variable(variable)?,
                value: self.properties(value)?,
            },
            ast::SetItem::Labels { variable, labels } => SetItem::AddLabels {
                target: self.node_variable(variable)?,
                labels: self.labels_of_item(labels),
            },
        })
    }

    pub(super) fn remove_items(&mut self, items: &'a [RemoveItem]) -> Result<Vec<SetItem>> {
        items.iter().map(|item| self.remove_item(item)).collect()
    }

    fn remove_item(&mut self, item: &'a RemoveItem) -> Result<SetItem> {
        let nothing = E::Literal(Value::Null);
        Ok(match item {
            RemoveItem::Property { target, key } => SetItem::Property {
                target: self.entity(target)?,
                key: key_literal(key),
                value: nothing,
            },
            RemoveItem::DynamicProperty { target, key } => SetItem::Property {
                target: self.entity(target)?,
                key: self.expecting(key, &Type::String)?,
                value: nothing,
            },
            RemoveItem::Labels { variable, labels } => SetItem::RemoveLabels {
                target: self.node_variable(variable)?,
                labels: labels
                    .iter()
                    .map(|label| label.name.as_str().into())
                    .collect(),
            },
        })
    }

    fn labels_of_item(&mut self, labels: &'a [ast::Identifier]) -> Vec<Arc<str>> {
        labels
            .iter()
            .map(|label| self.label_to_give(label))
            .collect()
    }

    /// Binds an expression that gives a node or a relationship.
    fn entity(&mut self, target: &'a ast::Expression) -> Result<Expression> {
        let target = self.expression(target)?;
        refuse_unless_entity(&target)?;
        Ok(target.expression)
    }

    fn entity_variable(&mut self, variable: &'a ast::Identifier) -> Result<Expression> {
        let binding = self.resolve(&variable.name, variable.span)?;
        let target = Typed {
            expression: E::Variable(binding.variable),
            value_type: binding.value_type,
            span: variable.span,
        };
        refuse_unless_entity(&target)?;
        Ok(target.expression)
    }

    fn node_variable(&mut self, variable: &'a ast::Identifier) -> Result<Expression> {
        let binding = self.resolve(&variable.name, variable.span)?;
        let target = Typed {
            expression: E::Variable(binding.variable),
            value_type: binding.value_type,
            span: variable.span,
        };
        self.expect(&target, &Type::Node)?;
        Ok(target.expression)
    }

    /// Binds a map, or an entity whose properties are meant.
    fn properties(&mut self, value: &'a ast::Expression) -> Result<Expression> {
        self.keys_to_give(value);
        let value = self.expression(value)?;
        if !matches!(value.value_type, Type::Node | Type::Relationship) {
            self.expect(&value, &Type::Map)?;
        }
        Ok(value.expression)
    }

    pub(super) fn delete(&mut self, delete: &'a ast::Delete) -> Result<Clause> {
        let mut targets = Vec::with_capacity(delete.targets.len());
        for target in &delete.targets {
            if let K::LabelTest { .. } = target.kind {
                let message = "labels and types cannot be deleted";
                let error = Error::syntax(ErrorDetail::InvalidDelete, target.span, message);
                return Err(error.hint("REMOVE takes a label from a node"));
            }
            let target = self.expression(target)?;
            if target.value_type != Type::Path {
                refuse_unless_entity(&target)?;
            }
            targets.push(target.expression);
        }
        Ok(Clause::Delete {
            detach: delete.detach,
            targets,
        })
    }

    /// What is made inside of `FOREACH` is not seen after it.
    pub(super) fn foreach(&mut self, foreach: &'a ast::Foreach) -> Result<Clause> {
        let (list, element) = self.source_list(&foreach.list)?;
        self.local(|binder| {
            let variable = binder.declare_new(&foreach.variable, element)?;
            let clauses = foreach.clauses.iter();
            Ok(Clause::Foreach {
                variable,
                list,
                clauses: clauses
                    .map(|clause| binder.clause(clause))
                    .collect::<Result<_>>()?,
            })
        })
    }
}

fn key_literal(key: &ast::Identifier) -> Expression {
    E::Literal(Value::String(key.name.as_str().into()))
}

fn refuse_unless_entity(target: &Typed) -> Result<()> {
    match &target.value_type {
        Type::Node | Type::Relationship | Type::Any | Type::Null => Ok(()),
        other => {
            let message = format!("expected a node or a relationship, found {other}");
            let detail = ErrorDetail::InvalidArgumentType;
            Err(Error::syntax(detail, target.span, message))
        }
    }
}
