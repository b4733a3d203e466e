//! The pipeline: text to result in six calls.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::bind::{self, BindEnvironment, SchemaCommand};
use crate::concerns::concerns;
use crate::context::{Context, Interrupt, Limits};
use crate::database::transaction::Transaction;
use crate::database::{Database, WriteTurn};
use crate::error::{Error, ErrorDetail, ErrorKind, Result};
use crate::execute::{self, Batch, Committer, Counts, Runtime};
use crate::explain::{Profile, ShownPlan};
use crate::functions::Procedures;
use crate::graph::{Effect, GraphWriter, Snapshot};
use crate::logical;
use crate::optimize::{self, Statistics};
use crate::parse::{
    self,
    ast::{Statement, TransactionControl},
};
use crate::physical;
use crate::plan_cache::PlanKey;
use crate::result::{QueryResult, Summary, Warning};
use crate::value::{DateTime, Value};

/// Values for the parameters of a statement. Cloning shares them.
///
/// ```
/// use rihla::{Parameters, Value};
/// let none: Parameters = ().into();
/// let two: Parameters = [("name", Value::from("Rabat")), ("since", Value::from(1982))].into();
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parameters(pub Arc<BTreeMap<Arc<str>, Value>>);

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
        let entries = entries.into_iter();
        let entries = entries.map(|(name, value)| (name.into(), value.into()));
        Parameters(Arc::new(entries.collect()))
    }
}

