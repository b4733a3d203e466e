//! Expressions that declare a variable for each element of a list.

use super::binder::Binder;
use super::bound::{Expression, Variable};
use super::build_expression::Formed;
use super::expression::{Expression as E, Quantifier};
use super::type_check::element_type;
use crate::error::Result;
use crate::parse::ast;
use crate::value::Type;

impl<'a> Binder<'a> {
    /// Binds what sees the variable of an element.
    fn with_element<T>(
        &mut self,
        name: &'a ast::Identifier,
        value_type: Type,
        bind: impl FnOnce(&mut Self, Variable) -> Result<T>,
    ) -> Result<T> {
        self.element_names.push(&name.name);
        let result = self.local(|binder| {
            let variable = binder.declare(&name.name, value_type);
            bind(binder, variable)
        });
        self.element_names.pop();
        result
    }

    /// Binds the list of which a variable takes each element; returns the type of an element too.
    pub(super) fn source_list(&mut self, list: &'a ast::Expression) -> Result<(Expression, Type)> {
        let list = self.expression(list)?;
        self.expect(&list, &Type::List(Box::new(Type::Any)))?;
        Ok((list.expression, element_type(&list.value_type)))
    }

    pub(super) fn list_comprehension(
        &mut self,
        variable: &'a ast::Identifier,
        list: &'a ast::Expression,
        predicate: Option<&'a ast::Expression>,
        projection: Option<&'a ast::Expression>,
    ) -> Result<Formed> {
        let (list, element) = self.source_list(list)?;
        self.with_element(variable, element.clone(), |binder, variable| {
            let predicate = predicate
                .map(|predicate| Ok(Box::new(binder.predicate(predicate)?)))
                .transpose()?;
            let projection = projection
                .map(|projection| binder.expression(projection))
                .transpose()?;
            let result = projection
                .as_ref()
                .map_or(element, |projection| projection.value_type.clone());
            let comprehension = E::ListComprehension {
                variable,
                list: Box::new(list),
                predicate,
                projection: projection.map(|projection| Box::new(projection.expression)),
            };
            Ok((comprehension, Type::List(Box::new(result))))
        })
    }

    pub(super) fn quantifier(
        &mut self,
        quantifier: ast::Quantifier,
        variable: &'a ast::Identifier,
        list: &'a ast::Expression,
        predicate: &'a ast::Expression,
    ) -> Result<Formed> {
        let quantifier = match quantifier {
            ast::Quantifier::All => Quantifier::All,
            ast::Quantifier::Any => Quantifier::Any,
            ast::Quantifier::None => Quantifier::None,
            ast::Quantifier::Single => Quantifier::Single,
        };
        let (list, element) = self.source_list(list)?;
        self.with_element(variable, element, |binder, variable| {
            let quantified = E::Quantifier {
                quantifier,
                variable,
                list: Box::new(list),
                predicate: Box::new(binder.predicate(predicate)?),
            };
            Ok((quantified, Type::Boolean))
        })
    }

    /// What the accumulator holds after the first step is not known while the step is bound.
    pub(super) fn reduce(
        &mut self,
        (accumulator, initial): (&'a ast::Identifier, &'a ast::Expression),
        (variable, list): (&'a ast::Identifier, &'a ast::Expression),
        step: &'a ast::Expression,
    ) -> Result<Formed> {
        let initial = self.expression(initial)?;
        let (list, element) = self.source_list(list)?;
        self.with_element(accumulator, Type::Any, |binder, accumulator| {
            binder.with_element(variable, element, |binder, variable| {
                let step = binder.expression(step)?;
                let value_type = initial.value_type.join(&step.value_type);
                let reduced = E::Reduce {
                    accumulator,
                    initial: Box::new(initial.expression),
                    variable,
                    list: Box::new(list),
                    step: Box::new(step.expression),
                };
                Ok((reduced, value_type))
            })
        })
    }
}
