//! `CALL` of procedures and of subqueries.

use std::sync::Arc;

use super::binder::{Binder, already_bound};
use super::bound::{self, Clause, Expression, Projection, SingleQuery, Variable};
use super::expression::Expression as E;
use super::function_call::count;
use super::query::Role;
use super::scope::{Binding, Scope};
use crate::error::{Error, ErrorDetail, ErrorKind, Result, did_you_mean};
use crate::functions::Procedure;
use crate::parse::ast::{self, ClauseKind, ExpressionKind as K, SubqueryImports, Yield};
use crate::parse::span::Span;

/// A column of a procedure that is taken.
struct Yielded {
    /// Its index among the outputs.
    output: usize,
    /// The name that it gets.
    name: Arc<str>,
    variable: Variable,
}

impl<'a> Binder<'a> {
    /// Binds a statement that is nothing but the call of a procedure: what it yields, or all its
    /// columns where that is not written, is returned.
    pub(super) fn standalone_call(&mut self, call: &'a ast::CallProcedure) -> Result<bound::Query> {
        let (clause, yielded) = self.procedure_clause(call, true)?;
        let outputs: Vec<Variable> = yielded
            .iter()
            .map(|column| column.variable.clone())
            .collect();
        let mut clauses = vec![clause];
        if !outputs.is_empty() {
            let items = outputs.iter();
            let items = items.map(|variable| (variable.clone(), E::Variable(variable.clone())));
            clauses.push(Clause::Project(Projection::of(items.collect())));
        }
        Ok(bound::Query {
            parts: vec![SingleQuery { clauses, outputs }],
            union_all: false,
            columns: yielded.into_iter().map(|column| column.name).collect(),
        })
    }

    /// Binds the call of a procedure among other clauses; without `YIELD` it gives no columns.
    pub(super) fn call_procedure(&mut self, call: &'a ast::CallProcedure) -> Result<Clause> {
        Ok(self.procedure_clause(call, false)?.0)
    }

    fn procedure_clause(
        &mut self,
        call: &'a ast::CallProcedure,
        standalone: bool,
    ) -> Result<(Clause, Vec<Yielded>)> {
        let procedure = self.procedure(&call.name)?;
        if procedure.writes() {
            self.note_update(call.name.span)?;
        }
        // The arguments do not see what is yielded.
        let arguments = self.procedure_arguments(procedure, call)?;
        let yielded = match &call.outputs {
            Yield::Items(items) => items
                .iter()
                .map(|item| self.yield_item(procedure, item))
                .collect::<Result<Vec<_>>>()?,
            Yield::All(span) => self.all_outputs(procedure, *span)?,
            Yield::Missing if standalone => self.all_outputs(procedure, call.name.span)?,
            Yield::Missing => Vec::new(),
        };
        let predicate = call.predicate.as_ref();
        let clause = Clause::CallProcedure {
            name: procedure.name.as_str().into(),
            writes: procedure.writes(),
            arguments,
            outputs: yielded
                .iter()
                .map(|column| (column.output, column.variable.clone()))
                .collect(),
            predicate: predicate
                .map(|predicate| self.predicate(predicate))
                .transpose()?,
        };
        Ok((clause, yielded))
    }

