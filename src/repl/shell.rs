//! The shell: a session, how its results are shown, and where. Both the prompt and scripts drive
//! it, statement by statement.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use rihla::display::error::{SourceText, plain_error};
use rihla::display::{self, Failure, Form, Options};
use rihla::parse::statements;
use rihla::{Database, Error, ErrorDetail, Parameters, QueryResult, Session};

use super::progress::Progress;
use super::watch::Watch;

/// Why the next statement is not run. The user has been told.
#[derive(Debug)]
pub enum Stop {
    /// A statement or command failed.
    Failed,
    /// It was interrupted.
    Interrupted,
    /// The user wants to leave.
    Quit,
    /// The output cannot be written; this the user has not been told.
    Output(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Stop::Output(error)
    }
}

/// A session and how its results are shown.
pub struct Shell {
    /// Runs the statements.
    pub session: Session,
    /// What `$name` stands for in statements.
    pub parameters: Parameters,
    /// How results are shown.
    pub form: &'static Form,
    /// What the output takes.
    pub options: Options,
    /// How many scripts are running, each called by the one before.
    pub script_depth: usize,
    watch: Watch,
    out: BufWriter<Stdout>,
}

impl Shell {
    /// A shell on this database.
    pub fn new(database: Database, watch: Watch) -> Shell {
        let session = database.session();
        let options = Options {
            colours: io::stdout().is_terminal() && wants_colours(),
            interrupt: session.interrupt_handle(),
            ..Options::default()
        };
        Shell {
            session,
            parameters: Parameters::default(),
            form: &display::FORMS[0],
            options,
            script_depth: 0,
            watch,
            out: BufWriter::new(io::stdout()),
        }
    }

    /// Where Ctrl-C arrives.
    pub fn watch(&self) -> Watch {
        self.watch.clone()
    }

    /// Chooses how results are shown.
    ///
    /// # Errors
    /// `ArgumentError` where there is no such form.
    pub fn set_form(&mut self, name: &str) -> rihla::Result<()> {
        self.form = display::form(name)?;
        Ok(())
    }

    /// Where results go. What was written is seen after [`Shell::flush`], or the next statement.
    pub fn out(&mut self) -> &mut impl Write {
        &mut self.out
    }

    /// Makes all that was written seen.
    ///
    /// # Errors
    /// Where the output is closed.
    pub fn flush(&mut self) -> Result<(), Stop> {
        Ok(self.out.flush()?)
    }

    /// Runs all statements of a text; `name` and `first_line` say where it comes from.
    ///
    /// # Errors
    /// At the first statement that fails.
    pub fn run_text(
        &mut self,
        text: &str,
        name: Option<&str>,
        first_line: usize,
    ) -> Result<(), Stop> {
        for statement in statements(text) {
            let source = SourceText {
                name,
                first_line,
                text,
                offset: statement.offset,
            };
            self.run_statement(statement.text, source)?;
        }
        Ok(())
    }

    fn run_statement(&mut self, statement: &str, source: SourceText<'_>) -> Result<(), Stop> {
        let watch = self.watch();
        let _running = watch.running(self.session.interrupt_handle());
        let result = match self.query(statement) {
            Ok(result) => result,
            Err(error) => return Err(self.failed_at(&error, source)),
        };
        for warning in &result.summary().warnings {
            self.flush()?;
            show_on_standard_error(&display::error::warning(warning, source, &error_options()));
        }
        self.show(&result)
    }

    /// Runs one statement; a defect that makes it panic is an error like any other.
    pub fn query(&mut self, statement: &str) -> rihla::Result<QueryResult> {
        let _progress = Progress::start();
        let parameters = self.parameters.clone();
        catch_unwind(AssertUnwindSafe(|| {
            self.session.query(statement, parameters)
        }))
        .unwrap_or_else(|_| Err(Error::internal("the statement made the program panic")))
    }

    /// Takes note of how wide the terminal is now.
    pub fn measure(&mut self) {
        self.options.width = terminal_width();
    }

    /// Shows a result.
    ///
    /// # Errors
    /// Where it is interrupted or the output is closed.
    pub fn show(&mut self, result: &QueryResult) -> Result<(), Stop> {
        self.measure();
        match display::write_result(self.form, result, &self.options, &mut self.out) {
            Ok(()) => self.flush(),
            Err(Failure::Output(error)) => Err(error.into()),
            Err(Failure::Statement(error)) => Err(self.failed(&error)),
        }
    }

    /// Tells of an error that speaks of no text.
    pub fn failed(&mut self, error: &Error) -> Stop {
        self.tell(error, plain_error(error, &error_options()))
    }

    /// Tells of the error of a statement.
    pub fn failed_at(&mut self, error: &Error, source: SourceText<'_>) -> Stop {
        self.tell(
            error,
            display::error::error(error, source, &error_options()),
        )
    }

    fn tell(&mut self, error: &Error, text: String) -> Stop {
        if let Err(stop) = self.flush() {
            return stop;
        }
        show_on_standard_error(&text);
        match error.detail() {
            ErrorDetail::Interrupted => Stop::Interrupted,
            _ => Stop::Failed,
        }
    }
}

/// Cells in a line of the terminal that results are shown on.
fn terminal_width() -> Option<usize> {
    let (width, _) = terminal_size::terminal_size_of(io::stdout())?;
    Some(usize::from(width.0).max(20))
}

/// What standard error can take.
pub fn error_options() -> Options {
    let width = terminal_size::terminal_size_of(io::stderr());
    Options {
        width: width.map(|(width, _)| usize::from(width.0).max(20)),
        colours: io::stderr().is_terminal() && wants_colours(),
        ..Options::default()
    }
}

/// Whether the user wants colours on a terminal: see <https://no-color.org>.
fn wants_colours() -> bool {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    set("NO_COLOR").is_none() && set("TERM").is_none_or(|terminal| terminal != "dumb")
}

/// Writes a text to standard error; where that is closed nobody wants to know.
pub fn show_on_standard_error(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
