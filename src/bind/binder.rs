//! What all parts of the binder share: the variables in sight, unique names, the subqueries around
//! the current place, and what the whole statement collects.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::BindEnvironment;
use super::aggregation::Groups;
use super::bound::{Statement, Variable};
use super::expression::Expression as Generic;
use super::query::Role;
use super::scope::{Binding, Scope};
use super::warnings::Observations;
use super::{bound, type_check};
use crate::error::{Error, ErrorDetail, ErrorKind, Result, did_you_mean};
use crate::parse::ast;
use crate::parse::span::Span;
use crate::value::Type;

/// Binds one statement. `'a` is the life of its syntax tree and its environment.
pub(super) struct Binder<'a> {
    pub(super) text: &'a str,
    pub(super) environment: &'a BindEnvironment<'a>,
    /// The variables in sight.
    pub(super) scope: Scope,
    /// The grouping over which an expression is bound, if it is.
    pub(super) groups: Option<Groups<'a>>,
    /// Whether the expression stands in the arguments of an aggregate.
    pub(super) inside_aggregate: bool,
    /// Names that comprehensions and the like around the expression declare, innermost last.
    pub(super) element_names: Vec<&'a str>,
    /// Whether the current place is inside of an expression, where nothing is changed.
    pub(super) updates_refused: bool,
    /// The subqueries around the current place, innermost last.
    frames: Vec<Frame>,
    /// Unique names that are taken; for a written name, how often it was declared.
    names: HashMap<Variable, usize>,
    unnamed: usize,
    pub(super) read_only: bool,
    parameters: BTreeSet<Arc<str>>,
    pub(super) observations: Observations,
    /// Where the nodes of patterns are first written.
    pub(super) places: HashMap<Variable, Span>,
}

/// A subquery whose clauses are being bound.
struct Frame {
    /// The variables that it can see of the query around it.
    outside: HashSet<Variable>,
    /// Those of them that it reads.
    used: BTreeSet<Variable>,
    /// How many projections of the current single query are bound.
    projections: usize,
    /// Variables of the outside that are read after as many projections as given.
    carried: BTreeMap<Variable, usize>,
}

/// A bound expression with what is known of its value.
#[derive(Debug, Clone)]
pub(super) struct Typed {
    pub expression: bound::Expression,
    pub value_type: Type,
    pub span: Span,
}

impl<'a> Binder<'a> {
    pub fn new(text: &'a str, environment: &'a BindEnvironment<'a>) -> Self {
        Binder {
            text,
            environment,
            scope: Scope::default(),
            groups: None,
            inside_aggregate: false,
            element_names: Vec::new(),
            updates_refused: false,
            frames: Vec::new(),
            names: HashMap::new(),
            unnamed: 0,
            read_only: true,
            parameters: BTreeSet::new(),
            observations: Observations::default(),
            places: HashMap::new(),
        }
    }

    /// Binds the whole statement.
    pub fn statement(mut self, query: &'a ast::Query) -> Result<Statement> {
        let query = match standalone_call(query) {
            Some(call) => self.standalone_call(call)?,
            None => self.query(query, Role::Statement)?.query,
        };
        let warnings = self.observations.warnings(self.environment.catalog);
        Ok(Statement {
            query,
            read_only: self.read_only,
            parameters: self.parameters.into_iter().collect(),
            warnings,
            places: self.places,
        })
    }

    /// A unique name for a name that is declared.
    pub fn unique(&mut self, name: &str) -> Variable {
        let mut candidate: Variable = name.into();
        while self.names.contains_key(&candidate) {
            let count = self.names.entry(name.into()).or_insert(1);
            *count += 1;
            candidate = format!("{name}#{count}").into();
        }
        self.names.insert(candidate.clone(), 1);
        candidate
    }

    /// A unique name for what has no name.
    pub fn unnamed(&mut self) -> Variable {
        loop {
            self.unnamed += 1;
            let candidate: Variable = format!("#{}", self.unnamed).into();
            if self.names.insert(candidate.clone(), 1).is_none() {
                return candidate;
            }
        }
    }

    /// Declares a variable under a name, whatever the name stood for before.
    pub fn declare(&mut self, name: &str, value_type: Type) -> Variable {
        let variable = self.unique(name);
        let binding = Binding {
            variable: variable.clone(),
            value_type,
        };
        self.scope.declare(name.into(), binding);
        variable
    }

    /// Declares a variable whose name must be free.
    pub fn declare_new(&mut self, name: &ast::Identifier, value_type: Type) -> Result<Variable> {
        if self.scope.find(&name.name).is_some() {
            return Err(already_bound(name));
        }
        Ok(self.declare(&name.name, value_type))
    }