    fn procedure(&self, name: &ast::QualifiedName) -> Result<&'a Procedure> {
        let written = name.dotted();
        let procedures = self.environment.procedures;
        if let Some(procedure) = procedures.find(&written) {
            return Ok(procedure);
        }
        let message = format!("there is no procedure {written}");
        let kind = ErrorKind::ProcedureError;
        let error = Error::new(kind, ErrorDetail::ProcedureNotFound, message)
            .compile_time()
            .at(name.span);
        let names = procedures.iter().map(|procedure| procedure.name.as_str());
        Err(match did_you_mean(&written, names) {
            Some(hint) => error.hint(hint),
            None => error,
        })
    }

    /// The arguments as written; without parentheses they are the parameters of their names.
    fn procedure_arguments(
        &mut self,
        procedure: &Procedure,
        call: &'a ast::CallProcedure,
    ) -> Result<Vec<Expression>> {
        let required = procedure
            .inputs
            .len()
            .saturating_sub(procedure.optional_inputs);
        let Some(arguments) = &call.arguments else {
            let inputs = procedure.inputs[..required].iter();
            return inputs
                .map(|input| self.parameter(&input.name, call.name.span))
                .collect();
        };
        if !(required..=procedure.inputs.len()).contains(&arguments.len()) {
            // What is wrong with an argument itself comes first.
            for argument in arguments {
                self.value(argument)?;
            }
            let message = format!(
                "{} takes {}, not {}",
                procedure.name,
                count(procedure.inputs.len()),
                arguments.len()
            );
            let detail = ErrorDetail::InvalidNumberOfArguments;
            return Err(Error::syntax(detail, call.name.span, message));
        }
        let pairs = arguments.iter().zip(&procedure.inputs);
        pairs
            .map(|(argument, input)| self.expecting(argument, &input.column_type))
            .collect()
    }

    fn yield_item(&mut self, procedure: &Procedure, item: &'a ast::YieldItem) -> Result<Yielded> {
        let column = &item.column;
        let outputs = &procedure.outputs;
        let Some(output) = outputs.iter().position(|output| output.name == column.name) else {
            let message = format!("{} yields no column {}", procedure.name, column.name);
            let error = Error::syntax(ErrorDetail::UndefinedVariable, column.span, message);
            let names = outputs.iter().map(|output| output.name.as_str());
            return Err(match did_you_mean(&column.name, names) {
                Some(hint) => error.hint(hint),
                None => error,
            });
        };
        let name = item.alias.as_ref().unwrap_or(column);
        Ok(Yielded {
            output,
            name: name.name.as_str().into(),
            variable: self.declare_new(name, outputs[output].column_type.clone())?,
        })
    }

    fn all_outputs(&mut self, procedure: &Procedure, span: Span) -> Result<Vec<Yielded>> {
        let outputs = procedure.outputs.iter().enumerate();
        outputs
            .map(|(output, column)| {
                let name = ast::Identifier {
                    name: column.name.clone(),
                    span,
                };
                Ok(Yielded {
                    output,
                    name: column.name.as_str().into(),
                    variable: self.declare_new(&name, column.column_type.clone())?,
                })
            })
            .collect()
    }

    pub(super) fn call_subquery(&mut self, call: &'a ast::CallSubquery) -> Result<Clause> {
        let (scope, role) = match &call.imports {
            Some(SubqueryImports::All) => (self.scope.of_subquery(), Role::Call(None)),
            Some(SubqueryImports::Variables(names)) => {
                let imports = names
                    .iter()
                    .map(|name| {
                        let binding = self.resolve(&name.name, name.span)?;
                        Ok((Arc::from(name.name.as_str()), binding))
                    })
                    .collect::<Result<Vec<_>>>()?;
                (Scope::of_importing_subquery(imports), Role::Call(None))
            }
            None => (Scope::default(), Role::Call(Some(self.scope.clone()))),
        };
        let (bound, imports) = self.subquery_in(scope, |binder| binder.query(&call.query, role))?;
        for output in bound.outputs {
            let Some(name) = output.name else {
                let message = "a column that leaves a subquery needs a name";
                let detail = ErrorDetail::NoExpressionAlias;
                let error = Error::syntax(detail, output.span, message);
                return Err(error.hint(format!("write {} AS name", output.column)));
            };
            if self.scope.find(&name).is_some() {
                return Err(already_bound(&ast::Identifier {
                    name: name.to_string(),
                    span: output.span,
                }));
            }
            let binding = Binding {
                variable: output.variable,
                value_type: output.value_type,
            };
            self.scope.declare(name, binding);
        }
        let in_transactions = match &call.in_transactions {
            Some(batches) => Some(self.row_count(batches.rows.as_ref(), "OF ... ROWS")?),
            None => None,
        };
        Ok(Clause::CallSubquery {
            optional: call.optional,
            imports,
            query: bound.query,
            in_transactions,
        })
    }

    /// `WITH a, b` at the start of a subquery takes these variables over from outside; returns
    /// whether the clause is of this kind.
    pub(super) fn import(&mut self, clause: &'a ast::Clause, importable: &Scope) -> Result<bool> {
        let ClauseKind::With(with) = &clause.kind else {
            return Ok(false);
        };
        let Some(names) = imported_names(with) else {
            return Ok(false);
        };
        if with.projection.star.is_some() {
            for (name, binding) in importable.own() {
                self.take_over(name, binding);
            }
        }
        for (name, span) in names {
            match importable.find(name) {
                Some(binding) => self.take_over(name, binding),
                // Not known out there either: the error says so.
                None => drop(self.resolve(name, span)?),
            }
        }
        Ok(true)
    }

    fn take_over(&mut self, name: &str, binding: &Binding) {
        self.read(&binding.variable);
        self.scope.declare(name.into(), binding.clone());
    }
}

/// The variables that an importing `WITH` names; `None` where the clause does more than that.
fn imported_names(with: &ast::With) -> Option<Vec<(&str, Span)>> {
    let projection = &with.projection;
    let plain = !projection.distinct
        && projection.order_by.is_empty()
        && projection.skip.is_none()
        && projection.limit.is_none()
        && with.predicate.is_none();
    let names = projection.items.iter().map(|item| {
        let K::Variable(name) = &item.expression.kind else {
            return None;
        };
        let renamed = item.alias.as_ref().is_some_and(|alias| alias.name != *name);
        (!renamed).then_some((name.as_str(), item.expression.span))
    });
    names.collect::<Option<Vec<_>>>().filter(|_| plain)
}
