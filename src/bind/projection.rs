//! `WITH` and `RETURN`: items, order, what is skipped, what is kept.

use std::collections::HashSet;
use std::sync::Arc;

use super::aggregation::{Groups, Place, Repeatable};
use super::binder::{Binder, Typed};
use super::bound::{Aggregation, Expression, Projection, SortKey, Variable};
use super::expression::Expression as E;
use super::scope::{Binding, Scope};
use super::syntax::{aggregates, same, variable_names};
use crate::error::{Error, ErrorDetail, Result};
use crate::functions;
use crate::parse::ast::{self, ExpressionKind as K};
use crate::parse::span::Span;
use crate::value::Type;

/// A column that is projected.
#[derive(Debug, Clone)]
pub(super) struct Output {
    pub column: Arc<str>,
    /// The name under which later clauses know it, if it has one.
    pub name: Option<Arc<str>>,
    pub variable: Variable,
    pub value_type: Type,
    pub span: Span,
}

/// An item as it is written, or a variable that `*` stands for.
struct Item<'a> {
    column: Arc<str>,
    name: Option<Arc<str>>,
    span: Span,
    written: Written<'a>,
}

enum Written<'a> {
    Star(Binding),
    Expression(&'a ast::Expression),
}

/// Items that are bound.
struct BoundItems<'a> {
    outputs: Vec<Output>,
    items: Vec<(Variable, Expression)>,
    aggregation: Option<Aggregation>,
    after: After<'a>,
}

/// What the expressions after the items see beside the columns.
enum After<'a> {
    /// The rows before; these items may be written again for their values.
    Rows(Vec<Repeatable<'a>>),
    /// Groups, or distinct rows.
    Groups(Groups<'a>),
}

impl Projection {
    /// A projection of these items and nothing more.
    pub(super) fn of(items: Vec<(Variable, Expression)>) -> Projection {
        Projection {
            aggregation: None,
            items,
            hidden: Vec::new(),
            distinct: false,
            order_by: Vec::new(),
            skip: None,
            limit: None,
            predicate: None,
        }
    }
}

impl Item<'_> {
    fn aggregates(&self) -> bool {
        matches!(self.written, Written::Expression(expression) if aggregates(expression))
    }

    /// The name of the variable that the item consists of.
    fn variable_name(&self) -> Option<&str> {
        match &self.written {
            Written::Star(_) => self.name.as_deref(),
            Written::Expression(expression) => match &expression.kind {
                K::Variable(name) => Some(name),
                _ => None,
            },
        }
    }
}

impl<'a> Binder<'a> {
    /// Binds `RETURN`.
    pub(super) fn return_clause(
        &mut self,
        projection: &'a ast::Projection,
    ) -> Result<(Projection, Vec<Output>)> {
        if let Some(star) = projection.star
            && self.scope.own().next().is_none()
        {
            let message = "there are no variables that * could stand for";
            return Err(Error::syntax(
                ErrorDetail::NoVariablesInScope,
                star,
                message,
            ));
        }
        self.projection(projection, None)
    }

    /// Binds `WITH`; what it projects is all that later clauses see.
    pub(super) fn with_clause(&mut self, with: &'a ast::With) -> Result<Projection> {
        let (projection, outputs) = self.projection(&with.projection, with.predicate.as_ref())?;
        if let Some(output) = outputs.iter().find(|output| output.name.is_none()) {
            let message = "an expression in WITH needs a name";
            let error = Error::syntax(ErrorDetail::NoExpressionAlias, output.span, message);
            return Err(error.hint(format!("write {} AS name", output.column)));
        }
        let mut scope = self.scope.after_projection();
        declare_outputs(&mut scope, &outputs);
        self.scope = scope;
        Ok(projection)
    }

