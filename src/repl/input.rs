//! The prompt: statements of one or more lines, edited as a whole, with colours, completion and
//! what was entered before.
//!
//! Enter runs a statement that ends in a semicolon, and otherwise begins a new line below the
//! beginning of the first; Alt-Enter always begins one.

use std::borrow::Cow;
use std::cell::Cell;
use std::io::Write;

use rihla::display::footer::counted;
use rihla::display::style::{FAINT, HEADING, NAME, paint};
use rihla::parse::is_complete;
use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hinter, HistoryHinter};
use rustyline::validate::Validator;
use rustyline::{
    Cmd, CompletionType, ConditionalEventHandler, Config, Event, EventContext, EventHandler,
    Helper, KeyCode, KeyEvent, Modifiers, RepeatCount,
};

use super::complete::{Names, complete};
use super::highlight::highlight;
use super::history::{self, LineEditor};
use super::shell::{Shell, Stop};
use super::{commands, script};

const PROMPT: &str = "rihla> ";
/// While a transaction is open.
const TRANSACTION_PROMPT: &str = "rihla* ";
/// Begins the lines after the first; as wide as the prompt.
pub const INDENT: &str = "       ";
/// Rows that a table shows at the prompt.
const MOST_ROWS: usize = 40;

/// Reads and runs until the user leaves.
///
/// # Errors
/// Where the output is closed; a statement that fails is no reason to leave.
pub fn run(shell: &mut Shell, origin: &str) -> Result<(), Stop> {
    shell.options.timing = true;
    shell.options.most_rows = Some(MOST_ROWS);
    shell.watch().set_at_prompt(true);
    banner(shell, origin)?;
    let mut editor = editor(shell).map_err(|error| Stop::Output(std::io::Error::other(error)))?;
    history::load(&mut editor);
    loop {
        let prompt = match shell.session.in_transaction() {
            true => TRANSACTION_PROMPT,
            false => PROMPT,
        };
        let painted = paint(prompt, NAME.bold(), shell.options.colours);
        match editor.readline(&(prompt, painted.as_str())) {
            Ok(text) if text.trim().is_empty() => {}
            Ok(text) => {
                history::add(&mut editor, text.trim_end());
                match script::run(shell, text.as_bytes(), None) {
                    Ok(()) | Err(Stop::Failed | Stop::Interrupted) => {}
                    Err(stop) => return Err(stop),
                }
            }
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => return Ok(()),
            Err(error) => return Err(Stop::Output(std::io::Error::other(error))),
        }
    }
}

/// What becomes of changes.
enum Kept {
    Not,
    ReadOnly,
    Always,
}

fn banner(shell: &mut Shell, origin: &str) -> Result<(), Stop> {
    let colours = shell.options.colours;
    let graph = shell.session.snapshot();
    let graph = graph.map_err(|error| shell.failed(&error))?;
    let title = paint(
        concat!("Rihla ", env!("CARGO_PKG_VERSION")),
        HEADING,
        colours,
    );
    let (nodes, relationships) = (
        counted(graph.node_count(), "node"),
        counted(graph.relationship_count(), "relationship"),
    );
    let database = shell.session.database();
    let kept = match (database.path(), database.is_read_only()) {
        (None, _) => Kept::Not,
        (Some(_), true) => Kept::ReadOnly,
        (Some(_), false) => Kept::Always,
    };
    let name = |text| paint(text, NAME, colours);
    let (export, help, schema) = (name(":export FILE"), name(":help"), name(":schema"));
    let out = shell.out();
    writeln!(out, "{title}, {origin}: {nodes}, {relationships}")?;
    match kept {
        Kept::Not => writeln!(out, "In memory: changes are not kept; {export} saves them.")?,
        Kept::ReadOnly => writeln!(out, "Opened read-only: nothing can be changed.")?,
        Kept::Always => writeln!(out, "Changes are kept.")?,
    }
    writeln!(
        out,
        "Statements end with a semicolon. {schema} shows the graph, {help} helps."
    )?;
    shell.flush()
}

fn editor(shell: &Shell) -> rustyline::Result<LineEditor> {
    let config = Config::builder()
        .max_history_size(10_000)?
        .history_ignore_dups(true)?
        .history_ignore_space(true)
        .completion_type(CompletionType::List)
        .color_mode(match shell.options.colours {
            true => rustyline::ColorMode::Enabled,
            false => rustyline::ColorMode::Disabled,
        })
        .build();
    let mut editor = LineEditor::with_config(config)?;
    editor.set_helper(Some(Assistant {
        names: Names::new(shell.session.database().clone()),
        colours: shell.options.colours,
        hints: HistoryHinter::new(),
        editing: Cell::new(true),
    }));
    let enter = || KeyEvent(KeyCode::Enter, Modifiers::NONE);
    editor.bind_sequence(enter(), EventHandler::Conditional(Box::new(Enter)));
    let control_j = KeyEvent(KeyCode::Char('J'), Modifiers::CTRL);
    editor.bind_sequence(control_j, EventHandler::Conditional(Box::new(Enter)));
    editor.bind_sequence(
        KeyEvent(KeyCode::Enter, Modifiers::ALT),
        EventHandler::Simple(new_line()),
    );
    Ok(editor)
}

fn new_line() -> Cmd {
    Cmd::Insert(1, format!("\n{INDENT}"))
}

/// What Enter does.
struct Enter;

impl ConditionalEventHandler for Enter {
    fn handle(
        &self,
        _event: &Event,
        _count: RepeatCount,
        _positive: bool,
        context: &EventContext,
    ) -> Option<Cmd> {
        let text = context.line();
        let ends = text.trim().is_empty() || commands::is_command(text) || is_complete(text);
        Some(if ends { Cmd::AcceptLine } else { new_line() })
    }
}

/// Helps with what is being typed.
pub struct Assistant {
    names: Names,
    colours: bool,
    hints: HistoryHinter,
    /// Whether the text is still edited: only then the other bracket of a pair is marked.
    editing: Cell<bool>,
}

impl Helper for Assistant {}

impl Validator for Assistant {}

impl Completer for Assistant {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _context: &rustyline::Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        Ok(complete(line, position, &self.names))
    }
}

impl Hinter for Assistant {
    type Hint = String;

    fn hint(
        &self,
        line: &str,
        position: usize,
        context: &rustyline::Context<'_>,
    ) -> Option<String> {
        if line.contains('\n') && line[position..].is_empty() && line.ends_with(INDENT) {
            return Some("... a semicolon ends the statement".to_owned())
                .filter(|_| line.trim_end().lines().count() == 1);
        }
        let hint = self.hints.hint(line, position, context)?;
        // Only the rest of the line: a hint of several lines makes the screen jump.
        hint.lines().next().map(str::to_owned)
    }
}

impl Highlighter for Assistant {
    fn highlight<'l>(&self, line: &'l str, position: usize) -> Cow<'l, str> {
        match self.colours {
            true => Cow::Owned(highlight(line, self.editing.get().then_some(position))),
            false => Cow::Borrowed(line),
        }
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(
        &'s self,
        prompt: &'p str,
        _default: bool,
    ) -> Cow<'b, str> {
        Cow::Borrowed(prompt)
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(paint(hint, FAINT, self.colours))
    }

    fn highlight_char(&self, _line: &str, _position: usize, kind: CmdKind) -> bool {
        self.editing.set(kind != CmdKind::ForcedRefresh);
        true
    }
}
