//! The pipeline: text to result in six calls.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::bind::{self, BindEnvironment, SchemaCommand};
use crate::context::{Context, Interrupt, Limits};
use crate::database::Database;
use crate::error::{Error, Result};
use crate::execute::{self, Batch, Counts, Runtime};
use crate::functions::Procedures;
use crate::graph::{GraphWriter, Snapshot};
use crate::logical;
use crate::optimize::{self, Statistics};
use crate::parse::{
    self,
    ast::{Show, Statement},
};
use crate::physical;
use crate::plan_cache::PlanKey;
use crate::result::{QueryResult, Summary, Warning};
use crate::show::show;
use crate::value::{DateTime, Value};

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
    disabled_rules: BTreeSet<String>,
}

/// A statement that is ready to run, any number of times.
#[derive(Debug)]
pub(crate) enum Prepared {
    /// A query with its plans.
    Query {
        mode: Mode,
        columns: Vec<Arc<str>>,
        warnings: Vec<Warning>,
        read_only: bool,
        logical: Box<logical::Plan>,
        physical: Box<physical::Plan>,
    },
    /// A listing.
    Show(Show),
    /// A change of the schema.
    Schema(SchemaCommand),
}

/// What becomes of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Run,
    Explain,
    Profile,
}

impl Session {
    pub(crate) fn new(database: Database) -> Self {
        Session {
            database,
            limits: Limits::default(),
            interrupt: Interrupt::default(),
            disabled_rules: BTreeSet::new(),
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

    /// Switches a rule of the optimiser on or off, by its name in [`optimize::RULES`].
    pub fn set_rule(&mut self, rule: &str, enabled: bool) {
        if enabled {
            self.disabled_rules.remove(rule);
        } else {
            self.disabled_rules.insert(rule.to_owned());
        }
    }

    /// Runs one statement.
    ///
    /// # Errors
    /// Whatever is wrong with the statement or happens while it runs; the graph is then unchanged.
    pub fn query(&self, text: &str, parameters: impl Into<Parameters>) -> Result<QueryResult> {
        let parameters = parameters.into();
        // The parser bounds how deep a statement may be nested; this is the room for it in every
        // stage, whatever thread the caller runs in.
        stacker::maybe_grow(STACK_NEEDED, STACK_GIVEN, || self.run(text, &parameters))
    }

    fn run(&self, text: &str, parameters: &Parameters) -> Result<QueryResult> {
        let start = Instant::now();
        let snapshot = self.database.snapshot();
        let procedures = self.database.procedures();
        let version = procedures.version();
        let key = PlanKey::new(text, parameters, &self.disabled_rules, &snapshot, version);
        let prepared = self.database.plans().get(key, || {
            self.prepare(text, parameters, &snapshot, &procedures)
        })?;
        match prepared.as_ref() {
            Prepared::Show(listing) => Ok(show(*listing, &procedures, &snapshot)),
            Prepared::Schema(command) => self.change_schema(command, start.elapsed()),
            Prepared::Query {
                mode: Mode::Explain,
                warnings,
                logical,
                ..
            } => {
                let summary = Summary {
                    warnings: warnings.clone(),
                    compile_time: start.elapsed(),
                    plan: Some(logical::show(logical)),
                    ..Summary::default()
                };
                Ok(QueryResult::new(Vec::new(), Vec::new(), snapshot, summary))
            }
            Prepared::Query { .. } => {
                self.execute(&prepared, parameters, &procedures, start.elapsed())
            }
        }
    }

    /// From the text to a plan, stage by stage.
    fn prepare(
        &self,
        text: &str,
        parameters: &Parameters,
        snapshot: &Snapshot,
        procedures: &Procedures,
    ) -> Result<Prepared> {
        let (query, mode) = match parse::parse_statement(text)? {
            Statement::Query(query) => (query, Mode::Run),
            Statement::Explain(query) => (query, Mode::Explain),
            Statement::Profile(query) => (query, Mode::Profile),
            Statement::Show(show) => return Ok(Prepared::Show(show)),
            Statement::Schema(statement) => {
                let command = bind::bind_schema(&statement, snapshot.schema())?;
                return Ok(Prepared::Schema(command));
            }
            Statement::Transaction(_) => {
                return Err(
                    Error::unsupported("explicit transactions are not there yet")
                        .hint("each statement is a transaction of its own"),
                );
            }
        };
        let environment = BindEnvironment {
            catalog: snapshot.catalog(),
            procedures,
            parameters: Some(&parameters.0),
        };
        let bound = bind::bind(&query, text, &environment)?;
        let columns = bound.query.columns.clone();
        let (plan, outputs) = logical::build(bound.query)?;
        let statistics = Statistics::new(snapshot);
        let logical = optimize::optimize(plan, &statistics, &self.disabled_rules)?;
        let physical = physical::choose(&logical, &outputs)?;
        Ok(Prepared::Query {
            mode,
            columns,
            warnings: bound.warnings,
            read_only: bound.read_only,
            logical: Box::new(logical),
            physical: Box::new(physical),
        })
    }

    /// Changes the schema in the writer's turn.
    fn change_schema(
        &self,
        command: &SchemaCommand,
        compile_time: Duration,
    ) -> Result<QueryResult> {
        let start = Instant::now();
        let context = Context::new(self.limits, self.interrupt.clone(), DateTime::now());
        let turn = self.database.begin_write();
        let mut writer = GraphWriter::new(self.database.snapshot());
        execute::run_schema(command, &mut writer, &context)?;
        let changes = writer.changes()?;
        let (after, _) = writer.finish();
        turn.publish(after.clone());
        let summary = Summary {
            changes,
            compile_time,
            run_time: start.elapsed(),
            ..Summary::default()
        };
        Ok(QueryResult::new(Vec::new(), Vec::new(), after, summary))
    }

    /// Runs a plan: on a snapshot, or in the writer's turn.
    fn execute(
        &self,
        prepared: &Prepared,
        parameters: &Parameters,
        procedures: &Procedures,
        compile_time: Duration,
    ) -> Result<QueryResult> {
        let Prepared::Query {
            mode,
            columns,
            warnings,
            read_only,
            physical,
            ..
        } = prepared
        else {
            return Err(Error::internal("a listing is no plan"));
        };
        let start = Instant::now();
        let context = Context::new(self.limits, self.interrupt.clone(), DateTime::now());
        let turn = (!read_only).then(|| self.database.begin_write());
        let snapshot = self.database.snapshot();
        let mut writer = turn.as_ref().map(|_| GraphWriter::new(snapshot.clone()));
        let mut runtime = Runtime::new(
            &context,
            &parameters.0,
            procedures,
            snapshot.clone(),
            writer.as_mut(),
        );
        if *mode == Mode::Profile {
            runtime.profile = Some(vec![Counts::default(); physical.id + 1]);
        }
        let batches = execute::run(physical, &mut runtime)?;
        let plan = runtime
            .profile
            .as_ref()
            .map(|counts| execute::show_profile(physical, counts));
        drop(runtime);
        let mut summary = Summary {
            warnings: warnings.clone(),
            compile_time,
            plan,
            ..Summary::default()
        };
        let mut after = snapshot;
        if let (Some(turn), Some(mut writer)) = (turn, writer) {
            writer.verify(&context)?;
            summary.changes = writer.changes()?;
            (after, _) = writer.finish();
            turn.publish(after.clone());
        }
        let batches = match columns.is_empty() {
            true => Vec::new(),
            false => batches
                .into_iter()
                .map(Batch::into_columns)
                .collect::<Result<_>>()?,
        };
        summary.run_time = start.elapsed();
        Ok(QueryResult::new(columns.clone(), batches, after, summary))
    }
}

/// The least room on the stack with which a statement is begun, in bytes.
const STACK_NEEDED: usize = 4 << 20;

/// The room that is given where there is less.
const STACK_GIVEN: usize = 32 << 20;
