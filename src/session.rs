//! The pipeline: text to result in six calls.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::context::{Interrupt, Limits};
use crate::database::Database;
use crate::error::{Error, Result};
use crate::result::QueryResult;
use crate::value::Value;

/// Values for the parameters of a statement.
///
/// ```
/// use rihla::{Parameters, Value};
/// let none: Parameters = ().into();
/// let two: Parameters = [("name", Value::from("Rabat")), ("since", Value::from(1982))].into();
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parameters(pub BTreeMap<Arc<str>, Value>);

impl From<()> for Parameters {
    fn from((): ()) -> Self {
        Parameters::default()
    }
}

impl<K: Into<Arc<str>>, V: Into<Value>, const N: usize> From<[(K, V); N]> for Parameters {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<K: Into<Arc<str>>, V: Into<Value>> FromIterator<(K, V)> for Parameters {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Parameters(
            entries
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

/// Runs statements, one after the other.
#[derive(Debug)]
pub struct Session {
    database: Database,
    limits: Limits,
    interrupt: Interrupt,
}

impl Session {
    pub(crate) fn new(database: Database) -> Self {
        Session {
            database,
            limits: Limits::default(),
            interrupt: Interrupt::default(),
        }
    }

    /// The database that the session works on.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Memory and time that a statement may take.
    pub fn limits_mut(&mut self) -> &mut Limits {
        &mut self.limits
    }

    /// A handle that stops the running statement, also from another thread or a signal handler.
    pub fn interrupt_handle(&self) -> Interrupt {
        self.interrupt.clone()
    }

    /// Runs one statement.
    ///
    /// # Errors
    /// Whatever is wrong with the statement or happens while it runs; the graph is then unchanged.
    pub fn query(&self, text: &str, parameters: impl Into<Parameters>) -> Result<QueryResult> {
        let _ = (text, parameters.into());
        Err(Error::internal("not there yet"))
    }
}