    fn projection(
        &mut self,
        projection: &'a ast::Projection,
        predicate: Option<&'a ast::Expression>,
    ) -> Result<(Projection, Vec<Output>)> {
        let items = self.items(projection);
        let before = self.scope.clone();
        let bound = if items.iter().any(Item::aggregates) {
            self.items_of_groups(&items, projection.distinct)?
        } else {
            self.items_of_rows(&items, projection.distinct)?
        };
        // In `n AS x, x` the second is no column but a variable that is not there.
        refuse_equal_names(&items)?;
        let mut after = bound.after;
        let sees_rows = matches!(after, After::Rows(_));
        if !sees_rows {
            self.scope = before.after_projection();
            self.end_projection();
        }
        declare_outputs(&mut self.scope, &bound.outputs);
        let mut order_by = Vec::with_capacity(projection.order_by.len());
        for key in &projection.order_by {
            order_by.push(SortKey {
                expression: self.after_items(&key.expression, &mut after)?.expression,
                descending: key.descending,
            });
        }
        let predicate = match predicate {
            Some(predicate) if aggregates(predicate) => {
                let message = "an aggregate cannot stand in WHERE";
                let detail = ErrorDetail::InvalidAggregation;
                let error = Error::syntax(detail, predicate.span, message);
                return Err(error.hint("make it an item of the WITH, and use its name"));
            }
            Some(predicate) => {
                let predicate = self.after_items(predicate, &mut after)?;
                self.expect(&predicate, &Type::Boolean)?;
                Some(predicate.expression)
            }
            None => None,
        };
        self.scope = before;
        if sees_rows {
            self.end_projection();
        }
        let mut projected = Projection {
            aggregation: bound.aggregation,
            items: bound.items,
            hidden: Vec::new(),
            distinct: projection.distinct,
            order_by,
            skip: self.row_count(projection.skip.as_ref(), "SKIP")?,
            limit: self.row_count(projection.limit.as_ref(), "LIMIT")?,
            predicate,
        };
        projected.hidden = self.hidden(&projected);
        Ok((projected, bound.outputs))
    }