/// Runs statements, one after the other. Each is a transaction of its own, unless `BEGIN` opened
/// one, which lasts until `COMMIT` or `ROLLBACK`; a session that is dropped rolls back.
///
/// ```
/// let session = rihla::Database::in_memory().session();
/// session.query("BEGIN", ())?;
/// session.query("CREATE (:City {name: 'Rabat'})", ())?;
/// session.query("ROLLBACK", ())?;
/// assert_eq!(session.query("MATCH (n) RETURN n", ())?.rows().count(), 0);
/// # Ok::<(), rihla::Error>(())
/// ```
#[derive(Debug)]
pub struct Session {
    database: Database,
    transaction: Mutex<Option<Transaction>>,
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
        columns: Arc<[Arc<str>]>,
        warnings: Vec<Warning>,
        read_only: bool,
        /// Where the plan is to be shown.
        shown: Option<ShownPlan>,
        physical: Box<physical::Plan>,
    },
    /// A change of the schema.
    Schema(SchemaCommand),
    /// The begin or end of a transaction.
    Transaction(TransactionControl),
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
            transaction: Mutex::default(),
            limits: Limits::default(),
            interrupt: Interrupt::default(),
            disabled_rules: BTreeSet::new(),
        }
    }

    /// The database that the session works on.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Memory, time and threads that a statement may take.
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
        // The parser bounds how deep a statement may be nested and how many levels its plan may
        // have; this is the room for it in every stage, whatever thread the caller runs in.
        let steps = (text.len() / SHORTEST_STEP).min(parse::MAXIMUM_STEPS);
        let needed = STACK_NEEDED + steps * STACK_PER_STEP;
        let given = needed.max(STACK_GIVEN);
        stacker::maybe_grow(needed, given, || self.run(text, &parameters))
    }

    /// Whether `BEGIN` opened a transaction that is not ended yet.
    pub fn in_transaction(&self) -> bool {
        self.transaction().is_some()
    }

    /// The graph as the next statement sees it: in a transaction, with what it did so far.
    ///
    /// # Errors
    /// `TransactionState` in a transaction that failed; errors of the store.
    pub fn snapshot(&self) -> Result<Snapshot> {
        match &*self.transaction() {
            Some(transaction) => transaction.snapshot().cloned(),
            None => self.database.snapshot(),
        }
    }

    /// Writes to the graph without a statement, as a part of the transaction that is open or as one
    /// of its own; an import does so.
    ///
    /// # Errors
    /// Those of `work`, of the writer's turn and of the store; nothing is changed then.
    pub fn write<T>(
        &self,
        work: impl FnOnce(&mut GraphWriter, &Context) -> Result<T>,
    ) -> Result<T> {
        let context = self.context();
        let mut transaction = self.transaction();
        let written = self.update(&mut transaction, |snapshot, _| {
            let mut writer = GraphWriter::new(snapshot);
            writer.keep_parts_in(self.database.parts());
            let outcome = work(&mut writer, &context)?;
            writer.end_bulk(&context)?;
            writer.verify(&context)?;
            let (after, effects) = writer.finish();
            Ok((outcome, after, effects))
        });
        if let (Err(_), Some(transaction)) = (&written, transaction.as_mut()) {
            transaction.fail();
        }
        written
    }

    /// A context for a job that is not a statement: an export, say. Its clock starts now.
    pub fn context(&self) -> Context {
        Context::new(self.limits, self.interrupt.clone(), DateTime::now())
            .with_file_access(self.database.file_access())
    }

    fn transaction(&self) -> MutexGuard<'_, Option<Transaction>> {
        let transaction = self.transaction.lock();
        transaction.unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, text: &str, parameters: &Parameters) -> Result<QueryResult> {
        let mut transaction = self.transaction();
        let result = self.run_in(&mut transaction, text, parameters);
        if let (Err(_), Some(transaction)) = (&result, transaction.as_mut()) {
            transaction.fail();
        }
        result
    }

    fn run_in(
        &self,
        transaction: &mut Option<Transaction>,
        text: &str,
        parameters: &Parameters,
    ) -> Result<QueryResult> {
        let start = Instant::now();
        // What ends a failed transaction must run in it.
        let snapshot = match transaction.as_ref().map(Transaction::snapshot) {
            Some(Ok(snapshot)) => snapshot.clone(),
            Some(Err(error)) => match parse::parse_statement(text)? {
                Statement::Transaction(control) => {
                    return self.control(transaction, control, Snapshot::default());
                }
                _ => return Err(error),
            },
            None => self.database.snapshot()?,
        };
        let procedures = self.database.procedures();
        let version = procedures.version();
        let key = PlanKey::new(text, parameters, &self.disabled_rules, &snapshot, version);
        let prepared = self.database.plans().get(key, || {
            self.prepare(text, parameters, &snapshot, &procedures)
        })?;
        match prepared.as_ref() {
            Prepared::Schema(command) => self.change_schema(transaction, command, start.elapsed()),
            Prepared::Transaction(control) => self.control(transaction, *control, snapshot),
            Prepared::Query {
                mode: Mode::Explain,
                warnings,
                shown,
                ..
            } => {
                let summary = Summary {
                    warnings: warnings.clone(),
                    compile_time: start.elapsed(),
                    plan: shown.as_ref().map(ShownPlan::explained),
                    ..Summary::default()
                };
                Ok(QueryResult::without_rows(snapshot, summary))
            }
            Prepared::Query { read_only, .. } => {
                let run = |snapshot: Snapshot, turn: Option<&mut WriteTurn>| {
                    self.execute(&prepared, parameters, &procedures, snapshot, turn, start)
                };
                if *read_only {
                    return Ok(run(snapshot, None)?.0);
                }
                self.update(transaction, |snapshot, turn| {
                    let (result, effects) = run(snapshot, turn)?;
                    let after = result.snapshot().clone();
                    Ok((result, after, effects))
                })
            }
        }
    }

    /// Runs what writes, in the transaction that is open or in one of its own: `work` is given the
    /// state, and the turn if it is its own, and gives the state after it and what was done besides
    /// its outcome.
    fn update<T>(
        &self,
        transaction: &mut Option<Transaction>,
        work: impl FnOnce(Snapshot, Option<&mut WriteTurn>) -> Result<(T, Snapshot, Vec<Effect>)>,
    ) -> Result<T> {
        match transaction {
            Some(transaction) => {
                transaction.begin_write(&self.database)?;
                let (outcome, after, effects) = work(transaction.snapshot()?.clone(), None)?;
                transaction.advance(after, effects);
                Ok(outcome)
            }
            None => {
                let mut turn = self.database.begin_write()?;
                let (outcome, after, effects) = work(turn.state()?.snapshot, Some(&mut turn))?;
                turn.commit(after, &effects)?;
                Ok(outcome)
            }
        }
    }

    /// Begins or ends a transaction.
    fn control(
        &self,
        transaction: &mut Option<Transaction>,
        control: TransactionControl,
        snapshot: Snapshot,
    ) -> Result<QueryResult> {
        let wrong = |message: &str, hint: &str| {
            let (kind, detail) = (ErrorKind::TransactionError, ErrorDetail::TransactionState);
            Err(Error::new(kind, detail, message).hint(hint))
        };
        match (control, transaction.take()) {
            (TransactionControl::Commit, Some(open)) => open.commit()?,
            (TransactionControl::Rollback, Some(_)) => {}
            (TransactionControl::Commit | TransactionControl::Rollback, None) => {
                return wrong("there is no transaction to end", "BEGIN opens one");
            }
            (_, Some(open)) => {
                *transaction = Some(open);
                return wrong(
                    "a transaction is open already",
                    "COMMIT or ROLLBACK ends it; transactions do not nest",
                );
            }
            (_, None) => *transaction = Some(Transaction::begin(&self.database, control)?),
        }
        let summary = Summary::default();
        Ok(QueryResult::without_rows(snapshot, summary))
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
            Statement::Schema(statement) => {
                let command = bind::bind_schema(&statement, snapshot.schema())?;
                return Ok(Prepared::Schema(command));
            }
            Statement::Transaction(control) => return Ok(Prepared::Transaction(control)),
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
        let chosen = physical::choose(&logical)?;
        let mut warnings = bound.warnings;
        warnings.extend(concerns(&logical, &statistics, &bound.places));
        let shown =
            (mode != Mode::Run).then(|| ShownPlan::new(&logical, &chosen.plan, &statistics));
        Ok(Prepared::Query {
            mode,
            columns: columns.into(),
            warnings,
            read_only: bound.read_only,
            shown,
            physical: Box::new(chosen.giving(&outputs)?),
        })
    }

    /// Changes the schema.
    fn change_schema(
        &self,
        transaction: &mut Option<Transaction>,
        command: &SchemaCommand,
        compile_time: Duration,
    ) -> Result<QueryResult> {
        let start = Instant::now();
        let context = self.context();
        self.update(transaction, |snapshot, _| {
            let mut writer = GraphWriter::new(snapshot);
            execute::run_schema(command, &mut writer, &context)?;
            let summary = Summary {
                changes: writer.changes()?,
                compile_time,
                run_time: start.elapsed(),
                ..Summary::default()
            };
            let (after, effects) = writer.finish();
            let result = QueryResult::without_rows(after.clone(), summary);
            Ok((result, after, effects))
        })
    }

    /// Runs a plan on a state of the graph; gives the result, whose snapshot is the state after
    /// it, and what was done.
    fn execute(
        &self,
        prepared: &Prepared,
        parameters: &Parameters,
        procedures: &Procedures,
        snapshot: Snapshot,
        turn: Option<&mut WriteTurn>,
        begun: Instant,
    ) -> Result<(QueryResult, Vec<Effect>)> {
        let Prepared::Query {
            mode,
            columns,
            warnings,
            read_only,
            shown,
            physical,
        } = prepared
        else {
            return Err(Error::internal("only queries have plans"));
        };
        let start = Instant::now();
        let mut context = self.context();
        if *mode == Mode::Profile {
            context = context.with_accounts(physical.id + 1);
        }
        let mut writer = (!read_only).then(|| GraphWriter::new(snapshot.clone()));
        let mut committer = turn.map(|turn| {
            let context = &context;
            move |writer: &mut GraphWriter| {
                writer.verify(context)?;
                let effects = writer.take_effects();
                turn.commit(writer.snapshot(), &effects)?;
                writer.go_on_from(turn.state()?.snapshot);
                Ok(())
            }
        });
        let mut runtime = Runtime::new(
            &context,
            &parameters.0,
            procedures,
            snapshot,
            writer.as_mut(),
        );
        runtime.committer = committer.as_mut().map(|commit| commit as &mut Committer);
        if *mode == Mode::Profile {
            runtime.profile = Some(vec![Counts::default(); physical.id + 1]);
        }
        let batches = execute::run(physical, &mut runtime)?;
        let plan = match (shown, &runtime.profile) {
            (Some(shown), Some(counts)) => Some(shown.profiled(&Profile {
                counts,
                peaks: &context.peaks(),
                rows: batches.iter().map(|batch| batch.rows() as u64).sum(),
                time: start.elapsed(),
            })),
            _ => None,
        };
        let snapshot = runtime.into_graph();
        let mut summary = Summary {
            warnings: warnings.clone(),
            compile_time: start - begun,
            plan,
            ..Summary::default()
        };
        let (after, effects) = match writer {
            Some(mut writer) => {
                writer.verify(&context)?;
                summary.changes = writer.changes()?;
                writer.finish()
            }
            None => (snapshot, Vec::new()),
        };
        let batches = match columns.is_empty() {
            true => Vec::new(),
            false => batches
                .into_iter()
                .map(Batch::into_columns)
                .collect::<Result<_>>()?,
        };
        summary.run_time = start.elapsed();
        let result = QueryResult::new(columns.clone(), batches, after, summary);
        Ok((result, effects))
    }
}

/// The least room on the stack with which a statement is begun, in bytes.
const STACK_NEEDED: usize = 4 << 20;

/// The room that is given where there is less.
const STACK_GIVEN: usize = 32 << 20;

/// What a level of a plan takes; debug builds have large frames.
const STACK_PER_STEP: usize = if cfg!(debug_assertions) {
    32 << 10
} else {
    8 << 10
};

/// The bytes of the shortest text that makes a level of a plan: `--()`.
const SHORTEST_STEP: usize = 4;