    /// What a name stands for, which is then read.
    pub fn resolve(&mut self, name: &str, span: Span) -> Result<Binding> {
        match self.scope.find(name) {
            Some(binding) => {
                let binding = binding.clone();
                self.read(&binding.variable);
                Ok(binding)
            }
            None => Err(self.undefined(name, span)),
        }
    }

    /// Notes in each subquery around that a variable is read.
    pub(super) fn read(&mut self, variable: &Variable) {
        for frame in &mut self.frames {
            if frame.outside.contains(variable) {
                frame.used.insert(variable.clone());
                if frame.projections > 0 {
                    frame.carried.insert(variable.clone(), frame.projections);
                }
            }
        }
    }

    fn undefined(&self, name: &str, span: Span) -> Error {
        if let Some(error) = self.outside_of_group(name, span) {
            return error;
        }
        let message = format!("the variable {name} is not defined here");
        let error = Error::syntax(ErrorDetail::UndefinedVariable, span, message);
        match did_you_mean(name, self.scope.names()) {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }

    /// The value of a parameter, which must be given.
    pub fn parameter(&mut self, name: &str, span: Span) -> Result<bound::Expression> {
        let name: Arc<str> = name.into();
        let given = self.environment.parameters;
        if let Some(given) = given
            && !given.contains_key(&name)
        {
            let message = format!("the parameter ${name} was not given");
            let error = Error::new(
                ErrorKind::ParameterMissing,
                ErrorDetail::MissingParameter,
                message,
            )
            .compile_time()
            .at(span);
            return Err(
                match did_you_mean(&name, given.keys().map(|name| name.as_ref())) {
                    Some(hint) => error.hint(hint),
                    None => error,
                },
            );
        }
        self.parameters.insert(name.clone());
        Ok(Generic::Parameter(name))
    }

    /// Binds something in a scope of its own; returns the variables of the present scope that it
    /// reads.
    pub fn subquery_in<T>(
        &mut self,
        scope: Scope,
        bind: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<(T, Vec<Variable>)> {
        self.frames.push(Frame {
            outside: self.scope.variables(),
            used: BTreeSet::new(),
            projections: 0,
            carried: BTreeMap::new(),
        });
        let scope = std::mem::replace(&mut self.scope, scope);
        let groups = self.groups.take();
        let inside_aggregate = std::mem::take(&mut self.inside_aggregate);
        let element_names = std::mem::take(&mut self.element_names);
        let result = bind(self);
        self.scope = scope;
        self.groups = groups;
        self.inside_aggregate = inside_aggregate;
        self.element_names = element_names;
        let frame = self.frames.pop();
        let used = frame.into_iter().flat_map(|frame| frame.used).collect();
        Ok((result?, used))
    }

    /// Binds something in a scope of which nothing remains.
    pub fn local<T>(&mut self, bind: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let scope = self.scope.clone();
        let result = bind(self);
        self.scope = scope;
        result
    }

    /// Begins the count of projections of a single query.
    pub fn begin_single_query(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.projections = 0;
            frame.carried.clear();
        }
    }

    /// Notes that a projection is bound: what it does not project is lost for all that stands
    /// after it, unless it is carried along.
    pub fn end_projection(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.projections += 1;
        }
    }

    /// The variables of the outside that the projection of this number has to carry along.
    pub fn carried(&self, projection: usize) -> Vec<Variable> {
        let carried = self.frames.last().map(|frame| &frame.carried);
        carried
            .into_iter()
            .flatten()
            .filter(|(_, last_read)| projection < **last_read)
            .map(|(variable, _)| variable.clone())
            .collect()
    }

    /// Checks that a value may have the type that is wanted of it.
    pub fn expect(&self, typed: &Typed, wanted: &Type) -> Result<()> {
        if type_check::accepts(wanted, &typed.value_type) {
            return Ok(());
        }
        let message = format!("expected {wanted}, found {}", typed.value_type);
        Err(Error::syntax(
            ErrorDetail::InvalidArgumentType,
            typed.span,
            message,
        ))
    }
}

/// The call that a statement consists of, if it is a procedure call and nothing else.
fn standalone_call(query: &ast::Query) -> Option<&ast::CallProcedure> {
    let [part] = query.parts.as_slice() else {
        return None;
    };
    match part.clauses.as_slice() {
        [
            ast::Clause {
                kind: ast::ClauseKind::CallProcedure(call),
                ..
            },
        ] => Some(call),
        _ => None,
    }
}

/// The error for a name that is declared a second time.
pub(super) fn already_bound(name: &ast::Identifier) -> Error {
    let message = format!("the variable {} exists already", name.name);
    Error::syntax(ErrorDetail::VariableAlreadyBound, name.span, message)
}
