//! Clauses that read: `MATCH`, `UNWIND`, `LOAD CSV`.

use super::binder::Binder;
use super::bound::Clause;
use crate::error::Result;
use crate::parse::ast;
use crate::value::Type;

impl<'a> Binder<'a> {
    pub(super) fn match_clause(&mut self, clause: &'a ast::Match) -> Result<Clause> {
        let pattern = self.pattern(&clause.pattern, clause.predicate.as_ref())?;
        // Hints are for the planners of other systems; here they must only make sense.
        for variable in &clause.hinted {
            self.resolve(&variable.name, variable.span)?;
        }
        Ok(Clause::Match {
            optional: clause.optional,
            pattern,
        })
    }

    /// A value that is no list is taken as its only element.
    pub(super) fn unwind(&mut self, unwind: &'a ast::Unwind) -> Result<Clause> {
        let list = self.expression(&unwind.list)?;
        let element = match list.value_type {
            Type::List(element) => *element,
            only => only,
        };
        Ok(Clause::Unwind {
            list: list.expression,
            variable: self.declare_new(&unwind.variable, element)?,
        })
    }

    pub(super) fn load_csv(&mut self, load: &'a ast::LoadCsv) -> Result<Clause> {
        let source = self.expecting(&load.source, &Type::String)?;
        let field_terminator = load
            .field_terminator
            .as_ref()
            .map(|terminator| self.expecting(terminator, &Type::String))
            .transpose()?;
        let row = match load.with_headers {
            true => Type::Map,
            false => Type::List(Box::new(Type::String)),
        };
        Ok(Clause::LoadCsv {
            with_headers: load.with_headers,
            source,
            variable: self.declare_new(&load.variable, row)?,
            field_terminator,
        })
    }
}
