//! Which variable stands in which column of a batch.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, Result};
use crate::logical::Variable;

/// The variables of a batch's columns, in order.
#[derive(Debug, Clone, Default)]
pub struct Layout(Vec<Place>);

/// One column.
#[derive(Debug, Clone)]
struct Place {
    variable: Variable,
    is_read: IsRead,
}

/// Whether an operator above reads a column, which turns out when these are chosen. The operator that makes
/// the column leaves out of it what nobody reads.
#[derive(Debug, Clone, Default)]
pub struct IsRead(Arc<AtomicBool>);

impl IsRead {
    /// Whether the column is read, once the plan is complete.
    pub fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Layout {
    /// The layout of these variables.
    pub fn new(variables: Vec<Variable>) -> Self {
        let places = variables.into_iter().map(|variable| Place {
            variable,
            is_read: IsRead::default(),
        });
        Layout(places.collect())
    }

    /// The column of a variable, which is going to be read; of one that is shadowed, the innermost.
    pub fn slot(&self, variable: &str) -> Result<usize> {
        self.find(variable)
            .ok_or_else(|| Error::internal(format!("the plan has no variable `{variable}`")))
    }

    /// The column of a variable, if it has one; it is going to be read.
    pub fn find(&self, variable: &str) -> Option<usize> {
        let mut places = self.0.iter();
        let slot = places.rposition(|known| known.variable.as_ref() == variable)?;
        self.0[slot].is_read.set();
        Some(slot)
    }

    /// The layout with one more column at the end.
    pub fn with(&self, variable: &Variable) -> Layout {
        let mut layout = self.clone();
        layout.push(variable);
        layout
    }

    /// Adds a column at the end; tells whether it is read.
    pub fn push(&mut self, variable: &Variable) -> IsRead {
        let is_read = IsRead::default();
        self.0.push(Place {
            variable: variable.clone(),
            is_read: is_read.clone(),
        });
        is_read
    }

    /// The number of columns.
    pub fn width(&self) -> usize {
        self.0.len()
    }

    /// The columns of variables, which are going to be read.
    pub fn slots(&self, variables: &[Variable]) -> Result<Vec<usize>> {
        // Of a variable that is shadowed the last place stays.
        let slots: HashMap<&Variable, usize> = self.variables().zip(0..).collect();
        let found = variables.iter().map(|variable| match slots.get(variable) {
            Some(slot) => {
                self.0[*slot].is_read.set();
                Ok(*slot)
            }
            None => self.slot(variable),
        });
        found.collect()
    }

    /// The variables in order.
    pub fn names(&self) -> Vec<Variable> {
        self.variables().cloned().collect()
    }

    fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.0.iter().map(|place| &place.variable)
    }

    /// Tells that every column is going to be read.
    pub fn read_all(&self) {
        self.0.iter().for_each(|place| place.is_read.set());
    }

    /// The columns of both, these first.
    pub fn joined(mut self, right: Layout) -> Layout {
        self.0.extend(right.0);
        self
    }
}
