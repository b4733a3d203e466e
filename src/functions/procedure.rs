//! Procedures: what `CALL` gives rows of. The built-in ones stand in a table; a session can
//! register more.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::Environment;
use crate::context::Context;
use crate::error::Result;
use crate::graph::GraphWriter;
use crate::value::{Type, Value};

/// Gives rows, each with one value for each output column.
pub type ReadingCode = dyn Fn(&Environment, &[Value]) -> Result<Vec<Vec<Value>>> + Send + Sync;

/// Writes to the graph, and gives rows.
pub type WritingCode =
    dyn Fn(&mut GraphWriter, &Context, &[Value]) -> Result<Vec<Vec<Value>>> + Send + Sync;

/// What a procedure does; there is a value for each input.
#[derive(Clone)]
pub enum ProcedureCode {
    /// It reads.
    Reads(Arc<ReadingCode>),
    /// It changes the graph, so that the statement that calls it does.
    Writes(Arc<WritingCode>),
}

/// An argument or a result column of a procedure.
#[derive(Debug, Clone, PartialEq)]
pub struct ProcedureColumn {
    /// Its name.
    pub name: String,
    /// The type that an argument must have, or that a result has.
    pub column_type: Type,
}

/// One procedure.
#[derive(Clone)]
pub struct Procedure {
    /// The dotted name.
    pub name: String,
    /// Arguments in order.
    pub inputs: Vec<ProcedureColumn>,
    /// How many arguments at the end may be left out; they are null then.
    pub optional_inputs: usize,
    /// Result columns in order.
    pub outputs: Vec<ProcedureColumn>,
    /// What it does, in one sentence.
    pub sentence: String,
    /// The code.
    pub code: ProcedureCode,
}

impl fmt::Debug for Procedure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Procedure")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// The procedures that a session can call, by name. Names are compared exactly.
#[derive(Debug, Clone, Default)]
pub struct Procedures {
    by_name: BTreeMap<String, Arc<Procedure>>,
    version: u64,
}

impl Procedures {
    /// The procedure of this name.
    pub fn find(&self, name: &str) -> Option<&Arc<Procedure>> {
        self.by_name.get(name)
    }

    /// Adds a procedure, or replaces the one of its name.
    pub fn register(&mut self, procedure: Procedure) {
        self.version += 1;
        self.by_name
            .insert(procedure.name.clone(), Arc::new(procedure));
    }

    /// Rises with each registration.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// All procedures in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Procedure>> {
        self.by_name.values()
    }
}

impl Procedure {
    /// Inputs and outputs as text: `(name :: STRING) :: (city :: STRING)`; a question mark stands behind
    /// an input that may be left out.
    pub fn signature(&self) -> String {
        let required = self.inputs.len().saturating_sub(self.optional_inputs);
        let list = |columns: &[ProcedureColumn], required: usize| {
            let columns = columns.iter().enumerate().map(|(place, column)| {
                let mark = if place < required { "" } else { "?" };
                format!("{} :: {}{mark}", column.name, column.column_type)
            });
            columns.collect::<Vec<_>>().join(", ")
        };
        let inputs = list(&self.inputs, required);
        format!(
            "({inputs}) :: ({})",
            list(&self.outputs, self.outputs.len())
        )
    }

    /// Whether calling it changes the graph.
    pub fn writes(&self) -> bool {
        matches!(self.code, ProcedureCode::Writes(_))
    }
}