    /// The items, those of `*` first, in alphabetical order.
    fn items(&self, projection: &'a ast::Projection) -> Vec<Item<'a>> {
        let mut items = Vec::with_capacity(projection.items.len());
        if let Some(span) = projection.star {
            items.extend(self.scope.own().map(|(name, binding)| Item {
                column: name.clone(),
                name: Some(name.clone()),
                span,
                written: Written::Star(binding.clone()),
            }));
        }
        for item in &projection.items {
            let expression = &item.expression;
            let (name, span) = match (&item.alias, &expression.kind) {
                (Some(alias), _) => (Some(alias.name.as_str()), alias.span),
                (None, K::Variable(name)) => (Some(name.as_str()), expression.span),
                (None, _) => (None, expression.span),
            };
            let text = expression.span.slice(self.text);
            items.push(Item {
                // A name in back-ticks is the name without them.
                column: name.unwrap_or(text).into(),
                name: name.map(Arc::from),
                span,
                written: Written::Expression(expression),
            });
        }
        items
    }

    /// Binds an item without aggregates.
    fn item(&mut self, item: &Item<'a>) -> Result<(Output, Expression)> {
        let typed = match &item.written {
            Written::Expression(expression) => self.expression(expression)?,
            Written::Star(binding) => Typed {
                expression: E::Variable(self.resolve(&item.column, item.span)?.variable),
                value_type: binding.value_type.clone(),
                span: item.span,
            },
        };
        let variable = match (&typed.expression, item.variable_name()) {
            (E::Variable(same), Some(name)) if item.name.as_deref() == Some(name) => same.clone(),
            _ => self.output_variable(item),
        };
        Ok((item.output(variable, typed.value_type), typed.expression))
    }

    fn output_variable(&mut self, item: &Item) -> Variable {
        match &item.name {
            Some(name) => self.unique(name),
            None => self.unnamed(),
        }
    }

    fn items_of_rows(&mut self, items: &[Item<'a>], distinct: bool) -> Result<BoundItems<'a>> {
        let mut outputs = Vec::with_capacity(items.len());
        let mut bound = Vec::with_capacity(items.len());
        let mut keys = Vec::new();
        for item in items {
            let (output, expression) = self.item(item)?;
            keys.extend(item.repeatable(&output));
            bound.push((output.variable.clone(), expression));
            outputs.push(output);
        }
        let after = match distinct {
            false => After::Rows(keys),
            true => After::Groups(Groups {
                rows: self.scope.clone(),
                keys,
                aggregates: Vec::new(),
                place: Place::Item,
                whole_item: None,
            }),
        };
        Ok(BoundItems {
            outputs,
            items: bound,
            aggregation: None,
            after,
        })
    }

    /// Binds items of which some aggregate: first the others, which are the keys.
    fn items_of_groups(&mut self, items: &[Item<'a>], distinct: bool) -> Result<BoundItems<'a>> {
        let rows = self.scope.clone();
        let mut of_group = Scope::default();
        let mut groups = Groups {
            rows: rows.clone(),
            keys: Vec::new(),
            aggregates: Vec::new(),
            place: Place::Item,
            whole_item: None,
        };
        let mut keys = Vec::new();
        let mut bound: Vec<Option<(Output, Expression)>> = items.iter().map(|_| None).collect();
        for (item, slot) in items.iter().zip(&mut bound) {
            if item.aggregates() {
                continue;
            }
            let (output, expression) = self.item(item)?;
            let variable = output.variable.clone();
            if let Some(name) = item.variable_name() {
                let binding = Binding {
                    variable: variable.clone(),
                    value_type: output.value_type.clone(),
                };
                of_group.declare(name.into(), binding);
            }
            groups.keys.extend(item.repeatable(&output));
            keys.push((variable.clone(), expression));
            *slot = Some((output, E::Variable(variable)));
        }
        self.scope = of_group;
        for (item, slot) in items.iter().zip(&mut bound) {
            let (Written::Expression(expression), None) = (&item.written, &slot) else {
                continue;
            };
            let variable = self.output_variable(item);
            groups.whole_item = is_aggregate(expression).then(|| variable.clone());
            self.groups = Some(groups);
            let typed = self.expression(expression)?;
            groups = self.take_groups()?;
            *slot = Some((item.output(variable, typed.value_type), typed.expression));
        }
        self.scope = rows;
        let (outputs, items): (Vec<Output>, Vec<_>) = bound
            .into_iter()
            .flatten()
            .map(|(output, expression)| {
                let variable = output.variable.clone();
                (output, (variable, expression))
            })
            .unzip();
        let aggregates = groups.aggregates.iter();
        let aggregates = aggregates
            .map(|(known, aggregate)| (known.variable.clone(), aggregate.clone()))
            .collect();
        if distinct {
            // Only the items are left of a group then.
            groups
                .aggregates
                .retain(|(known, _)| items.iter().any(|(item, _)| *item == known.variable));
        }
        Ok(BoundItems {
            outputs,
            items,
            aggregation: Some(Aggregation { keys, aggregates }),
            after: After::Groups(groups),
        })
    }

    fn take_groups(&mut self) -> Result<Groups<'a>> {
        let groups = self.groups.take();
        groups.ok_or_else(|| Error::internal("the groups of a projection are lost"))
    }

    /// Binds an expression of `ORDER BY` or `WHERE`, which stands after the items.
    fn after_items(
        &mut self,
        expression: &'a ast::Expression,
        after: &mut After<'a>,
    ) -> Result<Typed> {
        let groups = match after {
            After::Groups(groups) => groups,
            After::Rows(items) => {
                let is_name = matches!(expression.kind, K::Variable(_));
                let item = items.iter().find(|item| same(item.written, expression));
                return match item {
                    Some(item) if !is_name => Ok(item.repeated(expression.span)),
                    _ => self.expression(expression),
                };
            }
        };
        let mut known = groups.clone();
        known.place_after(expression, aggregates(expression));
        self.groups = Some(known);
        let typed = self.expression(expression)?;
        self.groups = None;
        Ok(typed)
    }

    /// The variables that order and predicate read though they are not projected.
    fn hidden(&self, projection: &Projection) -> Vec<Variable> {
        let mut named = HashSet::new();
        let keys = projection.order_by.iter().map(|key| &key.expression);
        for expression in keys.chain(&projection.predicate) {
            collect_names(expression, &mut named);
        }
        let visible: HashSet<Variable> = match &projection.aggregation {
            None => self.scope.variables(),
            Some(aggregation) => {
                let aggregates = aggregation.aggregates.iter();
                aggregates.map(|(variable, _)| variable.clone()).collect()
            }
        };
        for (variable, _) in &projection.items {
            named.remove(variable);
        }
        let mut hidden: Vec<Variable> = named
            .into_iter()
            .filter(|name| visible.contains(name))
            .collect();
        hidden.sort();
        hidden
    }

    /// Binds the number of `SKIP` or `LIMIT`, which sees no variables.
    pub(super) fn row_count(
        &mut self,
        count: Option<&'a ast::Expression>,
        word: &str,
    ) -> Result<Option<Expression>> {
        let Some(count) = count else {
            return Ok(None);
        };
        if matches!(&count.kind, K::Literal(ast::Literal::Integer(..0))) {
            let message = format!("{word} takes a number that is not negative");
            let detail = ErrorDetail::NegativeIntegerArgument;
            return Err(Error::syntax(detail, count.span, message));
        }
        let scope = std::mem::take(&mut self.scope);
        let result = self.expecting(count, &Type::Integer);
        self.scope = scope;
        match result {
            Err(error) if error.detail() == ErrorDetail::UndefinedVariable => {
                let names = variable_names(count);
                if !names.iter().any(|name| self.scope.find(name).is_some()) {
                    return Err(error);
                }
                let message = format!("{word} is the same for all rows: it takes no variables");
                let detail = ErrorDetail::NonConstantExpression;
                Err(Error::syntax(detail, count.span, message))
            }
            result => result.map(Some),
        }
    }
}

impl<'a> Item<'a> {
    fn output(&self, variable: Variable, value_type: Type) -> Output {
        Output {
            column: self.column.clone(),
            name: self.name.clone(),
            variable,
            value_type,
            span: self.span,
        }
    }

    fn repeatable(&self, output: &Output) -> Option<Repeatable<'a>> {
        match self.written {
            Written::Star(_) => None,
            Written::Expression(expression) => Some(Repeatable::new(
                expression,
                output.variable.clone(),
                output.value_type.clone(),
            )),
        }
    }
}

fn declare_outputs(scope: &mut Scope, outputs: &[Output]) {
    for output in outputs {
        if let Some(name) = &output.name {
            let binding = Binding {
                variable: output.variable.clone(),
                value_type: output.value_type.clone(),
            };
            scope.declare(name.clone(), binding);
        }
    }
}

fn refuse_equal_names(items: &[Item]) -> Result<()> {
    let mut names = HashSet::new();
    for item in items {
        if !names.insert(&item.column) {
            let message = format!("there are two columns {}", item.column);
            let error = Error::syntax(ErrorDetail::ColumnNameConflict, item.span, message);
            return Err(error.hint("give one of them another name with AS"));
        }
    }
    Ok(())
}

/// Whether the whole expression is the call of an aggregate.
fn is_aggregate(expression: &ast::Expression) -> bool {
    match &expression.kind {
        K::CountStar => true,
        K::Call { name, .. } => {
            functions::find(&name.dotted()).is_some_and(|function| function.is_aggregate())
        }
        _ => false,
    }
}

/// Collects the variables named in an expression, local ones too.
fn collect_names(expression: &Expression, names: &mut HashSet<Variable>) {
    match expression {
        E::Variable(name) => {
            names.insert(name.clone());
        }
        E::Subquery { imports, .. } => names.extend(imports.iter().cloned()),
        _ => {}
    }
    expression.for_each_child(&mut |child| collect_names(child, names));
}
