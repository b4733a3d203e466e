//! Which variable stands in which column of a batch.

use crate::error::{Error, Result};
use crate::logical::Variable;

/// The variables of a batch's columns, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layout(Vec<Variable>);

impl Layout {
    /// The layout of these variables.
    pub fn new(variables: Vec<Variable>) -> Self {
        Layout(variables)
    }

    /// The column of a variable; of one that is shadowed, the innermost.
    pub fn slot(&self, variable: &str) -> Result<usize> {
        self.find(variable)
            .ok_or_else(|| Error::internal(format!("the plan has no variable `{variable}`")))
    }

    /// The column of a variable, if it has one.
    pub fn find(&self, variable: &str) -> Option<usize> {
        self.0.iter().rposition(|known| known.as_ref() == variable)
    }

    /// The layout with one more column at the end.
    pub fn with(&self, variable: &Variable) -> Layout {
        let mut variables = self.0.clone();
        variables.push(variable.clone());
        Layout(variables)
    }

    /// Adds a column at the end.
    pub fn push(&mut self, variable: &Variable) {
        self.0.push(variable.clone());
    }

    /// The number of columns.
    pub fn width(&self) -> usize {
        self.0.len()
    }

    /// The variables in order.
    pub fn variables(&self) -> &[Variable] {
        &self.0
    }
}
